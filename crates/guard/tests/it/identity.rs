//! Who may call: real tokens of every algorithm, and everything that is wrong with them.

use crate::signer::{self, Key, keys, part, token};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use palisade_exchange::{HeadersView, RequestView};
use palisade_guard::identity::{KeySet, TokenStatus};
use palisade_guard::{Answer, Decision, Effect, Facts, Lookup, Mode, Policy, Progress, Protection};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

/// UTC, seconds: the time of every test.
const NOW: i64 = 1_800_000_000;

const CONTRACT: &str = r#"
openapi: 3.1.0
info: {title: shop, version: "1"}
components:
  securitySchemes:
    oauth: {type: oauth2, flows: {clientCredentials: {tokenUrl: https://id.test/t, scopes: {read: r, write: w}}}}
    key: {type: apiKey, in: header, name: X-API-Key}
    asked: {type: apiKey, in: query, name: api_key}
    session: {type: apiKey, in: cookie, name: sid}
    basic: {type: http, scheme: basic}
    cert: {type: mutualTLS}
paths:
  /open: {get: {security: [], responses: {"200": {description: ok}}}}
  /orders:
    get: {security: [{oauth: [read]}], responses: {"200": {description: ok}}}
    post: {security: [{oauth: [read, write]}], responses: {"200": {description: ok}}}
  /either: {get: {security: [{oauth: [read]}, {key: []}], responses: {"200": {description: ok}}}}
  /both: {get: {security: [{oauth: [], key: []}], responses: {"200": {description: ok}}}}
  /maybe: {get: {security: [{}, {oauth: []}], responses: {"200": {description: ok}}}}
  /basic: {get: {security: [{basic: []}], responses: {"200": {description: ok}}}}
  /asked: {get: {security: [{asked: []}], responses: {"200": {description: ok}}}}
  /session: {get: {security: [{session: []}], responses: {"200": {description: ok}}}}
  /cert: {get: {security: [{cert: []}], responses: {"200": {description: ok}}}}
"#;

fn policy(identity: &Value) -> Policy {
    let mut api = crate::api(CONTRACT, Mode::Block);
    // Fields that the contract does not declare are told of elsewhere.
    let effects = json!({"undeclared_headers": "disable"});
    api.protection = serde_json::from_value(json!({"identity": identity, "effects": effects})).unwrap();
    assert_eq!(api.protection.mistakes(&|_| true), []);
    crate::compile(&api)
}

fn issuer(more: &Value) -> Value {
    let mut issuer = json!({"issuer": "https://id.test", "audiences": ["shop"]});
    issuer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "issuers": [issuer] })
}

fn claims() -> Value {
    json!({"iss": "https://id.test", "sub": "ann", "aud": "shop", "exp": NOW + 60, "iat": NOW - 60, "scope": "read"})
}

fn with(name: &str, value: impl Into<Value>) -> Value {
    let mut claims = claims();
    claims[name] = value.into();
    claims
}

/// A request judged with the answers to its lookups.
fn ask(
    policy: &Policy,
    line: &str,
    headers: &[(&str, &str)],
    certificate: Option<&str>,
    mut find: impl FnMut(&Lookup) -> Answer,
) -> Decision {
    let (method, target) = line.split_once(' ').unwrap();
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let fields: Vec<(&str, &[u8])> = headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    let headers = HeadersView(&fields);
    let request = RequestView { method, host: "shop.test", path, query, headers, client: None };
    let facts = Facts { now: NOW * 1_000_000, certificate: certificate.map(Arc::from), ..Facts::default() };
    let mut inquiry = policy.inquire(facts);
    for _ in 0..10 {
        match inquiry.head(&request) {
            Progress::Need(lookup) => {
                let answer = find(&lookup);
                inquiry.answer(&lookup, answer);
            }
            Progress::Body { .. } => {
                inquiry.body(&request, b"", false);
            }
            Progress::Pass | Progress::Refuse => return inquiry.decision(),
        }
    }
    panic!("it asks without end");
}

fn nobody(lookup: &Lookup) -> Answer {
    panic!("asked for {lookup:?}")
}

/// Status and code of a request with a bearer token.
fn bearer(policy: &Policy, line: &str, token: &str) -> (u16, String) {
    let decision = ask(policy, line, &[("Authorization", &format!("Bearer {token}"))], None, nobody);
    (decision.status, decision.code)
}

const GOOD: (u16, &str) = (0, "");

fn is(outcome: (u16, String), expected: (u16, &str)) -> bool {
    (outcome.0, outcome.1.as_str()) == expected
}

fn p256() -> (Policy, &'static Key) {
    (policy(&issuer(&json!({"public_keys": [keys().p256.pem()]}))), &keys().p256)
}

#[test]
fn tokens_of_every_algorithm_are_verified() {
    for algorithm in [
        "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
        "EdDSA", "Ed25519",
    ] {
        let key = keys().of(algorithm);
        let other = match key {
            Key::Secret(_) => Key::Secret(vec![7; 64]),
            Key::Rsa(_) => {
                Key::Rsa(aws_lc_rs::signature::RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap())
            }
            Key::Ec(curve, _) => signer::ec(
                curve,
                match *curve {
                    "P-256" => &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING,
                    "P-384" => &aws_lc_rs::signature::ECDSA_P384_SHA384_FIXED_SIGNING,
                    _ => &aws_lc_rs::signature::ECDSA_P521_SHA512_FIXED_SIGNING,
                },
            ),
            Key::Ed(_) => Key::Ed(aws_lc_rs::signature::Ed25519KeyPair::generate().unwrap()),
        };
        let header = json!({"typ": "JWT", "kid": "one"});
        let good = token(key, algorithm, &header, &claims());
        let forged = token(&other, algorithm, &header, &claims());
        // As a key set that is asked for, and as PEM.
        let (source, set) = match key {
            Key::Secret(bytes) => (json!({"hs_secret_file": "secret"}), KeySet::secret(bytes).unwrap()),
            _ => {
                let set = json!({"keys": [key.jwk("one")]}).to_string();
                (json!({"jwks_url": "https://id.test/keys"}), KeySet::jwks(set.as_bytes()).unwrap())
            }
        };
        let (asked, set) = (policy(&issuer(&source)), Arc::new(set));
        for (token, expected) in [(&good, GOOD), (&forged, (401, "token_signature"))] {
            let fields = [("Authorization", &*format!("Bearer {token}"))];
            let decision = ask(&asked, "GET /orders", &fields, None, |_| Answer::Keys(Arc::clone(&set)));
            assert_eq!((decision.status, decision.code.as_str()), expected, "{algorithm}");
            if !matches!(key, Key::Secret(_)) {
                let here = policy(&issuer(&json!({"public_keys": [key.pem()]})));
                assert!(is(bearer(&here, "GET /orders", token), expected), "{algorithm}");
            }
        }
    }
}

#[test]
fn what_is_wrong_with_a_token_has_its_code() {
    let (policy, key) = p256();
    let signed = |claims: &Value| token(key, "ES256", &json!({}), claims);
    let without = |name: &str| {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(name);
        signed(&claims)
    };
    for (token, expected) in [
        (signed(&claims()), GOOD),
        (signed(&with("aud", json!(["till", "shop"]))), GOOD),
        // within the 30 s by which clocks may differ
        (signed(&with("exp", NOW - 29)), GOOD),
        (signed(&with("nbf", NOW + 30)), GOOD),
        (signed(&with("exp", NOW as f64 + 0.5)), GOOD),
        (signed(&with("scope", json!(["read"]))), GOOD),
        (signed(&with("exp", NOW - 30)), (401, "token_expired")),
        (signed(&with("exp", 0)), (401, "token_expired")),
        (signed(&with("exp", -1)), (401, "token_expired")),
        (signed(&with("exp", "1900000000")), (401, "token_malformed")),
        (signed(&with("exp", Value::Null)), (401, "token_malformed")),
        (signed(&with("nbf", NOW + 31)), (401, "token_not_yet_valid")),
        (signed(&with("iat", NOW + 31)), (401, "token_not_yet_valid")),
        (signed(&with("aud", "till")), (401, "token_audience")),
        (signed(&with("aud", "Shop")), (401, "token_audience")),
        (signed(&with("aud", json!([]))), (401, "token_audience")),
        (signed(&with("aud", json!({"shop": true}))), (401, "token_audience")),
        (without("aud"), (401, "token_audience")),
        (signed(&with("iss", "https://id.test/")), (401, "token_issuer")),
        (signed(&with("iss", json!(["https://id.test"]))), (401, "token_issuer")),
        (without("iss"), (401, "token_issuer")),
        (without("exp"), (401, "token_claim")),
        (without("scope"), (403, "insufficient_scope")),
        (signed(&with("scope", "reader write")), (403, "insufficient_scope")),
        (signed(&with("scope", json!({"read": true}))), (403, "insufficient_scope")),
    ] {
        let outcome = bearer(&policy, "GET /orders", &token);
        assert!(is(outcome.clone(), expected), "{outcome:?} is not {expected:?}: {token}");
    }
}

#[test]
fn no_trick_makes_a_token_good() {
    let (policy, key) = p256();
    let good = token(key, "ES256", &json!({}), &claims());
    assert!(is(bearer(&policy, "GET /orders", &good), GOOD));
    let body = part(&claims());
    let raw = |header: &str, signature: &str| format!("{}.{body}.{signature}", URL_SAFE_NO_PAD.encode(header));
    let secret = |bytes: &[u8], algorithm: &str| token(&Key::Secret(bytes.to_vec()), algorithm, &json!({}), &claims());
    let (header, rest) = good.split_once('.').unwrap();
    let (payload, signature) = rest.split_once('.').unwrap();
    let jwk = signer::ec("P-256", &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING);
    let embedded = token(&jwk, "ES256", &json!({"jwk": jwk.jwk("x")}), &claims());
    let remote =
        token(&jwk, "ES256", &json!({"jku": "https://evil.test/keys", "x5u": "https://evil.test/c"}), &claims());
    let mut doubled = "{\"iss\":\"https://id.test\",\"iss\":\"https://id.test\",".to_owned();
    doubled.push_str(claims().to_string().trim_start_matches('{'));
    let doubled = format!("{header}.{}", URL_SAFE_NO_PAD.encode(doubled));
    let doubled = format!("{doubled}.{}", URL_SAFE_NO_PAD.encode(key.sign("ES256", doubled.as_bytes())));
    let der = {
        // The signature as ASN.1 in place of the two numbers that RFC 7518 asks for.
        let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let number = |bytes: &[u8]| {
            let mut bytes: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
            if bytes.first().is_some_and(|byte| *byte >= 0x80) {
                bytes.insert(0, 0);
            }
            [vec![2, bytes.len() as u8], bytes].concat()
        };
        let both = [number(&bytes[..32]), number(&bytes[32..])].concat();
        URL_SAFE_NO_PAD.encode([vec![0x30, both.len() as u8], both].concat())
    };
    for (name, token, expected) in [
        ("no algorithm", raw(r#"{"alg":"none"}"#, ""), "token_algorithm"),
        ("no algorithm, spelled otherwise", raw(r#"{"alg":"nOnE"}"#, ""), "token_algorithm"),
        ("no algorithm, a signature", raw(r#"{"alg":"none"}"#, signature), "token_algorithm"),
        ("an empty algorithm", raw(r#"{"alg":""}"#, signature), "token_algorithm"),
        ("another case", raw(r#"{"alg":"es256"}"#, signature), "token_algorithm"),
        ("the PEM as a secret", secret(keys().p256.pem().as_bytes(), "HS256"), "token_algorithm"),
        (
            "the PEM without its end as a secret",
            secret(keys().p256.pem().trim().as_bytes(), "HS512"),
            "token_algorithm",
        ),
        ("an empty secret", secret(b"", "HS256"), "token_algorithm"),
        ("another key's algorithm", token(&keys().rsa, "RS256", &json!({}), &claims()), "token_key"),
        ("a key of its own", embedded, "token_signature"),
        ("a key of elsewhere", remote, "token_signature"),
        ("no signature", format!("{header}.{payload}."), "token_signature"),
        (
            "a signature of nothing",
            format!("{header}.{payload}.{}", URL_SAFE_NO_PAD.encode([0; 64])),
            "token_signature",
        ),
        ("a signature in ASN.1", format!("{header}.{payload}.{der}"), "token_signature"),
        ("a signature and more", format!("{header}.{payload}.{signature}AAAA"), "token_signature"),
        ("a member that stands twice", doubled, "token_malformed"),
        (
            "a critical extension",
            token(key, "ES256", &json!({"crit": ["exp"], "exp": 1}), &claims()),
            "token_malformed",
        ),
        ("an empty list of extensions", token(key, "ES256", &json!({"crit": []}), &claims()), "token_malformed"),
        ("an unencoded payload", token(key, "ES256", &json!({"b64": false}), &claims()), "token_malformed"),
        ("five parts", format!("{good}.AA.AA"), "token_malformed"),
        ("padding", format!("{header}.{payload}.{signature}=="), "token_malformed"),
        ("a path as key", token(key, "ES256", &json!({"kid": "../../../dev/null"}), &with("exp", 1)), "token_expired"),
        ("a long key", token(key, "ES256", &json!({"kid": "k".repeat(600)}), &claims()), "token_malformed"),
        ("a long token", token(key, "ES256", &json!({}), &with("x", "x".repeat(20_000))), "token_malformed"),
        (
            "deep claims",
            token(key, "ES256", &json!({}), &with("x", (0..200).fold(json!(1), |deep, _| json!([deep])))),
            "token_malformed",
        ),
        (
            "an issuer that only looks alike",
            token(key, "ES256", &json!({}), &with("iss", "https://id.t\u{435}st")),
            "token_issuer",
        ),
    ] {
        let (status, code) = bearer(&policy, "GET /orders", &token);
        assert_eq!((status, code.as_str()), (401, expected), "{name}: {token}");
    }
    for (name, value, expected) in [
        ("letters of no token", format!("Bearer {good}\u{e9}"), "credentials_malformed"),
        ("nothing", "Bearer ".to_owned(), "credentials_malformed"),
        ("two tokens", format!("Bearer {good} {good}"), "credentials_malformed"),
        ("another scheme", format!("Token {good}"), "credentials_missing"),
        ("no scheme", good.clone(), "credentials_missing"),
    ] {
        let decision = ask(&policy, "GET /orders", &[("Authorization", &value)], None, nobody);
        assert_eq!((decision.status, decision.code.as_str()), (401, expected), "{name}");
    }
    let twice = format!("Bearer {good}");
    let decision = ask(&policy, "GET /orders", &[("Authorization", &twice), ("authorization", &twice)], None, nobody);
    assert_eq!((decision.status, decision.code.as_str()), (400, "credentials_ambiguous"));
}

#[test]
fn the_issuer_chooses_algorithms_keys_and_types() {
    let rsa = json!({"public_keys": [keys().rsa.pem()], "algorithms": ["PS256"], "types": ["at+jwt"], "required_claims": ["exp", "tenant"]});
    let policy = policy(&issuer(&rsa));
    let claims = with("tenant", "a");
    for (algorithm, kind, claims, expected) in [
        ("PS256", "at+jwt", &claims, GOOD),
        ("PS256", "application/AT+JWT", &claims, GOOD),
        ("RS256", "at+jwt", &claims, (401, "token_algorithm")),
        ("PS256", "JWT", &claims, (401, "token_malformed")),
        ("PS256", "at+jwt", &with("tenant", Value::Null), (401, "token_claim")),
    ] {
        let token = token(&keys().rsa, algorithm, &json!({"typ": kind}), claims);
        let outcome = bearer(&policy, "GET /orders", &token);
        assert!(is(outcome.clone(), expected), "{algorithm} {kind}: {outcome:?}");
    }
}

#[test]
fn keys_are_asked_for_by_the_id_a_token_names() {
    let identity = issuer(&json!({"jwks_url": "https://id.test/keys"}));
    let policy = policy(&identity);
    let set = json!({"keys": [keys().p256.jwk("new"), keys().p384.jwk("old"), keys().ed.jwk("enc")]}).to_string();
    let set = Arc::new(KeySet::jwks(set.as_bytes()).unwrap());
    let mut asked = Vec::new();
    for (key, algorithm, id, expected) in [
        (&keys().p256, "ES256", Some("new"), GOOD),
        (&keys().p384, "ES384", Some("old"), GOOD),
        // one key of that kind: no id is needed
        (&keys().p256, "ES256", None, GOOD),
        (&keys().p256, "ES256", Some("old"), (401, "token_key")),
        (&keys().p256, "ES256", Some("gone"), (401, "token_key")),
    ] {
        let header = id.map_or(json!({}), |id| json!({ "kid": id }));
        let token = format!("Bearer {}", token(key, algorithm, &header, &claims()));
        let decision = ask(&policy, "GET /orders", &[("Authorization", &token)], None, |lookup| {
            let Lookup::Keys { key, .. } = lookup else { panic!("{lookup:?}") };
            asked.push(key.as_deref().map(str::to_owned));
            Answer::Keys(Arc::clone(&set))
        });
        assert_eq!((decision.status, decision.code.as_str()), expected, "{algorithm} {id:?}");
    }
    let ids: Vec<Option<&str>> = asked.iter().map(Option::as_deref).collect();
    assert_eq!(ids, [Some("new"), Some("old"), None, Some("old"), Some("gone")]);
    // Nobody can be asked: closed in block mode, and said.
    let token = format!("Bearer {}", token(&keys().p256, "ES256", &json!({"kid": "new"}), &claims()));
    let decision = ask(&policy, "GET /orders", &[("Authorization", &token)], None, |_| Answer::Failed("gone"));
    assert_eq!((decision.status, decision.effect), (503, Effect::Prevent));
    let decision = ask(&policy, "GET /orders", &[("Authorization", &token)], None, |_| Answer::Unasked);
    assert_eq!((decision.effect, decision.not_assessed.len()), (Effect::Allow, 1));
}

#[test]
fn alternatives_scopes_and_challenges() {
    let (policy, key) = p256();
    let read = format!("Bearer {}", token(key, "ES256", &json!({}), &claims()));
    let write = format!("Bearer {}", token(key, "ES256", &json!({}), &with("scope", "read write")));
    let stale = format!("Bearer {}", token(key, "ES256", &json!({}), &with("exp", 1)));
    let auth = |value: &'static str| ("Authorization", value);
    let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    let (read, write, stale) = (leak(&read), leak(&write), leak(&stale));
    let key = ("X-Api-Key", "k");
    for (line, headers, certificate, status, code, challenges) in [
        ("GET /open", vec![], None, 0, "", ""),
        ("GET /orders", vec![], None, 401, "credentials_missing", "Bearer"),
        ("GET /orders", vec![key], None, 401, "credentials_missing", "Bearer"),
        (
            "GET /orders",
            vec![auth(stale)],
            None,
            401,
            "token_expired",
            "Bearer error=\"invalid_token\", error_description=\"The token has expired\"",
        ),
        (
            "POST /orders",
            vec![auth(read)],
            None,
            403,
            "insufficient_scope",
            "Bearer error=\"insufficient_scope\", scope=\"read write\"",
        ),
        ("POST /orders", vec![auth(write)], None, 0, "", ""),
        ("GET /either", vec![], None, 401, "credentials_missing", "Bearer;ApiKey"),
        ("GET /either", vec![key], None, 0, "", ""),
        ("GET /either", vec![auth(read)], None, 0, "", ""),
        // The upstream may believe the token: a bad one is refused though the key would do.
        (
            "GET /either",
            vec![key, auth(stale)],
            None,
            401,
            "token_expired",
            "Bearer error=\"invalid_token\", error_description=\"The token has expired\"",
        ),
        ("GET /both", vec![key], None, 401, "credentials_missing", "Bearer;ApiKey"),
        ("GET /both", vec![key, auth(read)], None, 0, "", ""),
        ("GET /maybe", vec![], None, 0, "", ""),
        ("GET /maybe", vec![auth(read)], None, 0, "", ""),
        (
            "GET /maybe",
            vec![auth(stale)],
            None,
            401,
            "token_expired",
            "Bearer error=\"invalid_token\", error_description=\"The token has expired\"",
        ),
        ("GET /basic", vec![auth("Basic dXNlcjpwYXNz")], None, 0, "", ""),
        ("GET /basic", vec![auth("basic dXNlcjpwYXNz")], None, 0, "", ""),
        (
            "GET /basic",
            vec![auth("Basic dXNlcg==")],
            None,
            401,
            "credentials_malformed",
            "Basic realm=\"api\", charset=\"UTF-8\"",
        ),
        ("GET /basic", vec![], None, 401, "credentials_missing", "Basic realm=\"api\", charset=\"UTF-8\""),
        ("GET /asked?api%5Fkey=k", vec![], None, 0, "", ""),
        ("GET /asked?api_key=", vec![], None, 401, "credentials_missing", "ApiKey"),
        (
            "GET /asked?api_key=a&api_key=b",
            vec![],
            None,
            400,
            "credentials_ambiguous",
            "ApiKey error=\"invalid_request\", error_description=\"The credential is sent more than once\"",
        ),
        ("GET /session", vec![("Cookie", "a=b; sid=s")], None, 0, "", ""),
        ("GET /session", vec![("Cookie", "sid=s; sid=s")], None, 0, "", ""),
        ("GET /session", vec![("Cookie", "xsid=s")], None, 401, "credentials_missing", "ApiKey"),
        ("GET /cert", vec![], Some("CN=till"), 0, "", ""),
        ("GET /cert", vec![], None, 403, "credentials_missing", ""),
    ] {
        let decision = ask(&policy, line, &headers, certificate, nobody);
        let shown = (decision.status, decision.code.as_str(), decision.challenges.join(";"));
        assert_eq!(shown, (status, code, challenges.to_owned()), "{line} {headers:?}");
    }
}

#[test]
fn callers_have_names_that_hold_no_secret() {
    let (policy, key) = p256();
    let name = |claims: &Value| {
        let token = format!("Bearer {}", token(key, "ES256", &json!({}), claims));
        ask(&policy, "GET /orders", &[("Authorization", &token)], None, nobody).principal.unwrap()
    };
    let ann = name(&claims());
    assert_eq!(ann, name(&with("exp", NOW + 999)));
    assert_ne!(ann, name(&with("sub", "bob")));
    assert!(ann.starts_with("token ") && ann.len() == 38, "{ann}");
    let decision = ask(&policy, "GET /cert", &[], Some("CN=till,O=shop"), nobody);
    assert_eq!(decision.principal.as_deref(), Some("certificate CN=till,O=shop"));
}

#[test]
fn tokens_stand_where_the_configuration_says() {
    let key = keys().p256.pem();
    let own = json!({"issuers": [
        {"issuer": "https://id.test", "public_keys": [key], "schemes": ["session"]},
        {"issuer": "https://id.test", "public_keys": [key], "schemes": ["oauth"], "location": {"in": "header", "name": "X-Token"}},
    ]});
    let policy = policy(&own);
    let token = token(&keys().p256, "ES256", &json!({}), &claims());
    let cookie = format!("sid={token}");
    for (line, field, value, expected) in [
        ("GET /session", "Cookie", cookie.as_str(), GOOD),
        ("GET /session", "Cookie", "sid=random", (401, "token_malformed")),
        ("GET /orders", "X-Token", &token, GOOD),
        ("GET /orders", "X-Token", &format!("bearer {token}"), GOOD),
        ("GET /orders", "Authorization", &format!("Bearer {token}"), (401, "credentials_missing")),
    ] {
        let decision = ask(&policy, line, &[(field, value)], None, nobody);
        assert_eq!((decision.status, decision.code.as_str()), expected, "{line} {field}");
    }
}

#[test]
fn opaque_tokens_are_asked_about() {
    let identity = json!({
        "issuers": [{"issuer": "https://id.test", "public_keys": [keys().p256.pem()]}],
        "introspection": [{"url": "https://id.test/introspect", "client_id": "gw", "client_secret_file": "secret", "audiences": ["shop"]}],
    });
    let policy = policy(&identity);
    let status =
        |answer: &Value| Answer::Introspection(Arc::new(TokenStatus::read(answer.to_string().as_bytes()).unwrap()));
    let good = json!({"active": true, "sub": "ann", "aud": "shop", "scope": "read", "exp": NOW + 5});
    let change = |name: &str, value: Value| {
        let mut answer = good.clone();
        answer[name] = value;
        answer
    };
    for (answer, expected) in [
        (good.clone(), GOOD),
        (json!({"active": false}), (401, "token_inactive")),
        (change("exp", json!(NOW)), (401, "token_expired")),
        (change("aud", json!("till")), (401, "token_audience")),
        (change("scope", json!("none")), (403, "insufficient_scope")),
    ] {
        let decision = ask(&policy, "GET /orders", &[("Authorization", "Bearer opaque")], None, |lookup| {
            assert!(!format!("{lookup:?}").contains("opaque"), "{lookup:?}");
            status(&answer)
        });
        assert_eq!((decision.status, decision.code.as_str()), expected, "{answer}");
    }
    // A token of an issuer that is known speaks for itself; of another, somebody else must.
    let own = token(&keys().p256, "ES256", &json!({}), &claims());
    assert!(is(bearer(&policy, "GET /orders", &own), GOOD));
    let other = format!("Bearer {}", token(&keys().p256, "ES256", &json!({}), &with("iss", "https://else.test")));
    let decision = ask(&policy, "GET /orders", &[("Authorization", &other)], None, |_| status(&good));
    assert_eq!(decision.status, 0);
    for bad in [&b"{}"[..], b"[]", b"{\"active\":\"true\"}", b"{\"active\":true,\"active\":false}"] {
        assert!(TokenStatus::read(bad).is_none());
    }
}

#[test]
fn rules_stand_in_place_of_a_contract() {
    let mut api = crate::api(CONTRACT, Mode::Block);
    let identity = json!({
        "issuers": [{"issuer": "https://id.test", "public_keys": [keys().p256.pem()], "schemes": ["token"], "scope_claims": ["realm.roles"]}],
        "schemes": {"token": {"type": "http", "scheme": "Bearer"}, "key": {"type": "apiKey", "in": "query", "name": "k"}},
        "security": [
            {"operation": "* /admin/*", "require": [{"token": ["admin"]}]},
            {"operation": "GET /health", "require": []},
            {"operation": "* /*", "require": [{"token": []}, {"key": []}]},
        ],
    });
    api.protection = serde_json::from_value(json!({ "identity": identity })).unwrap();
    api.contract = None;
    let policy = crate::compile(&api);
    let admin =
        format!("Bearer {}", token(&keys().p256, "ES256", &json!({}), &with("realm", json!({"roles": ["admin"]}))));
    let user = format!("Bearer {}", token(&keys().p256, "ES256", &json!({}), &claims()));
    for (line, authorization, expected) in [
        ("GET /health", "", GOOD),
        ("POST /health", "", (401, "credentials_missing")),
        ("GET /x?k=1", "", GOOD),
        ("GET /x", &user, GOOD),
        ("GET /admin/users", &admin, GOOD),
        ("GET /admin/users", &user, (403, "insufficient_scope")),
        // No spelling leads round a rule.
        ("GET /%61dmin/users?k=1", &user, (403, "insufficient_scope")),
        ("GET //admin/users?k=1", &user, (403, "insufficient_scope")),
        ("GET /x/../admin/users?k=1", &user, (403, "insufficient_scope")),
        ("GET /health/../x", "", (401, "credentials_missing")),
        ("GET /admin;a=b/users?k=1", &user, (403, "insufficient_scope")),
    ] {
        let headers: Vec<(&str, &str)> =
            if authorization.is_empty() { vec![] } else { vec![("Authorization", authorization)] };
        let decision = ask(&policy, line, &headers, None, nobody);
        assert_eq!((decision.status, decision.code.as_str()), expected, "{line}");
    }
}

#[test]
fn what_cannot_be_used_is_told() {
    let mistakes = |identity: Value| {
        let protection: Protection = serde_json::from_value(json!({ "identity": identity }))?;
        let lines = protection
            .mistakes(&|_| true)
            .into_iter()
            .map(|mistake| format!("{} {}", mistake.pointer, mistake.message));
        Ok::<String, serde_json::Error>(lines.collect::<Vec<_>>().join("\n"))
    };
    let wrong = [
        json!({"issuers": [{}]}),
        json!({"issuers": [{"issuer": "a"}]}),
        json!({"issuers": [{"issuer": "a", "jwks_url": "https://a/k", "jwks_file": "k"}]}),
        json!({"issuers": [{"issuer": "a", "jwks_url": "ftp://a/k"}]}),
        json!({"issuers": [{"issuer": "a", "jwks_url": "https://user@a/k"}]}),
        json!({"issuers": [{"issuer": "a", "jwks_url": "https://a/k", "algorithms": ["RS256", "HS256"]}]}),
        json!({"issuers": [{"issuer": "a", "hs_secret_file": "s", "algorithms": ["RS256"]}]}),
        json!({"issuers": [{"issuer": "a", "public_keys": ["-----BEGIN PUBLIC KEY-----"]}]}),
        json!({"introspection": [{"url": "https://a/i"}]}),
        json!({"security": [{"operation": "* /*", "require": [{"gone": []}]}]}),
    ];
    let told: Vec<String> = wrong.into_iter().map(|identity| mistakes(identity).unwrap()).collect();
    insta::assert_snapshot!(told.join("\n"));
    assert!(mistakes(json!({"issuers": [{"issuer": "a", "algorithms": ["none"]}]})).is_err());
    assert!(mistakes(json!({"issuers": [{"issuer": "a", "jwks": "k"}]})).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    /// Whatever is changed in a good token, it is good no more.
    #[test]
    fn a_token_that_was_changed_is_refused(which in 0..3usize, at in any::<prop::sample::Index>(), letter in "[A-Za-z0-9_.=-]", how in 0..3u8) {
        let (policy, key, algorithm) = match which {
            0 => (p256().0, &keys().p256, "ES256"),
            1 => (policy(&issuer(&json!({"public_keys": [keys().ed.pem()]}))), &keys().ed, "EdDSA"),
            _ => (policy(&issuer(&json!({"public_keys": [keys().rsa.pem()]}))), &keys().rsa, "RS256"),
        };
        let good = token(key, algorithm, &json!({"typ": "JWT"}), &claims());
        prop_assert!(is(bearer(&policy, "GET /orders", &good), GOOD));
        let at = at.index(good.len());
        let mut bad = good.clone();
        match how {
            0 => bad.replace_range(at..=at, &letter),
            1 => bad.insert_str(at, &letter),
            _ => drop(bad.remove(at)),
        }
        prop_assume!(bad != good);
        let (status, code) = bearer(&policy, "GET /orders", &bad);
        prop_assert_eq!(status, 401, "{} {}", code, bad);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}", dots in "(ey[A-Za-z0-9_-]{0,60}\\.){0,4}") {
        let (policy, _) = p256();
        for text in [text, dots] {
            let decision = ask(&policy, "GET /orders", &[("Authorization", &format!("Bearer {text}"))], None, nobody);
            prop_assert_eq!(decision.status, 401);
        }
    }
}
