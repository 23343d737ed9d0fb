//! What is told of servers that speak TLS well and badly: real ones, and answers written byte by byte for what no
//! current library speaks any more.

mod canned;
mod certificates;
mod hostile;
mod nginx;
mod real;
mod servers;

use jiff::Timestamp;
use palisade_posture::tls::{Facts, Suite, Version};
use palisade_posture::{Part, Target};
use palisade_runner::posture::tls::{Roots, probe};
use palisade_runner::posture::{Manners, Reach};
use std::time::Duration;

/// Manners for servers of the tests: on this machine, and with little patience.
fn manners() -> Manners {
    Manners { allow_private: true, answer: Duration::from_secs(3), ..Manners::default() }
}

/// Asks the server at a port of this machine, by the name of `localhost`.
fn ask(port: u16, roots: &Roots) -> Part<Facts> {
    ask_as("localhost", port, roots, manners())
}

fn ask_as(host: &str, port: u16, roots: &Roots, manners: Manners) -> Part<Facts> {
    let target = Target::parse(&format!("https://{host}:{port}/")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let reach = Reach::new(manners);
        probe(&reach, &target, &["127.0.0.1".parse().unwrap()], roots, Timestamp::now()).await
    })
}

fn facts(port: u16) -> Facts {
    assessed(ask(port, &Roots::new(&[])))
}

fn assessed(part: Part<Facts>) -> Facts {
    match part {
        Part::Assessed(facts) => facts,
        Part::NotAssessed(why) => panic!("not assessed: {why}"),
    }
}

/// The versions spoken.
fn versions(facts: &Facts) -> Vec<Version> {
    facts.spoken().map(|spoken| spoken.version).collect()
}

fn suites(facts: &Facts, version: Version) -> Vec<String> {
    facts.version(version).unwrap().suites.iter().map(Suite::to_string).collect()
}
