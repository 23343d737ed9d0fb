//! Who may come in: tokens, one-time login codes and trace sources, each kept as a hash only.

use crate::open::Doing;
use crate::query::{Column, Kind as Holds, List, Query, Select};
use crate::{Error, Page, Store};

/// What a credential is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `Authorization: Bearer`.
    Token,
    /// One use, then gone.
    LoginCode,
    /// `X-Trace-Source-Token`.
    TraceSource,
}

impl Kind {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Token => "token",
            Kind::LoginCode => "login-code",
            Kind::TraceSource => "trace-source",
        }
    }
}

/// A credential to keep.
#[derive(Debug, Clone)]
pub struct NewCredential<'a> {
    /// UUIDv7.
    pub id: &'a str,
    /// What it is for.
    pub kind: Kind,
    /// SHA-256 of the secret, hexadecimal.
    pub hash: &'a str,
    /// Name shown to people.
    pub name: &'a str,
    /// Role; of a trace source `trace-source`.
    pub role: &'a str,
    /// Microseconds.
    pub created_at: i64,
    /// Microseconds; `None` never expires.
    pub expires_at: Option<i64>,
}

/// A credential as kept.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct CredentialRow {
    /// UUIDv7.
    pub id: String,
    /// The project it opens.
    pub project_id: String,
    /// SHA-256 of the secret, hexadecimal.
    pub hash: String,
    /// Name shown to people.
    pub name: String,
    /// Role; of a trace source `trace-source`.
    pub role: String,
    /// Microseconds.
    pub created_at: i64,
    /// Microseconds; `None` never expires.
    pub expires_at: Option<i64>,
    /// Microseconds.
    pub last_used_at: Option<i64>,
}

/// What may be asked of the list of tokens.
pub const TOKENS: List = List {
    name: "tokens",
    columns: &[
        Column::new("id", Holds::Id, "c.id"),
        Column::new("name", Holds::Text, "p.name"),
        Column::new("role", Holds::Text, "p.role"),
        Column::new("created_at", Holds::Time, "c.created_at"),
        Column::new("expires_at", Holds::Time, "c.expires_at").optional(),
        Column::new("last_used_at", Holds::Time, "c.last_used_at").optional(),
    ],
    sort: "id",
    id: "c.id",
};

impl Store {
    /// Keeps a credential with a principal of its own.
    ///
    /// # Errors
    /// The database's word.
    pub async fn add_credential(&self, new: &NewCredential<'_>) -> Result<(), Error> {
        let doing = "keeping a credential";
        let mut tx = self.begin().await.doing(doing)?;
        sqlx::query("INSERT INTO principals (id, project_id, name, role, created_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(new.id)
            .bind(self.project())
            .bind(new.name)
            .bind(new.role)
            .bind(new.created_at)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        sqlx::query(
            "INSERT INTO credentials (id, project_id, principal_id, kind, hash, created_at, expires_at) \
             VALUES ($1, $2, $1, $3, $4, $5, $6)",
        )
        .bind(new.id)
        .bind(self.project())
        .bind(new.kind.as_str())
        .bind(new.hash)
        .bind(new.created_at)
        .bind(new.expires_at)
        .execute(&mut *tx)
        .await
        .doing(doing)?;
        tx.commit().await.doing(doing)
    }

    /// The credential with this hash, of whatever project, when it has not expired at `now`.
    ///
    /// # Errors
    /// The database's word.
    pub async fn credential(&self, kind: Kind, hash: &str, now: i64) -> Result<Option<CredentialRow>, Error> {
        sqlx::query_as(
            "SELECT c.id, c.project_id, c.hash, p.name, p.role, c.created_at, c.expires_at, c.last_used_at \
             FROM credentials c JOIN principals p ON p.id = c.principal_id \
             WHERE c.kind = $1 AND c.hash = $2 AND (c.expires_at IS NULL OR c.expires_at > $3)",
        )
        .bind(kind.as_str())
        .bind(hash)
        .bind(now)
        .fetch_optional(&self.read)
        .await
        .doing("looking for a credential")
    }

    /// Takes a credential that works once: true for exactly one caller.
    ///
    /// # Errors
    /// The database's word.
    pub async fn take_credential(&self, kind: Kind, hash: &str, now: i64) -> Result<bool, Error> {
        let done = sqlx::query(
            "DELETE FROM credentials WHERE project_id = $1 AND kind = $2 AND hash = $3 \
             AND (expires_at IS NULL OR expires_at > $4)",
        )
        .bind(self.project())
        .bind(kind.as_str())
        .bind(hash)
        .bind(now)
        .execute(&self.write)
        .await
        .doing("taking a credential")?;
        Ok(done.rows_affected() == 1)
    }

    /// Credentials of a kind that have not expired at `now`, as [`TOKENS`] lists them.
    ///
    /// # Errors
    /// The database's word.
    pub async fn credentials(&self, kind: Kind, now: i64, query: &Query) -> Result<Page<CredentialRow>, Error> {
        let select = Select {
            doing: "listing credentials",
            columns: "c.id, c.project_id, c.hash, p.name, p.role, c.created_at, c.expires_at, c.last_used_at",
            from: "credentials c JOIN principals p ON p.id = c.principal_id",
            filter: "c.project_id = $1 AND c.kind = $2 AND (c.expires_at IS NULL OR c.expires_at > $3)",
            values: vec![self.project().into(), kind.as_str().into(), now.into()],
        };
        self.list(select, query).await
    }

    /// Removes a credential; false when there was none.
    ///
    /// # Errors
    /// The database's word.
    pub async fn remove_credential(&self, kind: Kind, id: &str) -> Result<bool, Error> {
        let done = sqlx::query("DELETE FROM credentials WHERE project_id = $1 AND kind = $2 AND id = $3")
            .bind(self.project())
            .bind(kind.as_str())
            .bind(id)
            .execute(&self.write)
            .await
            .doing("removing a credential")?;
        Ok(done.rows_affected() > 0)
    }

    /// Notes that a credential was used.
    ///
    /// # Errors
    /// The database's word.
    pub async fn touch_credential(&self, id: &str, now: i64) -> Result<(), Error> {
        sqlx::query("UPDATE credentials SET last_used_at = $3 WHERE project_id = $1 AND id = $2")
            .bind(self.project())
            .bind(id)
            .bind(now)
            .execute(&self.write)
            .await
            .doing("noting the use of a credential")
            .map(drop)
    }

    /// Removes every credential that expired before `now`, with principals nothing refers to.
    ///
    /// # Errors
    /// The database's word.
    pub async fn sweep_credentials(&self, now: i64) -> Result<(), Error> {
        let doing = "sweeping credentials";
        sqlx::query("DELETE FROM credentials WHERE project_id = $1 AND expires_at IS NOT NULL AND expires_at <= $2")
            .bind(self.project())
            .bind(now)
            .execute(&self.write)
            .await
            .doing(doing)?;
        sqlx::query("DELETE FROM principals WHERE project_id = $1 AND id NOT IN (SELECT principal_id FROM credentials)")
            .bind(self.project())
            .execute(&self.write)
            .await
            .doing(doing)
            .map(drop)
    }
}
