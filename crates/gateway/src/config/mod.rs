//! The gateway's file.

mod identity;
mod listener;
mod protection;
mod reader;
mod upstream;

use crate::listener::Listener;
use palisade_document::{Limits, NodeRef, quote, read};
use palisade_guard::{ApiPolicy, Mode, NetworkList, Protection, Snapshot};
use palisade_sensitive::Rules;
pub use protection::SCHEMA;
use reader::Reader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The keys of the file.
const KEYS: [&str; 9] =
    ["listeners", "apis", "lists", "trusted_proxies", "on_error", "control_plane", "record", "sensitive", "state_dir"];

/// Largest configuration, contract or certificate file, in bytes.
const MAX_FILE: u64 = 64 << 20;

/// Where a lone gateway gets its APIs from and sends its exchanges to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlPlane {
    /// Base URL of the control plane, `http` or `https`.
    pub url: String,
    /// File that holds the gateway's bearer token.
    pub token_file: PathBuf,
    /// PEM bundle that vouches for the control plane, in place of the system's.
    pub ca: Option<String>,
}

/// What the file says, paths resolved, contracts loaded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    /// What to serve.
    pub listeners: Vec<Listener>,
    /// The APIs, as a snapshot of version 1: ids are the names.
    pub snapshot: Snapshot,
    /// Control plane to follow.
    pub control_plane: Option<ControlPlane>,
    /// What counts as sensitive beside the built-in kinds.
    pub sensitive: Arc<Rules>,
    /// File that redacted exchanges go to.
    pub record: Option<PathBuf>,
    /// Directory for the last good snapshot of the control plane; the file's own directory when not given.
    pub state_dir: PathBuf,
    /// Every file the configuration was read from: the file itself, contracts, lists, certificates.
    pub files: Vec<PathBuf>,
    /// What is said without effect, each with its place.
    pub notes: Vec<ConfigError>,
}

/// One mistake in the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}:{column}: {message}", file.display())]
pub struct ConfigError {
    /// The file, as the user named it.
    pub file: PathBuf,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Config {
    /// Reads the file and the contracts it names.
    ///
    /// # Errors
    /// Unknown keys, wrong types and unreadable files, each with its place; all of them, not only the first.
    pub fn load(path: &Path) -> Result<Config, Vec<ConfigError>> {
        Config::read(path, true)
    }

    /// As [`load`](Config::load), for those who serve none of its listeners: it may name none.
    ///
    /// # Errors
    /// As [`load`](Config::load).
    pub fn load_policy(path: &Path) -> Result<Config, Vec<ConfigError>> {
        Config::read(path, false)
    }

    fn read(path: &Path, listens: bool) -> Result<Config, Vec<ConfigError>> {
        let at_start = |message: String| vec![ConfigError { file: path.to_owned(), line: 1, column: 1, message }];
        let bytes = read_file(path).map_err(at_start)?;
        let reading = read(&path.to_string_lossy(), &bytes, &Limits::default());
        let mut reader = Reader { path, document: &reading.document, errors: Vec::new(), files: vec![path.to_owned()] };
        for problem in &reading.problems {
            reader.errors.push(ConfigError {
                file: path.to_owned(),
                line: problem.position.line,
                column: problem.position.column,
                message: problem.message.clone(),
            });
        }
        let config = if reading.fatal { Config::default() } else { reader.config(reading.document.root(), listens) };
        if reader.errors.is_empty() {
            Ok(Config { files: reader.files, ..config })
        } else {
            reader.errors.sort_by_key(|error| (error.line, error.column));
            Err(reader.errors)
        }
    }
}

/// Reads a whole file of bounded size.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    use std::io::Read;
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(format!("{} is larger than {} MiB", path.display(), MAX_FILE >> 20));
    }
    Ok(bytes)
}

impl<'a> Reader<'a> {
    fn config(&mut self, root: NodeRef<'a>, listens: bool) -> Config {
        let mut config = Config { state_dir: self.resolve(""), ..Config::default() };
        if !root.is_object() {
            self.wrong(root, "the configuration", "a mapping with `listeners` and `apis`");
            return config;
        }
        self.known(root, &KEYS);
        config.listeners = self.listeners(root);
        if listens && root.get("listeners").is_none_or(|list| list.is_array() && list.is_empty()) {
            let message = "`listeners` is missing: at least one `- address: 127.0.0.1:8601` is needed";
            self.error(root.span().start, message);
        }
        config.control_plane = root.get("control_plane").and_then(|node| self.control_plane(node));
        let mut names: Vec<String> = Vec::new();
        config.snapshot.lists = self.network_lists(root);
        config.snapshot.trusted_proxies = self.networks(root, "trusted_proxies");
        // Where a listener has its own word, the file's is that of the other listeners; else that of the APIs.
        let mut on_error = self.on_error(root);
        if listens && config.listeners.iter().any(|listener| listener.on_error.is_some()) {
            let said = on_error.take();
            config.listeners.iter_mut().for_each(|listener| listener.on_error = listener.on_error.or(said));
        }
        for node in self.list(root, "apis") {
            if let Some(mut api) = self.api(node, &config.snapshot.lists) {
                if api.protection != Protection::default() {
                    config.notes.extend(self.idle(node, &api, &config.snapshot.lists));
                }
                api.protection.on_error = api.protection.on_error.or(on_error);
                if names.contains(&api.name) {
                    self.error(node.span().start, format!("there are two APIs named {}", quote(&api.name)));
                }
                names.push(api.name.clone());
                config.snapshot.apis.push(api);
            }
        }
        config.snapshot.version = 1;
        let without_apis = root.get("apis").is_none_or(|list| list.is_array() && list.is_empty());
        match root.get("control_plane") {
            None if without_apis => {
                let message = "`apis` is missing: without a `control_plane` the file must name at least one API";
                self.error(root.span().start, message);
            }
            Some(node) if !without_apis => {
                let message = "`apis` and `control_plane` exclude each other: the control plane names the APIs";
                self.error(node.span().start, message);
            }
            _ => {}
        }
        config.sensitive = self.sensitive(root);
        config.record = self.text(root, "record").map(|(name, _)| self.resolve(&name));
        if let Some((name, _)) = self.text(root, "state_dir") {
            config.state_dir = self.resolve(&name);
        }
        config
    }

    /// The rules of the file that `sensitive` names; what is wrong in it is told with its own name and place.
    fn sensitive(&mut self, root: NodeRef<'a>) -> Arc<Rules> {
        let Some((name, node)) = self.text(root, "sensitive") else { return Arc::default() };
        let path = self.resolve(&name);
        let bytes = match read_file(&path) {
            Ok(bytes) => bytes,
            Err(message) => {
                self.error(node.span().start, message);
                return Arc::default();
            }
        };
        match Rules::read(&path.to_string_lossy(), &bytes) {
            Ok(rules) => {
                self.files.push(path);
                Arc::new(rules)
            }
            Err(mistakes) => {
                self.errors.extend(mistakes.into_iter().map(|mistake| ConfigError {
                    file: path.clone(),
                    line: mistake.line,
                    column: mistake.column,
                    message: mistake.message,
                }));
                Arc::default()
            }
        }
    }

    fn control_plane(&mut self, node: NodeRef<'a>) -> Option<ControlPlane> {
        if !node.is_object() {
            self.wrong(node, "control_plane", "a mapping with `url` and `token_file`");
            return None;
        }
        self.known(node, &["url", "token_file", "ca"]);
        let url = self.required(node, "url");
        let token_file = self.required(node, "token_file").map(|(name, _)| self.resolve(&name));
        let ca = self.file(node, "ca");
        let (url, place) = url?;
        if let Err(error) = crate::upstream::parse_origin(&url) {
            self.error(place.span().start, error.to_string().replace("upstream", "control plane"));
        }
        Some(ControlPlane { url, token_file: token_file?, ca })
    }

    fn api(&mut self, node: NodeRef<'a>, lists: &[NetworkList]) -> Option<ApiPolicy> {
        if !node.is_object() {
            self.wrong(node, "api", "a mapping with `name` and `upstream`");
            return None;
        }
        let own = ["name", "hosts", "base_path", "upstream_ca", "contract", "mode", "protection"];
        let keys: Vec<&str> = own.into_iter().chain(upstream::KEYS).collect();
        self.known(node, &keys);
        let name = self.required(node, "name").map(|(name, _)| name);
        let mut hosts = Vec::new();
        for host in self.list(node, "hosts") {
            match host.as_str() {
                Some(text) if host_pattern_is_valid(text) => hosts.push(text.to_ascii_lowercase()),
                Some(text) => {
                    let message = format!("{} is not a host, `*` or `*.DOMAIN` (without port)", quote(text));
                    self.error(host.span().start, message);
                }
                None => self.wrong(host, "host", "a string"),
            }
        }
        let base_path = match self.text(node, "base_path") {
            Some((path, place)) if !path.starts_with('/') => {
                self.error(place.span().start, format!("{} does not start with `/`", quote(&path)));
                path
            }
            Some((path, _)) => path,
            None => "/".to_owned(),
        };
        let (upstreams, delivery) = self.delivery(node);
        let upstream_ca = self.file(node, "upstream_ca");
        let contract = self.file(node, "contract");
        let mode = match self.text(node, "mode") {
            None => Mode::Observe,
            Some((text, place)) => match text.as_str() {
                "observe" => Mode::Observe,
                "block" => Mode::Block,
                _ => {
                    let message = format!("{} is not a mode: it is `observe` or `block`", quote(&text));
                    self.error(place.span().start, message);
                    Mode::Observe
                }
            },
        };
        if mode == Mode::Block
            && node.get("contract").is_none()
            && node.get("protection").is_none()
            && let Some(place) = node.get("mode")
        {
            let message =
                "`mode: block` needs a `contract` or a `protection`: without them there is nothing to enforce";
            self.error(place.span().start, message);
        }
        let protection = self.protection(node, lists);
        let name = name?;
        Some(ApiPolicy {
            id: name.clone(),
            name,
            hosts,
            base_path,
            upstreams,
            upstream_ca,
            delivery,
            mode,
            contract,
            observe_operations: Vec::new(),
            exceptions: Vec::new(),
            protection,
        })
    }
}

/// True for a host, `*`, or `*.DOMAIN`, each without a port.
pub fn host_pattern_is_valid(text: &str) -> bool {
    let host = text.strip_prefix("*.").unwrap_or(text);
    text == "*" || (!host.contains(':') && crate::wire::head::host_is_valid(host.as_bytes())) || {
        // An IPv6 literal is the one host with colons in it.
        text.starts_with('[') && text.ends_with(']') && crate::wire::head::host_is_valid(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Config, String> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("shop.yaml"), "openapi: 3.1.0\n").unwrap();
        let path = dir.path().join("gateway.yaml");
        std::fs::write(&path, text).unwrap();
        Config::load(&path).map_err(|errors| {
            let lines: Vec<String> =
                errors.iter().map(|error| format!("{}:{} {}", error.line, error.column, error.message)).collect();
            lines.join("\n").replace(&dir.path().display().to_string(), "DIR")
        })
    }

    #[test]
    fn the_smallest_file_of_the_design_is_read() {
        let config = load(
            "listeners:\n  - address: 127.0.0.1:8601\napis:\n  - name: shop\n    hosts: [\"*\"]\n    base_path: /\n    \
             upstream: http://127.0.0.1:3000\n    contract: shop.yaml\n    mode: block\nrecord: exchanges.jsonl\n",
        )
        .unwrap();
        assert_eq!(config.listeners[0].address, "127.0.0.1:8601".parse().unwrap());
        let api = &config.snapshot.apis[0];
        assert_eq!(
            (api.id.as_str(), api.mode, api.contract.as_deref()),
            ("shop", Mode::Block, Some("openapi: 3.1.0\n"))
        );
        assert!(config.record.unwrap().ends_with("exchanges.jsonl"));
        assert_eq!(config.files.len(), 2);
    }

    #[test]
    fn the_files_word_on_failures_is_that_of_listeners_without_one_or_of_apis() {
        use palisade_guard::OnError::{Closed, Open};
        let file = |listener: &str| {
            load(&format!(
                "on_error: closed\nlisteners:\n  - address: 127.0.0.1:1\n{listener}  - address: 127.0.0.1:2\napis:\n  - name: shop\n    \
                 upstream: http://127.0.0.1:3000\n"
            ))
            .unwrap()
        };
        let said = |config: &Config| {
            let listeners: Vec<_> = config.listeners.iter().map(|listener| listener.on_error).collect();
            (listeners, config.snapshot.apis[0].protection.on_error)
        };
        assert_eq!(said(&file("")), (vec![None, None], Some(Closed)));
        assert_eq!(said(&file("    on_error: open\n")), (vec![Some(Open), Some(Closed)], None));
    }

    #[test]
    fn every_mistake_has_its_place() {
        let errors = load(
            "listeners:\n  - address: here\n  - adress: 127.0.0.1:1\napis:\n  - name: shop\n    upstream: [3, http://a/b]\n    \
             mode: blok\n    contract: gone.yaml\n    hosts: [\"a:1\"]\n  - upstream: http://a\n    mode: block\nrecords: x\n",
        )
        .unwrap_err();
        assert_eq!(
            errors,
            "2:14 \"here\" is not ADDRESS:PORT, for example 127.0.0.1:8601\n\
             3:5 unknown key \"adress\"; known here: address, tls, protocols, on_error\n\
             3:5 `address` is missing\n\
             6:16 `upstream` is a number, not a URL, a mapping with `url` and `weight`, or a list of these\n\
             6:19 upstream `http://a/b` has a path; paths go on as they came, so leave it out\n\
             7:11 \"blok\" is not a mode: it is `observe` or `block`\n\
             8:15 cannot read DIR/gone.yaml: No such file or directory (os error 2)\n\
             9:13 \"a:1\" is not a host, `*` or `*.DOMAIN` (without port)\n\
             10:5 `name` is missing\n\
             11:11 `mode: block` needs a `contract` or a `protection`: without them there is nothing to enforce\n\
             12:1 unknown key \"records\"; known here: listeners, apis, lists, trusted_proxies, on_error, control_plane, record, \
             sensitive, state_dir"
        );
    }

    #[test]
    fn a_file_that_is_no_yaml_says_where() {
        assert!(load("listeners: [\n").is_err());
        assert!(load("").unwrap_err().contains("1:1"));
        assert!(Config::load(Path::new("/nowhere/x.yaml")).unwrap_err()[0].message.contains("cannot read"));
    }
}
