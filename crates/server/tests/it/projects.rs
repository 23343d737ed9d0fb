//! Projects: made and removed, and none sees anything of another.

use super::support::{CONTRACT, Plane, spec};
use http::Method;
use palisade_store::{Kind, NewCredential};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// A token of a role in a project.
pub async fn token_in(plane: &Plane, project: &str, role: &str) -> String {
    let token = format!("pal_test-{role}-{project}");
    let hash = Sha256::digest(token.as_bytes()).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    let id = uuid::Uuid::now_v7().to_string();
    let name = format!("{role} of the other project");
    let new =
        NewCredential { id: &id, kind: Kind::Token, hash: &hash, name: &name, role, created_at: 1, expires_at: None };
    plane.app.store.in_project(project).add_credential(&new).await.unwrap();
    token
}

/// A project, with an admin's token.
pub async fn project(plane: &Plane, name: &str) -> (String, String) {
    let made = plane.admin(Method::POST, "/api/v1/projects", &json!({"name": name}).to_string()).await.ok();
    let id = made["id"].as_str().unwrap().to_owned();
    let token = token_in(plane, &id, "admin").await;
    (id, token)
}

async fn ask(plane: &Plane, token: &str, method: Method, path: &str, body: &str) -> super::support::Answer {
    let bearer = format!("Bearer {token}");
    plane.call(method, path, &[("authorization", &bearer), ("content-type", "application/json")], body).await
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned()
}

/// One object of every kind in the first project: the segment before a parameter, to what stands in its place.
async fn objects(plane: &Plane) -> BTreeMap<&'static str, String> {
    let post = async |path: &str, body: Value| plane.admin(Method::POST, path, &body.to_string()).await.ok();
    let api = plane.api_id().await;
    let event = plane.see("GET", "/orders/canary-path", 400).await.to_string();
    for n in 0..40 {
        plane.see("GET", &format!("/orders/{n}"), 200).await;
        plane.see("GET", "/canary-shadow?canary=1", 200).await;
    }
    plane.app.intake.settle().await;
    let base = format!("/api/v1/apis/{api}");
    let operation = text(&plane.get(&format!("{base}/operations?limit=1")).await["items"][0]["id"]);
    let exception = text(&post(&format!("/api/v1/events/{event}/allow"), json!({})).await["id"]);
    plane
        .admin(Method::PUT, &format!("{base}/protection"), &json!({"settings": {"rollout": 10}}).to_string())
        .await
        .ok();
    let proposals = plane.get(&format!("{base}/proposals")).await;
    let proposal = text(&proposals["items"][0]["id"]);
    let list =
        text(&post("/api/v1/network-lists", json!({"name": "canary-list", "networks": ["192.0.2.0/24"]})).await["id"]);
    let third =
        text(&post("/api/v1/third-parties", json!({"url": "http://127.0.0.1:9", "allow_private": true})).await["id"]);
    let assessment = text(&post(&format!("/api/v1/third-parties/{third}/assessments"), json!({})).await["id"]);
    let token = text(&post("/api/v1/tokens", json!({"name": "canary-token", "role": "viewer"})).await["id"]);
    let source = text(&post("/api/v1/trace-sources", json!({"name": "canary-source", "api_id": api})).await["id"]);
    let key = text(&post("/api/v1/keys", json!({"name": "canary-key", "role": "ci"})).await["id"]);
    let job = json!({"job_type": "OasScoringJob", "document": CONTRACT, "document_name": "canary.yaml"});
    let job = text(&post("/api/v1/jobs", job).await["id"]);
    let finding = text(&plane.get("/api/v1/findings").await["items"][0]["id"]);
    let gate =
        text(&post("/api/v1/gates", json!({"name": "canary-gate", "definition": GATE, "default": true})).await["name"]);
    let schedule = text(&post("/api/v1/schedules", schedule("canary-schedule")).await["id"]);
    let run = text(&post(&format!("/api/v1/schedules/{schedule}/runs"), json!({})).await["id"]);
    let controller = plane.token("controller").await;
    let hello = json!({"name": "canary-controller", "instance": "canary", "version": "1", "job_types": ["FuzzingJob"], "parallel": 1, "allow_private": false});
    let hello = ask(plane, &controller, Method::POST, "/api/v1/controller/hello", &hello.to_string()).await;
    let controller = hello.ok()["id"].as_str().map_or_else(|| "none".to_owned(), str::to_owned);
    let user = text(&plane.get("/api/v1/users").await["items"][0]["id"]);
    let login = json!({"token": plane.admin}).to_string();
    plane.call(Method::POST, "/api/v1/session", &[("content-type", "application/json")], &login).await.ok();
    let session = plane.get("/api/v1/sessions").await["items"][0]["id"].as_str().map_or_else(
        // Those of a token are not listed: one that is nobody's stands for them.
        || uuid::Uuid::nil().to_string(),
        str::to_owned,
    );
    let first = text(&plane.get("/api/v1/projects").await["items"][0]["id"]);
    BTreeMap::from([
        ("apis", api),
        ("operations", operation),
        ("exceptions", exception),
        ("proposals", proposal),
        ("versions", "1".to_owned()),
        ("events", event),
        ("network-lists", list),
        ("third-parties", third),
        ("assessments", assessment),
        ("tokens", token),
        ("trace-sources", source),
        ("keys", key),
        ("jobs", job),
        ("findings", finding),
        ("gates", gate),
        ("schedules", schedule),
        ("runs", run),
        ("controller", controller),
        ("projects", first),
        ("users", user),
        ("sessions", session),
        // None runs without a gateway: another test has one.
        ("bans", "00000000000000000000000000000000".to_owned()),
    ])
}

/// A path of the document with the objects in its places.
fn fill(path: &str, objects: &BTreeMap<&'static str, String>) -> String {
    let mut filled = String::new();
    let mut before = "";
    for step in path.split('/').skip(1) {
        filled.push('/');
        // What is compared is of one kind.
        before = match before {
            "compare" if path.starts_with("/api/v1/jobs/") => "jobs",
            "compare" => "runs",
            before => before,
        };
        match step.starts_with('{') {
            true => filled.push_str(objects.get(before).unwrap_or_else(|| {
                panic!("{path}: make an object of {before} in `objects`, so that its isolation is tested")
            })),
            false => filled.push_str(step),
        }
        before = step;
    }
    filled
}

const GATE: &str = "reject:\n  severity: high\n";

fn schedule(name: &str) -> Value {
    let job = json!({"job_type": "OasScoringJob", "document": CONTRACT});
    json!({"name": name, "cron": "0 3 * * *", "job": job})
}

/// A body that would do, were the object there.
fn body(method: &str, path: &str) -> String {
    let body = match (method, path) {
        ("put", "/api/v1/apis/{id}/contract") => return CONTRACT.to_owned(),
        ("put", "/api/v1/apis/{id}/corrections") => return "merge: []".to_owned(),
        ("put", "/api/v1/apis/{id}/protection") | ("post", "/api/v1/apis/{id}/protection/preview") => {
            json!({"settings": {}})
        }
        ("post", "/api/v1/apis/{id}/contract/approve") => json!({"source": "learned"}),
        ("patch", "/api/v1/apis/{id}/operations/{operation_id}") => json!({"protection": "block"}),
        ("post", "/api/v1/apis/{id}/proposals/accept") => json!({"all": true}),
        ("post", path) if path.contains("/proposals/") => json!({"ids": ["x"]}),
        ("put", "/api/v1/network-lists/{list_id}/networks") => return "192.0.2.0/24".to_owned(),
        ("put", "/api/v1/network-lists/{list_id}") => json!({"name": "taken-over", "networks": []}),
        ("put", "/api/v1/projects/{project_id}") => json!({"name": "taken-over"}),
        ("put", "/api/v1/gates/{name}") => json!({"definition": GATE}),
        ("put", "/api/v1/schedules/{id}") => schedule("taken-over"),
        ("post", "/api/v1/findings/{id}/acknowledge") => json!({"reason": "taken over"}),
        ("post", "/api/v1/findings/{id}/reopen") => json!({}),
        ("post", path) if path.ends_with("/heartbeat") => json!({"fence": 1, "progress": 1, "progress_text": "x"}),
        _ => json!({}),
    };
    body.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_project_is_reached_from_another() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let objects = objects(&plane).await;
    let (other, admin) = project(&plane, "other").await;
    let mut tokens = vec![admin.clone()];
    for role in ["controller", "gateway", "viewer", "analyst"] {
        tokens.push(token_in(&plane, &other, role).await);
    }
    let document = serde_json::to_value(palisade_server::document()).unwrap();
    let mut broken = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "put", "post", "patch", "delete"] {
            if item.get(method).is_none() || !path.contains('{') {
                continue;
            }
            let (target, verb) = (fill(path, &objects), Method::from_bytes(method.to_uppercase().as_bytes()).unwrap());
            let mut statuses = Vec::new();
            for token in &tokens {
                let bearer = format!("Bearer {token}");
                let media = match (method, path.as_str()) {
                    ("put", "/api/v1/network-lists/{list_id}/networks") => "text/plain",
                    ("put", path) if path.ends_with("/contract") || path.ends_with("/corrections") => {
                        "application/yaml"
                    }
                    _ => "application/json",
                };
                let fields = [("authorization", bearer.as_str()), ("content-type", media)];
                statuses.push(plane.call(verb.clone(), &target, &fields, &body(method, path)).await.status.as_u16());
            }
            // Who may ask is told that there is nothing; who may not is told that they may not, whatever there is.
            // A controller's message that has not its shape is refused before anything is looked for.
            let shape = |status: &u16| path.contains("/controller/") && matches!(status, 400 | 422);
            if statuses.iter().any(|status| !matches!(status, 403 | 404) && !shape(status)) {
                broken.push(format!("{method} {path}: {statuses:?}"));
            }
        }
    }
    assert!(broken.is_empty(), "reached, or not understood, from another project:\n{}", broken.join("\n"));

    // The objects were there all along, and still are.
    for path in document["paths"].as_object().unwrap().keys() {
        let gone = path.contains("/bans/") || path.contains("/controller/");
        if document["paths"][path].get("get").is_some() && path.contains('{') && !gone && !path.ends_with("/events") {
            let answer = plane.admin(Method::GET, &fill(path, &objects), "").await;
            let unended = path.starts_with("/api/v1/jobs/") || path.contains("/runs/");
            let ended_only =
                ["/report", "/compliance"].iter().any(|end| path.ends_with(end)) || path.contains("/compare/");
            let nothing_yet = path.ends_with("/third-parties/{id}/changes") || (unended && ended_only);
            assert!(answer.status.is_success() || nothing_yet, "{path}: {} {}", answer.status, answer.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_filters_summaries_and_files_tell_nothing_of_another_project() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let objects = objects(&plane).await;
    let (other, admin) = project(&plane, "other").await;
    let mut marks: Vec<&str> = vec!["canary", "shop"];
    marks.extend(
        objects
            .iter()
            .filter(|(kind, id)| **kind != "versions" && **kind != "bans" && *id != "none")
            .map(|(_, id)| id.as_str()),
    );
    let document = serde_json::to_value(palisade_server::document()).unwrap();
    let api = &objects["apis"];
    for (path, item) in document["paths"].as_object().unwrap() {
        let streams = path.ends_with("/stream") || path.ends_with("/openapi.json") || path == "/login";
        if item.get("get").is_none() || path.contains('{') || streams || !path.starts_with("/api/v1/") {
            continue;
        }
        let mut targets = vec![path.clone()];
        if path.ends_with("/snapshot") {
            targets = vec![format!("{path}?after=0")];
        } else if path.contains("/events") {
            targets.extend([
                format!("{path}?api_id={api}"),
                format!("{path}?group_by=api,client"),
                format!("{path}?uuid={}", objects["events"]),
            ]);
        }
        for target in targets {
            let answer = ask(&plane, &admin, Method::GET, &target, "").await;
            // What belongs to the installation is not for a project's admin.
            assert!(answer.status.is_success() || answer.status == 403, "{target}: {} {}", answer.status, answer.text);
            for mark in &marks {
                // The rules speak of shops, and the session says where the data lies.
                let own_word = *mark == "shop" && (path.ends_with("/rules") || path.ends_with("/session"));
                assert!(own_word || !answer.text.contains(mark), "{target} tells {mark}: {}", answer.text);
            }
        }
    }
    // What is filtered by an id of the other project is empty, not wrong.
    let found = ask(&plane, &admin, Method::GET, &format!("/api/v1/events?filter=api_id:is:{api}"), "").await.ok();
    assert_eq!(found["items"], json!([]));
    let overview = ask(&plane, &admin, Method::GET, "/api/v1/overview", "").await.ok();
    assert_eq!((&overview["apis"], &overview["exchanges"]), (&json!(0), &json!(0)));
    // A gateway of the other project can say nothing about this one's API either.
    let gateway = token_in(&plane, &other, "gateway").await;
    let mut exchange = super::support::exchange("GET", "/orders/1", 200);
    exchange.api = Some("shop".to_owned());
    let key = [7u8; 32];
    let redactor = palisade_exchange::Redactor::with_rules(&key, std::sync::Arc::default());
    let line = palisade_exchange::wire::to_line(&exchange, palisade_exchange::wire::Form::Full, redactor.marker());
    let taken = ask(&plane, &gateway, Method::POST, "/api/v1/gateway/exchanges", &line).await.ok();
    assert_eq!(taken, json!({"accepted": 0, "rejected": 1}));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_projects_have_what_they_call_alike_apart() {
    let plane =
        Plane::of(&[palisade_server::ApiSpec { hosts: vec!["a.example".to_owned()], ..spec(Some(CONTRACT)) }]).await;
    let (other, admin) = project(&plane, "other").await;
    let list = json!({"name": "bots", "networks": ["192.0.2.0/24"]}).to_string();
    plane.admin(Method::POST, "/api/v1/network-lists", &list).await.ok();
    let own = json!({"name": "bots", "networks": ["198.51.100.0/24"]}).to_string();
    ask(&plane, &admin, Method::POST, "/api/v1/network-lists", &own).await.ok();
    let new =
        json!({"name": "shop", "hosts": ["b.example"], "upstreams": ["http://127.0.0.1:9"], "contract": CONTRACT});
    let api = ask(&plane, &admin, Method::POST, "/api/v1/apis", &new.to_string()).await.ok();
    let deny = json!({"settings": {"networks": {"deny": ["bots"]}}}).to_string();
    let path = format!("/api/v1/apis/{}/protection", text(&api["id"]));
    ask(&plane, &admin, Method::PUT, &path, &deny).await.ok();

    // At the gateway of this process names are apart, and each API has the list of its project.
    let shared = plane.app.snapshots().borrow().clone();
    let (ours, theirs): (Vec<_>, Vec<_>) = shared.apis.iter().partition(|api| api.hosts == ["a.example"]);
    assert_eq!((ours[0].name.as_str(), theirs[0].name.clone()), ("shop", format!("{other}/shop")));
    let denied = &theirs[0].protection.networks.deny[0];
    let named: Vec<_> = shared.lists.iter().filter(|list| list.name == *denied).collect();
    assert_eq!(named[0].networks[0].to_string(), "198.51.100.0/24");
    // A gateway of a project is told of that project, by the names that it gave.
    let gateway = token_in(&plane, &other, "gateway").await;
    let told = ask(&plane, &gateway, Method::GET, "/api/v1/gateway/snapshot?after=0", "").await.ok();
    assert_eq!((told["apis"].as_array().unwrap().len(), &told["apis"][0]["name"]), (1, &json!("shop")));
    assert_eq!(told["lists"][0]["networks"], json!(["198.51.100.0/24"]));

    // A host belongs to one project: another one's API that names it is not served here.
    let thief =
        json!({"name": "thief", "hosts": ["*.example"], "base_path": "/orders", "upstreams": ["http://127.0.0.1:9"]});
    let thief = ask(&plane, &admin, Method::POST, "/api/v1/apis", &thief.to_string()).await.ok();
    assert!(plane.app.snapshots().borrow().apis.iter().all(|api| api.id != text(&thief["id"])));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_is_added_changed_and_removed_with_all_its_data() {
    let plane = Plane::of(&[]).await;
    let new = json!({"name": "orders", "hosts": ["Orders.Example"], "upstreams": ["http://127.0.0.1:9"], "contract": CONTRACT, "mode": "block"});
    let made = plane.admin(Method::POST, "/api/v1/apis", &new.to_string()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    assert_eq!(
        (&made["hosts"], &made["mode"], &made["managed_by"]),
        (&json!(["orders.example"]), &json!("block"), &json!("ui"))
    );
    assert_eq!(plane.admin(Method::POST, "/api/v1/apis", &new.to_string()).await.status, 409, "its name is taken");
    for (wrong, place) in [
        (json!({"name": ""}), "/name"),
        (json!({"name": "x", "hosts": ["http://x"]}), "/hosts/0"),
        (json!({"name": "x", "upstreams": ["ftp://x"]}), "/upstreams/0"),
        (json!({"name": "x", "base_path": "x"}), "/base_path"),
    ] {
        let refused = plane.admin(Method::POST, "/api/v1/apis", &wrong.to_string()).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["errors"][0]["pointer"]), (422, &json!(place)));
    }
    let bad = json!({"name": "x", "contract": "openapi: 3.1.0\npaths: 7"}).to_string();
    assert_eq!(plane.admin(Method::POST, "/api/v1/apis", &bad).await.status, 422);
    assert_eq!(plane.get("/api/v1/apis").await["items"].as_array().unwrap().len(), 1, "nothing of it is kept");

    let path = format!("/api/v1/apis/{}", text(&made["id"]));
    let changed =
        plane.admin(Method::PATCH, &path, &json!({"base_path": "/v1", "mode": "observe"}).to_string()).await.ok();
    assert_eq!(
        (&changed["base_path"], &changed["mode"], &changed["name"]),
        (&json!("/v1"), &json!("observe"), &json!("orders"))
    );
    let event = plane.see("GET", "/v1/orders/seven", 400).await;
    plane.app.intake.settle().await;
    assert!(plane.app.store.event_of_uuid(&event.to_string()).await.unwrap().is_some());
    assert_eq!(plane.admin(Method::DELETE, &path, "").await.status, 204);
    assert_eq!(plane.admin(Method::GET, &path, "").await.status, 404);
    assert!(plane.app.store.event_of_uuid(&event.to_string()).await.unwrap().is_none());
    assert!(plane.app.snapshots().borrow().apis.is_empty());
    // The same name is free again, and nothing of the old one comes back.
    let again = plane.admin(Method::POST, "/api/v1/apis", &json!({"name": "orders"}).to_string()).await.ok();
    assert_ne!(again["id"], made["id"]);
    assert_eq!(again["exchanges"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn projects_are_made_named_and_removed_by_admins_of_the_first() {
    let plane = Plane::new(None).await;
    let (other, admin) = project(&plane, "other").await;
    let named = json!({"name": "other"}).to_string();
    assert_eq!(plane.admin(Method::POST, "/api/v1/projects", &named).await.status, 409);
    let wrong = plane.admin(Method::POST, "/api/v1/projects", &json!({"name": "a b"}).to_string()).await;
    assert_eq!((wrong.status.as_u16(), &wrong.json()["errors"][0]["pointer"]), (422, &json!("/name")));
    assert_eq!(ask(&plane, &admin, Method::POST, "/api/v1/projects", &named).await.status, 403);
    let seen = ask(&plane, &admin, Method::GET, "/api/v1/projects", "").await.ok();
    assert_eq!((seen["items"].as_array().unwrap().len(), &seen["items"][0]["name"]), (1, &json!("other")));
    assert_eq!(plane.get("/api/v1/projects?sort=-name").await["items"].as_array().unwrap().len(), 2);

    let path = format!("/api/v1/projects/{other}");
    let change = json!({"name": "renamed", "description": "of the other team"}).to_string();
    assert_eq!(plane.admin(Method::PUT, &path, &change).await.ok()["name"], "renamed");
    assert_eq!(plane.get("/api/v1/projects/renamed").await["id"], json!(other));
    let new = json!({"name": "shop", "contract": CONTRACT}).to_string();
    ask(&plane, &admin, Method::POST, "/api/v1/apis", &new).await.ok();
    assert_eq!(plane.admin(Method::DELETE, &path, "").await.status, 204);
    assert_eq!(plane.admin(Method::GET, &path, "").await.status, 404);
    assert_eq!(ask(&plane, &admin, Method::GET, "/api/v1/apis", "").await.status, 401, "its credentials went with it");
    let first = "/api/v1/projects/00000000-0000-7000-8000-000000000001";
    assert_eq!(plane.admin(Method::DELETE, first, "").await.status, 409);
}
