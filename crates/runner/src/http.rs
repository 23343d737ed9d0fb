//! One GET at a time, to hosts that the user named.

use crate::address::is_private;
use crate::host::Host;
use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, HOST, LOCATION, USER_AGENT};
use http::{Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use palisade_document::{Refusal, RefusalKind};
use rustls_pki_types::{CertificateDer, ServerName};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// Time for one document, from the name's look-up to the last byte.
const EACH: Duration = Duration::from_secs(15);
/// Time for a connection to one address of a host.
const CONNECT: Duration = Duration::from_secs(5);
/// Redirects followed, all on the same host.
const REDIRECTS: usize = 3;
/// Bytes of an answer's head.
const HEAD: usize = 32 << 10;
/// Addresses of a host that are tried.
const ADDRESSES: usize = 4;

/// The hosts that may be asked, and whom they are believed to be.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// The hosts. Empty: nothing is asked.
    pub hosts: Vec<Host>,
    /// Certificates trusted instead of the system's; empty: the system's.
    pub roots: Vec<CertificateDer<'static>>,
}

/// Where a URL leads.
struct Origin {
    tls: bool,
    /// In lower case, without brackets.
    host: String,
    port: u16,
}

impl Origin {
    fn of(url: &Uri) -> Option<Origin> {
        let tls = match url.scheme_str()? {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let authority = url.authority()?;
        // A credential in an address would be sent along.
        if authority.as_str().contains('@') {
            return None;
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        Some(Origin { tls, host, port: url.port_u16().unwrap_or(if tls { 443 } else { 80 }) })
    }
}

/// Why a document was not had, in words for a finding.
type Failed = (RefusalKind, String);

fn unavailable(reason: impl Into<String>) -> Failed {
    (RefusalKind::Unavailable, reason.into())
}

impl Network {
    /// Whether an address is a URL at all.
    pub(crate) fn is_url(&self, address: &str) -> bool {
        address.starts_with("http://") || address.starts_with("https://")
    }

    /// Whether the host of a URL was named.
    pub(crate) fn allows(&self, url: &str) -> bool {
        let origin = url.parse().ok().as_ref().and_then(Origin::of);
        origin.is_some_and(|origin| self.rule(&origin).is_some())
    }

    fn rule(&self, origin: &Origin) -> Option<&Host> {
        self.hosts.iter().find(|host| host.is(&origin.host, origin.port))
    }

    /// What a URL answers with, at most so many bytes.
    pub(crate) fn get(&self, url: &str, most: usize, time: Duration) -> Result<Vec<u8>, Refusal> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build();
        let outcome = match runtime {
            Ok(runtime) => {
                let outcome = runtime.block_on(async { timeout(time.min(EACH), self.follow(url, most)).await });
                // A look-up that hangs is left to itself.
                runtime.shutdown_background();
                outcome.unwrap_or_else(|_| Err(unavailable("the host did not answer in time")))
            }
            Err(error) => Err(unavailable(format!("no runtime: {}", error.kind()))),
        };
        outcome.map_err(|(kind, reason)| Refusal { kind, reason })
    }

    async fn follow(&self, url: &str, most: usize) -> Result<Vec<u8>, Failed> {
        let mut url: Uri = url.parse().map_err(|_| unavailable("this is no URL"))?;
        let first = Origin::of(&url).ok_or_else(|| unavailable("this is no URL"))?;
        for _ in 0..=REDIRECTS {
            let origin = Origin::of(&url).ok_or_else(|| unavailable("this is no URL"))?;
            let Some(rule) = self.rule(&origin) else {
                return Err((RefusalKind::NotAllowed, "it redirects to a port that was not named".to_owned()));
            };
            let response = self.ask(&origin, rule, &url).await?;
            if response.status().is_redirection() {
                url = redirected(&url, &first, &response)?;
                continue;
            }
            return body(response, most).await;
        }
        Err(unavailable(format!("more than {REDIRECTS} redirects")))
    }

    async fn ask(&self, origin: &Origin, rule: &Host, url: &Uri) -> Result<Response<Incoming>, Failed> {
        let stream = connect(origin, rule).await?;
        if !origin.tls {
            return exchange(stream, url).await;
        }
        let name = ServerName::try_from(origin.host.clone()).map_err(|_| unavailable("the host has no valid name"))?;
        let stream = self.tls()?.connect(name, stream).await.map_err(|error| {
            // In words of our own: a certificate's text is the peer's.
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
            unavailable(match inner {
                Some(rustls::Error::InvalidCertificate(_)) => "the host's certificate is not trusted",
                _ => "the host made no TLS connection",
            })
        })?;
        exchange(stream, url).await
    }

    fn tls(&self) -> Result<TlsConnector, Failed> {
        let mut roots = rustls::RootCertStore::empty();
        if self.roots.is_empty() {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        } else {
            roots.add_parsable_certificates(self.roots.iter().cloned());
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unavailable(format!("no TLS: {error}")))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsConnector::from(Arc::new(config)))
    }
}

/// A connection to a host at an address that it may have. The address that is checked is the one that is used, so a
/// name that answers differently the next time changes nothing.
async fn connect(origin: &Origin, rule: &Host) -> Result<TcpStream, Failed> {
    let found = tokio::net::lookup_host((origin.host.as_str(), origin.port)).await;
    let addresses: Vec<SocketAddr> = found.map_err(|_| unavailable("the host's name has no address"))?.collect();
    if !rule.is_address() && addresses.iter().any(|address| is_private(address.ip())) {
        let reason = "the host has a private address, which only counts when it is named itself";
        return Err((RefusalKind::NotAllowed, reason.to_owned()));
    }
    let mut last = "its name has no address".to_owned();
    for address in addresses.into_iter().take(ADDRESSES) {
        match timeout(CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = error.kind().to_string(),
            Err(_) => last = "no answer in time".to_owned(),
        }
    }
    Err(unavailable(format!("the host cannot be reached: {last}")))
}

/// Sends one GET on a connection of its own.
pub(crate) async fn exchange<S>(stream: S, url: &Uri) -> Result<Response<Incoming>, Failed>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broken = |_| unavailable("the host did not answer with HTTP");
    let mut builder = hyper::client::conn::http1::Builder::new();
    builder.max_buf_size(HEAD);
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(broken)?;
    tokio::spawn(async move { drop(connection.await) });
    let target = url.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::get(target)
        .header(HOST, url.authority().map_or("", |authority| authority.as_str()))
        .header(USER_AGENT, concat!("palisade/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT, "application/yaml, application/json;q=0.9, */*;q=0.5")
        .header(ACCEPT_ENCODING, "identity")
        .body(Empty::<Bytes>::new())
        .map_err(|_| unavailable("this is no URL"))?;
    sender.send_request(request).await.map_err(broken)
}

/// Where a redirect leads: only to the same host, and not from a secured connection to a clear one.
fn redirected(url: &Uri, first: &Origin, response: &Response<Incoming>) -> Result<Uri, Failed> {
    let to = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let next: Option<Uri> = to.and_then(|to| palisade_document::join(&url.to_string(), to).parse().ok());
    let Some((next, origin)) = next.and_then(|next| Origin::of(&next).map(|origin| (next, origin))) else {
        return Err(unavailable("it redirects to nowhere"));
    };
    if origin.host != first.host {
        return Err((RefusalKind::NotAllowed, "it redirects to another host".to_owned()));
    }
    if first.tls && !origin.tls {
        return Err((RefusalKind::NotAllowed, "it redirects from https to http".to_owned()));
    }
    Ok(next)
}

async fn body(response: Response<Incoming>, most: usize) -> Result<Vec<u8>, Failed> {
    if response.status() != StatusCode::OK {
        return Err(unavailable(format!("the host answers with status {}", response.status().as_u16())));
    }
    let encoding = response.headers().get(CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| encoding.as_bytes() != b"identity") {
        return Err(unavailable("the host answers with an encoding that was not asked for"));
    }
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| unavailable("the answer breaks off"))?;
        let Some(data) = frame.data_ref() else { continue };
        if bytes.len() + data.len() > most {
            let reason = "with it the files of this contract are too large together";
            return Err((RefusalKind::Limit, reason.to_owned()));
        }
        bytes.extend_from_slice(data);
    }
    Ok(bytes)
}
