//! How callers are known, as data. Secrets and key files are named, never contained: a driver reads them.

use super::algorithm::Algorithm;
use super::keys::{KeyError, KeySet};
use crate::Mistake;
use palisade_contract::validate::SchemeUse;
use palisade_contract::{Location, SecurityKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How callers are known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Identity {
    /// Who issues the tokens that are accepted. Without any, a token must be there and is not looked into.
    pub issuers: Vec<Issuer>,
    /// Who is asked about tokens that do not speak for themselves (RFC 7662).
    pub introspection: Vec<Introspection>,
    /// The schemes that `security` speaks of, by name.
    pub schemes: BTreeMap<String, Scheme>,
    /// What is required in place of what the contract requires; the first that fits speaks.
    pub security: Vec<SecurityRule>,
}

/// An issuer of JSON Web Tokens. Its keys come from exactly one of `jwks_url`, `jwks_file`, `public_keys` and
/// `hs_secret_file`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Issuer {
    /// What `iss` must be, letter by letter.
    pub issuer: String,
    /// Where its JSON Web Key Set is.
    pub jwks_url: Option<String>,
    /// File of a JSON Web Key Set.
    pub jwks_file: Option<String>,
    /// Public keys in PEM.
    pub public_keys: Vec<String>,
    /// File with the secret of HS256, HS384 or HS512.
    pub hs_secret_file: Option<String>,
    /// PEM file that vouches for `jwks_url`, in place of the system's authorities.
    pub ca_file: Option<String>,
    /// Seconds after which keys of `jwks_url` are fetched anew.
    pub refresh_seconds: u32,
    /// Seconds for which the last good keys serve while `jwks_url` cannot be reached.
    pub stale_seconds: u32,
    /// One of them must be among `aud`; empty: any.
    pub audiences: Vec<String>,
    /// Algorithms that are accepted; empty: those of public keys, or with `hs_secret_file` those of secrets.
    pub algorithms: Vec<Algorithm>,
    /// Values of `typ` that are accepted, for example `at+jwt`; empty: any.
    pub types: Vec<String>,
    /// How far clocks may differ, in seconds.
    pub leeway_seconds: u32,
    /// Claims that must be there.
    pub required_claims: Vec<String>,
    /// Claims that hold scopes: lists, or words with spaces between them. `realm_access.roles` is the member `roles` of
    /// the claim `realm_access`.
    pub scope_claims: Vec<String>,
    /// Schemes of the contract whose tokens are this issuer's; empty: all that carry bearer tokens.
    pub schemes: Vec<String>,
    /// Where the token stands, when not where the scheme says.
    pub location: Option<TokenLocation>,
}

impl Default for Issuer {
    fn default() -> Self {
        Issuer {
            issuer: String::new(),
            jwks_url: None,
            jwks_file: None,
            public_keys: Vec::new(),
            hs_secret_file: None,
            ca_file: None,
            refresh_seconds: 600,
            stale_seconds: 86_400,
            audiences: Vec::new(),
            algorithms: Vec::new(),
            types: Vec::new(),
            leeway_seconds: 30,
            required_claims: vec!["exp".to_owned()],
            scope_claims: ["scope", "scp", "roles"].map(str::to_owned).to_vec(),
            schemes: Vec::new(),
            location: None,
        }
    }
}

/// Where a token stands in a request. In a header field it may follow the word `Bearer`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenLocation {
    /// The part of the request.
    #[serde(rename = "in")]
    pub place: Place,
    /// The header field, cookie or query parameter.
    pub name: String,
}

/// A part of a request that holds credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Place {
    Header,
    Cookie,
    Query,
}

impl Place {
    pub(super) fn location(self) -> Location {
        match self {
            Place::Header => Location::Header,
            Place::Cookie => Location::Cookie,
            Place::Query => Location::Query,
        }
    }
}

/// An endpoint that knows which tokens are active (RFC 7662).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Introspection {
    /// The endpoint.
    pub url: String,
    /// By which name the gateway asks.
    pub client_id: String,
    /// File with the secret it asks by.
    pub client_secret_file: String,
    /// PEM file that vouches for the endpoint, in place of the system's authorities.
    pub ca_file: Option<String>,
    /// Seconds for which an answer holds; a token that expires sooner is asked about sooner.
    pub cache_seconds: u32,
    /// Longest wait for an answer, in milliseconds.
    pub timeout_ms: u32,
    /// What `iss` of the answer must be, where it says one.
    pub issuer: Option<String>,
    /// One of them must be among `aud` of the answer; empty: any.
    pub audiences: Vec<String>,
    /// Schemes of the contract whose tokens it knows; empty: all that carry bearer tokens.
    pub schemes: Vec<String>,
}

impl Default for Introspection {
    fn default() -> Self {
        Introspection {
            url: String::new(),
            client_id: String::new(),
            client_secret_file: String::new(),
            ca_file: None,
            cache_seconds: 60,
            timeout_ms: 2000,
            issuer: None,
            audiences: Vec::new(),
            schemes: Vec::new(),
        }
    }
}

/// A way to show a credential, in the words of OpenAPI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum Scheme {
    /// A key.
    #[serde(rename = "apiKey")]
    ApiKey {
        /// The part of the request.
        #[serde(rename = "in")]
        place: Place,
        /// The header field, cookie or query parameter.
        name: String,
    },
    /// An authentication scheme of HTTP.
    #[serde(rename = "http")]
    Http {
        /// `bearer`, `basic`, ...
        scheme: String,
    },
    /// A client certificate.
    #[serde(rename = "mutualTLS")]
    MutualTls,
}

/// What some requests must show.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecurityRule {
    /// `METHOD /template` or, without a contract, `METHOD /path`; `*` as the method stands for any, as the last segment
    /// for whatever follows.
    pub operation: String,
    /// Alternatives, each a mapping of schemes to the scopes that are needed; empty: nothing is required.
    pub require: Vec<BTreeMap<String, Vec<String>>>,
}

/// Where an issuer's keys come from: what a driver is asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeySource {
    /// A JSON Web Key Set over HTTP.
    Url {
        /// Where.
        url: String,
        /// PEM file that vouches for it.
        ca_file: Option<String>,
        /// Seconds after which it is fetched anew.
        refresh_seconds: u32,
        /// Seconds for which the last good keys serve.
        stale_seconds: u32,
    },
    /// A file with a JSON Web Key Set.
    File(String),
    /// A file with a shared secret.
    SecretFile(String),
}

impl Issuer {
    /// Whether it signs by this algorithm.
    pub fn accepts(&self, algorithm: Algorithm) -> bool {
        algorithm.is_shared() == self.hs_secret_file.is_some()
            && (self.algorithms.is_empty() || self.algorithms.contains(&algorithm))
    }

    /// What a driver must be asked for; `None` where the keys stand here.
    pub(super) fn source(&self) -> Option<KeySource> {
        if let Some(url) = &self.jwks_url {
            Some(KeySource::Url {
                url: url.clone(),
                ca_file: self.ca_file.clone(),
                refresh_seconds: self.refresh_seconds,
                stale_seconds: self.stale_seconds,
            })
        } else if let Some(file) = &self.jwks_file {
            Some(KeySource::File(file.clone()))
        } else {
            self.hs_secret_file.clone().map(KeySource::SecretFile)
        }
    }

    pub(super) fn keys(&self) -> Result<KeySet, KeyError> {
        self.public_keys.iter().try_fold(KeySet::default(), |keys, pem| Ok(keys.join(KeySet::pem(pem)?)))
    }

    fn mistake(&self) -> Option<(&'static str, String)> {
        let sources = [
            self.jwks_url.is_some(),
            self.jwks_file.is_some(),
            !self.public_keys.is_empty(),
            self.hs_secret_file.is_some(),
        ];
        if self.issuer.is_empty() {
            return Some(("", "`issuer` is missing: it is what the claim `iss` must be".to_owned()));
        }
        if sources.into_iter().filter(|given| *given).count() != 1 {
            let message = "the keys come from one of `jwks_url`, `jwks_file`, `public_keys` and `hs_secret_file`";
            return Some(("", message.to_owned()));
        }
        let foreign = self.algorithms.iter().find(|algorithm| algorithm.is_shared() != self.hs_secret_file.is_some());
        if let Some(algorithm) = foreign {
            let message = format!(
                "{algorithm:?} does not go with the keys: HS256, HS384 and HS512 need `hs_secret_file`, all others \
                 public keys"
            );
            return Some(("/algorithms", message));
        }
        if self.jwks_url.as_deref().is_some_and(|url| !is_web_address(url)) {
            return Some(("/jwks_url", "is not https://HOST/PATH".to_owned()));
        }
        self.keys().err().map(|error| ("/public_keys", error.to_string()))
    }
}

fn is_web_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let authority = rest.and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default();
    let odd = |byte: u8| byte <= b' ' || byte >= 0x7f || byte == b'#' || byte == b'\\';
    !authority.is_empty() && !authority.contains('@') && !url.bytes().any(odd)
}

impl Identity {
    /// What cannot be meant, all of it, with pointers into the identity.
    pub(crate) fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let mut say = |pointer: String, message: String| mistakes.push(Mistake { pointer, message });
        for (at, issuer) in self.issuers.iter().enumerate() {
            if let Some((place, message)) = issuer.mistake() {
                say(format!("/issuers/{at}{place}"), message);
            }
        }
        for (at, endpoint) in self.introspection.iter().enumerate() {
            let place = format!("/introspection/{at}");
            if endpoint.client_id.is_empty() || endpoint.client_secret_file.is_empty() {
                say(place, "`url`, `client_id` and `client_secret_file` are needed".to_owned());
            } else if !is_web_address(&endpoint.url) {
                say(format!("{place}/url"), "is not https://HOST/PATH".to_owned());
            }
        }
        for (at, rule) in self.security.iter().enumerate() {
            let place = format!("/security/{at}");
            if !rule.operation.contains(' ') {
                let message = "is not `METHOD /path`: `* /admin/*` stands for whatever is below /admin";
                say(format!("{place}/operation"), message.to_owned());
            }
            for (alternative, schemes) in rule.require.iter().enumerate() {
                for name in schemes.keys().filter(|name| !self.schemes.contains_key(*name)) {
                    let message = format!("`schemes` describes no {}", palisade_document::quote(name));
                    say(format!("{place}/require/{alternative}"), message);
                }
            }
        }
        mistakes
    }

    /// A requirement of a [`SecurityRule`] as contracts say it.
    pub(super) fn uses(&self, schemes: &BTreeMap<String, Vec<String>>) -> Vec<SchemeUse> {
        let one = |(name, scopes): (&String, &Vec<String>)| {
            let kind = self.schemes.get(name).map_or_else(|| SecurityKind::Unknown(String::new()), Scheme::kind);
            SchemeUse { name: name.clone(), kind: Arc::new(kind), scopes: scopes.clone() }
        };
        schemes.iter().map(one).collect()
    }
}

impl Scheme {
    fn kind(&self) -> SecurityKind {
        match self {
            Scheme::ApiKey { place, name } => SecurityKind::ApiKey { name: name.clone(), location: place.location() },
            Scheme::Http { scheme } => SecurityKind::Http { scheme: scheme.to_ascii_lowercase(), bearer_format: None },
            Scheme::MutualTls => SecurityKind::MutualTls,
        }
    }
}
