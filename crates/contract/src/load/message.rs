//! Request bodies, responses, media types and headers.

use super::parameter::Declared;
use super::{Loader, code};
use crate::model::{Encoding, Header, MediaType, RequestBody, Response, Status, Style, Version};
use palisade_document::{NodeId, NodeRef, quote};
use palisade_finding::Severity;

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// A media range in lower case without its parameters.
fn range(text: &str) -> String {
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

impl<'a> Loader<'a> {
    /// A schema: an object, or from 3.1 on a boolean. References stay: the schema compiler follows them.
    pub(super) fn schema(&mut self, node: NodeRef<'a>, key: &str) -> Option<NodeId> {
        let schema = node.get(key)?;
        if schema.is_object() || (schema.as_bool().is_some() && self.version >= Version::V3_1) {
            return Some(schema.id());
        }
        self.wrong_type(schema, "a schema", "an object");
        None
    }

    /// `content` of 3.x.
    pub(super) fn content(&mut self, holder: NodeRef<'a>) -> Vec<MediaType> {
        let mut content = Vec::new();
        for (member, node) in self.map(holder, "content") {
            if !self.part(node) {
                break;
            }
            let mut encoding = Vec::new();
            for (property, node) in self.map(node, "encoding") {
                if !self.part(node) {
                    break;
                }
                let (style, explode) = self.style(node, Style::Form);
                encoding.push(Encoding {
                    property: property.key.to_owned(),
                    content_type: self.string(node, "contentType"),
                    style,
                    explode,
                    styled: ["style", "explode", "allowReserved"].iter().any(|key| node.get(key).is_some()),
                    headers: self.headers(node),
                });
            }
            content.push(MediaType {
                range: range(member.key),
                schema: self.schema(node, "schema"),
                item_schema: match self.version {
                    Version::V3_2 => self.schema(node, "itemSchema"),
                    _ => None,
                },
                form_fields: Vec::new(),
                encoding,
                node: node.id(),
            });
        }
        content
    }

    /// `consumes` or `produces` of 2.0: the operation's, else the root's; none means any type.
    fn types(&mut self, operation: NodeRef<'a>, key: &str) -> Vec<String> {
        let own = self.strings(operation, key);
        let root = self.document.root();
        let types = own.or_else(|| self.strings(root, key)).unwrap_or_default();
        types.iter().map(|text| range(text)).collect()
    }

    pub(super) fn request_body(
        &mut self,
        operation: NodeRef<'a>,
        shared: &Declared<'a>,
        own: &Declared<'a>,
    ) -> Option<RequestBody> {
        if self.version == Version::V2_0 {
            return self.old_request_body(operation, shared, own);
        }
        let node = self.resolve(operation.get("requestBody")?)?;
        if !node.is_object() {
            self.wrong_type(node, "`requestBody`", "an object");
            return None;
        }
        if node.get("content").is_none() {
            self.missing(node, "`content` of the request body");
        }
        let required = self.flag(node, "required").unwrap_or_default();
        Some(RequestBody { required, content: self.content(node), node: node.id() })
    }

    fn old_request_body(
        &mut self,
        operation: NodeRef<'a>,
        shared: &Declared<'a>,
        own: &Declared<'a>,
    ) -> Option<RequestBody> {
        let mut types = self.types(operation, "consumes");
        let has_form = !own.form.is_empty() || !shared.form.is_empty();
        if let (Some(body), false) = (own.body.or(shared.body), has_form && own.body.is_none()) {
            if types.is_empty() {
                types.push("*/*".to_owned());
            }
            let schema = self.schema(body, "schema");
            let required = self.flag(body, "required").unwrap_or_default();
            let content = types.into_iter().map(|range| media_type(range, schema, body.id())).collect();
            return Some(RequestBody { required, content, node: body.id() });
        }
        if !has_form {
            return None;
        }
        let mut fields = own.form.clone();
        for field in &shared.form {
            if !own.form.iter().any(|other| other.name == field.name) {
                fields.push(field.clone());
            }
        }
        types.retain(|range| range == FORM || range == MULTIPART);
        if types.is_empty() {
            let file = fields.iter().any(|field| field.file);
            types.push(if file { MULTIPART } else { FORM }.to_owned());
        }
        let required = fields.iter().any(|field| field.required);
        let mut content = Vec::new();
        for range in types {
            if fields.iter().all(|_| self.part(operation)) {
                let mut media = media_type(range, None, operation.id());
                media.form_fields = fields.clone();
                content.push(media);
            }
        }
        Some(RequestBody { required, content, node: operation.id() })
    }

    pub(super) fn responses(&mut self, operation: NodeRef<'a>) -> Vec<Response> {
        if operation.get("responses").is_none() && self.version <= Version::V3_0 {
            self.missing(operation, "`responses`");
        }
        let Some(map) = self.object(operation, "responses") else { return Vec::new() };
        let mut responses = Vec::new();
        for member in map.members().filter(|member| !member.key.starts_with("x-") && member.key != "<<") {
            let Some(status) = status(member.key, self.version) else {
                let message =
                    format!("{} is no status, range or default that OpenAPI {} knows", quote(member.key), self.version);
                self.problem_at_key(&member, code::INVALID_STATUS, Severity::Medium, message);
                continue;
            };
            let Some(node) = self.entry(&member) else { continue };
            if !self.part(node) {
                break;
            }
            let content = match self.version {
                Version::V2_0 => self.old_content(operation, node),
                _ => self.content(node),
            };
            responses.push(Response {
                status,
                content,
                headers: self.headers(node),
                node: node.id(),
                member: member.id,
            });
        }
        responses
    }

    fn old_content(&mut self, operation: NodeRef<'a>, response: NodeRef<'a>) -> Vec<MediaType> {
        let Some(schema) = self.schema(response, "schema") else { return Vec::new() };
        let mut types = self.types(operation, "produces");
        if types.is_empty() {
            types.push("*/*".to_owned());
        }
        types.retain(|_| self.part(response));
        types.into_iter().map(|range| media_type(range, Some(schema), response.id())).collect()
    }

    /// `headers` of a response, or of an encoding.
    fn headers(&mut self, holder: NodeRef<'a>) -> Vec<Header> {
        let mut headers = Vec::new();
        for (member, node) in self.map(holder, "headers") {
            // Described by the media type; as a header it means nothing.
            if member.key.eq_ignore_ascii_case("content-type") {
                continue;
            }
            if !self.part(node) {
                break;
            }
            let mut media = None;
            let (schema, (style, explode)) = match self.version {
                Version::V2_0 => (Some(node.id()), self.collection_format(node, Style::Simple)),
                _ => {
                    let mut schema = self.schema(node, "schema");
                    if schema.is_none()
                        && let Some(content) = self.content(node).into_iter().next()
                    {
                        schema = content.schema;
                        media = Some(content.range);
                    }
                    (schema, (Style::Simple, self.flag(node, "explode").unwrap_or_default()))
                }
            };
            let required = self.flag(node, "required").unwrap_or_default();
            headers.push(Header {
                name: member.key.to_owned(),
                required,
                style,
                explode,
                schema,
                media,
                node: node.id(),
            });
        }
        headers
    }
}

fn media_type(range: String, schema: Option<NodeId>, node: NodeId) -> MediaType {
    MediaType { range, schema, item_schema: None, form_fields: Vec::new(), encoding: Vec::new(), node }
}

/// `200`, `2XX` (from 3.0 on) or `default`.
fn status(text: &str, version: Version) -> Option<Status> {
    match text.as_bytes() {
        b"default" => Some(Status::Default),
        [first @ b'1'..=b'5', b'X' | b'x', b'X' | b'x'] if version >= Version::V3_0 => {
            Some(Status::Range(first - b'0'))
        }
        [b'1'..=b'9', b'0'..=b'9', b'0'..=b'9'] => text.parse().ok().map(Status::Code),
        _ => None,
    }
}
