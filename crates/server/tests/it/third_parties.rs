//! Third parties from outside: assessed, assessed again, watched, and refused where they may not be asked. The third
//! party is a server of the test on loopback.

use super::support::{Answer, CONTRACT, Plane, settings, spec};
use http::Method;
use palisade_server::App;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const MINUTE: i64 = 60 * 1_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A server that answers every request with the same text, or never.
#[derive(Clone)]
struct Remote {
    address: SocketAddr,
    answer: Arc<Mutex<Option<String>>>,
    /// First lines of the requests.
    asked: Arc<Mutex<Vec<String>>>,
    /// Connections made, and those of them that are open.
    made: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
    scheme: &'static str,
}

impl Remote {
    async fn new(headers: &str) -> Remote {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let remote = Remote {
            address: listener.local_addr().unwrap(),
            answer: Arc::default(),
            asked: Arc::default(),
            made: Arc::default(),
            open: Arc::default(),
            scheme: "http",
        };
        remote.answers(200, headers);
        let serving = remote.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        remote
    }

    /// One that says nothing, not even of its TLS.
    async fn silent() -> Remote {
        let remote = Remote { scheme: "https", ..Remote::new("").await };
        *remote.answer.lock().unwrap() = None;
        remote
    }

    fn answers(&self, status: u16, headers: &str) {
        let text = format!("HTTP/1.1 {status} x\r\n{headers}content-length: 2\r\nconnection: close\r\n\r\n{{}}");
        *self.answer.lock().unwrap() = Some(text);
    }

    async fn serve(self, mut stream: tokio::net::TcpStream) {
        self.made.fetch_add(1, Ordering::SeqCst);
        self.open.fetch_add(1, Ordering::SeqCst);
        let mut read = Vec::new();
        let mut part = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut part).await {
            read.extend_from_slice(&part[..count]);
            // A hello of TLS, to a server that has none.
            if read[0] == 0x16 && self.answer.lock().unwrap().is_some() {
                break;
            }
            if !read.windows(4).any(|four| four == b"\r\n\r\n") {
                continue;
            }
            let text = String::from_utf8_lossy(&read).into_owned();
            self.asked.lock().unwrap().push(text.lines().next().unwrap_or_default().to_owned());
            let answer = self.answer.lock().unwrap().clone();
            if let Some(answer) = answer {
                let head = text.starts_with("HEAD ");
                let end = if head { answer.len() - 2 } else { answer.len() };
                stream.write_all(&answer.as_bytes()[..end]).await.ok();
                break;
            }
        }
        self.open.fetch_sub(1, Ordering::SeqCst);
    }

    fn url(&self) -> String {
        format!("{}://{}/", self.scheme, self.address)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_micros()).unwrap()
}

async fn post(plane: &Plane, path: &str, body: &Value) -> Answer {
    plane.admin(Method::POST, path, &body.to_string()).await
}

/// Adds a third party that may be asked here, and gives its path.
async fn add(plane: &Plane, remote: &Remote, more: Value) -> String {
    let mut body = json!({"url": remote.url(), "allow_private": true, "probe_minutes": 0});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = post(plane, "/api/v1/third-parties", &body).await.ok();
    format!("/api/v1/third-parties/{}", made["id"].as_str().unwrap())
}

async fn start(plane: &Plane, path: &str) -> String {
    let started = post(plane, &format!("{path}/assessments"), &json!({})).await;
    assert_eq!(started.status, 202, "{}", started.text);
    started.json()["id"].as_str().unwrap().to_owned()
}

/// Waits until `what` holds of what `path` answers; the third party is on this machine, so it does within seconds.
async fn until(plane: &Plane, path: &str, what: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..1200 {
        let value = plane.get(path).await;
        if what(&value) {
            return value;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not within a minute: {}", plane.get(path).await);
}

async fn ended(plane: &Plane, path: &str) -> Value {
    until(plane, path, |party| party["open"].is_null() && !party["last"].is_null()).await
}

async fn run(plane: &Plane, path: &str) -> Value {
    start(plane, path).await;
    let party = ended(plane, path).await;
    assert_eq!(party["last"]["state"], "completed", "{party}");
    party
}

const GOOD: &str = "content-type: application/json\r\ncache-control: no-store\r\nx-content-type-options: nosniff\r\ncontent-security-policy: default-src 'none'; frame-ancestors 'none'\r\nreferrer-policy: no-referrer\r\n";

fn messages(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|finding| finding["message"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_party_is_assessed_and_a_later_run_says_what_changed() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let remote = Remote::new(GOOD).await;
    let api = plane.api_id().await;
    let path = add(&plane, &remote, json!({"name": "pay", "contract_api_id": api})).await;
    let first = run(&plane, &path).await;
    assert_eq!(first["name"], "pay");
    assert_eq!(first["completed"]["grade"], "F", "what is sent over http can be read by anyone");
    assert_eq!(first["completed"]["asked_by"], "admin.token");
    assert!(first["completed"]["summary"]["critical"].is_u64());
    assert_eq!(first["trend"], Value::Null, "one score has no trend");
    let none = plane.admin(Method::GET, &format!("{path}/changes"), "").await;
    assert_eq!(none.status, 404, "there is none before it");

    let id = first["completed"]["id"].as_str().unwrap();
    let detail = plane.get(&format!("{path}/assessments/{id}")).await;
    let result = &detail["result"];
    assert_eq!(result["categories"].as_array().unwrap().len(), 6);
    let user = result["categories"].as_array().unwrap().iter().find(|one| one["category"] == "user").unwrap();
    assert_eq!((&user["score"], &user["grade"]), (&Value::Null, &Value::Null), "no feeds: not assessed, not clean");
    assert!(user["reason"].is_string());
    let finding = &result["findings"][0];
    for member in ["rule", "severity", "category", "message", "why", "fix", "consumer", "fingerprint"] {
        assert!(finding[member].is_string(), "{member} of {finding}");
    }
    assert!(result["facts"]["target"].is_object());

    // The contract's findings leave with it; nothing else changed.
    plane.admin(Method::PATCH, &path, &json!({"contract_api_id": ""}).to_string()).await.ok();
    let second = run(&plane, &path).await;
    assert!(second["trend"].is_string());
    let changes = plane.get(&format!("{path}/changes")).await;
    assert_eq!(changes["from"]["id"], id);
    assert_eq!(changes["to"]["id"], second["completed"]["id"]);
    assert_eq!(changes["gone"], json!([]), "without a contract nobody knows whether its findings are gone");
    assert!(!changes["unknown"].as_array().unwrap().is_empty());
    let moved =
        changes["categories"].as_array().unwrap().iter().find(|one| one["category"] == "authentication").unwrap();
    assert!(moved["before"].is_u64() && moved["after"].is_null(), "{moved}");

    // Asked for by their ids, the other way round.
    let to = second["completed"]["id"].as_str().unwrap();
    let back = plane.get(&format!("{path}/changes?from={to}&to={id}")).await;
    assert_eq!(back["score"].as_i64().unwrap(), -changes["score"].as_i64().unwrap());
    assert_eq!(messages(&back["unknown"]).len(), messages(&changes["unknown"]).len());

    let history = plane.get(&format!("{path}/assessments?limit=1")).await;
    assert_eq!(history["items"][0]["id"], to);
    let rest = plane.get(&format!("{path}/assessments?cursor={}", history["next"].as_str().unwrap())).await;
    assert_eq!((rest["items"][0]["id"].as_str(), rest["items"].as_array().unwrap().len()), (Some(id), 1));
    let listed = plane.get("/api/v1/third-parties").await;
    assert_eq!(listed["items"][0]["completed"]["id"], to);

    assert_eq!(plane.admin(Method::DELETE, &path, "").await.status, 204);
    assert_eq!(plane.admin(Method::GET, &path, "").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_its_owner_mended_and_broke_is_told() {
    let plane = Plane::new(None).await;
    let remote = Remote::new("content-type: application/json\r\n").await;
    let path = add(&plane, &remote, json!({})).await;
    run(&plane, &path).await;
    remote.answers(200, &format!("{GOOD}server: Apache/2.4.1\r\n"));
    run(&plane, &path).await;
    let changes = plane.get(&format!("{path}/changes")).await;
    let rules = |list: &str| -> Vec<String> {
        changes[list].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert!(rules("gone").contains(&"content-type-sniffing-allowed".to_owned()), "{changes}");
    assert!(rules("appeared").contains(&"version-disclosed".to_owned()), "{changes}");
    assert_eq!(changes["unknown"], json!([]));
    let before = changes["from"]["score"].as_i64().unwrap();
    assert_eq!(changes["to"]["score"].as_i64().unwrap() - before, changes["score"].as_i64().unwrap());
}

/// A server that speaks TLS with a certificate of its own making.
async fn self_signed() -> SocketAddr {
    let key = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let secret = rustls_pki_types::PrivateKeyDer::Pkcs8(key.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], secret)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let (mut read, mut part) = (Vec::new(), [0; 4096]);
                while !read.ends_with(b"\r\n\r\n") {
                    match stream.read(&mut part).await {
                        Ok(count @ 1..) => read.extend_from_slice(&part[..count]),
                        _ => return,
                    }
                }
                let answer = "HTTP/1.1 200 x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                stream.write_all(answer.as_bytes()).await.ok();
                stream.shutdown().await.ok();
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_nobody_trusts_is_found_and_the_rest_is_assessed() {
    let plane = Plane::new(None).await;
    let url = format!("https://{}/", self_signed().await);
    let body = json!({"url": url, "allow_private": true, "policy": {"categories": {"network": "medium"}}});
    let made = post(&plane, "/api/v1/third-parties", &body).await.ok();
    let path = format!("/api/v1/third-parties/{}", made["id"].as_str().unwrap());
    let party = run(&plane, &path).await;
    let detail = plane.get(&format!("{path}/assessments/{}", party["completed"]["id"].as_str().unwrap())).await;
    let result = &detail["result"];
    let findings = result["findings"].as_array().unwrap();
    let names: Vec<&str> = findings.iter().map(|finding| finding["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"certificate-self-signed"), "{names:?}");
    let versions = result["facts"]["tls"]["assessed"]["versions"].as_array().unwrap();
    let newest = versions.iter().find(|one| one["version"] == "TLSv1.3").unwrap();
    assert_eq!(newest["support"], "yes", "{versions:?}");
    assert!(!newest["suites"].as_array().unwrap().is_empty());
    assert_eq!(party["compliance"]["compliant"], false, "{party}");
    assert!(party["compliance"]["reasons"][0].as_str().unwrap().starts_with("categories.network: "), "{party}");
    palisade_server::probe_third_parties(&plane.app, now()).await.unwrap();
    let availability = plane.get(&format!("{path}/availability")).await;
    assert_eq!(availability["last"]["status"], 200, "availability does not ask who signed the certificate");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_judged_by_the_last_assessment() {
    let plane = Plane::new(None).await;
    let remote = Remote::new(GOOD).await;
    let path = add(&plane, &remote, json!({"policy": {"minimum_grade": "B"}})).await;
    assert_eq!(plane.get(&path).await["compliance"], Value::Null, "nothing is known yet");
    let party = run(&plane, &path).await;
    assert_eq!(party["compliance"]["compliant"], false);
    assert!(party["compliance"]["reasons"][0].as_str().unwrap().starts_with("minimum_grade: the grade is F"));
    // A policy that is changed holds at once.
    let change = json!({"policy": {"minimum_grade": "F"}}).to_string();
    assert_eq!(plane.admin(Method::PATCH, &path, &change).await.ok()["compliance"]["compliant"], true);
    assert_eq!(plane.admin(Method::PATCH, &path, "{\"policy\":{}}").await.ok()["compliance"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_kept_is_refused_in_words() {
    let plane = Plane::new(None).await;
    for (body, word) in [
        (json!({"url": "api.example.com"}), "https://"),
        (json!({"url": "https://user:pw@api.example.com"}), "password"),
        (json!({"url": "https://api.example.com", "name": " "}), "name"),
        (json!({"url": "https://api.example.com", "schedule": {"kind": "hours", "every": 0}}), "schedule.every"),
        (json!({"url": "https://api.example.com", "schedule": {"kind": "daily", "at": "25:00"}}), "schedule.at"),
        (json!({"url": "https://api.example.com", "policy": {"minimum_grade": "G"}}), "policy"),
        (json!({"url": "https://api.example.com", "policy": {"categories": {"kitchen": "low"}}}), "policy"),
        (json!({"url": "https://api.example.com", "selectors": ["a b"]}), "selectors"),
        (json!({"url": "https://api.example.com", "probe_minutes": 1441}), "probe_minutes"),
    ] {
        let refused = post(&plane, "/api/v1/third-parties", &body).await;
        assert_eq!(refused.status, 400, "{body}");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(word), "{detail}");
    }
    let unknown = post(&plane, "/api/v1/third-parties", &json!({"url": "https://a.example", "colour": 1})).await;
    assert_eq!(unknown.status, 422);
    let body = json!({"url": "https://A.example"});
    post(&plane, "/api/v1/third-parties", &body).await.ok();
    let twice = post(&plane, "/api/v1/third-parties", &json!({"url": "https://a.example/"})).await;
    assert_eq!(twice.status, 409, "the same URL in other words");
    assert_eq!(plane.get("/api/v1/third-parties").await["items"][0]["name"], "a.example");
}

#[tokio::test(flavor = "multi_thread")]
async fn private_addresses_are_refused_unless_both_the_server_and_a_person_allow_them() {
    let allowed = Plane::new(None).await;
    let remote = Remote::new(GOOD).await;
    for host in ["127.0.0.1", "localhost", "[::1]", "10.1.2.3", "169.254.169.254", "[::ffff:192.168.0.1]"] {
        let refused = post(&allowed, "/api/v1/third-parties", &json!({"url": format!("http://{host}:8080")})).await;
        assert_eq!(refused.status, 400, "{host} without allow_private");
    }
    let path = add(&allowed, &remote, json!({})).await;
    run(&allowed, &path).await;

    // The same data on a server that does not allow it: what was set before does not count any more.
    allowed.app.close().await;
    let mut strict = settings(allowed.dir.path());
    strict.manners.allow_private = false;
    let app = App::open(strict, tokio_util::sync::CancellationToken::new()).await.unwrap();
    let strict =
        Plane { router: palisade_server::router(Arc::clone(&app)), app, admin: allowed.admin, dir: allowed.dir };
    let refused =
        post(&strict, "/api/v1/third-parties", &json!({"url": "http://127.0.0.1:1", "allow_private": true})).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("--allow-private-targets"));
    let before = remote.asked().len();
    start(&strict, &path).await;
    let party = ended(&strict, &path).await;
    assert_eq!(party["last"]["state"], "failed");
    assert!(party["last"]["reason"].as_str().unwrap().contains("private network"), "{party}");
    palisade_server::probe_third_parties(&strict.app, now()).await.unwrap();
    assert_eq!(remote.asked().len(), before, "nothing was sent");
    let samples = strict.get(&format!("{path}/availability")).await;
    assert_eq!(samples["total"]["checks"], 0, "what may not be asked is not measured, which is no failure");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_runs_at_a_time_and_cancelling_really_stops_it() {
    let plane = Plane::new(None).await;
    let remote = Remote::silent().await;
    let path = add(&plane, &remote, json!({})).await;
    let id = start(&plane, &path).await;
    let again = post(&plane, &format!("{path}/assessments"), &json!({})).await;
    assert_eq!(again.status, 409);
    let cancel = format!("{path}/assessments/{id}/cancel");
    let running = until(&plane, &path, |party| party["open"]["state"] == "running").await;
    assert!(running["open"]["progress"].is_string());
    until(&plane, &path, |_| remote.open.load(Ordering::SeqCst) > 0).await;
    let cancelled = post(&plane, &cancel, &json!({})).await.ok();
    assert_eq!(
        (cancelled["state"].as_str(), cancelled["reason"].as_str()),
        (Some("cancelled"), Some("stopped by a person"))
    );
    until(&plane, &path, |_| remote.open.load(Ordering::SeqCst) == 0).await;
    let made = remote.made.load(Ordering::SeqCst);
    assert_eq!(post(&plane, &cancel, &json!({})).await.status, 409, "it has ended");
    palisade_server::third_party_round(&plane.app, now()).await.unwrap();
    assert_eq!(remote.made.load(Ordering::SeqCst), made, "no more connections were made");
    // There is room for the next one, and removing stops that one too.
    start(&plane, &path).await;
    assert_eq!(plane.admin(Method::DELETE, &path, "").await.status, 204);
    until(&plane, "/api/v1/third-parties", |_| remote.open.load(Ordering::SeqCst) == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_run_at_a_time_and_the_others_wait_their_turn() {
    let plane = Plane::new(None).await;
    let silent = [Remote::silent().await, Remote::silent().await];
    let quick = Remote::new(GOOD).await;
    let mut paths = Vec::new();
    let mut runs = Vec::new();
    for remote in silent.iter().chain([&quick]) {
        let path = add(&plane, remote, json!({})).await;
        runs.push(start(&plane, &path).await);
        paths.push(path);
    }
    assert_eq!(plane.get(&paths[1]).await["open"]["state"], "running");
    assert_eq!(plane.get(&paths[2]).await["open"]["state"], "pending");
    assert!(quick.asked().is_empty());
    post(&plane, &format!("{}/assessments/{}/cancel", paths[0], runs[0]), &json!({})).await.ok();
    assert_eq!(ended(&plane, &paths[2]).await["last"]["state"], "completed");
    // One that waits is cancelled without ever having begun.
    start(&plane, &paths[0]).await;
    let waiting = start(&plane, &paths[2]).await;
    let answer = post(&plane, &format!("{}/assessments/{waiting}/cancel", paths[2]), &json!({})).await.ok();
    assert_eq!((answer["state"].as_str(), &answer["started_at"]), (Some("cancelled"), &Value::Null));
    plane.app.stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_asks_again_when_its_time_has_come() {
    let plane = Plane::new(None).await;
    let remote = Remote::new(GOOD).await;
    let path = add(&plane, &remote, json!({"schedule": {"kind": "hours", "every": 6}})).await;
    let begun = now();
    palisade_server::third_party_round(&plane.app, begun + 6 * HOUR - MINUTE).await.unwrap();
    assert_eq!(plane.get(&path).await["open"], Value::Null, "it is not time yet");
    let due = begun + 6 * HOUR + MINUTE;
    palisade_server::third_party_round(&plane.app, due).await.unwrap();
    let party = ended(&plane, &path).await;
    assert_eq!((party["last"]["state"].as_str(), &party["last"]["scheduled"]), (Some("completed"), &json!(true)));
    assert_eq!(party["last"]["asked_by"], "schedule");
    palisade_server::third_party_round(&plane.app, due + HOUR).await.unwrap();
    assert_eq!(plane.get(&format!("{path}/assessments")).await["items"].as_array().unwrap().len(), 1);
    palisade_server::third_party_round(&plane.app, due + 6 * HOUR).await.unwrap();
    ended(&plane, &path).await;
    assert_eq!(plane.get(&format!("{path}/assessments")).await["items"].as_array().unwrap().len(), 2);
    plane.admin(Method::PATCH, &path, "{\"schedule\":{\"kind\":\"off\"}}").await.ok();
    assert_eq!(plane.get(&path).await["next_at"], Value::Null);
    palisade_server::third_party_round(&plane.app, due + 100 * HOUR).await.unwrap();
    assert_eq!(plane.get(&format!("{path}/assessments")).await["items"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ran_when_the_process_ended_failed_and_a_schedule_asks_again() {
    let plane = Plane::new(None).await;
    let (silent, other) = (Remote::silent().await, Remote::silent().await);
    let scheduled = add(&plane, &silent, json!({"schedule": {"kind": "daily", "at": "03:00"}})).await;
    let asked = add(&plane, &other, json!({})).await;
    palisade_server::third_party_round(&plane.app, now() + DAY).await.unwrap();
    start(&plane, &asked).await;
    until(&plane, &scheduled, |party| party["open"]["state"] == "running").await;
    plane.app.stop.cancel();
    let plane = plane.restart(&[spec(None)]).await;

    let party = plane.get(&asked).await;
    assert_eq!((party["last"]["state"].as_str(), &party["open"]), (Some("failed"), &Value::Null));
    assert_eq!(party["last"]["reason"], "the control plane ended while it ran");
    let party = plane.get(&scheduled).await;
    assert_eq!((party["last"]["state"].as_str(), party["open"]["state"].as_str()), (Some("failed"), Some("pending")));
    palisade_server::third_party_round(&plane.app, now()).await.unwrap();
    let party = plane.get(&scheduled).await;
    assert_eq!((party["open"]["state"].as_str(), &party["open"]["scheduled"]), (Some("running"), &json!(true)));
    plane.app.stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn availability_is_measured_by_light_requests_and_kept_for_30_days() {
    let plane = Plane::new(None).await;
    let remote = Remote::new(GOOD).await;
    let path = add(&plane, &remote, json!({"probe_minutes": 5})).await;
    let availability = format!("{path}/availability");
    let today = now();
    let probe = |at: i64| palisade_server::probe_third_parties(&plane.app, at);
    // Before 30 days, a day ago, and now.
    probe(today - 31 * DAY).await.unwrap();
    probe(today - DAY).await.unwrap();
    probe(today - DAY + 4 * MINUTE).await.unwrap();
    assert_eq!(remote.asked(), ["HEAD / HTTP/1.1", "HEAD / HTTP/1.1"], "not before five minutes are over");
    remote.answers(503, "");
    probe(today - 10 * MINUTE).await.unwrap();
    remote.answers(405, "");
    probe(today - 5 * MINUTE).await.unwrap();
    assert_eq!(remote.asked()[3..], ["HEAD / HTTP/1.1", "GET / HTTP/1.1"], "who has no HEAD is asked with GET");
    remote.answers(200, "");
    probe(today).await.unwrap();

    let shown = plane.get(&availability).await;
    assert_eq!(
        shown["total"],
        json!({"checks": 4, "failures": 0, "errors": 1, "availability": 1.0, "error_share": 0.25})
    );
    assert_eq!(shown["days"].as_array().unwrap().len(), 30);
    assert_eq!(shown["days"][0]["availability"], Value::Null, "a day without requests is not measured");
    assert_eq!(shown["last"]["status"], 200);
    assert!(shown["latency"]["p95_ms"].as_f64().unwrap() > 0.0);
    assert_eq!(plane.get(&path).await["availability"], shown["total"]);

    // Retention drops what is older than 30 days.
    let retention = palisade_store::Retention::default();
    let id = path.rsplit('/').next().unwrap();
    assert_eq!(plane.app.store.samples(id, 0, 100).await.unwrap().len(), 5);
    plane.app.store.retain(&retention, today).await.unwrap();
    assert_eq!(plane.app.store.samples(id, 0, 100).await.unwrap().len(), 4);
    plane.app.store.retain(&retention, today + 31 * DAY).await.unwrap();
    assert_eq!(plane.get(&availability).await["total"]["checks"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_does_not_answer_is_a_failure_with_its_kind() {
    let plane = Plane::new(None).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = listener.local_addr().unwrap();
    drop(listener);
    let remote = Remote { address: gone, ..Remote::new("").await };
    let path = add(&plane, &remote, json!({"probe_minutes": 1})).await;
    palisade_server::probe_third_parties(&plane.app, now()).await.unwrap();
    let shown = plane.get(&format!("{path}/availability")).await;
    assert_eq!((&shown["total"]["failures"], &shown["total"]["availability"]), (&json!(1), &json!(0.0)));
    assert_eq!((shown["last"]["failure"].as_str(), &shown["last"]["latency_ms"]), (Some("connection"), &Value::Null));
    // An assessment of it fails, with the reason.
    start(&plane, &path).await;
    let party = ended(&plane, &path).await;
    assert_eq!(party["last"]["state"], "failed");
    assert!(party["last"]["reason"].as_str().unwrap().contains("no connection"));
}
