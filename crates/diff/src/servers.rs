//! Where the API is served.

use crate::check::Structure;
use crate::schemas::short;
use crate::side::Side;
use crate::walk::Walk;
use palisade_contract::{Operation, Server};
use palisade_document::{NodeId, NodeRef};
use std::collections::{BTreeMap, BTreeSet};

/// A URL in one spelling: scheme and host in lower case, without the usual port and without a slash at the end.
fn spelled(url: &str) -> String {
    let (head, path) = match url.split_once("://") {
        Some((scheme, rest)) => {
            let at = rest.find('/').unwrap_or(rest.len());
            let (host, path) = rest.split_at_checked(at).unwrap_or((rest, ""));
            let scheme = scheme.to_ascii_lowercase();
            let host = host.to_ascii_lowercase();
            let usual = match scheme.as_str() {
                "https" => ":443",
                _ => ":80",
            };
            (format!("{scheme}://{}", host.strip_suffix(usual).unwrap_or(&host)), path)
        }
        None => (String::new(), url),
    };
    format!("{head}{}", path.trim_end_matches('/'))
}

fn urls(servers: &[Server]) -> BTreeMap<String, NodeId> {
    servers.iter().map(|server| (spelled(&server.url), server.node)).collect()
}

impl Walk<'_, '_> {
    pub(crate) fn servers(&mut self) {
        let (old, new) = (urls(&self.old.contract.servers), urls(&self.new.contract.servers));
        let root = self.root();
        for (url, node) in new.iter().filter(|(url, _)| !old.contains_key(*url)) {
            // A contract that named none said nothing about where it is served.
            if !old.is_empty() {
                self.structure(Structure::ServerAdded, "", &format!(": {}", short(url)), (root.0, *node));
            }
        }
        if !old.is_empty() && !new.is_empty() && old.keys().all(|url| !new.contains_key(url)) {
            let shown: Vec<String> = old.keys().take(3).map(|url| short(url)).collect();
            self.structure(Structure::ServersReplaced, "", &format!(": {}", shown.join(", ")), root);
        } else {
            for (url, node) in old.iter().filter(|(url, _)| !new.contains_key(*url)) {
                self.gone(Structure::ServerRemoved, "", &format!(": {}", short(url)), (*node, root.1));
            }
        }
        self.variables();
    }

    /// The values that variables of a server's URL may have.
    fn variables(&mut self) {
        let (old, new) = (variables(self.old), variables(self.new));
        for (name, (before, at)) in &old {
            let Some((after, there)) = new.get(name) else { continue };
            for value in after.difference(before).filter(|_| !before.is_empty()) {
                let detail = format!(": {} of {}", short(value), short(&name.1));
                self.structure(Structure::ServerVariableValueAdded, "", &detail, (*at, *there));
            }
            for value in before.difference(after).filter(|_| !after.is_empty()) {
                let detail = format!(": {} of {}", short(value), short(&name.1));
                self.structure(Structure::ServerVariableValueRemoved, "", &detail, (*at, *there));
            }
        }
    }

    pub(crate) fn operation_servers(&mut self, one: &Operation, other: &Operation) {
        let own = |side: &Side<'_>, operation: &Operation| {
            let path = side.contract.paths.get(operation.path).is_some_and(|path| !path.servers.is_empty());
            (path || !operation.servers.is_empty()).then(|| urls(side.contract.servers_of(operation)))
        };
        let (old, new) = (own(self.old, one), own(self.new, other));
        if old.is_none() && new.is_none() {
            return;
        }
        let old = old.unwrap_or_else(|| urls(&self.old.contract.servers));
        let new = new.unwrap_or_else(|| urls(&self.new.contract.servers));
        for (url, node) in new.iter().filter(|(url, _)| !old.contains_key(*url)) {
            self.structure(Structure::OperationServerAdded, "", &format!(": {}", short(url)), (one.node, *node));
        }
        for (url, node) in old.iter().filter(|(url, _)| !new.contains_key(*url)) {
            self.gone(Structure::OperationServerRemoved, "", &format!(": {}", short(url)), (*node, other.node));
        }
    }
}

type Variables = BTreeMap<(String, String), (BTreeSet<String>, NodeId)>;

/// Values by URL as written and name of the variable.
fn variables(side: &Side<'_>) -> Variables {
    let mut all = BTreeMap::new();
    for server in &side.contract.servers {
        let node = side.node(server.node);
        let url = node.get("url").map(|url| url.scalar_text().to_owned()).unwrap_or_default();
        for member in node.get("variables").into_iter().flat_map(NodeRef::members) {
            let list = member.value.get("enum").into_iter().flat_map(|list| list.items().collect::<Vec<_>>());
            let values = list.map(|value| value.scalar_text().to_owned()).collect();
            all.insert((url.clone(), member.key.to_owned()), (values, member.value.id()));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::spelled;

    #[test]
    fn a_url_has_one_spelling() {
        for (url, expected) in [
            ("HTTPS://API.Example.com:443/v1/", "https://api.example.com/v1"),
            ("http://a.example:80", "http://a.example"),
            ("https://a.example:8443/V1", "https://a.example:8443/V1"),
            ("/v1/", "/v1"),
            ("/", ""),
        ] {
            assert_eq!(spelled(url), expected, "{url}");
        }
    }
}
