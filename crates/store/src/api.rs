//! APIs behind the gateway, and what people chose for single operations.

use crate::open::Doing;
use crate::{Error, Store};
use std::collections::BTreeMap;

/// One API.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ApiRow {
    /// UUIDv7.
    pub id: String,
    /// Unique in its project.
    pub name: String,
    /// Host patterns as a JSON list.
    pub hosts: String,
    /// Path prefix.
    pub base_path: String,
    /// Upstream URLs as a JSON list.
    pub upstreams: String,
    /// PEM bundle for https upstreams.
    pub upstream_ca: Option<String>,
    /// `observe` or `block`.
    pub mode: String,
    /// `ui`, `file`, `flags` or `demo`.
    pub managed_by: String,
    /// Microseconds.
    pub created_at: i64,
}

impl Store {
    /// Every API, by name.
    ///
    /// # Errors
    /// The database's word.
    pub async fn apis(&self) -> Result<Vec<ApiRow>, Error> {
        sqlx::query_as(
            "SELECT id, name, hosts, base_path, upstreams, upstream_ca, mode, managed_by, created_at \
             FROM apis WHERE project_id = $1 ORDER BY name",
        )
        .bind(self.project())
        .fetch_all(&self.read)
        .await
        .doing("listing APIs")
    }

    /// Adds an API or changes the one with the same id.
    ///
    /// # Errors
    /// The database's word, for example when the name is taken by another id.
    pub async fn put_api(&self, api: &ApiRow) -> Result<(), Error> {
        let doing = "keeping an API";
        let mut tx = self.begin().await.doing(doing)?;
        sqlx::query(
            "INSERT INTO apis (id, project_id, name, hosts, base_path, upstreams, upstream_ca, mode, managed_by, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, hosts = excluded.hosts, base_path = excluded.base_path, \
             upstreams = excluded.upstreams, upstream_ca = excluded.upstream_ca, mode = excluded.mode, \
             managed_by = excluded.managed_by WHERE apis.project_id = excluded.project_id",
        )
        .bind(&api.id)
        .bind(self.project())
        .bind(&api.name)
        .bind(&api.hosts)
        .bind(&api.base_path)
        .bind(&api.upstreams)
        .bind(&api.upstream_ca)
        .bind(&api.mode)
        .bind(&api.managed_by)
        .bind(api.created_at)
        .execute(&mut *tx)
        .await
        .doing(doing)?;
        self.touch_api(&mut tx, &api.id).await?;
        tx.commit().await.doing(doing)?;
        self.told();
        Ok(())
    }

    /// What people chose for the operations of an API: operation to `observe` or `block`.
    ///
    /// # Errors
    /// The database's word.
    pub async fn protections(&self, api_id: &str) -> Result<BTreeMap<String, String>, Error> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT operation, protection FROM protections WHERE project_id = $1 AND api_id = $2")
                .bind(self.project())
                .bind(api_id)
                .fetch_all(&self.read)
                .await
                .doing("reading the protection of operations")?;
        Ok(rows.into_iter().collect())
    }

    /// Sets what a person chose for an operation; `None` goes back to the rule of evidence.
    ///
    /// # Errors
    /// The database's word.
    pub async fn set_protection(&self, api_id: &str, operation: &str, chosen: Option<&str>) -> Result<(), Error> {
        let doing = "keeping the protection of an operation";
        let mut tx = self.begin().await.doing(doing)?;
        match chosen {
            None => {
                sqlx::query("DELETE FROM protections WHERE project_id = $1 AND api_id = $2 AND operation = $3")
                    .bind(self.project())
                    .bind(api_id)
                    .bind(operation)
                    .execute(&mut *tx)
                    .await
            }
            Some(chosen) => {
                sqlx::query(
                    "INSERT INTO protections (project_id, api_id, operation, protection) VALUES ($1, $2, $3, $4) \
                     ON CONFLICT (api_id, operation) DO UPDATE SET protection = excluded.protection",
                )
                .bind(self.project())
                .bind(api_id)
                .bind(operation)
                .bind(chosen)
                .execute(&mut *tx)
                .await
            }
        }
        .doing(doing)?;
        self.touch_api(&mut tx, api_id).await?;
        tx.commit().await.doing(doing)?;
        self.told();
        Ok(())
    }
}
