use crate::support::{document, ids, operation};
use palisade_diff::{checks, markdown};
use std::collections::{BTreeMap, BTreeSet};

/// A contract with this schema at a place.
fn at(base: &str, schema: &str) -> String {
    let inside = format!("{{type: object, properties: {{p: {schema}}}}}");
    let body = |schema: &str| {
        format!("content: {{application/json: {{schema: {schema}}}, application/xml: {{schema: {schema}}}}}")
    };
    let parameter = |place: &str, schema: &str| {
        let path = if place == "path" { "'/x/{q}'" } else { "/x" };
        let list = format!("[{{name: q, in: {place}, required: {}, schema: {schema}}}]", place == "path");
        document(&format!("paths: {{{path}: {{post: {{parameters: {list}}}}}}}"))
    };
    let webhook = |members: &str| document(&format!("webhooks: {{event: {{post: {{{members}}}}}}}"));
    match base {
        "request-body" => operation(&format!("requestBody: {{{}}}", body(schema))),
        "request-property" => at("request-body", &inside),
        "path-parameter" => parameter("path", schema),
        "query-parameter" => parameter("query", schema),
        "header-parameter" => parameter("header", schema),
        "cookie-parameter" => parameter("cookie", schema),
        "parameter-property" => at("query-parameter", &inside),
        "response-body" => operation(&format!("responses: {{'200': {{{}}}}}", body(schema))),
        "response-property" => at("response-body", &inside),
        "response-header" => operation(&format!("responses: {{'200': {{headers: {{X-H: {{schema: {schema}}}}}}}}}")),
        "response-header-property" => at("response-header", &inside),
        "webhook-parameter" => webhook(&format!("parameters: [{{name: q, in: query, schema: {schema}}}]")),
        "webhook-parameter-property" => at("webhook-parameter", &inside),
        "webhook-request-body" => webhook(&format!("requestBody: {{{}}}", body(schema))),
        "webhook-request-property" => at("webhook-request-body", &inside),
        "webhook-response-body" => webhook(&format!("responses: {{'200': {{{}}}}}", body(schema))),
        "webhook-response-property" => at("webhook-response-body", &inside),
        other => panic!("{other}"),
    }
}

/// The places of values that go towards the API, and the place around those that lie inside.
const IN: [(&str, &str); 9] = [
    ("request-body", ""),
    ("request-property", "request-body"),
    ("path-parameter", ""),
    ("query-parameter", ""),
    ("header-parameter", ""),
    ("cookie-parameter", ""),
    ("parameter-property", "query-parameter"),
    ("webhook-response-body", ""),
    ("webhook-response-property", "webhook-response-body"),
];
const OUT: [(&str, &str); 8] = [
    ("response-body", ""),
    ("response-property", "response-body"),
    ("response-header", ""),
    ("response-header-property", "response-header"),
    ("webhook-parameter", ""),
    ("webhook-parameter-property", "webhook-parameter"),
    ("webhook-request-body", ""),
    ("webhook-request-property", "webhook-request-body"),
];

/// A change inside a schema, and two schemas that differ by it; those that are there and back again stand once.
const SCHEMAS: &[(&str, &str, &str, &str)] = &[
    ("type-narrowed", "type-widened", "{type: [array, object]}", "{type: array}"),
    ("type-changed", "", "{type: array}", "{type: object}"),
    ("became-nullable", "became-not-nullable", "{type: string}", "{type: [string, 'null']}"),
    ("became-impossible", "became-possible", "{type: string}", "false"),
    ("enum-added", "enum-removed", "{type: string}", "{type: string, enum: [a, b]}"),
    ("enum-value-added", "enum-value-removed", "{enum: [a]}", "{enum: [b, a]}"),
    (
        "extensible-enum-value-added",
        "extensible-enum-value-removed",
        "{type: string, x-extensible-enum: [a]}",
        "{type: string, x-extensible-enum: [a, b]}",
    ),
    ("minimum-added", "minimum-removed", "{type: number}", "{type: number, minimum: 0}"),
    ("minimum-increased", "minimum-decreased", "{type: number, minimum: 0}", "{type: number, minimum: 0.5}"),
    (
        "minimum-became-exclusive",
        "minimum-became-inclusive",
        "{type: number, minimum: 0}",
        "{type: number, exclusiveMinimum: 0}",
    ),
    ("maximum-added", "maximum-removed", "{type: number}", "{type: number, maximum: 0}"),
    ("maximum-increased", "maximum-decreased", "{type: number, maximum: 9}", "{type: number, maximum: 10}"),
    (
        "maximum-became-exclusive",
        "maximum-became-inclusive",
        "{type: number, maximum: 0}",
        "{type: number, exclusiveMaximum: 0}",
    ),
    ("multiple-of-added", "multiple-of-removed", "{type: number}", "{type: number, multipleOf: 0.1}"),
    ("multiple-of-narrowed", "multiple-of-widened", "{type: number, multipleOf: 5}", "{type: number, multipleOf: 10}"),
    ("multiple-of-changed", "", "{type: number, multipleOf: 5}", "{type: number, multipleOf: 3}"),
    ("min-length-added", "min-length-removed", "{type: string}", "{type: string, minLength: 1}"),
    ("min-length-increased", "min-length-decreased", "{type: string, minLength: 1}", "{type: string, minLength: 2}"),
    ("max-length-added", "max-length-removed", "{type: string}", "{type: string, maxLength: 1}"),
    ("max-length-increased", "max-length-decreased", "{type: string, maxLength: 1}", "{type: string, maxLength: 2}"),
    ("pattern-added", "pattern-removed", "{type: string}", "{type: string, pattern: '^a$'}"),
    ("pattern-narrowed", "pattern-widened", "{type: string, pattern: '^[ab]$'}", "{type: string, pattern: '^a$'}"),
    ("pattern-changed", "", "{type: string, pattern: '^a$'}", "{type: string, pattern: '^b$'}"),
    ("pattern-undecided", "", "{type: string, pattern: '^(?=a)'}", "{type: string, pattern: '^(?=b)'}"),
    ("format-added", "format-removed", "{type: string}", "{type: string, format: date}"),
    ("format-narrowed", "format-widened", "{type: integer, format: int64}", "{type: integer, format: int32}"),
    ("format-changed", "", "{type: string, format: date}", "{type: string, format: uuid}"),
    ("format-undecided", "", "{type: string, format: sku}", "{type: string, format: ean}"),
    ("content-encoding-changed", "", "{type: string}", "{type: string, contentEncoding: base64}"),
    ("content-media-type-changed", "", "{type: string}", "{type: string, contentMediaType: text/csv}"),
    ("min-items-added", "min-items-removed", "{type: array}", "{type: array, minItems: 1}"),
    ("min-items-increased", "min-items-decreased", "{type: array, minItems: 1}", "{type: array, minItems: 2}"),
    ("max-items-added", "max-items-removed", "{type: array}", "{type: array, maxItems: 1}"),
    ("max-items-increased", "max-items-decreased", "{type: array, maxItems: 1}", "{type: array, maxItems: 2}"),
    ("unique-items-added", "unique-items-removed", "{type: array}", "{type: array, uniqueItems: true}"),
    ("contains-added", "contains-removed", "{type: array}", "{type: array, contains: {type: string}}"),
    ("contains-changed", "", "{type: array, contains: {type: integer}}", "{type: array, contains: {type: string}}"),
    (
        "min-contains-increased",
        "min-contains-decreased",
        "{type: array, contains: {type: string}}",
        "{type: array, contains: {type: string}, minContains: 2}",
    ),
    (
        "max-contains-added",
        "max-contains-removed",
        "{type: array, contains: {type: string}}",
        "{type: array, contains: {type: string}, maxContains: 2}",
    ),
    (
        "max-contains-increased",
        "max-contains-decreased",
        "{type: array, contains: {type: string}, maxContains: 2}",
        "{type: array, contains: {type: string}, maxContains: 3}",
    ),
    ("min-properties-added", "min-properties-removed", "{type: object}", "{type: object, minProperties: 1}"),
    (
        "min-properties-increased",
        "min-properties-decreased",
        "{type: object, minProperties: 1}",
        "{type: object, minProperties: 2}",
    ),
    ("max-properties-added", "max-properties-removed", "{type: object}", "{type: object, maxProperties: 1}"),
    (
        "max-properties-increased",
        "max-properties-decreased",
        "{type: object, maxProperties: 1}",
        "{type: object, maxProperties: 2}",
    ),
    (
        "additional-properties-closed",
        "additional-properties-opened",
        "{type: object}",
        "{type: object, additionalProperties: false}",
    ),
    (
        "additional-properties-typed",
        "additional-properties-untyped",
        "{type: object, additionalProperties: true}",
        "{type: object, additionalProperties: {type: string}}",
    ),
    (
        "pattern-property-added",
        "pattern-property-removed",
        "{type: object}",
        "{type: object, patternProperties: {'^x-': {type: string}}}",
    ),
    (
        "dependent-required-added",
        "dependent-required-removed",
        "{type: object}",
        "{type: object, dependentRequired: {a: [b]}}",
    ),
    (
        "dependent-schema-added",
        "dependent-schema-removed",
        "{type: object}",
        "{type: object, dependentSchemas: {a: {minProperties: 2}}}",
    ),
    ("any-of-added", "any-of-removed", "{type: object}", "{type: object, anyOf: [{required: [a]}, {required: [b]}]}"),
    ("one-of-added", "one-of-removed", "{type: object}", "{type: object, oneOf: [{required: [a]}, {required: [b]}]}"),
    (
        "any-of-branch-added",
        "any-of-branch-removed",
        "{anyOf: [{type: array}, {type: object}]}",
        "{anyOf: [{type: array}, {type: object}, {type: string}]}",
    ),
    (
        "one-of-branch-added",
        "one-of-branch-removed",
        "{oneOf: [{type: array}, {type: object}]}",
        "{oneOf: [{type: array}, {type: object}, {type: string}]}",
    ),
    (
        "one-of-became-any-of",
        "any-of-became-one-of",
        "{oneOf: [{type: array}, {type: object}]}",
        "{anyOf: [{type: array}, {type: object}]}",
    ),
    ("became-choice", "choice-became-one", "{type: array}", "{oneOf: [{type: array}, {type: object}]}"),
    ("not-added", "not-removed", "{type: string}", "{type: string, not: {const: a}}"),
    ("not-changed", "", "{type: string, not: {const: b}}", "{type: string, not: {const: a}}"),
    (
        "condition-added",
        "condition-removed",
        "{type: object}",
        "{type: object, if: {required: [a]}, then: {required: [b]}}",
    ),
    (
        "condition-changed",
        "",
        "{type: object, if: {required: [a]}, then: {required: [c]}}",
        "{type: object, if: {required: [a]}, then: {required: [b]}}",
    ),
    (
        "discriminator-added",
        "discriminator-removed",
        "{oneOf: [{type: array}, {type: object}]}",
        "{oneOf: [{type: array}, {type: object}], discriminator: {propertyName: kind}}",
    ),
    (
        "discriminator-property-changed",
        "",
        "{oneOf: [{type: array}, {type: object}], discriminator: {propertyName: type}}",
        "{oneOf: [{type: array}, {type: object}], discriminator: {propertyName: kind}}",
    ),
    (
        "discriminator-mapping-added",
        "discriminator-mapping-removed",
        "{oneOf: [{type: array}, {type: object}], discriminator: {propertyName: kind}}",
        "{oneOf: [{type: array}, {type: object}], discriminator: {propertyName: kind, mapping: {a: A}}}",
    ),
    (
        "discriminator-mapping-changed",
        "",
        "{oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}], discriminator: {propertyName: kind, mapping: {a: A, b: B}}}",
        "{oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}], discriminator: {propertyName: kind, mapping: {a: B, b: A}}}",
    ),
    ("default-added", "default-removed", "{type: string}", "{type: string, default: a}"),
    ("default-changed", "", "{type: string, default: b}", "{type: string, default: a}"),
    ("became-deprecated", "became-not-deprecated", "{type: string}", "{type: string, deprecated: true}"),
    ("became-read-only", "became-not-read-only", "{type: string}", "{type: string, readOnly: true}"),
    ("became-write-only", "became-not-write-only", "{type: string}", "{type: string, writeOnly: true}"),
    ("xml-changed", "", "{type: string}", "{type: string, xml: {name: a}}"),
];

/// Changes of members that go towards the API.
const MEMBERS_IN: &[(&str, &str, &str)] = &[
    ("added", "{type: object}", "{type: object, properties: {p: {type: string}}}"),
    ("added-required", "{type: object}", "{type: object, properties: {p: {type: string}}, required: [p]}"),
    (
        "added-required-with-default",
        "{type: object}",
        "{type: object, properties: {p: {type: string, default: a}}, required: [p]}",
    ),
    ("removed", "{type: object, properties: {p: {type: string}}}", "{type: object}"),
    (
        "removed-from-closed-object",
        "{type: object, properties: {p: {type: string}}, additionalProperties: false}",
        "{type: object, additionalProperties: false}",
    ),
    (
        "became-required",
        "{type: object, properties: {p: {type: string}}}",
        "{type: object, properties: {p: {type: string}}, required: [p]}",
    ),
    (
        "became-required-with-default",
        "{type: object, properties: {p: {type: string, default: a}}}",
        "{type: object, properties: {p: {type: string, default: a}}, required: [p]}",
    ),
    (
        "became-optional",
        "{type: object, properties: {p: {type: string}}, required: [p]}",
        "{type: object, properties: {p: {type: string}}}",
    ),
];

/// Changes of members that come from the API.
const MEMBERS_OUT: &[(&str, &str, &str)] = &[
    ("added", "{type: object}", "{type: object, properties: {p: {type: string}}}"),
    (
        "added-to-closed-object",
        "{type: object, additionalProperties: false}",
        "{type: object, properties: {p: {type: string}}, additionalProperties: false}",
    ),
    ("removed", "{type: object, properties: {p: {type: string}}}", "{type: object}"),
    ("removed-required", "{type: object, properties: {p: {type: string}}, required: [p]}", "{type: object}"),
    (
        "became-required",
        "{type: object, properties: {p: {type: string}}}",
        "{type: object, properties: {p: {type: string}}, required: [p]}",
    ),
    (
        "became-optional",
        "{type: object, properties: {p: {type: string}}, required: [p]}",
        "{type: object, properties: {p: {type: string}}}",
    ),
];

/// Changes outside of schemas: id, the old and the new members of the operation.
const OPERATIONS: &[(&str, &str, &str)] = &[
    ("operation-deprecated", "", "deprecated: true, x-sunset: '2030-01-01'"),
    ("operation-deprecated-without-sunset", "", "deprecated: true"),
    ("operation-reactivated", "deprecated: true", ""),
    ("operation-sunset-added", "deprecated: true", "deprecated: true, x-sunset: '2030-01-01'"),
    ("operation-sunset-removed", "deprecated: true, x-sunset: '2030-01-01'", "deprecated: true"),
    (
        "operation-sunset-moved-earlier",
        "deprecated: true, x-sunset: '2030-01-01'",
        "deprecated: true, x-sunset: '2029-01-01T00:00:00Z'",
    ),
    (
        "operation-sunset-moved-later",
        "deprecated: true, x-sunset: '2030-01-01'",
        "deprecated: true, x-sunset: '2031-01-01'",
    ),
    ("operation-sunset-passed", "", "deprecated: true, x-sunset: '2026-05-31'"),
    ("operation-sunset-invalid", "", "deprecated: true, x-sunset: soon"),
    ("operation-stability-decreased", "", "x-stability-level: beta"),
    ("operation-stability-increased", "x-stability-level: alpha", "x-stability-level: beta"),
    ("operation-stability-invalid", "", "x-stability-level: rocky"),
    ("operation-id-added", "", "operationId: a"),
    ("operation-id-removed", "operationId: a", ""),
    ("operation-id-changed", "operationId: a", "operationId: b"),
    ("operation-tag-added", "tags: [a]", "tags: [a, b]"),
    ("operation-tag-removed", "tags: [a, b]", "tags: [b]"),
    ("request-body-added", "", "requestBody: {content: {application/json: {}}}"),
    ("request-body-added-required", "", "requestBody: {required: true, content: {application/json: {}}}"),
    ("request-body-removed", "requestBody: {content: {application/json: {}}}", ""),
    (
        "request-body-became-required",
        "requestBody: {content: {application/json: {}}}",
        "requestBody: {required: true, content: {application/json: {}}}",
    ),
    (
        "request-body-became-optional",
        "requestBody: {required: true, content: {application/json: {}}}",
        "requestBody: {content: {application/json: {}}}",
    ),
    (
        "request-media-type-added",
        "requestBody: {content: {application/json: {}}}",
        "requestBody: {content: {application/json: {}, text/csv: {}}}",
    ),
    (
        "request-media-type-removed",
        "requestBody: {content: {application/json: {}, text/csv: {}}}",
        "requestBody: {content: {application/json: {}}}",
    ),
    ("request-media-type-widened", "requestBody: {content: {text/csv: {}}}", "requestBody: {content: {text/*: {}}}"),
    (
        "request-media-type-narrowed",
        "requestBody: {content: {'*/*': {}}}",
        "requestBody: {content: {application/json: {}}}",
    ),
    (
        "request-encoding-content-type-changed",
        "requestBody: {content: {multipart/form-data: {}}}",
        "requestBody: {content: {multipart/form-data: {encoding: {a: {contentType: text/csv}}}}}",
    ),
    (
        "request-encoding-style-changed",
        "requestBody: {content: {multipart/form-data: {}}}",
        "requestBody: {content: {multipart/form-data: {encoding: {a: {style: pipeDelimited}}}}}",
    ),
    ("response-success-status-added", "responses: {'200': {}}", "responses: {'200': {}, '201': {}}"),
    ("response-success-status-removed", "responses: {'200': {}, '201': {}}", "responses: {'200': {}}"),
    ("response-redirect-status-added", "responses: {'200': {}}", "responses: {'200': {}, '302': {}}"),
    ("response-redirect-status-removed", "responses: {'200': {}, '302': {}}", "responses: {'200': {}}"),
    ("response-error-status-added", "responses: {'200': {}}", "responses: {'200': {}, '404': {}}"),
    ("response-error-status-removed", "responses: {'200': {}, '404': {}}", "responses: {'200': {}}"),
    ("response-default-added", "responses: {'200': {}}", "responses: {'200': {}, default: {}}"),
    ("response-default-removed", "responses: {'200': {}, default: {}}", "responses: {'200': {}}"),
    ("response-status-widened", "responses: {'404': {}}", "responses: {4XX: {}}"),
    ("response-status-narrowed", "responses: {4XX: {}}", "responses: {'404': {}}"),
    ("response-body-added", "responses: {'200': {}}", "responses: {'200': {content: {text/csv: {}}}}"),
    ("response-body-removed", "responses: {'200': {content: {text/csv: {}}}}", "responses: {'200': {}}"),
    (
        "response-media-type-added",
        "responses: {'200': {content: {text/csv: {}}}}",
        "responses: {'200': {content: {text/csv: {}, text/html: {}}}}",
    ),
    (
        "response-media-type-removed",
        "responses: {'200': {content: {text/csv: {}, text/html: {}}}}",
        "responses: {'200': {content: {text/csv: {}}}}",
    ),
    (
        "response-media-type-widened",
        "responses: {'200': {content: {text/csv: {}}}}",
        "responses: {'200': {content: {text/*: {}}}}",
    ),
    (
        "response-media-type-narrowed",
        "responses: {'200': {content: {text/*: {}}}}",
        "responses: {'200': {content: {text/csv: {}}}}",
    ),
    ("response-header-added", "responses: {'200': {}}", "responses: {'200': {headers: {A: {}}}}"),
    ("response-header-removed", "responses: {'200': {headers: {A: {}}}}", "responses: {'200': {}}"),
    (
        "response-header-removed-required",
        "responses: {'200': {headers: {A: {required: true}}}}",
        "responses: {'200': {}}",
    ),
    (
        "response-header-became-required",
        "responses: {'200': {headers: {A: {}}}}",
        "responses: {'200': {headers: {a: {required: true}}}}",
    ),
    (
        "response-header-became-optional",
        "responses: {'200': {headers: {A: {required: true}}}}",
        "responses: {'200': {headers: {A: {}}}}",
    ),
    ("response-link-added", "responses: {'200': {}}", "responses: {'200': {links: {a: {operationId: b}}}}"),
    ("response-link-removed", "responses: {'200': {links: {a: {operationId: b}}}}", "responses: {'200': {}}"),
    (
        "response-link-changed",
        "responses: {'200': {links: {a: {operationId: b}}}}",
        "responses: {'200': {links: {a: {operationId: c}}}}",
    ),
    ("security-became-required", "", "security: [{key: []}]"),
    ("security-became-optional", "security: [{key: []}]", "security: [{key: []}, {}]"),
    ("security-removed", "security: [{key: []}]", "security: []"),
    ("security-requirement-added", "security: [{key: []}]", "security: [{key: []}, {basic: []}]"),
    ("security-requirement-removed", "security: [{key: []}, {basic: []}]", "security: [{key: []}]"),
    ("security-requirement-extended", "security: [{key: []}]", "security: [{key: [], basic: []}]"),
    ("security-requirement-reduced", "security: [{key: [], basic: []}]", "security: [{key: []}]"),
    ("security-scope-added", "security: [{oauth: [a]}]", "security: [{oauth: [a, b]}]"),
    ("security-scope-removed", "security: [{oauth: [a, b]}]", "security: [{oauth: [a]}]"),
    ("operation-server-added", "", "servers: [{url: https://main.example}, {url: https://b.example}]"),
    ("operation-server-removed", "", "servers: [{url: https://b.example}]"),
    ("callback-added", "", "callbacks: {done: {'{$request.body#/url}': {post: {}}}}"),
    ("callback-removed", "callbacks: {done: {'{$request.body#/url}': {post: {}}}}", ""),
];

/// Changes of a parameter at any of the places: change, old list, new list. `@` stands for the place.
const PARAMETERS: &[(&str, &str, &str)] = &[
    ("added", "", "{name: q, in: @}"),
    ("added-required", "", "{name: q, in: @, required: true}"),
    ("added-required-with-default", "", "{name: q, in: @, required: true, schema: {default: a}}"),
    ("removed", "{name: q, in: @}", ""),
    ("removed-with-deprecation", "{name: q, in: @, deprecated: true}", ""),
    ("removed-before-sunset", "{name: q, in: @, deprecated: true, x-sunset: '2030-01-01'}", ""),
    ("became-required", "{name: q, in: @}", "{name: q, in: @, required: true}"),
    ("became-optional", "{name: q, in: @, required: true}", "{name: q, in: @}"),
    (
        "style-changed",
        "{name: q, in: @, schema: {type: array}}",
        "{name: q, in: @, schema: {type: array}, style: pipeDelimited}",
    ),
    (
        "explode-changed",
        "{name: q, in: @, schema: {type: array}, style: form, explode: true}",
        "{name: q, in: @, schema: {type: array}, style: form, explode: false}",
    ),
    ("content-changed", "{name: q, in: @, schema: {}}", "{name: q, in: @, content: {application/json: {}}}"),
    (
        "sunset-removed",
        "{name: q, in: @, deprecated: true, x-sunset: '2030-01-01'}",
        "{name: q, in: @, deprecated: true}",
    ),
    (
        "sunset-moved-earlier",
        "{name: q, in: @, deprecated: true, x-sunset: '2030-01-02'}",
        "{name: q, in: @, deprecated: true, x-sunset: '2030-01-01'}",
    ),
    (
        "sunset-moved-later",
        "{name: q, in: @, deprecated: true, x-sunset: '2030-01-01'}",
        "{name: q, in: @, deprecated: true, x-sunset: '2030-01-02'}",
    ),
];

/// Changes that only parameters of the query have.
const QUERY: &[(&str, &str, &str)] = &[
    ("allow-reserved-added", "{name: q, in: query}", "{name: q, in: query, allowReserved: true}"),
    ("allow-reserved-removed", "{name: q, in: query, allowReserved: true}", "{name: q, in: query}"),
    ("allow-empty-value-added", "{name: q, in: query}", "{name: q, in: query, allowEmptyValue: true}"),
    ("allow-empty-value-removed", "{name: q, in: query, allowEmptyValue: true}", "{name: q, in: query}"),
];

/// Changes of the calls that the API makes.
const WEBHOOKS: &[(&str, &str, &str)] = &[
    ("webhook-parameter-added", "", "parameters: [{name: q, in: query}]"),
    ("webhook-parameter-removed", "parameters: [{name: q, in: query}]", ""),
    ("webhook-parameter-removed-required", "parameters: [{name: q, in: query, required: true}]", ""),
    (
        "webhook-parameter-became-required",
        "parameters: [{name: q, in: query}]",
        "parameters: [{name: q, in: query, required: true}]",
    ),
    (
        "webhook-parameter-became-optional",
        "parameters: [{name: q, in: query, required: true}]",
        "parameters: [{name: q, in: query}]",
    ),
    (
        "webhook-parameter-style-changed",
        "parameters: [{name: q, in: query, schema: {type: array}}]",
        "parameters: [{name: q, in: query, schema: {type: array}, explode: false}]",
    ),
    ("webhook-request-body-added", "", "requestBody: {content: {text/csv: {}}}"),
    ("webhook-request-body-removed", "requestBody: {content: {text/csv: {}}}", ""),
    (
        "webhook-request-body-became-required",
        "requestBody: {content: {text/csv: {}}}",
        "requestBody: {required: true, content: {text/csv: {}}}",
    ),
    (
        "webhook-request-body-became-optional",
        "requestBody: {required: true, content: {text/csv: {}}}",
        "requestBody: {content: {text/csv: {}}}",
    ),
    (
        "webhook-request-media-type-added",
        "requestBody: {content: {text/csv: {}}}",
        "requestBody: {content: {text/csv: {}, text/html: {}}}",
    ),
    (
        "webhook-request-media-type-removed",
        "requestBody: {content: {text/csv: {}, text/html: {}}}",
        "requestBody: {content: {text/csv: {}}}",
    ),
    (
        "webhook-request-media-type-widened",
        "requestBody: {content: {text/csv: {}}}",
        "requestBody: {content: {text/*: {}}}",
    ),
    (
        "webhook-request-media-type-narrowed",
        "requestBody: {content: {text/*: {}}}",
        "requestBody: {content: {text/csv: {}}}",
    ),
    ("webhook-response-status-added", "responses: {'200': {}}", "responses: {'200': {}, '204': {}}"),
    ("webhook-response-status-removed", "responses: {'200': {}, '204': {}}", "responses: {'200': {}}"),
    ("webhook-response-status-widened", "responses: {'200': {}}", "responses: {2XX: {}}"),
    ("webhook-response-status-narrowed", "responses: {2XX: {}}", "responses: {'200': {}}"),
    ("webhook-response-body-added", "responses: {'200': {}}", "responses: {'200': {content: {text/csv: {}}}}"),
    ("webhook-response-body-removed", "responses: {'200': {content: {text/csv: {}}}}", "responses: {'200': {}}"),
    (
        "webhook-response-media-type-added",
        "responses: {'200': {content: {text/csv: {}}}}",
        "responses: {'200': {content: {text/csv: {}, text/html: {}}}}",
    ),
    (
        "webhook-response-media-type-removed",
        "responses: {'200': {content: {text/csv: {}, text/html: {}}}}",
        "responses: {'200': {content: {text/csv: {}}}}",
    ),
    (
        "webhook-response-media-type-widened",
        "responses: {'200': {content: {text/csv: {}}}}",
        "responses: {'200': {content: {text/*: {}}}}",
    ),
    (
        "webhook-response-media-type-narrowed",
        "responses: {'200': {content: {text/*: {}}}}",
        "responses: {'200': {content: {text/csv: {}}}}",
    ),
];

/// Changes of security schemes: id, old and new `securitySchemes`.
const SCHEMES: &[(&str, &str, &str)] = &[
    ("security-scheme-added", "", "a: {type: http, scheme: basic}"),
    ("security-scheme-removed", "a: {type: http, scheme: basic}", ""),
    ("security-scheme-type-changed", "a: {type: http, scheme: basic}", "a: {type: mutualTLS}"),
    (
        "security-scheme-key-name-changed",
        "a: {type: apiKey, in: header, name: A}",
        "a: {type: apiKey, in: header, name: B}",
    ),
    (
        "security-scheme-key-location-changed",
        "a: {type: apiKey, in: header, name: A}",
        "a: {type: apiKey, in: cookie, name: A}",
    ),
    ("security-scheme-http-scheme-changed", "a: {type: http, scheme: basic}", "a: {type: http, scheme: digest}"),
    (
        "security-scheme-bearer-format-changed",
        "a: {type: http, scheme: bearer, bearerFormat: JWT}",
        "a: {type: http, scheme: bearer, bearerFormat: opaque}",
    ),
    (
        "security-scheme-openid-url-changed",
        "a: {type: openIdConnect, openIdConnectUrl: https://a.example}",
        "a: {type: openIdConnect, openIdConnectUrl: https://b.example}",
    ),
    (
        "security-scheme-oauth-flow-added",
        "a: {type: oauth2, flows: {password: {tokenUrl: https://a.example}}}",
        "a: {type: oauth2, flows: {password: {tokenUrl: https://a.example}, clientCredentials: {tokenUrl: https://a.example}}}",
    ),
    (
        "security-scheme-oauth-flow-removed",
        "a: {type: oauth2, flows: {password: {tokenUrl: https://a.example}, clientCredentials: {tokenUrl: https://a.example}}}",
        "a: {type: oauth2, flows: {password: {tokenUrl: https://a.example}}}",
    ),
    (
        "security-scheme-oauth-authorization-url-changed",
        "a: {type: oauth2, flows: {implicit: {authorizationUrl: https://a.example}}}",
        "a: {type: oauth2, flows: {implicit: {authorizationUrl: https://b.example}}}",
    ),
    (
        "security-scheme-oauth-token-url-changed",
        "a: {type: oauth2, flows: {password: {tokenUrl: https://a.example}}}",
        "a: {type: oauth2, flows: {password: {tokenUrl: https://b.example}}}",
    ),
    (
        "security-scheme-oauth-refresh-url-changed",
        "a: {type: oauth2, flows: {password: {refreshUrl: https://a.example}}}",
        "a: {type: oauth2, flows: {password: {refreshUrl: https://b.example}}}",
    ),
    (
        "security-scheme-oauth-scope-added",
        "a: {type: oauth2, flows: {password: {scopes: {r: read}}}}",
        "a: {type: oauth2, flows: {password: {scopes: {r: read, w: write}}}}",
    ),
    (
        "security-scheme-oauth-scope-removed",
        "a: {type: oauth2, flows: {password: {scopes: {r: read, w: write}}}}",
        "a: {type: oauth2, flows: {password: {scopes: {r: read}}}}",
    ),
];

/// Changes of whole contracts.
const DOCUMENTS: &[(&str, &str, &str)] = &[
    ("operation-added", "paths: {}", "paths: {/x: {get: {}}}"),
    ("operation-removed-without-deprecation", "paths: {/x: {get: {}}}", "paths: {}"),
    ("operation-removed-with-deprecation", "paths: {/x: {get: {deprecated: true}}}", "paths: {}"),
    ("operation-removed-before-sunset", "paths: {/x: {get: {deprecated: true, x-sunset: '2026-06-02'}}}", "paths: {}"),
    ("operation-removed-after-sunset", "paths: {/x: {get: {deprecated: true, x-sunset: '2026-06-01'}}}", "paths: {}"),
    (
        "path-parameter-renamed",
        "paths: {'/x/{a}': {get: {parameters: [{name: a, in: path, required: true}]}}}",
        "paths: {'/x/{b}': {get: {parameters: [{name: b, in: path, required: true}]}}}",
    ),
    (
        "path-parameter-added",
        "paths: {'/x/{a}': {get: {}}}",
        "paths: {'/x/{a}': {get: {parameters: [{name: a, in: path, required: true}]}}}",
    ),
    (
        "path-parameter-removed",
        "paths: {'/x/{a}': {get: {parameters: [{name: a, in: path, required: true}]}}}",
        "paths: {'/x/{a}': {get: {}}}",
    ),
    (
        "path-parameter-style-changed",
        "paths: {'/x/{a}': {get: {parameters: [{name: a, in: path, required: true, schema: {type: string}}]}}}",
        "paths: {'/x/{a}': {get: {parameters: [{name: a, in: path, required: true, schema: {type: string}, style: label}]}}}",
    ),
    (
        "path-parameter-explode-changed",
        "paths: {'/x/{a}': {get: {parameters: [{name: a, in: path, required: true, schema: {type: array}}]}}}",
        "paths: {'/x/{a}': {get: {parameters: [{name: a, in: path, required: true, schema: {type: array}, explode: true}]}}}",
    ),
    (
        "path-parameter-content-changed",
        "paths: {'/x/{a}': {get: {parameters: [{name: a, in: path, required: true}]}}}",
        "paths: {'/x/{a}': {get: {parameters: [{name: a, in: path, required: true, content: {application/json: {}}}]}}}",
    ),
    (
        "server-added",
        "servers: [{url: https://a.example}]",
        "servers: [{url: https://a.example}, {url: https://b.example}]",
    ),
    (
        "server-removed",
        "servers: [{url: https://a.example}, {url: https://b.example}]",
        "servers: [{url: https://a.example/}]",
    ),
    ("servers-replaced", "servers: [{url: https://a.example}]", "servers: [{url: https://b.example}]"),
    (
        "server-variable-value-added",
        "servers: [{url: 'https://{r}.example', variables: {r: {default: eu, enum: [eu]}}}]",
        "servers: [{url: 'https://{r}.example', variables: {r: {default: eu, enum: [eu, us]}}}]",
    ),
    (
        "server-variable-value-removed",
        "servers: [{url: 'https://{r}.example', variables: {r: {default: eu, enum: [eu, us]}}}]",
        "servers: [{url: 'https://{r}.example', variables: {r: {default: eu, enum: [eu]}}}]",
    ),
    ("tag-added", "tags: []", "tags: [{name: a}]"),
    ("tag-removed", "tags: [{name: a}]", "tags: []"),
    ("webhook-added", "webhooks: {}", "webhooks: {event: {post: {}}}"),
    ("webhook-removed", "webhooks: {event: {post: {}}}", "webhooks: {}"),
];

/// Every change with a pair of contracts that differ by it.
fn pairs() -> BTreeMap<String, (String, String)> {
    let mut pairs = BTreeMap::new();
    let mut add = |id: String, old: String, new: String| {
        assert!(pairs.insert(id.clone(), (old, new)).is_none(), "{id} twice");
    };
    let components = "components: {schemas: {A: {type: object, required: [a]}, B: {type: object, required: [b]}}}";
    let with = |text: String| match text.strip_suffix('}') {
        Some(head) if head.contains("#/components/schemas/") => format!("{head}, {components}}}"),
        _ => text,
    };
    for (base, around) in IN.into_iter().chain(OUT) {
        for (id, back, old, new) in SCHEMAS {
            if *id == "xml-changed" && (base.contains("parameter") || base.contains("header")) {
                continue;
            }
            let (old, new) = (with(at(base, old)), with(at(base, new)));
            if !back.is_empty() {
                add(format!("{base}-{back}"), new.clone(), old.clone());
            }
            add(format!("{base}-{id}"), old, new);
        }
        if !around.is_empty() {
            let inward = IN.iter().any(|(one, _)| *one == base);
            for (id, old, new) in if inward { MEMBERS_IN } else { MEMBERS_OUT } {
                add(format!("{base}-{id}"), at(around, old), at(around, new));
            }
        }
    }
    let security = "components: {securitySchemes: {key: {type: apiKey, in: header, name: K}, basic: {type: http, scheme: basic}, oauth: {type: oauth2, flows: {}}}}, servers: [{url: https://main.example}]";
    for (id, old, new) in OPERATIONS {
        let full = |members: &str| document(&format!("{security}, paths: {{/x: {{post: {{{members}}}}}}}"));
        add((*id).to_owned(), full(old), full(new));
    }
    for place in ["query", "header", "cookie"] {
        let query = if place == "query" { QUERY } else { &[] };
        for (id, old, new) in PARAMETERS.iter().chain(query) {
            let full = |list: &str| operation(&format!("parameters: [{}]", list.replace('@', place)));
            add(format!("{place}-parameter-{id}"), full(old), full(new));
        }
    }
    for (id, old, new) in WEBHOOKS {
        let full = |members: &str| document(&format!("webhooks: {{event: {{post: {{{members}}}}}}}"));
        add((*id).to_owned(), full(old), full(new));
    }
    for (id, old, new) in SCHEMES {
        let full = |members: &str| document(&format!("components: {{securitySchemes: {{{members}}}}}"));
        add((*id).to_owned(), full(old), full(new));
    }
    for (id, old, new) in DOCUMENTS {
        add((*id).to_owned(), document(old), document(new));
    }
    let version = |text: &str| format!("{{openapi: 3.1.0, info: {{title: t, version: '{text}'}}, paths: {{}}}}");
    add("contract-version-decreased".to_owned(), version("1.10.0"), version("1.9.0"));
    // Each link is compared to tell the one before it, and the chain is longer than is waited for.
    let deep = |leaf: &str| {
        let link = |n: usize| format!("C{n}: {{not: {{$ref: '#/components/schemas/C{}'}}}}", n + 1);
        let chain: Vec<String> = (0..120).map(link).chain([format!("C120: {leaf}")]).collect();
        let body = "requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/C0'}}}}";
        let schemas = chain.join(", ");
        document(&format!("components: {{schemas: {{{schemas}}}}}, paths: {{/x: {{post: {{{body}}}}}}}"))
    };
    add("comparison-incomplete".to_owned(), deep("{type: string}"), deep("{type: number}"));
    pairs
}

#[test]
fn every_change_is_found_in_its_own_pair_of_contracts() {
    let pairs = pairs();
    let known: BTreeSet<&str> = checks().iter().map(|check| &*check.id).collect();
    let tried: BTreeSet<&str> = pairs.keys().map(String::as_str).collect();
    assert_eq!(known.difference(&tried).collect::<Vec<_>>(), Vec::<&&str>::new(), "without a pair");
    assert_eq!(tried.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new(), "not in the catalogue");
    let mut silent = Vec::new();
    for (id, (old, new)) in &pairs {
        let found = ids(old, new);
        if !found.contains(&id.as_str()) {
            silent.push(format!("{id}: {found:?}"));
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[test]
fn most_pairs_differ_by_one_change_alone() {
    // What is told twice was told from two sides: a type that is lost with a branch, a status with its body.
    let several = pairs().into_iter().filter_map(|(id, (old, new))| {
        let found: BTreeSet<&str> = ids(&old, &new).into_iter().collect();
        (found.len() > 1).then(|| format!("{id}: {found:?}"))
    });
    let several: Vec<String> = several.collect();
    assert!(several.len() * 20 < checks().len(), "{}\n{}", several.len(), several.join("\n"));
}

#[test]
fn ids_are_unique_and_have_words() {
    let ids: BTreeSet<&str> = checks().iter().map(|check| &*check.id).collect();
    assert_eq!(ids.len(), checks().len());
    for check in checks() {
        assert!(check.what.len() > 8 && check.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{check:?}");
    }
}

#[test]
fn the_page_of_changes_is_the_one_that_is_generated() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/diff-changes.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, markdown()).unwrap();
    }
    let page = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(page, markdown(), "UPDATE_DOCS=1 cargo test -p palisade-diff writes docs/diff-changes.md");
}
