//! What the client at the other end can do, and how it is talked to.

use crate::diagnostics::Shows;
use crate::text::Encoding;
use crate::transport::Out;
use crossbeam_channel::Sender;
use lsp_server::{ErrorCode, Message, Request, RequestId, Response};
use lsp_types::{ClientCapabilities, DiagnosticTag, MarkupKind};
use serde::Serialize;
use serde_json::{Value, json};

/// What of the protocol a client has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Abilities {
    pub(crate) encoding: Encoding,
    pub(crate) shows: Shows,
    /// It asks for diagnostics by itself.
    pub(crate) pull: bool,
    /// It can be told to ask again.
    pub(crate) refresh: bool,
    pub(crate) lens_refresh: bool,
    pub(crate) markdown: bool,
    pub(crate) nested_symbols: bool,
    pub(crate) versioned_edits: bool,
    pub(crate) literal_actions: bool,
    pub(crate) progress: bool,
    pub(crate) configuration: bool,
    pub(crate) watch: bool,
}

impl Abilities {
    pub(crate) fn of(capabilities: &ClientCapabilities) -> Self {
        let text = capabilities.text_document.clone().unwrap_or_default();
        let workspace = capabilities.workspace.clone().unwrap_or_default();
        let window = capabilities.window.clone().unwrap_or_default();
        let general = capabilities.general.clone().unwrap_or_default();
        let published = text.publish_diagnostics.clone().unwrap_or_default();
        let tags = published.tag_support.map(|tags| tags.value_set).unwrap_or_default();
        let markdown = text.hover.and_then(|hover| hover.content_format);
        Abilities {
            encoding: Encoding::negotiate(general.position_encodings.as_deref()),
            shows: Shows {
                related: published.related_information.unwrap_or(false),
                description: published.code_description_support.unwrap_or(false),
                unnecessary: tags.contains(&DiagnosticTag::UNNECESSARY),
                deprecated: tags.contains(&DiagnosticTag::DEPRECATED),
            },
            pull: text.diagnostic.is_some(),
            refresh: workspace.diagnostic.and_then(|one| one.refresh_support).unwrap_or(false),
            lens_refresh: workspace.code_lens.and_then(|one| one.refresh_support).unwrap_or(false),
            markdown: markdown.is_some_and(|kinds| kinds.contains(&MarkupKind::Markdown)),
            nested_symbols: text
                .document_symbol
                .and_then(|one| one.hierarchical_document_symbol_support)
                .unwrap_or(false),
            versioned_edits: workspace.workspace_edit.and_then(|one| one.document_changes).unwrap_or(false),
            literal_actions: text.code_action.is_some_and(|one| one.code_action_literal_support.is_some()),
            progress: window.work_done_progress.unwrap_or(false),
            configuration: workspace.configuration.unwrap_or(false),
            watch: workspace.did_change_watched_files.and_then(|one| one.dynamic_registration).unwrap_or(false),
        }
    }
}

/// The way to the client. A client that went away is noticed by the loop that reads from it.
pub(crate) struct Client {
    sender: Sender<Out>,
    next: i32,
}

impl Client {
    pub(crate) fn new(sender: Sender<Out>) -> Self {
        Client { sender, next: 0 }
    }

    fn send(&self, message: Message) {
        let _ = self.sender.send(Out::Message(message));
    }

    pub(crate) fn notify(&self, method: &str, params: impl Serialize) {
        #[derive(Serialize)]
        struct Notification<'a, P> {
            jsonrpc: &'static str,
            method: &'a str,
            params: P,
        }
        if let Ok(text) = serde_json::to_string(&Notification { jsonrpc: "2.0", method, params }) {
            let _ = self.sender.send(Out::Json(text));
        }
    }

    /// Sends a request and gives its id.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> RequestId {
        self.next += 1;
        let id = RequestId::from(self.next);
        self.send(Message::Request(Request { id: id.clone(), method: method.to_owned(), params }));
        id
    }

    pub(crate) fn answer(&self, id: RequestId, result: Result<Value, (ErrorCode, String)>) {
        let (result, error) = match result {
            Ok(value) => (Some(value), None),
            Err((code, message)) => (None, Some(lsp_server::ResponseError { code: code as i32, message, data: None })),
        };
        self.send(Message::Response(Response { id, result, error }));
    }

    pub(crate) fn warn(&self, message: &str) {
        self.notify("window/showMessage", json!({"type": 2, "message": message}));
    }

    pub(crate) fn log(&self, message: &str) {
        self.notify("window/logMessage", json!({"type": 3, "message": message}));
    }
}
