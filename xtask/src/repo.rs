//! What the checks look at: the files under version control and cargo's view of the workspace.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A crate of the workspace.
pub struct Room {
    /// Without the `palisade-` in front.
    pub name: String,
    /// Folder, relative to the root.
    pub dir: String,
    /// Rooms it uses outside of tests.
    pub uses: Vec<String>,
    /// Other crates it uses outside of tests.
    pub outside: Vec<String>,
}

pub struct Repo {
    pub root: PathBuf,
    /// Text files, by path relative to the root.
    pub files: BTreeMap<String, String>,
    /// Everything else that is under version control.
    pub other: Vec<String>,
    pub rooms: Vec<Room>,
}

fn run(root: &Path, program: &str, args: &[&str]) -> Result<Vec<u8>, String> {
    let output = Command::new(program).args(args).current_dir(root).output().map_err(|e| format!("{program}: {e}"))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(format!("{program} {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr)))
    }
}

fn short(package: &str) -> String {
    package.strip_prefix("palisade-").unwrap_or(package).to_owned()
}

impl Repo {
    pub fn open() -> Result<Self, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("xtask has no parent folder")?.to_owned();
        // a clone made by another user, as build machines have it, is read too
        let list = ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let list = run(&root, "git", &list)?;
        let (mut files, mut other) = (BTreeMap::new(), Vec::new());
        for path in String::from_utf8_lossy(&list).split('\0').filter(|path| !path.is_empty()) {
            match std::fs::read(root.join(path)).map(String::from_utf8) {
                Ok(Ok(text)) => {
                    files.insert(path.to_owned(), text);
                }
                Ok(Err(_)) => other.push(path.to_owned()),
                // listed but gone from the work tree
                Err(_) => {}
            }
        }
        let metadata = run(&root, env!("CARGO"), &["metadata", "--format-version", "1", "--no-deps", "--offline"])?;
        let metadata: Value = serde_json::from_slice(&metadata).map_err(|error| error.to_string())?;
        let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
        let names: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
        let mut rooms = Vec::new();
        for package in packages {
            let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
            let dir =
                manifest.parent().and_then(|dir| dir.strip_prefix(&root).ok()).ok_or("a crate outside the root")?;
            let used = package["dependencies"].as_array().into_iter().flatten();
            let used: Vec<&str> =
                used.filter(|one| one["kind"] != "dev").filter_map(|one| one["name"].as_str()).collect();
            rooms.push(Room {
                name: short(package["name"].as_str().unwrap_or_default()),
                dir: dir.to_string_lossy().into_owned(),
                uses: used.iter().filter(|name| names.contains(name)).map(|name| short(name)).collect(),
                outside: used.iter().filter(|name| !names.contains(name)).map(|name| (*name).to_owned()).collect(),
            });
        }
        Ok(Self { root, files, other, rooms })
    }

    /// The text of a file, empty when there is none.
    pub fn text(&self, path: &str) -> &str {
        self.files.get(path).map_or("", String::as_str)
    }

    /// Files whose name ends so.
    pub fn ending<'a>(&'a self, endings: &'a [&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files
            .iter()
            .filter(move |(path, _)| endings.iter().any(|ending| path.ends_with(ending)))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }
}
