//! HTTP/2 in front of HTTP/1.1: what a client says in frames is either refused, or read by the upstream as what it is.

use super::servers::{Read, Server, hyper_server, nginx_server, recorder};
use super::{CONTRACT, let_on, taken, whole};
use crate::support::frames::{DATA, END_STREAM, Frames, HEADERS, Outcome, block};
use crate::support::{api, start};
use palisade_gateway::Settings;
use palisade_guard::Mode;
use std::io::Write;

/// RST_STREAM's code for a message that is malformed.
const PROTOCOL_ERROR: u32 = 1;

type Field = (Vec<u8>, Vec<u8>);

/// What has to come of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    /// It goes on, as this.
    Goes(Read),
    /// It is malformed: the stream is reset, or the connection ends, and nothing goes on.
    Malformed,
    /// It is refused with this code.
    Refused(u16, &'static str),
    /// Its head may go on where bodies stream; it never looks whole.
    Cut,
}

struct Case {
    name: String,
    fields: Vec<Field>,
    /// DATA frames; `None`: the head ends the stream.
    data: Option<Vec<&'static [u8]>>,
    trailers: Option<Vec<Field>>,
    wanted: Wanted,
}

fn fields(list: &[(&[u8], &[u8])]) -> Vec<Field> {
    list.iter().map(|(name, value)| (name.to_vec(), value.to_vec())).collect()
}

/// A good request: GET without body, POST with one.
fn base(method: &[u8]) -> Vec<Field> {
    let path: &[u8] = if method == b"POST" { b"/post" } else { b"/get" };
    fields(&[(b":method", method), (b":scheme", b"http"), (b":authority", b"a"), (b":path", path)])
}

fn read(method: &str, target: &str, body: &str) -> Read {
    Read { method: method.to_owned(), target: target.to_owned(), body: body.to_owned(), whole: true }
}

#[derive(Default)]
struct Table(Vec<Case>);

impl Table {
    /// A GET whose head is changed.
    fn head(&mut self, name: &str, change: impl FnOnce(&mut Vec<Field>), wanted: Wanted) {
        let mut fields = base(b"GET");
        change(&mut fields);
        self.0.push(Case { name: name.to_owned(), fields, data: None, trailers: None, wanted });
    }

    /// A GET in which a pseudo-header has another value.
    fn pseudo(&mut self, name: &[u8], value: &[u8], wanted: Wanted) {
        let title = format!("{} is {:?}", String::from_utf8_lossy(name), String::from_utf8_lossy(value));
        self.head(&title, |fields| fields.iter_mut().find(|field| field.0 == name).unwrap().1 = value.to_vec(), wanted);
    }

    /// A GET with one more field.
    fn with(&mut self, name: &[u8], value: &[u8], wanted: Wanted) {
        let title = format!("{}: {}", name.escape_ascii(), value.escape_ascii());
        self.head(&title, |fields| fields.push((name.to_vec(), value.to_vec())), wanted);
    }

    /// A POST with these further fields and this body.
    fn body(&mut self, more: &[(&[u8], &[u8])], data: &[&'static [u8]], trailers: &[(&[u8], &[u8])], wanted: Wanted) {
        let shown: Vec<String> =
            more.iter().chain(trailers).map(|(a, b)| format!("{}: {}", a.escape_ascii(), b.escape_ascii())).collect();
        let mut all = base(b"POST");
        all.extend(fields(more));
        let trailers = (!trailers.is_empty()).then(|| fields(trailers));
        let name = format!("body {data:?} with {shown:?}");
        self.0.push(Case { name, fields: all, data: Some(data.to_vec()), trailers, wanted });
    }
}

fn cases() -> Vec<Case> {
    use Wanted::{Cut, Goes, Malformed, Refused};
    let mut table = Table::default();
    table.head("a good one", |_| {}, Goes(read("GET", "/get", "")));
    for value in [&b"GET /hidden HTTP/1.1\r\nHost: a\r\n\r\nGET"[..], b"GE T", b"GET\r\n", b"GET\0", b"", b"GET:"] {
        table.pseudo(b":method", value, Malformed);
    }
    for value in [
        &b"/get HTTP/1.1\r\nHost: a\r\n\r\nGET /hidden"[..],
        b"/get\r\nX: 1",
        b"/get\nX: 1",
        b"/get x",
        b"/get\tx",
        b"/get\0",
        b"/get\x7f",
        b"",
        b"/get\xff",
    ] {
        table.pseudo(b":path", value, Malformed);
    }
    for value in [&b"get"[..], b"http://b/get"] {
        table.pseudo(b":path", value, Malformed);
    }
    for value in [&b"*"[..], b"?x"] {
        table.pseudo(b":path", value, Refused(400, "bad_target"));
    }
    table.pseudo(b":path", b"//b@", Refused(404, "unknown_path"));
    table.pseudo(b":path", b"/get?a=/../hidden&b=%0d%0a", Goes(read("GET", "/get?a=/../hidden&b=%0d%0a", "")));
    for value in [&b"a\r\nX: 1"[..], b"a b", b"a\0", b"a/hidden", b"[a", b"a:b:c", b"a\\b"] {
        table.pseudo(b":authority", value, Malformed);
    }
    for value in [&b"u@a"[..], b"a,b", b"a;b"] {
        table.pseudo(b":authority", value, Refused(400, "bad_host"));
    }
    for value in [&b"http\r\nX: 1"[..], b"http ", b"http://a/hidden"] {
        table.pseudo(b":scheme", value, Malformed);
    }
    for value in [&b"ftp"[..], b""] {
        table.pseudo(b":scheme", value, Refused(400, "bad_scheme"));
    }
    table.pseudo(b":scheme", b"https", Goes(read("GET", "/get", "")));
    for name in [&b":method"[..], b":scheme", b":path"] {
        let title = format!("without {}", name.escape_ascii());
        table.head(&title, |fields| fields.retain(|field| field.0 != name), Malformed);
    }
    table.head("without :authority", |fields| drop(fields.remove(2)), Refused(400, "bad_host"));
    let host = |fields: &mut Vec<Field>| {
        fields.remove(2);
        fields.push((b"host".to_vec(), b"a".to_vec()));
    };
    table.head("Host in its place", host, Goes(read("GET", "/get", "")));
    for index in 0..4 {
        let title = format!("pseudo-header {index} twice");
        table.head(&title, |fields| fields.insert(index, fields[index].clone()), Malformed);
        let title = format!("pseudo-header {index} behind a field");
        let behind = |fields: &mut Vec<Field>| {
            let field = fields.remove(index);
            fields.extend([(b"x".to_vec(), b"1".to_vec()), field]);
        };
        table.head(&title, behind, Malformed);
    }
    for (name, value) in
        [(":status", "200"), (":foo", "1"), (":", "1"), (":protocol", "websocket"), (":Path", "/hidden")]
    {
        let field = (name.as_bytes().to_vec(), value.as_bytes().to_vec());
        table.head(&format!("{name} among them"), |fields| fields.push(field), Malformed);
    }
    for (name, value) in [
        ("connection", "close"),
        ("connection", "x-auth"),
        ("transfer-encoding", "chunked"),
        ("transfer-encoding", "identity"),
        ("upgrade", "h2c"),
        ("keep-alive", "timeout=5"),
        ("proxy-connection", "keep-alive"),
        ("te", "gzip"),
        ("te", "trailers, chunked"),
        ("X-Upper", "1"),
        ("Transfer-Encoding", "chunked"),
        ("transfer-encoding ", "chunked"),
        ("transfer encoding", "chunked"),
        ("x:y", "1"),
        ("x\r\ntransfer-encoding", "chunked"),
        ("x\n", "1"),
        ("x\0", "1"),
        ("x\u{e9}", "1"),
        ("", "1"),
        ("x", "1\r\nTransfer-Encoding: chunked"),
        ("x", "1\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("x", "1\n"),
        ("x", "1\r"),
        ("x", "\0"),
        ("x", "\u{1}"),
        ("content-length", "5"),
        ("content-length", "x"),
        ("content-length", "-1"),
        ("content-length", "18446744073709551616"),
    ] {
        table.with(name.as_bytes(), value.as_bytes(), Malformed);
    }
    for (name, value) in [("x", " 1"), ("x", "1 "), ("x", "\t"), ("x", "1\t")] {
        table.with(name.as_bytes(), value.as_bytes(), Refused(400, "bad_header"));
    }
    for (name, value) in
        [("x", "1"), ("x", ""), ("te", "trailers"), ("host", "a"), ("host", "A"), ("content-length", "0")]
    {
        table.with(name.as_bytes(), value.as_bytes(), Goes(read("GET", "/get", "")));
    }
    for value in ["b", "a:80", "a, b", ""] {
        table.with(b"host", value.as_bytes(), Refused(400, "bad_host"));
    }
    let two =
        |fields: &mut Vec<Field>| fields.extend([(b"host".to_vec(), b"a".to_vec()), (b"host".to_vec(), b"b".to_vec())]);
    table.head("two hosts", two, Refused(400, "bad_host"));
    let connect = |more: &[(&[u8], &[u8])]| {
        let mut all = fields(&[(b":method", b"CONNECT"), (b":authority", b"a:1")]);
        all.extend(fields(more));
        all
    };
    table.head("CONNECT", |all| *all = connect(&[]), Refused(405, "connect"));
    table.head("CONNECT with a path", |all| *all = connect(&[(b":path", b"/get"), (b":scheme", b"http")]), Malformed);
    let tunnel: &[(&[u8], &[u8])] = &[(b":protocol", b"connect-udp"), (b":path", b"/get"), (b":scheme", b"http")];
    table.head("CONNECT for something else", |all| *all = connect(tunnel), Refused(501, "connect_protocol"));

    let post = |body: &str| Goes(read("POST", "/post", body));
    table.body(&[], &[b"hello"], &[], post("hello"));
    table.body(&[], &[b"he", b"", b"llo", b""], &[], post("hello"));
    table.body(&[], &[b""], &[], post(""));
    table.body(
        &[],
        &[b"0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"],
        &[],
        post("0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"),
    );
    table.body(&[(b"content-length", b"5")], &[b"hel", b"lo"], &[], post("hello"));
    for (length, data) in [("4", "hello"), ("0", "hello"), ("6", "hello"), ("10", "hello")] {
        table.body(&[(b"content-length", length.as_bytes())], &[data.as_bytes()], &[], Cut);
    }
    table.body(&[(b"content-length", b"5"), (b"content-length", b"6")], &[b"hello"], &[], Malformed);
    table.body(
        &[(b"content-length", b"5"), (b"content-length", b"5")],
        &[b"hello"],
        &[],
        Refused(400, "repeated_length"),
    );
    for length in ["5, 5", "5,6", "+5", "0x5", " 5", "5 ", ""] {
        table.body(&[(b"content-length", length.as_bytes())], &[b"hello"], &[], Malformed);
    }
    table.body(&[], &[b"hello"], &[(b"x-sum", b"1")], post("hello"));
    for (name, value) in
        [("content-length", "3"), ("host", "b"), ("authorization", "x"), ("te", "trailers"), (":path", "/hidden")]
    {
        // They stay behind.
        table.body(&[], &[b"hello"], &[(name.as_bytes(), value.as_bytes())], post("hello"));
    }
    for (name, value) in [
        ("transfer-encoding", "chunked"),
        ("connection", "close"),
        ("X-Upper", "1"),
        ("x", "1\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("x\r\n", "1"),
    ] {
        table.body(&[], &[b"hello"], &[(name.as_bytes(), value.as_bytes())], Cut);
    }
    table.0
}

async fn send(frames: &mut Frames, stream: u32, case: &Case) {
    let borrow = |fields: &[Field]| -> Vec<u8> {
        let borrowed: Vec<(&[u8], &[u8])> = fields.iter().map(|(a, b)| (a.as_slice(), b.as_slice())).collect();
        block(&borrowed)
    };
    frames.send(HEADERS, if case.data.is_none() { 5 } else { 4 }, stream, &borrow(&case.fields)).await;
    let data = case.data.as_deref().unwrap_or_default();
    for (index, part) in data.iter().enumerate() {
        let last = index + 1 == data.len() && case.trailers.is_none();
        frames.send(DATA, if last { END_STREAM } else { 0 }, stream, part).await;
    }
    if let Some(trailers) = &case.trailers {
        frames.send(HEADERS, 5, stream, &borrow(trailers)).await;
    }
}

async fn hold_up(server: &Server, mode: Mode) {
    let policy = api(&format!("http://{}", server.address()), mode, Some(CONTRACT));
    let under = start(policy, Settings::default()).await;
    let mut seen = whole(&server.reads()).len();
    let mut problems = Vec::new();
    for case in cases() {
        let mut frames = Frames::open(under.address).await;
        send(&mut frames, 1, &case).await;
        let outcome = frames.outcome(1).await;
        // A stream that is malformed leaves the others of its connection alone.
        let mut next = Outcome::Gone(None);
        if !matches!(outcome, Outcome::Gone(_)) {
            let probe =
                fields(&[(b":method", b"GET"), (b":scheme", b"http"), (b":authority", b"a"), (b":path", b"/probe")]);
            let probe =
                Case { name: String::new(), fields: probe, data: None, trailers: None, wanted: Wanted::Malformed };
            send(&mut frames, 3, &probe).await;
            next = frames.outcome(3).await;
        }
        drop(frames);
        under.gateway.flush().await;
        let gateway = whole(&let_on(&std::mem::take(&mut *under.kept.0.lock().unwrap())));
        let mut upstream = taken(server, seen, gateway.len()).await;
        seen += upstream.len();
        let mut problem = |what: &str| {
            problems.push(format!(
                "{}: {what}\n  {outcome:?}\n  the gateway {gateway:?}\n  the upstream {upstream:?}",
                case.name
            ));
        };
        if upstream != gateway {
            problem("the upstream reads other requests");
        }
        let malformed = matches!(outcome, Outcome::Reset(PROTOCOL_ERROR) | Outcome::Gone(Some(PROTOCOL_ERROR)));
        if matches!(outcome, Outcome::Gone(_)) {
            // Nobody is left to ask.
        } else if next != Outcome::Answer(200, "GET /probe".to_owned()) {
            problem(&format!("the next stream comes to {next:?}"));
        }
        if upstream.last().is_some_and(|read| read.target == "/probe") {
            upstream.pop();
        }
        let refused = |status: u16, code: &str| match &outcome {
            Outcome::Answer(got, body) => *got == status && body.contains(&format!("problem:{code}\"")),
            _ => false,
        };
        let good = match &case.wanted {
            Wanted::Goes(read) => matches!(outcome, Outcome::Answer(200, _)) && upstream == [read.clone()],
            Wanted::Malformed | Wanted::Cut => malformed && upstream.is_empty(),
            // In observe mode what the contract does not know goes on.
            Wanted::Refused(404, _) if mode == Mode::Observe => matches!(outcome, Outcome::Answer(200, _)),
            Wanted::Refused(status, code) => refused(*status, code) && upstream.is_empty(),
        };
        if !good {
            problems.push(format!("{}: not {:?}\n  {outcome:?}\n  the upstream {upstream:?}", case.name, case.wanted));
        }
    }
    assert!(problems.is_empty(), "{mode:?}: {}\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn there_are_cases_enough() {
    assert!(cases().len() >= 100, "{}", cases().len());
}

#[tokio::test]
async fn nginx_reads_what_the_gateway_let_on() {
    let Some(server) = nginx_server().await else {
        return drop(writeln!(std::io::stderr(), "skipped: nginx is not installed"));
    };
    hold_up(&server, Mode::Block).await;
    hold_up(&server, Mode::Observe).await;
}

#[tokio::test]
async fn hyper_reads_what_the_gateway_let_on() {
    let server = hyper_server().await;
    hold_up(&server, Mode::Block).await;
    hold_up(&server, Mode::Observe).await;
}

#[tokio::test]
async fn a_reader_by_the_letter_reads_what_the_gateway_let_on() {
    let server = recorder().await;
    hold_up(&server, Mode::Block).await;
    hold_up(&server, Mode::Observe).await;
}
