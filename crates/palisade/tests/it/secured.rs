//! `palisade serve` over TLS: console, admin listener and gateway, and what follows it.

use crate::support::{CONTRACT, Place, Running, Serve, Upstream, eventually, get};
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

const WITHIN: Duration = Duration::from_secs(15);

/// A self-signed certificate with its key, as files `cert.pem` and `key.pem`; gives the certificate's text.
fn certificate(place: &Place) -> String {
    let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
    let signed = rcgen::generate_simple_self_signed(names).unwrap();
    for (name, text) in [("key.pem", signed.signing_key.serialize_pem()), ("cert.pem", signed.cert.pem())] {
        place.file(&format!("{name}.new"), &text);
        std::fs::rename(place.path().join(format!("{name}.new")), place.path().join(name)).unwrap();
    }
    signed.cert.pem()
}

fn serve(place: &Place, upstream: &Upstream, more: &[&str]) -> (Serve, String) {
    let pem = certificate(place);
    let (cert, key) = (place.path().join("cert.pem"), place.path().join("key.pem"));
    let files = ["--tls-cert", cert.to_str().unwrap(), "--tls-key", key.to_str().unwrap()];
    let serve = place.serve(&[&["--upstream", &upstream.url][..], &files, more].concat());
    (serve, pem)
}

type Secured = rustls::StreamOwned<rustls::ClientConnection, TcpStream>;

/// A connection to the server whose certificate is exactly this one.
fn connect(url: &str, pem: &str) -> std::io::Result<Secured> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connection =
        rustls::ClientConnection::new(Arc::new(config), ServerName::try_from("127.0.0.1").unwrap()).unwrap();
    let stream = TcpStream::connect(url.strip_prefix("https://").unwrap())?;
    stream.set_read_timeout(Some(WITHIN))?;
    let mut stream = rustls::StreamOwned::new(connection, stream);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    Ok(stream)
}

/// One request; head and body of the answer in small letters, as far as its length says.
fn ask(stream: &mut Secured, request: &str) -> String {
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    loop {
        let mut piece = [0; 4096];
        let length = stream.read(&mut piece).unwrap();
        answer.push_str(&String::from_utf8_lossy(&piece[..length]).to_ascii_lowercase());
        if length == 0 {
            return answer;
        }
        let Some((head, body)) = answer.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")).map(|text| text.parse::<usize>());
        if length.is_none_or(|length| body.len() >= length.unwrap()) {
            return answer;
        }
    }
}

fn request(url: &str, path: &str, more: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{more}\r\n", url.strip_prefix("https://").unwrap())
}

#[test]
fn every_listener_speaks_tls_and_says_so_to_who_does_not() {
    let (place, upstream) = (Place::new(), Upstream::shop());
    let (serve, pem) = serve(&place, &upstream, &[]);
    for url in [&serve.console, &serve.gateway, &serve.metrics, &serve.link] {
        assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    }
    let metrics = ask(&mut connect(&serve.metrics, &pem).unwrap(), &request(&serve.metrics, "/healthz", ""));
    assert!(metrics.starts_with("http/1.1 200"), "{metrics}");
    let shop = ask(&mut connect(&serve.gateway, &pem).unwrap(), &request(&serve.gateway, "/orders/7", ""));
    assert!(shop.starts_with("http/1.1 200"), "{shop}");
    let page = ask(&mut connect(&serve.console, &pem).unwrap(), &request(&serve.console, "/", ""));
    assert!(page.starts_with("http/1.1 200") && page.contains("\r\nstrict-transport-security: max-age="), "{page}");

    let path = serve.link.strip_prefix(&serve.console).unwrap();
    let signed_in = ask(&mut connect(&serve.console, &pem).unwrap(), &request(&serve.console, path, ""));
    let cookie = signed_in.lines().find_map(|line| line.strip_prefix("set-cookie: "));
    let cookie = cookie.unwrap_or_else(|| panic!("{signed_in}"));
    assert!(cookie.starts_with("__host-palisade_session=") && cookie.contains("; secure"), "{cookie}");

    // In the clear: what a browser reads is shown the way, what carries a credential is not.
    let console = serve.console.replace("https://", "http://");
    let led = get(&console, "/apis?x=1");
    assert_eq!((led.status(), led.field("location")), (308, Some(&*format!("{}/apis?x=1", serve.console))));
    let bearer = format!("Bearer {}", serve.token);
    let refused = crate::support::call(&console, "GET", "/api/v1/session", &[("Authorization", &bearer)], "");
    assert!(refused.status() == 400 && refused.text().contains("https://"), "{}", refused.text());
    assert_eq!(get(&serve.metrics.replace("https://", "http://"), "/metrics").status(), 400);
}

#[test]
fn a_new_certificate_is_shown_without_ending_connections() {
    let (place, upstream) = (Place::new(), Upstream::shop());
    let (serve, old) = serve(&place, &upstream, &[]);
    let all = [&serve.console, &serve.gateway, &serve.metrics];
    let paths = ["/", "/orders/7", "/healthz"];
    let mut open: Vec<Secured> = all.iter().map(|url| connect(url, &old).unwrap()).collect();
    for ((stream, url), path) in open.iter_mut().zip(all).zip(paths) {
        assert!(ask(stream, &request(url, path, "")).starts_with("http/1.1 200"));
    }
    // A key without its certificate changes nothing.
    let whole = std::fs::read_to_string(place.path().join("key.pem")).unwrap();
    place.file("key.pem", "nothing");
    serve.process.signal("HUP");
    eventually("the mistake is told", WITHIN, || {
        serve.process.stderr().contains("the certificate stays what it was").then_some(())
    });
    place.file("key.pem", &whole);
    connect(&serve.console, &old).unwrap();

    let new = certificate(&place);
    serve.process.signal("HUP");
    for url in all {
        eventually("the new certificate is shown", WITHIN, || connect(url, &new).ok());
        assert!(connect(url, &old).is_err(), "{url} shows the old one still");
    }
    for ((stream, url), path) in open.iter_mut().zip(all).zip(paths) {
        assert!(ask(stream, &request(url, path, "")).starts_with("http/1.1 200"), "{url}");
    }
}

#[test]
fn a_gateway_follows_a_control_plane_over_https() {
    let (place, upstream) = (Place::new(), Upstream::shop());
    let contract = place.file("orders.yaml", CONTRACT);
    let (serve, pem) = serve(&place, &upstream, &["--contract", &contract]);
    let body = "{\"name\":\"edge\",\"role\":\"gateway\",\"expires_in_days\":1}";
    let bearer = format!("Authorization: Bearer {}\r\nContent-Type: application/json\r\n", serve.token);
    let host = serve.console.strip_prefix("https://").unwrap();
    let length = body.len();
    let made =
        format!("POST /api/v1/tokens HTTP/1.1\r\nHost: {host}\r\n{bearer}Content-Length: {length}\r\n\r\n{body}");
    let mut stream = connect(&serve.console, &pem).unwrap();
    stream.write_all(made.as_bytes()).unwrap();
    let mut answer = [0; 8192];
    let length = stream.read(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
    let token: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    place.file("gateway.token", token["token"].as_str().unwrap());
    let follow = |name: &str, ca: &str| {
        let text = format!(
            "listeners:\n  - address: 127.0.0.1:0\ncontrol_plane: {{url: \"{}\", token_file: gateway.token{ca}}}\n\
             state_dir: {name}-state\n",
            serve.console
        );
        std::fs::create_dir(place.path().join(format!("{name}-state"))).unwrap();
        let file = place.file(&format!("{name}.yaml"), &text);
        let args = ["gateway", "--config", &file, "--admin", "off", "--log-format", "json"];
        let mut process = Running::start(place.path(), name, &args);
        let address = process.says(|_, err| {
            let lines = err.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            lines.into_iter().find(|line| line["message"] == "gateway listens")?["address"].as_str().map(str::to_owned)
        });
        (process, address)
    };
    let (_trusting, address) = follow("trusting", ", ca: cert.pem");
    eventually("the snapshot is in force", WITHIN, || (get(&address, "/orders/7").status() == 200).then_some(()));
    let (doubting, _) = follow("doubting", "");
    eventually("an authority that nobody named is not believed", WITHIN, || {
        doubting.stderr().contains("serving on with the last good snapshot").then_some(())
    });
}
