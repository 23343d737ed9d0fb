//! Where bearer tokens come from: a token endpoint in the traffic (RFC 6749).
//!
//! It is told by what it is asked for, a `grant_type`, and by what it gives, an `access_token`. A sum like everything
//! else, so it needs no state of its own.

use crate::inventory::Learned;
use crate::sketch::Sketch;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Scopes named in a contract.
const SCOPES: usize = 64;

/// An endpoint that gives tokens.
pub(crate) struct Issuer<'a> {
    /// The operation.
    pub(crate) learned: &'a Learned,
    /// The grants it was asked for and gave tokens for, sorted.
    grants: BTreeSet<&'a str>,
    /// The scopes that were asked for, sorted.
    scopes: BTreeSet<&'a str>,
    /// Path of the page where users agree, when it was seen.
    authorization: Option<&'a str>,
}

/// A member of an object by its name.
fn member<'a>(sketch: &'a Sketch, wanted: &str) -> Option<&'a Sketch> {
    sketch.members.iter().find(|((_, name), _)| &**name == wanted).map(|(_, member)| member)
}

/// The words a field held, as far as they are known.
fn words(sketch: &Sketch) -> impl Iterator<Item = &str> {
    sketch.values.iter().filter_map(|(_, value)| value.word.as_deref())
}

/// The endpoint that gave the most tokens. A page for users to agree on is told by its query (RFC 6749, 4.1.1).
pub(crate) fn issuer<'a>(operations: &[&'a Learned]) -> Option<Issuer<'a>> {
    let gives = |learned: &Learned| {
        let good = learned.known.answers.iter().filter(|(status, _)| (200..300).contains(*status));
        let mut bodies = good.flat_map(|(_, answers)| answers.media.iter());
        bodies.any(|(_, media)| member(&media.sketch, "access_token").is_some())
    };
    let asked = |learned: &'a Learned| {
        let bodies = learned.known.request.iter().map(|(_, media)| &media.sketch);
        bodies.filter(|sketch| member(sketch, "grant_type").is_some()).collect::<Vec<_>>()
    };
    let tokens = operations.iter().filter(|learned| learned.view.method == "POST" && gives(learned));
    let busiest = tokens
        .filter(|learned| !asked(learned).is_empty())
        .max_by_key(|learned| (learned.known.successes, std::cmp::Reverse(&learned.view.template)))?;
    let bodies = asked(busiest);
    let all = |name: &str| bodies.iter().filter_map(|sketch| member(sketch, name)).flat_map(words).collect::<Vec<_>>();
    let agrees = |learned: &Learned| {
        let query = |wanted: &str| learned.known.query.iter().any(|((_, name), _)| &**name == wanted);
        learned.view.method == "GET" && query("response_type") && query("client_id")
    };
    Some(Issuer {
        learned: busiest,
        grants: all("grant_type").into_iter().collect(),
        scopes: all("scope").into_iter().flat_map(str::split_whitespace).take(SCOPES).collect(),
        authorization: operations
            .iter()
            .find(|learned| learned.host == busiest.host && agrees(learned))
            .map(|learned| learned.view.template.as_str()),
    })
}

impl Issuer<'_> {
    /// The security scheme, when a flow of OpenAPI can say it; `origin` is scheme and host of the endpoint, or empty.
    /// `jwt`: the tokens are JSON web tokens.
    pub(crate) fn scheme(&self, origin: &str, jwt: bool) -> Option<Value> {
        let address = |path: &str| format!("{origin}{path}");
        let scopes: Map<String, Value> = self.scopes.iter().map(|scope| ((*scope).to_owned(), json!(""))).collect();
        let mut flow = json!({"tokenUrl": address(&self.learned.view.template)});
        if self.grants.contains("refresh_token") {
            flow["refreshUrl"] = flow["tokenUrl"].clone();
        }
        flow["scopes"] = Value::Object(scopes);
        let mut flows = Map::new();
        if let (true, Some(page)) = (self.grants.contains("authorization_code"), self.authorization) {
            let mut whole = json!({"authorizationUrl": address(page)});
            if let (Some(whole), Some(flow)) = (whole.as_object_mut(), flow.as_object()) {
                whole.extend(flow.clone());
            }
            flows.insert("authorizationCode".to_owned(), whole);
        }
        for (grant, name) in [("client_credentials", "clientCredentials"), ("password", "password")] {
            if self.grants.contains(grant) {
                flows.insert(name.to_owned(), flow.clone());
            }
        }
        if flows.is_empty() {
            return None;
        }
        let mut seen = json!({"grants": self.grants, "tokens": self.learned.known.successes});
        if jwt {
            seen["bearerFormat"] = json!("JWT");
        }
        Some(json!({"type": "oauth2", "flows": flows, "x-palisade": seen}))
    }

    /// What is said beside a plain bearer scheme when no flow can be named.
    pub(crate) fn hint(&self, origin: &str) -> Value {
        let token = format!("{origin}{}", self.learned.view.template);
        json!({"oauth2": {"tokenUrl": token, "grants": self.grants, "tokens": self.learned.known.successes}})
    }
}
