//! Which rule a body falls under, and judging it.

use super::{CompiledContract, CompiledMedia, CompiledOperation, Issue};
use crate::params::form::{self, is_json};
use crate::params::multipart_parameters;
use palisade_document::{Builder, Document, Kind, Limits, json};
use palisade_limits::{DecodeError, DecodeLimits, decode_all};
use palisade_schema::{Direction, SchemaId, TypeSet};
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

/// The declared media type that fits best: the type itself, then `type/*`, then `*/*`.
pub(super) fn best<'m>(content: &'m [CompiledMedia], content_type: &str) -> Option<&'m CompiledMedia> {
    let wanted = bare(content_type);
    let family = wanted.split('/').next().unwrap_or("");
    let by = |fits: &dyn Fn(&str) -> bool| content.iter().find(|media| fits(&media.range));
    by(&|range| range == wanted)
        .or_else(|| by(&|range| range.strip_suffix("/*").is_some_and(|of| of == family && of != "*")))
        .or_else(|| by(&|range| range == "*/*" || range == "*"))
}

enum Content {
    Json,
    Form,
    Multipart,
    Text,
    Opaque,
}

fn content(media: &str) -> Content {
    match media {
        _ if is_json(media) => Content::Json,
        "application/x-www-form-urlencoded" => Content::Form,
        "multipart/form-data" => Content::Multipart,
        _ if media.starts_with("text/") && media != "text/xml" && media != "text/event-stream" => Content::Text,
        _ => Content::Opaque,
    }
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
        match content(&bare(content_type.unwrap_or_default())) {
            Content::Opaque => BodyRule::Open,
            _ => BodyRule::Judge,
        }
    }
}

impl CompiledContract {
    /// Judges the body of a request. `body` is as sent; `content_encoding` says how it is coded.
    pub fn check_body(
        &self,
        operation: &CompiledOperation,
        content_type: Option<&str>,
        content_encoding: Option<&str>,
        body: &[u8],
        issues: &mut Vec<Issue>,
    ) {
        let Some(declared) = operation.body.as_ref().filter(|body| !body.content.is_empty()) else { return };
        if body.is_empty() {
            if declared.required {
                issues.push(Issue::new("body", "", "required", "a body is required"));
            }
            return;
        }
        let Some(media) = operation.media(content_type) else {
            issues.push(Issue::new("body", "", "media_type", "the media type is not one the contract declares"));
            return;
        };
        match decoded(content_encoding, body) {
            Ok(body) => {
                self.check_content(media, content_type.unwrap_or(""), &body, Direction::Request, "body", issues)
            }
            Err(DecodeError::UnknownCoding | DecodeError::TooManyLayers(_)) => {
                issues.push(Issue::new("body", "", "content_encoding", "the content coding is not known"));
            }
            Err(DecodeError::TooLong(_)) => {
                issues.push(Issue::new("body", "", "body_too_large", "the body decodes to more than is allowed"));
            }
            Err(error) => issues.push(Issue::new("body", "", "encoding", error.to_string())),
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
    ) {
        let parsed = match content(&bare(content_type)) {
            Content::Json => {
                let Some(schema) = media.schema else { return };
                match json::parse_body(body, &Limits::body()) {
                    Ok(document) => return self.judge(schema, document.root(), direction, (location, ""), issues),
                    Err(error) => {
                        issues.push(Issue::new(location, "", "json", error.to_string()));
                        return;
                    }
                }
            }
            Content::Form => form::urlencoded(&self.schemas, &self.options, media.schema, &media.fields, body),
            Content::Multipart => {
                let parameters = multipart_parameters(content_type);
                let boundary = parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case("boundary"));
                let boundary = boundary.map_or("", |(_, value)| value);
                form::multipart(&self.schemas, &self.options, media.schema, &media.fields, boundary, body)
            }
            Content::Text => {
                let Some(schema) = media.schema else { return };
                match std::str::from_utf8(body) {
                    Ok(text) => Ok(self.text(schema, text)),
                    // Other character sets are not read.
                    Err(_) => return,
                }
            }
            Content::Opaque => return,
        };
        match parsed {
            Ok(document) => {
                for field in media.fields.iter().filter(|field| field.required || field.schema.is_some()) {
                    match (document.root().get(&field.name), field.schema) {
                        (None, _) if field.required => {
                            let mut issue = Issue::new(location, "", "required", "is required");
                            issue.pointer = format!("/{}", field.name.replace('~', "~0").replace('/', "~1"));
                            issues.push(issue);
                        }
                        // Where the whole has a schema, it judges its members.
                        (Some(value), Some(schema)) if media.schema.is_none() => {
                            self.judge(schema, value, direction, (location, ""), issues);
                        }
                        _ => {}
                    }
                }
                if let Some(schema) = media.schema {
                    self.judge(schema, document.root(), direction, (location, ""), issues);
                }
            }
            Err(error) => issues.push(Issue::new(location, "", error.code, error.message)),
        }
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

fn decoded<'b>(content_encoding: Option<&str>, body: &'b [u8]) -> Result<Cow<'b, [u8]>, DecodeError> {
    match content_encoding
        .map(str::trim)
        .filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity"))
    {
        None => Ok(Cow::Borrowed(body)),
        Some(codings) => decode_all(codings, body, &DecodeLimits::default()).map(Cow::Owned),
    }
}
