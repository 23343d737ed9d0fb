//! What must hold for any request that the guard is asked about. The tests of the guard run it on seeds and on what the
//! fuzzer found once.

use palisade_exchange::{HeadersView, RequestView, ResponseView};
use palisade_guard::{ApiPolicy, Decision, Delivery, Facts, Mode, Policy, Progress, Protection};
use std::sync::LazyLock;

/// Parameters in every place, style and explode.
const PARAMETERS: &str = r#"{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/a/{simple}/{label}/{matrix}":{"get":{"parameters":[
  {"name":"simple","in":"path","required":true,"explode":true,"schema":{"type":"object","properties":{"x":{"type":"integer"}}}},
  {"name":"label","in":"path","required":true,"style":"label","schema":{"type":"array","items":{"type":"integer"}}},
  {"name":"matrix","in":"path","required":true,"style":"matrix","explode":true,"schema":{"type":"array","items":{"type":"string","pattern":"^[a-z]+$"}}},
  {"name":"one","in":"query","schema":{"type":["integer","null"],"maximum":9}},
  {"name":"list","in":"query","schema":{"type":"array","uniqueItems":true,"items":{"type":"number","multipleOf":0.5}}},
  {"name":"flat","in":"query","explode":false,"schema":{"anyOf":[{"type":"array","items":{"type":"boolean"}},{"type":"string","maxLength":3}]}},
  {"name":"space","in":"query","style":"spaceDelimited","explode":false,"schema":{"type":"array","items":{"type":"integer"}}},
  {"name":"pipe","in":"query","style":"pipeDelimited","explode":false,"schema":{"type":"object","additionalProperties":{"type":"integer"}}},
  {"name":"deep","in":"query","style":"deepObject","explode":true,"schema":{"type":"object","properties":{"a":{"type":"array","items":{"type":"object","properties":{"b":{"type":"integer"}}}},"c":{"type":["object","string"]}}}},
  {"name":"free","in":"query","schema":{"type":"object","additionalProperties":{"type":"string","maxLength":9}}},
  {"name":"json","in":"query","content":{"application/json":{"schema":{"type":"object","required":["a"]}}}},
  {"name":"text","in":"query","content":{"text/plain":{"schema":{"type":"integer"}}}},
  {"name":"X-Field","in":"header","explode":true,"schema":{"type":"object","additionalProperties":{"type":"string"}}},
  {"name":"X-Date","in":"header","schema":{"type":"string","format":"date-time"}},
  {"name":"one","in":"cookie","schema":{"type":"integer"}},
  {"name":"list","in":"cookie","schema":{"type":"array","items":{"type":"integer"}}},
  {"name":"members","in":"cookie","schema":{"type":"object","properties":{"r":{"type":"integer"}}}}
  ],"responses":{"200":{"description":"d"}}}}}}"#;

/// Contracts of each version with bodies of every kind.
const CONTRACTS: [&str; 3] = [
    include_str!("../../crates/guard/tests/fixtures/shop-2.0.json"),
    include_str!("../../crates/guard/tests/fixtures/shop-3.0.json"),
    include_str!("../../crates/guard/tests/fixtures/shop-3.1.json"),
];

static ON_PARAMETERS: LazyLock<Policy> = LazyLock::new(|| policy(PARAMETERS));
static POLICIES: LazyLock<Vec<Policy>> = LazyLock::new(|| CONTRACTS.iter().map(|contract| policy(contract)).collect());

fn policy(contract: &str) -> Policy {
    let (policy, findings) = Policy::compile(&ApiPolicy {
        id: "fuzz".to_owned(),
        name: "fuzz".to_owned(),
        hosts: Vec::new(),
        base_path: "/".to_owned(),
        upstreams: vec!["http://127.0.0.1:1".to_owned()],
        upstream_ca: None,
        delivery: Delivery::default(),
        mode: Mode::Block,
        contract: Some(contract.to_owned()),
        observe_operations: Vec::new(),
        exceptions: Vec::new(),
        protection: Protection::default(),
    });
    assert!(findings.is_empty(), "{findings:?}");
    policy
}

/// Path, query, header and cookies, a line each.
pub fn params(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let mut next = || lines.next().unwrap_or_default();
    let path = format!("/a/{}", String::from_utf8_lossy(next()));
    let query = String::from_utf8_lossy(next()).into_owned();
    let fields = [("X-Field", next()), ("X-Date", next()), ("Cookie", next())];
    judged(&ON_PARAMETERS, ("GET", &path, Some(&query)), &fields, &[]);
}

/// A multipart body of the boundary `b`.
pub fn multipart(data: &[u8]) {
    let fields = [("Content-Type", &b"multipart/form-data; boundary=b"[..]), ("X-Key", b"k")];
    for (policy, path) in POLICIES.iter().zip(["/api/uploads", "/v1/forms", "/files"]) {
        judged(policy, ("POST", path, None), &fields, data);
    }
}

/// A whole request: which contract, method and target, header fields, an empty line, the body; and the body again as an
/// answer.
pub fn decision(data: &[u8]) {
    let (head, body) = match data.windows(2).position(|pair| pair == b"\n\n") {
        Some(at) => (data.get(..at).unwrap_or_default(), data.get(at + 2..).unwrap_or_default()),
        None => (data, &[][..]),
    };
    let mut lines = head.split(|byte| *byte == b'\n');
    let first = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let mut words = first.splitn(3, ' ');
    let contract: usize = words.next().and_then(|word| word.parse().ok()).unwrap_or_default();
    let (method, target) = (words.next().unwrap_or("GET"), words.next().unwrap_or("/"));
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    let fields: Vec<(String, Vec<u8>)> = lines
        .map(|line| {
            let at = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
            let (name, value) = line.split_at(at);
            let value = value.strip_prefix(b":").unwrap_or_default().trim_ascii();
            (String::from_utf8_lossy(name).into_owned(), value.to_vec())
        })
        .collect();
    let fields: Vec<(&str, &[u8])> = fields.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
    if let Some(policy) = POLICIES.get(contract % POLICIES.len()) {
        judged(policy, (method, path, query), &fields, body);
    }
}

/// Judges a request and its body, and the body as an answer, twice: what is said is bounded, and the same each time.
fn judged(policy: &Policy, line: (&str, &str, Option<&str>), fields: &[(&str, &[u8])], body: &[u8]) {
    let (method, path, query) = line;
    let length = body.len().to_string();
    let mut fields = fields.to_vec();
    if !body.is_empty() {
        fields.push(("Content-Length", length.as_bytes()));
    }
    let request = RequestView { method, host: "h", path, query, headers: HeadersView(&fields), client: None };
    let once = || {
        let mut inquiry = policy.inquire(Facts::default());
        if let Progress::Body { limit } = inquiry.head(&request) {
            inquiry.body(&request, body, body.len() as u64 > limit);
        }
        let asked = inquiry.decision();
        let answer = ResponseView { status: 200, headers: HeadersView(&fields) };
        inquiry.response(&request, &answer);
        inquiry.response_body(&request, &answer, Some(body));
        (asked, inquiry.decision())
    };
    let (asked, answered) = once();
    bounded(&asked);
    bounded(&answered);
    assert_eq!((asked, answered), once(), "the same request gets the same decision");
}

fn bounded(decision: &Decision) {
    assert!(decision.errors.len() <= 100);
    for error in &decision.errors {
        assert!(error.name.len() <= 256 && error.pointer.len() <= 2048 && error.message.len() <= 1024, "{error:?}");
    }
}
