//! CPU per request of the gateway beside nginx as a plain proxy and a minimal hyper proxy.
//!
//! Every proxy is a process of its own with one worker thread, on loopback, with kept connections on both sides. The
//! rounds are interleaved, so that a busy machine slows all of them alike; the medians are compared. What is measured
//! is the processor time of the proxy's process (user and system), not the wall clock.
//!
//! `palisade-bench [ROUNDS [REQUESTS]]` runs it all; `upstream`, `hyper` and `gateway` are the processes it starts.
//! `enforce` measures the decision alone, in process. `exchanges`, `truth` and `parse` serve the measurement of discovery, which `scripts/bench_discover.sh` runs.
//! `store` asks a large store and a small one for lists and dashboards: `scripts/bench_store.sh` runs it.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod cpu;
mod discover;
mod enforce;
mod gateway;
mod hyper_proxy;
mod load;
mod nginx;
mod report;
mod store;
mod upstream;

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["upstream"] => on_one_thread(upstream::serve()),
        ["hyper", upstream] => on_one_thread(hyper_proxy::serve(upstream)),
        ["gateway", upstream, kind, apis] => on_one_thread(gateway::serve(upstream, kind, apis)),
        ["enforce"] => enforce::run(),
        ["exchanges", rest @ ..] => discover::exchanges(rest),
        ["truth"] => discover::truth(),
        ["parse", file] => discover::parse(file),
        ["store", rest @ ..] => store::run(rest),
        [] => report::run(5, 20_000),
        [rounds] => match rounds.parse() {
            Ok(rounds) => report::run(rounds, 20_000),
            Err(_) => Err(format!("{rounds} is not a number of rounds")),
        },
        [rounds, requests] => match (rounds.parse(), requests.parse()) {
            (Ok(rounds), Ok(requests)) => report::run(rounds, requests),
            _ => Err("usage: palisade-bench [ROUNDS [REQUESTS]]".to_owned()),
        },
        _ => Err("usage: palisade-bench [ROUNDS [REQUESTS]]".to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when stderr is closed.
            let _ = writeln!(std::io::stderr(), "palisade-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn on_one_thread(work: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(work)
}

/// Tells the parent process where this one listens.
fn announce(listener: &tokio::net::TcpListener) -> Result<(), String> {
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{address}").and_then(|()| stdout.flush()).map_err(|error| error.to_string())
}

/// A listener on a free loopback port.
async fn listen() -> Result<tokio::net::TcpListener, String> {
    tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())
}
