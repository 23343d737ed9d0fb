//! Each way a request can be refused, and each way a refusal is lifted.

use crate::{api, compile, lines, send};
use palisade_exchange::{Body, Client, Exchange, HeadersView, Message, RequestView, Response, ResponseView, Source};
use palisade_guard::{Effect, Exception, Facts, Mode, Outcome, Policy, ResponseNeed, ResponseVerdict};

const SHOP: &str = r##"
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /orders:
    get:
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100}}
        - {name: X-Tenant, in: header, required: true, schema: {type: string, format: uuid}}
      responses: {"200": {description: ok}}
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [sku, count]
              additionalProperties: false
              properties:
                sku: {type: string, pattern: "^[A-Z]{3}-[0-9]+$"}
                count: {type: integer, minimum: 1}
                lines: {type: array, items: {type: object, properties: {note: {type: string, maxLength: 5}}}}
      responses:
        "201":
          description: made
          content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: integer}}}}}
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: ok}}}
    delete: {responses: {"204": {description: gone}}}
  /uploads:
    post:
      requestBody: {content: {image/png: {}}}
      responses: {"200": {description: ok}}
"##;

const JSON: (&str, &str) = ("Content-Type", "application/json");
const TENANT: (&str, &str) = ("x-tenant", "2eb8aa08-aa98-11ea-b4aa-73b441d16380");

fn block() -> Policy {
    compile(&api(SHOP, Mode::Block))
}

#[test]
fn each_breach_has_its_status_code_and_place() {
    let policy = block();
    let good = r#"{"sku":"ABC-1","count":2}"#;
    let many: String = "x".repeat(17 << 10);
    let long = format!("GET /orders?{many}");
    let cases: &[(&str, &[(&str, &str)], &str, u16, &str, &[&str])] = &[
        ("GET /nothing", &[], "", 404, "unknown_path", &["path   unknown_path"]),
        ("GET /orders/1/2", &[], "", 404, "unknown_path", &["path   unknown_path"]),
        ("PUT /orders/1", &[], "", 405, "unknown_method", &["method   unknown_method"]),
        ("GET /orders/abc", &[], "", 400, "type", &["path id  type"]),
        ("GET /orders?limit=0", &[TENANT], "", 400, "minimum", &["query limit  minimum"]),
        ("GET /orders?limit=ten", &[TENANT], "", 400, "type", &["query limit  type"]),
        ("GET /orders?limit=1&limit=2", &[TENANT], "", 400, "duplicate", &["query limit  duplicate"]),
        ("GET /orders?limit=%ff", &[TENANT], "", 400, "encoding", &["query limit  encoding"]),
        ("GET /orders", &[], "", 400, "required", &["header X-Tenant  required"]),
        ("GET /orders", &[("X-Tenant", "me")], "", 400, "format", &["header X-Tenant  format"]),
        ("POST /orders", &[], "", 400, "required", &["body   required"]),
        ("POST /orders", &[], good, 415, "media_type", &["body   media_type"]),
        ("POST /orders", &[("Content-Type", "text/plain")], good, 415, "media_type", &["body   media_type"]),
        ("POST /orders", &[JSON], "{", 400, "json", &["body   json"]),
        ("POST /orders", &[JSON], r#"{"sku":"ABC-1","sku":"x"}"#, 400, "json", &["body   json"]),
        (
            "POST /orders",
            &[JSON],
            r#"{"sku":"abc","lines":[{"note":"too long"}],"admin":true}"#,
            400,
            "pattern",
            &[
                "body  /sku pattern",
                "body  /lines/0/note maxLength",
                "body  /admin additionalProperties",
                "body  /count required",
            ],
        ),
        (
            "POST /orders",
            &[JSON, ("Content-Encoding", "rot13")],
            good,
            415,
            "content_encoding",
            &["body   content_encoding"],
        ),
        ("POST /orders", &[JSON, ("Content-Encoding", "gzip")], good, 400, "encoding", &["body   encoding"]),
        (
            "POST /orders",
            &[JSON, ("content-length", "99999999999")],
            good,
            413,
            "body_too_large",
            &["body   body_too_large"],
        ),
        (&long, &[], "", 431, "head_too_large", &["path   head_too_large"]),
    ];
    for (line, headers, body, status, code, errors) in cases {
        let decision = send(&policy, line, headers, body);
        let name = &line[..line.len().min(60)];
        assert_eq!(
            (decision.effect, decision.status, &*decision.code),
            (Effect::Prevent, *status, *code),
            "{name} {body}"
        );
        assert_eq!(lines(&decision), *errors, "{name} {body}");
    }
    assert_eq!(send(&policy, "PUT /orders/1", &[], "").allow, ["DELETE", "GET", "HEAD"]);
}

#[test]
fn what_the_contract_allows_passes() {
    let policy = block();
    for (line, headers, body) in [
        ("GET /orders?limit=100", &[TENANT][..], ""),
        ("GET /orders/7", &[], ""),
        ("HEAD /orders/7", &[], ""),
        ("DELETE /orders/7", &[], ""),
        ("POST /orders", &[("content-type", "Application/JSON; charset=utf-8")], r#"{"sku":"ABC-1","count":2}"#),
        ("POST /uploads", &[("content-type", "image/png")], "\u{1}\u{2}"),
        ("OPTIONS /orders", &[("Origin", "https://a.test"), ("Access-Control-Request-Method", "POST")], ""),
    ] {
        let decision = send(&policy, line, headers, body);
        assert_eq!((decision.effect, decision.status, lines(&decision)), (Effect::Allow, 0, vec![]), "{line}");
    }
    assert_eq!(send(&policy, "OPTIONS /orders", &[], "").status, 405);
}

#[test]
fn undeclared_query_parameters_alert_and_pass() {
    let decision = send(&block(), "GET /orders/7?debug=1", &[], "");
    assert_eq!((decision.effect, decision.uncapped), (Effect::Alert, Effect::Alert));
    assert_eq!(lines(&decision), ["query debug  undeclared"]);
}

#[test]
fn observe_caps_at_alert_and_says_what_block_would_do() {
    let mut quiet = api(SHOP, Mode::Observe);
    let decision = send(&compile(&quiet), "GET /orders/abc", &[], "");
    assert_eq!((decision.effect, decision.uncapped, decision.status), (Effect::Alert, Effect::Prevent, 400));
    quiet.mode = Mode::Block;
    quiet.observe_operations = vec!["GET /orders/{id}".to_owned()];
    let policy = compile(&quiet);
    let decision = send(&policy, "GET /orders/abc", &[], "");
    assert_eq!((decision.effect, decision.uncapped), (Effect::Alert, Effect::Prevent));
    assert_eq!(send(&policy, "DELETE /orders/abc", &[], "").effect, Effect::Prevent);
}

fn exception(operation: &str, code: &str, location: &str, name: &str, pointer: &str) -> Exception {
    let text = str::to_owned;
    Exception {
        id: "e1".to_owned(),
        operation: text(operation),
        code: text(code),
        location: text(location),
        name: text(name),
        pointer: text(pointer),
    }
}

#[test]
fn an_exception_lifts_its_reason_and_no_other() {
    let mut lenient = api(SHOP, Mode::Block);
    lenient.exceptions = vec![
        exception("GET /orders/{id}", "type", "path", "id", ""),
        exception("GET /health", "unknown_path", "", "", ""),
        exception("POST /orders", "maxLength", "body", "", "/lines/0/note"),
    ];
    let policy = compile(&lenient);
    let decision = send(&policy, "GET /orders/abc", &[], "");
    assert_eq!((decision.effect, decision.uncapped), (Effect::Allow, Effect::Allow));
    assert!(decision.steps.iter().any(|step| step.step == "exception"), "{decision:?}");
    assert_eq!(send(&policy, "GET /health", &[], "").effect, Effect::Allow);
    assert_eq!(send(&policy, "GET /healthz", &[], "").effect, Effect::Prevent);
    assert_eq!(send(&policy, "DELETE /orders/abc", &[], "").effect, Effect::Prevent);
    // Another item of the same array is the same place.
    let body = r#"{"sku":"ABC-1","count":2,"lines":[{},{"note":"far too long"}]}"#;
    assert_eq!(send(&policy, "POST /orders", &[JSON], body).effect, Effect::Allow);
    let body = r#"{"sku":"abc","count":2,"lines":[{},{"note":"far too long"}]}"#;
    assert_eq!(lines(&send(&policy, "POST /orders", &[JSON], body)), ["body  /sku pattern"]);
}

#[test]
fn without_a_contract_everything_passes_and_nothing_is_assessed() {
    let mut bare = api("", Mode::Block);
    bare.contract = None;
    let decision = send(&compile(&bare), "BREW /anything", &[], "tea");
    assert_eq!((decision.effect, decision.uncapped), (Effect::Allow, Effect::Allow));
    assert!(decision.steps.iter().any(|step| step.step == "path" && step.outcome == Outcome::Skipped));
    // A contract that cannot be read enforces nothing, and a finding says so.
    let (policy, findings) = Policy::compile(&api("[1, 2", Mode::Block));
    assert!(!findings.is_empty() && !policy.has_contract());
    assert_eq!(send(&policy, "GET /", &[], "").effect, Effect::Allow);
}

#[test]
fn base_path_and_servers_decide_where_operations_lie() {
    let contract = r#"{"openapi":"3.0.3","info":{"title":"t","version":"1"},"servers":[{"url":"https://x.test/v1"}],
        "paths":{"/a":{"get":{"responses":{"200":{"description":"ok"}}}}}}"#;
    let mut policy = api(contract, Mode::Block);
    assert_eq!(send(&compile(&policy), "GET /v1/a", &[], "").status, 0);
    assert_eq!(send(&compile(&policy), "GET /a", &[], "").status, 404);
    policy.base_path = "/v1".to_owned();
    assert_eq!(send(&compile(&policy), "GET /v1/a", &[], "").status, 0);
    policy.base_path = "/shop".to_owned();
    assert_eq!(send(&compile(&policy), "GET /shop/a", &[], "").status, 0);
    assert_eq!(send(&compile(&policy), "GET /v1/a", &[], "").status, 404);
}

#[test]
fn responses_alert_and_never_prevent() {
    let policy = block();
    let request = RequestView {
        method: "POST",
        host: "shop.test",
        path: "/orders",
        query: None,
        headers: HeadersView(&[("content-type", b"application/json")]),
        client: None,
    };
    let json: &[(&str, &[u8])] = &[("content-type", b"application/json")];
    let say = |status, body: Option<&str>| {
        let mut inquiry = policy.inquire(Facts::default());
        inquiry.head(&request);
        let state = {
            inquiry.body(&request, br#"{"sku":"ABC-1","count":2}"#, false);
            inquiry.into_state()
        };
        let mut inquiry = policy.resume(state);
        let response = ResponseView { status, headers: HeadersView(json) };
        assert_eq!(inquiry.response(&request, &response), ResponseNeed::default());
        let verdict = inquiry.response_body(&request, &response, body.map(str::as_bytes));
        assert_eq!(verdict, ResponseVerdict::Pass);
        inquiry.decision()
    };
    assert_eq!(say(201, Some(r#"{"id":1}"#)).effect, Effect::Allow);
    let decision = say(201, Some(r#"{"id":"one"}"#));
    assert_eq!((decision.effect, decision.uncapped), (Effect::Alert, Effect::Alert));
    assert_eq!(lines(&decision), ["response-body  /id type"]);
    assert_eq!(lines(&say(500, Some("{}"))), ["response-status   undeclared_status"]);
}

fn exchange(method: &str, target: &str, body: Body) -> Exchange {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    Exchange {
        id: Default::default(),
        time: 0,
        duration: None,
        source: Source::Gateway,
        api: None,
        client: Client::default(),
        scheme: "http".to_owned(),
        host: "shop.test".to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.map(str::to_owned),
        request: Message { headers: vec![("Content-Type".into(), "application/json".into())], body },
        response: Some(Response { status: 204, message: Message::default() }),
    }
}

#[test]
fn recorded_exchanges_are_judged_as_far_as_they_were_captured() {
    let policy = compile(&api(SHOP, Mode::Observe));
    let decision = policy.judge(&exchange("POST", "/orders", Body::Unknown { length: Some(9) }));
    assert_eq!(decision.uncapped, Effect::Alert, "only the undeclared status: {decision:?}");
    assert_eq!(decision.not_assessed, ["request body was not captured"]);
    let bytes = Body::Bytes { bytes: r#"{"sku":1,"count":1}"#.as_bytes().to_vec().into(), truncated: false };
    let decision = policy.judge(&exchange("POST", "/orders", bytes));
    assert_eq!((decision.effect, decision.uncapped), (Effect::Alert, Effect::Prevent));
    assert!(lines(&decision).contains(&"body  /sku type".to_owned()), "{decision:?}");
    let mut seen = exchange("GET", "/orders?limit=redacted", Body::Empty);
    seen.request.headers.push(("X-Tenant".into(), "redacted".into()));
    seen.response = None;
    let decision = policy.judge(&seen);
    assert_eq!((decision.uncapped, &*decision.not_assessed), (Effect::Allow, &["a redacted value".to_owned()][..]));
}
