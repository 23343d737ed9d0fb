//! The result in the format asked for, contract by contract.

use palisade_audit::policy::Silence;
use palisade_audit::{AuditReport, Profile, State};
use palisade_finding::Finding;
use palisade_report::{Catalogue, FindingsWriter, Format, Report, Section, Silenced, TextOptions, write_pretty};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// A contract's report, and the texts of its files by name.
pub(super) struct Judged {
    pub(super) report: AuditReport,
    pub(super) sources: Vec<(String, String)>,
}

/// What is told of a contract beside its report.
#[derive(Default)]
pub(super) struct Beside {
    /// What the baseline knows of it.
    pub(super) baseline: Option<String>,
    /// Whether what is not reported is listed.
    pub(super) suppressed: bool,
    /// The profile that it is reported in.
    pub(super) profile: Profile,
}

/// Writes reports as they come.
pub(super) enum Output<'o> {
    /// The audit's own JSON: one report is written as it is, several as a list.
    Json { out: &'o mut dyn Write, first: Option<Box<AuditReport>>, written: usize, suppressed: bool },
    /// Every other format.
    Report(Report<'o>),
}

impl<'o> Output<'o> {
    /// Begins the result; `suppressed` says whether what is not reported is listed.
    pub(super) fn begin(
        out: &'o mut dyn Write,
        format: Format,
        catalogue: &'o Catalogue,
        options: TextOptions,
        suppressed: bool,
    ) -> io::Result<Self> {
        Ok(match format {
            Format::Json => Output::Json { out, first: None, written: 0, suppressed },
            _ => Output::Report(Report::begin(out, format, catalogue, options)?),
        })
    }

    pub(super) fn contract(&mut self, judged: Judged, beside: &Beside) -> io::Result<()> {
        match self {
            Output::Report(report) => report.section(&section(&judged, beside)),
            Output::Json { out, first, written, suppressed } => {
                if *written == 0 && first.is_none() {
                    *first = Some(Box::new(judged.report));
                    return Ok(());
                }
                if let Some(first) = first.take() {
                    out.write_all(b"{\n  \"contracts\": [")?;
                    item(*out, &first, written, *suppressed)?;
                }
                item(*out, &judged.report, written, *suppressed)
            }
        }
    }

    /// Writes what is wrong with the configuration. The audit's JSON is about contracts only: there it goes to standard
    /// error.
    pub(super) fn configuration(&mut self, source: &(String, String), findings: &[Finding]) -> io::Result<()> {
        let (name, text) = (source.0.as_str(), source.1.as_str());
        match self {
            Output::Report(report) => {
                report.section(&Section { name, findings, sources: vec![(name, text)], ..Section::default() })
            }
            Output::Json { .. } => {
                for finding in findings {
                    let (line, column) = (finding.line.unwrap_or(1), finding.column.unwrap_or(1));
                    let told = format!("{name}:{line}:{column}: {} {}", finding.rule, finding.message);
                    // Nobody is left to tell when stderr is closed.
                    let _ = writeln!(anstream::stderr(), "palisade: {}", palisade_report::terminal(&told));
                }
                Ok(())
            }
        }
    }

    pub(super) fn end(self) -> io::Result<()> {
        match self {
            Output::Report(report) => report.end(),
            Output::Json { out, first, written, suppressed } => {
                match first {
                    Some(only) => {
                        report(&mut *out, &only, suppressed, "")?;
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
fn item(out: &mut dyn Write, report: &AuditReport, written: &mut usize, suppressed: bool) -> io::Result<()> {
    let comma = if *written > 0 { "," } else { "" };
    *written += 1;
    write!(out, "{comma}\n    ")?;
    self::report(out, report, suppressed, "    ")
}

/// One report as JSON: the members of [`AuditReport`] in their order, and what is not reported where it is asked for.
fn report(out: &mut dyn Write, report: &AuditReport, suppressed: bool, margin: &str) -> io::Result<()> {
    let below = format!("{margin}  ");
    write!(out, "{{\n{below}\"contract\": ")?;
    write_pretty(out, &report.contract, &below)?;
    write!(out, ",\n{below}\"state\": ")?;
    write_pretty(out, &report.state, &below)?;
    write!(out, ",\n{below}\"score\": ")?;
    write_pretty(out, &report.score, &below)?;
    write!(out, ",\n{below}\"findings\": [")?;
    let items = format!("{below}  ");
    let mut findings = FindingsWriter::new(out, &items, 0);
    report.findings.iter().try_for_each(|finding| findings.write(finding))?;
    findings.close()?;
    if suppressed {
        write!(out, ",\n{below}\"suppressed\": ")?;
        write_pretty(out, &report.notes.suppressed, &below)?;
    }
    write!(out, ",\n{below}\"summary\": ")?;
    write_pretty(out, &report.summary, &below)?;
    write!(out, "\n{margin}}}")
}

fn section<'j>(judged: &'j Judged, beside: &Beside) -> Section<'j> {
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
    let outside = judged.report.notes.outside_profile;
    if outside > 0 {
        let findings = if outside == 1 { "finding" } else { "findings" };
        facts.push(("profile", format!("{}; strict has {outside} more {findings}", beside.profile.as_str())));
    }
    let silenced = &judged.report.notes.suppressed;
    if let Some(known) = &beside.baseline {
        facts.push(("baseline", known.clone()));
    }
    if !silenced.is_empty() {
        let mut counts: BTreeMap<Silence, u64> = BTreeMap::new();
        silenced.iter().for_each(|one| *counts.entry(one.silence).or_default() += one.finding.count);
        let counts: Vec<String> =
            counts.iter().map(|(silence, places)| format!("{places} {}", silence.as_str())).collect();
        facts.push(("silenced", counts.join(", ")));
    }
    let suppressed = silenced.iter().filter(|_| beside.suppressed).map(|one| Silenced {
        finding: &one.finding,
        why: match one.reason.as_str() {
            "" => one.silence.as_str().to_owned(),
            reason => format!("{}: {reason}", one.silence.as_str()),
        },
        in_source: matches!(one.silence, Silence::Annotated | Silence::Public),
    });
    let suppressed = suppressed.collect();
    let sources = judged.sources.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let findings = &judged.report.findings;
    Section { name: &contract.path, facts, score: Some(score.total), findings, sources, suppressed, posture: None }
}
