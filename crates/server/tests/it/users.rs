//! People: the first one, passwords, sessions, locks, and what other sites can make a browser do.

use super::support::{Answer, HOST, Plane, settings};
use http::{Method, StatusCode};
use palisade_server::{App, ExternalUser, Role, open_external, reset_password};
use palisade_store::{DEFAULT_PROJECT, SessionRow};
use serde_json::{Value, json};
use std::sync::Arc;

const PASSWORD: &str = "five kettles on a hill";
const ORIGIN: (&str, &str) = ("origin", "http://localhost:8600");
const JSON: (&str, &str) = ("content-type", "application/json");

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_micros()).unwrap()
}

fn cookie(answer: &Answer) -> String {
    assert_eq!(answer.status, 204, "{}", answer.text);
    answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}

async fn sign_in(plane: &Plane, name: &str, password: &str) -> Answer {
    let body = json!({"name": name, "password": password}).to_string();
    plane.call(Method::POST, "/api/v1/session", &[JSON, ORIGIN], &body).await
}

/// A request by a session, from our own pages.
async fn by(plane: &Plane, session: &str, method: Method, path: &str, body: &Value) -> Answer {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    plane.call(method, path, &[JSON, ORIGIN, ("cookie", session)], &body).await
}

async fn status(plane: &Plane, session: &str, path: &str) -> u16 {
    by(plane, session, Method::GET, path, &Value::Null).await.status.as_u16()
}

async fn change(plane: &Plane, session: &str, old: &str, new: &str) -> Answer {
    let body = json!({"old_password": old, "new_password": new});
    by(plane, session, Method::PUT, "/api/v1/session/password", &body).await
}

/// A user with a role in the default project and a password of their own: id, and a session.
async fn user(plane: &Plane, name: &str, role: &str) -> (String, String) {
    let body = json!({"name": name, "memberships": [{"project": "default", "role": role}]});
    let made = plane.admin(Method::POST, "/api/v1/users", &body.to_string()).await.ok();
    let first = made["password"].as_str().unwrap();
    let session = cookie(&sign_in(plane, name, first).await);
    let session = cookie(&change(plane, &session, first, PASSWORD).await);
    (made["id"].as_str().unwrap().to_owned(), session)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_start_makes_an_admin_who_must_change_the_password() {
    let plane = Plane::new(None).await;
    let first = plane.app.take_first_password().unwrap();
    assert_eq!(plane.app.take_first_password(), None, "it is shown once");
    let session = cookie(&sign_in(&plane, "Admin", &first).await);
    let who = by(&plane, &session, Method::GET, "/api/v1/session", &Value::Null).await.ok();
    assert_eq!((&who["role"], &who["user"]["must_change_password"]), (&"admin".into(), &true.into()));
    for path in ["/api/v1/apis", "/api/v1/users", "/api/v1/sessions", "/api/v1/nothing"] {
        assert_eq!(status(&plane, &session, path).await, 403, "{path}: before a password is chosen nothing else goes");
    }
    let weak = change(&plane, &session, &first, "password12345").await;
    assert_eq!((weak.status.as_u16(), weak.text.contains("commonest")), (400, true), "{}", weak.text);
    assert_eq!(change(&plane, &session, &first, &first).await.status, 400, "the same again");
    assert_eq!(change(&plane, &session, "guess", PASSWORD).await.status, 401, "the old one is asked for");
    let changed = cookie(&change(&plane, &session, &first, PASSWORD).await);
    assert_ne!(changed, session);
    assert_eq!(status(&plane, &session, "/api/v1/session").await, 401, "the session from before has ended");
    assert_eq!(status(&plane, &changed, "/api/v1/users").await, 200);
    assert_eq!(sign_in(&plane, "admin", &first).await.status, 401);
    assert_eq!(sign_in(&plane, "admin", PASSWORD).await.status, 204);

    // Neither password is on the disk, and the next start makes nobody.
    let plane = plane.restart(&[]).await;
    assert_eq!(plane.app.take_first_password(), None);
    let bytes = std::fs::read(plane.dir.path().join("data/palisade.db")).unwrap();
    for secret in [first.as_str(), PASSWORD] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
    assert_eq!(sign_in(&plane, "admin", PASSWORD).await.status, 204);
    assert_eq!(plane.admin(Method::GET, "/api/v1/apis", "").await.status, 200, "the token of the file works beside it");
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_made_changed_and_removed_by_admins_of_the_installation() {
    let plane = Plane::new(None).await;
    let (id, session) = user(&plane, "ada", "developer").await;
    assert_eq!(status(&plane, &session, "/api/v1/users").await, 403);
    let path = format!("/api/v1/users/{id}");
    let shown = plane.get(&path).await;
    assert_eq!((&shown["name"], &shown["memberships"][0]["role"]), (&"ada".into(), &"developer".into()));
    assert!(shown["last_signed_in_at"].is_string() && !shown.to_string().contains("argon2"));

    let post = async |body: Value| plane.admin(Method::POST, "/api/v1/users", &body.to_string()).await.status.as_u16();
    assert_eq!(post(json!({"name": "ADA"})).await, 409, "the name is taken, whatever its case");
    assert_eq!(post(json!({"name": "a b"})).await, 400);
    assert_eq!(post(json!({"name": "x", "memberships": [{"project": "default", "role": "ci"}]})).await, 400);
    assert_eq!(post(json!({"name": "x", "memberships": [{"project": "none", "role": "viewer"}]})).await, 400);
    let twice = json!([{"project": "default", "role": "viewer"}, {"project": DEFAULT_PROJECT, "role": "admin"}]);
    assert_eq!(post(json!({"name": "x", "memberships": twice})).await, 400);
    assert_eq!(post(json!({"name": "x", "password": "chosen by another"})).await, 422, "nobody chooses for others");

    let patch = async |path: &str, body: Value| plane.admin(Method::PATCH, path, &body.to_string()).await;
    assert_eq!(patch(&path, json!({"display_name": "Ada L."})).await.ok()["display_name"], "Ada L.");
    assert_eq!(status(&plane, &session, "/api/v1/apis").await, 200, "a name is no right");
    let viewer = json!({"memberships": [{"project": "default", "role": "viewer"}]});
    assert_eq!(patch(&path, viewer).await.ok()["memberships"][0]["role"], "viewer");
    assert_eq!(status(&plane, &session, "/api/v1/apis").await, 401, "a change of rights ends the sessions");

    // The last admin of the installation stays.
    let admin = plane.get("/api/v1/users").await["items"][0].clone();
    assert_eq!(admin["name"], "admin");
    let admin = format!("/api/v1/users/{}", admin["id"].as_str().unwrap());
    assert_eq!(patch(&admin, json!({"disabled": true})).await.status, 409);
    assert_eq!(patch(&admin, json!({"memberships": []})).await.status, 409);
    assert_eq!(plane.admin(Method::DELETE, &admin, "").await.status, 409);

    let session = cookie(&sign_in(&plane, "ada", PASSWORD).await);
    let reset = plane.admin(Method::POST, &format!("{path}/password"), "").await.ok();
    assert_eq!(status(&plane, &session, "/api/v1/session").await, 401, "a new password ends the sessions");
    assert_eq!(sign_in(&plane, "ada", PASSWORD).await.status, 401);
    assert_eq!(sign_in(&plane, "ada", reset["password"].as_str().unwrap()).await.status, 204);
    assert_eq!(plane.admin(Method::DELETE, &path, "").await.status, 204);
    assert_eq!(plane.admin(Method::GET, &path, "").await.status, 404);
    assert_eq!(sign_in(&plane, "ada", reset["password"].as_str().unwrap()).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_users_keys_do_only_what_the_user_may_do_now() {
    let plane = Plane::new(None).await;
    let (id, session) = user(&plane, "ada", "developer").await;
    let (_, other) = user(&plane, "ben", "analyst").await;
    let make = async |session: &str, role: &str| {
        by(&plane, session, Method::POST, "/api/v1/keys", &json!({"name": role, "role": role})).await
    };
    for role in ["admin", "analyst", "controller", "gateway"] {
        assert_eq!(make(&session, role).await.status, 403, "{role}");
    }
    let basic = |made: &Value| {
        use base64::Engine as _;
        let text = format!("{}:{}", made["access_key"].as_str().unwrap(), made["secret_key"].as_str().unwrap());
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text))
    };
    let (ci, viewer) = (make(&session, "ci").await.ok(), make(&session, "viewer").await.ok());
    let works = async |made: &Value| {
        let shown = basic(made);
        plane.call(Method::GET, "/api/v1/session", &[("authorization", shown.as_str())], "").await.status == 200
    };
    assert!(works(&ci).await && works(&viewer).await);
    // Each sees and revokes their own; admins all.
    let listed = async |session: &str| {
        by(&plane, session, Method::GET, "/api/v1/keys", &Value::Null).await.ok()["items"].as_array().unwrap().len()
    };
    assert_eq!((listed(&session).await, listed(&other).await), (2, 0));
    let path = format!("/api/v1/keys/{}", ci["id"].as_str().unwrap());
    assert_eq!(by(&plane, &other, Method::DELETE, &path, &Value::Null).await.status, 404);
    assert_eq!(plane.get("/api/v1/keys").await["items"].as_array().unwrap().len(), 2);

    let user = format!("/api/v1/users/{id}");
    let patch = async |body: Value| plane.admin(Method::PATCH, &user, &body.to_string()).await.ok();
    patch(json!({"memberships": [{"project": "default", "role": "viewer"}]})).await;
    assert!(!works(&ci).await && works(&viewer).await, "a viewer runs no jobs");
    patch(json!({"disabled": true})).await;
    assert!(!works(&viewer).await);
    patch(json!({"disabled": false})).await;
    assert!(works(&viewer).await);
    plane.admin(Method::DELETE, &user, "").await.ok();
    assert!(!works(&viewer).await);
}

/// What of an answer may differ by chance.
fn told(answer: &Answer) -> (StatusCode, Value, Option<String>) {
    let mut problem = answer.json();
    problem["uuid"].take();
    (answer.status, problem, answer.headers.get("set-cookie").map(|set| format!("{set:?}")))
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_do_not_tell_which_users_there_are() {
    let plane = Plane::new(None).await;
    let (id, _) = user(&plane, "ada", "viewer").await;
    let (gone, _) = user(&plane, "ben", "viewer").await;
    plane.admin(Method::PATCH, &format!("/api/v1/users/{gone}"), "{\"disabled\":true}").await.ok();
    let wrong = told(&sign_in(&plane, "ada", "not five kettles").await);
    assert_eq!(wrong.0, 401);
    assert_eq!(told(&sign_in(&plane, "nobody", "not five kettles").await), wrong);
    assert_eq!(told(&sign_in(&plane, "no name at all", PASSWORD).await), wrong);
    assert_eq!(told(&sign_in(&plane, "ben", PASSWORD).await), wrong, "disabled");
    assert_eq!(told(&sign_in(&plane, "ben", "not five kettles").await), wrong);
    assert!(plane.app.store.user(&id).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_locked_alike_in_every_process_until_the_time_is_over() {
    let plane = Plane::new(None).await;
    user(&plane, "ada", "viewer").await;
    // Guesses come from many addresses.
    let guess = async |app: &Arc<App>, name: &str, password: &str, from: u8| {
        let router = palisade_server::router(Arc::clone(app));
        let body = json!({"name": name, "password": password}).to_string();
        let mut request = http::Request::builder()
            .method("POST")
            .uri("/api/v1/session")
            .header("host", HOST)
            .header("content-type", "application/json")
            .body(axum::body::Body::from(body))
            .unwrap();
        let from = std::net::SocketAddr::from(([192, 0, 2, from], 4000));
        request.extensions_mut().insert(axum::extract::ConnectInfo(from));
        let answer = tower::ServiceExt::oneshot(router, request).await.unwrap();
        (answer.status().as_u16(), answer.headers().get("retry-after").cloned())
    };
    for name in ["ada", "nobody"] {
        for n in 0..5 {
            assert_eq!(guess(&plane.app, name, "guess", n).await.0, 401, "{name} {n}");
        }
        let (status, wait) = guess(&plane.app, name, PASSWORD, 9).await;
        assert_eq!(status, 429, "{name}: even the right password is not looked at");
        assert!((28..=31).contains(&wait.unwrap().to_str().unwrap().parse::<u32>().unwrap()));
    }
    let second = App::open(settings(plane.dir.path()), plane.app.stop.clone()).await.unwrap();
    assert_eq!(guess(&second, "ada", PASSWORD, 9).await.0, 429, "another process knows");
    let password = reset_password(&second.store, "ada").await.unwrap().unwrap();
    assert_eq!(guess(&plane.app, "ada", &password, 9).await.0, 204, "who has the machine lifts the lock");
    second.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_from_one_address_is_slowed_whatever_the_names_are() {
    let plane = Plane::new(None).await;
    user(&plane, "ada", "viewer").await;
    let mut refused = 0;
    for n in 0..12 {
        refused += u8::from(sign_in(&plane, &format!("name{n}"), "guess").await.status == 429);
    }
    assert_eq!(refused, 2);
    assert_eq!(sign_in(&plane, "ada", PASSWORD).await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_never_the_one_that_was_there_before() {
    let plane = Plane::new(None).await;
    let (_, first) = user(&plane, "ada", "analyst").await;
    // Planted by somebody else, or one's own from before: what is shown after signing in is new.
    let body = json!({"name": "ada", "password": PASSWORD}).to_string();
    let planted = "palisade_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let fields = [JSON, ORIGIN, ("cookie", planted)];
    let second = cookie(&plane.call(Method::POST, "/api/v1/session", &fields, &body).await);
    assert_ne!(second, planted);
    assert_eq!(status(&plane, planted, "/api/v1/session").await, 401);
    let fields = [JSON, ORIGIN, ("cookie", second.as_str())];
    let third = cookie(&plane.call(Method::POST, "/api/v1/session", &fields, &body).await);
    assert_ne!(third, second);
    assert_eq!(status(&plane, &second, "/api/v1/session").await, 401, "the one the browser had has ended");
    assert_eq!(status(&plane, &first, "/api/v1/session").await, 200, "another browser's goes on");
    let moved = by(&plane, &third, Method::PATCH, "/api/v1/session", &json!({"project": "default"})).await;
    let fourth = cookie(&moved);
    assert_ne!(fourth, third);
    assert_eq!(status(&plane, &third, "/api/v1/session").await, 401, "a change of rights, too, makes another");
    assert_eq!(status(&plane, &fourth, "/api/v1/session").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_when_they_should() {
    let plane = Plane::new(None).await;
    let (id, _) = user(&plane, "ada", "analyst").await;
    let hash = |secret: &str| {
        use sha2::Digest;
        sha2::Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let add = async |secret: &str, seen: i64, end: i64| {
        let row = SessionRow {
            id: uuid::Uuid::now_v7().to_string(),
            project_id: DEFAULT_PROJECT.to_owned(),
            hash: hash(secret),
            user_id: Some(id.clone()),
            credential_id: None,
            name: "ada".to_owned(),
            role: String::new(),
            address: String::new(),
            agent: String::new(),
            created_at: now() - 1,
            seen_at: now() + seen,
            expires_at: now() + end,
        };
        plane.app.store.add_session(&row).await.unwrap();
        status(&plane, &format!("palisade_session={secret}"), "/api/v1/session").await
    };
    let hour = 3_600_000_000;
    assert_eq!(add("used", -hour, hour).await, 200);
    assert_eq!(add("idle", -2 * hour - 1, hour).await, 401, "two hours without a request");
    assert_eq!(add("over", 0, -1).await, 401, "however much it is used");
    let kept = plane.app.store.session(&hash("used"), now(), 0).await.unwrap().unwrap();
    assert!(kept.seen_at > now() - hour / 2, "a request keeps it");

    let two = cookie(&sign_in(&plane, "ada", PASSWORD).await);
    let listed = by(&plane, &two, Method::GET, "/api/v1/sessions", &Value::Null).await.ok();
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.iter().filter(|item| item["current"] == true).count(), 1);
    assert!(items.len() >= 3 && items.iter().all(|item| item.get("hash").is_none()));
    let (_, ben) = user(&plane, "ben", "admin").await;
    let used = items.iter().find(|item| item["id"] == kept.id.as_str()).unwrap()["id"].as_str().unwrap();
    let path = format!("/api/v1/sessions/{used}");
    assert_eq!(by(&plane, &ben, Method::DELETE, &path, &Value::Null).await.status, 404, "another's session");
    assert_eq!(by(&plane, &two, Method::DELETE, &path, &Value::Null).await.status, 204);
    assert_eq!(status(&plane, "palisade_session=used", "/api/v1/session").await, 401);
    let everywhere = by(&plane, &two, Method::DELETE, "/api/v1/sessions", &Value::Null).await;
    assert!(cookie(&everywhere).ends_with('='), "the cookie ends");
    assert_eq!(status(&plane, &two, "/api/v1/session").await, 401);
    assert!(plane.app.store.sessions_of(&id, now(), 0).await.unwrap().is_empty());
    assert_eq!(status(&plane, &ben, "/api/v1/session").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_with_its_token() {
    let plane = Plane::new(None).await;
    let made = plane.admin(Method::POST, "/api/v1/tokens", "{\"name\":\"t\",\"role\":\"viewer\"}").await.ok();
    let body = json!({"token": made["token"]}).to_string();
    let session = cookie(&plane.call(Method::POST, "/api/v1/session", &[JSON, ORIGIN], &body).await);
    assert_eq!(status(&plane, &session, "/api/v1/apis").await, 200);
    plane.admin(Method::DELETE, &format!("/api/v1/tokens/{}", made["id"].as_str().unwrap()), "").await.ok();
    assert_eq!(status(&plane, &session, "/api/v1/apis").await, 401);
    for body in ["{}", "{\"token\":\"x\",\"name\":\"y\"}", "{\"name\":\"x\"}", "{\"password\":\"x\"}"] {
        assert_eq!(plane.call(Method::POST, "/api/v1/session", &[JSON, ORIGIN], body).await.status, 400, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_changes_nothing_by_any_method_or_media_type() {
    let plane = Plane::new(None).await;
    let (_, session) = user(&plane, "ada", "admin").await;
    let origins: [&[(&str, &str)]; 7] = [
        &[],
        &[("origin", "null")],
        &[("origin", "http://evil.example")],
        &[("origin", "http://localhost:8601")],
        &[("origin", "http://localhost:8600.evil.example")],
        &[("origin", "http://localhost:8600"), ("origin", "http://evil.example")],
        &[("origin", "")],
    ];
    let types = [
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-8",
        "",
    ];
    let targets = ["/api/v1/session", "/api/v1/session/password", "/api/v1/tokens", "/api/v1/keys", "/api/v1/nothing"];
    for method in ["POST", "PUT", "PATCH", "DELETE", "BREW", "post"] {
        for kind in types {
            for origin in origins {
                for target in targets {
                    let mut fields = vec![("cookie", session.as_str())];
                    if !kind.is_empty() {
                        fields.push(("content-type", kind));
                    }
                    fields.extend_from_slice(origin);
                    let method = Method::from_bytes(method.as_bytes()).unwrap();
                    let answer =
                        plane.call(method.clone(), target, &fields, "{\"name\":\"x\",\"role\":\"viewer\"}").await;
                    let status = answer.status.as_u16();
                    assert_eq!(status, 403, "{method} {target} {kind} {origin:?}");
                }
            }
        }
    }
    assert_eq!(status(&plane, &session, "/api/v1/session").await, 200, "it is still there");
    assert!(plane.get("/api/v1/keys").await["items"].as_array().unwrap().is_empty());
    // Reading changes nothing, and a page of another site cannot read the answer: no answer allows it to.
    let foreign = [("cookie", session.as_str()), ("origin", "http://evil.example")];
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        let answer = plane.call(method, "/api/v1/apis", &foreign, "").await;
        assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control-")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn under_tls_the_cookie_is_for_this_host_alone() {
    let dir = tempfile::tempdir().unwrap();
    let mut settings = settings(dir.path());
    settings.control_url = "https://localhost:8600".to_owned();
    let app = App::open(settings, tokio_util::sync::CancellationToken::new()).await.unwrap();
    let admin = std::fs::read_to_string(dir.path().join("data/admin.token")).unwrap().trim().to_owned();
    let router = palisade_server::router(Arc::clone(&app));
    let plane = Plane { app, router, admin, dir };
    let body = json!({"token": plane.admin}).to_string();
    let own = ("origin", "https://localhost:8600");
    assert_eq!(plane.call(Method::POST, "/api/v1/session", &[JSON, ORIGIN], &body).await.status, 403, "a plain page");
    let answer = plane.call(Method::POST, "/api/v1/session", &[JSON, own], &body).await;
    let set = answer.headers["set-cookie"].to_str().unwrap();
    assert!(set.starts_with("__Host-palisade_session=") && set.contains("; Secure"), "{set}");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!set.contains("Domain"));
    let session = cookie(&answer);
    assert_eq!(status(&plane, &session, "/api/v1/session").await, 200);
    let plain = session.strip_prefix("__Host-").unwrap();
    assert_eq!(status(&plane, plain, "/api/v1/session").await, 401, "a cookie that anyone could have set");
}

#[tokio::test(flavor = "multi_thread")]
async fn identity_providers_bring_users_with_mapped_roles() {
    let plane = Plane::new(None).await;
    user(&plane, "ada", "admin").await;
    let who = |subject, roles| ExternalUser {
        issuer: "https://id.example",
        subject,
        name: "Ada",
        display_name: "Ada L.",
        memberships: roles,
    };
    let home = |role| [(DEFAULT_PROJECT.to_owned(), role)];
    let analyst = home(Role::Analyst);
    let one = plane.app.external_user(&who("s1", &analyst)).await.unwrap();
    assert_eq!(one.name, "ada-2", "a user of that name with a password is somebody else");
    assert_eq!(plane.app.external_user(&who("s1", &analyst)).await.unwrap().id, one.id);
    assert_ne!(plane.app.external_user(&who("s2", &analyst)).await.unwrap().id, one.id);
    let viewer = home(Role::Viewer);
    let from = std::net::IpAddr::from([192, 0, 2, 1]);
    let set = open_external(&plane.app, from, &http::HeaderMap::new(), &who("s1", &viewer)).await.unwrap();
    let session = set.to_str().unwrap().split(';').next().unwrap().to_owned();
    let shown = by(&plane, &session, Method::GET, "/api/v1/session", &Value::Null).await.ok();
    assert_eq!((&shown["role"], &shown["user"]["issuer"]), (&"viewer".into(), &"https://id.example".into()));
    assert_eq!(change(&plane, &session, "", PASSWORD).await.status, 409, "there is no password to change");
    assert_eq!(plane.app.store.role_of(&one.id).await.unwrap().as_deref(), Some("viewer"), "as it is mapped now");
    assert!(plane.app.external_user(&who("s1", &[])).await.is_err());
    assert_eq!(plane.app.store.role_of(&one.id).await.unwrap(), None, "and nothing when nothing is");
    assert!(plane.app.external_user(&who("s3", &[])).await.is_err());
    plane.app.external_user(&who("s1", &analyst)).await.unwrap();
    let path = format!("/api/v1/users/{}", one.id);
    plane.admin(Method::PATCH, &path, "{\"disabled\":true}").await.ok();
    assert!(plane.app.external_user(&who("s1", &analyst)).await.is_err(), "disabled here");
    assert_eq!(sign_in(&plane, "ada-2", "").await.status, 401, "there is no password");
    assert_eq!(plane.admin(Method::POST, &format!("{path}/password"), "").await.status, 409);
    assert_eq!(reset_password(&plane.app.store, "ada-2").await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_principal_that_goes_too_fast_waits() {
    let plane = Plane::new(None).await;
    assert_eq!(plane.admin(Method::GET, "/api/v1/session", "").await.status, 200);
    let later = now() + 3_600_000_000;
    while plane.app.rates.take(&plane.app.admin_credential, later) {}
    let slowed = plane.admin(Method::GET, "/api/v1/session", "").await;
    assert_eq!((slowed.status.as_u16(), &slowed.headers["retry-after"]), (429, &"1".parse().unwrap()));
    let (_, session) = user_by_link(&plane).await;
    assert_eq!(status(&plane, &session, "/api/v1/session").await, 200, "others are free");
}

async fn user_by_link(plane: &Plane) -> (String, String) {
    let link = plane.app.login_link().await.unwrap();
    let answer = plane.call(Method::GET, link.strip_prefix("http://localhost:8600").unwrap(), &[], "").await;
    let set = answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    (link, set)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_works_in_one_project_at_a_time_and_only_where_the_user_has_a_role() {
    let plane = Plane::new(None).await;
    let elsewhere = plane.admin_elsewhere().await;
    plane.project("third").await;
    let roles = json!([{"project": "default", "role": "viewer"}, {"project": "elsewhere", "role": "analyst"}]);
    let (id, _) = user(&plane, "ada", "viewer").await;
    let body = json!({"memberships": roles}).to_string();
    plane.admin(Method::PATCH, &format!("/api/v1/users/{id}"), &body).await.ok();
    let session = cookie(&sign_in(&plane, "ada", PASSWORD).await);
    let who = async |session: &str, project: Option<&str>| {
        let mut fields = vec![("cookie", session)];
        fields.extend(project.map(|project| ("palisade-project", project)));
        let answer = plane.call(Method::GET, "/api/v1/session", &fields, "").await;
        let shown = answer.json();
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (answer.status.as_u16(), word(&shown["project"]["name"]), word(&shown["role"]))
    };
    let told = |status, project: &str, role: &str| (status, project.to_owned(), role.to_owned());
    assert_eq!(who(&session, None).await, told(200, "default", "viewer"));
    assert_eq!(who(&session, Some("elsewhere")).await, told(200, "elsewhere", "analyst"), "for one request");
    assert_eq!(who(&session, None).await, told(200, "default", "viewer"));
    assert_eq!(who(&session, Some("third")).await, told(403, "", ""), "a project of others");
    assert_eq!(who(&session, Some("nowhere")).await, told(403, "", ""), "is refused as one that is none");
    let moved = by(&plane, &session, Method::PATCH, "/api/v1/session", &json!({"project": "third"})).await;
    assert_eq!(moved.status, 403);
    let moved = cookie(&by(&plane, &session, Method::PATCH, "/api/v1/session", &json!({"project": "elsewhere"})).await);
    assert_eq!(who(&moved, None).await, told(200, "elsewhere", "analyst"));
    let body = json!({"name": "ada", "password": PASSWORD, "project": "elsewhere"}).to_string();
    let chosen = cookie(&plane.call(Method::POST, "/api/v1/session", &[JSON, ORIGIN], &body).await);
    assert_eq!(who(&chosen, None).await, told(200, "elsewhere", "analyst"));
    let body = json!({"name": "ada", "password": PASSWORD, "project": "third"}).to_string();
    assert_eq!(plane.call(Method::POST, "/api/v1/session", &[JSON, ORIGIN], &body).await.status, 403);

    // An admin of the installation works everywhere, a token and a key pair in their own project alone.
    let (_, admin) = user(&plane, "ben", "admin").await;
    assert_eq!(who(&admin, Some("third")).await, told(200, "third", "admin"));
    for (token, project, status) in [
        (&plane.admin, "default", 200),
        (&plane.admin, "elsewhere", 403),
        (&elsewhere, "elsewhere", 200),
        (&elsewhere, "default", 403),
    ] {
        let bearer = format!("Bearer {token}");
        let fields = [("authorization", bearer.as_str()), ("palisade-project", project)];
        assert_eq!(plane.call(Method::GET, "/api/v1/session", &fields, "").await.status, status, "{project}");
    }
    // What an admin elsewhere makes and sees is there alone.
    let bearer = format!("Bearer {elsewhere}");
    let fields = [("authorization", bearer.as_str()), JSON];
    let made = plane.call(Method::POST, "/api/v1/keys", &fields, "{\"name\":\"k\",\"role\":\"ci\"}").await.ok();
    assert!(plane.get("/api/v1/keys").await["items"].as_array().unwrap().is_empty());
    let path = format!("/api/v1/keys/{}", made["id"].as_str().unwrap());
    assert_eq!(plane.admin(Method::DELETE, &path, "").await.status, 404);
    for path in ["/api/v1/users", &format!("/api/v1/users/{id}")] {
        assert_eq!(plane.call(Method::GET, path, &fields, "").await.status, 403, "users are the installation's");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_found_and_sorted() {
    let plane = Plane::new(None).await;
    for name in ["cy", "ada", "ben"] {
        plane.admin(Method::POST, "/api/v1/users", &json!({"name": name}).to_string()).await.ok();
    }
    let names = async |query: &str| {
        let page = plane.get(&format!("/api/v1/users?{query}")).await;
        let items = page["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("sort=name").await, ["ada", "admin", "ben", "cy"]);
    assert_eq!(names("sort=-name&limit=1").await, ["cy"]);
    assert_eq!(names("filter=name:starts:ad&sort=name").await, ["ada", "admin"]);
    assert_eq!(plane.admin(Method::GET, "/api/v1/users?filter=password:is:x", "").await.status, 400);
}
