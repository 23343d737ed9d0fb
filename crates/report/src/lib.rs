//! Writes findings for people and machines: text, JSON, SARIF, JUnit, Markdown, HTML.
//!
//! Every writer takes the same [`Section`]s, one for each thing judged, and the joined [`Catalogue`] of the
//! engines' rules. Text that came from outside is inert in each format: escaped for the terminal, for XML, for
//! Markdown and for HTML. Equal input gives equal output.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod catalogue;
mod escape;
mod excerpt;
mod html;
mod junit;
mod markdown;
mod sarif;
mod text;

pub use catalogue::{Catalogue, RuleInfo};
pub use escape::terminal;

use palisade_finding::{Finding, Summary};
use std::fmt;
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
}

impl Format {
    /// The words of the command line.
    pub const WORDS: [&'static str; 6] = ["text", "json", "sarif", "junit", "md", "html"];
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
    /// The source text that lines and columns refer to, where excerpts are wanted.
    pub source: Option<&'a str>,
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

/// Writes a report. The result ends with a line end.
pub fn render(format: Format, sections: &[Section<'_>], catalogue: &Catalogue, options: &TextOptions) -> String {
    match format {
        Format::Text => text::write(sections, catalogue, options),
        Format::Json => json(sections),
        Format::Sarif => sarif::write(sections, catalogue),
        Format::Junit => junit::write(sections),
        Format::Markdown => markdown::write(sections, catalogue),
        Format::Html => html::write(sections, catalogue),
    }
}

/// `{findings, summary}`, of all sections together.
fn json(sections: &[Section<'_>]) -> String {
    let findings: Vec<&Finding> = sections.iter().flat_map(|section| section.findings).collect();
    let summary = Summary::of(findings.iter().copied());
    pretty(&serde_json::json!({"findings": findings, "summary": summary}))
}

/// A value as indented JSON with a line end.
pub fn pretty(value: &impl serde::Serialize) -> String {
    // Serialisation fails only for maps whose keys are no strings, which none of our shapes has.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

/// Groups findings by rule, keeping the order in which the rules first come.
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
    groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.first().map(|finding| finding.severity)));
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
    let parts: Vec<String> = [
        (summary.critical, "critical"),
        (summary.high, "high"),
        (summary.medium, "medium"),
        (summary.low, "low"),
        (summary.info, "info"),
    ]
    .iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") }
}
