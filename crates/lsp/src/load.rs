//! The files a contract refers to: open buffers first, then the disk, only below the folders of the workspace.

use crate::judge::Job;
use crate::judged::File;
use crate::text::Text;
use crate::uri;
use palisade_document::{Document, Limits, Problem, Refusal, RefusalKind};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Files of one contract at most.
const MAX_FILES: usize = 2000;

/// Adds every file that the document refers to, and says which it may not. True when one was not read to its end.
pub(crate) fn load(
    document: &mut Document,
    job: &Job,
    limits: &Limits,
    problems: &mut Vec<Problem>,
    files: &mut Vec<File>,
) -> bool {
    let mut broken = false;
    let mut from = 0;
    loop {
        let missing = document.missing(from);
        from = document.len();
        if missing.is_empty() {
            return broken;
        }
        for one in missing {
            let found = match files.len() < MAX_FILES {
                true => find(&one.address, job),
                false => refused(RefusalKind::Limit, format!("more than {MAX_FILES} files")),
            };
            match found {
                Err(refusal) => document.refuse(&one.address, refusal),
                Ok(found) => {
                    let extension = document.extend(&one.address, &found.bytes(), limits);
                    problems.extend(extension.problems);
                    broken |= extension.fatal;
                    files.extend(placed(document, &one.address, found));
                }
            }
        }
    }
}

/// A file that was found.
struct Found {
    path: PathBuf,
    uri: String,
    /// Its text in the editor, where it is open.
    open: Option<Arc<Text>>,
    read: Vec<u8>,
}

impl Found {
    fn bytes(&self) -> Vec<u8> {
        self.open.as_ref().map_or_else(|| self.read.clone(), |text| text.as_str().as_bytes().to_vec())
    }
}

fn placed(document: &Document, address: &str, found: Found) -> Option<File> {
    let file = document.files().find(|file| file.address() == address)?;
    Some(File {
        name: file.name().to_owned(),
        path: Some(found.path),
        uri: found.uri,
        text: found.open.unwrap_or_else(|| Arc::new(Text::new(file.source().to_owned()))),
        base: file.span().start as usize,
    })
}

fn refused<T>(kind: RefusalKind, reason: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { kind, reason: reason.into() })
}

/// Finds a file by its path from the main file's folder.
fn find(address: &str, job: &Job) -> Result<Found, Refusal> {
    if address.contains("://") {
        return refused(RefusalKind::NotAllowed, "the language server asks no other host");
    }
    let Some(folder) = job.path.as_deref().and_then(Path::parent) else {
        return refused(RefusalKind::Unavailable, "the contract was never saved and lies in no folder");
    };
    let path = uri::clean(&folder.join(address));
    // Without a workspace the contract's own folder is the limit.
    let own = [folder.to_path_buf()];
    let roots = if job.roots.iter().any(|root| folder.starts_with(root)) { job.roots.as_slice() } else { &own };
    if !roots.iter().any(|root| path.starts_with(root)) {
        return refused(RefusalKind::Outside, "it lies outside the workspace");
    }
    if let Some((uri, text)) = job.open.get(&path) {
        return Ok(Found { path, uri: uri.clone(), open: Some(Arc::clone(text)), read: Vec::new() });
    }
    // Links may lead elsewhere.
    let Ok(real) = path.canonicalize() else { return refused(RefusalKind::Unavailable, "there is no such file") };
    let inside = roots.iter().filter_map(|root| root.canonicalize().ok()).any(|root| real.starts_with(root));
    if !inside {
        return refused(RefusalKind::Outside, "it leads outside the workspace");
    }
    let Some(uri) = uri::of_path(&path) else { return refused(RefusalKind::Unavailable, "its name is no text") };
    match read(&real) {
        Ok(read) => Ok(Found { path, uri: uri.as_str().to_owned(), open: None, read }),
        Err(_) => refused(RefusalKind::Unavailable, "it cannot be read"),
    }
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    // Devices and pipes may have no end.
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("no regular file"));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(Limits::default().bytes as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
