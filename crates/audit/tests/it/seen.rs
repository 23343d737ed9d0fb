//! Limits from what traffic showed: which schemas count as seen.

use palisade_audit::fix::mend;
use palisade_audit::policy::{Evidence, Policy};
use palisade_audit::{Options, Profile, audit_with_source};
use serde_json::{Value, json};
use std::sync::Arc;

/// A contract after fixes with evidence: the one operation has this body, the learned one that.
fn mended(body: &Value, components: &Value, learned: &Value, learned_components: &Value) -> Value {
    mended_by(false, body, components, learned, learned_components)
}

fn mended_by(risky: bool, body: &Value, components: &Value, learned: &Value, learned_components: &Value) -> Value {
    let contract = |version: &str, path: &str, body: &Value, components: &Value| {
        json!({
            "openapi": version, "info": {"title": "A", "version": "1"}, "servers": [{"url": "https://shop.example/v1"}],
            "paths": {path: {"post": {
                "requestBody": {"required": true, "content": {"application/json": {"schema": body}}},
                "responses": {"204": {"description": "Done"}},
                "x-palisade": {"exchanges": 5}
            }}},
            "components": {"schemas": components}
        })
    };
    let evidence = contract("3.1.1", "/things/{thingId}", learned, learned_components).to_string();
    let policy = Policy { evidence: Evidence::read("e.json", evidence.as_bytes()).unwrap(), ..Policy::default() };
    let options =
        Options { profile: Profile::Strict, fixes: true, policy: Some(Arc::new(policy)), ..Options::default() };
    let text = contract("3.0.3", "/things/{id}", body, components).to_string();
    let mending = mend(&text, risky, &mut |text| audit_with_source("a.json", text.as_bytes(), &options).0);
    serde_json::from_str(&mending.main.text).unwrap()
}

fn body(contract: &Value) -> &Value {
    &contract["paths"]["/things/{id}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
}

fn text(longest: u64) -> Value {
    json!({"type": "string", "x-palisade": {"values": 2000, "shortest": 0, "longest": longest}})
}

#[test]
fn members_items_and_other_members_are_found() {
    let schema = json!({"type": "object", "properties": {
        "name": {"type": "string"}, "list": {"type": "array", "items": {"type": "string"}},
        "map": {"type": "object", "additionalProperties": {"type": "string"}},
        "count": {"type": "integer", "format": "int64"},
    }});
    let learned = json!({"type": "object", "properties": {
        "name": {"anyOf": [text(9), {"type": "null"}]},
        "list": {"type": "array", "items": text(30), "x-palisade": {"values": 300, "fewest": 0, "most": 200}},
        "map": {"type": "object", "properties": {"a": text(100), "b": text(200)}},
        "count": {"type": "integer", "x-palisade": {"values": 1000, "digits": 2, "negative": 0}},
    }});
    let after = mended(&schema, &json!({}), &learned, &json!({}));
    let properties = &body(&after)["properties"];
    assert_eq!(properties["name"]["maxLength"], 64);
    assert_eq!(
        (&properties["list"]["maxItems"], &properties["list"]["items"]["maxLength"]),
        (&json!(1000), &json!(200))
    );
    assert_eq!(properties["map"]["additionalProperties"]["maxLength"], 1000);
    assert_eq!((&properties["count"]["minimum"], &properties["count"]["maximum"]), (&json!(0), &json!(1000)));
}

#[test]
fn a_use_that_was_not_seen_or_cannot_be_followed_keeps_limits_away() {
    let named = json!({"Name": {"type": "string"}});
    let reference = json!({"$ref": "#/components/schemas/Name"});
    let learned = json!({"type": "object", "properties": {"a": text(9), "b": {"type": "string"}}});
    let only = json!({"type": "object", "properties": {"a": reference}});
    let after = mended(&only, &named, &learned, &json!({}));
    assert_eq!(after["components"]["schemas"]["Name"]["maxLength"], 64);
    for more in
        [json!({"b": reference}), json!({"never": reference}), json!({"a": {"type": "string", "not": reference}})]
    {
        let mut wider = only.clone();
        wider["properties"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        wider["properties"]["again"] = wider["properties"]["a"].clone();
        let after = mended(&wider, &named, &learned, &json!({}));
        assert_eq!(after["components"]["schemas"]["Name"].get("maxLength"), None, "{more}");
    }
}

#[test]
fn schemas_that_hold_themselves_are_seen_once() {
    let tree = |leaf: Value| {
        json!({"Tree": {"type": "object", "properties": {
            "name": leaf, "left": {"$ref": "#/components/schemas/Tree"}, "right": {"$ref": "#/components/schemas/Tree"},
        }}})
    };
    let root = json!({"$ref": "#/components/schemas/Tree"});
    let after = mended(&root, &tree(json!({"type": "string"})), &root, &tree(text(9)));
    assert_eq!(after["components"]["schemas"]["Tree"]["properties"]["name"]["maxLength"], 64);
}

#[test]
fn no_limit_refuses_what_was_seen_however_seldom() {
    let schema = json!({"type": "object", "additionalProperties": false, "properties": {
        "long": {"type": "string", "pattern": "^a*$"}, "short": {"type": "string", "pattern": "^a*$"},
        "large": {"type": "integer", "format": "int64"}, "small": {"type": "integer", "format": "int64"},
    }});
    let text = |longest: u64| json!({"type": "string", "x-palisade": {"values": 3, "shortest": 0, "longest": longest}});
    let number = |digits: u64, negative: u64| json!({"type": "integer", "x-palisade": {"values": 3, "digits": digits, "negative": negative}});
    let learned = json!({"type": "object", "properties": {
        "long": text(5000), "short": text(9), "large": number(16, 1), "small": number(3, 0),
    }});
    let after = mended_by(true, &schema, &json!({}), &learned, &json!({}));
    let properties = &body(&after)["properties"];
    assert_eq!((properties["long"].get("maxLength"), &properties["short"]["maxLength"]), (None, &json!(4096)));
    assert_eq!((properties["large"].get("maximum"), properties["large"].get("minimum")), (None, None));
    assert_eq!(properties["small"]["maximum"], 1_000_000_000_000_000_i64);
}

#[test]
fn numbers_that_grow_with_time_have_no_largest_one() {
    let integer = json!({"type": "integer", "format": "int64"});
    let names = ["orderId", "order_id", "id", "createdAt", "invoice number", "ids", "paid", "width"];
    let all = |schema: &Value| -> Value { names.iter().map(|name| ((*name).to_owned(), schema.clone())).collect() };
    let list = json!({"type": "array", "maxItems": 9, "items": integer});
    let mut schema = json!({"type": "object", "properties": all(&integer)});
    schema["properties"]["ids"] = list;
    let seen = json!({"type": "integer", "x-palisade": {"values": 2000, "digits": 3, "negative": 0}});
    let mut learned = json!({"type": "object", "properties": all(&seen)});
    learned["properties"]["ids"] = json!({"type": "array", "items": seen});
    let after = mended(&schema, &json!({}), &learned, &json!({}));
    let bounded = |name: &&str| {
        let schema = &body(&after)["properties"][name];
        let schema = schema.get("items").unwrap_or(schema);
        assert_eq!(schema["minimum"], 0, "{name}");
        schema.get("maximum").is_some()
    };
    assert_eq!(names.into_iter().filter(|name| bounded(name)).collect::<Vec<_>>(), ["paid", "width"]);
}
