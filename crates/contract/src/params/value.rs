//! Texts into typed scalars, by what their schema accepts.

use palisade_document::{Builder, Kind, NodeRef};
use palisade_schema::{Dialect, Options, SchemaId, SchemaSet, TypeSet};

/// Writes scalars into a tree.
pub(crate) struct Writer<'s, 'b> {
    pub(crate) set: &'s SchemaSet,
    pub(crate) options: &'s Options,
    pub(crate) builder: &'b mut Builder,
}

/// Lists inside one another in the text of one parameter of 2.0.
const LISTS: u32 = 4;

impl Writer<'_, '_> {
    pub(crate) fn scalar(&mut self, schema: Option<SchemaId>, text: &str) {
        self.nested(schema, text, LISTS);
    }

    /// One text where a list is as welcome as a scalar: the scalar where it is valid, else a list of one.
    pub(crate) fn scalar_or_list(&mut self, schema: SchemaId, text: &str) {
        let kind = coerce(self.set, self.options, Some(schema), text);
        let mut alone = Builder::new("");
        alone.scalar(kind, if kind == Kind::Null { "" } else { text });
        if self.set.is_valid(schema, alone.finish().root(), self.options) {
            self.scalar(Some(schema), text);
            return;
        }
        self.builder.open(Kind::Array);
        self.scalar(self.set.item_schema(schema, 0), text);
        self.builder.close();
    }

    /// Items of lists in 2.0 may be lists again, each with a `collectionFormat` of its own.
    fn nested(&mut self, schema: Option<SchemaId>, text: &str, lists: u32) {
        if let (Some(schema), Some(lists), Dialect::Oas2) = (schema, lists.checked_sub(1), self.set.dialect())
            && self.set.accepted_types(schema) == TypeSet::ARRAY
        {
            let format = self.set.view(schema).and_then(|view| view.node().get("collectionFormat"));
            let mark = match format.and_then(NodeRef::as_str) {
                Some("ssv") => ' ',
                Some("tsv") => '\t',
                Some("pipes") => '|',
                _ => ',',
            };
            self.builder.open(Kind::Array);
            for (at, item) in text.split(mark).take(super::MAX_PAIRS).enumerate() {
                self.nested(self.set.item_schema(schema, at), item, lists);
            }
            self.builder.close();
            return;
        }
        let kind = coerce(self.set, self.options, schema, text);
        self.builder.scalar(kind, if kind == Kind::Null { "" } else { text });
    }
}

/// True for a number in JSON's grammar.
pub fn is_number(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest.starts_with('0')) {
        return false;
    }
    let mut rest = rest.get(whole..).unwrap_or("");
    if let Some(fraction) = rest.strip_prefix('.') {
        let length = digits(fraction);
        if length == 0 {
            return false;
        }
        rest = fraction.get(length..).unwrap_or("");
    }
    match rest.strip_prefix(['e', 'E']) {
        Some(exponent) => {
            let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            !exponent.is_empty() && digits(exponent) == exponent.len()
        }
        None => rest.is_empty(),
    }
}

/// The kind a text becomes. Where a schema accepts several kinds that the text could be, the first one that is
/// valid by the schema: string, number, boolean, null.
pub fn coerce(set: &SchemaSet, options: &Options, schema: Option<SchemaId>, text: &str) -> Kind {
    let Some(schema) = schema else { return Kind::String };
    let types = set.accepted_types(schema);
    let mut kinds = Vec::with_capacity(4);
    for (fits, kind) in [
        (types.meets(TypeSet::STRING), Kind::String),
        (types.meets(TypeSet::NUMBER) && is_number(text), Kind::Number),
        (types.meets(TypeSet::BOOLEAN) && matches!(text, "true" | "false"), Kind::Bool),
        (types.meets(TypeSet::NULL) && matches!(text, "" | "null"), Kind::Null),
    ] {
        if fits {
            kinds.push(kind);
        }
    }
    match kinds.as_slice() {
        [] => Kind::String,
        [only] => *only,
        several => {
            let holds = |kind: &&Kind| {
                let mut builder = Builder::new("");
                builder.scalar(**kind, text);
                set.is_valid(schema, builder.finish().root(), options)
            };
            several.iter().find(holds).or(several.last()).copied().unwrap_or(Kind::String)
        }
    }
}
