//! Names, origins, links, headers.

use super::support::{HOST, Plane};
use http::Method;

fn cookie(set: &http::HeaderValue) -> String {
    set.to_str().unwrap().split(';').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebound_name_reaches_nothing() {
    let plane = Plane::new(None).await;
    let bearer = format!("Bearer {}", plane.admin);
    for host in ["evil.example:8600", "127.0.0.1.evil.example"] {
        for path in ["/", "/api/v1/apis", "/login?code=x", "/assets/x.js"] {
            let fields = [("host", host), ("authorization", bearer.as_str())];
            assert_eq!(plane.call(Method::GET, path, &fields, "").await.status, 421, "{host} {path}");
        }
    }
    for host in ["127.0.0.1:8600", "[::1]:8600", "console.example"] {
        let fields = [("host", host), ("authorization", bearer.as_str())];
        assert_eq!(plane.call(Method::GET, "/api/v1/apis", &fields, "").await.status, 200, "{host}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_link_works_once() {
    let plane = Plane::new(None).await;
    let link = plane.app.login_link().await.unwrap();
    let path = link.strip_prefix("http://localhost:8600").unwrap();
    let first = plane.call(Method::GET, path, &[], "").await;
    assert_eq!((first.status.as_u16(), &first.headers["location"]), (303, &"/".parse().unwrap()));
    let set = first.headers["set-cookie"].to_str().unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(set.contains(part), "{set}");
    }
    let session = cookie(&first.headers["set-cookie"]);
    let who = plane.call(Method::GET, "/api/v1/session", &[("cookie", &session)], "").await.ok();
    assert_eq!(who["role"], "admin");
    let second = plane.call(Method::GET, path, &[], "").await;
    assert_eq!(second.status, 403);
    assert!(second.text.contains("admin.token") && !second.headers.contains_key("set-cookie"));
    // The database holds neither code nor session.
    let database = std::fs::read(plane.dir.path().join("data/palisade.db")).unwrap();
    let wal = std::fs::read(plane.dir.path().join("data/palisade.db-wal")).unwrap_or_default();
    for secret in [path.split('=').next_back().unwrap(), session.split('=').next_back().unwrap(), &plane.admin] {
        for bytes in [&database, &wal] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_login_link_does_not_work() {
    let plane = Plane::new(None).await;
    let link = plane.app.login_link().await.unwrap();
    let code = link.split("code=").nth(1).unwrap();
    let hash: String = {
        use sha2::Digest;
        sha2::Sha256::digest(code.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let id = uuid::Uuid::now_v7().to_string();
    let now =
        i64::try_from(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros()).unwrap();
    let kept = plane.app.store.credential(palisade_store::Kind::LoginCode, &hash, now).await.unwrap().unwrap();
    let life = kept.expires_at.unwrap() - kept.created_at;
    assert_eq!(life, 600 * 1_000_000, "ten minutes");
    let old = palisade_store::NewCredential {
        id: &id,
        kind: palisade_store::Kind::LoginCode,
        hash: &"0f".repeat(32),
        name: "old",
        role: "admin",
        created_at: now - life - 1,
        expires_at: Some(now - 1),
    };
    plane.app.store.add_credential(&old).await.unwrap();
    let taken = plane.app.store.take_credential(palisade_store::Kind::LoginCode, old.hash, now).await.unwrap();
    assert!(!taken);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_browser_is_made_to_send_is_refused() {
    let plane = Plane::new(None).await;
    let json = ("content-type", "application/json");
    let body = format!("{{\"token\":\"{}\"}}", plane.admin);
    // Signing in from another site, too, is refused.
    let foreign = [json, ("origin", "http://evil.example")];
    assert_eq!(plane.call(Method::POST, "/api/v1/session", &foreign, &body).await.status, 403);
    let origin = format!("http://{HOST}");
    let own = [json, ("origin", origin.as_str())];
    let signed_in = plane.call(Method::POST, "/api/v1/session", &own, &body).await;
    assert_eq!(signed_in.status, 204);
    let session = cookie(&signed_in.headers["set-cookie"]);
    let make = "{\"name\":\"x\",\"role\":\"viewer\"}";
    for fields in [
        vec![json, ("cookie", session.as_str())],
        vec![json, ("cookie", session.as_str()), ("origin", "http://evil.example")],
        vec![json, ("cookie", session.as_str()), ("origin", "null")],
        vec![json, ("cookie", session.as_str()), ("origin", "http://localhost:8601")],
    ] {
        assert_eq!(plane.call(Method::POST, "/api/v1/tokens", &fields, make).await.status, 403, "{fields:?}");
    }
    let good = [json, ("cookie", session.as_str()), ("origin", origin.as_str())];
    assert_eq!(plane.call(Method::POST, "/api/v1/tokens", &good, make).await.status, 201);
    // A form of another site cannot speak JSON.
    let form = [("content-type", "text/plain"), ("cookie", session.as_str()), ("origin", origin.as_str())];
    assert_eq!(plane.call(Method::POST, "/api/v1/tokens", &form, make).await.status, 415);
    assert_eq!(plane.call(Method::DELETE, "/api/v1/session", &good, "").await.status, 204);
    assert_eq!(plane.call(Method::GET, "/api/v1/session", &good, "").await.status, 401, "signed out");
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_tokens_is_slowed_down() {
    let plane = Plane::new(None).await;
    let fields = [("content-type", "application/json")];
    let mut last = 0;
    for _ in 0..12 {
        last = plane.call(Method::POST, "/api/v1/session", &fields, "{\"token\":\"guess\"}").await.status.as_u16();
    }
    assert_eq!(last, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_safety_headers() {
    let plane = Plane::new(None).await;
    for path in ["/", "/deep/page", "/api/v1/apis", "/login", "/assets/none.js"] {
        let answer = plane.call(Method::GET, path, &[], "").await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        let sources = if path.starts_with("/api/") { "default-src 'none'" } else { "default-src 'self'" };
        assert!(policy.contains(sources) && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"));
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["referrer-policy"], "no-referrer");
    }
    let page = plane.call(Method::GET, "/apis/whatever", &[], "").await;
    assert_eq!((page.status.as_u16(), page.headers["cache-control"].to_str().unwrap()), (200, "no-store"));
    assert_eq!(plane.call(Method::GET, "/assets/none.js", &[], "").await.status, 404);
    assert_eq!(plane.call(Method::POST, "/", &[], "").await.status, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn large_and_broken_bodies_get_a_problem() {
    let plane = Plane::new(None).await;
    let large = format!("{{\"name\":\"{}\",\"role\":\"viewer\"}}", "x".repeat(70_000));
    assert_eq!(plane.admin(Method::POST, "/api/v1/tokens", &large).await.status, 413);
    let broken = plane.admin(Method::POST, "/api/v1/tokens", "{\"name\":").await;
    assert_eq!(broken.status, 400);
    let problem = broken.json();
    assert_eq!((problem["status"].as_u64(), problem["instance"].as_str()), (Some(400), Some("/api/v1/tokens")));
    let unknown = plane.admin(Method::POST, "/api/v1/tokens", "{\"name\":\"x\",\"role\":\"viewer\",\"extra\":1}").await;
    assert_eq!(unknown.status, 422);
    assert_eq!(plane.admin(Method::GET, "/api/v1/apis?limit=0", "").await.status, 400);
}
