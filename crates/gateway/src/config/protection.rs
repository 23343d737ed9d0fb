//! Protection, network lists and trusted proxies of the gateway's file.
//!
//! A protection is held against the JSON Schema of the file first, which knows the place of every mistake, and then read
//! as the data that control planes publish: the two have one shape.

use super::reader::Reader;
use super::{ConfigError, read_file};
use ipnet::IpNet;
use palisade_document::emit::node_to_value;
use palisade_document::{Document, Limits, NodeRef, quote, read};
use palisade_guard::profile::Profile;
use palisade_guard::{ApiPolicy, Lists, Mistake, NetworkList, OnError, Policy, Protection};
use palisade_schema::{Compiler, Dialect, Options, SchemaId, SchemaSet, Violation};
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// The JSON Schema of the gateway's file.
pub const SCHEMA: &str = include_str!("../../../../docs/gateway.schema.json");

/// Mistakes told of one list file.
const TOLD: usize = 20;
/// Most networks of one list.
const NETWORKS: usize = 1_000_000;
/// Most values of one protection.
const VALUES: usize = 1_000_000;

/// The parts of the schema that are held against the file.
struct Shapes {
    document: Arc<Document>,
    set: SchemaSet,
    protection: Option<SchemaId>,
    list: Option<SchemaId>,
}

static SHAPES: LazyLock<Shapes> = LazyLock::new(|| {
    let document = Arc::new(read("gateway.schema.json", SCHEMA.as_bytes(), &Limits::default()).document);
    let mut compiler = Compiler::new(Arc::clone(&document), Dialect::Draft202012);
    let mut part = |pointer| document.root().at_pointer(pointer).map(|node| compiler.add(node.id()));
    let (protection, list) = (part("/$defs/protection"), part("/$defs/list"));
    let set = compiler.finish().0;
    Shapes { document, set, protection, list }
});

impl<'a> Reader<'a> {
    /// The network lists, with what their files hold.
    pub(super) fn network_lists(&mut self, root: NodeRef<'a>) -> Vec<NetworkList> {
        let mut lists: Vec<NetworkList> = Vec::new();
        for node in self.list(root, "lists") {
            if !self.has_shape(node, SHAPES.list) {
                continue;
            }
            let Some((name, place)) = self.required(node, "name") else { continue };
            if lists.iter().any(|list| list.name == name) {
                self.error(place.span().start, format!("there are two lists named {}", quote(&name)));
            }
            let mut networks = self.networks(node, "networks");
            match self.text(node, "file") {
                Some((file, place)) => networks.extend(self.network_file(&file, place)),
                None if node.get("networks").is_none() => {
                    self.error(node.span().start, "a list needs `networks` or a `file`");
                }
                None => {}
            }
            lists.push(NetworkList { name, networks });
        }
        lists
    }

    pub(super) fn networks(&mut self, node: NodeRef<'a>, key: &str) -> Vec<IpNet> {
        let mut networks = Vec::new();
        for item in self.list(node, key) {
            match item.as_str().map(network) {
                Some(Ok(network)) => networks.push(network),
                Some(Err(message)) => self.error(item.span().start, message),
                None => self.wrong(item, "network", "a string"),
            }
        }
        networks
    }

    fn network_file(&mut self, name: &str, place: NodeRef<'a>) -> Vec<IpNet> {
        let path = self.resolve(name);
        match read_file(&path) {
            Ok(bytes) => {
                let (networks, mistakes) = networks_of_file(&path, &bytes);
                self.errors.extend(mistakes);
                self.files.push(path);
                networks
            }
            Err(message) => {
                self.error(place.span().start, message);
                Vec::new()
            }
        }
    }

    pub(super) fn on_error(&mut self, root: NodeRef<'a>) -> Option<OnError> {
        let (text, place) = self.text(root, "on_error")?;
        match text.as_str() {
            "open" => Some(OnError::Open),
            "closed" => Some(OnError::Closed),
            _ => {
                self.error(place.span().start, format!("{} is neither `open` nor `closed`", quote(&text)));
                None
            }
        }
    }

    /// The protection of an API.
    pub(super) fn protection(&mut self, api: NodeRef<'a>, lists: &[NetworkList]) -> Protection {
        let Some(node) = api.get("protection") else { return Protection::default() };
        if !self.has_shape(node, SHAPES.protection) {
            return Protection::default();
        }
        let Ok(mut value) = node_to_value(node, VALUES) else {
            self.error(node.span().start, "`protection` holds too many values");
            return Protection::default();
        };
        let mut part = |key: &str| value.as_object_mut().and_then(|object| object.remove(key));
        let (identity, profile) = (part("identity"), part("profile"));
        let mut protection: Protection = self.data(node, value).unwrap_or_default();
        if let (Some(value), Some(place)) = (identity, node.get("identity")) {
            protection.identity = self.data(place, value);
            if let Some(identity) = &mut protection.identity {
                self.identity_files(place, identity);
            }
        }
        if let (Some(value), Some(place)) = (profile, node.get("profile")) {
            protection.profile = match value {
                serde_json::Value::String(_) => self.profile_file(node),
                value => self.data(place, value),
            };
        }
        for mistake in protection.mistakes(&|name| lists.iter().any(|list| list.name == name)) {
            let message = format!("`protection{}` {}", mistake.pointer, mistake.message);
            self.error(nearest(node, &mistake.pointer).span().start, message);
        }
        protection
    }

    /// A learned profile in a file of its own. What is wrong in it is told with its name.
    fn profile_file(&mut self, node: NodeRef<'a>) -> Option<Profile> {
        let (name, place) = self.text(node, "profile")?;
        let path = self.resolve(&name);
        let bytes = match read_file(&path) {
            Ok(bytes) => bytes,
            Err(message) => {
                self.error(place.span().start, message);
                return None;
            }
        };
        self.files.push(path.clone());
        let reading = read(&path.to_string_lossy(), &bytes, &Limits::default());
        self.errors.extend(reading.problems.iter().map(|problem| ConfigError {
            file: path.clone(),
            line: problem.position.line,
            column: problem.position.column,
            message: problem.message.clone(),
        }));
        if reading.fatal {
            return None;
        }
        let data = node_to_value(reading.document.root(), VALUES).map_err(|_| "it holds too many values".to_owned());
        match data.and_then(|value| serde_json::from_value(value).map_err(|error| error.to_string())) {
            Ok(profile) => Some(profile),
            Err(message) => {
                self.errors.push(ConfigError { file: path, line: 1, column: 1, message });
                None
            }
        }
    }

    /// What an API's protection says without effect.
    pub(super) fn idle(&self, node: NodeRef<'a>, api: &ApiPolicy, lists: &[NetworkList]) -> Vec<ConfigError> {
        let Some(place) = node.get("protection") else { return Vec::new() };
        let (policy, _) = Policy::with_lists(api, &Lists::new(lists, &Lists::default()));
        let note = |Mistake { pointer, message }: Mistake| {
            let position = nearest(place, &pointer).position();
            let message = format!("`protection{pointer}` {message}");
            ConfigError { file: self.path.to_owned(), line: position.line, column: position.column, message }
        };
        policy.idle_settings().into_iter().map(note).collect()
    }

    fn data<T: serde::de::DeserializeOwned>(&mut self, place: NodeRef<'a>, value: serde_json::Value) -> Option<T> {
        match serde_json::from_value(value) {
            Ok(data) => Some(data),
            Err(error) => {
                self.error(place.span().start, error.to_string());
                None
            }
        }
    }

    /// Holds a node against a part of the schema, and tells all that does not fit.
    fn has_shape(&mut self, node: NodeRef<'a>, shape: Option<SchemaId>) -> bool {
        let Some(shape) = shape else { return true };
        let outcome = SHAPES.set.validate(shape, node, &Options { max_violations: 100, ..Options::default() });
        for violation in &outcome.violations {
            let place = nearest(self.document.root(), &violation.pointer);
            let unknown = violation.code == "additionalProperties";
            let offset = if unknown { place.key_span().start } else { place.span().start };
            self.error(offset, words(violation, place));
        }
        outcome.violations.is_empty()
    }
}

/// The violation in words that help.
fn words(violation: &Violation, place: NodeRef<'_>) -> String {
    let schema = SHAPES.document.node(violation.schema);
    let key = place.key().unwrap_or_default();
    match violation.code {
        "additionalProperties" => {
            let known = schema.get("properties").into_iter().flat_map(NodeRef::members);
            let known: Vec<&str> = known.map(|member| member.key).collect();
            format!("unknown key {}; known here: {}", quote(key), known.join(", "))
        }
        "enum" => {
            let words = schema.get("enum").into_iter().flat_map(NodeRef::items).map(|word| word.scalar_text());
            let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
            format!("{} is none of {}", quote(place.scalar_text()), words.join(", "))
        }
        "required" => {
            let missing = violation.pointer.rsplit('/').next().unwrap_or_default();
            format!("`{missing}` is missing")
        }
        _ if key.is_empty() => violation.message.clone(),
        _ => format!("`{key}` {}", violation.message),
    }
}

/// The node a pointer leads to, or the last one on the way there.
fn nearest<'a>(node: NodeRef<'a>, pointer: &str) -> NodeRef<'a> {
    let mut pointer = pointer;
    loop {
        if let Some(found) = node.at_pointer(pointer) {
            return found;
        }
        pointer = pointer.rsplit_once('/').map_or("", |(before, _)| before);
    }
}

/// A network in CIDR notation, or one address.
fn network(text: &str) -> Result<IpNet, String> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(IpNet::from(address));
    }
    let network: IpNet =
        text.parse().map_err(|_| format!("{} is no network: write `10.0.0.0/8` or `2001:db8::/32`", quote(text)))?;
    if network.trunc() != network {
        return Err(format!("{} has bits beyond its length: write `{}`", quote(text), network.trunc()));
    }
    Ok(network)
}

/// The networks of a list file: one a line, or the column `ip` of a CSV file.
fn networks_of_file(path: &Path, bytes: &[u8]) -> (Vec<IpNet>, Vec<ConfigError>) {
    let (mut networks, mut mistakes) = (Vec::new(), Vec::new());
    let mut column: Option<usize> = None;
    let mut first = true;
    let mut wrong = 0usize;
    for (line, bytes) in (1u32..).zip(bytes.split(|byte| *byte == b'\n')) {
        let text = String::from_utf8_lossy(bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let text = text.split('#').next().unwrap_or_default().trim();
        if text.is_empty() {
            continue;
        }
        let cells = || text.split(',').map(|cell| cell.trim().trim_matches('"'));
        if std::mem::take(&mut first) {
            column = cells().position(|cell| cell.eq_ignore_ascii_case("ip"));
            if column.is_some() {
                continue;
            }
        }
        let found = match column {
            Some(at) => network(cells().nth(at).unwrap_or_default()),
            None => network(text),
        };
        match found {
            Ok(network) if networks.len() < NETWORKS => networks.push(network),
            Ok(_) => {
                let message = format!("the list has more than {NETWORKS} networks");
                mistakes.push(ConfigError { file: path.to_owned(), line, column: 1, message });
                break;
            }
            Err(message) => {
                wrong += 1;
                if wrong <= TOLD {
                    mistakes.push(ConfigError { file: path.to_owned(), line, column: 1, message });
                }
            }
        }
    }
    if let Some(last) = mistakes.last_mut().filter(|_| wrong > TOLD) {
        last.message = format!("{}; and {} more lines that are wrong", last.message, wrong - TOLD);
    }
    (networks, mistakes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use palisade_guard::{Action, Check, Mode};
    use serde_json::{Value, json};
    use std::collections::BTreeSet;

    fn example() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/gateway/gateway.yaml")
    }

    fn load(dir: &tempfile::TempDir, text: &str) -> Result<Config, Vec<ConfigError>> {
        let path = dir.path().join("gateway.yaml");
        std::fs::write(&path, text).unwrap();
        Config::load(&path)
    }

    fn told(dir: &tempfile::TempDir, errors: &[ConfigError]) -> Vec<String> {
        let show = |error: &ConfigError| error.to_string().replace(&format!("{}/", dir.path().display()), "");
        errors.iter().map(show).collect()
    }

    /// A file whose API is protected like this.
    fn protected(lines: &str) -> String {
        let lines = lines.replace('\n', "\n      ");
        format!(
            "listeners: [{{address: 127.0.0.1:1}}]\nlists: [{{name: bad, networks: [192.0.2.0/24]}}]\napis:\n  \
             - name: a\n    upstream: http://a\n    protection:\n      {lines}\n"
        )
    }

    #[test]
    fn the_example_says_everything_and_nothing_in_vain() {
        let config = Config::load(&example()).unwrap_or_else(|errors| panic!("{errors:?}"));
        assert_eq!(config.notes, []);
        let api = &config.snapshot.apis[0];
        assert_eq!(
            (api.mode, api.protection.rollout, api.protection.on_error),
            (Mode::Block, Some(50), Some(OnError::Closed))
        );
        assert_eq!(api.protection.effects.get(&Check::Response), Some(&Action::Prevent));
        assert_eq!(config.snapshot.lists[1].networks.len(), 3, "the networks of the file");
        assert_eq!(config.snapshot.trusted_proxies.len(), 2);
        assert!(config.files.iter().any(|file| file.ends_with("blocked.txt")), "a change of a list is noticed");
    }

    #[test]
    fn every_mistake_has_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let text = protected(
            "effects: {pahts: alert, path: allert, response: ban}\nrollout: 101\nnetworks: {deny: [worse]}\nrates:\n  \
             - {burst: fast}\n  - {name: x, statuses: [9xx]}\nheaders: [{required: true}]\nresponse: {set: {Content-Length: \"1\"}}\n\
             operations: [{operation: /x}]",
        );
        let errors = load(&dir, &text).unwrap_err();
        let told = told(&dir, &errors);
        for expected in [
            "gateway.yaml:7:17: unknown key \"pahts\"; known here: framing, limits, network, banned, headers, ",
            "gateway.yaml:7:37: \"allert\" is none of `disable`, `allow`, `alert`, `prevent`, `ban`",
            "gateway.yaml:8:16: `rollout` must be at most 100",
            "gateway.yaml:11:19: `burst` must be number",
            "gateway.yaml:13:17: `name` is missing",
        ] {
            assert!(told.iter().any(|line| line.starts_with(expected)), "{expected}\n{told:#?}");
        }
        // What only makes no sense is told once the shape is right.
        let text = protected(
            "effects: {response: ban}\nnetworks: {deny: [worse]}\nrates:\n  - {name: x, statuses: [9xx]}\n\
             response: {set: {Content-Length: \"1\"}}\noperations: [{operation: /x}]",
        );
        let errors = load(&dir, &text).unwrap_err();
        let told: Vec<String> = self::told(&dir, &errors);
        for expected in [
            "gateway.yaml:7:27: `protection/effects/response` the check `response` cannot ban",
            "gateway.yaml:8:25: `protection/networks/deny/0` there is no network list named \"worse\"",
            "gateway.yaml:10:11: `protection/rates/0` the rule limits nothing",
            "gateway.yaml:10:32: `protection/rates/0/statuses/0` is not a status",
            "gateway.yaml:11:40: `protection/response/set/Content-Length` belongs to the message itself",
            "gateway.yaml:12:32: `protection/operations/0/operation` is not `METHOD /template`",
        ] {
            assert!(told.iter().any(|line| line.starts_with(expected)), "{expected}\n{told:#?}");
        }
        assert_eq!(told.len(), 6, "{told:#?}");
    }

    #[test]
    fn what_never_acts_is_noted() {
        let dir = tempfile::tempdir().unwrap();
        let contract = "{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"t\",\"version\":\"1\"},\"paths\":{\"/a\":{\"get\":{\"responses\":{\"200\":{\"description\":\"ok\"}}}}}}";
        std::fs::write(dir.path().join("c.json"), contract).unwrap();
        let text = protected(
            "effects: {rate: ban, network: alert}\nrollout: 10\nresponse: {scrub: true}\n\
             operations: [{operation: GET /a}, {operation: GET /b}, {operation: GET /a}]",
        );
        let text = text.replace("    protection:", "    contract: c.json\n    protection:");
        let config = load(&dir, &text).unwrap_or_else(|errors| panic!("{errors:?}"));
        assert_eq!(
            told(&dir, &config.notes),
            [
                "gateway.yaml:8:37: `protection/effects/network` never acts: no `networks` are named",
                "gateway.yaml:8:23: `protection/effects/rate` never acts: there are no `rates`",
                "gateway.yaml:9:16: `protection/rollout` never acts: nothing is refused in observe mode",
                "gateway.yaml:10:25: `protection/response/scrub` never acts: the check `response` prevents nowhere",
                "gateway.yaml:11:53: `protection/operations/1/operation` fits no operation of the contract",
                "gateway.yaml:11:74: `protection/operations/2/operation` never acts: an earlier rule has the same operation",
            ]
        );
    }

    #[test]
    fn list_files_are_read_line_by_line() {
        let dir = tempfile::tempdir().unwrap();
        let text = "listeners: [{address: 127.0.0.1:1}]\nlists: [{name: l, file: l.txt}, {name: l, networks: [10.0.0.1/8, x]}, {name: m}]\napis: [{name: a, upstream: \"http://a\"}]\n";
        std::fs::write(dir.path().join("l.txt"), "# head\n10.0.0.0/8\r\n\n::1 # one\nnonsense\n10.1.0.0/8\n").unwrap();
        assert_eq!(
            told(&dir, &load(&dir, text).unwrap_err()),
            [
                "gateway.yaml:2:40: there are two lists named \"l\"",
                "gateway.yaml:2:54: \"10.0.0.1/8\" has bits beyond its length: write `10.0.0.0/8`",
                "gateway.yaml:2:66: \"x\" is no network: write `10.0.0.0/8` or `2001:db8::/32`",
                "gateway.yaml:2:71: a list needs `networks` or a `file`",
                "l.txt:5:1: \"nonsense\" is no network: write `10.0.0.0/8` or `2001:db8::/32`",
                "l.txt:6:1: \"10.1.0.0/8\" has bits beyond its length: write `10.0.0.0/8`",
            ]
        );
        let text = "listeners: [{address: 127.0.0.1:1}]\nlists: [{name: l, file: l.csv}]\napis: [{name: a, upstream: \"http://a\"}]\n";
        std::fs::write(dir.path().join("l.csv"), "name,IP\nfirst,192.0.2.1\nsecond,\"2001:db8::/32\"\n").unwrap();
        let config = load(&dir, text).unwrap_or_else(|errors| panic!("{errors:?}"));
        let networks: Vec<String> = config.snapshot.lists[0].networks.iter().map(ToString::to_string).collect();
        assert_eq!(networks, ["192.0.2.1/32", "2001:db8::/32"]);
    }

    /// The part of the schema that describes an object at a place of a file.
    fn part<'s>(schema: &'s Value, at: &'s Value, instance: &Value) -> Option<&'s Value> {
        if let Some(name) = at["$ref"].as_str() {
            return part(schema, schema.pointer(name.trim_start_matches('#'))?, instance);
        }
        if let Some(choices) = at["anyOf"].as_array() {
            let kind = if instance.is_array() { "array" } else { "object" };
            return choices
                .iter()
                .find(|choice| choice["type"] == kind)
                .and_then(|choice| part(schema, choice, instance));
        }
        Some(at)
    }

    /// Every object of a file that has named keys: its pointer, and the keys the schema knows there.
    fn objects(schema: &Value, at: &Value, instance: &Value, pointer: &str, out: &mut Vec<(String, BTreeSet<String>)>) {
        let Some(at) = part(schema, at, instance) else { return };
        match instance {
            Value::Object(members) => {
                let Some(properties) = at["properties"].as_object() else { return };
                out.push((pointer.to_owned(), properties.keys().cloned().collect()));
                for (key, value) in members {
                    objects(schema, &properties[key], value, &format!("{pointer}/{key}"), out);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    objects(schema, &at["items"], item, &format!("{pointer}/{index}"), out);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn the_schema_of_the_file_knows_the_keys_that_the_reader_knows() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let text = std::fs::read(example()).unwrap();
        let document = read("example", &text, &Limits::default()).document;
        let mut file = node_to_value(document.root(), VALUES).unwrap();
        file["listeners"][0]["tls"] =
            json!({"certificate": "a", "key": "a", "more": [{"hosts": ["a.test"], "certificate": "a", "key": "a"}]});
        file["apis"][0]["upstream_tls"] = json!({"certificate": "a", "key": "a"});
        file["control_plane"] = json!({"url": "http://a", "token_file": "a"});
        let mut places = Vec::new();
        objects(&schema, &schema, &file, "", &mut places);
        assert!(places.len() > 25, "{places:?}");
        let dir = tempfile::tempdir().unwrap();
        for (pointer, keys) in places {
            let mut wrong = file.clone();
            wrong.pointer_mut(&pointer).unwrap()["zz"] = json!(1);
            let errors = load(&dir, &wrong.to_string()).unwrap_err();
            let known = errors.iter().find_map(|error| error.message.strip_prefix("unknown key \"zz\"; known here: "));
            let known: BTreeSet<String> =
                known.unwrap_or_else(|| panic!("{pointer}: {errors:?}")).split(", ").map(str::to_owned).collect();
            assert_eq!(keys, known, "docs/gateway.schema.json and the reader differ at {pointer:?}");
        }
    }
}
