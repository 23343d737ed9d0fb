//! A real Envoy in front of an API, with the decisions of `palisade envoy` beside those of `palisade gateway`.

mod harness;
mod nginx;
mod requests;

use crate::support::{Message, Place, Running, call, json_answer, problem};
use harness::{Api, Envoy, ask, palisade, program, recorded, started};
use serde_json::Value;
use std::path::Path;

/// What a client and the API saw of one request.
#[derive(Debug, PartialEq)]
struct Seen {
    status: u16,
    /// The problem document without what differs from one to the next.
    problem: Option<Value>,
    fields: Vec<(&'static str, Option<String>)>,
    body: Option<String>,
    asked: Option<Asked>,
}

/// A request as it reached the API.
#[derive(Debug, PartialEq)]
struct Asked {
    target: String,
    body: String,
    fields: Vec<(String, String)>,
}

/// Fields of one hop, and those that Envoy adds of its own.
fn end_to_end(name: &str) -> bool {
    !name.starts_with("x-envoy-")
        && !["host", "connection", "content-length", "transfer-encoding", "expect", "x-forwarded-for"].contains(&name)
        && !["x-forwarded-proto", "x-request-id", "keep-alive"].contains(&name)
}

fn asked(request: &Message) -> Asked {
    let mut fields: Vec<(String, String)> = request
        .head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .filter(|(name, _)| end_to_end(name))
        .collect();
    fields.sort();
    Asked { target: request.target().to_owned(), body: request.text(), fields }
}

fn seen(answer: &Message, api: &Api) -> Seen {
    let requests = api.take();
    assert!(requests.len() <= 1, "{requests:?}");
    let told = answer.field("content-type") == Some("application/problem+json") && !answer.body.is_empty();
    let problem = told.then(|| {
        let mut problem = problem(answer);
        problem.as_object_mut().unwrap().retain(|key, _| key != "uuid" && key != "instance");
        // Names of header fields have no case, and Envoy writes all of them small.
        for error in problem["errors"].as_array_mut().unwrap() {
            if error["in"] == "header" {
                error["name"] = error["name"].as_str().unwrap().to_ascii_lowercase().into();
            }
        }
        problem
    });
    let kept = ["content-type", "allow", "retry-after", "ratelimit", "ratelimit-policy", "www-authenticate", "x-kind"];
    Seen {
        status: answer.status(),
        body: problem.is_none().then(|| without_reference(answer.text())),
        problem,
        fields: kept.map(|name| (name, answer.field(name).map(str::to_owned))).to_vec(),
        asked: requests.first().map(asked),
    }
}

/// A page without the uuid that it names.
fn without_reference(page: String) -> String {
    match page.split_once("<code>") {
        Some((before, after)) => format!("{before}{}", after.split_once("</code>").unwrap().1),
        None => page,
    }
}

fn gateway_file(contract: &str, mode: &str, upstream: &str, more: &str) -> String {
    format!(
        "listeners:\n  - address: 127.0.0.1:0\nrecord: RECORD\napis:\n  - name: api\n    hosts: [api.test]\n    \
         upstream: {upstream}\n    contract: {contract}\n    mode: {mode}\n{more}"
    )
}

/// Sends every request through the gateway and through Envoy, and compares.
fn alike(program: &Path, file: &str, contract: &str, requests: &[(String, Vec<u8>)]) -> (usize, usize) {
    let place = Place::new();
    place.file("contract.yaml", contract);
    let (behind_gateway, behind_envoy) = (Api::new(answer), Api::new(answer));
    let text = gateway_file("contract.yaml", "block", &behind_gateway.url, "");
    let config = place.file("gateway.yaml", &text.replace("RECORD", "gateway.jsonl"));
    let other = place.file("envoy.yaml", &text.replace("RECORD", "envoy.jsonl"));
    let (_gateway, addresses) = started(&place, "gateway", &["gateway", "--config", &config], &["gateway listens"]);
    let gateway = addresses[0].to_string();
    let (_palisade, grpc, _) = palisade(&place, &other);
    let envoy = Envoy::start(program, &place, file, behind_envoy.port(), grpc);
    let mut differ = Vec::new();
    let (mut passed, mut refused) = (0, 0);
    for (what, bytes) in requests {
        let one = seen(&ask(&gateway, bytes), &behind_gateway);
        let two = seen(&ask(&envoy.address, bytes), &behind_envoy);
        if one.asked.is_some() {
            passed += 1;
        } else {
            refused += 1;
        }
        if one != two {
            differ.push(format!("{what}\n  gateway {one:?}\n  envoy   {two:?}"));
        }
    }
    assert!(differ.is_empty(), "{} of {} differ:\n{}", differ.len(), requests.len(), differ.join("\n"));
    // The record tells the same.
    let answers = file != "ext_authz.yaml";
    let told = |name: &str| -> Vec<String> {
        let status = |line: &Value| if answers { line["response"]["status"].to_string() } else { String::new() };
        let line = |line: &Value| format!("{} {} {}", line["method"], line["path"], status(line));
        recorded(&place.path().join(name), requests.len()).iter().map(line).collect()
    };
    assert_eq!(told("gateway.jsonl"), told("envoy.jsonl"));
    (passed, refused)
}

fn answer(request: &Message) -> Vec<u8> {
    let status = if request.target().starts_with("POST") { "201 Created" } else { "200 OK" };
    json_answer(status, "{\"id\":7,\"state\":\"open\"}")
}

#[test]
fn envoy_decides_as_the_gateway_does() {
    let Some(program) = program() else { return };
    let (passed, refused) = alike(&program, "ext_proc.yaml", requests::CONTRACT, &requests::table());
    assert!(passed >= 20 && refused >= 40, "{passed} passed, {refused} were refused");
}

#[test]
fn the_demo_shops_traffic_fares_alike_behind_envoy_and_the_gateway() {
    let Some(program) = program() else { return };
    let (passed, refused) = alike(&program, "ext_proc.yaml", palisade_demo::CONTRACT, &requests::shop(160));
    assert!(passed >= 60 && refused >= 20, "{passed} passed, {refused} were refused");
}

#[test]
fn external_authorization_decides_alike_too() {
    let Some(program) = program() else { return };
    let (passed, refused) = alike(&program, "ext_authz.yaml", requests::CONTRACT, &requests::table());
    assert!(passed >= 20 && refused >= 40, "{passed} passed, {refused} were refused");
}

/// An API behind Envoy with a file of `deploy/envoy`, for requests one by one.
struct Front {
    place: Place,
    api: Api,
    palisade: Running,
    envoy: Envoy,
}

impl Front {
    fn new(program: &Path, file: &str, mode: &str, changes: &[(&str, &str)]) -> Front {
        let (place, api) = (Place::new(), Api::new(answer));
        place.file("contract.yaml", requests::CONTRACT);
        let text = gateway_file("contract.yaml", mode, &api.url, "").replace("RECORD", "seen.jsonl");
        // The file's listeners are not Envoy's business: without them it does as well.
        let config = place.file(
            "gateway.yaml",
            text.split_once("record:").map(|(_, rest)| format!("record:{rest}")).unwrap().as_str(),
        );
        let (palisade, grpc, _) = palisade(&place, &config);
        let envoy = Envoy::start_with(program, &place, file, (api.port(), grpc), changes);
        Front { place, api, palisade, envoy }
    }

    fn post(&self, body: &str) -> Message {
        let fields = [("Host", "api.test"), ("Content-Type", "application/json")];
        call(&self.envoy.address, "POST", "/berths", &fields, body)
    }

    fn get(&self, path: &str) -> Message {
        call(&self.envoy.address, "GET", path, &[("Host", "api.test")], "")
    }

    fn recorded(&self, count: usize) -> Vec<Value> {
        recorded(&self.place.path().join("seen.jsonl"), count)
    }
}

const GOOD: &str = "{\"name\":\"North\",\"length\":9}";
const BAD: &str = "{\"name\":\"North\",\"length\":0}";

#[test]
fn a_body_that_envoy_sends_on_unjudged_is_an_error_and_is_told() {
    let Some(program) = program() else { return };
    let front =
        Front::new(&program, "ext_proc.yaml", "block", &[("allow_mode_override: true", "allow_mode_override: false")]);
    assert_eq!(front.get("/berths").status(), 200);
    let problem = problem(&front.post(GOOD));
    assert_eq!((&problem["status"], &problem["type"]), (&503.into(), &"urn:palisade:problem:not_judged".into()));
    assert!(front.palisade.stderr().contains("set `allow_mode_override: true`"));
    drop(front);
    // A file that sends every body does without it.
    let modes = [
        ("allow_mode_override: true", "allow_mode_override: false"),
        ("request_body_mode: NONE", "request_body_mode: BUFFERED_PARTIAL"),
    ];
    let front = Front::new(&program, "ext_proc.yaml", "block", &modes);
    assert_eq!((front.post(GOOD).status(), front.post(BAD).status()), (201, 400));
}

#[test]
fn external_authorization_without_the_body_is_an_error_and_is_told() {
    let Some(program) = program() else { return };
    let line = "with_request_body: {max_request_bytes: 8388608, allow_partial_message: true, pack_as_bytes: true}";
    let front = Front::new(&program, "ext_authz.yaml", "block", &[(line, "")]);
    assert_eq!(front.get("/berths").status(), 200);
    assert_eq!(problem(&front.post(GOOD))["status"], 503);
    assert_eq!(front.api.take().len(), 1, "the refused request did not come through");
    assert!(front.palisade.stderr().contains("set `with_request_body`"));
}

#[test]
fn a_body_beyond_envoys_buffer_is_refused_as_too_large() {
    let Some(program) = program() else { return };
    let long = format!("{{\"name\":\"North\",\"length\":{}9}}", " ".repeat(600_000));
    let limit = [("max_request_bytes: 8388608", "max_request_bytes: 100000")];
    let front = Front::new(&program, "ext_authz.yaml", "block", &limit);
    assert_eq!((front.post(GOOD).status(), problem(&front.post(&long))["status"].clone()), (201, 413.into()));
    drop(front);
    let front = Front::new(
        &program,
        "ext_proc.yaml",
        "block",
        &[("9437184\n      filter_chains", "100000\n      filter_chains")],
    );
    assert_eq!((front.post(GOOD).status(), problem(&front.post(&long))["status"].clone()), (201, 413.into()));
    assert_eq!(front.api.take().len(), 1);
}

#[test]
fn without_palisade_the_failure_mode_decides() {
    let Some(program) = program() else { return };
    let open = [("failure_mode_allow: false", "failure_mode_allow: true")];
    for (file, changes, status) in [
        ("ext_proc.yaml", &[][..], 500),
        ("ext_proc.yaml", &open, 201),
        ("ext_authz.yaml", &[], 403),
        ("ext_authz.yaml", &open, 201),
    ] {
        // The place is needed for as long as Envoy runs.
        let Front { place: _place, api, palisade, envoy } = Front::new(&program, file, "block", changes);
        palisade.kill();
        let fields = [("Host", "api.test"), ("Content-Type", "application/json")];
        let answer = call(&envoy.address, "POST", "/berths", &fields, BAD);
        assert_eq!((answer.status(), api.take().len()), (status, usize::from(status == 201)), "{file}");
    }
}

#[test]
fn observe_mode_changes_nothing_and_records_bodies() {
    let Some(program) = program() else { return };
    for file in ["ext_proc.yaml", "ext_proc_observe.yaml"] {
        let mode = if file == "ext_proc.yaml" { "observe" } else { "block" };
        let front = Front::new(&program, file, mode, &[]);
        assert_eq!((front.post(BAD).status(), front.get("/tides").status()), (201, 200));
        let chunked = b"POST /berths HTTP/1.1\r\nHost: api.test\r\nContent-Type: application/json\r\n\
                        Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
        assert_eq!(ask(&front.envoy.address, chunked).status(), 201);
        let asked = front.api.take();
        assert_eq!(asked[0].text(), BAD);
        assert_eq!(asked[0].field("content-length"), Some(BAD.len().to_string().as_str()), "{}", asked[0].head);
        assert_eq!((asked[2].field("transfer-encoding"), asked[2].text().as_str()), (Some("chunked"), "{}"));
        let seen = front.recorded(3);
        let first = seen.iter().find(|line| line["request"]["body"]["shape"]["length"] == BAD.len()).unwrap();
        assert_eq!(
            (&first["method"], &first["path"], &first["response"]["status"]),
            (&"POST".into(), &"/berths".into(), &201.into())
        );
        for body in [&first["request"]["body"], &first["response"]["message"]["body"]] {
            assert!(body["shape"].is_object(), "{file}: {first}");
        }
        assert_eq!(first["client"], "127.0.0.1", "{file}: {first}");
    }
}

#[test]
fn access_logs_are_exchanges_without_bodies() {
    let Some(program) = program() else { return };
    let front = Front::new(&program, "access_log.yaml", "block", &[]);
    assert_eq!(
        (front.post(BAD).status(), front.get("/berths?limit=7&token=sk_live_51H8xYzABCDEFGH").status()),
        (201, 200)
    );
    let seen = front.recorded(2);
    let post = seen.iter().find(|line| line["method"] == "POST").unwrap();
    assert_eq!(
        (&post["path"], &post["host"], &post["response"]["status"]),
        (&"/berths".into(), &"api.test".into(), &201.into())
    );
    assert_eq!(post["request"]["body"]["unknown"]["length"], BAD.len(), "{post}");
    let get = seen.iter().find(|line| line["method"] == "GET").unwrap();
    assert_eq!(get["query"], "limit=7&token=redacted", "{get}");
    let text = |line: &Value| line["response"]["message"]["headers"].to_string();
    assert!(text(get).contains("application/json"), "{get}");
}
