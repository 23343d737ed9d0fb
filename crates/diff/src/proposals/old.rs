//! Edits of contracts of OpenAPI 2.0: what was learned is written as 3.x and put into the older words here.
//!
//! What 2.0 cannot say is left open rather than said wrongly: of several types or branches nothing stays.

use super::{Action, ProposalKind, Step};
use serde_json::{Map, Value, json};

const SHARED_MEDIA: &str =
    "OpenAPI 2.0 lists media types for a whole operation or contract: add it to consumes or produces by hand";
const COOKIE: &str = "OpenAPI 2.0 has no parameters in cookies";
/// Schemas inside each other.
const DEPTH: usize = 64;

/// The steps of a proposal in the words of OpenAPI 2.0, or why there are none.
pub(super) fn steps(kind: ProposalKind, steps: Vec<Step>) -> Result<Vec<Step>, &'static str> {
    let mut written = Vec::new();
    for step in steps {
        let Step { file, pointer, action } = step;
        let mut add = |action: Action| written.push(Step { file: file.clone(), pointer: pointer.clone(), action });
        match (kind, action) {
            (ProposalKind::RequestMediaTypeAdded | ProposalKind::ResponseMediaTypeAdded, _) => {
                return Err(SHARED_MEDIA);
            }
            (ProposalKind::OperationAdded, Action::Put(keys, value)) => add(Action::Put(keys, operation(value))),
            (ProposalKind::ParameterAdded, Action::Push(keys, value)) => {
                add(Action::Push(keys, parameter(&value).ok_or(COOKIE)?));
            }
            (ProposalKind::RequestBodyAdded, Action::Put(_, value)) => {
                for parameter in body(&value).1 {
                    add(Action::Push(vec!["parameters".to_owned()], parameter));
                }
            }
            (ProposalKind::ResponseAdded, Action::Put(keys, value)) => add(Action::Put(keys, response(&value).0)),
            (ProposalKind::PropertyAdded, Action::Put(keys, value)) => add(Action::Put(keys, schema(&value, DEPTH))),
            (ProposalKind::NullSeen, Action::Put(keys, value)) => {
                let keys = keys.into_iter().map(|key| if key == "nullable" { "x-nullable".to_owned() } else { key });
                add(Action::Put(keys.collect(), value));
            }
            (ProposalKind::SecuritySeen, Action::Put(keys, value)) => match keys.as_slice() {
                [components, _, name] if components == "components" => {
                    let keys = vec!["securityDefinitions".to_owned(), name.clone()];
                    add(Action::Put(keys, security_scheme(&value).ok_or("OpenAPI 2.0 has no words for this scheme")?));
                }
                _ => add(Action::Put(keys, value)),
            },
            (_, action) => add(action),
        }
    }
    Ok(written)
}

/// Members of an object; none of anything else.
fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A whole operation.
fn operation(value: Value) -> Value {
    let mut written = Map::new();
    let mut parameters: Vec<Value> =
        value.get("parameters").and_then(Value::as_array).into_iter().flatten().filter_map(parameter).collect();
    let mut consumes = Vec::new();
    if let Some(request) = value.get("requestBody") {
        let (media, more) = body(request);
        parameters.extend(more);
        consumes = media;
    }
    let mut produces: Vec<String> = Vec::new();
    let mut responses = Map::new();
    for (status, one) in value.get("responses").into_iter().flat_map(members) {
        let (one, media) = response(one);
        responses.insert(status.clone(), one);
        produces.extend(media);
    }
    produces.sort_unstable();
    produces.dedup();
    for (key, value) in members(&value) {
        match key.as_str() {
            "parameters" | "requestBody" | "responses" | "callbacks" | "servers" => {}
            _ => {
                written.insert(key.clone(), value.clone());
            }
        }
    }
    for (key, list) in [("consumes", consumes), ("produces", produces)] {
        if !list.is_empty() {
            written.insert(key.to_owned(), json!(list));
        }
    }
    if !parameters.is_empty() {
        written.insert("parameters".to_owned(), Value::Array(parameters));
    }
    written.insert("responses".to_owned(), Value::Object(responses));
    Value::Object(written)
}

/// A parameter, its schema's members its own; none in a cookie.
fn parameter(value: &Value) -> Option<Value> {
    if text(value, "in") == "cookie" {
        return None;
    }
    let mut written = Map::new();
    for key in ["name", "in", "description", "required"] {
        if let Some(value) = value.get(key) {
            written.insert(key.to_owned(), value.clone());
        }
    }
    let schema = value.get("schema").map(|value| schema(value, DEPTH)).unwrap_or_default();
    scalar(&schema, &mut written);
    if written.get("type").and_then(Value::as_str) == Some("array") && text(value, "in") == "query" {
        written.insert("collectionFormat".to_owned(), json!("multi"));
    }
    Some(Value::Object(written))
}

/// What OpenAPI 2.0 lets a parameter outside of the body say of its value: objects are texts there.
fn scalar(schema: &Value, written: &mut Map<String, Value>) {
    let kind = text(schema, "type");
    let kind = if matches!(kind, "" | "object") { "string" } else { kind };
    written.insert("type".to_owned(), json!(kind));
    for (key, value) in members(schema) {
        match key.as_str() {
            "items" => {
                let mut items = Map::new();
                scalar(value, &mut items);
                written.insert(key.clone(), Value::Object(items));
            }
            "format" | "enum" | "default" | "minimum" | "maximum" | "minLength" | "maxLength" | "pattern"
            | "minItems" | "maxItems" | "uniqueItems" | "multipleOf" => {
                written.insert(key.clone(), value.clone());
            }
            _ => {}
        }
    }
    if kind == "array" && !written.contains_key("items") {
        written.insert("items".to_owned(), json!({"type": "string"}));
    }
}

/// A request body: its media types, and the parameters that stand for it. A form is a parameter for each of its members,
/// anything else one called `body`.
fn body(value: &Value) -> (Vec<String>, Vec<Value>) {
    let content: Vec<(&String, &Value)> = value.get("content").into_iter().flat_map(members).collect();
    let media: Vec<String> = content.iter().map(|(range, _)| (*range).clone()).filter(|range| range != "*/*").collect();
    let required = value.get("required").and_then(Value::as_bool).unwrap_or_default();
    let form = |range: &str| matches!(range, "application/x-www-form-urlencoded" | "multipart/form-data");
    let schema_of = |media: &Value| media.get("schema").map(|value| schema(value, DEPTH)).unwrap_or_else(|| json!({}));
    if let Some((_, media_type)) = content.iter().find(|(range, _)| form(range))
        && content.iter().all(|(range, _)| form(range))
    {
        let schema = schema_of(media_type);
        let must = |name: &str| {
            let list = schema.get("required").and_then(Value::as_array);
            required && list.is_some_and(|list| list.iter().any(|item| item == name))
        };
        let fields = schema.get("properties").into_iter().flat_map(members).map(|(name, value)| {
            let mut field = Map::new();
            field.insert("name".to_owned(), json!(name));
            field.insert("in".to_owned(), json!("formData"));
            field.insert("required".to_owned(), json!(must(name)));
            scalar(value, &mut field);
            if text(value, "format") == "binary" {
                field.insert("type".to_owned(), json!("file"));
                field.remove("format");
            }
            Value::Object(field)
        });
        return (media, fields.collect());
    }
    let json_first = content.iter().find(|(range, _)| range.contains("json")).or(content.first());
    let schema = json_first.map_or_else(|| json!({}), |(_, media)| schema_of(media));
    (media, vec![json!({"name": "body", "in": "body", "required": required, "schema": schema})])
}

/// A response and its media types: of several, the one that is JSON gives the schema.
fn response(value: &Value) -> (Value, Vec<String>) {
    let content: Vec<(&String, &Value)> = value.get("content").into_iter().flat_map(members).collect();
    let mut written = Map::new();
    written.insert("description".to_owned(), value.get("description").cloned().unwrap_or_else(|| json!("")));
    let json_first = content.iter().find(|(range, _)| range.contains("json")).or(content.first());
    if let Some(known) = json_first.and_then(|(_, media)| media.get("schema")) {
        written.insert("schema".to_owned(), schema(known, DEPTH));
    }
    let media = content.iter().map(|(range, _)| (*range).clone()).filter(|range| range != "*/*");
    (Value::Object(written), media.collect())
}

/// A schema. `null` becomes `x-nullable`; several types and branches are left open.
fn schema(value: &Value, depth: usize) -> Value {
    let Some(depth) = depth.checked_sub(1) else { return json!({}) };
    let mut written = Map::new();
    let mut null = value.get("nullable").and_then(Value::as_bool).unwrap_or_default();
    for (key, value) in members(value) {
        match key.as_str() {
            "type" => {
                let words: Vec<&str> = match value {
                    Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
                    other => other.as_str().into_iter().collect(),
                };
                null |= words.contains(&"null");
                let others: Vec<&str> = words.into_iter().filter(|word| *word != "null").collect();
                if let [one] = others.as_slice() {
                    written.insert(key.clone(), json!(one));
                }
            }
            "const" => {
                written.insert("enum".to_owned(), json!([value]));
            }
            "properties" => {
                let inner: Map<String, Value> =
                    members(value).map(|(name, value)| (name.clone(), schema(value, depth))).collect();
                written.insert(key.clone(), Value::Object(inner));
            }
            "items" | "additionalProperties" if value.is_object() => {
                written.insert(key.clone(), schema(value, depth));
            }
            "format"
            | "enum"
            | "default"
            | "minimum"
            | "maximum"
            | "minLength"
            | "maxLength"
            | "pattern"
            | "minItems"
            | "maxItems"
            | "uniqueItems"
            | "multipleOf"
            | "required"
            | "title"
            | "description"
            | "additionalProperties"
            | "minProperties"
            | "maxProperties"
            | "readOnly" => {
                written.insert(key.clone(), value.clone());
            }
            _ => {}
        }
    }
    if null {
        written.insert("x-nullable".to_owned(), json!(true));
    }
    if written.get("type").and_then(Value::as_str) == Some("array") && !written.contains_key("items") {
        written.insert("items".to_owned(), json!({}));
    }
    Value::Object(written)
}

/// A security scheme: bearer tokens are a key in the header that holds them.
fn security_scheme(value: &Value) -> Option<Value> {
    match (text(value, "type"), text(value, "scheme")) {
        ("http", "basic") => Some(json!({"type": "basic"})),
        ("http", "bearer") => Some(json!({"type": "apiKey", "in": "header", "name": "Authorization"})),
        ("apiKey", _) if text(value, "in") != "cookie" => Some(value.clone()),
        ("oauth2", _) => {
            let (name, flow) = value.get("flows").into_iter().flat_map(members).next()?;
            let word = match name.as_str() {
                "authorizationCode" => "accessCode",
                "clientCredentials" => "application",
                other => other,
            };
            let mut written = json!({"type": "oauth2", "flow": word});
            for (key, value) in members(flow).filter(|(key, _)| *key != "refreshUrl") {
                written[key] = value.clone();
            }
            Some(written)
        }
        _ => None,
    }
}
