//! Servers of OpenSSL, each with one thing that is good or bad.

use super::servers::{made, openssl, rsa};
use super::{ask, assessed, facts, suites, versions};
use palisade_posture::Target;
use palisade_posture::tls::{Facts, Group, Letter, Staple, Trust, Version, WithoutName, grade, judge};
use palisade_runner::posture::tls::Roots;
use std::process::Command;

const WEAK: &[&str] = &["-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"];

fn target(host: &str) -> Target {
    Target::parse(&format!("https://{host}/")).unwrap()
}

/// Ids of what is found.
fn rules(facts: &Facts) -> Vec<&'static str> {
    let mut rules: Vec<&str> = judge(&target("localhost"), facts).iter().map(|sighting| sighting.rule.id).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

/// What OpenSSL itself says it would take of a list in a version.
fn taken(version: &str, list: &str) -> Vec<String> {
    let output = Command::new("openssl").args(["ciphers", "-s", "-stdname", version, list]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut names: Vec<String> = text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    names.sort();
    names
}

#[test]
fn each_version_is_found_alone() {
    for (flag, version, found) in [
        ("-tls1", Version::Tls10, "PST103"),
        ("-tls1_1", Version::Tls11, "PST104"),
        ("-tls1_2", Version::Tls12, "PST106"),
        ("-tls1_3", Version::Tls13, "PST119"),
    ] {
        let server = rsa(&[&[flag], WEAK].concat());
        let facts = facts(server.port);
        assert_eq!(versions(&facts), [version], "{flag}");
        assert!(rules(&facts).contains(&found), "{flag}: {:?}", rules(&facts));
        assert_eq!(rules(&facts).contains(&"PST105"), version < Version::Tls12, "{flag}");
        assert!(facts.connections < 110, "{flag}: {}", facts.connections);
    }
}

#[test]
fn every_suite_that_a_server_of_openssl_takes_is_found() {
    let server = rsa(WEAK);
    let facts = facts(server.port);
    assert_eq!(versions(&facts), [Version::Tls10, Version::Tls11, Version::Tls12, Version::Tls13]);
    // Not without a certificate for ECDSA or DSS, a pre-shared key or a password.
    let list = "ALL:COMPLEMENTOFALL:!aECDSA:!aDSS:!kPSK:!kECDHEPSK:!kDHEPSK:!kRSAPSK:!kSRP:@SECLEVEL=0";
    for (flag, version) in [("-tls1", Version::Tls10), ("-tls1_1", Version::Tls11), ("-tls1_2", Version::Tls12)] {
        let mut found = suites(&facts, version);
        found.sort();
        assert_eq!(found, taken(flag, list), "{version}");
    }
    let found = suites(&facts, Version::Tls13);
    assert_eq!(found.len(), 3, "{found:?}");
    for rule in ["PST103", "PST104", "PST107", "PST108", "PST114", "PST116", "PST117", "PST134"] {
        assert!(rules(&facts).contains(&rule), "{rule} is not in {:?}", rules(&facts));
    }
    let grade = grade(&target("localhost"), &facts, None).unwrap();
    assert_eq!((grade.letter, grade.ignoring_trust, grade.key_exchange), (Letter::T, Letter::F, 0));
}

#[test]
fn the_order_of_suites_is_told_and_who_decides_on_it() {
    let list = "AES256-SHA:ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA:ECDHE-RSA-CHACHA20-POLY1305";
    let names = [
        "TLS_RSA_WITH_AES_256_CBC_SHA",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_RSA_WITH_AES_128_CBC_SHA",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    ];
    let server = rsa(&["-tls1_2", "-serverpref", "-cipher", list]);
    let ordered = facts(server.port);
    assert_eq!(suites(&ordered, Version::Tls12), names);
    assert_eq!(ordered.version(Version::Tls12).unwrap().server_order, Some(true));
    let server = rsa(&["-tls1_2", "-serverpref", "-prioritize_chacha", "-cipher", list]);
    assert_eq!(facts(server.port).version(Version::Tls12).unwrap().server_order, Some(true));
    let server = rsa(&["-tls1_2", "-cipher", list]);
    let unordered = facts(server.port);
    assert_eq!(unordered.version(Version::Tls12).unwrap().server_order, Some(false));
    assert_eq!(suites(&unordered, Version::Tls12).len(), 4);
}

#[test]
fn a_good_server_has_a_good_grade() {
    let made = made("-newkey ec -pkeyopt ec_paramgen_curve:P-256 -sha256");
    let server = openssl(
        &[&made.arguments()[..], &["-cipher", "ECDHE+AESGCM:ECDHE+CHACHA20", "-serverpref", "-no_tls1_1", "-no_tls1"]]
            .concat(),
    );
    let roots = Roots::new(&[made.der()]);
    let facts = assessed(ask(server.port, &roots));
    assert_eq!(versions(&facts), [Version::Tls12, Version::Tls13]);
    assert_eq!(facts.chains[0].trust, Trust::Private);
    assert_eq!(rules(&facts), ["PST119"], "no post-quantum group in Debian's OpenSSL 3.0");
    let year = Some(365 * 24 * 3600);
    let best = grade(&target("localhost"), &facts, year).unwrap();
    assert_eq!((best.letter, best.caps), (Letter::APlus, vec![]));
    let plain = grade(&target("localhost"), &facts, None).unwrap();
    assert_eq!((plain.letter, plain.caps[0].reason.as_str()), (Letter::A, "no Strict-Transport-Security"));
    assert_eq!((plain.protocol, plain.key_exchange, plain.cipher, plain.total), (100, 90, 90, 93));
    assert_eq!(facts.fallback_refused.as_ref().map(|shown| shown.yes), Some(true));
    assert_eq!(facts.secure_renegotiation.as_ref().map(|shown| shown.yes), Some(true));
    assert_eq!(facts.compression.as_ref().map(|shown| shown.yes), Some(false));
    assert_eq!(facts.extended_master_secret, Some(true));
    assert_eq!(facts.downgrade_marked, Some(true));
    assert_eq!(facts.without_name, Some(WithoutName::Same));
    assert_eq!(facts.stapled, Some(Staple::None));
    assert_eq!(facts.early_data, Some(0));
}

#[test]
fn groups_are_found_for_both_kinds_of_handshakes() {
    let groups = "X25519:P-384:P-256:secp224r1:prime192v1";
    let server = rsa(&["-groups", groups, "-cipher", "ALL:@SECLEVEL=0"]);
    let facts = facts(server.port);
    let mut new = facts.groups13.clone();
    new.sort();
    assert_eq!(new, [Group::SECP256R1, Group(24), Group::X25519]);
    let mut classic = facts.groups.clone();
    classic.sort();
    assert_eq!(classic, [Group(19), Group(21), Group::SECP256R1, Group(24), Group::X25519]);
    assert!(rules(&facts).contains(&"PST118"));
}

#[test]
fn groups_are_found_beside_the_curve_that_the_certificate_needs() {
    let made = made("-newkey ec -pkeyopt ec_paramgen_curve:P-256 -sha256");
    let server = openssl(&[&made.arguments()[..], &["-tls1_2", "-groups", "P-256:X25519:P-384"]].concat());
    let mut found = facts(server.port).groups;
    found.sort();
    assert_eq!(found, [Group::SECP256R1, Group(24), Group::X25519]);
}

#[test]
fn small_primes_are_found() {
    for (group, bits, score) in [("modp_1536", 1536, 80), ("ffdhe2048", 2048, 90), ("modp_4096", 4096, 90)] {
        let parameters = super::servers::parameters(group);
        let server = rsa(&["-tls1_2", "-cipher", "DHE:@SECLEVEL=0", "-dhparam", parameters.to_str().unwrap()]);
        let facts = facts(server.port);
        assert_eq!(facts.primes[0].bits, bits);
        let found = rules(&facts);
        assert_eq!(found.contains(&"PST117"), bits == 1536, "{bits}: {found:?}");
        assert_eq!(grade(&target("localhost"), &facts, None).unwrap().key_exchange, score, "{bits}");
    }
}

#[test]
fn each_kind_of_weak_suite_is_found_alone() {
    for (list, found, letter) in [
        ("NULL-SHA256:@SECLEVEL=0", vec!["PST106", "PST107", "PST113", "PST115", "PST134"], Letter::F),
        ("ADH-AES128-SHA:@SECLEVEL=0", vec!["PST106", "PST108", "PST115", "PST117"], Letter::F),
        ("AECDH-AES128-SHA:@SECLEVEL=0", vec!["PST106", "PST108", "PST115"], Letter::F),
        ("AES128-SHA", vec!["PST106", "PST113", "PST115", "PST134"], Letter::B),
        ("AES128-GCM-SHA256", vec!["PST106", "PST113", "PST134"], Letter::B),
        ("ECDHE-RSA-AES256-SHA", vec!["PST106", "PST115", "PST134"], Letter::B),
        ("ECDHE-RSA-AES256-GCM-SHA384:AES256-GCM-SHA384", vec!["PST106", "PST114", "PST134"], Letter::A),
    ] {
        let server = rsa(&["-tls1_2", "-cipher", list]);
        let facts = facts(server.port);
        let mut rules = rules(&facts);
        // The default parameters of Debian's s_server for level 0 are small.
        if !found.contains(&"PST117") {
            rules.retain(|rule| *rule != "PST117");
        }
        assert_eq!(rules, found, "{list}");
        assert_eq!(grade(&target("localhost"), &facts, None).unwrap().ignoring_trust, letter, "{list}");
    }
}

#[test]
fn early_data_and_protocols_are_told_by_a_real_handshake() {
    let server = rsa(&["-early_data", "-max_early_data", "4096", "-alpn", "h2,http/1.1"]);
    let with = facts(server.port);
    assert_eq!(with.early_data, Some(4096));
    assert_eq!(with.alpn, ["h2", "http/1.1"]);
    assert!(rules(&with).contains(&"PST124"));
    let server = rsa(&["-tls1_3", "-alpn", "http/1.1"]);
    let without = facts(server.port);
    assert_eq!((without.early_data, without.alpn.as_slice()), (Some(0), &["http/1.1".to_owned()][..]));
}

#[test]
fn a_server_without_tickets_is_told() {
    assert_eq!(facts(rsa(&["-tls1_2"]).port).session_tickets, Some(true));
    assert_eq!(facts(rsa(&["-tls1_2", "-no_ticket"]).port).session_tickets, Some(false));
}

#[test]
fn the_certificate_by_name_is_told_from_the_one_without() {
    let (one, two) = (made("-newkey rsa:2048 -sha256"), made("-newkey rsa:2048 -sha384"));
    let (certificate, key) = (two.certificate.to_str().unwrap(), two.key.to_str().unwrap());
    let more = ["-tls1_2", "-servername", "localhost", "-cert2", certificate, "-key2", key];
    let server = openssl(&[&one.arguments()[..], &more].concat());
    let facts = facts(server.port);
    assert_eq!(facts.without_name, Some(WithoutName::Other));
    assert_eq!(facts.chains[0].leaf().unwrap().signature, "sha384WithRSAEncryption");
}
