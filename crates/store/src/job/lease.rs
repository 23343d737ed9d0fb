//! Leases: taken in turn, renewed, ended, lost.

use super::{CANCELLED, COMPLETED, FAILED, JobFindingRow, JobLogRow, JobRow, TOPIC, job};
use crate::open::Doing;
use crate::{Error, Store};
use sqlx::{Any, AssertSqlSafe, Transaction};

/// Tries to take a job while others take theirs.
const TRIES: usize = 16;
/// Lost leases that one round looks after.
const LOST: i64 = 500;
/// Rows of one INSERT.
const ROWS: usize = 50;
/// Lines of one job's log; what goes beyond is not kept.
const LOG_LINES: i64 = 5000;

/// Who asks for a job.
#[derive(Debug, Clone, Copy)]
pub struct Leaser<'a> {
    /// Id of the controller.
    pub controller_id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its instance.
    pub instance: &'a str,
    /// The project whose jobs it takes; of every project without one.
    pub project: Option<&'a str>,
    /// The types it takes.
    pub job_types: &'a [&'a str],
}

/// What bounds leases.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Jobs of one creator that run at a time.
    pub per_creator: u32,
    /// Attempts of one job.
    pub attempts: u32,
    /// How long a lease holds without a heartbeat, microseconds.
    pub lease: i64,
    /// Time before the second attempt, microseconds; it doubles with each further one.
    pub back_off: i64,
    /// How long ended jobs are kept, microseconds.
    pub keep: i64,
}

impl Limits {
    /// When a job that failed in its `attempts`th attempt may be tried again.
    fn again_at(&self, attempts: i64, now: i64) -> i64 {
        let doubled = u32::try_from(attempts - 1).unwrap_or(0).min(6);
        now.saturating_add(self.back_off.saturating_mul(1 << doubled))
    }
}

/// What a controller says it holds.
#[derive(Debug, Clone, Copy)]
pub struct Held<'a> {
    /// Id of the controller.
    pub controller_id: &'a str,
    /// Id of the job.
    pub job_id: &'a str,
    /// The fence of the lease.
    pub fence: i64,
}

/// A lease that was given.
#[derive(Debug, Clone, PartialEq)]
pub struct Lease {
    /// The job, as it is now.
    pub job: JobRow,
    /// Whether it has a document.
    pub document: bool,
}

/// A sign of life.
#[derive(Debug, Clone, Copy)]
pub struct Beat<'a> {
    /// From 0 to 100.
    pub progress: i64,
    /// What is being done.
    pub text: &'a str,
    /// Lines for the log.
    pub log: &'a [JobLogRow],
}

/// How a lease ends.
#[derive(Debug, Clone, Copy)]
pub enum Ended<'a> {
    /// The work was done.
    Completed {
        /// Whether the conditions hold, where any were asked for.
        compliant: Option<bool>,
        /// From 0 to 100.
        score: Option<f64>,
        /// A letter.
        grade: Option<&'a str>,
        /// Findings by severity, JSON.
        summary: &'a str,
        /// The findings.
        findings: &'a [JobFindingRow],
        /// What the engine says beside them, JSON.
        report: &'a str,
    },
    /// It cannot be done.
    Failed {
        /// Why.
        reason: &'a str,
        /// Whether another attempt may do it.
        again: bool,
    },
    /// It was stopped because someone asked for that.
    Cancelled,
    /// The controller ends; the attempt does not count.
    GivenBack,
}

/// Where a job goes that lost its lease.
struct Next {
    state: &'static str,
    reason: Option<String>,
    attempts: i64,
    not_before: i64,
    text: &'static str,
    outcome: &'static str,
    /// Whether the controller told it: told once more, it is known.
    told: bool,
}

impl Store {
    /// Leases a job to a controller: the creator who was served longest ago comes first, with its oldest job. `None` when
    /// there is nothing to do for it.
    ///
    /// # Errors
    /// The database's word.
    pub async fn lease_job(&self, to: Leaser<'_>, limits: &Limits, now: i64) -> Result<Option<Lease>, Error> {
        let doing = "leasing a job";
        let job_types = format!(",{},", to.job_types.join(","));
        for _ in 0..TRIES {
            let turn: Option<(String, String, i64)> = sqlx::query_as(
                "SELECT t.project_id, t.creator, t.served FROM job_turns t \
                 WHERE (CAST($1 AS TEXT) IS NULL OR t.project_id = $1) AND EXISTS (SELECT 1 FROM jobs j \
                 WHERE j.project_id = t.project_id AND j.creator = t.creator AND j.state = 'Pending' \
                 AND j.not_before <= $2 AND (j.controller_id IS NULL OR j.controller_id = $3) \
                 AND CAST($4 AS TEXT) LIKE '%,' || j.job_type || ',%') \
                 AND (SELECT COUNT(*) FROM jobs r WHERE r.project_id = t.project_id AND r.creator = t.creator \
                 AND r.state = 'InProgress') < $5 ORDER BY t.served, t.creator LIMIT 1",
            )
            .bind(to.project)
            .bind(now)
            .bind(to.controller_id)
            .bind(&job_types)
            .bind(i64::from(limits.per_creator))
            .fetch_optional(&self.read)
            .await
            .doing(doing)?;
            let Some((project, creator, served)) = turn else { return Ok(None) };
            let turn = Turn { project: &project, creator: &creator, served };
            if let Some(lease) = self.take(&to, limits, now, &job_types, turn).await? {
                return Ok(Some(lease));
            }
        }
        Ok(None)
    }

    /// Takes the turn of a creator and leases its oldest job; `None` when someone else was faster.
    async fn take(
        &self,
        to: &Leaser<'_>,
        limits: &Limits,
        now: i64,
        job_types: &str,
        turn: Turn<'_>,
    ) -> Result<Option<Lease>, Error> {
        let doing = "leasing a job";
        let mut tx = self.begin().await.doing(doing)?;
        // One at a time takes a creator's turn: what is counted below stays true until the end of the transaction.
        let taken =
            sqlx::query("UPDATE job_turns SET served = $4 WHERE project_id = $1 AND creator = $2 AND served = $3")
                .bind(turn.project)
                .bind(turn.creator)
                .bind(turn.served)
                .bind(now.max(turn.served + 1))
                .execute(&mut *tx)
                .await
                .doing(doing)?;
        if taken.rows_affected() == 0 {
            return Ok(None);
        }
        let (running,): (i64,) =
            sqlx::query_as("SELECT COUNT(*) FROM jobs WHERE project_id = $1 AND creator = $2 AND state = 'InProgress'")
                .bind(turn.project)
                .bind(turn.creator)
                .fetch_one(&mut *tx)
                .await
                .doing(doing)?;
        if running >= i64::from(limits.per_creator) {
            return Ok(None);
        }
        let id: Option<(String,)> = sqlx::query_as(
            "SELECT id FROM jobs WHERE project_id = $1 AND creator = $2 AND state = 'Pending' AND not_before <= $3 \
             AND (controller_id IS NULL OR controller_id = $4) AND CAST($5 AS TEXT) LIKE '%,' || job_type || ',%' \
             ORDER BY id LIMIT 1",
        )
        .bind(turn.project)
        .bind(turn.creator)
        .bind(now)
        .bind(to.controller_id)
        .bind(job_types)
        .fetch_optional(&mut *tx)
        .await
        .doing(doing)?;
        let Some((id,)) = id else { return Ok(None) };
        let leased = sqlx::query(
            "UPDATE jobs SET state = 'InProgress', reason = NULL, fence = fence + 1, attempts = attempts + 1, \
             holder_id = $2, holder_name = $3, holder_instance = $4, leased_until = $5, updated_at = $6, \
             started_at = COALESCE(started_at, $6), progress = 0, progress_text = 'begins' \
             WHERE id = $1 AND state = 'Pending'",
        )
        .bind(&id)
        .bind(to.controller_id)
        .bind(to.name)
        .bind(to.instance)
        .bind(now + limits.lease)
        .bind(now)
        .execute(&mut *tx)
        .await
        .doing(doing)?;
        if leased.rows_affected() == 0 {
            return Ok(None);
        }
        let job: JobRow = sqlx::query_as(job!("WHERE id = $1")).bind(&id).fetch_one(&mut *tx).await.doing(doing)?;
        sqlx::query(
            "INSERT INTO job_attempts (job_id, fence, project_id, controller_id, controller_name, started_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&id)
        .bind(job.fence)
        .bind(turn.project)
        .bind(to.controller_id)
        .bind(to.name)
        .bind(now)
        .execute(&mut *tx)
        .await
        .doing(doing)?;
        let (documents,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM job_documents WHERE job_id = $1")
            .bind(&id)
            .fetch_one(&mut *tx)
            .await
            .doing(doing)?;
        self.commit(tx, &job.project_id).await?;
        Ok(Some(Lease { job, document: documents > 0 }))
    }

    /// The job that a controller holds with this fence.
    ///
    /// # Errors
    /// The database's word.
    pub async fn held_job(&self, held: Held<'_>) -> Result<Option<JobRow>, Error> {
        sqlx::query_as(job!("WHERE id = $1 AND holder_id = $2 AND fence = $3 AND state = 'InProgress'"))
            .bind(held.job_id)
            .bind(held.controller_id)
            .bind(held.fence)
            .fetch_optional(&self.read)
            .await
            .doing("reading a held job")
    }

    /// Renews a lease, notes how far the job is and keeps lines of its log. Gives whether someone wants it stopped; `None`
    /// when the controller does not hold it any more.
    ///
    /// # Errors
    /// The database's word.
    pub async fn beat_job(
        &self,
        held: Held<'_>,
        beat: &Beat<'_>,
        limits: &Limits,
        now: i64,
    ) -> Result<Option<bool>, Error> {
        let doing = "renewing a lease";
        let mut tx = self.begin().await.doing(doing)?;
        let done = sqlx::query(
            "UPDATE jobs SET leased_until = $4, \
             updated_at = CASE WHEN progress = $5 AND progress_text = $6 THEN updated_at ELSE $7 END, \
             progress = $5, progress_text = $6 \
             WHERE id = $1 AND holder_id = $2 AND fence = $3 AND state = 'InProgress'",
        )
        .bind(held.job_id)
        .bind(held.controller_id)
        .bind(held.fence)
        .bind(now + limits.lease)
        .bind(beat.progress)
        .bind(beat.text)
        .bind(now)
        .execute(&mut *tx)
        .await
        .doing(doing)?;
        if done.rows_affected() == 0 {
            return Ok(None);
        }
        let job: JobRow =
            sqlx::query_as(job!("WHERE id = $1")).bind(held.job_id).fetch_one(&mut *tx).await.doing(doing)?;
        keep_log(&mut tx, &job, beat.log).await?;
        match job.updated_at == now {
            true => self.commit(tx, &job.project_id).await?,
            false => tx.commit().await.doing(doing)?,
        }
        Ok(Some(job.cancel_asked))
    }

    /// Ends a lease: the end, the findings, the report and the log are kept together or not at all. True when it is kept, be
    /// it by an earlier call with the same fence; false when the controller does not hold the job any more.
    ///
    /// # Errors
    /// The database's word; nothing is kept then.
    pub async fn end_job(
        &self,
        held: Held<'_>,
        ended: Ended<'_>,
        log: &[JobLogRow],
        limits: &Limits,
        now: i64,
    ) -> Result<bool, Error> {
        let doing = "ending a job";
        let mut tx = self.begin().await.doing(doing)?;
        // Taken first: whether it is to be stopped cannot change any more.
        let taken = sqlx::query(
            "UPDATE jobs SET leased_until = leased_until \
             WHERE id = $1 AND holder_id = $2 AND fence = $3 AND state = 'InProgress'",
        )
        .bind(held.job_id)
        .bind(held.controller_id)
        .bind(held.fence)
        .execute(&mut *tx)
        .await
        .doing(doing)?;
        let job: Option<JobRow> =
            sqlx::query_as(job!("WHERE id = $1")).bind(held.job_id).fetch_optional(&mut *tx).await.doing(doing)?;
        let Some(job) = job else { return Ok(false) };
        if taken.rows_affected() == 0 {
            let mine = job.holder_id.as_deref() == Some(held.controller_id);
            return Ok(mine && job.ended_fence == Some(held.fence));
        }
        keep_log(&mut tx, &job, log).await?;
        let next = after(&job, &ended, limits, now);
        if next.state == COMPLETED
            && let Ended::Completed { compliant, score, grade, summary, findings, report } = ended
        {
            keep_findings(&mut tx, &job, findings).await?;
            sqlx::query("INSERT INTO job_reports (job_id, project_id, body) VALUES ($1, $2, $3)")
                .bind(&job.id)
                .bind(&job.project_id)
                .bind(report)
                .execute(&mut *tx)
                .await
                .doing(doing)?;
            sqlx::query(
                "UPDATE jobs SET compliant = $2, score = NULLIF($3, -1.0), grade = $4, summary = $5, progress = 100 \
                 WHERE id = $1",
            )
            .bind(&job.id)
            .bind(compliant.map(i64::from))
            // An absent number of this kind is told to PostgreSQL in another type than one that is there.
            .bind(score.unwrap_or(-1.0))
            .bind(grade)
            .bind(summary)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        }
        move_on(&mut tx, &job, &next, limits, now).await?;
        self.commit(tx, &job.project_id).await?;
        Ok(true)
    }

    /// Looks after leases of every project whose time is over at `now`: their jobs are tried again, or fail where they had
    /// their attempts, or are cancelled where that was asked for. Gives their number.
    ///
    /// # Errors
    /// The database's word.
    pub async fn reap_leases(&self, limits: &Limits, now: i64) -> Result<usize, Error> {
        let lost: Vec<JobRow> =
            sqlx::query_as(job!("WHERE state = 'InProgress' AND leased_until < $1 ORDER BY leased_until LIMIT $2"))
                .bind(now)
                .bind(LOST)
                .fetch_all(&self.read)
                .await
                .doing("looking for lost leases")?;
        self.lose(&lost, "was not heard of any more", true, limits, now).await
    }

    /// Looks after leases that an earlier instance of a controller held, as [`Store::reap_leases`] does.
    ///
    /// # Errors
    /// The database's word.
    pub async fn reap_instance(
        &self,
        controller_id: &str,
        instance: &str,
        limits: &Limits,
        now: i64,
    ) -> Result<usize, Error> {
        let lost: Vec<JobRow> = sqlx::query_as(job!(
            "WHERE state = 'InProgress' AND holder_id = $1 AND holder_instance <> $2 ORDER BY id LIMIT $3"
        ))
        .bind(controller_id)
        .bind(instance)
        .bind(LOST)
        .fetch_all(&self.read)
        .await
        .doing("looking for lost leases")?;
        self.lose(&lost, "ended while it ran", false, limits, now).await
    }

    /// Gives back what an instance of a controller holds, since it ends: the attempts do not count.
    ///
    /// # Errors
    /// The database's word.
    pub async fn give_back(
        &self,
        controller_id: &str,
        instance: &str,
        limits: &Limits,
        now: i64,
    ) -> Result<usize, Error> {
        let held: Vec<(String, i64)> = sqlx::query_as(
            "SELECT id, fence FROM jobs WHERE state = 'InProgress' AND holder_id = $1 AND holder_instance = $2",
        )
        .bind(controller_id)
        .bind(instance)
        .fetch_all(&self.read)
        .await
        .doing("reading held jobs")?;
        for (job_id, fence) in &held {
            let held = Held { controller_id, job_id, fence: *fence };
            self.end_job(held, Ended::GivenBack, &[], limits, now).await?;
        }
        Ok(held.len())
    }

    async fn lose(&self, lost: &[JobRow], why: &str, overdue: bool, limits: &Limits, now: i64) -> Result<usize, Error> {
        let doing = "looking after lost leases";
        let mut count = 0;
        for job in lost {
            let mut tx = self.begin().await.doing(doing)?;
            // It may have been heard of again, or ended, since it was read.
            let held = sqlx::query(
                "UPDATE jobs SET leased_until = leased_until WHERE id = $1 AND fence = $2 AND state = 'InProgress' \
                 AND ($3 = 0 OR leased_until < $4)",
            )
            .bind(&job.id)
            .bind(job.fence)
            .bind(i64::from(overdue))
            .bind(now)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
            if held.rows_affected() == 0 {
                continue;
            }
            let job: JobRow =
                sqlx::query_as(job!("WHERE id = $1")).bind(&job.id).fetch_one(&mut *tx).await.doing(doing)?;
            let holder = job.holder_name.as_deref().unwrap_or("unknown");
            let reason = format!("the controller {holder} {why}");
            let mut next = after(&job, &Ended::Failed { reason: &reason, again: true }, limits, now);
            (next.outcome, next.told) = ("lost", false);
            move_on(&mut tx, &job, &next, limits, now).await?;
            self.commit(tx, &job.project_id).await?;
            count += 1;
        }
        Ok(count)
    }

    /// Ends a transaction that changed a job, and says so to whoever follows the jobs of its project.
    async fn commit(&self, mut tx: Transaction<'static, Any>, project: &str) -> Result<(), Error> {
        self.in_project(project).bump_in(&mut tx, TOPIC).await?;
        tx.commit().await.doing("changing a job")?;
        self.told();
        Ok(())
    }
}

/// The creator whose turn it is, as it was read.
#[derive(Clone, Copy)]
struct Turn<'a> {
    project: &'a str,
    creator: &'a str,
    served: i64,
}

/// Where a job goes after its lease.
fn after(job: &JobRow, ended: &Ended<'_>, limits: &Limits, now: i64) -> Next {
    let most = i64::from(limits.attempts);
    let next = |state, reason, text, outcome| Next {
        state,
        reason,
        attempts: job.attempts,
        not_before: job.not_before,
        text,
        outcome,
        told: true,
    };
    if job.cancel_asked {
        // Whatever came of it meanwhile: who stopped it was told that it is stopped.
        return next(CANCELLED, job.reason.clone(), "cancelled", "cancelled");
    }
    match ended {
        Ended::Completed { .. } => next(COMPLETED, None, "done", "completed"),
        Ended::Cancelled => next(CANCELLED, job.reason.clone(), "cancelled", "cancelled"),
        Ended::GivenBack => Next {
            attempts: job.attempts - 1,
            not_before: now,
            ..next(super::PENDING, None, "waits: its controller ended", "given back")
        },
        Ended::Failed { reason, again: true } if job.attempts < most => Next {
            not_before: limits.again_at(job.attempts, now),
            ..next(super::PENDING, Some((*reason).to_owned()), "waits for another attempt", "failed")
        },
        Ended::Failed { reason, again: true } if most > 1 => {
            let reason = format!("given up after {} attempts; the last one: {reason}", job.attempts);
            next(FAILED, Some(reason), "failed", "failed")
        }
        Ended::Failed { reason, .. } => next(FAILED, Some((*reason).to_owned()), "failed", "failed"),
    }
}

/// Ends the lease of a job that this transaction has taken.
async fn move_on(
    tx: &mut Transaction<'static, Any>,
    job: &JobRow,
    next: &Next,
    limits: &Limits,
    now: i64,
) -> Result<(), Error> {
    let doing = "ending a lease";
    let ended = (next.state != super::PENDING).then_some(now);
    sqlx::query(
        "UPDATE jobs SET state = $2, reason = $3, attempts = $4, not_before = $5, progress_text = $6, updated_at = $7, \
         ended_at = $8, expires_at = $9, ended_fence = CASE WHEN $10 = 1 THEN fence ELSE ended_fence END, fence = fence + 1, leased_until = NULL, \
         progress = CASE WHEN CAST($2 AS TEXT) = 'Pending' THEN 0 ELSE progress END WHERE id = $1",
    )
    .bind(&job.id)
    .bind(next.state)
    .bind(&next.reason)
    .bind(next.attempts)
    .bind(next.not_before)
    .bind(next.text)
    .bind(now)
    .bind(ended)
    .bind(ended.map(|at| at.saturating_add(limits.keep)))
    .bind(i64::from(next.told))
    .execute(&mut **tx)
    .await
    .doing(doing)?;
    sqlx::query("UPDATE job_attempts SET ended_at = $3, outcome = $4 WHERE job_id = $1 AND fence = $2")
        .bind(&job.id)
        .bind(job.fence)
        .bind(now)
        .bind(next.outcome)
        .execute(&mut **tx)
        .await
        .doing(doing)
        .map(drop)
}

async fn keep_log(tx: &mut Transaction<'static, Any>, job: &JobRow, log: &[JobLogRow]) -> Result<(), Error> {
    for row in log.iter().filter(|row| row.number < LOG_LINES) {
        sqlx::query(
            "INSERT INTO job_logs (job_id, fence, number, project_id, time, line) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (job_id, fence, number) DO NOTHING",
        )
        .bind(&job.id)
        .bind(job.fence)
        .bind(row.number)
        .bind(&job.project_id)
        .bind(row.time)
        .bind(&row.line)
        .execute(&mut **tx)
        .await
        .doing("keeping a job's log")?;
    }
    Ok(())
}

async fn keep_findings(
    tx: &mut Transaction<'static, Any>,
    job: &JobRow,
    findings: &[JobFindingRow],
) -> Result<(), Error> {
    const COLUMNS: usize = 9;
    for rows in findings.chunks(ROWS) {
        let places: Vec<String> = (0..rows.len())
            .map(|row| {
                let columns: Vec<String> = (1..=COLUMNS).map(|column| format!("${}", row * COLUMNS + column)).collect();
                format!("({})", columns.join(", "))
            })
            .collect();
        let statement = format!(
            "INSERT INTO job_findings (id, project_id, job_id, position, severity, source, categories, body, \
             created_at) VALUES {}",
            places.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for row in rows {
            query = query
                .bind(&row.id)
                .bind(&job.project_id)
                .bind(&job.id)
                .bind(row.position)
                .bind(&row.severity)
                .bind(&row.source)
                .bind(&row.categories)
                .bind(&row.body)
                .bind(row.created_at);
        }
        query.execute(&mut **tx).await.doing("keeping a job's findings")?;
    }
    Ok(())
}
