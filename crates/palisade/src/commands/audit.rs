//! `palisade audit`.

use palisade_audit::{AuditReport, Options, Profile, State};
use palisade_finding::{Severity, Summary, worst_at_or_above};
use palisade_report::{Catalogue, Format, Section, TextOptions};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A gate failed.
const EXIT_GATE: u8 = 4;
/// Bytes read of one file: one more than the reader of contracts takes, so that it sees that there are more.
const MAX_BYTES: u64 = (64 << 20) + 1;
/// Directories inside each other that are searched.
const MAX_DEPTH: usize = 64;
/// Files taken from directories.
const MAX_FILES: usize = 100_000;

/// Judges contracts and gives each a score from 0 to 100.
///
/// Exit codes: 0 judged and no gate failed; 1 a contract could not be read; 2 wrong usage; 4 a finding at or above
/// --fail-on.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Contracts, or directories to search for them; `-` reads standard input.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Format of the result: text, json, sarif, junit, md or html.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Writes the result to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Fails (exit code 4) when there is a finding at or above: critical, high, medium, low or info.
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<Severity>,
    /// Which findings are reported: strict (all), recommended (low and above, and all about structure) or minimal
    /// (high and above). The score does not depend on it.
    #[arg(long, value_name = "PROFILE", default_value = "recommended")]
    profile: Profile,
    /// File of known findings, which are not reported again.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Writes the present findings into the baseline first.
    #[arg(long, requires = "baseline")]
    write_baseline: bool,
    /// Lists every place of a rule in the text format, not the first three.
    #[arg(long)]
    all: bool,
}

/// The file of known findings: fingerprints by contract.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Baseline {
    version: u32,
    contracts: BTreeMap<String, BTreeSet<String>>,
}

/// Runs the command.
pub fn run(args: Args) -> ExitCode {
    match work(&args) {
        Ok(code) => ExitCode::from(code),
        Err(error) => super::failed(error),
    }
}

fn work(args: &Args) -> Result<u8, String> {
    let options = Options { profile: args.profile };
    let mut judged: Vec<(AuditReport, String)> = Vec::new();
    for path in &args.paths {
        if path.is_dir() {
            let before = judged.len();
            for file in search(path)? {
                judged.extend(one(&file, &options, true));
            }
            if judged.len() == before {
                return Err(format!("no contract found in {}", shown(path)));
            }
        } else {
            judged.extend(one(path, &options, false));
        }
    }
    if let Some(file) = &args.baseline {
        let baseline = if args.write_baseline { write_baseline(file, &judged)? } else { read_baseline(file)? };
        for (report, _) in &mut judged {
            if let Some(known) = baseline.contracts.get(&report.contract.path) {
                report.findings.retain(|finding| !known.contains(&finding.fingerprint));
                report.summary = Summary::of(&report.findings);
            }
        }
    }
    let to_terminal = args.output.is_none();
    let places = if args.all { 0 } else { TextOptions::default().places };
    let text = rendered(args.format, &judged, &TextOptions { color: to_terminal, places });
    match &args.output {
        Some(file) => std::fs::write(file, text).map_err(|error| format!("cannot write {}: {error}", shown(file)))?,
        None => print(args.format, &text)?,
    }
    if judged.iter().any(|(report, _)| report.state == State::StructureInvalid) {
        return Ok(super::EXIT_FAILED);
    }
    let failed = args.fail_on.is_some_and(|threshold| {
        judged.iter().any(|(report, _)| worst_at_or_above(&report.findings, threshold).is_some())
    });
    Ok(if failed { EXIT_GATE } else { 0 })
}

/// Judges one file. A file that a search came by and that turns out to be no contract gives nothing.
fn one(path: &Path, options: &Options, searched: bool) -> Option<(AuditReport, String)> {
    let name = if path == Path::new("-") { "<stdin>".to_owned() } else { path.to_string_lossy().into_owned() };
    let bytes = match read(path) {
        Ok(bytes) => bytes,
        Err(error) => return Some((palisade_audit::unreadable(&name, &error.to_string()), String::new())),
    };
    if searched && !mentions_version(&bytes) {
        return None;
    }
    let judged = palisade_audit::audit_with_source(&name, &bytes, options);
    let foreign = judged.0.findings.iter().any(|finding| finding.name == "not-a-contract");
    (!(searched && foreign)).then_some(judged)
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().take(MAX_BYTES).read_to_end(&mut bytes)?;
    } else {
        std::fs::File::open(path)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// Whether a file may be a contract: the word stands somewhere, in UTF-8 or in UTF-16.
fn mentions_version(bytes: &[u8]) -> bool {
    [b"openapi", b"swagger"].iter().any(|word| {
        let wide: Vec<u8> = word.iter().flat_map(|byte| [0, *byte]).skip(1).collect();
        holds(bytes, *word) || holds(bytes, &wide)
    })
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// The JSON and YAML files below a directory, in order of their names. Hidden directories and links to directories are
/// left out.
fn search(root: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    let mut open = vec![(root.to_path_buf(), 0)];
    while let Some((directory, depth)) = open.pop() {
        let failed = |error: io::Error| format!("cannot search {}: {error}", shown(&directory));
        for entry in std::fs::read_dir(&directory).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            let kind = entry.file_type().map_err(failed)?;
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if kind.is_dir() && !hidden && depth < MAX_DEPTH {
                open.push((path, depth + 1));
            } else if !kind.is_dir() && is_document(&path) && path.is_file() {
                files.push(path);
            }
            if files.len() > MAX_FILES {
                return Err(format!("more than {MAX_FILES} files below {}: name a smaller directory", shown(root)));
            }
        }
    }
    files.sort();
    Ok(files)
}

fn is_document(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    matches!(ending.as_deref(), Some("json" | "yaml" | "yml"))
}

fn read_baseline(file: &Path) -> Result<Baseline, String> {
    let bytes = read(file).map_err(|error| format!("cannot read the baseline {}: {error}", shown(file)))?;
    let baseline: Baseline = serde_json::from_slice(&bytes)
        .map_err(|error| format!("{}:{}:{}: no baseline: {error}", shown(file), error.line(), error.column()))?;
    if baseline.version != 1 {
        return Err(format!("{}: version {} of baselines is not known", shown(file), baseline.version));
    }
    Ok(baseline)
}

fn write_baseline(file: &Path, judged: &[(AuditReport, String)]) -> Result<Baseline, String> {
    let mut baseline = Baseline { version: 1, contracts: BTreeMap::new() };
    for (report, _) in judged {
        let known = baseline.contracts.entry(report.contract.path.clone()).or_default();
        known.extend(report.findings.iter().map(|finding| finding.fingerprint.clone()));
    }
    let text = palisade_report::pretty(&baseline);
    std::fs::write(file, text).map_err(|error| format!("cannot write the baseline {}: {error}", shown(file)))?;
    Ok(baseline)
}

fn rendered(format: Format, judged: &[(AuditReport, String)], options: &TextOptions) -> String {
    if format == Format::Json {
        let reports: Vec<&AuditReport> = judged.iter().map(|(report, _)| report).collect();
        return match reports.as_slice() {
            [report] => palisade_report::pretty(report),
            reports => palisade_report::pretty(&serde_json::json!({"contracts": reports})),
        };
    }
    let sections: Vec<Section<'_>> = judged.iter().map(|(report, source)| section(report, source)).collect();
    palisade_report::render(format, &sections, &Catalogue::audit(), options)
}

fn section<'a>(report: &'a AuditReport, source: &'a str) -> Section<'a> {
    let contract = &report.contract;
    let score = &report.score;
    let state = match report.state {
        State::Valid => "valid",
        State::SemanticInvalid => "semantically invalid: parts of it contradict its specification",
        State::StructureInvalid => "could not be read as a contract",
    };
    let mut facts = vec![
        ("score", format!("{} of 100 (security {} of 30, data {} of 70)", score.total, score.security, score.data)),
        ("state", state.to_owned()),
        ("format", format!("{}, {} operations", contract.format, contract.operations)),
    ];
    if !contract.title.is_empty() {
        facts.insert(0, ("title", format!("{} {}", contract.title, contract.version)));
    }
    Section { name: &contract.path, facts, score: Some(score.total), findings: &report.findings, source: Some(source) }
}

/// Writes to standard output; colours go only to a terminal. A reader that went away is no error.
pub(super) fn print(format: Format, text: &str) -> Result<(), String> {
    let written = match format {
        Format::Text => anstream::stdout().write_all(text.as_bytes()),
        _ => io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()),
    };
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot write the result: {error}")),
        _ => Ok(()),
    }
}

fn shown(path: &Path) -> String {
    palisade_report::terminal(&path.to_string_lossy())
}
