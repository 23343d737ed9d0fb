//! How callers authenticate.

use crate::check::Structure;
use crate::schemas::short;
use crate::side::Side;
use crate::walk::{Nodes, Walk};
use palisade_contract::{OAuthFlow, Operation, SecurityKind, SecurityScheme};
use palisade_document::{NodeId, NodeRef};
use std::collections::{BTreeMap, BTreeSet};

/// The name that a scheme of the old contract has in the new one.
pub(crate) type Schemes = BTreeMap<String, String>;

/// One way to be let in: schemes, each with its scopes.
type Way = BTreeMap<String, BTreeSet<String>>;

impl Walk<'_, '_> {
    /// Pairs the schemes, and tells what changed in them.
    pub(crate) fn schemes(&mut self) -> Schemes {
        let (old, new) = (&self.old.contract.security_schemes, &self.new.contract.security_schemes);
        let mut schemes = Schemes::new();
        let mut taken: BTreeSet<&str> = BTreeSet::new();
        for scheme in old.iter().filter(|scheme| new.iter().any(|other| other.name == scheme.name)) {
            schemes.insert(scheme.name.clone(), scheme.name.clone());
            taken.insert(&scheme.name);
        }
        let root = self.root();
        for scheme in old.iter().filter(|scheme| !schemes.contains_key(&scheme.name)).collect::<Vec<_>>() {
            let renamed = new
                .iter()
                .find(|other| !taken.contains(other.name.as_str()) && identity(&other.kind) == identity(&scheme.kind));
            match renamed {
                Some(other) => {
                    schemes.insert(scheme.name.clone(), other.name.clone());
                    taken.insert(&other.name);
                }
                None => self.gone(
                    Structure::SchemeRemoved,
                    "",
                    &format!(": {}", short(&scheme.name)),
                    (scheme.node, root.1),
                ),
            }
        }
        for scheme in new.iter().filter(|scheme| !taken.contains(scheme.name.as_str())) {
            let detail = format!(": {}", short(&scheme.name));
            self.structure(Structure::SchemeAdded, "", &detail, (root.0, scheme.node));
        }
        for scheme in old {
            let other = schemes.get(&scheme.name).and_then(|name| new.iter().find(|other| other.name == *name));
            if let Some(other) = other {
                self.scheme(scheme, other);
            }
        }
        schemes
    }

    fn scheme(&mut self, one: &SecurityScheme, other: &SecurityScheme) {
        let about = format!("security scheme {}", short(&other.name));
        let nodes = (one.node, other.node);
        let from_to = |a: &str, b: &str| format!(" from {} to {}", short(a), short(b));
        match (&one.kind, &other.kind) {
            (
                SecurityKind::ApiKey { name, location },
                SecurityKind::ApiKey { name: other_name, location: other_location },
            ) => {
                let same = match location {
                    palisade_contract::Location::Header => name.eq_ignore_ascii_case(other_name),
                    _ => name == other_name,
                };
                if location != other_location {
                    let detail = from_to(location.as_str(), other_location.as_str());
                    self.structure(Structure::SchemeKeyLocationChanged, &about, &detail, nodes);
                }
                if !same {
                    self.structure(Structure::SchemeKeyNameChanged, &about, &from_to(name, other_name), nodes);
                }
            }
            (
                SecurityKind::Http { scheme, bearer_format },
                SecurityKind::Http { scheme: other_scheme, bearer_format: other_format },
            ) => {
                if scheme != other_scheme {
                    self.structure(Structure::SchemeHttpChanged, &about, &from_to(scheme, other_scheme), nodes);
                } else if let (Some(a), Some(b)) = (bearer_format, other_format)
                    && !a.eq_ignore_ascii_case(b)
                {
                    self.structure(Structure::SchemeBearerFormatChanged, &about, &from_to(a, b), nodes);
                }
            }
            (SecurityKind::OAuth2 { flows }, SecurityKind::OAuth2 { flows: other_flows }) => {
                self.flows(&about, flows, other_flows, nodes);
            }
            (SecurityKind::OpenIdConnect { url }, SecurityKind::OpenIdConnect { url: other_url })
                if url != other_url =>
            {
                self.structure(Structure::SchemeOpenIdUrlChanged, &about, &from_to(url, other_url), nodes);
            }
            (a, b) if word(a) != word(b) => {
                self.structure(Structure::SchemeTypeChanged, &about, &from_to(&word(a), &word(b)), nodes);
            }
            _ => {}
        }
    }

    fn flows(&mut self, about: &str, old: &[OAuthFlow], new: &[OAuthFlow], nodes: Nodes) {
        for flow in new.iter().filter(|flow| !old.iter().any(|one| one.kind == flow.kind)) {
            let detail = format!(": {}", short(&flow.kind));
            self.structure(Structure::SchemeFlowAdded, about, &detail, (nodes.0, flow.node));
        }
        for flow in old {
            let Some(other) = new.iter().find(|other| other.kind == flow.kind) else {
                let detail = format!(": {}", short(&flow.kind));
                self.gone(Structure::SchemeFlowRemoved, about, &detail, (flow.node, nodes.1));
                continue;
            };
            let nodes = (flow.node, other.node);
            let refresh = |side: &Side<'_>, node: NodeId| {
                side.node(node).get("refreshUrl").and_then(NodeRef::as_str).map(str::to_owned)
            };
            let refreshes = (refresh(self.old, flow.node), refresh(self.new, other.node));
            for (kind, a, b) in [
                (Structure::SchemeAuthorizationUrlChanged, &flow.authorization_url, &other.authorization_url),
                (Structure::SchemeTokenUrlChanged, &flow.token_url, &other.token_url),
                (Structure::SchemeRefreshUrlChanged, &refreshes.0, &refreshes.1),
            ] {
                if a != b {
                    let word = |url: &Option<String>| url.as_deref().map_or_else(|| "none".to_owned(), short);
                    self.structure(kind, about, &format!(" from {} to {}", word(a), word(b)), nodes);
                }
            }
            for scope in other.scopes.iter().filter(|scope| !flow.scopes.contains(scope)) {
                self.structure(Structure::SchemeScopeAdded, about, &format!(": {}", short(scope)), nodes);
            }
            for scope in flow.scopes.iter().filter(|scope| !other.scopes.contains(scope)) {
                self.gone(Structure::SchemeScopeRemoved, about, &format!(": {}", short(scope)), nodes);
            }
        }
    }

    /// What callers of an operation need.
    pub(crate) fn security(&mut self, one: &Operation, other: &Operation, schemes: &Schemes) {
        let mut old = ways(self.old, one, Some(schemes));
        let mut new = ways(self.new, other, None);
        let place = |side: &Side<'_>, operation: &Operation| match (&operation.security, &side.contract.security) {
            (None, Some(_)) => side.contract.document().root().get("security").map(|list| list.id()),
            (Some(_), _) => side.node(operation.node).get("security").map(|list| list.id()),
            (None, None) => None,
        };
        let nodes = (place(self.old, one).unwrap_or(one.node), place(self.new, other).unwrap_or(other.node));
        let open = |ways: &[(Way, NodeId)]| ways.iter().any(|(way, _)| way.is_empty());
        let (was, is) = (open(&old), open(&new));
        match (was, is) {
            (true, false) => self.structure(Structure::SecurityBecameRequired, "", "", nodes),
            (false, true) if new.iter().all(|(way, _)| way.is_empty()) => {
                return self.gone(Structure::SecurityRemoved, "", "", nodes);
            }
            (false, true) => self.structure(Structure::SecurityBecameOptional, "", "", nodes),
            _ => {}
        }
        old.retain(|(way, _)| !way.is_empty());
        new.retain(|(way, _)| !way.is_empty());
        // Who could do without does not mind which ways there are from now on.
        if was && old.is_empty() && !is {
            return;
        }
        old.retain(|(way, _)| match new.iter().position(|(other, _)| other == way) {
            Some(at) => {
                new.remove(at);
                false
            }
            None => true,
        });
        let names = |way: &Way| way.keys().cloned().collect::<BTreeSet<String>>();
        let mut left = Vec::new();
        for (way, at) in old {
            let partner = |fits: &dyn Fn(&BTreeSet<String>, &BTreeSet<String>) -> bool| {
                new.iter().position(|(other, _)| fits(&names(&way), &names(other)))
            };
            if let Some(place) = partner(&|a, b| a == b) {
                let (other, there) = new.remove(place);
                self.scopes(&way, &other, (at, there));
            } else if let Some(place) = partner(&|a, b| a.is_subset(b)) {
                let (other, there) = new.remove(place);
                let more = names(&other).difference(&names(&way)).map(|name| short(name)).collect::<Vec<_>>();
                let detail = format!(": {}", more.join(", "));
                self.structure(Structure::SecurityRequirementExtended, "", &detail, (at, there));
            } else if let Some(place) = partner(&|a, b| b.is_subset(a)) {
                let (other, there) = new.remove(place);
                let less = names(&way).difference(&names(&other)).map(|name| short(name)).collect::<Vec<_>>();
                let detail = format!(": {}", less.join(", "));
                self.structure(Structure::SecurityRequirementReduced, "", &detail, (at, there));
            } else {
                left.push((way, at));
            }
        }
        for (way, at) in left {
            self.gone(Structure::SecurityRequirementRemoved, "", &shown(&way), (at, nodes.1));
        }
        for (way, there) in new {
            self.structure(Structure::SecurityRequirementAdded, "", &shown(&way), (nodes.0, there));
        }
    }

    fn scopes(&mut self, one: &Way, other: &Way, nodes: Nodes) {
        for (name, before) in one {
            let Some(after) = other.get(name) else { continue };
            for scope in after.difference(before) {
                let detail = format!(": {} of {}", short(scope), short(name));
                self.structure(Structure::SecurityScopeAdded, "", &detail, nodes);
            }
            for scope in before.difference(after) {
                let detail = format!(": {} of {}", short(scope), short(name));
                self.structure(Structure::SecurityScopeRemoved, "", &detail, nodes);
            }
        }
    }
}

fn shown(way: &Way) -> String {
    format!(": {}", way.keys().map(|name| short(name)).collect::<Vec<_>>().join(" with "))
}

/// The ways to be let in, in the new contract's names. A contract that says nothing lets anyone in.
fn ways(side: &Side<'_>, operation: &Operation, schemes: Option<&Schemes>) -> Vec<(Way, NodeId)> {
    let mut ways: Vec<(Way, NodeId)> = Vec::new();
    for requirement in side.contract.security_of(operation) {
        let mut way = Way::new();
        for (name, scopes) in &requirement.schemes {
            let name = schemes.and_then(|schemes| schemes.get(name)).unwrap_or(name);
            way.entry(name.clone()).or_default().extend(scopes.iter().cloned());
        }
        if !ways.iter().any(|(known, _)| *known == way) {
            ways.push((way, requirement.node));
        }
    }
    if ways.is_empty() {
        ways.push((Way::new(), operation.node));
    }
    ways
}

/// What makes two schemes of different names one.
pub(crate) fn identity(kind: &SecurityKind) -> String {
    match kind {
        SecurityKind::ApiKey { name, location } => format!("key {} {}", location.as_str(), name.to_ascii_lowercase()),
        SecurityKind::Http { scheme, .. } => format!("http {scheme}"),
        SecurityKind::OAuth2 { flows } => {
            let mut kinds: Vec<String> =
                flows.iter().map(|flow| format!("{} {:?}", flow.kind, flow.token_url)).collect();
            kinds.sort();
            format!("oauth2 {}", kinds.join(","))
        }
        SecurityKind::OpenIdConnect { url } => format!("openid {url}"),
        SecurityKind::MutualTls => "mutual tls".to_owned(),
        SecurityKind::Unknown(word) => format!("unknown {word}"),
    }
}

/// Whether requests show a bearer token, wherever it comes from.
pub(crate) fn shows_bearer(kind: &SecurityKind) -> bool {
    match kind {
        SecurityKind::OAuth2 { .. } | SecurityKind::OpenIdConnect { .. } => true,
        SecurityKind::Http { scheme, .. } => scheme == "bearer",
        _ => false,
    }
}

/// The type of a scheme, in the words of contracts.
fn word(kind: &SecurityKind) -> String {
    match kind {
        SecurityKind::ApiKey { .. } => "apiKey".to_owned(),
        SecurityKind::Http { scheme, .. } => format!("http {scheme}"),
        SecurityKind::OAuth2 { .. } => "oauth2".to_owned(),
        SecurityKind::OpenIdConnect { .. } => "openIdConnect".to_owned(),
        SecurityKind::MutualTls => "mutualTLS".to_owned(),
        SecurityKind::Unknown(word) => word.clone(),
    }
}
