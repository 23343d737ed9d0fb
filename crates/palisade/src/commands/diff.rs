//! `palisade diff`.

use super::EXIT_GATE;
use super::contracts::{folder, mentions_version, named, read, search};
use super::output::{open, shown};
use palisade_contract::Contract;
use palisade_diff::{Change, Date, Level, Options, diff};
use palisade_document::{Document, Limits};
use palisade_report::{Catalogue, Format, Report, Section, TextOptions, terminal, write_pretty};
use palisade_runner::{Host, Loader, Network};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Stands for a contract that is not there.
const NOTHING: &[u8] = b"{\"openapi\": \"3.1.0\", \"info\": {\"title\": \"\", \"version\": \"\"}, \"paths\": {}}";

/// Lists what changed from one contract to another and which changes break clients.
///
/// Contracts are compared by meaning: references are followed, order, names of components and spellings do not count.
/// Both may be OpenAPI 2.0, 3.0, 3.1 or 3.2. Exit codes: 0 compared and no gate failed; 1 a contract could not be read;
/// 2 wrong usage; 4 a change at or above --fail-on.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The contract that clients were written by; `-` reads standard input. Or a directory, compared with the other one
    /// file by file.
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The contract that is to take its place.
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Format of the result: text, json, sarif, junit, md, html or github (annotations).
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Writes the result to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Fails (exit code 4) when there is a change of this level or a worse one: breaking, risky, or any.
    #[arg(long, value_name = "LEVEL")]
    fail_on: Option<FailOn>,
    /// Leaves out changes of lower levels than this: breaking, risky or any.
    #[arg(long, value_name = "LEVEL", default_value = "any")]
    level: FailOn,
    /// The day that dates of sunset are compared with, as YYYY-MM-DD; else the present day.
    #[arg(long, value_name = "DATE")]
    today: Option<Date>,
    /// Lists every place of a change in the text format, not the first three.
    #[arg(long)]
    all: bool,
    /// A host that references may be fetched from over http and https: a name or an address, for every port or for
    /// one (HOST:PORT). May be given several times; without it nothing is fetched.
    #[arg(long, value_name = "HOST")]
    allow_net: Vec<Host>,
}

/// The least level that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    Breaking,
    Risky,
    #[value(alias = "compatible")]
    Any,
}

impl FailOn {
    fn level(self) -> Level {
        match self {
            FailOn::Breaking => Level::Breaking,
            FailOn::Risky => Level::Risky,
            FailOn::Any => Level::Compatible,
        }
    }
}

/// Runs the command.
pub fn run(args: &Args) -> ExitCode {
    if args.old == Path::new("-") && args.new == args.old {
        super::failed("standard input is one contract: name a file for the other one");
        return ExitCode::from(2);
    }
    match work(args) {
        Ok(failed) => ExitCode::from(if failed { EXIT_GATE } else { 0 }),
        Err(error) => super::failed(error),
    }
}

/// A contract that was read.
struct Side {
    name: String,
    contract: Contract,
}

/// Two contracts and what changed.
struct Compared {
    old: Side,
    new: Side,
    changes: Vec<Change>,
}

/// What reports say about a contract.
#[derive(Serialize)]
struct About<'a> {
    path: &'a str,
    title: &'a str,
    version: &'a str,
    format: &'a str,
    operations: usize,
}

#[derive(Serialize, Default)]
struct Counts {
    breaking: usize,
    risky: usize,
    compatible: usize,
}

/// Two contracts as JSON.
#[derive(Serialize)]
struct Told<'a> {
    old: About<'a>,
    new: About<'a>,
    changes: &'a [Change],
    summary: Counts,
}

impl Side {
    fn about(&self) -> About<'_> {
        About {
            path: &self.name,
            title: &self.contract.title,
            version: &self.contract.api_version,
            format: &self.contract.openapi,
            operations: self.contract.operations.len(),
        }
    }

    fn fact(&self) -> String {
        let About { path, title, version, format, operations } = self.about();
        format!("{path} ({title} {version}, OpenAPI {format}, {operations} operations)")
    }

    fn document(&self) -> &Document {
        self.contract.document()
    }
}

fn work(args: &Args) -> Result<bool, String> {
    let network = Network { hosts: args.allow_net.clone(), ..Network::default() };
    let loader = Loader { network, ..Loader::default() };
    let today = args.today.unwrap_or_else(|| jiff::Zoned::now().date());
    let options = Options { today: Some(today) };
    let several = args.old.is_dir() || args.new.is_dir();
    let mut compared = Vec::new();
    let mut worst = None;
    for (old, new) in pairs(&args.old, &args.new)? {
        // Files of a directory may turn out to be no contracts.
        let (old, new) = match (side(&old, &loader), side(&new, &loader)) {
            (Ok(old), Ok(new)) => (old, new),
            (Err(_), _) | (_, Err(_)) if several => continue,
            (Err(error), _) | (_, Err(error)) => return Err(error),
        };
        let mut changes = diff(&old.contract, &new.contract, &options);
        worst = worst.max(Level::worst(&changes));
        changes.retain(|change| change.level >= args.level.level());
        compared.push(Compared { old, new, changes });
    }
    if compared.is_empty() {
        return Err(format!("no contract found in {} and {}", shown(&args.old), shown(&args.new)));
    }
    let written = |error: io::Error| match &args.output {
        Some(file) => format!("cannot write {}: {error}", shown(file)),
        None => format!("cannot write the result: {error}"),
    };
    let mut out = open(args.output.as_deref(), args.format)?;
    match args.format {
        Format::Json => json(&mut *out, &compared, several).map_err(written)?,
        format => {
            let places = if args.all { 0 } else { TextOptions::default().places };
            let text = TextOptions { color: args.output.is_none(), places };
            report(&mut *out, &compared, format, text).map_err(written)?;
        }
    }
    Ok(args.fail_on.is_some_and(|least| worst >= Some(least.level())))
}

/// The files of two contracts, each where there is one.
type Pair = (Option<PathBuf>, Option<PathBuf>);

/// The contracts to compare: the two files, or the files of two directories that go by one name.
fn pairs(old: &Path, new: &Path) -> Result<Vec<Pair>, String> {
    match (old.is_dir(), new.is_dir()) {
        (false, false) => Ok(vec![(Some(old.to_path_buf()), Some(new.to_path_buf()))]),
        (true, true) => {
            let below = |root: &Path| -> Result<BTreeMap<PathBuf, PathBuf>, String> {
                let files = search(root)?;
                let inside = |file: PathBuf| Some((file.strip_prefix(root).ok()?.to_path_buf(), file));
                Ok(files.into_iter().filter_map(inside).collect())
            };
            let (mut before, mut after) = (below(old)?, below(new)?);
            let names: BTreeSet<PathBuf> = before.keys().chain(after.keys()).cloned().collect();
            Ok(names.iter().map(|name| (before.remove(name), after.remove(name))).collect())
        }
        _ => Err(format!("{} and {} must both be files or both be directories", shown(old), shown(new))),
    }
}

/// Reads a contract; none stands for one without operations.
fn side(path: &Option<PathBuf>, loader: &Loader) -> Result<Side, String> {
    let Some(path) = path else {
        let reading = palisade_document::read("(none)", NOTHING, &Limits::default());
        let (contract, _) = Contract::load(Arc::new(reading.document));
        return Ok(Side { name: "(none)".to_owned(), contract });
    };
    let name = named(path);
    let bytes = read(path).map_err(|error| format!("cannot read {}: {error}", shown(path)))?;
    if !mentions_version(&bytes) {
        return Err(format!(
            "{}: this is no OpenAPI contract: neither `openapi` nor `swagger` stands in it",
            shown(path)
        ));
    }
    let reading = loader.read(folder(path), &name, bytes);
    let first = reading.problems.first().cloned();
    if reading.fatal {
        return Err(first.map_or_else(|| format!("{}: cannot be read", shown(path)), |problem| at(&name, &problem)));
    }
    let (contract, problems) = Contract::load(Arc::new(reading.document));
    if !contract.readable {
        let told = problems.first().map(|problem| at(&name, problem));
        return Err(told.unwrap_or_else(|| format!("{}: this is no OpenAPI contract", shown(path))));
    }
    let lost: Vec<_> = problems.iter().filter(|problem| problem.code.contains("reference")).collect();
    if let Some(problem) = lost.first() {
        let more = if lost.len() > 1 { format!(" (and {} more)", lost.len() - 1) } else { String::new() };
        let told = format!("palisade: {}: what it names was not compared{more}", at(&name, problem));
        // Nobody is left to tell when stderr is closed.
        let _ = writeln!(anstream::stderr(), "{told}");
    }
    Ok(Side { name, contract })
}

fn at(name: &str, problem: &palisade_document::Problem) -> String {
    let finding = problem.to_finding(name);
    let file = finding.file.as_deref().unwrap_or(name);
    let (line, column) = (finding.line.unwrap_or(1), finding.column.unwrap_or(1));
    terminal(&format!("{file}:{line}:{column}: {}", finding.message))
}

fn json(out: &mut dyn Write, compared: &[Compared], several: bool) -> io::Result<()> {
    let told = |compared: &Compared, out: &mut dyn Write, margin: &str| {
        let count = |level: Level| compared.changes.iter().filter(|change| change.level == level).count();
        let summary = Counts {
            breaking: count(Level::Breaking),
            risky: count(Level::Risky),
            compatible: count(Level::Compatible),
        };
        let (old, new) = (compared.old.about(), compared.new.about());
        write_pretty(out, &Told { old, new, changes: &compared.changes, summary }, margin)
    };
    match compared {
        [only] if !several => told(only, out, "")?,
        all => {
            out.write_all(b"{\n  \"contracts\": [")?;
            for (place, one) in all.iter().enumerate() {
                write!(out, "{}\n    ", if place > 0 { "," } else { "" })?;
                told(one, out, "    ")?;
            }
            out.write_all(b"\n  ]\n}")?;
        }
    }
    out.write_all(b"\n")?;
    out.flush()
}

fn report(out: &mut dyn Write, compared: &[Compared], format: Format, text: TextOptions) -> io::Result<()> {
    // Of more than two thousand kinds those that are there.
    let ids: BTreeSet<&str> = compared.iter().flat_map(|one| &one.changes).map(|change| change.id).collect();
    let rules = ids.iter().filter_map(|id| palisade_diff::check(id)).map(Into::into);
    let catalogue = Catalogue::default().with(rules);
    let mut report = Report::begin(out, format, &catalogue, text)?;
    for Compared { old, new, changes } in compared {
        let findings: Vec<_> = changes.iter().map(Change::to_finding).collect();
        let sources = |side: &Side| -> Vec<(String, String)> {
            side.document().files().map(|file| (file.name().to_owned(), file.source().to_owned())).collect()
        };
        let texts: Vec<(String, String)> = sources(old).into_iter().chain(sources(new)).collect();
        let counts = Level::WORST_FIRST
            .map(|level| format!("{} {level}", changes.iter().filter(|change| change.level == level).count()));
        report.section(&Section {
            name: &new.name,
            facts: vec![("old", old.fact()), ("new", new.fact()), ("changes", counts.join(", "))],
            findings: &findings,
            sources: texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect(),
            ..Section::default()
        })?;
    }
    report.end()
}
