//! What is set over the REST API is what the gateway of the same process does, and what it did is told with its steps.

use crate::support::{CONTRACT, Message, Place, Serve, Upstream, get, problem};
use serde_json::{Value, json};

fn start() -> (Place, Upstream, Serve) {
    let (place, upstream) = (Place::new(), Upstream::shop());
    let contract = place.file("orders.yaml", CONTRACT);
    let serve = place.serve(&["--upstream", &upstream.url, "--contract", &contract, "--mode", "block"]);
    (place, upstream, serve)
}

fn set(serve: &Serve, settings: &Value) -> Value {
    serve.admin("PUT", &format!("{}/protection", serve.api()), &json!({"settings": settings}).to_string()).good()
}

/// The event of a refusal.
fn event(serve: &Serve, refused: &Message) -> Value {
    serve.event(problem(refused)["uuid"].as_str().unwrap())
}

/// The step that failed, as `name effect detail`.
fn failed(event: &Value) -> String {
    let steps = event["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["outcome"] == "failed").unwrap();
    format!("{} {} {}", step["step"], step["effect"], step["detail"]).replace('"', "")
}

#[test]
fn an_effect_that_is_set_is_in_force_and_its_event_tells_the_steps() {
    let (_place, upstream, serve) = start();
    assert_eq!(get(&serve.gateway, "/orders/7?extra=1").status(), 200, "by default it alerts");
    let preview = format!("{}/protection/preview", serve.api());
    let change = json!({"settings": {"effects": {"undeclared_query": "prevent"}}});
    let trial = crate::support::eventually("the exchange can be tried", std::time::Duration::from_secs(10), || {
        let trial = serve.admin("POST", &preview, &change.to_string()).good();
        (trial["exchanges"] != 0).then_some(trial)
    });
    assert_eq!((&trial["newly_refused"], &trial["changes"][0]["check"]), (&1.into(), &"undeclared_query".into()));

    set(&serve, &change["settings"]);
    let before = upstream.touched();
    let refused = get(&serve.gateway, "/orders/7?extra=1");
    assert_eq!((refused.status(), upstream.touched()), (400, before));
    let event = event(&serve, &refused);
    assert_eq!((&event["check"], &event["effect"]), (&"undeclared_query".into(), &"prevent".into()));
    assert_eq!(failed(&event), "undeclared_query prevent undeclared");
    let names: Vec<&str> = event["steps"].as_array().unwrap().iter().map(|it| it["step"].as_str().unwrap()).collect();
    let place = |name: &str| names.iter().position(|other| *other == name).unwrap();
    assert!(place("limits") < place("parameters") && place("parameters") < place("undeclared_query"), "{names:?}");

    let versions = serve.list(&format!("{}/protection/versions", serve.api()));
    assert_eq!(versions.len(), 2, "the mode of the command line was the first");
    let first = format!("{}/protection/versions/1/restore", serve.api());
    assert_eq!(serve.admin("POST", &first, "").good()["version"], 3);
    assert_eq!(get(&serve.gateway, "/orders/7?extra=1").status(), 200);
}

#[test]
fn a_network_list_keeps_out_and_lets_in_at_once() {
    let (_place, upstream, serve) = start();
    let body = json!({"name": "here", "networks": ["127.0.0.0/8"]}).to_string();
    let list = serve.admin("POST", "/network-lists", &body).good();
    set(&serve, &json!({"networks": {"deny": ["here"]}}));
    let before = upstream.touched();
    let refused = get(&serve.gateway, "/orders/7");
    assert_eq!((refused.status(), upstream.touched()), (403, before));
    let event = event(&serve, &refused);
    assert_eq!((&event["check"], &event["allowable"]), (&"network".into(), &false.into()));

    // The list changes, not the protection.
    let path = format!("/network-lists/{}", list["id"].as_str().unwrap());
    serve.admin("PUT", &path, &json!({"name": "here", "networks": ["192.0.2.0/24"]}).to_string()).good();
    assert_eq!(get(&serve.gateway, "/orders/7").status(), 200);
    set(&serve, &json!({"networks": {"allow": ["here"]}}));
    assert_eq!(get(&serve.gateway, "/orders/7").status(), 403, "only members come in");
    assert_eq!(serve.admin("DELETE", &path, "").status(), 409);
}

#[test]
fn a_rate_refuses_what_is_more() {
    let (_place, _upstream, serve) = start();
    set(&serve, &json!({"rates": [{"name": "all", "average": 1}]}));
    // 120 in 120 seconds: more come faster than any of them grows old.
    let answers: Vec<Message> = (0..130).map(|_| get(&serve.gateway, "/orders/7")).collect();
    let refused = answers.iter().find(|answer| answer.status() != 200).unwrap();
    assert_eq!(refused.status(), 429, "{}", refused.text());
    assert!(refused.field("retry-after").is_some());
    assert_eq!(event(&serve, refused)["check"], "rate");
}

#[test]
fn a_ban_is_listed_and_lifted() {
    let (_place, _upstream, serve) = start();
    set(&serve, &json!({"effects": {"parameters": "ban"}, "ban": {"seconds": 3600}}));
    let attack = get(&serve.gateway, "/orders/seven");
    assert_eq!(attack.status(), 400, "{}", attack.text());
    let told = event(&serve, &attack);
    assert_eq!((&told["effect"], &told["would"]), (&"ban".into(), &"ban".into()));
    assert!(told["banned"].is_string() && told["ban_until"].is_string(), "{told}");
    let kept_out = get(&serve.gateway, "/orders/7");
    assert_eq!(kept_out.status(), 403);
    assert_eq!(event(&serve, &kept_out)["check"], "banned");

    let bans = serve.list("/bans");
    assert_eq!((bans.len(), &bans[0]["code"], &bans[0]["api_name"]), (1, &"type".into(), &"api".into()));
    let path = format!("/bans/{}", bans[0]["id"].as_str().unwrap());
    assert_eq!(serve.admin("DELETE", &path, "").status(), 204);
    assert_eq!(serve.admin("DELETE", &path, "").status(), 404);
    assert!(serve.list("/bans").is_empty());
    assert_eq!(get(&serve.gateway, "/orders/7").status(), 200);
}
