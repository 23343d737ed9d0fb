//! Contracts to try things on: the repository's own, and a corpus that `PALISADE_CORPUS` names.

use palisade_document::{Limits, read};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A contract as a plain value.
fn value(path: &Path) -> Option<Value> {
    let bytes = std::fs::read(path).ok()?;
    let document = read("contract", &bytes, &Limits::default()).document;
    let value = palisade_document::emit::node_to_value(document.root(), 3_000_000).ok()?;
    value.get("paths")?.as_object()?;
    Some(value)
}

/// The contracts of the repository.
pub fn own() -> Vec<(String, Value)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let files = [
        "examples/shop/shop.openapi.yaml",
        "crates/audit/tests/data/carts.swagger2.json",
        "crates/audit/tests/data/tight.yaml",
        "crates/contract/tests/fixtures/orders-2.0.yaml",
        "crates/contract/tests/fixtures/orders-3.1.yaml",
        "docs/openapi.json",
    ];
    files.iter().map(|file| (file.to_string(), value(&root.join(file)).unwrap())).collect()
}

/// The directory that `PALISADE_CORPUS` names. One that holds no contract would show nothing.
pub fn named() -> Option<PathBuf> {
    let folder = std::env::var_os("PALISADE_CORPUS").map(PathBuf::from)?;
    let shown = folder.display();
    assert!(folder.is_dir(), "PALISADE_CORPUS names {shown}, which is no folder");
    assert!(!files(folder.clone()).is_empty(), "PALISADE_CORPUS names {shown}, which holds no contract");
    Some(folder)
}

/// Every contract file below a directory, sorted.
pub fn files(root: PathBuf) -> Vec<PathBuf> {
    let mut open = vec![root];
    let mut files = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|ext| ext == "json" || ext == "yaml" || ext == "yml") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// At most so many contracts of the corpus, evenly spread, none above 2 MB.
pub fn corpus(most: usize) -> Vec<(String, Value)> {
    let small = |file: &PathBuf| file.metadata().is_ok_and(|meta| meta.len() < 2_000_000);
    let files: Vec<PathBuf> = named().map(files).unwrap_or_default().into_iter().filter(small).collect();
    let step = files.len().div_ceil(most).max(1);
    let picked = files.iter().step_by(step);
    picked.filter_map(|file| Some((file.display().to_string(), value(file)?))).collect()
}
