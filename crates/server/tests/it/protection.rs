//! What people set for the protection of an API goes to the gateways, is kept by version, and is refused where it
//! cannot work.

use super::support::{Answer, CONTRACT, Plane, spec};
use http::Method;
use palisade_guard::{Action, Check};
use palisade_server::{ApiSpec, ManagedBy};
use serde_json::{Value, json};

async fn put(plane: &Plane, path: &str, body: &Value) -> Answer {
    plane.admin(Method::PUT, path, &body.to_string()).await
}

async fn add_list(plane: &Plane, name: &str, networks: &[&str]) -> String {
    let body = json!({"name": name, "networks": networks});
    let made = plane.admin(Method::POST, "/api/v1/network-lists", &body.to_string()).await.ok();
    made["id"].as_str().unwrap().to_owned()
}

fn text(answer: &Answer) -> &str {
    &answer.text
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_go_to_the_gateways_and_survive_a_restart() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let path = format!("/api/v1/apis/{}/protection", plane.api_id().await);
    let first = plane.get(&path).await;
    assert_eq!((&first["version"], &first["mode"]), (&0.into(), &"observe".into()));
    assert_eq!(first["checks"].as_array().unwrap().len(), 18);

    add_list(&plane, "office", &["192.0.2.0/24"]).await;
    let mut settings = first["settings"].clone();
    settings["effects"]["undeclared_query"] = "prevent".into();
    settings["networks"]["allow"] = json!(["office"]);
    settings["rates"] = json!([{"name": "logins", "burst": 5, "paths": ["/login"], "statuses": ["401"]}]);
    let answer = put(&plane, &path, &json!({"mode": "block", "settings": settings})).await;
    assert_eq!(answer.headers["etag"], "\"1\"");
    let set = answer.ok();
    assert_eq!((&set["version"], &set["changed_by"]), (&1.into(), &"admin.token".into()));

    let snapshot = plane.app.snapshots().borrow().clone();
    let policy = &snapshot.apis[0];
    assert_eq!(policy.mode, palisade_guard::Mode::Block);
    assert_eq!(policy.protection.effects[&Check::UndeclaredQuery], Action::Prevent);
    assert_eq!(policy.protection.rates[0].burst, Some(5.into()));
    assert_eq!(
        (snapshot.lists[0].name.as_str(), snapshot.lists[0].networks[0].to_string()),
        ("office", "192.0.2.0/24".into())
    );

    // The same again is no version; the mode alone is one.
    assert_eq!(put(&plane, &path, &json!({"settings": settings})).await.ok()["version"], 1);
    let api = path.trim_end_matches("/protection");
    plane.admin(Method::PATCH, api, "{\"mode\":\"observe\"}").await.ok();

    let plane = plane.restart(&[spec(None)]).await;
    let again = plane.get(&path).await;
    assert_eq!(
        (&again["version"], &again["mode"], &again["settings"]),
        (&2.into(), &"observe".into(), &set["settings"])
    );
    assert_eq!(plane.app.snapshots().borrow().lists.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_tell_what_they_changed_and_can_be_gone_back_to() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let path = format!("/api/v1/apis/{}/protection", plane.api_id().await);
    for rollout in [10, 20, 30] {
        put(&plane, &path, &json!({"settings": {"rollout": rollout}})).await.ok();
    }
    let page = plane.get(&format!("{path}/versions?limit=2")).await;
    let newest = &page["items"][0];
    assert_eq!(newest["changes"], json!([{"pointer": "/settings/rollout", "before": 20, "after": 30}]));
    let rest = plane.get(&format!("{path}/versions?cursor={}", page["next"].as_str().unwrap())).await;
    assert_eq!(rest["items"][0]["changes"], json!([{"pointer": "/settings/rollout", "before": null, "after": 10}]));
    assert!(rest["next"].is_null());

    let restored = plane.admin(Method::POST, &format!("{path}/versions/1/restore"), "").await.ok();
    assert_eq!((&restored["version"], &restored["settings"]["rollout"]), (&4.into(), &10.into()));
    assert_eq!(plane.app.snapshots().borrow().apis[0].protection.rollout, Some(10));
    assert_eq!(plane.admin(Method::POST, &format!("{path}/versions/9/restore"), "").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_work_is_refused_with_its_place_and_nothing_changes() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let path = format!("/api/v1/apis/{}/protection", plane.api_id().await);
    put(&plane, &path, &json!({"settings": {"rollout": 10}})).await.ok();
    let before = plane.app.snapshots().borrow().clone();
    for (body, status, place) in [
        (json!({"settings": {"networks": {"deny": ["gone"]}}}), 422, "/settings/networks/deny/0"),
        (json!({"settings": {"effects": {"path": "explode"}}}), 422, "/settings/effects"),
        (json!({"settings": {"effects": {"nothing": "alert"}}}), 422, "/settings/effects"),
        (json!({"settings": {"rates": [{"name": "a", "burst": "fast"}]}}), 422, "/settings/rates/0/burst"),
        (json!({"settings": {"colour": 1}}), 422, "/settings/colour"),
        (json!({"settings": {"rates": [{"name": "a"}]}}), 422, "/settings/rates/0"),
    ] {
        let answer = put(&plane, &path, &body).await;
        assert_eq!(answer.status, status, "{body}: {}", text(&answer));
        let problem = answer.json();
        let pointer = problem["errors"][0]["pointer"].as_str().unwrap();
        assert!(pointer.starts_with(place), "{body}: {problem}");
    }
    assert_eq!(plane.admin(Method::PUT, &path, "{").await.status, 400);
    let stale = plane
        .call(
            Method::PUT,
            &path,
            &[
                ("authorization", &format!("Bearer {}", plane.admin)),
                ("content-type", "application/json"),
                ("if-match", "\"0\""),
            ],
            "{\"settings\":{}}",
        )
        .await;
    assert_eq!(stale.status, 412);
    assert_eq!(*plane.app.snapshots().borrow(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn block_mode_needs_a_contract() {
    let plane = Plane::new(None).await;
    let path = format!("/api/v1/apis/{}/protection", plane.api_id().await);
    assert_eq!(put(&plane, &path, &json!({"mode": "block", "settings": {}})).await.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_file_manages_is_read_only() {
    let protection = palisade_guard::Protection { rollout: Some(50), ..palisade_guard::Protection::default() };
    let managed = ApiSpec { managed_by: ManagedBy::File, protection: Some(protection), ..spec(Some(CONTRACT)) };
    let plane = Plane::of(&[managed]).await;
    let list =
        palisade_guard::NetworkList { name: "cdn".to_owned(), networks: vec!["198.51.100.0/24".parse().unwrap()] };
    plane.app.take_networks(&[list], &["203.0.113.7/32".parse().unwrap()]);
    let path = format!("/api/v1/apis/{}/protection", plane.api_id().await);
    let shown = plane.get(&path).await;
    assert_eq!((&shown["read_only"], &shown["settings"]["rollout"]), (&true.into(), &50.into()));
    assert_eq!((&shown["version"], &shown["changed_by"]), (&1.into(), &"file".into()));
    assert_eq!(put(&plane, &path, &json!({"settings": {}})).await.status, 409);
    assert_eq!(plane.admin(Method::POST, &format!("{path}/versions/1/restore"), "").await.status, 409);
    assert_eq!(plane.get("/api/v1/network-lists").await["items"][0]["read_only"], true);
    assert_eq!(plane.admin(Method::DELETE, "/api/v1/network-lists/cdn", "").await.status, 409);
    assert_eq!(put(&plane, "/api/v1/trusted-proxies", &json!({"networks": []})).await.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_shared_imported_exported_and_kept_while_they_are_named() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let id = add_list(&plane, "office", &["192.0.2.7", "2001:db8::/32"]).await;
    let path = format!("/api/v1/network-lists/{id}");
    let protection = format!("/api/v1/apis/{}/protection", plane.api_id().await);
    let settings =
        json!({"networks": {"deny": ["office"]}, "rates": [{"name": "all", "average": 9, "except": ["office"]}]});
    put(&plane, &protection, &json!({"settings": settings})).await.ok();
    let list = plane.get(&path).await;
    let roles: Vec<&str> = list["used_by"].as_array().unwrap().iter().map(|it| it["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["deny", "except of rate all"]);
    assert_eq!(plane.admin(Method::DELETE, &path, "").await.status, 409);
    assert_eq!(put(&plane, &path, &json!({"name": "bureau"})).await.status, 409, "a named list keeps its name");

    let admin = format!("Bearer {}", plane.admin);
    let target = format!("{path}/networks");
    let send = |media: &'static str, body: &'static str| {
        let fields = [("authorization", admin.clone()), ("content-type", media.to_owned())];
        let (plane, target) = (&plane, &target);
        async move {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            plane.call(Method::PUT, target, &fields, body).await
        }
    };
    let imported = send("text/csv", "ip,note\r\n10.0.0.0/8,\"ours, all\"\r\n\"192.0.2.1\",=cmd()\r\n").await.ok();
    assert_eq!(imported["networks"], json!(["10.0.0.0/8", "192.0.2.1/32"]));
    assert_eq!(plane.app.snapshots().borrow().lists[0].networks.len(), 2);
    let bad = send("text/plain", "# offices\n10.0.0.0/8\n10.0.0.1/8 # typo\nwhat\n").await;
    assert_eq!(bad.status, 422);
    let lines: Vec<Value> =
        bad.json()["errors"].as_array().unwrap().iter().map(|error| error["name"].clone()).collect();
    assert_eq!(lines, ["line 3", "line 4"]);
    assert_eq!(send("text/html", "10.0.0.0/8").await.status, 415);

    let csv = plane.call(Method::GET, &target, &[("authorization", &admin), ("accept", "text/csv")], "").await;
    assert_eq!(csv.text, "network\r\n10.0.0.0/8\r\n192.0.2.1/32\r\n");
    let plain = plane.call(Method::GET, &target, &[("authorization", &admin)], "").await;
    assert_eq!(plain.text, "10.0.0.0/8\n192.0.2.1/32\n");
    assert!(plain.headers["content-disposition"].to_str().unwrap().contains("office.txt"));

    put(&plane, &protection, &json!({"settings": {}})).await.ok();
    assert_eq!(plane.admin(Method::DELETE, &path, "").await.status, 204);
    assert!(plane.app.snapshots().borrow().lists.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn trusted_proxies_go_to_the_gateways() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let body = json!({"networks": ["203.0.113.7", "2001:db8::/48"]});
    put(&plane, "/api/v1/trusted-proxies", &body).await.ok();
    assert_eq!(put(&plane, "/api/v1/trusted-proxies", &json!({"networks": ["x"]})).await.status, 422);
    let plane = plane.restart(&[spec(None)]).await;
    let kept = plane.get("/api/v1/trusted-proxies").await;
    assert_eq!(kept["networks"], json!(["203.0.113.7/32", "2001:db8::/48"]));
    assert_eq!(plane.app.snapshots().borrow().trusted_proxies.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_tried_on_recent_exchanges_and_nothing_changes() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let path = format!("/api/v1/apis/{}/protection", plane.api_id().await);
    let preview = format!("{path}/preview");
    let ask = |body: Value| {
        let (plane, preview) = (&plane, &preview);
        async move { plane.admin(Method::POST, preview, &body.to_string()).await }
    };
    assert_eq!(ask(json!({"settings": {}})).await.ok()["exchanges"], 0);
    for n in 0..4 {
        plane.see("GET", &format!("/orders/{n}"), 200).await;
    }
    plane.see("GET", "/orders/seven", 400).await;
    plane.see("GET", "/orders/7?debug=1", 200).await;
    plane.see("GET", "/orders/8?debug=1", 200).await;
    plane.see("GET", "/nowhere", 404).await;
    plane.app.intake.settle().await;
    let before = plane.app.snapshots().borrow().clone();

    // Blocking refuses what breaks the contract.
    let blocked = ask(json!({"mode": "block", "settings": {}})).await.ok();
    assert_eq!((&blocked["exchanges"], &blocked["supposed"]), (&8.into(), &false.into()));
    assert_eq!((&blocked["refused_before"], &blocked["newly_refused"]), (&0.into(), &2.into()));
    let of = |trial: &Value| -> Vec<(String, String, u64)> {
        let changes = trial["changes"].as_array().unwrap().iter();
        let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        changes
            .map(|it| {
                (
                    word(&it["kind"]),
                    format!("{} {}", word(&it["operation"]), word(&it["code"])),
                    it["count"].as_u64().unwrap(),
                )
            })
            .collect()
    };
    assert_eq!(
        of(&blocked),
        [
            ("refused".to_owned(), "- unknown_path".to_owned(), 1),
            ("refused".to_owned(), "GET /orders/{orderId} type".to_owned(), 1),
        ]
    );
    let example = &blocked["changes"][1]["examples"][0];
    assert_eq!((&example["path"], &example["client"]), (&"/orders/seven".into(), &"192.0.2.1".into()));
    assert!(example["event"].is_string(), "{example}");

    // In observe mode what it would refuse is compared.
    let effects = json!({"undeclared_query": "prevent", "path": "alert"});
    let observed = ask(json!({"settings": {"effects": effects}})).await.ok();
    assert_eq!(
        (&observed["supposed"], &observed["refused_before"], &observed["refused_after"]),
        (&true.into(), &2.into(), &3.into())
    );
    assert_eq!(
        of(&observed),
        [
            ("refused".to_owned(), "GET /orders/{orderId} undeclared".to_owned(), 2),
            ("passed".to_owned(), "- unknown_path".to_owned(), 1),
        ]
    );
    assert_eq!(ask(json!({"settings": {"rollout": 101}})).await.status, 422);
    assert_eq!(*plane.app.snapshots().borrow(), before, "nothing changed");
}
