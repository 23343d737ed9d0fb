//! Asks a server about its TLS: the hellos of [`Plan`], a few at a time, and one real handshake.

use super::reach::{Reach, Unreachable};
use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::Timestamp;
use palisade_posture::tls::{Answer, Certificate, End, Facts, Gap, Handshake, Plan, Probe, Reader, Trust, Version};
use palisade_posture::{Part, Target};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientSessionStore, Resumption, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::crypto::CryptoProvider;
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, NamedGroup, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

/// Hellos under way at the same time.
const AT_ONCE: usize = 4;
/// Addresses that are tried.
const ADDRESSES: usize = 4;
/// The least and the most time that is waited for session tickets after a handshake.
const TICKETS: (Duration, Duration) = (Duration::from_millis(300), Duration::from_millis(1500));

/// The roots that certificates are validated against.
#[derive(Debug, Clone)]
pub struct Roots {
    system: RootCertStore,
    own: RootCertStore,
}

impl Roots {
    /// The roots that the system trusts, and these.
    pub fn new(own: &[CertificateDer<'static>]) -> Roots {
        let mut roots = Roots { system: RootCertStore::empty(), own: RootCertStore::empty() };
        roots.system.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        roots.own.add_parsable_certificates(own.iter().cloned());
        roots
    }

    /// All of them in one store.
    pub fn all(&self) -> RootCertStore {
        RootCertStore { roots: self.system.roots.iter().chain(&self.own.roots).cloned().collect() }
    }
}

/// Asks the server of a target about its TLS. `now` is when certificates must be valid.
pub async fn probe(reach: &Reach, target: &Target, addresses: &[IpAddr], roots: &Roots, now: Timestamp) -> Part<Facts> {
    if !target.tls {
        return Part::NotAssessed("the URL says http://, so there is no TLS".to_owned());
    }
    let (address, stream) = match open(reach, target, addresses).await {
        Ok(open) => open,
        Err(why) => return Part::NotAssessed(why.to_string()),
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut seed = [0; 32];
    if provider.secure_random.fill(&mut seed).is_err() {
        return Part::NotAssessed("the system gives no random numbers".to_owned());
    }
    let name = target.address().is_none().then_some(target.host.as_str());
    let mut plan = Plan::new(name, seed);
    let (handshake, ()) =
        tokio::join!(shake(reach, target, stream, &["h2", "http/1.1"], &provider), ask(reach, address, &mut plan));
    if !plan.is_tls() && handshake.is_none() {
        return Part::NotAssessed(format!("no TLS server answers at {address}"));
    }
    let also = match handshake.as_ref().map(|handshake| (handshake.version, handshake.alpn.as_deref())) {
        // Up to TLS 1.2 the plan has asked; in TLS 1.3 the answer is encrypted.
        Some((Version::Tls13, Some("h2"))) if !plan.knows_alpn() => match reach.connect(address).await {
            Ok(stream) => shake(reach, target, stream, &["http/1.1"], &provider).await.and_then(|other| other.alpn),
            Err(_) => None,
        },
        _ => None,
    };
    let mut facts = plan.finish(handshake, &|chain| validate(chain, roots, now, &provider));
    facts.alpn.extend(also.filter(|protocol| !facts.alpn.contains(protocol)));
    facts.address = address.to_string();
    facts.at = now;
    facts.connections += 1;
    if facts.early_data.is_none() && facts.speaks(Version::Tls13) {
        facts.gaps.push(Gap::new("early data", "no session ticket of TLS 1.3 came"));
    }
    if facts.spoken().any(|spoken| spoken.version < Version::Tls13) {
        let why = "it takes a whole connection of TLS 1.2 that renegotiates, which is not made";
        facts.gaps.push(Gap::new("renegotiation by the client", why));
    }
    Part::Assessed(facts)
}

/// The first address that takes a connection.
async fn open(reach: &Reach, target: &Target, addresses: &[IpAddr]) -> Result<(SocketAddr, TcpStream), Unreachable> {
    let mut why = Unreachable::NoAddress(target.host.clone());
    for address in addresses.iter().take(ADDRESSES) {
        let address = SocketAddr::new(*address, target.port);
        match reach.connect(address).await {
            Ok(stream) => return Ok((address, stream)),
            Err(error) => why = error,
        }
    }
    Err(why)
}

/// Sends the plan's hellos and tells it the answers.
async fn ask(reach: &Reach, address: SocketAddr, plan: &mut Plan) {
    let mut under_way = FuturesUnordered::new();
    loop {
        while under_way.len() < AT_ONCE {
            let Some(probe) = plan.next_probe() else { break };
            under_way.push(exchange(reach, address, probe));
        }
        let Some((id, answer)) = under_way.next().await else { return };
        plan.answer(id, &answer);
    }
}

/// One hello over a connection of its own. The time counts for the whole answer, so that a slow one ends as well.
async fn exchange(reach: &Reach, address: SocketAddr, probe: Probe) -> (u32, Answer) {
    let Ok(mut stream) = reach.connect(address).await else { return (probe.id, Answer::Unreachable) };
    let end = reach.until().min(Instant::now() + reach.manners().answer);
    let mut reader = Reader::new(probe.version);
    let _ = stream.set_nodelay(true);
    // A server that closes at once may still have sent an alert: what cannot be written is no reason not to read.
    let _ = timeout_at(end, stream.write_all(&probe.bytes)).await;
    let mut piece = [0; 8192];
    let answer = loop {
        match timeout_at(end, stream.read(&mut piece)).await {
            Ok(Ok(0) | Err(_)) => break reader.end(End::Closed),
            Ok(Ok(count)) => {
                if reader.push(&piece[..count]) {
                    break reader.end(End::Closed);
                }
            }
            Err(_) => break reader.end(End::Silent),
        }
    };
    (probe.id, answer)
}

/// A real handshake that takes any certificate, and waits a moment for session tickets.
async fn shake(
    reach: &Reach,
    target: &Target,
    stream: TcpStream,
    alpn: &[&str],
    provider: &Arc<CryptoProvider>,
) -> Option<Handshake> {
    let name = ServerName::try_from(target.host.clone()).ok()?;
    let seen = Arc::new(Seen::new(provider.clone()));
    let mut config = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .ok()?
        .dangerous()
        .with_custom_certificate_verifier(seen.clone())
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    config.resumption = Resumption::store(seen.clone());
    let begun = Instant::now();
    let end = reach.until().min(begun + reach.manners().answer);
    let connected = timeout_at(end, TlsConnector::from(Arc::new(config)).connect(name, stream)).await;
    let mut stream = connected.ok()?.ok()?;
    let tls = stream.get_ref().1;
    let version = match tls.protocol_version()? {
        rustls::ProtocolVersion::TLSv1_3 => Version::Tls13,
        _ => Version::Tls12,
    };
    let alpn = tls.alpn_protocol().map(|protocol| String::from_utf8_lossy(protocol).into_owned());
    if version == Version::Tls13 {
        // A ticket comes right after the handshake, half of which was one way and back.
        let patience = (begun.elapsed() * 2).clamp(TICKETS.0, TICKETS.1);
        let end = end.min(Instant::now() + patience);
        let mut piece = [0; 1024];
        // What arrives is read for the tickets in it only; one is enough.
        let read = async { while stream.read(&mut piece).await.is_ok_and(|count| count > 0) {} };
        let _ = timeout_at(end, async {
            tokio::select! { () = seen.ticket.notified() => (), () = read => () }
        })
        .await;
    }
    let early_data = seen.early_data();
    let (chain, staple) = seen.certificates.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Some(Handshake { version, alpn, chain, staple: (!staple.is_empty()).then_some(staple), early_data })
}

/// Keeps what a handshake shows, and refuses nothing: it is judged later, and the rest is assessed all the same.
#[derive(Debug)]
struct Seen {
    provider: Arc<CryptoProvider>,
    certificates: Mutex<(Vec<Vec<u8>>, Vec<u8>)>,
    early_data: Mutex<Option<u32>>,
    ticket: Notify,
}

impl Seen {
    fn new(provider: Arc<CryptoProvider>) -> Seen {
        Seen { provider, certificates: Mutex::default(), early_data: Mutex::default(), ticket: Notify::new() }
    }

    fn early_data(&self) -> Option<u32> {
        *self.early_data.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ServerCertVerifier for Seen {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        staple: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let chain = std::iter::once(own).chain(others).map(|certificate| certificate.to_vec()).collect();
        *self.certificates.lock().unwrap_or_else(PoisonError::into_inner) = (chain, staple.to_vec());
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl ClientSessionStore for Seen {
    fn set_kx_hint(&self, _: ServerName<'static>, _: NamedGroup) {}

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        None
    }

    fn set_tls12_session(&self, _: ServerName<'static>, _: Tls12ClientSessionValue) {}

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        None
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {}

    fn insert_tls13_ticket(&self, _: ServerName<'static>, ticket: Tls13ClientSessionValue) {
        let mut known = self.early_data.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some(known.unwrap_or(0).max(ticket.max_early_data_size()));
        self.ticket.notify_one();
    }

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        None
    }
}

/// Whether a path leads from a chain to a root. Dates of the server's own certificate are judged apart, so that one
/// that is out of date says nothing about its issuer.
fn validate(chain: &[Vec<u8>], roots: &Roots, now: Timestamp, provider: &CryptoProvider) -> Trust {
    let ders: Vec<CertificateDer<'_>> = chain.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let Some((own, others)) = ders.split_first() else { return Trust::NotAssessed };
    for (store, trust) in [(&roots.system, Trust::Trusted), (&roots.own, Trust::Private)] {
        if is_root(own, store) {
            return trust;
        }
    }
    let (own, leaf) = match (ParsedCertificate::try_from(own), Certificate::read(own)) {
        (Ok(parsed), Ok(read)) => (parsed, read),
        (Err(error), _) => return Trust::Untrusted(reason(&error)),
        (_, Err(_)) => return Trust::Untrusted("the certificate cannot be read".to_owned()),
    };
    let at = now.clamp(leaf.not_before, leaf.not_after.max(leaf.not_before));
    let at = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(at.as_second()).unwrap_or(0)));
    let algorithms = provider.signature_verification_algorithms.all;
    let path = |store: &RootCertStore| {
        rustls::client::verify_server_cert_signed_by_trust_anchor(&own, store, others, at, algorithms)
    };
    match (path(&roots.system), path(&roots.own)) {
        (Ok(()), _) => Trust::Trusted,
        (_, Ok(())) => Trust::Private,
        _ if leaf.self_issued => Trust::Untrusted("it is signed by itself".to_owned()),
        (Err(error), _) if roots.own.is_empty() => Trust::Untrusted(reason(&error)),
        (_, Err(error)) => Trust::Untrusted(reason(&error)),
    }
}

/// Whether a certificate is itself a root that is trusted: validation takes none as a server's own.
fn is_root(own: &CertificateDer<'_>, store: &RootCertStore) -> bool {
    let mut alone = RootCertStore::empty();
    alone.add(own.clone()).is_ok()
        && alone.roots.iter().all(|root| {
            store.roots.iter().any(|known| {
                known.subject == root.subject && known.subject_public_key_info == root.subject_public_key_info
            })
        })
}

/// Why a chain is refused, in words of our own.
fn reason(error: &rustls::Error) -> String {
    let rustls::Error::InvalidCertificate(error) = error else { return "the certificate cannot be read".to_owned() };
    match error {
        CertificateError::UnknownIssuer => "no path leads to a trusted root".to_owned(),
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => "a certificate of its issuers is out of date".to_owned(),
        CertificateError::BadSignature => "a signature of the chain is wrong".to_owned(),
        CertificateError::BadEncoding => "a certificate is not encoded as X.509 demands".to_owned(),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "the certificate is not meant for servers".to_owned()
        }
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "it is signed in a way that is not trusted any more".to_owned()
        }
        _ => "the chain is not valid".to_owned(),
    }
}
