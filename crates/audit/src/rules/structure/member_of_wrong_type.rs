//! A member whose value has another type than the specification says.

use crate::engine::{Applies, Sink};
use crate::index::{Index, Version};
use crate::rule::{Check, Part, Rule};
use palisade_document::quote;
use palisade_document::{Kind, NodeRef};
use palisade_finding::Severity;

/// FBP010.
pub static RULE: Rule = Rule {
    id: "FBP010",
    name: "member-of-wrong-type",
    severity: Severity::Info,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["oas3-schema", "oas2-schema", "oas-schema-check"],
    what: "A member whose value has another type than the specification says.",
    why: "Tools skip the member or stop. What it was meant to say is not enforced.",
    fix: "Give it a value of the right type.",
    bad: include_str!("../../../tests/fixtures/FBP010/bad.yaml"),
    good: include_str!("../../../tests/fixtures/FBP010/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3"],
    mend: None,
    check: Check::Contract(check),
};

#[derive(Clone, Copy)]
enum Want {
    Text,
    Flag,
    Number,
    List,
    Map,
    Schema,
    Word,
}

impl Want {
    fn takes(self, kind: Kind) -> bool {
        match self {
            Want::Text => kind == Kind::String,
            Want::Flag => kind == Kind::Bool,
            Want::Number => kind == Kind::Number,
            Want::List => kind == Kind::Array,
            Want::Map => kind == Kind::Object,
            Want::Schema => matches!(kind, Kind::Object | Kind::Bool),
            Want::Word => matches!(kind, Kind::String | Kind::Array),
        }
    }

    fn called(self) -> &'static str {
        match self {
            Want::Text => "a string",
            Want::Flag => "a boolean",
            Want::Number => "a number",
            Want::List => "an array",
            Want::Map => "an object",
            Want::Schema => "a schema",
            Want::Word => "a type name",
        }
    }
}

const ROOT: [(&str, Want); 11] = [
    ("info", Want::Map),
    ("paths", Want::Map),
    ("servers", Want::List),
    ("components", Want::Map),
    ("security", Want::List),
    ("tags", Want::List),
    ("webhooks", Want::Map),
    ("definitions", Want::Map),
    ("schemes", Want::List),
    ("securityDefinitions", Want::Map),
    ("externalDocs", Want::Map),
];
const INFO: [(&str, Want); 3] = [("title", Want::Text), ("description", Want::Text), ("license", Want::Map)];
const COMPONENTS: [(&str, Want); 7] = [
    ("schemas", Want::Map),
    ("parameters", Want::Map),
    ("responses", Want::Map),
    ("requestBodies", Want::Map),
    ("headers", Want::Map),
    ("securitySchemes", Want::Map),
    ("examples", Want::Map),
];
const OPERATION: [(&str, Want); 9] = [
    ("parameters", Want::List),
    ("responses", Want::Map),
    ("security", Want::List),
    ("tags", Want::List),
    ("deprecated", Want::Flag),
    ("operationId", Want::Text),
    ("requestBody", Want::Map),
    ("callbacks", Want::Map),
    ("servers", Want::List),
];
const PARAMETER: [(&str, Want); 6] = [
    ("name", Want::Text),
    ("in", Want::Text),
    ("required", Want::Flag),
    ("deprecated", Want::Flag),
    ("schema", Want::Schema),
    ("content", Want::Map),
];
const RESPONSE: [(&str, Want); 4] =
    [("description", Want::Text), ("content", Want::Map), ("headers", Want::Map), ("links", Want::Map)];
const SCHEMA: [(&str, Want); 21] = [
    ("type", Want::Word),
    ("properties", Want::Map),
    ("enum", Want::List),
    ("allOf", Want::List),
    ("anyOf", Want::List),
    ("oneOf", Want::List),
    ("not", Want::Schema),
    ("additionalProperties", Want::Schema),
    ("minimum", Want::Number),
    ("maximum", Want::Number),
    ("minLength", Want::Number),
    ("maxLength", Want::Number),
    ("minItems", Want::Number),
    ("maxItems", Want::Number),
    ("multipleOf", Want::Number),
    ("pattern", Want::Text),
    ("format", Want::Text),
    ("nullable", Want::Flag),
    ("readOnly", Want::Flag),
    ("writeOnly", Want::Flag),
    ("uniqueItems", Want::Flag),
];

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let root = index.root();
    members(root, &ROOT, sink);
    members(root.get("info").unwrap_or(root), &INFO, sink);
    if index.version != Version::V2 {
        members(root.get("components").unwrap_or(root), &COMPONENTS, sink);
    }
    for (path, item) in
        root.get("paths").into_iter().flat_map(NodeRef::members).map(|member| (member.key, member.value))
    {
        if !path.starts_with("x-") && !item.is_object() {
            wrong(item, Want::Map, sink);
        }
    }
    for (_, item) in &index.items {
        for member in item.members() {
            if matches!(
                member.key,
                "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace" | "query"
            ) && !member.value.is_object()
            {
                wrong(member.value, Want::Map, sink);
            }
        }
        members(*item, &[("parameters", Want::List)], sink);
    }
    for operation in &index.operations {
        members(operation.node, &OPERATION, sink);
        for member in operation.responses_node.into_iter().flat_map(NodeRef::members) {
            if !member.key.starts_with("x-") && !member.value.is_object() {
                wrong(member.value, Want::Map, sink);
            }
        }
    }
    for parameter in &index.parameters {
        members(parameter.node, &PARAMETER, sink);
    }
    for response in &index.responses {
        members(response.node, &RESPONSE, sink);
    }
    for schema in &index.schemas {
        members(schema.node, &SCHEMA, sink);
        // In Swagger 2.0 a parameter is its own schema, and `required` is a flag there.
        let list = schema.node.get("required").filter(|value| !value.is_array());
        if let Some(value) = list.filter(|_| schema.node.get("in").is_none()) {
            wrong(value, Want::List, sink);
        }
    }
}

fn members(node: NodeRef<'_>, table: &[(&str, Want)], sink: &mut Sink<'_>) {
    for (key, want) in table {
        if let Some(value) = node.get(key)
            && !want.takes(value.kind())
        {
            wrong(value, *want, sink);
        }
    }
}

fn wrong(value: NodeRef<'_>, want: Want, sink: &mut Sink<'_>) {
    let key = value.key().map(quote).unwrap_or_else(|| "this item".to_owned());
    let message = format!("{key} must be {}, this is {}", want.called(), value.kind().as_str());
    sink.at(value, message, Applies::Nothing);
}
