//! A real nginx at the usual ports of an address of this machine, with certificates of a test's own authority.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use std::io::Write;
use std::net::{IpAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const NGINX: &str = "/usr/sbin/nginx";

/// What is served, and how.
pub struct Plan<'a> {
    /// The address; each test has its own.
    pub address: &'a str,
    /// Whether the certificate is its own issuer.
    pub self_signed: bool,
    /// Directives of the server over TLS.
    pub tls: &'a str,
    /// Directives of the server at port 80; none: it is closed.
    pub plain: Option<&'a str>,
    /// Files below the root: name and text.
    pub files: &'a [(&'a str, &'a str)],
}

/// A running server.
pub struct Site {
    nginx: Child,
    folder: tempfile::TempDir,
    pub url: String,
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.nginx.id().to_string()).status();
        let _ = self.nginx.wait();
    }
}

impl Site {
    /// Starts it; none, and why on standard error, where this machine does not let it.
    pub fn start(plan: &Plan<'_>) -> Option<Site> {
        let skipped = |why: &str| {
            let _ = writeln!(std::io::stderr(), "skipped: {why}");
        };
        if !Path::new(NGINX).exists() {
            skipped("nginx is not installed");
            return None;
        }
        if TcpListener::bind((plan.address, 443)).is_err() || TcpListener::bind((plan.address, 80)).is_err() {
            skipped("the ports 80 and 443 cannot be had here");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().display();
        certificates(folder.path(), plan);
        for (name, text) in plan.files {
            let file = folder.path().join("www").join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let (address, tls) = (plan.address, plan.tls);
        let plain = plan.plain.map(|plain| format!("server {{ listen {address}:80; root {place}/www; {plain} }}\n"));
        let config = format!(
            "user root; daemon off; worker_processes 1; pid {place}/pid; error_log {place}/log;\n\
             events {{ worker_connections 256; }}\n\
             http {{ access_log off; default_type application/json; types {{ text/html html; }}\n\
             client_body_temp_path {place}/b; proxy_temp_path {place}/p; fastcgi_temp_path {place}/f;\n\
             uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;\n\
             server {{ listen {address}:443 ssl; root {place}/www; index index.json index.html;\n\
             ssl_certificate {place}/leaf.pem; ssl_certificate_key {place}/leaf.key; {tls} }}\n{} }}\n",
            plain.unwrap_or_default()
        );
        std::fs::write(folder.path().join("conf"), config).unwrap();
        let command = |args: &[&str]| {
            let mut command = Command::new(NGINX);
            command.args(["-e", "stderr", "-c"]).arg(folder.path().join("conf")).args(args);
            command
        };
        let checked = command(&["-t"]).output().unwrap();
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
        let nginx = command(&[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let up = || TcpStream::connect((address, 443)).is_ok();
        for _ in 0..200 {
            if up() {
                break;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        Some(Site { nginx, url: format!("https://{address}"), folder })
    }

    /// Where its files lie.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The certificate of its authority.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }
}

fn certificates(folder: &Path, plan: &Plan<'_>) {
    let named = |name: &str, names: Vec<String>| {
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params
    };
    let mut authority = named("Ferries Test Root", Vec::new());
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let authority_key = KeyPair::generate().unwrap();
    let root = authority.self_signed(&authority_key).unwrap();
    let mut leaf = named("ferries", vec![plan.address.parse::<IpAddr>().unwrap().to_string()]);
    let day = |days: i64| {
        let date = jiff::Zoned::now().date().saturating_add(jiff::Span::new().days(days));
        rcgen::date_time_ymd(date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs())
    };
    (leaf.not_before, leaf.not_after) = (day(-10), day(300));
    let key = KeyPair::generate().unwrap();
    let leaf = if plan.self_signed {
        leaf.self_signed(&key).unwrap()
    } else {
        leaf.signed_by(&key, &Issuer::new(authority, authority_key)).unwrap()
    };
    std::fs::write(folder.join("ca.pem"), root.pem()).unwrap();
    std::fs::write(folder.join("leaf.pem"), leaf.pem()).unwrap();
    std::fs::write(folder.join("leaf.key"), key.serialize_pem()).unwrap();
}
