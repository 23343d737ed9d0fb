//! Answers and refusals.

use crate::server::{client, said, serve};
use http::Method;
use palisade_client::{Client, Credentials, Error, Settings};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn keys_and_json_go_and_json_comes() {
    let (address, asked) = serve(vec![said("201 Created", "", r#"{"id":"7"}"#)], false, None).await;
    let client = client(&format!("http://{address}/palisade/"));
    let job: Value = client.post("/api/v1/jobs", &json!({"job_type": "OasScoringJob"})).await.unwrap();
    assert_eq!(job, json!({"id": "7"}));
    let asked = asked.all().concat().to_ascii_lowercase();
    assert!(asked.starts_with("post /palisade/api/v1/jobs http/1.1\r\n"), "{asked}");
    assert!(asked.contains("authorization: basic cgfsx2frx2e6cgfsx3nrx2i=\r\n"), "{asked}");
    assert!(asked.contains("accept: application/json\r\n"), "{asked}");
    assert!(asked.ends_with("{\"job_type\":\"oasscoringjob\"}"), "{asked}");
}

#[tokio::test]
async fn a_refusal_says_what_the_server_said() {
    let body = r#"{"type":"about:blank","title":"Too Many Requests","status":429,"detail":"Ask less often."}"#;
    let headers = "content-type: application/problem+json\r\nretry-after: 3\r\n";
    let (address, _) = serve(vec![said("429 Too Many Requests", headers, body)], false, None).await;
    let error = client(&format!("http://{address}")).get::<Value>("/api/v1/jobs").await.unwrap_err();
    assert_eq!(error.to_string(), "Ask less often.");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
    assert!(error.is_temporary());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (elsewhere, asked) = serve(vec![said("200 OK", "", "{}")], false, None).await;
    let location = format!("location: http://{elsewhere}/api/v1/jobs\r\n");
    let (address, _) = serve(vec![said("307 Temporary Redirect", &location, "")], false, None).await;
    let error = client(&format!("http://{address}")).get::<Value>("/api/v1/jobs").await.unwrap_err();
    assert!(error.to_string().contains(&elsewhere), "{error}");
    assert!(!error.is_temporary());
    assert!(asked.all().is_empty());
}

#[tokio::test]
async fn an_answer_ends_at_its_limit() {
    let endless = vec![said("200 OK", "", &"x".repeat(5000))];
    let (address, _) = serve(endless, false, None).await;
    let client = client(&format!("http://{address}"));
    let error = client.call(Method::GET, "/").most(4999).send().await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { most: 4999, .. }), "{error}");
    assert_eq!(client.call(Method::GET, "/").most(5000).send().await.unwrap().body.len(), 5000);
}

#[tokio::test]
async fn a_server_that_goes_silent_is_left() {
    let (address, _) = serve(vec![b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec()], true, None).await;
    let call = client(&format!("http://{address}"));
    let error = call.call(Method::GET, "/").within(Duration::from_millis(200)).send().await.unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error}");
    assert!(error.is_temporary());
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    let (address, _) = serve(vec![b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}".to_vec()], false, None).await;
    let error = client(&format!("http://{address}")).get::<Value>("/").await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn not_modified_is_an_answer() {
    let (address, _) = serve(vec![b"HTTP/1.1 304 Not Modified\r\netag: \"5\"\r\n\r\n".to_vec()], false, None).await;
    let answer = client(&format!("http://{address}")).call(Method::GET, "/").send().await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.headers["etag"].to_str().unwrap()), (304, "\"5\""));
}

#[tokio::test]
async fn what_is_no_json_of_ours_is_told_as_such() {
    let (address, _) = serve(vec![said("200 OK", "", "<html>")], false, None).await;
    let error = client(&format!("http://{address}")).get::<Value>("/").await.unwrap_err();
    assert!(error.to_string().contains("does not answer as Palisade does"), "{error}");
}

#[tokio::test]
async fn where_nothing_listens_is_said() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = client(&format!("http://{free}")).get::<Value>("/").await.unwrap_err();
    let said = format!("http://{free} cannot be reached: nothing listens there; is `palisade serve` running?");
    assert_eq!(error.to_string(), said);
}

#[test]
fn keys_do_not_travel_in_clear_unless_that_is_allowed() {
    let mut settings = Settings::new("http://192.0.2.1:8600".parse().unwrap(), Credentials::Token("pal_t".to_owned()));
    let error = Client::new(&settings).unwrap_err().to_string();
    assert!(error.contains("--allow-http") && !error.contains("pal_t"), "{error}");
    settings.allow_http = true;
    assert!(Client::new(&settings).is_ok());
    settings.allow_http = false;
    settings.credentials = Credentials::None;
    assert!(Client::new(&settings).is_ok());
}
