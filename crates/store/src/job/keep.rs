//! Keeping new jobs, stopping them, dropping old ones.

use super::{JobRow, TOPIC};
use crate::open::Doing;
use crate::{Error, Store};

/// Jobs that one sweep drops at most: it holds the database up for a moment only.
const SWEPT: i64 = 100;

impl Store {
    /// Keeps a new job, which is pending, with its document; false when its creator has used its key of idempotency.
    ///
    /// # Errors
    /// The database's word.
    pub async fn add_job(&self, row: &JobRow, document: Option<&[u8]>) -> Result<bool, Error> {
        let doing = "keeping a job";
        let mut tx = self.begin().await.doing(doing)?;
        let done = sqlx::query(
            "INSERT INTO jobs (id, project_id, job_type, state, request, controller_id, application, \
             application_version, creator, created_by, idempotency_key, request_hash, created_at, updated_at, \
             not_before, progress, progress_text, attempts, fence, cancel_asked) \
             VALUES ($1, $2, $3, 'Pending', $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $12, 0, $13, 0, 0, 0) \
             ON CONFLICT (project_id, creator, idempotency_key) DO NOTHING",
        )
        .bind(&row.id)
        .bind(self.project())
        .bind(&row.job_type)
        .bind(&row.request)
        .bind(&row.controller_id)
        .bind(&row.application)
        .bind(&row.application_version)
        .bind(&row.creator)
        .bind(&row.created_by)
        .bind(&row.idempotency_key)
        .bind(&row.request_hash)
        .bind(row.created_at)
        .bind(&row.progress_text)
        .execute(&mut *tx)
        .await
        .doing(doing)?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        if let Some(document) = document {
            sqlx::query("INSERT INTO job_documents (job_id, project_id, body) VALUES ($1, $2, $3)")
                .bind(&row.id)
                .bind(self.project())
                .bind(document)
                .execute(&mut *tx)
                .await
                .doing(doing)?;
        }
        sqlx::query(
            "INSERT INTO job_turns (project_id, creator, served) VALUES ($1, $2, 0) \
             ON CONFLICT (project_id, creator) DO NOTHING",
        )
        .bind(self.project())
        .bind(&row.creator)
        .execute(&mut *tx)
        .await
        .doing(doing)?;
        self.bump_in(&mut tx, TOPIC).await?;
        tx.commit().await.doing(doing)?;
        self.told();
        Ok(true)
    }

    /// Stops a job: one that waits has ended when this returns; who runs one is told so by its next heartbeat. False when it
    /// has ended before.
    ///
    /// # Errors
    /// The database's word.
    pub async fn cancel_job(&self, id: &str, reason: &str, now: i64, expires_at: i64) -> Result<bool, Error> {
        let doing = "stopping a job";
        // It may begin or be given back between the two.
        for _ in 0..3 {
            let waiting = sqlx::query(
                "UPDATE jobs SET state = 'Cancelled', reason = $3, ended_at = $4, updated_at = $4, expires_at = $5, \
                 fence = fence + 1, progress_text = 'cancelled' WHERE project_id = $1 AND id = $2 AND state = 'Pending'",
            )
            .bind(self.project())
            .bind(id)
            .bind(reason)
            .bind(now)
            .bind(expires_at)
            .execute(&self.write)
            .await
            .doing(doing)?;
            if waiting.rows_affected() > 0 {
                self.bump(TOPIC).await?;
                return Ok(true);
            }
            let running = sqlx::query(
                "UPDATE jobs SET cancel_asked = 1, reason = $3, updated_at = $4 \
                 WHERE project_id = $1 AND id = $2 AND state = 'InProgress'",
            )
            .bind(self.project())
            .bind(id)
            .bind(reason)
            .bind(now)
            .execute(&self.write)
            .await
            .doing(doing)?;
            if running.rows_affected() > 0 {
                self.bump(TOPIC).await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Drops jobs of every project that expire by `now`, with everything that belongs to them, and gives their number:
    /// where it is the most that one call drops there may be more.
    ///
    /// # Errors
    /// The database's word.
    pub async fn sweep_jobs(&self, now: i64) -> Result<usize, Error> {
        let doing = "dropping old jobs";
        let ids: Vec<(String,)> = sqlx::query_as(
            "SELECT id FROM jobs WHERE expires_at IS NOT NULL AND expires_at <= $1 ORDER BY expires_at LIMIT $2",
        )
        .bind(now)
        .bind(SWEPT)
        .fetch_all(&self.read)
        .await
        .doing(doing)?;
        for (id,) in &ids {
            let mut tx = self.begin().await.doing(doing)?;
            for statement in [
                "DELETE FROM job_logs WHERE job_id = $1",
                "DELETE FROM job_reports WHERE job_id = $1",
                "DELETE FROM job_findings WHERE job_id = $1",
                "DELETE FROM job_attempts WHERE job_id = $1",
                "DELETE FROM job_documents WHERE job_id = $1",
                "DELETE FROM jobs WHERE id = $1",
            ] {
                sqlx::query(statement).bind(id).execute(&mut *tx).await.doing(doing)?;
            }
            tx.commit().await.doing(doing)?;
        }
        Ok(ids.len())
    }

    /// Says of jobs of every project that have waited since before `before` that nobody took them.
    ///
    /// # Errors
    /// The database's word.
    pub async fn fail_stale_jobs(&self, before: i64, reason: &str, now: i64, expires_at: i64) -> Result<u64, Error> {
        let done = sqlx::query(
            "UPDATE jobs SET state = 'Failed', reason = $2, ended_at = $3, updated_at = $3, expires_at = $4, \
             fence = fence + 1, progress_text = 'failed' WHERE state = 'Pending' AND created_at < $1",
        )
        .bind(before)
        .bind(reason)
        .bind(now)
        .bind(expires_at)
        .execute(&self.write)
        .await
        .doing("ending jobs that nobody took")?;
        Ok(done.rows_affected())
    }
}
