//! What operations ask of their callers.

use crate::load;
use palisade_contract::validate::CompiledContract;

/// Each operation with its alternatives: scheme, carrier, scopes.
fn told(text: &str) -> String {
    let (contract, _) = load("a.yaml", text.as_bytes());
    let (compiled, _) = CompiledContract::compile(&contract, None);
    let mut out = String::new();
    for index in 0..contract.operations.len() {
        let operation = compiled.operation(index).unwrap();
        out += &format!("{}:", operation.label);
        for alternative in operation.security() {
            out += " |";
            for used in alternative {
                let carrier = used.carrier().map_or("-".to_owned(), |carrier| {
                    format!("{}:{}:{}", carrier.location.as_str(), carrier.name, carrier.scheme.unwrap_or("-"))
                });
                out += &format!(" {} {carrier} {:?}", used.name, used.scopes);
            }
        }
        out.push('\n');
    }
    out
}

#[test]
fn alternatives_of_version_3_come_with_carriers_and_scopes() {
    let told = told(
        "openapi: 3.1.0
info: {title: t, version: '1'}
security: [{key: []}, {oauth: [read], tenant: []}]
paths:
  /a:
    get: {responses: {}}
    put: {security: [], responses: {}}
    post: {security: [{}, {basic: []}], responses: {}}
    delete: {security: [{oidc: [admin]}, {cert: []}, {missing: []}, {session: []}], responses: {}}
components:
  securitySchemes:
    key: {type: apiKey, in: query, name: api_key}
    tenant: {type: apiKey, in: header, name: X-Tenant}
    session: {type: apiKey, in: cookie, name: sid}
    basic: {type: http, scheme: Basic}
    oauth: {type: oauth2, flows: {clientCredentials: {tokenUrl: 'https://a.example/t', scopes: {read: r}}}}
    oidc: {type: openIdConnect, openIdConnectUrl: 'https://a.example/.well-known/openid-configuration'}
    cert: {type: mutualTLS}
",
    );
    assert_eq!(
        told,
        r#"GET /a: | key query:api_key:- [] | oauth header:authorization:bearer ["read"] tenant header:X-Tenant:- []
PUT /a:
POST /a: | | basic header:authorization:basic []
DELETE /a: | oidc header:authorization:bearer ["admin"] | cert - [] | missing - [] | session cookie:sid:- []
"#
    );
}

#[test]
fn schemes_of_version_2_mean_the_same() {
    let told = told(
        "swagger: '2.0'
info: {title: t, version: '1'}
securityDefinitions:
  basic: {type: basic}
  key: {type: apiKey, in: header, name: X-Key}
  oauth: {type: oauth2, flow: application, tokenUrl: 'https://a.example/t', scopes: {write: w}}
paths:
  /a:
    get: {security: [{basic: [], key: []}], responses: {}}
    post: {security: [{oauth: [write]}], responses: {}}
    put: {responses: {}}
",
    );
    assert_eq!(
        told,
        r#"GET /a: | basic header:authorization:basic [] key header:X-Key:- []
POST /a: | oauth header:authorization:bearer ["write"]
PUT /a:
"#
    );
}
