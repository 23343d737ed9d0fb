//! Writes findings for people and machines: text, JSON, SARIF, JUnit, Markdown, HTML, GitHub annotations.
//!
//! A [`Report`] takes [`Section`]s one by one, one for each thing judged, and writes each as it comes, so that a
//! run over thousands of contracts holds one at a time. Texts about rules come from the joined [`Catalogue`]. Text that came from outside is inert in each format: escaped for the terminal, for XML, for
//! Markdown and for HTML. Equal input gives equal output.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod catalogue;
mod escape;
mod excerpt;
mod github;
mod html;
mod json;
mod junit;
mod markdown;
mod posture;
mod sarif;
mod text;

pub use catalogue::{Catalogue, RuleInfo};
pub use escape::terminal;
pub use json::{FindingsWriter, write_pretty};

use palisade_finding::{Finding, Summary};
use palisade_posture::Posture;
use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

/// A format of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For a terminal: grouped by rule, with excerpts.
    Text,
    /// The findings as JSON.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// JUnit's XML.
    Junit,
    /// Markdown.
    Markdown,
    /// One HTML page that needs nothing else.
    Html,
    /// Workflow commands that GitHub shows as annotations of a change.
    Github,
}

impl Format {
    /// The words of the command line.
    pub const WORDS: [&'static str; 7] = ["text", "json", "sarif", "junit", "md", "html", "github"];
}

/// The word given is no format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFormat(pub String);

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown format {:?}: use {}", self.0, Format::WORDS.join(", "))
    }
}

impl std::error::Error for UnknownFormat {}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "text" => Format::Text,
            "json" => Format::Json,
            "sarif" => Format::Sarif,
            "junit" => Format::Junit,
            "md" => Format::Markdown,
            "html" => Format::Html,
            "github" => Format::Github,
            _ => return Err(UnknownFormat(text.to_owned())),
        })
    }
}

/// What was judged, and what was found.
#[derive(Debug, Clone, Default)]
pub struct Section<'a> {
    /// What it is called: the file as the user named it, an API, an address.
    pub name: &'a str,
    /// Facts shown above the findings, in this order: label and value.
    pub facts: Vec<(&'static str, String)>,
    /// Points out of 100, where the engine gives any.
    pub score: Option<f64>,
    /// The findings, in the order to be shown.
    pub findings: &'a [Finding],
    /// The files that lines and columns refer to, where excerpts are wanted: name and text.
    pub sources: Vec<(&'a str, &'a str)>,
    /// Findings that are not reported and why, where they are to be shown all the same: in every format but JSON, whose
    /// shape is the engine's own, and annotations.
    pub suppressed: Vec<Silenced<'a>>,
    /// How a third party stands: grade, categories, what was not assessed. Findings are explained to both sides then.
    pub posture: Option<&'a Posture>,
}

/// A finding that is not reported.
#[derive(Debug, Clone)]
pub struct Silenced<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// What kept it back, and the reason given.
    pub why: String,
    /// Whether that stands in the thing judged itself.
    pub in_source: bool,
}

/// How a text report is written.
#[derive(Debug, Clone, Copy)]
pub struct TextOptions {
    /// Whether colours are used.
    pub color: bool,
    /// How many places of one rule are listed; 0 lists all.
    pub places: usize,
}

impl Default for TextOptions {
    fn default() -> Self {
        TextOptions { color: false, places: 3 }
    }
}

/// A report that is written section by section.
pub struct Report<'r> {
    out: &'r mut dyn Write,
    format: Format,
    catalogue: &'r Catalogue,
    options: TextOptions,
    /// Sections written so far.
    sections: usize,
    /// Findings written so far.
    findings: usize,
    summary: Summary,
    /// What SARIF tells of third parties behind the findings.
    standing: Vec<serde_json::Value>,
}

impl<'r> Report<'r> {
    /// Begins a report.
    ///
    /// # Errors
    ///
    /// What `out` answers.
    pub fn begin(
        out: &'r mut dyn Write,
        format: Format,
        catalogue: &'r Catalogue,
        options: TextOptions,
    ) -> io::Result<Self> {
        match format {
            Format::Text | Format::Markdown | Format::Github => {}
            Format::Json => out.write_all(b"{\n  \"findings\": [")?,
            Format::Sarif => sarif::begin(out, catalogue)?,
            Format::Junit => junit::begin(out)?,
            Format::Html => html::begin(out)?,
        }
        Ok(Report {
            out,
            format,
            catalogue,
            options,
            sections: 0,
            findings: 0,
            summary: Summary::default(),
            standing: Vec::new(),
        })
    }

    /// Writes one section.
    ///
    /// # Errors
    ///
    /// What `out` answers.
    pub fn section(&mut self, section: &Section<'_>) -> io::Result<()> {
        let out = &mut *self.out;
        match self.format {
            Format::Text | Format::Markdown if self.sections > 0 => out.write_all(b"\n")?,
            _ => {}
        }
        match self.format {
            Format::Text => text::section(section, self.catalogue, &self.options, out)?,
            Format::Json => {
                let mut writer = FindingsWriter::new(out, "    ", self.findings);
                section.findings.iter().try_for_each(|finding| writer.write(finding))?;
                writer.flush()?;
            }
            Format::Sarif => sarif::section(section, self.catalogue, self.findings, out)?,
            Format::Junit => junit::section(section, self.catalogue, out)?,
            Format::Markdown => markdown::section(section, self.catalogue, out)?,
            Format::Html => html::section(section, self.catalogue, out)?,
            Format::Github => github::section(section, out)?,
        }
        self.sections += 1;
        self.findings += section.findings.len();
        if self.format == Format::Sarif {
            self.findings += section.suppressed.len();
            self.standing.extend(section.posture.map(posture::members));
        }
        self.summary = self.summary.plus(&Summary::of(section.findings));
        Ok(())
    }

    /// Ends the report; what was written ends with a line end.
    ///
    /// # Errors
    ///
    /// What `out` answers.
    pub fn end(self) -> io::Result<()> {
        let out = self.out;
        match self.format {
            Format::Text if self.sections > 1 => {
                writeln!(out, "\n{} judged: {}", self.sections, counted(&self.summary))?
            }
            Format::Text | Format::Markdown => {}
            Format::Json => {
                let end = if self.findings == 0 { "]" } else { "\n  ]" };
                let summary = pretty(&self.summary).trim_end().replace('\n', "\n  ");
                writeln!(out, "{end},\n  \"summary\": {summary}\n}}")?;
            }
            Format::Sarif => sarif::end(self.findings, &self.standing, out)?,
            Format::Junit => junit::end(out)?,
            Format::Html => html::end(out)?,
            Format::Github => github::end(self.sections, &self.summary, out)?,
        }
        out.flush()
    }
}

/// Writes a whole report into a text. The result ends with a line end.
pub fn render(format: Format, sections: &[Section<'_>], catalogue: &Catalogue, options: &TextOptions) -> String {
    let mut out = Vec::new();
    // Writing into memory does not fail.
    let _ = Report::begin(&mut out, format, catalogue, *options).and_then(|mut report| {
        sections.iter().try_for_each(|section| report.section(section))?;
        report.end()
    });
    String::from_utf8(out).unwrap_or_default()
}

/// A value as indented JSON with a line end.
pub fn pretty(value: &impl serde::Serialize) -> String {
    // Serialisation fails only for maps whose keys are no strings, which none of our shapes has.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

/// Groups findings by rule: the worst first, then those that cost the most points, then in the order they come.
fn by_rule(findings: &[Finding]) -> Vec<(&str, Vec<&Finding>)> {
    let mut groups: Vec<(&str, Vec<&Finding>)> = Vec::new();
    let mut at: std::collections::HashMap<(&str, palisade_finding::Severity), usize> = std::collections::HashMap::new();
    for finding in findings {
        let slot = *at.entry((&finding.rule, finding.severity)).or_insert_with(|| {
            groups.push((&finding.rule, Vec::new()));
            groups.len() - 1
        });
        if let Some((_, group)) = groups.get_mut(slot) {
            group.push(finding);
        }
    }
    let lost = |group: &[&Finding]| group.iter().filter_map(|finding| finding.loss).sum::<f64>();
    groups.sort_by(|(_, a), (_, b)| {
        let severity = |group: &[&Finding]| group.first().map(|finding| finding.severity);
        severity(b).cmp(&severity(a)).then_with(|| lost(b).total_cmp(&lost(a)))
    });
    groups
}

/// `file:line:column`, as much of it as is known.
fn place(finding: &Finding, name: &str) -> String {
    let mut out = finding.file.as_deref().unwrap_or(name).to_owned();
    if let (Some(line), Some(column)) = (finding.line, finding.column) {
        out = format!("{out}:{line}:{column}");
    }
    out
}

/// `1 critical, 2 low`, or `no findings`.
fn counted(summary: &Summary) -> String {
    let counts = summary.counts().into_iter().filter(|(_, count)| *count > 0);
    let parts: Vec<String> = counts.map(|(severity, count)| format!("{count} {severity}")).collect();
    if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") }
}
