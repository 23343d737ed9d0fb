//! A server written byte by byte from RFC 6101, RFC 5246, RFC 8446 and the draft of SSLv2, for what no current library
//! speaks any more. It speaks as far as a hello needs, with no cryptography at all.

use super::{facts, suites, versions};
use palisade_posture::Target;
use palisade_posture::tls::{Facts, Letter, Staple, Suite, Support, Version, grade, judge};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

/// What the server does.
#[derive(Clone)]
struct Canned {
    versions: Vec<Version>,
    /// Suites, the most wanted first; those of a version alone.
    suites: Vec<&'static str>,
    compression: bool,
    renegotiation: bool,
    master_secret: bool,
    fallback: bool,
    prime: usize,
    curve: u16,
    staple: Option<Vec<u8>>,
    /// Hellos longer than this are not answered.
    longest: usize,
    /// Suites of TLS 1.3 need a key share.
    wants_shares: bool,
}

const GOOD: &[&str] = &["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"];

impl Canned {
    fn good() -> Canned {
        Canned {
            versions: vec![Version::Tls12],
            suites: GOOD.to_vec(),
            compression: false,
            renegotiation: true,
            master_secret: true,
            fallback: true,
            prime: 256,
            curve: 29,
            staple: None,
            longest: usize::MAX,
            wants_shares: false,
        }
    }

    fn start(self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let me = Arc::new(self);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let me = me.clone();
                std::thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    let answer = me.answer(&hello(&mut stream));
                    let _ = stream.write_all(&answer);
                });
            }
        });
        port
    }

    fn facts(self) -> Facts {
        facts(self.start())
    }

    fn answer(&self, hello: &[u8]) -> Vec<u8> {
        if hello.len() > self.longest {
            return Vec::new();
        }
        if hello[0] & 0x80 != 0 {
            return self.ssl2();
        }
        let asked = Asked::read(hello);
        let best =
            self.versions.iter().copied().filter(|version| *version > Version::Ssl2).filter(|version| {
                if asked.tls13 { *version == Version::Tls13 } else { version.number() <= asked.version }
            });
        let Some(version) = best.max() else { return alert(70) };
        let best_of_all = self.versions.iter().max().unwrap().number();
        if self.fallback && asked.suites.contains(&0x5600) && asked.version < best_of_all {
            return alert(86);
        }
        let fits = |suite: &Suite| suite.is_tls13() == (version == Version::Tls13) && !suite.is_ssl2();
        let mine = self.suites.iter().map(|name| Suite::named(name).unwrap()).filter(fits);
        let Some(suite) = mine.map(|suite| suite.0 as u16).find(|suite| asked.suites.contains(suite)) else {
            return alert(40);
        };
        if version == Version::Tls13 {
            return if self.wants_shares && !asked.shares { alert(47) } else { self.hello13(suite) };
        }
        let mut out = record(22, version, &message(2, &self.hello(version, suite, &asked)));
        let name = Suite(u32::from(suite)).to_string();
        if !name.contains("anon") {
            out.extend(record(
                22,
                version,
                &message(11, &chain(&[crate::tls::servers::made("-newkey rsa:2048 -sha256").der().to_vec()])),
            ));
        }
        if let Some(staple) = &self.staple {
            let body = [&[1][..], &u24(staple.len()), staple].concat();
            out.extend(record(22, version, &message(22, &body)));
        }
        if name.contains("ECDHE") || name.contains("ECDH_anon") {
            let point = [9; 32];
            let body = [&[3][..], &self.curve.to_be_bytes(), &[32], &point, &[4, 1, 0, 0]].concat();
            out.extend(record(22, version, &message(12, &body)));
        } else if name.contains("DHE") || name.contains("DH_anon") {
            let prime = [&[0xff][..], &vec![0x11; self.prime - 1]].concat();
            let size = (self.prime as u16).to_be_bytes();
            let body = [&size[..], &prime, &[0, 1, 2], &[0, 1, 7], &[4, 1, 0, 0]].concat();
            out.extend(record(22, version, &message(12, &body)));
        }
        out.extend(record(22, version, &message(14, &[])));
        out
    }

    fn hello(&self, version: Version, suite: u16, asked: &Asked) -> Vec<u8> {
        let mut body = version.number().to_be_bytes().to_vec();
        body.extend([7; 32]);
        body.push(0);
        body.extend(suite.to_be_bytes());
        body.push(u8::from(self.compression && asked.compression));
        if version > Version::Ssl3 {
            let mut extensions = Vec::new();
            if self.renegotiation {
                extensions.extend([0xff, 1, 0, 1, 0]);
            }
            if self.master_secret {
                extensions.extend([0, 23, 0, 0]);
            }
            if self.staple.is_some() {
                extensions.extend([0, 5, 0, 0]);
            }
            body.extend((extensions.len() as u16).to_be_bytes());
            body.extend(extensions);
        }
        body
    }

    /// A retry, RFC 8446, section 4.1.4: the random field says so, the group stands alone in the key share.
    fn hello13(&self, suite: u16) -> Vec<u8> {
        let retry = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";
        let random = (0..32).map(|at| u8::from_str_radix(&retry[at * 2..at * 2 + 2], 16).unwrap());
        let mut body = vec![3, 3];
        body.extend(random);
        body.push(0);
        body.extend(suite.to_be_bytes());
        body.push(0);
        let curve = self.curve.to_be_bytes();
        let extensions = [&[0, 43, 0, 2, 3, 4, 0, 51, 0, 2][..], &curve].concat();
        body.extend((extensions.len() as u16).to_be_bytes());
        body.extend(extensions);
        record(22, Version::Tls12, &message(2, &body))
    }

    fn ssl2(&self) -> Vec<u8> {
        if !self.versions.contains(&Version::Ssl2) {
            return Vec::new();
        }
        let kinds: Vec<u8> = self
            .suites
            .iter()
            .map(|name| Suite::named(name).unwrap())
            .filter(|suite| suite.is_ssl2())
            .flat_map(|suite| suite.0.to_be_bytes().into_iter().skip(1))
            .collect();
        let certificate = crate::tls::servers::made("-newkey rsa:2048 -sha256").der().to_vec();
        let mut body = vec![4, 0, 1, 0, 2];
        body.extend((certificate.len() as u16).to_be_bytes());
        body.extend((kinds.len() as u16).to_be_bytes());
        body.extend([0, 16]);
        body.extend(&certificate);
        body.extend(kinds);
        body.extend([5; 16]);
        [&(0x8000 | body.len() as u16).to_be_bytes()[..], &body].concat()
    }
}

/// What a hello asks for.
#[derive(Default)]
struct Asked {
    version: u16,
    suites: Vec<u16>,
    compression: bool,
    tls13: bool,
    shares: bool,
}

impl Asked {
    fn read(hello: &[u8]) -> Asked {
        let short = |at: usize| u16::from_be_bytes([hello[at], hello[at + 1]]);
        let mut asked = Asked { version: short(9), ..Asked::default() };
        let mut at = 43 + 1 + usize::from(hello[43]);
        let count = usize::from(short(at)) / 2;
        asked.suites = (0..count).map(|one| short(at + 2 + one * 2)).collect();
        at += 2 + count * 2;
        asked.compression = hello[at + 1..at + 1 + usize::from(hello[at])].contains(&1);
        at += 1 + usize::from(hello[at]);
        if at < hello.len() {
            at += 2;
            while at < hello.len() {
                let (kind, length) = (short(at), usize::from(short(at + 2)));
                asked.tls13 |= kind == 43;
                asked.shares |= kind == 51 && length > 2;
                at += 4 + length;
            }
        }
        asked
    }
}

/// One hello of a client, whole.
fn hello(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = vec![0; 2];
    stream.read_exact(&mut bytes).unwrap();
    let more = if bytes[0] & 0x80 != 0 {
        usize::from(u16::from_be_bytes([bytes[0] & 0x7f, bytes[1]]))
    } else {
        let mut header = [0; 3];
        stream.read_exact(&mut header).unwrap();
        bytes.extend(header);
        usize::from(u16::from_be_bytes([header[1], header[2]]))
    };
    let start = bytes.len();
    bytes.resize(start + more, 0);
    stream.read_exact(&mut bytes[start..]).unwrap();
    bytes
}

fn record(kind: u8, version: Version, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &version.number().to_be_bytes(), &(body.len() as u16).to_be_bytes(), body].concat()
}

fn u24(number: usize) -> [u8; 3] {
    let bytes = (number as u32).to_be_bytes();
    [bytes[1], bytes[2], bytes[3]]
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &u24(body.len()), body].concat()
}

fn chain(certificates: &[Vec<u8>]) -> Vec<u8> {
    let list: Vec<u8> = certificates.iter().flat_map(|one| [&u24(one.len())[..], one].concat()).collect();
    [&u24(list.len())[..], &list].concat()
}

fn alert(code: u8) -> Vec<u8> {
    vec![21, 3, 1, 0, 2, 2, code]
}

fn rules(facts: &Facts) -> Vec<&'static str> {
    let target = Target::parse("https://localhost/").unwrap();
    let mut rules: Vec<&str> = judge(&target, facts).iter().map(|sighting| sighting.rule.id).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

fn letter(facts: &Facts) -> Letter {
    grade(&Target::parse("https://localhost/").unwrap(), facts, None).unwrap().ignoring_trust
}

#[test]
fn ssl_2_is_spoken_to_in_its_own_words() {
    let kinds = ["SSL_CK_DES_192_EDE3_CBC_WITH_MD5", "SSL_CK_RC4_128_EXPORT40_WITH_MD5"];
    let found =
        Canned { versions: vec![Version::Ssl2, Version::Tls12], suites: [&kinds[..], GOOD].concat(), ..Canned::good() }
            .facts();
    assert_eq!(versions(&found), [Version::Ssl2, Version::Tls12]);
    assert_eq!(suites(&found, Version::Ssl2), kinds);
    assert_eq!(found.chains.len(), 1, "the same certificate under both versions");
    assert_eq!(rules(&found), ["PST101", "PST106", "PST109", "PST112", "PST134"]);
    assert_eq!(letter(&found), Letter::F);
    // SERVER-HELLO: no session hit, X.509, version 2.
    assert!(found.version(Version::Ssl2).unwrap().evidence[4..].starts_with("0400010002"));
}

#[test]
fn ssl_3_is_spoken_to_without_extensions() {
    let suites_of = vec!["TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"];
    let found = Canned { versions: vec![Version::Ssl3], suites: suites_of.clone(), ..Canned::good() }.facts();
    assert_eq!(versions(&found), [Version::Ssl3]);
    assert_eq!(suites(&found, Version::Ssl3), suites_of);
    assert_eq!(found.version(Version::Ssl3).unwrap().server_order, Some(true));
    assert_eq!(letter(&found), Letter::F, "nothing better than SSL 3.0");
    let beside = Canned {
        versions: vec![Version::Ssl3, Version::Tls12],
        suites: [&suites_of[1..], GOOD].concat(),
        ..Canned::good()
    };
    assert_eq!(letter(&beside.facts()), Letter::C, "POODLE");
}

#[test]
fn each_bad_suite_is_found_alone() {
    for (suite, rule, expected) in [
        ("TLS_RSA_WITH_NULL_SHA", "PST107", Letter::F),
        ("TLS_DH_anon_WITH_AES_128_CBC_SHA", "PST108", Letter::F),
        ("TLS_ECDH_anon_WITH_AES_128_CBC_SHA", "PST108", Letter::F),
        ("TLS_RSA_EXPORT_WITH_DES40_CBC_SHA", "PST109", Letter::F),
        ("TLS_RSA_EXPORT1024_WITH_RC4_56_SHA", "PST109", Letter::F),
        ("TLS_RSA_WITH_RC4_128_SHA", "PST110", Letter::C),
        ("TLS_RSA_WITH_DES_CBC_SHA", "PST111", Letter::B),
        ("TLS_RSA_WITH_3DES_EDE_CBC_SHA", "PST112", Letter::A),
        ("TLS_RSA_WITH_IDEA_CBC_SHA", "PST112", Letter::A),
    ] {
        let found = Canned { suites: [GOOD, &[suite]].concat(), ..Canned::good() }.facts();
        assert_eq!(suites(&found, Version::Tls12).last().map(String::as_str), Some(suite));
        let known = rules(&found);
        assert!(known.contains(&rule), "{suite}: {known:?}");
        let weak: Vec<&&str> = known.iter().filter(|id| ("PST107".."PST113").contains(*id)).collect();
        assert_eq!(weak, [&rule], "{suite}");
        assert_eq!(letter(&found), expected, "{suite}");
    }
    let first = Canned { suites: [&["TLS_RSA_WITH_3DES_EDE_CBC_SHA"], GOOD].concat(), ..Canned::good() };
    assert_eq!(letter(&first.facts()), Letter::C, "3DES before AES");
    let alone = Canned { suites: vec!["TLS_RSA_WITH_RC4_128_SHA"], ..Canned::good() };
    assert_eq!(letter(&alone.facts()), Letter::F, "nothing but RC4");
}

#[test]
fn each_weak_handshake_is_found_alone() {
    let plain = rules(&Canned::good().facts());
    assert_eq!(plain, ["PST106", "PST134"]);
    let more = |canned: Canned| -> Vec<&str> {
        let found = canned.facts();
        rules(&found).into_iter().filter(|rule| !plain.contains(rule)).collect()
    };
    assert_eq!(more(Canned { compression: true, ..Canned::good() }), ["PST120"]);
    assert_eq!(more(Canned { renegotiation: false, ..Canned::good() }), ["PST121"]);
    assert_eq!(more(Canned { master_secret: false, ..Canned::good() }), ["PST123"]);
    assert_eq!(more(Canned { curve: 19, ..Canned::good() }), ["PST118"]);
    let both = vec![Version::Tls11, Version::Tls12];
    let fallback = Canned { versions: both.clone(), fallback: true, ..Canned::good() };
    assert_eq!(more(fallback), ["PST104"]);
    let fallback = Canned { versions: both, fallback: false, ..Canned::good() };
    assert_eq!(more(fallback), ["PST104", "PST122"]);
}

#[test]
fn primes_are_measured() {
    let with = |prime| Canned { prime, suites: vec!["TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"], ..Canned::good() }.facts();
    for (bytes, expected, key_exchange) in [(64, true, 40), (96, true, 40), (128, true, 80), (256, false, 90)] {
        let found = with(bytes);
        assert_eq!(usize::from(found.primes[0].bits), bytes * 8);
        assert_eq!(rules(&found).contains(&"PST117"), expected, "{bytes}");
        let graded = grade(&Target::parse("https://localhost/").unwrap(), &found, None).unwrap();
        assert_eq!(graded.key_exchange, key_exchange, "{bytes}");
    }
}

#[test]
fn an_answer_of_ocsp_is_read() {
    // OCSPResponse { successful, [0] { id-pkix-ocsp-basic, BasicOCSPResponse { ResponseData { [2] key hash, time,
    // { { CertID, status, time } } } } } }, RFC 6960, section 4.2.1.
    fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
        [&[tag, value.len() as u8][..], value].concat()
    }
    for (status, expected) in [
        (tlv(0x80, &[]), Staple::Good),
        (tlv(0xa1, &tlv(0x18, b"20260101000000Z")), Staple::Revoked),
        (tlv(0x82, &[]), Staple::Unclear),
    ] {
        let time = tlv(0x18, b"20260101000000Z");
        let single = tlv(0x30, &[tlv(0x30, &[]), status, time.clone()].concat());
        let data = [tlv(0xa2, &tlv(0x04, &[1; 20])), time, tlv(0x30, &single)].concat();
        let basic = tlv(0x30, &tlv(0x30, &data));
        let id = tlv(0x06, &[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1]);
        let bytes = tlv(0x30, &[id, tlv(0x04, &basic)].concat());
        let answer = tlv(0x30, &[tlv(0x0a, &[0]), tlv(0xa0, &bytes)].concat());
        let found = Canned { staple: Some(answer), ..Canned::good() }.facts();
        assert_eq!(found.stapled, Some(expected));
        assert_eq!(rules(&found).contains(&"PST143"), expected == Staple::Revoked);
    }
    let nonsense = Canned { staple: Some(vec![0x30, 0x84, 0xff]), ..Canned::good() };
    assert_eq!(nonsense.facts().stapled, Some(Staple::Unclear));
}

#[test]
fn a_server_that_hangs_up_on_long_hellos_is_asked_with_short_ones() {
    let found = Canned { longest: 320, ..Canned::good() }.facts();
    assert_eq!(versions(&found), [Version::Tls12]);
    assert_eq!(suites(&found, Version::Tls12), GOOD);
    assert!(found.gaps.iter().any(|gap| gap.what == "rare suites of TLS 1.2"), "{:?}", found.gaps);
}

#[test]
fn a_server_of_tls_1_3_that_wants_key_shares_gets_some() {
    let suites_of = vec!["TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"];
    for wants_shares in [false, true] {
        let canned =
            Canned { versions: vec![Version::Tls13], suites: suites_of.clone(), wants_shares, ..Canned::good() };
        let found = canned.facts();
        assert_eq!(suites(&found, Version::Tls13), suites_of);
        assert_eq!(found.groups13.len(), 1);
        assert_eq!(found.version(Version::Tls12).unwrap().support, Support::No);
        assert!(found.gaps.iter().any(|gap| gap.what == "early data"), "no real handshake was made");
    }
}
