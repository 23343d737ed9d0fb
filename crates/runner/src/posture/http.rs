//! Makes the requests that [`posture::http`](palisade_posture::http) plans, one after the other.
//!
//! Each has a connection of its own, to an address that was checked, and limits: time for the connection and for the
//! answer, bytes of head and body. What a server does beyond them ends up as a [`Failure`] or a [`Cut`].

use super::reach::{Reach, Unreachable};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use palisade_limits::{DecodeError, DecodeLimits, decode_all};
use palisade_posture::http::{Answer, Cut, Facts, Failure, Fields, Plan, Request, USER_AGENT};
use palisade_posture::{Part, Target};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::{DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_rustls::TlsConnector;

/// Time for all requests together.
const WHOLE: Duration = Duration::from_secs(40);
/// Bytes of an answer's head.
const HEAD: usize = 64 << 10;
/// Fields of an answer's head.
const FIELDS: usize = 200;
/// Interim answers (1xx) before the answer.
const INTERIM: u32 = 16;
/// Addresses of a host that are tried.
const ADDRESSES: usize = 3;
/// Bytes that a coded body may unfold to.
const UNFOLDED: u64 = 4 << 20;

/// Asks an API over HTTP what the plan wants to know. Certificates are never a reason to stop; whether they are
/// trusted by `roots` at `now` is noted.
pub async fn probe(
    reach: &Reach,
    target: &Target,
    addresses: &[IpAddr],
    roots: &Arc<RootCertStore>,
    now: Timestamp,
) -> Part<Facts> {
    let until = reach.until().min(Instant::now() + WHOLE);
    let client = Client { reach, target, addresses, roots, now, until };
    let mut plan = Plan::new(target, now);
    let mut first = true;
    while let Some(request) = plan.next_request() {
        if !first {
            sleep(reach.manners().pause).await;
        }
        first = false;
        plan.take(client.ask(&request).await);
    }
    plan.finish()
}

struct Client<'a> {
    reach: &'a Reach,
    target: &'a Target,
    addresses: &'a [IpAddr],
    roots: &'a Arc<RootCertStore>,
    now: Timestamp,
    until: Instant,
}

impl Client<'_> {
    async fn ask(&self, request: &Request) -> Result<Answer, Failure> {
        if Instant::now() >= self.until {
            return Err(Failure::Over);
        }
        let stream = self.connect(request).await?;
        let end = self.until.min(Instant::now() + self.reach.manners().answer);
        if !request.address.tls {
            return exchange(stream, request, true, end).await;
        }
        let name = ServerName::try_from(request.address.host.clone()).map_err(|_| Failure::NoTls)?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let onlooker = Arc::new(Onlooker::new(provider.clone(), self.roots.clone(), self.now));
        let connector = connector(provider, onlooker.clone()).map_err(|_| Failure::NoTls)?;
        let stream = match timeout_at(end, connector.connect(name, stream)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(no_tls(&error)),
            Err(_) => return Err(Failure::Slow),
        };
        exchange(stream, request, onlooker.trusted.load(Ordering::Relaxed), end).await
    }

    /// A connection to the first address that takes one.
    async fn connect(&self, request: &Request) -> Result<TcpStream, Failure> {
        let own = request.address.host == self.target.host;
        let looked_up = if own { self.addresses.to_vec() } else { self.look_up(&request.address.host).await? };
        let mut last = Failure::NotAsked("its name has no address".to_owned());
        for address in looked_up.into_iter().take(ADDRESSES) {
            match self.reach.connect(SocketAddr::new(address, request.address.port)).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = failure(error),
            }
        }
        Err(last)
    }

    async fn look_up(&self, host: &str) -> Result<Vec<IpAddr>, Failure> {
        self.reach.addresses(host).await.map_err(failure)
    }
}

fn failure(error: Unreachable) -> Failure {
    match error {
        Unreachable::TimeOver | Unreachable::TooMany => Failure::Over,
        Unreachable::NoConnection(_) => Failure::NoConnection(error.to_string()),
        _ => Failure::NotAsked(error.to_string()),
    }
}

/// Whether the other side speaks TLS at all: an alert or a hello of another version says so.
fn no_tls(error: &std::io::Error) -> Failure {
    use rustls::Error::{AlertReceived, InvalidMessage, PeerIncompatible};
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(AlertReceived(_) | PeerIncompatible(_)) => Failure::OtherTls,
        Some(InvalidMessage(_)) => Failure::NoTls,
        Some(_) => Failure::OtherTls,
        None => Failure::Closed,
    }
}

async fn exchange<S>(stream: S, request: &Request, verified: bool, end: Instant) -> Result<Answer, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = hyper::client::conn::http1::Builder::new();
    builder.max_buf_size(HEAD).max_headers(FIELDS);
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(|_| Failure::Closed)?;
    // Ends with this function, whatever the other side is doing.
    let mut driver = JoinSet::new();
    driver.spawn(async move { drop(connection.await) });
    let mut head = http::Request::builder()
        .method(request.method)
        .uri(&request.address.path)
        .header("host", request.address.authority())
        .header("user-agent", USER_AGENT)
        .header("accept", "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8")
        .header("accept-encoding", "identity")
        .header("connection", "close");
    for (name, value) in &request.fields {
        head = head.header(*name, value);
    }
    let mut head = head.body(Empty::<Bytes>::new()).map_err(|_| Failure::NotHttp)?;
    let (came, flood) = (AtomicU32::new(0), Arc::new(Notify::new()));
    let told = flood.clone();
    hyper::ext::on_informational(&mut head, move |_| {
        if came.fetch_add(1, Ordering::Relaxed) >= INTERIM {
            told.notify_one();
        }
    });
    let answered = tokio::select! {
        answered = timeout_at(end, sender.send_request(head)) => answered,
        () = flood.notified() => return Err(Failure::NotHttp),
    };
    let response = match answered {
        Ok(Ok(response)) => response,
        Ok(Err(error)) if error.is_parse() => return Err(Failure::NotHttp),
        Ok(Err(_)) => return Err(Failure::Closed),
        Err(_) => return Err(Failure::Slow),
    };
    let (parts, body) = response.into_parts();
    let mut fields = Fields::default();
    for (name, value) in &parts.headers {
        fields.push(name.as_str(), value.as_bytes());
    }
    let (body, cut) = read(body, request.body, end).await;
    let (body, cut) = unfold(&fields, body, cut);
    Ok(Answer { status: parts.status.as_u16(), fields, body, cut, verified })
}

/// Reads a body as far as is wanted.
async fn read(mut body: Incoming, most: usize, end: Instant) -> (Vec<u8>, Option<Cut>) {
    let mut bytes = Vec::new();
    loop {
        let frame = match timeout_at(end, body.frame()).await {
            Ok(None) => return (bytes, None),
            Ok(Some(Ok(frame))) => frame,
            Ok(Some(Err(_))) => return (bytes, Some(Cut::Broken)),
            Err(_) => return (bytes, Some(Cut::Slow)),
        };
        let Some(data) = frame.data_ref() else { continue };
        let room = most - bytes.len();
        bytes.extend_from_slice(data.get(..room).unwrap_or(data));
        if data.len() > room {
            return (bytes, Some(Cut::Long));
        }
    }
}

/// Undoes content codings, which were not asked for but may come.
fn unfold(fields: &Fields, body: Vec<u8>, cut: Option<Cut>) -> (Vec<u8>, Option<Cut>) {
    let Some(coding) = fields.joined("content-encoding").filter(|coding| !coding.trim().is_empty()) else {
        return (body, cut);
    };
    let limits = DecodeLimits { bytes: UNFOLDED, ..DecodeLimits::default() };
    match decode_all(&coding, &body, &limits) {
        Ok(body) => (body, cut),
        Err(DecodeError::TooLong(_)) => (Vec::new(), cut.or(Some(Cut::Long))),
        Err(_) => (Vec::new(), cut.or(Some(Cut::Coding))),
    }
}

/// Makes connections for HTTP/1.1 whose certificates this verifier judges; each begins anew.
pub(super) fn connector(
    provider: Arc<CryptoProvider>,
    verifier: Arc<dyn ServerCertVerifier>,
) -> Result<TlsConnector, rustls::Error> {
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = rustls::client::Resumption::disabled();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Lets every certificate pass and notes whether it is trusted. Nothing secret is sent on such a connection.
#[derive(Debug)]
struct Onlooker {
    inner: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
    now: UnixTime,
    trusted: AtomicBool,
}

impl Onlooker {
    fn new(provider: Arc<CryptoProvider>, roots: Arc<RootCertStore>, now: Timestamp) -> Onlooker {
        // Without any root nothing is trusted.
        let inner = WebPkiServerVerifier::builder_with_provider(roots, provider.clone()).build().ok();
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        Onlooker { inner, provider, now, trusted: AtomicBool::new(false) }
    }

    /// A signature that does not hold takes the trust away.
    fn signed(
        &self,
        verify: impl FnOnce(&WebPkiServerVerifier) -> Result<HandshakeSignatureValid, rustls::Error>,
    ) -> HandshakeSignatureValid {
        if self.inner.as_deref().is_none_or(|inner| verify(inner).is_err()) {
            self.trusted.store(false, Ordering::Relaxed);
        }
        HandshakeSignatureValid::assertion()
    }
}

impl ServerCertVerifier for Onlooker {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self.inner.as_ref().is_some_and(|inner| {
            inner.verify_server_cert(end_entity, intermediates, server_name, &[], self.now).is_ok()
        });
        self.trusted.store(verified, Ordering::Relaxed);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(self.signed(|inner| inner.verify_tls12_signature(message, cert, dss)))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(self.signed(|inner| inner.verify_tls13_signature(message, cert, dss)))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
