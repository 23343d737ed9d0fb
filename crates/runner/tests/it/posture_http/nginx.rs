//! A real server with its faults.

use super::{facts, patient, probe_with};
use crate::nginx;
use palisade_posture::http::judge;
use palisade_posture::{Sighting, Target};
use rustls::RootCertStore;
#[tokio::test]
async fn the_faults_of_an_nginx_are_found() {
    if !nginx::installed() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().display();
    let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (plain, tls) = (free(), free());
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    std::fs::write(dir.path().join("pem"), certificate.pem()).unwrap();
    std::fs::write(dir.path().join("key"), key.serialize_pem()).unwrap();
    std::fs::create_dir_all(dir.path().join("www/.git")).unwrap();
    std::fs::write(dir.path().join("www/.git/HEAD"), "ref: refs/heads/main\n").unwrap();
    std::fs::write(dir.path().join("www/index.json"), "{\"ok\":true}").unwrap();
    std::fs::write(dir.path().join("www/openapi.json"), "{\"openapi\":\"3.1.0\",\"paths\":{}}").unwrap();
    let servers = format!(
        "gzip on; gzip_types application/json; types {{ application/json json; }}\n\
         server {{ listen {plain}; return 301 https://localhost:{port}$request_uri; }}\n\
         server {{ listen {tls} ssl; ssl_certificate {place}/pem; ssl_certificate_key {place}/key;\n\
         root {place}/www; index index.json;\n\
         add_header Strict-Transport-Security max-age=3600;\n\
         add_header Set-Cookie 'session=hunter2; Path=/';\n\
         add_header Access-Control-Allow-Origin $http_origin;\n\
         add_header Access-Control-Allow-Credentials true; }}",
        port = tls.port(),
    );
    let _nginx = nginx::start(dir.path(), &servers, tls);
    let rules = |sightings: Vec<Sighting>| {
        let mut ids: Vec<&str> = sightings.iter().map(|sighting| sighting.rule.id).collect();
        ids.dedup();
        ids
    };
    let mut roots = RootCertStore::empty();
    roots.add(certificate.der().clone()).unwrap();

    let url = format!("https://localhost:{}/", tls.port());
    let over_tls = facts(probe_with(patient(), &url, roots.clone()).await.0);
    assert!(!over_tls.http.answered, "what a TLS port says to plain HTTP is no answer");
    assert_eq!(over_tls.contract.as_ref().map(|found| found.path.as_str()), Some("/openapi.json"));
    let sightings = judge(&Target::parse(&url).unwrap(), &over_tls);
    assert!(sightings.iter().all(|s| !s.evidence.as_deref().unwrap_or_default().contains("hunter2")));
    let wanted = [
        "PST205", "PST206", "PST208", "PST209", "PST212", "PST213", "PST214", "PST215", "PST217", "PST218", "PST220",
        "PST227", "PST228", "PST225", "PST231",
    ];
    assert_eq!(rules(sightings), wanted);

    let url = format!("http://localhost:{}/", plain.port());
    let plainly = facts(probe_with(patient(), &url, roots).await.0);
    assert_eq!(plainly.observatory.result("redirection"), Some("redirection-to-https"));
    assert_eq!(plainly.http.route.len(), 2);
}
