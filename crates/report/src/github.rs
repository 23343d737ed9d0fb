//! GitHub's workflow commands: each finding becomes an annotation at its line.
//!
//! Format: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

use crate::escape::terminal;
use crate::{Section, counted, posture};
use palisade_finding::{Severity, Summary};
use std::io::{self, Write};

/// Writes one section, the worst findings first: GitHub shows only the first ten of each level for a step.
pub(crate) fn section(section: &Section<'_>, out: &mut dyn Write) -> io::Result<()> {
    if let Some(posture) = section.posture {
        let graded = format!("{}: grade {}, {} of 100 points", section.name, posture.grade, posture.score);
        writeln!(out, "::notice title=grade::{}", data(&terminal(&graded)))?;
        if let Some((kept, reasons)) = posture::verdict(posture) {
            let level =
                if posture.policy.as_ref().is_some_and(|verdict| verdict.compliant) { "notice" } else { "error" };
            writeln!(out, "::{level} title=policy::{}", data(&terminal(&format!("{kept}: {}", reasons.join("; ")))))?;
        }
    }
    let mut findings: Vec<_> = section.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    for finding in findings {
        let level = match finding.severity {
            Severity::Critical | Severity::High => "error",
            Severity::Medium => "warning",
            Severity::Low | Severity::Info => "notice",
        };
        write!(out, "::{level} file={}", property(finding.file.as_deref().unwrap_or(section.name)))?;
        if let (Some(line), Some(column)) = (finding.line, finding.column) {
            write!(out, ",line={line},col={column}")?;
        }
        let title = format!("{} {} ({})", finding.rule, finding.name, finding.severity);
        let stop = if finding.message.ends_with(['.', '!', '?']) { "" } else { "." };
        let fix = finding.fix.as_deref().map(|fix| format!("{stop} Fix: {fix}")).unwrap_or_default();
        writeln!(out, ",title={}::{}{}", property(&title), data(&terminal(&finding.message)), data(&fix))?;
    }
    Ok(())
}

/// Writes a line that is no command, so that an empty report says that there is nothing.
pub(crate) fn end(sections: usize, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "palisade: {sections} judged: {}", counted(summary))
}

/// Text of a command's message: its line ends and percent signs escaped.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Value of a command's property: commas and colons escaped too.
fn property(text: &str) -> String {
    data(&terminal(text)).replace(':', "%3A").replace(',', "%2C")
}
