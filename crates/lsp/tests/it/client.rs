//! A client at the other end of two pipes.

use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::thread::JoinHandle;
use std::time::Duration;

/// A session with a server that runs on a thread.
pub struct Client {
    to: Option<std::io::PipeWriter>,
    from: crossbeam_channel::Receiver<Value>,
    server: JoinHandle<std::io::Result<bool>>,
    next: i64,
    /// Notifications and requests of the server that nobody has asked for yet.
    seen: VecDeque<Value>,
    pub hello: Value,
}

/// What a client with everything says of itself.
pub fn everything() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-16"]},
        "textDocument": {
            "publishDiagnostics": {"relatedInformation": true, "codeDescriptionSupport": true,
                "tagSupport": {"valueSet": [1, 2]}},
            "hover": {"contentFormat": ["markdown"]},
            "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}},
        },
        "workspace": {"workspaceEdit": {"documentChanges": true}},
    })
}

impl Client {
    /// Starts a server without saying anything.
    pub fn silent() -> Client {
        let (input, to) = std::io::pipe().unwrap();
        let (from, output) = std::io::pipe().unwrap();
        let server = std::thread::spawn(move || palisade_lsp::serve(|| BufReader::new(input), output));
        let (sender, receiver) = crossbeam_channel::unbounded();
        std::thread::spawn(move || {
            let mut from = BufReader::new(from);
            while let Some(message) = read(&mut from) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Client { to: Some(to), from: receiver, server, next: 0, seen: VecDeque::new(), hello: Value::Null }
    }

    /// Starts a session in a folder.
    pub fn start(root: Option<&Path>, capabilities: Value, options: Value) -> Client {
        let mut client = Client::silent();
        let folders = root.map(|root| json!([{"uri": uri(root), "name": "root"}]));
        let params = json!({"processId": null, "rootUri": null, "workspaceFolders": folders,
            "capabilities": capabilities, "initializationOptions": options});
        client.hello = client.ask("initialize", params);
        client.tell("initialized", json!({}));
        client
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        self.to.as_mut().unwrap().write_all(bytes).unwrap();
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    pub fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request and does not wait.
    pub fn begin(&mut self, method: &str, params: Value) -> i64 {
        self.next += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.next, "method": method, "params": params}));
        self.next
    }

    /// The whole answer to a request.
    pub fn answer(&mut self, id: i64) -> Value {
        self.wait(|message| message["id"] == id && message.get("method").is_none())
    }

    /// Sends a request and gives its result.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params);
        let answer = self.answer(id);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// The next message of the server that is wanted.
    pub fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.seen.iter().position(&wanted) {
            return self.seen.remove(at).unwrap();
        }
        loop {
            let message = self.from.recv_timeout(Duration::from_secs(60)).expect("the server says something");
            if wanted(&message) {
                return message;
            }
            self.seen.push_back(message);
        }
    }

    /// The next diagnostics for a file.
    pub fn diagnostics(&mut self, uri: &str) -> Vec<Value> {
        let message = self
            .wait(|message| message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri);
        message["params"]["diagnostics"].as_array().unwrap().clone()
    }

    pub fn open(&mut self, uri: &str, text: &str) {
        self.tell(
            "textDocument/didOpen",
            json!({"textDocument":
            {"uri": uri, "languageId": "yaml", "version": 1, "text": text}}),
        );
    }

    /// Replaces a range, given as line, column, line, column.
    pub fn edit(&mut self, uri: &str, version: i64, at: [u32; 4], text: &str) {
        let range = json!({"start": {"line": at[0], "character": at[1]}, "end": {"line": at[2], "character": at[3]}});
        self.tell(
            "textDocument/didChange",
            json!({"textDocument": {"uri": uri, "version": version},
            "contentChanges": [{"range": range, "text": text}]}),
        );
    }

    pub fn at(&mut self, method: &str, uri: &str, line: u32, character: u32) -> Value {
        let params = json!({"textDocument": {"uri": uri}, "position": {"line": line, "character": character},
            "context": {"includeDeclaration": true}});
        self.ask(method, params)
    }

    pub fn about(&mut self, method: &str, uri: &str) -> Value {
        self.ask(method, json!({"textDocument": {"uri": uri}}))
    }

    /// Closes the input without a goodbye and gives what the server said to that.
    pub fn drop_input(mut self) -> std::io::Result<bool> {
        drop(self.to.take());
        self.server.join().unwrap()
    }

    /// Says goodbye as the protocol wants it.
    pub fn end(mut self) {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        assert!(self.server.join().unwrap().unwrap());
    }
}

pub fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

fn read(input: &mut impl BufRead) -> Option<Value> {
    let mut size = 0;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => size = line.strip_prefix("Content-Length: ")?.parse().ok()?,
        }
    }
    let mut body = vec![0; size];
    input.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
