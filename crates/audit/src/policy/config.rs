//! The configuration file, `.palisade.yaml`.

use super::ignore::{Ignore, resolve};
use super::{Level, Policy, custom, gates};
use crate::report::Profile;
use palisade_document::config::{Mistake, Origin, Reader};
use palisade_document::{Kind, NodeRef, quote};
use palisade_finding::{Gate, Severity};

/// Ignores taken from one file.
const MAX_IGNORES: usize = 10_000;

const KEYS: [&str; 7] = ["profile", "severity", "ignores", "gates", "rules", "baseline", "evidence"];

/// What the configuration file says. Names of files are as written: relative to the file.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Which findings are reported.
    pub profile: Option<Profile>,
    /// Severities, ignores and rules.
    pub policy: Policy,
    /// Gates, or files of gates.
    pub gates: Vec<GateSource>,
    /// File of known findings.
    pub baseline: Option<Named>,
    /// Learned contracts with what was seen at the gateway.
    pub evidence: Vec<Named>,
}

/// A file that the configuration names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its name as written.
    pub file: String,
    /// The place that names it.
    pub origin: Origin,
}

impl Named {
    fn of(file: &str, node: NodeRef<'_>) -> Named {
        Named { file: file.to_owned(), origin: Origin::of(node) }
    }
}

/// Where a gate comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum GateSource {
    /// It stands in the configuration.
    Here(Gate),
    /// A file.
    File(Named),
}

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Config, Vec<Mistake>> {
        let mut config = Config::default();
        if bytes.trim_ascii().is_empty() {
            return Ok(config);
        }
        let (mut reader, document) = Reader::open(name, bytes);
        let root = document.root();
        if root.is_null() || !reader.object(root, "the file", &["version", "audit"]) {
            return reader.done(config);
        }
        if let Some(version) = root.get("version").filter(|version| version.as_u64() != Some(1)) {
            reader.wrong(version, "version 1 is the only one");
        }
        let Some(audit) = root.get("audit").filter(|audit| !audit.is_null()) else { return reader.done(config) };
        if !reader.object(audit, "`audit`", &KEYS) {
            return reader.done(config);
        }
        config.profile = reader.parsed(audit, "profile");
        let baseline = reader.text(audit, "baseline").zip(audit.get("baseline"));
        config.baseline = baseline.map(|(text, node)| Named::of(text, node));
        config.evidence =
            reader.texts(audit, "evidence").into_iter().map(|(text, node)| Named::of(text, node)).collect();
        let rules = reader.list(audit, "rules");
        config.policy.custom = custom::read(&mut reader, &document, &rules);
        let own: Vec<String> = config.policy.custom.iter().map(|rule| rule.id.clone()).collect();
        if let Some(levels) = audit.get("severity") {
            severities(&mut reader, levels, &own, &mut config.policy);
        }
        for node in reader.list(audit, "ignores") {
            if config.policy.ignores.len() >= MAX_IGNORES {
                reader.wrong(node, format!("more than {MAX_IGNORES} ignores"));
                break;
            }
            let ignore = Ignore::read(&mut reader, node, &own, &mut config.policy.unknown);
            config.policy.ignores.extend(ignore);
        }
        for (at, node) in reader.list(audit, "gates").into_iter().enumerate() {
            match node.as_str() {
                Some(file) => config.gates.push(GateSource::File(Named::of(file, node))),
                None => {
                    let gate = gates::gate(&mut reader, node, &format!("{} of {name}", at + 1));
                    config.gates.extend(gate.map(GateSource::Here));
                }
            }
        }
        reader.done(config)
    }
}

/// `severity`: rule to level; what stands later counts.
fn severities(reader: &mut Reader, node: NodeRef<'_>, own: &[String], policy: &mut Policy) {
    if !node.is_object() {
        reader.wrong(node, "`severity` is no object of rules and severities");
    }
    for member in node.members() {
        let text = member.value.scalar_text();
        let level = match (member.value.kind(), text.parse::<Severity>()) {
            (Kind::Bool, _) if text == "false" => Level::Off,
            (Kind::String, Ok(severity)) => Level::As(severity),
            (Kind::String, _) if text == "off" => Level::Off,
            _ => {
                let message =
                    format!("the severity of {} is off, critical, high, medium, low or info", quote(member.key));
                reader.wrong(member.value, message);
                continue;
            }
        };
        let rules = resolve(member.key, own);
        if rules.is_empty() {
            let position = node.document().position(member.key_span.start);
            let file = node.document().name().to_owned();
            policy.unknown.push((member.key.to_owned(), Origin { file, line: position.line, column: position.column }));
        }
        policy.levels.extend(rules.into_iter().map(|rule| (rule, level)));
    }
}
