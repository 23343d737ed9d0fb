//! Lists, rates and bans on the wire.

use crate::support::{Recorded, Under, api, read_until, start, upstream};
use palisade_gateway::{CounterFigures, CounterStore, Gateway, Reply, Settings};
use palisade_guard::{
    Action, Ban, BanOrder, Check, CounterKey, Mode, NetworkList, OnError, Protection, RateAsk, RateFields, RateRule,
    Rates, Snapshot,
};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

fn snapshot(upstream: &Recorded, protection: Protection, denied: &str) -> Snapshot {
    let mut policy = api(&format!("http://{}", upstream.address), Mode::Block, None);
    policy.protection = protection;
    Snapshot {
        version: 1,
        apis: vec![policy],
        lists: vec![NetworkList { name: "bad".into(), networks: vec![denied.parse().unwrap()] }],
        trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
    }
}

async fn guarded(protection: Protection) -> (Recorded, Under) {
    let upstream = upstream(b"\r\n\r\n", OK, false).await;
    let snapshot = snapshot(&upstream, protection, "192.0.2.0/24");
    let open = api(&format!("http://{}", upstream.address), Mode::Observe, None);
    let under = start(open, Settings::default()).await;
    let statuses = under.gateway.publish(&snapshot);
    assert!(statuses.iter().all(|status| status.current), "{statuses:?}");
    (upstream, under)
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{answer}"))
}

#[tokio::test]
async fn who_comes_too_often_is_told_when_to_come_again() {
    let rates = vec![RateRule { name: "all".into(), average: Some(1.into()), ..RateRule::default() }];
    let (upstream, under) = guarded(Protection { rates, ..Protection::default() }).await;
    let mut stream = under.connect().await;
    for _ in 0..120 {
        stream.write_all(GET.as_bytes()).await.unwrap();
        read_until(&mut stream, b"ok").await;
    }
    stream.write_all(GET.as_bytes()).await.unwrap();
    let answer = String::from_utf8(read_until(&mut stream, b"}").await).unwrap();
    assert_eq!(status(&answer), 429, "{answer}");
    for field in ["Retry-After: ", "RateLimit-Policy: \"all\";q=120;w=120\r\n", "RateLimit: \"all\";r=0;t="] {
        assert!(answer.contains(field), "{field} {answer}");
    }
    assert_eq!(upstream.text().matches("GET /").count(), 120);
}

#[tokio::test]
async fn an_attack_bans_its_client_until_it_is_lifted() {
    let rates = vec![RateRule { average: Some(1.into()), effect: Some(Action::Ban), ..RateRule::default() }];
    let (upstream, under) = guarded(Protection { rates, ..Protection::default() }).await;
    let mut answers = Vec::new();
    for _ in 0..122 {
        answers.push(status(&under.send(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await));
    }
    assert_eq!((&answers[..120], &answers[120..]), (&[200; 120][..], &[429, 403][..]));
    let [ban] = &under.gateway.bans()[..] else { panic!("one ban") };
    assert_eq!((&*ban.who, &*ban.code, &*ban.api, ban.refused), ("127.0.0.1", "rate_average", "test", 1));
    assert!(ban.until > ban.since);
    // Another client, as a trusted proxy says, is not banned.
    let other =
        under.send(b"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.1\r\nConnection: close\r\n\r\n").await;
    assert_eq!(status(&other), 200);
    assert!(under.gateway.lift_ban(ban.key) && under.gateway.bans().is_empty());
    assert_eq!(upstream.text().matches("GET /").count(), 121);
}

#[tokio::test]
async fn a_list_counts_from_the_moment_it_is_published() {
    let mut protection = Protection::default();
    protection.networks.deny = vec!["bad".into()];
    let (upstream, under) = guarded(protection.clone()).await;
    let ask = async |client: &str| {
        let request = format!("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {client}\r\nConnection: close\r\n\r\n");
        status(&under.send(request.as_bytes()).await)
    };
    assert_eq!(
        (ask("192.0.2.1").await, ask("198.51.100.1").await, ask("192.0.2.1, 198.51.100.1").await),
        (403, 200, 200)
    );
    under.gateway.publish(&snapshot(&upstream, protection.clone(), "198.51.100.0/24"));
    assert_eq!((ask("192.0.2.1").await, ask("198.51.100.1").await), (200, 403));
    // A definition that names a list which is not there is refused, and the last good one stays.
    protection.networks.deny = vec!["gone".into()];
    let statuses = under.gateway.publish(&snapshot(&upstream, protection, "198.51.100.0/24"));
    let problem = statuses[0].problem.as_deref().unwrap();
    assert_eq!(problem, "its protection, /networks/deny/0: there is no network list named \"gone\"");
    assert_eq!(ask("198.51.100.1").await, 403);
}

/// A store that is away.
#[derive(Debug)]
pub(crate) struct Away;

impl CounterStore for Away {
    fn rates<'a>(&'a self, _: &'a [RateAsk], _: i64) -> Reply<'a, Vec<Rates>> {
        Box::pin(async { Err("the store is away") })
    }

    fn banned(&self, _: CounterKey, _: i64) -> Reply<'_, Option<i64>> {
        Box::pin(async { Err("the store is away") })
    }

    fn count(&self, _: &[CounterKey], _: i64) {}

    fn ban(&self, _: &BanOrder, _: &str, _: &str, _: i64) -> bool {
        false
    }

    fn lift(&self, _: CounterKey) -> Option<Ban> {
        None
    }

    fn running(&self, _: i64) -> Vec<Ban> {
        Vec::new()
    }

    fn sweep(&self, _: i64) -> Vec<Ban> {
        Vec::new()
    }

    fn figures(&self) -> CounterFigures {
        CounterFigures::default()
    }
}

#[tokio::test]
async fn how_rates_stand_is_told_to_whom_the_policy_says() {
    use RateFields::{Always, Never, Refused};
    for (told, mode, passed, refused) in [
        (Always, Mode::Block, Some("\"slow\";r=2;t="), Some("\"slow\";r=0;t=")),
        (Refused, Mode::Block, None, Some("\"slow\";r=0;t=")),
        (Never, Mode::Block, None, None),
        (Always, Mode::Observe, None, None),
    ] {
        let answer = b"HTTP/1.1 200 OK\r\nRateLimit: \"own\";r=9\r\nContent-Length: 2\r\n\r\nok";
        let upstream = upstream(b"\r\n\r\n", answer, false).await;
        let mut policy = api(&format!("http://{}", upstream.address), mode, None);
        // One in 40 seconds: three within two minutes.
        let slow = palisade_guard::PerSecond::new(0.025);
        policy.protection.rates = vec![RateRule { name: "slow".into(), average: slow, ..RateRule::default() }];
        policy.protection.response.rate_limits = told;
        let under = start(policy, Settings::default()).await;
        let mut answers = Vec::new();
        for _ in 0..4 {
            answers.push(under.send(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await);
        }
        assert_eq!(answers[0].contains("RateLimit: \"own\";r=9\r\n"), status(&answers[0]) == 200);
        for (answer, wanted) in [(&answers[0], passed), (&answers[3], refused)] {
            assert_eq!(answer.contains("RateLimit-Policy: \"slow\";q=3;w=120\r\n"), wanted.is_some(), "{answer}");
            assert!(wanted.is_none_or(|wanted| answer.contains(wanted)), "{answer}");
        }
        assert_eq!(status(&answers[3]), if mode == Mode::Block { 429 } else { 200 });
    }
}

#[tokio::test]
async fn a_store_that_is_away_closes_or_opens_as_the_policy_says() {
    for (on_error, expected) in [(None, 503), (Some(OnError::Closed), 503), (Some(OnError::Open), 200)] {
        let upstream = upstream(b"\r\n\r\n", OK, true).await;
        let mut protection = Protection { on_error, ..Protection::default() };
        protection.rates = vec![RateRule { burst: Some(1.into()), ..RateRule::default() }];
        protection.effects.insert(Check::Rate, Action::Ban);
        let kept = Arc::new(crate::support::Kept::default());
        let gateway = Gateway::with_counters(Settings::default(), kept.clone(), Arc::new(Away));
        gateway.publish(&snapshot(&upstream, protection, "192.0.2.0/24"));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let served = tokio::spawn(Arc::clone(&gateway).serve(listener, stop.clone()));
        let under = Under { gateway, address, kept, stop, served };
        let answer = under.send(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        assert_eq!((status(&answer), upstream.untouched()), (expected, expected == 503), "{answer}");
        under.gateway.flush().await;
        let kept = under.kept.0.lock().unwrap();
        assert_eq!(kept[0].decision.degraded.as_deref(), Some("the store is away"));
    }
}
