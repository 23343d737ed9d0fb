//! One light request: what counts as an answer, and what ends it whatever the other side does.

use palisade_posture::Target;
use palisade_runner::posture::{Failure, Manners, Sample, sample};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

fn manners() -> Manners {
    Manners { allow_private: true, answer: Duration::from_millis(500), ..Manners::default() }
}

/// Reads a request's head and answers by its method; then goes on with `more` for as long as it is taken.
async fn answer<S>(mut stream: S, by: fn(&str) -> &'static str, more: &'static [u8], asked: Arc<Mutex<Vec<String>>>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).await.unwrap_or(0) == 0 {
            return;
        }
        head.push(byte[0]);
    }
    let text = String::from_utf8(head).unwrap();
    let method = text.split(' ').next().unwrap().to_owned();
    let given = by(&method);
    asked.lock().unwrap().push(text);
    if stream.write_all(given.as_bytes()).await.is_err() {
        return;
    }
    while !more.is_empty() && stream.write_all(more).await.is_ok() {
        tokio::task::yield_now().await;
    }
    stream.shutdown().await.ok();
}

struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

async fn server(by: fn(&str) -> &'static str, more: &'static [u8]) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, asked) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<String>>>::default());
    let seen = Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(answer(stream, by, more, Arc::clone(&seen)));
        }
    });
    Server { address, asked }
}

async fn ask(scheme: &str, address: SocketAddr) -> Sample {
    sample(&Target::parse(&format!("{scheme}://{address}/health")).unwrap(), manners()).await.unwrap()
}

fn status(sample: Sample) -> u16 {
    match sample {
        Sample::Answered { status, latency } => {
            assert!(latency > Duration::ZERO && latency < Duration::from_secs(5));
            status
        }
        Sample::Failed(failure) => panic!("{failure:?}"),
    }
}

#[tokio::test]
async fn it_asks_for_the_head_alone_and_says_who_it_is() {
    let server = server(|_| "HTTP/1.1 204 x\r\nconnection: close\r\n\r\n", b"").await;
    assert_eq!(status(ask("http", server.address).await), 204);
    let asked = server.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 1);
    assert!(asked[0].starts_with("HEAD /health HTTP/1.1\r\n"), "{}", asked[0]);
    assert!(asked[0].contains(&format!("host: {}\r\n", server.address)), "{}", asked[0]);
    assert!(asked[0].contains("user-agent: palisade/"), "{}", asked[0]);
}

#[tokio::test]
async fn where_there_is_no_head_it_asks_with_get_and_leaves_an_endless_body_alone() {
    let by = |method: &str| match method {
        "HEAD" => "HTTP/1.1 501 x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        _ => "HTTP/1.1 200 x\r\n\r\n",
    };
    let server = server(by, &[b'x'; 65536]).await;
    assert_eq!(status(ask("http", server.address).await), 200);
    assert_eq!(server.asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_no_answer_is_told_apart() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    assert_eq!(ask("http", address).await, Sample::Failed(Failure::Answer));
    assert_eq!(ask("https", address).await, Sample::Failed(Failure::Tls));
    drop(silent);
    assert_eq!(ask("http", address).await, Sample::Failed(Failure::Connection));
    let garbage = server(|_| "SSH-2.0-OpenSSH_9.6\r\n", b"").await;
    assert_eq!(ask("http", garbage.address).await, Sample::Failed(Failure::Answer));
    assert_eq!(ask("https", garbage.address).await, Sample::Failed(Failure::Tls));
    let endless_head = server(|_| "HTTP/1.1 200 x\r\n", b"a: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n").await;
    assert_eq!(ask("http", endless_head.address).await, Sample::Failed(Failure::Answer));
    let nowhere = Target::parse("http://nothing.invalid/").unwrap();
    assert_eq!(sample(&nowhere, manners()).await, Some(Sample::Failed(Failure::Name)));
}

#[tokio::test]
async fn any_certificate_is_taken() {
    let key = rcgen::generate_simple_self_signed(vec!["elsewhere.example".to_owned()]).unwrap();
    let secret = rustls_pki_types::PrivateKeyDer::Pkcs8(key.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], secret)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let stream = tokio_rustls::TlsAcceptor::from(Arc::new(config)).accept(stream).await.unwrap();
        answer(stream, |_| "HTTP/1.1 200 x\r\ncontent-length: 0\r\n\r\n", b"", Arc::default()).await;
    });
    assert_eq!(status(ask("https", address).await), 200);
}

#[tokio::test]
async fn private_addresses_are_not_asked() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    for url in [format!("http://{address}/"), format!("http://localhost:{}/", address.port())] {
        let target = Target::parse(&url).unwrap();
        assert_eq!(sample(&target, Manners::default()).await, None, "{url}");
    }
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "nobody connected");
}
