//! A real authoritative name server (Knot DNS) on a port of its own, with zones made and signed for a test.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How a zone is signed, and what is then done to it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Signing {
    /// Not at all, and nothing vouches for it.
    None,
    /// As it should be.
    Good,
    /// Signed, with no DS record in the zone above.
    Island,
    /// The signatures ended years ago.
    Expired,
    /// The signatures begin in the far future.
    Future,
    /// The first address is another than the one that was signed.
    Tampered,
    /// The DS record is that of another key.
    WrongDs,
    /// Not signed, with a DS record in the zone above.
    Stripped,
    /// With RSA and SHA-1, and a DS record of SHA-1.
    Sha1,
}

/// A zone below `test.`: its name, its records without SOA and NS, how it is signed.
pub struct Zone {
    pub name: &'static str,
    pub records: String,
    pub signing: Signing,
}

pub struct Authority {
    child: Child,
    pub address: SocketAddr,
    /// The DNSKEY records of the root.
    pub anchors: String,
    _dir: tempfile::TempDir,
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where the programs are; one that is missing is told, since `scripts/test.sh` installs them.
const KNOTD: &str = "/usr/sbin/knotd";
const TOOLS: &str = "/usr/bin";

fn tool(dir: &Path, name: &str, arguments: &[&str]) -> String {
    let output = Command::new(Path::new(TOOLS).join(name)).args(arguments).current_dir(dir).output().unwrap();
    assert!(output.status.success(), "{name} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

const SOA: &str = "$TTL 60\n@ SOA ns1.good.test. hostmaster.good.test. 1 3600 600 86400 60\n";

/// Writes a zone and signs it; the DS records for the zone above.
fn sign(dir: &Path, zone: &str, text: &str, signing: Signing) -> String {
    let file = file_of(zone);
    fs::write(dir.join(&file), text).unwrap();
    let algorithm = if signing == Signing::Sha1 { "NSEC3RSASHA1" } else { "ECDSAP256SHA256" };
    let keygen = |algorithm: &str| {
        let mut arguments = vec!["-q", "-a", algorithm, "-f", "KSK"];
        if algorithm == "NSEC3RSASHA1" {
            arguments.extend(["-b", "2048"]);
        }
        arguments.push(zone);
        tool(dir, "dnssec-keygen", &arguments).trim().to_owned()
    };
    let ds_of = |key: &str| {
        let digest = if signing == Signing::Sha1 { "-1" } else { "-2" };
        tool(dir, "dnssec-dsfromkey", &[digest, key])
    };
    if matches!(signing, Signing::None | Signing::Stripped) {
        return if signing == Signing::None { String::new() } else { ds_of(&keygen(algorithm)) };
    }
    let key = keygen(algorithm);
    let public = fs::read_to_string(dir.join(format!("{key}.key"))).unwrap();
    fs::write(dir.join(&file), format!("{text}{public}")).unwrap();
    let ds = if signing == Signing::WrongDs { ds_of(&keygen(algorithm)) } else { ds_of(&key) };
    let mut arguments = vec!["-q", "-z", "-P", "-o", zone, "-f", "signed"];
    match signing {
        Signing::Expired => arguments.extend(["-s", "20200101000000", "-e", "20200201000000"]),
        Signing::Future => arguments.extend(["-s", "20900101000000", "-e", "20900201000000"]),
        _ => {}
    }
    arguments.extend([file.as_str(), &key]);
    tool(dir, "dnssec-signzone", &arguments);
    let mut signed = fs::read_to_string(dir.join("signed")).unwrap();
    if signing == Signing::Tampered {
        assert!(signed.contains("192.0.2.10"));
        signed = signed.replace("192.0.2.10", "192.0.2.66");
    }
    fs::write(dir.join(&file), signed).unwrap();
    if signing == Signing::Island { String::new() } else { ds }
}

fn file_of(zone: &str) -> String {
    format!("{}.zone", zone.trim_end_matches('.').replace('.', "-"))
}

impl Authority {
    /// Whether the server and the tools that sign are there; says so when they are not.
    pub fn is_installed() -> bool {
        let there = Path::new(KNOTD).exists() && Path::new(TOOLS).join("dnssec-signzone").exists();
        if !there {
            let _ = writeln!(std::io::stderr(), "skipped: knot and bind9-utils are not installed");
        }
        there
    }

    /// Serves these zones. With `above`, the root and `test.` are served too, signed, and vouch for them.
    pub fn start(zones: &[Zone], above: bool) -> Authority {
        let dir = tempfile::tempdir().unwrap();
        let mut names = Vec::new();
        let mut delegations = String::new();
        for zone in zones {
            let servers = if zone.records.contains(" NS ") { "" } else { "@ NS ns1.good.test.\n@ NS ns2.good.test.\n" };
            let text = format!("{SOA}{servers}{}", zone.records);
            let ds = sign(dir.path(), zone.name, &text, zone.signing);
            delegations += &format!("{} NS ns1.good.test.\n{} NS ns2.good.test.\n{ds}", zone.name, zone.name);
            names.push(zone.name);
        }
        let mut anchors = String::new();
        if above {
            let glue = "ns1.good.test. A 192.0.2.1\nns2.good.test. A 192.0.2.2\n";
            let test = format!("{SOA}@ NS ns1.good.test.\n{delegations}{glue}");
            let ds = sign(dir.path(), "test.", &test, Signing::Good);
            let root = format!("{SOA}@ NS ns1.good.test.\ntest. NS ns1.good.test.\n{ds}{glue}");
            sign(dir.path(), ".", &root, Signing::Good);
            names.extend(["test.", "."]);
            let keys = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path());
            let root_key = |path: &PathBuf| {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                name.starts_with("K.+") && name.ends_with(".key")
            };
            anchors = keys.filter(root_key).map(|path| fs::read_to_string(path).unwrap()).collect();
        }
        let port = free_port();
        let mut config = format!(
            "server:\n    rundir: {dir}\n    listen: 127.0.0.1@{port}\n    udp-workers: 1\n    tcp-workers: 1\n    background-workers: 1\ndatabase:\n    storage: {dir}/db\nlog:\n  - target: stderr\n    any: error\nzone:\n",
            dir = dir.path().display()
        );
        for name in names {
            config += &format!("  - domain: {name}\n    file: {}/{}\n", dir.path().display(), file_of(name));
        }
        let path = dir.path().join("knot.conf");
        fs::write(&path, config).unwrap();
        let child =
            Command::new(KNOTD).arg("-c").arg(&path).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let authority = Authority { child, address, anchors, _dir: dir };
        let end = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < end, "knotd does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        authority
    }
}

/// A port that is free for UDP and TCP.
fn free_port() -> u16 {
    for _ in 0..100 {
        let stream = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = stream.local_addr().unwrap().port();
        if UdpSocket::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no free port");
}
