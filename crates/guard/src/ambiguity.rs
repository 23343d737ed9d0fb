//! Requests that servers read differently: what the guard judged would not be what the upstream serves.

use palisade_contract::validate::CompiledOperation;
use palisade_exchange::RequestView;
use std::borrow::Cow;

/// Times a path is decoded to see what a server that decodes more than once would read.
const DECODINGS: usize = 3;
/// Fields that tell a framework to serve the request as another method.
const METHOD_OVERRIDES: [&str; 3] = ["x-http-method-override", "x-http-method", "x-method-override"];
/// Fields that tell a framework to serve another target.
const TARGET_OVERRIDES: [&str; 2] = ["x-original-url", "x-rewrite-url"];
/// Fields that decide how a body is read: no look-alike of them may stand beside them.
const FRAMING: [&str; 4] = ["content-type", "content-encoding", "content-length", "transfer-encoding"];

/// One thing that servers read differently.
pub(crate) struct Doubt {
    pub(crate) location: &'static str,
    pub(crate) name: String,
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
}

impl Doubt {
    fn path(code: &'static str, message: &'static str) -> Doubt {
        Doubt { location: "path", name: String::new(), code, message }
    }

    fn header(name: &str, code: &'static str, message: &'static str) -> Doubt {
        let name = name.get(..name.floor_char_boundary(128)).unwrap_or_default().to_owned();
        Doubt { location: "header", name, code, message }
    }
}

/// What is doubtful about a target. Encoded slashes and dot segments lead elsewhere once they are decoded, which
/// is what WSGI and servlet servers do before they route.
pub(crate) fn target(path: &str, query: Option<&str>) -> Option<Doubt> {
    if query.is_some_and(|query| query.contains('#')) || path.contains('#') {
        return Some(Doubt::path("ambiguous_path", "a fragment has no place in a request"));
    }
    let special = |byte: u8| matches!(byte, b'%' | b'.' | b'\\') || byte < b' ' || byte == 0x7f;
    if !path.bytes().any(special) {
        return None;
    }
    path.split('/').find_map(segment)
}

fn segment(raw: &str) -> Option<Doubt> {
    const ELSEWHERE: &str =
        "holds an encoded slash, a dot segment or a control character: servers differ on where it leads";
    let Some(mut bytes) = decode(raw.as_bytes(), true) else {
        return Some(Doubt::path("encoding", "must be valid percent-encoded UTF-8"));
    };
    if std::str::from_utf8(&bytes).is_err() {
        return Some(Doubt::path("encoding", "must be valid percent-encoded UTF-8"));
    }
    for _ in 0..DECODINGS {
        if leads_elsewhere(&bytes) {
            return Some(Doubt::path("ambiguous_path", ELSEWHERE));
        }
        if !bytes.contains(&b'%') {
            return None;
        }
        bytes = Cow::Owned(decode(&bytes, false)?.into_owned());
    }
    leads_elsewhere(&bytes).then(|| Doubt::path("ambiguous_path", ELSEWHERE))
}

fn leads_elsewhere(segment: &[u8]) -> bool {
    let name = segment.split(|byte| *byte == b';').next().unwrap_or_default();
    name == b"." || name == b".." || segment.iter().any(|byte| matches!(byte, b'/' | b'\\' | 0x7f) || *byte < b' ')
}

/// Percent-decodes; a `%` without two digits stays, or when `strict` gives nothing.
pub(crate) fn decode(text: &[u8], strict: bool) -> Option<Cow<'_, [u8]>> {
    if !text.contains(&b'%') {
        return Some(Cow::Borrowed(text));
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        rest = after;
        match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or_default());
                rest = after.get(2..).unwrap_or_default();
            }
            (b'%', ..) if strict => return None,
            _ => out.push(*byte),
        }
    }
    Some(Cow::Owned(out))
}

/// A path without the `;parameters` that servlet servers cut off each segment before they route.
pub(crate) fn without_path_parameters(path: &str) -> Option<String> {
    if !path.contains(';') {
        return None;
    }
    let cut = |segment: &str| segment.split(';').next().unwrap_or_default().to_owned();
    Some(path.split('/').map(cut).collect::<Vec<_>>().join("/"))
}

/// What is doubtful about the header fields of a request to this operation.
pub(crate) fn headers(operation: &CompiledOperation, request: &RequestView<'_>, doubts: &mut Vec<Doubt>) {
    let declares = |name: &str| operation.header_names().any(|declared| declared.eq_ignore_ascii_case(name));
    if request.headers.get_all("content-type").nth(1).is_some() {
        doubts.push(Doubt::header("Content-Type", "duplicate", "must not be sent more than once"));
    }
    for (name, value) in request.headers.0 {
        // CGI, WSGI and PHP make one variable of `X-Tenant` and `X_Tenant`.
        let twin = |other: &str| same_variable(name, other) && !name.eq_ignore_ascii_case(other);
        if FRAMING.iter().copied().chain(operation.header_names()).any(twin) && !declares(name) {
            doubts.push(Doubt::header(name, "ambiguous_header", "many servers take it for a field the contract knows"));
            continue;
        }
        let among = |list: &[&str]| list.iter().any(|other| same_variable(name, other)) && !declares(name);
        if among(&METHOD_OVERRIDES) && !value.trim_ascii().eq_ignore_ascii_case(request.method.as_bytes()) {
            doubts.push(Doubt::header(name, "method_override", "asks to be served as another method"));
        }
        if among(&TARGET_OVERRIDES) && !same_target(value.trim_ascii(), request) {
            doubts.push(Doubt::header(name, "target_override", "asks to be served as another target"));
        }
    }
}

fn same_variable(left: &str, right: &str) -> bool {
    let fold = |byte: u8| if byte == b'_' { b'-' } else { byte.to_ascii_lowercase() };
    left.len() == right.len() && left.bytes().map(fold).eq(right.bytes().map(fold))
}

/// True when an original target names the path that is asked for, with or without the query.
fn same_target(value: &[u8], request: &RequestView<'_>) -> bool {
    let (path, query) = match value.iter().position(|byte| *byte == b'?') {
        Some(at) => (value.get(..at).unwrap_or_default(), value.get(at + 1..)),
        None => (value, None),
    };
    path == request.path.as_bytes() && query.is_none_or(|query| Some(query) == request.query.map(str::as_bytes))
}
