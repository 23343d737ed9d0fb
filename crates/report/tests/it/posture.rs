//! A third party in every format: grade, categories, what was not assessed, and findings that speak to both sides.

use palisade_posture::contract::{Facts as Contract, NONE_PUBLISHED};
use palisade_posture::ports::Open;
use palisade_posture::{Facts, Part, Policy, Posture, Target, ports};
use palisade_report::{Catalogue, Format, Section, TextOptions, render};
use serde_json::Value;

/// A database is open, and says something hostile; no contract; the policy is not kept.
fn posture() -> Posture {
    let reason = || "no answer: <b>\u{1b}[31m|`x`".to_owned();
    let open = Open { port: 6379, service: "Redis".to_owned(), banner: Some("<script>|`\u{1b}[2J".to_owned()) };
    let facts = Facts {
        target: Target::parse("https://api.example.com/v1").unwrap(),
        addresses: vec!["192.0.2.7".parse().unwrap()],
        tls: Part::NotAssessed(reason()),
        http: Part::NotAssessed(reason()),
        dns: Part::NotAssessed("not asked for".to_owned()),
        ports: Part::Assessed(ports::Facts {
            address: "192.0.2.7".parse().unwrap(),
            open: vec![open],
            closed: vec![80],
            silent: Vec::new(),
            not_asked: Vec::new(),
        }),
        reputation: Part::NotAssessed("no feed was imported".to_owned()),
        contract: Part::Assessed(Contract::NonePublished),
    };
    let mut posture = Posture::judge(facts, Vec::new());
    let text = b"name: vendors\nminimum_grade: C\ncountries: DE\nunknown_country: accept\n";
    posture.policy = Some(Policy::read("policy.yaml", text).unwrap().judge(&posture));
    posture
}

fn report(format: Format) -> String {
    let posture = posture();
    let findings = posture.findings();
    let section = Section { name: &posture.url, findings: &findings, posture: Some(&posture), ..Section::default() };
    let catalogue = Catalogue::posture();
    let used = findings.iter().filter_map(|finding| catalogue.get(&finding.rule)).cloned();
    render(format, &[section], &Catalogue::default().with(used), &TextOptions::default())
}

#[test]
fn every_format_tells_grade_categories_findings_and_what_is_missing() {
    for format in [Format::Text, Format::Markdown, Format::Html, Format::Junit, Format::Github, Format::Sarif] {
        let text = report(format);
        assert!(!text.contains('\u{1b}'), "{text}");
        let markup = matches!(format, Format::Markdown | Format::Html | Format::Junit);
        assert!(!(markup && (text.contains("<script") || text.contains("<b>\\u"))), "{text}");
        let plain = text.replace('\\', "");
        for word in ["PST601", NONE_PUBLISHED.name, "not compliant with vendors", NONE_PUBLISHED.references[0]] {
            let sarif = format == Format::Sarif && word.starts_with("not compliant");
            // An annotation has no room for links.
            let github = format == Format::Github && word.starts_with("https://");
            assert!(sarif || github || plain.contains(word), "{format:?} lacks {word}: {text}");
        }
        let shown = text.split("</style>").last().unwrap();
        insta::assert_snapshot!(format!("{format:?}").to_lowercase(), shown);
    }
}

#[test]
fn machines_read_the_same() {
    let value: Value = serde_json::from_str(&report(Format::Sarif)).unwrap();
    let run = &value["runs"][0];
    let standing = &run["properties"]["palisade/posture"][0];
    assert_eq!((&standing["grade"], &standing["policy"]["compliant"]), (&"F".into(), &false.into()));
    let results = run["results"].as_array().unwrap();
    let evidence = results.iter().map(|result| &result["properties"]["evidence"]).find(|text| text.is_string());
    assert!(evidence.is_some(), "{results:?}");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(rules.iter().all(|rule| rule["help"]["text"].as_str().unwrap().contains("Until then: ")));

    let posture = posture();
    let json = serde_json::to_string(&posture).unwrap();
    assert_eq!(serde_json::from_str::<Posture>(&json).unwrap(), posture, "what is kept is read again");
    let finding = &serde_json::from_str::<Value>(&json).unwrap()["findings"][0];
    for member in ["rule", "severity", "category", "message", "fix", "why", "consumer", "fingerprint"] {
        assert!(!finding[member].is_null(), "{member}: {finding}");
    }
}
