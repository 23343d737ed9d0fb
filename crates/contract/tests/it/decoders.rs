//! What is written in a style, a form or XML is read back as it was, whatever it holds.

use crate::load;
use palisade_contract::router::Routed;
use palisade_contract::validate::{CompiledContract, Content};
use proptest::prelude::*;
use serde_json::json;
use std::sync::LazyLock;

/// Where a list stands, its style, and what stands before each item or between two.
const LISTS: [(&str, &str, bool, &str, &str); 10] = [
    ("path", "simple", false, "", ","),
    ("path", "label", true, ".", "."),
    ("path", "label", false, ".", ","),
    ("path", "matrix", false, ";p=", ","),
    ("path", "matrix", true, ";p=", ";p="),
    ("query", "form", true, "p=", "&p="),
    ("query", "form", false, "p=", ","),
    ("query", "spaceDelimited", false, "p=", "%20"),
    ("query", "pipeDelimited", false, "p=", "|"),
    ("cookie", "form", true, "p=", "; p="),
];

fn compiled(path: &str, operation: &serde_json::Value) -> CompiledContract {
    let mut whole = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}});
    whole["paths"][path]["post"] = operation.clone();
    let (contract, problems) = load("a.json", whole.to_string().as_bytes());
    assert!(problems.is_empty(), "{problems:?}");
    CompiledContract::compile(&contract, None).0
}

static CONTRACTS: LazyLock<Vec<CompiledContract>> = LazyLock::new(|| {
    let one = |(place, style, explode, ..): &(&str, &str, bool, &str, &str)| {
        let schema = json!({"type": "array", "items": {"type": "integer"}});
        let parameter = json!({"name": "p", "in": place, "style": style, "explode": explode,
            "required": *place == "path", "schema": schema});
        let path = if *place == "path" { "/a/{p}" } else { "/a" };
        compiled(path, &json!({"parameters": [parameter], "responses": {"200": {"description": "d"}}}))
    };
    LISTS.iter().map(one).collect()
});

static FORMS: LazyLock<CompiledContract> = LazyLock::new(|| {
    let schema = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "maxLength": 8}}});
    let content = json!({"application/xml": {"schema": schema}, "multipart/form-data": {"schema": schema},
        "application/x-www-form-urlencoded": {"schema": schema}});
    compiled("/a", &json!({"requestBody": {"content": content}, "responses": {"200": {"description": "d"}}}))
});

/// Pointer and code of what is told of a request.
fn told(contract: &CompiledContract, target: &str, fields: &[(&str, &[u8])], body: &[u8]) -> Vec<String> {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let Routed::Match(found) = contract.route("POST", path) else { panic!("{path}") };
    let operation = contract.operation(found.operation).unwrap();
    let mut issues = Vec::new();
    contract.check_parameters(operation, &found.params, query, fields, &mut issues);
    let media = fields.iter().find(|(name, _)| *name == "Content-Type").map(|(_, value)| *value);
    let media = media.map(|media| std::str::from_utf8(media).unwrap());
    contract.check_body(operation, media, None, Content::Bytes(body), &mut issues);
    issues.iter().map(|issue| format!("{} {}", issue.pointer, issue.code)).collect()
}

proptest! {
    #[test]
    fn a_list_is_read_item_by_item_in_every_style(items in prop::collection::vec(any::<i32>(), 2..8), bad in any::<prop::sample::Index>()) {
        for (contract, (place, _, _, before, between)) in CONTRACTS.iter().zip(&LISTS) {
            let send = |texts: &[String]| {
                let written = format!("{before}{}", texts.join(between));
                match *place {
                    "path" => told(contract, &format!("/a/{written}"), &[], &[]),
                    "query" => told(contract, &format!("/a?{written}"), &[], &[]),
                    _ => told(contract, "/a", &[("Cookie", written.as_bytes())], &[]),
                }
            };
            let mut texts: Vec<String> = items.iter().map(i32::to_string).collect();
            prop_assert_eq!(send(&texts), Vec::<String>::new());
            let at = bad.index(texts.len());
            texts[at] = "x".to_owned();
            prop_assert_eq!(send(&texts), vec![format!("/{at} type")]);
        }
    }

    #[test]
    fn a_text_is_as_long_in_every_kind_of_body(text in "[ -~à-ÿ中-乐]{0,12}") {
        let expected = if text.chars().count() > 8 { vec!["/a maxLength".to_owned()] } else { Vec::new() };
        let form = format!("a={}", percent_encoding::utf8_percent_encode(&text, percent_encoding::NON_ALPHANUMERIC));
        let fields = [("Content-Type", &b"application/x-www-form-urlencoded"[..])];
        prop_assert_eq!(&told(&FORMS, "/a", &fields, form.as_bytes()), &expected);
        let part = format!("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{text}\r\n--b--\r\n");
        let fields = [("Content-Type", &b"multipart/form-data; boundary=b"[..])];
        prop_assert_eq!(&told(&FORMS, "/a", &fields, part.as_bytes()), &expected);
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let element = format!("<x><a>{escaped}</a></x>");
        let fields = [("Content-Type", &b"application/xml"[..])];
        prop_assert_eq!(&told(&FORMS, "/a", &fields, element.as_bytes()), &expected);
    }

    #[test]
    fn any_bytes_are_judged_and_never_refused_by_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for media in ["application/xml", "multipart/form-data; boundary=b", "application/x-www-form-urlencoded"] {
            told(&FORMS, "/a", &[("Content-Type", media.as_bytes())], &bytes);
        }
    }
}
