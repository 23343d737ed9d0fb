//! From the raw text of a parameter or form to a typed tree: every style and explode of every place.

pub(crate) mod form;
pub(crate) mod multipart;
mod value;
pub(crate) mod xml;

pub(crate) use multipart::parameters as multipart_parameters;
pub use value::{coerce, is_number};

use crate::model::Style;
use palisade_document::{Builder, Document, Kind};
use palisade_schema::{Options, SchemaId, SchemaSet, TypeSet};
use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use value::Writer;

/// Name and value pairs of a query string or form, still encoded. At most [`MAX_PAIRS`] are looked at.
pub type Pairs<'a> = Vec<(Cow<'a, str>, &'a str)>;

/// Most pairs of one query string or form.
pub const MAX_PAIRS: usize = 2048;

/// Why a text could not be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeError {
    /// Stable code: `encoding`, `style` or `too_many`.
    pub code: &'static str,
    /// What is wrong, without the value.
    pub message: &'static str,
}

pub(crate) const ENCODING: DecodeError =
    DecodeError { code: "encoding", message: "must be valid percent-encoded UTF-8" };
const STYLE: DecodeError = DecodeError { code: "style", message: "is not written in the style its contract declares" };

const DUPLICATE: DecodeError = DecodeError { code: "duplicate", message: "must not be sent more than once" };

/// Splits a query string or form into pairs; names are decoded.
pub fn pairs(text: &str) -> Result<Pairs<'_>, DecodeError> {
    let mut list = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        if list.len() == MAX_PAIRS {
            return Err(DecodeError { code: "too_many", message: "holds too many pairs" });
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        list.push((plus(name)?, value));
    }
    Ok(list)
}

/// Percent-decodes, `+` as a space: queries and forms.
pub(crate) fn plus(text: &str) -> Result<Cow<'_, str>, DecodeError> {
    if text.contains('+') {
        let spaced = text.replace('+', " ");
        return percent_decode_str(&spaced)
            .decode_utf8()
            .map(|text| Cow::Owned(text.into_owned()))
            .map_err(|_| ENCODING);
    }
    percent(text)
}

fn percent(text: &str) -> Result<Cow<'_, str>, DecodeError> {
    if !text.contains('%') {
        return Ok(Cow::Borrowed(text));
    }
    percent_decode_str(text).decode_utf8().map_err(|_| ENCODING)
}

/// What kind of value a schema wants, for texts whose style differs by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Scalar,
    Array,
    Object,
}

impl Shape {
    pub(crate) fn of(types: TypeSet) -> Shape {
        let scalars = TypeSet::STRING.union(TypeSet::NUMBER).union(TypeSet::BOOLEAN);
        if types == TypeSet::ALL {
            Shape::Scalar
        } else if types.meets(TypeSet::ARRAY) {
            Shape::Array
        } else if types.meets(TypeSet::OBJECT) && !types.meets(scalars) {
            Shape::Object
        } else {
            Shape::Scalar
        }
    }
}

/// How one parameter is decoded.
#[derive(Debug, Clone)]
pub(crate) struct Decoder {
    pub(crate) name: String,
    pub(crate) style: Style,
    pub(crate) explode: bool,
    pub(crate) schema: SchemaId,
    pub(crate) types: TypeSet,
    pub(crate) shape: Shape,
    /// Written as JSON instead of in a style.
    pub(crate) json: bool,
    /// Written as plain text instead of in a style: one value, whatever stands in it.
    pub(crate) text: bool,
}

/// Decodes a text that is percent-encoded or not.
type Unescape = for<'t> fn(&'t str) -> Result<Cow<'t, str>, DecodeError>;

fn as_is(text: &str) -> Result<Cow<'_, str>, DecodeError> {
    Ok(Cow::Borrowed(text))
}

impl Decoder {
    /// True when a scalar is as welcome as an array.
    fn may_be_scalar(&self) -> bool {
        self.types.meets(TypeSet::STRING.union(TypeSet::NUMBER).union(TypeSet::BOOLEAN))
    }

    fn document(&self, text: &str) -> Result<Document, DecodeError> {
        palisade_document::json::parse_body(text.as_bytes(), &palisade_document::Limits::body())
            .map_err(|_| DecodeError { code: "json", message: "must be JSON" })
    }

    /// One value that is not cut up.
    #[allow(clippy::unnecessary_wraps, reason = "as its neighbours")]
    fn whole(&self, set: &SchemaSet, options: &Options, text: &str) -> Result<Document, DecodeError> {
        let mut builder = Builder::new("");
        Writer { set, options, builder: &mut builder }.scalar(Some(self.schema), text);
        Ok(builder.finish())
    }

    /// Several cookies of one name, which are the items of a list.
    pub(crate) fn items(&self, set: &SchemaSet, options: &Options, raws: &[&str]) -> Result<Document, DecodeError> {
        self.build(set, options, raws, percent)
    }

    /// Cookies that are the members of an object; `None` when there are none.
    pub(crate) fn members(
        &self,
        set: &SchemaSet,
        options: &Options,
        cookies: &Pairs<'_>,
    ) -> Result<Option<Document>, DecodeError> {
        self.exploded_members(set, options, cookies, percent)
    }

    /// A path parameter.
    pub(crate) fn path(&self, set: &SchemaSet, options: &Options, raw: &str) -> Result<Document, DecodeError> {
        if self.json {
            return self.document(&percent(raw)?);
        }
        if self.text {
            return self.whole(set, options, &percent(raw)?);
        }
        let prefix = format!("{}=", self.name);
        let body = match self.style {
            Style::Label => raw.strip_prefix('.').ok_or(STYLE)?,
            Style::Matrix => raw.strip_prefix(';').ok_or(STYLE)?,
            _ => raw,
        };
        let mut items: Vec<&str> = match (self.style, self.shape) {
            (Style::Matrix, Shape::Scalar) => vec![body.strip_prefix(&prefix).ok_or(STYLE)?],
            (Style::Matrix, _) if self.explode => body.split(';').collect(),
            (Style::Matrix, _) => body.strip_prefix(&prefix).ok_or(STYLE)?.split(',').collect(),
            (_, Shape::Scalar) => vec![body],
            (Style::Label, _) if self.explode || !body.contains(',') => body.split('.').collect(),
            _ => self.split(body),
        };
        if self.style == Style::Matrix && self.explode && self.shape == Shape::Array {
            items = items.into_iter().map(|item| item.strip_prefix(&prefix).ok_or(STYLE)).collect::<Result<_, _>>()?;
        }
        self.build(set, options, &items, percent)
    }

    /// A header field or cookie in simple or form style.
    pub(crate) fn plain(&self, set: &SchemaSet, options: &Options, raw: &str) -> Result<Document, DecodeError> {
        let cookie = matches!(self.style, Style::Form | Style::Cookie);
        let unescape: Unescape = if cookie { percent } else { as_is };
        if self.json {
            return self.document(&unescape(raw)?);
        }
        if self.text {
            return self.whole(set, options, &unescape(raw)?);
        }
        let items: Vec<&str> = match self.shape {
            Shape::Scalar => vec![raw],
            _ if raw.is_empty() => Vec::new(),
            _ => self.split(raw).into_iter().map(str::trim).collect(),
        };
        self.build(set, options, &items, unescape)
    }

    /// A query parameter: all pairs of the query, `None` when the parameter is not among them.
    pub(crate) fn query(
        &self,
        set: &SchemaSet,
        options: &Options,
        pairs: &Pairs<'_>,
    ) -> Result<Option<Document>, DecodeError> {
        if self.style == Style::DeepObject {
            let values: Vec<&str> =
                pairs.iter().filter(|(name, _)| **name == *self.name).map(|(_, raw)| *raw).collect();
            if values.is_empty() {
                return form::deep_object(set, options, &self.name, self.schema, pairs);
            }
            let bracketed = |key: &str| key.strip_prefix(self.name.as_str()).is_some_and(|rest| rest.starts_with('['));
            // The style is for objects alone; what is none is written as in any form. `p=x` beside `p[a]=x`, or in
            // place of it, would reach the server unjudged.
            if self.shape == Shape::Object || pairs.iter().any(|(name, _)| bracketed(name)) {
                return Err(STYLE);
            }
            if self.shape == Shape::Scalar && values.len() > 1 {
                return Err(DUPLICATE);
            }
            return self.build(set, options, &values, plus).map(Some);
        }
        if self.is_spread() {
            return self.exploded_members(set, options, pairs, plus);
        }
        let mut values = Vec::new();
        for (name, raw) in pairs {
            match name.strip_prefix(self.name.as_str()) {
                Some("") => values.push(*raw),
                Some(rest) if rest.starts_with('[') && self.is_item(rest) => values.push(*raw),
                // Many servers make an object or a list of `p[x]=1`, whatever the contract says of `p`.
                Some(rest) if rest.starts_with('[') && self.types != TypeSet::ALL => return Err(STYLE),
                _ => {}
            }
        }
        match (values.as_slice(), self.json) {
            ([], _) => return Ok(None),
            ([one], true) => return self.document(&plus(one)?).map(Some),
            (_, true) => return Err(DUPLICATE),
            ([one], _) if self.text => return self.whole(set, options, &plus(one)?).map(Some),
            _ if self.text => return Err(DUPLICATE),
            _ => {}
        }
        let mut items = values;
        match self.shape {
            Shape::Scalar if items.len() > 1 => {
                return Err(DUPLICATE);
            }
            Shape::Scalar => {}
            _ if self.explode => {}
            _ => {
                let raw = items.pop().unwrap_or_default();
                if !items.is_empty() {
                    return Err(DUPLICATE);
                }
                if raw.is_empty() {
                    items = Vec::new();
                } else {
                    items = self.split(raw);
                    let strings = set
                        .item_schema(self.schema, 0)
                        .is_none_or(|item| set.accepted_types(item).meets(TypeSet::STRING));
                    if items.len() == 1 && !strings && self.style == Style::Form {
                        // Many clients escape the comma, too; no number holds one.
                        let text = plus(raw)?;
                        let parts: Vec<&str> = text.split(',').collect();
                        return self.build(set, options, &parts, as_is).map(Some);
                    }
                }
            }
        }
        self.build(set, options, &items, plus).map(Some)
    }

    /// An object whose members are parameters of their own.
    pub(crate) fn is_spread(&self) -> bool {
        self.shape == Shape::Object && self.explode && !self.json && !self.text && self.style != Style::DeepObject
    }

    /// A list whose items are written one by one.
    pub(crate) fn is_list(&self) -> bool {
        self.shape == Shape::Array && self.explode && !self.json && !self.text
    }

    /// The schema of members of any name, where the contract declares such: a spread object of them takes every
    /// parameter that is nobody else's.
    pub(crate) fn free_members(&self, set: &SchemaSet) -> Option<SchemaId> {
        let open = |id: &SchemaId| set.view(*id).is_some_and(|view| !view.never());
        set.additional_schema(self.schema).filter(open).filter(|_| self.is_spread())
    }

    /// True for `[]` and `[0]` behind the name of a list.
    fn is_item(&self, brackets: &str) -> bool {
        let inner = brackets.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        (self.shape == Shape::Array || self.types == TypeSet::ALL)
            && inner.is_some_and(|inner| {
                inner.is_empty() || (self.explode && inner.len() < 5 && inner.bytes().all(|byte| byte.is_ascii_digit()))
            })
    }

    /// Cuts a text at the style's delimiter, which may itself be escaped.
    fn split<'t>(&self, raw: &'t str) -> Vec<&'t str> {
        let marks: &[&str] = match self.style {
            Style::SpaceDelimited => &["%20", "+", " "],
            Style::PipeDelimited => &["|", "%7C", "%7c"],
            Style::TabDelimited => &["%09", "\t"],
            _ => &[","],
        };
        let mut items = vec![raw];
        for mark in marks {
            items = items.into_iter().flat_map(|item| item.split(mark)).take(MAX_PAIRS).collect();
        }
        items
    }

    fn exploded_members(
        &self,
        set: &SchemaSet,
        options: &Options,
        pairs: &Pairs<'_>,
        unescape: Unescape,
    ) -> Result<Option<Document>, DecodeError> {
        let mut own: Vec<(&str, SchemaId, Vec<&str>)> = Vec::new();
        let free = self.free_members(set);
        for (name, raw) in pairs {
            if let Some(schema) = set.property_schema(self.schema, name).or(free) {
                match own.iter_mut().find(|(known, ..)| *known == &**name) {
                    Some((.., texts)) => texts.push(raw),
                    None => own.push((name, schema, vec![raw])),
                }
            } else if let Some((base, _)) = name.split_once('[')
                && set.property_schema(self.schema, base).is_some()
            {
                return Err(STYLE);
            }
        }
        if own.is_empty() {
            return Ok(None);
        }
        let mut builder = Builder::new("");
        builder.open(Kind::Object);
        let mut writer = Writer { set, options, builder: &mut builder };
        for (name, schema, texts) in own {
            writer.builder.key(name);
            match (Shape::of(set.accepted_types(schema)), texts.as_slice()) {
                (Shape::Array, texts) => {
                    writer.builder.open(Kind::Array);
                    for (at, raw) in texts.iter().enumerate() {
                        writer.scalar(set.item_schema(schema, at), &unescape(raw)?);
                    }
                    writer.builder.close();
                }
                (_, [raw]) => writer.scalar(Some(schema), &unescape(raw)?),
                _ => return Err(DUPLICATE),
            }
        }
        builder.close();
        Ok(Some(builder.finish()))
    }

    fn build(
        &self,
        set: &SchemaSet,
        options: &Options,
        items: &[&str],
        unescape: Unescape,
    ) -> Result<Document, DecodeError> {
        let mut builder = Builder::new("");
        let mut writer = Writer { set, options, builder: &mut builder };
        match (self.shape, items) {
            (Shape::Scalar, [one]) => writer.scalar(Some(self.schema), &unescape(one)?),
            (Shape::Scalar, _) => return Err(STYLE),
            (Shape::Array, [one]) if self.may_be_scalar() => writer.scalar_or_list(self.schema, &unescape(one)?),
            (Shape::Array, items) => {
                writer.builder.open(Kind::Array);
                let lone_empty = items == [""]
                    && !set
                        .item_schema(self.schema, 0)
                        .is_none_or(|item| set.accepted_types(item).meets(TypeSet::STRING));
                for (at, item) in items.iter().enumerate().filter(|_| !lone_empty) {
                    writer.scalar(set.item_schema(self.schema, at), &unescape(item)?);
                }
                writer.builder.close();
            }
            (Shape::Object, items) => {
                let exploded = self.explode && !matches!(self.style, Style::Form);
                let mut members: Vec<(&str, &str)> = Vec::new();
                if exploded {
                    for item in items {
                        members.push(item.split_once('=').ok_or(STYLE)?);
                    }
                } else {
                    for pair in items.chunks(2) {
                        let [name, value] = pair else { return Err(STYLE) };
                        members.push((name, value));
                    }
                }
                writer.builder.open(Kind::Object);
                for (name, value) in members {
                    let name = unescape(name)?;
                    let schema = set.property_schema(self.schema, &name).or_else(|| set.additional_schema(self.schema));
                    writer.builder.key(&name);
                    writer.scalar(schema, &unescape(value)?);
                }
                writer.builder.close();
            }
        }
        Ok(builder.finish())
    }
}
