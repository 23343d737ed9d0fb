//! `palisade replay`.

mod account;
mod order;
mod rules;
mod write;

pub use rules::rules;

use super::audit::policy;
use super::{contracts, output, recordings};
use account::{Account, Told};
use order::{Order, Origin};
use palisade_exchange::{Exchange, Redactor, kept_path};
use palisade_finding::{Judged, worst_at_or_above};
use palisade_gateway::{Config, Replay, Replayed};
use palisade_report::terminal;
use palisade_runner::{Disk, Setup};
use palisade_sensitive::Rules;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use write::Writer;

/// Prints what a gateway's file would decide for recorded traffic: by API, operation, effect and reason.
///
/// Reads the recordings that `palisade discover` reads, of any kinds and in any order; `-` is standard input. Exchanges
/// are judged in the order of their time. Exit codes: 0 replayed and no gate failed; 1 a file could not be read; 2 wrong
/// usage; 4 a finding at or above --fail-on, or a gate that does not hold.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The gateway's file whose policy is asked.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Prints the difference to another file, such as the one in force: what FILE newly refuses and newly lets through.
    #[arg(long, value_name = "OTHER")]
    against: Option<PathBuf>,
    /// Recordings, in any order.
    #[arg(value_name = "TRAFFIC", required = true)]
    traffic: Vec<PathBuf>,
    #[command(flatten)]
    result: output::ResultArgs,
    /// File of a gate: rejected severities, forbidden rules. Fails (exit code 4) where it does not hold. May be given
    /// several times.
    #[arg(long, value_name = "FILE")]
    gate: Vec<PathBuf>,
    /// Tells the decision on every exchange, each with its steps in order. In the formats text and json.
    #[arg(long, visible_alias = "verbose")]
    steps: bool,
    /// Lists every kind of decision in the text format, not the first twenty of an API.
    #[arg(long)]
    all: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> ExitCode {
    match work(args) {
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
    let (replay, sensitive) = compile(&args.config)?;
    let against = args.against.as_deref().map(compile).transpose()?.map(|(replay, _)| replay);
    // Nothing hashed leaves this process.
    let redactor = Redactor::with_rules(&[0; 32], Arc::clone(&sensitive));
    let mut out = output::open(args.result.output.as_deref(), args.result.format)?;
    let mut judge = Judge {
        writer: Writer::begin(&mut *out, args.result.format, args.steps),
        account: Account::default(),
        replay,
        against,
        sensitive,
    };
    let mut names: BTreeMap<PathBuf, Arc<str>> = BTreeMap::new();
    let mut order = Order::new();
    let tally = recordings::read(&args.traffic, &redactor, &mut |path, number, exchange| {
        let name = names.entry(path.to_owned()).or_insert_with(|| contracts::named(path).into());
        let origin = Origin { recording: Arc::clone(name), number };
        order.push(origin, exchange, &mut |origin, exchange| judge.exchange(&origin, &exchange));
    })?;
    if tally.read == 0 {
        recordings::say(&tally, []);
        return Err("no exchange could be read".to_owned());
    }
    let late = order.finish(&mut |origin, exchange| judge.exchange(&origin, &exchange));
    let Judge { writer, account, .. } = judge;
    let mut notes = Vec::new();
    if late > 0 {
        notes.push(format!("{} came too late to be judged in the order of their time", account::exchanges(late)));
    }
    if account.no_api == account.exchanges {
        notes.push("no exchange belongs to an API of the file: is it the file of this traffic?".to_owned());
    }
    recordings::say(&tally, notes);

    let name = contracts::named(&args.config);
    let findings = account.findings(&name.as_str().into());
    let other = args.against.as_deref().map(contracts::named);
    let written = writer.end(&write::Result {
        file: &name,
        against: other.as_deref(),
        account: &account,
        findings: &findings,
        late,
        all: args.all,
    });
    written.map_err(|error| match &args.result.output {
        Some(file) => format!("cannot write {}: {error}", output::shown(file)),
        None => format!("cannot write the result: {error}"),
    })?;
    let subject = Judged { name: &name, score: None, invalid: None, findings: &findings, tags: &BTreeMap::new() };
    let gates = super::say_blocked(&setup.gates, &subject);
    let worst = args.result.fail_on.is_some_and(|least| worst_at_or_above(&findings, least).is_some());
    Ok(if gates || worst { super::EXIT_GATE } else { 0 })
}

/// Reads a gateway's file and compiles its APIs.
fn compile(file: &Path) -> Result<(Replay, Arc<Rules>), String> {
    let config = Config::load_policy(file).map_err(|errors| {
        errors.iter().map(|error| terminal(&error.to_string())).collect::<Vec<_>>().join("\npalisade: ")
    })?;
    let shown = output::shown(file);
    if config.control_plane.is_some() {
        return Err(format!("{shown}: it follows a control plane and names no API that could be replayed"));
    }
    let replay = Replay::new(&config.snapshot).map_err(|faults| {
        let told = faults.iter().map(|(name, problem)| terminal(&format!("API `{name}`: {problem}")));
        told.map(|fault| format!("{shown}: {fault}")).collect::<Vec<_>>().join("\npalisade: ")
    })?;
    Ok((replay, config.sensitive))
}

/// What judges exchange by exchange.
struct Judge<'o> {
    writer: Writer<'o>,
    account: Account,
    replay: Replay,
    against: Option<Replay>,
    sensitive: Arc<Rules>,
}

impl Judge<'_> {
    fn exchange(&mut self, origin: &Origin, exchange: &Exchange) {
        let target = format!("{} {}", exchange.method, kept_path(&exchange.path, &self.sensitive));
        let told = Told { time: exchange.time, origin, target: &target, host: &exchange.host };
        let replayed = self.replay.judge(exchange);
        let Some(against) = &mut self.against else {
            self.account.add(&told, replayed.as_ref());
            self.writer.decision(&told, replayed.as_ref(), None);
            return;
        };
        let other = against.judge(exchange);
        if self.account.compare(&told, replayed.as_ref(), other.as_ref()) {
            self.writer.decision(&told, replayed.as_ref(), Some(other.as_ref()));
        }
    }
}

/// The word for an exchange that no API answers.
fn api_of(replayed: Option<&Replayed>) -> Option<&str> {
    replayed.map(|replayed| &*replayed.api)
}
