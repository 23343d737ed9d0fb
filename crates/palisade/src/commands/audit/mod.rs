//! `palisade audit`.

mod fix;
mod pipeline;
pub(super) mod policy;
mod render;

use super::contracts::{folder, is_glob, matching, mentions_version, named, read, search};
use super::output::{self, shown};
use palisade_audit::{Options, Profile, State};
use palisade_finding::{Severity, worst_at_or_above};
use palisade_report::{Catalogue, Format, TextOptions};
use palisade_runner::{Baseline, Disk, Host, Loader, Network};
use pipeline::Progress;
use render::{Beside, Judged, Output};
use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

/// Wrong usage, as clap's own.
const EXIT_USAGE: u8 = 2;

/// Judges contracts and gives each a score from 0 to 100.
///
/// Exit codes: 0 judged and no gate failed; 1 a contract could not be read; 2 wrong usage; 4 a finding at or above
/// --fail-on, or a gate that does not hold.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Contracts, directories to search for them, or patterns such as `apis/**/*.yaml`; `-` reads standard input.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Format of the result: text, json, sarif, junit, md, html or github (annotations).
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Writes the result to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Fails (exit code 4) when there is a finding at or above: critical, high, medium, low or info.
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<Severity>,
    /// Which findings are reported: strict (all), recommended (without advice that most teams would switch off) or
    /// minimal (what an attacker can use). `palisade rules` says which rule belongs where. The score does not depend on
    /// it. Without it the configuration's, else recommended; --fix then mends the findings of strict.
    #[arg(long, value_name = "PROFILE")]
    profile: Option<Profile>,
    /// File of known findings, which are not reported again. Without it the configuration's.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Writes the present findings into the baseline first.
    #[arg(long)]
    write_baseline: bool,
    #[command(flatten)]
    policy: policy::PolicyArgs,
    /// Lists every place of a rule in the text format, not the first three.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    fix: fix::FixArgs,
    /// A host that references may be fetched from over http and https: a name or an address, for every port or for
    /// one (HOST:PORT). May be given several times; without it nothing is fetched.
    #[arg(long, value_name = "HOST")]
    allow_net: Vec<Host>,
}

/// Runs the command.
pub fn run(args: Args) -> ExitCode {
    if args.fix.fix && !args.fix.dry_run && args.paths.iter().any(|path| path == Path::new("-")) {
        super::failed("standard input cannot be mended in place: --fix needs --dry-run with it");
        return ExitCode::from(EXIT_USAGE);
    }
    match work(&args) {
        Ok(code) => ExitCode::from(code),
        Err(error) => super::failed(error),
    }
}

/// A file to judge.
struct Target {
    path: PathBuf,
    /// The argument it came by.
    named: usize,
    /// A search came by it: it may turn out to be no contract.
    searched: bool,
}

fn targets(paths: &[PathBuf]) -> Result<Vec<Target>, String> {
    let mut targets = Vec::new();
    for (named, path) in paths.iter().enumerate() {
        let (files, searched) = match path {
            path if path.is_dir() => (search(path)?, true),
            path if is_glob(path) && !path.exists() => (matching(path)?, false),
            path => (vec![path.clone()], false),
        };
        if files.is_empty() {
            return Err(format!("no contract found in {}", shown(path)));
        }
        targets.extend(files.into_iter().map(|path| Target { path, named, searched }));
    }
    Ok(targets)
}

fn work(args: &Args) -> Result<u8, String> {
    let setup = args.policy.setup()?;
    let sarif = args.format == Format::Sarif;
    let details = args.write_baseline || !setup.gates.is_empty();
    let options = Options { fixes: sarif, related: sarif, details, ..setup.options(args.profile) };
    // Who names no profile wants to see less, not to have less mended.
    let mended = args.profile.or(setup.profile).unwrap_or(Profile::Strict);
    let network = Network { hosts: args.allow_net.clone(), ..Network::default() };
    let loader = Loader { network, ..Loader::default() };
    let targets = targets(&args.paths)?;
    let configured = setup.baseline.as_ref().map(|named| Path::new(&named.file));
    let baseline = args.baseline.as_deref().or(configured);
    let (known, mut fresh) = match baseline {
        Some(file) if !args.write_baseline => {
            (Baseline::read(&Disk, file).map_err(|fault| policy::told(&fault))?, None)
        }
        Some(file) => (Baseline::default(), Some((file, Baseline::default()))),
        None if args.write_baseline => {
            return Err("--write-baseline needs a file: --baseline FILE, or `baseline` in the configuration".to_owned());
        }
        None => (Baseline::default(), None),
    };
    let places = if args.all { 0 } else { TextOptions::default().places };
    let text = TextOptions { color: args.output.is_none(), places };
    // A diff takes the place of the report.
    let (mut out, mut diffs): (Box<dyn Write>, Box<dyn Write>) = match args.fix.dry_run {
        true => (Box::new(io::sink()), output::open(args.output.as_deref(), args.format)?),
        false => (output::open(args.output.as_deref(), args.format)?, Box::new(io::sink())),
    };
    let catalogue = Catalogue::audit().with(setup.policy.custom.iter().map(|rule| (&**rule).into()));
    let written = |error: io::Error| match &args.output {
        Some(file) => format!("cannot write {}: {error}", shown(file)),
        None => format!("cannot write the result: {error}"),
    };
    let mut output =
        Output::begin(&mut *out, args.format, &catalogue, text, args.policy.show_suppressed).map_err(written)?;
    let mut progress = Progress::new(targets.len(), args.output.is_none() && io::stdout().is_terminal());
    let mut empty: BTreeSet<usize> = (0..args.paths.len()).collect();
    let (mut unreadable, mut failed) = (false, false);
    let mut used = vec![0; setup.policy.ignores.len()];
    let mut blocked = Vec::new();
    // Contracts may share files: with --fix one is done before the next is judged.
    let turn = Mutex::new(());
    let outcome = pipeline::each(
        &targets,
        |target| {
            let _turn = args.fix.fix.then(|| turn.lock().unwrap_or_else(PoisonError::into_inner));
            let options = known.options(&named(&target.path), &options);
            let judged = one(&target.path, &loader, &options, target.searched);
            let Some(before) = judged.as_ref().filter(|_| args.fix.fix) else { return (target.named, judged, None) };
            let mending = Options { profile: mended, ..options.clone() };
            let fixed = fix::contract(&target.path, before, &args.fix, &loader, &mending);
            let judged = if args.fix.dry_run { judged } else { one(&target.path, &loader, &options, target.searched) };
            (target.named, judged, Some(fixed))
        },
        |(named, judged, fixed)| {
            progress.step();
            if let Some(fixed) = fixed.transpose()? {
                diffs.write_all(fixed.diff.as_bytes()).map_err(written)?;
                // Nobody is left to tell when stderr is closed.
                let _ = anstream::stderr().write_all(fixed.summary.as_bytes());
            }
            let Some(mut judged) = judged else { return Ok(()) };
            empty.remove(&named);
            let mut beside =
                Beside { suppressed: args.policy.show_suppressed, profile: options.profile, ..Beside::default() };
            match &mut fresh {
                Some((_, fresh)) => fresh.add(&mut judged.report),
                None => beside.baseline = known.apply(&judged.report.contract.path.clone(), &mut judged.report),
            }
            used.iter_mut().zip(&judged.report.notes.used).for_each(|(sum, places)| *sum += places);
            blocked.extend(policy::blocked(&setup.gates, &judged));
            unreadable |= judged.report.state == State::StructureInvalid;
            failed |= args.fail_on.is_some_and(|least| worst_at_or_above(&judged.report.findings, least).is_some());
            output.contract(judged, &beside).map_err(written)
        },
    );
    drop(progress);
    outcome?;
    diffs.flush().map_err(written)?;
    let about = setup.findings(&used, options.profile);
    if let Some(source) = setup.source.as_ref().filter(|_| !about.is_empty()) {
        output.configuration(source, &about).map_err(written)?;
        failed |= args.fail_on.is_some_and(|least| worst_at_or_above(&about, least).is_some());
    }
    output.end().map_err(written)?;
    if let Some((file, fresh)) = &fresh {
        fresh.write(file).map_err(|error| format!("cannot write the baseline {}: {error}", shown(file)))?;
    }
    for condition in &blocked {
        // Nobody is left to tell when stderr is closed.
        let _ = writeln!(anstream::stderr(), "palisade: {}", palisade_report::terminal(&condition.to_string()));
    }
    failed |= !blocked.is_empty();
    if let Some(path) = empty.first().and_then(|named| args.paths.get(*named)) {
        return Err(format!("no contract found in {}", shown(path)));
    }
    Ok(match (unreadable, failed) {
        (true, _) => super::EXIT_FAILED,
        (_, true) => super::EXIT_GATE,
        _ => 0,
    })
}

/// Judges one file. A file that a search came by and that turns out to be no contract gives nothing.
fn one(path: &Path, loader: &Loader, options: &Options, searched: bool) -> Option<Judged> {
    let name = named(path);
    let bytes = match read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let report = palisade_audit::unreadable(&name, &error.to_string());
            return Some(Judged { report, sources: Vec::new() });
        }
    };
    if searched && !mentions_version(&bytes) {
        return None;
    }
    let (report, sources) = palisade_audit::audit_files(loader.read(folder(path), &name, bytes), options);
    let foreign = report.findings.iter().any(|finding| finding.name == "not-a-contract");
    (!(searched && foreign)).then_some(Judged { report, sources })
}
