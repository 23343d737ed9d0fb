//! Every hostile contract: the problems found, at their places, in bounded time.

use palisade_document::{Limits, Problem, Reading, code, emit, read, refs};
use std::fmt::Write;
use std::time::{Duration, Instant};

/// Renders problems one a line.
fn render(problems: &[Problem]) -> String {
    problems.iter().fold(String::new(), |mut out, problem| {
        let place = problem.position;
        let pointer = problem.pointer.as_deref().unwrap_or("?");
        let _ = writeln!(
            out,
            "{}:{} {} {} [{pointer}] {}",
            place.line, place.column, problem.severity, problem.code, problem.message
        );
        out
    })
}

#[test]
fn small_files_give_exact_places() {
    let mut out = String::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap();
        let bytes = std::fs::read(&file).unwrap();
        let reading = read(name, &bytes, &Limits::default());
        let fatal = if reading.fatal { ", ended early" } else { "" };
        let root = reading.document.root();
        let _ = writeln!(out, "== {name}: {} nodes, root {}{fatal}", reading.document.len(), root.kind().as_str());
        out += &render(&reading.problems);
        out += &render(&refs::survey(&reading.document));
    }
    insta::assert_snapshot!(out);
}

/// Reads text, in not much more time than its bytes deserve even without optimisation.
fn quickly(name: &str, text: &str) -> Reading {
    let start = Instant::now();
    let reading = read(name, text.as_bytes(), &Limits::default());
    refs::survey(&reading.document);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(2), "{name}: {} bytes took {took:?}", text.len());
    reading
}

#[test]
fn deep_documents_end_at_the_limit() {
    let head = "{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"t\",\"version\":\"1\"},\"paths\":{},\"x-d\":";
    let json = format!("{head}{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let reading = quickly("deep.json", &json);
    // The root is the first level: 511 more fit.
    assert_eq!(
        render(&reading.problems).split(" [").next().unwrap(),
        format!("1:{} high limit-exceeded", head.len() + 512)
    );
    assert!(reading.fatal);
    assert_eq!(reading.document.root().at_pointer("/info/title").unwrap().as_str(), Some("t"));

    let head = "openapi: 3.0.3\ninfo: {title: t, version: \"1\"}\npaths: {}\n";
    let flow = format!("{head}x-d: {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    let reading = quickly("flow.yaml", &flow);
    assert_eq!(render(&reading.problems).split(" [").next().unwrap(), "4:261 high limit-exceeded");
    assert_eq!(reading.document.root().at_pointer("/info/title").unwrap().as_str(), Some("t"));

    let flow = format!("{head}x-d: {}{}\n", "[".repeat(100), "]".repeat(100));
    let reading = quickly("flow.yaml", &flow);
    assert_eq!(render(&reading.problems).split(" [").next().unwrap(), "4:70 high limit-exceeded");

    let mut block = format!("{head}x-d:\n");
    for level in 1..2000 {
        let _ = writeln!(block, "{}k:", " ".repeat(level));
    }
    let reading = quickly("block.yaml", &block);
    assert_eq!(render(&reading.problems).split(" [").next().unwrap(), "516:513 high limit-exceeded");
}

#[test]
fn long_chains_of_references_are_followed_once() {
    let mut text = String::from("openapi: 3.0.3\ncomponents:\n  schemas:\n");
    for link in 0..20_000 {
        let _ = writeln!(text, "    S{link}: {{$ref: \"#/components/schemas/S{}\"}}", link + 1);
    }
    text += "    S20000: {type: string}\n";
    let reading = quickly("chain.yaml", &text);
    assert_eq!(render(&reading.problems), "");
    let start = Instant::now();
    let schemas = reading.document.root().at_pointer("/components/schemas").unwrap();
    let mut resolver = refs::Resolver::new(&reading.document);
    for schema in schemas.members() {
        let end = resolver.follow(schema.value).unwrap();
        assert_eq!(end.get("type").unwrap().as_str(), Some("string"));
    }
    let first = schemas.get("S0").unwrap();
    assert_eq!(refs::follow(first).unwrap().pointer(), "/components/schemas/S20000");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn one_line_of_five_megabytes_is_quick() {
    let item = r#"{"id":12345,"name":"Grüße","tags":["a","b\n"],"price":12.50,"open":true,"none":null},"#;
    let text = format!("[{}0]", item.repeat((5 << 20) / item.len()));
    let reading = quickly("line.json", &text);
    assert_eq!(render(&reading.problems), "");
    // Positions far along a line with characters of several bytes cost no walk from its start.
    let start = Instant::now();
    let last = reading.document.root().items().last().unwrap();
    assert_eq!(last.position().column as usize, text.chars().count() - 1);
    for _ in 0..10_000 {
        last.position();
    }
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

#[test]
fn endless_flow_collections_and_scalars_are_cut_off() {
    let head = "openapi: 3.0.3\ninfo: {title: t}\n";
    // A collection inside brackets could be a key: the parser reads all of it before it gives an event.
    let texts = [
        (format!("{head}x: [{{{}\n", "a: b, ".repeat(600_000)), "3:5"),
        (format!("{head}x: [[\n{}]]\n", "  a,\n".repeat(600_000)), "3:5"),
        (format!("{head}x: \"{}\"\n", "a ".repeat(1_500_000)), "3:2"),
        (format!("{head}x: |\n{}", "  abc\n".repeat(600_000)), "3:2"),
    ];
    for (text, place) in texts {
        let start = Instant::now();
        let reading = read("x.yaml", text.as_bytes(), &Limits::default());
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        let listed = render(&reading.problems);
        assert!(listed.starts_with(&format!("{place} high limit-exceeded")), "{listed}");
        assert!(reading.fatal);
        assert_eq!(reading.document.root().at_pointer("/info/title").unwrap().as_str(), Some("t"));
    }
}

#[test]
fn limits_keep_what_was_read() {
    let limits = Limits { bytes: 20, ..Limits::default() };
    let reading = read("x.json", br#"{"a":1,"b":[1,2],"cccc":3}"#, &limits);
    assert!(reading.fatal);
    assert_eq!(reading.document.root().at_pointer("/b/1").unwrap().as_i64(), Some(2));
    let listed = render(&reading.problems);
    assert_eq!(listed, "1:21 high limit-exceeded [?] more than 20 bytes: the rest was not read\n");

    let limits = Limits { nodes: 3, ..Limits::default() };
    for text in ["[1,2,3,4]", "- 1\n- 2\n- 3\n- 4\n"] {
        let reading = read("x", text.as_bytes(), &limits);
        assert!(reading.fatal);
        assert_eq!(reading.document.len(), 3, "{text}");
    }
    let limits = Limits { aliases: 1, ..Limits::default() };
    let reading = read("x.yaml", b"a: &a 1\nb: *a\nc: *a\n", &limits);
    assert!(reading.fatal);
    assert_eq!(reading.problems.first().unwrap().position.line, 3);

    let limits = Limits { problems: 2, ..Limits::default() };
    let reading = read("x.json", br#"{"a":1,"a":2,"a":3,"a":4}"#, &limits);
    let codes: Vec<_> = reading.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [code::DUPLICATE_KEY, code::DUPLICATE_KEY, code::TOO_MANY_PROBLEMS]);
}

#[test]
fn an_alias_bomb_stays_small_and_cannot_be_written_out() {
    let text = include_str!("../fixtures/alias-bomb-9x9.yaml");
    let reading = read("bomb.yaml", text.as_bytes(), &Limits::default());
    let root = reading.document.root();
    assert_eq!(root.at_pointer("/x-i/0/0/0/0/0/0/0/0/0").unwrap().as_str(), Some("l"));
    assert!(emit::node_to_json(root, 1 << 20).is_err());
    assert!(emit::node_to_yaml(root, 1 << 20).is_err());
    assert!(emit::node_to_value(root, 100_000).is_err());
}
