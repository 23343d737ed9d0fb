//! Pairs of contracts and what the breaking-change checkers in use say of them: the kind of change and its weight.

use crate::support::{changes, document, operation, request, response};
use palisade_diff::Level;

fn judged(old: &str, new: &str) -> Vec<(&'static str, &'static str)> {
    changes(old, new).iter().map(|change| (change.id, change.level.as_str())).collect()
}

fn parameter(text: &str) -> String {
    operation(&format!("parameters: [{text}]"))
}

#[test]
fn what_breaks_clients_is_told_from_what_does_not() {
    let item = |more: &str| format!("{{type: object, properties: {{a: {{type: string{more}}}}}}}");
    let cases: Vec<(String, String, &str, &str)> = vec![
        // Requests that allow less break; responses that allow less do not.
        (
            parameter("{name: q, in: query}"),
            parameter("{name: q, in: query, required: true}"),
            "query-parameter-became-required",
            "breaking",
        ),
        (
            operation(""),
            parameter("{name: q, in: query, required: true}"),
            "query-parameter-added-required",
            "breaking",
        ),
        (operation(""), parameter("{name: q, in: query}"), "query-parameter-added", "compatible"),
        (parameter("{name: q, in: query}"), operation(""), "query-parameter-removed", "risky"),
        (
            parameter("{name: q, in: query, schema: {type: string, maxLength: 9}}"),
            parameter("{name: q, in: query, schema: {type: string, maxLength: 5}}"),
            "query-parameter-max-length-decreased",
            "breaking",
        ),
        (
            parameter("{name: q, in: query, schema: {enum: [a, b]}}"),
            parameter("{name: q, in: query, schema: {enum: [a]}}"),
            "query-parameter-enum-value-removed",
            "breaking",
        ),
        (
            parameter("{name: q, in: query, schema: {type: string}}"),
            parameter("{name: q, in: query, schema: {type: string, pattern: '^a$'}}"),
            "query-parameter-pattern-added",
            "breaking",
        ),
        (
            parameter("{name: q, in: query, schema: {default: a}}"),
            parameter("{name: q, in: query, schema: {default: b}}"),
            "query-parameter-default-changed",
            "risky",
        ),
        (
            request("{type: object}"),
            request("{type: object, properties: {a: {}}, required: [a]}"),
            "request-property-added-required",
            "breaking",
        ),
        (
            request("{type: object}"),
            request("{type: object, properties: {a: {}}}"),
            "request-property-added",
            "compatible",
        ),
        (request(&item("")), request("{type: object}"), "request-property-removed", "risky"),
        (request(&item("")), request(&item(", maxLength: 3")), "request-property-max-length-added", "breaking"),
        (
            request(&item(", nullable: true, type: [string, 'null']").replace("type: string, ", "")),
            request(&item("")),
            "request-property-became-not-nullable",
            "breaking",
        ),
        (request("{type: integer}"), request("{type: number}"), "request-body-type-widened", "compatible"),
        (request("{type: number}"), request("{type: integer}"), "request-body-type-narrowed", "breaking"),
        (
            request("{type: string, enum: [a]}"),
            request("{type: string, enum: [a, b]}"),
            "request-body-enum-value-added",
            "compatible",
        ),
        (
            response("{type: string, enum: [a]}"),
            response("{type: string, enum: [a, b]}"),
            "response-body-enum-value-added",
            "breaking",
        ),
        (
            response("{type: string, enum: [a, b]}"),
            response("{type: string, enum: [a]}"),
            "response-body-enum-value-removed",
            "compatible",
        ),
        (response(&item("")), response("{type: object}"), "response-property-removed", "risky"),
        (
            response("{type: object, properties: {a: {}}, required: [a]}"),
            response("{type: object}"),
            "response-property-removed-required",
            "breaking",
        ),
        (
            response("{type: object, properties: {a: {}}, required: [a]}"),
            response("{type: object, properties: {a: {}}}"),
            "response-property-became-optional",
            "breaking",
        ),
        (response("{type: object}"), response(&item("")), "response-property-added", "compatible"),
        (response("{type: string}"), response("{type: [string, 'null']}"), "response-body-became-nullable", "breaking"),
        (response("{type: integer}"), response("{type: number}"), "response-body-type-widened", "breaking"),
        (
            response("{type: string}"),
            response("{type: string, maxLength: 5}"),
            "response-body-max-length-added",
            "compatible",
        ),
        (
            response("{oneOf: [{type: string}, {type: array}]}"),
            response("{oneOf: [{type: string}, {type: array}, {type: object}]}"),
            "response-body-one-of-branch-added",
            "breaking",
        ),
        // Operations.
        (
            document("paths: {/x: {get: {}}}"),
            document("paths: {}"),
            "operation-removed-without-deprecation",
            "breaking",
        ),
        (
            document("paths: {/x: {get: {deprecated: true}}}"),
            document("paths: {}"),
            "operation-removed-with-deprecation",
            "risky",
        ),
        (
            document("paths: {/x: {get: {deprecated: true, x-sunset: '2099-01-01'}}}"),
            document("paths: {}"),
            "operation-removed-before-sunset",
            "breaking",
        ),
        (
            document("paths: {/x: {get: {deprecated: true, x-sunset: '2020-01-01'}}}"),
            document("paths: {}"),
            "operation-removed-after-sunset",
            "compatible",
        ),
        (document("paths: {}"), document("paths: {/x: {get: {}}}"), "operation-added", "compatible"),
        // Bodies, statuses, headers, security.
        (
            operation("requestBody: {content: {a/a: {}, b/b: {}}}"),
            operation("requestBody: {content: {a/a: {}}}"),
            "request-media-type-removed",
            "breaking",
        ),
        (
            operation("responses: {'200': {content: {a/a: {}, b/b: {}}}}"),
            operation("responses: {'200': {content: {a/a: {}}}}"),
            "response-media-type-removed",
            "breaking",
        ),
        (
            operation("responses: {'200': {}, '201': {}}"),
            operation("responses: {'200': {}}"),
            "response-success-status-removed",
            "breaking",
        ),
        (
            operation("responses: {'200': {}, '404': {}}"),
            operation("responses: {'200': {}}"),
            "response-error-status-removed",
            "compatible",
        ),
        (
            operation("responses: {'200': {headers: {A: {required: true}}}}"),
            operation("responses: {'200': {}}"),
            "response-header-removed-required",
            "breaking",
        ),
        (
            operation("security: [{a: []}]"),
            operation("security: [{a: []}, {b: []}]"),
            "security-requirement-added",
            "compatible",
        ),
        (
            operation("security: [{a: []}, {b: []}]"),
            operation("security: [{a: []}]"),
            "security-requirement-removed",
            "breaking",
        ),
        (operation("security: [{a: [r]}]"), operation("security: [{a: [r, w]}]"), "security-scope-added", "breaking"),
        (operation(""), operation("security: [{a: []}]"), "security-became-required", "breaking"),
    ];
    for (old, new, id, level) in cases {
        assert_eq!(judged(&old, &new), [(id, level)], "{old}\n{new}");
    }
}

#[test]
fn equal_changes_of_one_component_are_one() {
    let with = |length: u32| {
        let use_it = "{parameters: [{$ref: '#/components/parameters/Page'}]}";
        document(&format!(
            "components: {{parameters: {{Page: {{name: page, in: query, schema: {{type: string, maxLength: {length}}}}}}}}}, \
             paths: {{/a: {{get: {use_it}}}, /b: {{get: {use_it}, post: {use_it}}}}}"
        ))
    };
    let found = changes(&with(9), &with(5));
    let [change] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!((change.operations.len(), change.count, change.level), (3, 3, Level::Breaking));
    let finding = change.to_finding();
    assert!(finding.message.ends_with(", and in 2 more operations"), "{}", finding.message);
}
