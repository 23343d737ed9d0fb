//! Findings as JSON, written quickly: the same bytes that their [`Serialize`] gives with indentation.
//!
//! A large contract has tens of thousands of findings and a few hundred rules. What a finding has from its rule is
//! written once for each rule and copied from then on.

use palisade_finding::{Finding, Words};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};

/// Bytes of a piece that is written at once.
const PIECE: usize = 64 << 10;

/// Writes a value as indented JSON without a line end; `margin` is put in front of every line but the first.
///
/// # Errors
///
/// What `out` answers.
pub fn write_pretty(out: &mut dyn Write, value: &impl Serialize, margin: &str) -> io::Result<()> {
    let mut bytes = Vec::new();
    pretty_into(&mut bytes, value, margin);
    out.write_all(&bytes)
}

fn pretty_into(bytes: &mut Vec<u8>, value: &impl Serialize, margin: &str) {
    let mut text = Vec::new();
    // Writing into memory does not fail, and none of our shapes has keys that are no strings.
    let _ = serde_json::to_writer_pretty(&mut text, value);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        bytes.extend_from_slice(line);
        if line.ends_with(b"\n") {
            bytes.extend_from_slice(margin.as_bytes());
        }
    }
}

/// Writes findings as the items of a list.
pub struct FindingsWriter<'o> {
    out: &'o mut dyn Write,
    bytes: Vec<u8>,
    margin: &'o str,
    /// What findings of a rule end with, by its id.
    ends: HashMap<&'static str, Vec<u8>>,
    written: usize,
}

impl<'o> FindingsWriter<'o> {
    /// A writer of a list whose opening bracket and first `written` items stand already; `margin` is put in front of
    /// items.
    pub fn new(out: &'o mut dyn Write, margin: &'o str, written: usize) -> Self {
        FindingsWriter { out, bytes: Vec::new(), margin, ends: HashMap::new(), written }
    }

    /// Writes one item.
    ///
    /// # Errors
    ///
    /// What the output answers.
    pub fn write(&mut self, finding: &Finding) -> io::Result<()> {
        if self.written > 0 {
            self.bytes.push(b',');
        }
        self.written += 1;
        self.bytes.push(b'\n');
        self.bytes.extend_from_slice(self.margin.as_bytes());
        self.item(finding);
        if self.bytes.len() >= PIECE {
            self.out.write_all(&self.bytes)?;
            self.bytes.clear();
        }
        Ok(())
    }

    /// Writes what is left, the list still open.
    ///
    /// # Errors
    ///
    /// What the output answers.
    pub fn flush(self) -> io::Result<()> {
        self.out.write_all(&self.bytes)
    }

    /// Writes what is left and closes the list.
    ///
    /// # Errors
    ///
    /// What the output answers.
    pub fn close(mut self) -> io::Result<()> {
        if self.written > 0 {
            self.bytes.push(b'\n');
            self.bytes.extend_from_slice(self.margin.get(2..).unwrap_or_default().as_bytes());
        }
        self.bytes.push(b']');
        self.flush()
    }

    fn item(&mut self, finding: &Finding) {
        self.bytes.push(b'{');
        let mut first = true;
        let (bytes, margin) = (&mut self.bytes, self.margin);
        let mut member = |key: &str, value: Value<'_>| {
            if !std::mem::take(&mut first) {
                bytes.push(b',');
            }
            member(bytes, margin, key);
            match value {
                Value::Text(text) => string(bytes, text),
                Value::Count(count) => bytes.extend_from_slice(count.to_string().as_bytes()),
                Value::Points(points) => {
                    let _ = serde_json::to_writer(&mut *bytes, &points);
                }
            }
        };
        member("rule", Value::Text(&finding.rule));
        member("name", Value::Text(&finding.name));
        member("severity", Value::Text(finding.severity.as_str()));
        member("category", Value::Text(&finding.category));
        member("message", Value::Text(&finding.message));
        let optional = [
            ("file", finding.file.as_deref().map(Value::Text)),
            ("pointer", finding.pointer.as_deref().map(Value::Text)),
            ("line", finding.line.map(|line| Value::Count(line.into()))),
            ("column", finding.column.map(|column| Value::Count(column.into()))),
            ("operation", finding.operation.as_deref().map(Value::Text)),
            ("evidence", finding.evidence.as_deref().map(Value::Text)),
            ("fix", finding.fix.as_deref().map(Value::Text)),
            ("loss", finding.loss.map(Value::Points)),
        ];
        for (key, value) in optional {
            if let Some(value) = value {
                member(key, value);
            }
        }
        member("count", Value::Count(finding.count));
        member("fingerprint", Value::Text(&finding.fingerprint));
        let lists = [
            ("owasp", &finding.owasp),
            ("cwe", &finding.cwe),
            ("attack", &finding.attack),
            ("aliases", &finding.aliases),
        ];
        match finding.rule {
            // The words of a rule are always the same.
            Cow::Borrowed(rule) if lists.iter().all(|(_, words)| matches!(words, Words::Rule(_))) => {
                let end = self.ends.entry(rule).or_insert_with(|| {
                    let mut bytes = Vec::new();
                    words(&mut bytes, margin, &lists);
                    bytes
                });
                self.bytes.extend_from_slice(end);
            }
            _ => words(&mut self.bytes, margin, &lists),
        }
        self.bytes.push(b'\n');
        self.bytes.extend_from_slice(margin.as_bytes());
        self.bytes.push(b'}');
    }
}

enum Value<'v> {
    Text(&'v str),
    Count(u64),
    Points(f64),
}

/// The beginning of a member of an item.
fn member(bytes: &mut Vec<u8>, margin: &str, key: &str) {
    bytes.push(b'\n');
    bytes.extend_from_slice(margin.as_bytes());
    bytes.extend_from_slice(b"  \"");
    bytes.extend_from_slice(key.as_bytes());
    bytes.extend_from_slice(b"\": ");
}

fn words(bytes: &mut Vec<u8>, margin: &str, lists: &[(&str, &Words)]) {
    for (key, words) in lists {
        bytes.push(b',');
        member(bytes, margin, key);
        pretty_into(bytes, words, &format!("{margin}  "));
    }
}

/// A text in quotes.
fn string(bytes: &mut Vec<u8>, text: &str) {
    let odd = text.bytes().fold(false, |odd, byte| odd | (byte < b' ') | (byte == b'"') | (byte == b'\\'));
    if odd {
        let _ = serde_json::to_writer(&mut *bytes, text);
    } else {
        bytes.push(b'"');
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(b'"');
    }
}

#[cfg(test)]
mod tests {
    use super::{FindingsWriter, write_pretty};
    use palisade_finding::{Finding, Rare, Severity, Words};

    fn finding(text: &str) -> Finding {
        Finding {
            rule: "R1".into(),
            name: "name".into(),
            severity: Severity::High,
            category: "data-validation".into(),
            message: text.to_owned(),
            file: Some("a.yaml".into()),
            pointer: None,
            line: Some(7),
            column: None,
            operation: Some(text.into()),
            evidence: None,
            fix: Some("Mend it.".into()),
            loss: Some(0.1 + 0.2),
            count: 3,
            fingerprint: "f".into(),
            owasp: ["API4:2023"].as_slice().into(),
            cwe: Words::default(),
            attack: Words::default(),
            aliases: ["a", "b\"c"].as_slice().into(),
            related: Rare::default(),
            fixes: Rare::default(),
        }
    }

    #[test]
    fn findings_are_written_as_their_serializer_writes_them() {
        let own = Finding { cwe: vec!["CWE-1".to_owned()].into(), fix: None, loss: None, ..finding("own") };
        let texts = ["plain", "\"quoted\" \\ back", "line\nend\u{1}", "é\u{7f}\u{2028}", ""];
        let findings: Vec<Finding> = texts.iter().map(|text| finding(text)).chain([own]).collect();
        for some in [findings.as_slice(), &[]] {
            let (mut quick, mut plain) = (b"[".to_vec(), Vec::new());
            let mut writer = FindingsWriter::new(&mut quick, "    ", 0);
            some.iter().for_each(|finding| writer.write(finding).unwrap());
            writer.close().unwrap();
            write_pretty(&mut plain, &some, "  ").unwrap();
            assert_eq!(String::from_utf8(quick).unwrap(), String::from_utf8(plain).unwrap());
        }
    }
}
