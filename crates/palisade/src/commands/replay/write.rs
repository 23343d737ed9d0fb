//! The result of a replay. Decisions are written as they are made; the sum comes last.

use super::account::{Account, Fate, Row, Told, exchanges, time};
use super::{api_of, rules};
use jiff::Timestamp;
use palisade_finding::{Finding, Summary};
use palisade_gateway::Replayed;
use palisade_guard::{Decision, Effect};
use palisade_report::{Catalogue, FindingsWriter, Format, Report, Section, TextOptions, terminal, write_pretty};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Rows of an API in the text format.
const ROWS: usize = 20;
/// Hosts without an API in the text format.
const HOSTS: usize = 5;

/// Everything that is known at the end.
pub struct Result<'a> {
    /// The file that was asked.
    pub file: &'a str,
    /// The one it was held against.
    pub against: Option<&'a str>,
    pub account: &'a Account,
    pub findings: &'a [Finding],
    pub late: u64,
    pub all: bool,
}

/// Writes decisions one by one, then the sum.
pub struct Writer<'o> {
    out: &'o mut dyn Write,
    format: Format,
    steps: bool,
    decisions: u64,
    /// The first thing that went wrong; nothing is written after it.
    failed: Option<io::Error>,
}

/// A decision on one exchange as JSON.
#[derive(Serialize)]
struct Entry<'a> {
    time: String,
    recording: &'a str,
    exchange: u64,
    request: &'a str,
    api: Option<&'a str>,
    decision: Option<&'a Decision>,
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<Against<'a>>,
}

/// What the other file decides.
#[derive(Serialize)]
struct Against<'a> {
    api: Option<&'a str>,
    decision: Option<&'a Decision>,
}

/// The sum as JSON.
#[derive(Serialize)]
struct Replay<'a> {
    exchanges: u64,
    first: String,
    last: String,
    no_api: u64,
    late: u64,
    overflow: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    alike: Option<u64>,
    apis: BTreeMap<&'a str, &'a super::account::Counts>,
    not_assessed: &'a BTreeMap<String, u64>,
}

impl<'o> Writer<'o> {
    /// Nothing is written yet. `steps`: every exchange is told about.
    pub fn begin(out: &'o mut dyn Write, format: Format, steps: bool) -> Writer<'o> {
        Writer { out, format, steps, decisions: 0, failed: None }
    }

    /// Writes one decision, where it is asked for. `against` is the other file's.
    pub fn decision(&mut self, told: &Told<'_>, replayed: Option<&Replayed>, against: Option<Option<&Replayed>>) {
        let decision = replayed.map(|replayed| &replayed.decision);
        let plain = decision.is_some_and(|decision| decision.uncapped == Effect::Allow) && against.is_none();
        let wanted = match self.format {
            Format::Text => self.steps,
            Format::Json => self.steps || !plain,
            _ => false,
        };
        if !wanted || self.failed.is_some() {
            return;
        }
        let written = match self.format {
            Format::Json => self.as_json(told, replayed, against),
            _ => self.as_text(told, replayed, against),
        };
        self.decisions += 1;
        self.failed = written.err();
    }

    fn as_json(
        &mut self,
        told: &Told<'_>,
        replayed: Option<&Replayed>,
        against: Option<Option<&Replayed>>,
    ) -> io::Result<()> {
        let value = Entry {
            time: Timestamp::from_microsecond(told.time).unwrap_or_default().to_string(),
            recording: &told.origin.recording,
            exchange: told.origin.number,
            request: told.target,
            api: api_of(replayed),
            decision: replayed.map(|replayed| &replayed.decision),
            against: against
                .map(|other| Against { api: api_of(other), decision: other.map(|replayed| &replayed.decision) }),
        };
        let before: &[u8] = if self.decisions == 0 { b"{\n  \"decisions\": [\n    " } else { b",\n    " };
        self.out.write_all(before)?;
        write_pretty(self.out, &value, "    ")
    }

    fn as_text(
        &mut self,
        told: &Told<'_>,
        replayed: Option<&Replayed>,
        against: Option<Option<&Replayed>>,
    ) -> io::Result<()> {
        let at = Timestamp::from_microsecond(told.time).unwrap_or_default();
        writeln!(self.out, "{at} exchange {} of {}", told.origin.number, terminal(&told.origin.recording))?;
        self.word(told, replayed, "")?;
        if let Some(other) = against {
            self.word(told, other, "the other file: ")?;
        }
        writeln!(self.out)
    }

    fn word(&mut self, told: &Told<'_>, replayed: Option<&Replayed>, whose: &str) -> io::Result<()> {
        let Some(Replayed { api, decision }) = replayed else {
            return writeln!(self.out, "  {whose}{}: no API answers, 404", terminal(told.target));
        };
        let operation = decision.operation.as_deref().unwrap_or(told.target);
        let fate = Fate::of(Some(decision));
        let mut line = format!("{operation} of {api}: {}", fate.word());
        if fate >= Fate::WouldRefuse {
            line = format!("{line}, {} {}", decision.status, decision.code);
        } else if !decision.code.is_empty() {
            line = format!("{line}, {}", decision.code);
        }
        writeln!(self.out, "  {whose}{}", terminal(&line))?;
        for step in &decision.steps {
            let line = format!("{:<12} {:<12} {}", step.step, step.outcome, step.detail);
            writeln!(self.out, "    {}", terminal(line.trim_end()))?;
        }
        Ok(())
    }

    /// Writes the sum and ends.
    ///
    /// # Errors
    /// What the output answers, now or earlier.
    pub fn end(self, result: &Result<'_>) -> io::Result<()> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        match self.format {
            Format::Text => text(self.out, result)?,
            Format::Json => {
                self.out.write_all(if self.decisions == 0 { b"{\n  \"decisions\": []" } else { b"\n  ]" })?;
                json(self.out, result)?;
            }
            format => report(self.out, format, result)?,
        }
        self.out.flush()
    }
}

fn json(out: &mut dyn Write, result: &Result<'_>) -> io::Result<()> {
    let account = result.account;
    out.write_all(b",\n  \"findings\": [")?;
    let mut writer = FindingsWriter::new(out, "    ", 0);
    result.findings.iter().try_for_each(|finding| writer.write(finding))?;
    writer.close()?;
    out.write_all(b",\n  \"replay\": ")?;
    let at = |micros| Timestamp::from_microsecond(micros).unwrap_or_default().to_string();
    let sum = Replay {
        exchanges: account.exchanges,
        first: at(account.first),
        last: at(account.last),
        no_api: account.no_api,
        late: result.late,
        overflow: account.overflow,
        alike: result.against.map(|_| account.alike),
        apis: account.apis.iter().map(|(name, counts)| (&**name, counts)).collect(),
        not_assessed: &account.not_assessed,
    };
    write_pretty(out, &sum, "  ")?;
    out.write_all(b",\n  \"summary\": ")?;
    write_pretty(out, &Summary::of(result.findings), "  ")?;
    out.write_all(b"\n}\n")
}

fn facts(result: &Result<'_>) -> Vec<(&'static str, String)> {
    let account = result.account;
    let span = format!("from {} to {}", time(account.first), time(account.last));
    let mut facts = vec![("replayed", format!("{}, {span}", exchanges(account.exchanges)))];
    if let Some(other) = result.against {
        facts.push(("against", format!("{other}: decides {} alike", exchanges(account.alike))));
    }
    for (api, counts) in &account.apis {
        let parts = [
            (counts.allowed, "allow"),
            (counts.alerted, "alert"),
            (counts.would_prevent, "would prevent"),
            (counts.prevented, "prevent"),
        ];
        let told: Vec<String> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{word} {count}")).collect();
        facts.push(("API", format!("{api}: {}: {}", exchanges(counts.judged), told.join(", "))));
    }
    if account.no_api > 0 {
        facts.push(("no API", exchanges(account.no_api)));
    }
    for (what, count) in &account.not_assessed {
        facts.push(("not seen", format!("{what}: {}", exchanges(*count))));
    }
    if result.late > 0 {
        facts.push(("late", format!("{}, judged out of the order of their time", exchanges(result.late))));
    }
    if account.overflow > 0 {
        facts.push(("left out", format!("{} decisions: there are more kinds than are kept", account.overflow)));
    }
    facts
}

fn report(out: &mut dyn Write, format: Format, result: &Result<'_>) -> io::Result<()> {
    let catalogue = Catalogue::default().with(rules());
    let section = Section { name: result.file, facts: facts(result), findings: result.findings, ..Section::default() };
    let mut report = Report::begin(out, format, &catalogue, TextOptions::default())?;
    report.section(&section)?;
    report.end()
}

fn text(out: &mut dyn Write, result: &Result<'_>) -> io::Result<()> {
    writeln!(out, "{}", terminal(result.file))?;
    for (label, value) in facts(result) {
        writeln!(out, "  {label:<9} {}", terminal(&value))?;
    }
    let rows = result.account.rows();
    for group in rows.chunk_by(|one, two| one.api == two.api) {
        let Some(first) = group.first() else { continue };
        if first.api.is_empty() {
            hosts(out, group)?;
            continue;
        }
        writeln!(out, "\n{}", terminal(first.api))?;
        let shown = if result.all { group.len() } else { ROWS };
        let width = group.iter().take(shown).map(|row| word(row).len()).max().unwrap_or(0);
        let digits = group.iter().take(shown).map(|row| row.count.to_string().len()).max().unwrap_or(0);
        for row in group.iter().take(shown) {
            let line = format!("{:<width$} {:>digits$}  {}", word(row), row.count, row.operation);
            writeln!(out, "  {}", terminal(&line))?;
            let indent = " ".repeat(width + digits + 5);
            if !row.reason.code.is_empty() {
                let reason = super::account::words(row.reason, row.message);
                let refused = row.fate >= Fate::WouldRefuse;
                let told = if refused { format!("{} {reason}", row.reason.status) } else { reason };
                writeln!(out, "{indent}{}", terminal(&told))?;
            }
            if !row.against.is_empty() {
                writeln!(out, "{indent}the other file: {}", terminal(row.against))?;
            }
            writeln!(out, "{indent}{}", terminal(&row.examples))?;
        }
        if group.len() > shown {
            writeln!(out, "  and {} more kinds: --all lists them", group.len() - shown)?;
        }
    }
    let counts = Summary::of(result.findings).counts();
    let told: Vec<String> =
        counts.iter().filter(|(_, count)| *count > 0).map(|(severity, count)| format!("{count} {severity}")).collect();
    writeln!(out, "\n{}", if told.is_empty() { "no findings".to_owned() } else { told.join(", ") })
}

/// What the row is about, in front of it.
fn word<'r>(row: &Row<'r>) -> &'r str {
    match row.rule.id {
        "RPL001" | "RPL002" | "RPL003" => row.fate.word(),
        _ => row.rule.name,
    }
}

fn hosts(out: &mut dyn Write, rows: &[Row<'_>]) -> io::Result<()> {
    writeln!(out, "\nno API answers under")?;
    for row in rows.iter().take(HOSTS) {
        writeln!(out, "  {:>6}  {}", row.count, terminal(row.operation))?;
    }
    if rows.len() > HOSTS { writeln!(out, "  and {} more hosts", rows.len() - HOSTS) } else { Ok(()) }
}
