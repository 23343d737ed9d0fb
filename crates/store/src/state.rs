//! What engines know about an API between two starts.

use crate::open::Doing;
use crate::{Error, Store};
use std::collections::BTreeMap;

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

    /// When what was learned of each API was last written, microseconds.
    ///
    /// # Errors
    /// The database's word.
    pub async fn learned_at(&self) -> Result<BTreeMap<String, i64>, Error> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT api_id, updated_at FROM states WHERE project_id = $1 AND kind = 'discovery'")
                .bind(self.project())
                .fetch_all(&self.read)
                .await
                .doing("looking for what was learned")?;
        Ok(rows.into_iter().collect())
    }

    /// Sets what an engine learned of an API while the lease that is named, with its holder, runs; false when another
    /// process holds it: then nothing is written.
    ///
    /// # Errors
    /// The database's word.
    pub async fn set_learned(
        &self,
        api_id: &str,
        states: &[(&str, &[u8])],
        now: i64,
        (lease, holder): (&str, &str),
    ) -> Result<bool, Error> {
        let doing = "keeping what was learned";
        let mut tx = self.begin().await.doing(doing)?;
        // Holds the lease until the commit: whoever takes it over waits, and reads what was written.
        let held = sqlx::query("UPDATE leases SET holder = holder WHERE project_id = $1 AND name = $2 AND holder = $3")
            .bind(self.project())
            .bind(lease)
            .bind(holder)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        if held.rows_affected() == 0 {
            return Ok(false);
        }
        self.write_states(&mut tx, api_id, states, now).await?;
        tx.commit().await.doing(doing)?;
        Ok(true)
    }

    /// Sets states that people set of one API, all or nothing, so that they fit each other after a crash.
    ///
    /// # Errors
    /// The database's word.
    pub async fn set_states(&self, api_id: &str, states: &[(&str, &[u8])], now: i64) -> Result<(), Error> {
        let doing = "keeping a state";
        let mut tx = self.begin().await.doing(doing)?;
        self.write_states(&mut tx, api_id, states, now).await?;
        self.touch_api(&mut tx, api_id).await?;
        tx.commit().await.doing(doing)?;
        self.told();
        Ok(())
    }

    async fn write_states(
        &self,
        tx: &mut sqlx::Transaction<'_, sqlx::Any>,
        api_id: &str,
        states: &[(&str, &[u8])],
        now: i64,
    ) -> Result<(), Error> {
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
            .execute(&mut **tx)
            .await
            .doing("keeping a state")?;
        }
        Ok(())
    }
}
