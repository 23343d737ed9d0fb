//! One walk over a document by the table of roles.

use super::{Field, Need, Role, Value};
use crate::model::Version;
use palisade_document::{Document, Kind, Member, NodeId, NodeRef, quote, refs};

/// Misfits listed at most.
const MAX_MISFITS: usize = 100_000;

const WHOLE: &str = "a whole number from 0 on";

/// Members that a file of JSON Schema may have at its root, whatever the contract's version knows of them.
const OF_SCHEMA_FILES: [&str; 7] = ["$schema", "$id", "id", "$defs", "definitions", "$comment", "$anchor"];

/// What does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MisfitKind {
    /// A member that must be there is not.
    Missing(&'static str),
    /// A member that must be there is an empty text.
    Empty(&'static str),
    /// A value is of another kind than this.
    WrongType(&'static str),
    /// A member that the version does not know.
    Unknown,
    /// A string that is none of these.
    OutsideList(&'static [&'static str]),
    /// A member beside a reference, which is ignored there.
    Sibling,
}

/// Something that does not fit at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misfit {
    /// What it is.
    pub kind: MisfitKind,
    /// Where: the object for a missing or empty member and for a sibling, else the value.
    pub node: NodeId,
    /// The name of the member concerned, as its own node: for an unknown member and for a sibling.
    pub member: NodeId,
    /// The role of the object.
    pub role: Role,
}

/// The role of every object of a contract, and what does not fit.
#[derive(Debug, Clone)]
pub struct Roles {
    version: Version,
    of: Vec<u8>,
    misfits: Vec<Misfit>,
}

impl Roles {
    /// Walks a document from its root. Linear in the document: every object is entered once.
    pub fn of(document: &Document, version: Version) -> Roles {
        let mut walk = Walk {
            version,
            of: vec![0; document.len()],
            misfits: Vec::new(),
            open: vec![(document.root(), Role::Root)],
        };
        while let Some((node, role)) = walk.open.pop() {
            walk.object(node, role);
        }
        walk.misfits.sort_by_key(|misfit| (misfit.node, misfit.member));
        Roles { version, of: walk.of, misfits: walk.misfits }
    }

    /// The version by whose table the document was walked.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The role of a node: none for what is no object of OpenAPI, for example a map or an example's value.
    pub fn role(&self, node: NodeId) -> Option<Role> {
        Role::from_index(*self.of.get(node.index())?)
    }

    /// What does not fit, by place.
    pub fn misfits(&self) -> &[Misfit] {
        &self.misfits
    }
}

impl Misfit {
    /// What is wrong, in one sentence.
    pub fn message(&self, document: &Document, version: Version) -> String {
        let node = document.node(self.node);
        let name = || quote(document.node_itself(self.member).key().unwrap_or_default());
        match self.kind {
            MisfitKind::Missing(key) => format!("the required member {key} is missing"),
            MisfitKind::Empty(key) => format!("the required member {key} is empty"),
            MisfitKind::WrongType(want) => {
                let key = document.node_itself(self.member).key().map_or_else(|| "this item".to_owned(), quote);
                // Where the kind is right, the value says more.
                let found = if want == WHOLE && node.kind() == Kind::Number {
                    node.scalar_text()
                } else {
                    node.kind().as_str()
                };
                format!("{key} must be {want}, this is {found}")
            }
            MisfitKind::Unknown => {
                let place = if self.role == Role::Root { "at" } else { "in" };
                let known = self.role.table().iter().find(|field| Some(field.name) == self.key(document));
                let when = match known {
                    Some(field) if field.since > version => format!("; it came with {}", field.since),
                    Some(_) => format!(" in {version}"),
                    None => String::new(),
                };
                format!("the specification has no member {} {place} {}{when}", name(), self.role.as_str())
            }
            MisfitKind::OutsideList(list) => {
                let key = node.key().or_else(|| node.parent().and_then(NodeRef::key)).unwrap_or("this");
                format!("{key} is {}, not one of {}", quote(node.scalar_text()), list.join(", "))
            }
            MisfitKind::Sibling => format!("{} stands beside $ref and is ignored", name()),
        }
    }

    /// The name of the member concerned, as its own node has it.
    pub fn key<'a>(&self, document: &'a Document) -> Option<&'a str> {
        document.node_itself(self.member).key()
    }
}

struct Walk<'a> {
    version: Version,
    of: Vec<u8>,
    misfits: Vec<Misfit>,
    open: Vec<(NodeRef<'a>, Role)>,
}

impl<'a> Walk<'a> {
    fn misfit(&mut self, kind: MisfitKind, role: Role, node: NodeId, member: NodeId) {
        if self.misfits.len() < MAX_MISFITS {
            self.misfits.push(Misfit { kind, node, member, role });
        }
    }

    fn object(&mut self, node: NodeRef<'a>, role: Role) {
        match self.of.get_mut(node.id().index()) {
            Some(slot) if *slot == 0 => *slot = role as u8,
            _ => return,
        }
        if !node.is_object() {
            return;
        }
        if role.is_referable(self.version)
            && let Some(reference) = refs::reference_of(node)
        {
            if let Ok(target) = refs::target(reference) {
                self.enter(target, target.id(), role, role);
            }
            let speaks_on = role == Role::PathItem || (role == Role::Schema && self.version >= Version::V3_1);
            if !speaks_on {
                let heard: &[&str] = if self.version >= Version::V3_1 { &["summary", "description"] } else { &[] };
                let mut others = node.members().filter(|member| member.key != "$ref" && !member.key.starts_with("x-"));
                if let Some(other) = others.find(|member| !heard.contains(&member.key)) {
                    self.misfit(MisfitKind::Sibling, role, node.id(), other.id);
                }
                return;
            }
        }
        for member in node.members() {
            if let Some(field) = role.field(self.version, member.key) {
                self.value(field.value, &member, role);
            } else if member.key.starts_with("x-") || member.key == "<<" {
                // An extension, or a merge key, which the reader has told of.
            } else if let Some(value) = role.others() {
                self.value(value, &member, role);
            } else if !role.is_open(self.version) && !self.of_schema_file(node, role, member.key) {
                self.misfit(MisfitKind::Unknown, role, member.value.id(), member.id);
            }
        }
        for field in role.needed(self.version) {
            self.needed(field, node, role);
        }
    }

    fn of_schema_file(&self, node: NodeRef<'a>, role: Role, key: &str) -> bool {
        role == Role::Schema && node.parent().is_none() && OF_SCHEMA_FILES.contains(&key)
    }

    fn needed(&mut self, field: &'static Field, node: NodeRef<'a>, role: Role) {
        let wanted = match field.need {
            Need::No => false,
            Need::Always => true,
            Need::When(key, words) => node.get(key).and_then(NodeRef::as_str).is_some_and(|word| words.contains(&word)),
            Need::Unless(keys) => keys.iter().all(|key| node.get(key).is_none()),
        };
        if !wanted {
            return;
        }
        match node.get(field.name) {
            None => self.misfit(MisfitKind::Missing(field.name), role, node.id(), node.id()),
            Some(value) if matches!(value.kind(), Kind::String | Kind::Null) && value.scalar_text().is_empty() => {
                self.misfit(MisfitKind::Empty(field.name), role, node.id(), node.id());
            }
            Some(_) => {}
        }
    }

    fn wrong(&mut self, want: &'static str, role: Role, value: NodeRef<'a>, member: NodeId) {
        self.misfit(MisfitKind::WrongType(want), role, value.id(), member);
    }

    /// A value that must be an object with role `role`; `holder` is the role of what it stands in.
    fn enter(&mut self, value: NodeRef<'a>, member: NodeId, role: Role, holder: Role) {
        let flag = role == Role::Schema && self.version >= Version::V3_1 && value.kind() == Kind::Bool;
        if value.is_object() || flag {
            self.open.push((value, role));
        } else {
            let want = if role == Role::Schema { "a schema" } else { "an object" };
            self.wrong(want, holder, value, member);
        }
    }

    fn value(&mut self, wanted: Value, member: &Member<'a>, role: Role) {
        let (value, id) = (member.value, member.id);
        let kind = value.kind();
        let of_kind = |wanted: Kind| kind == wanted;
        let outcome = match wanted {
            Value::Any => Ok(()),
            Value::Text if of_kind(Kind::String) => Ok(()),
            Value::Text => Err("a string"),
            Value::Flag if of_kind(Kind::Bool) => Ok(()),
            Value::Flag => Err("a boolean"),
            Value::Number if of_kind(Kind::Number) => Ok(()),
            Value::Number => Err("a number"),
            Value::Count if of_kind(Kind::Number) => match value.as_f64() {
                Some(number) if number < 0.0 || number.fract() != 0.0 => Err(WHOLE),
                _ => Ok(()),
            },
            Value::Count => Err("a number"),
            Value::Version if matches!(kind, Kind::String | Kind::Number) => Ok(()),
            Value::Version => Err("a string"),
            Value::Word(_) if !of_kind(Kind::String) => Err("a string"),
            Value::Word(list) => {
                self.word(value, list, role);
                Ok(())
            }
            Value::Types(list) if of_kind(Kind::String) => {
                self.word(value, list, role);
                Ok(())
            }
            Value::Types(_) if !of_kind(Kind::Array) => Err("a type name"),
            Value::Words(list) | Value::Types(list) if of_kind(Kind::Array) => {
                for item in value.items() {
                    match item.kind() {
                        Kind::String => self.word(item, list, role),
                        _ => self.wrong("a string", role, item, item.id()),
                    }
                }
                Ok(())
            }
            Value::Texts if of_kind(Kind::Array) => {
                self.texts(value, role);
                Ok(())
            }
            Value::Array if of_kind(Kind::Array) => Ok(()),
            Value::Words(_) | Value::Types(_) | Value::Texts | Value::Array => Err("an array"),
            Value::Object if of_kind(Kind::Object) => Ok(()),
            Value::TextMap if of_kind(Kind::Object) => {
                for entry in value.members() {
                    if entry.value.kind() != Kind::String && !entry.key.starts_with("x-") {
                        self.wrong("a string", role, entry.value, entry.id);
                    }
                }
                Ok(())
            }
            Value::TextsMap if of_kind(Kind::Object) => {
                for entry in value.members() {
                    match entry.value.kind() {
                        Kind::Array => self.texts(entry.value, role),
                        _ => self.wrong("an array", role, entry.value, entry.id),
                    }
                }
                Ok(())
            }
            Value::Map(inner) if of_kind(Kind::Object) => {
                for entry in value.members() {
                    if entry.value.is_object() || !(entry.key.starts_with("x-") || entry.key == "<<") {
                        self.enter(entry.value, entry.id, inner, role);
                    }
                }
                Ok(())
            }
            Value::Object | Value::TextMap | Value::TextsMap | Value::Map(_) => Err("an object"),
            Value::List(inner) | Value::OneOrList(inner) if of_kind(Kind::Array) => {
                for item in value.items() {
                    self.enter(item, item.id(), inner, role);
                }
                Ok(())
            }
            Value::List(_) => Err("an array"),
            Value::OneOrFlag(_) if of_kind(Kind::Bool) => Ok(()),
            Value::One(inner) | Value::OneOrList(inner) | Value::OneOrFlag(inner) => {
                self.enter(value, id, inner, role);
                Ok(())
            }
        };
        if let Err(want) = outcome {
            self.wrong(want, role, value, id);
        }
    }

    fn texts(&mut self, list: NodeRef<'a>, role: Role) {
        for item in list.items() {
            if item.kind() != Kind::String {
                self.wrong("a string", role, item, item.id());
            }
        }
    }

    fn word(&mut self, value: NodeRef<'a>, list: &'static [&'static str], role: Role) {
        // An empty word is a missing one.
        if let Some(text) = value.as_str()
            && !text.is_empty()
            && !list.contains(&text)
        {
            self.misfit(MisfitKind::OutsideList(list), role, value.id(), value.id());
        }
    }
}
