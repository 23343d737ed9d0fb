//! `--fix`: mends contracts in their files, or shows how as a diff.

use super::render::Judged;
use crate::commands::contracts::folder;
use crate::commands::output::shown;
use crate::commands::rewrite::{Texts, address};
use palisade_audit::fix::{LeftOut, Mending, mend_files};
use palisade_audit::{Options, State};
use palisade_report::terminal;
use palisade_runner::Loader;
use std::collections::BTreeMap;
use std::fmt::Write as _;
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

/// Mends the contract in a file that was judged before, and the local files it is spread over.
pub(super) fn contract(
    path: &Path,
    judged: &Judged,
    args: &FixArgs,
    loader: &Loader,
    options: &Options,
) -> Result<Fixed, String> {
    let name = judged.report.contract.path.as_str();
    if judged.sources.is_empty() {
        return Ok(Fixed { diff: String::new(), summary: String::new() });
    }
    let options = Options { fixes: true, ..options.clone() };
    let addresses: Vec<String> = judged.sources.iter().map(|(file, _)| address(name, file)).collect();
    let mut judge = |texts: &[String]| {
        let mut files = addresses.iter().cloned().zip(texts.iter().map(String::as_str));
        let main = files.next().map_or("", |(_, text)| text).as_bytes().to_vec();
        palisade_audit::audit_files(loader.read_over(folder(path), name, main, &files.collect()), &options).0
    };
    let mending = mend_files(&judged.sources, args.unsafe_fixes, &mut judge);
    let mut diff = String::new();
    let mut written = Texts::default();
    let mended = std::iter::once(&mending.main).chain(&mending.others);
    for (file, (_, before)) in mended.zip(&judged.sources) {
        if file.text == *before {
            continue;
        }
        if args.dry_run {
            diff.push_str(&palisade_audit::diff(&file.name, before, &file.text, &file.rounds));
            continue;
        }
        written.add(path, name, &file.name, before, &file.text)?;
    }
    written.write()?;
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
        all.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        let main = mending.main.name.as_str();
        let line = |one: &&LeftOut| match one.file == main {
            true => one.line.to_string(),
            false => format!("{}:{}", terminal(&one.file), one.line),
        };
        let lines: Vec<String> = all.iter().take(LEFT_OUT).map(line).collect();
        let more = if all.len() > LEFT_OUT { ", ..." } else { "" };
        let _ = writeln!(out, "  left out: {} of {rule}, {why} (line {}{more})", all.len(), lines.join(", "));
    }
    for file in mending.others.iter().filter(|file| file.rounds.iter().any(|edits| !edits.is_empty())) {
        let count = mending.made.iter().filter(|made| made.file == file.name).count();
        let _ = writeln!(out, "  {count:>5}  of them in {}", terminal(&file.name));
    }
    let _ = writeln!(out, "  {} findings are left", mending.after.findings.len());
    out
}
