//! What engines know about an API between two starts.

use crate::open::Doing;
use crate::{Error, Store};

/// What an engine writes of itself; any other state was set by a person.
const LEARNED: &[&str] = &["discovery", "ledger", "drift"];

impl Store {
    /// The state of a kind.
    ///
    /// # Errors
    /// The database's word.
    pub async fn state(&self, api_id: &str, kind: &str) -> Result<Option<Vec<u8>>, Error> {
        let row: Option<(Vec<u8>,)> =
            sqlx::query_as("SELECT body FROM states WHERE project_id = $1 AND api_id = $2 AND kind = $3")
                .bind(self.project())
                .bind(api_id)
                .bind(kind)
                .fetch_optional(&self.read)
                .await
                .doing("reading a state")?;
        Ok(row.map(|(body,)| body))
    }

    /// Sets states of one API, all or nothing, so that they fit each other after a crash.
    ///
    /// # Errors
    /// The database's word.
    pub async fn set_states(&self, api_id: &str, states: &[(&str, &[u8])], now: i64) -> Result<(), Error> {
        let doing = "keeping a state";
        let mut tx = self.begin().await.doing(doing)?;
        for (kind, body) in states {
            sqlx::query(
                "INSERT INTO states (project_id, api_id, kind, body, updated_at) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (api_id, kind) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at",
            )
            .bind(self.project())
            .bind(api_id)
            .bind(*kind)
            .bind(*body)
            .bind(now)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        }
        if states.iter().any(|(kind, _)| !LEARNED.contains(kind)) {
            self.touch_api(&mut tx, api_id).await?;
        }
        tx.commit().await.doing(doing)?;
        self.told();
        Ok(())
    }
}
