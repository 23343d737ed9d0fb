//! Who may call what: every endpoint of the document, probed on the real router with every role.

use super::support::Plane;
use http::Method;
use std::fmt::Write;

/// The columns: who asks, and with what. `elsewhere` is an admin of a project that is not the default one.
async fn principals(plane: &Plane) -> Vec<(&'static str, Option<(&'static str, String)>)> {
    let bearer = |token: &str| Some(("authorization", format!("Bearer {token}")));
    let source = plane.trace_source("{\"name\":\"mesh\",\"hosts\":[\"*.shop\"]}").await;
    let mut all = vec![("anonymous", None), ("source", Some(("x-trace-source-token", source)))];
    for role in ["gateway", "controller", "ci", "viewer", "developer", "analyst"] {
        all.push((role, bearer(&plane.token(role).await)));
    }
    all.push(("elsewhere", bearer(&plane.admin_elsewhere().await)));
    all.push(("admin", bearer(&plane.admin)));
    all
}

/// Nothing of these exists, so that a probe changes nothing: who is let in gets 404, 400, 415 or 422.
fn target(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{version}" => "7",
        "{uuid}" => "00000000-0000-7000-8000-000000000000",
        part if part.starts_with('{') => "none",
        part => part,
    });
    let target = parts.collect::<Vec<_>>().join("/");
    // It would wait for a change.
    if target.ends_with("/gateway/snapshot") { format!("{target}?after=0") } else { target }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_lets_in_whom_it_should() {
    let plane = Plane::new(Some(super::support::CONTRACT)).await;
    let principals = principals(&plane).await;
    let document = serde_json::to_value(palisade_server::document()).unwrap();
    let mut table = format!("{:<66}", "endpoint");
    for (name, _) in &principals {
        let _ = write!(table, " {name:>10}");
    }
    table.push('\n');
    let (mut rows, mut operations) = (0, 0);
    for (path, item) in document["paths"].as_object().unwrap() {
        operations += item.as_object().unwrap().keys().filter(|key| *key != "parameters").count();
        for method in ["get", "put", "post", "patch", "delete", "head", "options", "trace"] {
            if item.get(method).is_none() {
                continue;
            }
            rows += 1;
            let _ = write!(table, "{:<66}", format!("{} {path}", method.to_uppercase()));
            for (_, shown) in &principals {
                let fields: Vec<(&str, &str)> = shown.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                let status = plane.call(method, &target(path), &fields, "").await.status.as_u16();
                let word = match status {
                    401 | 403 => status.to_string(),
                    429 | 500..=599 => format!("BROKEN {status}"),
                    _ => "yes".to_owned(),
                };
                let _ = write!(table, " {word:>10}");
            }
            table.push('\n');
        }
    }
    assert_eq!(rows, operations, "an operation was not probed");
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
