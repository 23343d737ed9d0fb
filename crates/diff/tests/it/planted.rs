//! Changes planted into contracts are found, and nothing else is.

use crate::meaning::texts;
use crate::support::contract;
use palisade_diff::{Options, diff};
use palisade_document::emit::{node_to_value, to_yaml};
use serde_json::{Value, json};

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

/// A change of one operation, and the id of what it is; none where it does not fit.
type Plant = fn(&mut Value) -> Option<&'static str>;

const PLANTS: [(&str, Plant); 7] = [
    ("a required parameter", |operation| {
        let parameter = json!({"name": "planted", "in": "query", "required": true, "schema": {"type": "string"}});
        let list = operation.as_object_mut()?.entry("parameters").or_insert_with(|| json!([]));
        list.as_array_mut()?.push(parameter);
        Some("query-parameter-added-required")
    }),
    ("an optional header", |operation| {
        let parameter = json!({"name": "X-Planted", "in": "header", "schema": {"type": "string"}});
        let list = operation.as_object_mut()?.entry("parameters").or_insert_with(|| json!([]));
        list.as_array_mut()?.push(parameter);
        Some("header-parameter-added")
    }),
    ("a required member", |operation| {
        let media = operation.get_mut("requestBody")?.get_mut("content")?.get_mut("application/json")?;
        let schema = media.get("schema")?.clone();
        let planted = json!({"type": "object", "required": ["planted"], "properties": {"planted": {"type": "string"}}});
        media["schema"] = json!({"allOf": [schema, planted]});
        Some("request-property-added-required")
    }),
    ("fewer members", |operation| {
        let media = operation.get_mut("requestBody")?.get_mut("content")?.get_mut("application/json")?;
        let schema = media.get("schema")?.clone();
        media["schema"] = json!({"allOf": [{"type": "object", "maxProperties": 1}, schema]});
        Some("request-body-max-properties-added")
    }),
    ("a body that is lost", |operation| {
        let answer = operation.get_mut("responses")?.get_mut("200")?.as_object_mut()?;
        answer.remove("content").filter(|content| content.as_object().is_some_and(|content| !content.is_empty()))?;
        Some("response-body-removed")
    }),
    ("another status", |operation| {
        let answers = operation.get_mut("responses")?.as_object_mut()?;
        (!answers.contains_key("418")).then(|| answers.insert("418".to_owned(), json!({"description": "teapot"})))?;
        Some("response-error-status-added")
    }),
    ("deprecation", |operation| {
        let operation = operation.as_object_mut()?;
        (!operation.contains_key("deprecated")).then(|| operation.insert("deprecated".to_owned(), json!(true)))?;
        Some("operation-deprecated-without-sunset")
    }),
];

#[test]
fn planted_changes_are_found_and_nothing_else() {
    let mut planted = 0;
    for (name, text) in texts().into_iter().filter(|(_, text)| text.len() < 100_000) {
        let old = contract(&name, &text);
        let Ok(value) = node_to_value(old.document().root(), 1_000_000) else { continue };
        if old.version == palisade_contract::Version::V2_0 {
            continue;
        }
        let paths = value["paths"].as_object().into_iter().flatten();
        let places: Vec<(String, &str)> = paths
            .flat_map(|(path, item)| {
                let there = |method: &&&str| item.get(**method).is_some_and(Value::is_object);
                METHODS.iter().filter(there).map(|method| (path.clone(), *method)).collect::<Vec<_>>()
            })
            .collect();
        // One operation after the other, one plant after the other: all of them in a large contract.
        for (number, (path, method)) in places.iter().enumerate() {
            let (what, plant) = PLANTS[number % PLANTS.len()];
            let mut changed = value.clone();
            let Some(id) = plant(&mut changed["paths"][path][method]) else { continue };
            let new = contract("new.yaml", &to_yaml(&changed));
            let found = diff(&old, &new, &Options::default());
            let label = format!("{} {path}", method.to_uppercase());
            assert!(found.iter().any(|change| change.id == id), "{what} in {name}, {label}: {found:#?}");
            assert!(found.iter().all(|change| change.operations == [label.clone()]), "{what} in {name}: {found:#?}");
            planted += 1;
        }
    }
    assert!(planted > 20, "{planted}");
}

#[test]
fn schemas_that_all_refer_to_each_other_are_compared_once() {
    // Each of 150 components has a choice between a text and any of the next ones: paths without number.
    let with = |kind: &str| {
        let component = |n: usize| {
            let links: Vec<String> = (1..8)
                .map(|step| {
                    let target = (n + step) % 150;
                    format!("l{step}: {{anyOf: [{{type: string}}, {{$ref: '#/components/schemas/C{target}'}}]}}")
                })
                .collect();
            format!("C{n}: {{type: object, properties: {{{}, own: {{type: {kind}}}}}}}", links.join(", "))
        };
        let schemas: Vec<String> = (0..150).map(component).collect();
        let answers: Vec<String> = (0..150)
            .map(|n| {
                let schema = format!("{{$ref: '#/components/schemas/C{n}'}}");
                format!(
                    "/p{n}: {{get: {{responses: {{'200': {{content: {{application/json: {{schema: {schema}}}}}}}}}}}}}"
                )
            })
            .collect();
        let (paths, schemas) = (answers.join(", "), schemas.join(", "));
        crate::support::document(&format!("paths: {{{paths}}}, components: {{schemas: {{{schemas}}}}}"))
    };
    assert_eq!(crate::support::ids(&with("string"), &with("string")), Vec::<&str>::new());
    let found = crate::support::changes(&with("string"), &with("array"));
    assert_eq!(found.len(), 150, "one for each component");
    assert!(found.iter().all(|change| change.id == "response-property-type-changed" && change.count == 150));
}
