//! One HAR entry into one exchange.

use crate::record::{id, is_method, split_url};
use crate::tally::{Limits, Reason};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use palisade_exchange::{Body, Client, Exchange, Headers, Message, RawExchange, Redactor, Response, Source};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    started_date_time: String,
    #[serde(default)]
    time: Option<f64>,
    request: Request,
    #[serde(default)]
    response: Option<Answer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<Pair>,
    #[serde(default)]
    post_data: Option<PostData>,
}

#[derive(Deserialize)]
struct Pair {
    name: String,
    #[serde(default)]
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PostData {
    #[serde(default)]
    mime_type: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    params: Option<Vec<Pair>>,
    #[serde(default)]
    encoding: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    status: i64,
    #[serde(default)]
    headers: Vec<Pair>,
    #[serde(default)]
    content: Option<Content>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    #[serde(default)]
    size: Option<f64>,
    #[serde(default)]
    mime_type: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    encoding: Option<String>,
}

pub(super) fn exchange(
    record: &[u8],
    number: u64,
    redactor: &Redactor,
    limits: &Limits,
) -> Result<Exchange, (Reason, String)> {
    let entry: Entry = serde_json::from_slice(record).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        if error.is_data() {
            // The reader names the member or the expected type; a value it quotes would be in backquotes or quotes.
            (Reason::Shape, format!("line {line}, column {column} of the entry"))
        } else {
            (Reason::Syntax, format!("line {line}, column {column} of the entry"))
        }
    })?;
    let time: jiff::Timestamp = entry
        .started_date_time
        .parse()
        .map_err(|_| (Reason::Time, "startedDateTime is not an ISO 8601 date and time with offset".to_owned()))?;
    let time = time.as_microsecond();
    let request = entry.request;
    let method = request.method;
    if !is_method(&method) {
        return Err((Reason::Method, "request.method is not a token".to_owned()));
    }
    let target = split_url(&request.url).ok_or((Reason::Url, "request.url".to_owned()))?;
    let answer = entry.response.filter(|answer| (100..=599).contains(&answer.status));
    let answer = answer.ok_or((Reason::NoAnswer, "response.status".to_owned()))?;
    let id = id(redactor, time, &request.url, number);
    let mut headers = pairs(request.headers, limits);
    let body = request.post_data.map_or(Body::Empty, |data| post_body(data, &mut headers, limits));
    let mut answer_headers = pairs(answer.headers, limits);
    let answer_body = answer.content.map_or(Body::Empty, |content| content_body(content, &mut answer_headers, limits));
    Ok(redactor.redact(RawExchange(Exchange {
        id,
        time,
        duration: entry.time.filter(|time| *time >= 0.0 && time.is_finite()).map(|time| (time * 1000.0).round() as u64),
        source: Source::Har,
        api: None,
        client: Client::default(),
        scheme: target.scheme.to_owned(),
        host: target.host,
        method,
        path: target.path,
        query: target.query,
        request: Message { headers, body },
        response: Some(Response {
            status: u16::try_from(answer.status).unwrap_or_default(),
            message: Message { headers: answer_headers, body: answer_body },
        }),
    })))
}

fn pairs(pairs: Vec<Pair>, limits: &Limits) -> Headers {
    // Pseudo headers of HTTP/2 recordings say again what method and URL say.
    let plain = pairs.into_iter().filter(|pair| !pair.name.starts_with(':'));
    plain.take(limits.headers).map(|pair| (pair.name, pair.value.unwrap_or_default())).collect()
}

fn with_media(headers: &mut Headers, media: Option<String>) {
    if let Some(media) = media.filter(|media| !media.is_empty() && media != "x-unknown")
        && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
    {
        headers.push(("content-type".to_owned(), media));
    }
}

fn cut(mut bytes: Vec<u8>, limits: &Limits) -> Body {
    let truncated = bytes.len() > limits.body_bytes;
    bytes.truncate(limits.body_bytes);
    if bytes.is_empty() { Body::Empty } else { Body::Bytes { bytes: bytes.into(), truncated } }
}

fn decoded(text: String, encoding: Option<&str>, limits: &Limits) -> Body {
    if encoding.is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64")) {
        let length = text.len() as u64 / 4 * 3;
        return STANDARD.decode(text).map_or(Body::Unknown { length: Some(length) }, |bytes| cut(bytes, limits));
    }
    cut(text.into_bytes(), limits)
}

fn post_body(data: PostData, headers: &mut Headers, limits: &Limits) -> Body {
    with_media(headers, data.mime_type);
    match (data.text, data.params) {
        (Some(text), _) if !text.is_empty() => decoded(text, data.encoding.as_deref(), limits),
        (_, Some(params)) if !params.is_empty() => {
            let escape = |text: &str| {
                percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
            };
            let form: Vec<String> = params
                .iter()
                .map(|pair| format!("{}={}", escape(&pair.name), escape(pair.value.as_deref().unwrap_or_default())))
                .collect();
            cut(form.join("&").into_bytes(), limits)
        }
        _ => Body::Empty,
    }
}

fn content_body(content: Content, headers: &mut Headers, limits: &Limits) -> Body {
    let size = content.size.filter(|size| *size > 0.0).map(|size| size as u64);
    match content.text.filter(|text| !text.is_empty()) {
        Some(text) => {
            with_media(headers, content.mime_type);
            decoded(text, content.encoding.as_deref(), limits)
        }
        None if size.is_some() => {
            with_media(headers, content.mime_type);
            Body::Unknown { length: size }
        }
        None => Body::Empty,
    }
}
