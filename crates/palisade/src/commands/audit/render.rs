//! The result in the format asked for, contract by contract.

use palisade_audit::{AuditReport, State};
use palisade_report::{Catalogue, Format, Report, Section, TextOptions};
use std::io::{self, Write};

/// A contract's report, and the texts of its files by name.
pub(super) struct Judged {
    pub(super) report: AuditReport,
    pub(super) sources: Vec<(String, String)>,
}

/// Writes reports as they come.
pub(super) enum Output<'o> {
    /// The audit's own JSON: one report is written as it is, several as a list.
    Json { out: &'o mut dyn Write, first: Option<Box<AuditReport>>, written: usize },
    /// Every other format.
    Report(Report<'o>),
}

impl<'o> Output<'o> {
    pub(super) fn begin(
        out: &'o mut dyn Write,
        format: Format,
        catalogue: &'o Catalogue,
        options: TextOptions,
    ) -> io::Result<Self> {
        Ok(match format {
            Format::Json => Output::Json { out, first: None, written: 0 },
            _ => Output::Report(Report::begin(out, format, catalogue, options)?),
        })
    }

    pub(super) fn contract(&mut self, judged: Judged) -> io::Result<()> {
        match self {
            Output::Report(report) => report.section(&section(&judged)),
            Output::Json { out, first, written } => {
                if *written == 0 && first.is_none() {
                    *first = Some(Box::new(judged.report));
                    return Ok(());
                }
                if let Some(first) = first.take() {
                    out.write_all(b"{\n  \"contracts\": [")?;
                    item(*out, &first, written)?;
                }
                item(*out, &judged.report, written)
            }
        }
    }

    pub(super) fn end(self) -> io::Result<()> {
        match self {
            Output::Report(report) => report.end(),
            Output::Json { out, first, written } => {
                match first {
                    Some(only) => {
                        serde_json::to_writer_pretty(&mut *out, &only)?;
                        out.write_all(b"\n")?;
                    }
                    None if written == 0 => out.write_all(b"{\n  \"contracts\": []\n}\n")?,
                    None => out.write_all(b"\n  ]\n}\n")?,
                }
                out.flush()
            }
        }
    }
}

/// One report as an item of the list.
fn item(out: &mut dyn Write, report: &AuditReport, written: &mut usize) -> io::Result<()> {
    let comma = if *written > 0 { "," } else { "" };
    *written += 1;
    write!(out, "{comma}\n    ")?;
    serde_json::to_writer_pretty(Indented(out), report)?;
    Ok(())
}

/// Indents the lines that follow a line end by the depth of the list's items.
struct Indented<'o>(&'o mut dyn Write);

impl Write for Indented<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.0.write_all(line)?;
            if line.ends_with(b"\n") {
                self.0.write_all(b"    ")?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn section(judged: &Judged) -> Section<'_> {
    let contract = &judged.report.contract;
    let score = &judged.report.score;
    let state = match judged.report.state {
        State::Valid => "valid",
        State::SemanticInvalid => "semantically invalid: parts of it contradict its specification",
        State::StructureInvalid => "could not be read as a contract",
    };
    let mut facts = vec![
        ("score", format!("{} of 100 (security {} of 30, data {} of 70)", score.total, score.security, score.data)),
        ("state", state.to_owned()),
        ("format", format!("{}, {} operations", contract.format, contract.operations)),
    ];
    if !contract.title.is_empty() {
        facts.insert(0, ("title", format!("{} {}", contract.title, contract.version)));
    }
    let sources = judged.sources.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Section { name: &contract.path, facts, score: Some(score.total), findings: &judged.report.findings, sources }
}
