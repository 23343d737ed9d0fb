//! What does not fit is told at its place, and the walk goes on.

use crate::{load, render};
use std::fmt::Write;

#[test]
fn hostile_contracts() {
    let mut out = String::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../document/tests/fixtures");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap();
        let (contract, problems) = load(name, &std::fs::read(&file).unwrap());
        let labels: Vec<String> = contract.operations.iter().map(|operation| operation.label()).collect();
        let _ = writeln!(out, "== {name}: readable={} {labels:?}", contract.readable);
        // The one with 25 equal problems is told in full where it is read.
        let shown = if name == "merge-key-bomb.yaml" { &problems[..1] } else { &problems[..] };
        out += &render::problems(shown);
    }
    insta::assert_snapshot!(out);
}

#[test]
fn misfits_of_every_kind() {
    let (contract, problems) = load("misfits.yaml", include_bytes!("../fixtures/misfits.yaml"));
    insta::assert_snapshot!(render::contract(&contract) + "problems:\n" + &render::problems(&problems));
}

#[test]
fn what_is_no_contract() {
    for (text, codes) in [
        ("", vec!["no-document"]),
        ("hello", vec!["root-not-object"]),
        ("a: 1", vec!["not-openapi"]),
        ("openapi: 3.1.0\ncomponents: {}", vec!["missing-member"]),
        ("openapi: 4.0.0\ninfo: {title: t, version: '1'}\npaths: {}", vec!["unknown-version"]),
        ("swagger: 1.2\ninfo: {title: t, version: '1'}\npaths: {}", vec!["unknown-version"]),
        ("openapi: []\ninfo: {title: t, version: '1'}\npaths: {}", vec!["wrong-type"]),
    ] {
        let (_, problems) = load("x.yaml", text.as_bytes());
        assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), codes, "{text}");
    }
    let (contract, _) = load("x.yaml", b"openapi: 3.1\ninfo: {title: t, version: 1.10}\npaths: {}");
    assert_eq!((contract.openapi.as_str(), contract.api_version.as_str()), ("3.1", "1.10"));
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 200, failure_persistence: None, ..Default::default() })]

    /// Any sound contract with one value replaced by another loads without a panic, and with its places inside.
    #[test]
    fn one_value_gone_wrong(old in proptest::bool::ANY, place in 0usize..200, with in 0usize..7) {
        let text: &[u8] = match old {
            true => include_bytes!("../fixtures/orders-2.0.yaml"),
            false => include_bytes!("../fixtures/orders-3.1.yaml"),
        };
        let reading = palisade_document::read("x.yaml", text, &Default::default());
        let nodes: Vec<_> = reading.document.nodes().collect();
        let span = nodes[place % nodes.len()].span();
        let replaced = ["[]", "{}", "1", "\"x\"", "null", "{$ref: '#/paths'}", "[{$ref: '#/'}]"][with];
        // Block collections cannot be replaced by text alone: only what stands on one line.
        let source = reading.document.source();
        let old = &source[span.start as usize..span.end as usize];
        proptest::prop_assume!(!old.contains('\n'));
        let text = format!("{}{replaced}{}", &source[..span.start as usize], &source[span.end as usize..]);
        let (contract, problems) = load("x.yaml", text.as_bytes());
        let _ = render::contract(&contract);
        for problem in problems {
            proptest::prop_assert!(problem.span.end as usize <= text.len());
        }
        let _ = palisade_contract::router::Router::new(&contract);
    }
}
