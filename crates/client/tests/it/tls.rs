//! Whom the client believes.

use crate::server::{client, said, serve};
use palisade_client::{Client, Credentials, Settings};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::Value;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// A certificate of its own issuer for a name, and a server that shows it.
fn secured(name: &str) -> (CertificateDer<'static>, TlsAcceptor) {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    (certificate, TlsAcceptor::from(Arc::new(config)))
}

fn trusting(address: &str, root: CertificateDer<'static>) -> Client {
    let settings = Settings::new(address.parse().unwrap(), Credentials::Token("pal_t".to_owned()));
    Client::new(&Settings { roots: vec![root], ..settings }).unwrap()
}

#[tokio::test]
async fn a_certificate_of_the_file_is_believed() {
    let (certificate, acceptor) = secured("localhost");
    let (address, asked) = serve(vec![said("200 OK", "", "[]")], false, Some(acceptor)).await;
    let port = address.rsplit(':').next().unwrap();
    let client = trusting(&format!("https://localhost:{port}"), certificate);
    assert_eq!(client.get::<Vec<Value>>("/api/v1/controllers").await.unwrap(), Vec::<Value>::new());
    assert!(asked.all()[0].to_ascii_lowercase().contains("authorization: bearer pal_t"));
}

#[tokio::test]
async fn an_issuer_that_nobody_named_is_not_believed() {
    let (_, acceptor) = secured("localhost");
    let (address, asked) = serve(vec![said("200 OK", "", "[]")], false, Some(acceptor)).await;
    let port = address.rsplit(':').next().unwrap();
    let error = client(&format!("https://localhost:{port}")).get::<Value>("/").await.unwrap_err();
    assert!(error.to_string().contains("its certificate is not trusted"), "{error}");
    assert!(asked.all().is_empty());
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_believed() {
    let (certificate, acceptor) = secured("elsewhere.example");
    let (address, asked) = serve(vec![said("200 OK", "", "[]")], false, Some(acceptor)).await;
    let port = address.rsplit(':').next().unwrap();
    let error = trusting(&format!("https://localhost:{port}"), certificate).get::<Value>("/").await.unwrap_err();
    assert!(error.to_string().contains("its certificate is for another name"), "{error}");
    assert!(asked.all().is_empty());
}
