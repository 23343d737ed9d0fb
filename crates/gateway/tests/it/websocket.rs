//! WebSockets of a real library, through the gateway.

use crate::support::{Under, api, start};
use futures_util::{SinkExt, StreamExt};
use palisade_gateway::Settings;
use palisade_guard::{Mode, Snapshot};
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};

const CONTRACT: &str = r#"
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /chat/{room}:
    get:
      parameters:
        - {name: room, in: path, required: true, schema: {type: integer}}
      responses: {"101": {description: a WebSocket}}
"#;

/// Sends back every message.
async fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { return };
                while let Some(Ok(message)) = socket.next().await {
                    if (message.is_text() || message.is_binary()) && socket.send(message).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

async fn under(mode: Mode) -> Under {
    start(api(&format!("http://{}", echo().await), mode, Some(CONTRACT)), Settings::default()).await
}

#[tokio::test]
async fn messages_go_both_ways_in_both_modes() {
    for mode in [Mode::Observe, Mode::Block] {
        let under = under(mode).await;
        let request = format!("ws://{}/chat/7", under.address).into_client_request().unwrap();
        let (mut socket, answer) = tokio_tungstenite::client_async(request, under.connect().await).await.unwrap();
        assert_eq!(answer.status(), 101);
        let large = "x".repeat(300_000);
        for message in [Message::text("hello"), Message::binary(vec![0, 255, 13, 10]), Message::text(large)] {
            socket.send(message.clone()).await.unwrap();
            assert_eq!(socket.next().await.unwrap().unwrap(), message);
        }
        socket.send(Message::Ping(vec![1].into())).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), Message::Pong(vec![1].into()));
        socket.close(None).await.unwrap();
        assert!(socket.next().await.unwrap().unwrap().is_close());
    }
}

#[tokio::test]
async fn an_open_socket_survives_a_new_policy() {
    let under = under(Mode::Observe).await;
    let request = format!("ws://{}/chat/7", under.address).into_client_request().unwrap();
    let (mut socket, _) = tokio_tungstenite::client_async(request, under.connect().await).await.unwrap();
    for version in 2..6 {
        // Even one that sends new requests elsewhere.
        let elsewhere = api("http://127.0.0.1:1", Mode::Block, Some(CONTRACT));
        under.gateway.publish(&Snapshot { version, apis: vec![elsewhere], ..Snapshot::default() });
        let message = Message::text(version.to_string());
        socket.send(message.clone()).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), message);
    }
}

#[tokio::test]
async fn a_handshake_against_the_contract_is_refused() {
    let under = under(Mode::Block).await;
    let request = format!("ws://{}/chat/lobby", under.address).into_client_request().unwrap();
    let error = tokio_tungstenite::client_async(request, under.connect().await).await.unwrap_err();
    let tokio_tungstenite::tungstenite::Error::Http(answer) = error else { panic!("{error}") };
    assert_eq!(answer.status(), 400);
}
