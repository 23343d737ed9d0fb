//! Another master key for everything.

use crate::envelope::{self, Place};
use crate::ring::{MasterKey, Source};
use crate::{Error, Vault};
use palisade_store::Store;
use std::sync::Arc;

/// Secrets sealed anew between two looks at the store.
const BATCH: u32 = 100;

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// Id of the master key that seals from now on.
    pub key: String,
    /// Secrets that it sealed anew.
    pub secrets: u64,
    /// False when it sealed before, and nothing was left to do.
    pub changed: bool,
}

impl Vault {
    /// Seals every secret of every project by another master key: a new one where the keys are a file of our own, else
    /// the first of those given. What an earlier rotation left undone is done first, and then no further key is made.
    /// Servers that run on the store go on meanwhile: they find the new key in the same file, or must have been given it.
    ///
    /// # Errors
    /// When a key is missing, a secret was changed, or files or store refuse. It can be run again.
    pub async fn rotate(&self, store: &Store) -> Result<Rotated, Error> {
        let own = matches!(*self.source, Source::Own(_));
        // A key that is missing is said before another one could be made.
        let current = self.sealing(store).await?.id().to_owned();
        let mut ring = self.source.read()?;
        let first = ring.first().ok_or(Error::Random)?;
        let used = store.master_keys_in_use().await?;
        // A new key that does not seal yet, or secrets of older ones, are what an interrupted rotation leaves.
        let unfinished = current != first.id() || used.iter().any(|id| *id != current);
        let target = if own && !unfinished {
            ring = self.source.add(&ring)?;
            ring.first().ok_or(Error::Random)?
        } else {
            first
        };
        *self.ring() = ring;
        if current != target.id() && !store.change_master_key(&current, target.id()).await? {
            return Err(Error::Restless);
        }
        let mut secrets = 0;
        for id in store.master_keys_in_use().await?.iter().filter(|id| *id != target.id()) {
            let from = self.key(id)?;
            secrets += reseal_all(store, &from, &target).await?;
        }
        if store.master_keys_in_use().await?.iter().any(|id| id != target.id()) {
            return Err(Error::Restless);
        }
        let changed = current != target.id() || secrets > 0;
        // Nothing needs the old ones any more.
        *self.ring() = self.source.keep(&target)?;
        Ok(Rotated { key: target.id().to_owned(), secrets, changed })
    }
}

async fn reseal_all(store: &Store, from: &Arc<MasterKey>, to: &Arc<MasterKey>) -> Result<u64, Error> {
    let mut done = 0;
    loop {
        let rows = store.secrets_of_key(from.id(), BATCH).await?;
        if rows.is_empty() {
            return Ok(done);
        }
        for row in rows {
            let place = Place { project: &row.project_id, kind: &row.kind, id: &row.id };
            let Some(sealed) = envelope::rewrap(from, to, place, &row.sealed)? else {
                return Err(Error::Forged { kind: row.kind, id: row.id });
            };
            // One that was changed or removed meanwhile is none of the old key's any more.
            done += u64::from(store.reseal_secret(&row, to.id(), &sealed).await?);
        }
    }
}
