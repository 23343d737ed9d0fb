//! Issuers that rotate their keys, hang, lie and go away.

use super::keys::Keys;
use super::statuses::Statuses;
use palisade_guard::identity::{Introspection, KeySource, Secret};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// What an issuer does with a request.
#[derive(Clone)]
enum Does {
    Say(u16, String),
    Redirect(String),
    Hang,
    Close,
}

/// An HTTP server of one mind at a time.
struct Issuer {
    url: String,
    does: Arc<Mutex<Does>>,
    asked: Arc<AtomicUsize>,
    last: Arc<Mutex<String>>,
}

impl Issuer {
    async fn start(does: Does) -> Issuer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let issuer = Issuer { url, does: Arc::new(Mutex::new(does)), asked: Arc::default(), last: Arc::default() };
        let (does, asked, last) = (Arc::clone(&issuer.does), Arc::clone(&issuer.asked), Arc::clone(&issuer.last));
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (does, asked, last) = (Arc::clone(&does), Arc::clone(&asked), Arc::clone(&last));
                tokio::spawn(async move {
                    let mut seen = Vec::new();
                    let mut buffer = [0; 4096];
                    while !whole(&seen) {
                        match stream.read(&mut buffer).await {
                            Ok(count) if count > 0 => seen.extend_from_slice(&buffer[..count]),
                            _ => return,
                        }
                    }
                    *last.lock().unwrap() = String::from_utf8_lossy(&seen).into_owned();
                    asked.fetch_add(1, Ordering::SeqCst);
                    let does = does.lock().unwrap().clone();
                    let answer = match does {
                        Does::Say(status, body) => {
                            format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{body}", body.len())
                        }
                        Does::Redirect(to) => {
                            format!("HTTP/1.1 302 X\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")
                        }
                        Does::Hang => std::future::pending().await,
                        Does::Close => return,
                    };
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        issuer
    }

    fn now(&self, does: Does) {
        *self.does.lock().unwrap() = does;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// A head, and as much of a body as it says.
fn whole(seen: &[u8]) -> bool {
    let text = String::from_utf8_lossy(seen);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

/// A key set with keys of these ids.
fn set(ids: &[&str]) -> Does {
    let key = |id: &&str| {
        format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"{id}","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}}"#)
    };
    let keys: Vec<String> = ids.iter().map(key).collect();
    Does::Say(200, format!("{{\"keys\":[{}]}}", keys.join(",")))
}

fn source(url: &str) -> Arc<KeySource> {
    let url = url.to_owned();
    Arc::new(KeySource::Url { url, ca_file: None, refresh_seconds: 100, stale_seconds: 1000 })
}

fn after(start: Instant, seconds: u64) -> Instant {
    start + Duration::from_secs(seconds)
}

#[tokio::test]
async fn a_rotated_key_is_fetched_when_a_token_names_it() {
    let issuer = Issuer::start(set(&["one"])).await;
    let (keys, source, start) = (Keys::default(), source(&issuer.url), Instant::now());
    let knows = |at: u64, id: &'static str| {
        let (keys, source) = (&keys, &source);
        async move { keys.find(source, Some(id), after(start, at)).await.is_some_and(|keys| keys.knows(id)) }
    };
    assert!(knows(0, "one").await);
    assert!(knows(50, "one").await);
    assert_eq!(issuer.asked(), 1);
    issuer.now(set(&["one", "two"]));
    assert!(knows(51, "two").await);
    assert_eq!(issuer.asked(), 2);
    // Made-up ids lead to one fetch every ten seconds, not to one each.
    for at in 52..60 {
        assert!(!knows(at, "made-up").await);
        assert!(knows(at, "one").await);
    }
    assert_eq!(issuer.asked(), 2);
    assert!(!knows(61, "made-up").await);
    assert_eq!(issuer.asked(), 3);
}

#[tokio::test]
async fn old_keys_are_renewed_while_they_serve_and_the_last_good_ones_kept() {
    let issuer = Issuer::start(set(&["one"])).await;
    let (keys, source, start) = (Keys::default(), source(&issuer.url), Instant::now());
    assert!(keys.find(&source, Some("one"), start).await.is_some());
    issuer.now(set(&["two"]));
    // Old: they serve, and are renewed meanwhile.
    assert!(keys.find(&source, Some("one"), after(start, 110)).await.unwrap().knows("one"));
    while issuer.asked() < 2 {
        tokio::task::yield_now().await;
    }
    while !keys.find(&source, None, after(start, 110)).await.unwrap().knows("two") {
        tokio::task::yield_now().await;
    }
    for does in [
        Does::Close,
        Does::Say(500, String::new()),
        Does::Say(200, "<html>".to_owned()),
        Does::Say(200, "{\"keys\":[]}".to_owned()),
        Does::Say(200, " ".repeat(300 << 10)),
        Does::Redirect(issuer.url.clone()),
    ] {
        issuer.now(does);
        // Nobody looked after them for long: they are fetched first, and serve on when that fails.
        assert!(keys.find(&source, Some("two"), after(start, 400)).await.unwrap().knows("two"));
    }
    // Too old to be believed.
    assert!(keys.find(&source, Some("two"), after(start, 1200)).await.is_none());
    issuer.now(set(&["two"]));
    assert!(keys.find(&source, Some("two"), after(start, 1300)).await.is_some());
}

#[tokio::test]
async fn many_who_ask_at_once_are_one_question() {
    let issuer = Issuer::start(set(&["one"])).await;
    let (keys, source, start) = (Arc::new(Keys::default()), source(&issuer.url), Instant::now());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (keys, source) = (Arc::clone(&keys), Arc::clone(&source));
        tasks.spawn(async move { keys.find(&source, Some("one"), start).await.is_some() });
    }
    assert!(tasks.join_all().await.into_iter().all(|found| found));
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn keys_and_secrets_of_files_follow_their_files() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys.json");
    let Does::Say(_, text) = set(&["one"]) else { unreachable!() };
    std::fs::write(&path, text).unwrap();
    let (keys, start) = (Keys::default(), Instant::now());
    let source = Arc::new(KeySource::File(path.display().to_string()));
    assert!(keys.find(&source, None, start).await.unwrap().knows("one"));
    let Does::Say(_, text) = set(&["two"]) else { unreachable!() };
    std::fs::write(&path, text).unwrap();
    assert!(keys.find(&source, Some("two"), after(start, 11)).await.unwrap().knows("two"));
    std::fs::remove_file(&path).unwrap();
    assert!(keys.find(&source, Some("two"), after(start, 60)).await.is_some());
    let secret = dir.path().join("secret");
    std::fs::write(&secret, "a secret of thirty-two bytes and more\n").unwrap();
    let secret = Arc::new(KeySource::SecretFile(secret.display().to_string()));
    assert_eq!(keys.find(&secret, None, start).await.unwrap().len(), 1);
    assert!(keys.find(&Arc::new(KeySource::SecretFile("/nowhere".into())), None, start).await.is_none());
}

fn endpoint(dir: &tempfile::TempDir, issuer: &Issuer, timeout_ms: u32) -> Introspection {
    let secret = dir.path().join("secret");
    std::fs::write(&secret, "p@ss:word\n").unwrap();
    Introspection {
        url: issuer.url.clone(),
        client_id: "gate way".to_owned(),
        client_secret_file: secret.display().to_string(),
        cache_seconds: 60,
        timeout_ms,
        ..Introspection::default()
    }
}

#[tokio::test]
async fn the_word_on_a_token_is_kept_until_it_or_the_token_ends() {
    let dir = tempfile::tempdir().unwrap();
    let issuer = Issuer::start(Does::Say(200, "{\"active\":true,\"exp\":1010}".to_owned())).await;
    let (statuses, start, endpoint) = (Statuses::default(), Instant::now(), endpoint(&dir, &issuer, 5000));
    let token = Secret::new("a token+/=");
    let find = |at: u64| statuses.find(&endpoint, &token, after(start, at), 1000 + i64::try_from(at).unwrap());
    assert!(find(0).await.is_some());
    assert!(find(9).await.is_some());
    assert_eq!(issuer.asked(), 1);
    let said = issuer.last.lock().unwrap().clone();
    // user and password are encoded before they are joined: gate%20way:p%40ss%3aword
    assert!(said.contains("authorization: Basic Z2F0ZSUyMHdheTpwJTQwc3MlM2F3b3Jk\r\n"), "{said}");
    assert!(said.ends_with("token=a%20token%2b%2f%3d&token_type_hint=access_token"), "{said}");
    issuer.now(Does::Say(200, "{\"active\":false}".to_owned()));
    assert!(find(10).await.is_some());
    assert_eq!(issuer.asked(), 2);
    assert!(find(69).await.is_some());
    assert_eq!(issuer.asked(), 2);
    assert!(find(70).await.is_some());
    assert_eq!(issuer.asked(), 3);
}

#[tokio::test]
async fn an_endpoint_that_hangs_lies_or_sends_elsewhere_says_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let issuer = Issuer::start(Does::Hang).await;
    let (statuses, start) = (Statuses::default(), Instant::now());
    let hasty = endpoint(&dir, &issuer, 50);
    assert!(statuses.find(&hasty, &Secret::new("a"), start, 0).await.is_none());
    let endpoint = endpoint(&dir, &issuer, 5000);
    let elsewhere = Issuer::start(Does::Say(200, "{\"active\":true}".to_owned())).await;
    for (at, does) in [
        Does::Close,
        Does::Say(401, String::new()),
        Does::Say(200, "{\"active\":\"yes\"}".to_owned()),
        Does::Say(200, "true".to_owned()),
        Does::Say(200, format!("{{\"active\":true,\"x\":\"{}\"}}", "x".repeat(100_000))),
        Does::Redirect(elsewhere.url.clone()),
    ]
    .into_iter()
    .enumerate()
    {
        issuer.now(does);
        assert!(statuses.find(&endpoint, &Secret::new(&format!("t{at}")), start, 0).await.is_none());
    }
    assert_eq!(elsewhere.asked(), 0);
    // A failure stands for a second, then it is asked again.
    issuer.now(Does::Say(200, "{\"active\":true}".to_owned()));
    assert!(statuses.find(&endpoint, &Secret::new("t0"), start, 0).await.is_none());
    assert!(statuses.find(&endpoint, &Secret::new("t0"), after(start, 1), 1).await.is_some());
}
