//! Hostile schemas and values cost no more than they may.

use crate::{check, compile, lines, value};
use palisade_document::{Limits, json};
use palisade_schema::{Dialect, Exhausted, Options};
use proptest::prelude::*;

#[test]
fn a_schema_that_comes_back_to_itself_is_cut_and_told() {
    for schema in [
        r##"{"$ref":"#"}"##,
        r##"{"allOf":[{"$ref":"#"}],"type":"string"}"##,
        r##"{"anyOf":[{"$ref":"#/d/a"}],"d":{"a":{"oneOf":[{"$ref":"#"}]}}}"##,
    ] {
        let (set, root, problems) = compile(schema, Dialect::Oas30);
        assert!(problems.iter().any(|problem| problem.code == "ref_cycle"), "{schema}");
        assert!(set.is_valid(root, value(r#""x""#).root(), &Options::default()), "{schema}");
    }
    // Recursion through the value is no such cycle.
    let tree = r##"{"type":"object","properties":{"next":{"$ref":"#"}},"additionalProperties":false}"##;
    let (_, _, problems) = compile(tree, Dialect::Oas30);
    assert_eq!(problems, []);
    let outcome = check(tree, Dialect::Oas30, r#"{"next":{"next":{"nxt":1}}}"#, &Options::default());
    assert_eq!(lines(&outcome), ["/next/next/nxt additionalProperties"]);
}

#[test]
fn deep_values_end_at_the_depth_limit_and_say_so() {
    let schema = r##"{"allOf":[{"$ref":"#/d/n"}],"d":{"n":{"anyOf":[{"type":"array","items":{"$ref":"#/d/n"}}]}}}"##;
    let (set, root, _) = compile(schema, Dialect::Draft202012);
    let deep = "[".repeat(400) + &"]".repeat(400);
    let document = json::parse_body(deep.as_bytes(), &Limits { depth: 500, ..Limits::default() }).expect("JSON");
    let outcome = set.validate(root, document.root(), &Options::default());
    assert_eq!(outcome.exhausted, Some(Exhausted::Depth));
}

#[test]
fn work_is_bounded_by_the_budget() {
    let branches = vec![r##"{"type":"array","items":{"$ref":"#"}}"##; 20].join(",");
    let schema = format!(r#"{{"oneOf":[{branches}]}}"#);
    let (set, root, _) = compile(&schema, Dialect::Draft202012);
    let deep = "[".repeat(40) + &"]".repeat(40);
    let options = Options { budget: 100_000, ..Options::default() };
    let outcome = set.validate(root, value(&deep).root(), &options);
    assert_eq!(outcome.exhausted, Some(Exhausted::Budget));
}

#[test]
fn violations_are_bounded_in_number_and_size() {
    let wide = format!("[{}]", vec!["1"; 5000].join(","));
    let outcome = check(r#"{"items":{"type":"string"}}"#, Dialect::Oas30, &wide, &Options::default());
    assert_eq!(outcome.violations.len(), Options::default().max_violations);
    let long = format!(r#"{{"{}":1}}"#, "k".repeat(10_000));
    let outcome = check(r#"{"additionalProperties":false}"#, Dialect::Oas30, &long, &Options::default());
    assert!(outcome.violations[0].pointer.len() <= 512);
}

#[test]
fn many_different_items_are_compared_in_time() {
    let items: Vec<String> = (0..20_000).map(|n| format!(r#"{{"a":{n}}}"#)).collect();
    let schema = r#"{"uniqueItems":true}"#;
    let outcome = check(schema, Dialect::Oas30, &format!("[{}]", items.join(",")), &Options::default());
    assert!(outcome.is_valid(), "{outcome:?}");
    let twice = format!("[{},{}]", items.join(","), r#"{"a":7.0}"#);
    assert_eq!(lines(&check(schema, Dialect::Oas30, &twice, &Options::default())), [" uniqueItems"]);
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i32>().prop_map(serde_json::Value::from),
        any::<f64>().prop_map(serde_json::Value::from),
        prop::sample::select(vec!["string", "#", "#/properties/a", "^a+$", "(", "integer", "object", "a", "date"])
            .prop_map(serde_json::Value::from),
    ];
    let keys = prop::sample::select(vec![
        "type",
        "properties",
        "items",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "$ref",
        "enum",
        "const",
        "required",
        "pattern",
        "minimum",
        "maxLength",
        "additionalProperties",
        "if",
        "then",
        "unevaluatedProperties",
        "prefixItems",
        "a",
        "b",
        "$dynamicRef",
        "$dynamicAnchor",
        "$id",
        "discriminator",
        "format",
        "multipleOf",
        "contains",
        "uniqueItems",
    ]);
    leaf.prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::vec((keys.clone(), inner), 0..5)
                .prop_map(|members| members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_schema_and_no_value_makes_it_panic(schema in any_json(), instance in any_json()) {
        for dialect in [Dialect::Oas2, Dialect::Oas30, Dialect::Draft4, Dialect::Draft202012] {
            let (set, root, _) = compile(&schema.to_string(), dialect);
            let instance = value(&instance.to_string());
            let options = Options { budget: 50_000, ..Options::default() };
            let outcome = set.validate(root, instance.root(), &options);
            prop_assert!(outcome.violations.len() <= options.max_violations);
            prop_assert_eq!(outcome.is_valid(), set.is_valid(root, instance.root(), &options));
            set.accepted_types(root);
        }
    }

    #[test]
    fn no_pattern_makes_it_panic(pattern in r"[\\\[\]\(\)\{\}\?\*\+\|\^\$\.\-a-c0-3:=!<>,dwsu]{0,24}") {
        let facts = palisade_schema::pattern::analyze(&pattern);
        let (_, _, problems) = compile(&serde_json::json!({"pattern": pattern}).to_string(), Dialect::Oas30);
        prop_assert_eq!(facts.valid, problems.is_empty(), "{:?}", problems);
    }
}
