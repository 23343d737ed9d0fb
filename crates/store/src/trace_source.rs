//! Where telemetry comes from: a name, a token's hash, and what its exchanges belong to.

use crate::open::Doing;
use crate::query::{Column, Kind as Holds, List, Query, Select};
use crate::{Error, Kind, NewCredential, Page, Store};

/// A trace source as kept.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct TraceSourceRow {
    /// UUIDv7.
    pub id: String,
    /// The project its exchanges belong to.
    pub project_id: String,
    /// Name shown to people.
    pub name: String,
    /// SHA-256 of its token, hexadecimal.
    pub hash: String,
    /// The API its exchanges belong to; `None` where `hosts` say so.
    pub api_id: Option<String>,
    /// JSON list of host patterns.
    pub hosts: String,
    /// Microseconds.
    pub created_at: i64,
    /// Microseconds.
    pub last_used_at: Option<i64>,
}

/// What may be asked of the list of trace sources.
pub const TRACE_SOURCES: List = List {
    name: "trace-sources",
    columns: &[
        Column::new("id", Holds::Id, "t.id"),
        Column::new("name", Holds::Text, "p.name"),
        Column::new("api_id", Holds::Id, "t.api_id").optional(),
        Column::new("hosts", Holds::Text, "t.hosts").unsorted(),
        Column::new("created_at", Holds::Time, "c.created_at"),
        Column::new("last_used_at", Holds::Time, "c.last_used_at").optional(),
    ],
    sort: "id",
    id: "t.id",
};

impl Store {
    /// Keeps a trace source with its credential, whose kind is [`Kind::TraceSource`]; `hosts` is a JSON list.
    ///
    /// # Errors
    /// The database's word.
    pub async fn add_trace_source(
        &self,
        credential: &NewCredential<'_>,
        api_id: Option<&str>,
        hosts: &str,
    ) -> Result<(), Error> {
        let doing = "keeping a trace source";
        self.add_credential(credential).await?;
        // Without its row a credential opens nothing.
        sqlx::query("INSERT INTO trace_sources (id, project_id, api_id, hosts) VALUES ($1, $2, $3, $4)")
            .bind(credential.id)
            .bind(self.project())
            .bind(api_id)
            .bind(hosts)
            .execute(&self.write)
            .await
            .doing(doing)
            .map(drop)
    }

    /// The trace source whose token has this hash, of whatever project.
    ///
    /// # Errors
    /// The database's word.
    pub async fn trace_source(&self, hash: &str) -> Result<Option<TraceSourceRow>, Error> {
        sqlx::query_as(
            "SELECT t.id, t.project_id, p.name, c.hash, t.api_id, t.hosts, c.created_at, c.last_used_at FROM trace_sources t \
             JOIN credentials c ON c.id = t.id JOIN principals p ON p.id = c.principal_id \
             WHERE c.kind = $1 AND c.hash = $2",
        )
        .bind(Kind::TraceSource.as_str())
        .bind(hash)
        .fetch_optional(&self.read)
        .await
        .doing("looking for a trace source")
    }

    /// Trace sources, as [`TRACE_SOURCES`] lists them.
    ///
    /// # Errors
    /// The database's word.
    pub async fn trace_sources(&self, query: &Query) -> Result<Page<TraceSourceRow>, Error> {
        let select = Select {
            doing: "listing trace sources",
            columns: "t.id, t.project_id, p.name, c.hash, t.api_id, t.hosts, c.created_at, c.last_used_at",
            from: "trace_sources t JOIN credentials c ON c.id = t.id JOIN principals p ON p.id = c.principal_id",
            filter: "t.project_id = $1",
            values: vec![self.project().into()],
        };
        self.list(select, query).await
    }

    /// Removes a trace source with its credential; false when there was none.
    ///
    /// # Errors
    /// The database's word.
    pub async fn remove_trace_source(&self, id: &str) -> Result<bool, Error> {
        let gone = self.remove_credential(Kind::TraceSource, id).await?;
        sqlx::query("DELETE FROM trace_sources WHERE project_id = $1 AND id = $2")
            .bind(self.project())
            .bind(id)
            .execute(&self.write)
            .await
            .doing("removing a trace source")?;
        Ok(gone)
    }
}
