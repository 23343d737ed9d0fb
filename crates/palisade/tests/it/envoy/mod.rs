//! A real Envoy in front of an API, with the decisions of `palisade envoy` beside those of `palisade gateway`.

mod grpc;
mod harness;
mod nginx;
mod requests;

use crate::identity;
use crate::support::{Message, Place, Running, Serve, call, eventually, get, json_answer, problem};
use aws_lc_rs::signature::Ed25519KeyPair;
use harness::{Api, Envoy, ask, palisade, program, recorded, started};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// The header fields of answers that are compared.
const TOLD: [&str; 15] = [
    "server",
    "content-type",
    "allow",
    "retry-after",
    "ratelimit",
    "ratelimit-policy",
    "www-authenticate",
    "x-kind",
    "x-powered-by",
    "set-cookie",
    "x-content-type-options",
    "x-frame-options",
    "content-security-policy",
    "referrer-policy",
    "strict-transport-security",
];

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
    Seen {
        status: answer.status(),
        body: problem.is_none().then(|| without_reference(answer.text())),
        problem,
        fields: TOLD.map(|name| (name, answer.field(name).map(str::to_owned))).to_vec(),
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
    let seen = alike_under(program, file, contract, "", answer, requests);
    let passed = seen.iter().filter(|seen| seen.asked.is_some()).count();
    (passed, seen.len() - passed)
}

/// The same under a policy: more lines of the API, and what it answers. Gives what was seen.
fn alike_under(
    program: &Path,
    file: &str,
    contract: &str,
    policy: &str,
    answer: fn(&Message) -> Vec<u8>,
    requests: &[(String, Vec<u8>)],
) -> Vec<Seen> {
    let place = Place::new();
    place.file("contract.yaml", contract);
    let (behind_gateway, behind_envoy) = (Api::new(answer), Api::new(answer));
    let text = gateway_file("contract.yaml", "block", &behind_gateway.url, policy);
    let config = place.file("gateway.yaml", &text.replace("RECORD", "gateway.jsonl"));
    let other = place.file("envoy.yaml", &text.replace("RECORD", "envoy.jsonl"));
    let (_gateway, addresses) = started(&place, "gateway", &["gateway", "--config", &config], &["gateway listens"]);
    let gateway = addresses[0].to_string();
    let (_palisade, grpc, _) = palisade(&place, &other);
    let envoy = Envoy::start(program, &place, file, behind_envoy.port(), grpc);
    let mut differ = Vec::new();
    let mut all = Vec::new();
    for (what, bytes) in requests {
        let one = seen(&ask(&gateway, bytes), &behind_gateway);
        let two = seen(&ask(&envoy.address, bytes), &behind_envoy);
        if one != two {
            differ.push(format!("{what}\n  gateway {one:?}\n  envoy   {two:?}"));
        }
        all.push(two);
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
    all
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

const ANSWERS: &str = r##"openapi: 3.1.0
info: {title: Tides, version: "1"}
paths:
  /tides/{tideId}:
    get:
      parameters: [{name: tideId, in: path, required: true, schema: {type: integer}}]
      responses:
        "200":
          description: one
          content: {application/json: {schema: {type: object, required: [high], properties: {high: {type: number}}}}}
"##;

/// A control plane with its own gateway, and an Envoy whose `palisade envoy` follows it.
struct Followed {
    serve: Serve,
    api: Api,
    envoy: Envoy,
    _palisade: Running,
    _place: Place,
}

impl Followed {
    /// With this contract in block mode, once `path` comes through.
    fn new(program: &Path, contract: &str, answer: fn(&Message) -> Vec<u8>, path: &str) -> Followed {
        let (place, api) = (Place::new(), Api::new(answer));
        let contract = place.file("contract.yaml", contract);
        let serve = place.serve(&["--upstream", &api.url, "--contract", &contract, "--mode", "block"]);
        let wanted = "{\"name\":\"edge\",\"role\":\"gateway\",\"expires_in_days\":1}";
        let token = serve.admin("POST", "/tokens", wanted).good();
        place.file("gateway.token", token["token"].as_str().unwrap());
        let follows = format!("control_plane: {{url: \"{}\", token_file: gateway.token}}\n", serve.console);
        let (palisade, grpc, _) = palisade(&place, &place.file("envoy.yaml", &follows));
        let envoy = Envoy::start(program, &place, "ext_proc.yaml", api.port(), grpc);
        eventually("the policy is in force", Duration::from_secs(10), || {
            (get(&envoy.address, path).status() == 200).then_some(())
        });
        api.take();
        Followed { serve, api, envoy, _palisade: palisade, _place: place }
    }
}

/// Changes the protection of the one API.
fn protect(serve: &Serve, change: impl FnOnce(&mut Value)) {
    let path = format!("{}/protection", serve.api());
    let mut settings = serve.read(&path)["settings"].clone();
    change(&mut settings);
    serve.admin("PUT", &path, &json!({"settings": settings}).to_string()).good();
}

/// Good and bad answers by the number that is asked for.
fn tide(request: &Message) -> Vec<u8> {
    match request.target().rsplit('/').next().unwrap() {
        "1" => json_answer("200 OK", "{\"high\":4.5}"),
        "2" => json_answer("200 OK", "{\"high\":\"secret-7\"}"),
        "3" => json_answer("200 OK", ""),
        "4" => b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n\r\nsecret-7".to_vec(),
        "5" => json_answer("418 Teapot", "{}"),
        "6" => b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\
                 8\r\n{\"high\":\r\n2\r\n1}\r\n0\r\n\r\n"
            .to_vec(),
        _ => json_answer("200 OK", &format!("{{\"high\":1,\"long\":\"{}\"}}", "x".repeat(2 << 20))),
    }
}

#[test]
fn answers_that_break_the_contract_are_replaced_and_the_control_plane_hears_of_it() {
    let Some(program) = program() else { return };
    let Followed { serve, envoy, api, .. } = &Followed::new(&program, ANSWERS, tide, "/tides/1");
    api.take();
    let refused = get(&envoy.address, "/tides/low");
    assert_eq!((refused.status(), api.take().len()), (400, 0));
    let event = serve.event(problem(&refused)["uuid"].as_str().unwrap());
    assert_eq!((&event["effect"], &event["errors"][0]["name"]), (&"prevent".into(), &"tideId".into()), "{event}");
    assert_eq!(get(&envoy.address, "/tides/2").status(), 200, "bad answers are told, and pass");

    protect(serve, |settings| settings["effects"]["response"] = "prevent".into());
    let through_the_gateway = |number: &str| {
        eventually("the gateway follows", Duration::from_secs(10), || {
            (get(&serve.gateway, "/tides/2").status() == 502).then_some(())
        });
        get(&serve.gateway, &format!("/tides/{number}"))
    };
    eventually("Envoy's answers follow", Duration::from_secs(10), || {
        (get(&envoy.address, "/tides/2").status() == 502).then_some(())
    });
    for (number, status) in [("1", 200), ("2", 502), ("3", 200), ("4", 502), ("5", 502), ("6", 200), ("7", 200)] {
        let (one, two) = (through_the_gateway(number), get(&envoy.address, &format!("/tides/{number}")));
        assert_eq!((one.status(), two.status()), (status, status), "{number}");
        if status == 200 {
            assert_eq!(one.text(), two.text());
            continue;
        }
        let (mut one, mut two) = (problem(&one), problem(&two));
        let event = serve.event(two["uuid"].as_str().unwrap());
        assert_eq!((&event["effect"], &event["would"]), (&"prevent".into(), &"prevent".into()), "{event}");
        assert_eq!(event["operation"], "GET /tides/{tideId}");
        assert!(!two.to_string().contains("secret-7"));
        for problem in [&mut one, &mut two] {
            problem.as_object_mut().unwrap().retain(|key, _| key != "uuid" && key != "instance");
        }
        assert_eq!(one, two, "{number}");
    }
}

#[test]
fn lists_header_rules_rates_and_bans_hold_alike() {
    let Some(program) = program() else { return };
    let Followed { serve, envoy, api, .. } = &Followed::new(&program, ANSWERS, tide, "/tides/1");
    let list = json!({"name": "scanners", "networks": ["203.0.113.0/24"]});
    serve.admin("POST", "/network-lists", &list.to_string()).good();
    // Whatever address Envoy gives to a client on the same machine, it is a proxy's.
    let proxies = ["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "192.0.2.0/24"];
    serve.admin("PUT", "/trusted-proxies", &json!({"networks": proxies}).to_string()).good();
    protect(serve, |settings| {
        settings["networks"]["deny"] = json!(["scanners"]);
        settings["headers"] = json!([
            {"name": "X-Team", "allow": ["blue", "red*"]},
            {"name": "X-Probe", "deny": ["*"], "effect": "ban"},
        ]);
        settings["rates"] = json!([{"name": "reads", "burst": 1, "paths": ["/tides/6"]}]);
    });
    let ask = |address: &str, client: &str, path: &str, field: (&str, &str)| {
        call(address, "GET", path, &[("X-Forwarded-For", client), field], "")
    };
    for address in [&serve.gateway, &envoy.address] {
        eventually("the policy is in force", Duration::from_secs(10), || {
            (ask(address, "203.0.113.9", "/tides/1", ("Accept", "*/*")).status() == 403).then_some(())
        });
    }
    api.take();
    let plain = ("Accept", "*/*");
    let requests = [
        ("198.51.100.1", "/tides/1", plain, 200),
        ("203.0.113.7", "/tides/1", plain, 403),
        // What stands before the last address that is no proxy's is the client's own word.
        ("198.51.100.1, 203.0.113.7", "/tides/1", plain, 403),
        ("203.0.113.7, 198.51.100.1", "/tides/1", plain, 200),
        ("198.51.100.1", "/tides/1", ("X-Team", "red-2"), 200),
        ("198.51.100.1", "/tides/1", ("X-Team", "green"), 403),
        ("198.51.100.2", "/tides/6", plain, 200),
        ("198.51.100.2", "/tides/6", plain, 200),
        ("198.51.100.2", "/tides/6", plain, 200),
        ("198.51.100.2", "/tides/6", plain, 200),
        ("198.51.100.2", "/tides/6", plain, 200),
        ("198.51.100.2", "/tides/6", plain, 429),
        ("198.51.100.3", "/tides/6", plain, 200),
        ("198.51.100.4", "/tides/1", ("X-Probe", "1"), 0),
        ("198.51.100.4", "/tides/1", plain, 0),
        ("198.51.100.5", "/tides/1", plain, 200),
    ];
    let mut passed = 0;
    for (client, path, field, status) in requests {
        let (one, two) = (ask(&serve.gateway, client, path, field), ask(&envoy.address, client, path, field));
        if status > 0 {
            assert_eq!(one.status(), status, "{client} {path} {field:?}\n{}", one.text());
        }
        assert_eq!(one.status(), two.status(), "{client} {path} {field:?}\n{}\n{}", one.text(), two.text());
        for name in ["retry-after", "ratelimit", "ratelimit-policy"] {
            assert_eq!(one.field(name).is_some(), two.field(name).is_some(), "{name}: {client} {path} {field:?}");
        }
        if one.status() == 200 {
            passed += 1;
        } else {
            assert_eq!(problem(&one)["type"], problem(&two)["type"], "{client} {path} {field:?}");
        }
    }
    assert_eq!(api.take().len(), 2 * passed, "nothing that was refused came through");
}

/// An answer that says too much of who wrote it, and protects its client too little.
fn talkative(_: &Message) -> Vec<u8> {
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nServer: tide\r\nX-Powered-By: Tide 1.2\r\nX-Frame-Options: SAMEORIGIN\r\n\
      Set-Cookie: port=7\r\nContent-Length: 2\r\n\r\n{}"
        .to_vec()
}

#[test]
fn tokens_are_verified_and_answers_hardened_alike() {
    let Some(program) = program() else { return };
    let (key, other) = (Ed25519KeyPair::generate().unwrap(), Ed25519KeyPair::generate().unwrap());
    let policy = format!(
        "    protection:\n      identity:\n        issuers:\n          - {{issuer: \"https://id.test\", \
         jwks_url: \"{}\", audiences: [orders]}}\n      response:\n        security_headers: true\n        \
         remove_fingerprints: true\n        harden_cookies: true\n        \
         set: {{Strict-Transport-Security: max-age=60}}\n",
        identity::issuer(&key)
    );
    let token = |key: &Ed25519KeyPair, audience: &str, expires: u64, scope: &str| {
        let claims = json!({"iss": "https://id.test", "sub": "ann", "aud": audience, "exp": expires, "scope": scope});
        format!("Authorization: Bearer {}\r\n", identity::token(key, &claims))
    };
    let later = 4_000_000_000;
    let requests: Vec<(String, Vec<u8>)> = [
        ("good", "/orders/7", token(&key, "orders", later, "read")),
        ("good, but not what the contract says", "/orders/x", token(&key, "orders", later, "read")),
        ("none", "/orders/7", String::new()),
        ("of another key", "/orders/7", token(&other, "orders", later, "read")),
        ("for another audience", "/orders/7", token(&key, "till", later, "read")),
        ("too old", "/orders/7", token(&key, "orders", 1, "read")),
        ("without the scope", "/orders/7", token(&key, "orders", later, "none")),
        ("no token", "/orders/7", "Authorization: Bearer x.y.z\r\n".to_owned()),
        ("another scheme", "/orders/7", "Authorization: Basic YTpi\r\n".to_owned()),
    ]
    .map(|(what, path, field)| {
        (what.to_owned(), format!("GET {path} HTTP/1.1\r\nHost: api.test\r\n{field}\r\n").into_bytes())
    })
    .into();
    let seen = alike_under(&program, "ext_proc.yaml", identity::CONTRACT, &policy, talkative, &requests);
    let statuses: Vec<u16> = seen.iter().map(|seen| seen.status).collect();
    assert_eq!(statuses, [200, 400, 401, 401, 401, 401, 403, 401, 401]);
    let told = |wanted: &str| seen[0].fields.iter().find(|(name, _)| *name == wanted).unwrap().1.as_deref();
    assert_eq!((told("server"), told("x-powered-by")), (None, None));
    assert_eq!(told("x-content-type-options"), Some("nosniff"));
    assert_eq!((told("x-frame-options"), told("strict-transport-security")), (Some("SAMEORIGIN"), Some("max-age=60")));
    assert_eq!(told("set-cookie"), Some("port=7; Secure; HttpOnly; SameSite=Lax"));
}
