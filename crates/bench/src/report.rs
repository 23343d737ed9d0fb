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

/// One line of the table: CPU microseconds and requests a second, a value a round, for each case.
struct Line {
    name: &'static str,
    process: Process,
    cpu: [Vec<f64>; 2],
    rate: [Vec<f64>; 2],
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
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
    processes.push(("palisade, observe", start(&["gateway", at, "observe"])?));
    processes.push(("palisade, observe + capture", start(&["gateway", at, "capture"])?));
    processes.push(("palisade, block", start(&["gateway", at, "block"])?));
    processes.push(("palisade, block + capture", start(&["gateway", at, "block-capture"])?));
    let mut lines: Vec<Line> = processes
        .into_iter()
        .map(|(name, process)| Line { name, process, cpu: Default::default(), rate: Default::default() })
        .collect();
    std::thread::sleep(Duration::from_millis(300));
    for line in &lines {
        for case in Case::ALL {
            load::run(&line.process.address, case, 1600).map_err(|error| format!("{}: {error}", line.name))?;
        }
    }
    for _ in 0..rounds {
        for (index, case) in Case::ALL.into_iter().enumerate() {
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
    say(&format!("CPU microseconds per request, median of {rounds} interleaved rounds of {requests} requests"))?;
    for (index, case) in Case::ALL.into_iter().enumerate() {
        let of = |name: &str| {
            lines
                .iter()
                .find(|line| line.name.contains(name))
                .and_then(|line| line.cpu.get(index))
                .map(|cpu| median(cpu))
        };
        let (nginx, hyper) = (of("nginx"), of("hyper"));
        say(&format!("\n{:<30} {:>8} {:>8} {:>8} {:>10}", case.name(), "us", "x nginx", "x hyper", "requests/s"))?;
        for line in &lines {
            let cpu = line.cpu.get(index).map_or(0.0, |cpu| median(cpu));
            let rate = line.rate.get(index).map_or(0.0, |rate| median(rate));
            let ratio = |other: Option<f64>| other.map_or("-".to_owned(), |other| format!("{:.2}", cpu / other));
            say(&format!("{:<30} {cpu:>8.1} {:>8} {:>8} {rate:>10.0}", line.name, ratio(nginx), ratio(hyper)))?;
        }
    }
    Ok(())
}

fn say(text: &str) -> Result<(), String> {
    writeln!(std::io::stdout(), "{text}").map_err(|error| error.to_string())
}
