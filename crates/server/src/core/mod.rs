//! What the control plane knows and how it learns it.

pub mod approved;
pub mod drift;
pub mod events;
pub mod gates;
pub mod ingest;
pub mod inventory;
pub mod jobs;
pub mod keys;
pub mod learn;
pub mod ledger;
pub mod news;
pub mod oidc;
pub mod policy;
pub mod proposals;
pub mod protection;
pub mod recent;
pub mod retention;
pub mod schedules;
pub mod snapshot;
pub mod stored;
pub mod telemetry;
pub mod third_parties;
pub mod traffic;
pub mod trial;
pub mod users;
pub mod view;

use palisade_store::{ApiRow, ExceptionRow};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// `METHOD /template` with the names of variables taken out: the same operation in contract and inventory.
pub fn operation_key(method: &str, template: &str) -> String {
    let mut key = String::with_capacity(method.len() + template.len() + 1);
    key.push_str(method);
    key.push(' ');
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        key.push_str(before);
        match after.find('}') {
            Some(close) => {
                key.push_str("{}");
                rest = after.get(close + 1..).unwrap_or("");
            }
            None => {
                key.push_str(after);
                rest = "";
            }
        }
    }
    key.push_str(rest);
    key
}

/// The key of an operation given as `METHOD /template`.
pub fn key_of_label(label: &str) -> String {
    match label.split_once(' ') {
        Some((method, template)) => operation_key(method, template),
        None => label.to_owned(),
    }
}

/// Id of an operation: 16 hexadecimal digits that stay as long as API, method and shape of the path do.
pub fn operation_id(api_id: &str, key: &str) -> String {
    let digest = Sha256::new().chain_update(api_id).chain_update([0]).chain_update(key).finalize();
    crate::secret::hex(digest.get(..8).unwrap_or_default())
}

/// What people set for an API. Replaced as a whole.
#[derive(Debug, Clone)]
pub struct Config {
    /// The stored row.
    pub row: ApiRow,
    /// Host patterns.
    pub hosts: Vec<String>,
    /// Upstream URLs.
    pub upstreams: Vec<String>,
    /// The contract in force.
    pub approved: Option<Arc<approved::Approved>>,
    /// How requests get to the upstreams.
    pub delivery: palisade_guard::Delivery,
    /// What people set for its protection.
    pub protection: Arc<protection::Protected>,
    /// Chosen protection by operation key: `observe` or `block`.
    pub protections: BTreeMap<String, String>,
    /// What people allowed.
    pub exceptions: Vec<ExceptionRow>,
    /// What people know better than discovery.
    pub overrides: Arc<palisade_discover::Overrides>,
}

impl Config {
    /// True in block mode.
    pub fn blocks(&self) -> bool {
        self.row.mode == "block"
    }

    /// True when people set the same.
    pub fn same(&self, other: &Config) -> bool {
        let contract = |config: &Config| config.approved.as_ref().map(|approved| approved.row.id.clone());
        let overrides = |config: &Config| serde_json::to_value(&*config.overrides).unwrap_or_default();
        self.row == other.row
            && self.protection.version == other.protection.version
            && self.protections == other.protections
            && self.exceptions == other.exceptions
            && contract(self) == contract(other)
            && overrides(self) == overrides(other)
    }

    /// True when a file manages the API.
    pub fn read_only(&self) -> bool {
        self.row.managed_by == "file"
    }
}

/// One API: what people set, and what traffic taught.
#[derive(Debug)]
pub struct ApiState {
    /// UUIDv7.
    pub id: Arc<str>,
    /// The project it belongs to.
    pub project: Arc<str>,
    /// What people set.
    pub config: arc_swap::ArcSwap<Config>,
    /// What traffic taught.
    pub view: arc_swap::ArcSwap<view::View>,
    /// What the contract in force lacks of what was learned.
    pub proposals: proposals::Desk,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_variables_do_not_matter() {
        assert_eq!(operation_key("GET", "/a/{x}/b/{y}.json"), "GET /a/{}/b/{}.json");
        assert_eq!(key_of_label("GET /a/{id}"), operation_key("GET", "/a/{other}"));
        assert_eq!(operation_key("GET", "/a/{broken"), "GET /a/{broken");
        assert_ne!(operation_id("one", "GET /"), operation_id("two", "GET /"));
    }
}
