//! The table of roles by example: what each version knows, and what does not fit.

use palisade_contract::Version;
use palisade_contract::roles::{Role, Roles};
use palisade_document::{Document, Limits, read};

/// Reads documents into one; the first is the main one.
fn document(files: &[(&str, &str)]) -> Document {
    let (name, text) = files[0];
    let mut document = read(name, text.as_bytes(), &Limits::default()).document;
    for (address, text) in &files[1..] {
        document.extend(address, text.as_bytes(), &Limits::default());
    }
    document
}

fn misfits(document: &Document) -> String {
    let version = Version::declared(document.root()).unwrap();
    let roles = Roles::of(document, version);
    let line = |misfit: &palisade_contract::roles::Misfit| {
        let node = document.node_itself(misfit.node);
        let file = if node.file().is_main() { "" } else { node.file().name() };
        format!("{file}#{}: {}\n", node.pointer(), misfit.message(document, version))
    };
    roles.misfits().iter().map(line).collect()
}

/// A contract with everything that 3.2 brought.
const NEW: &str = r##"
openapi: VERSION
$self: https://shop.example/openapi.yaml
jsonSchemaDialect: https://spec.openapis.org/oas/3.2/dialect/2025-09-17
info: {title: Shop, version: "1", summary: All, license: {name: MIT, identifier: MIT}}
servers: [{url: "https://shop.example", name: production}]
tags: [{name: a, summary: A, parent: b, kind: nav}, {name: b}]
paths:
  /orders:
    query:
      parameters: [{name: all, in: querystring, content: {application/json: {schema: {type: object}}}}]
      responses:
        "200": {summary: Fine, description: Orders, content: {application/jsonl: {$ref: "#/components/mediaTypes/Lines"}}}
    additionalOperations:
      PURGE: {responses: {default: {description: Purged}}}
    get:
      parameters: [{name: c, in: cookie, style: cookie, schema: {type: string}}]
      responses: {"200": {description: Fine}}
components:
  mediaTypes:
    Lines: {itemSchema: {type: object}, prefixEncoding: [{contentType: a/b}], itemEncoding: {contentType: c/d}}
  securitySchemes:
    o:
      type: oauth2
      deprecated: true
      oauth2MetadataUrl: https://shop.example/m
      flows: {deviceAuthorization: {deviceAuthorizationUrl: "https://a.example", tokenUrl: "https://b.example", scopes: {}}}
  examples: {e: {dataValue: {a: 1}, serializedValue: "{}"}}
  schemas:
    P: {discriminator: {propertyName: k, defaultMapping: Q}, xml: {nodeType: element}}
    Q: {type: [string, "null"], const: a, exclusiveMinimum: 3, $comment: free, free: words}
"##;

#[test]
fn each_version_knows_its_own_members() {
    for (version, snapshot) in [("3.2.0", "v3_2"), ("3.1.1", "v3_1"), ("3.0.4", "v3_0")] {
        let text = NEW.replace("VERSION", version);
        insta::assert_snapshot!(snapshot, misfits(&document(&[("api.yaml", &text)])));
    }
}

#[test]
fn an_old_contract_is_judged_by_the_old_table() {
    let text = r##"
swagger: "2.0"
info: {title: Shop, version: "1"}
host: shop.example
schemes: [https, gopher]
servers: []
paths:
  /orders:
    trace: {}
    get:
      parameters:
        - {name: a, in: query, type: array}
        - {name: b, in: body}
        - {name: c, in: cookie, type: string}
        - {$ref: "#/parameters/d", description: ignored}
      responses: {"200": {description: Fine, schema: {type: file, nullable: true}}, default: {}}
parameters: {d: {name: d, in: header, type: integer, maximum: "3"}}
securityDefinitions:
  k: {type: apiKey}
  o: {type: oauth2, flow: accessCode, scopes: {a: 1}}
  h: {type: http, scheme: bearer}
definitions:
  A: {type: array, minItems: -1, required: true, properties: [], additionalProperties: true}
"##;
    insta::assert_snapshot!(misfits(&document(&[("api.yaml", text)])));
}

#[test]
fn roles_reach_over_files_and_circles() {
    let document = document(&[
        ("api.yaml", "openapi: 3.0.3\ninfo: {title: S, version: '1'}\npaths: {/a: {$ref: a.yaml}}\n"),
        (
            "a.yaml",
            "get: {responses: {'200': {description: ok, content: {a/b: {schema: {$ref: 'b.json#/definitions/x'}}}}}}\n",
        ),
        ("b.json", r##"{"definitions": {"x": {"properties": {"me": {"$ref": "#/definitions/x"}, "you": 3}}}}"##),
    ]);
    let roles = Roles::of(&document, Version::V3_0);
    let role = |file: usize, pointer: &str| {
        roles.role(document.files().nth(file).unwrap().root().at_pointer(pointer).unwrap().id())
    };
    assert_eq!(role(0, ""), Some(Role::Root));
    assert_eq!(role(0, "/paths/~1a"), Some(Role::PathItem));
    assert_eq!(role(1, ""), Some(Role::PathItem));
    assert_eq!(role(1, "/get/responses/200"), Some(Role::Response));
    assert_eq!(role(2, "/definitions/x"), Some(Role::Schema));
    assert_eq!(role(2, "/definitions"), None);
    assert_eq!(role(2, ""), None);
    assert_eq!(misfits(&document), "b.json#/definitions/x/properties/you: \"you\" must be a schema, this is number\n");
}
