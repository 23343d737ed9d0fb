//! Where texts come from: the buffers of an editor first, then the disk.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Where the texts of files come from.
pub trait Source {
    /// The text of a file that an editor has open: it counts instead of what is on the disk.
    fn buffer(&self, path: &Path) -> Option<Vec<u8>>;

    /// At most so many bytes of a file that the user or a configuration names.
    ///
    /// # Errors
    /// When it cannot be read, or may not be.
    fn read(&self, path: &Path, most: u64) -> io::Result<Vec<u8>>;
}

/// The disk alone; what the user names is opened, whatever it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Source for Disk {
    fn buffer(&self, _: &Path) -> Option<Vec<u8>> {
        None
    }

    fn read(&self, path: &Path, most: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
