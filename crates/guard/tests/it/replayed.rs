//! Recorded traffic judged by the contract of its own API: what is told is listed, with the reason why it is true, in
//! `docs/guard-replay.md`.

use crate::api;
use palisade_exchange::{Exchange, Redactor};
use palisade_guard::{Action, Check, Mode, Policy};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Every kind of thing that is told, with how often: operation, place and code, as a row of the page begins.
fn told(folder: &Path, recording: &str) -> BTreeMap<String, usize> {
    let contract = std::fs::read_to_string(folder.join(format!("{recording}.openapi.json"))).unwrap();
    let file = std::fs::File::open(folder.join(format!("{recording}.har"))).unwrap();
    let mut api = api(&contract, Mode::Block);
    // Who calls is another matter: the page is about what is sent.
    api.protection.effects.insert(Check::Identity, Action::Disable);
    let (policy, _) = Policy::compile(&api);
    let mut exchanges: Vec<Exchange> = Vec::new();
    let limits = palisade_readers::Limits::default();
    let redactor = Redactor::new(&[7; 32]);
    palisade_readers::read_unbuffered(file, &redactor, &limits, &mut |exchange| exchanges.push(exchange)).unwrap();
    let mut rows = BTreeMap::new();
    for exchange in &exchanges {
        let decision = policy.judge(exchange);
        let operation = decision.operation.clone().unwrap_or_else(|| format!("{} (no operation)", exchange.method));
        let mut seen: Vec<String> = Vec::new();
        for error in &decision.errors {
            let pointer: Vec<&str> = error
                .pointer
                .split('/')
                .map(|step| if !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit()) { "*" } else { step })
                .collect();
            let name = if error.name.is_empty() { String::new() } else { format!(" `{}`", error.name) };
            let place = format!("{}{name} {}", error.location, pointer.join("/"));
            let row = format!("| {recording} | {operation} | {} | {} |", place.trim(), error.code);
            if !seen.contains(&row) {
                seen.push(row);
            }
        }
        for row in seen {
            *rows.entry(row).or_default() += 1;
        }
    }
    rows
}

/// Recordings are no part of the repository: `PALISADE_TRAFFIC` names a folder of them, each `NAME.har` beside its
/// `NAME.openapi.json`.
#[test]
fn what_is_told_of_recorded_traffic_is_listed_with_its_reason() {
    let Some(folder) = std::env::var_os("PALISADE_TRAFFIC").map(PathBuf::from) else {
        say("no recorded traffic is judged: set PALISADE_TRAFFIC to a folder of recordings");
        return;
    };
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guard-replay.md")).unwrap();
    let mut missing = Vec::new();
    for name in ["mixshop", "vampi"] {
        for (row, count) in told(&folder, name) {
            if !page.contains(&row) {
                missing.push(format!("{row} {count} |"));
            }
        }
    }
    assert!(missing.is_empty(), "docs/guard-replay.md does not list\n{}", missing.join("\n"));
}
