//! Whatever a server says, it is read or refused, and every plan ends.

use palisade_posture::Target;
use palisade_posture::tls::{
    Answer, Certificate, Chain, End, Facts, Handshake, Plan, Reader, Trust, Version, grade, judge,
};
use proptest::prelude::*;

fn versions() -> impl Strategy<Value = Version> {
    proptest::sample::select(Version::ALL.to_vec())
}

/// Bytes that look like records, some of them like the hello of a server.
fn records() -> impl Strategy<Value = Vec<u8>> {
    let hello = (any::<[u8; 2]>(), any::<[u8; 2]>(), proptest::collection::vec(any::<u8>(), 0..80)).prop_map(
        |(version, suite, rest)| {
            let body = [&[3, version[1] % 5][..], &[7; 32], &[0], &suite, &[0], &rest].concat();
            [&[2, 0, 0, body.len() as u8][..], &body].concat()
        },
    );
    let message = (0_u8..30, proptest::collection::vec(any::<u8>(), 0..60))
        .prop_map(|(kind, body)| [&[kind, 0, 0, body.len() as u8][..], &body].concat());
    let body = prop_oneof![hello, message, proptest::collection::vec(any::<u8>(), 0..60)];
    let record = (20_u8..25, body).prop_map(|(kind, body)| {
        let kind = if kind == 20 { 22 } else { kind };
        [&[kind, 3, 3][..], &(body.len() as u16).to_be_bytes(), &body].concat()
    });
    proptest::collection::vec(record, 0..5).prop_map(|records| records.concat())
}

fn read(version: Version, bytes: &[u8], piece: usize) -> Answer {
    let mut reader = Reader::new(version);
    for piece in bytes.chunks(piece.max(1)) {
        if reader.push(piece) {
            break;
        }
    }
    reader.end(End::Closed)
}

proptest! {
    #[test]
    fn any_bytes_are_an_answer(version in versions(), bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        read(version, &bytes, 7);
    }

    #[test]
    fn an_answer_does_not_depend_on_how_it_is_cut(version in versions(), bytes in records(), piece in 1_usize..40) {
        match (read(version, &bytes, piece), read(version, &bytes, bytes.len())) {
            // Of nonsense that is seen, which is as much as had come.
            (Answer::Garbled(one), Answer::Garbled(other)) => prop_assert!(other.starts_with(&one)),
            (one, other) => prop_assert_eq!(one, other),
        }
    }

    #[test]
    fn any_bytes_are_a_certificate_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Certificate::read(&bytes);
        let _ = Chain::read(&[bytes]);
    }

    #[test]
    fn a_damaged_certificate_is_read_or_refused(at in 0_usize..400, value in any::<u8>()) {
        let mut der = CERTIFICATE.to_vec();
        let at = at % der.len();
        der[at] = value;
        let _ = Certificate::read(&der);
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_plan_ends_whatever_is_answered(answers in proptest::collection::vec(answer(), 1..40), name in any::<bool>()) {
        let facts = told(&answers, name);
        let target = Target::parse("https://api.example.com/").unwrap();
        judge(&target, &facts);
        grade(&target, &facts, None);
        let written = serde_json::to_string(&facts).unwrap();
        prop_assert_eq!(serde_json::from_str::<Facts>(&written).unwrap(), facts);
    }
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        4 => (versions(), records()).prop_map(|(version, bytes)| read(version, &bytes, 4096)),
        1 => Just(Answer::Silent),
        1 => Just(Answer::Closed),
        1 => Just(Answer::Unreachable),
        1 => any::<u8>().prop_map(|code| Answer::Alert { level: 2, code, head: vec![21, 3, 3, 0, 2, 2, code] }),
    ]
}

/// The facts of a server that gives these answers over and over, three under way at a time.
fn told(answers: &[Answer], name: bool) -> Facts {
    let mut plan = Plan::new(name.then_some("api.example.com"), [3; 32]);
    let mut given = answers.iter().cycle();
    let (mut under_way, mut sent) = (Vec::new(), 0);
    loop {
        while under_way.len() < 3 {
            let Some(probe) = plan.next_probe() else { break };
            assert!(probe.bytes.len() < 2048, "{}", probe.bytes.len());
            under_way.push(probe.id);
            sent += 1;
        }
        let Some(id) = under_way.pop() else { break };
        plan.answer(id, given.next().unwrap());
    }
    assert!(sent <= 220, "{sent}");
    let handshake = Handshake {
        version: Version::Tls13,
        alpn: None,
        chain: vec![CERTIFICATE.to_vec()],
        staple: Some(vec![1, 2, 3]),
        early_data: None,
    };
    plan.finish(Some(handshake), &|_| Trust::Untrusted("no path leads to a trusted root".to_owned()))
}

#[test]
fn the_same_seed_and_answers_give_the_same_bytes() {
    let answers = [Answer::Closed, Answer::Alert { level: 2, code: 40, head: vec![21, 3, 3, 0, 2, 2, 40] }];
    let hellos = |seed| {
        let mut plan = Plan::new(Some("api.example.com"), seed);
        let mut bytes = Vec::new();
        while let Some(probe) = plan.next_probe() {
            bytes.push(probe.bytes);
            plan.answer(probe.id, &answers[bytes.len() % 2]);
        }
        bytes
    };
    assert_eq!(hellos([1; 32]), hellos([1; 32]));
    assert_ne!(hellos([1; 32]), hellos([2; 32]));
    assert_eq!(told(&answers, true), told(&answers, true));
}

#[test]
fn no_hello_has_a_length_that_hangs_load_balancers() {
    let mut plan = Plan::new(Some(&format!("{}.example.com", "a".repeat(60))), [9; 32]);
    while let Some(probe) = plan.next_probe() {
        let length = probe.bytes.len() - 5;
        assert!(probe.version < Version::Tls10 || !(256..512).contains(&length), "{:?} {length}", probe.version);
        plan.answer(probe.id, &Answer::Closed);
    }
}

#[test]
fn a_certificate_without_timestamps_is_told_where_they_would_be_seen() {
    let target = Target::parse("https://api.example.com/").unwrap();
    let told = |version: Version| {
        let mut plan = Plan::new(Some("api.example.com"), [3; 32]);
        let number = version.number().min(0x0303).to_be_bytes();
        let mut body = [&number[..], &[7; 32], &[0, 0x13, 1, 0]].concat();
        if version == Version::Tls13 {
            body.extend([0, 6, 0, 43, 0, 2, 3, 4]);
        } else {
            body[35..37].copy_from_slice(&[0xc0, 0x2f]);
        }
        let length = body.len() as u8;
        let bytes = [&[22, 3, 3, 0, length + 4, 2, 0, 0, length][..], &body].concat();
        while let Some(probe) = plan.next_probe() {
            let answer = if probe.version == version { read(version, &bytes, 4096) } else { Answer::Closed };
            plan.answer(probe.id, &answer);
        }
        let chain = vec![CERTIFICATE.to_vec()];
        let handshake = Handshake { version, alpn: None, chain, staple: None, early_data: None };
        let mut facts = plan.finish(Some(handshake), &|_| Trust::Trusted);
        facts.chains[0].certificates[0].is_ca = false;
        facts
    };
    let rules = |facts: &Facts| -> Vec<&str> { judge(&target, facts).iter().map(|one| one.rule.id).collect() };
    let (classic, new) = (told(Version::Tls12), told(Version::Tls13));
    assert!(rules(&classic).contains(&"PST140"), "{:?}", rules(&classic));
    assert!(!rules(&new).contains(&"PST140"), "{:?}", rules(&new));
    assert_eq!((classic.is_not_logged(&classic.chains[0]), new.is_not_logged(&new.chains[0])), (Some(true), None));
}

/// A certificate of P-256 for api.example.com, signed by itself.
const CERTIFICATE: &[u8] = &[
    0x30, 0x82, 0x01, 0x89, 0x30, 0x82, 0x01, 0x2f, 0xa0, 0x03, 0x02, 0x01, 0x02, 0x02, 0x14, 0x3d, 0x28, 0x2f, 0xd5,
    0x66, 0xcc, 0xe0, 0xa2, 0xbd, 0x1e, 0x87, 0xf8, 0x18, 0xec, 0x9f, 0xd0, 0x16, 0xf9, 0x72, 0x74, 0x30, 0x0a, 0x06,
    0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02, 0x30, 0x0c, 0x31, 0x0a, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04,
    0x03, 0x0c, 0x01, 0x74, 0x30, 0x1e, 0x17, 0x0d, 0x32, 0x36, 0x31, 0x31, 0x32, 0x38, 0x31, 0x32, 0x35, 0x33, 0x32,
    0x33, 0x5a, 0x17, 0x0d, 0x32, 0x37, 0x30, 0x39, 0x32, 0x34, 0x31, 0x32, 0x35, 0x33, 0x32, 0x33, 0x5a, 0x30, 0x0c,
    0x31, 0x0a, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x01, 0x74, 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    0x04, 0x66, 0x77, 0x60, 0x09, 0xfe, 0x2f, 0x8c, 0xec, 0x4f, 0x4b, 0xe6, 0xfd, 0x23, 0x66, 0x2f, 0x50, 0x44, 0x1c,
    0xc1, 0xfa, 0xdd, 0x78, 0x0a, 0xdf, 0x97, 0x16, 0xa9, 0xe1, 0xc6, 0x01, 0x47, 0x2b, 0x9b, 0x81, 0x68, 0x93, 0x51,
    0x4b, 0xa7, 0x2a, 0x91, 0x11, 0x70, 0x31, 0x2d, 0x3c, 0x7a, 0x3c, 0x6c, 0x00, 0x7d, 0xf6, 0x9f, 0x70, 0xd0, 0xf3,
    0x16, 0xa3, 0xfc, 0x7c, 0x95, 0xe8, 0x89, 0x06, 0xa3, 0x6f, 0x30, 0x6d, 0x30, 0x1d, 0x06, 0x03, 0x55, 0x1d, 0x0e,
    0x04, 0x16, 0x04, 0x14, 0xc2, 0x9f, 0xce, 0xd4, 0xbd, 0x7e, 0x99, 0xb0, 0x2f, 0xba, 0xcc, 0x72, 0x3b, 0xfb, 0x99,
    0x5d, 0xe0, 0xfa, 0x84, 0x7b, 0x30, 0x1f, 0x06, 0x03, 0x55, 0x1d, 0x23, 0x04, 0x18, 0x30, 0x16, 0x80, 0x14, 0xc2,
    0x9f, 0xce, 0xd4, 0xbd, 0x7e, 0x99, 0xb0, 0x2f, 0xba, 0xcc, 0x72, 0x3b, 0xfb, 0x99, 0x5d, 0xe0, 0xfa, 0x84, 0x7b,
    0x30, 0x0f, 0x06, 0x03, 0x55, 0x1d, 0x13, 0x01, 0x01, 0xff, 0x04, 0x05, 0x30, 0x03, 0x01, 0x01, 0xff, 0x30, 0x1a,
    0x06, 0x03, 0x55, 0x1d, 0x11, 0x04, 0x13, 0x30, 0x11, 0x82, 0x0f, 0x61, 0x70, 0x69, 0x2e, 0x65, 0x78, 0x61, 0x6d,
    0x70, 0x6c, 0x65, 0x2e, 0x63, 0x6f, 0x6d, 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02,
    0x03, 0x48, 0x00, 0x30, 0x45, 0x02, 0x21, 0x00, 0x8c, 0xae, 0x2e, 0x29, 0xed, 0x10, 0x51, 0x16, 0xe8, 0x2c, 0x45,
    0xa1, 0xd7, 0xec, 0xe2, 0xc0, 0xe3, 0xf4, 0x17, 0x60, 0x9b, 0xa1, 0xb5, 0x4a, 0x38, 0xdc, 0x1a, 0x37, 0x4d, 0x48,
    0x9b, 0x5a, 0x02, 0x20, 0x6a, 0x59, 0x65, 0x16, 0xc5, 0xc6, 0x5e, 0xa4, 0x7c, 0xdc, 0xd7, 0x75, 0x77, 0x81, 0xf2,
    0xf8, 0x11, 0x35, 0x18, 0x9c, 0xc2, 0xc3, 0xa3, 0xe7, 0x26, 0xf4, 0x50, 0x2c, 0xfa, 0x97, 0x9b, 0xdc,
];
