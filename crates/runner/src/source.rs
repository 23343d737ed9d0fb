//! Where texts come from: the buffers of an editor first, then the disk.

use std::path::Path;

/// Where the texts of files come from.
pub trait Source {
    /// The text of a file that an editor has open: it counts instead of what is on the disk.
    fn buffer(&self, path: &Path) -> Option<Vec<u8>>;
}

/// The disk alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Source for Disk {
    fn buffer(&self, _: &Path) -> Option<Vec<u8>> {
        None
    }
}
