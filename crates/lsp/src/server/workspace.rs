//! The folders a client works in, and what changes in them on the disk.

use super::Server;
use crate::uri;
use lsp_types::{DidChangeWorkspaceFoldersParams, InitializeParams};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

impl Server {
    /// Asks the client to tell when contracts change on the disk.
    pub(super) fn watch_files(&mut self) {
        if self.abilities.watch {
            let globs =
                ["**/*.yaml", "**/*.yml", "**/*.json", "**/.palisade.yaml"].map(|glob| json!({"globPattern": glob}));
            let registration = json!({"id": "palisade-files", "method": "workspace/didChangeWatchedFiles",
                "registerOptions": {"watchers": globs}});
            self.client.request("client/registerCapability", json!({"registrations": [registration]}));
        }
    }

    /// Takes over the folders a client works in now.
    pub(super) fn folders(&mut self, params: &DidChangeWorkspaceFoldersParams) {
        let mut roots = (*self.roots).clone();
        let path = |folder: &lsp_types::WorkspaceFolder| uri::to_path(folder.uri.as_str());
        let removed: Vec<PathBuf> = params.event.removed.iter().filter_map(path).collect();
        roots.retain(|root| !removed.contains(root));
        roots.extend(params.event.added.iter().filter_map(path));
        self.roots = Arc::new(roots);
        self.configurations += 1;
        self.touch_all();
    }

    /// Has judged anew what depends on files that changed on the disk.
    pub(super) fn files_changed(&mut self, params: &Value) {
        let changes = params.get("changes").and_then(Value::as_array).into_iter().flatten();
        let uris: BTreeSet<String> =
            changes.filter_map(|change| change.get("uri")?.as_str().map(str::to_owned)).collect();
        for uri in uris {
            // What is open counts as it stands in the editor.
            if !self.open.contains_key(&uri) {
                self.touch_users(&uri);
                self.reconfigure_by(&uri);
            }
        }
    }
}

/// The folders a client works in.
#[expect(deprecated, reason = "older clients name their folder only by the protocol's old field")]
pub(super) fn roots(params: &InitializeParams) -> Vec<PathBuf> {
    let folders = params.workspace_folders.iter().flatten().filter_map(|folder| uri::to_path(folder.uri.as_str()));
    let mut roots: Vec<PathBuf> = folders.collect();
    if roots.is_empty() {
        roots.extend(params.root_uri.as_ref().and_then(|uri| uri::to_path(uri.as_str())));
    }
    roots
}
