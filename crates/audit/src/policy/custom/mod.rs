//! Rules of the configuration: a selection of places, and what must hold there.

mod case;
mod function;
mod read;
mod run;

pub(super) use read::read;
pub(crate) use run::dress;
pub(super) use run::run_all;

use crate::index::Version;
use function::Function;
use palisade_document::config::Origin;
use palisade_document::path::Path;
use palisade_finding::{Glob, Severity};

/// A rule of the configuration.
#[derive(Debug, Clone)]
pub struct Custom {
    /// Id, none of ours.
    pub id: String,
    /// Short name; the id in lower case when none is given.
    pub name: String,
    /// What the rule looks for.
    pub what: String,
    /// How bad a finding is.
    pub severity: Severity,
    /// Family.
    pub category: String,
    /// How to mend it.
    pub fix: Option<String>,
    /// Where to read more.
    pub reference: Option<String>,
    /// Where it stands.
    pub origin: Origin,
    pub(super) message: Option<String>,
    pub(super) versions: Vec<Version>,
    pub(super) select: Select,
    pub(super) asserts: Vec<Assert>,
}

#[derive(Debug, Clone)]
pub(super) enum Select {
    Paths(Vec<Path>),
    Role { role: Role, conditions: Vec<Condition> },
}

/// What a place is to the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Contract,
    Path,
    Operation,
    Parameter,
    Header,
    Response,
    Schema,
    Scheme,
}

impl Role {
    const ALL: [(&'static str, Role); 8] = [
        ("contract", Role::Contract),
        ("path", Role::Path),
        ("operation", Role::Operation),
        ("parameter", Role::Parameter),
        ("header", Role::Header),
        ("response", Role::Response),
        ("schema", Role::Schema),
        ("scheme", Role::Scheme),
    ];
}

/// A member, or what the index knows of the place, is one of these; no pattern at all means: it is not there.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    key: String,
    values: Vec<Glob>,
}

#[derive(Debug, Clone)]
pub(super) struct Assert {
    field: Field,
    function: Function,
}

/// What an assertion judges.
#[derive(Debug, Clone)]
pub(super) enum Field {
    /// The selected value.
    Itself,
    /// The key it stands under.
    Key,
    /// A member, by its name or by names with points between them.
    Member(String),
    /// What a path from there leads to.
    Path(Path),
}
