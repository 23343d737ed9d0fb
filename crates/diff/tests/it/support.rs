use palisade_contract::Contract;
use palisade_diff::{Change, Options, diff};
use palisade_document::{Limits, read};
use std::sync::Arc;

/// Reads a contract.
pub fn contract(name: &str, text: &str) -> Contract {
    let reading = read(name, text.as_bytes(), &Limits::default());
    assert!(!reading.fatal, "{text}");
    Contract::load(Arc::new(reading.document)).0
}

/// The changes between two texts.
pub fn changes(old: &str, new: &str) -> Vec<Change> {
    let options = Options { today: Some("2026-06-01".parse().unwrap()) };
    diff(&contract("old.yaml", old), &contract("new.yaml", new), &options)
}

/// The ids of the changes between two texts.
pub fn ids(old: &str, new: &str) -> Vec<&'static str> {
    changes(old, new).iter().map(|change| change.id).collect()
}

/// A contract of 3.1 whose root has these members besides.
pub fn document(members: &str) -> String {
    format!("{{openapi: 3.1.0, info: {{title: t, version: '1'}}, {members}}}")
}

/// A contract with one operation.
pub fn operation(members: &str) -> String {
    document(&format!("paths: {{/x: {{post: {{{members}}}}}}}"))
}

/// A contract whose one operation takes this body.
pub fn request(schema: &str) -> String {
    operation(&format!("requestBody: {{content: {{application/json: {{schema: {schema}}}}}}}"))
}

/// A contract whose one operation answers this body.
pub fn response(schema: &str) -> String {
    operation(&format!("responses: {{'200': {{content: {{application/json: {{schema: {schema}}}}}}}}}"))
}
