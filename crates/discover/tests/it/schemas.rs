//! What bodies look like, as JSON Schema.

use crate::shop::{get, learned};
use palisade_discover::{OpenApiVersion, Overrides};
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
