//! Key pairs of programs: an access key that names one, and the hash of its secret key.

use crate::open::Doing;
use crate::query::{Column, Kind as Holds, List, Query, Select};
use crate::{Error, Page, Store};

/// A key pair as kept.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct KeyPairRow {
    /// UUIDv7.
    pub id: String,
    /// The project it opens.
    pub project_id: String,
    /// The public half.
    pub access_key: String,
    /// SHA-256 of the secret half, hexadecimal.
    pub hash: String,
    /// Name shown to people.
    pub name: String,
    /// Role.
    pub role: String,
    /// JSON list; an empty one narrows nothing.
    pub scopes: String,
    /// The user whose key it is; `None` where it is nobody's own.
    pub user_id: Option<String>,
    /// Name of who made it.
    pub created_by: String,
    /// Microseconds.
    pub created_at: i64,
    /// Microseconds; `None` never expires.
    pub expires_at: Option<i64>,
    /// Microseconds.
    pub last_used_at: Option<i64>,
    /// Microseconds.
    pub revoked_at: Option<i64>,
}

/// What a good access key leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownKeyPair {
    /// The key pair.
    pub key: KeyPairRow,
    /// What its user may do now in its project; `None` where it is nobody's own. A user who is disabled or left the project
    /// has the empty role.
    pub user_role: Option<String>,
}

const COLUMNS: &str = "k.id, k.project_id, k.access_key, k.hash, k.name, k.role, k.scopes, k.user_id, k.created_by, \
                       k.created_at, k.expires_at, k.last_used_at, k.revoked_at";

/// What may be asked of the list of key pairs.
pub const KEY_PAIRS: List = List {
    name: "keys",
    columns: &[
        Column::new("id", Holds::Id, "k.id"),
        Column::new("name", Holds::Text, "k.name"),
        Column::new("access_key", Holds::Text, "k.access_key"),
        Column::new("role", Holds::Text, "k.role"),
        Column::new("user_id", Holds::Id, "k.user_id").optional(),
        Column::new("created_by", Holds::Text, "k.created_by"),
        Column::new("created_at", Holds::Time, "k.created_at"),
        Column::new("expires_at", Holds::Time, "k.expires_at").optional(),
        Column::new("last_used_at", Holds::Time, "k.last_used_at").optional(),
        Column::new("revoked_at", Holds::Time, "k.revoked_at").optional(),
    ],
    sort: "id",
    id: "k.id",
};

impl Store {
    /// Keeps a key pair of this project.
    ///
    /// # Errors
    /// The database's word.
    pub async fn add_key_pair(&self, row: &KeyPairRow) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO key_pairs (id, project_id, access_key, hash, name, role, scopes, user_id, created_by, created_at, \
             expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(&row.id)
        .bind(self.project())
        .bind(&row.access_key)
        .bind(&row.hash)
        .bind(&row.name)
        .bind(&row.role)
        .bind(&row.scopes)
        .bind(&row.user_id)
        .bind(&row.created_by)
        .bind(row.created_at)
        .bind(row.expires_at)
        .execute(&self.write)
        .await
        .doing("keeping a key pair")
        .map(drop)
    }

    /// The key pair with this access key, of whatever project, when it is neither revoked nor expired at `now`.
    ///
    /// # Errors
    /// The database's word.
    pub async fn key_pair(&self, access_key: &str, now: i64) -> Result<Option<KnownKeyPair>, Error> {
        let doing = "looking for a key pair";
        let key: Option<KeyPairRow> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM key_pairs k \
             WHERE k.access_key = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2)"
        )))
        .bind(access_key)
        .bind(now)
        .fetch_optional(&self.read)
        .await
        .doing(doing)?;
        let Some(key) = key else { return Ok(None) };
        let user_role = match &key.user_id {
            None => None,
            Some(user) => Some(self.in_project(&key.project_id).role_of(user).await?.unwrap_or_default()),
        };
        Ok(Some(KnownKeyPair { key, user_role }))
    }

    /// Key pairs of this project, of one user or of all, as [`KEY_PAIRS`] lists them, with those that ended.
    ///
    /// # Errors
    /// The database's word.
    pub async fn key_pairs(&self, user: Option<&str>, query: &Query) -> Result<Page<KeyPairRow>, Error> {
        let mut values = vec![self.project().into()];
        values.extend(user.map(Into::into));
        let filter = if user.is_some() { "k.project_id = $1 AND k.user_id = $2" } else { "k.project_id = $1" };
        let select = Select { doing: "listing key pairs", columns: COLUMNS, from: "key_pairs k", filter, values };
        self.list(select, query).await
    }

    /// One key pair of this project, by its id or access key.
    ///
    /// # Errors
    /// The database's word.
    pub async fn key_pair_row(&self, name: &str) -> Result<Option<KeyPairRow>, Error> {
        sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM key_pairs k WHERE k.project_id = $1 AND (k.id = $2 OR k.access_key = $2)"
        )))
        .bind(self.project())
        .bind(name)
        .fetch_optional(&self.read)
        .await
        .doing("reading a key pair")
    }

    /// Revokes a key pair of this project; false when there is none that is not revoked yet.
    ///
    /// # Errors
    /// The database's word.
    pub async fn revoke_key_pair(&self, id: &str, now: i64) -> Result<bool, Error> {
        let done = sqlx::query(
            "UPDATE key_pairs SET revoked_at = $3 WHERE project_id = $1 AND id = $2 AND revoked_at IS NULL",
        )
        .bind(self.project())
        .bind(id)
        .bind(now)
        .execute(&self.write)
        .await
        .doing("revoking a key pair")?;
        Ok(done.rows_affected() > 0)
    }

    /// Notes that a key pair was used.
    ///
    /// # Errors
    /// The database's word.
    pub async fn touch_key_pair(&self, id: &str, now: i64) -> Result<(), Error> {
        sqlx::query("UPDATE key_pairs SET last_used_at = $3 WHERE project_id = $1 AND id = $2")
            .bind(self.project())
            .bind(id)
            .bind(now)
            .execute(&self.write)
            .await
            .doing("noting the use of a key pair")
            .map(drop)
    }

    /// Removes key pairs of every project that ended before `before`.
    ///
    /// # Errors
    /// The database's word.
    pub async fn sweep_key_pairs(&self, before: i64) -> Result<(), Error> {
        sqlx::query("DELETE FROM key_pairs WHERE revoked_at < $1 OR expires_at < $1")
            .bind(before)
            .execute(&self.write)
            .await
            .doing("sweeping key pairs")
            .map(drop)
    }
}
