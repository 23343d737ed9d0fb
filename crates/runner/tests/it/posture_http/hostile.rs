//! Servers that want to hang, bloat or mislead. Whatever they do there is a clear result, in time, and what they send
//! beyond the limits is not read.

use super::{Server, facts, head, manners, probe_with};
use palisade_posture::Part;
use palisade_posture::http::{Cut, Facts, REDIRECTS, REQUESTS};
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";

/// A server that sends this again and again after the head of each request, and how much one connection took at most.
async fn endless(head_bytes: impl Into<String>, again: impl Into<Vec<u8>>) -> (Server, Arc<AtomicUsize>) {
    let most = Arc::new(AtomicUsize::new(0));
    let (start, again, counted) = (Arc::new(head_bytes.into()), Arc::new(again.into()), most.clone());
    let server = Server::both(move |mut stream, tls| {
        let (start, again, counted) = (start.clone(), again.clone(), counted.clone());
        async move {
            if !tls {
                return;
            }
            head(&mut stream).await;
            let _ = stream.write_all(start.as_bytes()).await;
            let mut sent = 0;
            while stream.write_all(&again).await.is_ok() {
                sent += again.len();
                counted.fetch_max(sent, Ordering::Relaxed);
            }
        }
    })
    .await;
    (server, most)
}

/// More than is read of any answer, and what sockets hold back; far less than an endless sender would send.
const TAKEN: usize = 24 << 20;

#[track_caller]
fn refused(part: Part<Facts>, why: &str) {
    match part {
        Part::NotAssessed(reason) => assert!(reason.contains(why), "{reason}"),
        Part::Assessed(facts) => panic!("assessed: {facts:?}"),
    }
}

#[tokio::test]
async fn an_endless_body_is_cut() {
    let (server, most) = endless(format!("{HEAD}\r\n"), vec![b'x'; 64 << 10]).await;
    let facts = facts(server.probed().await);
    assert_eq!(facts.page.cut, Some(Cut::Long));
    assert!(most.load(Ordering::Relaxed) < TAKEN);
}

#[tokio::test]
async fn an_endless_chunked_body_is_cut() {
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    let (server, _) = endless(format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n"), chunk).await;
    assert_eq!(facts(server.probed().await).page.cut, Some(Cut::Long));
}

#[tokio::test]
async fn endless_fields_are_no_answer() {
    let (server, most) = endless(HEAD, "X-More: yes\r\n".repeat(100)).await;
    refused(server.probed().await, "its head is too large");
    assert!(most.load(Ordering::Relaxed) < TAKEN);
}

#[tokio::test]
async fn an_endless_field_is_no_answer() {
    let (server, most) = endless(format!("{HEAD}X-Long: "), vec![b'x'; 16 << 10]).await;
    refused(server.probed().await, "its head is too large");
    assert!(most.load(Ordering::Relaxed) < TAKEN);
}

#[tokio::test]
async fn a_flood_of_interim_answers_ends() {
    let (server, _) = endless("", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(50)).await;
    refused(server.probed().await, "over TLS, what came is no HTTP");
}

#[tokio::test]
async fn a_huge_cookie_is_no_answer_and_a_large_one_is_read() {
    let cookie = |length: usize| {
        format!("{HEAD}Set-Cookie: session={}; Secure\r\nContent-Length: 0\r\n\r\n", "x".repeat(length))
    };
    let server = Server::canned(cookie(1 << 20)).await;
    refused(server.probed().await, "its head is too large");
    let server = Server::canned(cookie(32 << 10)).await;
    let facts = facts(server.probed().await);
    assert_eq!(facts.cookies[0].name, "session");
    assert!(!serde_json::to_string(&facts).unwrap().contains("xxxx"), "a value is not kept");
}

#[tokio::test]
async fn hundreds_of_cookies_are_few_in_the_facts() {
    let mut answer = HEAD.to_owned();
    for number in 0..150 {
        let _ = write!(answer, "Set-Cookie: c{number}=1\r\n");
    }
    let server = Server::canned(format!("{answer}Content-Length: 0\r\n\r\n")).await;
    assert!(facts(server.probed().await).cookies.len() <= 32);
}

/// Sends bytes one by one, with pauses, for ever.
async fn dripping(start: &'static str, byte: &'static [u8]) -> Server {
    Server::both(move |mut stream, tls| async move {
        if !tls {
            return;
        }
        head(&mut stream).await;
        let _ = stream.write_all(start.as_bytes()).await;
        while stream.write_all(byte).await.is_ok() && stream.flush().await.is_ok() {
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    })
    .await
}

#[tokio::test]
async fn a_head_that_drips_ends_in_time() {
    let server = dripping("HTTP/1.1 200 OK\r\nX: ", b"x").await;
    refused(server.probed_hastily().await, "no answer in time");
}

#[tokio::test]
async fn a_body_that_drips_ends_the_plan_soon() {
    let server = dripping("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", b"x").await;
    let facts = facts(server.probed_hastily().await);
    assert_eq!(facts.page.cut, Some(Cut::Slow));
    assert!(facts.stopped.is_some());
    assert!(facts.requests < 8, "{}", facts.requests);
}

#[tokio::test]
async fn who_never_answers_is_not_assessed() {
    let server = Server::raw(|mut stream| async move {
        let mut bytes = [0; 1024];
        while stream.read(&mut bytes).await.is_ok_and(|read| read > 0) {}
    })
    .await;
    refused(server.probed_hastily().await, "no answer in time");
    assert_eq!(server.connections(), 2, "it is asked once over TLS and once plainly");
}

#[tokio::test]
async fn who_closes_at_once_is_not_assessed() {
    let server = Server::raw(|stream| async move { drop(stream) }).await;
    refused(server.probed().await, "no answer over HTTP");
}

#[tokio::test]
async fn who_hangs_after_the_handshake_is_not_assessed() {
    let server = Server::both(|mut stream, tls| async move {
        if tls {
            head(&mut stream).await;
            std::future::pending::<()>().await;
        }
    })
    .await;
    refused(server.probed_hastily().await, "over TLS, no answer in time");
}

#[tokio::test]
async fn garbage_instead_of_tls_and_http_is_not_assessed() {
    for garbage in [
        &b"\x16\x03\x03\xff\xff\x02\x00\xff\xff"[..],
        b"\x15\x03\x01\x00\x02\x02\x28",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"220 mail ESMTP\r\n",
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
        b"\xff\xfe\xfd\xfc<html>",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let server = Server::raw(move |mut stream| async move {
            let mut bytes = [0; 4096];
            let _ = stream.read(&mut bytes).await;
            let _ = stream.write_all(&garbage.repeat(200)).await;
        })
        .await;
        refused(server.probed().await, "no answer over HTTP");
    }
}

#[tokio::test]
async fn garbage_after_the_handshake_is_not_assessed() {
    for garbage in [
        "garbage",
        "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: \u{0}\r\n\r\n",
        "<html>no head at all</html>",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ] {
        let server = Server::canned(garbage).await;
        refused(server.probed().await, "no answer over HTTP");
    }
}

#[tokio::test]
async fn bodies_that_lie_about_their_length_are_told() {
    for lie in [
        "Content-Length: 1000\r\n\r\nshort",
        "Content-Length: 18446744073709551615\r\n\r\nshort",
        "Transfer-Encoding: chunked\r\n\r\nffffffff\r\nshort",
        "Transfer-Encoding: chunked\r\n\r\nnonsense\r\nshort",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nshort and more\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffffff\r\nshort",
    ] {
        let server = Server::canned(format!("{HEAD}{lie}")).await;
        match server.probed().await {
            Part::Assessed(facts) => assert_eq!(facts.page.cut, Some(Cut::Broken), "{lie}"),
            Part::NotAssessed(why) => assert!(why.contains("no answer over HTTP"), "{lie}: {why}"),
        }
    }
}

#[tokio::test]
async fn bombs_do_not_unfold() {
    let zeros = |length: usize| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut encoder, &vec![0; length]).unwrap();
        encoder.finish().unwrap()
    };
    for (coding, body) in
        [("gzip", zeros(64 << 20)), ("gzip, gzip, gzip", zeros(1 << 10)), ("gzip", b"no gzip".to_vec())]
    {
        let mut answer =
            format!("{HEAD}Content-Encoding: {coding}\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
        answer.extend(body);
        let server = Server::canned(answer).await;
        let facts = facts(server.probed().await);
        assert!(matches!(facts.page.cut, Some(Cut::Coding | Cut::Long)), "{coding}: {:?}", facts.page.cut);
    }
}

/// A server that redirects every request of TLS to what a function makes of its number.
async fn redirecting(to: impl Fn(usize, u16) -> String + Send + Sync + 'static) -> Server {
    let (number, to) = (Arc::new(AtomicUsize::new(0)), Arc::new(to));
    let port = Arc::new(AtomicUsize::new(0));
    let known = port.clone();
    let server = Server::both(move |mut stream, tls| {
        let (number, to, port) = (number.clone(), to.clone(), known.clone());
        async move {
            if tls {
                head(&mut stream).await;
                let port = u16::try_from(port.load(Ordering::Relaxed)).unwrap();
                let location = to(number.fetch_add(1, Ordering::Relaxed), port);
                let answer = format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        }
    })
    .await;
    port.store(usize::from(server.address.port()), Ordering::Relaxed);
    server
}

#[tokio::test]
async fn redirects_end() {
    let circle = redirecting(|number, _| format!("/{}", (number + 1) % 2)).await;
    assert_eq!(facts(circle.probed().await).https.stop.as_deref(), Some("its redirects lead in a circle"));
    let chain = redirecting(|number, port| format!("https://localhost:{port}/{number}")).await;
    let facts = facts(chain.probed().await);
    assert_eq!(facts.https.stop.as_deref(), Some("it has more redirects than are followed"));
    assert_eq!(facts.https.route.len(), REDIRECTS + 1);
    assert!(chain.connections() <= REQUESTS);
}

#[tokio::test]
async fn redirects_lead_nowhere_else() {
    let trap = Server::canned(format!("{HEAD}Content-Length: 0\r\n\r\n")).await;
    let elsewhere = trap.address.port();
    for (to, stop) in [
        (format!("http://127.0.0.1:{elsewhere}/"), "it redirects to another site, which is not asked"),
        ("http://169.254.169.254/latest/meta-data/".to_owned(), "it redirects to another site, which is not asked"),
        ("http://[::1]:22/".to_owned(), "it redirects to another site, which is not asked"),
        ("https://localhost.attacker.example/".to_owned(), "it redirects to another site, which is not asked"),
        ("file:///etc/passwd".to_owned(), "it redirects to a scheme that is not HTTP"),
        ("gopher://localhost:6379/_x".to_owned(), "it redirects to a scheme that is not HTTP"),
        ("https://localhost:25/".to_owned(), "it redirects to a port of other services, which is not asked"),
        (format!("https://user:word@localhost:{elsewhere}/"), "it redirects to what is no address"),
        ("x".repeat(8000), "it redirects to what is no address"),
    ] {
        let server = redirecting(move |_, _| to.clone()).await;
        assert_eq!(facts(server.probed().await).https.stop.as_deref(), Some(stop));
    }
    assert_eq!(trap.connections(), 0);
}

#[tokio::test]
async fn deep_and_broken_documents_are_no_contract() {
    for body in [
        "[".repeat(100_000),
        "{\"openapi\":".repeat(20_000),
        format!("{{\"openapi\":\"3.1.0\",\"paths\":{}", "[".repeat(50_000)),
    ] {
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let facts = facts(Server::canned(answer).await.probed().await);
        assert!(facts.contract.is_none() && facts.open.is_empty());
    }
}

#[tokio::test]
async fn two_answers_at_once_are_one() {
    let twice = format!("{HEAD}Content-Length: 2\r\n\r\nok").repeat(2);
    let facts = facts(Server::canned(twice).await.probed().await);
    assert_eq!(facts.page.status, 200);
}

#[tokio::test]
async fn the_time_of_a_run_is_an_end() {
    let server = dripping("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", b"x").await;
    let manners = palisade_runner::posture::Manners { whole: Duration::ZERO, ..manners() };
    refused(probe_with(manners, &server.url(), server.roots.clone()).await.0, "used up");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn what_attackers_write_stays_in_one_line() {
    let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nServer: evil/1.0\u{1b}[31m<script>\r\nX-Powered-By: a\tb\r\nContent-Length: 0\r\n\r\n";
    let server = Server::canned(answer).await;
    match server.probed().await {
        // An escape is no field value.
        Part::NotAssessed(why) => assert!(why.contains("no HTTP"), "{why}"),
        Part::Assessed(facts) => {
            let shown = serde_json::to_string(&facts).unwrap();
            assert!(!shown.contains("\\u001b") && !shown.contains("\\t"), "{shown}");
        }
    }
}
