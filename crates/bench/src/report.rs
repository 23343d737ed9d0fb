//! Starts everything, runs the rounds, prints the table.

use crate::load::{self, Case};
use crate::{cpu, nginx};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A process that is ended with the bench.
struct Process {
    child: Child,
    address: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        // nginx ends its worker on this signal too; the others have nothing to save.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

/// Starts this program in one of its other forms and waits for its address.
fn start(words: &[&str]) -> Result<Process, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut child = Command::new(program)
        .args(words)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", words.join(" ")))?;
    let mut address = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut address).map_err(|error| error.to_string())?;
    }
    let address = address.trim().to_owned();
    if address.is_empty() {
        return Err(format!("{} did not start", words.join(" ")));
    }
    Ok(Process { child, address })
}

/// Seconds that answers are timed for at half load.
const PACED: f64 = 4.0;
/// APIs of the gateway whose memory is compared with that of one API.
const MORE: usize = 21;

/// One line of the table: CPU microseconds and requests a second, a value a round, for each case.
struct Line {
    name: &'static str,
    process: Process,
    cpu: [Vec<f64>; Case::ALL.len()],
    rate: [Vec<f64>; Case::ALL.len()],
}

impl Line {
    fn cpu(&self, case: usize) -> f64 {
        self.cpu.get(case).map_or(0.0, |values| median(values))
    }

    fn rate(&self, case: usize) -> f64 {
        self.rate.get(case).map_or(0.0, |values| median(values))
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

/// Microseconds that `serde_json` takes to read the body into its own tree: the yardstick of a JSON parser.
fn parse(case: Case) -> f64 {
    let body = case.body();
    let times = 2_000_000 / body.len().max(1000);
    let began = std::time::Instant::now();
    for _ in 0..times {
        std::hint::black_box(serde_json::from_str::<serde_json::Value>(std::hint::black_box(&body)).is_ok());
    }
    began.elapsed().as_secs_f64() * 1e6 / times as f64
}

/// Runs `rounds` interleaved rounds of `requests` requests each and prints the medians.
pub fn run(rounds: usize, requests: usize) -> Result<(), String> {
    let upstream = start(&["upstream"])?;
    let at = upstream.address.as_str();
    let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut processes = Vec::new();
    match nginx::start(dir.path(), at)? {
        Some((child, address)) => processes.push(("nginx, plain proxy", Process { child, address })),
        None => say("nginx is not installed: its line is left out (apt-get install nginx-light)")?,
    }
    processes.push(("minimal hyper proxy", start(&["hyper", at])?));
    for (name, kind) in [
        ("palisade, observe", "observe"),
        ("palisade, observe + capture", "capture"),
        ("palisade, block", "block"),
        ("palisade, block + capture", "block-capture"),
        ("palisade, block, 1002 op.", "block-many"),
    ] {
        processes.push((name, start(&["gateway", at, kind, "1"])?));
    }
    let mut lines: Vec<Line> = processes
        .into_iter()
        .map(|(name, process)| Line { name, process, cpu: Default::default(), rate: Default::default() })
        .collect();
    std::thread::sleep(Duration::from_millis(300));
    for line in &lines {
        for case in Case::ALL {
            load::run(&line.process.address, case, 160).map_err(|error| format!("{}: {error}", line.name))?;
        }
    }
    let mut parsing: [Vec<f64>; Case::ALL.len()] = Default::default();
    for _ in 0..rounds {
        for (index, case) in Case::ALL.into_iter().enumerate() {
            let requests = case.requests(requests);
            if let Some(times) = parsing.get_mut(index) {
                times.push(parse(case));
            }
            for line in &mut lines {
                let before = cpu::seconds(line.process.child.id())?;
                let took = load::run(&line.process.address, case, requests)?;
                let spent = cpu::seconds(line.process.child.id())? - before;
                if let (Some(cpu), Some(rate)) = (line.cpu.get_mut(index), line.rate.get_mut(index)) {
                    cpu.push(spent * 1e6 / requests as f64);
                    rate.push(requests as f64 / took);
                }
            }
        }
    }
    say(&format!(
        "CPU microseconds per request, median of {rounds} interleaved rounds of {requests} requests of the least"
    ))?;
    for (index, case) in Case::ALL.into_iter().enumerate() {
        let of = |name: &str| lines.iter().find(|line| line.name == name).map(|line| line.cpu(index));
        let (nginx, hyper) = (of("nginx, plain proxy"), of("minimal hyper proxy"));
        say(&format!("\n{:<30} {:>8} {:>8} {:>8} {:>10}", case.name(), "us", "x nginx", "x hyper", "requests/s"))?;
        for line in &lines {
            let (cpu, rate) = (line.cpu(index), line.rate(index));
            let ratio = |other: Option<f64>| other.map_or("-".to_owned(), |other| format!("{:.2}", cpu / other));
            say(&format!("{:<30} {cpu:>8.1} {:>8} {:>8} {rate:>10.0}", line.name, ratio(nginx), ratio(hyper)))?;
        }
        if let (Some(pass), Some(block), Some(many)) =
            (of("palisade, observe"), of("palisade, block"), of("palisade, block, 1002 op."))
        {
            let parse = parsing.get(index).map_or(0.0, |times| median(times));
            say(&format!(
                "the contract adds {:.1} us, with 1002 operations {:.1} us; serde_json alone reads the body in {parse:.1} us",
                block - pass,
                many - pass
            ))?;
        }
    }
    latency(at, &lines)?;
    memory(at)
}

/// Times of answers at half of what the enforcing gateway can do.
fn latency(upstream: &str, lines: &[Line]) -> Result<(), String> {
    for (index, case) in Case::ALL.into_iter().enumerate().take(2) {
        let most = lines.iter().find(|line| line.name == "palisade, block").map_or(1000.0, |line| line.rate(index));
        let rate = (most / 2.0).max(100.0);
        say(&format!(
            "\n{} at {rate:.0} requests/s, microseconds to the answer {:>8} {:>8}",
            case.name(),
            "p50",
            "p99"
        ))?;
        let direct = [("no proxy", upstream)];
        let proxies = lines.iter().map(|line| (line.name, line.process.address.as_str()));
        for (name, address) in direct.into_iter().chain(proxies) {
            let times = load::paced(address, case, rate, PACED)?;
            let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or(0);
            say(&format!("{name:<58} {:>8} {:>8}", at(0.5), at(0.99)))?;
        }
    }
    Ok(())
}

/// Memory after some load, with one API and with more of them.
fn memory(upstream: &str) -> Result<(), String> {
    say(&format!("\n{:<30} {:>8} {:>8} {:>12}", "MB of memory", "1 API", format!("{MORE} APIs"), "per further"))?;
    for (name, kind) in [("block, 2 operations", "block"), ("block, 1002 operations", "block-many")] {
        let mut sizes = Vec::new();
        for apis in [1, MORE] {
            let process = start(&["gateway", upstream, kind, &apis.to_string()])?;
            load::run(&process.address, Case::Post(10), 3200)?;
            sizes.push(cpu::megabytes(process.child.id())?);
        }
        let (one, more) = (sizes.first().copied().unwrap_or(0.0), sizes.last().copied().unwrap_or(0.0));
        say(&format!("{name:<30} {one:>8.1} {more:>8.1} {:>12.2}", (more - one) / (MORE - 1) as f64))?;
    }
    Ok(())
}

fn say(text: &str) -> Result<(), String> {
    writeln!(std::io::stdout(), "{text}").map_err(|error| error.to_string())
}
