//! Keeps secrets at rest: each sealed by a data key of its own, which the master key seals.
//!
//! The master key lies outside of the store ([`Source`]): who has the store alone has no secret. A ciphertext is bound
//! to its project, kind and id, and opens nowhere else.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod envelope;
mod ring;
mod rotate;
mod secret;

pub use ring::{KeyError, Source};
pub use rotate::Rotated;
pub use secret::Secret;

use envelope::Place;
use palisade_store::Store;
use ring::{MasterKey, Ring};
use std::sync::{Arc, Mutex, PoisonError};

/// Longest secret, in bytes.
pub const SECRET_BYTES: usize = 64 << 10;
/// How often a secret is sealed anew when the master key changes meanwhile.
const TRIES: usize = 4;

/// Why a secret cannot be kept or given.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The master key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store.
    #[error("store: {0}")]
    Store(#[from] palisade_store::Error),
    /// The secret is too long.
    #[error("the secret has more than {} KiB", SECRET_BYTES >> 10)]
    Long,
    /// Its master key is not there.
    #[error(
        "the secrets of this store are sealed by the master key {id}, which {place} does not hold: restore that file, or give the key in PALISADE_MASTER_KEY"
    )]
    Missing {
        /// Id of the key.
        id: String,
        /// Where keys were looked for.
        place: String,
    },
    /// The ciphertext is not the one that was kept here.
    #[error("the secret {kind}/{id} was changed in the store or belongs elsewhere: set it anew")]
    Forged {
        /// What it is for.
        kind: String,
        /// What of that kind it belongs to.
        id: String,
    },
    /// The system gives no random bytes.
    #[error("no random bytes")]
    Random,
    /// The master key changed again and again while a secret was sealed.
    #[error("the master key keeps changing: is it rotated by two processes?")]
    Restless,
}

/// Keeps secrets in a store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Vault {
    source: Arc<Source>,
    ring: Arc<Mutex<Ring>>,
}

impl Vault {
    /// A vault with the master keys of `source`. No key is made before the first secret is kept.
    ///
    /// # Errors
    /// When keys that are there cannot be used.
    pub fn open(source: Source) -> Result<Vault, Error> {
        let ring = source.read()?;
        Ok(Vault { source: Arc::new(source), ring: Arc::new(Mutex::new(ring)) })
    }

    /// Fails when the secrets of the store are sealed by a master key that is not there. To be asked at the start.
    ///
    /// # Errors
    /// [`Error::Missing`]; the store's.
    pub async fn check(&self, store: &Store) -> Result<(), Error> {
        match store.master_key().await? {
            Some(id) => self.key(&id).map(drop),
            None => Ok(()),
        }
    }

    /// Keeps a secret in the project the store is seen from, in place of the one of that kind and id before it. `now` is
    /// UTC, microseconds since the epoch.
    ///
    /// # Errors
    /// When there is no master key and none can be made, the secret is too long, or the store refuses.
    pub async fn set(&self, store: &Store, kind: &str, id: &str, secret: &Secret, now: i64) -> Result<(), Error> {
        if secret.reveal().len() > SECRET_BYTES {
            return Err(Error::Long);
        }
        let place = Place { project: store.project(), kind, id };
        for _ in 0..TRIES {
            let key = self.sealing(store).await?;
            let sealed = envelope::seal(&key, place, secret.reveal().as_bytes())?;
            if store.set_secret(kind, id, key.id(), &sealed, now).await? {
                return Ok(());
            }
        }
        Err(Error::Restless)
    }

    /// A secret of the project the store is seen from.
    ///
    /// # Errors
    /// When its master key is not there, it was changed, or the store refuses.
    pub async fn get(&self, store: &Store, kind: &str, id: &str) -> Result<Option<Secret>, Error> {
        let Some(row) = store.secret(kind, id).await? else { return Ok(None) };
        let place = Place { project: store.project(), kind, id };
        let forged = || Error::Forged { kind: kind.to_owned(), id: id.to_owned() };
        let key = self.key(&envelope::key_id(&row.sealed).ok_or_else(forged)?)?;
        let text = envelope::open(&key, place, &row.sealed).ok_or_else(forged)?;
        Ok(Some(Secret::from_bytes(text).ok_or_else(forged)?))
    }

    /// Removes a secret of the project the store is seen from; false when there was none.
    ///
    /// # Errors
    /// The store's.
    pub async fn remove(&self, store: &Store, kind: &str, id: &str) -> Result<bool, Error> {
        Ok(store.remove_secret(kind, id).await?)
    }

    /// The key that seals by now: the store's word, or, for its first secret, the first key of the source.
    async fn sealing(&self, store: &Store) -> Result<Arc<MasterKey>, Error> {
        let id = match store.master_key().await? {
            Some(id) => id,
            None => {
                let first = self.first()?;
                store.claim_master_key(first.id()).await?
            }
        };
        self.key(&id)
    }

    /// The first key of the source; made where there is none and the source is a file of our own.
    fn first(&self) -> Result<Arc<MasterKey>, Error> {
        if let Some(first) = self.ring().first() {
            return Ok(first);
        }
        let made = self.source.make()?;
        let first = made.first();
        *self.ring() = made;
        first.ok_or(Error::Random)
    }

    /// A key by its id. Where it is unknown, the source is read again: a rotation may have added it.
    fn key(&self, id: &str) -> Result<Arc<MasterKey>, Error> {
        if let Some(key) = self.ring().find(id) {
            return Ok(key);
        }
        let read = self.source.read()?;
        let found = read.find(id);
        *self.ring() = read;
        found.ok_or_else(|| Error::Missing { id: id.to_owned(), place: self.source.to_string() })
    }

    fn ring(&self) -> std::sync::MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
