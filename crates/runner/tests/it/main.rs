//! What is fetched for a contract, what is asked of a third party, and what never is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod assess;
mod authority;
mod availability;
mod feeds;
mod files;
mod hostile_names;
mod mmdb;
mod names;
mod network;
mod nginx;
mod ports;
mod posture_http;
mod rebinding;
mod tls;

use palisade_document::{Reading, refs};

/// The files that were read, and what is wrong with the references.
fn told(reading: &Reading) -> (Vec<String>, Vec<String>) {
    let names = reading.document.files().map(|file| file.name().to_owned()).collect();
    let problem = |problem: &palisade_document::Problem| {
        let file = problem.file.as_deref().unwrap_or(reading.document.name());
        format!("{file}:{}:{} {} {}", problem.position.line, problem.position.column, problem.code, problem.message)
    };
    let problems = reading.problems.iter().chain(&refs::survey(&reading.document)).map(problem).collect();
    (names, problems)
}
