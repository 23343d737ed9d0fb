//! `palisade drift`.

use super::audit::policy;
use super::{contracts, output, recordings};
use palisade_contract::Contract;
use palisade_drift::{Drift, Outcome, Reference, Terms};
use palisade_exchange::Redactor;
use palisade_finding::{Judged, worst_at_or_above};
use palisade_report::{Catalogue, Report, Section, TextOptions, terminal};
use palisade_runner::{Disk, Host, Loader, Network, Setup};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Hosts named one by one among those that were left out.
const OTHERS: usize = 5;

/// Holds recorded traffic against a contract: what is called and not in it, in it and not called, deprecated, and what
/// breaks it.
///
/// Reads the recordings that `palisade discover` reads; `-` is standard input. Which of their hosts and base paths are
/// the contract's is found out. Exit codes: 0 compared and no gate failed; 1 a file could not be read; 2 wrong usage; 4
/// a finding at or above --fail-on, or a gate that does not hold.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The contract.
    #[arg(value_name = "CONTRACT")]
    contract: PathBuf,
    /// Recordings, in any order.
    #[arg(value_name = "TRAFFIC", required = true)]
    traffic: Vec<PathBuf>,
    #[command(flatten)]
    result: output::ResultArgs,
    /// File of a gate: rejected severities, forbidden rules. Fails (exit code 4) where it does not hold. May be given
    /// several times.
    #[arg(long, value_name = "FILE")]
    gate: Vec<PathBuf>,
    /// Lists every place of a rule in the text format, not the first ten.
    #[arg(long)]
    all: bool,
    /// A host that references of the contract may be fetched from over http and https. May be given several times;
    /// without it nothing is fetched.
    #[arg(long, value_name = "HOST")]
    allow_net: Vec<Host>,
    /// Rules of your own for sensitive data, YAML. An undocumented operation that gives out what they name weighs more.
    #[arg(long, value_name = "FILE")]
    sensitive: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: Args) -> ExitCode {
    match work(&args) {
        Ok(code) => ExitCode::from(code),
        Err(error) => super::failed(error),
    }
}

fn work(args: &Args) -> Result<u8, String> {
    let mut setup = Setup::default();
    args.gate.iter().for_each(|file| setup.add_gates(&Disk, file, None));
    let faults: Vec<String> = setup.faults.iter().map(policy::told).collect();
    if !faults.is_empty() {
        return Err(faults.join("\n"));
    }
    let terms = terms(args)?;
    let rules = args.sensitive.as_deref().map_or_else(|| Ok(Arc::default()), super::sensitive_rules)?;
    // Nothing hashed leaves this process.
    let redactor = Redactor::with_rules(&[0; 32], rules);
    let mut drift = Drift::new(terms, &redactor);
    let mut names: BTreeMap<PathBuf, Arc<str>> = BTreeMap::new();
    let tally = recordings::read(&args.traffic, &redactor, &mut |path, number, exchange| {
        let recording = match names.get(path) {
            Some(name) => Arc::clone(name),
            None => {
                let name: Arc<str> = contracts::named(path).into();
                names.insert(path.to_owned(), Arc::clone(&name));
                name
            }
        };
        let reference = Reference { time: exchange.time, recording: Some(recording), number, id: exchange.id };
        drift.observe(exchange, reference);
    })?;
    if tally.read == 0 {
        recordings::say(&tally, []);
        return Err("no exchange could be read".to_owned());
    }
    let contract = drift.terms().contract();
    let (title, operations) = (contract.title.clone(), contract.operations.len());
    let tags = contract.operations.iter().map(|operation| (operation.label(), operation.tags.clone())).collect();
    let document = Arc::clone(contract.document());
    let sources = document.files().map(|file| (file.name(), file.source())).collect();
    let outcome = drift.finish();
    recordings::say(&tally, notes(&outcome));

    let name = contracts::named(&args.contract);
    let counts = outcome.counts;
    let mut facts = vec![
        ("contract", format!("{title}, {operations} operations")),
        ("compared", format!("{} exchanges on {}", counts.judged, hosts(&outcome))),
    ];
    if counts.refused > 0 {
        facts.push(("refused", format!("{} requests that break the contract, as they should be", counts.refused)));
    }
    if counts.partial > 0 {
        facts.push((
            "in part",
            format!("{} exchanges: not captured, redacted, or known by their shape", counts.partial),
        ));
    }
    if counts.overflow > 0 {
        facts.push(("left out", format!("{} sightings: there are more kinds than are kept", counts.overflow)));
    }
    let section = Section { name: &name, facts, findings: &outcome.findings, sources, ..Section::default() };
    write(args, &section)?;
    let subject = Judged { name: &name, score: None, invalid: None, findings: &outcome.findings, tags: &tags };
    let gates = super::say_blocked(&setup.gates, &subject);
    let worst = args.result.fail_on.is_some_and(|least| worst_at_or_above(&outcome.findings, least).is_some());
    Ok(if gates || worst { super::EXIT_GATE } else { 0 })
}

/// Reads and compiles the contract; what of it cannot be used is said on standard error.
fn terms(args: &Args) -> Result<Terms, String> {
    let name = contracts::named(&args.contract);
    let shown = terminal(&name);
    let bytes = contracts::read(&args.contract).map_err(|error| format!("{shown}: {error}"))?;
    let network = Network { hosts: args.allow_net.clone(), ..Network::default() };
    let loader = Loader { network, ..Loader::default() };
    let reading = loader.read(contracts::folder(&args.contract), &name, bytes);
    let first = |problems: &[palisade_document::Problem]| {
        let told = problems.first().map(|problem| problem.to_finding(&name)).map(|finding| {
            let (line, column) = (finding.line.unwrap_or(1), finding.column.unwrap_or(1));
            format!("{shown}:{line}:{column}: {}", terminal(&finding.message))
        });
        told.unwrap_or_else(|| shown.clone())
    };
    if reading.fatal {
        return Err(format!("{}\nthe contract cannot be read to its end", first(&reading.problems)));
    }
    let (contract, problems) = Contract::load(Arc::new(reading.document));
    if !contract.readable || contract.operations.is_empty() {
        return Err(format!("{}\nthis is no OpenAPI contract with an operation", first(&problems)));
    }
    let (terms, problems) = Terms::compile(contract, None);
    for problem in &problems {
        let node = terms.contract().node(problem.node);
        let (file, position) = (node.file().name(), node.position());
        let told = format!("{file}:{}:{}: not compared: {}", position.line, position.column, problem.message);
        // Nobody is left to tell when stderr is closed.
        let _ = writeln!(anstream::stderr(), "{}", terminal(&told));
    }
    Ok(terms)
}

/// What was left out, and what that means.
fn notes(outcome: &Outcome) -> Vec<String> {
    let mut notes = Vec::new();
    if outcome.nothing_matched {
        notes.push(
            "no exchange belongs to an operation of the contract: is it the contract of this traffic?".to_owned(),
        );
    }
    if outcome.counts.unanswered > 0 {
        notes.push(format!("{} exchanges have no answer", outcome.counts.unanswered));
    }
    if outcome.counts.failed > 0 {
        notes.push(format!("{} requests break the contract and made the API fail (5xx)", outcome.counts.failed));
    }
    if !outcome.others.is_empty() {
        let count: u64 = outcome.others.iter().map(|(_, count)| count).sum();
        let named = outcome.others.iter().take(OTHERS).map(|(host, count)| format!("{}: {count}", terminal(host)));
        let named: Vec<String> = named.collect();
        let more = if outcome.others.len() > OTHERS { ", ..." } else { "" };
        notes.push(format!("{count} exchanges of other hosts are left out ({}{more})", named.join(", ")));
    }
    notes
}

fn hosts(outcome: &Outcome) -> String {
    match outcome.hosts.as_slice() {
        [one] => one.clone(),
        list => format!("{} hosts", list.len()),
    }
}

fn write(args: &Args, section: &Section<'_>) -> Result<(), String> {
    let catalogue = Catalogue::traffic();
    let text = TextOptions { color: args.result.output.is_none(), places: if args.all { 0 } else { 10 } };
    let mut out = output::open(args.result.output.as_deref(), args.result.format)?;
    let written = Report::begin(&mut *out, args.result.format, &catalogue, text).and_then(|mut report| {
        report.section(section)?;
        report.end()
    });
    written.map_err(|error| match &args.result.output {
        Some(file) => format!("cannot write {}: {error}", terminal(&file.to_string_lossy())),
        None => format!("cannot write the result: {error}"),
    })
}
