//! Every format on one report that holds hostile text.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod posture;

use palisade_audit::{Options, Profile, audit_with_source};
use palisade_report::{Catalogue, Format, Section, Silenced, TextOptions, render};

const HOSTILE: &str = "openapi: 3.0.3\ninfo: {title: \"<script>alert(1)</script>\", version: \"1\"}\nservers: [{url: http://x.example}]\npaths:\n  \"/<img src=x onerror=alert(1)>|`[a](javascript:b)\\e[31m\":\n    delete: {responses: {\"200\": {description: ok}}}\n";

fn report(format: Format, color: bool) -> String {
    let (mut report, source) = audit_with_source(
        "dir/a b.yaml",
        HOSTILE.as_bytes(),
        &Options { profile: Profile::Strict, ..Options::default() },
    );
    // A few rules only, so that the snapshots do not change with every new one.
    report.findings.retain(|finding| ["SAN001", "STR001", "RDT002", "TDT011", "SAN029"].contains(&&*finding.rule));
    let section = Section {
        name: &report.contract.path,
        facts: vec![("title", report.contract.title.clone())],
        score: Some(report.score.total),
        findings: &report.findings,
        sources: vec![(&report.contract.path, &source)],
        suppressed: Vec::new(),
        posture: None,
    };
    let all = Catalogue::audit();
    let used = report.findings.iter().filter_map(|finding| all.get(&finding.rule)).cloned();
    render(format, &[section], &Catalogue::default().with(used), &TextOptions { color, places: 3 })
}

#[test]
fn text() {
    let text = report(Format::Text, false);
    assert!(!text.contains('\u{1b}'));
    insta::assert_snapshot!(text);
}

#[test]
fn colours_are_the_only_escapes() {
    let text = report(Format::Text, true);
    assert!(text.contains("\u{1b}[1;35mcritical\u{1b}[0m"));
    let mut plain = text;
    for code in ["1;35", "1;31", "33", "36", "2", "1", "32", "31", "0"] {
        plain = plain.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert_eq!(plain, report(Format::Text, false));
}

#[test]
fn json() {
    let value: serde_json::Value = serde_json::from_str(&report(Format::Json, false)).unwrap();
    assert_eq!(value["findings"][0]["rule"], "SAN001");
    assert_eq!(value["summary"]["critical"], 1);
}

#[test]
fn sarif() {
    let text = report(Format::Sarif, false);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let run = &value["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "dir/a%20b.yaml");
        assert!(place["region"]["startLine"].as_u64() >= Some(1) && place["region"]["startColumn"].as_u64() >= Some(1));
        assert_eq!(result["partialFingerprints"]["palisade/v1"].as_str().unwrap().len(), 32);
    }
    insta::assert_snapshot!(text);
}

#[test]
fn sarif_carries_related_places_and_fixes() {
    use palisade_finding::{Edit, Fix, Related, Safety};
    let (mut report, _) = audit_with_source("a.yaml", HOSTILE.as_bytes(), &Options::default());
    report.findings.truncate(1);
    report.findings[0].related = vec![Related {
        message: "used here".to_owned(),
        file: "b c.yaml".to_owned(),
        pointer: "/x".to_owned(),
        line: 3,
        column: 7,
    }]
    .into();
    let edit = Edit { file: "a.yaml".to_owned(), start: 1, end: 2, from: (1, 2), to: (1, 3), text: "x\n".to_owned() };
    report.findings[0].fixes =
        vec![Fix { what: "write it".to_owned(), safety: Safety::Safe, edits: vec![edit], place: 0 }].into();
    let section = Section { name: "a.yaml", findings: &report.findings, ..Section::default() };
    let text = render(Format::Sarif, &[section], &Catalogue::audit(), &TextOptions::default());
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let result = &value["runs"][0]["results"][0];
    insta::assert_snapshot!(
        serde_json::to_string_pretty(&serde_json::json!({
            "relatedLocations": result["relatedLocations"], "fixes": result["fixes"],
        }))
        .unwrap()
    );
}

#[test]
fn github() {
    let text = report(Format::Github, false);
    assert!(text.lines().all(|line| line.starts_with("::") || line.starts_with("palisade: ")));
    insta::assert_snapshot!(text);
}

#[test]
fn several_sections_are_one_report_in_every_format() {
    let (report, source) = audit_with_source("a.yaml", HOSTILE.as_bytes(), &Options::default());
    let one = Section {
        name: "a.yaml",
        findings: &report.findings,
        sources: vec![("a.yaml", &source)],
        ..Section::default()
    };
    let sections = [one.clone(), Section { name: "empty.yaml", ..Section::default() }, one];
    for format in [Format::Json, Format::Sarif] {
        let text = render(format, &sections, &Catalogue::audit(), &TextOptions::default());
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let found = value["findings"].as_array().or(value["runs"][0]["results"].as_array()).unwrap();
        assert_eq!(found.len(), report.findings.len() * 2);
    }
    let text = render(Format::Text, &sections, &Catalogue::audit(), &TextOptions::default());
    assert!(text.ends_with(" low\n") || text.ends_with(" info\n"), "{text}");
    assert_eq!(text.lines().last().unwrap().split(':').next(), Some("3 judged"));
}

#[test]
fn what_is_kept_back_is_listed_with_its_reason() {
    let (report, _) = audit_with_source("a.yaml", HOSTILE.as_bytes(), &Options::default());
    let [first, second, ..] = report.findings.as_slice() else { panic!("two findings") };
    let silenced = |finding, in_source| Silenced { finding, why: "ignored: \u{1b}[31mours".to_owned(), in_source };
    let section = Section {
        name: "a.yaml",
        findings: &report.findings[2..],
        suppressed: vec![silenced(first, true), silenced(second, false)],
        ..Section::default()
    };
    let sections = [section.clone(), section];
    let text = render(Format::Sarif, &sections, &Catalogue::audit(), &TextOptions::default());
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let results = value["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), report.findings.len() * 2);
    let kept: Vec<&serde_json::Value> = results.iter().filter_map(|one| one.get("suppressions")).collect();
    let kind = |at: usize| kept[at][0]["kind"].as_str().unwrap();
    assert_eq!([kind(0), kind(1), kind(2), kind(3)], ["inSource", "external", "inSource", "external"]);
    let text = render(Format::Text, &sections[..1], &Catalogue::audit(), &TextOptions::default());
    let list = text.split("\nnot reported\n").nth(1).unwrap();
    assert_eq!(list.matches("why ignored: \\u{1b}[31mours").count(), 2, "{list}");
    assert!(list.contains(&*first.rule) && list.contains(&*second.rule));
}

#[test]
fn what_is_kept_back_is_a_skipped_case_or_stands_below_the_rest() {
    let options = Options { profile: Profile::Strict, ..Options::default() };
    let (mut report, _) = audit_with_source("a.yaml", HOSTILE.as_bytes(), &options);
    report.findings.retain(|finding| ["SAN001", "STR001", "SAN029"].contains(&&*finding.rule));
    let silenced = |finding| Silenced { finding, why: "ignored: <b>|ours\u{1b}".to_owned(), in_source: false };
    let section = Section {
        name: "a.yaml",
        findings: &report.findings[..1],
        suppressed: report.findings[1..].iter().map(silenced).collect(),
        ..Section::default()
    };
    let catalogue = Catalogue::default();
    for format in [Format::Junit, Format::Markdown, Format::Html] {
        let text = render(format, std::slice::from_ref(&section), &catalogue, &TextOptions::default());
        assert!(!text.contains("<b>|ours") && !text.contains('\u{1b}'), "{text}");
        let shown = text.split("</style>").last().unwrap();
        insta::assert_snapshot!(format!("kept_back_{format:?}").to_lowercase(), shown);
    }
}

#[test]
fn junit() {
    let text = report(Format::Junit, false);
    assert!(!text.contains("<img") && !text.contains('\u{1b}'));
    insta::assert_snapshot!(text);
}

#[test]
fn markdown() {
    let text = report(Format::Markdown, false);
    assert!(!text.contains("<img") && !text.contains("](javascript:"));
    insta::assert_snapshot!(text);
}

#[test]
fn html() {
    let text = report(Format::Html, false);
    assert!(!text.contains("<script") && !text.contains("<img") && !text.contains("http-equiv=\"refresh"));
    // Tags open and close in pairs.
    for tag in ["section", "ul", "li", "pre", "p", "dl", "h1", "h2", "body", "html", "span"] {
        let opened = text.matches(&format!("<{tag}>")).count() + text.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, text.matches(&format!("</{tag}>")).count(), "{tag}");
    }
    insta::assert_snapshot!(text);
}

#[test]
fn nothing_found_is_said_in_every_format() {
    let section = Section { name: "a.yaml", ..Section::default() };
    for word in Format::WORDS {
        let text =
            render(word.parse().unwrap(), std::slice::from_ref(&section), &Catalogue::audit(), &TextOptions::default());
        assert!(text.ends_with('\n') && !text.trim().is_empty(), "{word}");
    }
}

#[test]
fn a_place_on_a_long_line_is_cut_out_of_it() {
    let pad = " ".repeat(20_000);
    let text =
        format!("{{{pad}\"openapi\":\"3.0.3\",\"info\":{{\"title\":\"t\",\"version\":\"\"}},\"paths\":{{}}{pad}}}");
    let (report, source) =
        audit_with_source("a.json", text.as_bytes(), &Options { profile: Profile::Strict, ..Options::default() });
    let section = Section {
        name: "a.json",
        findings: &report.findings,
        sources: vec![("a.json", &source)],
        ..Section::default()
    };
    let out = render(Format::Text, &[section], &Catalogue::audit(), &TextOptions::default());
    assert!(out.lines().all(|line| line.chars().count() < 200), "{out}");
    assert!(out.contains("\"info\":{\"title\""));
}
