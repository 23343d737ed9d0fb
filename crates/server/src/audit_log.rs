//! The audit log: whoever changes something at the control plane leaves an entry, and so does who is refused.
//!
//! Two layers see every request. [`record`] stands behind the caller's credentials: it reads the object before and after
//! a change, by the same routes that show it to people, so that no route can be forgotten. [`watch`] stands before them:
//! it counts what is refused and sees who signs in. What gateways, controllers and trace sources hand in is no change.

use crate::app::App;
use crate::auth::{self, Caller, Credential};
use crate::clock;
use crate::core::oidc::CALLBACK;
use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderValue, Method, StatusCode, header};
use palisade_store::{AuditEntry, Store};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tower::ServiceExt;

/// Largest representation that is kept as it is, in bytes.
const MAX_VALUE: usize = 64 << 10;
/// Largest representation that is read.
const MAX_READ: usize = 16 << 20;
/// Refusals of one caller at one endpoint within this time are one entry, microseconds.
const WINDOW: i64 = 60 * 1_000_000;
/// Refusals that are counted apart; beyond them one entry for each endpoint counts for many callers.
const MAX_OPEN: usize = 1000;
/// What stands in the place of a secret.
const REDACTED: &str = "redacted";
/// How often it is looked whether refusals are to be told.
const FLUSH_EVERY: Duration = Duration::from_secs(15);

/// Endpoints whose calls change nothing that people set: what machines hand in, and what only computes.
const NO_CHANGE: [(&str, &str); 4] = [
    ("POST", "/api/v1/gateway/exchanges"),
    ("POST", "/api/telemetry"),
    ("POST", "/api/control/newDiscoveredAPIs"),
    ("POST", "/api/v1/apis/{api_id}/protection/preview"),
];

/// True when a call of this endpoint leaves an entry.
pub fn is_recorded(method: &Method, template: &str) -> bool {
    let safe = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let machine = template.starts_with("/api/v1/controller/");
    !safe && !machine && !NO_CHANGE.contains(&(method.as_str(), template))
}

/// Who calls, told outwards by whoever finds out.
#[derive(Debug, Clone, Default)]
pub struct Known(Arc<OnceLock<Caller>>);

impl Known {
    /// Tells it.
    pub fn tell(extensions: &http::Extensions, caller: Option<&Caller>) {
        if let (Some(known), Some(caller)) = (extensions.get::<Known>(), caller) {
            // Only the first is who called.
            let _ = known.0.set(caller.clone());
        }
    }
}

/// What [`record`] works with: the routes themselves, without anything before them.
#[derive(Clone)]
pub struct Recorder {
    /// The application.
    pub app: Arc<App>,
    /// Its routes.
    pub routes: Router,
}

/// An entry of this moment, for what is done without a request.
pub fn new_entry() -> AuditEntry {
    AuditEntry { id: clock::new_id(), time: clock::now(), repeats: 1, ..AuditEntry::default() }
}

/// An entry of a request, as far as the request tells.
fn entry(kind: &'static str, request: &Request, caller: Option<&Caller>) -> AuditEntry {
    let template = request.extensions().get::<MatchedPath>().map_or_else(|| request.uri().path(), MatchedPath::as_str);
    let path = request.uri().path();
    let segments = template.split('/').zip(path.split('/'));
    let named = segments.filter(|(step, _)| !step.is_empty() && !matches!(*step, "api" | "v1"));
    let (ids, words): (Vec<_>, Vec<_>) = named.partition(|(step, _)| step.starts_with('{'));
    let joined = |parts: Vec<&str>| bounded(&parts.join("/"), 500);
    AuditEntry {
        kind,
        actor: caller.map_or_else(String::new, |caller| bounded(&caller.name, 200)),
        role: caller.map_or_else(String::new, |caller| caller.role.as_str().to_owned()),
        credential: caller.map_or("", credential).to_owned(),
        address: address(request),
        action: format!("{} {template}", request.method()),
        object_type: joined(words.into_iter().map(|(word, _)| word).collect()),
        object_id: joined(ids.into_iter().map(|(_, id)| id).collect()),
        path: bounded(path, 2000),
        ..new_entry()
    }
}

fn credential(caller: &Caller) -> &'static str {
    match caller.credential {
        Credential::Token => "token",
        Credential::KeyPair => "key",
        Credential::Session => "session",
    }
}

fn address(request: &Request) -> String {
    let from = request.extensions().get::<ConnectInfo<SocketAddr>>();
    from.map_or_else(String::new, |ConnectInfo(from)| from.ip().to_canonical().to_string())
}

fn bounded(text: &str, characters: usize) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(characters).collect()
}

/// How a request ended, in a word.
fn outcome(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 | 403 | 429 => "refused",
        ..=399 => "done",
        _ => "failed",
    }
}

async fn write(store: &Store, entry: AuditEntry) {
    let action = entry.action.clone();
    if let Err(error) = store.add_audit_entry(entry).await {
        metrics::counter!("palisade_audit_log_errors_total").increment(1);
        tracing::error!(%error, action, "an entry of the audit log is lost");
    }
}

/// Leaves an entry of every change, with the object before and after it.
pub async fn record(State(recorder): State<Recorder>, request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>().cloned();
    let template = request.extensions().get::<MatchedPath>().map(|template| template.as_str().to_owned());
    let (Some(caller), Some(template)) = (caller, template) else { return next.run(request).await };
    if !is_recorded(request.method(), &template) || template == SESSION {
        return next.run(request).await;
    }
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let mut entry = entry("change", &request, Some(&caller));
    let read = Read { recorder: &recorder, caller: &caller, host: request.headers().get(header::HOST).cloned() };
    let shown = read.nearest(&path).await;
    let response = next.run(request).await;
    let status = response.status();
    entry.status = i64::from(status.as_u16());
    entry.outcome = outcome(status).to_owned();
    let (response, answer) = if status.is_success() { peeked(response).await } else { (response, None) };
    if entry.outcome == "done" {
        let made = status == StatusCode::CREATED || method == Method::POST && shown.is_none();
        if made {
            entry.after = answer;
            if entry.object_id.is_empty() {
                entry.object_id = entry.after.as_deref().and_then(id_of).unwrap_or_default();
            }
        } else if let Some((place, before)) = shown {
            entry.before = Some(before);
            entry.after = read.one(&place).await;
        }
    }
    write(&recorder.app.store_of(&caller), entry).await;
    response
}

fn id_of(object: &str) -> Option<String> {
    let object: Value = serde_json::from_str(object).ok()?;
    object.get("id")?.as_str().map(|id| bounded(id, 200))
}

/// Reads objects as their routes show them.
struct Read<'a> {
    recorder: &'a Recorder,
    caller: &'a Caller,
    host: Option<HeaderValue>,
}

impl Read<'_> {
    /// The object at a path, or the one it belongs to: where it stands, and what it is.
    async fn nearest(&self, path: &str) -> Option<(String, String)> {
        let mut place = path;
        for _ in 0..4 {
            if let Some(value) = self.one(place).await {
                return Some((place.to_owned(), value));
            }
            place = place.rsplit_once('/')?.0;
            if matches!(place, "/api/v1" | "") {
                return None;
            }
        }
        None
    }

    /// The object at a path, without secrets; `None` where there is none, or a list.
    async fn one(&self, path: &str) -> Option<String> {
        let mut request = Request::builder().uri(path).body(Body::empty()).ok()?;
        if let Some(host) = &self.host {
            request.headers_mut().insert(header::HOST, host.clone());
        }
        request.extensions_mut().insert(self.caller.clone());
        let response = self.recorder.routes.clone().oneshot(request).await.ok()?;
        if response.status() != StatusCode::OK {
            return None;
        }
        let is_json = json_type(&response);
        let bytes = axum::body::to_bytes(response.into_body(), MAX_READ).await.ok()?;
        if !is_json {
            return Some(digest(&bytes));
        }
        let value: Value = serde_json::from_slice(&bytes).ok()?;
        (value.is_object() && value.get("items").is_none()).then(|| shown(value))
    }
}

fn json_type(response: &Response) -> bool {
    let media = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    media.is_some_and(|media| media.starts_with("application/json"))
}

/// The object that an answer holds, where it is a short one.
async fn peeked(response: Response) -> (Response, Option<String>) {
    let short = response.body().size_hint().upper().is_some_and(|upper| upper <= MAX_READ as u64);
    if !short || !json_type(&response) {
        return (response, None);
    }
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, MAX_READ).await.unwrap_or_default();
    let value = serde_json::from_slice(&bytes).ok().filter(Value::is_object).map(shown);
    (Response::from_parts(parts, Body::from(bytes)), value)
}

/// A value as it is kept: without secrets, and by its digest where it is long.
fn shown(mut value: Value) -> String {
    redact(&mut value);
    let text = value.to_string();
    if text.len() > MAX_VALUE { digest(text.as_bytes()) } else { text }
}

fn digest(bytes: &[u8]) -> String {
    let sha256 = crate::secret::hex(&Sha256::digest(bytes));
    json!({"bytes": bytes.len(), "sha256": sha256}).to_string()
}

/// Takes out what must not be read again, wherever it stands. Depth is what the reader of JSON lets through.
fn redact(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if is_secret(name) && !member.is_null() && !member.is_object() && !member.is_boolean() {
                    *member = REDACTED.into();
                } else {
                    redact(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        Value::String(text) if text.starts_with("pal_") => REDACTED.clone_into(text),
        _ => {}
    }
}

fn is_secret(name: &str) -> bool {
    const WORDS: [&str; 8] = ["token", "secret", "password", "cookie", "authorization", "private_key", "code", "link"];
    let name = name.to_ascii_lowercase();
    WORDS
        .iter()
        .any(|word| name.strip_suffix(word).is_some_and(|before| before.is_empty() || before.ends_with(['_', '-'])))
        || name.contains("secret_key")
}

/// The endpoint that opens and ends sessions.
const SESSION: &str = "/api/v1/session";

/// Counts what is refused, and leaves an entry of who signs in or out.
pub async fn watch(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let known = Known::default();
    let from = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(from)| from.ip());
    request.extensions_mut().insert(known.clone());
    let path = request.uri().path();
    let link = path == "/login" && request.uri().query().is_some_and(|query| query.contains("code="));
    let back = path == CALLBACK;
    let ways_in = link || back || path.starts_with("/api/v1/session");
    let mut signs =
        link || back || path == SESSION && matches!(*request.method(), Method::POST | Method::PATCH | Method::DELETE);
    let mut entry = entry("refusal", &request, None);
    let response = next.run(request).await;
    let status = response.status();
    let cookie = response.headers().get(header::SET_COOKIE).cloned();
    signs |= ways_in && cookie.is_some();
    if signs {
        entry.kind = "sign-in";
    }
    entry.status = i64::from(status.as_u16());
    entry.outcome = outcome(status).to_owned();
    let mut caller = known.0.get().cloned();
    if signs {
        if caller.is_none() && entry.outcome == "done" {
            caller = opened(&app, cookie, from).await;
        }
        if back && caller.is_none() {
            // The browser is led to the sign-in page, which says why.
            "refused".clone_into(&mut entry.outcome);
        }
        name(&mut entry, caller.as_ref());
        if entry.outcome == "done" {
            write(&store(&app, caller.as_ref()), entry).await;
            return response;
        }
    }
    if entry.outcome == "refused" {
        name(&mut entry, caller.as_ref());
        let store = store(&app, caller.as_ref());
        if let Some(entry) = app.refusals.count(store.project(), entry) {
            write(&store, entry).await;
        }
    }
    response
}

fn name(entry: &mut AuditEntry, caller: Option<&Caller>) {
    if let Some(caller) = caller {
        entry.actor = bounded(&caller.name, 200);
        caller.role.as_str().clone_into(&mut entry.role);
        credential(caller).clone_into(&mut entry.credential);
    }
}

fn store(app: &App, caller: Option<&Caller>) -> Store {
    caller.map_or_else(|| app.store.clone(), |caller| app.store_of(caller))
}

/// Whose session a cookie opens.
async fn opened(app: &App, cookie: Option<HeaderValue>, from: Option<IpAddr>) -> Option<Caller> {
    let cookie = cookie.as_ref()?.to_str().ok()?.split(';').next()?;
    let mut headers = http::HeaderMap::new();
    headers.insert(header::COOKIE, cookie.parse().ok()?);
    auth::identify(app, &headers, from?).await.ok()?
}

/// Refusals of the last minute: the first of a caller at an endpoint is told at once, the others when the minute is over.
#[derive(Debug, Default)]
pub struct Refusals {
    open: Mutex<HashMap<(String, String, String, String), Open>>,
}

#[derive(Debug)]
struct Open {
    since: i64,
    /// What was not told yet; the entry with which it will be.
    more: Option<AuditEntry>,
}

impl Refusals {
    /// Counts one; gives it back where it is to be told now.
    fn count(&self, project: &str, mut entry: AuditEntry) -> Option<AuditEntry> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let key = |entry: &AuditEntry| {
            let [address, actor, action] = [&entry.address, &entry.actor, &entry.action].map(String::clone);
            (project.to_owned(), address, actor, action)
        };
        let mut place = key(&entry);
        if open.len() >= MAX_OPEN && !open.contains_key(&place) {
            "many".clone_into(&mut entry.address);
            entry.actor.clear();
            place = key(&entry);
        }
        match open.get_mut(&place) {
            Some(found) => {
                let more = found.more.get_or_insert(AuditEntry { repeats: 0, ..entry.clone() });
                more.repeats += 1;
                (more.time, more.status) = (entry.time, entry.status);
                None
            }
            None => {
                open.insert(place, Open { since: entry.time, more: None });
                Some(entry)
            }
        }
    }

    /// Takes what is to be told: what is older than the window, or all.
    fn take(&self, now: i64, all: bool) -> Vec<(String, AuditEntry)> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let over = |open: &Open| all || now.saturating_sub(open.since) >= WINDOW;
        let closed = open.extract_if(|_, open| over(open));
        let mut told: Vec<(String, AuditEntry)> =
            closed.filter_map(|((project, ..), open)| Some((project, open.more?))).collect();
        told.sort_by(|(_, a), (_, b)| (a.time, &a.address, &a.action).cmp(&(b.time, &b.address, &b.action)));
        for (_, entry) in &mut told {
            entry.id = clock::new_id();
        }
        told
    }

    /// Writes what is due; `all`: everything.
    pub async fn flush(&self, store: &Store, all: bool) {
        for (project, entry) in self.take(clock::now(), all) {
            write(&store.in_project(&project), entry).await;
        }
    }
}

/// Tells refusals in time, until the application stops.
pub async fn tend(app: Arc<App>) {
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = tokio::time::sleep(FLUSH_EVERY) => app.refusals.flush(&app.store, false).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_taken_out_wherever_they_stand() {
        let mut value = json!({
            "id": "7", "name": "ci", "token": "pal_abc", "secret_key": "x", "access_key": "pal_ak_1",
            "settings": [{"client_secret": "x", "password": null, "hs_secret_file": "/a", "note": "pal_hidden"}],
            "tokens": 3, "login_link": "http://a", "must_change_password": true, "encode": "a",
        });
        redact(&mut value);
        assert_eq!(
            value,
            json!({
                "id": "7", "name": "ci", "token": "redacted", "secret_key": "redacted", "access_key": "redacted",
                "settings": [{"client_secret": "redacted", "password": null, "hs_secret_file": "/a", "note": "redacted"}],
                "tokens": 3, "login_link": "redacted", "must_change_password": true, "encode": "a",
            })
        );
    }

    #[test]
    fn refusals_are_told_at_once_and_then_counted() {
        let refusals = Refusals::default();
        let refused = |address: &str, time: i64| AuditEntry {
            address: address.to_owned(),
            action: "GET /x".to_owned(),
            time,
            repeats: 1,
            ..AuditEntry::default()
        };
        assert_eq!(refusals.count("p", refused("a", 0)).unwrap().repeats, 1);
        for time in 1..=100_000 {
            assert_eq!(refusals.count("p", refused("a", time)), None);
        }
        assert_eq!(refusals.take(WINDOW - 1, false), []);
        let told = refusals.take(WINDOW, false);
        assert_eq!((told.len(), told[0].1.repeats, told[0].1.time), (1, 100_000, 100_000));
        // However many addresses come, what is held stays bounded and all are counted.
        let mut total = 0;
        for at in 0..5000 {
            total += refusals.count("p", refused(&format!("a{at}"), WINDOW)).map_or(0, |entry| entry.repeats);
        }
        let told = refusals.take(WINDOW, true);
        assert_eq!(told.len(), 1);
        assert_eq!((total + told[0].1.repeats, told[0].1.address.as_str()), (5000, "many"));
    }
}
