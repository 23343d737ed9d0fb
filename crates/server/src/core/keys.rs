//! Key pairs: made by people on the console and on the command line.

use crate::app::Error;
use crate::types::Role;
use crate::{access, clock, secret};
use palisade_store::{KeyPairRow, Store};

/// Most scopes of a key pair.
const MAX_SCOPES: usize = 50;

/// Key pairs that ended stay listed so long, microseconds.
const KEEP_ENDED: i64 = 90 * 86_400_000_000;

/// Removes credentials, sessions and counts that ended.
///
/// # Errors
/// When the store refuses.
pub async fn sweep(store: &Store) -> Result<(), palisade_store::Error> {
    let now = clock::now();
    store.sweep_credentials(now).await?;
    store.sweep_sessions(now, now - crate::auth::SESSION_IDLE).await?;
    store.sweep_sign_ins(now).await?;
    store.sweep_key_pairs(now - KEEP_ENDED).await
}

/// A key pair to make.
#[derive(Debug, Clone)]
pub struct NewKey<'a> {
    /// Name, 1 to 100 characters.
    pub name: &'a str,
    /// Role.
    pub role: Role,
    /// What to narrow it to.
    pub scopes: &'a [String],
    /// Microseconds from now; `None` for ever.
    pub life: Option<i64>,
    /// The user whose key it is.
    pub user_id: Option<&'a str>,
    /// Who makes it.
    pub created_by: &'a str,
}

impl NewKey<'_> {
    /// Says what is wrong with it, in plain words.
    pub fn mistake(&self) -> Option<String> {
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
            return Some("name has 1 to 100 characters.".to_owned());
        }
        if self.scopes.len() > MAX_SCOPES {
            return Some(format!("There are at most {MAX_SCOPES} scopes."));
        }
        let bad = self.scopes.iter().find(|scope| !access::is_scope(scope))?;
        Some(format!("{bad:?} is no scope: write AREA:read or AREA:write, such as jobs:write or *:read."))
    }

    /// Makes it in the project of `store`. The second is the secret key, which is kept nowhere.
    ///
    /// # Errors
    /// When the store refuses or the system gives no random bytes.
    pub async fn make(&self, store: &Store) -> Result<(KeyPairRow, String), Error> {
        let now = clock::now();
        let secret_key = secret::new("pal_sk_")?;
        let row = KeyPairRow {
            id: clock::new_id(),
            project_id: store.project().to_owned(),
            access_key: secret::name("pal_ak_")?,
            hash: secret::hash(&secret_key),
            name: self.name.trim().to_owned(),
            role: self.role.as_str().to_owned(),
            scopes: serde_json::to_string(self.scopes).unwrap_or_else(|_| "[]".to_owned()),
            user_id: self.user_id.map(str::to_owned),
            created_by: self.created_by.to_owned(),
            created_at: now,
            expires_at: self.life.map(|life| now.saturating_add(life)),
            last_used_at: None,
            revoked_at: None,
        };
        store.add_key_pair(&row).await?;
        Ok((row, secret_key))
    }
}
