//! YAML by example: the core schema, anchors, places.

use palisade_document::{Kind, Limits, Reading, code, read};

fn yaml(text: &str) -> Reading {
    read("test.yaml", text.as_bytes(), &Limits::default())
}

#[test]
fn plain_scalars_follow_the_core_schema() {
    let cases = [
        ("1.10", Kind::Number, "1.10"),
        ("0o17", Kind::Number, "15"),
        ("0x1F", Kind::Number, "31"),
        ("0200", Kind::Number, "200"),
        ("+5", Kind::Number, "5"),
        ("-.5e3", Kind::Number, "-0.5e3"),
        ("12.", Kind::Number, "12"),
        ("2_00", Kind::String, "2_00"),
        ("1:30", Kind::String, "1:30"),
        ("no", Kind::String, "no"),
        ("on", Kind::String, "on"),
        ("True", Kind::Bool, "true"),
        ("~", Kind::Null, "~"),
        ("null", Kind::Null, "null"),
        ("", Kind::Null, ""),
        (".inf", Kind::String, ".inf"),
        ("\"1\"", Kind::String, "1"),
        ("'it''s'", Kind::String, "it's"),
        ("\"\\u00fc\\n\"", Kind::String, "ü\n"),
        ("!!str 12", Kind::String, "12"),
        ("!!int \"12\"", Kind::Number, "12"),
        ("|\n    a\n    b\n", Kind::String, "a\nb\n"),
        (">-\n    a\n    b\n", Kind::String, "a b"),
        ("2024-01-01", Kind::String, "2024-01-01"),
        ("1e3", Kind::Number, "1e3"),
        ("1e", Kind::String, "1e"),
    ];
    for (text, kind, value) in cases {
        let reading = yaml(&format!("k: {text}\n"));
        let node = reading.document.root().get("k").unwrap();
        assert_eq!((node.kind(), node.scalar_text()), (kind, value), "{text}");
    }
}

#[test]
fn aliases_are_edges_to_their_anchor() {
    let reading = yaml("base: &b {x: 1}\nuse: *b\nlist: [*b, *b]\nkey: &k name\n*k : 5\n");
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    let root = reading.document.root();
    let base = root.get("base").unwrap();
    assert_eq!(root.get("use").unwrap().id(), base.id());
    assert_eq!(root.at_pointer("/list/1/x").unwrap().pointer(), "/base/x");
    assert_eq!(root.get("name").unwrap().as_i64(), Some(5));
    // The member itself has its own place.
    assert_ne!(root.member("use").unwrap().id, base.id());
}

#[test]
fn places_count_characters() {
    let text = "# Übersicht 😀\nгруппа: {ключ: [ä, \"ß\"]} # конец\nb:\n  - c\n";
    let reading = yaml(text);
    let at = |pointer: &str| {
        let node = reading.document.root().at_pointer(pointer).unwrap();
        let span = node.span();
        let place = node.position();
        (place.line, place.column, &text[span.start as usize..span.end as usize])
    };
    assert_eq!(at("/группа/ключ"), (2, 16, "[ä, \"ß\"]"));
    assert_eq!(at("/группа/ключ/1"), (2, 20, "\"ß\""));
    assert_eq!(at("/b"), (4, 3, "- c"));
    assert_eq!(at("/b/0"), (4, 5, "c"));
}

#[test]
fn spans_end_where_the_text_ends() {
    let list = yaml("- a\n- |  # note\n  x\n");
    assert_eq!(list.document.root().items().nth(1).unwrap().position().column, 3);
    let text = "a:\n  b: |\n    x\n    y\n\n  c: plain text  # note\nd: >\n  f\ne:\nf: {g: 1}\r\n";
    let reading = yaml(text);
    let slice = |pointer: &str| {
        let span = reading.document.root().at_pointer(pointer).unwrap().span();
        &text[span.start as usize..span.end as usize]
    };
    assert_eq!(slice("/a"), "b: |\n    x\n    y\n\n  c: plain text");
    assert_eq!(slice("/a/b"), "|\n    x\n    y");
    assert_eq!(slice("/a/c"), "plain text");
    assert_eq!(slice("/e"), "");
    assert_eq!(reading.document.root().get("e").unwrap().position().line, 9);
    assert_eq!(slice("/f"), "{g: 1}");
}

#[test]
fn what_yaml_allows_and_json_does_not_is_told() {
    let codes = |text: &str| yaml(text).problems.iter().map(|problem| problem.code).collect::<Vec<_>>();
    assert_eq!(codes("? [a, b]\n: 1\nc: 2\n"), [code::COMPLEX_KEY]);
    assert_eq!(yaml("? {a: [b]}\n: {x: [1]}\nc: 2\n").document.root().get("c").unwrap().as_i64(), Some(2));
    assert_eq!(codes("a: !ref x\n"), [code::UNKNOWN_TAG]);
    assert_eq!(codes("a: 1\n---\nb: 2\n"), [code::SEVERAL_DOCUMENTS]);
    assert_eq!(codes("a: .nan\n"), [code::NOT_A_JSON_NUMBER]);
    assert_eq!(codes("a: *nowhere\n"), [code::YAML_SYNTAX]);
    assert_eq!(codes("a: [1, 2\n"), [code::UNEXPECTED_END]);
    assert_eq!(codes("# only a comment\n"), [code::NO_DOCUMENT]);
    assert_eq!(codes("? &a [1]\n: 2\nb: *a\n"), [code::COMPLEX_KEY, code::ALIAS_UNKNOWN]);
}

#[test]
fn json_is_told_by_its_content() {
    use palisade_document::Format;
    let format = |name: &str, text: &str| read(name, text.as_bytes(), &Limits::default()).document.format();
    assert_eq!(format("spec", " {\"a\": 1}"), Format::Json);
    assert_eq!(format("spec.yaml", "{\"a\": 1}"), Format::Json);
    assert_eq!(format("spec", "{a: 1}"), Format::Yaml);
    assert_eq!(format("spec", "a: 1"), Format::Yaml);
    assert_eq!(format("spec.json", "{a: 1}"), Format::Json);
    assert!(read("spec.json", b"{a: 1}", &Limits::default()).fatal);
}

#[test]
fn utf16_without_a_mark_is_read_too() {
    let bytes: Vec<u8> = "{\"a\":\"ü\"}".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let reading = read("x.json", &bytes, &Limits::default());
    assert_eq!(reading.document.root().get("a").unwrap().as_str(), Some("ü"));
}
