//! Dead, slow and broken upstreams; slow clients; the end of the gateway itself.

use crate::support::{api, observe, read_to_end, read_until, start, upstream};
use palisade_gateway::{Discard, Gateway, Limits, Settings, Timeouts};
use palisade_guard::{Mode, Snapshot};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn quick() -> Settings {
    Settings {
        timeouts: Timeouts {
            request_head: Duration::from_millis(300),
            connect: Duration::from_millis(300),
            response_head: Duration::from_millis(300),
            idle: Duration::from_millis(300),
            drain: Duration::from_millis(500),
            ..Timeouts::default()
        },
        ..Settings::default()
    }
}

#[tokio::test]
async fn a_dead_upstream_is_named_and_in_a_container_so_is_the_usual_mistake() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dead = listener.local_addr().unwrap();
    drop(listener);
    let under = observe(dead).await;
    let answer = under.send(GET).await;
    assert!(answer.starts_with("HTTP/1.1 502 ") && answer.contains("nothing listens there"), "{answer}");
    assert!(!answer.contains("container"), "{answer}");
    let settings = Settings { in_container: true, ..Settings::default() };
    let under = start(api(&format!("http://{dead}"), Mode::Observe, None), settings).await;
    let answer = under.send(GET).await;
    assert!(answer.contains("a loopback address is the container itself"), "{answer}");
}

#[tokio::test]
async fn another_upstream_answers_when_one_is_dead() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dead = listener.local_addr().unwrap();
    drop(listener);
    let alive = upstream(b"\r\n\r\n", OK, false).await;
    let mut policy = api(&format!("http://{dead}"), Mode::Observe, None);
    policy.upstreams.push(format!("http://{}", alive.address));
    let under = start(policy, Settings::default()).await;
    for _ in 0..4 {
        assert!(under.send(GET).await.ends_with("ok"));
    }
}

#[tokio::test]
async fn a_silent_upstream_times_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let under = start(api(&format!("http://{address}"), Mode::Observe, None), quick()).await;
    let answer = under.send(GET).await;
    assert!(answer.starts_with("HTTP/1.1 504 ") && answer.contains("did not answer in time"), "{answer}");
}

#[tokio::test]
async fn half_an_answer_ends_as_half_an_answer() {
    let half = upstream(b"\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", true).await;
    let under = observe(half.address).await;
    let answer = under.send(GET).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("half"), "{answer}");
    under.gateway.flush().await;
    let kept = under.kept.0.lock().unwrap();
    assert!(kept[0].fault.as_deref().is_some_and(|fault| fault.contains("middle")), "{:?}", kept[0].fault);
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_a_bad_gateway() {
    for bad in [
        &b"hello\r\n\r\n"[..],
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"",
    ] {
        let broken = upstream(b"\r\n\r\n", bad, true).await;
        let under = observe(broken.address).await;
        let answer = under.send(GET).await;
        assert!(answer.starts_with("HTTP/1.1 502 "), "{}: {answer}", bad.escape_ascii());
    }
}

#[tokio::test]
async fn a_kept_connection_that_died_costs_no_request() {
    let closing = upstream(b"\r\n\r\n", OK, true).await;
    let under = observe(closing.address).await;
    let mut client = under.connect().await;
    for _ in 0..20 {
        client.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        assert_eq!(read_until(&mut client, b"ok").await, OK);
    }
}

#[tokio::test]
async fn slow_clients_do_not_hold_others() {
    let upstream = upstream(b"\r\n\r\n", OK, false).await;
    let under = start(api(&format!("http://{}", upstream.address), Mode::Observe, None), quick()).await;
    let mut slow = Vec::new();
    for _ in 0..50 {
        let mut client = under.connect().await;
        client.write_all(b"GET / HTTP/1.1\r\nHost").await.unwrap();
        slow.push(client);
    }
    let begun = Instant::now();
    assert!(under.send(GET).await.ends_with("ok"));
    assert!(begun.elapsed() < Duration::from_millis(250));
    let answer = String::from_utf8(read_to_end(&mut slow[0]).await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[tokio::test]
async fn an_early_answer_reaches_a_client_that_is_still_sending() {
    let answer = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n";
    let early = upstream(b"\r\n\r\n", answer, true).await;
    let under = observe(early.address).await;
    let mut client = under.connect().await;
    client.write_all(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n").await.unwrap();
    let got = read_until(&mut client, b"\r\n\r\n").await;
    assert!(got.starts_with(b"HTTP/1.1 413 Content Too Large\r\n"), "{}", got.escape_ascii());
    let _ = client.write_all(&[0u8; 100_000]).await;
    assert_eq!(read_to_end(&mut client).await, b"");
}

#[tokio::test]
async fn stopping_lets_open_exchanges_end_and_idle_connections_go() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let under = observe(listener.local_addr().unwrap()).await;
    let mut idle = under.connect().await;
    let mut busy = under.connect().await;
    busy.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let (mut server, _) = listener.accept().await.unwrap();
    read_until(&mut server, b"\r\n\r\n").await;
    under.stop.cancel();
    assert_eq!(read_to_end(&mut idle).await, b"");
    assert!(tokio::net::TcpStream::connect(under.address).await.is_err() || !under.served.is_finished());
    server.write_all(OK).await.unwrap();
    let answer = String::from_utf8(read_to_end(&mut busy).await).unwrap();
    assert!(answer.ends_with("Connection: close\r\n\r\nok"), "{answer}");
    tokio::time::timeout(Duration::from_secs(2), under.served).await.unwrap().unwrap();
}

#[tokio::test]
async fn stopping_cuts_what_does_not_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let policy = api(&format!("http://{}", listener.local_addr().unwrap()), Mode::Observe, None);
    let mut settings = quick();
    settings.timeouts.response_head = Duration::from_secs(60);
    let under = start(policy, settings).await;
    let mut busy = under.connect().await;
    busy.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let _server = listener.accept().await.unwrap();
    under.stop.cancel();
    tokio::time::timeout(Duration::from_secs(3), under.served).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_bad_definition_is_refused_and_the_last_good_one_serves_on() {
    let upstream = upstream(b"\r\n\r\n", OK, false).await;
    let good = api(&format!("http://{}", upstream.address), Mode::Observe, None);
    let under = start(good.clone(), Settings::default()).await;
    for bad in ["nonsense", "http://a/with/path", "https://"] {
        let mut policy = good.clone();
        policy.upstreams = vec![bad.to_owned()];
        let statuses = under.gateway.publish(&Snapshot { version: 2, apis: vec![policy], ..Snapshot::default() });
        assert!(!statuses[0].current && statuses[0].problem.is_some(), "{statuses:?}");
        assert!(under.send(GET).await.ends_with("ok"));
    }
    let mut policy = good.clone();
    (policy.mode, policy.contract) = (Mode::Block, Some("not: [a contract".to_owned()));
    let statuses = under.gateway.publish(&Snapshot { version: 3, apis: vec![policy], ..Snapshot::default() });
    assert!(!statuses[0].current, "{statuses:?}");
    assert!(under.send(GET).await.ends_with("ok"));
    under.gateway.publish(&Snapshot { version: 4, apis: vec![], ..Snapshot::default() });
    assert!(under.send(GET).await.starts_with("HTTP/1.1 404 "));
}

#[tokio::test]
async fn what_the_recorder_cannot_take_is_dropped_and_counted() {
    let upstream = upstream(b"\r\n\r\n", OK, false).await;
    let settings = Settings { limits: Limits { queue_bytes: 0, ..Limits::default() }, ..Settings::default() };
    let under = start(api(&format!("http://{}", upstream.address), Mode::Observe, None), settings).await;
    for _ in 0..3 {
        assert!(under.send(GET).await.ends_with("ok"));
    }
    let status = under.gateway.status();
    assert_eq!((status.requests, status.recorded, status.dropped), (3, 0, 3));
}

#[tokio::test]
async fn too_many_connections_are_turned_away() {
    let gateway = Gateway::new(
        Settings { limits: Limits { connections: 2, ..Limits::default() }, ..Settings::default() },
        Arc::new(Discard),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(gateway.serve(listener, tokio_util::sync::CancellationToken::new()));
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(b"G").await.unwrap();
        open.push(stream);
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut third = tokio::net::TcpStream::connect(address).await.unwrap();
    assert_eq!(read_to_end(&mut third).await, b"");
}

#[tokio::test]
async fn a_thousand_definitions_under_load_cost_no_request() {
    let upstream = upstream(b"\r\n\r\n", OK, false).await;
    let policy = api(&format!("http://{}", upstream.address), Mode::Observe, None);
    let under = start(policy.clone(), Settings::default()).await;
    let gateway = Arc::clone(&under.gateway);
    let publisher = tokio::spawn(async move {
        for version in 2..1002 {
            let mut policy = policy.clone();
            policy.base_path = if version % 2 == 0 { "/".into() } else { "//".into() };
            gateway.publish(&Snapshot { version, apis: vec![policy], ..Snapshot::default() });
            tokio::task::yield_now().await;
        }
    });
    let mut client = under.connect().await;
    let mut served = 0;
    while !publisher.is_finished() || served == 0 {
        client.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        assert_eq!(read_until(&mut client, b"ok").await, OK);
        served += 1;
    }
    assert_eq!(under.gateway.status().version, 1001);
}

#[tokio::test]
async fn a_tunnel_outlives_every_new_definition_and_the_end_of_its_api() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let policy = api(&format!("http://{}", listener.local_addr().unwrap()), Mode::Observe, None);
    let under = start(policy.clone(), Settings::default()).await;
    let mut client = under.connect().await;
    let upgrade = b"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    client.write_all(upgrade).await.unwrap();
    let (mut server, _) = listener.accept().await.unwrap();
    read_until(&mut server, b"\r\n\r\n").await;
    let answer = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    server.write_all(answer).await.unwrap();
    read_until(&mut client, b"\r\n\r\n").await;
    for version in 2..52 {
        let mut policy = policy.clone();
        policy.base_path = if version % 2 == 0 { "//".into() } else { "/".into() };
        let apis = if version == 51 { vec![] } else { vec![policy] };
        under.gateway.publish(&Snapshot { version, apis, ..Snapshot::default() });
        client.write_all(b"ping").await.unwrap();
        assert_eq!(read_until(&mut server, b"ping").await, b"ping");
        server.write_all(b"pong").await.unwrap();
        assert_eq!(read_until(&mut client, b"pong").await, b"pong");
    }
}
