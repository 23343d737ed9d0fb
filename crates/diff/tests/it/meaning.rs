use crate::support::{changes, contract, document, ids, operation, request, response};
use palisade_diff::{Options, diff};
use palisade_document::emit::{node_to_json_pretty, node_to_value, node_to_yaml, to_yaml};
use palisade_document::{Limits, read};
use proptest::prelude::*;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// Contracts of this repository.
fn contracts() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = vec![root.join("docs/openapi.json"), root.join("examples/shop.openapi.yaml")];
    let mut open = vec![root.join("crates/audit/tests"), root.join("crates/contract/tests"), root.join("examples")];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten().flatten() {
            let path = entry.path();
            match path.extension().and_then(|ending| ending.to_str()) {
                _ if path.is_dir() => open.push(path),
                Some("yaml" | "yml" | "json") => found.push(path),
                _ => {}
            }
        }
    }
    found.retain(|path| path.is_file());
    found.sort();
    found.dedup();
    found
}

pub fn texts() -> Vec<(String, String)> {
    let text = |path: PathBuf| Some((path.display().to_string(), std::fs::read_to_string(&path).ok()?));
    // A number that no float holds, as a version that is written as one, does not outlive being written again.
    let texts =
        contracts().into_iter().filter_map(text).filter(|(_, text)| text.len() < 400_000 && !text.contains("1e999"));
    let whole = |(name, text): &(String, String)| {
        let reading = read(name, text.as_bytes(), &Limits::default());
        let version = reading.document.root().get("info").and_then(|info| info.get("version"));
        reading.problems.is_empty() && version.is_none_or(|version| version.as_str().is_some())
    };
    texts.filter(whole).collect()
}

#[test]
fn a_contract_does_not_differ_from_itself() {
    let texts = texts();
    assert!(texts.len() > 5, "{}", texts.len());
    for (name, text) in texts {
        let one = contract(&name, &text);
        let found = diff(&one, &one.clone(), &Options::default());
        assert!(found.iter().all(|change| change.id == "comparison-incomplete"), "{name}: {found:?}");
    }
}

#[test]
fn reformatting_and_reordering_are_no_change() {
    for (name, text) in texts() {
        let one = contract(&name, &text);
        let root = one.document().root();
        let Ok(value) = node_to_value(root, 1_000_000) else { continue };
        let forms = [
            node_to_json_pretty(root, 1 << 24).ok(),
            node_to_yaml(root, 1 << 24).ok(),
            Some(to_yaml(&reversed(&value))),
        ];
        for form in forms.into_iter().flatten() {
            let other = contract("other.yaml", &form);
            let found = diff(&one, &other, &Options::default());
            assert!(found.is_empty(), "{name}: {found:#?}");
        }
    }
}

/// The same with all members, and all lists whose order means nothing, the other way round.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let turned = map.iter().rev().map(|(key, value)| {
                let sets = ["required", "tags", "security", "servers", "oneOf", "anyOf", "allOf", "enum"];
                let value = match (sets.contains(&key.as_str()), reversed(value)) {
                    (true, Value::Array(items)) => Value::Array(items.into_iter().rev().collect()),
                    (_, value) => value,
                };
                (key.clone(), value)
            });
            Value::Object(turned.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(reversed).collect()),
        other => other.clone(),
    }
}

/// A reference written out.
fn inlined(value: &Value, root: &Value, depth: usize) -> Value {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get("$ref")
                && map.len() == 1
                && depth > 0
                && let Some(target) = reference.strip_prefix('#').and_then(|pointer| root.pointer(pointer))
            {
                return inlined(target, root, depth - 1);
            }
            Value::Object(map.iter().map(|(key, value)| (key.clone(), inlined(value, root, depth))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| inlined(item, root, depth)).collect()),
        other => other.clone(),
    }
}

#[test]
fn writing_references_out_is_no_change() {
    let mut compared = 0;
    for (name, text) in texts().into_iter().filter(|(_, text)| text.len() < 60_000) {
        let one = contract(&name, &text);
        let Ok(value) = node_to_value(one.document().root(), 1_000_000) else { continue };
        // The words of a discriminator without a mapping are the names of components.
        if text.contains("discriminator") {
            continue;
        }
        let other = contract("other.yaml", &to_yaml(&inlined(&value, &value, 3)));
        let found = diff(&one, &other, &Options::default());
        assert!(found.is_empty(), "{name}: {found:#?}");
        compared += 1;
    }
    assert!(compared > 5, "{compared}");
}

#[test]
fn what_can_be_spelled_in_several_ways_is_one() {
    for (one, other) in [
        ("{type: string}", "{allOf: [{type: string}]}"),
        ("{type: string, maxLength: 5}", "{allOf: [{type: string}, {maxLength: 5}]}"),
        ("{type: string, maxLength: 5}", "{allOf: [{type: string, maxLength: 9}, {maxLength: 5}]}"),
        ("{type: string}", "{oneOf: [{type: string}]}"),
        ("{type: [string, 'null']}", "{anyOf: [{type: string}, {type: 'null'}]}"),
        ("{type: [string, 'null']}", "{oneOf: [{type: 'null'}, {type: string}]}"),
        ("{type: integer, exclusiveMinimum: 0}", "{type: integer, minimum: 1}"),
        ("{type: number, minimum: 1}", "{type: number, minimum: 1.0}"),
        ("{const: a}", "{enum: [a]}"),
        ("{type: string, enum: [a, b]}", "{enum: [b, a]}"),
        ("{type: boolean}", "{type: boolean, enum: [true, false]}"),
        ("{type: string}", "{type: string, minimum: 5, items: {}}"),
        ("{type: string}", "{type: string, pattern: '.*'}"),
        ("{type: string, pattern: '^[0-9]$'}", "{type: string, pattern: '^\\d$'}"),
        ("{type: object, properties: {a: {}}}", "{type: object, additionalProperties: true, properties: {a: true}}"),
        (
            "{type: object, required: [a], properties: {a: {type: string}, b: {}}}",
            "{allOf: [{type: object, properties: {b: {}}}, {type: object, required: [a], properties: {a: {type: string}}}]}",
        ),
        ("{type: string, format: byte}", "{type: string, contentEncoding: base64}"),
        ("{type: string}", "{type: string, description: words, title: T, examples: [a], x-own: 1}"),
    ] {
        for (old, new) in [(one, other), (other, one)] {
            assert_eq!(ids(&request(old), &request(new)), Vec::<&str>::new(), "{old} {new}");
            assert_eq!(ids(&response(old), &response(new)), Vec::<&str>::new(), "{old} {new}");
        }
    }
}

#[test]
fn versions_are_compared_by_what_they_mean() {
    let old = "
swagger: '2.0'
info: {title: t, version: '1'}
host: api.example.com
basePath: /v1
schemes: [https]
consumes: [application/json]
produces: [application/json]
securityDefinitions: {key: {type: apiKey, in: header, name: X-Key}}
security: [{key: []}]
paths:
  /orders/{id}:
    get:
      parameters:
        - {name: id, in: path, required: true, type: integer, minimum: 0, exclusiveMinimum: true}
        - {name: tags, in: query, type: array, items: {type: string}, collectionFormat: multi}
      responses:
        200: {description: ok, schema: {$ref: '#/definitions/Order'}}
    post:
      consumes: [multipart/form-data]
      parameters:
        - {name: id, in: path, required: true, type: integer, minimum: 1}
        - {name: note, in: formData, type: string, required: true}
        - {name: scan, in: formData, type: file}
      responses: {204: {description: ok}}
definitions:
  Order: {type: object, required: [id], properties: {id: {type: integer}, note: {type: string, x-nullable: true}}}
";
    let new = "
openapi: 3.1.0
info: {title: t, version: '1'}
servers: [{url: 'https://api.example.com/v1'}]
security: [{apiKey: []}]
paths:
  /orders/{order}:
    parameters: [{name: order, in: path, required: true, schema: {type: integer, minimum: 1}}]
    get:
      parameters:
        - {name: tags, in: query, schema: {type: array, items: {type: string}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/TheOrder'}}}}
    post:
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [note]
              properties: {note: {type: string}, scan: {type: string, contentMediaType: application/octet-stream}}
      responses: {'204': {description: ok}}
components:
  securitySchemes: {apiKey: {type: apiKey, in: header, name: x-key}}
  schemas:
    TheOrder: {type: object, required: [id], properties: {id: {type: integer}, note: {type: [string, 'null']}}}
";
    assert_eq!(ids(old, new), ["path-parameter-renamed"; 1], "{:#?}", changes(old, new));
    assert_eq!(ids(new, old), ["path-parameter-renamed"; 1], "{:#?}", changes(new, old));
}

#[test]
fn a_component_that_is_renamed_is_no_change() {
    let with = |name: &str| {
        document(&format!(
            "paths: {{/x: {{get: {{responses: {{'200': {{content: {{application/json: {{schema: {{$ref: '#/components/schemas/{name}'}}}}}}}}}}}}}}}}, \
             components: {{schemas: {{{name}: {{type: object, properties: {{next: {{$ref: '#/components/schemas/{name}'}}}}}}}}}}"
        ))
    };
    assert_eq!(ids(&with("A"), &with("B")), Vec::<&str>::new());
}

#[test]
fn the_words_of_a_discriminator_are_the_names_of_components() {
    let with = |name: &str, mapping: &str| {
        document(&format!(
            "paths: {{/x: {{post: {{requestBody: {{content: {{application/json: {{schema: {{\
             oneOf: [{{$ref: '#/components/schemas/{name}'}}, {{$ref: '#/components/schemas/Dog'}}], \
             discriminator: {{propertyName: kind{mapping}}}}}}}}}}}}}}}}}, \
             components: {{schemas: {{{name}: {{type: object, required: [a]}}, Dog: {{type: object, required: [b]}}}}}}"
        ))
    };
    let found = ids(&with("Cat", ""), &with("Lion", ""));
    assert_eq!(found, ["request-body-discriminator-mapping-removed", "request-body-discriminator-mapping-added"]);
    let mapped = |name: &str| with(name, &format!(", mapping: {{cat: '#/components/schemas/{name}'}}"));
    assert_eq!(ids(&mapped("Cat"), &mapped("Lion")), Vec::<&str>::new());
}

#[test]
fn members_that_go_the_other_way_do_not_count() {
    let schema = |more: &str| format!("{{type: object, properties: {{a: {{type: string}}{more}}}, required: [a, b]}}");
    let read = schema(", b: {type: string, readOnly: true}");
    let other = schema(", b: {type: integer, readOnly: true}");
    assert_eq!(ids(&request(&read), &request(&other)), Vec::<&str>::new());
    assert_eq!(ids(&response(&read), &response(&other)), ["response-property-type-changed"]);
}

#[test]
fn a_number_in_a_parameter_is_also_a_text() {
    let with = |schema: &str| operation(&format!("parameters: [{{name: q, in: query, schema: {schema}}}]"));
    assert_eq!(ids(&with("{type: integer}"), &with("{type: string}")), ["query-parameter-type-widened"]);
    assert_eq!(ids(&with("{type: string}"), &with("{type: integer}")), ["query-parameter-type-narrowed"]);
    assert_eq!(ids(&request("{type: integer}"), &request("{type: string}")), ["request-body-type-changed"]);
}

/// Schemas of moderate size.
fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(serde_json::json!({"type": "string", "maxLength": 10})),
        Just(serde_json::json!({"type": "string", "enum": ["a", "b"]})),
        Just(serde_json::json!({"type": ["integer", "null"], "minimum": 0})),
        Just(serde_json::json!({"type": "number", "multipleOf": 0.5})),
        Just(serde_json::json!({"type": "boolean", "default": true})),
        Just(serde_json::json!({})),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|items| serde_json::json!({"type": "array", "items": items, "maxItems": 3})),
            (prop::collection::btree_map("[a-d]", inner.clone(), 0..4), any::<bool>()).prop_map(|(members, open)| {
                let required: Vec<&String> = members.keys().take(1).collect();
                serde_json::json!({
                    "type": "object", "properties": members, "required": required, "additionalProperties": open,
                })
            }),
            prop::collection::vec(inner.clone(), 1..3).prop_map(|all| serde_json::json!({"allOf": all})),
            prop::collection::vec(inner, 1..4).prop_map(|one| serde_json::json!({"oneOf": one})),
        ]
    })
}

/// The same schema in other words: parts become components, members change places, everything is wrapped.
fn respelled(value: &Value, components: &mut Map<String, Value>, turn: &mut u32) -> Value {
    let Value::Object(map) = value else { return value.clone() };
    let mut out = Map::new();
    for (key, inner) in map.iter().rev() {
        let inner = match (key.as_str(), inner) {
            ("properties", Value::Object(members)) => Value::Object(
                members.iter().rev().map(|(name, inner)| (name.clone(), respelled(inner, components, turn))).collect(),
            ),
            ("allOf" | "oneOf", Value::Array(list)) => {
                Value::Array(list.iter().rev().map(|inner| respelled(inner, components, turn)).collect())
            }
            ("items", inner) => respelled(inner, components, turn),
            ("enum", Value::Array(list)) => Value::Array(list.iter().rev().cloned().collect()),
            (_, inner) => inner.clone(),
        };
        out.insert(key.clone(), inner);
    }
    *turn += 1;
    match *turn % 3 {
        0 => {
            let name = format!("C{turn}");
            components.insert(name.clone(), Value::Object(out));
            serde_json::json!({"$ref": format!("#/components/schemas/{name}")})
        }
        1 => serde_json::json!({"allOf": [out], "description": "the same"}),
        _ => Value::Object(out),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_schema_in_other_words_is_no_change(schema in schema()) {
        let mut components = Map::new();
        let other = respelled(&schema, &mut components, &mut 0);
        let new = document(&format!(
            "components: {{schemas: {}}}, paths: {{/x: {{post: {{requestBody: {{content: {{application/json: {{schema: {other}}}}}}}, \
             responses: {{'200': {{content: {{application/json: {{schema: {other}}}}}}}}}}}}}}}",
            Value::Object(components)
        ));
        let old = operation(&format!(
            "requestBody: {{content: {{application/json: {{schema: {schema}}}}}}}, \
             responses: {{'200': {{content: {{application/json: {{schema: {schema}}}}}}}}}"
        ));
        let found = changes(&old, &new);
        prop_assert!(found.is_empty(), "{}\n{}\n{:#?}", old, new, found);
    }

    #[test]
    fn what_breaks_one_way_is_compatible_the_other_way_or_breaks_both(one in schema(), other in schema()) {
        // A request that allows less is a response that allows less: breaking there, compatible here.
        for change in changes(&request(&one.to_string()), &request(&other.to_string())) {
            let id = change.id.replacen("request", "response", 1);
            if let Some(mirrored) = palisade_diff::check(&id).filter(|_| change.level.as_str() == "compatible") {
                prop_assert!(mirrored.level >= change.level);
            }
        }
    }
}
