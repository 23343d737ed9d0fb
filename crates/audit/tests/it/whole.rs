//! Every file of a directory tree is audited: no panic, no finding without a place, twice the same bytes.
//!
//! By default the repository's own fixtures, hostile ones included; `PALISADE_CORPUS` names another directory.

use super::{contracts, say};
use palisade_audit::{Options, Profile, audit_bytes};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

/// What a file may take. Far above what any takes: a hang is caught, a slow machine is not.
const LONGEST: Duration = Duration::from_secs(60);

/// Most memory this process ever held, in MiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1024
}

#[test]
fn every_file_of_a_directory_is_audited() {
    let corpus = contracts::named();
    let named = corpus.is_some();
    let root = corpus.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let options = Options { profile: Profile::Strict, ..Options::default() };
    let mut wrong = Vec::new();
    let mut times = Vec::new();
    let began = Instant::now();
    let skip = |file: &Path| !named && file.components().any(|part| part.as_os_str() == "suite");
    let files: Vec<_> = contracts::files(root).into_iter().filter(|file| !skip(file)).collect();
    for file in &files {
        let bytes = std::fs::read(file).unwrap();
        let name = file.display().to_string();
        let start = Instant::now();
        let Ok(report) = catch_unwind(AssertUnwindSafe(|| audit_bytes(&name, &bytes, &options))) else {
            wrong.push(format!("{name}: panics"));
            continue;
        };
        let taken = start.elapsed();
        let again = audit_bytes(&name, &bytes, &options);
        if serde_json::to_string(&report).unwrap() != serde_json::to_string(&again).unwrap() {
            wrong.push(format!("{name}: two runs differ"));
        }
        for finding in &report.findings {
            if finding.file.as_deref() != Some(&*name) || finding.line.is_none() || finding.column.is_none() {
                wrong.push(format!("{name}: {} has no place", finding.rule));
            }
            if finding.rule == "PAL-DOC008" {
                wrong.push(format!("{name}: {}", finding.message));
            }
        }
        if taken > LONGEST {
            wrong.push(format!("{name}: takes {taken:?}"));
        }
        times.push((taken, bytes.len(), report.findings.len(), report.score.total, name));
    }
    let total = began.elapsed();
    times.sort_by(|a, b| (a.0, &a.4).cmp(&(b.0, &b.4)));
    if named {
        for (taken, bytes, findings, score, name) in &times {
            say(&format!(
                "{:>9.1} ms {bytes:>9} bytes {findings:>6} findings {score:>6.2} {name}",
                taken.as_secs_f64() * 1e3
            ));
        }
        say(&format!("{} files twice in {:.1} s, peak {} MiB", times.len(), total.as_secs_f64(), peak()));
    }
    assert!(files.len() > 100 || named, "only {} files", files.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}
