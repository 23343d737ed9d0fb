//! The public JSON-Schema-Test-Suite (`tests/suite`, MIT), drafts 4 and 2020-12.

use crate::{compile, value};
use palisade_document::Limits;
use palisade_schema::{Compiler, Dialect, Options, Problem, SchemaId, SchemaSet};
use serde_json::value::RawValue;
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// Cases of the suite that are not this room's aim, by the start of `file: group: case`.
const EXCEPT: &[&str] = &[
    // Whether a label that starts with `xn--` decodes into a permitted name (IDNA) is not looked at.
    "optional-format-hostname: validation of A-label (punycode) host names",
];

#[derive(serde::Deserialize)]
struct Group {
    description: String,
    schema: Box<RawValue>,
    tests: Vec<Case>,
}

#[derive(serde::Deserialize)]
struct Case {
    description: String,
    data: Box<RawValue>,
    valid: bool,
}

/// A schema beside the documents that the suite serves from `localhost`, and the metaschemas.
fn with_remotes(text: &str, dialect: Dialect) -> (SchemaSet, SchemaId, Vec<Problem>) {
    let limits = Limits::default();
    let mut document = palisade_document::read("schema", text.as_bytes(), &limits).document;
    for (address, bytes) in REMOTES.iter() {
        document.extend(address, bytes, &limits);
    }
    let document = Arc::new(document);
    let mut compiler = Compiler::new(Arc::clone(&document), dialect);
    let root = compiler.add(document.root().id());
    let (set, problems) = compiler.finish();
    (set, root, problems)
}

static REMOTES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite");
    let mut found = Vec::new();
    let (remotes, mut open) = (suite.join("remotes"), vec![suite.join("remotes"), suite.join("meta")]);
    while let Some(folder) = open.pop() {
        for path in std::fs::read_dir(folder).expect("suite").map(|entry| entry.expect("entry").path()) {
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).expect("file");
            let address = match path.strip_prefix(&remotes) {
                Ok(path) => format!("http://localhost:1234/{}", path.to_string_lossy()),
                Err(_) => {
                    let metaschema: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
                    let id = metaschema.get("$id").or(metaschema.get("id")).and_then(|id| id.as_str()).expect("id");
                    id.trim_end_matches('#').to_owned()
                }
            };
            found.push((address, bytes));
        }
    }
    found.sort();
    found
});

/// How many cases passed of the mandatory and of the other files, and which failed.
fn run(folder: &str, dialect: Dialect) -> (usize, usize, Vec<String>) {
    let (mut mandatory, mut optional, mut failed) = (0, 0, Vec::new());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite").join(folder);
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("suite").map(|entry| entry.expect("entry").path()).collect();
    files.sort();
    for file in files {
        let name = file.file_stem().expect("name").to_string_lossy().into_owned();
        let groups: Vec<Group> = serde_json::from_slice(&std::fs::read(&file).expect("file")).expect("JSON");
        // By the standard alone a format says nothing; the files of single formats assert it.
        let formats = name.starts_with("optional-");
        let options = Options { formats, ..Options::default() };
        for group in groups {
            let text = group.schema.get();
            let remote = ["http://localhost:1234", "json-schema.org/draft"].iter().any(|host| text.contains(host));
            let (set, root, problems) = if remote { with_remotes(text, dialect) } else { compile(text, dialect) };
            for case in group.tests {
                let title = format!("{name}: {}: {}", group.description, case.description);
                if EXCEPT.iter().any(|except| title.starts_with(except)) {
                    continue;
                }
                let unresolved: Vec<_> = problems.iter().filter(|problem| problem.code == "unresolved_ref").collect();
                let data = value(case.data.get());
                let outcome = set.validate(root, data.root(), &options);
                let quick = set.is_valid(root, data.root(), &options);
                if outcome.is_valid() == case.valid && quick == case.valid && unresolved.is_empty() {
                    *if formats { &mut optional } else { &mut mandatory } += 1;
                } else {
                    failed.push(format!("{title}: {outcome:?} {quick} {unresolved:?}"));
                }
            }
        }
    }
    (mandatory, optional, failed)
}

#[test]
fn draft_4_holds() {
    let (mandatory, optional, failed) = run("draft4", Dialect::Draft4);
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
    // Every mandatory case of the suite.
    assert_eq!((mandatory, optional), (618, 308));
}

#[test]
fn draft_2020_12_holds() {
    let (mandatory, optional, failed) = run("draft2020-12", Dialect::Draft202012);
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
    assert_eq!((mandatory, optional), (1299, 547));
}
