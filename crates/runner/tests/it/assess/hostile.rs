//! Servers that want to hang, bloat or mislead whoever asks them.

use rcgen::generate_simple_self_signed;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Duration;

/// Whoever reads and writes: a connection, with TLS or without.
pub trait Wire: Read + Write {}
impl<T: Read + Write> Wire for T {}

/// What one server does with each connection.
pub type Deed = fn(&mut dyn Wire);

/// How a server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// The URL is http://.
    Http,
    /// The URL is https://, and the server does with the bytes of TLS what it likes.
    RawTls,
    /// The URL is https://, and the deed is done inside an honest connection.
    InTls,
}

/// A hostile server.
pub struct Hostile {
    pub name: &'static str,
    pub scheme: Scheme,
    deed: Deed,
}

const fn http(name: &'static str, deed: Deed) -> Hostile {
    Hostile { name, scheme: Scheme::Http, deed }
}

const fn raw(name: &'static str, deed: Deed) -> Hostile {
    Hostile { name, scheme: Scheme::RawTls, deed }
}

const fn within(name: &'static str, deed: Deed) -> Hostile {
    Hostile { name, scheme: Scheme::InTls, deed }
}

pub static HOSTILE: &[Hostile] = &[
    // Below TLS and HTTP.
    raw("says nothing", |wire| hold(wire)),
    raw("hangs up at once", |_| ()),
    raw("sends garbage without end", |wire| without_end(wire, &[0x5a; 4096])),
    raw("sends zeros without end", |wire| without_end(wire, &[0; 4096])),
    raw("speaks SSH", |wire| said(wire, b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")),
    raw("speaks HTTP on the port of TLS", |wire| {
        heard(wire);
        said(wire, b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    }),
    raw("sends one byte at a time", |wire| slowly(wire, &[0x16, 3, 3, 0x40, 0, 2, 0, 0x3f, 0xfc])),
    // TLS.
    raw("sends the hello back", |wire| {
        let hello = heard(wire);
        said(wire, &hello);
    }),
    raw("announces a record of the greatest length", |wire| {
        heard(wire);
        said(wire, &[0x16, 3, 3, 0xff, 0xff]);
        without_end(wire, &[0; 4096]);
    }),
    raw("sends records of length zero without end", |wire| {
        heard(wire);
        without_end(wire, &[0x16, 3, 3, 0, 0].repeat(500));
    }),
    raw("sends warnings without end", |wire| {
        heard(wire);
        without_end(wire, &[0x15, 3, 3, 0, 2, 1, 90].repeat(500));
    }),
    raw("sends application data before anything", |wire| {
        heard(wire);
        without_end(wire, &record(0x17, &[7; 900]));
    }),
    raw("never ends its handshake message", |wire| {
        heard(wire);
        said(wire, &record(0x16, &[2, 0xff, 0xff, 0xff]));
        without_end(wire, &record(0x16, &[3; 9000]));
    }),
    raw("agrees on a version nobody knows", |wire| {
        heard(wire);
        said(wire, &record(0x16, &server_hello([9, 9], [0xc0, 0x2f], &[])));
        hold(wire);
    }),
    raw("agrees on a suite that was not offered", |wire| {
        heard(wire);
        said(wire, &record(0x16, &server_hello([3, 3], [0xfa, 0xfa], &[])));
        hold(wire);
    }),
    raw("sends a hello with extensions cut short", |wire| {
        heard(wire);
        said(wire, &record(0x16, &server_hello([3, 3], [0xc0, 0x2f], &[0xff, 0xff, 0, 1])));
    }),
    raw("asks for another hello without end", |wire| {
        loop {
            if heard(wire).is_empty() {
                return;
            }
            said(wire, &record(0x16, &retry()));
        }
    }),
    raw("sends certificates without end", |wire| {
        heard(wire);
        said(wire, &record(0x16, &server_hello([3, 3], [0xc0, 0x2f], &[])));
        said(wire, &record(0x16, &[11, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfc, 0x0f, 0xff, 0xff]));
        without_end(wire, &record(0x16, &[0x30; 9000]));
    }),
    raw("sends certificates of nonsense", |wire| {
        heard(wire);
        said(wire, &record(0x16, &server_hello([3, 3], [0xc0, 0x2f], &[])));
        let nonsense = [0x30, 0x82, 0xff, 0xff, 0x30, 0x80, 0x30, 0x80];
        let mut message = vec![11, 0, 0, 14, 0, 0, 11, 0, 0, 8];
        message.extend(nonsense);
        said(wire, &record(0x16, &message));
        said(wire, &record(0x16, &[14, 0, 0, 0]));
        hold(wire);
    }),
    // HTTP.
    http("says nothing to HTTP", |wire| hold(wire)),
    http("hangs up on HTTP", |_| ()),
    http("sends a head without end", |wire| {
        heard(wire);
        said(wire, b"HTTP/1.1 200 OK\r\n");
        without_end(wire, &b"X-Pad: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(100));
    }),
    http("sends a field without end", |wire| {
        heard(wire);
        said(wire, b"HTTP/1.1 200 OK\r\nX-Pad: ");
        without_end(wire, &[b'a'; 4096]);
    }),
    http("sends a body without end", |wire| {
        heard(wire);
        said(wire, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n");
        without_end(wire, &b"<p>more</p>".repeat(400));
    }),
    http("sends a body one byte at a time", |wire| {
        heard(wire);
        said(wire, b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        slowly(wire, b"x");
    }),
    http("announces more than there is", |wire| {
        heard(wire);
        said(wire, b"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\nshort");
        hold(wire);
    }),
    http("sends a chunk of the greatest length", |wire| {
        heard(wire);
        said(wire, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n");
        without_end(wire, &[b'a'; 4096]);
    }),
    http("sends chunks of one byte without end", |wire| {
        heard(wire);
        said(wire, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        without_end(wire, &b"1\r\na\r\n".repeat(400));
    }),
    http("sends interim answers without end", |wire| {
        heard(wire);
        without_end(wire, &b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(100));
    }),
    http("redirects to itself", |wire| {
        let target = target(&heard(wire));
        answer(wire, &format!("HTTP/1.1 302 Found\r\nLocation: {target}\r\n"), b"");
    }),
    http("redirects ever onward", |wire| {
        let target = target(&heard(wire));
        answer(wire, &format!("HTTP/1.1 302 Found\r\nLocation: {target}x\r\n"), b"");
    }),
    http("redirects to a place that is not asked", |wire| {
        heard(wire);
        answer(wire, "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/meta-data/\r\n", b"");
    }),
    http("redirects to what is no URL", |wire| {
        heard(wire);
        answer(wire, "HTTP/1.1 302 Found\r\nLocation: javascript:alert(1)//\u{1b}[2J\r\n", b"");
    }),
    http("sends thousands of cookies", |wire| {
        heard(wire);
        let cookies: String = (0..5000).map(|n| format!("Set-Cookie: c{n}=v; Path=/\r\n")).collect();
        answer(wire, &format!("HTTP/1.1 200 OK\r\n{cookies}"), b"");
    }),
    http("unfolds to a thousand times its length", |wire| {
        heard(wire);
        let bomb = bomb();
        answer(wire, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n", &bomb);
    }),
    http("sends no head at all", |wire| {
        heard(wire);
        said(wire, b"<html>old</html>");
    }),
    http("sends a status that is none", |wire| {
        heard(wire);
        said(wire, b"HTTP/1.1 -1 \x1b[31m\r\nContent-Length: abc\r\n\r\n");
    }),
    http("sends control characters everywhere", |wire| {
        heard(wire);
        said(
            wire,
            b"HTTP/1.1 200 OK\r\nServer: \x1b]0;owned\x07nginx/1.2.3\r\nX-Powered-By: \x00\x9b31m\r\n\r\n\x1b[2J",
        );
    }),
    http("publishes a contract that unfolds", |wire| {
        heard(wire);
        let mut bomb = "openapi: 3.0.3\ninfo: {title: b, version: '1'}\npaths: {}\nx0: &a0 [z, z]\n".to_owned();
        (1..40).for_each(|n| bomb.push_str(&format!("x{n}: &a{n} [*a{0}, *a{0}, *a{0}]\n", n - 1)));
        answer(wire, "HTTP/1.1 200 OK\r\nContent-Type: application/yaml\r\n", bomb.as_bytes());
    }),
    http("publishes a contract of great depth", |wire| {
        heard(wire);
        let deep = format!("{{\"openapi\":\"3.0.3\",\"paths\":{}1{}}}", "{\"/a\":".repeat(20_000), "}".repeat(20_000));
        answer(wire, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n", deep.as_bytes());
    }),
    http("sends a page of great depth", |wire| {
        heard(wire);
        answer(wire, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", "<div>".repeat(40_000).as_bytes());
    }),
    http("sends a policy of great length", |wire| {
        heard(wire);
        let policy = "script-src a.example b.example;".repeat(1500);
        answer(wire, &format!("HTTP/1.1 200 OK\r\nContent-Security-Policy: {policy}\r\n"), b"");
    }),
    // HTTP inside TLS.
    within("says nothing inside TLS", |wire| hold(wire)),
    within("hangs up inside TLS", |wire| drop(heard(wire))),
    within("sends garbage inside TLS", |wire| {
        heard(wire);
        without_end(wire, &[0xff; 4096]);
    }),
    within("sends a body without end inside TLS", |wire| {
        heard(wire);
        said(wire, b"HTTP/1.1 200 OK\r\n\r\n");
        without_end(wire, &[b'a'; 4096]);
    }),
    within("redirects to itself inside TLS", |wire| {
        let target = target(&heard(wire));
        answer(wire, &format!("HTTP/1.1 301 Moved\r\nLocation: {target}\r\n"), b"");
    }),
];

impl Hostile {
    /// Starts it; it ends with the process.
    pub fn start(&'static self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                thread::spawn(move || self.serve(stream));
            }
        });
        address
    }

    fn serve(&self, mut stream: TcpStream) {
        // Whoever asks goes away long before.
        let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
        let _ = stream.set_write_timeout(Some(Duration::from_secs(20)));
        if self.scheme == Scheme::InTls {
            let connection = ServerConnection::new(Arc::clone(&SELF_SIGNED)).unwrap();
            (self.deed)(&mut StreamOwned::new(connection, stream));
        } else {
            (self.deed)(&mut stream);
        }
    }
}

static SELF_SIGNED: LazyLock<Arc<ServerConfig>> = LazyLock::new(|| {
    let made = generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap())
});

/// What came first; empty when nothing did.
fn heard(wire: &mut dyn Wire) -> Vec<u8> {
    let mut bytes = vec![0; 8192];
    let count = wire.read(&mut bytes).unwrap_or(0);
    bytes.truncate(count);
    bytes
}

fn said(wire: &mut dyn Wire, bytes: &[u8]) {
    let _ = wire.write_all(bytes).and_then(|()| wire.flush());
}

/// Keeps a connection open until the other side is tired of it.
fn hold(wire: &mut dyn Wire) {
    while !heard(wire).is_empty() {}
}

/// Sends for as long as anything is taken.
fn without_end(wire: &mut dyn Wire, bytes: &[u8]) {
    while wire.write_all(bytes).and_then(|()| wire.flush()).is_ok() {}
}

fn slowly(wire: &mut dyn Wire, bytes: &[u8]) {
    for byte in bytes.iter().cycle() {
        if wire.write_all(&[*byte]).and_then(|()| wire.flush()).is_err() {
            return;
        }
        thread::sleep(Duration::from_millis(30));
    }
}

fn answer(wire: &mut dyn Wire, head: &str, body: &[u8]) {
    said(wire, format!("{head}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len()).as_bytes());
    said(wire, body);
}

/// The target of a request.
fn target(request: &[u8]) -> String {
    String::from_utf8_lossy(request).split(' ').nth(1).unwrap_or("/").to_owned()
}

fn record(kind: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    [&[kind, 3, 3][..], &length, bytes].concat()
}

fn server_hello(version: [u8; 2], suite: [u8; 2], rest: &[u8]) -> Vec<u8> {
    hello([0x42; 32], version, suite, rest)
}

fn hello(random: [u8; 32], version: [u8; 2], suite: [u8; 2], rest: &[u8]) -> Vec<u8> {
    let body = [&version[..], &random, &[0], &suite, &[0], rest].concat();
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[2][..], &length[1..], &body].concat()
}

/// A HelloRetryRequest (RFC 8446 section 4.1.3) that asks for the group secp521r1.
fn retry() -> Vec<u8> {
    let random = [
        0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2,
        0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
    ];
    hello(random, [3, 3], [0x13, 0x01], &[0, 12, 0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 25])
}

/// 16 MiB of zeros, folded.
fn bomb() -> Vec<u8> {
    let mut coder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    coder.write_all(&vec![0; 16 << 20]).unwrap();
    coder.finish().unwrap()
}
