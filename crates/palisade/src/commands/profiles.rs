//! Control planes a person signed in to, with their keys: one file that its owner alone reads.

use super::output::shown;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Name of the profile that is used when none is named.
pub const DEFAULT: &str = "default";
/// Name of the file in the configuration directory.
const FILE: &str = "profiles.json";
/// Largest file, in bytes.
const MOST: u64 = 1 << 20;

/// One control plane and the keys that are sent there and nowhere else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Address of the control plane.
    pub server: String,
    /// The name of the key pair.
    pub access_key: String,
    /// The secret of the key pair.
    pub secret_key: String,
    /// File of certificates that are trusted instead of the system's.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ca: Option<PathBuf>,
    /// Sends the keys unencrypted to another machine.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub allow_http: bool,
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile").field("server", &self.server).finish_non_exhaustive()
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    profiles: BTreeMap<String, Profile>,
}

/// The file of profiles.
#[derive(Debug)]
pub struct Profiles {
    file: PathBuf,
    content: Content,
}

/// Where profiles are kept: `$XDG_CONFIG_HOME/palisade`, else `~/.config/palisade`.
///
/// # Errors
/// When the environment names no home.
pub fn directory(environment: impl Fn(&str) -> Option<String>) -> Result<PathBuf, String> {
    if let Some(directory) = environment("XDG_CONFIG_HOME").filter(|directory| Path::new(directory).is_absolute()) {
        return Ok(PathBuf::from(directory).join("palisade"));
    }
    let home = environment("HOME").filter(|home| Path::new(home).is_absolute());
    Ok(PathBuf::from(home.ok_or("no place for profiles: set HOME or XDG_CONFIG_HOME")?).join(".config/palisade"))
}

impl Profiles {
    /// Reads the file in a directory; without one there are no profiles.
    ///
    /// # Errors
    /// When it cannot be read, or others can read it.
    pub fn read(directory: &Path) -> Result<Profiles, String> {
        let file = directory.join(FILE);
        let failed = |error: &dyn fmt::Display| format!("{}: {error}", shown(&file));
        let opened = match std::fs::File::open(&file) {
            Ok(opened) => opened,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Profiles { file, content: Content::default() });
            }
            Err(error) => return Err(failed(&error)),
        };
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = opened.metadata().map_err(|error| failed(&error))?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(format!("{0}: others can read the keys in it; chmod 600 {0}", shown(&file)));
            }
        }
        let mut text = String::new();
        opened.take(MOST).read_to_string(&mut text).map_err(|error| failed(&error))?;
        let content = serde_json::from_str(&text).map_err(|error| failed(&error))?;
        Ok(Profiles { file, content })
    }

    /// A profile by its name.
    pub fn get(&self, name: &str) -> Option<&Profile> {
        self.content.profiles.get(name)
    }

    /// The names, in order.
    pub fn names(&self) -> Vec<&str> {
        self.content.profiles.keys().map(String::as_str).collect()
    }

    /// Adds a profile, in place of one with that name.
    pub fn set(&mut self, name: &str, profile: Profile) {
        self.content.profiles.insert(name.to_owned(), profile);
    }

    /// Takes a profile out; false when there is none.
    pub fn remove(&mut self, name: &str) -> bool {
        self.content.profiles.remove(name).is_some()
    }

    /// The file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Writes the file: as a whole or not at all, readable by its owner alone.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self) -> Result<(), String> {
        self.replace().map_err(|error| format!("cannot write {}: {error}", shown(&self.file)))
    }

    fn replace(&self) -> io::Result<()> {
        let directory = self.file.parent().unwrap_or(Path::new("."));
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(directory)?;
        let fresh = directory.join(format!(".{FILE}.{}", std::process::id()));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(&fresh).and_then(|mut file| {
            let mut bytes = serde_json::to_vec_pretty(&self.content)?;
            bytes.push(b'\n');
            file.write_all(&bytes)?;
            file.sync_all()
        });
        let replaced = written.and_then(|()| std::fs::rename(&fresh, &self.file));
        if replaced.is_err() {
            // The keys must not stay behind; that it was never made is no news.
            let _ = std::fs::remove_file(&fresh);
        }
        replaced
    }
}
