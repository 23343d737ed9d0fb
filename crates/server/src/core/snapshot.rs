//! What gateways are told: those of a project its APIs, the gateway of this process the APIs of all projects.
//!
//! Projects do not know of each other, so what they name alike is kept apart: at the gateway of this process the APIs and
//! network lists of every project but the one that each store begins with bear the project's id before their name, and a
//! host belongs to one project.

use super::ApiState;
use super::protection::Networks;
use palisade_guard::{ApiPolicy, NetworkList, Snapshot};
use palisade_store::DEFAULT_PROJECT;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A snapshot with the version of its content: processes that know the same give the same version.
fn versioned(mut snapshot: Snapshot) -> Snapshot {
    snapshot.version = 0;
    let text = serde_json::to_vec(&snapshot).unwrap_or_default();
    let digest = Sha256::digest(&text);
    let first = digest.iter().take(6).fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    // Gateways that have nothing yet ask by 0.
    snapshot.version = first.max(1);
    snapshot
}

/// What the gateways of one project serve.
pub fn of_project(apis: Vec<ApiPolicy>, networks: &Networks) -> Snapshot {
    let lists = networks.lists.iter().map(|list| list.list.clone()).collect();
    versioned(Snapshot { version: 0, apis, lists, trusted_proxies: networks.proxies.clone() })
}

/// A name of a project as the gateway of this process is told it.
fn shared_name(project: &str, name: &str) -> String {
    if project == DEFAULT_PROJECT { name.to_owned() } else { format!("{project}/{name}") }
}

/// The name that a project gave what the gateway of this process knows; `None` when it is another project's.
pub fn own_name<'a>(project: &str, shared: &'a str) -> Option<&'a str> {
    let of_other = |prefix: &str| prefix.len() == 36 && prefix.split('-').count() == 5;
    match shared.split_once('/') {
        Some((prefix, name)) if of_other(prefix) => (prefix == project).then_some(name),
        _ => (project == DEFAULT_PROJECT).then_some(shared),
    }
}

/// True when two host patterns can mean the same host. `None` is every host.
fn overlap(one: Option<&str>, two: Option<&str>) -> bool {
    let (Some(one), Some(two)) = (one, two) else { return true };
    let plain = |host: &str| super::telemetry::without_port(host).to_ascii_lowercase();
    let (one, two) = (plain(one), plain(two));
    let below = |pattern: &str, host: &str| {
        pattern == "*" || pattern.strip_prefix('*').is_some_and(|suffix| host.ends_with(suffix))
    };
    one == two || below(&one, &two) || below(&two, &one)
}

/// What the gateway of this process serves, and why it does not serve some APIs: a host that two projects name belongs to
/// the one that every store begins with, else to the one whose API is older. Proxies are the listener's: those that the
/// first project trusts.
pub fn of_all(
    by_project: &BTreeMap<String, Vec<Arc<ApiState>>>,
    networks: &BTreeMap<String, Arc<Networks>>,
    policy: impl Fn(&ApiState) -> ApiPolicy,
) -> (Snapshot, BTreeMap<String, String>) {
    let mut all: Vec<&Arc<ApiState>> = by_project.values().flatten().collect();
    all.sort_by_key(|api| {
        let config = api.config.load();
        (&*api.project != DEFAULT_PROJECT, config.row.created_at, Arc::clone(&api.id))
    });
    let mut claims: Vec<(Option<String>, Arc<str>)> = Vec::new();
    let (mut apis, mut unserved) = (Vec::new(), BTreeMap::new());
    for api in all {
        let hosts = api.config.load().hosts.clone();
        let hosts: Vec<Option<String>> =
            if hosts.is_empty() { vec![None] } else { hosts.into_iter().map(Some).collect() };
        let taken = hosts.iter().find(|host| {
            let other = |(claimed, project): &(Option<String>, Arc<str>)| {
                *project != api.project && overlap(claimed.as_deref(), host.as_deref())
            };
            claims.iter().any(other)
        });
        if let Some(host) = taken {
            let host = host.as_deref().unwrap_or("every host");
            let reason = format!(
                "the gateway of the control plane serves {host} for another project: give the API other hosts, or a gateway of its own"
            );
            unserved.insert(api.id.to_string(), reason);
            continue;
        }
        claims.extend(hosts.into_iter().map(|host| (host, Arc::clone(&api.project))));
        apis.push(shared(&api.project, policy(api)));
    }
    // In the order of their ids, whatever their age.
    apis.sort_by(|one, two| one.id.cmp(&two.id));
    let mut lists = Vec::new();
    for (project, networks) in networks {
        lists.extend(networks.lists.iter().map(|list| NetworkList {
            name: shared_name(project, &list.list.name),
            networks: list.list.networks.clone(),
        }));
    }
    let trusted_proxies = networks.get(DEFAULT_PROJECT).map(|own| own.proxies.clone()).unwrap_or_default();
    (versioned(Snapshot { version: 0, apis, lists, trusted_proxies }), unserved)
}

/// A policy with the names that the gateway of this process knows.
fn shared(project: &str, mut policy: ApiPolicy) -> ApiPolicy {
    if project == DEFAULT_PROJECT {
        return policy;
    }
    policy.name = shared_name(project, &policy.name);
    let protection = &mut policy.protection;
    let rates = protection.rates.iter_mut().chain(protection.operations.iter_mut().flat_map(|rule| &mut rule.rates));
    let named = rates.flat_map(|rate| &mut rate.except);
    let networks = protection.networks.allow.iter_mut().chain(&mut protection.networks.deny);
    for name in named.chain(networks) {
        *name = shared_name(project, name);
    }
    policy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_could_be_the_same_overlap() {
        for (one, two) in
            [("shop", "SHOP:80"), ("*.shop", "a.shop"), ("a.shop", "*.shop"), ("*", "a"), ("*.b.c", "*.c")]
        {
            assert!(overlap(Some(one), Some(two)), "{one} {two}");
        }
        assert!(overlap(None, Some("shop")) && overlap(None, None));
        for (one, two) in [("shop", "shop2"), ("*.shop", "shop"), ("*.a.shop", "b.shop")] {
            assert!(!overlap(Some(one), Some(two)), "{one} {two}");
        }
    }

    #[test]
    fn names_lead_back_to_their_own_project_only() {
        let project = "01900000-0000-7000-8000-00000000000b";
        let shared = shared_name(project, "shop");
        assert_eq!(own_name(project, &shared), Some("shop"));
        assert_eq!(own_name(DEFAULT_PROJECT, &shared), None);
        assert_eq!(own_name(DEFAULT_PROJECT, &shared_name(DEFAULT_PROJECT, "a/b")), Some("a/b"));
        assert_eq!(own_name(project, "shop"), None);
    }
}
