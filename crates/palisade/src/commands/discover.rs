//! `palisade discover`.

use super::output::shown;
use super::recordings;
use super::update::{self, UpdateArgs};
use palisade_contract::Contract;
use palisade_contract::router::Routed;
use palisade_contract::validate::CompiledContract;
use palisade_discover::{Discovery, Hosts, Inventory, MergeError, OpenApiVersion, Overrides, Settings, findings};
use palisade_document::Document;
use palisade_exchange::Redactor;
use palisade_finding::Finding;
use palisade_guard::profile::Learner;
use palisade_report::{Catalogue, Format, Section, TextOptions, terminal};
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Largest stored state that is taken up, in bytes.
const MAX_STATE: u64 = 1 << 30;
/// Largest file of corrections, in bytes.
const MAX_OVERRIDES: u64 = 4 << 20;

/// Learns an API's contract from recorded traffic.
///
/// Reads HAR files, flows of mitmproxy, exchanges as JSON lines, packet captures (pcap, pcapng; cleartext HTTP), access
/// logs (Apache, nginx, Envoy, AWS ALB, JSON), and telemetry of APIClarity's plug-ins; `-` is standard input. Body
/// values and credentials are not kept.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Recordings, in any order.
    #[arg(value_name = "TRAFFIC", required_unless_present = "merge")]
    traffic: Vec<PathBuf>,
    /// Write the contract to this file: JSON when it ends in .json, else YAML. Standard output when absent.
    #[arg(long, value_name = "CONTRACT")]
    output: Option<PathBuf>,
    /// Version of OpenAPI to write.
    #[arg(long, value_name = "VERSION", default_value = "3.1", value_parser = ["3.0", "3.1"])]
    openapi: String,
    /// Go on from this state and write the sum back. Its key stands beside it in FILE.key, for its owner only.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Add what was learned elsewhere, under the same key, to this state. May be given more than once.
    #[arg(long, value_name = "STATE")]
    merge: Vec<PathBuf>,
    /// The key of the states, 32 bytes: made when there is none. Whoever learns apart to merge later shares one.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Corrections of a person: templates to merge or split, other names, operations to leave out (YAML or JSON). They
    /// hold for all that was learned, also before them.
    #[arg(long, value_name = "FILE")]
    overrides: Option<PathBuf>,
    /// Rules of your own for sensitive data, YAML.
    #[arg(long, value_name = "FILE")]
    sensitive: Option<PathBuf>,
    #[command(flatten)]
    update: UpdateArgs,
    /// Write what is usual of each operation beside its contract (sizes, members, shapes of values, rates) to this file:
    /// JSON when it ends in .json, else YAML. The recordings are read twice.
    #[arg(long, value_name = "FILE", requires = "traffic")]
    profile: Option<PathBuf>,
    /// Write findings to this file.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Format of the findings: text, json, sarif, junit, md or html.
    #[arg(long, value_name = "FORMAT", default_value = "text", requires = "report")]
    format: Format,
}

/// Runs the command.
pub fn run(args: Args) -> ExitCode {
    match work(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => super::failed(error),
    }
}

fn work(args: &Args) -> Result<(), String> {
    if args.profile.is_some() && args.traffic.iter().any(|path| path == Path::new("-")) {
        return Err("--profile reads the traffic twice: write it to a file first, `-` can be read once".to_owned());
    }
    let overrides = args.overrides.as_deref().map_or_else(|| Ok(Overrides::default()), read_overrides)?;
    let key = key(args)?;
    let rules = args.sensitive.as_deref().map_or_else(|| Ok(Arc::default()), super::sensitive_rules)?;
    let redactor = Redactor::with_rules(&key, rules);
    let settings = Settings::new(&redactor, Hosts::Separate);
    let mut discovery = match &args.state {
        Some(state) if state.exists() => restore(state, &settings)?,
        _ => Discovery::new(settings.clone()),
    };
    for state in &args.merge {
        let other = restore(state, &settings)?;
        discovery.merge(other).map_err(|error| format!("{}: {error}", shown(state)))?;
    }
    let tally = recordings::read(&args.traffic, &redactor, &mut |_, _, exchange| {
        discovery.absorb(&exchange);
    })?;
    recordings::say(&tally, ignored(&discovery));
    if tally.read == 0 && args.merge.is_empty() {
        return Err("no exchange could be read".to_owned());
    }
    let inventory = discovery.induce(&overrides);
    if let Some(contract) = &args.update.update {
        update::run(contract, &args.update, &inventory)?;
    }
    // Asked to bring it into a contract, nobody asked for it as a whole.
    if args.update.update.is_none() || args.output.is_some() {
        write_inventory(&inventory, &args.openapi, args.output.as_deref())?;
    }
    if let Some(file) = &args.profile {
        let contract = match &args.update.update {
            Some(path) => {
                let bytes = super::contracts::read(path).map_err(|error| format!("{}: {error}", shown(path)))?;
                palisade_document::read(&shown(path), &bytes, &palisade_document::Limits::default()).document
            }
            None => Document::from_value("learned", &inventory.to_evidence(OpenApiVersion::V31)),
        };
        let profile = learn_profile(contract, args, &redactor)?;
        write_file(file, &written(&profile, Some(file)), false)?;
    }
    if let Some(report) = &args.report {
        write_file(report, &findings_report(&inventory, args.format), false)?;
    }
    if let Some(state) = &args.state {
        write_file(state, &discovery.save(), true)?;
    }
    Ok(())
}

/// Writes the contract of what was learned, as `palisade discover` does without overrides.
pub(super) fn write_contract(discovery: &Discovery, openapi: &str, output: Option<&Path>) -> Result<(), String> {
    write_inventory(&discovery.induce(&Overrides::default()), openapi, output)
}

fn write_inventory(inventory: &Inventory, openapi: &str, output: Option<&Path>) -> Result<(), String> {
    let version = if openapi == "3.0" { OpenApiVersion::V30 } else { OpenApiVersion::V31 };
    let contract = inventory.to_evidence(version);
    let text = written(&contract, output);
    match output {
        Some(file) => write_file(file, &text, false),
        None => {
            let mut out = std::io::stdout().lock();
            let done = out.write_all(text.as_bytes()).and_then(|()| out.flush());
            done.map_err(|error| format!("standard output: {error}"))
        }
    }
}

/// As JSON where the file's name ends so, else as YAML.
fn written(value: &serde_json::Value, file: Option<&Path>) -> String {
    match file.and_then(Path::extension).is_some_and(|end| end.eq_ignore_ascii_case("json")) {
        true => palisade_document::emit::to_json_pretty(value),
        false => palisade_document::emit::to_yaml(value),
    }
}

/// Reads the recordings once more, now that the operations are known.
fn learn_profile(contract: Document, args: &Args, redactor: &Redactor) -> Result<serde_json::Value, String> {
    let (contract, _) = Contract::load(Arc::new(contract));
    let (compiled, _) = CompiledContract::compile(&contract, None);
    let mut learner = Learner::new(redactor.values());
    recordings::read(&args.traffic, redactor, &mut |_, _, exchange| {
        if let Routed::Match(found) = compiled.route(&exchange.method, &exchange.path)
            && let Some(operation) = compiled.operation(found.operation)
        {
            learner.absorb(&operation.label, &exchange);
        }
    })?;
    serde_json::to_value(learner.profile()).map_err(|error| error.to_string())
}

/// What taught nothing, and why.
fn ignored(discovery: &Discovery) -> Vec<String> {
    let ignored = discovery.ignored();
    [
        (ignored.hostile, "carry marks of an attack and taught nothing"),
        (ignored.unanswered, "have no answer and taught nothing"),
        (ignored.beyond, "are beyond the bounds and taught nothing"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, why)| format!("{count} exchanges {why}"))
    .collect()
}

fn findings_report(inventory: &Inventory, format: Format) -> String {
    let found: Vec<Finding> = findings(inventory, None);
    let operations = inventory.api_operations().count();
    let section = Section {
        name: "traffic",
        facts: vec![("exchanges", inventory.exchanges().to_string()), ("operations", operations.to_string())],
        findings: &found,
        ..Section::default()
    };
    palisade_report::render(format, &[section], &Catalogue::traffic(), &TextOptions::default())
}

fn read_overrides(path: &Path) -> Result<Overrides, String> {
    let text = read_capped(path, MAX_OVERRIDES)?;
    Overrides::read(&path.to_string_lossy(), text.as_bytes()).map_err(|mistakes| {
        let told: Vec<String> = mistakes.iter().map(|mistake| terminal(&mistake.to_string())).collect();
        told.join("\n")
    })
}

fn read_capped(path: &Path, most: u64) -> Result<String, String> {
    let describe = |error: std::io::Error| format!("{}: {error}", shown(path));
    let mut text = String::new();
    File::open(path).map_err(describe)?.take(most + 1).read_to_string(&mut text).map_err(describe)?;
    if text.len() as u64 > most {
        return Err(format!("{}: longer than {most} bytes", shown(path)));
    }
    Ok(text)
}

fn restore(path: &Path, settings: &Settings) -> Result<Discovery, String> {
    let text = read_capped(path, MAX_STATE)?;
    Discovery::restore(&text, settings.clone()).map_err(|error| {
        let help = match error {
            MergeError::Key => "; states can be merged when all of them were learned with one --key FILE",
            _ => "",
        };
        format!("{}: {error}{help}", shown(path))
    })
}

/// The key of the states: made on first use, readable by its owner only.
fn key(args: &Args) -> Result<[u8; 32], String> {
    let beside = |state: &Path| {
        let mut name = state.as_os_str().to_owned();
        name.push(".key");
        PathBuf::from(name)
    };
    let path = match (&args.key, args.state.as_ref().or(args.merge.first())) {
        (Some(key), _) => key.clone(),
        (None, Some(state)) => beside(state),
        // Nothing hashed leaves this process.
        (None, None) => return Ok([0; 32]),
    };
    let describe = |error: std::io::Error| format!("{}: {error}", shown(&path));
    if path.exists() {
        let mut bytes = Vec::new();
        File::open(&path).map_err(describe)?.take(64).read_to_end(&mut bytes).map_err(describe)?;
        return bytes.try_into().map_err(|_| format!("{}: not a key of 32 bytes", shown(&path)));
    }
    if args.state.as_ref().is_some_and(|state| state.exists()) || !args.merge.is_empty() {
        return Err(format!("{}: the key of the states is missing; --key FILE names it", shown(&path)));
    }
    let mut key = [0u8; 32];
    getrandom::fill(&mut key).map_err(|error| format!("no random numbers: {error}"))?;
    private().create_new(true).open(&path).and_then(|mut file| file.write_all(&key)).map_err(describe)?;
    Ok(key)
}

pub(super) fn private() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Writes a file whole or not at all.
fn write_file(path: &Path, text: &str, secret: bool) -> Result<(), String> {
    let describe = |error: std::io::Error| format!("{}: {error}", shown(path));
    if !secret {
        return std::fs::write(path, text).map_err(describe);
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    let mut file = private().create(true).truncate(true).open(&part).map_err(describe)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(describe)?;
    std::fs::rename(&part, path).map_err(describe)
}
