//! What the store keeps of an API and its project, as the control plane uses it. What cannot be read any more is said and
//! left out: the rest goes on.

use crate::core::approved::{Approved, Unusable};
use crate::core::protection::{List, Networks, Protected};
use palisade_discover::Overrides;
use palisade_store::{ApiRow, ContractRow, Store};

/// Kind of the stored corrections.
pub const CORRECTIONS: &str = "corrections";
/// Key of the setting that holds the trusted proxies.
pub const TRUSTED_PROXIES: &str = "trusted_proxies";

/// The network lists and trusted proxies of a project.
pub async fn networks(store: &Store) -> Result<Networks, palisade_store::Error> {
    let lists = store.network_lists().await?.into_iter().map(List::stored).collect();
    let proxies = store.setting(TRUSTED_PROXIES).await?.unwrap_or_else(|| "[]".to_owned());
    let proxies = serde_json::from_str(&proxies).unwrap_or_else(|error| {
        tracing::error!(%error, "the stored trusted proxies cannot be read: none is trusted");
        Vec::new()
    });
    Ok(Networks { lists, proxies, proxies_read_only: false })
}

/// The corrections of an API.
pub async fn overrides(store: &Store, api_id: &str) -> Result<Overrides, palisade_store::Error> {
    let stored = store.state(api_id, CORRECTIONS).await?.unwrap_or_default();
    Ok(serde_json::from_slice(&stored).unwrap_or_else(|error| {
        if !stored.is_empty() {
            tracing::error!(api = %api_id, %error, "the stored corrections cannot be used any more");
        }
        Overrides::default()
    }))
}

/// The protection in force of an API.
pub async fn protection(store: &Store, row: &ApiRow) -> Result<Protected, palisade_store::Error> {
    let stored = store.protection(&row.id).await?.map(Protected::stored).unwrap_or_default();
    if let Some(problem) = &stored.problem {
        tracing::error!(api = %row.name, %problem, "the protection of an API");
    }
    Ok(stored)
}

/// Reads a contract as it is put in force.
pub async fn read_contract(row: ContractRow) -> Result<Approved, Unusable> {
    let work = tokio::task::spawn_blocking(move || Approved::read(row)).await;
    work.unwrap_or_else(|_| Err(Unusable { message: "Reading the contract failed.".to_owned(), findings: Vec::new() }))
}
