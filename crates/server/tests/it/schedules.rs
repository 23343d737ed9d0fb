//! Schedules: run by the clock and by hand, each run compared with the last.

use super::support::{CONTRACT, Plane};
use http::Method;
use palisade_server::schedule_round;
use serde_json::{Value, json};
use std::sync::Arc;

/// A day, in microseconds.
const DAY: i64 = 24 * 3600 * 1_000_000;

async fn add(plane: &Plane, body: &Value) -> super::support::Answer {
    plane.admin(Method::POST, "/api/v1/schedules", &body.to_string()).await
}

fn nightly(job: Value) -> Value {
    json!({"name": "nightly", "cron": "30 2 * * *", "job": job})
}

fn oas(contract: &str) -> Value {
    json!({"job_type": "OasScoringJob", "document": contract, "application_version": "1.4.0"})
}

/// Lets the controller of this process run.
fn work(plane: &Plane) {
    tokio::spawn(palisade_server::run_embedded_controller(Arc::clone(&plane.app)));
}

fn micros(text: &Value) -> i64 {
    text.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_microsecond()
}

/// The newest run, once its job has ended and it was taken note of.
async fn done(plane: &Plane, schedule: &str, now: i64) -> Value {
    let path = format!("/api/v1/schedules/{schedule}/runs");
    let run = plane.get(&path).await["items"][0].clone();
    if let Some(job) = run["job_id"].as_str() {
        // Ends with the job.
        plane.admin(Method::GET, &format!("/api/v1/jobs/{job}/events"), "").await;
    }
    schedule_round(&plane.app, now).await.unwrap();
    plane.get(&path).await["items"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_run_is_compared_with_the_last() {
    let plane = Plane::new(None).await;
    work(&plane);
    let made = add(&plane, &nightly(oas(CONTRACT))).await;
    assert_eq!(made.status, 201);
    let made = made.json();
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!((&made["enabled"], &made["missed"], &made["time_zone"]), (&json!(true), &json!("once"), &json!("UTC")));
    assert_eq!((&made["job"]["document"], &made["document_bytes"]), (&Value::Null, &json!(CONTRACT.len())));
    assert_eq!(made["next"].as_array().unwrap().len(), 5);

    // Nothing runs before its time; at its time it runs once, however often somebody looks.
    let due = micros(&made["next"][0]);
    schedule_round(&plane.app, due - 1).await.unwrap();
    let path = format!("/api/v1/schedules/{id}/runs");
    assert_eq!(plane.get(&path).await["items"], json!([]));
    schedule_round(&plane.app, due).await.unwrap();
    let first = done(&plane, &id, due).await;
    assert_eq!((&first["state"], &first["due_at"]), (&json!("Completed"), &made["next"][0]));
    assert_eq!((&first["application_version"], &first["comparison"]), (&json!("1.4.0"), &Value::Null));
    assert_eq!(plane.get(&path).await["items"].as_array().unwrap().len(), 1);
    assert_eq!(plane.get(&format!("/api/v1/schedules/{id}")).await["next"][0], made["next"][1]);

    // The application grew.
    let grown = format!("{CONTRACT}  /admin/export:\n    get: {{responses: {{'200': {{description: good}}}}}}\n");
    let mut change = nightly(oas(&grown));
    change["job"]["application_version"] = json!("1.5.0");
    plane.admin(Method::PUT, &format!("/api/v1/schedules/{id}"), &change.to_string()).await.ok();
    schedule_round(&plane.app, due + DAY).await.unwrap();
    let second = done(&plane, &id, due + DAY).await;
    let comparison = &second["comparison"];
    assert_eq!(comparison["operations"]["added"], json!(["GET /admin/export"]));
    assert_eq!(comparison["operations"]["removed"], json!([]));
    let version = |side: &str| comparison[side]["application_version"].clone();
    assert_eq!((version("before"), version("after")), (json!("1.4.0"), json!("1.5.0")));
    assert!(comparison["findings"]["unchanged"].as_u64().unwrap() > 0);
    let news = comparison["findings"]["new"].as_array().unwrap();
    assert!(news.iter().any(|finding| finding["operation"] == "GET /admin/export"), "{news:?}");
    assert_eq!(comparison["contract"]["breaking"], 0);
    assert_eq!(comparison["contract"]["compatible"], 1);
    assert_eq!(
        comparison["score_change"].as_f64(),
        Some(second["score"].as_f64().unwrap() - first["score"].as_f64().unwrap())
    );

    // Two jobs are compared alike, the other way round too, and when their results are gone.
    let job = |run: &Value| run["job_id"].as_str().unwrap().to_owned();
    let (one, two) = (job(&first), job(&second));
    assert_eq!(plane.get(&format!("/api/v1/jobs/{one}/compare/{two}")).await, *comparison);
    let back = plane.get(&format!("/api/v1/jobs/{two}/compare/{one}")).await;
    assert_eq!(back["operations"]["removed"], json!(["GET /admin/export"]));
    palisade_server::job_round(&plane.app, due + 400 * DAY).await.unwrap();
    assert_eq!(plane.admin(Method::GET, &format!("/api/v1/jobs/{one}"), "").await.status, 404, "a week is over");
    let kept = plane.get(&format!("/api/v1/jobs/{one}/compare/{two}")).await;
    assert_eq!((&kept["operations"], &kept["findings"]), (&comparison["operations"], &comparison["findings"]));
    assert_eq!(kept["contract"], Value::Null);
    let runs = format!("{path}/{}/compare/{}", first["id"].as_str().unwrap(), second["id"].as_str().unwrap());
    assert_eq!(plane.get(&runs).await, kept);
    plane.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_of_an_api_is_followed() {
    let plane = Plane::new(Some(CONTRACT)).await;
    work(&plane);
    let api = plane.api_id().await;
    let mut body = nightly(json!({"job_type": "OasScoringJob"}));
    body["contract_of"] = json!(api);
    let id = add(&plane, &body).await.ok()["id"].as_str().unwrap().to_owned();
    let run = plane.admin(Method::POST, &format!("/api/v1/schedules/{id}/runs"), "").await.ok();
    assert_eq!((&run["state"], &run["asked_by"]), (&json!("Started"), &json!("admin.token")));
    let first = done(&plane, &id, 0).await;
    assert_eq!((&first["state"], &first["application_version"]), (&json!("Completed"), &json!("contract 1")));
    plane.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_do_not_overlap_and_missed_ones_follow_the_policy() {
    // Nobody runs the jobs here: the first one goes on.
    let plane = Plane::new(None).await;
    let made = add(&plane, &nightly(oas(CONTRACT))).await.ok();
    let id = made["id"].as_str().unwrap().to_owned();
    let due = micros(&made["next"][0]);
    let mut skipping = nightly(oas(CONTRACT));
    skipping["name"] = json!("skipping");
    skipping["missed"] = json!("skip");
    let other = add(&plane, &skipping).await.ok()["id"].as_str().unwrap().to_owned();
    // Ten nights later the control plane comes back.
    schedule_round(&plane.app, due + 10 * DAY + 1).await.unwrap();
    let runs = plane.get(&format!("/api/v1/schedules/{id}/runs")).await;
    assert_eq!(runs["items"].as_array().unwrap().len(), 1, "once, however many were missed");
    assert_eq!((&runs["items"][0]["state"], &runs["items"][0]["late_seconds"]), (&json!("Started"), &json!(864_000)));
    let skipped = plane.get(&format!("/api/v1/schedules/{other}/runs")).await;
    assert_eq!((&skipped["items"][0]["state"], &skipped["items"][0]["job_id"]), (&json!("Skipped"), &Value::Null));

    schedule_round(&plane.app, due + 11 * DAY).await.unwrap();
    let runs = plane.get(&format!("/api/v1/schedules/{id}/runs")).await;
    let states: Vec<&Value> = runs["items"].as_array().unwrap().iter().map(|run| &run["state"]).collect();
    assert_eq!(states, ["Skipped", "Started"]);
    assert_eq!(runs["items"][0]["reason"], "the run before it still goes on");
    assert_eq!(plane.admin(Method::POST, &format!("/api/v1/schedules/{id}/runs"), "").await.status, 409);
    let job = runs["items"][1]["job_id"].as_str().unwrap();
    plane.admin(Method::DELETE, &format!("/api/v1/jobs/{job}"), "").await.ok();
    schedule_round(&plane.app, due + 11 * DAY).await.unwrap();
    let runs = plane.get(&format!("/api/v1/schedules/{id}/runs")).await;
    let states: Vec<&Value> = runs["items"].as_array().unwrap().iter().map(|run| &run["state"]).collect();
    assert_eq!(states, ["Skipped", "Cancelled"]);

    // Paused, it does not run by the clock, only by hand.
    let mut paused = nightly(oas(CONTRACT));
    paused["enabled"] = json!(false);
    let now = plane.admin(Method::PUT, &format!("/api/v1/schedules/{id}"), &paused.to_string()).await.ok();
    assert_eq!(now["next"], json!([]));
    schedule_round(&plane.app, due + 40 * DAY).await.unwrap();
    let after = plane.get(&format!("/api/v1/schedules/{id}/runs")).await;
    assert_eq!(after["items"].as_array().unwrap().len(), runs["items"].as_array().unwrap().len());
    plane.admin(Method::POST, &format!("/api/v1/schedules/{id}/runs"), "").await.ok();
    assert_eq!(plane.admin(Method::DELETE, &format!("/api/v1/schedules/{id}"), "").await.status, 204);
    plane.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_run_is_refused_with_its_place() {
    let plane = Plane::new(None).await;
    let third = json!({"job_type": "ThirdPartyApiScoringJob", "url": "https://api.example"});
    for (body, pointer) in [
        (json!({"name": "a b", "cron": "0 3 * * *", "job": third}), "/name"),
        (json!({"name": "a", "cron": "0 3 * *", "job": third}), "/cron"),
        (json!({"name": "a", "cron": "0 0 30 2 *", "job": third}), "/cron"),
        (json!({"name": "a", "cron": "0 3 * * *", "time_zone": "Mars/Base", "job": third}), "/time_zone"),
        (json!({"name": "a", "cron": "0 3 * * *", "job": {"job_type": "OasScoringJob"}}), "/job/document"),
        (json!({"name": "a", "cron": "0 3 * * *", "job": {"job_type": "Dance"}}), "/job"),
        (
            json!({"name": "a", "cron": "0 3 * * *", "job": {"job_type": "OasScoringJob"}, "contract_of": "x"}),
            "/contract_of",
        ),
    ] {
        let refused = add(&plane, &body).await;
        assert_eq!(
            (refused.status.as_u16(), &refused.json()["errors"][0]["pointer"]),
            (422, &json!(pointer)),
            "{body}"
        );
    }
    add(&plane, &json!({"name": "a", "cron": "@daily", "job": third})).await.ok();
    assert_eq!(add(&plane, &json!({"name": "a", "cron": "@daily", "job": third})).await.status, 409);
    plane.app.close().await;
}
