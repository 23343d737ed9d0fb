//! The requests. What a case says is how many requests the gateway lets on: in block mode, in observe mode.

pub struct Case {
    pub name: &'static str,
    pub raw: Vec<u8>,
    pub block: usize,
    pub observe: usize,
    /// Nothing is wrong with it: the upstream answers all of it.
    pub honest: bool,
}

/// What an attacker wants to be read as a request of its own.
const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";
const POST: &str = "POST /post HTTP/1.1\r\nHost: a\r\n";
const GET: &str = "GET /get HTTP/1.1\r\nHost: a\r\n";

struct Table {
    cases: Vec<Case>,
    honest: bool,
}

impl Table {
    fn add(&mut self, name: &'static str, (block, observe): (usize, usize), raw: impl AsRef<[u8]>) {
        assert!(self.cases.iter().all(|case| case.name != name), "{name} twice");
        self.cases.push(Case { name, raw: raw.as_ref().to_vec(), block, observe, honest: self.honest });
    }

    /// A POST with these fields and this body, and a hidden request after it.
    fn post(&mut self, name: &'static str, seen: (usize, usize), fields: &str, body: &str) {
        self.add(name, seen, format!("{POST}{fields}\r\n\r\n{body}"));
    }

    fn chunks(&mut self, name: &'static str, seen: (usize, usize), body: &str) {
        self.post(name, seen, "Transfer-Encoding: chunked", body);
    }

    fn get(&mut self, name: &'static str, seen: (usize, usize), field: &str) {
        self.add(name, seen, format!("{GET}{field}\r\n\r\n"));
    }

    fn line(&mut self, name: &'static str, seen: (usize, usize), line: &str) {
        self.add(name, seen, format!("{line}\r\nHost: a\r\n\r\n"));
    }
}

const NONE: (usize, usize) = (0, 0);
const ONE: (usize, usize) = (1, 1);
const TWO: (usize, usize) = (2, 2);
/// Doubtful: refused in block mode, on in observe mode, alone on its connection.
const DOUBT: (usize, usize) = (0, 1);

pub fn cases() -> Vec<Case> {
    let mut table = Table { cases: Vec::new(), honest: true };
    honest(&mut table);
    table.honest = false;
    lengths(&mut table);
    encodings(&mut table);
    chunked(&mut table);
    fields(&mut table);
    lines(&mut table);
    table.cases
}

fn honest(table: &mut Table) {
    table.get("plain", ONE, "Accept: */*");
    table.post("length", ONE, "Content-Length: 5", "hello");
    table.post("length of nought", ONE, "Content-Length: 0", "");
    table.post("length in capitals", ONE, "CONTENT-LENGTH:5", "hello");
    table.post("body that looks like a request", ONE, &format!("Content-Length: {}", HIDDEN.len()), HIDDEN);
    table.chunks("chunks", ONE, "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
    table.chunks("chunk that looks like a request", ONE, &format!("{:X}\r\n{HIDDEN}\r\n0\r\n\r\n", HIDDEN.len()));
    table.chunks("chunk size with noughts", ONE, "0005\r\nhello\r\n000\r\n\r\n");
    table.chunks("chunk extension", ONE, "5;a=b;c=\"d e\"\r\nhello\r\n0;end\r\n\r\n");
    table.chunks("trailers", ONE, "5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n");
    table.chunks("framing fields in trailers", ONE, "0\r\nContent-Length: 30\r\nTransfer-Encoding: chunked\r\n\r\n");
    table.post("chunked in capitals", ONE, "TRANSFER-ENCODING: CHUNKED", "5\r\nhello\r\n0\r\n\r\n");
    table.add("two after each other", TWO, format!("{GET}\r\n{HIDDEN}"));
    table.add("one after a body", TWO, format!("{POST}Content-Length: 5\r\n\r\nhello{HIDDEN}"));
    table.add("one after chunks", TWO, format!("{POST}Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n{HIDDEN}"));
    table.add("four after each other", (4, 4), format!("{GET}\r\n{GET}\r\n{POST}Content-Length: 1\r\n\r\nx{HIDDEN}"));
    table.add("empty lines before", ONE, format!("\r\n\r\n{GET}\r\n"));
    table.add("empty lines between", TWO, format!("{GET}\r\n\r\n\r\n{HIDDEN}"));
    table.add("old and plain", ONE, "GET /get HTTP/1.0\r\nHost: a\r\n\r\n");
    table.add("old with a length", ONE, "POST /post HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    table.add("old, then another", ONE, format!("GET /get HTTP/1.0\r\nHost: a\r\n\r\n{HIDDEN}"));
    table.add("last, then another", ONE, format!("{GET}Connection: close\r\n\r\n{HIDDEN}"));
    table.post("continue asked for", ONE, "Expect: 100-continue\r\nContent-Length: 5", "hello");
    table.add(
        "continue asked for without a body",
        ONE,
        format!("{GET}Expect: 100-continue\r\nConnection: close\r\n\r\n{HIDDEN}"),
    );
    table.add("head", TWO, format!("HEAD /get HTTP/1.1\r\nHost: a\r\n\r\n{HIDDEN}"));
    table.add("get with a body", TWO, format!("{GET}Content-Length: 5\r\n\r\nhello{HIDDEN}"));
    table.add(
        "delete with chunks",
        ONE,
        "DELETE /get HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    );
    table.post("length named away", TWO, "Connection: content-length\r\nContent-Length: 5", &format!("hello{HIDDEN}"));
    table.post(
        "encoding named away",
        TWO,
        "Connection: close-not, transfer-encoding\r\nTransfer-Encoding: chunked",
        &format!("1\r\nx\r\n0\r\n\r\n{HIDDEN}"),
    );
    table.get(
        "h2c asked for",
        ONE,
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
    );
    table.add(
        "h2c asked for, then its preface",
        ONE,
        format!("{GET}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    );
    table.get("host with a port", ONE, "X: 1");
}

fn lengths(table: &mut Table) {
    for (name, value) in [
        ("length with plus", "+5"),
        ("length with minus", "-5"),
        ("length in hexadecimal", "0x5"),
        ("length with letters", "5a"),
        ("length with a space inside", "1 5"),
        ("empty length", ""),
        ("length with a comma only", ","),
        ("length list of two", "5, 6"),
        ("length list with an end", "5,"),
        ("length with a semicolon", "5;x"),
        ("length in quotes", "\"5\""),
        ("length with an exponent", "1e1"),
        ("length with a point", "5.0"),
        ("length of other digits", "\u{0665}"),
        ("length beyond 64 bits", "18446744073709551621"),
        ("length with a vertical tab", "\u{b}5"),
    ] {
        table.post(name, NONE, &format!("Content-Length: {value}"), &format!("hello{HIDDEN}"));
    }
    table.post("length between tabs", ONE, "Content-Length:\t5\t", "hello");
    table.post("two lengths", NONE, "Content-Length: 5\r\nContent-Length: 6", &format!("hello{HIDDEN}"));
    table.post("two lengths, one nought", NONE, "Content-Length: 0\r\nContent-Length: 40", HIDDEN);
    table.post("one length twice", DOUBT, "Content-Length: 5\r\nContent-Length: 5", &format!("hello{HIDDEN}"));
    table.post("one length as a list", DOUBT, "Content-Length: 5, 5", &format!("hello{HIDDEN}"));
    table.post("length longer than the body", ONE, "Content-Length: 50", "hello");
    table.post("length before a space", NONE, "Content-Length : 5", &format!("hello{HIDDEN}"));
    table.post("length with an underscore", DOUBT, "Content_Length: 5", "");
}

fn encodings(table: &mut Table) {
    let body = format!("0\r\n\r\n{HIDDEN}");
    for (name, fields) in [
        ("gzip then chunked", "Transfer-Encoding: gzip, chunked"),
        ("chunked then identity", "Transfer-Encoding: chunked, identity"),
        ("identity", "Transfer-Encoding: identity"),
        ("chunked twice in a list", "Transfer-Encoding: chunked, chunked"),
        ("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
        ("chunked, then something else", "Transfer-Encoding: chunked\r\nTransfer-Encoding: x"),
        ("almost chunked", "Transfer-Encoding: xchunked"),
        ("chunked with a letter more", "Transfer-Encoding: chunkedd"),
        ("chunked in quotes", "Transfer-Encoding: \"chunked\""),
        ("chunked with a parameter", "Transfer-Encoding: chunked;q=1"),
        ("chunked after a vertical tab", "Transfer-Encoding: \u{b}chunked"),
        ("chunked after a form feed", "Transfer-Encoding: \u{c}chunked"),
        ("chunked before a null", "Transfer-Encoding: chunked\0"),
        ("chunked after a comma", "Transfer-Encoding: ,chunked"),
        ("empty encoding", "Transfer-Encoding:"),
        ("encoding before a space", "Transfer-Encoding : chunked"),
        ("encoding before a tab", "Transfer-Encoding\t: chunked"),
        ("folded encoding", "Transfer-Encoding:\r\n chunked"),
        ("encoding after a fold", "X: 1\r\n Transfer-Encoding: chunked"),
        ("encoding after a bare carriage return", "X: 1\rTransfer-Encoding: chunked"),
        ("encoding with a bare carriage return", "Transfer-Encoding: chunked\r"),
        ("null in the encoding's name", "Transfer-\0Encoding: chunked"),
        ("other letters in the encoding's name", "Transfer-\u{415}ncoding: chunked"),
        ("length and gzip", "Content-Length: 5\r\nTransfer-Encoding: gzip"),
    ] {
        table.post(name, NONE, fields, &body);
    }
    table.add(
        "chunks of old",
        NONE,
        format!("POST /post HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{body}"),
    );
    let length = body.len();
    table.post(
        "length, then encoding",
        DOUBT,
        &format!("Content-Length: {length}\r\nTransfer-Encoding: chunked"),
        &body,
    );
    table.post(
        "encoding, then length",
        DOUBT,
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        &format!("{:x}\r\n{HIDDEN}\r\n0\r\n\r\n", HIDDEN.len()),
    );
    table.post(
        "encoding and a length of nought",
        DOUBT,
        "Transfer-Encoding: chunked\r\nContent-Length: 0",
        "1\r\nx\r\n0\r\n\r\n",
    );
    table.post("encoding after a bare line feed", DOUBT, "X: 1\nTransfer-Encoding: chunked", &body);
    // Other fields' names: no encoding for anybody, so what follows is no request either.
    table.post("encoding with an underscore", DOUBT, "Transfer_Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n");
    table.post("encoding behind a prefix", ONE, "X-Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n");
}

fn chunked(table: &mut Table) {
    let end = format!("\r\n0\r\n\r\n{HIDDEN}");
    for (name, head) in [
        ("chunk size with 0x", "0x5\r\nhello"),
        ("chunk size with plus", "+5\r\nhello"),
        ("chunk size with minus", "-5\r\nhello"),
        ("chunk size with an underscore", "1_0\r\nhello"),
        ("chunk size before a space", "5 \r\nhello"),
        ("chunk size after a space", " 5\r\nhello"),
        ("chunk size before a tab", "5\t\r\nhello"),
        ("no chunk size", "\r\nhello"),
        ("extension without a size", ";a\r\nhello"),
        ("chunk size of other letters", "5g\r\nhello"),
        ("chunk size beyond 64 bits", "10000000000000005\r\nhello"),
        ("chunk size of many digits", "ffffffffffffffffffffffff\r\nhello"),
        ("chunk size with many noughts", "00000000000000000000000005\r\nhello"),
        ("bare line feed after the size", "5\nhello"),
        ("bare carriage return after the size", "5\rhello"),
        ("bare line feed in an extension", "5;a\nb\r\nhello"),
        ("bare carriage return in an extension", "5;a\rb\r\nhello"),
        ("null in an extension", "5;a\0b\r\nhello"),
        ("chunk longer than its size", "5\r\nhello world"),
        ("chunk shorter than its size", "5\r\nhell"),
        ("chunk that ends with a line feed", "5\r\nhello\n0\r\n\r\n"),
        ("chunk that ends with a carriage return", "5\r\nhello\r0\r\n\r\n"),
    ] {
        // The head is on its way in observe mode when the body turns out to be none; it never becomes a whole request.
        table.chunks(name, DOUBT, &format!("{head}{end}"));
    }
    for (name, tail) in [
        ("last chunk with bare line feeds", "0\n\n"),
        ("last chunk with one bare line feed", "0\r\n\n"),
        ("trailer with a bare line feed", "0\r\nX: 1\n\r\n"),
        ("folded trailer", "0\r\nX: 1\r\n folded\r\n\r\n"),
        ("trailer that begins with a space", "0\r\n X: 1\r\n\r\n"),
        ("trailer without a colon", "0\r\nnothing\r\n\r\n"),
        ("trailer without a name", "0\r\n: x\r\n\r\n"),
        ("trailer with a space in its name", "0\r\nX : 1\r\n\r\n"),
        ("trailer with a null", "0\r\nX: \0\r\n\r\n"),
        ("trailer with a bare carriage return", "0\r\nX: a\rb\r\n\r\n"),
        ("request in place of trailers", "0\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"),
    ] {
        table.chunks(name, DOUBT, &format!("5\r\nhello\r\n{tail}{HIDDEN}"));
    }
    table.chunks("chunks that stop", ONE, "5\r\nhello\r\n");
    table.chunks("trailers that stop", ONE, "5\r\nhello\r\n0\r\nX: 1\r\n");
}

fn fields(table: &mut Table) {
    for (name, field) in [
        ("space in a name", "X Y: 1"),
        ("space before a colon", "X : 1"),
        ("name of nothing", ": 1"),
        ("null in a name", "X\0: 1"),
        ("null in a value", "X: a\0b"),
        ("control character in a name", "X\u{7}: 1"),
        ("control character in a value", "X: \u{7}"),
        ("bare carriage return in a value", "X: a\rb"),
        ("line without a colon", "nothing"),
        ("name in other letters", "\u{e9}: 1"),
        ("bracket in a name", "X[0]: 1"),
        ("folded field", "X: 1\r\n folded"),
        ("field folded by a tab", "X: 1\r\n\tfolded"),
    ] {
        table.get(name, NONE, field);
    }
    table.add("first field after a space", NONE, "GET /get HTTP/1.1\r\n Host: a\r\n\r\n");
    table.get("two hosts", DOUBT, "Host: b");
    table.add("no host", DOUBT, "GET /get HTTP/1.1\r\nAccept: */*\r\n\r\n");
    table.add("empty host", DOUBT, "GET /get HTTP/1.1\r\nHost:\r\n\r\n");
    table.add("host with a space", DOUBT, "GET /get HTTP/1.1\r\nHost: a b\r\n\r\n");
    table.add("host with a path", DOUBT, "GET /get HTTP/1.1\r\nHost: a/b\r\n\r\n");
    table.add("host with a user", DOUBT, "GET /get HTTP/1.1\r\nHost: u@a\r\n\r\n");
    table.add("bare line feeds", DOUBT, format!("GET /get HTTP/1.1\nHost: a\n\n{HIDDEN}"));
    table.add("one bare line feed", DOUBT, format!("GET /get HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n{HIDDEN}"));
    table.add("head that ends with a bare line feed", DOUBT, format!("{GET}\n{HIDDEN}"));
    table.add("bare line feed before", DOUBT, format!("\n{GET}\r\n"));
    table.add("head beyond the limit", NONE, format!("{GET}X: {}\r\n\r\n", "x".repeat(70_000)));
    table.add("too many fields", NONE, format!("{GET}{}\r\n", "X: 1\r\n".repeat(150)));
    table.add("head that stops", NONE, "GET /get HTTP/1.1\r\nHost: a\r\nX: ");
}

fn lines(table: &mut Table) {
    for (name, line) in [
        ("HTTP/0.9", "GET /get"),
        ("version of nothing", "GET /get HTTP/"),
        ("version 1.2", "GET /get HTTP/1.2"),
        ("version 2.0", "GET /get HTTP/2.0"),
        ("version 1.10", "GET /get HTTP/1.10"),
        ("version 01.1", "GET /get HTTP/01.1"),
        ("version 1,1", "GET /get HTTP/1,1"),
        ("version in small letters", "GET /get http/1.1"),
        ("version with a word more", "GET /get HTTP/1.1 x"),
        ("version with a space more", "GET /get HTTP/1.1 "),
        ("another protocol's version", "GET /get HTCPCP/1.0"),
        ("two spaces before the target", "GET  /get HTTP/1.1"),
        ("two spaces before the version", "GET /get  HTTP/1.1"),
        ("tab before the target", "GET\t/get HTTP/1.1"),
        ("space before the method", " GET /get HTTP/1.1"),
        ("space in the target", "GET /get x HTTP/1.1"),
        ("no method", "/get HTTP/1.1"),
        ("method with a bracket", "G(T /get HTTP/1.1"),
        ("method with a null", "G\0T /get HTTP/1.1"),
        ("target with a null", "GET /g\0t HTTP/1.1"),
        ("target without a slash", "GET get HTTP/1.1"),
        ("target of a user", "GET @a/get HTTP/1.1"),
        ("asterisk of a get", "GET * HTTP/1.1"),
        ("connect", "CONNECT a:80 HTTP/1.1"),
        ("bare carriage return after the line", "GET /get HTTP/1.1\rX: 1"),
        ("preface of HTTP/2", "PRI * HTTP/2.0"),
        ("status line", "HTTP/1.1 200 OK"),
    ] {
        table.line(name, NONE, line);
    }
    table.line("asterisk", DOUBT, "OPTIONS * HTTP/1.1");
    table.line("whole URL", DOUBT, "GET http://a/get HTTP/1.1");
    table.line("whole URL of another host", DOUBT, "GET http://b/get HTTP/1.1");
    table.line("whole URL of another scheme", DOUBT, "GET gopher://a/get HTTP/1.1");
    table.line("fragment", DOUBT, "GET /get#x HTTP/1.1");
    table.add("a handshake of TLS", NONE, b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03 no request\r\n\r\n");
    table.add("not a word", NONE, "\r\n\r\n\r\n");
}
