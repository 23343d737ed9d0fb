//! Named gates of a project.

use crate::dialect::Flag;
use crate::open::Doing;
use crate::{Error, Store};

/// One gate.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct GateRow {
    /// UUIDv7.
    pub id: String,
    /// Unique in its project.
    pub name: String,
    /// YAML, as a gate file holds it.
    pub definition: String,
    /// Whether it judges where no gate is named.
    #[sqlx(try_from = "Flag")]
    pub is_default: bool,
    /// Microseconds.
    pub created_at: i64,
    /// Microseconds.
    pub updated_at: i64,
    /// Name of a principal.
    pub updated_by: String,
}

/// What came of keeping a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutGate {
    /// It is kept.
    Done,
    /// The project has as many gates as are kept.
    Full,
    /// Another gate has the name.
    Taken,
    /// There is none with the id.
    Gone,
}

/// A statement that reads the columns of a gate; what follows the project is given.
macro_rules! gate {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, definition, is_default, created_at, updated_at, updated_by FROM gates \
             WHERE project_id = $1 ",
            $rest
        )
    };
}

impl Store {
    /// Every gate, by name.
    ///
    /// # Errors
    /// The database's word.
    pub async fn gates(&self) -> Result<Vec<GateRow>, Error> {
        sqlx::query_as(gate!("ORDER BY name")).bind(self.project()).fetch_all(&self.read).await.doing("listing gates")
    }

    /// The gate with this name.
    ///
    /// # Errors
    /// The database's word.
    pub async fn gate(&self, name: &str) -> Result<Option<GateRow>, Error> {
        sqlx::query_as(gate!("AND name = $2"))
            .bind(self.project())
            .bind(name)
            .fetch_optional(&self.read)
            .await
            .doing("reading a gate")
    }

    /// The gate that judges where none is named.
    ///
    /// # Errors
    /// The database's word.
    pub async fn default_gate(&self) -> Result<Option<GateRow>, Error> {
        sqlx::query_as(gate!("AND is_default = 1"))
            .bind(self.project())
            .fetch_optional(&self.read)
            .await
            .doing("reading the default gate")
    }

    /// Keeps a new gate, where the project has fewer than `most`. A default takes the place of the one before.
    ///
    /// # Errors
    /// The database's word.
    pub async fn add_gate(&self, row: &GateRow, most: i64) -> Result<PutGate, Error> {
        let doing = "keeping a gate";
        let mut tx = self.begin().await.doing(doing)?;
        if row.is_default {
            self.clear_default_gate(&mut tx).await?;
        }
        let done = sqlx::query(
            "INSERT INTO gates (id, project_id, name, definition, is_default, created_at, updated_at, updated_by) \
             SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS BIGINT), \
             CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS TEXT) \
             WHERE (SELECT COUNT(*) FROM gates WHERE project_id = $2) < CAST($9 AS BIGINT) \
             ON CONFLICT (project_id, name) DO NOTHING",
        )
        .bind(&row.id)
        .bind(self.project())
        .bind(&row.name)
        .bind(&row.definition)
        .bind(i64::from(row.is_default))
        .bind(row.created_at)
        .bind(row.updated_at)
        .bind(&row.updated_by)
        .bind(most)
        .execute(&mut *tx)
        .await
        .doing(doing)?;
        if done.rows_affected() == 0 {
            drop(tx);
            let taken = self.gate(&row.name).await?.is_some();
            return Ok(if taken { PutGate::Taken } else { PutGate::Full });
        }
        tx.commit().await.doing(doing)?;
        Ok(PutGate::Done)
    }

    /// Changes the gate with this id.
    ///
    /// # Errors
    /// The database's word.
    pub async fn set_gate(&self, row: &GateRow) -> Result<PutGate, Error> {
        let doing = "changing a gate";
        let mut tx = self.begin().await.doing(doing)?;
        if row.is_default {
            self.clear_default_gate(&mut tx).await?;
        }
        let done = sqlx::query(
            "UPDATE gates SET name = $3, definition = $4, is_default = $5, updated_at = $6, updated_by = $7 \
             WHERE project_id = $1 AND id = $2 \
             AND NOT EXISTS (SELECT 1 FROM gates WHERE project_id = $1 AND name = $3 AND id <> $2)",
        )
        .bind(self.project())
        .bind(&row.id)
        .bind(&row.name)
        .bind(&row.definition)
        .bind(i64::from(row.is_default))
        .bind(row.updated_at)
        .bind(&row.updated_by)
        .execute(&mut *tx)
        .await
        .doing(doing)?;
        if done.rows_affected() == 0 {
            drop(tx);
            let taken = self.gate(&row.name).await?.is_some_and(|other| other.id != row.id);
            return Ok(if taken { PutGate::Taken } else { PutGate::Gone });
        }
        tx.commit().await.doing(doing)?;
        Ok(PutGate::Done)
    }

    async fn clear_default_gate(&self, tx: &mut sqlx::Transaction<'static, sqlx::Any>) -> Result<(), Error> {
        sqlx::query("UPDATE gates SET is_default = 0 WHERE project_id = $1 AND is_default = 1")
            .bind(self.project())
            .execute(&mut **tx)
            .await
            .doing("changing the default gate")
            .map(drop)
    }

    /// Removes a gate; false when there was none.
    ///
    /// # Errors
    /// The database's word.
    pub async fn remove_gate(&self, id: &str) -> Result<bool, Error> {
        sqlx::query("DELETE FROM gates WHERE project_id = $1 AND id = $2")
            .bind(self.project())
            .bind(id)
            .execute(&self.write)
            .await
            .doing("removing a gate")
            .map(|done| done.rows_affected() > 0)
    }
}
