//! A contract with the files it is spread over.

use crate::file;
use crate::http::Network;
use crate::source::{Disk, Source};
use palisade_document::{Limits, Reading, Refusal, RefusalKind, read_owned};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How much is fetched for one contract, beside what [`Limits`] says of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Files beside the one that was named.
    pub files: usize,
    /// Files in a chain in which each is named by the one before.
    pub chain: usize,
    /// Time spent on asking hosts.
    pub time: Duration,
}

impl Default for Bounds {
    /// 1,000 files, chains of 32, one minute.
    fn default() -> Self {
        Bounds { files: 1000, chain: 32, time: Duration::from_secs(60) }
    }
}

/// Reads contracts with the files they name.
#[derive(Debug, Clone, Default)]
pub struct Loader {
    /// The hosts that may be asked.
    pub network: Network,
    /// How much of a text is read, all files together.
    pub limits: Limits,
    /// How much is fetched.
    pub bounds: Bounds,
}

impl Loader {
    /// Reads a contract. `folder` is the one that its files must lie below; without one no file is opened. What is not
    /// fetched is a problem at the reference that names it, which [`palisade_document::refs::survey`] tells.
    pub fn read(&self, folder: Option<&Path>, name: &str, bytes: Vec<u8>) -> Reading {
        self.load(&Disk, folder, name, bytes, &BTreeMap::new())
    }

    /// Like [`read`](Loader::read); what the source has in a buffer counts instead of the file on the disk.
    pub fn read_from(&self, source: &dyn Source, folder: Option<&Path>, name: &str, bytes: Vec<u8>) -> Reading {
        self.load(source, folder, name, bytes, &BTreeMap::new())
    }

    /// Like [`read`](Loader::read), with texts that stand for what lies at their addresses: those are not fetched.
    pub fn read_over(
        &self,
        folder: Option<&Path>,
        name: &str,
        bytes: Vec<u8>,
        known: &BTreeMap<String, &str>,
    ) -> Reading {
        self.load(&Disk, folder, name, bytes, known)
    }

    fn load(
        &self,
        source: &dyn Source,
        folder: Option<&Path>,
        name: &str,
        bytes: Vec<u8>,
        known: &BTreeMap<String, &str>,
    ) -> Reading {
        let mut reading = read_owned(name, bytes, &self.limits);
        if reading.fatal {
            return reading;
        }
        let document = &mut reading.document;
        let mut spent = Spent { source, root: None, files: 0, asked: None };
        let mut seen = 0;
        for link in 1.. {
            let missing = document.missing(seen);
            if missing.is_empty() {
                break;
            }
            seen = document.len();
            for one in missing {
                let left = self.limits.bytes.saturating_sub(document.files().map(|file| file.source().len() + 1).sum());
                if let Some(text) = known.get(&one.address) {
                    let extension = document.extend(&one.address, text.as_bytes(), &self.limits);
                    reading.problems.extend(extension.problems);
                    continue;
                }
                match self.fetch(folder, &one.address, link, left, &mut spent) {
                    Some(Ok(bytes)) => {
                        let extension = document.extend(&one.address, &bytes, &self.limits);
                        reading.problems.extend(extension.problems);
                    }
                    Some(Err(refusal)) => document.refuse(&one.address, refusal),
                    None => {}
                }
            }
        }
        reading
    }

    /// The bytes at an address; none when it may not be asked for at all.
    fn fetch(
        &self,
        folder: Option<&Path>,
        address: &str,
        link: usize,
        left: usize,
        spent: &mut Spent<'_>,
    ) -> Option<Result<Vec<u8>, Refusal>> {
        let url = self.network.is_url(address);
        let allowed = if url { self.network.allows(address) } else { folder.is_some() };
        if !allowed {
            return None;
        }
        let limit = |reason: String| Some(Err(Refusal { kind: RefusalKind::Limit, reason }));
        if spent.files >= self.bounds.files {
            return limit(format!("the contract has more than {} files", self.bounds.files));
        }
        if link > self.bounds.chain {
            return limit(format!("more than {} files in a chain", self.bounds.chain));
        }
        spent.files += 1;
        if url {
            let since = *spent.asked.get_or_insert_with(Instant::now);
            let Some(time) = self.bounds.time.checked_sub(since.elapsed()) else {
                return limit(format!("asking hosts took more than {} seconds", self.bounds.time.as_secs()));
            };
            return Some(self.network.get(address, left, time));
        }
        let folder = folder?;
        if let Some(bytes) = spent.source.buffer(&folder.join(address)) {
            return Some(file::fitting(address, bytes, left));
        }
        let root = match &spent.root {
            Some(root) => root.clone(),
            None => match std::fs::canonicalize(folder) {
                Ok(root) => spent.root.insert(root).clone(),
                Err(error) => {
                    let reason = format!("the contract's folder cannot be read: {}", error.kind());
                    return Some(Err(Refusal { kind: RefusalKind::Unavailable, reason }));
                }
            },
        };
        Some(file::read(&root, address, left))
    }
}

/// What one contract has used up.
struct Spent<'s> {
    source: &'s dyn Source,
    /// The contract's folder, canonical.
    root: Option<PathBuf>,
    files: usize,
    /// When the first host was asked.
    asked: Option<Instant>,
}
