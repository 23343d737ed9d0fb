//! Whether a third party answers, and how quickly: one light request.

use super::http::connector;
use super::{Manners, Reach, Unreachable};
use bytes::Bytes;
use http::header::{ACCEPT, HOST, USER_AGENT};
use http::{Method, Request, StatusCode};
use http_body_util::Empty;
use hyper_util::rt::TokioIo;
use palisade_posture::Target;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::{DigitallySignedStruct, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout};

/// Bytes of an answer's head.
const HEAD: usize = 32 << 10;
/// Addresses of a name that are tried.
const ADDRESSES: usize = 2;

/// What came of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    /// There was an answer.
    Answered {
        /// Its status.
        status: u16,
        /// From the connection to the answer's head.
        latency: Duration,
    },
    /// There was none.
    Failed(Failure),
}

/// Why there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The name has no address.
    Name,
    /// No connection was made in time.
    Connection,
    /// No TLS connection was made in time.
    Tls,
    /// No answer of HTTP came in time.
    Answer,
}

impl Failure {
    /// The word it is kept as.
    pub fn as_str(self) -> &'static str {
        match self {
            Failure::Name => "name",
            Failure::Connection => "connection",
            Failure::Tls => "tls",
            Failure::Answer => "answer",
        }
    }
}

/// Asks once: HEAD, and GET where the server has no HEAD; of the answer only the head is read. None when the target may
/// not be asked, by which nothing is learned of it.
pub async fn sample(target: &Target, manners: Manners) -> Option<Sample> {
    let reach = Reach::new(manners);
    let addresses = match reach.addresses(&target.host).await {
        Ok(addresses) => addresses,
        Err(Unreachable::NoAddress(_)) => return Some(Sample::Failed(Failure::Name)),
        Err(_) => return None,
    };
    let mut failure = Failure::Connection;
    for address in addresses.into_iter().take(ADDRESSES) {
        let address = SocketAddr::new(address, target.port);
        let mut answer = ask(&reach, target, address, Method::HEAD).await;
        if let Ok((StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED, _)) = answer {
            answer = ask(&reach, target, address, Method::GET).await;
        }
        match answer {
            Ok((status, latency)) => return Some(Sample::Answered { status: status.as_u16(), latency }),
            Err(why) => failure = why,
        }
    }
    Some(Sample::Failed(failure))
}

async fn ask(
    reach: &Reach,
    target: &Target,
    address: SocketAddr,
    method: Method,
) -> Result<(StatusCode, Duration), Failure> {
    let begun = Instant::now();
    let stream = reach.connect(address).await.map_err(|_| Failure::Connection)?;
    let wait = reach.manners().answer;
    let status = if target.tls {
        let name = ServerName::try_from(target.host.clone()).map_err(|_| Failure::Tls)?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = Arc::new(AnyCertificate(Arc::clone(&provider)));
        let connector = connector(provider, verifier).map_err(|_| Failure::Tls)?;
        let stream = timeout(wait, connector.connect(name, stream)).await.ok().and_then(Result::ok);
        timeout(wait, head(stream.ok_or(Failure::Tls)?, target, method)).await
    } else {
        timeout(wait, head(stream, target, method)).await
    };
    let status = status.ok().flatten().ok_or(Failure::Answer)?;
    Ok((status, begun.elapsed()))
}

async fn head<S>(stream: S, target: &Target, method: Method) -> Option<StatusCode>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = hyper::client::conn::http1::Builder::new();
    builder.max_buf_size(HEAD);
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.ok()?;
    let authority = target.origin();
    let request = Request::builder()
        .method(method)
        .uri(target.path.as_str())
        .header(HOST, authority.split_once("://").map_or("", |(_, authority)| authority))
        .header(USER_AGENT, concat!("palisade/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT, "*/*")
        .body(Empty::<Bytes>::new())
        .ok()?;
    // Dropped together: the rest of an endless answer is never read.
    let mut answer = std::pin::pin!(sender.send_request(request));
    let answer = tokio::select! {
        biased;
        answer = &mut answer => answer,
        // Closed behind its answer, or without one.
        _ = connection => answer.await,
    };
    answer.ok().map(|answer| answer.status())
}

/// Takes any certificate: the request carries no secret and the answer is not used; assessments judge certificates.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
