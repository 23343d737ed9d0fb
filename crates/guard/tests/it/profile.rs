//! The learned profile: what is learned of exchanges, and what is told of those unlike it.

use crate::{api, lines};
use bytes::Bytes;
use palisade_exchange::{Body, Client, Exchange, KeyedHash, Message, Response, Source};
use palisade_guard::profile::{Learner, Profile};
use palisade_guard::{Action, Answer, Check, Decision, Effect, Facts, Lookup, Mode, Policy, Rates};
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::LazyLock;

const CONTRACT: &str = r##"
openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /orders/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}}
    put:
      parameters: [{name: dry, in: query, schema: {}}]
      requestBody: {content: {application/json: {schema: {}}}}
      responses: {"200": {description: ok, content: {application/json: {schema: {}}}}}
"##;
const ORDER: &str = r#"{"note":"two of them","lines":[{"sku":"AB-12","count":2}],"at":"2026-11-22","paid":null}"#;
const RECEIPT: &str = r#"{"id":17,"total":20.5}"#;

/// A caller's order and the answer to it.
fn exchange(caller: u8, query: Option<&str>, body: &str, answer: &str) -> Exchange {
    let message = |body: &str| Message {
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: if body.is_empty() {
            Body::Empty
        } else {
            Body::Bytes { bytes: Bytes::copy_from_slice(body.as_bytes()), truncated: false }
        },
    };
    let address = IpAddr::V4(Ipv4Addr::new(192, 0, 2, caller));
    Exchange {
        id: uuid::Uuid::nil(),
        time: 1_000_000_000,
        duration: None,
        source: Source::Gateway,
        api: None,
        client: Client { address: Some(address), principal: Some(format!("caller {caller}")) },
        scheme: "https".to_owned(),
        host: "shop.test".to_owned(),
        method: "PUT".to_owned(),
        path: "/orders/17".to_owned(),
        query: query.map(str::to_owned),
        request: message(body),
        response: Some(Response { status: 200, message: message(answer) }),
    }
}

fn learner() -> Learner {
    Learner::new(KeyedHash::new([5; 16]))
}

const OPERATION: &str = "PUT /orders/{number}";

/// Eighty orders of twenty callers.
fn taught() -> Learner {
    let mut learner = learner();
    for number in 0..80u8 {
        let mut order = exchange(number % 20, Some("dry=true"), ORDER, RECEIPT);
        order.time += i64::from(number / 20) * 60_000_000;
        learner.absorb(OPERATION, &order);
    }
    learner
}

fn policy_of(profile: &Profile) -> Policy {
    let mut api = api(CONTRACT, Mode::Block);
    api.protection.profile = Some(profile.clone());
    Policy::compile(&api).0
}

static POLICY: LazyLock<Policy> = LazyLock::new(|| policy_of(&taught().profile()));

/// The signals of a recorded exchange, with their messages.
fn told(query: Option<&str>, body: &str, answer: &str) -> Vec<String> {
    let decision = POLICY.judge(&exchange(3, query, body, answer));
    assert!(decision.effect <= Effect::Alert, "alerts only: {decision:?}");
    lines(&decision)
        .into_iter()
        .zip(&decision.errors)
        .map(|(line, error)| format!("{line}: {}", error.message))
        .collect()
}

#[test]
fn a_profile_holds_shapes_and_no_values() {
    let text = serde_json::to_string_pretty(&taught().profile()).unwrap();
    insta::assert_snapshot!(text);
    for value in ["two of them", "AB-12", "2026", "20.5"] {
        assert!(!text.contains(value), "{value}");
    }
    assert_eq!(serde_json::from_str::<Profile>(&text).unwrap(), taught().profile());
}

#[test]
fn each_signal_says_what_is_usual_and_what_kind_of_thing_came() {
    let usual = (Some("dry=true"), ORDER, RECEIPT);
    assert_eq!(told(usual.0, usual.1, usual.2), [""; 0]);
    let with = |from: &str, to: &str| ORDER.replace(from, to);
    let cases = [
        told(usual.0, &with("two", &"two ".repeat(400)), usual.2),
        told(usual.0, &with("\"paid\"", "\"role\":\"admin\",\"paid\""), usual.2),
        told(usual.0, &with("\"count\":2", "\"count\":2,\"price/net\":1"), usual.2),
        told(usual.0, &with("\"count\":2", "\"count\":{\"$gt\":0}"), usual.2),
        told(usual.0, &with("\"count\":2", "\"count\":2000000"), usual.2),
        told(usual.0, &with("AB-12", "' OR 1=1;--"), usual.2),
        told(usual.0, &with("2026-11-22", "yesterday!"), usual.2),
        told(Some("dry=true&debug=1"), usual.1, usual.2),
        told(Some("dry=perhaps"), usual.1, usual.2),
        told(usual.0, usual.1, r#"{"id":17,"total":20.5,"password_hash":"x"}"#),
        told(usual.0, usual.1, &format!(r#"{{"id":17,"total":20.5{}}}"#, " ".repeat(900))),
    ];
    insta::assert_debug_snapshot!(cases);
    // What was sent is never told.
    let all = format!("{cases:?}");
    for value in ["admin", "OR 1", "yesterday", "perhaps", "$gt", "2000000"] {
        assert!(!all.contains(value), "{value}: {all}");
    }
}

/// Through the engine with counters: what it asked, and the decision.
fn with_rates(policy: &Policy, average: u64) -> (Vec<Lookup>, Decision) {
    let exchange = exchange(3, Some("dry=true"), ORDER, RECEIPT);
    let mut inquiry = policy.inquire(Facts::default());
    let mut asked = Vec::new();
    while let palisade_guard::Progress::Need(lookup) = inquiry.exchange(&exchange) {
        inquiry.answer(&lookup, Answer::Rates(vec![Rates { average, ..Rates::default() }]));
        asked.push(lookup);
    }
    (asked, inquiry.decision())
}

#[test]
fn a_client_that_comes_too_often_is_told() {
    let (asked, decision) = with_rates(&POLICY, 60);
    let [Lookup::Rates(asks)] = &asked[..] else { panic!("{asked:?}") };
    // Once a minute was usual: what is below 30 a minute is never told.
    assert_eq!((asks.len(), asks[0].count, asks[0].average), (1, true, Some(60)));
    assert_eq!(lines(&decision), [""; 0]);
    let (_, decision) = with_rates(&POLICY, 61);
    assert_eq!(lines(&decision), ["client   profile_rate"]);
    assert_eq!(decision.effect, Effect::Alert);
    assert_eq!(
        decision.errors[0].message,
        "at most 1 requests of one client within a minute are usual, 61 came within 2 minutes"
    );
}

#[test]
fn counters_that_are_lost_do_not_refuse_for_a_profile() {
    let order = exchange(3, Some("dry=true"), ORDER, RECEIPT);
    let mut inquiry = POLICY.inquire(Facts::default());
    while let palisade_guard::Progress::Need(lookup) = inquiry.exchange(&order) {
        inquiry.answer(&lookup, Answer::Failed("the counters are lost"));
    }
    let decision = inquiry.decision();
    assert_eq!((decision.effect, decision.degraded.as_deref()), (Effect::Allow, Some("the counters are lost")));
}

#[test]
fn the_owner_may_let_it_refuse() {
    let mut api = api(CONTRACT, Mode::Block);
    api.protection.profile = Some(taught().profile());
    api.protection.effects.insert(Check::Profile, Action::Prevent);
    let policy = Policy::compile(&api).0;
    let decision = policy.judge(&exchange(3, Some("dry=true&debug=1"), ORDER, RECEIPT));
    assert_eq!((decision.effect, decision.status, decision.code.as_str()), (Effect::Prevent, 400, "profile_parameter"));
}

#[test]
fn little_evidence_says_nothing() {
    let mut learner = learner();
    for number in 0..49u8 {
        learner.absorb(OPERATION, &exchange(number, None, ORDER, RECEIPT));
    }
    let policy = policy_of(&learner.profile());
    let decision = policy.judge(&exchange(3, Some("dry=1"), r#"{"role":1}"#, "[1]"));
    assert_eq!(lines(&decision), [""; 0]);
}

#[test]
fn one_caller_teaches_nothing_that_the_others_do_not_do() {
    let mut learner = taught();
    let honest = learner.profile();
    let evil = format!(r#"{{"note":"{}","role":"admin","lines":[{}1]}}"#, "<b>\\u0000".repeat(900), "1,".repeat(300));
    for number in 0..600 {
        let mut exchange = exchange(250, Some(&format!("debug=1&p{number}x=<>")), &evil, RECEIPT);
        if number % 2 == 0 {
            exchange.request.body =
                Body::Bytes { bytes: format!(r#"{{"member{number}x":1}}"#).into(), truncated: false };
        }
        learner.absorb(OPERATION, &exchange);
    }
    let (honest, taught) = (honest.operations.into_values().next(), learner.profile().operations.into_values().next());
    let (honest, taught) = (honest.unwrap(), taught.unwrap());
    assert_eq!(taught.query.keys().collect::<Vec<_>>(), ["dry"]);
    let (honest_request, request) = (honest.request.unwrap(), taught.request.unwrap());
    assert_eq!((request.bytes, request.open, taught.query_open), (honest_request.bytes, false, false));
    let shapes = |members: &std::collections::BTreeMap<String, palisade_guard::profile::ValueProfile>| {
        let shape = |(pointer, value): (&String, &palisade_guard::profile::ValueProfile)| {
            (pointer.clone(), palisade_guard::profile::ValueProfile { seen: 0, ..value.clone() })
        };
        members.iter().map(shape).collect::<Vec<_>>()
    };
    assert_eq!(shapes(&request.members), shapes(&honest_request.members));
    assert_eq!(taught.rate.unwrap().per_minute, honest.rate.unwrap().per_minute);
}

#[test]
fn hostile_bodies_are_bounded() {
    let mut learner = taught();
    for body in [
        "[".repeat(10_000),
        format!("{}1{}", "[".repeat(100), "]".repeat(100)),
        format!("[{}1]", "{\"a\":".repeat(60) + "1" + &"}".repeat(60) + ","),
        format!("{{{}\"z\":1}}", (0..5_000).map(|n| format!("\"k{n}x\":1,")).collect::<String>()),
        format!("{{\"{}\":1}}", "n".repeat(1 << 16)),
        format!("[{}1]", "1,".repeat(1 << 16)),
        "{\"a\":1e999}".to_owned(),
        "\u{0}\u{1}".to_owned(),
    ] {
        for caller in 0..8 {
            learner.absorb(OPERATION, &exchange(caller, Some(&"a=1&".repeat(5_000)), &body, &body));
        }
        let decision = POLICY.judge(&exchange(1, Some(&"a=1&".repeat(5_000)), &body, &body));
        assert!(decision.errors.len() <= 20);
        assert!(decision.errors.iter().all(|error| error.pointer.len() < 600 && error.message.len() < 600));
    }
    let text = serde_json::to_string(&learner.profile()).unwrap();
    assert!(text.len() < 300_000, "{}", text.len());
}

fn any_order() -> impl Strategy<Value = Exchange> {
    let body = prop_oneof![
        Just(ORDER.to_owned()),
        "\\{\"[a-c]\":[0-9]{1,3}\\}",
        "\\{\"[a-c]\":\"[a-z']{0,6}\"\\}",
        "\\[[0-9]{1,3}\\]",
        Just(format!("{{{}\"z\":1}}", (0..300).map(|n| format!("\"k{n}x\":1,")).collect::<String>())),
    ];
    let query = prop_oneof![Just(None), "[a-c]=[0-9a-z]{0,4}".prop_map(Some)];
    (0u8..30, query, body, 0i64..5).prop_map(|(caller, query, body, minute)| {
        let order = exchange(caller, query.as_deref(), &body, &body);
        Exchange { time: minute * 60_000_000, ..order }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn learning_apart_and_merging_in_any_order_is_learning_in_one_place(
        orders in proptest::collection::vec((any_order(), 0usize..3), 0..60),
        turned in any::<bool>(),
    ) {
        let mut whole = learner();
        let mut parts = [learner(), learner(), learner()];
        for (order, part) in &orders {
            whole.absorb(OPERATION, order);
            parts[*part].absorb(OPERATION, order);
        }
        if turned {
            parts.reverse();
        }
        let [mut one, two, three] = parts;
        one.merge(two);
        one.merge(three);
        prop_assert_eq!(one.profile(), whole.profile());
        prop_assert_eq!(one, whole);
    }

    #[test]
    fn any_bytes_are_judged_without_panic(body in proptest::collection::vec(any::<u8>(), 0..200), query in "\\PC{0,40}") {
        let mut order = exchange(1, Some(&query), "", "");
        order.request.body = Body::Bytes { bytes: body.into(), truncated: false };
        let mut learner = learner();
        learner.absorb(OPERATION, &order);
        let _ = (learner.profile(), POLICY.judge(&order));
    }
}
