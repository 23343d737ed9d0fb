//! Projects: what one group of people sees, apart from all others.

use crate::open::Doing;
use crate::query::{Column, Kind, List, Query, Select};
use crate::{DEFAULT_PROJECT, Error, Figures, Page, Store};

/// One project.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ProjectRow {
    /// UUIDv7.
    pub id: String,
    /// Unique.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Microseconds.
    pub created_at: i64,
    /// Who made it; empty of the one that every store begins with.
    pub created_by: String,
    /// Microseconds; 0 while it was never changed.
    pub updated_at: i64,
}

/// What may be asked of the list of projects.
pub const PROJECTS: List = List {
    name: "projects",
    columns: &[
        Column::new("id", Kind::Id, "id"),
        Column::new("name", Kind::Text, "name"),
        Column::new("description", Kind::Text, "description"),
        Column::new("created_at", Kind::Time, "created_at"),
        Column::new("created_by", Kind::Text, "created_by"),
        Column::new("updated_at", Kind::Time, "updated_at"),
    ],
    sort: "name",
    id: "id",
};

/// Every table with rows of a project, those first that refer to others. A test holds it against the database.
const TABLES: &[&str] = &[
    "availability_samples",
    "assessments",
    "third_parties",
    "trace_sources",
    "credentials",
    "principals",
    "event_uuids",
    "events",
    "operations",
    "figures",
    "finding_changes",
    "findings",
    "finding_totals",
    "exceptions",
    "states",
    "protections",
    "protection_versions",
    "contracts",
    "network_lists",
    "settings",
    "revisions",
    "leases",
    "audit_log",
    "audit_chains",
    "job_logs",
    "job_reports",
    "job_findings",
    "job_attempts",
    "job_documents",
    "job_turns",
    "jobs",
    "controllers",
    "schedule_runs",
    "schedules",
    "gates",
    "spool",
    "secrets",
    "sessions",
    "key_pairs",
    "memberships",
    "apis",
];

/// Statements that take away all that belongs to an API: `$1` is its project, `$2` its id. A test holds the tables against
/// the database.
const API_TABLES: &[&str] = &[
    "DELETE FROM event_uuids WHERE project_id = $1 AND event_id IN (SELECT id FROM events WHERE project_id = $1 AND api_id = $2)",
    "DELETE FROM events WHERE project_id = $1 AND api_id = $2",
    "DELETE FROM operations WHERE project_id = $1 AND api_id = $2",
    "DELETE FROM figures WHERE project_id = $1 AND api_id = $2",
    "DELETE FROM finding_changes WHERE project_id = $1 AND finding_id IN (SELECT id FROM findings WHERE project_id = $1 AND api_id = $2)",
    "DELETE FROM findings WHERE project_id = $1 AND api_id = $2",
    "DELETE FROM exceptions WHERE project_id = $1 AND api_id = $2",
    "DELETE FROM spool WHERE project_id = $1 AND api_id = $2",
    "DELETE FROM states WHERE project_id = $1 AND api_id = $2",
    "DELETE FROM protections WHERE project_id = $1 AND api_id = $2",
    "DELETE FROM protection_versions WHERE project_id = $1 AND api_id = $2",
    "DELETE FROM contracts WHERE project_id = $1 AND api_id = $2",
    "DELETE FROM credentials WHERE project_id = $1 AND id IN (SELECT id FROM trace_sources WHERE project_id = $1 AND api_id = $2)",
    "DELETE FROM trace_sources WHERE project_id = $1 AND api_id = $2",
    "UPDATE third_parties SET contract_api_id = NULL WHERE project_id = $1 AND contract_api_id = $2",
];

impl Store {
    /// Keeps a new project; false when its name is taken.
    ///
    /// # Errors
    /// The database's word.
    pub async fn add_project(&self, row: &ProjectRow) -> Result<bool, Error> {
        let done = sqlx::query(
            "INSERT INTO projects (id, name, description, created_at, created_by, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        )
        .bind(&row.id)
        .bind(&row.name)
        .bind(&row.description)
        .bind(row.created_at)
        .bind(&row.created_by)
        .bind(row.updated_at)
        .execute(&self.write)
        .await
        .doing("keeping a project")?;
        self.in_project(DEFAULT_PROJECT).bump("projects").await?;
        Ok(done.rows_affected() > 0)
    }

    /// Sets name and description of a project; false when there is none.
    ///
    /// # Errors
    /// The database's word, for example when the name is taken.
    pub async fn set_project(&self, row: &ProjectRow) -> Result<bool, Error> {
        let done = sqlx::query("UPDATE projects SET name = $2, description = $3, updated_at = $4 WHERE id = $1")
            .bind(&row.id)
            .bind(&row.name)
            .bind(&row.description)
            .bind(row.updated_at)
            .execute(&self.write)
            .await
            .doing("keeping a project")?;
        self.in_project(DEFAULT_PROJECT).bump("projects").await?;
        Ok(done.rows_affected() > 0)
    }

    /// Projects, as [`PROJECTS`] lists them.
    ///
    /// # Errors
    /// The database's word.
    pub async fn projects(&self, query: &Query) -> Result<Page<ProjectRow>, Error> {
        let select = Select {
            doing: "listing projects",
            columns: "id, name, description, created_at, created_by, updated_at",
            from: "projects",
            filter: "1 = 1",
            values: Vec::new(),
        };
        self.list(select, query).await
    }

    /// The ids of all projects, the oldest first.
    ///
    /// # Errors
    /// The database's word.
    pub async fn project_ids(&self) -> Result<Vec<String>, Error> {
        let rows: Vec<(String,)> = sqlx::query_as("SELECT id FROM projects ORDER BY id")
            .fetch_all(&self.read)
            .await
            .doing("reading projects")?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// The project with this id or name.
    ///
    /// # Errors
    /// The database's word.
    pub async fn project_named(&self, name: &str) -> Result<Option<ProjectRow>, Error> {
        sqlx::query_as(
            "SELECT id, name, description, created_at, created_by, updated_at FROM projects WHERE id = $1 OR name = $1 \
             ORDER BY CASE id WHEN $1 THEN 0 ELSE 1 END LIMIT 1",
        )
        .bind(name)
        .fetch_optional(&self.read)
        .await
        .doing("reading a project")
    }

    /// Removes a project with everything in it; false when there is none. The one that every store begins with stays.
    ///
    /// # Errors
    /// The database's word.
    pub async fn remove_project(&self, id: &str) -> Result<bool, Error> {
        let doing = "removing a project";
        if id == DEFAULT_PROJECT {
            return Ok(false);
        }
        let mut tx = self.begin().await.doing(doing)?;
        for table in TABLES {
            let statement = sqlx::AssertSqlSafe(format!("DELETE FROM {table} WHERE project_id = $1"));
            sqlx::query(statement).bind(id).execute(&mut *tx).await.doing(doing)?;
        }
        let done = sqlx::query("DELETE FROM projects WHERE id = $1").bind(id).execute(&mut *tx).await.doing(doing)?;
        tx.commit().await.doing(doing)?;
        self.in_project(DEFAULT_PROJECT).bump("projects").await?;
        Ok(done.rows_affected() > 0)
    }

    /// Removes an API with everything that was kept of it; false when there is none.
    ///
    /// # Errors
    /// The database's word.
    pub async fn remove_api(&self, id: &str) -> Result<bool, Error> {
        let doing = "removing an API";
        let mut tx = self.begin().await.doing(doing)?;
        let tally = self.tally(&mut tx, id).await?;
        // What it counted leaves the counts of the project too.
        self.set_figures(&mut tx, id, |_| true, &Figures::new()).await?;
        for statement in API_TABLES {
            sqlx::query(*statement).bind(self.project()).bind(id).execute(&mut *tx).await.doing(doing)?;
        }
        self.settle(&mut tx, tally).await?;
        let done = sqlx::query("DELETE FROM apis WHERE project_id = $1 AND id = $2")
            .bind(self.project())
            .bind(id)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        self.bump_in(&mut tx, "apis").await?;
        tx.commit().await.doing(doing)?;
        self.told();
        Ok(done.rows_affected() > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Bounds;
    use std::collections::BTreeSet;

    async fn tables_with(store: &Store, column: &str) -> BTreeSet<String> {
        let rows: Vec<(String,)> = sqlx::query_as(
            "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = $1",
        )
        .bind(column)
        .fetch_all(&store.read)
        .await
        .unwrap();
        rows.into_iter().map(|(name,)| name).collect()
    }

    #[tokio::test]
    async fn what_belongs_to_a_project_or_an_api_goes_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open_file(&dir.path().join("palisade.db"), Bounds::default()).await.unwrap();
        let listed: BTreeSet<String> = TABLES.iter().map(|table| (*table).to_owned()).collect();
        assert_eq!(tables_with(&store, "project_id").await, listed, "TABLES names every table with a project_id");
        for table in tables_with(&store, "api_id").await {
            let start = format!("DELETE FROM {table} WHERE");
            assert!(API_TABLES.iter().any(|statement| statement.starts_with(&start)), "API_TABLES forgets {table}");
        }
        store.close().await;
    }
}
