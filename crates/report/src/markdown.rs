//! Markdown, for merge requests and wikis.

use crate::escape::markdown;
use crate::{Catalogue, Section, by_rule, counted, place};
use palisade_finding::Summary;
use std::fmt::Write;
use std::io;

/// Places listed for each rule.
const PLACES: usize = 20;

/// Writes one section.
pub(crate) fn section(section: &Section<'_>, catalogue: &Catalogue, to: &mut dyn io::Write) -> io::Result<()> {
    let mut out = String::new();
    let _ = writeln!(out, "# {}\n", markdown(section.name));
    for (label, value) in &section.facts {
        let _ = writeln!(out, "- {label}: {}", markdown(value));
    }
    let _ = writeln!(out, "- findings: {}\n", counted(&Summary::of(section.findings)));
    for (id, findings) in by_rule(section.findings) {
        let Some(first) = findings.first() else { continue };
        let places: u64 = findings.iter().map(|finding| finding.count).sum();
        let loss: f64 = findings.iter().filter_map(|finding| finding.loss).sum();
        let _ = write!(out, "## {} {} ({}, {places}×", markdown(id), markdown(&first.name), first.severity);
        let _ = if loss > 0.0 { writeln!(out, ", {loss:.2} points)\n") } else { writeln!(out, ")\n") };
        if let Some(rule) = catalogue.get(id) {
            let _ = writeln!(out, "{}\n", markdown(&rule.why));
        }
        if let Some(fix) = &first.fix {
            let _ = writeln!(out, "Fix: {}\n", markdown(fix));
        }
        out.push_str("| place | what |\n|---|---|\n");
        for finding in findings.iter().take(PLACES) {
            let _ = writeln!(out, "| {} | {} |", markdown(&place(finding, section.name)), markdown(&finding.message));
        }
        if findings.len() > PLACES {
            let _ = writeln!(out, "\nand {} more", findings.len() - PLACES);
        }
        out.push('\n');
    }
    if !section.suppressed.is_empty() {
        out.push_str("## Not reported\n\n| rule | place | what | why |\n|---|---|---|---|\n");
    }
    for silenced in &section.suppressed {
        let finding = silenced.finding;
        let _ = writeln!(
            out,
            "| {} {} | {} | {} | {} |",
            markdown(&finding.rule),
            markdown(&finding.name),
            markdown(&place(finding, section.name)),
            markdown(&finding.message),
            markdown(&silenced.why)
        );
    }
    writeln!(to, "{}", out.trim_end())
}
