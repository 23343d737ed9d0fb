//! The language server: what an audit says, while a contract is written.
//!
//! [`run_stdio`] speaks the Language Server Protocol 3.17 over standard input and output: diagnostics, hover, quick
//! fixes, definitions and uses of `$ref`, an outline with the score of each operation. It judges the texts in the
//! editor, not those on the disk, and reads the files that a contract refers to only below the contract's own folder.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod actions;
mod client;
mod configured;
mod diagnostics;
mod goto;
mod hover;
mod ignore;
mod judge;
mod judged;
mod load;
mod server;
mod settings;
mod symbols;
mod text;
mod transport;
mod uri;

use client::Abilities;
use lsp_server::{ErrorCode, Message};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions, DiagnosticOptions,
    DiagnosticServerCapabilities, ExecuteCommandOptions, HoverProviderCapability, InitializeParams, OneOf,
    ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions, WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use serde_json::{Value, json};
use std::io::{self, BufRead, BufReader, BufWriter, Write};

/// Serves one client over standard input and output until it says goodbye or goes away.
///
/// True when it said goodbye as the protocol wants it: `shutdown`, then `exit`.
///
/// # Errors
/// When standard input or output fails, or what comes in is not framed as the protocol says.
pub fn run_stdio() -> io::Result<bool> {
    serve(|| BufReader::new(io::stdin()), BufWriter::new(io::stdout()))
}

/// Serves one client over a reader and a writer. Like [`run_stdio`].
///
/// # Errors
/// When the reader or the writer fails, or what comes in is not framed as the protocol says.
pub fn serve<R, W>(input: impl FnOnce() -> R + Send + 'static, output: W) -> io::Result<bool>
where
    R: BufRead,
    W: Write + Send + 'static,
{
    let (link, threads) = transport::connect(input, output);
    let result = session(link);
    let moved = threads.join();
    let goodbye = result?;
    if goodbye { Ok(true) } else { moved.map(|()| false) }
}

fn session(link: transport::Link) -> io::Result<bool> {
    let Some(params) = initialize(&link) else { return Ok(false) };
    let mut server = server::Server::new(&link, &params, judge::Worker::start()?);
    Ok(server.run(&link.receiver))
}

/// Waits for the client's first request and answers it. None when it goes before.
fn initialize(link: &transport::Link) -> Option<InitializeParams> {
    let client = client::Client::new(link.sender.clone());
    loop {
        match link.receiver.recv().ok()? {
            Message::Request(request) if request.method == "initialize" => {
                match serde_json::from_value::<InitializeParams>(request.params) {
                    Ok(params) => {
                        client.answer(request.id, Ok(hello(&params)));
                        return Some(params);
                    }
                    Err(error) => client.answer(request.id, Err((ErrorCode::InvalidParams, error.to_string()))),
                }
            }
            Message::Request(request) => {
                let why = "initialize comes first".to_owned();
                client.answer(request.id, Err((ErrorCode::ServerNotInitialized, why)));
            }
            Message::Notification(one) if one.method == "exit" => return None,
            Message::Notification(_) | Message::Response(_) => {}
        }
    }
}

/// What the server can do, for this client.
fn hello(params: &InitializeParams) -> Value {
    let abilities = Abilities::of(&params.capabilities);
    let pull = DiagnosticOptions {
        identifier: Some("palisade".to_owned()),
        inter_file_dependencies: true,
        ..DiagnosticOptions::default()
    };
    let capabilities = ServerCapabilities {
        position_encoding: Some(abilities.encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::Supported(true)),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, actions::FIX_ALL]),
            ..CodeActionOptions::default()
        })),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        diagnostic_provider: abilities.pull.then_some(DiagnosticServerCapabilities::Options(pull)),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: vec![server::SCORE_COMMAND.to_owned()],
            ..ExecuteCommandOptions::default()
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    };
    json!({
        "capabilities": capabilities,
        "serverInfo": {"name": "palisade", "version": env!("CARGO_PKG_VERSION")},
    })
}
