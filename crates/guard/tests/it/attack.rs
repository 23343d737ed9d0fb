//! Requests that would mean something else to the server behind, and their honest neighbours.

use crate::{api, ask, compile, lines, send};
use palisade_exchange::{HeadersView, RequestView};
use palisade_guard::{Decision, Effect, Exception, Mode, Policy, Progress};
use std::sync::LazyLock;

const CONTRACT: &str = r##"
openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /users:
    get:
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 100}}
        - {name: name, in: query, schema: {type: string, maxLength: 20}}
        - {name: empty, in: query, allowEmptyValue: true, schema: {type: integer}}
        - {name: tags, in: query, schema: {type: array, items: {type: string, maxLength: 3}}}
        - {name: flat, in: query, explode: false, schema: {type: array, items: {type: integer}}}
        - {name: deep, in: query, style: deepObject, schema: {type: object, properties: {a: {type: integer}}}}
        - {name: spread, in: query, schema: {type: object, properties: {sort: {type: string, enum: [up, down]}}}}
        - {name: json, in: query, content: {application/json: {schema: {type: object, additionalProperties: false}}}}
        - {name: "page[size]", in: query, schema: {type: integer}}
        - {name: page, in: query, schema: {type: string}}
        - {name: X-Tenant, in: header, schema: {type: integer}}
        - {name: sid, in: cookie, schema: {type: string, pattern: "^[a-z]+$"}}
      responses: {"200": {description: ok}}
    post:
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: "#/components/schemas/User"}}
          application/x-www-form-urlencoded: {schema: {$ref: "#/components/schemas/User"}}
          application/*+json: {schema: {$ref: "#/components/schemas/User"}}
          text/json: {schema: {$ref: "#/components/schemas/User"}}
          text/plain: {schema: {type: string, maxLength: 5}}
          text/csv: {schema: {type: array, items: {type: string}}}
      responses: {"200": {description: ok}}
  /users/me:
    get: {responses: {"200": {description: ok}}}
  /users/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {responses: {"200": {description: ok}}}
    put:
      parameters: [{name: X-HTTP-Method, in: header, schema: {type: string}}]
      responses: {"200": {description: ok}}
  /files:
    post:
      requestBody:
        required: true
        content:
          video/mp4: {}
          multipart/form-data:
            schema:
              type: object
              required: [file, title]
              additionalProperties: false
              properties:
                title: {type: string, maxLength: 5}
                age: {type: integer}
                file: {type: string, format: binary, minLength: 1}
                more: {type: array, uniqueItems: true, items: {type: string, format: binary, minLength: 1}, maxItems: 2}
                tags: {type: array, items: {type: string}}
      responses: {"200": {description: ok}}
components:
  schemas:
    User:
      type: object
      required: [name, id]
      properties:
        id: {type: integer, readOnly: true}
        name: {type: string, maxLength: 5}
        nick: {type: string, nullable: true}
        ids: {type: array, items: {type: integer}}
        at: {type: object, additionalProperties: false, properties: {x: {type: integer}}}
        amount: {type: number, maximum: 1000}
"##;

static POLICY: LazyLock<Policy> = LazyLock::new(|| compile(&api(CONTRACT, Mode::Block)));

/// The first code when it is refused, `alert CODE` when it is told only, empty when it is allowed.
fn word(decision: &Decision) -> String {
    match decision.effect {
        Effect::Prevent | Effect::Ban => decision.code.clone(),
        Effect::Alert => format!("alert {}", decision.code),
        Effect::Allow => String::new(),
    }
}

fn check(cases: &[(&str, &[(&str, &str)], &str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(line, headers, body, expected)| {
            let decision = send(&POLICY, line, headers, body);
            let word = word(&decision);
            (word != *expected).then(|| {
                let line = line.get(..line.len().min(80)).unwrap_or(line);
                let body = body.get(..body.len().min(80)).unwrap_or("");
                format!("{line} {headers:?} {body:?}: {word:?}, not {expected:?}: {:?}", lines(&decision))
            })
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn paths_that_lead_elsewhere_once_they_are_decoded() {
    check(&[
        ("GET /users/ann", &[], "", ""),
        ("GET /users/ann%20lee", &[], "", ""),
        ("GET /users/%C3%A9", &[], "", ""),
        ("GET /users/50%25", &[], "", ""),
        ("GET /users/a.b..c", &[], "", ""),
        ("GET /users/...", &[], "", ""),
        ("GET /users/ann;v=1", &[], "", ""),
        ("GET /users/", &[], "", ""),
        ("GET /users/%2e%2e%2fadmin", &[], "", "ambiguous_path"),
        ("GET /users/1%2Fdebug", &[], "", "ambiguous_path"),
        ("GET /users/1%5cdebug", &[], "", "ambiguous_path"),
        ("GET /users/a\\b", &[], "", "ambiguous_path"),
        ("GET /users/1%252fdebug", &[], "", "ambiguous_path"),
        ("GET /users/%252e%252e", &[], "", "ambiguous_path"),
        ("GET /users/%25252fx", &[], "", "ambiguous_path"),
        ("GET /users/..;", &[], "", "ambiguous_path"),
        ("GET /users/..;a=b", &[], "", "ambiguous_path"),
        ("GET /users/%2e%2e;", &[], "", "ambiguous_path"),
        ("GET /users/me;x", &[], "", "ambiguous_path"),
        ("GET /users/;x", &[], "", "ambiguous_path"),
        ("GET /users/a%00b", &[], "", "ambiguous_path"),
        ("GET /users/a%0d%0aX:1", &[], "", "ambiguous_path"),
        ("GET /users/1#x", &[], "", "ambiguous_path"),
        ("GET /users/%c0%af", &[], "", "encoding"),
        ("GET /users/%c0%ae%c0%ae", &[], "", "encoding"),
        ("GET /users/%ff", &[], "", "encoding"),
        ("GET /users/%", &[], "", "encoding"),
        ("GET /users/%u002f", &[], "", "encoding"),
        ("GET /users?name=a#b", &[], "", "ambiguous_path"),
        ("GET /users/..", &[], "", "unknown_path"),
        ("GET /users/%2e%2e", &[], "", "unknown_path"),
        ("GET /./users", &[], "", "unknown_path"),
        ("GET /x/../users", &[], "", "unknown_path"),
        ("GET //users", &[], "", "unknown_path"),
        ("GET /users//", &[], "", "unknown_path"),
        ("GET /USERS", &[], "", "unknown_path"),
        ("GET /users%2fann", &[], "", "unknown_path"),
        ("GET http://h/users", &[], "", "unknown_path"),
        ("get /users", &[], "", "unknown_method"),
        ("HEAD /users", &[], "", ""),
        ("OPTIONS /users", &[], "", "unknown_method"),
        ("TRACE /users", &[], "", "unknown_method"),
    ]);
}

#[test]
fn an_exception_for_an_unknown_path_lets_no_dot_segments_through() {
    let mut lenient = api(CONTRACT, Mode::Block);
    lenient.exceptions = vec![Exception {
        id: "e".to_owned(),
        operation: "GET /docs/{name}".to_owned(),
        code: "unknown_path".to_owned(),
        location: String::new(),
        name: String::new(),
        pointer: String::new(),
    }];
    let policy = compile(&lenient);
    assert_eq!(word(&send(&policy, "GET /docs/a", &[], "")), "");
    for path in ["/docs/..", "/docs/%2e%2e", "/docs/%2e%2e%2fadmin", "/docs/..;", "/docs/%00"] {
        assert_ne!(word(&send(&policy, &format!("GET {path}"), &[], "")), "", "{path}");
    }
}

#[test]
fn query_parameters_that_servers_read_differently() {
    let many = format!("GET /users?{}", vec!["a=1"; 3000].join("&"));
    check(&[
        ("GET /users?limit=5&name=x&tags=a&tags=b&deep[a]=1&sort=up&json=%7B%7D", &[], "", ""),
        ("GET /users?tags[]=a&tags[]=b", &[], "", ""),
        ("GET /users?tags[0]=a&tags[1]=b", &[], "", ""),
        ("GET /users?page[size]=5&page=x", &[], "", ""),
        ("GET /users?empty=", &[], "", ""),
        ("GET /users?empty", &[], "", ""),
        ("GET /users?name=a;b", &[], "", ""),
        ("GET /users?name=100%25", &[], "", ""),
        ("GET /users?limit=5&limit=5", &[], "", "duplicate"),
        ("GET /users?limit=5&%6cimit=5", &[], "", "duplicate"),
        ("GET /users?limit[]=5", &[], "", "style"),
        ("GET /users?limit[$gt]=5", &[], "", "style"),
        ("GET /users?name[$ne]=x", &[], "", "style"),
        ("GET /users?name%5B%24ne%5D=x", &[], "", "style"),
        ("GET /users?name[", &[], "", "style"),
        ("GET /users?tags[$in]=x", &[], "", "style"),
        ("GET /users?tags[0]=long", &[], "", "maxLength"),
        ("GET /users?flat[x]=1", &[], "", "style"),
        ("GET /users?deep=1", &[], "", "style"),
        ("GET /users?deep[a]=1&deep=x", &[], "", "style"),
        ("GET /users?deep[a]=1&deep[a]=2", &[], "", "type"),
        ("GET /users?sort=up&sort=sideways", &[], "", "duplicate"),
        ("GET /users?sort[x]=up", &[], "", "style"),
        ("GET /users?page[size]=x", &[], "", "type"),
        ("GET /users?page[other]=1", &[], "", "style"),
        ("GET /users?json=%7B%7D&json=%7B%22a%22%3A1%7D", &[], "", "duplicate"),
        ("GET /users?json[a]=1", &[], "", "style"),
        ("GET /users?empty=&empty=x", &[], "", "duplicate"),
        ("GET /users?name=a;limit=9999", &[], "", "duplicate"),
        ("GET /users?x;limit=9999", &[], "", "duplicate"),
        ("GET /users?limit=1e99999999999", &[], "", "maximum"),
        ("GET /users?limit=%EF%BC%95", &[], "", "type"),
        ("GET /users?limit=5%00", &[], "", "type"),
        ("GET /users?name=%c0%af", &[], "", "encoding"),
        ("GET /users?LIMIT=9999", &[], "", "alert undeclared"),
        ("GET /users?_method=DELETE", &[], "", "alert undeclared"),
        (&many, &[], "", "too_many"),
    ]);
}

#[test]
fn headers_and_cookies_that_servers_read_differently() {
    check(&[
        ("GET /users", &[("x-tenant", "5"), ("X_Other", "x")], "", "alert undeclared"),
        ("GET /users", &[("X_Tenant", "x")], "", "ambiguous_header"),
        ("GET /users", &[("X-Tenant", "5"), ("x_tenant", "x")], "", "ambiguous_header"),
        ("GET /users", &[("X-Tenant", "5"), ("X-Tenant", "x")], "", "type"),
        ("GET /users", &[("Content_Length", "5")], "", "ambiguous_header"),
        ("GET /users", &[("Transfer_Encoding", "chunked")], "", "ambiguous_header"),
        ("GET /users/1", &[("X-HTTP-Method-Override", "DELETE")], "", "method_override"),
        ("GET /users/1", &[("X_HTTP_METHOD_OVERRIDE", "DELETE")], "", "method_override"),
        ("GET /users/1", &[("x-method-override", "PUT")], "", "method_override"),
        ("GET /users/1", &[("X-HTTP-Method-Override", "get")], "", "alert undeclared"),
        ("PUT /users/1", &[("X-HTTP-Method", "DELETE")], "", ""),
        ("GET /users/1", &[("X-Original-URL", "/admin")], "", "target_override"),
        ("GET /users/1", &[("X-Rewrite-URL", "/users/1?admin=1")], "", "target_override"),
        ("GET /users/1?a=1", &[("X-Original-URL", "/users/1?a=1")], "", "alert undeclared"),
        ("GET /users/1", &[("X-Original-URL", "/users/1")], "", "alert undeclared"),
        ("GET /users", &[("Cookie", "sid=abc; b=1")], "", "alert undeclared"),
        ("GET /users", &[("Cookie", "sid=abc; sid=def")], "", ""),
        ("GET /users", &[("Cookie", "sid=abc; sid=1")], "", "pattern"),
        ("GET /users", &[("Cookie", "sid=1; sid=abc")], "", "pattern"),
        ("GET /users", &[("Cookie", "sid=abc"), ("Cookie", "sid=1")], "", "pattern"),
        ("GET /users/1", &[], "{}", "alert undeclared"),
    ]);
    // A byte that is no text elsewhere in the field hides no cookie.
    let fields: &[(&str, &[u8])] = &[("Cookie", b"x=\xff; sid=1")];
    let request = RequestView {
        method: "GET",
        host: "h",
        path: "/users",
        query: None,
        headers: HeadersView(fields),
        client: None,
    };
    let (Progress::Refuse, decision) = ask(&POLICY, &request, b"", false) else { panic!("it is refused") };
    assert_eq!(lines(&decision), ["cookie sid  pattern"]);
}

const JSON: (&str, &str) = ("Content-Type", "application/json");
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const GOOD: &str = r#"{"name":"ann"}"#;

#[test]
fn json_that_parsers_read_differently() {
    let deep = format!("{}1{}", r#"{"name":"a","x":["#, "]}");
    let nested = format!(r#"{{"name":"a","x":{}{}}}"#, "[".repeat(5000), "]".repeat(5000));
    let digits = format!(r#"{{"name":"a","amount":{}}}"#, "9".repeat(100_000));
    let tiny = format!(r#"{{"name":"a","amount":0.{}1}}"#, "0".repeat(100_000));
    let wide = format!(r#"{{"name":"a","ids":[{}1]}}"#, "1,".repeat(250_000));
    let large = format!(r#"{{"name":"{}"}}"#, "a".repeat(9 << 20));
    check(&[
        ("POST /users", &[JSON], GOOD, ""),
        ("POST /users", &[JSON], &deep, ""),
        ("POST /users", &[JSON], r#"{"name":"ann","nick":null}"#, ""),
        ("POST /users", &[JSON], r#"{"name":null}"#, "type"),
        ("POST /users", &[("Content-Type", "Application/JSON; charset=\"UTF-8\"")], GOOD, ""),
        ("POST /users", &[("Content-Type", "text/json")], GOOD, ""),
        ("POST /users", &[("Content-Type", "application/vnd.a+json")], GOOD, ""),
        ("POST /users", &[("Content-Type", "application/vnd.a+json")], "{}", "required"),
        ("POST /users", &[("Content-Type", "application/json; charset=utf-7")], GOOD, "charset"),
        ("POST /users", &[("Content-Type", "application/json; charset=utf-8; charset=utf-16")], GOOD, "charset"),
        ("POST /users", &[("Content-Type", "application/json, text/plain")], GOOD, "media_type"),
        ("POST /users", &[JSON, ("Content-Type", "text/plain")], GOOD, "duplicate"),
        ("POST /users", &[("Content-Type", "text/plain"), JSON], GOOD, "duplicate"),
        ("POST /users", &[("Content-Type", "")], GOOD, "media_type"),
        ("POST /users", &[], GOOD, "media_type"),
        ("POST /users", &[("Content-Type", "text/plain")], GOOD, "maxLength"),
        ("POST /users", &[("Content-Type", "text/csv")], "a,b\r\nc,d", ""),
        ("POST /users", &[("Content-Type", "text/csv")], "{}", "type"),
        ("POST /users", &[JSON], "", "required"),
        ("POST /users", &[JSON, ("Transfer-Encoding", "chunked")], "", "required"),
        ("POST /users", &[JSON], r#"{"name":"a","name":"toolong"}"#, "json"),
        ("POST /users", &[JSON], r#"{"name":"a","n\u0061me":"toolong"}"#, "json"),
        ("POST /users", &[JSON], r#"{"name":"\ud800"}"#, "json"),
        ("POST /users", &[JSON], "\u{feff}{\"name\":\"a\"}", "json"),
        ("POST /users", &[JSON], r#"{"name":"a"} {"name":"toolong"}"#, "json"),
        ("POST /users", &[JSON], r#"{"name":"a"}//x"#, "json"),
        ("POST /users", &[JSON], r#"{"name":'a'}"#, "json"),
        ("POST /users", &[JSON], r#"{"name":"a","amount":NaN}"#, "json"),
        ("POST /users", &[JSON], r#"{"name":"a","amount":01}"#, "json"),
        ("POST /users", &[JSON], r#"{"name":"a","amount":1e999999999999999999}"#, "maximum"),
        ("POST /users", &[JSON], r#"{"name":"a","amount":1e-999999999999999999}"#, ""),
        ("POST /users", &[JSON], &digits, "maximum"),
        ("POST /users", &[JSON], &tiny, ""),
        ("POST /users", &[JSON], &nested, "json"),
        ("POST /users", &[JSON], &wide, "json"),
        ("POST /users", &[JSON], &large, "body_too_large"),
        ("POST /users", &[JSON, ("Content-Encoding", "identity"), ("Content-Encoding", "gzip")], GOOD, "encoding"),
        ("POST /users", &[JSON, ("Content-Encoding", "x-unknown")], GOOD, "content_encoding"),
    ]);
}

#[test]
fn forms_that_servers_read_differently() {
    check(&[
        ("POST /users", &[FORM], "name=ann&ids=1&ids=2&at[x]=1", ""),
        ("POST /users", &[FORM], "name=ann&ids[]=1", ""),
        ("POST /users", &[FORM], "name=ann&ids[0]=1&ids[1]=2", ""),
        ("POST /users", &[FORM], "name=ann&ids[0]=x", "type"),
        ("POST /users", &[FORM], "name=a&name=b", "type"),
        ("POST /users", &[FORM], "name[]=a", "type"),
        ("POST /users", &[FORM], "name[$ne]=a", "type"),
        ("POST /users", &[FORM], "name=a&name[$ne]=a", "style"),
        ("POST /users", &[FORM], "name=a&at[x]=b", "type"),
        ("POST /users", &[FORM], "name=a&at[y]=1", "additionalProperties"),
        ("POST /users", &[FORM], "name=toolong", "maxLength"),
        ("POST /users", &[FORM], "name=%ff", "encoding"),
        ("POST /users", &[("Content-Type", "application/x-www-form-urlencoded; charset=utf-16")], "name=a", "charset"),
    ]);
}

fn part(extra: &str, content: &str) -> String {
    format!("--b\r\nContent-Disposition: form-data; {extra}\r\n\r\n{content}\r\n")
}

#[test]
fn multipart_that_servers_read_differently() {
    let title = part("name=\"title\"", "hi");
    let file = part("name=\"file\"; filename=\"a.bin\"\r\nContent-Type: image/png", "\u{0}\u{1}");
    let good = format!("{title}{file}");
    let closed = |parts: &str| format!("{parts}--b--\r\n");
    let with = |extra: &str| closed(&format!("{good}{extra}"));
    let evil = "--b\nContent-Disposition: form-data; name=\"admin\"\n\n1\n--b";
    let cases: Vec<(&str, String, &str)> = vec![
        ("multipart/form-data; boundary=b", closed(&good), ""),
        ("multipart/form-data; boundary=\"b\"", closed(&good), ""),
        ("multipart/form-data; boundary=b", format!("\r\n{}", closed(&good)), ""),
        ("multipart/form-data; boundary=b", format!("preamble\r\n{}", closed(&good)), ""),
        ("multipart/form-data; boundary=b", with(&part("name=\"more\"; filename=\"x\"", "x")), ""),
        ("multipart/form-data; boundary=b", with(&part("name=\"more[]\"; filename=\"x\"", "x").repeat(2)), ""),
        ("multipart/form-data; boundary=b", with(&part("name=\"more\"; filename=\"x\"", "x").repeat(3)), "maxItems"),
        ("multipart/form-data; boundary=b", with(&part("name=\"tags[0]\"", "x")), ""),
        ("multipart/form-data; boundary=b", closed(&title), "required"),
        ("multipart/form-data; boundary=b", with(&part("name=\"admin\"", "1")), "additionalProperties"),
        ("multipart/form-data; boundary=b", with(&part("name=\"age\"; filename=\"x\"", "old")), "type"),
        ("multipart/form-data; boundary=b", with(&part("name=\"age[$gt]\"", "1")), "style"),
        (
            "multipart/form-data; boundary=b",
            closed(&format!("{}{file}", part("name=\"title\"; filename=\"x\"", "far too long"))),
            "maxLength",
        ),
        ("multipart/form-data; boundary=b; boundary=c", closed(&good), "multipart"),
        ("multipart/form-data; boundary=b; boundary*=utf-8''c", closed(&good), "multipart"),
        ("multipart/form-data", closed(&good), "multipart"),
        ("multipart/form-data; boundary=b", format!("{evil}\r\n{}", closed(&good)), "multipart"),
        ("multipart/form-data; boundary=b", format!("x\n{evil}\r\n{}", closed(&good)), "multipart"),
        ("multipart/form-data; boundary=b", with(&part("name=\"tags\"", &format!("x\n{evil}"))), "multipart"),
        ("multipart/form-data; boundary=b", with(&part("name=\"tags\"", "--b")), "multipart"),
        ("multipart/form-data; boundary=b", format!("{}x\r\n{}", closed(&good), closed(&good)), "multipart"),
        ("multipart/form-data; boundary=b", good.clone(), "multipart"),
        ("multipart/form-data; boundary=b", with(&part("name=\"tags\"; name*=utf-8''admin", "x")), "multipart"),
        ("multipart/form-data; boundary=b", with(&part("name=\"tags\"; name=\"admin\"", "x")), "multipart"),
        ("multipart/form-data; boundary=b", with(&part("name=\"tags\"\r\n\tx: y", "x")), "multipart"),
        ("multipart/form-data; boundary=b", with(&part("name=\"tags\"\nX: y", "x")), "multipart"),
        (
            "multipart/form-data; boundary=b",
            with(&part("name=\"tags\"\r\nContent-Transfer-Encoding: base64", "eA==")),
            "multipart",
        ),
    ];
    for (media, body, expected) in &cases {
        let decision = send(&POLICY, "POST /files", &[("Content-Type", media)], body);
        assert_eq!(word(&decision), *expected, "{media} {body:?} {:?}", lines(&decision));
    }
}

fn view<'a>(path: &'a str, headers: &'a [(&'a str, &'a [u8])]) -> RequestView<'a> {
    RequestView { method: "POST", host: "h", path, query: None, headers: HeadersView(headers), client: None }
}

#[test]
fn large_uploads_that_are_not_described_are_not_held() {
    let long: &[(&str, &[u8])] = &[("Content-Type", b"video/mp4"), ("Content-Length", b"99999999999")];
    let (head, decision) = ask(&POLICY, &view("/files", long), b"", false);
    assert_eq!((head, decision.effect), (Progress::Pass, Effect::Allow));
    // Of a chunked one it must be known that there is something, and no more.
    let chunked: &[(&str, &[u8])] = &[("Content-Type", b"video/mp4"), ("Transfer-Encoding", b"chunked")];
    let request = view("/files", chunked);
    assert_eq!(ask(&POLICY, &request, b"x", true).0, Progress::Body { limit: 1 });
    assert_eq!(word(&ask(&POLICY, &request, b"x", true).1), "");
    assert_eq!(word(&ask(&POLICY, &request, b"", false).1), "required");
    let empty: &[(&str, &[u8])] = &[("Content-Type", b"video/mp4"), ("Content-Length", b"0")];
    assert_eq!(word(&ask(&POLICY, &view("/files", empty), b"", false).1), "required");
    let judged: &[(&str, &[u8])] = &[("Content-Type", b"application/json"), ("Content-Length", b"99999999999")];
    let (head, decision) = ask(&POLICY, &view("/users", judged), b"", false);
    assert_eq!((head, decision.status), (Progress::Refuse, 413));
}

#[test]
fn a_body_that_is_packed_thrice_or_cut_short_is_refused() {
    // A gzip member without its last eight bytes.
    let gzip: &[u8] = &[
        0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0x56, 0xca, 0x4b, 0xcc, 0x4d, 0x55, 0xb2, 0x52, 0x4a, 0xcc, 0xcb,
        0x53, 0xaa, 0x05, 0,
    ];
    let fields: &[(&str, &[u8])] = &[("Content-Type", b"application/json"), ("Content-Encoding", b"gzip")];
    let decision = ask(&POLICY, &view("/users", fields), gzip, false).1;
    assert_eq!(decision.effect, Effect::Prevent, "a member without its trailer is cut short");
    let layers: &[(&str, &[u8])] = &[("Content-Type", b"application/json"), ("Content-Encoding", b"gzip, gzip, gzip")];
    assert_eq!(word(&ask(&POLICY, &view("/users", layers), gzip, false).1), "content_encoding");
}

#[test]
fn the_base_path_and_open_media_types_of_openapi_2() {
    let contract = r#"{"swagger":"2.0","info":{"title":"t","version":"1"},"basePath":"/v1","paths":{"/a":{"post":{
        "parameters":[{"name":"b","in":"body","schema":{"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}}}],
        "responses":{"200":{"description":"ok"}}}}}}"#;
    let policy = compile(&api(contract, Mode::Block));
    for (line, media, body, expected) in [
        ("POST /v1/a", Some("application/json"), r#"{"n":1}"#, ""),
        ("POST /v1/a", Some("application/json"), "{}", "required"),
        ("POST /a", Some("application/json"), r#"{"n":1}"#, "unknown_path"),
        // What names no type or another one is read as JSON by many servers all the same.
        ("POST /v1/a", None, r#"{"n":1}"#, ""),
        ("POST /v1/a", None, r#"{"n":"x"}"#, "type"),
        ("POST /v1/a", Some("text/plain"), r#"{"n":"x"}"#, "type"),
        ("POST /v1/a", Some("application/x-thing"), r#"{"n":"x"}"#, "type"),
        ("POST /v1/a", Some("application/xml"), "<a><n>1</n></a>", ""),
    ] {
        let fields: Vec<(&str, &str)> = media.iter().map(|media| ("Content-Type", *media)).collect();
        let decision = send(&policy, line, &fields, body);
        assert_eq!(word(&decision), expected, "{line} {media:?} {body} {:?}", lines(&decision));
    }
}
