//! For a terminal.

use crate::escape::terminal;
use crate::excerpt::Sources;
use crate::{Catalogue, Section, TextOptions, by_rule, counted, place, posture};
use palisade_finding::{Finding, Related, Severity, Summary};
use palisade_posture::{Grade, Posture};
use std::fmt::Write;
use std::io;

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

/// Writes one section.
pub(crate) fn section(
    section: &Section<'_>,
    catalogue: &Catalogue,
    options: &TextOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut text = String::new();
    one(section, catalogue, options, &Paint(options.color), &mut text);
    out.write_all(text.as_bytes())
}

fn one(section: &Section<'_>, catalogue: &Catalogue, options: &TextOptions, paint: &Paint, out: &mut String) {
    let _ = writeln!(out, "{}", paint.with("1", &terminal(section.name)));
    for (label, value) in &section.facts {
        let _ = writeln!(out, "  {label:<9} {}", terminal(value));
    }
    if let Some(posture) = section.posture {
        standing(posture, paint, out);
    }
    let lines = Sources::new(section);
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
            // In another file: how the contract gets there.
            if !finding.related.is_empty() && finding.file.as_deref().is_some_and(|file| file != section.name) {
                let one = |related: &Related| format!("{}:{}:{}", related.file, related.line, related.column);
                let chain: Vec<String> = finding.related.iter().map(one).collect();
                let _ = writeln!(out, "    {} {}", paint.with("2", "via"), terminal(&chain.join(" < ")));
            }
            if let Some(evidence) = &finding.evidence {
                let _ = writeln!(out, "    {} {}", paint.with("2", "seen"), terminal(evidence));
            }
            if at == 0 {
                excerpt(finding, &lines, paint, out);
            }
        }
        if findings.len() > shown {
            let _ = writeln!(out, "  and {} more", findings.len() - shown);
        }
        if let Some(why) = posture::why(section.posture, rule) {
            let _ = writeln!(out, "  {} {}", paint.with("2", "why:"), terminal(why));
        }
        if let Some(fix) = first.fix.as_deref().or_else(|| catalogue.get(rule).map(|rule| rule.fix.as_ref())) {
            let _ = writeln!(out, "  {} {}", paint.with("32", "fix:"), terminal(fix));
        }
        if let Some(consumer) = posture::consumer(section.posture, rule) {
            let _ = writeln!(out, "  {} {}", paint.with("32", "until then:"), terminal(consumer));
        }
        if let Some(link) = posture::reading(section.posture, catalogue, rule) {
            let _ = writeln!(out, "  {} {}", paint.with("2", "read:"), terminal(link));
        }
    }
    if !section.suppressed.is_empty() {
        let _ = writeln!(out, "\n{}", paint.with("1", "not reported"));
    }
    for silenced in &section.suppressed {
        let finding = silenced.finding;
        let (rule, severity) = (terminal(&finding.rule), finding.severity);
        let _ = writeln!(out, "  {severity} {rule} {}: {}", terminal(&finding.name), terminal(&finding.message));
        let _ = writeln!(out, "    {} {}", paint.with("2", "at"), terminal(&place(finding, section.name)));
        let _ = writeln!(out, "    {} {}", paint.with("2", "why"), terminal(&silenced.why));
    }
    let _ = writeln!(out, "\n{}", counted(&Summary::of(section.findings)));
}

fn standing(posture: &Posture, paint: &Paint, out: &mut String) {
    let tone = match posture.grade {
        Grade::APlus | Grade::A => "1;32",
        Grade::B | Grade::C => "1;33",
        Grade::D | Grade::E | Grade::F => "1;31",
    };
    let _ = writeln!(out, "  grade     {}, {} of 100 points", paint.with(tone, posture.grade.as_str()), posture.score);
    for ceiling in posture::ceilings(posture) {
        let _ = writeln!(out, "            {}", terminal(&ceiling));
    }
    for (guide, told) in posture::guides(posture) {
        let _ = writeln!(out, "            {guide}: {}", terminal(&told));
    }
    if let Some((kept, reasons)) = posture::verdict(posture) {
        let _ = writeln!(out, "  policy    {}", terminal(&kept));
        for reason in reasons {
            let _ = writeln!(out, "            {}", terminal(&reason));
        }
    }
    let _ = writeln!(out, "\n  {:<15} {:<5} {:>5}  found", "category", "grade", "score");
    for [category, grade, score, told] in posture.categories.iter().map(posture::row) {
        let _ = writeln!(out, "  {category:<15} {grade:<5} {score:>5}  {}", terminal(&told));
    }
    if !posture.not_assessed.is_empty() {
        let _ = writeln!(out, "\n  {}", paint.with("1", "not assessed"));
    }
    for missing in &posture.not_assessed {
        let _ = writeln!(out, "  {:<15} {}", missing.part, terminal(&missing.reason));
    }
}

fn excerpt(finding: &Finding, lines: &Sources<'_>, paint: &Paint, out: &mut String) {
    let (Some(line), Some(excerpt)) = (finding.line, lines.excerpt(finding)) else { return };
    let number = line.to_string();
    let _ = writeln!(out, "    {} {}", paint.with("2", &format!("{number} |")), excerpt.line);
    let _ =
        writeln!(out, "    {} |{}{}", " ".repeat(number.len()), " ".repeat(excerpt.before + 1), paint.with("31", "^"));
}
