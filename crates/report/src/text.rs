//! For a terminal.

use crate::escape::terminal;
use crate::excerpt::Lines;
use crate::{Catalogue, Section, TextOptions, by_rule, counted, place};
use palisade_finding::{Finding, Severity, Summary};
use std::fmt::Write;

struct Paint(bool);

impl Paint {
    fn with(&self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn severity(&self, severity: Severity) -> String {
        let code = match severity {
            Severity::Critical => "1;35",
            Severity::High => "1;31",
            Severity::Medium => "33",
            Severity::Low => "36",
            Severity::Info => "2",
        };
        self.with(code, severity.as_str())
    }
}

/// Writes every section, and a line for all when there are several.
pub(crate) fn write(sections: &[Section<'_>], catalogue: &Catalogue, options: &TextOptions) -> String {
    let paint = Paint(options.color);
    let mut out = String::new();
    for section in sections {
        one(section, catalogue, options, &paint, &mut out);
        out.push('\n');
    }
    if sections.len() > 1 {
        let all = Summary::of(sections.iter().flat_map(|section| section.findings));
        let _ = writeln!(out, "{} judged: {}", sections.len(), counted(&all));
    } else {
        out.pop();
    }
    out
}

fn one(section: &Section<'_>, catalogue: &Catalogue, options: &TextOptions, paint: &Paint, out: &mut String) {
    let _ = writeln!(out, "{}", paint.with("1", &terminal(section.name)));
    for (label, value) in &section.facts {
        let _ = writeln!(out, "  {label:<9} {}", terminal(value));
    }
    let lines = section.source.map(Lines::new);
    for (rule, findings) in by_rule(section.findings) {
        let Some(first) = findings.first() else { continue };
        let places: u64 = findings.iter().map(|finding| finding.count).sum();
        let loss: f64 = findings.iter().filter_map(|finding| finding.loss).sum();
        let mut head = format!(
            "{} {} {}",
            paint.severity(first.severity),
            paint.with("1", &terminal(rule)),
            terminal(&first.name)
        );
        if places > 1 {
            let _ = write!(head, ", {places} places");
        }
        if loss > 0.0 {
            let _ = write!(head, ", costs {loss:.2} points");
        }
        let _ = writeln!(out, "\n{head}");
        let shown = if options.places == 0 { findings.len() } else { options.places };
        for (at, finding) in findings.iter().take(shown).enumerate() {
            let _ = writeln!(out, "  {}", terminal(&finding.message));
            let _ = writeln!(out, "    {} {}", paint.with("2", "at"), terminal(&place(finding, section.name)));
            if let Some(evidence) = &finding.evidence {
                let _ = writeln!(out, "    {} {}", paint.with("2", "seen"), terminal(evidence));
            }
            if at == 0 {
                excerpt(finding, lines.as_ref(), paint, out);
            }
        }
        if findings.len() > shown {
            let _ = writeln!(out, "  and {} more", findings.len() - shown);
        }
        if let Some(fix) = first.fix.as_deref().or_else(|| catalogue.get(rule).map(|rule| rule.fix.as_ref())) {
            let _ = writeln!(out, "  {} {}", paint.with("32", "fix:"), terminal(fix));
        }
    }
    let _ = writeln!(out, "\n{}", counted(&Summary::of(section.findings)));
}

fn excerpt(finding: &Finding, lines: Option<&Lines<'_>>, paint: &Paint, out: &mut String) {
    let (Some(lines), Some(line), Some(column)) = (lines, finding.line, finding.column) else { return };
    let Some(excerpt) = lines.excerpt(line, column) else { return };
    let number = line.to_string();
    let _ = writeln!(out, "    {} {}", paint.with("2", &format!("{number} |")), excerpt.line);
    let _ =
        writeln!(out, "    {} |{}{}", " ".repeat(number.len()), " ".repeat(excerpt.before + 1), paint.with("31", "^"));
}
