//! The public JSON-Schema-Test-Suite (`tests/suite`, MIT), drafts 4 and 2020-12.

use crate::{compile, value};
use palisade_schema::{Dialect, Options};
use serde_json::value::RawValue;
use std::path::Path;

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

/// Passed, without remote document, failed.
fn run(folder: &str, dialect: Dialect) -> (usize, usize, Vec<String>) {
    let (mut passed, mut remote, mut failed) = (0, 0, Vec::new());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite").join(folder);
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("suite").map(|entry| entry.expect("entry").path()).collect();
    files.sort();
    for file in files {
        let name = file.file_stem().expect("name").to_string_lossy().into_owned();
        let groups: Vec<Group> = serde_json::from_slice(&std::fs::read(&file).expect("file")).expect("JSON");
        // By the standard alone a format says nothing; the files of single formats assert it.
        let options = Options { formats: name.starts_with("optional-"), ..Options::default() };
        for group in groups {
            let (set, root, problems) = compile(group.schema.get(), dialect);
            for case in group.tests {
                let title = format!("{name}: {}: {}", group.description, case.description);
                if problems.iter().any(|problem| problem.code == "unresolved_ref") {
                    remote += 1;
                    continue;
                }
                if EXCEPT.iter().any(|except| title.starts_with(except)) {
                    continue;
                }
                let data = value(case.data.get());
                let outcome = set.validate(root, data.root(), &options);
                let quick = set.is_valid(root, data.root(), &options);
                if outcome.is_valid() == case.valid && quick == case.valid {
                    passed += 1;
                } else {
                    failed.push(format!("{title}: {outcome:?} {quick}"));
                }
            }
        }
    }
    (passed, remote, failed)
}

#[test]
fn draft_4_holds() {
    let (passed, remote, failed) = run("draft4", Dialect::Draft4);
    assert!(failed.is_empty(), "{passed} passed, {remote} remote, {} failed:\n{}", failed.len(), failed.join("\n"));
    assert_eq!((passed, remote), (905, 4));
}

#[test]
fn draft_2020_12_holds() {
    let (passed, remote, failed) = run("draft2020-12", Dialect::Draft202012);
    assert!(failed.is_empty(), "{passed} passed, {remote} remote, {} failed:\n{}", failed.len(), failed.join("\n"));
    assert_eq!((passed, remote), (1793, 17));
}
