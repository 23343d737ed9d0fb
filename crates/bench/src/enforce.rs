//! What the decision on one request costs, without any network: the engine alone, in process.

use crate::cpu;
use crate::gateway::{MANY, api, contract};
use crate::load::Case;
use palisade_exchange::{HeadersView, RequestView};
use palisade_guard::{Facts, Mode, Policy, Progress};
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;

/// Rounds; the median counts.
const ROUNDS: usize = 9;

/// Prints, for each size of body, what processor time head and body take beside `serde_json` reading the same body into its tree;
/// with the contract as it is, and with many operations besides.
pub fn run() -> Result<(), String> {
    let mut out =
        format!("{:<12} {:>8} {:>12} {:>14} {:>12}\n", "request", "bytes", "decision us", "1002 ops us", "serde us");
    let policies = [policy(0)?, policy(MANY)?];
    for case in Case::ALL {
        let body = case.body();
        let times = 3_000_000 / body.len().max(600);
        let decide = |policy: &Policy| measure(times, || decision(policy, case, body.as_bytes()));
        let serde = measure(times, || serde_json::from_str::<serde_json::Value>(black_box(&body)).is_ok());
        let [own, large] = &policies;
        let (own, large) = (decide(own)?, decide(large)?);
        let serde = if body.is_empty() { 0.0 } else { serde? };
        let _ = writeln!(out, "{:<12} {:>8} {own:>12.2} {large:>14.2} {serde:>12.2}", case.name(), body.len());
    }
    std::io::stdout().write_all(out.as_bytes()).map_err(|error| error.to_string())
}

/// A policy that blocks by the contract with so many operations besides.
fn policy(operations: usize) -> Result<Policy, String> {
    let api = api(0, "127.0.0.1:1", Mode::Block, Some(contract(operations)));
    let (policy, findings) = Policy::compile(&api);
    if findings.is_empty() { Ok(policy) } else { Err(format!("the contract is not usable: {findings:?}")) }
}

/// Median microseconds of processor time of what must succeed.
fn measure(times: usize, mut work: impl FnMut() -> bool) -> Result<f64, String> {
    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let before = cpu::seconds(std::process::id())?;
        for _ in 0..times {
            if !work() {
                return Err("a good request was refused".to_owned());
            }
        }
        rounds.push((cpu::seconds(std::process::id())? - before) * 1e6 / times as f64);
    }
    rounds.sort_by(f64::total_cmp);
    rounds.get(ROUNDS / 2).copied().ok_or_else(|| "no rounds".to_owned())
}

/// Head and body of one request, as the gateway shows them; true when it passes.
fn decision(policy: &Policy, case: Case, body: &[u8]) -> bool {
    let length = body.len().to_string();
    let mut fields: Vec<(&str, &[u8])> = vec![
        ("Host", b"bench.test"),
        ("User-Agent", b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
        ("Accept", b"application/json, text/plain, */*"),
        ("Accept-Language", b"en-US,en;q=0.5"),
        ("Accept-Encoding", b"gzip, deflate, br, zstd"),
        ("X-Request-Id", b"0193e4b0-7f1c-7a52-9c2e-3b1f8d2a6c47"),
    ];
    let (method, path, query) = match case {
        Case::Get => ("GET", "/items/42", Some("view=full&page=7")),
        Case::Post(_) => ("POST", "/orders", None),
    };
    if !body.is_empty() {
        fields.push(("Content-Type", b"application/json"));
        fields.push(("Content-Length", length.as_bytes()));
    }
    let headers = HeadersView(&fields);
    let request = RequestView { method, host: "bench.test", path, query, headers, client: None };
    let mut inquiry = policy.inquire(Facts::default());
    let progress = match inquiry.head(black_box(&request)) {
        Progress::Body { .. } => inquiry.body(&request, black_box(body), false),
        other => other,
    };
    black_box(inquiry.decision());
    progress == Progress::Pass
}
