//! Key pairs: made once, sent as HTTP Basic, narrowed, expired, revoked.

use super::support::{Answer, Plane};
use base64::Engine as _;
use http::Method;
use palisade_server::{NewKey, Role};
use serde_json::{Value, json};

fn basic(access: &str, secret: &str) -> String {
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{access}:{secret}")))
}

fn header(made: &Value) -> String {
    basic(made["access_key"].as_str().unwrap(), made["secret_key"].as_str().unwrap())
}

async fn make(plane: &Plane, body: &Value) -> Answer {
    plane.admin(Method::POST, "/api/v1/keys", &body.to_string()).await
}

async fn get(plane: &Plane, path: &str, authorization: &str) -> u16 {
    plane.call(Method::GET, path, &[("authorization", authorization)], "").await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_pair_is_shown_once_and_opens_what_its_role_may() {
    let plane = Plane::new(None).await;
    let made = make(&plane, &json!({"name": "pipeline", "role": "ci", "expires_in_days": 90})).await.ok();
    let (access, secret) = (made["access_key"].as_str().unwrap(), made["secret_key"].as_str().unwrap());
    assert!(access.starts_with("pal_ak_") && secret.starts_with("pal_sk_") && secret.len() == 50, "{made}");
    let shown = header(&made);
    let who = plane.call(Method::GET, "/api/v1/session", &[("authorization", &shown)], "").await.ok();
    assert_eq!(who["role"], "ci");
    for path in ["/api/v1/apis", "/api/v1/keys", "/api/v1/rules", "/api/v1/tokens", "/api/v1/gateway/snapshot?after=0"]
    {
        assert_eq!(get(&plane, path, &shown).await, 403, "{path}");
    }
    let listed = plane.get("/api/v1/keys").await;
    let row = &listed["items"][0];
    assert_eq!((row["state"].as_str(), row["role"].as_str()), (Some("active"), Some("ci")));
    assert!(row["last_used_at"].is_string() && row["expires_at"].is_string());
    assert!(!listed.to_string().contains(secret), "the secret key is shown once");
    plane.app.close().await;
    for name in ["palisade.db", "palisade.db-wal"] {
        let bytes = std::fs::read(plane.dir.path().join("data").join(name)).unwrap_or_default();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_right_secret_of_the_right_key_opens() {
    let plane = Plane::new(None).await;
    let one = make(&plane, &json!({"name": "one", "role": "viewer"})).await.ok();
    let two = make(&plane, &json!({"name": "two", "role": "viewer"})).await.ok();
    let (access, secret) = (one["access_key"].as_str().unwrap(), one["secret_key"].as_str().unwrap());
    assert_eq!(get(&plane, "/api/v1/apis", &header(&one)).await, 200);
    let swapped = basic(access, two["secret_key"].as_str().unwrap());
    let longer = basic(access, &format!("{secret}x"));
    for wrong in [swapped, longer, basic(access, ""), basic("", ""), basic("pal_ak_none", secret), "Basic !".to_owned()]
    {
        assert_eq!(get(&plane, "/api/v1/apis", &wrong).await, 401, "{wrong}");
    }
    // A secret key is no token, and a token no secret key.
    assert_eq!(get(&plane, "/api/v1/apis", &format!("Bearer {secret}")).await, 401);
    assert_eq!(get(&plane, "/api/v1/apis", &basic(access, &plane.admin)).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn revoked_and_expired_keys_stop_at_once() {
    let plane = Plane::new(None).await;
    let made = make(&plane, &json!({"name": "k", "role": "viewer"})).await.ok();
    assert_eq!(get(&plane, "/api/v1/apis", &header(&made)).await, 200);
    let path = format!("/api/v1/keys/{}", made["access_key"].as_str().unwrap());
    plane.admin(Method::DELETE, &path, "").await.ok();
    assert_eq!(get(&plane, "/api/v1/apis", &header(&made)).await, 401);
    assert_eq!(plane.admin(Method::DELETE, &path, "").await.status, 404, "twice");
    assert_eq!(plane.get("/api/v1/keys").await["items"][0]["state"], "revoked");

    let key =
        NewKey { name: "short", role: Role::Viewer, scopes: &[], life: Some(0), user_id: None, created_by: "test" };
    let (row, secret) = key.make(&plane.app.store).await.unwrap();
    assert_eq!(get(&plane, "/api/v1/apis", &basic(&row.access_key, &secret)).await, 401);
    assert_eq!(plane.get("/api/v1/keys").await["items"][1]["state"], "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn scopes_narrow_a_key_and_are_checked() {
    let plane = Plane::new(None).await;
    let body = json!({"name": "k", "role": "admin", "scopes": ["apis:read", "tokens:write"]});
    let shown = header(&make(&plane, &body).await.ok());
    for (path, status) in [("apis", 200), ("session", 200), ("tokens", 200), ("rules", 403), ("keys", 403)] {
        assert_eq!(get(&plane, &format!("/api/v1/{path}"), &shown).await, status, "{path}");
    }
    let fields = [("authorization", shown.as_str()), ("content-type", "application/json")];
    let change = plane.call(Method::PATCH, "/api/v1/apis/none", &fields, "{\"mode\":\"observe\"}").await;
    assert_eq!(
        (change.status.as_u16(), change.text.contains("apis:read, tokens:write")),
        (403, true),
        "{}",
        change.text
    );
    for bad in
        [json!({"scopes": ["apis"]}), json!({"scopes": ["*:all"]}), json!({"name": ""}), json!({"expires_in_days": 0})]
    {
        let mut body = json!({"name": "k", "role": "viewer"});
        body.as_object_mut().unwrap().extend(bad.as_object().unwrap().clone());
        assert_eq!(make(&plane, &body).await.status, 400, "{body}");
    }
    assert_eq!(make(&plane, &json!({"name": "k", "role": "king"})).await.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_makes_a_key_that_may_more_than_they() {
    let plane = Plane::new(None).await;
    for role in ["viewer", "developer", "analyst"] {
        let bearer = format!("Bearer {}", plane.token(role).await);
        let fields = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let asked = json!({"name": "k", "role": role}).to_string();
        let refused = plane.call(Method::POST, "/api/v1/keys", &fields, &asked).await;
        assert_eq!(refused.status, 403, "{role}: a token makes no key pairs");
    }
    // Nor does a key pair that was narrowed make one that is not.
    let narrow = make(&plane, &json!({"name": "k", "role": "admin", "scopes": ["keys:write"]})).await.ok();
    let shown = header(&narrow);
    let fields = [("authorization", shown.as_str()), ("content-type", "application/json")];
    let wide = json!({"name": "wide", "role": "viewer"}).to_string();
    assert_eq!(plane.call(Method::POST, "/api/v1/keys", &fields, &wide).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_key_pairs_is_slowed_down_by_address() {
    let plane = Plane::new(None).await;
    let good = header(&make(&plane, &json!({"name": "k", "role": "viewer"})).await.ok());
    for n in 0..30 {
        assert_eq!(get(&plane, "/api/v1/apis", &basic("pal_ak_guess", &n.to_string())).await, 401, "{n}");
        if n < 28 {
            assert_eq!(get(&plane, "/api/v1/apis", &good).await, 200, "good keys cost nothing");
        }
    }
    let fields = [("authorization", good.as_str())];
    let slowed = plane.call(Method::GET, "/api/v1/apis", &fields, "").await;
    assert_eq!(slowed.status, 429);
    assert!(slowed.headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() >= 1);
    assert_eq!(plane.admin(Method::GET, "/api/v1/apis", "").await.status, 200, "tokens go on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_holds_a_key_pair_is_not_made_to_use_it() {
    let plane = Plane::new(None).await;
    let shown = header(&make(&plane, &json!({"name": "k", "role": "admin"})).await.ok());
    let body = json!({"name": "t", "role": "viewer"}).to_string();
    let fields = [("authorization", shown.as_str()), ("content-type", "application/json")];
    assert_eq!(plane.call(Method::POST, "/api/v1/tokens", &fields, &body).await.status, 201, "a program has no origin");
    let foreign = [&fields[..], &[("origin", "http://evil.example")]].concat();
    assert_eq!(plane.call(Method::POST, "/api/v1/tokens", &foreign, &body).await.status, 403);
}
