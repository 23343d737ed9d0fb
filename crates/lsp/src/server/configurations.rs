//! Configurations while they and the contracts they are for are open.

use super::Server;
use crate::configured::Configured;
use crate::uri;
use lsp_types::Diagnostic;
use palisade_runner::CONFIGURATION;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Server {
    /// Has everything judged anew when a file that changed is a configuration, or one that a configuration names.
    pub(super) fn reconfigure_by(&mut self, uri: &str) {
        let Some(path) = uri::to_path(uri) else { return };
        let mut judged = self.open.values().filter_map(|open| open.judged.as_ref());
        if path.ends_with(CONFIGURATION) || judged.any(|judged| judged.configured.reads(&path)) {
            self.configurations += 1;
            self.touch_all();
        }
    }

    /// Shows what is wrong in the configurations that open files are judged by, where that changed.
    pub(super) fn publish_configurations(&mut self) {
        let mut latest: BTreeMap<&str, &Arc<Configured>> = BTreeMap::new();
        for judged in self.open.values().filter_map(|open| open.judged.as_ref()) {
            let configured = &judged.configured;
            let Some((_, uri)) = &configured.file else { continue };
            let asks = self.abilities.pull && self.open.contains_key(uri);
            if !asks && latest.get(uri.as_str()).is_none_or(|other| other.read_at < configured.read_at) {
                latest.insert(uri, configured);
            }
        }
        let lists = latest.into_iter().map(|(uri, configured)| (uri.to_owned(), self.of_configuration(configured)));
        let lists: BTreeMap<String, Vec<Diagnostic>> = lists.filter(|(_, list)| !list.is_empty()).collect();
        let before = std::mem::replace(&mut self.configured, lists);
        let uris: BTreeSet<&String> = before.keys().chain(self.configured.keys()).collect();
        for uri in uris {
            let list = self.configured.get(uri);
            if before.get(uri) != list {
                self.send_diagnostics(uri, list.cloned().unwrap_or_default());
            }
        }
    }

    /// What is wrong in a configuration, as the open files show it.
    pub(super) fn of_configuration(&self, configured: &Arc<Configured>) -> Vec<Diagnostic> {
        let mut used: Vec<u64> = Vec::new();
        for judged in self.open.values().filter_map(|open| open.judged.as_ref()) {
            if Arc::ptr_eq(&judged.configured, configured) {
                used.resize(used.len().max(judged.used().len()), 0);
                used.iter_mut().zip(judged.used()).for_each(|(sum, places)| *sum += places);
            }
        }
        configured.diagnostics(&used, self.settings.profile, self.abilities.encoding)
    }
}
