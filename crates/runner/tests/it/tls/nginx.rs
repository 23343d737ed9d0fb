//! nginx as people set it up.

use super::servers::made;
use super::{facts, suites, versions};
use crate::nginx;
use palisade_posture::tls::{Facts, Version};
use std::net::TcpListener;

/// What is told of nginx with these settings; none where it is not installed.
fn told(settings: &str) -> Option<Facts> {
    if !nginx::installed() {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let made = made("-newkey rsa:2048 -sha256");
    let (certificate, key) = (made.certificate.display(), made.key.display());
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = format!(
        "server {{ listen {free} ssl http2; ssl_certificate {certificate}; ssl_certificate_key {key}; {settings} }}"
    );
    let _nginx = nginx::start(folder.path(), &server, free);
    Some(facts(free.port()))
}

#[test]
fn nginx_with_intermediate_settings() {
    let settings = "ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384; \
                    ssl_prefer_server_ciphers on;";
    let Some(facts) = told(settings) else { return };
    assert_eq!(versions(&facts), [Version::Tls12, Version::Tls13]);
    let names = ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"];
    assert_eq!(suites(&facts, Version::Tls12), names);
    assert_eq!(facts.version(Version::Tls12).unwrap().server_order, Some(true));
    assert_eq!(facts.alpn, ["h2", "http/1.1"]);
    assert_eq!(facts.early_data, Some(0));
    assert!(facts.connections < 45, "{}", facts.connections);
}

#[test]
fn nginx_with_old_settings() {
    let settings = "ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers ALL:@SECLEVEL=0; ssl_session_tickets off;";
    let Some(facts) = told(settings) else { return };
    assert_eq!(versions(&facts), [Version::Tls10, Version::Tls11, Version::Tls12]);
    assert_eq!(facts.session_tickets, Some(false));
    assert_eq!(facts.downgrade_marked, None);
}

#[test]
fn nginx_with_modern_settings_and_early_data() {
    let Some(facts) = told("ssl_protocols TLSv1.3; ssl_early_data on;") else { return };
    assert_eq!(versions(&facts), [Version::Tls13]);
    assert!(facts.early_data > Some(0));
    assert_eq!(facts.alpn, ["h2", "http/1.1"]);
    assert_eq!((facts.extended_master_secret, facts.compression.as_ref()), (None, None));
    assert_eq!(facts.chains.len(), 1);
}
