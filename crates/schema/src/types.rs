//! The words that compiling and validating share.

use palisade_document::{Kind, NodeId, NodeRef};

/// Index of a compiled schema in its [`SchemaSet`](crate::SchemaSet).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaId(pub(crate) u32);

impl SchemaId {
    /// The index: dense from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Which keywords there are and what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// JSON Schema draft 4: the base of the two OpenAPI dialects below.
    Draft4,
    /// The schema object of OpenAPI 2.0.
    Oas2,
    /// The schema object of OpenAPI 3.0: `nullable`, `discriminator`, `readOnly`, `writeOnly`.
    Oas30,
    /// JSON Schema 2020-12, and so OpenAPI 3.1 and 3.2 (with `discriminator`).
    Draft202012,
}

impl Dialect {
    /// True for the dialects where `exclusiveMinimum` is a boolean and `$ref` hides its siblings.
    pub(crate) fn is_old(self) -> bool {
        self != Dialect::Draft202012
    }
}

/// Which way a message goes: decides what `readOnly` and `writeOnly` mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Direction {
    /// Towards the API: a required `readOnly` member may be absent.
    #[default]
    Request,
    /// From the API: a required `writeOnly` member may be absent.
    Response,
}

/// How one validation runs.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Which way the message goes.
    pub direction: Direction,
    /// Violations collected at most; validation stops there.
    pub max_violations: usize,
    /// Work allowed, in steps: about one step a schema applied to a value, more for long texts.
    pub budget: u64,
    /// Whether `format` is an assertion.
    pub formats: bool,
    /// Whether the values of scalars are known. Where they are not, any text or number stands for its type, and only
    /// what structure proves is told: types, members, numbers of items.
    pub values: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { direction: Direction::Request, max_violations: 20, budget: 2_000_000, formats: true, values: true }
    }
}

/// Why a validation gave up before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exhausted {
    /// The work budget was used up.
    Budget,
    /// Value and schema nest too deep.
    Depth,
    /// A pattern that needs backtracking passed its own limit.
    Pattern,
}

impl Exhausted {
    /// Stable code.
    pub fn as_str(self) -> &'static str {
        match self {
            Exhausted::Budget => "work_limit",
            Exhausted::Depth => "depth_limit",
            Exhausted::Pattern => "pattern_limit",
        }
    }
}

/// One way in which a value breaks its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// JSON pointer of the place inside the instance; empty for the whole.
    pub pointer: String,
    /// The keyword that failed, for example `required`, `type`, `pattern`.
    pub code: &'static str,
    /// What is wrong, in terms of the schema: never the offending value.
    pub message: String,
    /// The schema node whose keyword failed.
    pub schema: NodeId,
}

/// What a validation says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// What is wrong, in the order found; bounded.
    pub violations: Vec<Violation>,
    /// Members that are not meant to be sent this way, with the code `readOnly` or `writeOnly`: the standard says that
    /// they SHOULD NOT be. Bounded as the violations are.
    pub notes: Vec<Violation>,
    /// Set when validation gave up: what was not reached is not assessed.
    pub exhausted: Option<Exhausted>,
    /// Steps of the budget that were not needed.
    pub left: u64,
}

impl Outcome {
    /// True when everything was assessed and nothing is wrong; notes are no fault.
    pub fn is_valid(&self) -> bool {
        self.violations.is_empty() && self.exhausted.is_none()
    }
}

/// Something in a schema that cannot be used as written; the rest of the schema still is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where in the schema's document.
    pub node: NodeId,
    /// Stable code: `unresolved_ref`, `ref_cycle`, `invalid_pattern`, `pattern_too_large`, `invalid_keyword`,
    /// `too_deep`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
}

/// A set of JSON types; `integer` is a number without fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TypeSet(pub(crate) u8);

impl TypeSet {
    /// No type.
    pub const NONE: TypeSet = TypeSet(0);
    /// `null`.
    pub const NULL: TypeSet = TypeSet(1);
    /// `boolean`.
    pub const BOOLEAN: TypeSet = TypeSet(2);
    /// `integer`.
    pub const INTEGER: TypeSet = TypeSet(4);
    /// `number`, which includes `integer`.
    pub const NUMBER: TypeSet = TypeSet(4 | 8);
    /// `string`.
    pub const STRING: TypeSet = TypeSet(16);
    /// `array`.
    pub const ARRAY: TypeSet = TypeSet(32);
    /// `object`.
    pub const OBJECT: TypeSet = TypeSet(64);
    /// Every type.
    pub const ALL: TypeSet = TypeSet(127);

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: TypeSet) -> TypeSet {
        TypeSet(self.0 | other.0)
    }

    /// What both sets hold.
    #[must_use]
    pub fn intersection(self, other: TypeSet) -> TypeSet {
        TypeSet(self.0 & other.0)
    }

    /// True when every type of `other` is in this set.
    pub fn contains(self, other: TypeSet) -> bool {
        self.0 & other.0 == other.0
    }

    /// True when the sets share a type.
    pub fn meets(self, other: TypeSet) -> bool {
        self.0 & other.0 != 0
    }

    /// The type a schema's word means.
    pub fn from_word(word: &str) -> Option<TypeSet> {
        Some(match word {
            "null" => TypeSet::NULL,
            "boolean" => TypeSet::BOOLEAN,
            "integer" => TypeSet::INTEGER,
            "number" => TypeSet::NUMBER,
            "string" => TypeSet::STRING,
            "array" => TypeSet::ARRAY,
            "object" => TypeSet::OBJECT,
            _ => return None,
        })
    }

    /// The words of this set, `number` standing for both numeric bits.
    pub fn words(self) -> Vec<&'static str> {
        let mut words = Vec::new();
        for (set, word) in [
            (TypeSet::NULL, "null"),
            (TypeSet::BOOLEAN, "boolean"),
            (TypeSet::NUMBER, "number"),
            (TypeSet::STRING, "string"),
            (TypeSet::ARRAY, "array"),
            (TypeSet::OBJECT, "object"),
        ] {
            if self.contains(set) {
                words.push(word);
            } else if set == TypeSet::NUMBER && self.contains(TypeSet::INTEGER) {
                words.push("integer");
            }
        }
        words
    }

    /// The type of a value; a number without fraction is an `integer`.
    pub(crate) fn of(value: NodeRef<'_>) -> TypeSet {
        match value.kind() {
            Kind::Null => TypeSet::NULL,
            Kind::Bool => TypeSet::BOOLEAN,
            Kind::Number if crate::number::is_integer(value.scalar_text()) => TypeSet::INTEGER,
            Kind::Number => TypeSet(8),
            Kind::String => TypeSet::STRING,
            Kind::Array => TypeSet::ARRAY,
            Kind::Object => TypeSet::OBJECT,
        }
    }
}
