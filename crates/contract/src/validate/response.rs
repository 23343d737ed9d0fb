//! Judging a response.

use super::request::header;
use super::{CompiledContract, CompiledOperation, CompiledResponse, Content, Fields, Issue, body};
use crate::model::Status;
use crate::params::form::CompiledHeader;
use palisade_schema::Direction;

impl CompiledOperation {
    fn response(&self, status: u16) -> Option<&CompiledResponse> {
        let by = |wanted: Status| self.responses.iter().find(|response| response.status == wanted);
        by(Status::Code(status)).or_else(|| by(Status::Range((status / 100) as u8))).or_else(|| by(Status::Default))
    }

    /// True when the contract says what the body of such a response must be. A stream of events has no end to wait for.
    pub fn describes_response(&self, status: u16, content_type: Option<&str>) -> bool {
        let media = self.response(status).zip(content_type);
        let media = media.and_then(|(response, content_type)| body::best(&response.content, content_type));
        media.is_some_and(|media| media.schema.is_some() && media.range != "text/event-stream")
    }
}

impl CompiledContract {
    /// Judges a declared header field of a response or a part.
    pub(super) fn check_header(
        &self,
        declared: &CompiledHeader,
        fields: Fields<'_>,
        direction: Direction,
        location: &'static str,
        issues: &mut Vec<Issue>,
    ) {
        let name = declared.name.as_str();
        // Of fields that are no list each stands for itself.
        let several = name.eq_ignore_ascii_case("set-cookie");
        let own = fields.iter().filter(|(key, _)| several && key.eq_ignore_ascii_case(name));
        let mut values: Vec<Result<Option<String>, ()>> = own.map(|field| header(&[*field], name)).collect();
        if values.is_empty() {
            values.push(header(fields, name));
        }
        for value in values {
            match (value, &declared.decoder) {
                (Ok(None), _) if declared.required => {
                    issues.push(Issue::new(location, name, "required", "is required"))
                }
                (Ok(Some(text)), Some(decoder)) => match decoder.plain(&self.schemas, &self.options, &text) {
                    Ok(value) => self.judge(decoder.schema, value.root(), direction, (location, name), issues),
                    Err(error) => issues.push(Issue::new(location, name, error.code, error.message)),
                },
                (Err(()), Some(_)) => issues.push(Issue::new(location, name, "encoding", "must be UTF-8 text")),
                _ => {}
            }
        }
    }

    /// Judges a response: status, headers, media type and, when it was captured, the decoded body. A response
    /// without `content` constrains no body, and one without a body has no media type.
    pub fn check_response(
        &self,
        operation: &CompiledOperation,
        status: u16,
        fields: Fields<'_>,
        body: Content<'_>,
        issues: &mut Vec<Issue>,
    ) {
        if operation.responses.is_empty() || (100..200).contains(&status) || status == 304 {
            return;
        }
        let Some(response) = operation.response(status) else {
            let message = format!("the contract declares no response for status {status}");
            issues.push(Issue::new("response-status", "", "undeclared_status", message));
            return;
        };
        for declared in response.headers.iter().filter(|header| !header.name.eq_ignore_ascii_case("content-type")) {
            self.check_header(declared, fields, Direction::Response, "response-header", issues);
        }
        let content_type = fields
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case("content-type"))
            .and_then(|(_, value)| std::str::from_utf8(value).ok());
        if response.content.is_empty() || matches!(body, Content::Bytes([])) {
            return;
        }
        let Some(content_type) = content_type else { return };
        let Some(media) = body::best(&response.content, content_type) else {
            let message = "the media type is not one the contract declares";
            issues.push(Issue::new("response-header", "Content-Type", "media_type", message));
            return;
        };
        match body {
            Content::Bytes(bytes) => {
                self.check_content(media, content_type, bytes, Direction::Response, "response-body", issues);
            }
            Content::Tree(value) => {
                if let Some(schema) = media.schema {
                    self.judge(schema, value, Direction::Response, ("response-body", ""), issues);
                }
            }
            Content::Structure(value) => {
                self.check_structure(media, value, Direction::Response, "response-body", issues);
            }
            Content::Unseen => {}
        }
    }
}
