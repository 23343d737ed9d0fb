//! Corrections of a person hold for what was learned before them, and survive a restart.

use super::support::{Plane, spec};
use http::Method;
use serde_json::{Value, json};

async fn paths(plane: &Plane, id: &str) -> Vec<String> {
    plane.app.intake.settle().await;
    let page = plane.get(&format!("/api/v1/apis/{id}/operations")).await;
    page["items"].as_array().unwrap().iter().map(|item| item["path"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn corrections_change_what_was_learned_and_survive_a_restart() {
    let plane = Plane::new(None).await;
    let id = plane.api_id().await;
    for path in ["/racks/poetry", "/racks/novels", "/probe"] {
        plane.see("GET", path, 200).await;
    }
    assert_eq!(paths(&plane, &id).await, ["/probe", "/racks/novels", "/racks/poetry"]);

    let target = format!("/api/v1/apis/{id}/corrections");
    let admin = format!("Bearer {}", plane.admin);
    let fields = [("authorization", admin.as_str()), ("content-type", "application/yaml")];
    let answer = plane.call(Method::PUT, &target, &fields, "merge: [\"/racks/{rack}\"]\nignore: [GET /probe]\n").await;
    assert_eq!(answer.status.as_u16(), 200, "{:?}", answer.json());
    assert_eq!(paths(&plane, &id).await, ["/racks/{rack}"]);

    let plane = plane.restart(&[spec(None)]).await;
    assert_eq!(paths(&plane, &id).await, ["/racks/{rack}"]);
    let kept = json!({"merge": ["/racks/{rack}"], "split": [], "rename": {}, "ignore": ["GET /probe"]});
    assert_eq!(plane.get(&target).await, kept);

    let admin = format!("Bearer {}", plane.admin);
    let fields = [("authorization", admin.as_str()), ("content-type", "application/yaml")];
    let answer = plane.call(Method::PUT, &target, &fields, "merge: [racks]\n").await;
    assert_eq!(answer.status.as_u16(), 422);
    let problem: Value = answer.json();
    assert_eq!(problem["detail"], "corrections:1:9: a template begins with /");
    assert_eq!(plane.get(&target).await, kept, "what cannot be used changes nothing");
}
