//! Without a contract: traffic teaches one, and what it taught can be approved and blocked by.

use crate::support::{Place, Upstream, call, eventually, get, problem};
use serde_json::Value;
use std::process::Command;
use std::time::Duration;

#[test]
fn a_learned_contract_is_previewed_approved_and_blocked_by() {
    let (place, upstream) = (Place::new(), Upstream::shop());
    let serve = place.serve(&["--upstream", &upstream.url]);
    let api = serve.api();
    for n in 0..30 {
        assert_eq!(get(&serve.gateway, &format!("/orders/{}?depth={}", 1000 + n * 7, n % 5)).status(), 200);
    }
    for n in 0..9 {
        get(&serve.gateway, &format!("/rare/{}", 300 + n * 11));
    }
    eventually("the inventory is learned", Duration::from_secs(2), || {
        let mut inventory = serve.inventory();
        inventory.sort();
        let shapes = [("GET /orders/{", "} learned 30"), ("GET /rare/{", "} learned 9")];
        let is = |(line, (start, end)): (&String, (&str, &str))| line.starts_with(start) && line.ends_with(end);
        (inventory.len() == 2 && inventory.iter().zip(shapes).all(is)).then_some(())
    });
    assert_eq!(serve.mode("block").status(), 409, "there is nothing to block by");

    let preview = || serve.read(&format!("{api}/preview"));
    assert_eq!(preview()["judged"], 0, "what taught the contract is not judged by it");
    eventually("the learned contract is a candidate", Duration::from_secs(10), || {
        (preview()["contract"] == "candidate").then_some(())
    });
    for n in 0..4 {
        get(&serve.gateway, &format!("/orders/{}?depth=2", 5000 + n));
    }
    get(&serve.gateway, "/orders/not-a-number");
    let counted = eventually("new traffic is judged", Duration::from_secs(3), || {
        Some(preview()).filter(|preview| preview["judged"] == 5)
    });
    assert_eq!(counted["would_block"], 1, "{counted}");

    let download = |accept: &str| {
        let bearer = format!("Bearer {}", serve.token);
        let path = format!("/api/v1{api}/contract?source=learned");
        call(&serve.console, "GET", &path, &[("Authorization", &bearer), ("Accept", accept)], "")
    };
    let yaml = download("application/yaml");
    assert_eq!(yaml.field("content-type"), Some("application/yaml"));
    assert!(yaml.text().starts_with("openapi: \"3.1.") && yaml.text().contains("  /rare/{"), "{}", yaml.text());
    let json = download("application/json");
    assert_eq!(json.field("content-type"), Some("application/json"));
    assert!(json.json()["openapi"].as_str().unwrap().starts_with("3.1"));
    let file = place.file("learned.yaml", &yaml.text());
    let mut audit = Command::new(env!("CARGO_BIN_EXE_palisade"));
    let output = audit.args(["audit", "--format", "json", &file]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["contract"]["operations"].as_u64().is_some_and(|count| count >= 2), "{report}");

    let approved = serve.admin("POST", &format!("{api}/contract/approve"), "{\"source\":\"learned\"}").good();
    assert_eq!(approved["contract"]["approved"]["source"], "learned");
    assert_eq!(serve.mode("block").good()["mode"], "block");
    for n in 0..30 {
        let path = format!("/orders/{}?depth={}", 7000 + n, n % 5);
        assert_eq!(get(&serve.gateway, &path).status(), 200, "{path}: honest traffic passes");
    }
    let protection = |path: &str| {
        let operations = serve.list(&format!("{api}/operations"));
        let found = operations.iter().find(|item| item["path"].as_str().unwrap().starts_with(path)).unwrap();
        found["protection"].as_str().unwrap().to_owned()
    };
    eventually("the evidence for orders suffices", Duration::from_secs(3), || {
        (protection("/orders/{") == "block").then_some(())
    });
    assert_eq!(protection("/rare/{"), "thin-evidence");
    assert_eq!(get(&serve.gateway, "/rare/none").status(), 200, "thin operations stay in observe");
    let alert = eventually("what would have been refused is an event", Duration::from_secs(3), || {
        let events = serve.list("/events?effect=alert");
        events.into_iter().find(|event| event["path"] == "/rare/none")
    });
    assert_eq!((&alert["would"], &alert["status"]), (&"prevent".into(), &200.into()), "{alert}");

    let before = upstream.touched();
    let bad = get(&serve.gateway, "/orders/7000?depth=deep");
    assert_eq!((bad.status(), get(&serve.gateway, "/nowhere").status()), (400, 404));
    assert_eq!(problem(&bad)["errors"][0]["name"], "depth");
    assert_eq!(upstream.touched(), before);
}
