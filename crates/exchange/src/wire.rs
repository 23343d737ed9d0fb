//! Exchanges as JSON lines, one exchange a line.
//!
//! [`Form::Shapes`] is for disk: bodies stand as structure without values, personal data in path and query
//! is redacted. [`Form::Full`] is for transit between our own processes: bodies stand with their values,
//! and nothing may store it.

use crate::lexical::Format;
use crate::marker::Marker;
use crate::model::{Body, Client, Exchange, Headers, Message, Response, Source};
use crate::redact::{kept_path, kept_query};
use crate::shape::{BodyShape, Scalar, ScalarKind, Shape};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use palisade_sensitive::{Rules, Side};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use uuid::Uuid;

/// Version of the line format; a line of a newer version is refused.
pub const VERSION: u32 = 1;

/// Longest line that is read, in bytes.
pub const MAX_LINE: usize = 16 << 20;

/// How bodies are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Structure without values: for disk.
    Shapes,
    /// With values: for transit only.
    Full,
}

/// A line could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireError {
    /// Column of the line where reading stopped, from 1, in bytes; 0 when it concerns the whole line.
    pub column: usize,
    /// What is wrong, without the offending value.
    pub message: String,
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.column == 0 {
            f.write_str(&self.message)
        } else {
            write!(f, "{} at column {}", self.message, self.column)
        }
    }
}

impl std::error::Error for WireError {}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    v: u32,
    #[serde(default)]
    id: Uuid,
    /// Microseconds since the Unix epoch.
    time: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    duration: Option<u64>,
    #[serde(default = "lines")]
    source: Source,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client: Option<IpAddr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    principal: Option<String>,
    #[serde(default = "https", borrow)]
    scheme: Cow<'a, str>,
    #[serde(borrow)]
    host: Cow<'a, str>,
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow)]
    path: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    query: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    request: WireMessage<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    response: Option<WireResponse<'a>>,
    /// What the writer made of the exchange, in its own words: not read here.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    verdict: Option<&'a RawValue>,
}

fn lines() -> Source {
    Source::JsonLines
}

fn https() -> Cow<'static, str> {
    Cow::Borrowed("https")
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireResponse<'a> {
    status: u16,
    #[serde(default, borrow)]
    message: WireMessage<'a>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct WireMessage<'a> {
    headers: Cow<'a, [(String, String)]>,
    #[serde(borrow)]
    body: WireBody<'a>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum WireBody<'a> {
    #[default]
    Empty,
    Unknown {
        length: Option<u64>,
    },
    /// A JSON body as it is: what people write who export exchanges from elsewhere.
    #[serde(borrow)]
    Json(&'a RawValue),
    Text {
        #[serde(borrow)]
        text: Cow<'a, str>,
        #[serde(default)]
        truncated: bool,
    },
    Base64 {
        bytes: String,
        truncated: bool,
    },
    Shape {
        length: u64,
        root: Option<WireShape>,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum WireShape {
    Null,
    Bool,
    Int(WireScalar),
    Num(WireScalar),
    Str(WireScalar),
    Arr(Vec<WireShape>, u64),
    Obj(BTreeMap<Box<str>, WireShape>),
    Cut,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireScalar {
    /// Length.
    n: u32,
    /// Keyed hash.
    h: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    f: Option<Format>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    s: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    neg: bool,
}

/// Writes one exchange as one line, without the line end.
///
/// With [`Form::Shapes`] the marker gives equal values equal marks and says what is sensitive; pass the one of the
/// [`Redactor`](crate::Redactor) that also names the callers.
pub fn to_line(exchange: &Exchange, form: Form, marker: Marker<'_>) -> String {
    to_line_with(exchange, form, marker, None)
}

/// The same, with what the writer made of the exchange: any JSON, for a reader that knows the writer.
pub fn to_line_with(exchange: &Exchange, form: Form, marker: Marker<'_>, verdict: Option<&RawValue>) -> String {
    let disk = form == Form::Shapes;
    let line = Line {
        v: VERSION,
        id: exchange.id,
        time: exchange.time,
        duration: exchange.duration,
        source: exchange.source,
        api: exchange.api.clone(),
        client: exchange.client.address,
        principal: exchange.client.principal.clone(),
        scheme: Cow::Borrowed(&exchange.scheme),
        host: Cow::Borrowed(&exchange.host),
        method: Cow::Borrowed(&exchange.method),
        path: if disk { Cow::Owned(kept_path(&exchange.path, marker.rules)) } else { Cow::Borrowed(&exchange.path) },
        query: exchange
            .query
            .as_deref()
            .map(|query| if disk { Cow::Owned(kept_query(query, marker.rules)) } else { Cow::Borrowed(query) }),
        request: message(&exchange.request, form, marker, Side::Request),
        response: exchange.response.as_ref().map(|response| WireResponse {
            status: response.status,
            message: message(&response.message, form, marker, Side::Response),
        }),
        verdict,
    };
    // Every field serialises without fail: no maps with odd keys, no floats.
    serde_json::to_string(&line).unwrap_or_default()
}

fn message<'a>(message: &'a Message, form: Form, marker: Marker<'_>, side: Side) -> WireMessage<'a> {
    let body = match (&message.body, form) {
        (Body::Empty, _) => WireBody::Empty,
        (Body::Unknown { length }, _) => WireBody::Unknown { length: *length },
        (Body::Bytes { bytes, truncated }, Form::Full) => match std::str::from_utf8(bytes) {
            Ok(text) => WireBody::Text { text: Cow::Borrowed(text), truncated: *truncated },
            Err(_) => WireBody::Base64 { bytes: STANDARD.encode(bytes), truncated: *truncated },
        },
        (Body::Bytes { bytes, .. }, Form::Shapes) => {
            WireBody::Shape { length: bytes.len() as u64, root: message.shape(marker, side).map(|shape| pack(&shape)) }
        }
        (Body::Shape(shape), _) => WireBody::Shape { length: shape.length, root: shape.root.as_ref().map(pack) },
    };
    WireMessage { headers: Cow::Borrowed(&message.headers), body }
}

impl Message {
    /// The media type without parameters, lower case.
    pub fn media_type(&self) -> Option<String> {
        let media = self.header("content-type")?.split(';').next()?.trim().to_ascii_lowercase();
        (!media.is_empty() && media.len() <= 127).then_some(media)
    }
}

fn pack(shape: &Shape) -> WireShape {
    match shape {
        Shape::Null => WireShape::Null,
        Shape::Cut => WireShape::Cut,
        Shape::Array(items, count) => WireShape::Arr(items.iter().map(pack).collect(), *count),
        Shape::Object(members) => {
            WireShape::Obj(members.iter().map(|(name, member)| (name.clone(), pack(member))).collect())
        }
        Shape::Scalar(scalar) => {
            let packed = WireScalar {
                n: scalar.length,
                h: scalar.hash,
                f: scalar.format,
                s: scalar.sensitive.map(|kind| kind.as_str().to_owned()),
                neg: scalar.negative,
            };
            match scalar.kind {
                ScalarKind::Bool => WireShape::Bool,
                ScalarKind::Integer => WireShape::Int(packed),
                ScalarKind::Number => WireShape::Num(packed),
                ScalarKind::Text => WireShape::Str(packed),
            }
        }
    }
}

fn unpack(shape: WireShape) -> Shape {
    let scalar = |kind, packed: WireScalar| {
        Shape::Scalar(Scalar {
            kind,
            format: packed.f,
            length: packed.n,
            negative: packed.neg,
            hash: packed.h,
            sensitive: packed.s.as_deref().and_then(|word| Rules::built_in().kind(word)),
        })
    };
    match shape {
        WireShape::Null => Shape::Null,
        WireShape::Cut => Shape::Cut,
        WireShape::Bool => scalar(ScalarKind::Bool, WireScalar { n: 0, h: 0, f: None, s: None, neg: false }),
        WireShape::Int(packed) => scalar(ScalarKind::Integer, packed),
        WireShape::Num(packed) => scalar(ScalarKind::Number, packed),
        WireShape::Str(packed) => scalar(ScalarKind::Text, packed),
        WireShape::Arr(items, count) => Shape::Array(items.into_iter().map(unpack).collect(), count),
        WireShape::Obj(members) => {
            Shape::Object(members.into_iter().map(|(name, member)| (name, unpack(member))).collect())
        }
    }
}

/// Reads one line. Nesting is bounded by the JSON reader (128 levels). A line that names no id has the nil one.
///
/// Lines that others write may hold credentials: what is read from such goes through a
/// [`Redactor`](crate::Redactor), to which a line of ours means nothing new.
///
/// # Errors
/// When the line is too long, is not JSON, lacks a field, has an unknown one, or is of a newer version.
pub fn from_line(line: &str) -> Result<Exchange, WireError> {
    from_line_with(line).map(|(exchange, _)| exchange)
}

/// The same, with what the writer made of the exchange. It is JSON of any shape, as long as the line at most.
///
/// # Errors
/// As for [`from_line`].
pub fn from_line_with(line: &str) -> Result<(Exchange, Option<&RawValue>), WireError> {
    let whole = |message: String| WireError { column: 0, message };
    if line.len() > MAX_LINE {
        return Err(whole(format!("the line is longer than {MAX_LINE} bytes")));
    }
    let line: Line<'_> = serde_json::from_str(line)
        .map_err(|error| WireError { column: error.column(), message: describe(&error).to_owned() })?;
    if line.v != VERSION {
        return Err(whole(format!("line format version {} is not known, only {VERSION}", line.v)));
    }
    let response = match line.response {
        Some(response) => Some(Response { status: response.status, message: unpack_message(response.message)? }),
        None => None,
    };
    let exchange = Exchange {
        id: line.id,
        time: line.time,
        duration: line.duration,
        source: line.source,
        api: line.api,
        client: Client { address: line.client, principal: line.principal },
        scheme: line.scheme.into_owned(),
        host: line.host.into_owned(),
        method: line.method.into_owned(),
        path: line.path.into_owned(),
        query: line.query.map(Cow::into_owned),
        request: unpack_message(line.request)?,
        response,
    };
    Ok((exchange, line.verdict))
}

/// The reader's own words may quote the value; these do not.
fn describe(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Eof => "the line ends too early",
        serde_json::error::Category::Syntax => "the line is not JSON",
        serde_json::error::Category::Data => {
            "the line is not an exchange: a field is missing, unknown or of the wrong type"
        }
        serde_json::error::Category::Io => "the line could not be read",
    }
}

fn unpack_message(message: WireMessage<'_>) -> Result<Message, WireError> {
    let mut headers: Headers = message.headers.into_owned();
    let body = match message.body {
        WireBody::Json(value) => {
            if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
                headers.push(("content-type".to_owned(), "application/json".to_owned()));
            }
            Body::Bytes { bytes: Bytes::copy_from_slice(value.get().as_bytes()), truncated: false }
        }
        WireBody::Empty => Body::Empty,
        WireBody::Unknown { length } => Body::Unknown { length },
        WireBody::Text { text, truncated } => Body::Bytes { bytes: Bytes::from(text.into_owned()), truncated },
        WireBody::Base64 { bytes, truncated } => {
            let bytes = STANDARD
                .decode(bytes)
                .map_err(|_| WireError { column: 0, message: "a body is not base64".to_owned() })?;
            Body::Bytes { bytes: Bytes::from(bytes), truncated }
        }
        WireBody::Shape { length, root } => Body::Shape(Box::new(BodyShape { length, root: root.map(unpack) })),
    };
    Ok(Message { headers, body })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RawExchange;
    use crate::redact::Redactor;
    use proptest::prelude::*;

    const CANARY: &str = "Canary7f3aSecret";

    fn header(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    fn raw(body: &[u8], media: &str) -> RawExchange {
        RawExchange(Exchange {
            id: Uuid::from_u128(7),
            time: 1_000_000,
            duration: Some(5),
            source: Source::Gateway,
            api: Some("shop".to_owned()),
            client: Client { address: "192.0.2.7".parse().ok(), principal: None },
            scheme: "https".to_owned(),
            host: "API.example.org".to_owned(),
            method: "POST".to_owned(),
            path: "/users/someone%40example.org".to_owned(),
            query: Some(format!("page=2&access_token={CANARY}")),
            request: Message {
                headers: vec![
                    header("Authorization", &format!("Bearer {CANARY}")),
                    header("Cookie", &format!("sid={CANARY}; theme=dark")),
                    header("X-API-Key", CANARY),
                    header("Content-Type", media),
                ],
                body: Body::Bytes { bytes: Bytes::copy_from_slice(body), truncated: false },
            },
            response: Some(Response {
                status: 200,
                message: Message {
                    headers: vec![header("Set-Cookie", &format!("sid={CANARY}; HttpOnly"))],
                    body: Body::Unknown { length: None },
                },
            }),
        })
    }

    fn redactor() -> Redactor {
        Redactor::new(&[3; 32])
    }

    #[test]
    fn credentials_go_and_their_kinds_stay() {
        let exchange = redactor().redact(raw(b"{}", "application/json"));
        assert!(!format!("{exchange:?}").contains(CANARY));
        use crate::Credential::{Bearer, Cookie, Header, Query};
        let wanted = [
            Bearer { jwt: false },
            Header("x-api-key".to_owned()),
            Cookie("sid".to_owned()),
            Query("access_token".to_owned()),
        ];
        assert_eq!(exchange.credentials(), wanted);
        assert_eq!(exchange.request.header("cookie"), Some("sid=redacted; theme=redacted"));
        assert_eq!(exchange.response.unwrap().message.header("set-cookie"), Some("sid=redacted; HttpOnly"));
    }

    #[test]
    fn callers_are_told_apart_by_subject_not_by_token() {
        let named = |authorization: &str| {
            let mut raw = raw(b"{}", "application/json");
            raw.0.request.headers = vec![header("authorization", authorization)];
            redactor().redact(raw).client.principal.unwrap()
        };
        let jwt = |claims: &str| {
            let part = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims);
            format!("Bearer eyJhbGciOiJIUzI1NiJ9.{part}.c2ln")
        };
        assert_eq!(named(&jwt(r#"{"sub":"ann","exp":1}"#)), named(&jwt(r#"{"sub":"ann","exp":2}"#)));
        assert_ne!(named(&jwt(r#"{"sub":"ann"}"#)), named(&jwt(r#"{"sub":"bob"}"#)));
        assert_eq!(named("Basic YW5uOm9uZQ=="), named("Basic YW5uOnR3bw=="));
        assert_ne!(named("Bearer one"), named("Bearer two"));
    }

    #[test]
    fn shapes_hold_no_value_and_come_back_equal() {
        let body = format!(r#"{{"name":"{CANARY}-2026","age":41,"ok":true,"list":[1.5,null],"mail":"x@example.org"}}"#);
        let redactor = redactor();
        let exchange = redactor.redact(raw(body.as_bytes(), "application/json"));
        let line = to_line(&exchange, Form::Shapes, redactor.marker());
        assert!(!line.contains(CANARY) && !line.contains("x@example") && !line.contains("someone"));
        let back = from_line(&line).unwrap();
        let before = exchange.request.shape(redactor.marker(), Side::Request).unwrap().into_owned();
        assert_eq!(back.request.shape(redactor.marker(), Side::Request).unwrap().into_owned(), before);
        assert_eq!(to_line(&back, Form::Shapes, redactor.marker()), line);
    }

    #[test]
    fn what_the_writer_made_of_it_goes_along_and_is_not_part_of_the_exchange() {
        let redactor = redactor();
        let exchange = redactor.redact(raw(b"{}", "application/json"));
        let plain = to_line(&exchange, Form::Full, redactor.marker());
        assert!(from_line_with(&plain).unwrap().1.is_none());
        let verdict = RawValue::from_string("{\"any\":[1]}".to_owned()).unwrap();
        let line = to_line_with(&exchange, Form::Full, redactor.marker(), Some(&verdict));
        let (back, told) = from_line_with(&line).unwrap();
        assert_eq!((told.unwrap().get(), &back), ("{\"any\":[1]}", &from_line(&plain).unwrap()));
        assert_eq!(from_line(&line).unwrap(), back);
    }

    #[test]
    fn bad_lines_are_refused_without_quoting_them() {
        let redactor = redactor();
        let line = to_line(&redactor.redact(raw(b"{}", "application/json")), Form::Full, redactor.marker());
        let cases = [
            (line.replace("\"v\":1", "\"v\":9"), "version 9 is not known"),
            (line.replace("\"source\":\"gateway\"", "\"source\":\"CANARY\""), "not an exchange"),
            (line.replace("\"api\"", "\"apj\""), "not an exchange"),
            (line.get(..40).unwrap().to_owned(), "ends too early"),
            ("nonsense".to_owned(), "not JSON"),
        ];
        for (line, wanted) in cases {
            let message = from_line(&line).unwrap_err().to_string();
            assert!(message.contains(wanted) && !message.contains("CANARY"), "{message}");
        }
    }

    proptest! {
        #[test]
        fn full_lines_come_back_equal(body in proptest::collection::vec(any::<u8>(), 0..64), media in "[a-z]{1,8}/[a-z]{1,8}") {
            let redactor = redactor();
            let exchange = redactor.redact(raw(&body, &media));
            let line = to_line(&exchange, Form::Full, redactor.marker());
            prop_assert!(!line.contains('\n'));
            prop_assert_eq!(from_line(&line).unwrap(), exchange);
        }

        #[test]
        fn any_line_has_an_answer(line in "\\PC{0,120}") {
            let _ = from_line(&line);
        }
    }
}
