//! Writing YAML and JSON.

use palisade_document::{Limits, emit, read};
use serde_json::{Value, json};

fn tricky() -> Value {
    json!({
        "openapi": "3.1.0",
        "no": "no",
        "1.10": "1.10",
        "null": null,
        "@at": "@at",
        "": "",
        "200": {"description": "OK"},
        "y": [true, "true", 1, "1", -2.5, "1e3", "0x1F", "1_000", "12:30:00", "2024-01-01", "~"],
        "empty": {"list": [], "map": {}},
        "nested": [[1, [2, []]], {"a": {"b": [{"c": "d", "e": "f"}]}}],
        "text": "one\ntwo\n\nthree\n",
        "text without end": "one\n  two",
        "text with more ends": "one\ntwo\n\n\n",
        "quoted": ["it's", "say \"hi\"", "back\\slash", "both ' and \"", "a: b", "a #b", "#c", "- d", "a, b", "[x]", "{y}", " lead", "trail ", "tab\there", "nul\u{0}", "\u{feff}", "line\u{2028}sep", "😀 ok", "%", "key:", "<<", "=", "!t", "&a", "*a", "|", ">", "? q", "http://x/y", "/users/{id}", "application/json", "^\\d+$", "#/components/schemas/A", "---", "...", "a\r\nb"],
        "<<": "merge?",
        "x".repeat(200): 1,
        "multi\nline key": 2,
    })
}

#[test]
fn yaml_reads_well() {
    insta::assert_snapshot!(emit::to_yaml(&tricky()));
}

#[test]
fn what_is_written_reads_back() {
    let value = tricky();
    for (name, text) in [("x.yaml", emit::to_yaml(&value)), ("x.json", emit::to_json_pretty(&value))] {
        let reading = read(name, text.as_bytes(), &Limits::default());
        assert!(!reading.fatal, "{:?}\n{text}", reading.problems);
        assert_eq!(emit::node_to_value(reading.document.root(), 10_000).unwrap(), value, "{name}");
    }
    assert_eq!(serde_json::from_str::<Value>(&emit::to_json_pretty(&value)).unwrap(), value);
    for scalar in [json!("a\nb"), json!(null), json!(""), json!("no"), json!(1.5), json!([]), json!({})] {
        let text = emit::to_yaml(&scalar);
        let reading = read("x.yaml", text.as_bytes(), &Limits::default());
        assert_eq!(emit::node_to_value(reading.document.root(), 10).unwrap(), scalar, "{text}");
    }
}

#[test]
fn numbers_keep_their_spelling() {
    let text = r#"{"a":1e999999,"b":-123456789012345678901234567890,"c":1.10}"#;
    let reading = read("x.json", text.as_bytes(), &Limits::default());
    let root = reading.document.root();
    assert_eq!(emit::node_to_json(root, 1000).unwrap(), text);
    assert_eq!(root.get("a").unwrap().as_f64(), None);
    assert_eq!(emit::node_to_yaml(root, 1000).unwrap(), "a: 1e999999\nb: -123456789012345678901234567890\nc: 1.10\n");
}
