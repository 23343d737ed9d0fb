//! Bearer tokens whose origin stands in the traffic.

use crate::shop::{exchange, get, post, redactor};
use palisade_discover::{Discovery, Hosts, OpenApiVersion, Overrides, Settings};
use palisade_exchange::Body;
use serde_json::{Value, json};

/// Security schemes of a contract learned from these token requests (forms), their answer, and one guarded operation.
fn schemes(forms: &[&str], answer: Value, page: bool) -> Value {
    let mut discovery = Discovery::new(Settings::new(&redactor(), Hosts::Separate));
    for (number, form) in forms.iter().enumerate() {
        let mut one = exchange(number, &post("/oauth/token", json!({}), 200, answer.clone()));
        one.request.headers[0].1 = "application/x-www-form-urlencoded".to_owned();
        one.request.body = Body::Bytes { bytes: (*form).to_owned().into(), truncated: false };
        discovery.absorb(&one);
    }
    if page {
        let query = "response_type=code&client_id=web&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&scope=read";
        discovery.absorb(&exchange(50, &get(format!("/oauth/authorize?{query}"), 200, json!({"form": "consent"}))));
    }
    for number in 100..130 {
        discovery.absorb(&exchange(number, &get("/v1/things", 200, json!({"things": []})).with("t1")));
    }
    let contract = discovery.induce(&Overrides::default()).to_openapi(OpenApiVersion::V31);
    let security = &contract["paths"]["/v1/things"]["get"]["security"];
    let schemes = contract["components"]["securitySchemes"].clone();
    let name = schemes.as_object().unwrap().keys().next().unwrap();
    assert_eq!(security, &json!([{name: []}]));
    schemes
}

#[test]
fn a_token_endpoint_makes_bearer_tokens_oauth() {
    let token = json!({"access_token": "abc", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "def"});
    let forms = [
        "grant_type=client_credentials&client_id=batch&client_secret=CANARYf00dSecret&scope=read",
        "grant_type=authorization_code&code=xyz&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&client_id=web",
        "grant_type=refresh_token&refresh_token=def&scope=read+write",
    ];
    let found = schemes(&forms, token.clone(), true);
    assert!(!found.to_string().contains("CANARY"));
    let url = "https://shop.example/oauth/token";
    let scopes = json!({"read": "", "write": ""});
    assert_eq!(
        found,
        json!({"oauth2": {
            "type": "oauth2",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": "https://shop.example/oauth/authorize",
                    "tokenUrl": url,
                    "refreshUrl": url,
                    "scopes": scopes,
                },
                "clientCredentials": {"tokenUrl": url, "refreshUrl": url, "scopes": scopes},
            },
            "x-palisade": {"grants": ["authorization_code", "client_credentials", "refresh_token"], "tokens": 3},
        }})
    );
    // Where users agree was not seen: no flow can be named, so it stays a hint.
    let found = schemes(&forms[1..2], token, false);
    assert_eq!(
        found,
        json!({"bearerAuth": {
            "type": "http",
            "scheme": "bearer",
            "x-palisade": {"oauth2": {"tokenUrl": url, "grants": ["authorization_code"], "tokens": 1}},
        }})
    );
}

#[test]
fn a_login_of_its_own_kind_is_no_oauth() {
    // A token without a grant, and a grant without a token.
    let found = schemes(&["user=ann&password=CANARYf00dSecret"], json!({"access_token": "abc"}), true);
    assert_eq!(found, json!({"bearerAuth": {"type": "http", "scheme": "bearer"}}));
    let found = schemes(&["grant_type=password&username=ann"], json!({"state": "mfa required"}), true);
    assert_eq!(found, json!({"bearerAuth": {"type": "http", "scheme": "bearer"}}));
}
