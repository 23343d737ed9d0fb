//! Servers for the tests: `openssl s_server` as it is installed, with certificates made for it.

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use tempfile::TempDir;

/// A process that ends with the test.
pub struct Server {
    child: Child,
    pub port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `openssl s_server` with these arguments.
pub fn openssl(arguments: &[&str]) -> Server {
    let mut child = Command::new("openssl")
        .args(["s_server", "-accept", "127.0.0.1:0"])
        // A status page and early data do not go together.
        .args((!arguments.contains(&"-early_data")).then_some("-www"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl is installed");
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.find(|line| line.starts_with("ACCEPT")).expect("s_server takes its arguments");
    let port = line.rsplit(':').next().unwrap().trim().parse().unwrap();
    // What it goes on to say must not fill the pipe.
    std::thread::spawn(move || lines.for_each(drop));
    Server { child, port }
}

/// A directory that lives as long as the tests.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    FOLDER.get_or_init(|| tempfile::tempdir().unwrap()).path()
}

/// Certificate and key made by `openssl req` from these arguments, once for each.
pub fn made(arguments: &'static str) -> Made {
    static KNOWN: OnceLock<std::sync::Mutex<std::collections::BTreeMap<&'static str, Made>>> = OnceLock::new();
    let mut known = KNOWN.get_or_init(Default::default).lock().unwrap();
    let count = known.len();
    known
        .entry(arguments)
        .or_insert_with(|| {
            let made =
                Made { certificate: folder().join(format!("{count}.pem")), key: folder().join(format!("{count}.key")) };
            let output = Command::new("openssl")
                .args(["req", "-x509", "-nodes", "-days", "30", "-subj", "/CN=localhost"])
                .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
                .args(arguments.split(' '))
                .arg("-out")
                .arg(&made.certificate)
                .arg("-keyout")
                .arg(&made.key)
                .output()
                .unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            made
        })
        .clone()
}

/// Files of a certificate and its key.
#[derive(Clone)]
pub struct Made {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Made {
    /// The certificate.
    pub fn der(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(&self.certificate).unwrap()
    }

    /// Arguments that give it to `s_server`.
    pub fn arguments(&self) -> [&str; 4] {
        ["-cert", self.certificate.to_str().unwrap(), "-key", self.key.to_str().unwrap()]
    }
}

/// `s_server` with an RSA key of 2048 bits and what else is said.
pub fn rsa(arguments: &[&str]) -> Server {
    let made = made("-newkey rsa:2048 -sha256");
    openssl(&[&made.arguments()[..], arguments].concat())
}

/// Parameters of Diffie-Hellman: a named group.
pub fn parameters(group: &str) -> PathBuf {
    let path = folder().join(format!("{group}.pem"));
    let mut command = Command::new("openssl");
    command.args(["genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt"]).arg(format!("group:{group}"));
    let output = command.arg("-out").arg(&path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    path
}
