//! What is asked across APIs: their operations as last published, and counts that are kept rather than counted.
//!
//! A count is kept for each API and, as their sum, for the project: whoever changes the one changes the other in the
//! same transaction, by the difference. So a dashboard reads a few rows however much the project holds.

use crate::open::Doing;
use crate::query::{Column, Kind, List, Query, Select};
use crate::rows::places;
use crate::{Error, Page, Store};
use sqlx::{Any, AssertSqlSafe, Transaction};
use std::collections::{BTreeMap, HashMap};

/// One operation of an API.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OperationRow {
    /// Stays the same as long as API, method and shape of the path do.
    pub id: String,
    /// The API.
    pub api_id: String,
    /// Method.
    pub method: String,
    /// Template.
    pub path: String,
    /// What it is to the contract: `documented`, `shadow`, `zombie`, `orphan` or `learned`.
    pub state: String,
    /// 1 when the contract says that it is deprecated.
    pub deprecated: i64,
    /// Whether callers show a credential: `always`, `sometimes`, `never` or `unknown`.
    pub authenticated: String,
    /// Fields with sensitive data.
    pub sensitive: i64,
    /// Exchanges.
    pub hits: i64,
    /// Microseconds; 0 when it was never observed.
    pub first_observed: i64,
    /// Microseconds; 0 when it was never observed.
    pub last_observed: i64,
    /// Findings about it, also those that a person accepted.
    pub findings: i64,
    /// Rank of the worst, 0 (critical) to 4 (info); 5 without one.
    pub worst: i64,
}

/// What may be asked of the operations of a project.
pub const OPERATIONS: List = List {
    name: "inventory",
    columns: &[
        Column::new("id", Kind::Id, "id").unsorted(),
        Column::new("api_id", Kind::Id, "api_id").unsorted(),
        Column::new("method", Kind::Text, "method").frequent().unsorted(),
        Column::new("path", Kind::Text, "path"),
        Column::new("state", Kind::Words(&["documented", "learned", "shadow", "zombie", "orphan"]), "state")
            .frequent()
            .unsorted(),
        Column::new("deprecated", Kind::Truth, "deprecated").unsorted(),
        Column::new("authenticated", Kind::Words(&["always", "sometimes", "never", "unknown"]), "authenticated")
            .unsorted(),
        Column::new("sensitive", Kind::Number, "sensitive").unsorted(),
        Column::new("hits", Kind::Number, "hits"),
        Column::new("last_observed", Kind::Time, "last_observed"),
        Column::new("findings", Kind::Number, "findings").unsorted(),
        Column::new("worst", Kind::Number, "worst"),
    ],
    sort: "path",
    id: "id",
};

/// Counts by name.
pub type Figures = BTreeMap<String, i64>;

/// Operations in one statement.
const ROWS: usize = 200;

impl Store {
    /// Sets the operations that an API has now, and its counts whose names begin with none of `findings.`.
    ///
    /// # Errors
    /// The database's word.
    pub async fn set_operations(
        &self,
        api_id: &str,
        operations: &[OperationRow],
        figures: &Figures,
    ) -> Result<(), Error> {
        let doing = "keeping operations";
        let mut tx = self.begin().await.doing(doing)?;
        self.engine.hold_api(&mut tx, self.project(), api_id).await.doing(doing)?;
        let kept: Vec<OperationRow> = sqlx::query_as(
            "SELECT id, api_id, method, path, state, deprecated, authenticated, sensitive, hits, first_observed, \
             last_observed, findings, worst FROM operations WHERE project_id = $1 AND api_id = $2",
        )
        .bind(self.project())
        .bind(api_id)
        .fetch_all(&mut *tx)
        .await
        .doing(doing)?;
        let mut gone: HashMap<String, OperationRow> = kept.into_iter().map(|row| (row.id.clone(), row)).collect();
        let changed: Vec<&OperationRow> =
            operations.iter().filter(|row| gone.remove(&row.id).as_ref() != Some(row)).collect();
        for rows in changed.chunks(ROWS) {
            self.put_operations(&mut tx, rows).await.doing(doing)?;
        }
        for id in gone.into_keys() {
            sqlx::query("DELETE FROM operations WHERE project_id = $1 AND id = $2")
                .bind(self.project())
                .bind(id)
                .execute(&mut *tx)
                .await
                .doing(doing)?;
        }
        self.set_figures(&mut tx, api_id, |name| !name.starts_with("findings."), figures).await?;
        tx.commit().await.doing(doing)
    }

    async fn put_operations(
        &self,
        tx: &mut Transaction<'static, Any>,
        rows: &[&OperationRow],
    ) -> Result<(), sqlx::Error> {
        let text = format!(
            "INSERT INTO operations (project_id, id, api_id, method, path, state, deprecated, authenticated, sensitive, \
             hits, first_observed, last_observed, findings, worst) VALUES {} \
             ON CONFLICT (id) DO UPDATE SET method = excluded.method, path = excluded.path, state = excluded.state, \
             deprecated = excluded.deprecated, authenticated = excluded.authenticated, sensitive = excluded.sensitive, \
             hits = excluded.hits, first_observed = excluded.first_observed, last_observed = excluded.last_observed, \
             findings = excluded.findings, worst = excluded.worst",
            places(rows.len(), 14)
        );
        let mut insert = sqlx::query(AssertSqlSafe(text));
        for row in rows {
            insert = insert.bind(self.project()).bind(&row.id).bind(&row.api_id).bind(&row.method).bind(&row.path);
            insert = insert.bind(&row.state).bind(row.deprecated).bind(&row.authenticated).bind(row.sensitive);
            insert = insert.bind(row.hits).bind(row.first_observed).bind(row.last_observed);
            insert = insert.bind(row.findings).bind(row.worst);
        }
        insert.execute(&mut **tx).await.map(drop)
    }

    /// Sets those counts of an API whose names `ours` takes, and adds the difference to the project's. The API is held
    /// by the transaction.
    pub(crate) async fn set_figures(
        &self,
        tx: &mut Transaction<'static, Any>,
        api_id: &str,
        ours: impl Fn(&str) -> bool,
        figures: &Figures,
    ) -> Result<(), Error> {
        let doing = "keeping counts";
        let kept: Vec<(String, i64)> =
            sqlx::query_as("SELECT name, value FROM figures WHERE project_id = $1 AND api_id = $2")
                .bind(self.project())
                .bind(api_id)
                .fetch_all(&mut **tx)
                .await
                .doing(doing)?;
        let mut grown: Figures =
            kept.into_iter().filter(|(name, _)| ours(name)).map(|(name, value)| (name, -value)).collect();
        for (name, value) in figures {
            *grown.entry(name.clone()).or_default() += value;
        }
        // By name, so that two who count in one project wait for each other in one order.
        for (name, more) in grown.into_iter().filter(|(_, more)| *more != 0) {
            for scope in [api_id, ""] {
                sqlx::query(
                    "INSERT INTO figures (project_id, api_id, name, value) VALUES ($1, $2, $3, $4) \
                     ON CONFLICT (project_id, api_id, name) DO UPDATE SET value = figures.value + excluded.value",
                )
                .bind(self.project())
                .bind(scope)
                .bind(&name)
                .bind(more)
                .execute(&mut **tx)
                .await
                .doing(doing)?;
            }
        }
        Ok(())
    }

    /// Operations of every API, as [`OPERATIONS`] lists them.
    ///
    /// # Errors
    /// The database's word.
    pub async fn operations(&self, query: &Query) -> Result<Page<OperationRow>, Error> {
        let select = Select {
            doing: "listing operations",
            columns: "id, api_id, method, path, state, deprecated, authenticated, sensitive, hits, first_observed, \
                      last_observed, findings, worst",
            from: "operations",
            filter: "project_id = $1",
            values: vec![self.project().into()],
        };
        self.list(select, query).await
    }

    /// Counts of one API, or of all APIs of the project together.
    ///
    /// # Errors
    /// The database's word.
    pub async fn figures(&self, api_id: Option<&str>) -> Result<Figures, Error> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT name, value FROM figures WHERE project_id = $1 AND api_id = $2")
                .bind(self.project())
                .bind(api_id.unwrap_or(""))
                .fetch_all(&self.read)
                .await
                .doing("reading counts")?;
        Ok(rows.into_iter().filter(|(_, value)| *value != 0).collect())
    }

    /// The APIs that have the most of something, with how much.
    ///
    /// # Errors
    /// The database's word.
    pub async fn most(&self, name: &str, limit: u32) -> Result<Vec<(String, i64)>, Error> {
        sqlx::query_as(
            "SELECT api_id, value FROM figures WHERE project_id = $1 AND name = $2 AND value > 0 AND api_id <> '' \
             ORDER BY value DESC, api_id DESC LIMIT $3",
        )
        .bind(self.project())
        .bind(name)
        .bind(i64::from(limit))
        .fetch_all(&self.read)
        .await
        .doing("reading counts")
    }
}
