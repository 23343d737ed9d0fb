//! Selecting by path.

use palisade_document::path::Path;
use palisade_document::{Limits, read};
use palisade_limits::Steps;
use proptest::prelude::*;

const CONTRACT: &str = r#"
openapi: 3.0.3
paths:
  /pets:
    parameters: [{name: trace, in: header}]
    get:
      deprecated: true
      tags: [a, b, c, d]
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 10}}
        - {$ref: '#/components/parameters/Page'}
      responses: {'200': {description: ok}, '404': {description: gone}}
    post: {deprecated: false, x-owner: null, responses: {'201': {description: made}}}
  /pets/{id}:
    get: {responses: {'200': {description: ok}}}
components:
  parameters:
    Page: {name: page, in: query}
"#;

fn select(path: &str) -> Vec<String> {
    let document = read("a.yaml", CONTRACT.as_bytes(), &Limits::default()).document;
    let path = Path::parse(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let (found, exhausted) = path.select(document.root(), &mut Steps::new(100_000));
    assert_eq!(exhausted, None);
    found.iter().map(|one| format!("{}{}", one.node.pointer(), if one.key { "~" } else { "" })).collect()
}

#[test]
fn steps_by_name_place_and_slice() {
    assert_eq!(select("$"), [""]);
    assert_eq!(select("$.openapi"), ["/openapi"]);
    assert_eq!(select("$['paths']['/pets'].get.tags[-1]"), ["/paths/~1pets/get/tags/3"]);
    assert_eq!(select("$.paths['/pets'].get.tags[1:3]"), ["/paths/~1pets/get/tags/1", "/paths/~1pets/get/tags/2"]);
    assert_eq!(select("$.paths['/pets'].get.tags[::-2]"), ["/paths/~1pets/get/tags/3", "/paths/~1pets/get/tags/1"]);
    assert_eq!(select("$.paths['/pets'].get.tags[0,2]"), ["/paths/~1pets/get/tags/0", "/paths/~1pets/get/tags/2"]);
    assert_eq!(select("$.paths['/pets'].get.tags[9]"), Vec::<String>::new());
    assert_eq!(
        select("$.paths[*]['get','post'].deprecated"),
        ["/paths/~1pets/get/deprecated", "/paths/~1pets/post/deprecated"]
    );
    assert_eq!(select("$.paths.*~"), ["/paths/~1pets~", "/paths/~1pets~1{id}~"]);
}

#[test]
fn anywhere_below_and_through_references() {
    assert_eq!(select("$..deprecated"), ["/paths/~1pets/get/deprecated", "/paths/~1pets/post/deprecated"]);
    assert_eq!(select("$..[?(@.in == 'query')].name").len(), 2, "each once, though one is referred to");
    let through = select("$.paths[*].get.parameters[*].name");
    assert_eq!(through, ["/paths/~1pets/get/parameters/0/name", "/components/parameters/Page/name"]);
}

#[test]
fn filters_compare_and_match() {
    let methods = "$.paths[*][?(@property === 'get' || @property === 'post')]";
    assert_eq!(select(methods).len(), 3);
    assert_eq!(select("$.paths[*][?(@property.match(/^p/i))]"), ["/paths/~1pets/parameters", "/paths/~1pets/post"]);
    assert_eq!(select("$.paths[?(@property =~ /\\{id\\}$/)]"), ["/paths/~1pets~1{id}"]);
    assert_eq!(select("$.paths[*][?(@.deprecated)]"), ["/paths/~1pets/get"]);
    assert_eq!(select("$.paths[*][?(@.deprecated == false)]"), ["/paths/~1pets/post"]);
    assert_eq!(select("$.paths[*][?(@.x-owner == null)]"), ["/paths/~1pets/post"]);
    assert_eq!(select("$.paths[*].get[?(@.length > 3)]"), ["/paths/~1pets/get/tags"]);
    assert_eq!(
        select("$..parameters[?(@.schema.maximum >= 10 && !(@.in != 'query'))].name"),
        ["/paths/~1pets/get/parameters/0/name"]
    );
    assert_eq!(select("$..responses[?(@property < '300')]").len(), 3);
    assert_eq!(select("$.paths[?match(@.get.deprecated, 'x')]"), Vec::<String>::new());
    assert_eq!(
        select("$.paths['/pets'].get.responses[?search(@.description, 'on')]"),
        ["/paths/~1pets/get/responses/404"]
    );
}

#[test]
fn what_is_no_path_is_told_with_its_column() {
    for (path, column, word) in [
        ("paths", 1, "begins with `$`"),
        ("$.", 3, "expected a name"),
        ("$.paths[", 9, "expected a name in quotes"),
        ("$['a", 3, "does not end"),
        ("$.a[(@.length-1)]", 5, "scripts"),
        ("$.a[?(@.b == )]", 14, "expected `@`"),
        ("$.a[?(@.b =~ /(/)]", 14, "not a valid pattern"),
        ("$.a[?(@.name.startsWith('x'))]", 14, "`startsWith` is not supported"),
        ("$.a[?(@parentProperty == 'x')]", 8, "not supported"),
        ("$.a^", 4, "step up"),
        ("$.a~.b", 5, "nothing may follow"),
        ("$.a[99999999999999999999]", 5, "no integer"),
    ] {
        let error = Path::parse(path).unwrap_err();
        assert!(error.column == column && error.message.contains(word), "{path}: {error}");
    }
    assert!(Path::parse(&format!("$[?{}@.a]", "!".repeat(100_000))).is_err());
    assert!(Path::parse(&format!("$[?{}@.a{}]", "(".repeat(1000), ")".repeat(1000))).is_err());
    assert!(Path::parse(&format!("$[?length({}", "length(".repeat(500))).is_err());
}

#[test]
fn work_ends_with_the_budget_and_nested_walks_stay_linear() {
    let deep = format!("{}1{}", "{\"a\":".repeat(400), "}".repeat(400));
    let document = read("a.json", deep.as_bytes(), &Limits::default()).document;
    let path = Path::parse("$..*..*..*..a").unwrap();
    let (found, exhausted) = path.select(document.root(), &mut Steps::new(20_000));
    assert_eq!((found.len(), exhausted), (397, None));
    let (_, exhausted) = path.select(document.root(), &mut Steps::new(100));
    assert!(exhausted.is_some());
}

proptest! {
    #[test]
    fn any_text_gives_a_path_or_an_error_inside_it(text in "[$.@a-c*\\[\\]?()'\"0-9:,~!=<>&|/ -]{0,40}") {
        let document = read("a.yaml", CONTRACT.as_bytes(), &Limits::default()).document;
        for text in [text.clone(), format!("${text}"), format!("$.paths[?({text})]")] {
            match Path::parse(&text) {
                Err(error) => prop_assert!(error.column >= 1 && error.column <= text.chars().count() + 1),
                Ok(path) => {
                    let (found, _) = path.select(document.root(), &mut Steps::new(10_000));
                    let mut ids: Vec<_> = found.iter().map(|one| one.node.id()).collect();
                    ids.sort_unstable();
                    ids.dedup();
                    prop_assert_eq!(ids.len(), found.len());
                }
            }
        }
    }

    #[test]
    fn the_pointer_of_a_node_as_a_path_leads_to_the_node(at in 0usize..60) {
        let document = read("a.yaml", CONTRACT.as_bytes(), &Limits::default()).document;
        let nodes: Vec<_> = document.nodes().collect();
        let node = nodes[at % nodes.len()];
        let mut path = "$".to_owned();
        let mut parts = Vec::new();
        let mut here = node;
        while let Some(parent) = here.parent() {
            parts.push(match here.key() {
                Some(key) => format!("['{key}']"),
                None => format!("[{}]", parent.items().position(|item| item.id() == here.id()).unwrap()),
            });
            here = parent;
        }
        path.extend(parts.into_iter().rev());
        let (found, _) = Path::parse(&path).unwrap().select(document.root(), &mut Steps::new(1000));
        prop_assert_eq!(found.len(), 1);
        prop_assert_eq!(found[0].node.id(), node.id());
    }
}
