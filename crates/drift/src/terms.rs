//! A contract, ready to hold traffic against.

use crate::lifetime::Life;
use crate::places::Places;
use palisade_contract::Contract;
use palisade_contract::router::{Routed, Router};
use palisade_contract::validate::CompiledContract;
use palisade_document::NodeId;
use palisade_schema::Problem;
use std::collections::BTreeSet;

/// A contract, compiled for comparing. Immutable; share it between threads.
#[derive(Debug)]
pub struct Terms {
    pub(crate) contract: Contract,
    pub(crate) compiled: CompiledContract,
    pub(crate) places: Places,
    /// By index of the operation.
    pub(crate) lives: Vec<Life>,
    /// The routes without the base paths of servers.
    bare: Router,
    /// Hosts that the servers name, with the port when it is not the scheme's own.
    pub(crate) hosts: BTreeSet<String>,
}

/// Where on a host the paths of a contract begin.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Base {
    /// Where its servers say.
    #[default]
    Servers,
    /// Behind this prefix: empty, or `/api`.
    Prefix(String),
}

impl Terms {
    /// Compiles a contract. What cannot be used is a problem; the rest is compared. `base_paths` replace the base paths
    /// of its servers.
    pub fn compile(contract: Contract, base_paths: Option<&[&str]>) -> (Terms, Vec<Problem>) {
        let (compiled, problems) = CompiledContract::compile(&contract, base_paths);
        let bodies = |contract: &Contract| -> Vec<NodeId> {
            let operations = contract.operations.iter();
            let media = operations.flat_map(|operation| {
                let request = operation.request_body.iter().flat_map(|body| &body.content);
                request.chain(operation.responses.iter().flat_map(|response| &response.content))
            });
            media.filter_map(|media| media.schema).collect()
        };
        let terms = Terms {
            places: Places::new(&contract, bodies(&contract).into_iter()),
            lives: contract.operations.iter().map(|operation| Life::of(&contract, operation)).collect(),
            bare: Router::on(&contract, &[""]),
            hosts: hosts(&contract),
            compiled,
            contract,
        };
        (terms, problems)
    }

    /// The contract.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// The operation of a request, and its path parameters; `HEAD` stands for a documented `GET`.
    pub(crate) fn find<'t, 'p>(
        &'t self,
        base: &Base,
        method: &str,
        path: &'p str,
    ) -> Option<(usize, Vec<(&'t str, &'p str)>)> {
        let route = |method: &str| match base {
            Base::Servers => self.compiled.route(method, path),
            Base::Prefix(prefix) => {
                let below = path.strip_prefix(prefix.as_str()).filter(|below| below.starts_with('/'));
                below.map_or(Routed::NoPath, |below| self.bare.route(method, below))
            }
        };
        match route(method) {
            Routed::Match(found) => Some((found.operation, found.params)),
            Routed::NoMethod { .. } if method == "HEAD" => match route("GET") {
                Routed::Match(found) => Some((found.operation, found.params)),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The hosts that the servers of a contract name, in lower case.
fn hosts(contract: &Contract) -> BTreeSet<String> {
    let paths = contract.paths.iter().flat_map(|path| &path.servers);
    let operations = contract.operations.iter().flat_map(|operation| &operation.servers);
    let servers = contract.servers.iter().chain(paths).chain(operations);
    servers.filter_map(|server| host(&server.url)).collect()
}

/// The host of an absolute URL; with a variable in it, it is none.
fn host(url: &str) -> Option<String> {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => (String::new(), url.strip_prefix("//")?),
    };
    let authority = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?.to_ascii_lowercase();
    let port = match scheme.as_str() {
        "http" => ":80",
        "https" => ":443",
        _ => "",
    };
    let host = authority.strip_suffix(port).filter(|_| !port.is_empty()).unwrap_or(&authority);
    (!host.is_empty() && !host.contains(['{', '}'])).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn hosts_of_urls() {
        let cases = [
            ("https://API.example.com/v1", Some("api.example.com")),
            ("https://api.example.com:443/", Some("api.example.com")),
            ("http://127.0.0.1:8080", Some("127.0.0.1:8080")),
            ("//api.example.com", Some("api.example.com")),
            ("{scheme}://api.example.com", Some("api.example.com")),
            ("https://{tenant}.example.com", None),
            ("/v1", None),
            ("{baseUrl}", None),
            ("https://", None),
        ];
        for (url, wanted) in cases {
            assert_eq!(host(url).as_deref(), wanted, "{url}");
        }
    }
}
