//! What the DNS says of a third party, asked of a real authoritative server.

use crate::authority::{Authority, Signing, Zone};
use palisade_posture::dns::{Facts, Signed, judge};
use palisade_posture::{Part, PartName, Target};
use palisade_runner::posture::dns::{Trust, TrustAnchors, probe};
use palisade_runner::posture::{Manners, Options, Reach, Resolver, Unreachable, assess};
use rustls::RootCertStore;
use std::net::SocketAddr;

/// Records that leave nothing to find but MTA-STS, whose policy needs a server at port 443.
const GOOD: &str = "\
api A 192.0.2.10
@ MX 10 mail.good.test.
@ CAA 0 issue \"ca.example\"
@ TXT \"v=spf1 mx -all\"
_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:dmarc@good.test\"
*._report._dmarc TXT \"v=DMARC1\"
_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:tls@good.test\"
ed._domainkey TXT \"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"
";

fn manners(server: SocketAddr) -> Manners {
    Manners { allow_private: true, resolver: Resolver::At(server), ..Manners::default() }
}

fn trust(authority: &Authority) -> Trust {
    let anchors = authority.anchors.parse::<TrustAnchors>().unwrap();
    Trust { anchors, ..Trust::new(RootCertStore::empty()) }
}

async fn facts(server: SocketAddr, host: &str, selectors: &[&str], trust: &Trust) -> Facts {
    let selectors: Vec<String> = selectors.iter().map(|text| (*text).to_owned()).collect();
    let reach = Reach::new(manners(server));
    match probe(&reach, &Target::parse(&format!("https://{host}")).unwrap(), &selectors, trust).await {
        Part::Assessed(facts) => facts,
        Part::NotAssessed(reason) => panic!("{host}: {reason}"),
    }
}

fn told(facts: &Facts) -> Vec<String> {
    let target = Target::parse(&format!("https://{}", facts.host)).unwrap();
    let mut told: Vec<String> = judge(&target, facts)
        .into_iter()
        .map(|sighting| format!("{} {}", sighting.rule.id, sighting.evidence.unwrap()))
        .collect();
    told.sort();
    told
}

/// The good records of a domain with one line in place of those that begin alike.
fn but(begin: &str, line: &str) -> String {
    let kept: String = GOOD.lines().filter(|good| !good.starts_with(begin)).map(|line| format!("{line}\n")).collect();
    assert!(kept.len() < GOOD.len(), "{begin}");
    format!("{kept}{line}\n")
}

fn zone(name: &'static str, records: String) -> Zone {
    Zone { name, records, signing: Signing::Good }
}

#[tokio::test]
async fn good_and_bad_zones_are_told_apart() {
    if !Authority::is_installed() {
        return;
    }
    let many: String = (0..11).map(|n| format!(" a:h{n}.deep.test")).collect();
    let addresses: String = (0..11).map(|n| format!("h{n} A 192.0.2.20\n")).collect();
    let long = "x".repeat(200);
    let filler: String = (0..20).map(|n| format!("@ TXT \"filler {n} {long}\"\n")).collect();
    let zones = [
        zone("good.test.", format!("{GOOD}mail A 192.0.2.3\nns1 A 192.0.2.1\nns2 AAAA 2001:db8::2\n")),
        zone("quiet.test.", "api A 192.0.2.10\n@ MX 0 .\n@ TXT \"v=spf1 -all\"\n@ CAA 0 issue \";\"\n_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:d@quiet.test\"\n".to_owned()),
        zone("nospf.test.", but("@ TXT", "@ TXT \"hello\"")),
        zone("anyone.test.", but("@ TXT", "@ TXT \"v=spf1 +all\"")),
        zone("deep.test.", but("@ TXT", &format!("@ TXT \"v=spf1{many} -all\"\n{addresses}"))),
        zone("circle.test.", but("@ TXT", "@ TXT \"v=spf1 include:a.circle.test -all\"\na TXT \"v=spf1 include:circle.test -all\"")),
        zone("several.test.", format!("{GOOD}@ TXT \"v=spf1 -all\"\n")),
        zone("nodmarc.test.", but("_dmarc", "")),
        zone("open.test.", but("_dmarc", "_dmarc TXT \"v=DMARC1; p=none; rua=mailto:d@open.test\"")),
        zone("nodkim.test.", but("ed._domainkey", "")),
        zone("weakkey.test.", but("ed._domainkey", "google._domainkey TXT \"v=DKIM1; k=rsa; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAK8Po7WsRbQ5vJdr1AnEBUeJBFm2LJVB+qnpvGbNzXzQcFoFAwRcHhgLQnFlXNMqSDkS1bL0fZqcYI1iT9rk9G8CAwEAAQ==\"")),
        zone("nocaa.test.", but("@ CAA", "")),
        zone("gone.test.", but("api A", "api CNAME shop.nobody.test.")),
        zone("alias.test.", but("api A", "api CNAME api.good.test.")),
        zone("lone.test.", format!("{GOOD}@ NS ns1.good.test.\n")),
        zone("wild.test.", format!("{GOOD}* A 192.0.2.10\n")),
        zone("huge.test.", format!("{GOOD}{filler}")),
        zone("sts.test.", format!("{GOOD}_mta-sts TXT \"v=STSv1; id=1\"\n")),
    ];
    let authority = Authority::start(&zones, true);
    let trust = trust(&authority);
    let sts = |domain: &str| format!("PST312 _mta-sts.{domain} TXT: no record begins with v=STSv1");
    for (host, more) in [
        ("api.good.test", vec![]),
        ("api.nospf.test", vec!["PST301 nospf.test TXT: no record begins with v=spf1".to_owned()]),
        ("api.anyone.test", vec!["PST302 anyone.test TXT \"v=spf1 +all\"".to_owned()]),
        ("api.deep.test", vec![format!("PST303 deep.test TXT \"v=spf1{many} -all\"")]),
        ("api.circle.test", vec!["PST303 circle.test TXT \"v=spf1 include:a.circle.test -all\"".to_owned()]),
        (
            "api.several.test",
            vec!["PST303 several.test TXT \"v=spf1 -all\"\nseveral.test TXT \"v=spf1 mx -all\"".to_owned()],
        ),
        (
            "api.nodmarc.test",
            vec!["PST305 _dmarc.api.nodmarc.test, _dmarc.nodmarc.test TXT: no record begins with v=DMARC1".to_owned()],
        ),
        ("api.open.test", vec!["PST306 _dmarc.open.test TXT \"v=DMARC1; p=none; rua=mailto:d@open.test\"".to_owned()]),
        ("api.nocaa.test", vec!["PST325 api.nocaa.test CAA: none, and none at a name above".to_owned()]),
        ("api.gone.test", vec!["PST331 api.gone.test CNAME shop.nobody.test".to_owned()]),
        ("api.alias.test", vec![]),
        ("api.lone.test", vec!["PST333 lone.test NS ns1.good.test".to_owned()]),
        ("api.wild.test", vec!["PST334 palisade-no-such-name.wild.test A: an answer".to_owned()]),
        ("api.huge.test", vec![]),
    ] {
        let facts = facts(authority.address, host, &["ed"], &trust).await;
        let mut expected = more;
        expected.push(sts(&facts.domain));
        expected.sort();
        assert_eq!(told(&facts), expected, "{host}");
        assert_eq!(facts.unanswered, Vec::<String>::new(), "{host}");
        assert_eq!(facts.dnssec.state, Signed::Secure, "{host}: {:?}", facts.dnssec);
    }
    let quiet = facts(authority.address, "api.quiet.test", &[], &trust).await;
    assert_eq!(told(&quiet), Vec::<String>::new());
    let lacking = facts(authority.address, "api.nodkim.test", &[], &trust).await;
    assert!(told(&lacking).iter().any(|told| told.starts_with("PST311 _domainkey.nodkim.test: no key under default,")));
    let weak = facts(authority.address, "api.weakkey.test", &[], &trust).await;
    assert!(
        told(&weak).iter().any(|told| told.starts_with("PST309 google._domainkey.weakkey.test TXT \"v=DKIM1; k=rsa;"))
    );
    let promised = facts(authority.address, "api.sts.test", &["ed"], &trust).await;
    assert_eq!(promised.mta_sts.not_fetched.as_deref(), Some("the name mta-sts.sts.test has no address"));
    assert!(told(&promised).contains(&"PST313 _mta-sts.sts.test TXT \"v=STSv1; id=1\"".to_owned()));
    // A whole run says so of a name that leads nowhere, and ends at one that does not exist.
    let options = Options { manners: manners(authority.address), only: [PartName::Dns].into(), ..Options::default() };
    let run =
        async |url: &str| assess(Target::parse(url).unwrap(), &options, jiff::Timestamp::UNIX_EPOCH, &|_| {}).await;
    let posture = run("https://api.gone.test").await.unwrap();
    assert!(posture.findings().iter().any(|finding| &*finding.rule == "PST331"));
    assert_eq!(run("https://nobody.test").await.unwrap_err(), Unreachable::NoAddress("nobody.test".to_owned()));
    // The resolver that was chosen gives the addresses too.
    let reach = Reach::new(manners(authority.address));
    assert_eq!(reach.addresses("api.alias.test").await.unwrap(), ["192.0.2.10".parse::<std::net::IpAddr>().unwrap()]);
    assert!(reach.addresses("nobody.test").await.is_err());
    let strict = Reach::new(Manners { allow_private: false, ..manners(authority.address) });
    assert!(strict.addresses("api.good.test").await.unwrap_err().to_string().contains("192.0.2.10 is an address of"));
}

#[tokio::test]
async fn signatures_are_validated_up_to_the_trust_anchor() {
    if !Authority::is_installed() {
        return;
    }
    let zone = |name, signing| Zone { name, records: "api A 192.0.2.10\n".to_owned(), signing };
    let zones = [
        Zone {
            name: "good.test.",
            records: "api A 192.0.2.10\nns1 A 192.0.2.1\nns2 A 192.0.2.2\n".to_owned(),
            signing: Signing::Good,
        },
        Zone { name: "six.test.", records: "api AAAA 2001:db8::1\n".to_owned(), signing: Signing::Good },
        Zone { name: "wild.test.", records: "* A 192.0.2.10\n".to_owned(), signing: Signing::Good },
        zone("unsigned.test.", Signing::None),
        zone("island.test.", Signing::Island),
        zone("expired.test.", Signing::Expired),
        zone("future.test.", Signing::Future),
        zone("tampered.test.", Signing::Tampered),
        zone("wrongds.test.", Signing::WrongDs),
        zone("stripped.test.", Signing::Stripped),
        zone("old.test.", Signing::Sha1),
    ];
    let authority = Authority::start(&zones, true);
    let trust = trust(&authority);
    let bogus = |reason: &str| Signed::Bogus(reason.to_owned());
    let unsigned = |reason: &str| Signed::Unsigned(reason.to_owned());
    for (host, state, rule) in [
        ("api.good.test", Signed::Secure, None),
        ("nobody.good.test", Signed::Secure, None),
        ("api.six.test", Signed::Secure, None),
        ("api.wild.test", Signed::Secure, None),
        ("api.unsigned.test", unsigned("it has no keys"), Some("PST321")),
        ("api.island.test", unsigned("it has keys, and the zone above has no DS record for them"), Some("PST321")),
        ("api.expired.test", bogus("the signature of A api.expired.test ended on 2020-02-01"), Some("PST322")),
        ("api.future.test", bogus("the signature of A api.future.test begins on 2090-01-01 only"), Some("PST322")),
        ("api.stripped.test", bogus("the zone above vouches for a key, and there is none"), Some("PST322")),
        ("api.wrongds.test", bogus("no key of wrongds.test is the one that its DS record vouches for"), Some("PST322")),
    ] {
        let facts = facts(authority.address, host, &[], &trust).await;
        assert_eq!(facts.dnssec.state, state, "{host}: {:?}", facts.dnssec.steps);
        let found: Vec<String> =
            told(&facts).into_iter().filter(|told| told.starts_with("PST32") && !told.starts_with("PST325")).collect();
        assert_eq!(
            found.iter().map(|told| &told[..6]).collect::<Vec<_>>(),
            rule.into_iter().collect::<Vec<_>>(),
            "{host}"
        );
        assert!(!facts.dnssec.vouched, "an authoritative server validates nothing");
    }
    let tampered = facts(authority.address, "api.tampered.test", &[], &trust).await;
    let Signed::Bogus(reason) = &tampered.dnssec.state else { panic!("{:?}", tampered.dnssec) };
    assert!(
        reason.starts_with("the signature of A api.tampered.test by key ") && reason.ends_with(" is wrong"),
        "{reason}"
    );
    let old = facts(authority.address, "api.old.test", &[], &trust).await;
    assert_eq!((old.dnssec.algorithms.as_slice(), old.dnssec.digests.as_slice()), (&[7][..], &[1][..]));
    assert_eq!(told(&old).iter().filter(|told| told.starts_with("PST323")).count(), 2);
    // Without this root's key the chain ends at a root that nobody knows.
    let stranger = facts(authority.address, "api.good.test", &[], &Trust::new(RootCertStore::empty())).await;
    assert_eq!(stranger.dnssec.state, bogus("the root is signed with a key that is no trust anchor"));
    assert_eq!(stranger.dnssec.steps.len(), 5, "{:?}", stranger.dnssec.steps);
}

#[tokio::test]
async fn what_a_server_refuses_is_unknown_and_not_absent() {
    if !Authority::is_installed() {
        return;
    }
    let records = but("@ TXT", "@ TXT \"v=spf1 include:other.example -all\"")
        + "ns1 A 192.0.2.1\nns2 A 192.0.2.2\nmail A 192.0.2.3\n";
    let records = records.replace("@ CAA 0 issue \"ca.example\"\n", "") + "far CNAME api.other.example.\n";
    let authority = Authority::start(&[Zone { name: "good.test.", records, signing: Signing::Good }], false);
    let trust = Trust::new(RootCertStore::empty());
    let known = facts(authority.address, "far.good.test", &["ed"], &trust).await;
    assert_eq!(known.delegation.aliases, ["api.other.example"]);
    assert_eq!(known.delegation.dangling, []);
    assert_eq!(known.spf.unanswered, ["other.example: refused"]);
    assert_eq!(known.caa.unknown.as_deref(), Some("far.good.test: refused"));
    let state = Signed::Consistent(
        "the DS record of good.test is not known: the resolver refers to other servers instead of asking them"
            .to_owned(),
    );
    assert_eq!(known.dnssec.state, state);
    assert_eq!(told(&known), ["PST312 _mta-sts.good.test TXT: no record begins with v=STSv1"]);
    // Nothing at all is known of a zone that the server does not have.
    let reach = Reach::new(manners(authority.address));
    let nothing = probe(&reach, &Target::parse("https://api.else.example").unwrap(), &[], &trust).await;
    let reason = format!("no question was answered by {}: AAAA", authority.address);
    assert!(
        matches!(&nothing, Part::NotAssessed(told) if told.starts_with(reason.trim_end_matches(" AAAA"))),
        "{nothing:?}"
    );
    for host in ["https://192.0.2.1", "https://[2001:db8::1]", "https://localhost", "https://a.localhost"] {
        let part = probe(&reach, &Target::parse(host).unwrap(), &[], &trust).await;
        assert!(matches!(part, Part::NotAssessed(_)), "{host}");
    }
}
