//! Every hostile contract: the problems found, at their places, in bounded time.

use palisade_document::{Limits, Problem, read, refs};
use std::fmt::Write;

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
