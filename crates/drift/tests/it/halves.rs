//! A contract that was learned from one half of the traffic, and the other half held against it.

use crate::library::{Dice, redactor, reference, terms, told};
use palisade_demo::{Switches, Traffic};
use palisade_discover::{Discovery, Hosts, OpenApiVersion, Overrides, Settings};
use palisade_drift::{Account, Drift, Kind, Outcome, Terms};
use palisade_exchange::{Exchange, Redactor};
use palisade_finding::Severity;
use palisade_gateway::{Captured, Gateway, Sink};
use palisade_guard::{ApiPolicy, Delivery, Mode, Snapshot};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Most of the valid requests that may be called rogue.
const TOLERANCE: f64 = 0.001;

#[derive(Default)]
struct Kept(Mutex<Vec<Exchange>>);

impl Sink for Kept {
    fn deliver(&self, captured: Captured) {
        self.0.lock().unwrap().push(captured.exchange);
    }
}

/// So many exchanges of the demo shop behind the gateway, by time.
fn shop(switches: Switches, enough: usize) -> Vec<Exchange> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let kept = Arc::new(Kept::default());
    runtime.block_on(async {
        let (stop, quiet) = (CancellationToken::new(), CancellationToken::new());
        let upstream = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let door = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", door.local_addr().unwrap());
        let api = ApiPolicy {
            id: "shop".to_owned(),
            name: "shop".to_owned(),
            hosts: Vec::new(),
            base_path: "/".to_owned(),
            upstreams: vec![format!("http://{}", upstream.local_addr().unwrap())],
            upstream_ca: None,
            delivery: Delivery::default(),
            mode: Mode::Observe,
            contract: None,
            observe_operations: Vec::new(),
            exceptions: Vec::new(),
            protection: palisade_guard::Protection::default(),
        };
        let settings =
            palisade_gateway::Settings { redactor: Redactor::new(&[7; 32]), ..palisade_gateway::Settings::default() };
        let gateway = Gateway::new(settings, Arc::clone(&kept) as Arc<dyn Sink>);
        gateway.publish(&Snapshot { version: 1, apis: vec![api], ..Snapshot::default() });
        tokio::spawn(palisade_demo::serve(upstream, switches, stop.clone()));
        tokio::spawn(Arc::clone(&gateway).serve(door, stop.clone()));
        let traffic = tokio::spawn({
            let quiet = quiet.clone();
            async move { Traffic::run(&url, 7, 1_000.0, quiet).await }
        });
        while kept.0.lock().unwrap().len() < enough {
            assert!(!traffic.is_finished(), "the traffic ended early");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        quiet.cancel();
        traffic.await.unwrap().unwrap();
        gateway.flush().await;
        stop.cancel();
    });
    let mut exchanges = std::mem::take(&mut *kept.0.lock().unwrap());
    exchanges.sort_by_key(|exchange| (exchange.time, exchange.id));
    exchanges
}

fn compared(terms: Terms, exchanges: &[Exchange], redactor: &Redactor) -> Outcome {
    let mut drift = Drift::new(terms, redactor);
    for exchange in exchanges {
        drift.observe(exchange.clone(), reference(exchange));
    }
    drift.finish()
}

fn learned(exchanges: &[Exchange]) -> Terms {
    let mut discovery = Discovery::new(Settings::new(&redactor(), Hosts::One));
    for exchange in exchanges {
        discovery.absorb(exchange);
    }
    let contract = discovery.induce(&Overrides::default()).to_openapi(OpenApiVersion::V31);
    terms(&contract.to_string())
}

/// What an accepted exchange breaks in its request, and in its answer; `None` when its operation is not known.
fn broken(terms: &Terms, exchange: &Exchange) -> Option<(Vec<String>, Vec<String>)> {
    let mut account = Account::default();
    let known = account.observe(terms, exchange, &reference(exchange));
    let (mut request, mut answer) = (Vec::new(), Vec::new());
    for (spot, seen) in account.sightings() {
        let words = format!("{} {}{}: {}", spot.location, spot.name, spot.pointer, seen.message);
        match spot.kind {
            Kind::RequestParameter | Kind::RequestBody | Kind::RequestMedia => request.push(words),
            Kind::ResponseBody | Kind::ResponseHeader | Kind::ResponseMedia | Kind::Status => answer.push(words),
            _ => {}
        }
    }
    known.then_some((request, answer))
}

fn succeeded(exchange: &Exchange) -> bool {
    exchange.response.as_ref().is_some_and(|response| (200..300).contains(&response.status))
}

/// How a contract that was learned from one half judges the valid exchanges of the other.
#[derive(Default)]
struct Verdict {
    /// Exchanges whose requests keep the true contract, and that succeeded.
    valid: usize,
    /// Of these, requests that break the learned one.
    rogue: usize,
    /// Answers that break the learned one, though they keep the true one.
    answers: usize,
    /// Exchanges of operations that were not learned.
    unknown: usize,
    why: String,
}

fn verdict(truth: &Terms, taught: &[Exchange], judged: &[Exchange]) -> Verdict {
    let learned = learned(taught);
    let mut verdict = Verdict::default();
    for exchange in judged.iter().filter(|exchange| succeeded(exchange)) {
        let Some((request, answer)) = broken(truth, exchange).filter(|(request, _)| request.is_empty()) else {
            continue;
        };
        assert!(request.is_empty());
        verdict.valid += 1;
        let Some((rogue, answers)) = broken(&learned, exchange) else {
            verdict.unknown += 1;
            continue;
        };
        verdict.rogue += usize::from(!rogue.is_empty());
        let surprising = answer.is_empty() && !answers.is_empty();
        verdict.answers += usize::from(surprising);
        if !rogue.is_empty() || surprising {
            let found = [rogue, answers].concat().join("; ");
            let _ = writeln!(verdict.why, "{} {}: {found}", exchange.method, exchange.path);
        }
    }
    verdict
}

fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Splits by time, then by chance under several seeds, and checks the share of rogues: by time, and of all splits.
fn halves(name: &str, truth: &Terms, exchanges: &[Exchange]) {
    let (first, second) = exchanges.split_at(exchanges.len() / 2);
    let mut splits = vec![("by time".to_owned(), first.to_vec(), second.to_vec())];
    for seed in 0..3 {
        let mut dice = Dice::new(seed);
        let (one, two): (Vec<Exchange>, Vec<Exchange>) = exchanges.iter().cloned().partition(|_| dice.chance(50));
        splits.push((format!("by chance, seed {seed}"), one, two));
    }
    let (mut all_valid, mut all_rogue) = (0, 0);
    for (split, taught, judged) in splits {
        let Verdict { valid, rogue, answers, unknown, why } = verdict(truth, &taught, &judged);
        say(&format!(
            "{name}, {split}: of {valid} valid exchanges {rogue} requests are rogue, {answers} answers, \
             {unknown} of operations that were not learned\n{why}"
        ));
        assert!(valid > judged.len() / 3, "{name}, {split}: {valid} of {} are valid", judged.len());
        let by_time = all_valid == 0;
        (all_valid, all_rogue) = (all_valid + valid, all_rogue + rogue);
        let few = all_rogue as f64 <= TOLERANCE * all_valid as f64;
        assert!(few || !by_time, "{name}, {split}: {rogue} of {valid}\n{why}");
    }
    assert!(all_rogue as f64 <= TOLERANCE * all_valid as f64, "{name}: {all_rogue} of {all_valid}");
}

#[test]
fn a_shop_that_keeps_its_contract_shows_no_drift() {
    let exchanges = shop(Switches::none(), 2500);
    let truth = || terms(palisade_demo::CONTRACT);
    let outcome = compared(truth(), &exchanges, &redactor());
    // Clients that attack and scan are refused; what remains is information: an old version of the app still asks for
    // what is gone.
    assert!(outcome.findings.iter().all(|finding| finding.severity == Severity::Info), "{:#?}", told(&outcome));
    let old = "DIS002 GET /v1/products is out of service, but callers still ask for it".to_owned();
    assert!(told(&outcome).contains(&old), "{:#?}", told(&outcome));
    assert!(outcome.counts.refused > 20, "{:?}", outcome.counts);
    halves("the demo shop", &truth(), &exchanges);
}

#[test]
fn the_defects_of_the_shop_are_drift() {
    let outcome = compared(terms(palisade_demo::CONTRACT), &shop(Switches::all(), 2500), &redactor());
    let found = told(&outcome);
    for wanted in [
        "DIS001 GET /internal/export/customers answers traffic but is not in the contract",
        "DIS002 GET /v1/products is deprecated, yet still answers its callers",
        "DRF050 GET /v2/newsletter/subscribers succeeded without a credential, although its contract demands one",
        "DRF031 PATCH /v2/me accepted a body that breaks its contract: at /role is not a declared member (additionalProperties)",
        "DRF040 GET /v2/me answers 200 with a body that breaks its schema: at /password_hash is not a declared member (additionalProperties)",
    ] {
        assert!(found.iter().any(|one| one == wanted), "{wanted}: {found:#?}");
    }
}

/// Recordings that are no part of the repository: `PALISADE_TRAFFIC` names a folder of them, each `NAME.har` beside its
/// `NAME.openapi.json`.
#[test]
fn halves_of_recorded_traffic() {
    let Some(folder) = std::env::var_os("PALISADE_TRAFFIC").map(PathBuf::from) else {
        say("skipped: set PALISADE_TRAFFIC to a folder of recordings");
        return;
    };
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.strip_suffix(".openapi.json").map(str::to_owned))
        .collect();
    names.sort();
    assert!(!names.is_empty(), "PALISADE_TRAFFIC holds no contract");
    for name in names {
        let contract = std::fs::read_to_string(folder.join(format!("{name}.openapi.json"))).unwrap();
        let recording = std::fs::File::open(folder.join(format!("{name}.har"))).unwrap();
        let mut exchanges = Vec::new();
        let limits = palisade_readers::Limits::default();
        palisade_readers::read_unbuffered(recording, &redactor(), &limits, &mut |exchange| exchanges.push(exchange))
            .unwrap();
        exchanges.sort_by_key(|exchange| (exchange.time, exchange.id));
        halves(&name, &terms(&contract), &exchanges);
    }
}
