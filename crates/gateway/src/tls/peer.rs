//! What a client's certificate says.

use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// A certificate that a client showed and that its authority vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClientCertificate {
    /// The subject, as in `CN=billing, O=Example`; the first alternative name where it is empty, and the fingerprint
    /// where there is none.
    pub(crate) subject: Arc<str>,
    /// SHA-256 of the certificate, hexadecimal.
    pub(crate) fingerprint: String,
}

impl ClientCertificate {
    /// Reads a certificate that was verified.
    pub(crate) fn read(certificate: &CertificateDer<'_>) -> ClientCertificate {
        let fingerprint: String = Sha256::digest(certificate).iter().map(|byte| format!("{byte:02x}")).collect();
        let parsed = X509Certificate::from_der(certificate).ok().map(|(_, parsed)| parsed);
        let subject = parsed.as_ref().map(|parsed| parsed.subject().to_string()).filter(|subject| !subject.is_empty());
        let named = || {
            let names = parsed.as_ref()?.subject_alternative_name().ok()??;
            names.value.general_names.iter().find_map(|name| match name {
                GeneralName::DNSName(name) | GeneralName::URI(name) | GeneralName::RFC822Name(name) => {
                    Some((*name).to_owned())
                }
                _ => None,
            })
        };
        let subject = subject.or_else(named).unwrap_or_else(|| fingerprint.clone());
        ClientCertificate { subject: subject.into(), fingerprint }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(names: Vec<String>, subject: &[(rcgen::DnType, &str)]) -> ClientCertificate {
        let mut params = rcgen::CertificateParams::new(names).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        for (kind, value) in subject {
            params.distinguished_name.push(kind.clone(), *value);
        }
        let key = rcgen::KeyPair::generate().unwrap();
        ClientCertificate::read(params.self_signed(&key).unwrap().der())
    }

    #[test]
    fn a_holder_has_a_name_whatever_the_certificate_holds() {
        let full = read(
            vec!["billing.test".into()],
            &[(rcgen::DnType::CommonName, "billing"), (rcgen::DnType::OrganizationName, "Example")],
        );
        assert_eq!(full.subject.as_ref(), "CN=billing, O=Example");
        assert_eq!(full.fingerprint.len(), 64);
        assert_eq!(read(vec!["billing.test".into()], &[]).subject.as_ref(), "billing.test");
        let bare = read(vec![], &[]);
        assert_eq!(bare.subject.as_ref(), bare.fingerprint);
        assert_eq!(&*ClientCertificate::read(&CertificateDer::from(vec![1, 2, 3])).subject.len().to_string(), "64");
    }
}
