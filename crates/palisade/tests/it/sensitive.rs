//! A user's own rules for sensitive data, from the file to the contract, the report and the state.

use crate::support::Place;
use std::path::Path;
use std::process::{Command, Output};

fn palisade(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_palisade")).current_dir(folder).args(args).output().unwrap()
}

fn good(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The example of the guide.
fn example() -> String {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/sensitive-data.md");
    let text = std::fs::read_to_string(guide).unwrap();
    let block = text.split("```yaml\n").nth(1).unwrap();
    block.split("```").next().unwrap().to_owned()
}

/// Members read their own card numbers and parcels, whose tracking numbers look like payment cards.
fn recording() -> String {
    let mut entries = Vec::new();
    for n in 0..12u32 {
        // Luhn's check digit behind LC and seven digits.
        let body = format!("{:07}", 4_000_000 + n);
        let sum: u32 = body
            .bytes()
            .rev()
            .enumerate()
            .map(|(place, digit)| {
                let value = u32::from(digit - b'0') << ((place + 1) % 2);
                if value > 9 { value - 9 } else { value }
            })
            .sum();
        let card = format!("LC{body}{}", (10 - sum % 10) % 10);
        entries.push((format!("/members/{n}"), format!(r#"{{"loyaltyNo":"{card}","codename":"Project Falcon"}}"#)));
        entries.push((format!("/parcels/{n}"), r#"{"carrierCode":"4111111111111111"}"#.to_owned()));
    }
    let entries: Vec<String> = entries
        .iter()
        .map(|(path, body)| {
            let text = body.replace('"', "\\\"");
            format!(
                r#"{{"startedDateTime":"2026-11-22T10:00:00Z","time":1,"request":{{"method":"GET","url":"https://api.example.org{path}","headers":[]}},"response":{{"status":200,"headers":[{{"name":"Content-Type","value":"application/json"}}],"content":{{"mimeType":"application/json","text":"{text}"}}}}}}"#
            )
        })
        .collect();
    format!(r#"{{"log":{{"entries":[{}]}}}}"#, entries.join(","))
}

#[test]
fn own_rules_and_exceptions_reach_contract_report_and_state() {
    let place = Place::new();
    place.file("shop.har", &recording());
    place.file("sensitive.yaml", &example());
    let plain = good(&palisade(place.path(), &["discover", "shop.har"]));
    assert!(plain.contains("kind: card-number") && !plain.contains("loyalty-number"), "{plain}");
    let args = ["discover", "shop.har", "--sensitive", "sensitive.yaml", "--state", "state.json"];
    let learned = good(&palisade(place.path(), &[&args[..], &["--report", "report.txt"]].concat()));
    assert!(learned.contains("kind: loyalty-number") && learned.contains("place: /loyaltyNo"), "{learned}");
    assert!(learned.contains("kind: project-name"), "{learned}");
    assert!(!learned.contains("card-number"), "an exception silences: {learned}");
    let report = std::fs::read_to_string(place.path().join("report.txt")).unwrap();
    assert!(report.contains("a loyalty card number at /loyaltyNo"), "{report}");
    assert!(report.contains("DIS011") && report.contains("DIS014"), "{report}");
    let state = std::fs::read_to_string(place.path().join("state.json")).unwrap();
    assert!(state.contains("loyalty-number") && !state.contains("Falcon") && !state.contains("LC4"), "{state}");
    // Without the file the state still knows that something was sensitive.
    place.file("more.har", &recording());
    let later = good(&palisade(place.path(), &["discover", "more.har", "--state", "state.json"]));
    assert!(later.contains("kind: loyalty-number") && later.contains("kind: card-number"), "{later}");
}

#[test]
fn mistakes_in_the_file_are_told_with_their_places() {
    let place = Place::new();
    place.file("shop.har", &recording());
    place.file("bad.yaml", "rules:\n  - id: one\n    kind: My Kind\n    value: '('\n");
    let output = palisade(place.path(), &["discover", "shop.har", "--sensitive", "bad.yaml"]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("bad.yaml:3:11: `kind`") && told.contains("bad.yaml:4:12: `value`"), "{told}");
    let gateway = "listeners: [{address: 127.0.0.1:0}]\napis: [{name: a, upstream: \"http://127.0.0.1:9\"}]\nsensitive: bad.yaml\n";
    place.file("gateway.yaml", gateway);
    let output = palisade(place.path(), &["gateway", "check", "gateway.yaml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("bad.yaml:3:11: `kind`"));
}

#[test]
fn the_schema_of_the_file_takes_what_the_reader_takes() {
    use palisade_document::{Limits, read};
    use palisade_schema::{Compiler, Dialect, Options};
    use palisade_sensitive::Rules;
    use std::sync::Arc;

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sensitive-data.schema.json");
    let schema = Arc::new(read("schema", &std::fs::read(path).unwrap(), &Limits::default()).document);
    let mut compiler = Compiler::new(Arc::clone(&schema), Dialect::Draft202012);
    let id = compiler.add(schema.root().id());
    let (set, problems) = compiler.finish();
    assert!(problems.is_empty(), "{problems:?}");
    let check = |text: &str, good: bool| {
        let document = read("rules", text.as_bytes(), &Limits::default()).document;
        assert_eq!(set.is_valid(id, document.root(), &Options::default()), good, "{text}");
        assert_eq!(Rules::read("rules", text.as_bytes()).is_ok(), good, "{text}");
    };
    check(&example(), true);
    for national in palisade_sensitive::Scheme::WORDS {
        check(&format!("rules: [{{id: a, kind: email, field: a, checksum: {}}}]", national.0), true);
    }
    for kind in palisade_sensitive::Kind::ALL {
        check(&format!("exceptions: [{{kind: {}, field: a, reason: b}}]", kind.as_str()), true);
    }
    for wrong in [
        "rule: []",
        "version: 2",
        "rules: [{id: a, kind: b}]",
        "rules: [{kind: b, field: c}]",
        "rules: [{id: a, field: c}]",
        "rules: [{id: a, kind: B C, field: c}]",
        "rules: [{id: a, kind: b, field: c, category: money}]",
        "rules: [{id: a, kind: b, field: c, severity: awful}]",
        "rules: [{id: a, kind: b, field: c, where: both}]",
        "rules: [{id: a, kind: b, field: c, checksum: crc}]",
        "exceptions: [{kind: email, field: a}]",
        "exceptions: [{kind: email, reason: a}]",
        "exceptions: [{field: a, reason: a}]",
    ] {
        check(wrong, false);
    }
}
