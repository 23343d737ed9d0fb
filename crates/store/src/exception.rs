//! "Allow this", and its undo.

use crate::open::Doing;
use crate::query::{Column, Kind, List, Query, Select};
use crate::{Error, Page, Store};

/// One reason at one place of one operation that is let through.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ExceptionRow {
    /// UUIDv7.
    pub id: String,
    /// The API.
    pub api_id: String,
    /// `METHOD /template`, or method and path where there is no operation.
    pub operation: String,
    /// Code of the reason.
    pub code: String,
    /// `in` of the field error.
    pub location: String,
    /// Name of the field error.
    pub name: String,
    /// Pointer of the field error.
    pub pointer: String,
    /// Microseconds.
    pub created_at: i64,
    /// Who allowed it.
    pub created_by: String,
    /// The event it was made from.
    pub event_id: Option<String>,
}

/// What may be asked of the exceptions of an API.
pub const EXCEPTIONS: List = List {
    name: "exceptions",
    columns: &[
        Column::new("id", Kind::Id, "id"),
        Column::new("operation", Kind::Text, "operation"),
        Column::new("code", Kind::Text, "code"),
        Column::new("in", Kind::Text, "location"),
        Column::new("name", Kind::Text, "name"),
        Column::new("pointer", Kind::Text, "pointer"),
        Column::new("created_at", Kind::Time, "created_at"),
        Column::new("created_by", Kind::Text, "created_by"),
    ],
    sort: "id",
    id: "id",
};

impl Store {
    /// Keeps an exception; when the same one stands already, gives that one.
    ///
    /// # Errors
    /// The database's word.
    pub async fn add_exception(&self, new: &ExceptionRow) -> Result<ExceptionRow, Error> {
        let doing = "keeping an exception";
        let mut tx = self.begin().await.doing(doing)?;
        sqlx::query(
            "INSERT INTO exceptions (id, project_id, api_id, operation, code, location, name, pointer, created_at, created_by, event_id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
             ON CONFLICT (api_id, operation, code, location, name, pointer) DO NOTHING",
        )
        .bind(&new.id)
        .bind(self.project())
        .bind(&new.api_id)
        .bind(&new.operation)
        .bind(&new.code)
        .bind(&new.location)
        .bind(&new.name)
        .bind(&new.pointer)
        .bind(new.created_at)
        .bind(&new.created_by)
        .bind(&new.event_id)
        .execute(&mut *tx)
        .await
        .doing(doing)?;
        let kept = sqlx::query_as(
            "SELECT id, api_id, operation, code, location, name, pointer, created_at, created_by, event_id FROM exceptions \
             WHERE project_id = $1 AND api_id = $2 AND operation = $3 AND code = $4 AND location = $5 AND name = $6 AND pointer = $7",
        )
        .bind(self.project())
        .bind(&new.api_id)
        .bind(&new.operation)
        .bind(&new.code)
        .bind(&new.location)
        .bind(&new.name)
        .bind(&new.pointer)
        .fetch_one(&mut *tx)
        .await
        .doing(doing)?;
        self.touch_api(&mut tx, &new.api_id).await?;
        tx.commit().await.doing(doing)?;
        self.told();
        Ok(kept)
    }

    /// Exceptions of an API, as [`EXCEPTIONS`] lists them.
    ///
    /// # Errors
    /// The database's word.
    pub async fn exceptions(&self, api_id: &str, query: &Query) -> Result<Page<ExceptionRow>, Error> {
        let select = Select {
            doing: "listing exceptions",
            columns: "id, api_id, operation, code, location, name, pointer, created_at, created_by, event_id",
            from: "exceptions",
            filter: "project_id = $1 AND api_id = $2",
            values: vec![self.project().into(), api_id.into()],
        };
        self.list(select, query).await
    }

    /// Every exception of an API, the oldest first.
    ///
    /// # Errors
    /// The database's word.
    pub async fn all_exceptions(&self, api_id: &str) -> Result<Vec<ExceptionRow>, Error> {
        sqlx::query_as(
            "SELECT id, api_id, operation, code, location, name, pointer, created_at, created_by, event_id \
             FROM exceptions WHERE project_id = $1 AND api_id = $2 ORDER BY id",
        )
        .bind(self.project())
        .bind(api_id)
        .fetch_all(&self.read)
        .await
        .doing("reading exceptions")
    }

    /// Removes an exception; false when there was none.
    ///
    /// # Errors
    /// The database's word.
    pub async fn remove_exception(&self, api_id: &str, id: &str) -> Result<bool, Error> {
        let doing = "removing an exception";
        let mut tx = self.begin().await.doing(doing)?;
        let done = sqlx::query("DELETE FROM exceptions WHERE project_id = $1 AND api_id = $2 AND id = $3")
            .bind(self.project())
            .bind(api_id)
            .bind(id)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        self.touch_api(&mut tx, api_id).await?;
        tx.commit().await.doing(doing)?;
        self.told();
        Ok(done.rows_affected() > 0)
    }
}
