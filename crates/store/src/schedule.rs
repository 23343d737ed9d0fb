//! Schedules of jobs, and what came of their runs.

use crate::dialect::Flag;
use crate::open::Doing;
use crate::{Error, Page, Store};

/// Runs of one schedule that are kept, the newest.
const RUNS: i64 = 500;
/// Runs of one schedule whose facts are kept, the newest.
const FACTS: i64 = 100;

/// A run that waits for its job.
pub const DUE: &str = "Due";
/// A run whose job goes on.
pub const STARTED: &str = "Started";
/// A run that was left out.
pub const SKIPPED: &str = "Skipped";
/// A run that could get no job.
pub const REFUSED: &str = "Refused";

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ScheduleRow {
    /// UUIDv7.
    pub id: String,
    /// The project it belongs to.
    pub project_id: String,
    /// Unique in its project.
    pub name: String,
    /// Cron expression of five fields.
    pub cron: String,
    /// IANA name of the time zone it is read in.
    pub time_zone: String,
    /// The job, JSON, without its document.
    pub request: String,
    /// The document of every run.
    pub document: Option<String>,
    /// The API whose contract is the document of each run.
    pub contract_of: Option<String>,
    /// `once` or `skip`: what becomes of runs that were missed.
    pub missed: String,
    /// Whether it runs by the clock.
    #[sqlx(try_from = "Flag")]
    pub enabled: bool,
    /// The next time it runs, microseconds.
    pub next_at: Option<i64>,
    /// Microseconds.
    pub created_at: i64,
    /// Microseconds.
    pub updated_at: i64,
    /// Name of a principal.
    pub updated_by: String,
}

/// One run of a schedule.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct ScheduleRunRow {
    /// UUIDv7.
    pub id: String,
    /// The project it belongs to.
    pub project_id: String,
    /// The schedule.
    pub schedule_id: String,
    /// The time it was for, microseconds.
    pub due_at: i64,
    /// When it was begun, microseconds.
    pub begun_at: i64,
    /// The person who asked for it; nobody where the clock did.
    pub asked_by: Option<String>,
    /// One of the states above, or the state its job ended in.
    pub state: String,
    /// Why it was left out, refused, failed or cancelled.
    pub reason: Option<String>,
    /// Its job, which may be gone by now.
    pub job_id: Option<String>,
    /// Microseconds.
    pub ended_at: Option<i64>,
    /// Version of the application.
    pub application_version: Option<String>,
    /// 0 or 1, where the job was judged.
    pub compliant: Option<i64>,
    /// Points.
    pub score: Option<f64>,
    /// A letter.
    pub grade: Option<String>,
    /// Findings by severity, JSON.
    pub summary: Option<String>,
    /// What it is compared by, JSON; of old runs it is gone.
    pub facts: Option<String>,
    /// How it differs from the completed run before it, JSON.
    pub comparison: Option<String>,
}

/// What came of keeping a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutSchedule {
    /// It is kept.
    Done,
    /// The project has as many as are kept.
    Full,
    /// Another one has the name.
    Taken,
    /// There is none with the id.
    Gone,
}

/// A statement that reads the columns of a schedule.
macro_rules! schedule {
    ($rest:literal) => {
        concat!(
            "SELECT id, project_id, name, cron, time_zone, request, document, contract_of, missed, enabled, next_at, \
             created_at, updated_at, updated_by FROM schedules ",
            $rest
        )
    };
}

/// A statement that reads the columns of a run.
macro_rules! run {
    ($rest:literal) => {
        concat!(
            "SELECT id, project_id, schedule_id, due_at, begun_at, asked_by, state, reason, job_id, ended_at, \
             application_version, compliant, score, grade, summary, facts, comparison FROM schedule_runs ",
            $rest
        )
    };
}

impl Store {
    /// Every schedule, by name.
    ///
    /// # Errors
    /// The database's word.
    pub async fn schedules(&self) -> Result<Vec<ScheduleRow>, Error> {
        sqlx::query_as(schedule!("WHERE project_id = $1 ORDER BY name"))
            .bind(self.project())
            .fetch_all(&self.read)
            .await
            .doing("listing schedules")
    }

    /// One schedule.
    ///
    /// # Errors
    /// The database's word.
    pub async fn schedule(&self, id: &str) -> Result<Option<ScheduleRow>, Error> {
        sqlx::query_as(schedule!("WHERE project_id = $1 AND id = $2"))
            .bind(self.project())
            .bind(id)
            .fetch_optional(&self.read)
            .await
            .doing("reading a schedule")
    }

    /// Keeps a new schedule, where the project has fewer than `most`.
    ///
    /// # Errors
    /// The database's word.
    pub async fn add_schedule(&self, row: &ScheduleRow, most: i64) -> Result<PutSchedule, Error> {
        let done = sqlx::query(
            "INSERT INTO schedules (id, project_id, name, cron, time_zone, request, document, contract_of, missed, enabled, \
             next_at, created_at, updated_at, updated_by) SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), \
             CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS TEXT), CAST($9 AS TEXT), \
             CAST($10 AS BIGINT), CAST($11 AS BIGINT), CAST($12 AS BIGINT), CAST($13 AS BIGINT), CAST($14 AS TEXT) \
             WHERE (SELECT COUNT(*) FROM schedules WHERE project_id = $2) < CAST($15 AS BIGINT) \
             ON CONFLICT (project_id, name) DO NOTHING",
        )
        .bind(&row.id)
        .bind(self.project())
        .bind(&row.name)
        .bind(&row.cron)
        .bind(&row.time_zone)
        .bind(&row.request)
        .bind(&row.document)
        .bind(&row.contract_of)
        .bind(&row.missed)
        .bind(i64::from(row.enabled))
        .bind(row.next_at)
        .bind(row.created_at)
        .bind(row.updated_at)
        .bind(&row.updated_by)
        .bind(most)
        .execute(&self.write)
        .await
        .doing("keeping a schedule")?;
        if done.rows_affected() > 0 {
            return Ok(PutSchedule::Done);
        }
        Ok(if self.schedule_is_called(&row.name, &row.id).await? { PutSchedule::Taken } else { PutSchedule::Full })
    }

    /// Whether a schedule other than `id` has this name.
    async fn schedule_is_called(&self, name: &str, id: &str) -> Result<bool, Error> {
        let other: Option<(String,)> =
            sqlx::query_as("SELECT id FROM schedules WHERE project_id = $1 AND name = $2 AND id <> $3")
                .bind(self.project())
                .bind(name)
                .bind(id)
                .fetch_optional(&self.read)
                .await
                .doing("reading a schedule")?;
        Ok(other.is_some())
    }

    /// Changes the schedule with this id.
    ///
    /// # Errors
    /// The database's word.
    pub async fn set_schedule(&self, row: &ScheduleRow) -> Result<PutSchedule, Error> {
        let done = sqlx::query(
            "UPDATE schedules SET name = $3, cron = $4, time_zone = $5, request = $6, document = $7, contract_of = $8, \
             missed = $9, enabled = $10, next_at = $11, updated_at = $12, updated_by = $13 \
             WHERE project_id = $1 AND id = $2 \
             AND NOT EXISTS (SELECT 1 FROM schedules WHERE project_id = $1 AND name = $3 AND id <> $2)",
        )
        .bind(self.project())
        .bind(&row.id)
        .bind(&row.name)
        .bind(&row.cron)
        .bind(&row.time_zone)
        .bind(&row.request)
        .bind(&row.document)
        .bind(&row.contract_of)
        .bind(&row.missed)
        .bind(i64::from(row.enabled))
        .bind(row.next_at)
        .bind(row.updated_at)
        .bind(&row.updated_by)
        .execute(&self.write)
        .await
        .doing("changing a schedule")?;
        if done.rows_affected() > 0 {
            return Ok(PutSchedule::Done);
        }
        Ok(if self.schedule_is_called(&row.name, &row.id).await? { PutSchedule::Taken } else { PutSchedule::Gone })
    }

    /// Removes a schedule with its runs; their jobs stay. False when there was none.
    ///
    /// # Errors
    /// The database's word.
    pub async fn remove_schedule(&self, id: &str) -> Result<bool, Error> {
        sqlx::query("DELETE FROM schedules WHERE project_id = $1 AND id = $2")
            .bind(self.project())
            .bind(id)
            .execute(&self.write)
            .await
            .doing("removing a schedule")
            .map(|done| done.rows_affected() > 0)
    }

    /// Schedules of every project that are to run at `now`, those that wait longest first.
    ///
    /// # Errors
    /// The database's word.
    pub async fn due_schedules(&self, now: i64, limit: u32) -> Result<Vec<ScheduleRow>, Error> {
        sqlx::query_as(schedule!("WHERE next_at <= $1 ORDER BY next_at, id LIMIT $2"))
            .bind(now)
            .bind(i64::from(limit))
            .fetch_all(&self.read)
            .await
            .doing("reading due schedules")
    }

    /// Takes the run that a schedule is due for: notes the next time and the run, all or nothing. False when somebody else
    /// took it, or the schedule was changed meanwhile. Where an earlier run goes on the new one is left out.
    ///
    /// # Errors
    /// The database's word.
    pub async fn take_schedule_run(
        &self,
        schedule: &ScheduleRow,
        next_at: Option<i64>,
        run: &ScheduleRunRow,
    ) -> Result<Option<ScheduleRunRow>, Error> {
        let doing = "beginning a run of a schedule";
        let mut tx = self.begin().await.doing(doing)?;
        let done = sqlx::query(
            "UPDATE schedules SET next_at = $4 WHERE project_id = $1 AND id = $2 AND next_at = $3 AND enabled = 1",
        )
        .bind(self.project())
        .bind(&schedule.id)
        .bind(schedule.next_at)
        .bind(next_at)
        .execute(&mut *tx)
        .await
        .doing(doing)?;
        if done.rows_affected() == 0 {
            return Ok(None);
        }
        let run = self.put_schedule_run(&mut tx, run).await?;
        tx.commit().await.doing(doing)?;
        Ok(Some(run))
    }

    /// Begins a run that a person asked for. Where an earlier run goes on nothing is kept, and the run that is given is one
    /// that was left out. `None` when the schedule is gone.
    ///
    /// # Errors
    /// The database's word.
    pub async fn add_schedule_run(&self, run: &ScheduleRunRow) -> Result<Option<ScheduleRunRow>, Error> {
        let doing = "beginning a run of a schedule";
        let mut tx = self.begin().await.doing(doing)?;
        // Locks the schedule: of two runs that begin now, the second one sees the first.
        let done = sqlx::query("UPDATE schedules SET name = name WHERE project_id = $1 AND id = $2")
            .bind(self.project())
            .bind(&run.schedule_id)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        if done.rows_affected() == 0 {
            return Ok(None);
        }
        let run = self.put_schedule_run(&mut tx, run).await?;
        if run.state != SKIPPED {
            tx.commit().await.doing(doing)?;
        }
        Ok(Some(run))
    }

    async fn put_schedule_run(
        &self,
        tx: &mut sqlx::Transaction<'static, sqlx::Any>,
        run: &ScheduleRunRow,
    ) -> Result<ScheduleRunRow, Error> {
        let doing = "beginning a run of a schedule";
        let (open,): (i64,) = sqlx::query_as(
            "SELECT COUNT(*) FROM schedule_runs WHERE project_id = $1 AND schedule_id = $2 AND state IN ('Due', 'Started')",
        )
        .bind(self.project())
        .bind(&run.schedule_id)
        .fetch_one(&mut **tx)
        .await
        .doing(doing)?;
        let mut run = run.clone();
        if open > 0 && run.state == DUE {
            run.state = SKIPPED.to_owned();
            run.reason = Some("the run before it still goes on".to_owned());
            run.ended_at = Some(run.begun_at);
        }
        sqlx::query(
            "INSERT INTO schedule_runs (id, project_id, schedule_id, due_at, begun_at, asked_by, state, reason, ended_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(&run.id)
        .bind(self.project())
        .bind(&run.schedule_id)
        .bind(run.due_at)
        .bind(run.begun_at)
        .bind(&run.asked_by)
        .bind(&run.state)
        .bind(&run.reason)
        .bind(run.ended_at)
        .execute(&mut **tx)
        .await
        .doing(doing)?;
        for (statement, kept) in [
            (
                "DELETE FROM schedule_runs WHERE schedule_id = $1 AND state NOT IN ('Due', 'Started') AND id NOT IN \
                 (SELECT id FROM schedule_runs WHERE schedule_id = $1 ORDER BY id DESC LIMIT $2)",
                RUNS,
            ),
            (
                "UPDATE schedule_runs SET facts = NULL WHERE schedule_id = $1 AND facts IS NOT NULL AND id NOT IN \
                 (SELECT id FROM schedule_runs WHERE schedule_id = $1 AND facts IS NOT NULL ORDER BY id DESC LIMIT $2)",
                FACTS,
            ),
        ] {
            sqlx::query(statement).bind(&run.schedule_id).bind(kept).execute(&mut **tx).await.doing(doing)?;
        }
        Ok(run)
    }

    /// Runs of every project that wait for a job or whose job goes on.
    ///
    /// # Errors
    /// The database's word.
    pub async fn open_schedule_runs(&self, limit: u32) -> Result<Vec<ScheduleRunRow>, Error> {
        sqlx::query_as(run!("WHERE state IN ('Due', 'Started') ORDER BY id LIMIT $1"))
            .bind(i64::from(limit))
            .fetch_all(&self.read)
            .await
            .doing("reading open runs")
    }

    /// Notes how a run goes on or ended, unless its state is not `from` any more; true when it was noted.
    ///
    /// # Errors
    /// The database's word.
    pub async fn set_schedule_run(&self, run: &ScheduleRunRow, from: &str) -> Result<bool, Error> {
        sqlx::query(
            "UPDATE schedule_runs SET state = $4, reason = $5, job_id = $6, ended_at = $7, application_version = $8, \
             compliant = $9, score = NULLIF($10, -1.0), grade = $11, summary = $12, facts = $13, comparison = $14 \
             WHERE project_id = $1 AND id = $2 AND state = $3",
        )
        .bind(self.project())
        .bind(&run.id)
        .bind(from)
        .bind(&run.state)
        .bind(&run.reason)
        .bind(&run.job_id)
        .bind(run.ended_at)
        .bind(&run.application_version)
        .bind(run.compliant)
        // An absent number of this kind is told to PostgreSQL in another type than one that is there.
        .bind(run.score.unwrap_or(-1.0))
        .bind(&run.grade)
        .bind(&run.summary)
        .bind(&run.facts)
        .bind(&run.comparison)
        .execute(&self.write)
        .await
        .doing("keeping a run of a schedule")
        .map(|done| done.rows_affected() > 0)
    }

    /// Runs of a schedule, the newest first, from before the run `cursor` on.
    ///
    /// # Errors
    /// The database's word.
    pub async fn schedule_runs(
        &self,
        schedule_id: &str,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<ScheduleRunRow>, Error> {
        let rows = sqlx::query_as(run!(
            "WHERE project_id = $1 AND schedule_id = $2 AND (CAST($3 AS TEXT) IS NULL OR id < $3) ORDER BY id DESC LIMIT $4"
        ))
        .bind(self.project())
        .bind(schedule_id)
        .bind(cursor)
        .bind(i64::from(limit) + 1)
        .fetch_all(&self.read)
        .await
        .doing("listing runs of a schedule")?;
        Ok(Page::cut(rows, limit, |row: &ScheduleRunRow| row.id.clone()))
    }

    /// One run of a schedule.
    ///
    /// # Errors
    /// The database's word.
    pub async fn schedule_run(&self, schedule_id: &str, id: &str) -> Result<Option<ScheduleRunRow>, Error> {
        sqlx::query_as(run!("WHERE project_id = $1 AND schedule_id = $2 AND id = $3"))
            .bind(self.project())
            .bind(schedule_id)
            .bind(id)
            .fetch_optional(&self.read)
            .await
            .doing("reading a run of a schedule")
    }

    /// The run that a job was asked for by.
    ///
    /// # Errors
    /// The database's word.
    pub async fn schedule_run_of_job(&self, job_id: &str) -> Result<Option<ScheduleRunRow>, Error> {
        sqlx::query_as(run!("WHERE project_id = $1 AND job_id = $2"))
            .bind(self.project())
            .bind(job_id)
            .fetch_optional(&self.read)
            .await
            .doing("reading a run of a schedule")
    }

    /// The newest completed run of a schedule before the run `id`.
    ///
    /// # Errors
    /// The database's word.
    pub async fn schedule_run_before(&self, schedule_id: &str, id: &str) -> Result<Option<ScheduleRunRow>, Error> {
        sqlx::query_as(run!(
            "WHERE project_id = $1 AND schedule_id = $2 AND id < $3 AND state = 'Completed' ORDER BY id DESC LIMIT 1"
        ))
        .bind(self.project())
        .bind(schedule_id)
        .bind(id)
        .fetch_optional(&self.read)
        .await
        .doing("reading a run of a schedule")
    }
}
