//! What bodies look like, as JSON Schema.

use crate::shop::{exchange, get, learned};
use palisade_discover::{OpenApiVersion, Overrides};
use palisade_exchange::Body;
use serde_json::{Value, json};

/// The schemas that answers of `GET /things/{id}` teach, without evidence.
fn schemas(answers: impl IntoIterator<Item = Value>) -> Value {
    let calls: Vec<_> = answers
        .into_iter()
        .enumerate()
        .map(|(number, answer)| get(format!("/things/{}", 100 + number), 200, answer))
        .collect();
    learned(&calls).induce(&Overrides::default()).to_openapi(OpenApiVersion::V31)["components"]["schemas"].clone()
}

#[test]
fn trees_refer_to_themselves_down_to_their_leaves() {
    let leaf = |id: u64| json!({"id": id, "label": format!("leaf {id}")});
    let answers = (0..12).map(|id| {
        let twig = json!({"id": id + 100, "label": format!("twig {id}"), "children": [leaf(id + 200), leaf(id + 300)]});
        json!({"id": id, "label": format!("root {id}"), "children": [twig, leaf(id + 400)]})
    });
    assert_eq!(
        schemas(answers),
        json!({"Thing": {
            "type": "object",
            "required": ["id", "label"],
            "properties": {
                "children": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                "id": {"type": "integer"},
                "label": {"type": "string"},
            },
        }})
    );
    // A part that has some members of the whole is not the whole.
    let answers =
        (0..12).map(|id| json!({"id": id, "name": "a lamp", "price": 1.5, "maker": {"id": id, "name": "a b"}}));
    assert_eq!(schemas(answers)["Thing"]["properties"]["maker"]["properties"].as_object().unwrap().len(), 2);
}

#[test]
fn chains_end_with_null() {
    let answers = (0..12).map(|id| json!({"value": id, "next": {"value": id + 1, "next": null}}));
    let thing = &schemas(answers)["Thing"];
    assert_eq!(thing["type"], "object", "that null may stand there is said where it stands");
    let wanted = json!({"anyOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "null"}]});
    assert_eq!(thing["properties"]["next"], wanted);
}

#[test]
fn kinds_of_objects_are_told_by_a_member() {
    let shape = |number: u64| match number % 3 {
        0 => json!({"kind": "circle", "radius": 1.5, "name": format!("shape {number}")}),
        1 => json!({"kind": "square", "side": number, "name": format!("shape {number}")}),
        _ => json!({"kind": "text", "content": "some words of it", "name": format!("shape {number}")}),
    };
    let found = schemas((0..60).map(shape));
    let kinds = ["CircleThing", "SquareThing", "TextThing"].map(|name| format!("#/components/schemas/{name}"));
    let [circle, square, text] = &kinds;
    assert_eq!(
        found["Thing"],
        json!({
            "oneOf": [{"$ref": circle}, {"$ref": square}, {"$ref": text}],
            "discriminator": {
                "propertyName": "kind",
                "mapping": {"circle": circle, "square": square, "text": text},
            },
        })
    );
    assert_eq!(
        found["SquareThing"],
        json!({
            "type": "object",
            "required": ["kind", "name", "side"],
            "properties": {
                "kind": {"type": "string", "enum": ["square"]},
                "name": {"type": "string"},
                "side": {"type": "integer"},
            },
        })
    );
    // A word that changes nothing else is a plain enumeration.
    let plain = (0..60).map(|number| json!({"kind": (["new", "used"][number % 2]), "price": 2.5}));
    assert_eq!(schemas(plain)["Thing"]["properties"]["kind"], json!({"type": "string", "enum": ["new", "used"]}));
}

#[test]
fn parts_of_forms_have_types_and_files_are_binary() {
    let mut discovery = learned(&[]);
    for number in 1..30 {
        let mut one = exchange(number, &get("/photos", 201, json!({"id": number})));
        one.method = "POST".to_owned();
        one.request.headers.push(("Content-Type".to_owned(), "multipart/form-data; boundary=cut".to_owned()));
        let body = format!(
            "--cut\r\nContent-Disposition: form-data; name=\"album\"\r\n\r\n{number}\r\n--cut\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\
             \u{89}PNG{number}\r\n--cut--\r\n"
        );
        one.request.body = Body::Bytes { bytes: body.into(), truncated: false };
        discovery.absorb(&one);
    }
    let contract = discovery.induce(&Overrides::default()).to_openapi(OpenApiVersion::V31);
    let form = &contract["paths"]["/photos"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"];
    let reference = form["$ref"].as_str().unwrap().trim_start_matches('#');
    assert_eq!(
        contract.pointer(reference).unwrap(),
        &json!({
            "type": "object",
            "required": ["album", "file"],
            "properties": {"album": {"type": "integer"}, "file": {"type": "string", "format": "binary"}},
        })
    );
}

#[test]
fn pages_of_different_things_are_different_pages() {
    let mut calls = Vec::new();
    for number in 0..12 {
        let order = json!({"id": number, "email": format!("u{number}@example.org"), "paid": true});
        let product = json!({"sku": format!("p-{number}x"), "price": 1.5, "stock": number});
        calls.push(get("/orders", 200, json!({"items": [order], "total": number})));
        calls.push(get("/products", 200, json!({"items": [product], "total": number})));
        calls.push(get("/archive/orders", 200, json!({"items": [order], "total": number})));
    }
    let contract = learned(&calls).induce(&Overrides::default()).to_openapi(OpenApiVersion::V31);
    let page = |path: &str| {
        let schema = &contract["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        schema["$ref"].as_str().unwrap().to_owned()
    };
    assert_eq!(page("/orders"), page("/archive/orders"));
    assert_ne!(page("/orders"), page("/products"));
    let products = contract.pointer(page("/products").trim_start_matches('#')).unwrap();
    assert_eq!(products["properties"]["items"]["items"], json!({"$ref": "#/components/schemas/Product"}));
}
