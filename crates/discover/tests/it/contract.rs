use crate::shop::{day, exchange, get, learned, post, redactor};
use palisade_discover::{Discovery, Hosts, Noise, OpenApiVersion, Overrides, Settings, Template};
use serde_json::json;

#[test]
fn the_shop_is_found_as_it_is() {
    let inventory = learned(&day()).induce(&Overrides::default());
    let keys: Vec<&str> = inventory.api_operations().map(|view| view.key.as_str()).collect();
    let wanted = [
        "GET /v1/health",
        "GET /v1/internal/dump/{dumpId}",
        "POST /v1/orders",
        "GET /v1/orders/{orderId}",
        "GET /v1/users",
        "GET /v1/users/me",
        "GET /v1/users/search",
        "GET /v1/users/{username}",
        "GET /v1/users/{username}/orders",
    ];
    assert_eq!(keys, wanted);
    let noise: Vec<(&str, Option<Noise>)> = inventory
        .operations()
        .filter(|view| view.noise.is_some())
        .map(|view| (view.template.as_str(), view.noise))
        .collect();
    assert!(noise.iter().all(|(_, noise)| *noise == Some(Noise::Unproven)), "{noise:?}");
    assert!(noise.iter().any(|(template, _)| *template == "/wp-login.php"));
}

#[test]
fn a_refused_value_counts_at_its_place() {
    let inventory = learned(&day()).induce(&Overrides::default());
    let user = inventory.operations().find(|view| view.key == "GET /v1/users/{username}").unwrap();
    assert_eq!(user.statuses.get(&404), Some(&1));
}

#[test]
fn requests_find_their_operation() {
    let inventory = learned(&day()).induce(&Overrides::default());
    let of = |method, path| inventory.operation_of(method, path);
    assert_eq!(of("GET", "/v1/users/zoe"), Some("GET /v1/users/{username}"));
    assert_eq!(of("GET", "/v1/users/me"), Some("GET /v1/users/me"));
    assert_eq!(of("GET", "/v1/users/me/orders"), Some("GET /v1/users/{username}/orders"));
    assert_eq!(of("DELETE", "/v1/users/me"), None);
    assert_eq!(of("GET", "/v1/nothing"), None);
}

#[test]
fn the_contract_counts_who_was_refused() {
    let basket =
        |number: usize, status: u16| get(format!("/v1/baskets/{}", number * 7), status, json!({"size": number}));
    let traffic = |from: usize| -> Vec<_> {
        let known = (from..from + 20).map(|number| basket(number, 200).with("t1"));
        let open = [basket(from + 20, 401), basket(from + 21, 403)];
        known.chain(open).chain([basket(from + 22, 403).with("t2"), basket(from + 23, 429).with("t1")]).collect()
    };
    let mut discovery = learned(&traffic(100));
    let settings = Settings::new(&redactor(), Hosts::One);
    let again = Discovery::restore(&discovery.save(), settings).unwrap();
    discovery.merge(learned(&traffic(200))).unwrap();
    for (discovery, times) in [(again, 1), (discovery, 2)] {
        let contract = discovery.induce(&Overrides::default()).to_openapi(OpenApiVersion::V31);
        let seen = &contract["paths"]["/v1/baskets/{basketId}"]["get"]["x-palisade"];
        assert_eq!(seen["authenticated"], "always");
        assert_eq!(seen["refused"], json!({"unauthenticated": 2 * times, "rate_limited": times}), "{contract}");
    }
}

#[test]
fn attacks_teach_nothing() {
    let discovery = learned(&day());
    assert_eq!(discovery.ignored().hostile, 1);
    let contract = discovery.induce(&Overrides::default()).to_openapi(OpenApiVersion::V31);
    assert!(!contract.to_string().contains("stolen"));
}

#[test]
fn the_contract_reads_well() {
    let contract = learned(&day()).induce(&Overrides::default()).to_openapi(OpenApiVersion::V31);
    insta::assert_snapshot!(serde_json::to_string_pretty(&contract).unwrap());
}

#[test]
fn nullable_is_written_the_way_of_the_version() {
    let calls: Vec<_> = (0..4)
        .map(|place| {
            get("/v1/things", 200, json!({"a": place, "b": if place > 1 { json!("x y") } else { json!(null) }}))
        })
        .collect();
    let inventory = learned(&calls).induce(&Overrides::default());
    let at = "/components/schemas/Thing/properties/b";
    let new = inventory.to_openapi(OpenApiVersion::V31);
    assert_eq!(new.pointer(at), Some(&json!({"type": ["string", "null"]})));
    let old = inventory.to_openapi(OpenApiVersion::V30);
    assert_eq!(old.pointer(at), Some(&json!({"type": "string", "nullable": true})));
}

#[test]
fn a_person_can_overrule_what_was_learned_before() {
    let discovery = learned(&day());
    let overrides =
        Overrides { merge: vec![Template("/v1/internal/{what}/{number}".to_owned())], ..Overrides::default() };
    let inventory = discovery.induce(&overrides);
    assert!(inventory.operations().any(|view| view.template == "/v1/internal/{what}/{number}"));
    assert!(
        discovery.induce(&Overrides::default()).operations().any(|view| view.template == "/v1/internal/dump/{dumpId}")
    );
}

#[test]
fn names_stay_literal_beside_many_values() {
    let mut calls = Vec::new();
    for number in 0..600 {
        let name = format!("user{number}x");
        calls.push(get(format!("/accounts/{name}"), 200, json!({"login": name, "plan": "free"})));
    }
    for _ in 0..50 {
        calls.push(get("/accounts/search", 200, json!([])));
    }
    let discovery = learned(&calls);
    let inventory = discovery.induce(&Overrides::default());
    let variable = inventory.operations().find(|view| view.template == "/accounts/{login}").unwrap();
    assert!(variable.hits >= 600 - 1);
    let _ = exchange(0, &calls[0]);
}

#[test]
fn evidence_tells_how_much_and_how_long_and_nothing_of_what_is_sensitive() {
    let calls: Vec<_> = (1..=120_usize)
        .map(|number| {
            let body = json!({
                "note": "n".repeat(number % 7 + 1), "amount": number * 10, "price": -(number as f64) - 0.5,
                "tags": vec!["a"; number % 4], "email": format!("kim{number}@shop.example"),
            });
            post(format!("/v1/things/{number}?page={number}"), body, 200, json!({"ok": true}))
        })
        .collect();
    let mut parts = learned(&calls[..50]);
    parts.merge(learned(&calls[50..])).unwrap();
    for state in [learned(&calls), parts] {
        let inventory = state.induce(&Overrides::default());
        let contract = inventory.to_evidence(OpenApiVersion::V31);
        let operation = &contract["paths"]["/v1/things/{thingId}"]["post"];
        let seen = |pointer: &str| operation.pointer(pointer).and_then(|schema| schema.get("x-palisade"));
        assert_eq!(seen("/parameters/0/schema"), Some(&json!({"values": 120, "digits": 3})));
        assert_eq!(seen("/parameters/1/schema"), Some(&json!({"values": 120, "digits": 3, "negative": 0})));
        let body = &contract["components"]["schemas"]["ThingCreate"]["properties"];
        assert_eq!(body["note"]["x-palisade"], json!({"values": 120, "shortest": 1, "longest": 7}));
        assert_eq!(body["amount"]["x-palisade"], json!({"values": 120, "digits": 4, "negative": 0}));
        assert_eq!(body["price"]["x-palisade"], json!({"values": 120, "digits": 3, "negative": 120}));
        assert_eq!(body["tags"]["x-palisade"], json!({"values": 120, "fewest": 0, "most": 3}));
        assert!(body["email"].is_object() && body["email"].get("x-palisade").is_none(), "{body}");
        // A contract that is compared from hour to hour says nothing of it.
        let plain = inventory.to_openapi(OpenApiVersion::V31);
        assert!(
            plain["components"]["schemas"]
                .as_object()
                .is_some_and(|all| !json!(all).to_string().contains("x-palisade"))
        );
    }
}

#[test]
fn answers_say_what_is_deprecated_and_until_when_it_stays() {
    let mut discovery = learned(&[]);
    for number in 1..4 {
        for (path, fields) in [("/v1/old", true), ("/v1/new", false)] {
            let mut one = exchange(number, &get(path, 200, json!({"a": 1})));
            if let (true, Some(response)) = (fields, &mut one.response) {
                response.message.headers.push(("Deprecation".to_owned(), "@1688169599".to_owned()));
                let day = format!("Thu, {:02} Dec 2026 23:59:59 GMT", [3, 31, 17][number % 3]);
                response.message.headers.push(("Sunset".to_owned(), day));
            }
            discovery.absorb(&one);
        }
    }
    let contract = discovery.induce(&Overrides::default()).to_openapi(OpenApiVersion::V31);
    let old = &contract["paths"]["/v1/old"]["get"];
    assert_eq!((&old["deprecated"], &old["x-sunset"]), (&json!(true), &json!("2026-12-31")));
    assert!(contract["paths"]["/v1/new"]["get"].get("deprecated").is_none());
}
