//! What a rule is: metadata, text and code in one value.

use crate::index::{Index, Operation, Parameter, Response, Schema, Scheme};
use crate::mend::{Mended, Spot};
pub(crate) use crate::report::Profile;
use crate::run::Sink;
use palisade_finding::{Finding, Rare, Severity, Words};
use std::borrow::Cow;

/// Which part of the score a rule's findings take points from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Security, 30 points.
    Security,
    /// Data validation, 70 points.
    Data,
    /// No points: form and advice.
    None,
}

/// In which direction what a rule judges goes. A shared component goes in both when it is used in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// In both alike.
    Both,
    /// From the caller. What no caller sends is no way in and weighs less: what only the API itself sends, `readOnly`
    /// members included, and what no operation uses. Its places are of severity low, and profile strict alone reports
    /// them.
    MainlyRequest,
    /// From the caller alone.
    Request,
    /// From the API alone.
    Response,
}

impl Direction {
    /// `both`, `mainly-request`, `request` or `response`.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::Both => "both",
            Direction::MainlyRequest => "mainly-request",
            Direction::Request => "request",
            Direction::Response => "response",
        }
    }

    /// The same in a sentence; none for what is judged in both directions alike.
    pub(crate) fn sentence(self) -> Option<&'static str> {
        match self {
            Direction::Both => None,
            Direction::MainlyRequest => {
                Some("What no caller sends is of severity low, and reported in profile strict alone.")
            }
            Direction::Request => Some("Looks at requests alone."),
            Direction::Response => Some("Looks at responses alone."),
        }
    }

    /// Whether something that goes in these directions is judged.
    pub(crate) fn covers(self, request: bool, response: bool) -> bool {
        match self {
            Direction::Both | Direction::MainlyRequest => true,
            Direction::Request => request,
            Direction::Response => response,
        }
    }
}

/// One rule. Everything about it stands in its own file.
#[derive(Debug)]
pub struct Rule {
    /// Stable id; never renumbered, never given another meaning.
    pub id: &'static str,
    /// Short name by the bad pattern, in kebab case.
    pub name: &'static str,
    /// How bad a finding is.
    pub severity: Severity,
    /// The quietest profile in which findings are reported; the stricter ones report them too.
    pub profile: Profile,
    /// In which direction what it judges goes.
    pub direction: Direction,
    /// `authentication`, `authorization`, `transport`, `data-validation`, `responses`, `exposure`, `structure`,
    /// `best-practice` or `policy`.
    pub category: &'static str,
    /// The part of the score its findings take points from.
    pub part: Part,
    /// Whether a finding makes the contract semantically invalid.
    pub invalid: bool,
    /// OWASP API Security Top 10 items.
    pub owasp: &'static [&'static str],
    /// CWE ids.
    pub cwe: &'static [&'static str],
    /// The same check in other tools' words.
    pub aliases: &'static [&'static str],
    /// What the rule looks for.
    pub what: &'static str,
    /// Why that is bad.
    pub why: &'static str,
    /// How to mend it.
    pub fix: &'static str,
    /// A contract that breaks the rule exactly once.
    pub bad: &'static str,
    /// The same contract, mended.
    pub good: &'static str,
    /// Where to read more.
    pub references: &'static [&'static str],
    /// How a finding is mended.
    pub(crate) mend: Remedy,
    /// The code.
    pub(crate) check: Check,
}

impl Rule {
    /// A finding of this rule without a place.
    pub(crate) fn finding(&self, message: String) -> Finding {
        Finding {
            rule: Cow::Borrowed(self.id),
            name: Cow::Borrowed(self.name),
            severity: self.severity,
            category: Cow::Borrowed(self.category),
            message,
            file: None,
            pointer: None,
            line: None,
            column: None,
            operation: None,
            evidence: None,
            fix: Some(Cow::Borrowed(self.fix)),
            loss: None,
            count: 1,
            fingerprint: String::new(),
            owasp: self.owasp.into(),
            cwe: self.cwe.into(),
            attack: Words::default(),
            aliases: self.aliases.into(),
            related: Rare::default(),
            fixes: Rare::default(),
        }
    }

    /// The profiles that report its findings, the strictest first.
    pub fn profiles(&self) -> impl Iterator<Item = Profile> {
        Profile::ALL.into_iter().filter(|profile| profile.reports(self))
    }

    /// Whether findings of this rule can carry a text edit that mends them.
    pub fn mends(&self) -> bool {
        self.mend.edit().is_some()
    }

    /// How findings are mended: `fix`, `fix-or-unsafe-fixes`, `evidence`, `unsafe-fixes`, or by hand, because of
    /// `intent`, `api` or `file`. The sentence says the same.
    pub fn mending(&self) -> (&'static str, &'static str) {
        match self.mend {
            Remedy::Safe(_) => ("fix", "By `palisade audit --fix`."),
            Remedy::Partly(_) => (
                "fix-or-unsafe-fixes",
                "By `palisade audit --fix` where that changes no meaning; elsewhere with `--unsafe-fixes`.",
            ),
            Remedy::Evidence(_) => (
                "evidence",
                "By `palisade audit --fix --evidence` where enough traffic was seen; without it with `--unsafe-fixes`.",
            ),
            Remedy::Unsafe(_) => ("unsafe-fixes", "By `palisade audit --fix --unsafe-fixes`."),
            Remedy::Hand(Why::Intent) => {
                ("intent", "By hand: there is more than one way to mend it, and only its author knows what was meant.")
            }
            Remedy::Hand(Why::Api) => {
                ("api", "By hand: what to write has to be known of the API, and the contract does not say it.")
            }
            Remedy::Hand(Why::File) => ("file", "By hand: it is about the file or the configuration."),
        }
    }
}

/// How findings of a rule are mended.
#[derive(Clone, Copy)]
pub(crate) enum Remedy {
    /// By an edit that refuses no request that was accepted before and changes no meaning.
    Safe(Mend),
    /// By such an edit at some places, at others by one that tightens or changes what the contract says.
    Partly(Mend),
    /// By a limit: from evidence, else a generous guess.
    Evidence(Mend),
    /// By an edit that tightens or changes what the contract says.
    Unsafe(Mend),
    /// By nobody but the contract's author.
    Hand(Why),
}

impl Remedy {
    /// What works out the edit.
    pub(crate) fn edit(self) -> Option<Mend> {
        match self {
            Remedy::Safe(mend) | Remedy::Partly(mend) | Remedy::Evidence(mend) | Remedy::Unsafe(mend) => Some(mend),
            Remedy::Hand(_) => None,
        }
    }
}

/// Why no edit follows from a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Several edits would mend it, and which one was meant cannot be known.
    Intent,
    /// The edit needs knowledge of the API that the contract does not hold.
    Api,
    /// It is about the file as a whole, its encoding, or the configuration.
    File,
}

/// Works out the text edit that mends one place; `None` where it cannot.
pub(crate) type Mend = for<'a> fn(&Index<'a>, &Spot<'a>) -> Option<Mended>;

/// The code of a rule, by the role it judges.
pub(crate) enum Check {
    /// Once for the contract.
    Contract(fn(&Index<'_>, &mut Sink<'_>)),
    /// Every operation.
    Operation(fn(&Index<'_>, &Operation<'_>, &mut Sink<'_>)),
    /// Every parameter and header object, once each.
    Parameter(fn(&Index<'_>, &Parameter<'_>, &mut Sink<'_>)),
    /// Every response object, once each.
    Response(fn(&Index<'_>, &Response<'_>, &mut Sink<'_>)),
    /// Every schema object, once each.
    Schema(for<'a> fn(&Index<'a>, &Schema<'a>, &mut Sink<'_>)),
    /// Every schema object, once each, by what stands in it and the keys and scalars around it: what references lead to
    /// plays no part. What such a rule found stays true while its schema is not edited.
    SchemaAlone(for<'a> fn(&Index<'a>, &Schema<'a>, &mut Sink<'_>)),
    /// Every security scheme.
    Scheme(fn(&Index<'_>, &Scheme<'_>, &mut Sink<'_>)),
    /// Problems met while reading and modelling, by their codes.
    Problem(&'static [&'static str]),
}

impl std::fmt::Debug for Remedy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Remedy::Safe(_) => f.write_str("safe"),
            Remedy::Partly(_) => f.write_str("partly"),
            Remedy::Evidence(_) => f.write_str("evidence"),
            Remedy::Unsafe(_) => f.write_str("unsafe"),
            Remedy::Hand(why) => why.fmt(f),
        }
    }
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Check::Contract(_) => "contract",
            Check::Operation(_) => "operation",
            Check::Parameter(_) => "parameter",
            Check::Response(_) => "response",
            Check::Schema(_) | Check::SchemaAlone(_) => "schema",
            Check::Scheme(_) => "scheme",
            Check::Problem(_) => "problem",
        })
    }
}
