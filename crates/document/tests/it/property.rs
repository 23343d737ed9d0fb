//! Properties that hold for any input.

use palisade_document::{Document, Kind, Limits, code, emit, json, read, refs};
use proptest::prelude::*;
use serde_json::Value;

/// Everything that can be asked of a tree holds together.
fn check(document: &Document) {
    let source = document.source();
    for node in document.nodes() {
        let span = node.span();
        assert!(span.start <= span.end && span.end as usize <= source.len(), "{span:?} in {}", source.len());
        assert!(source.is_char_boundary(span.start as usize) && source.is_char_boundary(span.end as usize));
        let place = node.position();
        assert!(place.line >= 1 && place.column >= 1);
        assert_eq!(node.len(), node.members().count() + node.items().count());
    }
    let problems = refs::survey(document);
    assert!(problems.iter().all(|problem| (problem.span.end as usize) <= source.len()));
}

fn value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[a-z]{0,6}",
        "[ -~]{0,12}",
        "\\PC{0,8}",
        "[\\x00-\\x1f \\n\\t'\"\\\\:#-]{0,8}",
        "[0-9xXobeE_.:+-]{1,6}",
        prop::sample::select(vec![
            "yes", "no", "null", "True", "~", "-", "?", "|", "---", "...", "<<", "=", "a: b", "1.10"
        ])
        .prop_map(str::to_owned),
    ]
    .boxed();
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from),
        text.clone().prop_map(Value::String),
    ];
    leaf.prop_recursive(5, 60, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
            prop::collection::vec((text.clone(), inner), 0..16).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// Text that is nearly JSON.
fn nearly_json() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "\"b\\n\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud800\"",
        "1",
        "-0",
        "01",
        "1.5",
        "1e5",
        "1.",
        "-",
        "true",
        "false",
        "null",
        "nul",
        " ",
        "\n",
        "\"",
        "\\",
        "ü",
        "\u{0}",
    ]);
    prop::collection::vec(token, 0..24).prop_map(|tokens| tokens.concat())
}

fn nearly_yaml() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "a",
        "b:",
        "- ",
        "? ",
        ": ",
        "\n",
        "\n  ",
        "\n ",
        "\n    ",
        "{",
        "}",
        "[",
        "]",
        ", ",
        "&a ",
        "*a",
        "*a ",
        "!!str ",
        "!x ",
        "|\n",
        ">-\n",
        "'",
        "\"",
        "# c",
        "---\n",
        "...\n",
        "%TAG ! x\n",
        "%YAML 1.2\n",
        "<<: ",
        "\t",
        "\r\n",
        "\r",
        "ü",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "~",
        "1",
        ".inf",
        "\\",
        "&ü ",
        "*ü ",
    ]);
    prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for name in ["x.json", "x.yaml", "x"] {
            check(&read(name, &bytes, &Limits::default()).document);
        }
        let _ = json::parse_body(&bytes, &Limits::body());
    }

    #[test]
    fn yaml_soup_never_panics(text in nearly_yaml()) {
        let reading = read("x.yaml", text.as_bytes(), &Limits::default());
        check(&reading.document);
        prop_assert!(!reading.fatal || !reading.problems.is_empty());
        prop_assert!(!reading.problems.iter().any(|problem| problem.message.contains("gave up")), "{text:?}");
    }

    #[test]
    fn json_agrees_with_serde(text in nearly_json()) {
        let ours = json::parse_body(text.as_bytes(), &Limits::body());
        let reading = read("x.json", text.as_bytes(), &Limits::default());
        check(&reading.document);
        match (ours, serde_json::from_str::<Value>(&text)) {
            (Ok(document), Ok(value)) => {
                prop_assert_eq!(emit::node_to_value(document.root(), 1000).unwrap(), value);
                prop_assert!(!reading.fatal);
            }
            (Err(error), Ok(_)) => prop_assert_eq!(error.code, code::DUPLICATE_KEY, "{}", text),
            // Numbers are kept as text here: none is too large.
            (Ok(_), Err(error)) => prop_assert!(error.to_string().contains("out of range"), "accepted {text:?}: {error}"),
            (Err(error), Err(_)) => {
                prop_assert!(error.offset as usize <= text.len());
                // With zero bytes in the right places it is sound JSON in UTF-16.
                prop_assert!(!reading.problems.is_empty() || text.starts_with('\0'));
            }
        }
    }

    #[test]
    fn what_is_written_reads_back(value in value()) {
        let yaml = emit::to_yaml(&value);
        let reading = read("x.yaml", yaml.as_bytes(), &Limits::default());
        prop_assert!(reading.problems.iter().all(|problem| problem.code == code::MERGE_KEY), "{:?}\n{yaml}", reading.problems);
        prop_assert_eq!(&emit::node_to_value(reading.document.root(), 10_000).unwrap(), &value, "{}", yaml);
        let text = emit::to_json_pretty(&value);
        let document = json::parse_body(text.as_bytes(), &Limits::body()).unwrap();
        prop_assert_eq!(&emit::node_to_value(document.root(), 10_000).unwrap(), &value);
        // Not the value itself: serde_json reads some doubles one unit off.
        let compact = serde_json::to_string(&value).unwrap();
        prop_assert_eq!(
            serde_json::from_str::<Value>(&text).unwrap(),
            serde_json::from_str::<Value>(&compact).unwrap()
        );
        prop_assert_eq!(emit::node_to_json_pretty(reading.document.root(), usize::MAX).unwrap(), text);
    }

    #[test]
    fn pointers_lead_back(value in value()) {
        let document = Document::from_value("", &value);
        for node in document.nodes() {
            let found = document.root().at_pointer(&node.pointer()).unwrap();
            prop_assert_eq!(found.id(), node.id());
        }
    }

    #[test]
    fn truncation_keeps_what_was_read(value in value(), cut in 0.0..1.0f64) {
        let text = serde_json::to_string(&value).unwrap();
        let mut end = (text.len() as f64 * cut) as usize;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let reading = read("x.json", &text.as_bytes()[..end], &Limits::default());
        check(&reading.document);
        if matches!(value, Value::Object(_)) && end < text.len() {
            prop_assert!(reading.fatal);
            prop_assert_eq!(reading.document.root().kind(), if end == 0 { Kind::Null } else { Kind::Object });
        }
    }
}
