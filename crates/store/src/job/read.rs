//! Reading jobs and what came of them.

use super::{AttemptRow, JobFindingRow, JobLogRow, JobRow, job, job_columns};
use crate::open::Doing;
use crate::query::{Query, Select};
use crate::{Error, Page, Store};

impl Store {
    /// One job.
    ///
    /// # Errors
    /// The database's word.
    pub async fn job(&self, id: &str) -> Result<Option<JobRow>, Error> {
        sqlx::query_as(job!("WHERE project_id = $1 AND id = $2"))
            .bind(self.project())
            .bind(id)
            .fetch_optional(&self.read)
            .await
            .doing("reading a job")
    }

    /// The job that a key of idempotency was used for.
    ///
    /// # Errors
    /// The database's word.
    pub async fn job_of_key(&self, creator: &str, key: &str) -> Result<Option<JobRow>, Error> {
        sqlx::query_as(job!("WHERE project_id = $1 AND creator = $2 AND idempotency_key = $3"))
            .bind(self.project())
            .bind(creator)
            .bind(key)
            .fetch_optional(&self.read)
            .await
            .doing("reading a job")
    }

    /// Jobs, as [`JOBS`](super::JOBS) lists them.
    ///
    /// # Errors
    /// The database's word.
    pub async fn jobs(&self, query: &Query) -> Result<Page<JobRow>, Error> {
        let select = Select {
            doing: "listing jobs",
            columns: job_columns!(),
            from: "jobs",
            filter: "project_id = $1",
            values: vec![self.project().into()],
        };
        self.list(select, query).await
    }

    /// Open jobs of one creator.
    ///
    /// # Errors
    /// The database's word.
    pub async fn count_open_jobs(&self, creator: &str) -> Result<i64, Error> {
        let (count,) = sqlx::query_as(
            "SELECT COUNT(*) FROM jobs WHERE project_id = $1 AND creator = $2 AND state IN ('Pending', 'InProgress')",
        )
        .bind(self.project())
        .bind(creator)
        .fetch_one(&self.read)
        .await
        .doing("counting jobs")?;
        Ok(count)
    }

    /// The document of a job.
    ///
    /// # Errors
    /// The database's word.
    pub async fn job_document(&self, job_id: &str) -> Result<Option<Vec<u8>>, Error> {
        let row: Option<(Vec<u8>,)> =
            sqlx::query_as("SELECT body FROM job_documents WHERE project_id = $1 AND job_id = $2")
                .bind(self.project())
                .bind(job_id)
                .fetch_optional(&self.read)
                .await
                .doing("reading a job's document")?;
        Ok(row.map(|(body,)| body))
    }

    /// Findings of a job, as [`JOB_FINDINGS`](super::JOB_FINDINGS) lists them.
    ///
    /// # Errors
    /// The database's word.
    pub async fn job_findings(&self, job_id: &str, query: &Query) -> Result<Page<JobFindingRow>, Error> {
        let select = Select {
            doing: "listing findings of a job",
            columns: "id, position, severity, source, categories, body, created_at",
            from: "job_findings",
            filter: "project_id = $1 AND job_id = $2",
            values: vec![self.project().into(), job_id.into()],
        };
        self.list(select, query).await
    }

    /// What the engine said beside the findings, JSON.
    ///
    /// # Errors
    /// The database's word.
    pub async fn job_report(&self, job_id: &str) -> Result<Option<String>, Error> {
        let row: Option<(String,)> =
            sqlx::query_as("SELECT body FROM job_reports WHERE project_id = $1 AND job_id = $2")
                .bind(self.project())
                .bind(job_id)
                .fetch_optional(&self.read)
                .await
                .doing("reading a job's report")?;
        Ok(row.map(|(body,)| body))
    }

    /// The log of a job, the oldest line first.
    ///
    /// # Errors
    /// The database's word.
    pub async fn job_log(&self, job_id: &str) -> Result<Vec<JobLogRow>, Error> {
        sqlx::query_as(
            "SELECT time, fence, number, line FROM job_logs WHERE project_id = $1 AND job_id = $2 \
             ORDER BY fence, number",
        )
        .bind(self.project())
        .bind(job_id)
        .fetch_all(&self.read)
        .await
        .doing("reading a job's log")
    }

    /// The leases of a job, the first one first.
    ///
    /// # Errors
    /// The database's word.
    pub async fn job_attempts(&self, job_id: &str) -> Result<Vec<AttemptRow>, Error> {
        sqlx::query_as(
            "SELECT fence, controller_id, controller_name, started_at, ended_at, outcome FROM job_attempts \
             WHERE project_id = $1 AND job_id = $2 ORDER BY fence",
        )
        .bind(self.project())
        .bind(job_id)
        .fetch_all(&self.read)
        .await
        .doing("reading a job's attempts")
    }
}
