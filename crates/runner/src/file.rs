//! Files below the contract's folder.

use palisade_document::{Refusal, RefusalKind, quote};
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

/// The bytes of the file at a path below `root`, which is canonical. Links are followed as long as they stay below it.
pub(crate) fn read(root: &Path, address: &str, most: usize) -> Result<Vec<u8>, Refusal> {
    let refuse = |kind, reason: String| Refusal { kind, reason };
    let failed = |error: std::io::Error| {
        let name = quote(address);
        let reason = match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => format!("there is no file {name}"),
            kind => format!("the file {name} cannot be read: {kind}"),
        };
        refuse(RefusalKind::Unavailable, reason)
    };
    let path = fs::canonicalize(root.join(address)).map_err(failed)?;
    if !path.starts_with(root) {
        return Err(refuse(RefusalKind::Outside, format!("{} is a link that leads out of it", quote(address))));
    }
    let regular = |is_file: bool| match is_file {
        true => Ok(()),
        false => Err(refuse(RefusalKind::Unavailable, format!("{} is no regular file", quote(address)))),
    };
    // Asked before opening, which would wait for the other end of a pipe.
    regular(fs::symlink_metadata(&path).map_err(failed)?.is_file())?;
    let file = File::open(&path).map_err(failed)?;
    regular(file.metadata().map_err(failed)?.is_file())?;
    let mut bytes = Vec::new();
    file.take(most as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    fitting(address, bytes, most)
}

/// The text of a file, when it is not too large.
pub(crate) fn fitting(address: &str, bytes: Vec<u8>, most: usize) -> Result<Vec<u8>, Refusal> {
    if bytes.len() <= most {
        return Ok(bytes);
    }
    let reason = format!("with {} the files of this contract are too large together", quote(address));
    Err(Refusal { kind: RefusalKind::Limit, reason })
}
