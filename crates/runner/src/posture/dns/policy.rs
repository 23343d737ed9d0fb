//! Fetches the policy file of MTA-STS as mail servers do: over TLS with a valid certificate, without redirects.

use crate::http::exchange;
use crate::posture::reach::Reach;
use http::Uri;
use http::header::CONTENT_TYPE;
use http_body_util::{BodyExt, Limited};
use palisade_posture::dns::MtaSts;
use rustls::RootCertStore;
use rustls_pki_types::ServerName;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

/// Bytes of a policy, RFC 8461 section 3.2 recommends the limit.
const MOST: usize = 64 << 10;

/// The text of the policy file of a host, or why there is none.
pub(super) async fn fetch(reach: &Reach, host: &str, port: u16, roots: &Arc<RootCertStore>) -> Result<String, String> {
    let end = reach.until().min(Instant::now() + reach.manners().connect + reach.manners().answer);
    match timeout_at(end, get(reach, host, port, roots)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(format!("{host} did not answer in time")),
    }
}

async fn get(reach: &Reach, host: &str, port: u16, roots: &Arc<RootCertStore>) -> Result<String, String> {
    let addresses = reach.addresses(host).await.map_err(|error| error.to_string())?;
    let address = addresses.first().ok_or_else(|| format!("the name {host} has no address"))?;
    let stream = reach.connect(SocketAddr::new(*address, port)).await.map_err(|error| error.to_string())?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("no TLS: {error}"))?
        .with_root_certificates(Arc::clone(roots))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let name = ServerName::try_from(host.to_owned()).map_err(|_| format!("{host} is no name for a certificate"))?;
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(|error| {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match inner {
            Some(rustls::Error::InvalidCertificate(_)) => format!("the certificate of {host} is not valid"),
            _ => format!("{host} made no TLS connection"),
        }
    })?;
    let url: Uri = format!("https://{host}{}", MtaSts::PATH).parse().map_err(|_| format!("{host} is no host"))?;
    let response = exchange(stream, &url).await.map_err(|(_, reason)| reason)?;
    if response.status() != http::StatusCode::OK {
        return Err(format!("{host} answers with status {}", response.status().as_u16()));
    }
    let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("text/plain") {
        return Err(format!("{host} answers with no text/plain"));
    }
    let body = Limited::new(response.into_body(), MOST).collect().await;
    let bytes = body.map_err(|_| format!("the answer of {host} breaks off or is longer than {MOST} bytes"))?.to_bytes();
    String::from_utf8(bytes.to_vec()).map_err(|_| format!("the answer of {host} is no text"))
}

#[cfg(test)]
mod tests {
    use super::fetch;
    use crate::posture::{Manners, Reach};
    use rcgen::{CertificateParams, KeyPair};
    use rustls::RootCertStore;
    use rustls::pki_types::PrivateKeyDer;
    use std::sync::Arc;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    /// Answers one request with these bytes, with a certificate for a name; what was fetched from `localhost`.
    async fn fetched(name: &str, answer: &'static [u8]) -> Result<String, String> {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().self_signed(&key).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(certificate.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(stream).await else { return };
            let mut request = vec![0; 4096];
            let length = stream.read(&mut request).await.unwrap();
            assert!(request[..length].starts_with(b"GET /.well-known/mta-sts.txt HTTP/1.1\r\n"));
            // The client may have turned away already.
            let _ = stream.write_all(answer).await;
            let _ = stream.shutdown().await;
        });
        let reach = Reach::new(Manners { allow_private: true, ..Manners::default() });
        fetch(&reach, "localhost", port, &Arc::new(roots)).await
    }

    #[tokio::test]
    async fn a_policy_is_fetched_as_mail_servers_do() {
        let good =
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 14\r\n\r\nversion: STSv1";
        assert_eq!(fetched("localhost", good).await.as_deref(), Ok("version: STSv1"));
        for (name, answer, reason) in [
            ("other.test", &good[..], "the certificate of localhost is not valid"),
            (
                "localhost",
                b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
                "localhost answers with status 302",
            ),
            (
                "localhost",
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n",
                "localhost answers with no text/plain",
            ),
            (
                "localhost",
                b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 99\r\n\r\nx",
                "the answer of localhost breaks off or is longer than 65536 bytes",
            ),
            ("localhost", b"\x00\x01\x02", "the host did not answer with HTTP"),
        ] {
            assert_eq!(fetched(name, answer).await, Err(reason.to_owned()));
        }
    }

    #[tokio::test]
    async fn a_private_address_is_not_asked() {
        let reach = Reach::new(Manners::default());
        let roots = Arc::new(RootCertStore::empty());
        let reason = fetch(&reach, "localhost", 443, &roots).await.unwrap_err();
        assert!(reason.contains("is an address of this machine or of a private network"), "{reason}");
    }
}
