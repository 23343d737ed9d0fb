//! What an operation is for, by the words of its path: whether it leads to a credential, asks, or changes something.

use super::common::{Plain, among, has_word, words};
use crate::index::Operation;
use palisade_document::NodeRef;

/// Words of steps that lead to a credential, wherever they stand in a path.
const SIGN_IN: [&str; 10] =
    ["login", "logon", "logout", "oauth", "oauth2", "register", "registration", "signin", "signout", "signup"];

/// Words of steps that lead to a credential where nothing else has been named before than whose it is.
const PROOF: [&str; 25] = [
    "2fa",
    "activate",
    "activation",
    "auth",
    "authenticate",
    "authentication",
    "authorize",
    "captcha",
    "confirm",
    "confirmation",
    "forgot",
    "mfa",
    "otp",
    "password",
    "passwords",
    "recover",
    "recovery",
    "registrations",
    "reset",
    "session",
    "sessions",
    "token",
    "tokens",
    "verification",
    "verify",
];

/// Words of steps of a GET that lead to a credential. Others of [`PROOF`] would list secrets.
const PAGES: [&str; 8] = ["activate", "authorize", "callback", "captcha", "confirm", "forgot", "reset", "verify"];

/// Words of steps that name whose credential it is.
const OWNERS: [&str; 10] =
    ["account", "accounts", "customer", "customers", "identity", "me", "member", "members", "user", "users"];

/// Words of steps that answer a question, or are called by another service.
const ASKED: [&str; 10] =
    ["callback", "contact", "hook", "hooks", "ping", "query", "search", "validate", "webhook", "webhooks"];

/// Words that may stand beside those above in one step: `verify-email`, `login.json`.
const BESIDE: [&str; 16] = [
    "access",
    "account",
    "by",
    "code",
    "do",
    "email",
    "forgotten",
    "json",
    "mail",
    "phone",
    "refresh",
    "request",
    "send",
    "sms",
    "user",
    "with",
];

/// Steps that tell whether the API is there and what it is, after steps that do so too or that any path begins with.
const ALIVE: [&str; 4] = ["live", "ready", "status", "version"];

/// Steps that do so wherever they stand.
const KNOWN: [&str; 11] = [
    "health",
    "health-check",
    "health_check",
    "healthcheck",
    "healthz",
    "jwks.json",
    "livez",
    "openapi.json",
    "ping",
    "readyz",
    "swagger.json",
];

/// Whether an operation changes something: one that asks by POST is left out, and so is what leads to a credential or
/// is called by another service.
pub(crate) fn changes(operation: &Operation<'_>) -> bool {
    let before = |step: &str| [&SIGN_IN[..], &PROOF, &ASKED].iter().any(|list| has_word(step, list));
    matches!(operation.method.as_str(), "POST" | "PUT" | "PATCH" | "DELETE")
        && !operation.outgoing
        && !steps(operation).any(|step| !variable(step) && before(step))
        && !asks(operation)
}

/// Whether an operation only reads, a POST that asks a question included.
pub(crate) fn reads(operation: &Operation<'_>) -> bool {
    !matches!(operation.method.as_str(), "POST" | "PUT" | "PATCH" | "DELETE") || asks(operation)
}

/// Whether a POST asks a question, by its path or its `operationId`.
fn asks(operation: &Operation<'_>) -> bool {
    const CHANGES: [&str; 11] =
        ["add", "cancel", "create", "delete", "import", "new", "remove", "save", "set", "store", "update"];
    let question = |name: &str| {
        let (first, last) = (words(name).next().unwrap_or_default(), words(name).last().unwrap_or_default());
        (among(first, &["find", "query", "search"]) || among(last, &["search"])) && !has_word(name, &CHANGES)
    };
    let id = operation.node.get("operationId").and_then(NodeRef::as_str).unwrap_or_default();
    operation.method == "POST" && (question(id) || steps(operation).any(|step| !variable(step) && question(step)))
}

/// Whether an operation is public by its nature: it leads to a credential, or tells that the API is there and what it
/// is.
pub(crate) fn for_everybody(operation: &Operation<'_>) -> bool {
    match operation.method.as_str() {
        "POST" => leads(operation, &PROOF),
        "GET" | "HEAD" => leads(operation, &PAGES) || greets(operation),
        _ => false,
    }
}

/// Whether the last step of a path leads to a credential. Words that say so only by themselves come with `more`: behind
/// others they are about an object, as in `/orders/{id}/confirm` and `/checkout/sessions`.
fn leads(operation: &Operation<'_>, more: &[&str]) -> bool {
    let mut before = steps(operation).collect::<Vec<_>>();
    while before.last().is_some_and(|step| variable(step)) {
        before.pop();
    }
    let Some(last) = before.pop() else { return false };
    let own = |step: &&str| prefix(step) || [&SIGN_IN[..], &PROOF, &OWNERS].iter().any(|list| among(step, list));
    let alone = before.iter().all(own);
    let of = |word: &str| among(word, &SIGN_IN) || alone && among(word, more);
    let plain = Plain::of(last).is_some_and(|plain| of(plain.as_str()));
    plain || words(last).any(of) && words(last).all(|word| of(word) || among(word, &BESIDE))
}

/// Whether a path is that of the home page, of a check of health, or of what everybody has to know.
fn greets(operation: &Operation<'_>) -> bool {
    let steps: Vec<&str> = steps(operation).collect();
    let Some((last, before)) = steps.split_last() else { return true };
    if steps.iter().any(|step| variable(step)) {
        return false;
    }
    steps.contains(&".well-known")
        || among(last, &KNOWN)
        || before.is_empty() && among(last, &["robots.txt"])
        || before.iter().all(|step| prefix(step) || among(step, &KNOWN)) && among(last, &ALIVE)
}

/// Whether a step is one that any path may begin with: `api`, `v1`.
fn prefix(step: &str) -> bool {
    let number = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_digit()) && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    among(step, &["actuator", "api", "rest"]) || step.strip_prefix(['v', 'V']).is_some_and(number)
}

fn steps<'a>(operation: &Operation<'a>) -> impl Iterator<Item = &'a str> {
    operation.path.split('/').filter(|step| !step.is_empty())
}

fn variable(step: &str) -> bool {
    step.contains('{')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{Index, Version};

    /// An operation with this method, path and `operationId`, judged.
    fn judged(method: &str, path: &str, id: &str, judge: fn(&Operation<'_>) -> bool) -> bool {
        let method = method.to_ascii_lowercase();
        let text = format!("openapi: 3.0.3\npaths: {{'{path}': {{{method}: {{operationId: {id}}}}}}}\n");
        let document = palisade_document::read("a", text.as_bytes(), &palisade_document::Limits::default()).document;
        let document = std::sync::Arc::new(document);
        let index = Index::new(&document, Version::V30);
        judge(index.operations.first().unwrap())
    }

    #[test]
    fn what_everybody_may_call_is_known_by_its_path() {
        for (method, path) in [
            ("POST", "/users/v1/login"),
            ("GET", "/user/logout"),
            ("POST", "/users/sign-up"),
            ("POST", "/realms/{realm}/login"),
            ("POST", "/users/verify-email"),
            ("POST", "/oauth/access_token"),
            ("POST", "/sessions"),
            ("GET", "/confirm/{code}"),
            ("GET", "/"),
            ("GET", "/api/v1/status"),
            ("GET", "/identity/health_check"),
            ("GET", "/.well-known/openid-configuration"),
        ] {
            assert!(judged(method, path, "a", for_everybody), "{method} {path}");
        }
        for (method, path) in [
            ("POST", "/orders/{id}/confirm"),
            ("POST", "/users/{id}/tokens"),
            ("POST", "/v1/checkout/sessions"),
            ("POST", "/users/change_password"),
            ("POST", "/auth/admin/users"),
            ("DELETE", "/sessions"),
            ("GET", "/tokens"),
            ("GET", "/sessions"),
            ("GET", "/login-history"),
            ("GET", "/createdb"),
            ("GET", "/users/v1/_debug"),
            ("GET", "/orders/status"),
            ("GET", "/orders/{id}/status"),
            ("POST", "/webhooks"),
        ] {
            assert!(!judged(method, path, "a", for_everybody), "{method} {path}");
        }
    }

    #[test]
    fn a_post_that_asks_changes_nothing() {
        for (path, id, changing) in [
            ("/orders", "placeOrder", true),
            ("/{dataset}/records", "perform-search", false),
            ("/pets/search", "list", false),
            ("/searches", "createSavedSearch", true),
            ("/users/login", "login", false),
            ("/answers", "answerInlineQuery", true),
        ] {
            assert_eq!(judged("POST", path, id, changes), changing, "{path} {id}");
        }
        assert!(judged("POST", "/pets/search", "list", reads) && !judged("POST", "/orders/{id}/confirm", "a", reads));
        assert!(judged("DELETE", "/orders", "searchAndDestroy", changes));
        assert!(!judged("GET", "/orders", "list", changes));
    }
}
