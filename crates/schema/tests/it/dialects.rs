//! What each OpenAPI dialect means by its words.

use crate::{check, compile, lines, value};
use palisade_schema::{Dialect, Direction, Options, TypeSet};

#[test]
fn openapi_keywords_decide_as_their_version_says() {
    use Dialect::{Draft202012 as New, Oas2, Oas30};
    let cases: &[(Dialect, &str, &str, &[&str])] = &[
        (Oas30, r#"{"type":"string","nullable":true}"#, "null", &[]),
        (Oas30, r#"{"type":"string"}"#, "null", &[" type"]),
        (Oas30, r#"{"type":"string","nullable":true,"enum":["a"]}"#, "null", &[]),
        (Oas2, r#"{"type":"string","x-nullable":true}"#, "null", &[]),
        (New, r#"{"type":"string","nullable":true}"#, "null", &[" type"]),
        (New, r#"{"type":["string","null"]}"#, "null", &[]),
        (Oas30, r#"{"minimum":3,"exclusiveMinimum":true}"#, "3", &[" exclusiveMinimum"]),
        (Oas30, r#"{"minimum":3,"exclusiveMinimum":false}"#, "3", &[]),
        (New, r#"{"exclusiveMinimum":3}"#, "3", &[" exclusiveMinimum"]),
        (Oas30, r#"{"maximum":3,"exclusiveMaximum":true}"#, "3.0", &[" exclusiveMaximum"]),
        (Oas30, r#"{"type":"integer","format":"int32"}"#, "2147483648", &[" format"]),
        (Oas30, r#"{"type":"integer","format":"int64"}"#, "2147483648", &[]),
        (Oas30, r#"{"type":"integer"}"#, "1.0", &[]),
        (Oas30, r#"{"type":"integer"}"#, "1.5", &[" type"]),
        (Oas30, r#"{"type":"string","format":"binary"}"#, r#""anything""#, &[]),
        (Oas30, r#"{"type":"string","format":"byte"}"#, r#""%%""#, &[" format"]),
        (Oas2, r#"{"type":"file"}"#, r#""x""#, &[]),
        (New, r#"{"const":{"a":[1,2.0]}}"#, r#"{"a":[1.0,2]}"#, &[]),
        (New, r#"{"const":"a","enum":["a","b"]}"#, r#""b""#, &[" const"]),
        (New, r#"{"properties":{"a":true,"b":false},"required":["a"]}"#, r#"{"b":1}"#, &["/b false", "/a required"]),
        (
            Oas30,
            r#"{"type":"object","additionalProperties":false,"properties":{"a":{"type":"integer","maximum":5}}}"#,
            r#"{"a":9,"b/c":1}"#,
            &["/a maximum", "/b~1c additionalProperties"],
        ),
        (Oas30, r##"{"$ref":"#/x","nullable":true,"x":{"type":"string"}}"##, "null", &[]),
        (Oas30, r##"{"$ref":"#/x","maxLength":1,"x":{"type":"string"}}"##, r#""ab""#, &[]),
        (New, r##"{"$ref":"#/x","maxLength":1,"x":{"type":"string"}}"##, r#""ab""#, &[" maxLength"]),
        (New, r#"{"type":"string","minLength":2,"maxLength":2}"#, r#""é😀""#, &[]),
        (New, r#"{"minimum":0.1,"multipleOf":0.01}"#, "4.35", &[]),
        (New, r#"{"anyOf":[{"type":"null"},{"type":"object","required":["a"]}]}"#, "{}", &["/a required"]),
        (New, r#"{"oneOf":[{"type":"integer"},{"minimum":2}]}"#, "3", &[" oneOf"]),
        (
            New,
            r#"{"unevaluatedProperties":false,"allOf":[{"properties":{"a":true}}]}"#,
            r#"{"a":1,"b":2}"#,
            &["/b unevaluatedProperties"],
        ),
        (New, r#"{"dependentRequired":{"a":["b"]}}"#, r#"{"a":1}"#, &["/b dependentRequired"]),
    ];
    for (dialect, schema, instance, expected) in cases {
        let outcome = check(schema, *dialect, instance, &Options::default());
        assert_eq!(lines(&outcome), *expected, "{schema} on {instance}");
    }
}

const PETS: &str = r##"{
  "discriminator": {"propertyName": "kind", "mapping": {"feline": "#/components/schemas/Cat"}},
  "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
  "components": {"schemas": {
    "Cat": {"type": "object", "required": ["kind", "lives"], "properties": {"lives": {"type": "integer"}}},
    "Dog": {"type": "object", "required": ["kind"], "properties": {"barks": {"type": "boolean"}}}
  }}
}"##;

#[test]
fn a_discriminator_chooses_the_branch_that_is_judged() {
    for (instance, expected) in [
        (r#"{"kind":"Dog","barks":true}"#, vec![]),
        (r#"{"kind":"Dog","lives":"x"}"#, vec![]),
        (r#"{"kind":"feline"}"#, vec!["/lives required"]),
        (r#"{"kind":"Cat","lives":"nine"}"#, vec!["/lives type"]),
        (r#"{"kind":"Cow"}"#, vec!["/kind discriminator"]),
        (r#"{}"#, vec!["/kind required"]),
    ] {
        let outcome = check(PETS, Dialect::Oas30, instance, &Options::default());
        assert_eq!(lines(&outcome), expected, "{instance}");
    }
}

#[test]
fn direction_lifts_what_the_other_side_must_send() {
    let schema = r##"{"required":["id","name","secret"],"properties":{
        "id":{"$ref":"#/d/Id"},"name":{"type":"string"},"secret":{"type":"string","writeOnly":true}},
        "d":{"Id":{"type":"integer","readOnly":true}}}"##;
    let request = Options::default();
    let response = Options { direction: Direction::Response, ..request };
    for dialect in [Dialect::Oas30, Dialect::Draft202012] {
        assert_eq!(lines(&check(schema, dialect, "{}", &request)), ["/name required", "/secret required"]);
        assert_eq!(lines(&check(schema, dialect, "{}", &response)), ["/id required", "/name required"]);
    }
}

#[test]
fn violations_name_the_rule_and_never_the_value() {
    let schema = r#"{"properties":{"a":{"type":"string","pattern":"^x$","maxLength":3,"format":"email"},
        "b":{"enum":["one","two"]},"c":{"type":"integer"},"d":{"const":4},"e":{"type":"number","maximum":4},
        "f":{"not":{}},"g":{"type":"array","uniqueItems":true}}}"#;
    let secret = r#"{"a":"hunter2hunter2","b":"hunter2","c":"hunter2","d":"hunter2","e":77777,"f":"hunter2","g":["hunter2","hunter2"]}"#;
    let outcome = check(schema, Dialect::Draft202012, secret, &Options::default());
    assert!(outcome.violations.len() >= 9, "{outcome:?}");
    let told = format!("{outcome:?}");
    assert!(!told.contains("hunter2") && !told.contains("77777"), "{told}");
}

#[test]
fn what_cannot_be_used_is_a_problem_and_the_rest_still_holds() {
    let (set, root, problems) = compile(
        r##"{"type":"object","properties":{"a":{"$ref":"#/nowhere"},"b":{"pattern":"("},"c":{"minLength":-1,"type":"string"},
        "d":{"$ref":"http://example.com/x"},"e":{"type":"strin"},"f":{"minimum":"3"}},"required":"a"}"##,
        Dialect::Oas30,
    );
    let mut codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    codes.sort_unstable();
    assert_eq!(
        codes,
        [
            "invalid_keyword",
            "invalid_keyword",
            "invalid_keyword",
            "invalid_keyword",
            "invalid_pattern",
            "unresolved_ref",
            "unresolved_ref"
        ]
    );
    let outcome = set.validate(root, value(r#"{"a":1,"b":"(","c":2}"#).root(), &Options::default());
    assert_eq!(lines(&outcome), ["/c type"]);
}

#[test]
fn shapes_are_known_through_references_and_combinations() {
    let (set, root, _) = compile(
        r##"{"allOf":[{"$ref":"#/d/A"},{"anyOf":[{"type":"integer"},{"type":"array","items":{"type":"boolean"}}]}],
        "d":{"A":{"type":["integer","array","string"]}}}"##,
        Dialect::Draft202012,
    );
    assert_eq!(set.accepted_types(root), TypeSet::INTEGER.union(TypeSet::ARRAY));
    let item = set.item_schema(root, 0).expect("items");
    assert_eq!(set.accepted_types(item), TypeSet::BOOLEAN);
}

#[test]
fn members_that_belong_the_other_way_are_noted_and_no_fault() {
    let schema = r##"{"properties":{"id":{"$ref":"#/d/Id"},"secret":{"type":"string","writeOnly":true},
        "sub":{"oneOf":[{"type":"object","required":["z"],"properties":{"x":{"readOnly":true}}},{"type":"object"}]}},
        "d":{"Id":{"type":"integer","readOnly":true}}}"##;
    let notes = |instance: &str, direction| {
        let options = Options { direction, ..Options::default() };
        let (set, root, _) = compile(schema, Dialect::Oas30);
        let instance = value(instance);
        let outcome = set.validate(root, instance.root(), &options);
        assert!(outcome.is_valid() && set.is_valid(root, instance.root(), &options));
        assert_eq!(outcome.notes.is_empty(), set.is_clean(root, instance.root(), &options));
        outcome.notes.iter().map(|note| format!("{} {}", note.pointer, note.code)).collect::<Vec<_>>()
    };
    assert_eq!(notes(r#"{"id":1,"secret":"s"}"#, Direction::Request), ["/id readOnly"]);
    assert_eq!(notes(r#"{"id":1,"secret":"s"}"#, Direction::Response), ["/secret writeOnly"]);
    assert_eq!(notes(r#"{"secret":"s","sub":{"x":1}}"#, Direction::Request), [""; 0]);
}

#[test]
fn a_discriminator_finds_the_schemas_that_build_on_its_own() {
    let pets = |version: &str, discriminator: &str| {
        let text = format!(
            r##"{{{version}"Pet":{{"type":"object","required":["kind"],"discriminator":{discriminator},
              "properties":{{"kind":{{"type":"string"}}}}}},
            "Cat":{{"allOf":[{{"$ref":"{at}Pet"}},{{"properties":{{"lives":{{"type":"integer"}},"friend":{{"$ref":"{at}Pet"}}}}}}]}},
            "Lion":{{"allOf":[{{"$ref":"{at}Cat"}},{{"required":["mane"]}}]}},
            "Stone":{{"type":"object"}}}}{end}"##,
            at = if version.contains("components") { "#/components/schemas/" } else { "#/definitions/" },
            end = if version.contains("components") { "}}" } else { "}" },
        );
        palisade_document::read("a", text.as_bytes(), &palisade_document::Limits::default()).document
    };
    let old = (pets(r#""definitions":{"#, r#""kind""#), Dialect::Oas2, "/definitions/Pet");
    let new = pets(r#""components":{"schemas":{"#, r##"{"propertyName":"kind","mapping":{"tom":"Cat"}}"##);
    for (document, dialect, pet) in [old, (new, Dialect::Oas30, "/components/schemas/Pet")] {
        let document = std::sync::Arc::new(document);
        let mut compiler = palisade_schema::Compiler::new(std::sync::Arc::clone(&document), dialect);
        let pet = compiler.add(document.root().at_pointer(pet).unwrap().id());
        let (set, problems) = compiler.finish();
        assert!(problems.is_empty(), "{problems:?}");
        let told = |instance| lines(&set.validate(pet, value(instance).root(), &Options::default()));
        assert_eq!(told(r#"{"kind":"Cat","lives":9}"#), [""; 0]);
        assert_eq!(told(r#"{"kind":"Pet","lives":"many"}"#), [""; 0]);
        assert_eq!(told(r#"{"kind":"Cat","lives":"many"}"#), ["/lives type"]);
        assert_eq!(told(r#"{"kind":"Cat","friend":{"kind":"Lion"}}"#), ["/friend/mane required"]);
        assert_eq!(told(r#"{"kind":"Lion"}"#), ["/mane required"]);
        assert_eq!(told(r#"{"kind":"Stone"}"#), ["/kind discriminator"]);
        assert_eq!(told("{}"), ["/kind required"]);
        let mapped = told(r#"{"kind":"tom","lives":"many"}"#);
        assert_eq!(mapped, [if dialect == Dialect::Oas2 { "/kind discriminator" } else { "/lives type" }]);
    }
}
