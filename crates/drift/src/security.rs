//! Which credentials a contract demands, and which were shown.

use palisade_contract::{Contract, Location, Operation, SecurityKind};
use palisade_exchange::{Credential, Exchange, query_pairs};
use std::collections::BTreeSet;

/// How an exchange stands to what its operation demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Access {
    /// A demand is met, nothing is demanded, or it cannot be told.
    Fine,
    /// Something is demanded, and nothing was shown.
    Nothing,
    /// Something else was shown; the word for it.
    Other(String),
}

/// Names under which a request may carry credentials, values aside.
struct Shown {
    scheme: Option<String>,
    headers: BTreeSet<String>,
    cookies: BTreeSet<String>,
    query: BTreeSet<String>,
}

impl Shown {
    fn by(exchange: &Exchange) -> Shown {
        let mut shown = Shown {
            scheme: None,
            headers: BTreeSet::new(),
            cookies: BTreeSet::new(),
            query: exchange
                .query
                .as_deref()
                .map(query_pairs)
                .unwrap_or_default()
                .into_iter()
                .map(|(name, _)| name.into_owned())
                .collect(),
        };
        for (name, value) in &exchange.request.headers {
            let name = name.to_ascii_lowercase();
            if name == "authorization" {
                let scheme = value.split_once(' ').map_or(value.as_str(), |(scheme, _)| scheme);
                shown.scheme = Some(scheme.to_ascii_lowercase());
            } else if name == "cookie" {
                let names = value.split(';').map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name).trim());
                shown.cookies.extend(names.map(str::to_owned));
            }
            shown.headers.insert(name);
        }
        shown
    }

    fn meets(&self, kind: &SecurityKind) -> bool {
        match kind {
            SecurityKind::ApiKey { name, location: Location::Header } => {
                self.headers.contains(&name.to_ascii_lowercase())
            }
            SecurityKind::ApiKey { name, location: Location::Cookie } => self.cookies.contains(name),
            SecurityKind::ApiKey { name, .. } => self.query.contains(name),
            SecurityKind::Http { scheme, .. } => self.scheme.as_deref() == Some(scheme),
            SecurityKind::OAuth2 { .. } | SecurityKind::OpenIdConnect { .. } => {
                self.scheme.as_deref() == Some("bearer") || self.query.contains("access_token")
            }
            // Not in the request, or not known.
            SecurityKind::MutualTls | SecurityKind::Unknown(_) => true,
        }
    }
}

/// How an exchange stands to what its operation demands.
pub(crate) fn access(contract: &Contract, operation: &Operation, exchange: &Exchange) -> Access {
    let demands = contract.security_of(operation);
    if demands.is_empty() {
        return Access::Fine;
    }
    let shown = Shown::by(exchange);
    // A scheme that is not declared cannot be told.
    let met = |name: &str| contract.security_scheme(name).is_none_or(|scheme| shown.meets(&scheme.kind));
    if demands.iter().any(|demand| demand.schemes.iter().all(|(name, _)| met(name))) {
        return Access::Fine;
    }
    match exchange.credentials().first() {
        None => Access::Nothing,
        Some(credential) => Access::Other(word(credential)),
    }
}

/// True when the contract demands nothing at all of the callers of an operation.
pub(crate) fn open(contract: &Contract, operation: &Operation) -> bool {
    contract.security_of(operation).is_empty()
}

/// True for credentials that callers send on purpose: browsers add cookies by themselves.
pub(crate) fn deliberate(credential: &Credential) -> bool {
    !matches!(credential, Credential::Cookie(_))
}

/// Words for a credential in a message.
fn word(credential: &Credential) -> String {
    match credential {
        Credential::Bearer { .. } => "a bearer token".to_owned(),
        Credential::Basic => "Basic".to_owned(),
        Credential::Other(scheme) => format!("the scheme {scheme}"),
        Credential::Header(name) => format!("the header {name}"),
        Credential::Cookie(name) => format!("the cookie {name}"),
        Credential::Query(name) => format!("the query parameter {name}"),
    }
}
