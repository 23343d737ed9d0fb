//! Access logs of servers and proxies: a line for each request, with neither bodies nor most header fields.
//!
//! Read are the common and combined format of Apache and nginx (with a virtual host before it or more fields behind
//! it), Envoy's default text format and Istio's, AWS ALB's, and one JSON object a line with the names that nginx,
//! Envoy, Caddy, Traefik and ECS use. A line tells its own format, so lines of several may be mixed.

mod json;
mod text;

use crate::lines::read_lines;
use crate::record::{id, is_method, split_target, split_url};
use crate::tally::{Limits, ReadError, Reason, Tally};
use palisade_exchange::{Body, Client, Exchange, Headers, Message, RawExchange, Redactor, Response, Source};
use std::borrow::Cow;
use std::io::BufRead;
use std::net::IpAddr;

/// Longest line, in bytes: a target and three header fields.
const MAX_LINE: usize = 256 << 10;
/// Lines of the head of an input that are tried when its kind is told.
const TRIED: usize = 20;

/// Reads an access log. A line of no known format is counted and passed over.
///
/// # Errors
/// When the input cannot be read.
pub fn read_access_log<R: BufRead>(
    input: R,
    redactor: &Redactor,
    limits: &Limits,
    sink: &mut dyn FnMut(Exchange),
) -> Result<Tally, ReadError> {
    let exchange = |number, line: &[u8]| {
        // W3C and AWS begin with lines about the log itself.
        let comment = line.starts_with(b"#");
        (!comment).then(|| entry(line)?.exchange(redactor, number))
    };
    read_lines(input, MAX_LINE, limits, exchange, sink)
}

/// Whether an input that begins like this is an access log: one of its first lines is read as one.
pub(crate) fn is_access_log(head: &[u8]) -> bool {
    let mut lines: Vec<&[u8]> = head.split(|byte| *byte == b'\n').take(TRIED).collect();
    // The last one may be cut.
    if lines.len() > 1 && lines.len() < TRIED {
        lines.pop();
    }
    lines.into_iter().map(|line| line.trim_ascii_end()).any(|line| entry(line).is_ok())
}

fn entry(line: &[u8]) -> Result<Entry<'_>, (Reason, String)> {
    let text = std::str::from_utf8(line).map_err(|_| (Reason::Format, "not UTF-8".to_owned()))?;
    if text.starts_with('{') { json::entry(text) } else { text::entry(text) }
}

/// What a line says. Members that are empty are not said.
#[derive(Debug, Default)]
struct Entry<'a> {
    /// Start, in microseconds since the Unix epoch.
    time: i64,
    /// In microseconds.
    duration: Option<u64>,
    client: Option<IpAddr>,
    scheme: Cow<'a, str>,
    host: Cow<'a, str>,
    method: Cow<'a, str>,
    /// Path and query, or a whole URL.
    target: Cow<'a, str>,
    /// The query, where it stands apart.
    query: Cow<'a, str>,
    status: u16,
    /// Bytes of the request's body, where they are counted.
    received: Option<u64>,
    /// Bytes of the answer's body, with its head in some formats.
    sent: Option<u64>,
    /// Header fields of the request.
    headers: Vec<(&'static str, Cow<'a, str>)>,
}

impl<'a> Entry<'a> {
    /// Takes a request line apart: method, target, protocol.
    fn request_line(&mut self, line: &str) -> Result<(), (Reason, String)> {
        let refused = || (Reason::Method, "the request is no request line".to_owned());
        let (method, rest) = line.split_once(' ').ok_or_else(refused)?;
        let target = match rest.rsplit_once(' ') {
            Some((target, protocol)) if protocol.starts_with("HTTP/") || protocol == "-" => target,
            _ => rest,
        };
        if !is_method(method) {
            return Err(refused());
        }
        (self.method, self.target) = (method.to_owned().into(), target.to_owned().into());
        Ok(())
    }

    /// A header field of the request; `-` stands for none.
    fn header(&mut self, name: &'static str, value: Cow<'a, str>) {
        if !value.is_empty() && value != "-" {
            self.headers.push((name, value));
        }
    }

    fn exchange(self, redactor: &Redactor, number: u64) -> Result<Exchange, (Reason, String)> {
        if !is_method(&self.method) {
            return Err((Reason::Method, "the method is not a token".to_owned()));
        }
        if !(100..=599).contains(&self.status) {
            return Err((Reason::NoAnswer, "there is no status".to_owned()));
        }
        let id = id(redactor, self.time, &self.target, number);
        let whole = match self.target.starts_with('/') {
            true => None,
            false => Some(split_url(&self.target).ok_or((Reason::Url, "the target is no path and no URL".to_owned()))?),
        };
        let apart = Some(self.query.trim_start_matches('?')).filter(|query| !query.is_empty() && *query != "-");
        let (path, query) = match &whole {
            Some(url) => (url.path.clone(), url.query.clone()),
            None => split_target(&self.target),
        };
        let host = Some(self.host.to_ascii_lowercase()).filter(|host| !matches!(host.as_str(), "" | "-" | "_"));
        let scheme = match &whole {
            Some(url) => url.scheme,
            None if matches!(&*self.scheme, "https" | "h2" | "wss" | "grpcs") => "https",
            None => "http",
        };
        let port = if scheme == "https" { ":443" } else { ":80" };
        let host = host.map(|host| host.strip_suffix(port).map(str::to_owned).unwrap_or(host));
        let headers: Headers =
            self.headers.into_iter().map(|(name, value)| (name.to_owned(), value.into_owned())).collect();
        // Whether there was a body is known where bytes are counted; else some methods have one.
        let bare = matches!(&*self.method, "GET" | "HEAD" | "OPTIONS" | "DELETE" | "TRACE");
        let request = match self.received {
            Some(0) => Body::Empty,
            None if bare => Body::Empty,
            length => Body::Unknown { length },
        };
        let empty = self.sent == Some(0) || matches!(self.status, 100..200 | 204 | 304) || self.method == "HEAD";
        let answer = if empty { Body::Empty } else { Body::Unknown { length: self.sent } };
        Ok(redactor.redact(RawExchange(Exchange {
            id,
            time: self.time,
            duration: self.duration,
            source: Source::AccessLog,
            api: None,
            client: Client { address: self.client, principal: None },
            scheme: scheme.to_owned(),
            host: whole.map(|url| url.host).or(host).unwrap_or_default(),
            method: self.method.into_owned(),
            path,
            query: query.or(apart.map(str::to_owned)),
            request: Message { headers, body: request },
            response: Some(Response {
                status: self.status,
                message: Message { headers: Headers::new(), body: answer },
            }),
        })))
    }
}

/// A time as logs write it: RFC 3339, or `10/Oct/2000:13:55:36 -0700`. In microseconds since the Unix epoch.
fn time(text: &str) -> Option<i64> {
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(time.as_microsecond());
    }
    let time = jiff::fmt::strtime::parse("%d/%b/%Y:%H:%M:%S %z", text).ok()?;
    Some(time.to_timestamp().ok()?.as_microsecond())
}

/// Seconds in microseconds.
fn seconds(text: &str) -> Option<u64> {
    let seconds: f64 = text.parse().ok()?;
    (0.0..1e9).contains(&seconds).then(|| (seconds * 1e6).round() as u64)
}

fn bad_time() -> (Reason, String) {
    (Reason::Time, "there is no time of a known form".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> (Vec<Exchange>, Tally) {
        let mut exchanges = Vec::new();
        let redactor = Redactor::new(&[7; 32]);
        let tally =
            read_access_log(text.as_bytes(), &redactor, &Limits::default(), &mut |exchange| exchanges.push(exchange));
        (exchanges, tally.unwrap())
    }

    /// What a line says, in one line.
    fn shown(line: &str) -> String {
        let (exchanges, tally) = read(line);
        let Some(exchange) = exchanges.first() else { return format!("{:?}", tally.problems) };
        let time = jiff::Timestamp::from_microsecond(exchange.time).unwrap();
        let body = |body: &Body| match body {
            Body::Empty => "none".to_owned(),
            Body::Unknown { length } => length.map_or("some".to_owned(), |length| length.to_string()),
            _ => "bytes".to_owned(),
        };
        let answer = exchange.response.as_ref().unwrap();
        let headers: Vec<String> =
            exchange.request.headers.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!(
            "{time} {} {}://{} {} {} ({} -> {}) {:?} {:?} [{}]",
            exchange.method,
            exchange.scheme,
            exchange.host,
            match &exchange.query {
                Some(query) => format!("{}?{query}", exchange.path),
                None => exchange.path.clone(),
            },
            answer.status,
            body(&exchange.request.body),
            body(&answer.message.body),
            exchange.client.address.map(|address| address.to_string()).unwrap_or_default(),
            exchange.duration.unwrap_or_default(),
            headers.join(", "),
        )
    }

    #[test]
    fn lines_of_each_format_are_read() {
        let lines = [
            // Apache common and combined, with a user, and with a virtual host before it.
            r#"127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /orders/42?page=2 HTTP/1.0" 200 2326"#,
            r#"203.0.113.9 - - [10/Oct/2026:13:55:36 +0000] "POST /orders HTTP/1.1" 201 87 "-" "curl/8.5.0""#,
            r#"shop.example:443 203.0.113.9 - - [10/Oct/2026:13:55:36 +0000] "PUT /a%20b HTTP/1.1" 204 0 "https://shop.example/x" "Mozilla/5.0 (X11) \"q\"""#,
            // nginx with more fields behind, as its ingress controller writes them.
            r#"2001:db8::1 - - [28/Nov/2026:06:00:00 +0100] "DELETE /orders/7 HTTP/2.0" 404 19 "-" "-" 312 0.004 [shop-80] [] 10.0.0.3:8080 19 0.003 404 9f"#,
            // Envoy, and Istio.
            r#"[2026-11-28T06:00:00.123Z] "POST /api/v1/orders HTTP/1.1" 200 - 31 154 226 100 "10.0.35.28" "nsq2http" "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2" "orders.svc" "tcp://10.0.2.1:80""#,
            r#"[2026-11-28T06:00:00.123Z] "GET /status/418 HTTP/2" 418 - via_upstream - "-" 0 135 4 3 "-" "curl/8.5.0" "84961386" "httpbin:8000" "10.44.1.23:80" outbound|8000||httpbin.foo 10.44.1.24:37652 10.0.45.184:8000 10.44.1.24:46520 - default"#,
            // AWS ALB.
            r#"h2 2026-11-28T06:00:02.123456Z app/my-lb/50dc6c495c0c9188 10.0.1.252:48160 10.0.0.66:9000 0.000 0.002 0.001 200 200 5 257 "GET https://10.0.2.105:773/items?id=9 HTTP/2.0" "curl/7.46.0" ECDHE TLSv1.2 arn:aws:x "Root=1-58337327" "api.example.com" "-" 1 2026-11-28T06:00:02.119000Z "forward" "-" "-" "10.0.0.66:9000" "200" "-" "-""#,
            // JSON of nginx, Envoy, Caddy, Traefik and ECS.
            r#"{"time_iso8601":"2026-11-28T06:00:00+00:00","remote_addr":"198.51.100.4","request":"GET /items?q=1 HTTP/1.1","status":"200","body_bytes_sent":"12","http_host":"api.example","request_time":"0.015","http_user_agent":"x"}"#,
            r#"{"start_time":"2026-11-28T06:00:00.5Z","method":"POST","path":"/v1/carts","protocol":"HTTP/2","response_code":201,"bytes_received":20,"bytes_sent":9,"duration":7,"authority":"carts","x_forwarded_for":"198.51.100.4, 10.0.0.1"}"#,
            r#"{"level":"info","ts":1764309600.25,"request":{"remote_ip":"198.51.100.4","proto":"HTTP/2.0","method":"GET","host":"caddy.example","uri":"/a/b?c=d","headers":{"User-Agent":["curl"]},"tls":{"version":772}},"duration":0.002,"size":3,"status":200}"#,
            r#"{"ClientHost":"198.51.100.4","RequestMethod":"GET","RequestPath":"/whoami","RequestHost":"t.example","RequestScheme":"https","DownstreamStatus":200,"DownstreamContentSize":4,"Duration":1500000,"StartUTC":"2026-11-28T06:00:00Z"}"#,
            r#"{"@timestamp":"2026-11-28T06:00:00Z","http":{"request":{"method":"GET"},"response":{"status_code":200}},"url":{"path":"/e","query":"f=1","domain":"ecs.example"},"source":{"ip":"198.51.100.4"}}"#,
        ];
        let all: Vec<String> = lines.iter().map(|line| shown(line)).collect();
        insta::assert_snapshot!(all.join("\n"));
        for line in lines {
            assert_eq!(crate::detect(line.as_bytes()), Some(crate::Kind::AccessLog), "{line}");
        }
    }

    #[test]
    fn what_is_no_request_is_counted_by_its_reason() {
        let log = concat!(
            "#Version: 1.0\n",
            "10.0.0.1 - - [10/Oct/2026:13:55:36 +0000] \"\\x16\\x03\\x01\" 400 0 \"-\" \"-\"\n",
            "10.0.0.1 - - [10/Oct/2026:13:55:36 +0000] \"-\" 408 0 \"-\" \"-\"\n",
            "2026/11/28 06:00:00 [error] 7#7: *1 open() failed, request: \"GET / HTTP/1.1\"\n",
            "10.0.0.1 - - [nonsense] \"GET / HTTP/1.1\" 200 0\n",
            "[2026-11-28T06:00:00Z] \"GET /x HTTP/1.1\" 0 DC 0 0 1 - \"-\" \"-\" \"-\" \"h\" \"-\"\n",
            "{\"message\":\"started\"}\n",
            "{\"method\":\"GET\",\n",
            "10.0.0.1 - - [10/Oct/2026:13:55:36 +0000] \"CONNECT example.com:443 HTTP/1.1\" 405 0\n",
            "10.0.0.1 - - [10/Oct/2026:13:55:36 +0000] \"GET /ok HTTP/1.1\" 200 0\n",
        );
        let (exchanges, tally) = read(log);
        assert_eq!(exchanges.len(), 1);
        let problems: Vec<String> = tally.problems.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(problems.join("\n"));
    }

    #[test]
    fn a_credential_in_a_target_is_not_kept() {
        let secret = "sk_live_4242424242424242424242";
        let (exchanges, _) = read(&format!(
            "10.0.0.1 - - [10/Oct/2026:13:55:36 +0000] \"GET /x?api_key={secret}&page=1 HTTP/1.1\" 200 0"
        ));
        assert!(!format!("{exchanges:?}").contains(secret));
        assert_eq!(exchanges[0].query.as_deref().map(|query| query.ends_with("page=1")), Some(true));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_counted(text in "[ -~\n]{0,300}") {
            read(&text);
        }

        #[test]
        fn any_mixture_of_pieces_is_read_or_counted(pieces in prop::collection::vec(prop::sample::select(vec![
            "[", "]", "\"", "\\", "\\x", " ", "-", "{", "}", ":", "GET /a HTTP/1.1", "200", "[10/Oct/2026:13:55:36 +0000]",
            "h2", "2026-11-28T06:00:02Z", "é", "\"request\"", "\"status\"", "10.0.0.1",
        ]), 0..30)) {
            let (_, tally) = read(&pieces.concat());
            prop_assert!(tally.read + tally.rejected.values().sum::<u64>() <= 1);
        }
    }
}
