//! Small values of the whole installation.

use crate::open::Doing;
use crate::{Error, Store};

impl Store {
    /// The value of a setting.
    ///
    /// # Errors
    /// The database's word.
    pub async fn setting(&self, key: &str) -> Result<Option<String>, Error> {
        let row: Option<(String,)> = sqlx::query_as("SELECT value FROM settings WHERE project_id = $1 AND key = $2")
            .bind(self.project())
            .bind(key)
            .fetch_optional(&self.read)
            .await
            .doing("reading a setting")?;
        Ok(row.map(|(value,)| value))
    }

    /// Sets a setting.
    ///
    /// # Errors
    /// The database's word.
    pub async fn set_setting(&self, key: &str, value: &str) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO settings (project_id, key, value) VALUES ($1, $2, $3) \
             ON CONFLICT (project_id, key) DO UPDATE SET value = excluded.value",
        )
        .bind(self.project())
        .bind(key)
        .bind(value)
        .execute(&self.write)
        .await
        .doing("keeping a setting")
        .map(drop)
    }
}
