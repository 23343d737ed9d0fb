use crate::support::{changes, document, ids, request};

#[test]
fn recursive_schemas_end_and_are_compared() {
    let with = |kind: &str| {
        document(&format!(
            "paths: {{/x: {{post: {{requestBody: {{content: {{application/json: {{schema: {{$ref: '#/components/schemas/A'}}}}}}}}}}}}}}, \
             components: {{schemas: {{A: {{type: object, properties: {{b: {{$ref: '#/components/schemas/B'}}, v: {{type: {kind}}}}}}}, \
             B: {{type: object, properties: {{a: {{$ref: '#/components/schemas/A'}}, all: {{allOf: [{{$ref: '#/components/schemas/A'}}, {{$ref: '#/components/schemas/B'}}]}}}}}}}}}}"
        ))
    };
    assert_eq!(ids(&with("string"), &with("string")), Vec::<&str>::new());
    assert_eq!(ids(&with("string"), &with("array")), ["request-property-type-changed"]);
    let own = "{$ref: '#/paths/~1x/post/requestBody/content/application~1json/schema'}";
    assert_eq!(ids(&request(own), &request(own)), Vec::<&str>::new());
}

#[test]
fn a_wide_graph_of_shared_schemas_takes_bounded_work() {
    // Each level refers to the next one twice: 2^40 paths lead to the last.
    let graph = |last: &str| {
        let level = |n: usize| {
            let next = format!("{{$ref: '#/components/schemas/L{}'}}", n + 1);
            format!("L{n}: {{type: object, properties: {{a: {next}, b: {next}}}}}")
        };
        let levels: Vec<String> = (0..40).map(level).chain([format!("L40: {last}")]).collect();
        document(&format!(
            "paths: {{/x: {{post: {{requestBody: {{content: {{application/json: {{schema: {{$ref: '#/components/schemas/L0'}}}}}}}}}}}}}}, \
             components: {{schemas: {{{}}}}}",
            levels.join(", ")
        ))
    };
    let found = changes(&graph("{type: string}"), &graph("{type: array}"));
    assert_eq!(found.iter().map(|change| change.id).collect::<Vec<_>>(), ["request-property-type-changed"]);
}

#[test]
fn text_of_contracts_is_inert_and_short_in_messages() {
    let old = request("{type: object}");
    let name = format!("\\u001b[31m{}", "x".repeat(500));
    let new =
        request(&format!("{{type: object, required: [\"{name}\"], properties: {{\"{name}\": {{type: string}}}}}}"));
    let found = changes(&old, &new);
    let message = &found.first().expect("a change").message;
    assert!(!message.contains('\u{1b}') && message.chars().count() < 200, "{message}");
}
