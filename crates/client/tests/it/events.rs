//! Server-sent events.

use crate::server::{client, said, serve};
use http::Method;
use palisade_client::{Error, Event};
use std::time::Duration;

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

fn chunk(text: &str) -> Vec<u8> {
    format!("{:x}\r\n{text}\r\n", text.len()).into_bytes()
}

#[tokio::test]
async fn events_come_as_they_are_sent() {
    let parts = vec![
        HEAD.into(),
        chunk(": hello\n\nevent: job\nda"),
        chunk("ta: {\"progress\":5}\n\n"),
        chunk(""),
        b"".to_vec(),
    ];
    let (address, asked) = serve(parts, false, None).await;
    let client = client(&format!("http://{address}"));
    let mut events = client.call(Method::GET, "/api/v1/jobs/7/events").events(Duration::from_secs(30)).await.unwrap();
    let event = events.next().await.unwrap().unwrap();
    assert_eq!(event, Event { event: "job".into(), data: "{\"progress\":5}".into(), id: String::new() });
    assert_eq!(event.json::<serde_json::Value>().unwrap(), serde_json::json!({"progress": 5}));
    assert_eq!(events.next().await.unwrap(), None);
    assert!(asked.all()[0].to_ascii_lowercase().contains("accept: text/event-stream\r\n"));
}

#[tokio::test]
async fn a_stream_that_goes_silent_is_left() {
    let (address, _) = serve(vec![HEAD.into(), chunk("data: a\n\n")], true, None).await;
    let client = client(&format!("http://{address}"));
    let mut events = client.call(Method::GET, "/").events(Duration::from_millis(200)).await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().data, "a");
    assert!(matches!(events.next().await, Err(Error::TimedOut { .. })));
}

#[tokio::test]
async fn what_is_no_stream_is_told_as_such() {
    let (address, _) = serve(vec![said("200 OK", "content-type: text/html\r\n", "data: a\n\n")], false, None).await;
    let client = client(&format!("http://{address}"));
    let error = client.call(Method::GET, "/").events(Duration::from_secs(30)).await.unwrap_err();
    assert!(error.to_string().contains("`text/html`"), "{error}");
}
