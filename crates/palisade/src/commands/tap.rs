//! `palisade tap`: learns from the traffic of an interface while it passes.

mod socket;

use super::discover;
use palisade_discover::{Discovery, Hosts, Settings};
use palisade_exchange::wire::{Form, to_line};
use palisade_exchange::{Exchange, Redactor};
use palisade_gateway::{Captured, Control, ControlPlane, ControlSink, Sink};
use palisade_guard::Decision;
use palisade_readers::{Limits, LiveCapture, Reason, Tally};
use palisade_report::terminal;
use socket::PacketSocket;
use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio_util::sync::CancellationToken;

/// Exchanges that wait to be written; what comes beyond them is dropped and counted.
const QUEUE: usize = 8192;
/// How often the contract is written while the capture goes on, at most.
const REWRITE: Duration = Duration::from_secs(10);
/// How long a line may wait in memory.
const FLUSH: Duration = Duration::from_millis(500);

/// Learns from the traffic of an interface while it passes.
///
/// Reads cleartext HTTP/1 and HTTP/2, also inside VXLAN and GENEVE, until Ctrl-C. Body values and credentials are not
/// kept. Needs the capability CAP_NET_RAW.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Interface to listen on; `any` for all.
    #[arg(short, long, value_name = "IFACE")]
    interface: String,
    /// Follow only connections of these ports. May be given several times.
    #[arg(long, value_name = "PORT", value_delimiter = ',')]
    filter_port: Vec<u16>,
    /// Where what was seen goes: exchanges as JSON lines when it ends in .jsonl, else the contract, written anew while
    /// the capture goes on: JSON when it ends in .json, else YAML. Without it the contract goes to standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Version of OpenAPI to write.
    #[arg(long, value_name = "VERSION", default_value = "3.1", value_parser = ["3.0", "3.1"])]
    openapi: String,
    /// Send exchanges to this control plane.
    #[arg(long, value_name = "URL", conflicts_with = "output", requires_all = ["token_file", "api"])]
    server: Option<String>,
    /// File with a token of the role gateway, for --server.
    #[arg(long, value_name = "FILE", requires = "server")]
    token_file: Option<PathBuf>,
    /// PEM file that vouches for --server, in place of the system's.
    #[arg(long, value_name = "FILE", requires = "server")]
    server_ca: Option<PathBuf>,
    /// The API of the control plane that exchanges belong to: its name or id.
    #[arg(long, value_name = "NAME", requires = "server")]
    api: Option<String>,
    /// Rules of your own for sensitive data, YAML.
    #[arg(long, value_name = "FILE")]
    sensitive: Option<PathBuf>,
    /// End after this time, for example 30s, 10m or 2h.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    duration: Option<Duration>,
    /// End after so many exchanges.
    #[arg(long, value_name = "NUMBER")]
    max_exchanges: Option<u64>,
    /// MiB of packets that the kernel keeps for us.
    #[arg(long, value_name = "MIB", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1024))]
    buffer: u16,
}

/// A number with `s`, `m` or `h` behind it; seconds without.
fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.char_indices().next_back() {
        Some((at, 's')) => (text.get(..at), 1),
        Some((at, 'm')) => (text.get(..at), 60),
        Some((at, 'h')) => (text.get(..at), 3600),
        _ => (Some(text), 1),
    };
    let number = number.and_then(|number| number.parse::<u64>().ok()).filter(|number| *number <= 1 << 32);
    number.map(|number| Duration::from_secs(number * unit)).ok_or("a time is for example 30s, 10m or 2h".to_owned())
}

/// Runs the command.
pub fn run(args: Args) -> ExitCode {
    super::on_runtime(async {
        match work(args).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => super::failed(error),
        }
    })
}

fn say(line: &str) {
    // Nobody is left to tell when stderr is closed.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// What came of a capture.
#[derive(Default)]
struct Outcome {
    tally: Tally,
    packets: u64,
    dropped: u64,
    unwritten: u64,
}

async fn work(args: Args) -> Result<(), String> {
    let socket = PacketSocket::open(&args.interface, usize::from(args.buffer) << 20)?;
    let mut key = [0u8; 32];
    getrandom::fill(&mut key).map_err(|error| format!("no random numbers: {error}"))?;
    let rules = args.sensitive.as_deref().map_or_else(|| Ok(Arc::default()), super::sensitive_rules)?;
    let redactor = Redactor::with_rules(&key, rules);
    let stop = CancellationToken::new();
    let ended = Arc::new(AtomicBool::new(false));
    let (sender, receiver) = sync_channel(QUEUE);
    let mut delivery = None;
    let taker = match &args.server {
        Some(url) => {
            let (sink, task) = deliver(&args, url, redactor.clone(), &stop)?;
            delivery = Some((Arc::clone(&sink), task));
            Taker::Server(sink, args.api.clone().unwrap_or_default())
        }
        None => Taker::open(&args, &redactor)?,
    };
    let taking = std::thread::Builder::new().name("take".to_owned()).spawn(move || taker.run(&receiver));
    let taking = taking.map_err(|error| format!("cannot start a thread: {error}"))?;

    let on = if args.interface == "any" { "every interface" } else { &args.interface };
    say(&format!("listening on {}; Ctrl-C ends", terminal(on)));
    let limit = args.max_exchanges.unwrap_or(u64::MAX);
    let mut capture = LiveCapture::new(&redactor, &Limits { problems: 0, ..Limits::default() }, &args.filter_port);
    let flag = Arc::clone(&ended);
    let (tell, mut told) = tokio::sync::oneshot::channel();
    let capturing = std::thread::Builder::new().name("capture".to_owned()).spawn(move || {
        let mut socket = socket;
        let mut outcome = Outcome::default();
        let result = pump(&mut socket, &mut capture, &sender, &flag, limit, &mut outcome);
        let (rest, tally) = capture.finish();
        let room = limit.saturating_sub(tally.read - rest.len() as u64);
        rest.into_iter().take(usize::try_from(room).unwrap_or(usize::MAX)).for_each(|exchange| {
            outcome.unwritten += u64::from(sender.send(exchange).is_err());
        });
        outcome.tally = tally;
        // Nobody waits when the process was asked to end at once.
        let _ = tell.send((outcome, result));
    });
    capturing.map_err(|error| format!("cannot start a thread: {error}"))?;

    let time_is_up = async {
        match args.duration {
            Some(duration) => tokio::time::sleep(duration).await,
            None => std::future::pending().await,
        }
    };
    let early = tokio::select! {
        () = super::asked_to_end() => None,
        () = time_is_up => None,
        early = &mut told => Some(early),
    };
    ended.store(true, Ordering::Relaxed);
    let outcome = match early {
        Some(early) => early,
        None => told.await,
    };
    let (mut outcome, result) = outcome.map_err(|_| "the capture broke down".to_owned())?;
    // What waits is written: a file that cannot be written ends it at once.
    let taken = tokio::task::spawn_blocking(move || taking.join()).await;
    let learned = match taken {
        Ok(Ok(taken)) => taken,
        _ => Err("writing broke down".to_owned()),
    };
    if let Some((sink, task)) = delivery {
        stop.cancel();
        let _ = task.await;
        outcome.unwritten += sink.dropped();
    }
    summary(&outcome);
    result?;
    if let Some(discovery) = learned? {
        if outcome.tally.read == 0 {
            return Err("no exchange was seen".to_owned());
        }
        discover::write_contract(&discovery, &args.openapi, args.output.as_deref())?;
    }
    Ok(())
}

/// Takes packets until the end and hands exchanges on.
fn pump(
    socket: &mut PacketSocket,
    capture: &mut LiveCapture,
    sender: &SyncSender<Exchange>,
    ended: &AtomicBool,
    limit: u64,
    outcome: &mut Outcome,
) -> Result<(), String> {
    let talk = std::io::stderr().is_terminal();
    let mut said = Instant::now();
    let mut given = 0;
    while !ended.load(Ordering::Relaxed) && given < limit {
        let packet = socket.next();
        if let Some(packet) = packet? {
            outcome.packets += 1;
            let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as i64);
            let time = packet.time.unwrap_or_else(now);
            for exchange in capture.packet(packet.protocol, packet.bytes, time) {
                if given < limit {
                    given += 1;
                    match sender.try_send(exchange) {
                        Ok(()) => {}
                        Err(TrySendError::Full(_)) => outcome.unwritten += 1,
                        // It says itself why it ended.
                        Err(TrySendError::Disconnected(_)) => return Ok(()),
                    }
                }
            }
        }
        outcome.dropped = socket.dropped();
        if talk && said.elapsed() > Duration::from_secs(1) {
            said = Instant::now();
            // Progress is worth nothing when stderr is closed.
            let _ = write!(std::io::stderr(), "\r{} packets, {} exchanges", outcome.packets, capture.tally().read);
        }
    }
    if talk {
        let _ = write!(std::io::stderr(), "\r");
    }
    Ok(())
}

/// What was read and what was not, on stderr.
fn summary(outcome: &Outcome) {
    say(&format!("{} packets, {} exchanges read", outcome.packets, outcome.tally.read));
    if outcome.dropped > 0 {
        say(&format!(
            "{} packets dropped by the kernel: give it more room with --buffer, or less to do with --filter-port",
            outcome.dropped
        ));
    }
    for (reason, count) in &outcome.tally.rejected {
        let what = match reason {
            Reason::Foreign => "connections",
            Reason::Lost | Reason::Packet => "losses",
            _ => "requests",
        };
        say(&format!("{count} {what}: {}", reason.as_str()));
    }
    if outcome.unwritten > 0 {
        say(&format!("{} exchanges lost: they could not be written or sent in time", outcome.unwritten));
    }
}

type Delivery = (Arc<ControlSink>, tokio::task::JoinHandle<()>);

/// The way to a control plane.
fn deliver(args: &Args, url: &str, redactor: Redactor, stop: &CancellationToken) -> Result<Delivery, String> {
    let ca = match &args.server_ca {
        Some(path) => {
            let text = std::fs::read_to_string(path);
            Some(text.map_err(|error| format!("{}: {error}", terminal(&path.to_string_lossy())))?)
        }
        None => None,
    };
    let settings = ControlPlane { url: url.to_owned(), token_file: args.token_file.clone().unwrap_or_default(), ca };
    let control = Control::new(&settings, Path::new(".")).map_err(|error| error.to_string())?;
    let sink = ControlSink::new(redactor);
    let task = tokio::spawn(Arc::clone(&sink).deliver_to(Arc::new(control), stop.clone()));
    Ok((sink, task))
}

/// What becomes of exchanges.
enum Taker {
    /// A line each.
    Lines(BufWriter<File>, Redactor, PathBuf),
    /// A contract, written anew to this file while the capture goes on.
    Learn(Box<Discovery>, String, Option<PathBuf>),
    /// A control plane, under the name of an API.
    Server(Arc<ControlSink>, String),
}

impl Taker {
    fn open(args: &Args, redactor: &Redactor) -> Result<Self, String> {
        let lines = args.output.as_deref().filter(|path| path.extension().is_some_and(|end| end == "jsonl"));
        match lines {
            Some(path) => {
                let file = discover::private().create(true).truncate(true).open(path);
                let file = file.map_err(|error| format!("{}: {error}", terminal(&path.to_string_lossy())))?;
                Ok(Taker::Lines(BufWriter::new(file), redactor.clone(), path.to_owned()))
            }
            None => {
                let discovery = Discovery::new(Settings::new(redactor, Hosts::Separate));
                Ok(Taker::Learn(Box::new(discovery), args.openapi.clone(), args.output.clone()))
            }
        }
    }

    /// Takes exchanges until no more come. Gives what was learned, where a contract is wanted.
    fn run(mut self, exchanges: &Receiver<Exchange>) -> Result<Option<Discovery>, String> {
        let mut fresh = false;
        let mut next = Instant::now() + REWRITE;
        loop {
            match exchanges.recv_timeout(FLUSH) {
                Ok(exchange) => {
                    fresh = true;
                    self.take(exchange)?;
                }
                Err(RecvTimeoutError::Timeout) => {
                    if let Taker::Lines(file, _, path) = &mut self {
                        file.flush().map_err(|error| format!("{}: {error}", terminal(&path.to_string_lossy())))?;
                    }
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if let Taker::Learn(discovery, openapi, Some(path)) = &self
                && fresh
                && Instant::now() >= next
            {
                let begun = Instant::now();
                discover::write_contract(discovery, openapi, Some(path))?;
                // Spaced by its own cost.
                (fresh, next) = (false, Instant::now() + REWRITE.max(begun.elapsed() * 10));
            }
        }
        match self {
            Taker::Lines(mut file, _, path) => {
                let done = file.flush().map(|()| None);
                done.map_err(|error| format!("{}: {error}", terminal(&path.to_string_lossy())))
            }
            Taker::Learn(discovery, ..) => Ok(Some(*discovery)),
            Taker::Server(..) => Ok(None),
        }
    }

    fn take(&mut self, mut exchange: Exchange) -> Result<(), String> {
        match self {
            Taker::Lines(file, redactor, path) => {
                let line = to_line(&exchange, Form::Shapes, redactor.marker());
                writeln!(file, "{line}").map_err(|error| format!("{}: {error}", terminal(&path.to_string_lossy())))
            }
            Taker::Learn(discovery, ..) => {
                discovery.absorb(&exchange);
                Ok(())
            }
            Taker::Server(sink, api) => {
                exchange.api = Some(api.clone());
                let status = exchange.response.as_ref().map(|response| response.status);
                sink.deliver(Captured {
                    api_id: api.as_str().into(),
                    api_name: api.as_str().into(),
                    exchange,
                    decision: Decision::allowed(),
                    status: status.unwrap_or(0),
                    upstream_status: status,
                    fault: None,
                });
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        for (text, seconds) in [("30", 30), ("30s", 30), ("10m", 600), ("2h", 7200), ("0s", 0)] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "s", "1d", "-1s", "1.5h", "99999999999999h", "é"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
