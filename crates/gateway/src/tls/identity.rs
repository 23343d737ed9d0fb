//! Certificates with their keys, as files hold them.

use palisade_guard::TlsIdentity;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use rustls::sign::CertifiedKey;
use std::sync::Arc;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// Which part of an [`TlsIdentity`] cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum IdentityError {
    /// The certificate.
    #[error("{0}")]
    Certificate(String),
    /// The key, or the two together.
    #[error("{0}")]
    Key(String),
}

/// Reads certificate and key, and checks that they belong together.
pub(crate) fn certified(identity: &TlsIdentity) -> Result<Arc<CertifiedKey>, IdentityError> {
    let chain = certificates(&identity.certificate).map_err(IdentityError::Certificate)?;
    // The error of the parser could show what it read.
    let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes())
        .map_err(|_| IdentityError::Key("it holds no private key in PEM (an encrypted one is not read)".to_owned()))?;
    let key = crate::tls::provider()
        .key_provider
        .load_private_key(key)
        .map_err(|_| IdentityError::Key("the private key is of a kind that TLS does not take".to_owned()))?;
    let certified = CertifiedKey::new(chain, key);
    match certified.keys_match() {
        Ok(()) | Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::Unknown)) => Ok(Arc::new(certified)),
        Err(rustls::Error::InconsistentKeys(_)) => {
            Err(IdentityError::Key("the private key does not belong to the certificate".to_owned()))
        }
        Err(error) => Err(IdentityError::Certificate(error.to_string())),
    }
}

/// The DNS names of the certificate, lower case.
pub(crate) fn names_of(identity: &TlsIdentity) -> Vec<String> {
    let Ok(chain) = certificates(&identity.certificate) else { return Vec::new() };
    let Some((_, parsed)) = chain.first().and_then(|first| X509Certificate::from_der(first).ok()) else {
        return Vec::new();
    };
    let Ok(Some(names)) = parsed.subject_alternative_name() else { return Vec::new() };
    let names = names.value.general_names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
        _ => None,
    });
    names.collect()
}

/// The certificates of a PEM file; an error says why there are none.
fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let chain = read.map_err(|error| format!("its PEM cannot be read: {error}"))?;
    if chain.is_empty() {
        return Err("it holds no certificate in PEM".to_owned());
    }
    Ok(chain)
}

/// The authorities of a PEM bundle.
pub(crate) fn roots(pem: &str) -> Result<rustls::RootCertStore, String> {
    let mut roots = rustls::RootCertStore::empty();
    for certificate in certificates(pem)? {
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    Ok(roots)
}
