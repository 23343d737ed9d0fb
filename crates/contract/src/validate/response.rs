//! Judging a response.

use super::{CompiledContract, CompiledOperation, CompiledResponse, Content, Fields, Issue, body};
use crate::model::Status;
use palisade_schema::Direction;

impl CompiledOperation {
    fn response(&self, status: u16) -> Option<&CompiledResponse> {
        let by = |wanted: Status| self.responses.iter().find(|response| response.status == wanted);
        by(Status::Code(status)).or_else(|| by(Status::Range((status / 100) as u8))).or_else(|| by(Status::Default))
    }
}

impl CompiledContract {
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
        for (name, required, decoder) in &response.headers {
            if name.eq_ignore_ascii_case("content-type") {
                continue;
            }
            let value = fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
            match (value.map(std::str::from_utf8), decoder) {
                (None, _) if *required => {
                    issues.push(Issue::new("response-header", name, "required", "is required"));
                }
                (Some(Ok(text)), Some(decoder)) => match decoder.plain(&self.schemas, &self.options, text.trim()) {
                    Ok(value) => {
                        let at = ("response-header", name.as_str());
                        self.judge(decoder.schema, value.root(), Direction::Response, at, issues);
                    }
                    Err(error) => issues.push(Issue::new("response-header", name, error.code, error.message)),
                },
                _ => {}
            }
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
            Content::Structure(value) => {
                self.check_structure(media, value, Direction::Response, "response-body", issues);
            }
            Content::Unseen => {}
        }
    }
}
