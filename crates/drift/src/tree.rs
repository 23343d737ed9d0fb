//! The content of a message as a tree.

use palisade_document::{Builder, Document, Kind, Limits, json};
use palisade_exchange::{Body, Message, ScalarKind, Shape, query_pairs};
use std::collections::BTreeSet;

/// What is known of a body.
pub(crate) enum Content {
    /// A JSON value with its values, or the fields of a form.
    Values(Document),
    /// A JSON value whose scalars stand for their types.
    Structure(Document),
}

impl Content {
    pub(crate) fn document(&self) -> &Document {
        match self {
            Content::Values(document) | Content::Structure(document) => document,
        }
    }
}

/// The tree of a body: of JSON, and the names of the fields of a form. `None` for other media, for what was not captured
/// whole, and for what is not what it says.
pub(crate) fn content(message: &Message) -> Option<Content> {
    let media = message.media_type();
    let media = media.as_deref().unwrap_or_default();
    let json = media.ends_with("/json") || media.ends_with("+json");
    let form = media == "application/x-www-form-urlencoded";
    match &message.body {
        Body::Shape(shape) if json => Some(Content::Structure(skeleton(shape.root.as_ref()?)?)),
        Body::Shape(shape) if form => match &shape.root {
            Some(Shape::Object(members)) => Some(Content::Values(fields(members.keys().map(|name| &**name)))),
            _ => None,
        },
        body => {
            let bytes = body.complete()?;
            if json {
                return json::parse_body(bytes, &Limits::body()).ok().map(Content::Values);
            }
            let pairs = form.then(|| std::str::from_utf8(bytes).ok().map(query_pairs)).flatten()?;
            Some(Content::Values(fields(pairs.iter().map(|(name, _)| &**name))))
        }
    }
}

/// An object with these members. What stands in brackets belongs to the member before them.
fn fields<'a>(names: impl Iterator<Item = &'a str>) -> Document {
    let names: BTreeSet<&str> = names.map(|name| name.split('[').next().unwrap_or(name)).collect();
    let mut builder = Builder::new("");
    builder.open(Kind::Object);
    for name in names {
        builder.key(name);
        builder.scalar(Kind::Null, "null");
    }
    builder.close();
    builder.finish()
}

/// The tree of a shape, any text and any number in the place of those that were there; `None` when some of it was not
/// looked at. A number may have been written as `1.0`, which is an integer: it stands as one.
pub(crate) fn skeleton(root: &Shape) -> Option<Document> {
    enum Step<'s> {
        Value(&'s Shape),
        Key(&'s str),
        Close,
    }
    let mut builder = Builder::new("");
    let mut steps = vec![Step::Value(root)];
    while let Some(step) = steps.pop() {
        match step {
            Step::Key(key) => builder.key(key),
            Step::Close => builder.close(),
            Step::Value(Shape::Cut) => return None,
            Step::Value(Shape::Null) => drop(builder.scalar(Kind::Null, "null")),
            Step::Value(Shape::Scalar(scalar)) => {
                let (kind, text) = match scalar.kind {
                    ScalarKind::Bool => (Kind::Bool, "true"),
                    ScalarKind::Integer | ScalarKind::Number => (Kind::Number, "0"),
                    ScalarKind::Text => (Kind::String, ""),
                };
                builder.scalar(kind, text);
            }
            Step::Value(Shape::Array(items, count)) => {
                if items.len() as u64 != *count {
                    return None;
                }
                builder.open(Kind::Array);
                steps.push(Step::Close);
                steps.extend(items.iter().rev().map(Step::Value));
            }
            Step::Value(Shape::Object(members)) => {
                builder.open(Kind::Object);
                steps.push(Step::Close);
                for (name, member) in members.iter().rev() {
                    steps.push(Step::Value(member));
                    steps.push(Step::Key(name));
                }
            }
        }
    }
    Some(builder.finish())
}
