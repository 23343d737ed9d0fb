//! Reading jobs and what came of them.

use super::{AttemptRow, JobFindingRow, JobLogRow, JobRow, job};
use crate::open::Doing;
use crate::{Error, Page, Store};

/// Which jobs a list shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct JobFilter<'a> {
    /// Only those in this state.
    pub state: Option<&'a str>,
    /// Only those of this type.
    pub job_type: Option<&'a str>,
    /// Only those of this application.
    pub application: Option<&'a str>,
    /// The newest first.
    pub newest_first: bool,
}

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

    /// Jobs in the order they were made.
    ///
    /// # Errors
    /// The database's word.
    pub async fn jobs(&self, filter: JobFilter<'_>, cursor: Option<&str>, limit: u32) -> Result<Page<JobRow>, Error> {
        let statement = match filter.newest_first {
            true => job!(
                "WHERE project_id = $1 AND (CAST($2 AS TEXT) IS NULL OR state = $2) \
                 AND (CAST($3 AS TEXT) IS NULL OR job_type = $3) AND (CAST($4 AS TEXT) IS NULL OR application = $4) \
                 AND (CAST($5 AS TEXT) IS NULL OR id < $5) ORDER BY id DESC LIMIT $6"
            ),
            false => job!(
                "WHERE project_id = $1 AND (CAST($2 AS TEXT) IS NULL OR state = $2) \
                 AND (CAST($3 AS TEXT) IS NULL OR job_type = $3) AND (CAST($4 AS TEXT) IS NULL OR application = $4) \
                 AND (CAST($5 AS TEXT) IS NULL OR id > $5) ORDER BY id LIMIT $6"
            ),
        };
        let rows = sqlx::query_as(statement)
            .bind(self.project())
            .bind(filter.state)
            .bind(filter.job_type)
            .bind(filter.application)
            .bind(cursor)
            .bind(i64::from(limit) + 1)
            .fetch_all(&self.read)
            .await
            .doing("listing jobs")?;
        Ok(Page::cut(rows, limit, |row: &JobRow| row.id.clone()))
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

    /// Findings of a job in the order of its engine, from position `from` on; only those of a severity where one is given.
    ///
    /// # Errors
    /// The database's word.
    pub async fn job_findings(
        &self,
        job_id: &str,
        severity: Option<&str>,
        from: i64,
        limit: u32,
    ) -> Result<Vec<JobFindingRow>, Error> {
        sqlx::query_as(
            "SELECT id, position, severity, source, categories, body, created_at FROM job_findings \
             WHERE project_id = $1 AND job_id = $2 AND (CAST($3 AS TEXT) IS NULL OR severity = $3) AND position >= $4 \
             ORDER BY position LIMIT $5",
        )
        .bind(self.project())
        .bind(job_id)
        .bind(severity)
        .bind(from)
        .bind(i64::from(limit))
        .fetch_all(&self.read)
        .await
        .doing("reading findings of a job")
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
