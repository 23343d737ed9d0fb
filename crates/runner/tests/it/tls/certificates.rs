//! Certificates, each with one thing wrong, made with rcgen or `openssl req`.

use super::servers::{Server, made, openssl};
use super::{ask, ask_as, assessed, manners};
use jiff::{SignedDuration, Timestamp};
use palisade_posture::Target;
use palisade_posture::tls::{Facts, Letter, Trust, grade, judge};
use palisade_runner::posture::tls::Roots;
use rcgen::{BasicConstraints, CertificateParams, CustomExtension, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls_pki_types::CertificateDer;
use std::io::Write;

/// Lets it be valid from and to the beginning of these days from now.
fn valid(parameters: &mut CertificateParams, from: i64, to: i64) {
    let day = |days: i64| {
        let at = Timestamp::now() + SignedDuration::from_hours(days * 24);
        let date = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        rcgen::date_time_ymd(date.year().into(), date.month() as u8, date.day() as u8)
    };
    (parameters.not_before, parameters.not_after) = (day(from), day(to));
}

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    der: CertificateDer<'static>,
    pem: String,
}

impl Authority {
    fn new(name: &str, above: Option<&Authority>) -> Authority {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let certificate = match above {
            Some(above) => parameters.signed_by(&key, &above.issuer).unwrap(),
            None => parameters.self_signed(&key).unwrap(),
        };
        let (der, pem) = (certificate.der().clone(), certificate.pem());
        Authority { issuer: Issuer::new(parameters, key), der, pem }
    }

    /// A server with a certificate of this authority, and what else is sent.
    fn server(&self, change: impl FnOnce(&mut CertificateParams), more: &[&str]) -> Server {
        let mut parameters = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        valid(&mut parameters, -10, 80);
        change(&mut parameters);
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        write!(file, "{}{}", key.serialize_pem(), certificate.pem()).unwrap();
        let mut chain = tempfile::NamedTempFile::new().unwrap();
        chain.write_all(more.concat().as_bytes()).unwrap();
        let (file, chain) = (file.into_temp_path(), chain.into_temp_path());
        let mut arguments = vec!["-cert", file.to_str().unwrap(), "-key", file.to_str().unwrap()];
        if !more.is_empty() {
            arguments.extend(["-cert_chain", chain.to_str().unwrap()]);
        }
        // The files are read before the server says that it listens.
        openssl(&arguments)
    }
}

fn told(server: &Server, root: &Authority) -> Facts {
    assessed(ask(server.port, &Roots::new(std::slice::from_ref(&root.der))))
}

/// Ids of what is found, but that Debian's OpenSSL has no post-quantum group, and takes all suites it knows.
fn rules(facts: &Facts, host: &str) -> Vec<&'static str> {
    let target = Target::parse(&format!("https://{host}/")).unwrap();
    judge(&target, facts).iter().map(|one| one.rule.id).filter(|id| *id >= "PST130").collect()
}

fn letter(facts: &Facts, host: &str) -> Letter {
    grade(&Target::parse(&format!("https://{host}/")).unwrap(), facts, None).unwrap().letter
}

#[test]
fn a_chain_leads_to_the_root_that_the_user_names() {
    let root = Authority::new("Root", None);
    let middle = Authority::new("Middle", Some(&root));
    let whole = told(&middle.server(|_| (), &[&middle.pem]), &root);
    assert_eq!(whole.chains[0].trust, Trust::Private);
    assert_eq!(rules(&whole, "localhost"), [""; 0]);
    assert_eq!(whole.chains[0].certificates.len(), 2);
    assert!(whole.chains[0].in_order);

    let other = told(&middle.server(|_| (), &[&middle.pem]), &Authority::new("Other", None));
    assert_eq!(rules(&other, "localhost"), ["PST136"]);
    assert_eq!(letter(&other, "localhost"), Letter::T);

    let disorder = told(&middle.server(|_| (), &[&root.pem, &middle.pem]), &root);
    assert_eq!(rules(&disorder, "localhost"), ["PST144"]);
}

#[test]
fn a_missing_issuer_is_told_from_an_unknown_one() {
    let root = Authority::new("Root", None);
    let middle = Authority::new("Middle", Some(&root));
    // authorityInfoAccess: the issuer's certificate is at http://a.
    let access =
        [&[0x30, 0x16, 0x30, 0x14, 0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 0x30, 2, 0x86, 0x08][..], b"http://a"].concat();
    let extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], access);
    let alone = told(&middle.server(|with| with.custom_extensions.push(extension), &[]), &root);
    assert_eq!(alone.chains[0].leaf().unwrap().issuer_at, ["http://a"]);
    assert_eq!(rules(&alone, "localhost"), ["PST135"]);
    let unknown = told(&middle.server(|_| (), &[]), &root);
    assert_eq!(rules(&unknown, "localhost"), ["PST136"]);
}

#[test]
fn dates_are_judged_apart_from_trust() {
    let root = Authority::new("Root", None);
    for (from, to, found, expected) in [
        (-100, -1, vec!["PST130"], Letter::T),
        (1, 80, vec!["PST131"], Letter::T),
        (-80, 5, vec!["PST132"], Letter::A),
        (-300, 200, vec!["PST139"], Letter::A),
        (-1, 5, vec![], Letter::A),
    ] {
        let server = root.server(|with| valid(with, from, to), &[]);
        let facts = told(&server, &root);
        assert_eq!(rules(&facts, "localhost"), found, "{from} to {to}");
        assert_eq!(facts.chains[0].trust, Trust::Private, "{from} to {to}");
        assert_eq!(letter(&facts, "localhost"), expected, "{from} to {to}");
    }
}

#[test]
fn names_are_compared_as_clients_do() {
    let root = Authority::new("Root", None);
    let names = |names: &[&str]| -> Vec<rcgen::SanType> {
        names.iter().map(|name| rcgen::SanType::DnsName((*name).try_into().unwrap())).collect()
    };
    for (subject, host, good) in [
        (names(&["api.example.com"]), "api.example.com", true),
        (names(&["API.Example.COM"]), "api.example.com", true),
        (names(&["*.example.com"]), "api.example.com", true),
        (names(&["*.example.com"]), "example.com", false),
        (names(&["*.example.com"]), "v1.api.example.com", false),
        (names(&["a*.example.com"]), "api.example.com", false),
        (names(&["www.example.com", "example.com"]), "api.example.com", false),
        (vec![rcgen::SanType::IpAddress([127, 0, 0, 1].into())], "127.0.0.1", true),
        (vec![rcgen::SanType::IpAddress([127, 0, 0, 2].into())], "127.0.0.1", false),
        (names(&["127.0.0.1"]), "127.0.0.1", false),
        (Vec::new(), "api.example.com", false),
    ] {
        let shown = format!("{subject:?} for {host}");
        let server = root.server(|with| with.subject_alt_names = subject, &[]);
        let roots = Roots::new(std::slice::from_ref(&root.der));
        let facts = assessed(ask_as(host, server.port, &roots, manners()));
        assert_eq!(rules(&facts, host), if good { vec![] } else { vec!["PST133"] }, "{shown}");
        assert_eq!(letter(&facts, host), if good { Letter::A } else { Letter::M }, "{shown}");
    }
}

#[test]
fn a_self_signed_server_is_untrusted_and_the_rest_is_assessed() {
    let made = made("-newkey rsa:2048 -sha256");
    let server = openssl(&made.arguments());
    let without = assessed(ask(server.port, &Roots::new(&[])));
    assert_eq!(rules(&without, "localhost"), ["PST134"]);
    assert_eq!(letter(&without, "localhost"), Letter::T);
    assert!(without.suites().count() > 20);
    let with = assessed(ask(server.port, &Roots::new(&[made.der()])));
    assert_eq!(rules(&with, "localhost"), [""; 0]);
    assert_eq!(letter(&with, "localhost"), Letter::A);
}

#[test]
fn weak_keys_and_signatures_are_found() {
    for (arguments, more, found, expected) in [
        ("-newkey rsa:1024 -sha256", "", vec!["PST137"], Letter::B),
        ("-newkey rsa:512 -sha256", "", vec!["PST137"], Letter::F),
        ("-newkey rsa:2048 -sha1", "", vec!["PST138"], Letter::A),
        ("-newkey rsa:2048 -md5", "", vec!["PST138"], Letter::F),
        ("-newkey rsa:4096 -sha256", "", vec![], Letter::A),
        ("-newkey ec -pkeyopt ec_paramgen_curve:P-384 -sha384", "", vec![], Letter::A),
    ] {
        let made = made(arguments);
        let server = openssl(&[&made.arguments()[..], &["-cipher", "ECDHE+AESGCM:@SECLEVEL=0"]].concat());
        let facts = assessed(ask(server.port, &Roots::new(&[])));
        let mut rules = rules(&facts, "localhost");
        rules.retain(|rule| *rule != "PST134");
        assert_eq!(rules, found, "{arguments} {more}");
        let grade = grade(&Target::parse("https://localhost/").unwrap(), &facts, None).unwrap();
        assert_eq!(grade.ignoring_trust, expected, "{arguments}");
    }
}

#[test]
fn demands_and_proofs_in_a_certificate_are_read() {
    let root = Authority::new("Root", None);
    // TLS feature: status_request. Timestamps: a list of two in an octet string, RFC 6962, section 3.3.
    let staple = CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 24], vec![0x30, 3, 2, 1, 5]);
    let list = vec![4, 12, 0, 10, 0, 3, 1, 2, 3, 0, 3, 4, 5, 6];
    let timestamps = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 11129, 2, 4, 2], list);
    let facts = told(&root.server(|with| with.custom_extensions.extend([staple, timestamps]), &[]), &root);
    let leaf = facts.chains[0].leaf().unwrap();
    assert!(leaf.must_staple);
    assert_eq!(leaf.timestamps, 2);
    assert_eq!(rules(&facts, "localhost"), ["PST141"]);
}

#[test]
fn servers_with_two_kinds_of_keys_show_both() {
    let (rsa, ec) = (made("-newkey rsa:2048 -sha256"), made("-newkey ec -pkeyopt ec_paramgen_curve:P-256 -sha256"));
    let more = ["-dcert", ec.certificate.to_str().unwrap(), "-dkey", ec.key.to_str().unwrap()];
    let server = openssl(&[&rsa.arguments()[..], &more].concat());
    let facts = assessed(ask(server.port, &Roots::new(&[])));
    let mut kinds: Vec<&str> = facts.chains.iter().map(|chain| chain.leaf().unwrap().key.kind.as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["EC", "RSA"]);
}
