//! Who may call what: every endpoint of the document, probed on the real router with every role.

use super::support::Plane;
use http::Method;
use std::fmt::Write;

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_lets_in_whom_it_should() {
    let plane = Plane::new(Some(super::support::CONTRACT)).await;
    let (viewer, gateway) = (plane.token("viewer").await, plane.token("gateway").await);
    let source = plane.trace_source("{\"name\":\"mesh\",\"hosts\":[\"*.shop\"]}").await;
    let roles = [
        ("anonymous", None),
        ("gateway", Some(gateway)),
        ("viewer", Some(viewer)),
        ("admin", Some(plane.admin.clone())),
        ("source", Some(source)),
    ];
    let document = serde_json::to_value(palisade_server::document()).unwrap();
    let mut table = format!(
        "{:<58} {:>9} {:>8} {:>7} {:>6} {:>6}\n",
        "endpoint", "anonymous", "gateway", "viewer", "admin", "source"
    );
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "put", "post", "patch", "delete"] {
            if item.get(method).is_none() {
                continue;
            }
            // Nothing of these exists, so that a probe changes nothing: who is let in gets 404, 400, 415 or 422.
            let mut target =
                path.replace("{id}", "none").replace("{operation_id}", "none").replace("{exception_id}", "none");
            target = target.replace("{list_id}", "none").replace("{ban_id}", "none").replace("{version}", "7");
            target = target.replace("{proposal_id}", "none").replace("{assessment_id}", "none");
            target = target.replace("{uuid}", "00000000-0000-7000-8000-000000000000");
            if target.ends_with("/gateway/snapshot") {
                target += "?after=0";
            }
            let _ = write!(table, "{:<58}", format!("{} {path}", method.to_uppercase()));
            for (role, token) in &roles {
                let width = role.len().max(6) + 1;
                let shown = token.as_ref().map(|token| match *role {
                    "source" => ("x-trace-source-token", token.clone()),
                    _ => ("authorization", format!("Bearer {token}")),
                });
                let fields: Vec<(&str, &str)> = shown.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                let status = plane.call(method, &target, &fields, "").await.status.as_u16();
                let word = match status {
                    401 | 403 => status.to_string(),
                    500..=599 => format!("BROKEN {status}"),
                    _ => "yes".to_owned(),
                };
                let _ = write!(table, " {word:>width$}");
            }
            table.push('\n');
        }
    }
    insta::assert_snapshot!(table);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_nobody_knows_says_nothing_to_strangers() {
    let plane = Plane::new(None).await;
    let stranger = plane.call(Method::GET, "/api/v1/secrets", &[], "").await;
    assert_eq!(stranger.status, 401);
    assert_eq!(plane.admin(Method::GET, "/api/v1/secrets", "").await.status, 404);
    assert_eq!(stranger.headers["content-type"], "application/problem+json");
    assert!(stranger.headers.contains_key("www-authenticate"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_opens_nothing_and_the_admin_file_stays() {
    let plane = Plane::new(None).await;
    let made = plane
        .admin(Method::POST, "/api/v1/tokens", "{\"name\":\"t\",\"role\":\"viewer\",\"expires_in_days\":1}")
        .await
        .ok();
    let bearer = format!("Bearer {}", made["token"].as_str().unwrap());
    let as_viewer = [("authorization", bearer.as_str())];
    assert_eq!(plane.call(Method::GET, "/api/v1/apis", &as_viewer, "").await.status, 200);
    let listed = plane.get("/api/v1/tokens").await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    assert!(!listed.to_string().contains(made["token"].as_str().unwrap()), "a token's text is shown once");
    plane.admin(Method::DELETE, &format!("/api/v1/tokens/{}", made["id"].as_str().unwrap()), "").await.ok();
    assert_eq!(plane.call(Method::GET, "/api/v1/apis", &as_viewer, "").await.status, 401);
    let own = listed["items"].as_array().unwrap().iter().find(|item| item["name"] == "admin.token").unwrap();
    let refused = plane.admin(Method::DELETE, &format!("/api/v1/tokens/{}", own["id"].as_str().unwrap()), "").await;
    assert_eq!(refused.status, 409);
}
