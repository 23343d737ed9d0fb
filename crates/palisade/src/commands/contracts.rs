//! Finding and reading contracts that the command line names.

use super::output::shown;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Bytes read of one file: one more than the reader of contracts takes, so that it sees that there are more.
const MAX_BYTES: u64 = (64 << 20) + 1;
/// Directories inside each other that are searched.
const MAX_DEPTH: usize = 64;
/// Files taken from directories.
const MAX_FILES: usize = 100_000;

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

/// Whether a file may be a contract: the word stands somewhere, in UTF-8 or in UTF-16.
pub fn mentions_version(bytes: &[u8]) -> bool {
    [b"openapi", b"swagger"].iter().any(|word| {
        let wide: Vec<u8> = word.iter().flat_map(|byte| [0, *byte]).skip(1).collect();
        holds(bytes, *word) || holds(bytes, &wide)
    })
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// The JSON and YAML files below a directory, in order of their names. Hidden directories and links to directories are
/// left out.
pub fn search(root: &Path) -> Result<Vec<PathBuf>, String> {
    walk(root, is_document)
}

fn walk(root: &Path, wanted: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    let mut open = vec![(root.to_path_buf(), 0)];
    while let Some((directory, depth)) = open.pop() {
        let failed = |error: io::Error| format!("cannot search {}: {error}", shown(&directory));
        for entry in std::fs::read_dir(&directory).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            let kind = entry.file_type().map_err(failed)?;
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if kind.is_dir() && !hidden && depth < MAX_DEPTH {
                open.push((path, depth + 1));
            } else if !kind.is_dir() && wanted(&path) && path.is_file() {
                files.push(path);
            }
            if files.len() > MAX_FILES {
                return Err(format!("more than {MAX_FILES} files below {}: name a smaller directory", shown(root)));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Whether a path is a pattern: it has one of the signs of patterns.
pub fn is_glob(path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.contains(['*', '?', '[', '{']))
}

/// The files that a pattern such as `apis/**/*.yaml` matches, in order of their names. `*` stays within a directory,
/// `**` goes through them.
pub fn matching(pattern: &Path) -> Result<Vec<PathBuf>, String> {
    let text = pattern.to_str().unwrap_or_default();
    let glob = globset::GlobBuilder::new(text)
        .literal_separator(true)
        .build()
        .map_err(|error| format!("the pattern {} cannot be read: {}", shown(pattern), error.kind()))?
        .compile_matcher();
    // The part before the first sign is a directory that is searched.
    let plain = text.find(['*', '?', '[', '{']).and_then(|at| text.get(..at)).unwrap_or_default();
    let root = match plain.rfind('/') {
        Some(0) => Path::new("/"),
        Some(at) => Path::new(plain.get(..at).unwrap_or_default()),
        None => Path::new("."),
    };
    let mut files = walk(root, |_| true)?;
    if plain.rfind('/').is_none() {
        files = files.iter().map(|file| file.strip_prefix(".").unwrap_or(file).to_path_buf()).collect();
    }
    files.retain(|file| glob.is_match(file));
    Ok(files)
}

fn is_document(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    matches!(ending.as_deref(), Some("json" | "yaml" | "yml"))
}
