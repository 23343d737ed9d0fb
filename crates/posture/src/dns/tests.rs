//! Facts and findings from zones written down here, without a network.

use super::{Data, Facts, Kind, Known, Outcome, Question, Reply, assess, judge};
use crate::Target;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Names with their records; a name that is not there does not exist, unless one below it is.
#[derive(Default, Clone)]
struct Zone(BTreeMap<(String, Kind), Vec<Data>>, BTreeMap<String, String>);

impl Zone {
    fn text(mut self, name: &str, text: &str) -> Zone {
        self.0.entry((name.to_owned(), Kind::Txt)).or_default().push(Data::Text(text.to_owned()));
        self
    }

    fn record(mut self, name: &str, kind: Kind, data: Data) -> Zone {
        self.0.entry((name.to_owned(), kind)).or_default().push(data);
        self
    }

    fn alias(mut self, name: &str, to: &str) -> Zone {
        self.1.insert(name.to_owned(), to.to_owned());
        self
    }

    fn reply(&self, question: &Question) -> Reply {
        let (mut name, mut aliases) = (question.name.clone(), Vec::new());
        while let Some(to) = self.1.get(&name) {
            name.clone_from(to);
            aliases.push(to.clone());
        }
        let below = format!(".{name}");
        let exists = self.0.keys().any(|(other, _)| *other == name || other.ends_with(&below));
        let outcome = match self.0.get(&(name, question.kind)) {
            Some(data) => Outcome::Found(data.clone()),
            None if exists => Outcome::Nothing,
            None => Outcome::NoSuchName,
        };
        Reply { aliases, outcome }
    }

    fn facts(&self, host: &str, selectors: &[&str]) -> Facts {
        let target = Target::parse(&format!("https://{host}")).unwrap();
        let selectors: Vec<String> = selectors.iter().map(|text| (*text).to_owned()).collect();
        let mut known = Known::default();
        for _ in 0..40 {
            let facts = assess(&target, &selectors, &mut known);
            let missing = known.missing();
            if missing.is_empty() {
                return facts;
            }
            for question in missing {
                let reply = self.reply(&question);
                known.answer(question, reply);
            }
        }
        panic!("the plan does not end");
    }

    /// The findings for a host: id, severity, message.
    fn findings(&self, host: &str, selectors: &[&str]) -> Vec<String> {
        let facts = self.facts(host, selectors);
        let seen = judge(&Target::parse(&format!("https://{host}")).unwrap(), &facts);
        let mut told: Vec<String> = seen
            .into_iter()
            .map(|sighting| {
                assert!(sighting.evidence.is_some(), "{sighting:?}");
                let severity = sighting.severity.unwrap_or(sighting.rule.severity);
                format!("{} {severity} {}", sighting.rule.id, sighting.message)
            })
            .collect();
        told.sort();
        told
    }
}

/// A domain with nothing to find.
fn good() -> Zone {
    let ip = |text: &str| Data::Address(text.parse().unwrap());
    Zone::default()
        .record("api.good.test", Kind::A, ip("192.0.2.1"))
        .record("good.test", Kind::Ns, Data::Name("ns1.good.test".to_owned()))
        .record("good.test", Kind::Ns, Data::Name("ns2.good.test".to_owned()))
        .record("ns1.good.test", Kind::A, ip("192.0.2.2"))
        .record("ns2.good.test", Kind::Aaaa, ip("2001:db8::2"))
        .record("good.test", Kind::Mx, Data::Exchange(10, "mail.good.test".to_owned()))
        .record("mail.good.test", Kind::A, ip("192.0.2.3"))
        .record("good.test", Kind::Caa, Data::Caa(0, "issue".to_owned(), "ca.test; account=1".to_owned()))
        .text("good.test", "v=spf1 mx include:spf.good.test -all")
        .text("spf.good.test", "v=spf1 ip4:192.0.2.0/24 -all")
        .text("_dmarc.good.test", "v=DMARC1; p=reject; rua=mailto:dmarc@good.test")
        .text("_mta-sts.good.test", "v=STSv1; id=20260101")
        .text("_smtp._tls.good.test", "v=TLSRPTv1; rua=mailto:tls@good.test")
        .text("ed._domainkey.good.test", "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
}

fn without(zone: &Zone, name: &str, kind: Kind) -> Zone {
    let mut zone = zone.clone();
    zone.0.remove(&(name.to_owned(), kind));
    zone
}

fn instead(zone: &Zone, name: &str, text: &str) -> Zone {
    without(zone, name, Kind::Txt).text(name, text)
}

#[test]
fn a_good_zone_has_no_findings() {
    assert_eq!(good().findings("api.good.test", &["ed"]), Vec::<String>::new());
    let facts = good().facts("api.good.test", &["ed"]);
    assert_eq!((facts.domain.as_str(), facts.caa.at.as_str()), ("good.test", "good.test"));
    assert_eq!((facts.spf.lookups, facts.spf.voids), (2, 0));
    assert_eq!(facts.mta_sts.policy_host("good.test").as_deref(), Some("mta-sts.good.test"));
}

#[test]
fn spf_is_judged_through_includes_and_redirects() {
    let spf = |text: &str| instead(&good(), "good.test", text);
    let many: String = (0..11).map(|n| format!(" a:mail.good.test exp{n}=x")).collect();
    for (zone, told) in [
        (
            without(&good(), "good.test", Kind::Txt),
            "PST301 medium good.test has no SPF record, so any machine may send mail in its name",
        ),
        (spf("v=spf1 +all"), "PST302 high the SPF record of good.test lets every machine send: +all"),
        (spf("v=spf1 mx ?all"), "PST302 medium the SPF record of good.test says nothing about other machines: ?all"),
        (
            spf("v=spf1 mx"),
            "PST302 medium the SPF record of good.test says nothing about other machines: it does not end with all",
        ),
        (
            spf("v=spf1 mx ip4:0.0.0.0/1 -all"),
            "PST302 high the SPF record of good.test lets far too many machines send: good.test: ip4:0.0.0.0/1",
        ),
        (
            instead(&good(), "spf.good.test", "v=spf1 +all"),
            "PST302 high the SPF record of good.test lets far too many machines send: spf.good.test: v=spf1 +all",
        ),
        (spf("v=spf1 redirect=spf.good.test"), ""),
        (
            good().text("good.test", "v=spf1 -all"),
            "PST303 medium good.test has 2 SPF records; receivers accept exactly one",
        ),
        (
            spf("v=spf1 mx ipv4:192.0.2.1 -all"),
            "PST303 medium the SPF record of good.test ends in an error: good.test: ipv4:192.0.2.1: there is no such mechanism",
        ),
        (
            spf("v=spf1 include:good.test -all"),
            "PST303 medium the SPF record of good.test ends in an error: good.test: include of good.test leads back to it",
        ),
        (
            spf("v=spf1 include:mail.good.test -all"),
            "PST303 medium the SPF record of good.test ends in an error: good.test: include of mail.good.test, which has no SPF record",
        ),
        (
            spf(&format!("v=spf1{many} -all")),
            "PST303 medium the SPF record of good.test makes receivers look up 11 names or more; they stop at 10",
        ),
        (
            spf("v=spf1 a:n1.good.test a:n2.good.test a:n3.good.test -all"),
            "PST303 medium 3 of the look-ups that the SPF record of good.test asks for find nothing; receivers stop at 2",
        ),
        (spf("v=spf1 mx ptr -all"), "PST304 low the SPF record of good.test uses ptr: good.test: ptr"),
        // Included fails and neutrals match nothing, and a macro hangs on the message.
        (instead(&good(), "spf.good.test", "v=spf1 ?all"), ""),
        (spf("v=spf1 include:%{d}.x.test exists:%{i}.x.test ~all"), ""),
    ] {
        let expected: Vec<&str> = Some(told).filter(|told| !told.is_empty()).into_iter().collect();
        assert_eq!(zone.findings("api.good.test", &["ed"]), expected);
    }
}

#[test]
fn dmarc_falls_back_to_the_organisational_domain() {
    let dmarc = |text: &str| instead(&good(), "_dmarc.good.test", text);
    let reports = "rua=mailto:d@good.test";
    for (zone, told) in [
        (
            without(&good(), "_dmarc.good.test", Kind::Txt),
            "PST305 medium no DMARC policy holds for api.good.test: forged mail is treated as any other",
        ),
        (
            dmarc(&format!("v=DMARC1; p=none; {reports}")),
            "PST306 medium the DMARC policy for api.good.test is p=none: forged mail is delivered",
        ),
        (
            dmarc(&format!("v=DMARC1; p=reject; sp=none; {reports}")),
            "PST306 medium the DMARC policy for api.good.test is sp=none: forged mail is delivered",
        ),
        (
            dmarc(&format!("v=DMARC1; p=none; sp=reject; {reports}")),
            "PST306 medium the DMARC policy of good.test itself is p=none: forged mail is delivered",
        ),
        (
            dmarc(&format!("v=DMARC1; p=reject; pct=20; {reports}")),
            "PST306 low the DMARC policy for api.good.test is for 20 per cent of forged mail only",
        ),
        (
            dmarc(&format!("v=DMARC1; p=reject; t=y; {reports}")),
            "PST306 low the DMARC policy for api.good.test is a test (t=y): receivers act as if it were quarantine",
        ),
        (
            dmarc(&format!("v=DMARC1; p=reject; sp=quarantine; t=y; {reports}")),
            "PST306 medium the DMARC policy for api.good.test is a test (t=y): receivers act as if it were none",
        ),
        (
            good().text("_dmarc.good.test", "v=DMARC1; p=none"),
            "PST307 medium _dmarc.good.test has 2 DMARC records; receivers ignore them all",
        ),
        (
            dmarc(&format!("v=DMARC1; p=rejekt; {reports}")),
            "PST307 medium the DMARC record of _dmarc.good.test is wrong: p=rejekt: neither none, quarantine nor reject",
        ),
        (dmarc("v=DMARC1; p=reject"), "PST308 low the DMARC record of _dmarc.good.test names no address for reports"),
        (
            dmarc("v=DMARC1; p=reject; rua=mailto:d@other.test!10m"),
            "PST308 low reports go to mailto:d@other.test!10m, whose domain has not agreed to take them",
        ),
        // Another tag first, or another version: no record.
        (
            dmarc("p=reject; v=DMARC1"),
            "PST305 medium no DMARC policy holds for api.good.test: forged mail is treated as any other",
        ),
    ] {
        let findings = zone.findings("api.good.test", &["ed"]);
        assert!(findings.iter().any(|finding| finding == told), "{told}: {findings:?}");
    }
    let agreed =
        dmarc("v=DMARC1; p=reject; rua=mailto:d@other.test").text("good.test._report._dmarc.other.test", "v=DMARC1");
    assert_eq!(agreed.findings("api.good.test", &["ed"]), Vec::<String>::new());
    let own = dmarc("v=DMARC1; p=none").text("_dmarc.api.good.test", &format!("v=DMARC1; p=quarantine; {reports}"));
    assert_eq!(own.findings("api.good.test", &["ed"]), Vec::<String>::new());
}

#[test]
fn dkim_keys_are_measured() {
    // Made with `openssl genrsa`, as SubjectPublicKeyInfo.
    let rsa = |bits: u32| {
        match bits {
        512 => "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAK8Po7WsRbQ5vJdr1AnEBUeJBFm2LJVB+qnpvGbNzXzQcFoFAwRcHhgLQnFlXNMqSDkS1bL0fZqcYI1iT9rk9G8CAwEAAQ==".to_owned(),
        _ => {
            // A modulus of `bits` bits: all ones, which is no product but is as long.
            use base64::Engine;
            let size = usize::try_from(bits / 8).unwrap();
            let long = |tag: u8, body: Vec<u8>| {
                let mut out = vec![tag, 0x82];
                out.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
                out.extend(body);
                out
            };
            let modulus = long(2, [vec![0], vec![0xff; size]].concat());
            let key = long(0x30, [modulus, vec![2, 3, 1, 0, 1]].concat());
            let algorithm = [0x30, 13, 6, 9, 42, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1, 5, 0];
            let spki = long(0x30, [algorithm.to_vec(), long(3, [vec![0], key].concat())].concat());
            base64::engine::general_purpose::STANDARD.encode(spki)
        }
    }
    };
    for (record, told) in [
        (format!("v=DKIM1; k=rsa; p={}", rsa(2048)), ""),
        (format!("p={}", rsa(4096)), ""),
        (
            format!("k=rsa; p={}", rsa(1024)),
            "PST309 medium the DKIM key s._domainkey.good.test is an RSA key of 1024 bits",
        ),
        (format!("k=rsa; p={}", rsa(512)), "PST309 high the DKIM key s._domainkey.good.test is an RSA key of 512 bits"),
        (
            format!("h=sha1; p={}", rsa(2048)),
            "PST309 medium the DKIM key s._domainkey.good.test allows SHA-1 only, which receivers refuse",
        ),
        (
            format!("t=s:y; p={}", rsa(2048)),
            "PST310 low the DKIM key s._domainkey.good.test is marked as a test: receivers treat the mail as unsigned",
        ),
        ("v=DKIM1; p=".to_owned(), "PST310 low the DKIM key s._domainkey.good.test was revoked: its p is empty"),
        ("v=DKIM1; p=AAAA".to_owned(), "PST310 low the DKIM key s._domainkey.good.test is no key"),
        ("v=DKIM1; k=rot13; p=AAAA".to_owned(), "PST310 low the DKIM key s._domainkey.good.test is no key"),
        ("hello".to_owned(), "PST310 low the selector s of good.test has no DKIM key"),
        ("v=DMARC1; p=none".to_owned(), "PST310 low the selector s of good.test has no DKIM key"),
    ] {
        let expected: Vec<&str> = Some(told).filter(|told| !told.is_empty()).into_iter().collect();
        assert_eq!(good().text("s._domainkey.good.test", &record).findings("api.good.test", &["s"]), expected);
    }
    let none = without(&good(), "ed._domainkey.good.test", Kind::Txt);
    let told = "PST311 info no DKIM key of good.test was found under the selectors that are common";
    assert_eq!(none.findings("api.good.test", &[]), [told]);
    // A domain that sends nothing needs no key, and none is asked for.
    let silent = instead(&without(&none, "good.test", Kind::Mx), "good.test", "v=spf1 -all");
    assert_eq!(silent.findings("api.good.test", &[]), Vec::<String>::new());
}

#[test]
fn caa_is_climbed_for_and_read() {
    let caa = |flags, tag: &str, value: &str| {
        let data = Data::Caa(flags, tag.to_owned(), value.to_owned());
        without(&good(), "good.test", Kind::Caa).record("api.good.test", Kind::Caa, data)
    };
    for (zone, told) in [
        (
            without(&good(), "good.test", Kind::Caa),
            "PST325 low no CAA record holds for api.good.test: any authority may issue a certificate for it",
        ),
        (caa(0, "issue", ";"), ""),
        (caa(0, "IODEF", "mailto:a@good.test"), ""),
        (caa(0, "tbs", "x"), ""),
        (
            caa(128, "tbs", "x"),
            "PST326 low a CAA record of api.good.test is wrong: 128 tbs \"x\": issuers do not know this property, and it forbids them to go on",
        ),
        (
            caa(0, "issue", "https://ca.test"),
            "PST326 low a CAA record of api.good.test is wrong: 0 issue \"https://ca.test\": the issuer is no domain name",
        ),
    ] {
        let expected: Vec<&str> = Some(told).filter(|told| !told.is_empty()).into_iter().collect();
        assert_eq!(zone.findings("api.good.test", &["ed"]), expected);
    }
}

#[test]
fn names_that_lead_nowhere_are_found() {
    let alias = |to: &str| without(&good(), "api.good.test", Kind::A).alias("api.good.test", to);
    let host = |zone: Zone, name: &str| zone.record(name, Kind::A, Data::Address("192.0.2.9".parse().unwrap()));
    let gone = alias("shop.hoster.test").record("hoster.test", Kind::Ns, Data::Name("ns1.good.test".to_owned()));
    for (zone, told) in [
        (gone, "PST331 high api.good.test is an alias of shop.hoster.test, which leads nowhere"),
        (
            alias("shop.gone.test"),
            "PST331 critical api.good.test is an alias of shop.gone.test, which leads nowhere, and anyone can register its domain",
        ),
        (
            host(alias("shop.github.io"), "shop.github.io"),
            "PST332 info api.good.test is an alias of a name at github.io, where anyone may register names",
        ),
        (
            good().record("good.test", Kind::Mx, Data::Exchange(20, "mail.gone.test".to_owned())),
            "PST331 critical good.test has its mail sent to mail.gone.test, which leads nowhere, and anyone can register its domain",
        ),
        (
            without(&good(), "ns2.good.test", Kind::Aaaa),
            "PST331 medium good.test is served by ns2.good.test, which leads nowhere",
        ),
        (
            host(good(), "palisade-no-such-name.good.test"),
            "PST334 info names under good.test that nobody made have an address",
        ),
    ] {
        assert_eq!(zone.findings("api.good.test", &["ed"]), [told]);
    }
    let mut one = good();
    one.0.insert(("good.test".to_owned(), Kind::Ns), vec![Data::Name("ns1.good.test".to_owned())]);
    assert_eq!(
        one.findings("api.good.test", &["ed"]),
        ["PST333 low good.test has one name server only: ns1.good.test"]
    );
}

#[test]
fn what_is_not_answered_is_neither_clean_nor_found() {
    let target = Target::parse("https://api.good.test").unwrap();
    let mut known = Known::default();
    for _ in 0..10 {
        assess(&target, &[], &mut known);
        for question in known.missing() {
            known.answer(question, Reply::plain(Outcome::Unknown("refused".to_owned())));
        }
    }
    assert!(!known.has_answers());
    let facts = assess(&target, &[], &mut known);
    assert_eq!(judge(&target, &facts), Vec::new());
    assert!(facts.unanswered.contains(&"TXT good.test: refused".to_owned()), "{:?}", facts.unanswered);
}

#[test]
fn a_policy_of_mta_sts_is_read() {
    let read = super::StsPolicy::read;
    let good = read("version: STSv1\r\nmode: enforce\r\nmx: mail.good.test\r\nmx: *.good.test\r\nmax_age: 604800\r\n");
    assert_eq!(good.faults, Vec::<String>::new());
    let told = |text: &str| {
        let zone = self::good();
        let mut facts = zone.facts("api.good.test", &["ed"]);
        facts.mta_sts.policy = Some(read(text));
        let seen = judge(&Target::parse("https://api.good.test").unwrap(), &facts);
        seen.into_iter().map(|sighting| format!("{} {}", sighting.rule.id, sighting.message)).collect::<Vec<_>>()
    };
    assert_eq!(told("version: STSv1\nmode: enforce\nmx: *.good.test\nmax_age: 1"), Vec::<String>::new());
    assert_eq!(
        told("version: STSv1\nmode: testing\nmx: *.good.test\nmax_age: 1"),
        ["PST312 the MTA-STS policy of good.test enforces nothing"]
    );
    assert_eq!(
        told("version: STSv1\nmode: enforce\nmx: *.mail.good.test\nmax_age: 1"),
        ["PST313 the MTA-STS policy of good.test leaves out its exchange mail.good.test: mail is not delivered there"]
    );
    assert_eq!(told("<html>").len(), 5);
}

proptest! {
    #[test]
    fn any_records_are_read(
        texts in prop::collection::vec("(v=spf1 |v=DMARC1; ?|v=DKIM1; ?|v=STSv1;|)[ -~]{0,60}", 0..4),
        spf in "v=spf1( ([-+?~]?(all|a|mx|ptr|include|exists|ip4|ip6|redirect=|exp=)[:/=%{}a-z0-9.]{0,12})){0,12}",
        caa in "[ -~]{0,20}", policy in "\\PC{0,80}",
    ) {
        let mut zone = good().text("good.test", &spf).record("api.good.test", Kind::Caa, Data::Caa(128, caa.clone(), caa));
        for name in ["good.test", "_dmarc.good.test", "ed._domainkey.good.test", "_mta-sts.good.test", "spf.good.test"] {
            for text in &texts {
                zone = zone.text(name, text);
            }
        }
        zone.findings("api.good.test", &["ed", "x y"]);
        let alone = instead(&good(), "good.test", &spf);
        alone.findings("api.good.test", &[]);
        super::StsPolicy::read(&policy);
    }
}
