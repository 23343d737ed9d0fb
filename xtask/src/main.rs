//! The repository's own rules, checked. `cargo test -p xtask` fails on the first that does not hold;
//! `cargo run -p xtask` lists everything that breaks one.

mod repo;
mod tidy;

use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut out = std::io::stderr().lock();
    let problems = match repo::Repo::open() {
        Ok(repo) => {
            tidy::CHECKS.iter().flat_map(|(name, check)| check(&repo).into_iter().map(move |p| (name, p))).collect()
        }
        Err(error) => vec![(&"repository", error)],
    };
    for (name, problem) in &problems {
        let _ = writeln!(out, "{name}: {problem}");
    }
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
