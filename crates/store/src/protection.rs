//! What people set for the protection of APIs, version by version, and the network lists that APIs share.

use crate::open::Doing;
use crate::{Error, Page, Store};

/// One version of an API's protection.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ProtectionRow {
    /// Counts from 1 for each API.
    pub version: i64,
    /// `observe` or `block`.
    pub mode: String,
    /// JSON.
    pub settings: String,
    /// Microseconds.
    pub made_at: i64,
    /// Name of a principal, or who manages the API.
    pub made_by: String,
}

/// A named list of networks.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct NetworkListRow {
    /// UUIDv7.
    pub id: String,
    /// Unique in its project.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// JSON list of CIDR texts.
    pub networks: String,
    /// Microseconds.
    pub created_at: i64,
    /// Microseconds.
    pub updated_at: i64,
    /// Name of a principal.
    pub updated_by: String,
}

impl Store {
    /// The version of an API's protection that is in force.
    ///
    /// # Errors
    /// The database's word.
    pub async fn protection(&self, api_id: &str) -> Result<Option<ProtectionRow>, Error> {
        let newest = self.protection_versions(api_id, None, 1).await?;
        Ok(newest.items.into_iter().next())
    }

    /// One version of an API's protection.
    ///
    /// # Errors
    /// The database's word.
    pub async fn protection_version(&self, api_id: &str, version: i64) -> Result<Option<ProtectionRow>, Error> {
        let upto = self.protection_versions(api_id, Some(version.saturating_add(1)), 1).await?;
        Ok(upto.items.into_iter().find(|row| row.version == version))
    }

    /// Versions of an API's protection before `before`, the newest first.
    ///
    /// # Errors
    /// The database's word.
    pub async fn protection_versions(
        &self,
        api_id: &str,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Page<ProtectionRow>, Error> {
        let rows = sqlx::query_as(
            "SELECT version, mode, settings, made_at, made_by FROM protection_versions \
             WHERE project_id = $1 AND api_id = $2 AND (CAST($3 AS BIGINT) IS NULL OR version < $3) \
             ORDER BY version DESC LIMIT $4",
        )
        .bind(self.project())
        .bind(api_id)
        .bind(before)
        .bind(i64::from(limit) + 1)
        .fetch_all(&self.read)
        .await
        .doing("reading the protection of an API")?;
        Ok(Page::cut(rows, limit, |row: &ProtectionRow| row.version.to_string()))
    }

    /// Keeps the next version of an API's protection, sets the API's mode with it, and drops the oldest versions beyond
    /// the bound: all or nothing. Gives the version.
    ///
    /// # Errors
    /// The database's word.
    pub async fn add_protection(
        &self,
        api_id: &str,
        mode: &str,
        settings: &str,
        made_at: i64,
        made_by: &str,
    ) -> Result<i64, Error> {
        let doing = "keeping the protection of an API";
        let mut tx = self.begin().await.doing(doing)?;
        self.engine.hold_api(&mut tx, self.project(), api_id).await.doing(doing)?;
        let (version,): (i64,) = sqlx::query_as(
            "SELECT COALESCE(MAX(version), 0) + 1 FROM protection_versions WHERE project_id = $1 AND api_id = $2",
        )
        .bind(self.project())
        .bind(api_id)
        .fetch_one(&mut *tx)
        .await
        .doing(doing)?;
        sqlx::query(
            "INSERT INTO protection_versions (project_id, api_id, version, mode, settings, made_at, made_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(self.project())
        .bind(api_id)
        .bind(version)
        .bind(mode)
        .bind(settings)
        .bind(made_at)
        .bind(made_by)
        .execute(&mut *tx)
        .await
        .doing(doing)?;
        sqlx::query("UPDATE apis SET mode = $3 WHERE project_id = $1 AND id = $2")
            .bind(self.project())
            .bind(api_id)
            .bind(mode)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        sqlx::query("DELETE FROM protection_versions WHERE project_id = $1 AND api_id = $2 AND version <= $3")
            .bind(self.project())
            .bind(api_id)
            .bind(version - i64::from(self.bounds.protection_versions))
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        self.touch_api(&mut tx, api_id).await?;
        tx.commit().await.doing(doing)?;
        self.told();
        Ok(version)
    }

    /// Every network list, by name.
    ///
    /// # Errors
    /// The database's word.
    pub async fn network_lists(&self) -> Result<Vec<NetworkListRow>, Error> {
        sqlx::query_as(
            "SELECT id, name, description, networks, created_at, updated_at, updated_by FROM network_lists \
             WHERE project_id = $1 ORDER BY name",
        )
        .bind(self.project())
        .fetch_all(&self.read)
        .await
        .doing("listing network lists")
    }

    /// Adds a network list or changes the one with the same id.
    ///
    /// # Errors
    /// The database's word, for example when another list has the name.
    pub async fn put_network_list(&self, list: &NetworkListRow) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO network_lists (id, project_id, name, description, networks, created_at, updated_at, updated_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description, \
             networks = excluded.networks, updated_at = excluded.updated_at, updated_by = excluded.updated_by",
        )
        .bind(&list.id)
        .bind(self.project())
        .bind(&list.name)
        .bind(&list.description)
        .bind(&list.networks)
        .bind(list.created_at)
        .bind(list.updated_at)
        .bind(&list.updated_by)
        .execute(&self.write)
        .await
        .doing("keeping a network list")?;
        self.bump("networks").await
    }

    /// Removes a network list; false when there was none.
    ///
    /// # Errors
    /// The database's word.
    pub async fn remove_network_list(&self, id: &str) -> Result<bool, Error> {
        let done = sqlx::query("DELETE FROM network_lists WHERE project_id = $1 AND id = $2")
            .bind(self.project())
            .bind(id)
            .execute(&self.write)
            .await
            .doing("removing a network list")?;
        self.bump("networks").await?;
        Ok(done.rows_affected() > 0)
    }
}
