//! From exchanges to inventory, events, exceptions, preview and block mode.

use super::support::{CONTRACT, Plane, refusal, spec};
use http::Method;
use serde_json::Value;

async fn states(plane: &Plane, id: &str) -> Vec<String> {
    let page = plane.get(&format!("/api/v1/apis/{id}/operations")).await;
    let word = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| format!("{} {} {} {}", word(item, "method"), word(item, "path"), word(item, "state"), item["hits"]))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn traffic_shows_in_the_inventory_within_two_seconds_and_after_a_restart() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let id = plane.api_id().await;
    for n in 0..8 {
        plane.see("GET", &format!("/orders/{}", 1000 + n), 200).await;
    }
    plane.see("GET", "/old", 200).await;
    plane.see("GET", "/internal/export", 200).await;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    let wanted = [
        "GET /internal/export shadow 1",
        "GET /never orphan 0",
        "GET /old zombie 1",
        "GET /orders/{orderId} documented 8",
    ];
    assert_eq!(states(&plane, &id).await, wanted);
    let overview = plane.get("/api/v1/overview").await;
    assert_eq!((&overview["exchanges"], &overview["states"]["shadow"]), (&10.into(), &1.into()));
    assert_eq!(overview["traffic"].as_array().unwrap().len(), 60);

    let plane = plane.restart(&[spec(None)]).await;
    assert_eq!(plane.api_id().await, id, "the id survives");
    assert_eq!(states(&plane, &id).await, wanted);
    assert_eq!(plane.get("/api/v1/overview").await["exchanges"], 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn repeats_become_one_event_that_every_uuid_leads_to() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let mut uuids = Vec::new();
    for n in 0..5 {
        let mut captured = plane.captured("GET", "/orders/7?limit=x", 200).await;
        captured.decision = refusal(if n < 4 { "limit" } else { "other" });
        uuids.push(captured.exchange.id.to_string());
        assert!(plane.app.intake.offer(captured));
    }
    plane.app.intake.settle().await;
    let all = plane.get("/api/v1/events").await;
    assert_eq!(all["items"].as_array().unwrap().len(), 2, "another field is another event");
    for uuid in &uuids[..4] {
        let found = plane.get(&format!("/api/v1/events?uuid={uuid}")).await;
        let event = &found["items"][0];
        assert_eq!(
            (&event["id"], &event["count"], &event["uuid"]),
            (&uuids[0].as_str().into(), &4.into(), &uuid.as_str().into())
        );
        assert_eq!((&event["errors"][0]["in"], &event["errors"][0]["name"]), (&"query".into(), &"limit".into()));
        assert_eq!((&event["effect"], &event["would"]), (&"alert".into(), &"prevent".into()));
        assert_eq!(event["operation"], "GET /orders/{orderId}");
    }
    // What repeats after a restart still grows the same event.
    let plane = plane.restart(&[spec(None)]).await;
    let mut captured = plane.captured("GET", "/orders/7?limit=x", 200).await;
    captured.decision = refusal("limit");
    assert!(plane.app.intake.offer(captured));
    plane.app.intake.settle().await;
    assert_eq!(plane.get(&format!("/api/v1/events?uuid={}", uuids[1])).await["items"][0]["count"], 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn allow_this_reaches_the_gateway_and_undo_takes_it_back() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let id = plane.api_id().await;
    plane.admin(Method::PATCH, &format!("/api/v1/apis/{id}"), "{\"mode\":\"block\"}").await.ok();
    let uuid = plane.see("GET", "/orders/abc", 200).await;
    plane.app.intake.settle().await;
    let event = plane.get(&format!("/api/v1/events?uuid={uuid}")).await["items"][0].clone();
    assert_eq!(
        (&event["effect"], &event["status"], &event["allowable"]),
        (&"prevent".into(), &400.into(), &true.into())
    );
    let exception = plane.admin(Method::POST, &format!("/api/v1/events/{uuid}/allow"), "").await.ok();
    assert_eq!(exception["event_uuid"], uuid.to_string());
    assert_eq!(plane.captured("GET", "/orders/abc", 200).await.status, 200, "it passes now");
    let event = plane.get(&format!("/api/v1/events?uuid={uuid}")).await["items"][0].clone();
    assert_eq!(event["exception_id"], exception["id"]);
    let path = format!("/api/v1/apis/{id}/exceptions");
    assert_eq!(plane.get(&path).await["items"].as_array().unwrap().len(), 1);
    let undo = format!("{path}/{}", exception["id"].as_str().unwrap());
    plane.admin(Method::DELETE, &undo, "").await.ok();
    assert_eq!(plane.captured("GET", "/orders/abc", 200).await.status, 400, "it is refused again");
    assert_eq!(plane.admin(Method::DELETE, &undo, "").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn block_mode_needs_a_contract_and_a_bad_contract_says_where() {
    let plane = Plane::new(None).await;
    let id = plane.api_id().await;
    let api = format!("/api/v1/apis/{id}");
    assert_eq!(plane.admin(Method::PATCH, &api, "{\"mode\":\"block\"}").await.status, 409);
    assert_eq!(plane.admin(Method::GET, &format!("{api}/contract?source=approved"), "").await.status, 404);
    assert_eq!(
        plane.admin(Method::POST, &format!("{api}/contract/approve"), "{\"source\":\"learned\"}").await.status,
        404
    );
    let put = format!("{api}/contract");
    let bad = plane.admin(Method::PUT, &put, "openapi: 3.1.0\npaths: {/a: {get: [").await;
    assert_eq!(bad.status, 422);
    assert!(bad.json()["findings"][0]["line"].as_u64().is_some(), "{}", bad.text);
    assert_eq!(plane.admin(Method::PUT, &put, "just: text").await.status, 422);
    let put = plane.admin(Method::PUT, &put, CONTRACT).await.ok();
    assert_eq!(
        (&put["contract"]["approved"]["source"], &put["contract"]["approved"]["operations"]),
        (&"uploaded".into(), &3.into())
    );
    assert_eq!(plane.admin(Method::PATCH, &api, "{\"mode\":\"block\"}").await.ok()["mode"], "block");
    let text = plane.admin(Method::GET, &format!("{api}/contract?source=approved"), "").await;
    assert_eq!((text.text.as_str(), text.headers["content-type"].to_str().unwrap()), (CONTRACT, "application/yaml"));
    let bearer = format!("Bearer {}", plane.admin);
    let accept = [("authorization", bearer.as_str()), ("accept", "application/json")];
    let json = plane.call(Method::GET, &format!("{api}/contract"), &accept, "").await.ok();
    assert_eq!(json["info"]["title"], "Shop");
    let audit = plane.get(&format!("{api}/audit")).await;
    assert_eq!((&audit["contract"]["operations"], &audit["contract"]["title"]), (&3.into(), &"Shop".into()));
    assert_eq!(audit["score"], put["audit"]["score"]);
    assert_eq!(put["audit"]["source"], "approved");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_learned_contract_keeps_thin_operations_in_observe() {
    let plane = Plane::new(None).await;
    let id = plane.api_id().await;
    for n in 0..40 {
        plane.see("GET", &format!("/orders/{}", 100 + n), 200).await;
    }
    plane.see("GET", "/rare", 200).await;
    plane.app.intake.settle().await;
    let preview = plane.get(&format!("/api/v1/apis/{id}/preview")).await;
    assert_eq!(
        (&preview["contract"], &preview["judged"]),
        (&Value::Null, &0.into()),
        "nothing is judged by what it taught"
    );
    let api = plane
        .admin(Method::POST, &format!("/api/v1/apis/{id}/contract/approve"), "{\"source\":\"learned\"}")
        .await
        .ok();
    assert_eq!(
        (&api["contract"]["approved"]["source"], &api["contract"]["approved"]["version"]),
        (&"learned".into(), &1.into())
    );
    plane.admin(Method::PATCH, &format!("/api/v1/apis/{id}"), "{\"mode\":\"block\"}").await.ok();
    assert_eq!(plane.app.snapshots().borrow().apis[0].observe_operations.len(), 2, "no evidence yet");
    for n in 0..20 {
        plane.see("GET", &format!("/orders/{}", 500 + n), 200).await;
    }
    plane.app.intake.settle().await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(plane.app.snapshots().borrow().apis[0].observe_operations, ["GET /rare"]);
    let preview = plane.get(&format!("/api/v1/apis/{id}/preview")).await;
    assert_eq!((&preview["judged"], &preview["would_block"]), (&20.into(), &0.into()), "{preview}");
    let thin: Vec<&Value> =
        preview["operations"].as_array().unwrap().iter().filter(|item| item["thin"] == true).collect();
    assert_eq!((thin.len(), &thin[0]["path"], &thin[0]["needed"]), (1, &"/rare".into(), &20.into()));
    let rare = thin[0]["operation_id"].as_str().unwrap();
    let operation = format!("/api/v1/apis/{id}/operations/{rare}");
    assert_eq!(plane.get(&operation).await["protection"], "thin-evidence");
    let forced = plane.admin(Method::PATCH, &operation, "{\"protection\":\"block\"}").await.ok();
    assert_eq!((&forced["protection"], &forced["protected"]), (&"block".into(), &true.into()));
    assert!(plane.app.snapshots().borrow().apis[0].observe_operations.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_elsewhere_follows_the_snapshot_and_sends_exchanges() {
    let plane = Plane::new(Some(CONTRACT)).await;
    let id = plane.api_id().await;
    let bearer = format!("Bearer {}", plane.token("gateway").await);
    let fields = [("authorization", bearer.as_str())];
    let first = plane.call(Method::GET, "/api/v1/gateway/snapshot", &fields, "").await.ok();
    let version = first["version"].as_u64().unwrap();
    assert_eq!((&first["apis"][0]["id"], &first["apis"][0]["mode"]), (&id.as_str().into(), &"observe".into()));
    let path = format!("/api/v1/gateway/snapshot?after={version}");
    let (news, _) = tokio::join!(plane.call(Method::GET, &path, &fields, ""), async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        plane.admin(Method::PATCH, &format!("/api/v1/apis/{id}"), "{\"mode\":\"block\"}").await.ok()
    });
    let news = news.ok();
    assert!(news["version"].as_u64().unwrap() != version && news["apis"][0]["mode"] == "block", "{news}");

    let redactor = palisade_exchange::Redactor::new(&[1; 32]);
    let mut lines = String::new();
    for (path, api) in [("/orders/5", "shop"), ("/orders/6", "nowhere")] {
        let mut exchange = super::support::exchange("GET", path, 200);
        exchange.api = Some(api.to_owned());
        let line = palisade_exchange::wire::to_line(&exchange, palisade_exchange::wire::Form::Full, redactor.marker());
        lines += &format!("{line}\n");
    }
    lines += "not a line\n";
    let answer = plane.call(Method::POST, "/api/v1/gateway/exchanges", &fields, &lines).await.ok();
    assert_eq!((&answer["accepted"], &answer["rejected"]), (&1.into(), &2.into()));
    plane.app.intake.settle().await;
    assert_eq!(plane.get("/api/v1/overview").await["exchanges"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_file_manages_is_read_only() {
    let mut from_file = spec(Some(CONTRACT));
    from_file.managed_by = palisade_server::ManagedBy::File;
    let plane = Plane::of(&[from_file]).await;
    let id = plane.api_id().await;
    let api = format!("/api/v1/apis/{id}");
    assert_eq!(plane.get(&api).await["read_only"], true);
    for (method, path, body) in [
        (Method::PATCH, api.clone(), "{\"mode\":\"block\"}"),
        (Method::PUT, format!("{api}/contract"), CONTRACT),
        (Method::POST, format!("{api}/contract/approve"), "{\"source\":\"learned\"}"),
    ] {
        let status = plane.admin(method, &path, body).await.status;
        assert!(status == 409 || path.ends_with("approve") && status == 404, "{path} {status}");
    }
}

#[tokio::test]
async fn a_start_that_fails_leaves_no_block_mode_behind() {
    let plane = Plane::of(&[spec(None)]).await;
    for contract in [None, Some("[1, 2"), Some("openapi: 3.1.0\npaths: {}\n")] {
        let wanted = palisade_server::ApiSpec { mode: Some(palisade_guard::Mode::Block), ..spec(contract) };
        assert!(plane.app.bring_up(std::slice::from_ref(&wanted)).await.is_err(), "{contract:?}");
    }
    let plane = plane.restart(&[]).await;
    let list = plane.get("/api/v1/apis").await;
    assert_eq!(list["items"][0]["mode"], "observe", "{list}");
    let blocking = palisade_server::ApiSpec { mode: Some(palisade_guard::Mode::Block), ..spec(Some(CONTRACT)) };
    let plane = plane.restart(&[blocking]).await;
    let list = plane.get("/api/v1/apis").await;
    assert_eq!(list["items"][0]["mode"], "block", "{list}");
}
