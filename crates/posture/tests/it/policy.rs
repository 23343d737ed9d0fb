//! Policies for third-party APIs: what their files may say, and whom they accept.

use palisade_posture::{Facts, Part, Policy, Posture, Target};

fn mistakes(text: &str) -> Vec<String> {
    match Policy::read("policy.yaml", text.as_bytes()) {
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn everything_wrong_is_told_with_its_place() {
    let text = "name: vendors\nminimum_grade: G\nhighest_accepted_severity: awful\ncategories:\n  netwrk: low\n  email: 3\n\
                countries: [DE, Germany]\nunknown_country: maybe\nmust_be_assessed: [network, mail]\nnot_assessed: no\n\
                grade: B\n";
    insta::assert_snapshot!(mistakes(text).join("\n"));
    assert_eq!(mistakes("[]").len(), 1);
    assert_eq!(mistakes("name: [").len(), 1);
    assert!(mistakes("{}").is_empty(), "a policy without conditions accepts everything");
}

fn posture(url: &str) -> Posture {
    let reason = || "not asked for".to_owned();
    let facts = Facts {
        target: Target::parse(url).unwrap(),
        addresses: vec!["192.0.2.7".parse().unwrap()],
        tls: Part::NotAssessed(reason()),
        http: Part::NotAssessed(reason()),
        dns: Part::NotAssessed(reason()),
        ports: Part::NotAssessed(reason()),
        reputation: Part::NotAssessed(reason()),
        contract: Part::Assessed(palisade_posture::contract::Facts::NonePublished),
    };
    Posture::judge(facts, Vec::new())
}

fn judged(text: &str) -> (bool, Vec<String>, Vec<String>) {
    let policy = Policy::read("policy.yaml", text.as_bytes()).unwrap();
    let verdict = policy.judge(&posture("https://api.example.com"));
    let told = |reasons: &[palisade_posture::Reason]| reasons.iter().map(ToString::to_string).collect();
    (verdict.compliant, told(&verdict.reasons), told(&verdict.open))
}

#[test]
fn each_condition_fails_by_itself_and_says_why() {
    for (text, reason) in [
        ("minimum_grade: B", "minimum_grade: the grade is F, at least B is asked"),
        (
            "highest_accepted_severity: none",
            "highest_accepted_severity: 1 finding, none is accepted; the worst is PST601 no-published-contract (info)",
        ),
        (
            "categories: {authentication: none}",
            "categories.authentication: 1 finding, none is accepted; the worst is PST601 no-published-contract (info)",
        ),
        ("categories: {network: low}", "categories.network: network was not assessed: not asked for"),
        ("must_be_assessed: email", "must_be_assessed: email was not assessed: not asked for"),
        ("countries: [DE]", "countries: the country of 192.0.2.7 is not known"),
    ] {
        assert_eq!(judged(text), (false, vec![reason.to_owned()], vec![]), "{text}");
    }
}

#[test]
fn what_is_not_known_may_be_accepted_and_is_then_said() {
    let (compliant, reasons, open) = judged(
        "highest_accepted_severity: info\ncategories: {network: low}\ncountries: [DE]\nunknown_country: accept\n\
         not_assessed: accept\n",
    );
    assert!(compliant, "{reasons:?}");
    assert_eq!(
        open,
        [
            "categories.network: network was not assessed: not asked for",
            "countries: the country of 192.0.2.7 is not known"
        ]
    );
}
