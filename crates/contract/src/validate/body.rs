//! Which rule a body falls under, and judging it.

use super::request::UNDECLARED;
use super::{CompiledContract, CompiledMedia, CompiledOperation, Content, Issue, clip};
use crate::params::form::{self, Upload, is_json};
use crate::params::multipart::{self, Part};
use crate::params::{multipart_parameters, xml};
use palisade_document::{Builder, Document, Kind, Limits, NodeRef, json, pointer};
use palisade_limits::{DecodeError, DecodeLimits, decode_all};
use palisade_schema::{Direction, Options, SchemaId, SchemaSet, TypeSet};
use std::borrow::Cow;

/// Most bytes of a body that is judged, before and after content decoding.
pub const BODY_LIMIT: u64 = 8 << 20;

/// What a request's body must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyRule {
    /// The contract says nothing about a body.
    Unspecified,
    /// The media type is not among those declared.
    WrongMedia,
    /// The content is to be judged.
    Judge,
    /// The media type is declared, its content is not described.
    Open,
}

/// A media type without its parameters, in lower case.
fn bare(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// The declared media type that fits best: the type itself, then `type/*+suffix`, then `type/*`, then `*/*`. `range`
/// says which type or range stands at an item.
pub fn matching_media<'m, M>(
    content: &'m [M],
    range: impl for<'r> Fn(&'r M) -> &'r str,
    content_type: &str,
) -> Option<&'m M> {
    let wanted = bare(content_type);
    let family = wanted.split('/').next().unwrap_or("");
    let by = |fits: &dyn Fn(&str) -> bool| content.iter().find(|media| fits(range(media)));
    let suffixed = |range: &str| {
        range.split_once("/*+").is_some_and(|(of, suffix)| {
            of == family && wanted.rsplit_once('+').is_some_and(|(_, ending)| ending == suffix)
        })
    };
    by(&|range| range == wanted)
        .or_else(|| by(&suffixed))
        .or_else(|| by(&|range| range.strip_suffix("/*").is_some_and(|of| of == family && of != "*")))
        .or_else(|| by(&|range| range == "*/*" || range == "*"))
}

pub(super) fn best<'m>(content: &'m [CompiledMedia], content_type: &str) -> Option<&'m CompiledMedia> {
    matching_media(content, |media| &media.range, content_type)
}

enum Written {
    Json,
    Form,
    Multipart,
    Xml,
    Text,
    Opaque,
}

fn written(media: &str) -> Written {
    match media {
        _ if is_json(media) => Written::Json,
        "application/x-www-form-urlencoded" => Written::Form,
        "multipart/form-data" => Written::Multipart,
        "application/xml" | "text/xml" => Written::Xml,
        _ if media.ends_with("+xml") && !media.starts_with("image/") => Written::Xml,
        _ if media.starts_with("text/") && media != "text/event-stream" => Written::Text,
        _ => Written::Opaque,
    }
}

/// The character set that a media type names, in lower case; `Err` when it names several.
fn charset(content_type: &str) -> Result<Option<String>, ()> {
    let mut named = None;
    for (key, value) in multipart_parameters(content_type) {
        if key.eq_ignore_ascii_case("charset") && named.replace(value.to_ascii_lowercase()).is_some() {
            return Err(());
        }
    }
    Ok(named)
}

fn is_utf8(charset: &str) -> bool {
    matches!(charset, "utf-8" | "utf8" | "us-ascii" | "ascii")
}

/// The schema wants an object or a list and the type does not say how that is written: many servers read JSON
/// whatever the type says.
fn may_be_json(set: &SchemaSet, media: &CompiledMedia, kind: &Written) -> bool {
    (media.range.contains('*') || matches!(kind, Written::Text))
        && media.schema.is_some_and(|schema| {
            let types = set.accepted_types(schema);
            !types.meets(TypeSet::STRING) && types.meets(TypeSet::OBJECT.union(TypeSet::ARRAY))
        })
}

impl CompiledOperation {
    fn media(&self, content_type: Option<&str>) -> Option<&CompiledMedia> {
        // Without a type the content is octets (RFC 9110 section 8.3).
        best(&self.body.as_ref()?.content, content_type.unwrap_or("application/octet-stream"))
    }

    /// True when a request must carry a body.
    pub fn body_required(&self) -> bool {
        self.body.as_ref().is_some_and(|body| body.required)
    }

    /// True when the contract describes a body of this operation.
    pub fn has_body(&self) -> bool {
        self.body.as_ref().is_some_and(|body| !body.content.is_empty())
    }

    /// The rule for a body of this media type.
    pub fn body_rule(&self, content_type: Option<&str>) -> BodyRule {
        if !self.has_body() {
            return BodyRule::Unspecified;
        }
        let Some(media) = self.media(content_type) else { return BodyRule::WrongMedia };
        if media.schema.is_none() && media.fields.is_empty() {
            return BodyRule::Open;
        }
        match written(&bare(content_type.unwrap_or_default())) {
            Written::Opaque if media.range.contains('*') && media.schema.is_some() => BodyRule::Judge,
            // What may be larger than is ever held back streams.
            Written::Opaque if media.sizes.1.is_none_or(|most| most > BODY_LIMIT) => BodyRule::Open,
            _ => BodyRule::Judge,
        }
    }
}

impl CompiledContract {
    /// Judges the body of a request. Bytes are as sent; `content_encoding` says how they are coded. Gives the tree that
    /// a JSON body was read into, so that nobody need read it again; [`Content::Tree`] takes one that was read before.
    pub fn check_body(
        &self,
        operation: &CompiledOperation,
        content_type: Option<&str>,
        content_encoding: Option<&str>,
        body: Content<'_>,
        issues: &mut Vec<Issue>,
    ) -> Option<Document> {
        let declared = operation.body.as_ref().filter(|body| !body.content.is_empty())?;
        if matches!(body, Content::Bytes([])) {
            if declared.required {
                issues.push(Issue::new("body", "", "required", "a body is required"));
            }
            return None;
        }
        let Some(media) = operation.media(content_type) else {
            issues.push(Issue::new("body", "", "media_type", "the media type is not one the contract declares"));
            return None;
        };
        let bytes = match body {
            Content::Bytes(bytes) => bytes,
            Content::Tree(value) => {
                if let Some(schema) = media.schema {
                    self.judge(schema, value, Direction::Request, ("body", ""), issues);
                }
                return None;
            }
            Content::Structure(value) => {
                self.check_structure(media, value, Direction::Request, "body", issues);
                return None;
            }
            Content::Unseen => return None,
        };
        match decoded(content_encoding, bytes) {
            Ok(body) => {
                let content_type = content_type.unwrap_or("");
                return self.check_content(media, content_type, &body, Direction::Request, "body", issues);
            }
            Err(DecodeError::UnknownCoding | DecodeError::TooManyLayers(_)) => {
                issues.push(Issue::new("body", "", "content_encoding", "the content coding is not known"));
            }
            Err(DecodeError::TooLong(_)) => {
                issues.push(Issue::new("body", "", "body_too_large", "the body decodes to more than is allowed"));
            }
            Err(error) => issues.push(Issue::new("body", "", "encoding", error.to_string())),
        }
        None
    }

    /// Judges what the structure of a value proves: see [`Content::Structure`].
    pub(super) fn check_structure(
        &self,
        media: &CompiledMedia,
        value: NodeRef<'_>,
        direction: Direction,
        location: &'static str,
        issues: &mut Vec<Issue>,
    ) {
        if let Some(schema) = media.schema {
            let options = Options { direction, values: false, ..self.options };
            self.judge_with(schema, value, &options, (location, ""), issues);
        }
    }

    pub(super) fn check_content(
        &self,
        media: &CompiledMedia,
        content_type: &str,
        body: &[u8],
        direction: Direction,
        location: &'static str,
        issues: &mut Vec<Issue>,
    ) -> Option<Document> {
        let kind = written(&bare(content_type));
        let Ok(charset) = charset(content_type) else {
            issues.push(Issue::new(location, "", "charset", "more than one character set is named"));
            return None;
        };
        let foreign = charset.as_deref().is_some_and(|charset| !is_utf8(charset));
        if foreign && matches!(kind, Written::Json | Written::Form | Written::Xml) {
            // Read as another character set it would be another value.
            issues.push(Issue::new(location, "", "charset", "must be UTF-8"));
            return None;
        }
        let mut uploads: Vec<Upload> = Vec::new();
        let parsed = match kind {
            Written::Opaque | Written::Text if may_be_json(&self.schemas, media, &kind) => {
                match json::parse_body(body, &Limits::body()) {
                    Ok(document) => Ok(document),
                    Err(_) if matches!(kind, Written::Opaque) || !media.range.contains('*') => return None,
                    Err(error) => {
                        issues.push(Issue::new(location, "", "json", error.to_string()));
                        return None;
                    }
                }
            }
            Written::Json => match json::parse_body(body, &Limits::body()) {
                Ok(document) => {
                    if let Some(schema) = media.schema {
                        self.judge(schema, document.root(), direction, (location, ""), issues);
                    }
                    return Some(document);
                }
                Err(error) => {
                    issues.push(Issue::new(location, "", "json", error.to_string()));
                    return None;
                }
            },
            Written::Xml => {
                let schema = media.schema?;
                let collections = TypeSet::OBJECT.union(TypeSet::ARRAY);
                match self.schemas.accepted_types(schema).meets(collections) {
                    true => xml::decode(&self.schemas, &self.options, schema, body),
                    // XML that is described as a text.
                    false => match std::str::from_utf8(body) {
                        Ok(text) => Ok(self.text(schema, text)),
                        Err(_) => {
                            issues.push(Issue::new(location, "", "charset", "must be text in UTF-8"));
                            return None;
                        }
                    },
                }
            }
            Written::Form => form::urlencoded(&self.schemas, &self.options, media.schema, &media.fields, body),
            Written::Multipart => {
                let parameters = multipart_parameters(content_type);
                let named = |word: &str| parameters.iter().filter(|(key, _)| key.eq_ignore_ascii_case(word)).count();
                let boundary = parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case("boundary"));
                // Of two boundaries some readers take the first, some the last: none will do.
                let boundary = boundary
                    .filter(|_| named("boundary") == 1 && named("boundary*") == 0)
                    .map_or("", |(_, value)| value);
                multipart::parse(body, boundary).and_then(|parts| {
                    parts.iter().for_each(|part| self.check_part(media, part, direction, location, issues));
                    let decoded = form::multipart(&self.schemas, &self.options, media.schema, &media.fields, &parts)?;
                    uploads = decoded.1;
                    Ok(decoded.0)
                })
            }
            Written::Text => {
                let schema = media.schema?;
                let types = self.schemas.accepted_types(schema);
                let scalars = TypeSet::STRING.union(TypeSet::NUMBER).union(TypeSet::BOOLEAN).union(TypeSet::NULL);
                if !types.meets(scalars) {
                    // A table or a list written as text: its schema speaks of what the text means.
                    return None;
                }
                match (std::str::from_utf8(body), charset.as_deref()) {
                    (_, Some("iso-8859-1" | "latin1" | "windows-1252")) => {
                        Ok(self.text(schema, &body.iter().map(|byte| char::from(*byte)).collect::<String>()))
                    }
                    (Ok(text), _) if !foreign => Ok(self.text(schema, text)),
                    _ => {
                        issues.push(Issue::new(location, "", "charset", "must be text in UTF-8"));
                        return None;
                    }
                }
            }
            Written::Opaque => {
                size_issues(media.sizes, body.len() as u64, location, "", issues);
                return None;
            }
        };
        let before = issues.len();
        match parsed {
            Ok(document) => {
                for field in media.fields.iter().filter(|field| field.required || field.schema.is_some()) {
                    match (document.root().get(&field.name), field.schema) {
                        (None, _) if field.required => {
                            let mut issue = Issue::new(location, "", "required", "is required");
                            issue.pointer = pointer::child("", &field.name);
                            issues.push(issue);
                        }
                        // Where the whole has a schema, it judges its members.
                        (Some(value), Some(schema)) if media.schema.is_none() => {
                            self.judge(schema, value, direction, (location, ""), issues);
                        }
                        _ => {}
                    }
                }
                match media.schema {
                    Some(schema) => self.judge(schema, document.root(), direction, (location, ""), issues),
                    None => undeclared_fields(media, document.root(), location, issues),
                }
            }
            Err(error) => issues.push(Issue::new(location, "", error.code, error.message)),
        }
        if !uploads.is_empty() {
            let found = issues.split_off(before.min(issues.len()));
            issues.extend(found.into_iter().filter(|issue| !is_of_upload(issue, &uploads)));
            for upload in &uploads {
                self.check_upload(media, upload, location, issues);
            }
        }
        None
    }

    /// Judges the media type and the header fields of a part by its encoding. A part without a type is text (RFC 7578
    /// section 4.4), which JSON is read from too.
    fn check_part(
        &self,
        media: &CompiledMedia,
        part: &Part<'_>,
        direction: Direction,
        location: &'static str,
        issues: &mut Vec<Issue>,
    ) {
        let name = part.name.split('[').next().unwrap_or(&part.name);
        let Some(field) = media.fields.iter().find(|field| field.name == name) else { return };
        let before = issues.len();
        let text = |range: &String| is_json(range) || range.starts_with("text/") || range == "*/*";
        let fits = match &part.content_type {
            Some(own) => matching_media(&field.types, String::as_str, own).is_some(),
            None => field.types.iter().any(text),
        };
        if !field.types.is_empty() && !fits {
            let message = "the part's media type is not one the contract declares";
            issues.push(Issue::new(location, "", "part_media_type", message));
        }
        for declared in &field.headers {
            self.check_header(declared, &part.fields, direction, location, issues);
        }
        let place = pointer::child("", &clip(&field.name));
        for issue in issues.iter_mut().skip(before) {
            issue.pointer = format!("{place}{}", issue.pointer);
        }
    }

    /// Judges the size of an upload: what a schema of bytes says of length counts them.
    fn check_upload(&self, media: &CompiledMedia, upload: &Upload, location: &'static str, issues: &mut Vec<Issue>) {
        let property = media.schema.and_then(|schema| self.schemas.property_schema(schema, &upload.name));
        let field = media.fields.iter().find(|field| field.name == upload.name).and_then(|field| field.schema);
        let Some(schema) = field.or(property) else { return };
        let mut place = pointer::child("", &clip(&upload.name));
        let item = self.schemas.item_schema(schema, upload.at).filter(|_| {
            let types = self.schemas.accepted_types(schema);
            types.meets(TypeSet::ARRAY) && !types.meets(TypeSet::STRING)
        });
        if item.is_some() {
            place = pointer::child(&place, &upload.at.to_string());
        }
        let sizes = sizes(&self.schemas, item.unwrap_or(schema));
        size_issues(sizes, upload.size, location, &place, issues);
    }

    fn text(&self, schema: SchemaId, text: &str) -> Document {
        let mut builder = Builder::new("");
        let types = self.schemas.accepted_types(schema);
        let kind = if types.meets(TypeSet::STRING) {
            Kind::String
        } else {
            crate::params::coerce(&self.schemas, &self.options, Some(schema), text)
        };
        builder.scalar(kind, text);
        builder.finish()
    }
}

/// Tells the fields of a form of 2.0 that are not declared: it has no schema that would say what becomes of them.
fn undeclared_fields(media: &CompiledMedia, form: NodeRef<'_>, location: &'static str, issues: &mut Vec<Issue>) {
    let strangers = form.members().filter(|member| !media.fields.iter().any(|field| field.name == member.key));
    for member in strangers.take(if media.fields.is_empty() { 0 } else { UNDECLARED }) {
        let issue = Issue::new(location, "", "undeclared", "is not declared in the contract");
        issues.push(Issue { pointer: pointer::child("", &clip(member.key)), alert_only: true, ..issue });
    }
}

/// Fewest and most bytes that a schema allows for content that is no text.
pub(super) fn sizes(set: &SchemaSet, schema: SchemaId) -> (u64, Option<u64>) {
    fn gather(set: &SchemaSet, schema: SchemaId, hops: u32, found: &mut (u64, Option<u64>)) {
        let (Some(view), Some(hops)) = (set.view(schema), hops.checked_sub(1)) else { return };
        let (least, most) = view.lengths();
        *found = (found.0.max(least), found.1.into_iter().chain(most).min());
        view.conjuncts().for_each(|next| gather(set, next, hops, found));
    }
    let mut found = (0, None);
    gather(set, schema, 8, &mut found);
    found
}

fn size_issues(
    (least, most): (u64, Option<u64>),
    size: u64,
    location: &'static str,
    place: &str,
    issues: &mut Vec<Issue>,
) {
    let (code, message) = match most {
        _ if size < least => ("minLength", format!("must be at least {least} bytes long")),
        Some(most) if size > most => ("maxLength", format!("must be at most {most} bytes long")),
        _ => return,
    };
    issues.push(Issue { pointer: place.to_owned(), ..Issue::new(location, "", code, message) });
}

/// True for what a schema says of the bytes of an upload, which were not read.
fn is_of_upload(issue: &Issue, uploads: &[Upload]) -> bool {
    let of_content =
        ["minLength", "maxLength", "pattern", "format", "enum", "const", "uniqueItems"].contains(&issue.code);
    of_content
        && issue.pointer.strip_prefix('/').is_some_and(|rest| {
            let name = pointer::step(rest.split('/').next().unwrap_or(rest));
            uploads.iter().any(|upload| upload.name == name)
        })
}

fn decoded<'b>(content_encoding: Option<&str>, body: &'b [u8]) -> Result<Cow<'b, [u8]>, DecodeError> {
    match content_encoding
        .map(str::trim)
        .filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity"))
    {
        None => Ok(Cow::Borrowed(body)),
        Some(codings) => decode_all(codings, body, &DecodeLimits::default()).map(Cow::Owned),
    }
}
