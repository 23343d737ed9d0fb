//! Single sign-on: OpenID Connect's authorization code flow with PKCE.
//!
//! What must come back unchanged (state, nonce, verifier) lies in the browser's own cookie: any server of an installation
//! can finish what another began, and nobody can make a server keep something. Tokens are judged by the guard.

use crate::app::App;
use crate::clock;
use crate::secret;
use crate::types::{OidcSettings, Role};
use arc_swap::ArcSwapOption;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use palisade_gateway::Call;
use palisade_guard::identity::{Issuer, KEY_SET_BYTES, KeySet, UNKNOWN_KEY, claim, verified_claims};
use palisade_store::DEFAULT_PROJECT;
use palisade_vault::Secret;
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Below the console's own address.
pub const CALLBACK: &str = "/login/oidc/callback";
/// Where the settings stand in the store.
const SETTING: &str = "oidc";
/// Where the client secret is kept.
const KIND: &str = "oidc";
const ID: &str = "client-secret";
/// How long what a provider says of itself is believed, microseconds.
const FRESH: i64 = 300 * 1_000_000;
/// Largest answer of a provider but for its keys, bytes.
const ANSWER: usize = 256 << 10;
/// Largest file of settings, bytes.
const FILE: u64 = 256 << 10;
/// Longest wait for an answer.
const WAIT: Duration = Duration::from_secs(10);
/// Longest of what people and providers name.
const NAME: usize = 200;
/// Most groups of a user.
const GROUPS: usize = 2000;

/// Single sign-on, as the process knows it.
#[derive(Debug, Default)]
pub struct Desk {
    file: OnceLock<(OidcSettings, Secret)>,
    provider: ArcSwapOption<Provider>,
}

/// What a provider says of itself.
#[derive(Debug)]
struct Provider {
    of: OidcSettings,
    since: i64,
    document: Metadata,
    keys: KeySet,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    userinfo_endpoint: Option<String>,
    #[serde(default)]
    end_session_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// Why somebody is not signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// There are no settings.
    Unset,
    /// The provider cannot be used; the log says more.
    Provider(String),
    /// The answer belongs to no sign-in that this browser began.
    Stale,
    /// The provider says no, in its words.
    Refused(String),
    /// The answer is not what the provider may give.
    Forged(String),
    /// The user has no role here.
    NoRole,
    /// The account here does not let them in, in words for people.
    Account(String),
    /// Something of ours.
    Internal(String),
}

impl From<palisade_store::Error> for Failure {
    fn from(error: palisade_store::Error) -> Self {
        Failure::Internal(error.to_string())
    }
}

impl From<palisade_vault::Error> for Failure {
    fn from(error: palisade_vault::Error) -> Self {
        Failure::Internal(error.to_string())
    }
}

/// What the browser keeps until the provider sends it back.
#[derive(Debug)]
pub struct Begun {
    /// Where the browser is sent.
    pub url: String,
    /// What it keeps.
    pub kept: String,
}

/// Somebody whom the provider vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who vouches.
    pub issuer: String,
    /// Their id there.
    pub subject: String,
    /// Their name, to sign in with.
    pub name: String,
    /// Their name, for people.
    pub display_name: String,
    /// Ids of projects, and roles there.
    pub memberships: Vec<(String, Role)>,
    /// The page they wanted to see.
    pub next: String,
}

/// What the provider sends back.
#[derive(Debug, Default, Deserialize)]
pub struct Answered {
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    iss: Option<String>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    error_description: Option<String>,
}

/// As a URL's query and a form hold it.
pub fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn query(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&")
}

/// A text of others, short and on one line.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(NAME).collect()
}

/// A path of our own console; anything else is its first page.
fn local_path(next: &str) -> String {
    let own = next.starts_with('/')
        && !next.starts_with("//")
        && next.len() <= 1000
        && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if own { next.to_owned() } else { "/".to_owned() }
}

/// Says what is wrong with settings.
pub fn check(settings: &OidcSettings) -> Result<(), String> {
    let secure = |url: &str| {
        let host = url.strip_prefix("http://").map(|rest| rest.split(['/', ':', '?']).next().unwrap_or(""));
        url.starts_with("https://") || matches!(host, Some("localhost" | "127.0.0.1"))
    };
    if !secure(&settings.issuer) || settings.issuer.contains(['?', '#', ' ']) {
        return Err("issuer must be an https URL (http only on this machine)".to_owned());
    }
    if settings.client_id.is_empty() {
        return Err("client_id is empty".to_owned());
    }
    let word = |text: &String| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
    if !settings.scopes.iter().all(word) {
        return Err("scopes are single words".to_owned());
    }
    if settings.roles.is_empty() {
        return Err("roles is empty: nobody could sign in".to_owned());
    }
    if let Some(rule) = settings.roles.iter().find(|rule| !Role::OF_PEOPLE.contains(&rule.role)) {
        return Err(format!("{} is no role of people", rule.role.as_str()));
    }
    Ok(())
}

impl Desk {
    /// Takes the settings of a file, which are then those in force. Once, at the start. The file is YAML: the members of
    /// the REST API's settings, with `client_secret_file`, and `ca` as a file; paths are relative to it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn take_file(&self, path: &Path) -> Result<(), String> {
        // There is one file.
        let _ = self.file.set(read(path)?);
        Ok(())
    }

    /// True when a file holds the settings.
    pub fn managed_by_file(&self) -> bool {
        self.file.get().is_some()
    }
}

fn read_text(path: &Path) -> Result<String, String> {
    use std::io::Read;
    let failed = |error: std::io::Error| format!("cannot read {}: {error}", path.display());
    let mut text = String::new();
    std::fs::File::open(path).map_err(failed)?.take(FILE).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

fn read(path: &Path) -> Result<(OidcSettings, Secret), String> {
    let name = path.display().to_string();
    let (reader, document) = palisade_document::config::Reader::open(&name, read_text(path)?.as_bytes());
    reader.done(()).map_err(|mistakes| mistakes.first().map_or_else(String::new, ToString::to_string))?;
    let root = palisade_document::emit::node_to_value(document.root(), 10_000);
    let Ok(Value::Object(mut members)) = root else { return Err(format!("{name} holds no settings")) };
    let beside = |file: Value| match file {
        Value::String(file) => Ok(path.parent().unwrap_or(Path::new("")).join(file)),
        _ => Err(format!("{name}: client_secret_file and ca name files")),
    };
    let secret =
        members.remove("client_secret_file").ok_or_else(|| format!("{name}: client_secret_file is missing"))?;
    let secret = read_text(&beside(secret)?)?;
    if let Some(ca) = members.remove("ca") {
        members.insert("ca".to_owned(), Value::String(read_text(&beside(ca)?)?));
    }
    let settings: OidcSettings = serde_path_to_error::deserialize(Value::Object(members))
        .map_err(|error| format!("{name}: {}: {}", error.path(), error.inner()))?;
    check(&settings).map_err(|why| format!("{name}: {why}"))?;
    Ok((settings, Secret::new(secret.trim().to_owned())))
}

/// The settings in force.
pub async fn settings(app: &App) -> Result<Option<OidcSettings>, palisade_store::Error> {
    if let Some((settings, _)) = app.oidc.file.get() {
        return Ok(Some(settings.clone()));
    }
    let text = app.store.in_project(DEFAULT_PROJECT).setting(SETTING).await?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// The client secret in force.
pub async fn client_secret(app: &App) -> Result<Option<Secret>, palisade_vault::Error> {
    if let Some((_, secret)) = app.oidc.file.get() {
        return Ok(Some(secret.clone()));
    }
    app.vault.get(&app.store.in_project(DEFAULT_PROJECT), KIND, ID).await
}

/// Keeps other settings, or none.
pub async fn set(app: &App, settings: Option<&OidcSettings>) -> Result<(), palisade_store::Error> {
    let text = settings.map_or_else(|| "null".to_owned(), |settings| serde_json::json!(settings).to_string());
    app.oidc.provider.store(None);
    app.store.in_project(DEFAULT_PROJECT).set_setting(SETTING, &text).await
}

/// Keeps another client secret, or none.
pub async fn set_secret(app: &App, secret: Option<&Secret>) -> Result<(), palisade_vault::Error> {
    let store = app.store.in_project(DEFAULT_PROJECT);
    match secret {
        Some(secret) => app.vault.set(&store, KIND, ID, secret, clock::now()).await,
        None => app.vault.remove(&store, KIND, ID).await.map(drop),
    }
}

/// What the provider must know.
pub fn redirect_uri(app: &App) -> String {
    format!("{}{CALLBACK}", app.settings.control_url)
}

/// Where the provider may lead after signing out.
pub fn signed_out_uri(app: &App) -> String {
    format!("{}/login", app.settings.control_url)
}

fn call<'a>(settings: &OidcSettings, url: &'a str, limit: usize) -> Call<'a> {
    Call { url, ca: settings.ca.clone(), authorization: None, form: None, limit, time: WAIT }
}

/// Endpoints are as safe as the issuer.
fn usable(settings: &OidcSettings, url: &str) -> bool {
    url.starts_with("https://") || (url.starts_with("http://") && settings.issuer.starts_with("http://"))
}

async fn fetch(settings: OidcSettings) -> Result<Provider, Failure> {
    let known = format!("{}/.well-known/openid-configuration", settings.issuer.trim_end_matches('/'));
    let failed = |what: &str, why: String| Failure::Provider(format!("{what}: {why}"));
    let bytes = call(&settings, &known, ANSWER).send().await.map_err(|why| failed(&known, why))?;
    let document: Metadata =
        serde_json::from_slice(&bytes).map_err(|error| failed(&known, format!("it cannot be read: {error}")))?;
    if document.issuer != settings.issuer {
        return Err(failed(&known, format!("it speaks for another issuer, {:?}", plain(&document.issuer))));
    }
    let others = [&document.userinfo_endpoint, &document.end_session_endpoint].into_iter().flatten();
    let needed = [&document.authorization_endpoint, &document.token_endpoint, &document.jwks_uri];
    if !needed.into_iter().chain(others).all(|url| usable(&settings, url)) {
        return Err(failed(&known, "it names an endpoint without TLS".to_owned()));
    }
    let keys = call(&settings, &document.jwks_uri, KEY_SET_BYTES).send().await;
    let keys = keys.map_err(|why| failed(&document.jwks_uri, why))?;
    let keys = KeySet::jwks(&keys).map_err(|error| failed(&document.jwks_uri, error.to_string()))?;
    Ok(Provider { of: settings, since: clock::now(), document, keys })
}

/// The provider of the settings in force; `anew` asks it even when it was asked lately.
async fn provider(app: &App, anew: bool) -> Result<Arc<Provider>, Failure> {
    let settings = settings(app).await?.ok_or(Failure::Unset)?;
    let held = app.oidc.provider.load_full();
    if let Some(held) = held.filter(|held| !anew && held.of == settings && clock::now() - held.since < FRESH) {
        return Ok(held);
    }
    let fetched = Arc::new(fetch(settings).await?);
    app.oidc.provider.store(Some(Arc::clone(&fetched)));
    Ok(fetched)
}

/// Sends a browser to the provider.
///
/// # Errors
/// When there are no settings, or the provider cannot be reached.
pub async fn begin(app: &App, next: &str) -> Result<Begun, Failure> {
    let provider = provider(app, false).await?;
    let random = || secret::new("").map_err(|error| Failure::Internal(error.to_string()));
    let (state, nonce, verifier) = (random()?, random()?, random()?);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let mut scope = "openid".to_owned();
    for more in provider.of.scopes.iter().filter(|more| *more != "openid") {
        scope = format!("{scope} {more}");
    }
    let asked = query(&[
        ("response_type", "code"),
        ("client_id", &provider.of.client_id),
        ("redirect_uri", &redirect_uri(app)),
        ("scope", &scope),
        ("state", &state),
        ("nonce", &nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    let endpoint = &provider.document.authorization_endpoint;
    let joint = if endpoint.contains('?') { '&' } else { '?' };
    let next = URL_SAFE_NO_PAD.encode(local_path(next));
    Ok(Begun { url: format!("{endpoint}{joint}{asked}"), kept: format!("{state}.{nonce}.{verifier}.{next}") })
}

/// Takes the browser back: redeems the code, judges the token, and says who it is.
///
/// # Errors
/// [`Failure`], for whatever reason nobody is signed in.
pub async fn finish(app: &App, kept: &str, answered: &Answered) -> Result<Person, Failure> {
    let mut parts = kept.split('.');
    let (Some(state), Some(nonce), Some(verifier), Some(next), None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Failure::Stale);
    };
    if state.len() < 40 || !answered.state.as_deref().is_some_and(|sent| secret::same(sent, state)) {
        return Err(Failure::Stale);
    }
    if let Some(error) = &answered.error {
        let said = answered.error_description.as_deref().map(|text| format!(": {}", plain(text))).unwrap_or_default();
        return Err(Failure::Refused(format!("{}{said}", plain(error))));
    }
    let mut provider = provider(app, false).await?;
    // Mix-up of providers, RFC 9207.
    let named = answered.iss.as_deref();
    let lacks = named.is_none() && provider.document.authorization_response_iss_parameter_supported;
    if lacks || named.is_some_and(|named| named != provider.of.issuer) {
        return Err(Failure::Forged("the answer comes from another issuer".to_owned()));
    }
    let code = answered.code.as_deref().ok_or(Failure::Stale)?;
    let tokens = redeem(app, &provider, code, verifier).await?;
    let id_token = tokens.get("id_token").and_then(Value::as_str);
    let id_token = id_token.ok_or_else(|| Failure::Provider("its token endpoint gives no id_token".to_owned()))?;
    let claims = match judge(&provider, id_token) {
        // A provider that changed its keys since.
        Err(flaw) if flaw == UNKNOWN_KEY => {
            provider = self::provider(app, true).await?;
            judge(&provider, id_token)
        }
        judged => judged,
    };
    let mut claims = claims.map_err(Failure::Forged)?;
    let sent = claims.get("nonce").and_then(Value::as_str);
    if !sent.is_some_and(|sent| secret::same(sent, nonce)) {
        return Err(Failure::Forged("the token answers another sign-in (nonce)".to_owned()));
    }
    let access = tokens.get("access_token").and_then(Value::as_str);
    if let (Some(url), Some(access)) = (&provider.document.userinfo_endpoint, access) {
        let more = userinfo(&provider, url, access).await?;
        if more.get("sub") != claims.get("sub") {
            return Err(Failure::Forged("the provider's userinfo speaks of somebody else".to_owned()));
        }
        for (name, value) in more {
            claims.entry(name).or_insert(value);
        }
    }
    let next = URL_SAFE_NO_PAD.decode(next).ok().and_then(|next| String::from_utf8(next).ok()).unwrap_or_default();
    person(app, &provider.of, &claims, local_path(&next)).await
}

async fn redeem(app: &App, provider: &Provider, code: &str, verifier: &str) -> Result<Map<String, Value>, Failure> {
    let secret = client_secret(app).await?;
    let redirect = redirect_uri(app);
    let id = &provider.of.client_id;
    let mut form = query(&[
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &redirect),
        ("code_verifier", verifier),
    ]);
    let methods = provider.document.token_endpoint_auth_methods_supported.as_deref();
    // Basic is what a provider speaks that does not say (OpenID Connect Discovery section 3).
    let basic = methods.is_none_or(|methods| methods.iter().any(|method| method == "client_secret_basic"));
    let authorization = match &secret {
        Some(secret) if basic => {
            // Both are form-encoded before they are put together (RFC 6749 section 2.3.1).
            let pair = format!("{}:{}", encode(id), encode(secret.reveal()));
            Some(format!("Basic {}", STANDARD.encode(pair)))
        }
        Some(secret) => {
            form = format!("{form}&{}", query(&[("client_id", id), ("client_secret", secret.reveal())]));
            None
        }
        None => {
            form = format!("{form}&{}", query(&[("client_id", id)]));
            None
        }
    };
    let url = &provider.document.token_endpoint;
    let call = Call { authorization, form: Some(form), ..call(&provider.of, url, ANSWER) };
    let bytes = call.send().await.map_err(|why| match why.ends_with("(invalid_grant)") {
        // The code was redeemed before, or is too old.
        true => Failure::Stale,
        false => Failure::Provider(format!("{url}: {why}")),
    })?;
    serde_json::from_slice(&bytes).map_err(|_| Failure::Provider(format!("{url}: its answer is no JSON object")))
}

async fn userinfo(provider: &Provider, url: &str, access: &str) -> Result<Map<String, Value>, Failure> {
    let call = Call { authorization: Some(format!("Bearer {access}")), ..call(&provider.of, url, ANSWER) };
    let bytes = call.send().await.map_err(|why| Failure::Provider(format!("{url}: {why}")))?;
    serde_json::from_slice(&bytes).map_err(|_| Failure::Provider(format!("{url}: its answer is no JSON object")))
}

/// The claims of an ID token that is this provider's, for us, and in time.
fn judge(provider: &Provider, token: &str) -> Result<Map<String, Value>, String> {
    let issuer = Issuer {
        issuer: provider.of.issuer.clone(),
        audiences: vec![provider.of.client_id.clone()],
        required_claims: ["exp", "iat", "sub", "aud"].map(str::to_owned).to_vec(),
        ..Issuer::default()
    };
    let claims = verified_claims(token, &issuer, &provider.keys, clock::now()).map_err(str::to_owned)?;
    let parties = claims.get("aud").and_then(Value::as_array).map_or(1, Vec::len);
    let party = claims.get("azp").and_then(Value::as_str);
    if party.is_some_and(|party| party != provider.of.client_id) || (parties > 1 && party.is_none()) {
        return Err("the token was given to another client (azp)".to_owned());
    }
    Ok(claims)
}

fn words(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).take(GROUPS).collect(),
        _ => Vec::new(),
    }
}

async fn person(
    app: &App,
    settings: &OidcSettings,
    claims: &Map<String, Value>,
    next: String,
) -> Result<Person, Failure> {
    let text = |name: &str| claim(claims, name).and_then(Value::as_str).map(plain).filter(|text| !text.is_empty());
    let subject = claims.get("sub").and_then(Value::as_str).filter(|sub| !sub.is_empty() && sub.len() <= 255);
    let subject = subject.ok_or_else(|| Failure::Forged("the token names nobody (sub)".to_owned()))?.to_owned();
    let groups = words(claim(claims, &settings.groups_claim));
    let projects = app.store.all_projects().await?;
    let mut memberships: Vec<(String, Role)> = Vec::new();
    for rule in settings.roles.iter().filter(|rule| rule.group == "*" || groups.contains(&rule.group.as_str())) {
        let Some(project) = projects.iter().find(|project| project.project == rule.project) else {
            tracing::warn!(project = rule.project, "single sign-on gives a role in a project that does not exist");
            continue;
        };
        match memberships.iter_mut().find(|(id, _)| *id == project.project_id) {
            Some((_, role)) if rule.role.includes(*role) => *role = rule.role,
            Some(_) => {}
            None => memberships.push((project.project_id.clone(), rule.role)),
        }
    }
    if memberships.is_empty() {
        return Err(Failure::NoRole);
    }
    let name = text(&settings.name_claim).or_else(|| text("email")).unwrap_or_else(|| plain(&subject));
    Ok(Person {
        issuer: settings.issuer.clone(),
        subject,
        display_name: text("name").unwrap_or_else(|| name.clone()),
        name: name.to_lowercase(),
        memberships,
        next,
    })
}

/// Where the provider signs out, where it has such a place.
///
/// # Errors
/// When there are no settings, or the provider cannot be reached.
pub async fn signed_out_url(app: &App) -> Result<Option<String>, Failure> {
    let provider = provider(app, false).await?;
    let Some(endpoint) = &provider.document.end_session_endpoint else { return Ok(None) };
    let back = signed_out_uri(app);
    let asked = query(&[("client_id", &provider.of.client_id), ("post_logout_redirect_uri", &back)]);
    let joint = if endpoint.contains('?') { '&' } else { '?' };
    Ok(Some(format!("{endpoint}{joint}{asked}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_our_own_are_gone_on_to() {
        for own in ["/", "/apis/1?tab=x#y", "/login"] {
            assert_eq!(local_path(own), own);
        }
        for foreign in ["", "//evil.test", "https://evil.test", "/\\evil.test", "/a\r\nb", "javascript:1", "/a b"] {
            assert_eq!(local_path(foreign), "/", "{foreign:?}");
        }
    }

    fn settings(issuer: &str) -> OidcSettings {
        let text =
            format!(r#"{{"issuer": "{issuer}", "client_id": "x", "roles": [{{"group": "*", "role": "viewer"}}]}}"#);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn issuers_are_secure_or_on_this_machine() {
        for good in ["https://id.test/realms/a", "http://127.0.0.1:4000", "http://localhost"] {
            assert_eq!(check(&settings(good)), Ok(()), "{good}");
        }
        for bad in ["http://id.test", "http://127.0.0.1.evil.test", "id.test", "https://id.test?x", "ftp://id.test"] {
            assert!(check(&settings(bad)).is_err(), "{bad}");
        }
        let machine = serde_json::from_str::<OidcSettings>(
            r#"{"issuer": "https://id.test", "client_id": "x", "roles": [{"group": "*", "role": "gateway"}]}"#,
        );
        assert!(check(&machine.unwrap()).unwrap_err().contains("gateway"));
    }

    #[test]
    fn what_others_say_is_short_and_on_one_line() {
        assert_eq!(plain("a\r\n\u{1b}[31mb"), "a[31mb");
        assert_eq!(plain(&"x".repeat(1000)).len(), NAME);
    }
}
