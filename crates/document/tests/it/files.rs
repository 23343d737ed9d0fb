//! Documents of several files.

use palisade_document::{Document, Limits, Problem, Refusal, RefusalKind, read, refs};
use std::collections::BTreeMap;

/// Reads a document as a driver does, from files in memory; what is not among them is refused.
fn document(main: &str, files: &[(&str, &str)]) -> (Document, Vec<Problem>) {
    let files: BTreeMap<&str, &str> = files.iter().copied().collect();
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder);
    let at = |address: &str| if folder.is_empty() { address.to_owned() } else { format!("{folder}/{address}") };
    let reading = read(main, files[main].as_bytes(), &Limits::default());
    let (mut document, mut problems) = (reading.document, reading.problems);
    let mut seen = 0;
    loop {
        let missing = document.missing(seen);
        if missing.is_empty() {
            return (document, problems);
        }
        seen = document.len();
        for one in missing {
            match files.get(at(&one.address).as_str()).or_else(|| files.get(one.address.as_str())) {
                Some(text) => {
                    problems.extend(document.extend(&one.address, text.as_bytes(), &Limits::default()).problems)
                }
                None => {
                    let reason = "there is no such file".to_owned();
                    document.refuse(&one.address, Refusal { kind: RefusalKind::Unavailable, reason });
                }
            }
        }
    }
}

fn lines(problems: &[Problem]) -> String {
    let line = |problem: &Problem| {
        format!(
            "{}:{}:{} {} {} {}\n",
            problem.file.as_deref().unwrap_or("main"),
            problem.position.line,
            problem.position.column,
            problem.pointer.as_deref().unwrap_or("-"),
            problem.code,
            problem.message
        )
    };
    problems.iter().map(line).collect()
}

const API: &str = "openapi: 3.0.3
paths:
  /pets:
    $ref: './paths/pets.json'
components:
  schemas:
    Tag:
      type: string
";
const PETS: &str = "{\"get\": {\"responses\": {\"200\": {\"content\": {\"application/json\": {\n  \"schema\": {\"$ref\": \"../schemas/pet%20one.yaml#/definitions/a~1b\"}}}}}}}";
const PET: &str = "# a é comment
definitions:
  a/b:
    type: object
    properties:
      tag: {$ref: '../api.yaml#/components/schemas/Tag'}
      own: {$ref: '#/definitions/a~1b'}
      gone: {$ref: '#/definitions/c'}
";

#[test]
fn references_lead_from_file_to_file_and_back() {
    let files = [("specs/api.yaml", API), ("specs/paths/pets.json", PETS), ("specs/schemas/pet one.yaml", PET)];
    let (document, problems) = document("specs/api.yaml", &files);
    assert_eq!(lines(&problems), "");
    let names: Vec<_> = document.files().map(|file| (file.name(), file.address())).collect();
    assert_eq!(
        names,
        [
            ("specs/api.yaml", "api.yaml"),
            ("specs/paths/pets.json", "paths/pets.json"),
            ("specs/schemas/pet one.yaml", "schemas/pet one.yaml")
        ]
    );
    assert_eq!(document.source(), API);
    let texts: Vec<_> = document.files().map(|file| file.source()).collect();
    assert_eq!(texts, [API, PETS, PET]);

    let item = refs::follow(document.root().at_pointer("/paths/~1pets").unwrap()).unwrap();
    let schema = item.at_pointer("/get/responses/200/content/application~1json/schema").unwrap();
    assert_eq!(
        (schema.pointer().as_str(), schema.file().name()),
        ("/get/responses/200/content/application~1json/schema", "specs/paths/pets.json")
    );
    assert_eq!((schema.position().line, schema.position().column), (2, 13));
    let pet = refs::follow(schema).unwrap();
    assert_eq!((pet.pointer().as_str(), pet.file().name()), ("/definitions/a~1b", "specs/schemas/pet one.yaml"));
    assert_eq!((pet.position().line, pet.position().column), (4, 5));
    let tag = refs::follow(pet.at_pointer("/properties/tag").unwrap()).unwrap();
    assert_eq!((tag.pointer().as_str(), tag.file().is_main()), ("/components/schemas/Tag", true));
    assert_eq!(refs::follow(pet.at_pointer("/properties/own").unwrap()).unwrap().id(), pet.id());

    assert_eq!(
        lines(&refs::survey(&document)),
        "specs/schemas/pet one.yaml:8:20 /definitions/a~1b/properties/gone/$ref unresolved-reference \
         unresolved reference: \"#/definitions/c\"\n"
    );
}

#[test]
fn what_is_wrong_in_a_file_is_told_with_its_name_and_place() {
    let api = "a: {$ref: 'b.yaml#/x'}\nb: {$ref: 'gone.yaml'}\nc: {$ref: ../up.yaml}\nd: {$ref: 'b.yaml#/none'}\n";
    let b = "x: 1\nx: 2\ny: [1,\n";
    let (document, mut problems) = document("api.yaml", &[("api.yaml", api), ("b.yaml", b)]);
    problems.extend(refs::survey(&document));
    insta::assert_snapshot!(lines(&problems));
    // The end of one file is not the start of the next.
    let end = document.files().next().unwrap().span().end;
    assert!(document.file_at(end).is_main());
    assert_eq!(document.file_at(end + 1).name(), "b.yaml");
    assert_eq!(document.position(end + 1).line, 1);
}

#[test]
fn references_in_circles_over_files_are_told_once_with_their_chain() {
    let a = "a: {$ref: 'b.yaml#/b'}\n";
    let b = "b: {$ref: 'c.yaml'}\n";
    let c = "{\"$ref\": \"a.yaml#/a\"}";
    let (document, _) = document("a.yaml", &[("a.yaml", a), ("b.yaml", b), ("c.yaml", c)]);
    insta::assert_snapshot!(lines(&refs::survey(&document)));
    assert!(refs::follow(document.root().get("a").unwrap()).is_err());
}

#[test]
fn a_file_is_found_by_the_name_it_gives_itself() {
    let api = "openapi: 3.2.0\n$self: https://example.com/api/openapi.yaml\na: {$ref: shared/pet}\nb: {$ref: 'https://example.com/api/openapi.yaml#/x'}\nc: {$ref: 'pet.yaml#Anchor'}\nx: {}\n";
    let pet = "$self: https://example.com/api/shared/pet\ny:\n  $anchor: Anchor\n";
    let (document, _) = document("api.yaml", &[("api.yaml", api), ("pet.yaml", pet)]);
    assert_eq!(lines(&refs::survey(&document)), "");
    let to = |key: &str| {
        let node = refs::follow(document.root().get(key).unwrap()).unwrap();
        format!("{}#{}", node.file().address(), node.pointer())
    };
    assert_eq!([to("a"), to("b"), to("c")], ["pet.yaml#", "api.yaml#/x", "pet.yaml#/y"]);
}

#[test]
fn a_document_without_files_names_none() {
    for text in [
        "a: {$ref: '#/b'}\nb: '$ref'\n",
        "{\"a\":{\"$ref\" : \"#/b\"},\"b\":1}",
        "a:\n  $ref:\n    \"#/b\"\nb: 1\n",
        "a: {$ref: 'http://host.example/x'}\n",
    ] {
        let reading = read("a", text.as_bytes(), &Limits::default());
        let missing: Vec<_> = reading.document.missing(0).into_iter().map(|one| one.address).collect();
        let expected: &[&str] = if text.contains("http") { &["http://host.example/x"] } else { &[] };
        assert_eq!(missing, expected, "{text}");
    }
    let escaped = read("a.json", br#"{"a":{"\u0024ref":"x.json"}}"#, &Limits::default());
    assert_eq!(escaped.document.missing(0)[0].address, "x.json");
}

#[test]
fn limits_count_all_files_together() {
    let limits = Limits { bytes: 60, nodes: 8, ..Limits::default() };
    let mut document = read("a.yaml", b"a: {$ref: b.yaml}\n", &limits).document;
    let extension = document.extend("b.yaml", b"[1, 2, 3, 4, 5, 6, 7]\n", &limits);
    insta::assert_snapshot!(lines(&extension.problems));
    assert!(extension.fatal);
    let extension = document.extend("c.yaml", &[b' '; 100], &limits);
    assert!(extension.fatal);
    assert!(document.files().all(|file| file.span().end <= 60));
}
