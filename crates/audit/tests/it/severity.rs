//! How bad a finding is depends on what the contract says around its place.

use super::audit;
use palisade_audit::AuditReport;

/// Severity and message of each finding of a rule.
fn told(report: &AuditReport, rule: &str) -> Vec<String> {
    let found = report.findings.iter().filter(|finding| finding.rule == rule);
    found.map(|finding| format!("{} {}", finding.severity, finding.message)).collect()
}

/// Severity and pointer of each finding of a rule.
fn places(report: &AuditReport, rule: &str) -> Vec<String> {
    let place = |finding: &palisade_finding::Finding| finding.pointer.clone().unwrap_or_default();
    let found = report.findings.iter().filter(|finding| finding.rule == rule);
    found.map(|finding| format!("{} {}", finding.severity, place(finding))).collect()
}

const HEAD: &str = "openapi: 3.0.3\ninfo: {title: Shop, version: '1'}\n";
const SCHEME: &str = "components: {securitySchemes: {key: {type: http, scheme: bearer}}}\n";

fn operations(list: &[(&str, &str)], more: &str) -> String {
    let mut text = format!("{HEAD}paths:\n");
    for (method, path) in list {
        text += &format!("  '{path}': {{{method}: {{responses: {{'204': {{description: Done}}}}}}}}\n");
    }
    text + more
}

#[test]
fn without_any_scheme_what_changes_nothing_is_medium() {
    let list = [("get", "/burgers"), ("post", "/burgers/search"), ("post", "/burgers"), ("delete", "/burgers/{id}")];
    let bare = audit(&operations(&list, ""));
    assert_eq!(
        places(&bare, "SAN001"),
        [
            "critical /paths/~1burgers/post",
            "critical /paths/~1burgers~1{id}/delete",
            "medium /paths/~1burgers/get",
            "medium /paths/~1burgers~1search/post",
        ]
    );
    assert_eq!(places(&bare, "PAL-SEC002"), ["high "]);
    // Beside a scheme that others require, a forgotten read is an open door.
    let beside = audit(&operations(&list, SCHEME));
    assert!(places(&beside, "SAN001").iter().all(|one| one.starts_with("critical ")));
}

#[test]
fn what_is_public_by_its_nature_is_medium_and_told_what_to_say() {
    let list = [("post", "/users/login"), ("get", "/"), ("get", "/users"), ("delete", "/sessions")];
    let report = audit(&operations(&list, SCHEME));
    let end = "has no security requirement, its own or the contract's";
    assert_eq!(
        told(&report, "SAN001"),
        [
            format!("critical \"GET /users\" {end}"),
            format!("critical \"DELETE /sessions\" {end}"),
            format!("medium \"POST /users/login\" {end}; if it is meant to be public, say `security: []`"),
            format!("medium \"GET /\" {end}; if it is meant to be public, say `security: []`"),
        ]
    );
}

#[test]
fn a_requirement_at_every_operation_leaves_an_advice() {
    let own = operations(&[("get", "/a")], SCHEME).replace("get: {", "get: {security: [{key: []}], ");
    let none = "info the contract has no security requirement of its own; every operation has one today";
    assert_eq!(told(&audit(&own), "SAN029"), [none]);
    let bare = audit(&operations(&[("get", "/a")], SCHEME));
    assert_eq!(told(&bare, "SAN029"), ["low the contract has no security requirement of its own"]);
}

#[test]
fn a_list_of_listed_words_in_a_parameter_is_medium() {
    let array = |items: &str| format!("{{type: array, items: {items}}}");
    let listed = array("{$ref: '#/components/schemas/Size'}");
    let parameter = |place: &str, schema: &str| format!("{{name: p, in: {place}, schema: {schema}}}");
    let text = |parameters: &str, body: &str| {
        format!(
            "{HEAD}paths:\n  /a:\n    post:\n      parameters: [{parameters}]\n      requestBody: {{content: {{application/json: {{schema: {body}}}}}}}\n      responses: {{'204': {{description: d}}}}\ncomponents: {{schemas: {{Size: {{type: string, enum: [s, m]}}}}}}\n"
        )
    };
    let severity = |text: String| places(&audit(&text), "TDT001");
    let place = "/paths/~1a/post/parameters/0/schema/type";
    assert_eq!(severity(text(&parameter("query", &listed), "{}")), [format!("medium {place}")]);
    assert_eq!(severity(text(&parameter("header", &array("{enum: [s]}")), "{}")), [format!("medium {place}")]);
    assert_eq!(severity(text(&parameter("query", &array("{type: string}")), "{}")), [format!("high {place}")]);
    let body = "/paths/~1a/post/requestBody/content/application~1json/schema/type";
    assert_eq!(severity(text("", &listed)), [format!("high {body}")]);
    let old = "swagger: '2.0'\ninfo: {title: Shop, version: '1'}\npaths:\n  /a:\n    get:\n      parameters: [{name: p, in: query, type: array, items: {type: string, enum: [s, m]}}]\n      responses: {'204': {description: d}}\n";
    assert_eq!(severity(old.to_owned()), ["medium /paths/~1a/get/parameters/0/type"]);
    assert_eq!(severity(old.replace("in: query", "in: formData")), ["high /paths/~1a/get/parameters/0/type"]);
}

#[test]
fn what_only_answers_carry_or_nobody_uses_is_low() {
    let text = r#"openapi: 3.0.3
info: {title: Shop, version: '1'}
paths:
  /a:
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Task'}}}}
      responses: {'204': {description: d}}
  /b:
    put:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Task'}}}}
      responses: {'204': {description: d}}
components:
  schemas:
    Task:
      type: object
      properties:
        followers: {type: array, readOnly: true, items: {type: boolean}}
        tags: {type: array, items: {type: boolean}}
    Unused: {type: array, items: {type: boolean}}
  requestBodies:
    Unused: {content: {application/json: {schema: {type: array, items: {type: boolean}}}}}
  parameters:
    Unused: {name: p, in: query, schema: {type: array, items: {type: boolean}}}
  responses:
    Unused: {description: d, content: {application/json: {schema: {type: array, items: {type: boolean}}}}}
"#;
    let report = audit(text);
    let mut told: Vec<String> = report
        .findings
        .iter()
        .filter(|finding| finding.rule == "TDT001")
        .map(|one| format!("{} {} {:?}", one.severity, one.pointer.as_deref().unwrap(), one.evidence))
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            r#"high /components/schemas/Task/properties/tags/type Some("used in requests of 2 operations")"#,
            "low /components/parameters/Unused/schema/type None",
            "low /components/requestBodies/Unused/content/application~1json/schema/type None",
            "low /components/responses/Unused/content/application~1json/schema/type None",
            "low /components/schemas/Task/properties/followers/type None",
            "low /components/schemas/Unused/type None",
        ]
    );
}

#[test]
fn a_token_that_was_over_within_a_day_is_low() {
    // {"alg":"HS256","typ":"JWT"}, then sixty seconds, a week, and no end.
    let head = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
    let minute = format!("{head}.{}.bX7pQ2sLw9KdT4vRmN8yZc", "eyJleHAiOjE2NzAxNjA2MTcsImlhdCI6MTY3MDE2MDU1N30");
    let week = format!("{head}.{}.bX7pQ2sLw9KdT4vRmN8yZc", "eyJleHAiOjE2NzA3NjUzNTcsImlhdCI6MTY3MDE2MDU1N30");
    let ever = format!("{head}.{}.bX7pQ2sLw9KdT4vRmN8yZc", "eyJpYXQiOjE2NzAxNjA1NTcsInN1YiI6IkFubiJ9");
    let text = |about: &str| {
        operations(&[("get", "/a")], SCHEME).replace("info: {", &format!("info: {{description: \"{about}\", "))
    };
    let what = "the contract holds what looks like a JSON web token";
    for (about, expected) in [
        (minute.clone(), format!("low {what} that was valid for no more than a day")),
        (week, format!("high {what}")),
        (ever, format!("high {what}")),
        (
            format!("{minute} and AKIAQ7F2MZX4TRWB6JKD"),
            "high the contract holds what looks like an AWS access key".into(),
        ),
    ] {
        assert_eq!(told(&audit(&text(&about)), "PAL-SEC012"), [expected], "{about}");
    }
}

#[test]
fn success_described_by_default_alone_is_low() {
    let answers = |list: &str| operations(&[("get", "/a")], "").replace("'204': {description: Done}", list);
    let told = |list: &str| told(&audit(&answers(list)), "PAL-RSP004");
    assert_eq!(
        told("default: {description: Done}, x-more: 1"),
        ["low \"GET /a\" describes its answer of success only as default"]
    );
    assert_eq!(
        told("default: {description: Any}, '404': {description: None}"),
        ["medium \"GET /a\" describes no answer of success"]
    );
}

#[test]
fn headers_are_called_headers() {
    let header = "'200': {description: d, headers: {X-Rate-Limit: {schema: {type: integer}}}}";
    let text = operations(&[("get", "/a")], "").replace("'204': {description: Done}", header);
    let expected = "low header \"X-Rate-Limit\" is a number without format";
    assert_eq!(told(&audit(&text), "TDT003"), [expected]);
    let old = text.replace("openapi: 3.0.3", "swagger: '2.0'").replace("{schema: {type: integer}}", "{type: integer}");
    assert_eq!(told(&audit(&old), "TDT003"), [expected]);
    // A member of that name is none.
    let member = operations(
        &[("get", "/a")],
        "components: {schemas: {A: {type: object, properties: {headers: {type: object, additionalProperties: {type: integer}}}}}}\n",
    );
    assert_eq!(told(&audit(&member), "TDT003"), ["low the schema is a number without format"]);
}
