//! Forms (`application/x-www-form-urlencoded`) and deep objects.

use super::multipart::Part;
use super::value::Writer;
use super::{DecodeError, Decoder, Pairs, STYLE, Shape, pairs, plus};
use crate::model::Style;
use palisade_document::{Builder, Document, Kind, NodeRef};
use palisade_schema::{Dialect, Options, SchemaId, SchemaSet, TypeSet};
use std::borrow::Cow;
use std::collections::HashSet;

/// Brackets inside one another in `name[a][b]`.
const BRACKETS: usize = 8;

/// How one field of a form is written.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) schema: Option<SchemaId>,
    pub(crate) style: Style,
    pub(crate) explode: bool,
    pub(crate) required: bool,
    /// The value is JSON by its encoding.
    pub(crate) json: bool,
    /// Content that no schema describes: an upload.
    pub(crate) opaque: bool,
    /// Its encoding names a style.
    pub(crate) styled: bool,
    /// How it is written in a urlencoded body, where its encoding names a style.
    pub(crate) decoder: Option<Decoder>,
    /// The media types or ranges that its part of a multipart body may have; empty: any.
    pub(crate) types: Vec<String>,
    /// Header fields of its part: name, whether they must be there, how they are read.
    pub(crate) headers: Vec<CompiledHeader>,
}

/// One header field of a response or of a part.
#[derive(Debug, Clone)]
pub(crate) struct CompiledHeader {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) decoder: Option<Decoder>,
}

/// A part whose bytes are no text.
pub(crate) struct Upload {
    /// The property.
    pub(crate) name: String,
    /// Which of the parts of that name.
    pub(crate) at: usize,
    /// Bytes.
    pub(crate) size: u64,
}

/// Texts of one name in a form, in order.
struct Group<'a> {
    name: Cow<'a, str>,
    /// It was written as an item of a list: `name[]`.
    listed: bool,
    texts: Vec<Text<'a>>,
}

struct Text<'a> {
    text: Cow<'a, str>,
    json: bool,
    opaque: bool,
}

/// A tree under construction: brackets name members.
enum Tree<'a> {
    Texts(Vec<Cow<'a, str>>),
    Members(Vec<(String, Tree<'a>)>),
}

/// Decodes a urlencoded body into an object.
pub(crate) fn urlencoded(
    set: &SchemaSet,
    options: &Options,
    schema: Option<SchemaId>,
    fields: &[Field],
    body: &[u8],
) -> Result<Document, DecodeError> {
    let text = std::str::from_utf8(body).map_err(|_| super::ENCODING)?;
    let list = pairs(text)?;
    // The schema a name in brackets belongs to: `at` of `at[x]`.
    let known = |name: &str| match fields.iter().find(|field| field.name == name) {
        Some(field) => Some(field.schema),
        None => schema.and_then(|schema| set.property_schema(schema, name)).map(Some),
    };
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut deep: Vec<(&str, Option<SchemaId>)> = Vec::new();
    let mut styled: Vec<(&str, Document)> = Vec::new();
    let mut taken: HashSet<&str> = HashSet::new();
    for decoder in fields.iter().filter_map(|field| field.decoder.as_ref()) {
        let own = |name: &str| match decoder.is_spread() {
            true => set.property_schema(decoder.schema, name).is_some(),
            false => {
                name.strip_prefix(decoder.name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
            }
        };
        let pairs: Pairs<'_> = list.iter().filter(|(name, _)| own(name)).cloned().collect();
        if let Some(document) = decoder.query(set, options, &pairs)? {
            taken.extend(list.iter().map(|(name, _)| &**name).filter(|name| own(name)));
            styled.push((&decoder.name, document));
        }
    }
    let list: Pairs<'_> = list.iter().filter(|(name, _)| !taken.contains(&**name)).cloned().collect();
    for (name, _) in &list {
        if let Some((base, rest)) = name.split_once('[')
            && rest != "]"
            && known(name).is_none()
            && !deep.iter().any(|(other, _)| *other == base)
            && let Some(schema) = known(base)
        {
            deep.push((base, schema));
        }
    }
    for (name, raw) in &list {
        let base = name.split('[').next().unwrap_or(name);
        if deep.iter().any(|(other, _)| *other == base) && known(name).is_none_or(|_| base == &**name) {
            if base == &**name {
                // `at=1` beside `at[x]=1`: servers keep one or the other.
                return Err(STYLE);
            }
            continue;
        }
        let field = fields.iter().find(|field| field.name == **name);
        let text = Text { text: plus(raw)?, json: field.is_some_and(|field| field.json), opaque: false };
        push(&mut groups, Cow::Borrowed(name), text);
    }
    let mut trees = Vec::new();
    for (name, schema) in deep {
        if let Some(tree) = brackets(name, &list)? {
            trees.push((name, schema, tree));
        }
    }
    let mut builder = Builder::new("");
    builder.open(Kind::Object);
    members(set, options, schema, fields, &groups, &mut builder)?;
    for (name, document) in styled {
        builder.key(name);
        copy(document.root(), &mut builder);
    }
    for (name, schema, tree) in trees {
        builder.key(name);
        write_tree(&mut Writer { set, options, builder: &mut builder }, schema, &tree);
    }
    builder.close();
    Ok(builder.finish())
}

/// Decodes the parts of a multipart body into an object. An empty text stands for each upload, whose bytes are no
/// text: of it nothing but its presence, type and size can be judged.
pub(crate) fn multipart(
    set: &SchemaSet,
    options: &Options,
    schema: Option<SchemaId>,
    fields: &[Field],
    parts: &[Part<'_>],
) -> Result<(Document, Vec<Upload>), DecodeError> {
    let mut uploads: Vec<Upload> = Vec::new();
    let mut groups: Vec<Group<'_>> = Vec::new();
    for Part { name, content_type, file, content, .. } in parts {
        let (name, file, content): (Cow<'_, str>, _, _) = (Cow::Borrowed(&**name), *file, *content);
        let field = fields.iter().find(|field| field.name == *name);
        let json = content_type.as_deref().map_or(field.is_some_and(|field| field.json), is_json);
        let property = schema.and_then(|schema| set.property_schema(schema, name.split('[').next().unwrap_or(&name)));
        let binary = |schema: SchemaId| is_binary(set, schema);
        let declared = field.is_some_and(|field| field.opaque)
            || property.is_some_and(|schema| binary(schema) || set.item_schema(schema, 0).is_some_and(binary));
        // A file name alone does not take a text field out of its rules.
        let opaque = !json && (declared || (file && std::str::from_utf8(content).is_err()));
        let name = match (name.split_once('['), property) {
            (Some((base, index)), Some(property))
                if index != "]" && schema.is_some_and(|s| set.property_schema(s, &name).is_none()) =>
            {
                let digits =
                    index.strip_suffix(']').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
                match Shape::of(set.accepted_types(property)) {
                    Shape::Array if digits => Cow::Owned(format!("{base}[]")),
                    _ => return Err(STYLE),
                }
            }
            _ => name,
        };
        if opaque {
            let bare = name.strip_suffix("[]").unwrap_or(&name).to_owned();
            let at = groups.iter().find(|group| group.name == bare).map_or(0, |group| group.texts.len());
            uploads.push(Upload { name: bare, at, size: content.len() as u64 });
        }
        let text = if opaque {
            Cow::Borrowed("")
        } else {
            Cow::Borrowed(std::str::from_utf8(content).map_err(|_| super::ENCODING)?)
        };
        push(&mut groups, name, Text { text, json, opaque });
    }
    let mut builder = Builder::new("");
    builder.open(Kind::Object);
    members(set, options, schema, fields, &groups, &mut builder)?;
    builder.close();
    Ok((builder.finish(), uploads))
}

/// True for a schema of bytes that are no text: `format: binary`, or the `contentMediaType` of 3.1 where no
/// `contentEncoding` makes text of them.
pub(crate) fn is_binary(set: &SchemaSet, schema: SchemaId) -> bool {
    let named = || {
        let node = set.view(schema)?.node();
        let media = node.get("contentMediaType")?.as_str()?;
        let text = media.starts_with("text/") || is_json(media) || media.ends_with("xml");
        (set.dialect() == Dialect::Draft202012 && node.get("contentEncoding").is_none() && !text).then_some(())
    };
    set.format_word(schema) == Some("binary") || named().is_some()
}

/// True for `application/json`, its old name `text/json`, and everything `+json`.
pub(crate) fn is_json(media: &str) -> bool {
    let media = media.split(';').next().unwrap_or("").trim();
    media.eq_ignore_ascii_case("application/json")
        || media.eq_ignore_ascii_case("text/json")
        || media.len() > 5 && media.get(media.len() - 5..).is_some_and(|end| end.eq_ignore_ascii_case("+json"))
}

fn push<'a>(groups: &mut Vec<Group<'a>>, name: Cow<'a, str>, text: Text<'a>) {
    // `tags[]=a` is how many clients write the items of `tags`.
    let (name, listed) = match name.strip_suffix("[]") {
        Some(short) if !short.is_empty() => (Cow::Owned(short.to_owned()), true),
        _ => (name, false),
    };
    match groups.iter_mut().find(|group| group.name == name) {
        Some(group) => {
            group.listed |= listed;
            group.texts.push(text);
        }
        None => groups.push(Group { name, listed, texts: vec![text] }),
    }
}

fn members(
    set: &SchemaSet,
    options: &Options,
    schema: Option<SchemaId>,
    fields: &[Field],
    groups: &[Group<'_>],
    builder: &mut Builder,
) -> Result<(), DecodeError> {
    for group in groups {
        let field = fields.iter().find(|field| field.name == *group.name);
        let of_schema = || {
            let schema = schema?;
            set.property_schema(schema, &group.name).or_else(|| set.additional_schema(schema))
        };
        let member = match field {
            Some(field) => field.schema,
            None => of_schema(),
        };
        builder.key(&group.name);
        let types = member.map_or(TypeSet::ALL, |member| set.accepted_types(member));
        match (Shape::of(types), group.texts.as_slice()) {
            (Shape::Array, [one]) if !one.json => {
                let split = field.filter(|field| !field.explode).map(|field| match field.style {
                    Style::SpaceDelimited => ' ',
                    Style::PipeDelimited => '|',
                    Style::TabDelimited => '\t',
                    _ => ',',
                });
                // A whole list as JSON text: how browsers' scripts often send it.
                if split.is_none()
                    && one.text.starts_with('[')
                    && let Ok(document) = json(&one.text)
                {
                    copy(document.root(), builder);
                    continue;
                }
                let scalars = TypeSet::STRING.union(TypeSet::NUMBER).union(TypeSet::BOOLEAN);
                if let (None, Some(member), true, false) = (split, member, types.meets(scalars), group.listed) {
                    Writer { set, options, builder }.scalar_or_list(member, &one.text);
                    continue;
                }
                builder.open(Kind::Array);
                let mut writer = Writer { set, options, builder };
                let item = |at| member.and_then(|member| set.item_schema(member, at));
                match split {
                    Some(mark) => one.text.split(mark).enumerate().for_each(|(at, text)| writer.scalar(item(at), text)),
                    None => writer.scalar(item(0), &one.text),
                }
                builder.close();
            }
            (Shape::Array, [one]) => {
                // A list as a whole, or its only item.
                let document = json(&one.text)?;
                if document.root().is_array() {
                    copy(document.root(), builder);
                } else {
                    builder.open(Kind::Array);
                    copy(document.root(), builder);
                    builder.close();
                }
            }
            (shape, [one]) if !group.listed => {
                if one.json || (shape == Shape::Object && !one.opaque) {
                    copy(json(&one.text)?.root(), builder);
                } else {
                    Writer { set, options, builder }.scalar(member, &one.text);
                }
            }
            (_, texts) => {
                builder.open(Kind::Array);
                for (at, text) in texts.iter().enumerate() {
                    if text.json {
                        copy(json(&text.text)?.root(), builder);
                        continue;
                    }
                    let item = member.and_then(|member| set.item_schema(member, at));
                    Writer { set, options, builder }.scalar(item, &text.text);
                }
                builder.close();
            }
        }
    }
    Ok(())
}

fn json(text: &str) -> Result<Document, DecodeError> {
    palisade_document::json::parse_body(text.as_bytes(), &palisade_document::Limits::body())
        .map_err(|_| DecodeError { code: "json", message: "must be JSON" })
}

/// Copies a value into a tree. The reader's depth limit bounds the recursion.
fn copy(from: NodeRef<'_>, builder: &mut Builder) {
    match from.kind() {
        Kind::Array => {
            builder.open(Kind::Array);
            from.items().for_each(|item| copy(item, builder));
            builder.close();
        }
        Kind::Object => {
            builder.open(Kind::Object);
            for member in from.members() {
                builder.key(member.key);
                copy(member.value, builder);
            }
            builder.close();
        }
        kind => {
            builder.scalar(kind, from.scalar_text());
        }
    }
}

/// `name[key]=value` pairs as an object; `None` when there are none.
pub(crate) fn deep_object(
    set: &SchemaSet,
    options: &Options,
    name: &str,
    schema: SchemaId,
    pairs: &Pairs<'_>,
) -> Result<Option<Document>, DecodeError> {
    let Some(tree) = brackets(name, pairs)? else { return Ok(None) };
    let mut builder = Builder::new("");
    write_tree(&mut Writer { set, options, builder: &mut builder }, Some(schema), &tree);
    Ok(Some(builder.finish()))
}

fn brackets<'a>(name: &str, pairs: &Pairs<'a>) -> Result<Option<Tree<'a>>, DecodeError> {
    let mut root = Tree::Members(Vec::new());
    let mut any = false;
    for (key, raw) in pairs {
        let Some(rest) = key.strip_prefix(name).filter(|rest| rest.starts_with('[')) else { continue };
        let rest = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).ok_or(STYLE)?;
        let steps: Vec<&str> = rest.split("][").collect();
        if steps.len() > BRACKETS {
            return Err(DecodeError { code: "style", message: "nests too deep" });
        }
        any = true;
        let mut at = &mut root;
        for step in steps.iter().copied().filter(|step| !step.is_empty()) {
            let Tree::Members(members) = at else { return Err(STYLE) };
            let place = match members.iter().position(|(name, _)| name == step) {
                Some(place) => place,
                None => {
                    members.push((step.to_owned(), Tree::Members(Vec::new())));
                    members.len() - 1
                }
            };
            at = &mut members.get_mut(place).ok_or(STYLE)?.1;
        }
        let value = plus(raw)?;
        match at {
            Tree::Texts(texts) => texts.push(value),
            Tree::Members(members) if members.is_empty() => *at = Tree::Texts(vec![value]),
            Tree::Members(_) => return Err(STYLE),
        }
    }
    Ok(any.then_some(root))
}

/// Writes a tree; its depth is bounded by the brackets allowed.
fn write_tree(writer: &mut Writer<'_, '_>, schema: Option<SchemaId>, tree: &Tree<'_>) {
    let set = writer.set;
    let types = schema.map_or(TypeSet::ALL, |schema| set.accepted_types(schema));
    let scalars = TypeSet::STRING.union(TypeSet::NUMBER).union(TypeSet::BOOLEAN);
    match (tree, schema) {
        (Tree::Texts(texts), Some(schema))
            if texts.len() == 1 && types != TypeSet::ALL && types.meets(TypeSet::ARRAY) && types.meets(scalars) =>
        {
            writer.scalar_or_list(schema, texts.first().map_or("", |text| text));
        }
        (Tree::Texts(texts), _) if texts.len() > 1 || Shape::of(types) == Shape::Array => {
            writer.builder.open(Kind::Array);
            for (at, text) in texts.iter().enumerate() {
                writer.scalar(schema.and_then(|schema| set.item_schema(schema, at)), text);
            }
            writer.builder.close();
        }
        (Tree::Texts(texts), _) => writer.scalar(schema, texts.first().map_or("", |text| text)),
        // `a[0]=x&a[1]=y`: numbered members of an array.
        (Tree::Members(members), _) if Shape::of(types) == Shape::Array => {
            writer.builder.open(Kind::Array);
            for (at, (_, child)) in members.iter().enumerate() {
                write_tree(writer, schema.and_then(|schema| set.item_schema(schema, at)), child);
            }
            writer.builder.close();
        }
        (Tree::Members(members), _) => {
            writer.builder.open(Kind::Object);
            for (name, child) in members {
                let member = schema
                    .and_then(|schema| set.property_schema(schema, name).or_else(|| set.additional_schema(schema)));
                writer.builder.key(name);
                write_tree(writer, member, child);
            }
            writer.builder.close();
        }
    }
}
