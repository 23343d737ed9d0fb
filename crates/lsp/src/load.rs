//! The files a contract refers to: open buffers first, then the disk, below the contract's own folder.

use crate::judge::Job;
use crate::judged::File;
use crate::text::Text;
use crate::uri;
use palisade_document::{FileRef, Reading};
use palisade_runner::Loader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Reads a contract with every file that it refers to, as `palisade audit` does, and adds these to `files`.
pub(crate) fn load(name: &str, text: &str, job: &Job, files: &mut Vec<File>) -> Reading {
    let folder = job.path.as_deref().and_then(Path::parent);
    let reading = Loader::default().read_from(job, folder, name, text.as_bytes().to_vec());
    let placed = |file: FileRef<'_>| placed(file, folder?, job);
    files.extend(reading.document.files().skip(1).filter_map(placed));
    reading
}

fn placed(file: FileRef<'_>, folder: &Path, job: &Job) -> Option<File> {
    let path: PathBuf = uri::clean(&folder.join(file.address()));
    let (uri, text) = match job.open.get(&path) {
        Some((uri, text)) => (uri.clone(), Arc::clone(text)),
        None => (uri::of_path(&path)?.as_str().to_owned(), Arc::new(Text::new(file.source().to_owned()))),
    };
    Some(File { name: file.name().to_owned(), path: Some(path), uri, text, base: file.span().start as usize })
}
