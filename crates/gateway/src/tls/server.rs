//! The TLS of a listener: which certificate for which name, who is asked for one.

use super::identity::{certified, names_of, roots};
use palisade_guard::TlsIdentity;
use rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whether clients must show a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClientAuth {
    /// No handshake without one.
    #[default]
    Required,
    /// One that is shown is verified; the policy may ask for it.
    Optional,
}

/// The oldest version of TLS that is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MinVersion {
    /// TLS 1.2.
    #[default]
    Tls12,
    /// TLS 1.3.
    Tls13,
}

/// A certificate for some hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedIdentity {
    /// `api.example.com` or `*.example.com` (one label); empty: the names in the certificate.
    pub hosts: Vec<String>,
    /// The certificate.
    pub identity: TlsIdentity,
}

/// The TLS of a listener, files read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenerTls {
    /// What is shown to clients that name no host or an unknown one.
    pub identity: TlsIdentity,
    /// What is shown for named hosts.
    pub more: Vec<NamedIdentity>,
    /// PEM bundle of the authorities of clients' certificates; `None`: nobody is asked for one.
    pub client_ca: Option<String>,
    /// With `client_ca`: whether a certificate must be shown.
    pub client_auth: ClientAuth,
    /// Oldest version.
    pub min_version: MinVersion,
}

/// Chooses a certificate by the name that the client asks for.
#[derive(Debug)]
struct Names {
    first: Arc<CertifiedKey>,
    exact: BTreeMap<String, Arc<CertifiedKey>>,
    /// By what follows `*`.
    wild: BTreeMap<String, Arc<CertifiedKey>>,
}

impl Names {
    fn find(&self, name: Option<&str>) -> &Arc<CertifiedKey> {
        let found = name.and_then(|name| {
            let name = name.to_ascii_lowercase();
            let wild = || name.find('.').and_then(|dot| self.wild.get(name.get(dot..)?));
            self.exact.get(&name).or_else(wild)
        });
        found.unwrap_or(&self.first)
    }
}

impl ResolvesServerCert for Names {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(self.find(hello.server_name())))
    }
}

fn names(tls: &ListenerTls) -> Result<Names, String> {
    let read = |identity: &TlsIdentity| certified(identity).map_err(|error| error.to_string());
    let mut names = Names { first: read(&tls.identity)?, exact: BTreeMap::new(), wild: BTreeMap::new() };
    for more in &tls.more {
        let chosen = read(&more.identity)?;
        let hosts = if more.hosts.is_empty() { names_of(&more.identity) } else { more.hosts.clone() };
        for host in hosts {
            let host = host.to_ascii_lowercase();
            let (list, host) = match host.strip_prefix('*') {
                Some(suffix) => (&mut names.wild, suffix.to_owned()),
                None => (&mut names.exact, host),
            };
            list.entry(host).or_insert_with(|| Arc::clone(&chosen));
        }
    }
    Ok(names)
}

/// What rustls needs to serve a listener. `protocols` are offered by ALPN, the first preferred.
pub(crate) fn server_config(tls: &ListenerTls, protocols: Vec<Vec<u8>>) -> Result<Arc<rustls::ServerConfig>, String> {
    let versions = match tls.min_version {
        MinVersion::Tls12 => &[&TLS13, &TLS12][..],
        MinVersion::Tls13 => &[&TLS13][..],
    };
    let provider = super::provider();
    let builder = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .map_err(|error| error.to_string())?;
    let builder = match &tls.client_ca {
        None => builder.with_no_client_auth(),
        Some(pem) => {
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots(pem)?), provider);
            let verifier = match tls.client_auth {
                ClientAuth::Required => verifier,
                ClientAuth::Optional => verifier.allow_unauthenticated(),
            };
            builder.with_client_cert_verifier(verifier.build().map_err(|error| error.to_string())?)
        }
    };
    let mut config = builder.with_cert_resolver(Arc::new(names(tls)?));
    config.alpn_protocols = protocols;
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(names: &[&str]) -> TlsIdentity {
        let names = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let signed = rcgen::generate_simple_self_signed(names).unwrap();
        TlsIdentity { certificate: signed.cert.pem(), key: signed.signing_key.serialize_pem() }
    }

    fn tls(more: Vec<NamedIdentity>) -> ListenerTls {
        ListenerTls {
            identity: identity(&["default.test"]),
            more,
            client_ca: None,
            client_auth: ClientAuth::Required,
            min_version: MinVersion::Tls12,
        }
    }

    #[test]
    fn the_closest_name_chooses_the_certificate() {
        let more = vec![
            NamedIdentity { hosts: vec!["API.shop.test".into()], identity: identity(&["one"]) },
            NamedIdentity { hosts: vec!["*.shop.test".into()], identity: identity(&["two"]) },
            NamedIdentity { hosts: vec![], identity: identity(&["Bank.test", "*.bank.test"]) },
        ];
        let names = names(&tls(more)).unwrap();
        let at = |name: Option<&str>| {
            let found = names.find(name);
            let places =
                [&names.first, &names.exact["api.shop.test"], &names.wild[".shop.test"], &names.exact["bank.test"]];
            places.iter().position(|place| Arc::ptr_eq(place, found)).unwrap()
        };
        assert_eq!(at(None), 0);
        assert_eq!(at(Some("other.test")), 0);
        assert_eq!(at(Some("api.SHOP.test")), 1);
        assert_eq!(at(Some("www.shop.test")), 2);
        assert_eq!(at(Some("a.b.shop.test")), 0, "a wildcard is one label");
        assert_eq!(at(Some("x.bank.test")), 3);
    }

    #[test]
    fn what_does_not_fit_together_is_named_without_showing_the_key() {
        let (one, two) = (identity(&["a"]), identity(&["b"]));
        let mixed = TlsIdentity { certificate: one.certificate.clone(), key: two.key.clone() };
        assert!(certified(&mixed).unwrap_err().to_string().contains("does not belong"));
        let swapped = TlsIdentity { certificate: one.key.clone(), key: one.certificate.clone() };
        assert!(certified(&swapped).unwrap_err().to_string().contains("no certificate"));
        let keyless = TlsIdentity { key: "x".into(), ..one.clone() };
        assert!(certified(&keyless).unwrap_err().to_string().contains("no private key"));
        assert!(!format!("{one:?}").contains("PRIVATE"));
    }
}
