//! Ports that should not be open to everyone: databases, caches, consoles, remote access.
//!
//! A port is asked for by a TCP connection, and what its server says first is read. Nothing is sent.

use crate::rule::{Category, Rule, Sighting};
use crate::target::Target;
use palisade_finding::Severity;
use palisade_sensitive::Rules;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Characters of what a server says that are kept.
const BANNER: usize = 120;
/// Shortest text in what a server says.
const SHORTEST: usize = 4;

/// What a port is for.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// The port.
    pub port: u16,
    /// Its usual service.
    pub name: &'static str,
    /// What is broken when it is open; none: it may be open.
    rule: Option<&'static Rule>,
    /// How bad, where it is not as usual.
    severity: Option<Severity>,
}

const fn service(port: u16, name: &'static str, rule: Option<&'static Rule>) -> Service {
    Service { port, name, rule, severity: None }
}

const fn as_bad_as(severity: Severity, service: Service) -> Service {
    Service { severity: Some(severity), ..service }
}

/// The ports that are asked for, in this order.
pub static SERVICES: &[Service] = &[
    as_bad_as(Severity::Medium, service(21, "FTP", Some(&CLEAR_TEXT))),
    service(22, "SSH", None),
    service(23, "Telnet", Some(&CLEAR_TEXT)),
    service(80, "HTTP", None),
    service(111, "rpcbind", Some(&REMOTE)),
    service(139, "NetBIOS", Some(&REMOTE)),
    service(443, "HTTPS", None),
    service(445, "SMB", Some(&REMOTE)),
    service(512, "rexec", Some(&CLEAR_TEXT)),
    service(513, "rlogin", Some(&CLEAR_TEXT)),
    as_bad_as(Severity::Medium, service(873, "rsync", Some(&REMOTE))),
    service(1433, "Microsoft SQL Server", Some(&DATABASE)),
    service(1521, "Oracle Database", Some(&DATABASE)),
    service(2049, "NFS", Some(&REMOTE)),
    service(2181, "ZooKeeper", Some(&ORCHESTRATION)),
    service(2375, "Docker API without TLS", Some(&ORCHESTRATION)),
    as_bad_as(Severity::High, service(2376, "Docker API", Some(&ORCHESTRATION))),
    service(2379, "etcd", Some(&ORCHESTRATION)),
    service(3306, "MySQL", Some(&DATABASE)),
    service(3389, "Remote Desktop", Some(&REMOTE)),
    service(4369, "Erlang port mapper", Some(&QUEUE)),
    service(5432, "PostgreSQL", Some(&DATABASE)),
    service(5601, "Kibana", Some(&CONSOLE)),
    service(5672, "AMQP", Some(&QUEUE)),
    service(5900, "VNC", Some(&REMOTE)),
    service(5984, "CouchDB", Some(&DATABASE)),
    service(5985, "WinRM", Some(&REMOTE)),
    service(6379, "Redis", Some(&QUEUE)),
    as_bad_as(Severity::Medium, service(6443, "Kubernetes API", Some(&ORCHESTRATION))),
    service(7001, "WebLogic console", Some(&CONSOLE)),
    service(8009, "AJP", Some(&CONSOLE)),
    service(8086, "InfluxDB", Some(&DATABASE)),
    service(8500, "Consul", Some(&ORCHESTRATION)),
    service(9042, "Cassandra", Some(&DATABASE)),
    service(9092, "Kafka", Some(&QUEUE)),
    service(9200, "Elasticsearch", Some(&DATABASE)),
    service(10250, "kubelet", Some(&ORCHESTRATION)),
    service(11211, "memcached", Some(&QUEUE)),
    service(15672, "RabbitMQ console", Some(&CONSOLE)),
    service(27017, "MongoDB", Some(&DATABASE)),
];

/// An open port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// The port.
    pub port: u16,
    /// The service that usually is there.
    pub service: String,
    /// What the server said first, secrets redacted; none where it waits to be spoken to.
    pub banner: Option<String>,
}

/// What was learned of one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The address that was asked.
    pub address: IpAddr,
    /// Ports with a server, by number.
    pub open: Vec<Open>,
    /// Ports where the address said that there is none.
    pub closed: Vec<u16>,
    /// Ports that did not answer: a firewall, most likely.
    pub silent: Vec<u16>,
    /// Ports that were not asked for any more, since the time or the connections of the run were used up. They count as
    /// neither open nor closed.
    pub not_asked: Vec<u16>,
}

/// What a server said first, made fit to be shown: the first run of printable characters, cut, secrets taken out. What
/// follows a version in binary greetings, such as the salt of MySQL, is left out with that.
pub fn banner(bytes: &[u8]) -> Option<String> {
    let printable = |byte: &u8| (b' '..=b'~').contains(byte) || *byte == b'\t';
    let run = bytes.split(|byte| !printable(byte)).find(|run| run.trim_ascii().len() >= SHORTEST)?;
    let text = String::from_utf8_lossy(run.trim_ascii());
    let redacted = Rules::built_in().redact(&text);
    Some(redacted.chars().take(BANNER).collect())
}

/// What the facts show.
pub fn judge(_target: &Target, facts: &Facts) -> Vec<Sighting> {
    let mut seen = Vec::new();
    for open in &facts.open {
        let place = match facts.address {
            IpAddr::V4(address) => format!("{address}:{}", open.port),
            IpAddr::V6(address) => format!("[{address}]:{}", open.port),
        };
        let evidence = match &open.banner {
            Some(banner) => format!("connected; the server says: {banner}"),
            None => "connected; the server waits to be spoken to".to_owned(),
        };
        let service = SERVICES.iter().find(|service| service.port == open.port);
        if let Some((service, rule)) = service.and_then(|service| Some((service, service.rule?))) {
            let message = format!("{place} is open to everyone: the port of {}", service.name);
            let mut sighting = Sighting::new(rule, place.as_str(), "", message).shown_by(evidence.as_str());
            sighting.severity = service.severity;
            seen.push(sighting);
        }
        // HTTP is spoken to first, and what it says of its version is judged with its answers.
        if open.banner.as_deref().is_some_and(names_version) {
            let message = format!("the server at {place} tells its version to everyone");
            seen.push(Sighting::new(&VERSION, place, "", message).shown_by(evidence));
        }
    }
    if !facts.open.is_empty() {
        let open: Vec<String> = facts.open.iter().map(|open| format!("{} {}", open.port, open.service)).collect();
        let message = format!("{} of {} ports asked for are open", open.len(), asked(facts));
        let place = facts.address.to_string();
        seen.push(Sighting::new(&OPEN, place, "", message).shown_by(format!("open: {}", open.join(", "))));
    }
    seen
}

fn asked(facts: &Facts) -> usize {
    facts.open.len() + facts.closed.len() + facts.silent.len()
}

/// Whether a text has a number with a point and another after it, as versions are written; protocol versions of SSH and
/// VNC are the protocol's and are let pass.
fn names_version(banner: &str) -> bool {
    let rest = banner.strip_prefix("SSH-2.0-").or_else(|| banner.strip_prefix("RFB 00")).unwrap_or(banner);
    let rest = if banner.starts_with("RFB 00") { rest.get(5..).unwrap_or_default() } else { rest };
    let bytes = rest.as_bytes();
    bytes.windows(3).any(|three| three[0].is_ascii_digit() && three[1] == b'.' && three[2].is_ascii_digit())
}

const CWE_REACHABLE: &[&str] = &["CWE-668"];
const OWASP: &[&str] = &["API8:2023"];

/// Every rule, by id.
pub static RULES: &[&Rule] = &[&DATABASE, &QUEUE, &ORCHESTRATION, &REMOTE, &CLEAR_TEXT, &CONSOLE, &VERSION, &OPEN];

static DATABASE: Rule = Rule {
    id: "PST401",
    name: "exposed-database",
    severity: Severity::High,
    category: Category::Network,
    what: "The port of a database is open to everyone.",
    why: "The data behind the API is one password, or one flaw, away from anyone. Databases are found by scanners within hours of being exposed, and many were emptied or encrypted for ransom.",
    fix: "Let the database listen on a private address only, and open the port to the servers that need it.",
    consumer: "Send no personal or secret data until the port is closed; ask the provider who could have read what you sent.",
    owasp: OWASP,
    cwe: CWE_REACHABLE,
    references: &["https://cwe.mitre.org/data/definitions/668.html"],
};

static QUEUE: Rule = Rule {
    id: "PST402",
    name: "exposed-cache-or-queue",
    severity: Severity::High,
    category: Category::Network,
    what: "The port of a cache or a message broker is open to everyone.",
    why: "Caches and brokers often ask for no password at all: sessions and messages can be read, changed and injected, and some run code on request.",
    fix: "Let it listen on a private address only, and require authentication and TLS.",
    consumer: "Take sessions and tokens given by this API as readable by others; change them after the port is closed.",
    owasp: OWASP,
    cwe: CWE_REACHABLE,
    references: &["https://redis.io/docs/latest/operate/oss_and_stack/management/security/"],
};

static ORCHESTRATION: Rule = Rule {
    id: "PST403",
    name: "exposed-orchestration",
    severity: Severity::Critical,
    category: Category::Network,
    what: "The port of what runs the provider's servers is open to everyone: Docker, Kubernetes, etcd, Consul, ZooKeeper.",
    why: "Whoever gets in there runs code on every machine and reads every secret.",
    fix: "Bind it to a private network, require client certificates, and close the port to the internet.",
    consumer: "Send no credentials to this API until the port is closed.",
    owasp: OWASP,
    cwe: CWE_REACHABLE,
    references: &["https://kubernetes.io/docs/reference/networking/ports-and-protocols/"],
};

static REMOTE: Rule = Rule {
    id: "PST404",
    name: "exposed-remote-access",
    severity: Severity::High,
    category: Category::Network,
    what: "A port for remote desktops, remote management or file shares is open to everyone.",
    why: "Passwords are guessed there without end, and flaws in these services spread worms.",
    fix: "Put it behind a VPN or a gateway with a second factor, and close the port.",
    consumer: "Expect outages and leaks; keep a fallback for this API.",
    owasp: OWASP,
    cwe: CWE_REACHABLE,
    references: &["https://attack.mitre.org/techniques/T1133/"],
};

static CLEAR_TEXT: Rule = Rule {
    id: "PST405",
    name: "clear-text-login",
    severity: Severity::High,
    category: Category::Network,
    what: "A port where people log in without encryption is open: FTP, Telnet, rlogin, rexec.",
    why: "User names and passwords can be read on the way.",
    fix: "Use SSH, SFTP or FTPS instead, and close the port.",
    consumer: "Do not use these services of the provider.",
    owasp: OWASP,
    cwe: &["CWE-319"],
    references: &["https://cwe.mitre.org/data/definitions/319.html"],
};

static CONSOLE: Rule = Rule {
    id: "PST406",
    name: "exposed-console",
    severity: Severity::Medium,
    category: Category::Network,
    what: "The port of an administration console or of an application server's inner protocol is open to everyone.",
    why: "Consoles are guarded by a password that may be the default, and have a history of flaws that need none.",
    fix: "Close the port to the internet, and put the console behind a VPN or a proxy that authenticates.",
    consumer: "Watch answers of this API for unexpected changes.",
    owasp: OWASP,
    cwe: CWE_REACHABLE,
    references: &["https://cwe.mitre.org/data/definitions/668.html"],
};

static VERSION: Rule = Rule {
    id: "PST407",
    name: "version-in-banner",
    severity: Severity::Low,
    category: Category::System,
    what: "A server tells its version to whoever connects.",
    why: "Attackers look versions up in lists of known flaws instead of trying them one by one.",
    fix: "Turn the version in the greeting off, and keep the software up to date.",
    consumer: "Look the version up in an advisory database, and ask the provider where it is out of date.",
    owasp: OWASP,
    cwe: &["CWE-200"],
    references: &["https://cwe.mitre.org/data/definitions/200.html"],
};

static OPEN: Rule = Rule {
    id: "PST408",
    name: "open-ports",
    severity: Severity::Info,
    category: Category::Network,
    what: "The ports that are open, among those asked for.",
    why: "Every open port is a way in. An API needs one, 443, and perhaps 80 to redirect to it.",
    fix: "Close the ports that nobody outside needs.",
    consumer: "Compare with the last run: a port that is new was opened by someone.",
    owasp: OWASP,
    cwe: &[],
    references: &[],
};

#[cfg(test)]
mod tests {
    use super::{Facts, Open, SERVICES, banner, judge};
    use crate::Target;
    use proptest::prelude::*;

    fn facts(open: &[(u16, &str, Option<&str>)]) -> Facts {
        let open = open.iter().map(|(port, service, banner)| Open {
            port: *port,
            service: (*service).to_owned(),
            banner: banner.map(str::to_owned),
        });
        let address = "192.0.2.1".parse().unwrap();
        Facts { address, open: open.collect(), closed: vec![23], silent: vec![21], not_asked: vec![27017] }
    }

    #[test]
    fn open_ports_are_judged_by_their_service() {
        let facts = facts(&[
            (22, "SSH", Some("SSH-2.0-OpenSSH_9.2p1 Debian-2")),
            (443, "HTTPS", None),
            (2375, "Docker API without TLS", None),
            (3306, "MySQL", Some("8.0.36")),
            (5900, "VNC", Some("RFB 003.008")),
        ]);
        let seen = judge(&Target::parse("https://api.example.com").unwrap(), &facts);
        let told: Vec<String> = seen
            .iter()
            .map(|sighting| {
                let severity = sighting.severity.unwrap_or(sighting.rule.severity);
                format!("{} {severity} {}", sighting.rule.id, sighting.evidence.as_deref().unwrap())
            })
            .collect();
        assert_eq!(
            told,
            [
                "PST407 low connected; the server says: SSH-2.0-OpenSSH_9.2p1 Debian-2",
                "PST403 critical connected; the server waits to be spoken to",
                "PST401 high connected; the server says: 8.0.36",
                "PST407 low connected; the server says: 8.0.36",
                "PST404 high connected; the server says: RFB 003.008",
                "PST408 info open: 22 SSH, 443 HTTPS, 2375 Docker API without TLS, 3306 MySQL, 5900 VNC",
            ]
        );
        assert_eq!(seen.last().unwrap().message, "5 of 7 ports asked for are open");
    }

    #[test]
    fn what_servers_say_is_cut_and_redacted() {
        for (bytes, shown) in [
            (&b"220 ftp.example ready\r\n"[..], Some("220 ftp.example ready")),
            (b"\x4a\0\0\0\x0a8.0.36\0\x0c\0\0\0Lq!x7]3w\0", Some("8.0.36")),
            (b"\xff\xfd\x18\xff\xfd\x20", None),
            (b"", None),
            (b"220 key sk_live_4eC39HqLyjWDarjtT1zdp7dc here", Some("220 key [redacted:cloud-key] here")),
        ] {
            assert_eq!(banner(bytes).as_deref(), shown);
        }
        assert_eq!(banner(&[b'a'; 4096]).unwrap().len(), 120);
    }

    #[test]
    fn services_are_few_and_in_order() {
        assert!(SERVICES.is_sorted_by(|a, b| a.port < b.port) && SERVICES.len() <= 40);
    }

    proptest! {
        #[test]
        fn any_bytes_are_shown_inert(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let shown = banner(&bytes).unwrap_or_default();
            prop_assert!(shown.chars().count() <= 120 && !shown.chars().any(|c| c.is_control() && c != '\t'));
        }
    }
}
