//! Master keys and where they come from.
//!
//! A file of keys holds one key a line, 32 bytes in base64, the newest first; `#` begins a comment. An environment
//! variable holds the same with commas between.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use std::fmt::{self, Write as _};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Bytes of a key.
pub(crate) const KEY_BYTES: usize = 32;
/// Most keys of a source.
const KEYS: usize = 16;
/// Largest file of keys, in bytes.
const FILE_BYTES: u64 = 16 << 10;

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file.
    #[error("{doing} {}: {source}", path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Others may read the file.
    #[error("others can read {}: run chmod {mode} {}", path.display(), path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// The mode it should have.
        mode: &'static str,
    },
    /// It holds something else than keys.
    #[error(
        "{place} holds something that is no master key: each is 32 random bytes in base64 (openssl rand -base64 32)"
    )]
    Form {
        /// Where.
        place: String,
    },
    /// It holds no key.
    #[error("{place} holds no master key: make one by openssl rand -base64 32")]
    Empty {
        /// Where.
        place: String,
    },
    /// The system gives no random bytes.
    #[error("no random bytes for a master key")]
    Random,
}

/// A master key. It does not print and is wiped when it is dropped.
pub(crate) struct MasterKey {
    bytes: Zeroizing<[u8; KEY_BYTES]>,
    id: String,
    id_bytes: [u8; 16],
}

impl MasterKey {
    fn new(bytes: Zeroizing<[u8; KEY_BYTES]>) -> MasterKey {
        let mut text = Zeroizing::new(b"palisade master key id".to_vec());
        text.extend_from_slice(&*bytes);
        let mut id_bytes = [0; 16];
        for (to, from) in id_bytes.iter_mut().zip(digest(&SHA256, &text).as_ref()) {
            *to = *from;
        }
        MasterKey { bytes, id: hex(&id_bytes), id_bytes }
    }

    pub(crate) fn random() -> Result<MasterKey, KeyError> {
        let mut bytes = Zeroizing::new([0u8; KEY_BYTES]);
        aws_lc_rs::rand::fill(&mut *bytes).map_err(|_| KeyError::Random)?;
        Ok(MasterKey::new(bytes))
    }

    fn parse(text: &str) -> Option<MasterKey> {
        let decoded = STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok()?;
        let decoded = Zeroizing::new(decoded);
        let bytes: [u8; KEY_BYTES] = decoded.as_slice().try_into().ok()?;
        Some(MasterKey::new(Zeroizing::new(bytes)))
    }

    /// A name for the key that tells nothing of it: a hash, hexadecimal.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn id_bytes(&self) -> [u8; 16] {
        self.id_bytes
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &*self.bytes
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Master keys, the newest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ring(Vec<Arc<MasterKey>>);

impl Ring {
    pub(crate) fn first(&self) -> Option<Arc<MasterKey>> {
        self.0.first().cloned()
    }

    pub(crate) fn find(&self, id: &str) -> Option<Arc<MasterKey>> {
        self.0.iter().find(|key| key.id == id).cloned()
    }

    fn parse(text: &str, place: impl Fn() -> String) -> Result<Ring, KeyError> {
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or(""));
        let texts = lines.flat_map(|line| line.split(',')).map(str::trim).filter(|text| !text.is_empty());
        let mut keys = Vec::new();
        for text in texts {
            keys.push(Arc::new(MasterKey::parse(text).ok_or_else(|| KeyError::Form { place: place() })?));
        }
        match keys.len() {
            0 => Err(KeyError::Empty { place: place() }),
            1..=KEYS => Ok(Ring(keys)),
            _ => Err(KeyError::Form { place: place() }),
        }
    }

    fn text(&self) -> Zeroizing<String> {
        // The whole length at once: growing would leave copies behind.
        let mut text = Zeroizing::new(String::with_capacity(256 + self.0.len() * 64));
        text.push_str(
            "# Master keys of Palisade's vault, the newest first. Keep a copy of this file apart from backups of the \
             store:\n# without it no secret in the store can be read.\n",
        );
        for key in &self.0 {
            STANDARD.encode_string(key.bytes(), &mut text);
            text.push('\n');
        }
        text
    }
}

/// Where master keys come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A file of our own below the data directory: made when it is needed, changed by a rotation.
    Own(PathBuf),
    /// A file of the operator's (`PALISADE_MASTER_KEY_FILE`), never changed by us.
    File(PathBuf),
    /// The text of `PALISADE_MASTER_KEY`.
    Text(crate::Secret),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Own(path) | Source::File(path) => write!(f, "{}", path.display()),
            Source::Text(_) => f.write_str("PALISADE_MASTER_KEY"),
        }
    }
}

impl Source {
    /// What the environment names, else `master.key` in the data directory.
    pub fn of(data: &Path) -> Source {
        let given = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        if let Some(text) = given("PALISADE_MASTER_KEY") {
            return Source::Text(crate::Secret::new(text.to_string_lossy().into_owned()));
        }
        match given("PALISADE_MASTER_KEY_FILE") {
            Some(path) => Source::File(path.into()),
            None => Source::Own(data.join("master.key")),
        }
    }

    /// The keys there are; none where our own file was not made yet.
    pub(crate) fn read(&self) -> Result<Ring, KeyError> {
        let place = || self.to_string();
        match self {
            Source::Text(text) => Ring::parse(text.reveal(), place),
            // A group may read an operator's file: orchestrators mount secrets that way.
            Source::File(path) => Ring::parse(&read(path, 0o007, "640")?, place),
            Source::Own(path) => match read(path, 0o077, "600") {
                Err(KeyError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(Ring::default()),
                Err(error) => Err(error),
                Ok(text) => Ring::parse(&text, place),
            },
        }
    }

    /// Makes the first key of our own file, or takes the one that another process made meanwhile.
    pub(crate) fn make(&self) -> Result<Ring, KeyError> {
        let Source::Own(path) = self else {
            // Those always hold a key, or cannot be read.
            return self.read();
        };
        let made = Ring(vec![Arc::new(MasterKey::random()?)]);
        let whole = beside(path)?;
        write(&whole, &made.text())?;
        // Whole or not at all, and never in place of another.
        let linked = std::fs::hard_link(&whole, path);
        let _ = std::fs::remove_file(&whole);
        match linked {
            Ok(()) => Ok(made),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.read(),
            Err(source) => Err(KeyError::File { doing: "making", path: path.clone(), source }),
        }
    }

    /// Puts a new key before those of our own file; gives the keys as they are then.
    pub(crate) fn add(&self, ring: &Ring) -> Result<Ring, KeyError> {
        let mut keys = vec![Arc::new(MasterKey::random()?)];
        keys.extend(ring.0.iter().take(KEYS - 1).cloned());
        self.replace(Ring(keys))
    }

    /// Leaves of our own file only one key.
    pub(crate) fn keep(&self, key: &Arc<MasterKey>) -> Result<Ring, KeyError> {
        self.replace(Ring(vec![Arc::clone(key)]))
    }

    fn replace(&self, ring: Ring) -> Result<Ring, KeyError> {
        if let Source::Own(path) = self {
            let whole = beside(path)?;
            write(&whole, &ring.text())?;
            std::fs::rename(&whole, path).map_err(|source| KeyError::File {
                doing: "replacing",
                path: path.clone(),
                source,
            })?;
        }
        Ok(ring)
    }
}

/// A name that no other process chooses.
fn beside(path: &Path) -> Result<PathBuf, KeyError> {
    let mut random = [0u8; 8];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| KeyError::Random)?;
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.new", hex(&random)));
    Ok(name.into())
}

fn write(path: &Path, text: &str) -> Result<(), KeyError> {
    let failed = |source| KeyError::File { doing: "writing", path: path.to_owned(), source };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}

/// Reads a file of keys; `refused` are the bits of its mode that it may not have.
fn read(path: &Path, refused: u32, wanted: &'static str) -> Result<Zeroizing<String>, KeyError> {
    let failed = |source| KeyError::File { doing: "reading", path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(failed)?;
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::MetadataExt::mode(&file.metadata().map_err(failed)?);
        if mode & refused != 0 {
            return Err(KeyError::Open { path: path.to_owned(), mode: wanted });
        }
    }
    let mut text = Zeroizing::new(String::with_capacity(4096));
    file.take(FILE_BYTES).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}
