//! Requests and responses by table (`tests/cases`): what each version of OpenAPI says of a message, judged by people.
//!
//! `parameters.yaml` and `more-parameters.yaml` hold the texts of one parameter, `schemas.yaml` JSON bodies of one
//! schema, sent as request and as response; `messages.yaml` whole messages. What is told is written as place, name,
//! pointer and code: `query:p/1 type`, `body/name required`; `~` stands before what only alerts.

use crate::load;
use palisade_contract::router::Routed;
use palisade_contract::validate::{CompiledContract, Content, Fields, Issue};
use palisade_document::{Limits, emit, read};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// A message as a table has it.
#[derive(Default)]
struct Message {
    method: String,
    target: String,
    fields: Vec<(String, String)>,
    body: Vec<u8>,
    status: Option<u16>,
}

fn table(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name);
    let reading = read(name, &std::fs::read(path).unwrap(), &Limits::default());
    assert!(reading.problems.is_empty(), "{name}: {:?}", reading.problems);
    let value = emit::node_to_value(reading.document.root(), 1 << 20).unwrap();
    value.as_array().unwrap().clone()
}

fn list<'v>(value: &'v Value, key: &str) -> Vec<&'v Value> {
    value.get(key).and_then(Value::as_array).map(|list| list.iter().collect()).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The versions a group is for, by default those of 3.
fn versions(group: &Value) -> Vec<String> {
    let named: Vec<String> = list(group, "versions").into_iter().map(text).collect();
    if named.is_empty() { vec!["3.0".to_owned(), "3.1".to_owned()] } else { named }
}

fn contract(version: &str, path: &str, method: &str, operation: &Value, more: Option<&Value>) -> CompiledContract {
    let mut whole = match version {
        "2.0" => json!({"swagger": "2.0"}),
        other => json!({"openapi": format!("{other}.0")}),
    };
    whole["info"] = json!({"title": "t", "version": "1"});
    whole["paths"][path][method] = operation.clone();
    for (key, value) in more.and_then(Value::as_object).into_iter().flatten() {
        whole[key] = value.clone();
    }
    let (contract, problems) = load("case.json", whole.to_string().as_bytes());
    assert!(problems.is_empty(), "{whole}\n{problems:?}");
    let (compiled, problems) = CompiledContract::compile(&contract, None);
    assert!(problems.is_empty(), "{whole}\n{problems:?}");
    compiled
}

fn borrow(fields: &[(String, String)]) -> Vec<(&str, &[u8])> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
}

fn field<'f>(fields: Fields<'f>, name: &str) -> Option<&'f str> {
    let (_, value) = fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    std::str::from_utf8(value).ok()
}

/// What is told of a message.
fn told(contract: &CompiledContract, message: &Message) -> Vec<String> {
    let (path, query) = match message.target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (message.target.as_str(), None),
    };
    let found = match contract.route(&message.method, path) {
        Routed::Match(found) => found,
        Routed::NoMethod { .. } => return vec!["no method".to_owned()],
        Routed::NoPath => return vec!["no path".to_owned()],
    };
    let operation = contract.operation(found.operation).unwrap();
    let fields = borrow(&message.fields);
    let mut issues = Vec::new();
    match &message.status {
        Some(status) => {
            contract.check_response(operation, *status, &fields, Content::Bytes(&message.body), &mut issues)
        }
        None => {
            contract.check_parameters(operation, &found.params, query, &fields, &mut issues);
            let (media, coding) = (field(&fields, "content-type"), field(&fields, "content-encoding"));
            contract.check_body(operation, media, coding, Content::Bytes(&message.body), &mut issues);
        }
    }
    issues.iter().map(line).collect()
}

fn line(issue: &Issue) -> String {
    let alert = if issue.alert_only { "~" } else { "" };
    let name = if issue.name.is_empty() { String::new() } else { format!(":{}", issue.name) };
    format!("{alert}{}{name}{} {}", issue.location, issue.pointer, issue.code)
}

/// Counts what was judged, and collects what was not as expected.
#[derive(Default)]
struct Tally {
    cases: BTreeMap<(String, &'static str), usize>,
    wrong: Vec<String>,
}

impl Tally {
    fn case(&mut self, version: &str, kind: &'static str, about: &str, expected: &[String], told: &[String]) {
        *self.cases.entry((version.to_owned(), kind)).or_default() += 1;
        if expected != told {
            self.wrong.push(format!("{version} {about}\n    expected {expected:?}\n    told     {told:?}"));
        }
    }

    /// Fails where a case was not as expected; gives how many there were of which version.
    fn done(self) -> String {
        assert!(self.wrong.is_empty(), "{} wrong:\n{}", self.wrong.len(), self.wrong.join("\n"));
        let lines = self.cases.iter().map(|((version, kind), count)| format!("{version} {kind}: {count}\n"));
        lines.collect()
    }
}

/// A parameter of 3.x in the words of 2.0, where it has words for it.
fn old(group: &Value) -> Option<Value> {
    let (place, style) = (group["in"].as_str()?, group["style"].as_str()?);
    let explode = group["explode"].as_bool()?;
    let schema = group["schema"].as_object()?;
    let format = match (schema.get("type")?.as_str()?, place, style, explode) {
        ("object", ..) | (_, "cookie", ..) => return None,
        ("array", _, "simple", false) | ("array", "query", "form", false) => "csv",
        ("array", "query", "form", true) => "multi",
        ("array", _, "spaceDelimited", false) => "ssv",
        ("array", _, "pipeDelimited", false) => "pipes",
        (_, _, "simple", false) | (_, "query", "form", true) => "",
        _ => return None,
    };
    let mut parameter = Map::from_iter([("name".to_owned(), json!("p")), ("in".to_owned(), json!(place))]);
    parameter.extend(schema.clone());
    if !format.is_empty() {
        parameter.insert("collectionFormat".to_owned(), json!(format));
    }
    Some(parameter.into())
}

fn send_parameter(place: &str, text: &str) -> Message {
    let mut message = Message { method: "GET".to_owned(), target: "/a".to_owned(), ..Message::default() };
    match place {
        "path" => message.target = format!("/a/{text}"),
        "query" => message.target = format!("/a?{text}"),
        "header" => message.fields.push(("p".to_owned(), text.to_owned())),
        _ => message.fields.push(("Cookie".to_owned(), text.to_owned())),
    }
    message
}

fn parameters(name: &str, tally: &mut Tally) {
    for group in table(name) {
        let mut versions = versions(&group);
        let translated = group.get("versions").is_none().then(|| old(&group)).flatten();
        if translated.is_some() {
            versions.push("2.0".to_owned());
        }
        for version in versions {
            let mut parameter = match (&translated, group.get("parameter")) {
                (Some(old), _) if version == "2.0" => old.clone(),
                (_, Some(whole)) => whole.clone(),
                _ => {
                    json!({"in": group["in"], "style": group["style"], "explode": group["explode"], "schema": group["schema"]})
                }
            };
            parameter["name"] = json!("p");
            let place = text(&parameter["in"]);
            if place == "path" {
                parameter["required"] = json!(true);
            }
            let about = parameter.to_string();
            let mut all = vec![parameter];
            all.extend(list(&group, "beside").into_iter().cloned());
            let operation = json!({"parameters": all, "responses": {"200": {"description": "d"}}});
            let path = if place == "path" { "/a/{p}" } else { "/a" };
            let contract = contract(&version, path, "get", &operation, group.get("with"));
            for good in list(&group, "good").into_iter().map(text) {
                let told = told(&contract, &send_parameter(&place, &good));
                tally.case(&version, "parameters", &format!("{about} {good:?}"), &[], &told);
            }
            for (bad, code) in group.get("bad").and_then(Value::as_object).into_iter().flatten() {
                let told = told(&contract, &send_parameter(&place, bad));
                let code = text(code);
                // A place of its own stands as it is told; else it is that of the parameter.
                let expected = match code.strip_prefix('=') {
                    Some(whole) => whole.split(", ").map(str::to_owned).collect(),
                    None if code.starts_with('/') => vec![format!("{place}:p{code}")],
                    None => vec![format!("{place}:p {code}")],
                };
                tally.case(&version, "parameters", &format!("{about} {bad:?}"), &expected, &told);
            }
        }
    }
}

#[test]
fn parameters_are_judged_as_each_version_says() {
    let mut tally = Tally::default();
    parameters("parameters.yaml", &mut tally);
    parameters("more-parameters.yaml", &mut tally);
    insta::assert_snapshot!(tally.done());
}

/// The operation that takes and gives a JSON value of this schema.
fn json_operation(version: &str, schema: &Value) -> Value {
    if version == "2.0" {
        return json!({"consumes": ["application/json"], "produces": ["application/json"],
            "parameters": [{"name": "b", "in": "body", "required": true, "schema": schema}],
            "responses": {"200": {"description": "d", "schema": schema}}});
    }
    let content = json!({"application/json": {"schema": schema}});
    json!({"requestBody": {"required": true, "content": content},
        "responses": {"200": {"description": "d", "content": content}}})
}

#[test]
fn json_is_judged_as_each_version_says() {
    let mut tally = Tally::default();
    for group in table("schemas.yaml") {
        for version in versions(&group) {
            let contract =
                contract(&version, "/a", "post", &json_operation(&version, &group["schema"]), group.get("with"));
            let about = text(&group["schema"]);
            let mut run = |kind: &'static str, value: &str, expected: &[String]| {
                let message = Message {
                    method: "POST".to_owned(),
                    target: "/a".to_owned(),
                    fields: vec![("Content-Type".to_owned(), "application/json".to_owned())],
                    body: value.into(),
                    status: (kind == "responses").then_some(200),
                };
                tally.case(&version, kind, &format!("{kind} {about} {value}"), expected, &told(&contract, &message));
            };
            for (key, ways) in
                [("", ["requests", "responses"]), ("_request", ["requests"; 2]), ("_response", ["responses"; 2])]
            {
                let ways = if key.is_empty() { &ways[..] } else { &ways[..1] };
                for kind in ways.iter().copied() {
                    for good in list(&group, &format!("good{key}")) {
                        run(kind, &text(good), &[]);
                    }
                    for (bad, codes) in group.get(format!("bad{key}")).and_then(Value::as_object).into_iter().flatten()
                    {
                        let place = if kind == "requests" { "body" } else { "response-body" };
                        let codes = text(codes);
                        let expected: Vec<String> = codes
                            .split(", ")
                            .map(|code| {
                                let (alert, code) = code.strip_prefix('~').map_or(("", code), |code| ("~", code));
                                let space = if code.starts_with('/') { "" } else { " " };
                                format!("{alert}{place}{space}{code}")
                            })
                            .collect();
                        run(kind, bad, &expected);
                    }
                }
            }
        }
    }
    insta::assert_snapshot!(tally.done());
}

/// A multipart body of these parts, with the boundary `b`.
fn multipart(parts: &[&Value]) -> Vec<u8> {
    let mut body = Vec::new();
    for part in parts {
        let named = part.get("name").map(|name| format!("; name=\"{}\"", text(name))).unwrap_or_default();
        let file = part.get("file").map(|file| format!("; filename=\"{}\"", text(file))).unwrap_or_default();
        body.extend(format!("--b\r\nContent-Disposition: form-data{named}{file}\r\n").bytes());
        if let Some(media) = part.get("type") {
            body.extend(format!("Content-Type: {}\r\n", text(media)).bytes());
        }
        for (name, value) in part.get("headers").and_then(Value::as_object).into_iter().flatten() {
            body.extend(format!("{name}: {}\r\n", text(value)).bytes());
        }
        body.extend(b"\r\n");
        body.extend(content(part));
        body.extend(b"\r\n");
    }
    body.extend(b"--b--\r\n");
    body
}

/// `body` as text, or `bytes` many bytes that are no text.
fn content(value: &Value) -> Vec<u8> {
    match value.get("bytes").and_then(Value::as_u64) {
        Some(count) => vec![0xff; count as usize],
        None => value.get("body").map(text).unwrap_or_default().into(),
    }
}

fn fields(value: &Value) -> Vec<(String, String)> {
    let mut all = Vec::new();
    if let Some(media) = value.get("type") {
        all.push(("Content-Type".to_owned(), text(media)));
    }
    for (name, value) in value.get("headers").and_then(Value::as_object).into_iter().flatten() {
        match value.as_array() {
            Some(several) => all.extend(several.iter().map(|value| (name.clone(), text(value)))),
            None => all.push((name.clone(), text(value))),
        }
    }
    all
}

#[test]
fn messages_are_judged_as_each_version_says() {
    let mut tally = Tally::default();
    for group in table("messages.yaml") {
        for version in versions(&group) {
            let path = group.get("path").map_or_else(|| "/a".to_owned(), text);
            let method = group.get("method").map_or_else(|| "post".to_owned(), text);
            let contract = contract(&version, &path, &method, &group["operation"], group.get("with"));
            for case in list(&group, "cases") {
                let mut message = Message {
                    method: case.get("method").map_or_else(|| method.to_uppercase(), text),
                    target: case.get("target").map_or_else(|| path.clone(), text),
                    fields: fields(case),
                    body: content(case),
                    status: case.get("status").and_then(Value::as_u64).map(|status| status as u16),
                };
                let parts = list(case, "parts");
                if !parts.is_empty() {
                    message.fields.push(("Content-Type".to_owned(), "multipart/form-data; boundary=b".to_owned()));
                    message.body = multipart(&parts);
                }
                let expected: Vec<String> = list(case, "told").into_iter().map(text).collect();
                let about = format!("{}: {case}", group["about"]);
                let kind = if message.status.is_some() { "responses" } else { "requests" };
                tally.case(&version, kind, &about, &expected, &told(&contract, &message));
            }
        }
    }
    insta::assert_snapshot!(tally.done());
}
