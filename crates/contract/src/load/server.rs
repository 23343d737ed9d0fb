//! Servers and base paths.

use super::Loader;
use crate::model::{Server, Version};
use palisade_document::NodeRef;

impl<'a> Loader<'a> {
    /// The servers of the contract: of 2.0 one for each scheme.
    pub(super) fn root_servers(&mut self, root: NodeRef<'a>) -> Vec<Server> {
        if self.version != Version::V2_0 {
            return self.servers(root);
        }
        let host = self.text(root, "host");
        let base = self.text(root, "basePath").unwrap_or_default();
        if host.is_none() && base.is_empty() {
            return Vec::new();
        }
        let base = if base.is_empty() || base.starts_with('/') { base.to_owned() } else { format!("/{base}") };
        let base_path = base.trim_end_matches('/').to_owned();
        let Some(host) = host else { return vec![Server { url: base, base_path, node: root.id() }] };
        let mut schemes = self.strings(root, "schemes").unwrap_or_default();
        if schemes.is_empty() {
            schemes.push("https".to_owned());
        }
        let server = |scheme: &String| Server {
            url: format!("{scheme}://{host}{base}"),
            base_path: base_path.clone(),
            node: root.id(),
        };
        schemes.iter().map(server).collect()
    }

    /// `servers` of 3.x.
    pub(super) fn servers(&mut self, holder: NodeRef<'a>) -> Vec<Server> {
        if self.version == Version::V2_0 {
            return Vec::new();
        }
        let Some(list) = self.array(holder, "servers") else { return Vec::new() };
        let mut servers = Vec::new();
        for node in list.items() {
            if !node.is_object() {
                self.wrong_type(node, "a server", "an object");
                continue;
            }
            if !self.part(node) {
                break;
            }
            if node.get("url").is_none() {
                self.missing(node, "a server's `url`");
            }
            let Some(url) = self.text(node, "url") else { continue };
            let url = self.with_defaults(node, url);
            servers.push(Server { base_path: base_path(&url), url, node: node.id() });
        }
        servers
    }

    /// The URL with each `{variable}` replaced by its default, when it has one.
    fn with_defaults(&mut self, server: NodeRef<'a>, url: &str) -> String {
        let variables = self.object(server, "variables");
        let mut out = String::new();
        let mut rest = url;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, behind)) = after.split_once('}') else { break };
            out.push_str(before);
            let declared = variables.and_then(|variables| variables.get(name));
            match declared.and_then(|variable| variable.get("default")) {
                Some(default) if default.as_str().is_some() || default.number_text().is_some() => {
                    out.push_str(default.scalar_text());
                }
                _ => out.extend(["{", name, "}"]),
            }
            rest = behind;
        }
        out + rest
    }
}

/// The path part of a server's URL, without query, fragment and trailing slash.
fn base_path(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let authority = url.find("://").map(|at| at + 3).or_else(|| url.starts_with("//").then_some(2));
    let path = match authority {
        Some(start) => {
            url.get(start..).and_then(|rest| rest.find('/').and_then(|at| rest.get(at..))).unwrap_or_default()
        }
        // A whole URL in one variable, `{baseUrl}`, says nothing about the path.
        None if url.starts_with('{') => url.split_once('}').map_or("", |(_, after)| after),
        None => url.trim_start_matches('.'),
    };
    let path = path.trim_end_matches('/');
    if path.is_empty() || path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

#[cfg(test)]
mod tests {
    use super::base_path;

    #[test]
    fn the_path_of_a_url() {
        let cases = [
            ("https://api.example.com", ""),
            ("https://api.example.com/", ""),
            ("https://api.example.com/v1/", "/v1"),
            ("//api.example.com/v1?x#y", "/v1"),
            ("/api/v3", "/api/v3"),
            ("/", ""),
            ("./v1", "/v1"),
            ("v1", "/v1"),
            ("{baseUrl}", ""),
            ("{scheme}://host/{tenant}/v1", "/{tenant}/v1"),
        ];
        for (url, path) in cases {
            assert_eq!(base_path(url), path, "{url}");
        }
    }
}
