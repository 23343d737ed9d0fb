//! The life of findings, as people see it.

use super::support::{CONTRACT, Plane};
use http::Method;
use serde_json::{Value, json};

/// The contract with a lock on it: what was found for lack of one is gone.
fn locked() -> String {
    let lock = "components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}\nsecurity: [{key: []}]\n";
    format!("{CONTRACT}{lock}")
}

async fn upload(plane: &Plane, api: &str, contract: &str) {
    let bearer = format!("Bearer {}", plane.admin);
    let fields = [("authorization", bearer.as_str()), ("content-type", "application/yaml")];
    plane.call(Method::PUT, &format!("/api/v1/apis/{api}/contract"), &fields, contract).await.ok();
    plane.app.intake.settle().await;
}

/// The finding of a rule in the contract.
async fn found(plane: &Plane, api: &str, rule: &str) -> Value {
    let all = plane.get(&format!("/api/v1/apis/{api}/findings?engine=audit&limit=1000")).await;
    let one = all["items"].as_array().unwrap().iter().find(|finding| finding["rule"] == rule);
    one.unwrap_or_else(|| panic!("no {rule}")).clone()
}

fn states(detail: &Value) -> Vec<&str> {
    detail["history"].as_array().unwrap().iter().map(|change| change["state"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finding_is_accepted_fixed_and_comes_back() {
    let plane = Plane::new(Some(CONTRACT)).await;
    plane.app.intake.settle().await;
    let api = plane.api_id().await;
    let finding = found(&plane, &api, "PAL-SEC002").await;
    assert_eq!((&finding["state"], &finding["api_id"]), (&json!("open"), &json!(api)));
    let path = format!("/api/v1/findings/{}", finding["id"].as_str().unwrap());
    let before = plane.get("/api/v1/overview").await["findings"].clone();

    let words = json!({"reason": "behind the mesh", "expires_at": "2030-01-01T00:00:00Z"}).to_string();
    let accepted = plane.admin(Method::POST, &format!("{path}/acknowledge"), &words).await.ok();
    assert_eq!(
        (&accepted["state"], &accepted["acknowledged"]["reason"]),
        (&json!("acknowledged"), &json!("behind the mesh"))
    );
    assert_eq!(accepted["acknowledged"]["until"], "2030-01-01T00:00:00.000000Z");
    assert_eq!(states(&accepted), ["open", "acknowledged"]);
    let severity = finding["severity"].as_str().unwrap();
    let counted = |overview: &Value| overview[severity].as_u64().unwrap();
    let after = plane.get("/api/v1/overview").await["findings"].clone();
    assert_eq!(counted(&after) + 1, counted(&before), "what is accepted does not count");

    upload(&plane, &api, &locked()).await;
    assert_eq!(states(&plane.get(&path).await), ["open", "acknowledged", "fixed"]);
    let again = plane.admin(Method::POST, &format!("{path}/acknowledge"), &words).await;
    assert_eq!(again.status, 409);
    plane.admin(Method::POST, &format!("{path}/reopen"), "{\"reason\":\"the mesh is gone\"}").await.ok();
    upload(&plane, &api, CONTRACT).await;
    let back = found(&plane, &api, "PAL-SEC002").await;
    assert_eq!((&back["id"], &back["state"]), (&finding["id"], &json!("regressed")));
    assert_eq!(back["first_observed"], finding["first_observed"]);
    assert_eq!(states(&plane.get(&path).await), ["open", "acknowledged", "fixed", "fixed", "regressed"]);
    assert_eq!(plane.admin(Method::POST, &format!("{path}/reopen"), "{}").await.status, 409);
    plane.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_accepted_is_refused_with_its_place() {
    let plane = Plane::new(Some(CONTRACT)).await;
    plane.app.intake.settle().await;
    let api = plane.api_id().await;
    let id = found(&plane, &api, "PAL-SEC002").await["id"].as_str().unwrap().to_owned();
    for (body, pointer) in [
        (json!({"reason": "  "}), "/reason"),
        (json!({"reason": "two\nlines"}), "/reason"),
        (json!({"reason": "x".repeat(1001)}), "/reason"),
        (json!({"reason": "x", "expires_at": "2020-01-01T00:00:00Z"}), "/expires_at"),
        (json!({"reason": "x", "expires_at": "tomorrow"}), "/expires_at"),
        (json!({"reason": "x", "expires_at": "2999-01-01T00:00:00Z"}), "/expires_at"),
    ] {
        let answer = plane.admin(Method::POST, &format!("/api/v1/findings/{id}/acknowledge"), &body.to_string()).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["errors"][0]["pointer"]), (422, &json!(pointer)), "{body}");
    }
    let unknown = plane.admin(Method::POST, "/api/v1/findings/none/acknowledge", "{\"reason\":\"x\"}").await;
    assert_eq!(unknown.status, 404);
    plane.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_of_the_project_are_listed_counted_and_accepted_by_filter() {
    let plane = Plane::new(Some(CONTRACT)).await;
    plane.app.intake.settle().await;
    let all = plane.get("/api/v1/findings?limit=1000").await["items"].as_array().unwrap().clone();
    let of = |word: &'static str| all.iter().filter(move |finding| finding["severity"] == word).count() as u64;
    assert!(!all.is_empty());
    let ranked = ["critical", "high", "medium", "low", "info"];
    let rank = |finding: &Value| ranked.iter().position(|word| finding["severity"] == *word);
    assert!(all.is_sorted_by_key(rank), "the most serious first");
    let groups = plane.get("/api/v1/findings/summary?by=severity").await["items"].clone();
    for group in groups.as_array().unwrap() {
        let word = ranked.into_iter().find(|word| group["key"] == *word).unwrap();
        assert_eq!((group["total"].as_u64(), group["states"]["open"].as_u64()), (Some(of(word)), Some(of(word))));
    }

    let rule = all[0]["rule"].as_str().unwrap();
    let fired = all.iter().filter(|finding| finding["rule"] == rule).count();
    let words = json!({"filter": [format!("rule:is:{rule}")], "reason": "as agreed"}).to_string();
    let done = plane.admin(Method::POST, "/api/v1/findings/acknowledge", &words).await.ok();
    assert_eq!(done, json!({"acknowledged": fired, "refused": 0, "more": false}));
    let again = plane.admin(Method::POST, "/api/v1/findings/acknowledge", &words).await.ok();
    assert_eq!(again["acknowledged"], 0, "what is accepted is not accepted anew");
    let accepted = plane.get("/api/v1/findings?filter=state:is:acknowledged&fields=rule").await;
    assert_eq!(accepted["items"].as_array().unwrap().len(), fired);
    let by_state = plane.get("/api/v1/findings/summary?by=state").await["items"].clone();
    assert!(by_state.as_array().unwrap().iter().any(|group| group["key"] == "acknowledged" && group["total"] == fired));

    for (body, pointer) in [
        (json!({"filter": [], "reason": "x"}), "/filter"),
        (json!({"filter": ["colour:is:red"], "reason": "x"}), "/filter"),
        (json!({"filter": ["rule:is:x"], "reason": ""}), "/reason"),
    ] {
        let answer = plane.admin(Method::POST, "/api/v1/findings/acknowledge", &body.to_string()).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["errors"][0]["pointer"]), (422, &json!(pointer)), "{body}");
    }
    plane.app.close().await;
}
