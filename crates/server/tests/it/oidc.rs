//! Single sign-on with a real provider: oidc-provider of npm, which `scripts/test.sh` installs below target/tools.

use crate::support::{Answer, Plane};
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// What the provider knows the console by; it must be in no file, log or answer.
const SECRET: &str = "oidc-client-secret-Qx7canary";
const CALLBACK: &str = "http://localhost:8600/login/oidc/callback";

struct Provider {
    issuer: String,
    process: Child,
    _stdin: ChildStdin,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `None`, and a word, where it was not installed.
#[allow(clippy::print_stderr, reason = "says what is not tested")]
fn provider() -> Option<Provider> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let tools = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), Into::into).join("tools/oidc");
    if !tools.join("node_modules/oidc-provider").exists() {
        eprintln!("single sign-on is NOT tested: oidc-provider is not below {}; run scripts/test.sh", tools.display());
        return None;
    }
    let mut process = Command::new("node")
        .arg(root.join("scripts/oidc_provider.mjs"))
        .args([tools.as_os_str(), CALLBACK.as_ref(), "http://localhost:8600/login".as_ref()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let issuer = lines.map_while(Result::ok).find_map(|line| line.strip_prefix("issuer ").map(str::to_owned)).unwrap();
    let stdin = process.stdin.take().unwrap();
    Some(Provider { issuer, process, _stdin: stdin })
}

/// A browser as far as the provider sees one.
struct Browser {
    agent: ureq::Agent,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn new() -> Browser {
        let config = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build();
        Browser { agent: config.into(), cookies: BTreeMap::new() }
    }

    /// Where it is led, or the page.
    fn ask(&mut self, url: &str, form: Option<&str>) -> Result<String, String> {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let answer = match form {
            None => self.agent.get(url).header("cookie", &cookies).call(),
            Some(form) => {
                let form = form.to_owned();
                let post = self.agent.post(url).header("cookie", &cookies);
                post.header("content-type", "application/x-www-form-urlencoded").send(form)
            }
        };
        let mut answer = answer.unwrap();
        for set in answer.headers().get_all("set-cookie") {
            let (name, value) = set.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let base: String = url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        match answer.headers().get("location") {
            Some(to) if to.to_str().unwrap().starts_with('/') => Ok(format!("{base}{}", to.to_str().unwrap())),
            Some(to) => Ok(to.to_str().unwrap().to_owned()),
            None => Err(answer.body_mut().read_to_string().unwrap()),
        }
    }

    /// Goes through the provider's pages until it is led back to the console; gives path and query there.
    fn sign_in(&mut self, url: &str, name: Option<&str>) -> String {
        let mut url = url.to_owned();
        for _ in 0..12 {
            if let Some(back) = url.strip_prefix("http://localhost:8600") {
                return back.to_owned();
            }
            url = match self.ask(&url, None) {
                Ok(next) => next,
                Err(page) => match name {
                    None => format!("{url}/abort"),
                    Some(name) if page.contains("value=\"login\"") => {
                        self.ask(&url, Some(&format!("prompt=login&login={name}&password=x"))).unwrap()
                    }
                    Some(_) => self.ask(&url, Some("prompt=consent")).unwrap(),
                },
            };
        }
        panic!("the provider leads nowhere: {url}");
    }
}

fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let mut all = answer.headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap());
    let set = all.find(|set| set.starts_with(&format!("{name}=")) && !set.contains("Max-Age=0"))?;
    Some(set.split(';').next().unwrap().to_owned())
}

fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.headers["location"].to_str().unwrap().to_owned()
}

async fn set_up(plane: &Plane, issuer: &str) {
    let roles = json!([
        {"group": "platform", "role": "analyst"},
        {"group": "platform", "role": "viewer"},
        {"group": "platform", "project": "nowhere", "role": "admin"},
        {"group": "owners", "role": "admin"},
    ]);
    let settings = json!({"name": "Example ID", "issuer": issuer, "client_id": "palisade",
        "scopes": ["profile", "email", "groups"], "roles": roles});
    let shown = plane.admin(Method::PUT, "/api/v1/oidc", &settings.to_string()).await.ok();
    assert_eq!((&shown["redirect_uri"], &shown["has_secret"]), (&json!(CALLBACK), &json!(false)));
    let secret = json!({"client_secret": SECRET}).to_string();
    assert_eq!(plane.admin(Method::PUT, "/api/v1/oidc/secret", &secret).await.status, 204);
}

/// Begins at the console: where it leads, and the cookie it sets.
async fn begin(plane: &Plane, next: &str) -> (String, String) {
    let answer = plane.call(Method::GET, &format!("/login/oidc?next={next}"), &[], "").await;
    (location(&answer), cookie(&answer, "palisade_oidc").unwrap())
}

async fn back(plane: &Plane, path: &str, kept: &str) -> Answer {
    plane.call(Method::GET, path, &[("cookie", kept)], "").await
}

async fn sign_in(plane: &Plane, name: &str) -> Answer {
    let (url, kept) = begin(plane, "/apis").await;
    let path = Browser::new().sign_in(&url, Some(name));
    back(plane, &path, &kept).await
}

/// What the sign-in page is to say.
#[track_caller]
fn said(answer: &Answer) -> String {
    assert_eq!(cookie(answer, "palisade_session"), None, "nobody is signed in");
    let to = location(answer);
    let words = to.strip_prefix("/?login_error=").unwrap_or_else(|| panic!("{to}"));
    words.replace('+', " ").replace("%3A", ":").replace("%2C", ",").replace("%3B", ";")
}

async fn session(plane: &Plane, answer: &Answer) -> Value {
    let session = cookie(answer, "palisade_session").unwrap_or_else(|| panic!("{}", answer.text));
    plane.call(Method::GET, "/api/v1/session", &[("cookie", &session)], "").await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_role_by_their_groups_is_signed_in_and_stays_the_same_user() {
    let Some(provider) = provider() else { return };
    let plane = Plane::new(None).await;
    assert!(said(&plane.call(Method::GET, "/login/oidc", &[], "").await).contains("not set up"));
    set_up(&plane, &provider.issuer).await;
    let ways = plane.call(Method::GET, "/api/v1/session/providers", &[], "").await.ok();
    assert_eq!((&ways["items"][0]["name"], &ways["items"][0]["url"]), (&json!("Example ID"), &json!("/login/oidc")));

    let signed_in = sign_in(&plane, "platform-alice").await;
    assert_eq!(location(&signed_in), "/apis");
    assert_eq!(session(&plane, &signed_in).await["role"], "analyst", "the mightiest of the role's rules");
    let again = sign_in(&plane, "platform-alice").await;
    assert_ne!(cookie(&signed_in, "palisade_session"), cookie(&again, "palisade_session"), "another session each time");
    assert_eq!(session(&plane, &sign_in(&plane, "owners-bob").await).await["role"], "admin");

    let user = plane.app.store.user_of_identity(&provider.issuer, "platform-alice").await.unwrap().unwrap();
    assert_eq!((user.name.as_str(), user.password), ("platform-alice", None));

    let log = plane.get("/api/v1/audit-log").await;
    let mut entries = log["items"].as_array().unwrap().iter();
    assert!(entries.any(|entry| entry["actor"] == "platform-alice" && entry["kind"] == "sign-in"), "{log}");
    let out = plane.call(Method::GET, "/login/oidc/signed-out", &[], "").await;
    assert!(location(&out).starts_with(&format!("{}/session/end?client_id=palisade&post_logout", provider.issuer)));

    // The secret is in the vault alone.
    assert!(!plane.get("/api/v1/oidc").await.to_string().contains(SECRET));
    plane.app.store.close().await;
    for entry in std::fs::read_dir(plane.dir.path().join("data")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&bytes).contains(SECRET), "{}", path.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_role_or_says_no_is_told_so_and_not_signed_in() {
    let Some(provider) = provider() else { return };
    let plane = Plane::new(None).await;
    set_up(&plane, &provider.issuer).await;
    let stranger = sign_in(&plane, "mallory").await;
    assert!(said(&stranger).contains("none of your groups"));
    assert_eq!(plane.app.store.user_of_identity(&provider.issuer, "mallory").await.unwrap(), None);

    let (url, kept) = begin(&plane, "").await;
    let path = Browser::new().sign_in(&url, None);
    let declined = back(&plane, &path, &kept).await;
    assert!(said(&declined).contains("refused: access_denied"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_this_browser_did_not_ask_for_signs_nobody_in() {
    let Some(provider) = provider() else { return };
    let plane = Plane::new(None).await;
    set_up(&plane, &provider.issuer).await;
    let (url, kept) = begin(&plane, "").await;
    let mut browser = Browser::new();
    let path = browser.sign_in(&url, Some("platform-alice"));

    // A victim's browser: without the cookie, or with that of a sign-in of its own.
    let (other_url, other_kept) = begin(&plane, "").await;
    for kept in ["", "palisade_oidc=", "palisade_oidc=a.b.c.d", &other_kept] {
        let answer = back(&plane, &path, kept).await;
        assert!(said(&answer).contains("another browser"), "{kept}");
    }
    // Another nonce or verifier than was sent along.
    let parts: Vec<&str> = kept.trim_start_matches("palisade_oidc=").split('.').collect();
    let others: Vec<&str> = other_kept.trim_start_matches("palisade_oidc=").split('.').collect();
    let verifier = format!("palisade_oidc={}.{}.{}.{}", parts[0], parts[1], others[2], parts[3]);
    assert!(
        said(&back(&plane, &path, &verifier).await).contains("Begin again"),
        "the provider does not redeem the code"
    );
    let other_path = browser.sign_in(&other_url, Some("platform-alice"));
    let nonce = format!("palisade_oidc={}.{}.{}.{}", others[0], parts[1], others[2], others[3]);
    let answer = back(&plane, &other_path, &nonce).await;
    assert!(said(&answer).contains("may give"));
    // An answer of another provider.
    let (url, kept) = begin(&plane, "").await;
    let path = browser.sign_in(&url, Some("platform-alice"));
    let (start, _) = path.split_once("&iss=").unwrap();
    for mixed in [start.to_owned(), format!("{start}&iss=https%3A%2F%2Fevil.test")] {
        assert!(said(&back(&plane, &mixed, &kept).await).contains("may give"), "{mixed}");
    }
    assert_eq!(location(&back(&plane, &path, &kept).await), "/");
    assert!(said(&back(&plane, &path, &kept).await).contains("Begin again"), "a code works once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_cannot_be_used_is_said_without_its_words() {
    let Some(provider) = provider() else { return };
    let plane = Plane::new(None).await;
    set_up(&plane, &provider.issuer).await;
    let (url, kept) = begin(&plane, "").await;
    let path = Browser::new().sign_in(&url, Some("platform-alice"));
    plane.admin(Method::PUT, "/api/v1/oidc/secret", r#"{"client_secret":"wrong"}"#).await;
    let answer = back(&plane, &path, &kept).await;
    assert!(said(&answer).contains("cannot be used now"));

    let gone = json!({"issuer": "http://127.0.0.1:1", "client_id": "x", "roles": [{"group": "*", "role": "viewer"}]});
    plane.admin(Method::PUT, "/api/v1/oidc", &gone.to_string()).await.ok();
    assert!(said(&plane.call(Method::GET, "/login/oidc", &[], "").await).contains("cannot be used now"));
    for bad in [
        json!({"issuer": "http://id.example", "client_id": "x", "roles": [{"group": "*", "role": "viewer"}]}),
        json!({"issuer": "https://id.example", "client_id": "x", "roles": []}),
        json!({"issuer": "https://id.example", "client_id": "x", "roles": [{"group": "*", "role": "gateway"}]}),
        json!({"issuer": "https://id.example", "client_id": "x", "roles": [{"group": "*", "role": "viewer"}], "more": 1}),
    ] {
        let answer = plane.admin(Method::PUT, "/api/v1/oidc", &bad.to_string()).await;
        assert_eq!(answer.status, 422, "{bad}");
    }
    assert_eq!(plane.admin(Method::DELETE, "/api/v1/oidc", "").await.status, 204);
    assert_eq!(plane.get("/api/v1/oidc").await["has_secret"], false);
}
