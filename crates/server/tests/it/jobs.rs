//! Jobs over the REST API: asked for, run by the embedded controller and by others, followed, stopped.

use super::support::{Answer, Plane};
use http::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const CONTRACT: &str = "openapi: 3.0.3
info: {title: Carts, version: '7'}
servers: [{url: 'http://carts.example'}]
paths:
  /carts/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: good}}
";

async fn ask(plane: &Plane, body: &Value) -> Answer {
    plane.admin(Method::POST, "/api/v1/jobs", &body.to_string()).await
}

fn oas() -> Value {
    json!({"job_type": "OasScoringJob", "document": CONTRACT, "document_name": "carts.yaml"})
}

/// The job once it has ended; every state before is followed.
async fn ended(plane: &Plane, id: &str) -> Value {
    let events = plane.admin(Method::GET, &format!("/api/v1/jobs/{id}/events"), "").await;
    assert_eq!(events.headers["content-type"], "text/event-stream");
    let last = events.text.lines().rev().find_map(|line| line.strip_prefix("data: ")).unwrap();
    serde_json::from_str(last).unwrap()
}

/// Lets the controller of this process run.
fn work(plane: &Plane) {
    tokio::spawn(palisade_server::run_embedded_controller(Arc::clone(&plane.app)));
}

fn post(path: &str, body: Value) -> (Method, String, String) {
    (Method::POST, format!("/api/v1/controller/{path}"), body.to_string())
}

async fn tell(plane: &Plane, (method, path, body): (Method, String, String)) -> Answer {
    plane.admin(method, &path, &body).await
}

async fn hello(plane: &Plane, name: &str, instance: &str) -> String {
    let said = json!({"name": name, "instance": instance, "version": "0.1.0", "parallel": 1, "allow_private": false,
        "job_types": ["OasScoringJob"]});
    tell(plane, post("hello", said)).await.ok()["controller_id"].as_str().unwrap().to_owned()
}

async fn lease(plane: &Plane, controller: &str, instance: &str) -> Answer {
    tell(plane, post(&format!("{controller}/lease"), json!({"instance": instance}))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_is_scored() {
    let plane = Plane::new(None).await;
    let asked = ask(
        &plane,
        &json!({"job_type": "OasScoringJob", "document": CONTRACT, "document_name": "carts.yaml",
        "max_severity_allowed": "info", "application": "shop", "application_version": "1.2"}),
    )
    .await;
    assert_eq!(asked.status, 201);
    let asked = asked.json();
    assert_eq!((&asked["state"], &asked["progress"]), (&json!("Pending"), &json!(0)));
    let id = asked["id"].as_str().unwrap();
    assert_eq!(plane.get(&format!("/api/v1/jobs/{id}/findings")).await["items"], json!([]));
    let early = plane.admin(Method::GET, &format!("/api/v1/jobs/{id}/report"), "").await;
    assert_eq!(early.status, 409);
    work(&plane);
    let job = ended(&plane, id).await;
    assert_eq!(job["state"], "Completed", "{job}");
    assert_eq!((&job["compliant"], &job["progress"], &job["attempts"]), (&json!(false), &json!(100), &json!(1)));
    assert_eq!((&job["application"], &job["controller"]["name"]), (&json!("shop"), &json!("embedded")));

    let findings = plane.get(&format!("/api/v1/jobs/{id}/findings?limit=500")).await;
    let items = findings["items"].as_array().unwrap();
    let high = items.iter().filter(|item| item["severity"] == "high").count();
    assert_eq!(job["summary"]["high"], high);
    assert!(items.iter().all(|item| item["source"] == "oas-analyzer" && item["categories"][0] == "api-specification"));
    let first = plane.get(&format!("/api/v1/jobs/{id}/findings?limit=1")).await;
    let second =
        plane.get(&format!("/api/v1/jobs/{id}/findings?limit=1&cursor={}", first["next"].as_str().unwrap())).await;
    assert_eq!((&first["items"][0], &second["items"][0]), (&items[0], &items[1]));

    let report = plane.get(&format!("/api/v1/jobs/{id}/report")).await;
    assert_eq!((&report["contract"]["title"], &report["score"]["total"]), (&json!("Carts"), &job["score"]));
    assert_eq!(report["findings"].as_array().unwrap().len(), items.len());
    for (format, kind, mark) in [
        ("text", "text/plain; charset=utf-8", "carts.yaml"),
        ("sarif", "application/sarif+json", "\"version\": \"2.1.0\""),
        ("junit", "application/xml", "<testsuite"),
        ("md", "text/markdown; charset=utf-8", "carts.yaml"),
        ("html", "text/html; charset=utf-8", "<!doctype html>"),
    ] {
        let answer = plane.admin(Method::GET, &format!("/api/v1/jobs/{id}/report?format={format}"), "").await;
        assert_eq!((answer.status.as_u16(), answer.headers["content-type"].to_str().unwrap()), (200, kind));
        assert!(answer.text.contains(mark), "{format}: {}", answer.text);
        assert!(answer.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    }
    let log = plane.admin(Method::GET, &format!("/api/v1/jobs/{id}/log"), "").await.text;
    let told: Vec<_> = log.lines().filter_map(|line| line.split_once(' ')).map(|(_, text)| text).collect();
    assert_eq!(told.first(), Some(&"leased to the controller embedded"));
    assert_eq!(told.last(), Some(&"completed"));
    assert!(log.contains("audits carts.yaml"), "{log}");
    assert!(
        plane.get("/api/v1/apis").await["items"].as_array().unwrap().len() == 1,
        "results are no part of the catalogue"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_party_is_graded_only_where_it_may_be_asked() {
    let plane = Plane::new(None).await;
    work(&plane);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let answers = axum::Router::new().fallback(|| async { "hello" });
    tokio::spawn(async move { axum::serve(listener, answers).await });
    let asked = ask(&plane, &json!({"job_type": "ThirdPartyApiScoringJob", "url": url})).await.ok();
    let id = asked["id"].as_str().unwrap();
    let job = ended(&plane, id).await;
    assert_eq!(job["state"], "Completed", "{job}");
    assert!(job["grade"].is_string() && job["score"].is_number());
    assert_eq!(job["compliant"], Value::Null, "nothing was asked for");
    let report = plane.get(&format!("/api/v1/jobs/{id}/report")).await;
    assert_eq!(report["grade"], job["grade"]);
    let text = plane.admin(Method::GET, &format!("/api/v1/jobs/{id}/report?format=text"), "").await.text;
    assert!(text.contains("127.0.0.1"), "{text}");
    // A name that leads to this machine must be allowed by who asks, too.
    let name = url.replace("127.0.0.1", "ip6-localhost");
    let asked = ask(&plane, &json!({"job_type": "ThirdPartyApiScoringJob", "url": name})).await.ok();
    let job = ended(&plane, asked["id"].as_str().unwrap()).await;
    assert_eq!(job["state"], "Failed", "{job}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fuzzing_says_that_its_engine_is_missing() {
    let plane = Plane::new(None).await;
    work(&plane);
    let fuzz = |document: &str| {
        json!({"job_type": "FuzzingJob", "document": document, "url": "http://127.0.0.1:9",
        "fuzzing_depth": "Quick"})
    };
    let mut reasons = Vec::new();
    for document in [CONTRACT, "no: contract"] {
        let asked = ask(&plane, &fuzz(document)).await.ok();
        let job = ended(&plane, asked["id"].as_str().unwrap()).await;
        assert_eq!((&job["state"], &job["attempts"]), (&json!("Failed"), &json!(1)));
        reasons.push(job["reason"].as_str().unwrap().to_owned());
    }
    let asked = ask(&plane, &json!({"job_type": "OasScoringJob", "document": "no: contract"})).await.ok();
    reasons.push(ended(&plane, asked["id"].as_str().unwrap()).await["reason"].as_str().unwrap().to_owned());
    insta::assert_snapshot!(reasons.join("\n"), @r"
    this build of Palisade has no fuzz engine: nothing was sent to the API
    the document is no contract that can be fuzzed: no member openapi or swagger at the root: this is no API contract
    the document is no contract that can be scored: no member openapi or swagger at the root: this is no API contract
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_job_is_said_at_once() {
    let plane = Plane::new(None).await;
    let long = "x".repeat(201);
    let mut told = String::new();
    for body in [
        json!({"job_type": "OasScoringJob"}),
        json!({"job_type": "OasScoringJob", "document": "a", "url": "https://a.example"}),
        json!({"job_type": "OasScoringJob", "document": "a", "document_name": long}),
        json!({"job_type": "OasScoringJob", "document": "a", "options": {"profile": "loud"}}),
        json!({"job_type": "OasScoringJob", "document": "a", "fuzzing_depth": "Deep"}),
        json!({"job_type": "OasScoringJob", "document": "a", "controller_id": "none"}),
        json!({"job_type": "OasScoringJob", "document": "a", "gate": "none"}),
        json!({"job_type": "ThirdPartyApiScoringJob"}),
        json!({"job_type": "ThirdPartyApiScoringJob", "url": "https://ann:secret@a.example"}),
        json!({"job_type": "ThirdPartyApiScoringJob", "url": "ftp://a.example"}),
        json!({"job_type": "FuzzingJob", "url": "https://a.example"}),
    ] {
        let answer = ask(&plane, &body).await;
        assert_eq!(answer.status, 422, "{}", answer.text);
        let problem = answer.json();
        told += &format!(
            "{}: {}\n",
            problem["errors"][0]["pointer"].as_str().unwrap(),
            problem["detail"].as_str().unwrap()
        );
    }
    insta::assert_snapshot!(told);
    let unknown = ask(&plane, &json!({"job_type": "OasScoringJob", "document": "a", "options": {"auth": "x"}})).await;
    assert_eq!(unknown.status, 422, "credentials of targets are not taken");
    let big = "x".repeat((16 << 20) + 1);
    assert_eq!(ask(&plane, &json!({"job_type": "OasScoringJob", "document": big})).await.status, 422);
    let huge = "x".repeat(41 << 20);
    assert_eq!(ask(&plane, &json!({"job_type": "OasScoringJob", "document": huge})).await.status, 413);
    assert_eq!(plane.get("/api/v1/jobs").await["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_gives_the_same_job() {
    let plane = Plane::new(None).await;
    let bearer = format!("Bearer {}", plane.admin);
    let fields =
        [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", "build-7")];
    let again = |body: Value| {
        let (plane, fields) = (&plane, &fields);
        async move { plane.call(Method::POST, "/api/v1/jobs", fields, &body.to_string()).await }
    };
    let (first, second) = (again(oas()).await, again(oas()).await);
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 200));
    assert_eq!(first.json(), second.json());
    let other = again(json!({"job_type": "OasScoringJob", "document": "b"})).await;
    assert_eq!(other.status, 422);
    let body = oas();
    let (one, two) = tokio::join!(ask(&plane, &body), ask(&plane, &body));
    assert_ne!(one.json()["id"], two.json()["id"], "without a key every request is a job");
    let listed = plane.get("/api/v1/jobs?sort=created_at&limit=2").await;
    assert_eq!(listed["items"][0], first.json());
    let rest =
        plane.get(&format!("/api/v1/jobs?sort=created_at&limit=2&cursor={}", listed["next"].as_str().unwrap())).await;
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
    assert_eq!(plane.get("/api/v1/jobs?filter=state:is:Completed").await["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_stopped_at_once_and_what_runs_soon() {
    let plane = Plane::new(None).await;
    let waits = ask(&plane, &oas()).await.ok();
    let path = format!("/api/v1/jobs/{}", waits["id"].as_str().unwrap());
    let stopped = plane.admin(Method::DELETE, &path, "").await.ok();
    assert_eq!((&stopped["state"], &stopped["reason"]), (&json!("Cancelled"), &json!("stopped by admin.token")));
    assert_eq!(plane.admin(Method::DELETE, &path, "").await.ok(), stopped, "once more changes nothing");

    // A server that takes the connection and says nothing would hold an assessment up for long.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (asked_sender, mut asked) = tokio::sync::mpsc::channel(1);
    let (closed_sender, mut closed) = tokio::sync::mpsc::channel(64);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (asked_sender, closed_sender) = (asked_sender.clone(), closed_sender.clone());
            tokio::spawn(async move {
                let mut bytes = [0; 4096];
                while matches!(tokio::io::AsyncReadExt::read(&mut stream, &mut bytes).await, Ok(1..)) {
                    let _ = asked_sender.try_send(());
                }
                let _ = closed_sender.send(()).await;
            });
        }
    });
    work(&plane);
    let runs = ask(&plane, &json!({"job_type": "ThirdPartyApiScoringJob", "url": url})).await.ok();
    asked.recv().await.unwrap();
    let path = format!("/api/v1/jobs/{}", runs["id"].as_str().unwrap());
    let stopped = plane.admin(Method::DELETE, &path, "").await.ok();
    assert_eq!(stopped["state"], "Cancelled", "{stopped}");
    closed.recv().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_controller_elsewhere_holds_a_job_by_its_fence() {
    let plane = Plane::new(None).await;
    let controller = hello(&plane, "east", "i1").await;
    assert_eq!(lease(&plane, &controller, "i1").await.status, 204);
    let asked = ask(&plane, &oas()).await.ok();
    let task = lease(&plane, &controller, "i1").await.json();
    assert_eq!(task["id"], asked["id"]);
    let of_job = format!("{controller}/jobs/{}", asked["id"].as_str().unwrap());
    let document = format!("/api/v1/controller/{of_job}/document");
    let good = plane.admin(Method::GET, &format!("{document}?fence={}", task["fence"]), "").await;
    assert_eq!((good.status.as_u16(), good.text.as_str()), (200, CONTRACT));
    assert_eq!(plane.admin(Method::GET, &format!("{document}?fence=99"), "").await.status, 409);
    let beat = |fence: &Value| {
        post(
            &format!("{of_job}/heartbeat"),
            json!({"fence": fence, "progress": 40,
        "text": "works\nINFO forged", "log": [{"number": 0, "time": 1, "text": "a\nb"}]}),
        )
    };
    assert_eq!(tell(&plane, beat(&task["fence"])).await.ok(), "go");
    let job = plane.get(&format!("/api/v1/jobs/{}", asked["id"].as_str().unwrap())).await;
    assert_eq!((&job["progress"], &job["progress_text"]), (&json!(40), &json!("works INFO forged")));
    let listed = plane.get("/api/v1/controllers").await;
    assert_eq!((&listed["items"][0]["name"], &listed["items"][0]["jobs"]), (&json!("east"), &json!(1)));
    assert_eq!(listed["items"][0]["state"], "connected");

    // It starts again: what it held is tried again, and what its earlier instance tells is refused.
    assert_eq!(hello(&plane, "east", "i2").await, controller);
    assert_eq!(lease(&plane, &controller, "i1").await.status, 409);
    assert_eq!(tell(&plane, beat(&task["fence"])).await.status, 409);
    let done = |fence: &Value| {
        post(
            &format!("{of_job}/end"),
            json!({"fence": fence, "outcome": "completed",
        "score": 50.0, "summary": {"critical": 0, "high": 0, "medium": 0, "low": 0, "info": 0}, "findings": [],
        "report": {}, "log": []}),
        )
    };
    assert_eq!(tell(&plane, done(&task["fence"])).await.status, 409);
    let waits = plane.get(&format!("/api/v1/jobs/{}", asked["id"].as_str().unwrap())).await;
    assert_eq!(
        (&waits["state"], &waits["reason"]),
        (&json!("Pending"), &json!("the controller east ended while it ran"))
    );
    let held = json!({"instance": "i2", "wait_seconds": 20});
    let second = tell(&plane, post(&format!("{controller}/lease"), held)).await.json();
    assert!(second["fence"].as_i64() > task["fence"].as_i64());
    assert_eq!(tell(&plane, done(&second["fence"])).await.status, 204);
    assert_eq!(tell(&plane, done(&second["fence"])).await.status, 204, "told twice, kept once");
    let job = plane.get(&format!("/api/v1/jobs/{}", asked["id"].as_str().unwrap())).await;
    assert_eq!((&job["state"], &job["score"], &job["attempts"]), (&json!("Completed"), &json!(50.0), &json!(2)));
    tell(&plane, post(&format!("{controller}/bye"), json!({"instance": "i2"}))).await.ok();
    assert_eq!(plane.get("/api/v1/controllers").await["items"][0]["state"], "stopped");
    let own = tell(
        &plane,
        post(
            "hello",
            json!({"name": "embedded", "instance": "x", "version": "1", "parallel": 1,
        "allow_private": false, "job_types": ["OasScoringJob"]}),
        ),
    )
    .await;
    assert_eq!(own.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_loses_nothing_and_old_jobs_go() {
    let plane = Plane::new(None).await;
    let asked = ask(&plane, &oas()).await.ok();
    let plane = plane.restart(&[]).await;
    work(&plane);
    let id = asked["id"].as_str().unwrap();
    assert_eq!(ended(&plane, id).await["state"], "Completed");
    let job = plane.get(&format!("/api/v1/jobs/{id}")).await;
    let ended: jiff::Timestamp = job["ended_at"].as_str().unwrap().parse().unwrap();
    let expires: jiff::Timestamp = job["expires_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(expires.duration_since(ended), jiff::SignedDuration::from_hours(7 * 24));
    palisade_server::job_round(&plane.app, expires.as_microsecond() - 1).await.unwrap();
    assert_eq!(plane.get(&format!("/api/v1/jobs/{id}")).await, job);
    palisade_server::job_round(&plane.app, expires.as_microsecond()).await.unwrap();
    assert_eq!(plane.admin(Method::GET, &format!("/api/v1/jobs/{id}"), "").await.status, 404);
    tokio::time::timeout(Duration::from_secs(30), plane.app.close()).await.unwrap();
}
