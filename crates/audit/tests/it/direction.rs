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
            "low /components/schemas/Nobody/type -",
            "low /components/schemas/Once/type -",
            "low /components/schemas/Outer/properties/own/type used in responses of 2 operations",
            "medium /components/schemas/Both/type used in requests of 1 operation and in responses of 2",
        ]
    );
}

#[test]
fn the_api_sends_the_bodies_of_webhooks_and_takes_their_answers() {
    let report = audit(
        r##"openapi: 3.1.0
info: {title: t, version: '1'}
paths:
  /dates:
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Dates'}}}}
      responses: {'204': {description: d}}
    put:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Dates'}}}}
      responses: {'204': {description: d}}
webhooks:
  made:
    post:
      parameters: [{$ref: '#/components/parameters/Trace'}]
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                password: {type: string}
                dates: {$ref: '#/components/schemas/Dates'}
      responses:
        '200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Answer'}}}}
        '202': {description: No schema}
components:
  parameters:
    Trace: {name: trace, in: query, schema: {type: string}}
  schemas:
    Dates: {type: array, items: {type: boolean}}
    Answer: {type: string}
"##,
    );
    let of = |rule: &str| -> Vec<String> {
        let found = report.findings.iter().filter(|finding| finding.rule == rule);
        let mut told: Vec<String> = found
            .map(|one| {
                let evidence = one.evidence.as_deref().unwrap_or("-");
                format!("{} {} {evidence}", one.severity, one.pointer.as_deref().unwrap_or_default())
            })
            .collect();
        told.sort();
        told
    };
    let body = "/webhooks/made/post/requestBody/content/application~1json/schema/properties/password";
    assert_eq!(
        of("TDT001"),
        ["high /components/schemas/Dates/type used in requests of 2 operations and in responses of 1"]
    );
    assert_eq!(
        of("TDT008"),
        [
            "low /components/parameters/Trace/schema/type -".to_owned(),
            format!("low {body}/type -"),
            "medium /components/schemas/Answer/type -".to_owned(),
        ]
    );
    assert_eq!(of("PAL-SEC011"), [format!("high {body} -")]);
    assert_eq!(of("TDT011"), Vec::<String>::new(), "what a receiver answers is not the API's to describe");
}

#[test]
fn what_is_shared_by_an_operation_and_a_webhook_goes_both_ways() {
    let report = audit(
        r##"openapi: 3.1.0
info: {title: t, version: '1'}
paths:
  /a:
    post:
      parameters: [{$ref: '#/components/parameters/Trace'}]
      responses: {'200': {$ref: '#/components/responses/Done'}}
webhooks:
  made:
    post:
      parameters: [{$ref: '#/components/parameters/Trace'}]
      responses: {'200': {$ref: '#/components/responses/Done'}}
components:
  parameters:
    Trace: {name: trace, in: query, schema: {type: string}}
  responses:
    Done: {description: d, content: {application/json: {schema: {type: string}}}}
"##,
    );
    let found = report.findings.iter().filter(|finding| finding.rule == "TDT008");
    assert_eq!(found.map(|one| one.severity.to_string()).collect::<Vec<_>>(), ["medium", "medium"]);
}
