//! Which hosts and base paths of a recording are the contract's.

use crate::library::{CONTRACT, Call, Dice, call, compare, told};
use palisade_exchange::Exchange;
use serde_json::json;

fn honest(count: usize) -> Vec<Exchange> {
    let mut dice = Dice::new(9);
    (0..count).map(|number| call(&mut dice).exchange(number)).collect()
}

/// Pages of another site.
fn elsewhere(host: &str, count: usize) -> Vec<Exchange> {
    let calls = (0..count).map(|number| {
        let path = format!("/collect/{}", ["a", "b", "c"][number % 3]);
        let mut exchange = Call::new("POST", path, 200).answer(json!({"ok": true})).exchange(10_000 + number);
        exchange.host = host.to_owned();
        exchange
    });
    calls.collect()
}

fn on(mut exchanges: Vec<Exchange>, host: &str, base: &str) -> Vec<Exchange> {
    for exchange in &mut exchanges {
        exchange.host = host.to_owned();
        exchange.path = format!("{base}{}", exchange.path.strip_prefix("/api").unwrap());
    }
    exchanges
}

#[test]
fn hosts_that_the_servers_name_are_compared_and_others_are_counted() {
    let exchanges = honest(300).into_iter().chain(elsewhere("metrics.example", 40));
    let outcome = compare(CONTRACT, exchanges);
    assert_eq!(told(&outcome), Vec::<String>::new());
    assert_eq!(outcome.hosts, ["library.example"]);
    assert_eq!(outcome.others, [("metrics.example".to_owned(), 40)]);
}

#[test]
fn servers_that_were_not_seen_are_placeholders() {
    let exchanges = on(honest(300), "127.0.0.1:8080", "/api").into_iter().chain(elsewhere("metrics.example", 400));
    let outcome = compare(CONTRACT, exchanges);
    assert_eq!(told(&outcome), Vec::<String>::new());
    assert_eq!(outcome.hosts, ["127.0.0.1:8080"]);
    assert_eq!(outcome.others, [("metrics.example".to_owned(), 400)]);
}

#[test]
fn another_base_path_needs_no_word() {
    for base in ["", "/v7", "/gate/library/api"] {
        let outcome = compare(CONTRACT, on(honest(300), "localhost", base));
        assert_eq!(told(&outcome), Vec::<String>::new(), "{base}");
        assert_eq!(outcome.counts.judged, 300, "{base}");
    }
}

#[test]
fn a_shadow_behind_a_prefix_stays_one() {
    let mut exchanges = honest(300);
    let mut shadow = Call::new("GET", "/internal/health", 200).answer(json!({"up": true})).exchange(500);
    shadow.host = "library.example".to_owned();
    exchanges.push(shadow);
    let outcome = compare(CONTRACT, exchanges);
    assert_eq!(told(&outcome), ["DIS001 GET /internal/health answers traffic but is not in the contract"]);
}

#[test]
fn traffic_of_another_api_is_said_to_be_one() {
    let outcome = compare(CONTRACT, elsewhere("metrics.example", 40));
    assert!(outcome.nothing_matched);
    assert!(outcome.findings.iter().any(|finding| finding.rule == "DIS001"));
    // All that the contract promises was never called.
    assert_eq!(outcome.findings.iter().filter(|finding| finding.rule == "DIS003").count(), 6);
}

#[test]
fn hosts_and_differences_without_end_are_bounded() {
    let mut exchanges = Vec::new();
    for number in 0..200 {
        let mut exchange = Call::new("GET", "/api/health", 200).exchange(number);
        exchange.host = format!("h{number}.example");
        exchanges.push(exchange);
    }
    for number in 0..6000 {
        let mut call = Call::new("GET", "/api/health", 200);
        call.query.push((format!("word{}x", "y".repeat(number % 7)) + &number.to_string(), "1".to_owned()));
        exchanges.push(call.exchange(1000 + number));
    }
    let mut dice = Dice::new(4);
    exchanges.push(call(&mut dice).exchange(1));
    let outcome = compare(CONTRACT, exchanges.into_iter().rev());
    assert_eq!(outcome.hosts, ["library.example"]);
    assert!(outcome.findings.len() <= 4100, "{}", outcome.findings.len());
    assert!(outcome.counts.overflow >= 1900, "{}", outcome.counts.overflow);
}
