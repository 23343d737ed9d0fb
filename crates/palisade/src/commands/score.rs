//! `palisade score`.

use super::audit::policy::told;
use super::{contracts, output};
use palisade_finding::{Judged, Points, worst_at_or_above};
use palisade_posture::{PartName, Policy, Posture, Target};
use palisade_report::{Catalogue, Format, Report, Section, TextOptions, terminal, write_pretty};
use palisade_runner::posture::{Contract, Manners, Options, Resolver, Step, assess};
use palisade_runner::{Disk, Setup, read_file};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

/// Port of name servers.
const DNS: u16 = 53;

/// Grades a third-party API from its URL: TLS, HTTP answers, DNS and mail, reputation, its contract.
///
/// Asks the host little and politely, and never more than an ordinary client may. What was not assessed is shown as
/// such. Private and link-local addresses are refused unless --allow-private. Exit codes: 0 assessed and no gate failed;
/// 1 it could not be reached, or a file could not be read; 2 wrong usage; 4 a finding at or above --fail-on, a gate or a
/// policy that does not hold.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The API: https://HOST[:PORT][/PATH], or http://.
    #[arg(value_name = "URL", value_parser = |text: &str| Target::parse(text))]
    target: Target,
    /// The API's contract (OpenAPI, YAML or JSON): its audit joins the score. Without it the places are asked where
    /// contracts are usually published.
    #[arg(long, value_name = "FILE")]
    contract: Option<PathBuf>,
    #[command(flatten)]
    result: output::ResultArgs,
    /// File of a gate: minimum points, rejected severities, forbidden rules. Fails (exit code 4) where it does not hold.
    /// May be given several times.
    #[arg(long, value_name = "FILE")]
    gate: Vec<PathBuf>,
    /// What is accepted of third-party APIs, as YAML: severities, grade, countries. Fails (exit code 4) where it is not
    /// kept.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Asks hosts of this machine and of private networks, too.
    #[arg(long)]
    allow_private: bool,
    /// Name server to ask instead of the system's: ADDRESS or ADDRESS:PORT.
    #[arg(long, value_name = "ADDRESS", value_parser = resolver)]
    resolver: Option<SocketAddr>,
    /// PEM file of certificates that are trusted beside the system's.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Looks for open ports of databases and consoles, too.
    #[arg(long)]
    ports: bool,
    /// Selector of a DKIM key of the domain, beside common ones. May be given several times.
    #[arg(long, value_name = "SELECTOR")]
    dkim_selector: Vec<String>,
    /// Data directory, whose feeds tell reputation and place (see `palisade feeds`) [default:
    /// $XDG_DATA_HOME/palisade; in a container ./palisade-data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Lists every place of a rule in the text format, not the first ten.
    #[arg(long)]
    all: bool,
    /// Parts to look at, all others left out: tls, http, dns, ports, reputation, contract.
    #[arg(long, value_name = "PART", value_delimiter = ',', hide = true)]
    only: Vec<PartName>,
}

/// Runs the command.
pub async fn run(args: Args) -> ExitCode {
    match work(args).await {
        Ok(code) => ExitCode::from(code),
        Err(error) => super::failed(error),
    }
}

async fn work(args: Args) -> Result<u8, String> {
    let mut setup = Setup::default();
    args.gate.iter().for_each(|file| setup.add_gates(&Disk, file, None));
    let faults: Vec<String> = setup.faults.iter().map(told).collect();
    if !faults.is_empty() {
        return Err(faults.join("\n"));
    }
    let options = options(&args)?;
    let progress = Progress::new();
    let now = jiff::Timestamp::now();
    let assessed = assess(args.target.clone(), &options, now, &|step| progress.step(step)).await;
    progress.clear();
    let posture = assessed.map_err(|error| format!("{}: {error}", terminal(&args.target.to_string())))?;
    let findings = posture.findings();
    write(&args, &posture, &findings)?;

    let subject = Judged {
        name: &posture.url,
        score: Some(Points { total: posture.score.into(), parts: None }),
        invalid: None,
        findings: &findings,
        tags: &BTreeMap::new(),
    };
    let blocked = super::say_blocked(&setup.gates, &subject);
    let broken = say_broken(&posture);
    let worst = args.result.fail_on.is_some_and(|least| worst_at_or_above(&findings, least).is_some());
    Ok(if blocked || broken || worst { super::EXIT_GATE } else { 0 })
}

fn options(args: &Args) -> Result<Options, String> {
    let policy = args.policy.as_deref().map(policy).transpose()?;
    let roots = args.ca.as_deref().map(certificates).transpose()?.unwrap_or_default();
    let contract = args.contract.as_deref().map(contract).transpose()?;
    let resolver = args.resolver.map_or(Resolver::System, Resolver::At);
    let manners = Manners { allow_private: args.allow_private, resolver, ..Manners::default() };
    let only: BTreeSet<PartName> = args.only.iter().copied().collect();
    Ok(Options {
        manners,
        roots,
        contract,
        dkim_selectors: args.dkim_selector.clone(),
        ports: args.ports,
        // Without one there are no feeds, which is no reason not to look at the rest.
        feeds: super::data_directory(args.data.as_deref()).ok(),
        only,
        policy,
        ..Options::default()
    })
}

fn resolver(text: &str) -> Result<SocketAddr, String> {
    let address = text.parse::<IpAddr>().map(|address| SocketAddr::new(address, DNS));
    address.or_else(|_| text.parse()).map_err(|_| "give an address, or an address and a port: 9.9.9.9:53".to_owned())
}

fn policy(file: &Path) -> Result<Policy, String> {
    let bytes = read_file(&Disk, "policy", file).map_err(|fault| told(&fault))?;
    Policy::read(&file.to_string_lossy(), &bytes).map_err(|mistakes| told(&mistakes.into()))
}

/// The certificates of a PEM file.
///
/// # Errors
/// When it cannot be read or holds none.
pub fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let bytes = read_file(&Disk, "certificates", file).map_err(|fault| told(&fault))?;
    certificates_in(&bytes, output::shown(file))
}

/// The certificates in the bytes of a PEM file, which a message calls `name`.
///
/// # Errors
/// When they hold none.
pub fn certificates_in(bytes: &[u8], name: impl Display) -> Result<Vec<CertificateDer<'static>>, String> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(bytes).collect();
    match read {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(format!("{name}: no certificate in PEM form (-----BEGIN CERTIFICATE-----)")),
    }
}

fn contract(file: &Path) -> Result<Contract, String> {
    let source = contracts::named(file);
    let bytes = contracts::read(file).map_err(|error| format!("{}: {error}", terminal(&source)))?;
    Ok(Contract { source, bytes, folder: contracts::folder(file).map(Path::to_owned) })
}

fn write(args: &Args, posture: &Posture, findings: &[palisade_finding::Finding]) -> Result<(), String> {
    // Of the audit only what the contract was found to break: its rules are many.
    let audit = Catalogue::audit();
    let broken = audit.iter().filter(|rule| findings.iter().any(|finding| finding.rule == rule.id));
    let catalogue = Catalogue::posture().with(broken.cloned());
    let addresses: Vec<String> = posture.addresses.iter().map(ToString::to_string).collect();
    let section = Section {
        name: &posture.url,
        facts: vec![("addresses", addresses.join(", "))],
        score: None,
        findings,
        posture: Some(posture),
        ..Section::default()
    };
    let text = TextOptions { color: args.result.output.is_none(), places: if args.all { 0 } else { 10 } };
    let mut out = output::open(args.result.output.as_deref(), args.result.format)?;
    let written = match args.result.format {
        Format::Json => {
            write_pretty(&mut *out, posture, "").and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush())
        }
        format => Report::begin(&mut *out, format, &catalogue, text).and_then(|mut report| {
            report.section(&section)?;
            report.end()
        }),
    };
    written.map_err(|error| match &args.result.output {
        Some(file) => format!("cannot write {}: {error}", output::shown(file)),
        None => format!("cannot write the result: {error}"),
    })
}

/// True when the policy is not kept; why goes to standard error.
fn say_broken(posture: &Posture) -> bool {
    let Some(verdict) = posture.policy.as_ref().filter(|verdict| !verdict.compliant) else { return false };
    for reason in &verdict.reasons {
        say(&format!("policy {} is not kept by {}: {reason}", verdict.name, posture.url));
    }
    true
}

fn say(line: &str) {
    // Nobody is left to tell when stderr is closed.
    let _ = writeln!(anstream::stderr(), "palisade: {}", terminal(line));
}

/// The parts that are being looked at, on a terminal.
struct Progress {
    shown: bool,
    open: Mutex<BTreeSet<PartName>>,
}

impl Progress {
    fn new() -> Progress {
        Progress { shown: std::io::stderr().is_terminal(), open: Mutex::default() }
    }

    fn step(&self, step: Step) {
        let Ok(mut open) = self.open.lock() else { return };
        match step {
            Step::Begun(part) => open.insert(part),
            Step::Ended(part) => open.remove(&part),
        };
        let parts: Vec<&str> = open.iter().map(|part| part.as_str()).collect();
        self.line(&format!("looking at: {}", parts.join(", ")));
    }

    fn clear(&self) {
        self.line("");
    }

    fn line(&self, text: &str) {
        if self.shown {
            // Progress is worth nothing when stderr is closed.
            let _ = write!(std::io::stderr(), "\r\u{1b}[K{text}");
        }
    }
}
