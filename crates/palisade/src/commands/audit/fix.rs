//! `--fix`: mends contracts in their files, or shows how as a diff.

use super::files::read;
use super::render::Judged;
use super::{folder, shown};
use palisade_audit::fix::{LeftOut, Mending, mend};
use palisade_audit::{Options, State};
use palisade_document::edit::encode_like;
use palisade_runner::Loader;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

/// Places of fixes that were left out, told for each rule.
const LEFT_OUT: usize = 5;

/// The flags of `--fix`.
#[derive(Debug, clap::Args)]
pub(super) struct FixArgs {
    /// Makes the text edits that findings carry, keeping comments and layout, and reports what is left. Only edits
    /// that refuse no honest request and change no meaning.
    #[arg(long, conflicts_with = "write_baseline")]
    pub(super) fix: bool,
    /// Writes the edits as a diff to standard output, and no file.
    #[arg(long, requires = "fix")]
    pub(super) dry_run: bool,
    /// Makes edits too that tighten the contract or change what it says: limits, patterns, closed objects.
    #[arg(long, requires = "fix")]
    pub(super) unsafe_fixes: bool,
}

/// What was done to a contract.
pub(super) struct Fixed {
    /// The diff, where nothing was to be written.
    pub(super) diff: String,
    /// What was done, in words.
    pub(super) summary: String,
}

/// Mends the contract in a file that was judged before.
pub(super) fn contract(
    path: &Path,
    judged: &Judged,
    args: &FixArgs,
    loader: &Loader,
    options: &Options,
) -> Result<Fixed, String> {
    let name = judged.report.contract.path.as_str();
    let Some((_, source)) = judged.sources.first() else {
        return Ok(Fixed { diff: String::new(), summary: String::new() });
    };
    let options = Options { fixes: true, ..options.clone() };
    // Judged with the files it is spread over, of which only the main one is mended.
    let mut judge = |text: &str| {
        let reading = loader.read(folder(path), name, text.as_bytes().to_vec());
        palisade_audit::audit_files(reading, &options).0
    };
    let mending = mend(source, args.unsafe_fixes, &mut judge);
    let mut diff = String::new();
    if args.dry_run {
        diff = palisade_audit::diff(name, source, &mending.text, &mending.rounds);
    } else if mending.text != *source {
        let failed = |error: io::Error| format!("cannot write {}: {error}", shown(path));
        let bytes = read(path).map_err(failed)?;
        // The bytes of the text as it was tell whether it can be written back, and that nobody else wrote meanwhile.
        let encoded = encode_like(&bytes, &mending.text).filter(|_| encode_like(&bytes, source) == Some(bytes.clone()));
        let Some(encoded) = encoded else {
            return Err(format!("{}: not mended: its bytes are not those that were judged, or no text", shown(path)));
        };
        replace(path, &encoded).map_err(failed)?;
    }
    Ok(Fixed { diff, summary: summary(path, &mending, args.dry_run) })
}

/// What was done, and what was not and why.
fn summary(path: &Path, mending: &Mending, dry: bool) -> String {
    let mut out = String::new();
    let (before, after) = (mending.before.score.total, mending.after.score.total);
    let count = mending.made.len();
    let verb = if dry { "would be made" } else { "made" };
    if mending.before.state == State::StructureInvalid {
        let _ = writeln!(out, "{}: cannot be read as a contract: nothing is mended", shown(path));
        return out;
    }
    let _ = writeln!(out, "{}: {count} fixes {verb}, score {before} -> {after}", shown(path));
    let mut by_rule: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for made in &mending.made {
        *by_rule.entry((&made.rule, &made.name)).or_default() += 1;
    }
    for ((rule, name), count) in by_rule {
        let _ = writeln!(out, "  {count:>5}  {rule} {name}");
    }
    let mut left: BTreeMap<(&str, &str), Vec<&LeftOut>> = BTreeMap::new();
    for one in &mending.left_out {
        left.entry((&one.rule, &one.why)).or_default().push(one);
    }
    for ((rule, why), mut all) in left {
        all.sort_by_key(|one| one.line);
        let lines: Vec<String> = all.iter().take(LEFT_OUT).map(|one| one.line.to_string()).collect();
        let more = if all.len() > LEFT_OUT { ", ..." } else { "" };
        let _ = writeln!(out, "  left out: {} of {rule}, {why} (line {}{more})", all.len(), lines.join(", "));
    }
    let _ = writeln!(out, "  {} findings are left", mending.after.findings.len());
    out
}

/// Writes a file as a whole or not at all: beside it first, then in its place. Links are followed, permissions kept.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = std::fs::canonicalize(path)?;
    let permissions = std::fs::metadata(&target)?.permissions();
    if permissions.readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it may only be read"));
    }
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let beside = target.with_file_name(format!(".{name}.palisade-{}", std::process::id()));
    let written = (|| {
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(&beside)?;
        file.set_permissions(permissions)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, &target)
    })();
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}
