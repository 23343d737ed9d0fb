//! A server that answers each request with bytes of the test's choice.

use palisade_client::{Client, Credentials, Settings};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What it was asked, head and body as they came.
#[derive(Clone, Default)]
pub struct Asked(Arc<Mutex<Vec<String>>>);

impl Asked {
    pub fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// A server on a free port: its address, and what it is asked. Each connection gets one answer, in the parts given, and
/// stays open without another word where `open`.
pub async fn serve(parts: Vec<Vec<u8>>, open: bool, tls: Option<TlsAcceptor>) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = Asked::default();
    let told = asked.clone();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let (parts, asked, tls) = (parts.clone(), told.clone(), tls.clone());
            tokio::spawn(async move {
                match tls {
                    None => answer(tcp, &parts, open, &asked).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(tcp).await {
                            answer(stream, &parts, open, &asked).await;
                        }
                    }
                }
            });
        }
    });
    (address, asked)
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, parts: &[Vec<u8>], open: bool, asked: &Asked) {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !whole(&text) {
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => text.push_str(&String::from_utf8_lossy(&buffer[..read])),
            _ => return,
        }
    }
    asked.0.lock().unwrap().push(text);
    for part in parts {
        if stream.write_all(part).await.is_err() || stream.flush().await.is_err() {
            return;
        }
        tokio::task::yield_now().await;
    }
    if open {
        std::future::pending::<()>().await;
    }
    let _ = stream.shutdown().await;
}

fn whole(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length =
        head.to_ascii_lowercase().lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    body.len() >= length.unwrap_or(0)
}

/// An answer with a length.
pub fn said(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// A client with a key pair.
pub fn client(address: &str) -> Client {
    let keys = Credentials::Keys { access: "pal_ak_a".to_owned(), secret: "pal_sk_b".to_owned() };
    Client::new(&Settings::new(address.parse().unwrap(), keys)).unwrap()
}
