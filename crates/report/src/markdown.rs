//! Markdown, for merge requests and wikis.

use crate::escape::markdown;
use crate::{Catalogue, Section, by_rule, counted, place, posture};
use palisade_finding::Summary;
use palisade_posture::Posture;
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
    if let Some(posture) = section.posture {
        standing(posture, &mut out);
    }
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
        if let Some(consumer) = posture::consumer(section.posture, id) {
            let _ = writeln!(out, "Until then: {}\n", markdown(consumer));
        }
        if let Some(link) = posture::reading(section.posture, catalogue, id) {
            let _ = writeln!(out, "Read more: <{link}>\n");
        }
        let seen = section.posture.is_some();
        out.push_str(if seen { "| place | what | seen |\n|---|---|---|\n" } else { "| place | what |\n|---|---|\n" });
        for finding in findings.iter().take(PLACES) {
            let _ = write!(out, "| {} | {} |", markdown(&place(finding, section.name)), markdown(&finding.message));
            if seen {
                let _ = write!(out, " {} |", markdown(finding.evidence.as_deref().unwrap_or_default()));
            }
            out.push('\n');
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

fn standing(posture: &Posture, out: &mut String) {
    let _ = writeln!(out, "**Grade {}**, {} of 100 points\n", posture.grade, posture.score);
    for ceiling in posture::ceilings(posture) {
        let _ = writeln!(out, "- {}", markdown(&ceiling));
    }
    for (guide, told) in posture::guides(posture) {
        let _ = writeln!(out, "- {guide}: {}", markdown(&told));
    }
    if let Some((kept, reasons)) = posture::verdict(posture) {
        let _ = writeln!(out, "- policy: **{}**", markdown(&kept));
        for reason in reasons {
            let _ = writeln!(out, "  - {}", markdown(&reason));
        }
    }
    out.push_str("\n| category | grade | score | found |\n|---|---|---|---|\n");
    for [category, grade, score, told] in posture.categories.iter().map(posture::row) {
        let _ = writeln!(out, "| {category} | {grade} | {score} | {} |", markdown(&told));
    }
    if !posture.not_assessed.is_empty() {
        out.push_str("\n| not assessed | why |\n|---|---|\n");
    }
    for missing in &posture.not_assessed {
        let _ = writeln!(out, "| {} | {} |", missing.part, markdown(&missing.reason));
    }
    out.push('\n');
}
