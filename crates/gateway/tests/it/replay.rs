//! Recorded exchanges under rates and bans: by the recording's own times.

use crate::support::api;
use palisade_exchange::{Client, Exchange, Message, Source};
use palisade_gateway::Replay;
use palisade_guard::{Action, BanRule, Check, Effect, Mode, Protection, RateRule, Snapshot};
use std::collections::BTreeMap;

fn exchange(second: f64, client: &str) -> Exchange {
    Exchange {
        id: uuid::Uuid::nil(),
        time: 1_795_000_000_000_000 + (second * 1e6) as i64,
        duration: None,
        source: Source::Har,
        api: None,
        client: Client { address: client.parse().ok(), principal: None },
        scheme: "http".into(),
        host: "a.test".into(),
        method: "GET".into(),
        path: "/".into(),
        query: None,
        request: Message::default(),
        response: None,
    }
}

/// The numbers of the exchanges that are refused, and by which check.
fn refused(protection: Protection, exchanges: &[Exchange]) -> Vec<(usize, String)> {
    let mut policy = api("http://127.0.0.1:9", Mode::Block, None);
    policy.protection = protection;
    let snapshot = Snapshot { version: 1, apis: vec![policy], lists: vec![], trusted_proxies: vec![] };
    let mut replay = Replay::new(&snapshot).unwrap();
    let judged = exchanges.iter().enumerate().map(|(at, exchange)| (at, replay.judge(exchange).unwrap().decision));
    judged
        .filter(|(_, decision)| decision.effect >= Effect::Prevent)
        .map(|(at, decision)| (at, format!("{:?}", decision.check)))
        .collect()
}

fn rates(effect: Option<Action>) -> Vec<RateRule> {
    vec![RateRule { name: "all".into(), burst: Some(1.into()), effect, ..RateRule::default() }]
}

#[test]
fn who_came_too_often_is_refused_until_time_has_passed() {
    let mut exchanges: Vec<Exchange> = (0..7).map(|number| exchange(f64::from(number) / 10.0, "192.0.2.1")).collect();
    exchanges.push(exchange(0.8, "192.0.2.2"));
    exchanges.push(exchange(30.0, "192.0.2.1"));
    let protection = Protection { rates: rates(None), ..Protection::default() };
    let told = refused(protection, &exchanges);
    assert_eq!(told.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [5, 6], "{told:?}");
}

#[test]
fn a_ban_runs_by_the_recording_and_ends() {
    let mut exchanges: Vec<Exchange> = (0..6).map(|number| exchange(f64::from(number) / 10.0, "192.0.2.1")).collect();
    exchanges.push(exchange(20.0, "192.0.2.1"));
    exchanges.push(exchange(200.0, "192.0.2.1"));
    let protection = Protection {
        rates: rates(Some(Action::Ban)),
        ban: BanRule { seconds: 60, ..BanRule::default() },
        effects: BTreeMap::from([(Check::Rate, Action::Prevent)]),
        ..Protection::default()
    };
    let told = refused(protection, &exchanges);
    assert_eq!(told.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [5, 6], "{told:?}");
}
