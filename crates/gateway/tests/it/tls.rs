//! TLS towards clients.

use crate::support::h2::{Talk, get};
use crate::support::tls::{Authority, connect, listener};
use crate::support::{Under, api, start_front, upstream};
use palisade_gateway::{ClientAuth, Front, Listener, Listeners, MinVersion, NamedIdentity, Settings, Timeouts};
use palisade_guard::Mode;
use rustls::pki_types::CertificateDer;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::client::TlsStream;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

async fn under(listener: &Listener) -> (Under, Arc<Front>) {
    let upstream = upstream(b"\r\n\r\n", OK, false).await;
    let front = Arc::new(Front::new(listener).unwrap());
    let policy = api(&format!("http://{}", upstream.address), Mode::Observe, None);
    (start_front(policy, Settings::default(), Arc::clone(&front)).await, front)
}

async fn ask(stream: &mut TlsStream<TcpStream>) -> String {
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"ok") {
        let read = tokio::time::timeout(Duration::from_secs(10), stream.read_buf(&mut answer)).await.unwrap();
        assert!(read.unwrap() > 0, "{}", answer.escape_ascii());
    }
    String::from_utf8(answer).unwrap()
}

fn shown(stream: &TlsStream<TcpStream>) -> CertificateDer<'static> {
    stream.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned()
}

#[tokio::test]
async fn both_protocols_are_served_over_tls_as_alpn_chooses() {
    let authority = Authority::new();
    let (under, _) = under(&listener(authority.sign(&["api.test"]))).await;
    for alpn in [&[][..], &["http/1.1"]] {
        let mut stream = connect(under.address, "api.test", authority.client(alpn, None)).await.unwrap();
        for _ in 0..2 {
            assert!(ask(&mut stream).await.starts_with("HTTP/1.1 200 OK"));
        }
    }
    let stream = connect(under.address, "api.test", authority.client(&["http/1.1", "h2"], None)).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]), "the gateway prefers HTTP/2");
    let got = Talk::over(stream).await.ask(get("https://api.test/").body(()).unwrap(), b"").await;
    assert_eq!((got.status, got.body.as_slice()), (200, &b"ok"[..]));
    assert!(connect(under.address, "api.test", authority.client(&["h3"], None)).await.is_err());
    under.gateway.flush().await;
    let kept = under.kept.0.lock().unwrap();
    assert_eq!(kept.len(), 5);
    assert!(kept.iter().all(|captured| captured.exchange.scheme == "https"));
}

#[tokio::test]
async fn the_name_that_is_asked_for_chooses_the_certificate() {
    let authority = Authority::new();
    let mut listener = listener(authority.sign(&["api.test", "x.other.test"]));
    listener.tls.as_mut().unwrap().more = vec![
        NamedIdentity { hosts: vec!["*.shop.test".into()], identity: authority.sign(&["www.shop.test"]) },
        NamedIdentity { hosts: vec![], identity: authority.sign(&["bank.test"]) },
    ];
    let (under, _) = under(&listener).await;
    // Each verifies the name, so the right certificate was shown.
    for name in ["api.test", "www.shop.test", "bank.test", "x.other.test"] {
        let mut stream = connect(under.address, name, authority.client(&[], None)).await.expect(name);
        ask(&mut stream).await;
    }
}

#[tokio::test]
async fn clients_show_a_certificate_of_the_authority_where_they_must() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let mut listener = listener(authority.sign(&["api.test"]));
    let (billing, foreign) = (authority.sign(&["billing.test"]), stranger.sign(&["billing.test"]));
    for auth in [ClientAuth::Required, ClientAuth::Optional] {
        let tls = listener.tls.as_mut().unwrap();
        (tls.client_ca, tls.client_auth) = (Some(authority.pem()), auth);
        let (under, _) = under(&listener).await;
        let answered = async |identity| {
            let Ok(mut stream) = connect(under.address, "api.test", authority.client(&[], identity)).await else {
                return false;
            };
            // With TLS 1.3 a client is done before the server has seen its certificate.
            let sent = stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
            let mut answer = Vec::new();
            sent.is_ok() && stream.read_to_end(&mut answer).await.is_ok() && answer.starts_with(b"HTTP/1.1 200")
        };
        assert!(answered(Some(&billing)).await);
        assert!(!answered(Some(&foreign)).await, "another authority");
        assert_eq!(answered(None).await, auth == ClientAuth::Optional);
    }
}

#[tokio::test]
async fn an_old_version_is_refused_where_the_file_says_so() {
    let authority = Authority::new();
    let mut listener = listener(authority.sign(&["api.test"]));
    let old = || {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem(&authority)).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = rustls::ClientConfig::builder_with_provider(provider);
        let builder = builder.with_protocol_versions(&[&rustls::version::TLS12]).unwrap();
        builder.with_root_certificates(roots).with_no_client_auth()
    };
    let (lenient, _) = under(&listener).await;
    ask(&mut connect(lenient.address, "api.test", old()).await.unwrap()).await;
    listener.tls.as_mut().unwrap().min_version = MinVersion::Tls13;
    let (strict, _) = under(&listener).await;
    assert!(connect(strict.address, "api.test", old()).await.is_err());
    ask(&mut connect(strict.address, "api.test", authority.client(&[], None)).await.unwrap()).await;
}

trait FromAuthority {
    fn from_pem(authority: &Authority) -> CertificateDer<'static>;
}

impl FromAuthority for CertificateDer<'static> {
    fn from_pem(authority: &Authority) -> CertificateDer<'static> {
        use rustls::pki_types::pem::PemObject;
        CertificateDer::from_pem_slice(authority.pem().as_bytes()).unwrap()
    }
}

#[tokio::test]
async fn new_certificates_are_taken_without_dropping_connections_and_bad_ones_are_not() {
    let authority = Authority::new();
    let mut listener = listener(authority.sign(&["api.test"]));
    let (under, front) = under(&listener).await;
    let client = || authority.client(&[], None);
    let mut open = connect(under.address, "api.test", client()).await.unwrap();
    ask(&mut open).await;
    let first = shown(&open);
    listener.tls.as_mut().unwrap().identity = authority.sign(&["api.test"]);
    assert_eq!(front.renew(&listener), Ok(()));
    let mut renewed = connect(under.address, "api.test", client()).await.unwrap();
    ask(&mut renewed).await;
    let second = shown(&renewed);
    assert_ne!(first, second);
    ask(&mut open).await;
    // A key of another certificate.
    listener.tls.as_mut().unwrap().identity.key = authority.sign(&["api.test"]).key;
    let error = front.renew(&listener).unwrap_err();
    assert!(error.contains("does not belong"), "{error}");
    let mut kept = connect(under.address, "api.test", client()).await.unwrap();
    ask(&mut kept).await;
    assert_eq!(shown(&kept), second, "the last good one stays");
    // Open connections go on as they began, whatever becomes of the listener.
    listener.tls = None;
    front.renew(&listener).unwrap();
    ask(&mut kept).await;
    assert!(connect(under.address, "api.test", client()).await.is_err());
    assert!(under.send(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.ends_with("ok"));
}

#[tokio::test]
async fn what_is_no_handshake_ends_and_stops_nobody_else() {
    let authority = Authority::new();
    let upstream = upstream(b"\r\n\r\n", OK, false).await;
    let front = Arc::new(Front::new(&listener(authority.sign(&["api.test"]))).unwrap());
    let policy = api(&format!("http://{}", upstream.address), Mode::Observe, None);
    let timeouts = Timeouts { request_head: Duration::from_millis(200), ..Timeouts::default() };
    let under = start_front(policy, Settings { timeouts, ..Settings::default() }, front).await;
    let mut silent = under.connect().await;
    let mut plain = under.connect().await;
    plain.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    ask(&mut connect(under.address, "api.test", authority.client(&[], None)).await.unwrap()).await;
    for stream in [&mut silent, &mut plain] {
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut rest)).await;
        assert!(ended.is_ok() && !rest.starts_with(b"HTTP"), "{rest:?}");
    }
    assert!(upstream.text().starts_with("GET / "), "{}", upstream.text());
}

#[tokio::test]
async fn a_slow_reader_gets_every_byte_of_a_large_answer() {
    const SIZE: usize = 6 << 20;
    let authority = Authority::new();
    let listening = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listening.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut server, _) = listening.accept().await.unwrap();
        crate::support::read_until(&mut server, b"\r\n\r\n").await;
        let mut answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\n\r\n").into_bytes();
        answer.resize(answer.len() + SIZE, b'x');
        server.write_all(&answer).await.unwrap();
        // It stays open: nothing but the length ends the answer.
        std::future::pending::<()>().await;
    });
    let front = Arc::new(Front::new(&listener(authority.sign(&["api.test"]))).unwrap());
    let policy = api(&format!("http://{address}"), Mode::Observe, None);
    let under = start_front(policy, Settings::default(), front).await;
    let mut stream = connect(under.address, "api.test", authority.client(&[], None)).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    // Every buffer on the way fills up before the first read.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut got = Vec::new();
    while got.len() < SIZE {
        let read = tokio::time::timeout(Duration::from_secs(10), stream.read_buf(&mut got)).await;
        assert!(read.expect("it does not stop").unwrap() > 0);
    }
}

#[test]
fn a_listener_that_cannot_be_set_up_is_named() {
    let authority = Authority::new();
    let mut listener = listener(authority.sign(&["api.test"]));
    listener.tls.as_mut().unwrap().identity.key = "x".into();
    let error = Listeners::bind(&[listener]).unwrap_err();
    assert_eq!(
        error,
        "the TLS of 127.0.0.1:0 cannot be set up: it holds no private key in PEM (an encrypted one is not read)"
    );
}
