//! Reading contracts that the command line names.

use std::io::{self, Read};
use std::path::Path;

/// Bytes read of one file: one more than the reader of contracts takes, so that it sees that there are more.
const MAX_BYTES: u64 = (64 << 20) + 1;

/// The bytes of a file, or of standard input for `-`.
///
/// # Errors
/// When it cannot be read.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().take(MAX_BYTES).read_to_end(&mut bytes)?;
    } else {
        let file = std::fs::File::open(path)?;
        // Room for all of it at once; a length that is no length, as of a pipe, is 0.
        bytes.reserve_exact(file.metadata()?.len().min(MAX_BYTES) as usize + 1);
        file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// The folder that the files of a contract must lie below.
pub fn folder(path: &Path) -> Option<&Path> {
    if path == Path::new("-") {
        return None;
    }
    Some(path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")))
}

/// What a contract is called in reports.
pub fn named(path: &Path) -> String {
    if path == Path::new("-") { "<stdin>".to_owned() } else { path.to_string_lossy().into_owned() }
}
