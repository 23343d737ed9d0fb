//! What the vault keeps. The store sees ciphertext alone.

use crate::open::Doing;
use crate::{DEFAULT_PROJECT, Error, Store};

/// The setting that says which master key seals.
const MASTER_KEY: &str = "vault.master_key";

/// A sealed secret.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SecretRow {
    /// The project it belongs to.
    pub project_id: String,
    /// What it is for.
    pub kind: String,
    /// What of that kind it belongs to.
    pub id: String,
    /// Id of the master key that sealed it.
    pub master_key: String,
    /// Ciphertext.
    pub sealed: Vec<u8>,
    /// Microseconds.
    pub updated_at: i64,
}

impl Store {
    /// Id of the master key that secrets are sealed by, the same for all projects; `None` before the first secret.
    ///
    /// # Errors
    /// The database's word.
    pub async fn master_key(&self) -> Result<Option<String>, Error> {
        self.in_project(DEFAULT_PROJECT).setting(MASTER_KEY).await
    }

    /// Makes a master key the one that seals unless there is one, and gives the one that does.
    ///
    /// # Errors
    /// The database's word.
    pub async fn claim_master_key(&self, id: &str) -> Result<String, Error> {
        sqlx::query(
            "INSERT INTO settings (project_id, key, value) VALUES ($1, $2, $3) ON CONFLICT (project_id, key) DO NOTHING",
        )
        .bind(DEFAULT_PROJECT)
        .bind(MASTER_KEY)
        .bind(id)
        .execute(&self.write)
        .await
        .doing("keeping the master key's id")?;
        Ok(self.master_key().await?.unwrap_or_else(|| id.to_owned()))
    }

    /// Lets another master key seal from now on; false when it was not `from` that did. What is being sealed by `from`
    /// meanwhile is either kept before this returns, or refused.
    ///
    /// # Errors
    /// The database's word.
    pub async fn change_master_key(&self, from: &str, to: &str) -> Result<bool, Error> {
        let done = sqlx::query("UPDATE settings SET value = $4 WHERE project_id = $1 AND key = $2 AND value = $3")
            .bind(DEFAULT_PROJECT)
            .bind(MASTER_KEY)
            .bind(from)
            .bind(to)
            .execute(&self.write)
            .await
            .doing("changing the master key's id")?;
        Ok(done.rows_affected() > 0)
    }

    /// Keeps a sealed secret in place of the one before it; false, and nothing kept, when another master key than
    /// `master_key` seals by now.
    ///
    /// # Errors
    /// The database's word.
    pub async fn set_secret(
        &self,
        kind: &str,
        id: &str,
        master_key: &str,
        sealed: &[u8],
        now: i64,
    ) -> Result<bool, Error> {
        let doing = "keeping a secret";
        let mut tx = self.begin().await.doing(doing)?;
        // Locks the row: a change of the master key waits for this transaction, or this one sees the change.
        let held = sqlx::query("UPDATE settings SET value = value WHERE project_id = $1 AND key = $2 AND value = $3")
            .bind(DEFAULT_PROJECT)
            .bind(MASTER_KEY)
            .bind(master_key)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        if held.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query(
            "INSERT INTO secrets (project_id, kind, id, master_key, sealed, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (project_id, kind, id) DO UPDATE SET master_key = excluded.master_key, \
             sealed = excluded.sealed, updated_at = excluded.updated_at",
        )
        .bind(self.project())
        .bind(kind)
        .bind(id)
        .bind(master_key)
        .bind(sealed)
        .bind(now)
        .execute(&mut *tx)
        .await
        .doing(doing)?;
        tx.commit().await.doing(doing)?;
        Ok(true)
    }

    /// A sealed secret.
    ///
    /// # Errors
    /// The database's word.
    pub async fn secret(&self, kind: &str, id: &str) -> Result<Option<SecretRow>, Error> {
        sqlx::query_as(
            "SELECT project_id, kind, id, master_key, sealed, updated_at FROM secrets \
             WHERE project_id = $1 AND kind = $2 AND id = $3",
        )
        .bind(self.project())
        .bind(kind)
        .bind(id)
        .fetch_optional(&self.read)
        .await
        .doing("reading a secret")
    }

    /// Removes a secret; false when there was none.
    ///
    /// # Errors
    /// The database's word.
    pub async fn remove_secret(&self, kind: &str, id: &str) -> Result<bool, Error> {
        let done = sqlx::query("DELETE FROM secrets WHERE project_id = $1 AND kind = $2 AND id = $3")
            .bind(self.project())
            .bind(kind)
            .bind(id)
            .execute(&self.write)
            .await
            .doing("removing a secret")?;
        Ok(done.rows_affected() > 0)
    }

    /// Ids of the master keys that secrets are sealed by, of all projects.
    ///
    /// # Errors
    /// The database's word.
    pub async fn master_keys_in_use(&self) -> Result<Vec<String>, Error> {
        // The pool that writes: a key is given up when none is left, and that must not be an older state.
        let rows: Vec<(String,)> = sqlx::query_as("SELECT DISTINCT master_key FROM secrets ORDER BY master_key")
            .fetch_all(&self.write)
            .await
            .doing("looking for master keys in use")?;
        Ok(rows.into_iter().map(|(key,)| key).collect())
    }

    /// Secrets of all projects that a master key sealed, at most `limit`.
    ///
    /// # Errors
    /// The database's word.
    pub async fn secrets_of_key(&self, master_key: &str, limit: u32) -> Result<Vec<SecretRow>, Error> {
        sqlx::query_as(
            "SELECT project_id, kind, id, master_key, sealed, updated_at FROM secrets \
             WHERE master_key = $1 ORDER BY project_id, kind, id LIMIT $2",
        )
        .bind(master_key)
        .bind(i64::from(limit))
        .fetch_all(&self.write)
        .await
        .doing("reading the secrets of a master key")
    }

    /// Puts another ciphertext of the same secret in place of `row`; false when the row was changed or removed since.
    ///
    /// # Errors
    /// The database's word.
    pub async fn reseal_secret(&self, row: &SecretRow, master_key: &str, sealed: &[u8]) -> Result<bool, Error> {
        let done = sqlx::query(
            "UPDATE secrets SET master_key = $4, sealed = $5 \
             WHERE project_id = $1 AND kind = $2 AND id = $3 AND sealed = $6",
        )
        .bind(&row.project_id)
        .bind(&row.kind)
        .bind(&row.id)
        .bind(master_key)
        .bind(sealed)
        .bind(row.sealed.as_slice())
        .execute(&self.write)
        .await
        .doing("sealing a secret anew")?;
        Ok(done.rows_affected() > 0)
    }
}
