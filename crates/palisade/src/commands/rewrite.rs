//! Writing other texts into the files of a contract.

use super::contracts::{folder, read};
use super::output::shown;
use palisade_document::edit::encode_like;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Texts to be written. Every file is looked at before the first is written.
#[derive(Debug, Default)]
pub struct Texts(Vec<(PathBuf, Vec<u8>)>);

impl Texts {
    /// Adds a text: the contract that was read from `path` is called `main`, the file to change `file`.
    ///
    /// # Errors
    /// When the file lies outside of the contract's folder, is no text, or is no longer what it was.
    pub fn add(&mut self, path: &Path, main: &str, file: &str, before: &str, after: &str) -> Result<(), String> {
        let target = if file == main { path.to_owned() } else { beside(path, &address(main, file))? };
        let bytes = encoded(&target, before, after)?;
        self.0.push((target, bytes));
        Ok(())
    }

    /// Writes them.
    ///
    /// # Errors
    /// When one cannot be written; those before it are.
    pub fn write(self) -> Result<(), String> {
        for (target, bytes) in self.0 {
            replace(&target, &bytes).map_err(|error| format!("cannot write {}: {error}", shown(&target)))?;
        }
        Ok(())
    }
}

/// The address of a file from the main file's folder, out of their names in findings.
pub fn address(main: &str, file: &str) -> String {
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder);
    let below = file.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
    below.filter(|_| !folder.is_empty()).unwrap_or(file).to_owned()
}

/// The path of a file that a contract names. It lay below the contract's folder when it was read, and has to now.
fn beside(path: &Path, address: &str) -> Result<PathBuf, String> {
    let root = folder(path).unwrap_or(Path::new("."));
    let target = root.join(address);
    let outside = || format!("{}: not changed: it lies outside of the contract's folder", shown(&target));
    let (whole, below) = (root.canonicalize(), target.canonicalize());
    match (whole, below) {
        (Ok(whole), Ok(below)) if below.starts_with(&whole) => Ok(target),
        _ => Err(outside()),
    }
}

/// A file's bytes with another text. The bytes of the text as it was tell whether it can be written back, and that
/// nobody else wrote meanwhile.
fn encoded(path: &Path, before: &str, after: &str) -> Result<Vec<u8>, String> {
    let bytes = read(path).map_err(|error| format!("cannot write {}: {error}", shown(path)))?;
    let encoded = encode_like(&bytes, after).filter(|_| encode_like(&bytes, before) == Some(bytes.clone()));
    encoded.ok_or_else(|| format!("{}: not changed: its bytes are not those that were judged, or no text", shown(path)))
}

/// Writes a file as a whole or not at all: beside it first, then in its place. Links are followed, permissions kept.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = std::fs::canonicalize(path)?;
    let permissions = std::fs::metadata(&target)?.permissions();
    if permissions.readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it may only be read"));
    }
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let beside = target.with_file_name(format!(".{name}.palisade-{}", std::process::id()));
    let written = (|| {
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(&beside)?;
        file.set_permissions(permissions)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, &target)
    })();
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}
