//! What `scripts/bench_discover.sh` needs: traffic, the truth about it, and what merely reading it costs.

mod generator;
#[cfg(test)]
mod tests;

use generator::{Form, Generator, OPERATIONS};
use serde_json::{Map, Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};

/// Seed when none is given.
const SEED: u64 = 2026;

/// Writes exchanges as JSON lines to standard output.
pub(crate) fn exchanges(words: &[&str]) -> Result<(), String> {
    let usage = || "usage: palisade-bench exchanges COUNT [json|text [SEED]]".to_owned();
    let (count, form, seed) = match words {
        [count] => (count, Form::Json, Ok(SEED)),
        [count, form] => (count, Form::of(form).ok_or_else(usage)?, Ok(SEED)),
        [count, form, seed] => (count, Form::of(form).ok_or_else(usage)?, seed.parse()),
        _ => return Err(usage()),
    };
    let (count, seed): (u64, u64) = (count.parse().map_err(|_| usage())?, seed.map_err(|_| usage())?);
    let mut generator = Generator::new(seed, form);
    let mut out = BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
    let mut line = String::new();
    for number in 0..count {
        line.clear();
        generator.line(number, &mut line);
        out.write_all(line.as_bytes()).map_err(|error| format!("standard output: {error}"))?;
    }
    out.flush().map_err(|error| format!("standard output: {error}"))
}

/// Writes the operations behind the exchanges to standard output, as an OpenAPI document of paths alone.
pub(crate) fn truth() -> Result<(), String> {
    let mut paths = Map::new();
    for (method, template) in operations() {
        let item = paths.entry(template).or_insert_with(|| json!({}));
        if let Some(item) = item.as_object_mut() {
            item.insert(method.to_ascii_lowercase(), json!({"responses": {"default": {"description": "Any"}}}));
        }
    }
    let document = json!({"openapi": "3.1.0", "info": {"title": "The truth", "version": "1"}, "paths": paths});
    writeln!(std::io::stdout(), "{document}").map_err(|error| format!("standard output: {error}"))
}

fn operations() -> impl Iterator<Item = (&'static str, String)> {
    (0..OPERATIONS).map(Generator::operation)
}

/// Parses every line into a `serde_json::Value`: the least a reader of the same file could cost.
pub(crate) fn parse(file: &str) -> Result<(), String> {
    let shown = |error: std::io::Error| format!("{file}: {error}");
    let mut input = BufReader::with_capacity(64 << 10, File::open(file).map_err(shown)?);
    let mut line = Vec::new();
    let mut members = 0usize;
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line).map_err(shown)? == 0 {
            break;
        }
        let value: Value = serde_json::from_slice(&line).map_err(|error| format!("{file}: {error}"))?;
        // So that the parsing cannot be left out.
        members += std::hint::black_box(&value).as_object().map_or(0, Map::len);
    }
    writeln!(std::io::stdout(), "{members}").map_err(|error| format!("standard output: {error}"))
}
