//! What becomes of answers, and of bodies that are too large.

use crate::{api, ask, compile, lines};
use palisade_exchange::{HeadersView, RequestView, ResponseView};
use palisade_guard::{
    Action, ApiPolicy, Check, Decision, Edit, Effect, Facts, Mode, Progress, ResponseNeed, ResponseVerdict,
};

const CONTRACT: &str = r##"
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /a:
    get:
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema:
                type: object
                required: [id]
                additionalProperties: false
                properties: {id: {type: integer}, key: {type: string, writeOnly: true}}
            text/event-stream: {schema: {type: string}}
            image/png: {}
    post:
      requestBody: {content: {application/json: {}, application/octet-stream: {}}}
      responses: {"200": {description: ok}}
"##;

const GET: RequestView<'_> =
    RequestView { method: "GET", host: "h", path: "/a", query: None, headers: HeadersView(&[]), client: None };

fn answer(api: &ApiPolicy, media: &str, status: u16, body: Option<&str>) -> (ResponseNeed, ResponseVerdict, Decision) {
    let policy = compile(api);
    let mut inquiry = policy.inquire(Facts::default());
    assert_eq!(inquiry.head(&GET), Progress::Pass);
    let fields: &[(&str, &[u8])] = &[("Server", b"x"), ("Content-Type", media.as_bytes())];
    let response = ResponseView { status, headers: HeadersView(fields) };
    let need = inquiry.response(&GET, &response);
    let verdict = inquiry.response_body(&GET, &response, body.map(str::as_bytes));
    (need, verdict, inquiry.decision())
}

fn preventing() -> ApiPolicy {
    let mut one = api(CONTRACT, Mode::Block);
    one.protection.effects.insert(Check::Response, Action::Prevent);
    one
}

#[test]
fn an_answer_that_breaks_the_contract_is_refused_or_cut() {
    let mut one = preventing();
    let json = "application/json";
    let (need, verdict, decision) = answer(&one, json, 200, Some(r#"{"id":1,"hash":"x"}"#));
    assert_eq!((need.refuse, need.body, verdict), (false, Some(8 << 20), ResponseVerdict::Refuse));
    assert_eq!((decision.status, decision.check, decision.effect), (502, Some(Check::Response), Effect::Prevent));
    let (need, _, decision) = answer(&one, json, 500, Some("{}"));
    assert_eq!(
        (need.refuse, need.body, lines(&decision)),
        (true, None, vec!["response-status   undeclared_status".into()])
    );
    one.protection.response.scrub = true;
    for (body, expected) in [
        (r#"{"id":1}"#, ResponseVerdict::Pass),
        (r#"{"id":1.0,"hash":"x"}"#, ResponseVerdict::Replace(br#"{"id":1.0}"#.to_vec())),
        (r#"{"id":1,"key":"x"}"#, ResponseVerdict::Replace(br#"{"id":1}"#.to_vec())),
        (r#"{"id":"x","hash":"x"}"#, ResponseVerdict::Refuse),
        ("<html>", ResponseVerdict::Refuse),
    ] {
        let (_, verdict, decision) = answer(&one, json, 200, Some(body));
        let effect = match verdict {
            ResponseVerdict::Pass => Effect::Allow,
            ResponseVerdict::Replace(_) => Effect::Alert,
            ResponseVerdict::Refuse => Effect::Prevent,
        };
        assert_eq!((verdict, decision.effect), (expected, effect), "{body}");
    }
    one.mode = Mode::Observe;
    let (need, verdict, decision) = answer(&one, json, 200, Some(r#"{"id":1,"hash":"x"}"#));
    assert_eq!((need, verdict), (ResponseNeed::default(), ResponseVerdict::Pass));
    assert_eq!((decision.effect, decision.uncapped), (Effect::Alert, Effect::Prevent));
}

#[test]
fn what_the_contract_does_not_describe_is_not_held() {
    for media in ["text/event-stream", "image/png"] {
        let (need, verdict, _) = answer(&preventing(), media, 200, None);
        assert_eq!((need.body, need.refuse, verdict), (None, false, ResponseVerdict::Pass), "{media}");
    }
}

#[test]
fn fields_are_edited_where_something_is_enforced() {
    let mut one = api(CONTRACT, Mode::Block);
    one.protection.response.remove_fingerprints = true;
    assert_eq!(answer(&one, "image/png", 200, None).0.edits, [Edit::Remove(0)]);
    one.mode = Mode::Observe;
    assert_eq!(answer(&one, "image/png", 200, None).0.edits, [], "observe changes nothing");
}

#[test]
fn bodies_are_held_for_their_limits_and_refused_by_them() {
    let mut one = api(CONTRACT, Mode::Block);
    let send = |api: &ApiPolicy, fields: &[(&str, &[u8])], body: &[u8], truncated: bool| {
        let request = RequestView { method: "POST", headers: HeadersView(fields), ..GET };
        let (head, decision) = ask(&compile(api), &request, body, truncated);
        (head, decision.code, decision.status)
    };
    let json: (&str, &[u8]) = ("Content-Type", b"application/json");
    let (chunked, long): ((&str, &[u8]), (&str, &[u8])) =
        (("Transfer-Encoding", b"chunked"), ("Content-Length", b"99"));
    assert_eq!(send(&one, &[json, chunked], b"", false).0, Progress::Pass, "not described and not limited");
    one.protection.limits.body_bytes = Some(10);
    let too_large = |head| (head, "body_too_large".to_owned(), 413);
    assert_eq!(send(&one, &[json, long], b"", false), too_large(Progress::Refuse), "by its own word");
    let held = Progress::Body { limit: 10 };
    assert_eq!(send(&one, &[json, chunked], b"0123456789", true), too_large(held.clone()));
    assert_eq!(send(&one, &[json, chunked], b"[1,2]", false), (held, String::new(), 0));
    one.protection.limits.body_bytes = None;
    one.protection.limits.body_depth = Some(1);
    assert_eq!(send(&one, &[json, long], b"[[1]]", false).1, "body_too_deep");
    one.contract = None;
    assert_eq!(send(&one, &[json, long], b"[[1]]", false).1, "body_too_deep", "without a contract, too");
}
