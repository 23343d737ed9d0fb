//! What a request must show, and whether it does.

use super::config::{Introspection, Issuer, KeySource, SecurityRule};
use super::keys::KeySet;
use super::presented::{Presented, presented};
use super::principal::{self, Secret};
use super::token::{self, Flaw, Token};
use super::{Caller, Question, Step};
use crate::verdict::Reason;
use crate::{Answer, ApiPolicy, Check, Lookup, terms};
use palisade_contract::validate::{Carrier, CompiledOperation, SchemeUse};
use palisade_contract::{Location, SecurityKind};
use std::borrow::Cow;
use std::sync::Arc;

/// The identity part of a policy, compiled.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    issuers: Vec<Known>,
    endpoints: Vec<Arc<Introspection>>,
    /// What is required in place of the contract, by what it fits.
    security: Vec<(String, Vec<Vec<SchemeUse>>)>,
}

#[derive(Debug)]
struct Known {
    issuer: Issuer,
    keys: Keys,
}

#[derive(Debug)]
enum Keys {
    Here(Arc<KeySet>),
    Asked(Arc<KeySource>),
}

/// Why a request is not let in.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Denial {
    /// 400, 401 or 403.
    status: u16,
    code: &'static str,
    message: String,
    /// `header`, `query`, `cookie` or `client`.
    location: &'static str,
    /// Of the field, parameter or cookie.
    name: String,
    /// Values of WWW-Authenticate fields.
    challenges: Vec<String>,
}

/// How a request stands with one scheme.
enum State {
    Missing,
    Need(Lookup),
    Unasked(&'static str),
    Good(Shown),
    Bad(Denial),
}

/// A credential that is accepted.
#[derive(Default)]
struct Shown {
    principal: Option<String>,
    /// What its holder may do; `None` where nothing says.
    scopes: Option<Vec<String>>,
}

impl Rules {
    /// Compiles. An issuer whose keys cannot be read knows none: see [`Protection::mistakes`](crate::Protection::mistakes).
    pub(crate) fn compile(api: &ApiPolicy) -> Rules {
        let Some(identity) = &api.protection.identity else { return Rules::default() };
        let known = |issuer: &Issuer| {
            let keys = match issuer.source() {
                Some(source) => Keys::Asked(Arc::new(source)),
                None => Keys::Here(Arc::new(issuer.keys().unwrap_or_default())),
            };
            Known { issuer: issuer.clone(), keys }
        };
        let rule = |rule: &SecurityRule| {
            (rule.operation.clone(), rule.require.iter().map(|schemes| identity.uses(schemes)).collect())
        };
        Rules {
            issuers: identity.issuers.iter().map(known).collect(),
            endpoints: identity.introspection.iter().cloned().map(Arc::new).collect(),
            security: identity.security.iter().map(rule).collect(),
        }
    }

    /// Judges who calls. Pure: the same question gives the same step.
    pub(crate) fn judge(&self, question: &Question<'_>) -> Step {
        let alternatives = self.required(question);
        if alternatives.is_empty() {
            return Step::Skip("nothing is required");
        }
        let mut schemes: Vec<(&SchemeUse, State)> = Vec::new();
        for scheme in alternatives.iter().flatten() {
            if !schemes.iter().any(|(known, _)| known.name == scheme.name) {
                schemes.push((scheme, self.scheme(scheme, question)));
            }
        }
        let mut caller = Caller::default();
        for (_, state) in &schemes {
            match state {
                State::Need(lookup) => return Step::Need(lookup.clone()),
                // Whatever else would do: an upstream may believe what it is shown.
                State::Bad(denial) => return Step::Done(denied(denial.clone())),
                State::Unasked(why) => caller.not_assessed.push(*why),
                State::Missing | State::Good(_) => {}
            }
        }
        if !caller.not_assessed.is_empty() {
            return Step::Done(caller);
        }
        let shown = |scheme: &SchemeUse| {
            schemes.iter().find_map(|(known, state)| match state {
                State::Good(shown) if known.name == scheme.name => Some(shown),
                _ => None,
            })
        };
        let mut lacking = None;
        for alternative in alternatives {
            let held: Option<Vec<_>> = alternative.iter().map(|scheme| Some((scheme, shown(scheme)?))).collect();
            let Some(held) = held else { continue };
            let enough = |(scheme, shown): &(&SchemeUse, &Shown)| {
                scheme.scopes.iter().all(|scope| shown.scopes.as_ref().is_none_or(|scopes| scopes.contains(scope)))
            };
            if held.iter().all(enough) {
                caller.principal = held.iter().find_map(|(_, shown)| shown.principal.clone());
                return Step::Done(caller);
            }
            lacking.get_or_insert(alternative);
        }
        Step::Done(denied(match lacking {
            Some(alternative) => insufficient(alternative),
            None => missing(alternatives),
        }))
    }

    /// What the first rule that fits requires, else the contract.
    fn required<'a>(&'a self, question: &Question<'a>) -> &'a [Vec<SchemeUse>] {
        if !self.security.is_empty() {
            let target = match question.operation {
                Some(operation) => Cow::Borrowed(operation.label.as_str()),
                None => Cow::Owned(format!("{} {}", question.request.method, normal(question.request.path))),
            };
            if let Some((_, required)) = self.security.iter().find(|(pattern, _)| terms::fits(pattern, &target)) {
                return required;
            }
        }
        question.operation.map_or(&[], CompiledOperation::security)
    }

    fn scheme(&self, scheme: &SchemeUse, question: &Question<'_>) -> State {
        let Some(carrier) = scheme.carrier() else {
            return match (&*scheme.kind, &question.facts.certificate) {
                (SecurityKind::MutualTls, None) => State::Missing,
                (SecurityKind::MutualTls, Some(subject)) => {
                    State::Good(Shown { principal: Some(principal::of_certificate(subject)), scopes: None })
                }
                // What no version of OpenAPI knows cannot be asked for.
                _ => State::Good(Shown::default()),
            };
        };
        let serves =
            |names: &[String]| names.contains(&scheme.name) || (names.is_empty() && carrier.scheme == Some("bearer"));
        let issuers: Vec<&Known> = self.issuers.iter().filter(|known| serves(&known.issuer.schemes)).collect();
        let endpoints: Vec<&Arc<Introspection>> = self.endpoints.iter().filter(|one| serves(&one.schemes)).collect();
        // Issuers may look for their token elsewhere; the first place that holds one counts.
        let own = issuers.iter().filter_map(|known| known.issuer.location.as_ref());
        let own = own.map(|place| Carrier { location: place.place.location(), name: &place.name, scheme: None });
        let usual = issuers.iter().any(|known| known.issuer.location.is_none()) || issuers.is_empty();
        let mut places = own.chain(usual.then_some(carrier)).map(|place| (place, presented(&place, question.request)));
        let Some((carrier, text)) = places.find(|(_, presented)| *presented != Presented::Missing) else {
            return State::Missing;
        };
        let deny = |status: u16, code: &'static str, message: &str, error: &str| {
            State::Bad(Denial {
                status,
                code,
                message: message.to_owned(),
                location: word(carrier.location),
                name: carrier.name.to_owned(),
                challenges: vec![challenge(scheme, &[("error", error), ("error_description", message)])],
            })
        };
        let text = match text {
            Presented::Value(text) => text,
            Presented::Ambiguous => {
                return deny(400, "credentials_ambiguous", "The credential is sent more than once", "invalid_request");
            }
            Presented::Malformed(why) => return deny(401, "credentials_malformed", why, "invalid_request"),
            Presented::Missing => return State::Missing,
        };
        if issuers.is_empty() && endpoints.is_empty() {
            return State::Good(Shown::default());
        }
        let token = bare(&text);
        let outcome = match token::read(token) {
            Err(flaw) if endpoints.is_empty() => Outcome::Bad(flaw),
            Ok(read) if issuers.iter().any(|known| known.names(&read)) || endpoints.is_empty() => {
                verify(&issuers, &read, question)
            }
            _ => introspect(&endpoints, token, question),
        };
        match outcome {
            Outcome::Need(lookup) => State::Need(lookup),
            Outcome::Unasked(why) => State::Unasked(why),
            Outcome::Good { issuer, subject, scopes } => {
                let principal = subject.map(|subject| principal::of_token(&issuer, &subject));
                State::Good(Shown { principal, scopes: Some(scopes) })
            }
            Outcome::Bad(flaw) => {
                let (code, message) = flaw.words();
                deny(401, code, message, "invalid_token")
            }
        }
    }
}

impl Known {
    /// Whether a token says to be this issuer's.
    fn names(&self, token: &Token<'_>) -> bool {
        token.issuer() == Some(self.issuer.issuer.as_str())
    }
}

enum Outcome {
    Need(Lookup),
    Unasked(&'static str),
    Good { issuer: String, subject: Option<String>, scopes: Vec<String> },
    Bad(Flaw),
}

/// What was answered to a lookup.
fn answered<'a>(question: &Question<'a>, asked: impl Fn(&Lookup) -> bool) -> Option<&'a Answer> {
    question.answers.iter().find(|(lookup, _)| asked(lookup)).map(|(_, answer)| answer)
}

fn verify(issuers: &[&Known], token: &Token<'_>, question: &Question<'_>) -> Outcome {
    let mut flaw = Flaw::Issuer;
    // Two entries may share a name, for two audiences of one issuer.
    for known in issuers.iter().filter(|known| known.names(token)) {
        let keys = match &known.keys {
            Keys::Here(keys) => keys,
            Keys::Asked(source) => {
                match answered(
                    question,
                    |lookup| matches!(lookup, Lookup::Keys { source: asked, .. } if asked == source),
                ) {
                    Some(Answer::Keys(keys)) => keys,
                    Some(_) => return Outcome::Unasked("the keys of the token's issuer are not at hand"),
                    None => {
                        let key = token.key.as_deref().map(Arc::from);
                        return Outcome::Need(Lookup::Keys { source: Arc::clone(source), key });
                    }
                }
            }
        };
        match token.verify(&known.issuer, keys, question.facts.now) {
            Ok(()) => {
                return Outcome::Good {
                    issuer: known.issuer.issuer.clone(),
                    subject: token.subject(),
                    scopes: token.scopes(&known.issuer.scope_claims),
                };
            }
            Err(other) => flaw = other,
        }
    }
    Outcome::Bad(flaw)
}

fn introspect(endpoints: &[&Arc<Introspection>], text: &str, question: &Question<'_>) -> Outcome {
    if text.len() > token::TOKEN_BYTES {
        return Outcome::Bad(Flaw::Malformed("The token is too long"));
    }
    let mut flaw = Flaw::Inactive;
    for endpoint in endpoints {
        let this = |lookup: &Lookup| matches!(lookup, Lookup::Introspection { endpoint: asked, token } if asked == *endpoint && token.reveal() == text);
        let status = match answered(question, this) {
            Some(Answer::Introspection(status)) => status,
            Some(_) => return Outcome::Unasked("nobody can be asked about the token"),
            None => {
                let endpoint = Arc::clone(endpoint);
                return Outcome::Need(Lookup::Introspection { endpoint, token: Secret::new(text) });
            }
        };
        match status.judge(endpoint, question.facts.now) {
            Ok(()) => {
                let issuer = endpoint.issuer.clone().unwrap_or_else(|| endpoint.url.clone());
                return Outcome::Good { issuer, subject: status.subject(), scopes: status.scopes() };
            }
            Err(other) => flaw = other,
        }
    }
    Outcome::Bad(flaw)
}

/// A path as most servers read it: decoded, without empty and dot segments and what follows a semicolon, so that no
/// spelling of a path leads round the rule that speaks of it.
fn normal(path: &str) -> Cow<'_, str> {
    let plain = !path.contains(['%', '\\', ';']) && !path.contains("//") && !path.contains("/.");
    if plain && (path.len() == 1 || !path.ends_with('/')) {
        return Cow::Borrowed(path);
    }
    let decoded = palisade_exchange::decode(path).replace('\\', "/");
    let mut segments: Vec<&str> = Vec::new();
    for segment in decoded.split('/') {
        match segment.split(';').next().unwrap_or_default() {
            "" | "." => {}
            ".." => drop(segments.pop()),
            other => segments.push(other),
        }
    }
    Cow::Owned(format!("/{}", segments.join("/")))
}

fn denied(denial: Denial) -> Caller {
    let title = match denial.status {
        401 => "The caller is not known",
        403 => "The caller may not do this",
        _ => "The request's credential cannot be read",
    };
    let reason = Reason {
        name: denial.name,
        message: denial.message,
        ..Reason::new(Check::Identity, denial.status, denial.code, title).at(denial.location)
    };
    Caller { reasons: vec![reason], challenges: denial.challenges, ..Caller::default() }
}

/// A token without the word before it, which header fields other than Authorization may have or not.
fn bare(text: &str) -> &str {
    match text.split_once(' ') {
        Some((word, rest)) if word.eq_ignore_ascii_case("bearer") => rest.trim_start_matches(' '),
        _ => text,
    }
}

fn word(location: Location) -> &'static str {
    match location {
        Location::Query | Location::QueryString => "query",
        Location::Cookie => "cookie",
        _ => "header",
    }
}

/// A WWW-Authenticate value (RFC 9110 section 11.6.1, RFC 6750 section 3).
fn challenge(scheme: &SchemeUse, parameters: &[(&str, &str)]) -> String {
    let carrier = scheme.carrier();
    let own = carrier.as_ref().and_then(|carrier| carrier.scheme);
    let mut text = match own {
        Some("bearer") => "Bearer".to_owned(),
        Some("basic") => return "Basic realm=\"api\", charset=\"UTF-8\"".to_owned(),
        Some(other) => {
            let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
            return if other.bytes().all(token) { other.to_owned() } else { "Bearer".to_owned() };
        }
        // No registered scheme means a key; clients need to be told that they lack something all the same.
        None => "ApiKey".to_owned(),
    };
    let mut separator = ' ';
    for (name, value) in parameters {
        // Quoted strings of RFC 6750 hold neither quotes nor backslashes.
        let value: String =
            value.chars().filter(|letter| matches!(letter, ' '..='~') && !matches!(letter, '"' | '\\')).collect();
        text.push(separator);
        if separator == ',' {
            text.push(' ');
        }
        text.push_str(name);
        text.push_str("=\"");
        text.push_str(&value);
        text.push('"');
        separator = ',';
    }
    text
}

fn missing(alternatives: &[Vec<SchemeUse>]) -> Denial {
    let mut challenges: Vec<String> = Vec::new();
    let mut place: Option<Carrier<'_>> = None;
    for scheme in alternatives.iter().flatten() {
        if let Some(carrier) = scheme.carrier() {
            let challenge = challenge(scheme, &[]);
            if !challenges.contains(&challenge) {
                challenges.push(challenge);
            }
            place.get_or_insert(carrier);
        }
    }
    // A client that must show a certificate cannot answer a challenge.
    let (status, location, message) = match &place {
        Some(carrier) => (401, word(carrier.location), "The request lacks a credential that its operation needs"),
        None => (403, "client", "The client shows no certificate, which this operation needs"),
    };
    Denial {
        status,
        code: "credentials_missing",
        message: message.to_owned(),
        location,
        name: place.map_or(String::new(), |carrier| carrier.name.to_owned()),
        challenges,
    }
}

fn insufficient(alternative: &[SchemeUse]) -> Denial {
    let mut scopes: Vec<&str> = alternative.iter().flat_map(|scheme| &scheme.scopes).map(String::as_str).collect();
    scopes.dedup();
    let carrier = alternative.iter().find_map(SchemeUse::carrier);
    let first = alternative.iter().find(|scheme| !scheme.scopes.is_empty());
    let challenges =
        first.map(|scheme| challenge(scheme, &[("error", "insufficient_scope"), ("scope", &scopes.join(" "))]));
    Denial {
        status: 403,
        code: "insufficient_scope",
        message: "The token does not have the scope that the operation needs".to_owned(),
        location: carrier.map_or("client", |carrier| word(carrier.location)),
        name: carrier.map_or(String::new(), |carrier| carrier.name.to_owned()),
        challenges: challenges.into_iter().collect(),
    }
}
