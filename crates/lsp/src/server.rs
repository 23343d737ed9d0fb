//! The session: open files, what is asked about them, and when they are judged.
//!
//! One thread answers the client and never judges; one thread judges and never waits for the client. An edit is
//! judged at once when the worker is idle; edits that come while it is busy are judged together when it is done.
//! A request about a version that is not judged yet waits for it.

mod configurations;
mod workspace;

use crate::client::{Abilities, Client};
use crate::judge::{Ask, Depth, Done, Job, Worker};
use crate::judged::{File, Judged};
use crate::settings::Settings;
use crate::text::Text;
use crate::transport::Link;
use crate::{actions, diagnostics, goto, hover, symbols, uri};
use crossbeam_channel::{Receiver, after, never, select};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::{
    CodeActionParams, CodeLensParams, Diagnostic, DidChangeTextDocumentParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, DocumentDiagnosticParams, DocumentSymbolParams,
    GotoDefinitionParams, HoverParams, InitializeParams, PublishDiagnosticsParams, ReferenceParams, Uri,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Requests that wait for a judgement at most.
const MAX_PARKED: usize = 1000;
/// Files open at most.
const MAX_OPEN: usize = 10_000;
/// The longest pause between two judgements of one file. The pause is as long as a judgement took.
const MAX_PAUSE: Duration = Duration::from_millis(250);
/// Files above this size, in bytes, show that they are being read when they are opened.
const SHOW_PROGRESS_ABOVE: usize = 512 << 10;

type Answer = Result<Value, (ErrorCode, String)>;

/// An open file.
struct Open {
    text: Arc<Text>,
    version: i32,
    /// Counts versions over all files; a change of settings or of a file it refers to makes a new one too.
    generation: u64,
    judged: Option<Arc<Judged>>,
    /// Not before this is it judged again.
    not_before: Instant,
    /// How much is asked for.
    depth: Depth,
    /// URIs of files that are not open and that show diagnostics of this contract.
    others: BTreeSet<String>,
    /// The client is to be told to ask for diagnostics again: something else than this file changed.
    refresh: bool,
    /// Waits for its first judgement under this progress token.
    progress: Option<String>,
}

/// A session with one client.
pub(crate) struct Server {
    client: Client,
    abilities: Abilities,
    settings: Arc<Settings>,
    roots: Arc<Vec<PathBuf>>,
    open: BTreeMap<String, Open>,
    parked: Vec<(String, Request)>,
    worker: Worker,
    /// What the worker is at.
    busy: Option<(String, u64)>,
    /// Files to be judged, the latest edited last.
    waiting: Vec<String>,
    generations: u64,
    /// Changes of configurations so far.
    configurations: u64,
    /// The diagnostics shown in configurations that do not ask by themselves, by URI.
    configured: BTreeMap<String, Vec<Diagnostic>>,
    /// The request for the configuration that is under way.
    asked_settings: Option<RequestId>,
    shut_down: bool,
}

impl Server {
    /// Begins a session.
    pub(crate) fn new(link: &Link, params: &InitializeParams, worker: Worker) -> Self {
        let abilities = Abilities::of(&params.capabilities);
        let client = Client::new(link.sender.clone());
        let mut settings = Settings::default();
        if let Some(problem) = params.initialization_options.as_ref().and_then(|value| settings.update(value)) {
            client.warn(&problem);
        }
        let mut server = Server {
            client,
            abilities,
            settings: Arc::new(settings),
            roots: Arc::new(workspace::roots(params)),
            open: BTreeMap::new(),
            parked: Vec::new(),
            worker,
            busy: None,
            waiting: Vec::new(),
            generations: 0,
            configurations: 0,
            configured: BTreeMap::new(),
            asked_settings: None,
            shut_down: false,
        };
        server.watch_files();
        server
    }

    /// Serves until the client says goodbye or goes away. True when it said goodbye properly.
    pub(crate) fn run(&mut self, receiver: &Receiver<Message>) -> bool {
        loop {
            let wake = self.start_next().map_or_else(never, after);
            let done = self.worker.done.clone();
            select! {
                recv(receiver) -> message => match message {
                    Ok(Message::Request(request)) => self.request(request),
                    Ok(Message::Notification(one)) if one.method == "exit" => return self.shut_down,
                    Ok(Message::Notification(one)) => self.notification(one),
                    Ok(Message::Response(response)) => self.response(response),
                    Err(_) => return self.shut_down,
                },
                recv(done) -> answer => match answer {
                    Ok(answer) => self.done(answer),
                    Err(_) => {
                        self.client.warn("the worker of the language server ended; restart it");
                        return false;
                    }
                },
                recv(wake) -> _ => {}
            }
        }
    }

    /// Gives the worker the latest edited file that is due. What has to wait tells how long.
    fn start_next(&mut self) -> Option<Duration> {
        if self.busy.is_some() || self.waiting.is_empty() {
            return None;
        }
        let now = Instant::now();
        let due = |server: &Self, uri: &String| server.open.get(uri).is_none_or(|open| open.not_before <= now);
        let Some(at) = self.waiting.iter().rposition(|uri| due(self, uri)) else {
            let next = self.waiting.iter().filter_map(|uri| self.open.get(uri)).map(|open| open.not_before).min();
            return Some(next.map_or(Duration::ZERO, |at| at.saturating_duration_since(now)));
        };
        let uri = self.waiting.remove(at);
        let buffers: BTreeMap<PathBuf, (String, Arc<Text>)> = self
            .open
            .iter()
            .filter_map(|(uri, open)| Some((uri::to_path(uri)?, (uri.clone(), Arc::clone(&open.text)))))
            .collect();
        let Some(open) = self.open.get(&uri) else { return Some(Duration::ZERO) };
        let job = Job {
            uri: uri.clone(),
            path: uri::to_path(&uri),
            text: Arc::clone(&open.text),
            generation: open.generation,
            settings: Arc::clone(&self.settings),
            roots: Arc::clone(&self.roots),
            open: buffers,
            configurations: self.configurations,
            depth: open.depth,
            contract: open.judged.as_ref().is_some_and(|judged| judged.report.is_some()),
        };
        self.busy = Some((uri, job.generation));
        let _ = self.worker.asks.send(Ask::Judge(Box::new(job)));
        None
    }

    /// Has a file judged anew.
    fn judge(&mut self, uri: &str) {
        self.waiting.retain(|other| other != uri);
        self.waiting.push(uri.to_owned());
    }

    /// A file's version counts as changed.
    fn touch(&mut self, uri: &str) {
        self.generations += 1;
        let generation = self.generations;
        if let Some(open) = self.open.get_mut(uri) {
            open.generation = generation;
            open.depth = Depth::Findings;
            self.judge(uri);
        }
    }

    /// The worker is done with a file.
    fn done(&mut self, done: Done) {
        self.busy = None;
        let Some(open) = self.open.get_mut(&done.uri) else { return };
        if let Some(token) = open.progress.take() {
            self.client.notify("$/progress", json!({"token": token, "value": {"kind": "end"}}));
        }
        let Some(judged) = done.judged else {
            self.client.log(&format!("{} could not be judged", done.uri));
            if open.generation == done.generation {
                open.judged = None;
                self.refuse_parked(&done.uri, ErrorCode::RequestFailed, "the file could not be judged");
            }
            return;
        };
        if open.generation != done.generation {
            // A newer version waits already.
            return;
        }
        if open.depth == Depth::Findings {
            open.not_before = Instant::now() + judged.took.min(MAX_PAUSE);
        }
        let again = open.judged.as_ref().is_some_and(|old| old.generation == judged.generation);
        open.judged = Some(Arc::clone(&judged));
        if !again {
            self.publish(&done.uri, &judged);
        }
        let (ready, rest) = std::mem::take(&mut self.parked).into_iter().partition(|(uri, _)| *uri == done.uri);
        self.parked = rest;
        for (_, request) in ready {
            self.request(request);
        }
    }

    /// Shows the diagnostics of a contract, in its own file and in those it refers to.
    fn publish(&mut self, uri: &str, judged: &Judged) {
        let lists = self.of_contract(judged);
        let mut others = BTreeSet::new();
        for (file, list) in judged.files.iter().zip(lists) {
            let main = file.uri == uri;
            // What is open and asks by itself is told there; a configuration speaks for itself.
            if (main && (self.abilities.pull || judged.is_configuration())) || (!main && self.own_contract(&file.uri)) {
                continue;
            }
            if !main {
                others.insert(file.uri.clone());
            }
            self.send_diagnostics(&file.uri, list);
        }
        let Some(open) = self.open.get_mut(uri) else { return };
        let gone: Vec<String> = open.others.difference(&others).cloned().collect();
        open.others = others;
        let refresh = std::mem::take(&mut open.refresh) && self.abilities.pull && self.abilities.refresh;
        if refresh {
            self.client.request("workspace/diagnostic/refresh", Value::Null);
        }
        for uri in gone {
            self.send_diagnostics(&uri, Vec::new());
        }
        self.publish_configurations();
        if self.settings.score_notifications {
            self.client.notify("palisade/score", score(uri, judged));
        }
        if self.abilities.lens_refresh && self.settings.lens && judged.report.is_some() {
            self.client.request("workspace/codeLens/refresh", Value::Null);
        }
    }

    /// The diagnostics of each file of a contract.
    fn of_contract(&self, judged: &Judged) -> Vec<Vec<Diagnostic>> {
        diagnostics::of(judged, self.abilities.encoding, self.abilities.shows, self.settings.max_diagnostics)
    }

    /// Whether an open file is a contract itself and shows its own diagnostics.
    fn own_contract(&self, uri: &str) -> bool {
        let judged = self.open.get(uri).and_then(|open| open.judged.as_ref());
        judged.is_some_and(|judged| judged.report.is_some())
    }

    fn send_diagnostics(&self, uri: &str, diagnostics: Vec<Diagnostic>) {
        let Ok(name) = Uri::from_str(uri) else { return };
        let version = self.open.get(uri).map(|open| open.version);
        self.client
            .notify("textDocument/publishDiagnostics", PublishDiagnosticsParams { uri: name, diagnostics, version });
    }

    fn notification(&mut self, one: Notification) {
        let method = one.method.clone();
        let known = match method.as_str() {
            "textDocument/didOpen" => read(one.params).map(|params| self.did_open(params)),
            "textDocument/didChange" => read(one.params).map(|params| self.did_change(params)),
            "textDocument/didSave" => read(one.params).map(|params: DidSaveTextDocumentParams| {
                self.reconfigure_by(params.text_document.uri.as_str());
            }),
            "textDocument/didClose" => read(one.params).map(|params| self.did_close(&params)),
            "workspace/didChangeConfiguration" => {
                self.configuration(one.params.get("settings").unwrap_or(&Value::Null));
                Ok(())
            }
            "workspace/didChangeWorkspaceFolders" => read(one.params).map(|params| self.folders(&params)),
            "workspace/didChangeWatchedFiles" => {
                self.files_changed(&one.params);
                Ok(())
            }
            "$/cancelRequest" => {
                self.cancel(&one.params);
                Ok(())
            }
            _ => Ok(()),
        };
        if let Err((_, problem)) = known {
            self.client.log(&format!("{method} was passed over: {problem}"));
        }
    }

    fn did_open(&mut self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        let uri = document.uri.as_str().to_owned();
        if self.open.len() >= MAX_OPEN {
            self.client.warn(&format!("more than {MAX_OPEN} files are open; {uri} is not looked at"));
            return;
        }
        let text = Arc::new(Text::new(document.text));
        let mut progress = None;
        if self.abilities.progress && text.len() > SHOW_PROGRESS_ABOVE {
            let token = format!("palisade-{}", self.generations + 1);
            self.client.request("window/workDoneProgress/create", json!({"token": token}));
            let name = uri.rsplit('/').next().unwrap_or_default();
            let value = json!({"kind": "begin", "title": "Palisade", "message": format!("judging {name}")});
            self.client.notify("$/progress", json!({"token": token, "value": value}));
            progress = Some(token);
        }
        let open = Open {
            text,
            version: document.version,
            generation: 0,
            judged: None,
            not_before: Instant::now(),
            depth: Depth::Findings,
            others: BTreeSet::new(),
            refresh: false,
            progress,
        };
        self.open.insert(uri.clone(), open);
        self.touch(&uri);
        self.touch_users(&uri);
        self.reconfigure_by(&uri);
    }

    fn did_change(&mut self, params: DidChangeTextDocumentParams) {
        let uri = params.text_document.uri.as_str().to_owned();
        let encoding = self.abilities.encoding;
        let Some(open) = self.open.get_mut(&uri) else { return };
        let text = Arc::make_mut(&mut open.text);
        for change in params.content_changes {
            text.change(change, encoding);
        }
        open.version = params.text_document.version;
        self.touch(&uri);
        self.touch_users(&uri);
        self.reconfigure_by(&uri);
    }

    fn did_close(&mut self, params: &DidCloseTextDocumentParams) {
        let uri = params.text_document.uri.as_str();
        let Some(open) = self.open.remove(uri) else { return };
        self.waiting.retain(|other| other != uri);
        self.refuse_parked(uri, ErrorCode::ContentModified, "the file was closed");
        self.send_diagnostics(uri, Vec::new());
        for other in &open.others {
            self.send_diagnostics(other, Vec::new());
        }
        let _ = self.worker.asks.send(Ask::Forget(uri.to_owned()));
        self.touch_users(uri);
        self.configured.remove(uri);
        self.reconfigure_by(uri);
        self.publish_configurations();
    }

    /// Has the contracts judged anew that refer to a file.
    fn touch_users(&mut self, uri: &str) {
        let Some(path) = uri::to_path(uri) else { return };
        let uses = |judged: &Arc<Judged>| judged.reads(&path);
        let users: Vec<String> = self
            .open
            .iter()
            .filter(|(other, open)| *other != uri && open.judged.as_ref().is_some_and(uses))
            .map(|(other, _)| other.clone())
            .collect();
        for user in users {
            self.touch_from_outside(&user);
        }
    }

    /// A file's version counts as changed although its text did not.
    fn touch_from_outside(&mut self, uri: &str) {
        self.touch(uri);
        if let Some(open) = self.open.get_mut(uri) {
            open.refresh = true;
        }
    }

    fn touch_all(&mut self) {
        let uris: Vec<String> = self.open.keys().cloned().collect();
        for uri in uris {
            self.touch_from_outside(&uri);
        }
    }

    fn configuration(&mut self, given: &Value) {
        if given.is_null() && self.abilities.configuration {
            let params = json!({"items": [{"section": "palisade"}]});
            self.asked_settings = Some(self.client.request("workspace/configuration", params));
            return;
        }
        let mut settings = (*self.settings).clone();
        if let Some(problem) = settings.update(given) {
            self.client.warn(&problem);
        }
        if settings != *self.settings {
            self.settings = Arc::new(settings);
            self.touch_all();
        }
    }

    fn response(&mut self, response: Response) {
        if self.asked_settings.as_ref() == Some(&response.id) {
            self.asked_settings = None;
            if let Some(first) = response.result.as_ref().and_then(|list| list.get(0)).filter(|one| !one.is_null()) {
                self.configuration(first);
            }
        }
    }

    fn cancel(&mut self, params: &Value) {
        let id: Option<RequestId> = params.get("id").and_then(|id| serde_json::from_value(id.clone()).ok());
        let Some(at) = self.parked.iter().position(|(_, request)| Some(&request.id) == id.as_ref()) else { return };
        let (_, request) = self.parked.remove(at);
        self.client.answer(request.id, Err((ErrorCode::RequestCanceled, "canceled".to_owned())));
    }

    fn refuse_parked(&mut self, uri: &str, code: ErrorCode, why: &str) {
        let (gone, rest) = std::mem::take(&mut self.parked).into_iter().partition(|(other, _)| other == uri);
        self.parked = rest;
        for (_, request) in gone {
            self.client.answer(request.id, Err((code, why.to_owned())));
        }
    }

    fn request(&mut self, request: Request) {
        if self.shut_down {
            let why = "the server is shutting down".to_owned();
            return self.client.answer(request.id, Err((ErrorCode::InvalidRequest, why)));
        }
        if request.method == "shutdown" {
            self.shut_down = true;
            return self.client.answer(request.id, Ok(Value::Null));
        }
        if !ANSWERED.contains(&request.method.as_str()) {
            let why = format!("{} is not supported", request.method);
            return self.client.answer(request.id, Err((ErrorCode::MethodNotFound, why)));
        }
        let Some(uri) = uri_of(&request) else {
            let why = "the request names no file".to_owned();
            return self.client.answer(request.id, Err((ErrorCode::InvalidParams, why)));
        };
        let Some(open) = self.open.get_mut(&uri) else {
            return self.client.answer(request.id, Ok(Value::Null));
        };
        let depth = depth(&request);
        let ready = open.judged.clone().filter(|judged| judged.generation == open.generation);
        let ready = ready.filter(|judged| judged.depth >= depth || judged.report.is_none());
        let Some(judged) = ready else {
            if self.parked.len() >= MAX_PARKED {
                let why = "too many requests wait".to_owned();
                return self.client.answer(request.id, Err((ErrorCode::ServerCancelled, why)));
            }
            if open.depth < depth {
                open.depth = depth;
                open.not_before = Instant::now();
                self.judge(&uri);
            }
            self.parked.push((uri, request));
            return;
        };
        let Request { id, method, params } = request;
        let answer = match judged.file_of(&uri).or_else(|| judged.main()) {
            // A fault in one answer ends that answer, not the session.
            Some(file) => catch_unwind(AssertUnwindSafe(|| self.answer(&method, params, &judged, file)))
                .unwrap_or_else(|_| Err((ErrorCode::InternalError, format!("{method} failed")))),
            None => Ok(Value::Null),
        };
        self.client.answer(id, answer);
    }

    fn answer(&self, method: &str, params: Value, judged: &Judged, file: &File) -> Answer {
        let encoding = self.abilities.encoding;
        match method {
            "textDocument/hover" => {
                let params: HoverParams = read(params)?;
                let position = params.text_document_position_params.position;
                give(hover::at(judged, file, position, encoding, self.abilities.markdown))
            }
            "textDocument/definition" => {
                let params: GotoDefinitionParams = read(params)?;
                give(goto::definition(judged, file, params.text_document_position_params.position, encoding))
            }
            "textDocument/references" => {
                let params: ReferenceParams = read(params)?;
                let (at, declaration) = (params.text_document_position.position, params.context.include_declaration);
                give(goto::references(judged, file, at, declaration, encoding))
            }
            "textDocument/documentSymbol" => {
                let _: DocumentSymbolParams = read(params)?;
                let outline = symbols::outline(judged, file, encoding);
                if self.abilities.nested_symbols { give(outline) } else { give(symbols::flat(outline, &file.uri)) }
            }
            "textDocument/codeLens" => {
                let _: CodeLensParams = read(params)?;
                give(if self.settings.lens { symbols::lenses(judged, file, encoding) } else { Vec::new() })
            }
            "textDocument/codeAction" => {
                let params: CodeActionParams = read(params)?;
                let takes = actions::Takes {
                    encoding,
                    shows: self.abilities.shows,
                    versioned: self.abilities.versioned_edits,
                    version: &|uri| self.open.get(uri).map(|open| open.version),
                };
                if !self.abilities.literal_actions {
                    return Ok(Value::Null);
                }
                give(actions::at(judged, file, params.range, &params.context, &takes))
            }
            "textDocument/diagnostic" => {
                let params: DocumentDiagnosticParams = read(params)?;
                Ok(self.pulled(&params, judged))
            }
            "workspace/executeCommand" => Ok(score(&file.uri, judged)),
            _ => Ok(Value::Null),
        }
    }

    fn pulled(&self, params: &DocumentDiagnosticParams, judged: &Judged) -> Value {
        let result = judged.generation.to_string();
        if params.previous_result_id.as_ref() == Some(&result) {
            return json!({"kind": "unchanged", "resultId": result});
        }
        let items = match judged.is_configuration() {
            true => self.of_configuration(&judged.configured),
            false => self.of_contract(judged).into_iter().next().unwrap_or_default(),
        };
        json!({"kind": "full", "resultId": result, "items": items})
    }
}

/// The methods that are answered.
const ANSWERED: [&str; 8] = [
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/documentSymbol",
    "textDocument/codeLens",
    "textDocument/codeAction",
    "textDocument/diagnostic",
    "workspace/executeCommand",
];

/// Those that need neither scores of operations nor edits.
const PLAIN: [&str; 3] = ["textDocument/definition", "textDocument/references", "textDocument/diagnostic"];

/// The one command: the score of a file, as JSON.
pub(crate) const SCORE_COMMAND: &str = "palisade.server.score";

/// How much has to be known to answer.
fn depth(request: &Request) -> Depth {
    if PLAIN.contains(&request.method.as_str()) {
        return Depth::Findings;
    }
    let context = request.params.get("context").cloned().and_then(|context| serde_json::from_value(context).ok());
    match request.method == "textDocument/codeAction" && context.is_some_and(|one| actions::asks_to_fix_all(&one)) {
        true => Depth::Mended,
        false => Depth::Details,
    }
}

/// The file a request is about.
fn uri_of(request: &Request) -> Option<String> {
    if request.method == "workspace/executeCommand" {
        let known = request.params.get("command").and_then(Value::as_str) == Some(SCORE_COMMAND);
        let uri = request.params.get("arguments")?.get(0)?.as_str()?;
        return known.then(|| uri.to_owned());
    }
    request.params.get("textDocument")?.get("uri")?.as_str().map(str::to_owned)
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, (ErrorCode, String)> {
    serde_json::from_value(params).map_err(|error| (ErrorCode::InvalidParams, error.to_string()))
}

fn give(value: impl serde::Serialize) -> Answer {
    serde_json::to_value(value).map_err(|error| (ErrorCode::InternalError, error.to_string()))
}

/// The score of a file; without `score` when it is no contract.
fn score(uri: &str, judged: &Judged) -> Value {
    match &judged.report {
        None => json!({"uri": uri}),
        Some(report) => json!({
            "uri": uri, "state": report.state, "score": report.score, "summary": report.summary,
            "title": report.contract.title, "operations": judged.operations().iter().map(|one| {
                json!({"operation": one.operation, "score": one.score, "lost": one.lost})
            }).collect::<Vec<_>>(),
        }),
    }
}
