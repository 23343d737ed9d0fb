//! A component is judged once; its findings say who uses it.

use super::audit;

const CONTRACT: &str = "\
openapi: 3.0.3
info: {title: t, version: '1'}
paths:
  /a:
    get:
      responses: {'200': {$ref: '#/components/responses/Outer'}}
    post:
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Both'}
      responses: {'204': {description: d}}
  /b:
    get:
      responses: {'200': {$ref: '#/components/responses/Outer'}}
  /c:
    get:
      responses:
        '200':
          description: d
          content:
            application/json:
              schema: {type: object, properties: {one: {$ref: '#/components/schemas/Once'}}}
components:
  responses:
    Outer:
      description: d
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Outer'}
  schemas:
    Outer: {type: object, properties: {both: {$ref: '#/components/schemas/Both'}, own: {type: string}}}
    Both: {type: string}
    Once: {type: string}
    Nobody: {type: string}
";

#[test]
fn findings_in_components_say_by_how_many_operations_and_in_which_direction_they_are_used() {
    let report = audit(CONTRACT);
    let mut told: Vec<String> = report
        .findings
        .iter()
        .filter(|finding| finding.rule == "TDT008")
        .map(|finding| {
            let evidence = finding.evidence.as_deref().unwrap_or("-");
            format!("{} {} {evidence}", finding.severity, finding.pointer.as_deref().unwrap_or_default())
        })
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            "low /components/schemas/Once/type -",
            "low /components/schemas/Outer/properties/own/type used in responses of 2 operations",
            "medium /components/schemas/Both/type used in requests of 1 operation and in responses of 2",
            "medium /components/schemas/Nobody/type -",
        ]
    );
}
