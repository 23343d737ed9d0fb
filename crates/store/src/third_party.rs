//! APIs of others: what people set for them, assessments, and samples of their availability.

use crate::dialect::Flag;
use crate::open::Doing;
use crate::query::{Cell, Column, Kind, List, Query, Select};
use crate::{Error, Page, Store};

/// A third-party API as people set it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ThirdPartyRow {
    /// UUIDv7.
    pub id: String,
    /// Name shown to people.
    pub name: String,
    /// Where it is, unique.
    pub url: String,
    /// The API whose contract joins the score.
    pub contract_api_id: Option<String>,
    /// JSON list of DKIM selectors.
    pub selectors: String,
    /// Whether risky ports are looked at.
    #[sqlx(try_from = "Flag")]
    pub ports: bool,
    /// Whether it may lie on this machine or a private network.
    #[sqlx(try_from = "Flag")]
    pub allow_private: bool,
    /// What is accepted of it, JSON.
    pub policy: String,
    /// When it is assessed again, JSON.
    pub schedule: Option<String>,
    /// When the schedule asks for the next assessment, microseconds.
    pub next_at: Option<i64>,
    /// Minutes between two samples of its availability; 0: none is taken.
    pub probe_minutes: i64,
    /// Microseconds.
    pub created_at: i64,
    /// Who added it.
    pub created_by: String,
}

/// One assessment without its result.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AssessmentRow {
    /// UUIDv7.
    pub id: String,
    /// The third party.
    pub third_party_id: String,
    /// `pending`, `running`, `completed`, `failed` or `cancelled`.
    pub state: String,
    /// Why it failed or was cancelled.
    pub reason: Option<String>,
    /// Whether the schedule asked for it.
    #[sqlx(try_from = "Flag")]
    pub scheduled: bool,
    /// Who asked for it.
    pub asked_by: String,
    /// Microseconds.
    pub created_at: i64,
    /// Microseconds.
    pub started_at: Option<i64>,
    /// Microseconds.
    pub ended_at: Option<i64>,
    /// From 0 to 100, when it was completed.
    pub score: Option<i64>,
    /// From `A+` to `F`, when it was completed.
    pub grade: Option<String>,
    /// Findings by severity, JSON.
    pub summary: Option<String>,
}

/// How an assessment ended.
#[derive(Debug, Clone, Copy)]
pub struct Ended<'a> {
    /// `completed`, `failed` or `cancelled`.
    pub state: &'a str,
    /// Why it was not completed.
    pub reason: Option<&'a str>,
    /// Microseconds.
    pub at: i64,
    /// Score, grade, findings by severity as JSON, and the whole result as JSON.
    pub result: Option<(i64, &'a str, &'a str, &'a str)>,
}

/// One light request to a third party.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SampleRow {
    /// Microseconds.
    pub time: i64,
    /// From the connection to the head of the answer, microseconds; none without an answer.
    pub latency: Option<i64>,
    /// Status of the answer.
    pub status: Option<i64>,
    /// Why there was no answer.
    pub failure: Option<String>,
}

/// Samples of one third party, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct SampleCounts {
    /// All of them.
    pub checks: i64,
    /// Those without an answer.
    pub failures: i64,
    /// Those answered with a status from 500.
    pub errors: i64,
}

macro_rules! third_party_columns {
    () => {
        "id, name, url, contract_api_id, selectors, ports, allow_private, policy, schedule, next_at, probe_minutes, \
         created_at, created_by"
    };
}

macro_rules! assessment_columns {
    () => {
        "id, third_party_id, state, reason, scheduled, asked_by, created_at, started_at, ended_at, score, grade, summary"
    };
}

/// A statement that reads the columns of a third party; what follows the project is given.
macro_rules! third_party {
    ($rest:literal) => {
        concat!("SELECT ", third_party_columns!(), " FROM third_parties WHERE project_id = $1 ", $rest)
    };
}

/// A statement that reads the columns of an assessment; what follows the project is given.
macro_rules! assessment {
    ($rest:literal) => {
        concat!("SELECT ", assessment_columns!(), " FROM assessments WHERE project_id = $1 ", $rest)
    };
}

/// What may be asked of the list of third parties.
pub const THIRD_PARTIES: List = List {
    name: "third-parties",
    columns: &[
        Column::new("id", Kind::Id, "id"),
        Column::new("name", Kind::Text, "name"),
        Column::new("url", Kind::Text, "url"),
        Column::new("contract_api_id", Kind::Id, "contract_api_id").optional(),
        Column::new("ports", Kind::Truth, "ports"),
        Column::new("allow_private", Kind::Truth, "allow_private"),
        Column::new("next_at", Kind::Time, "next_at").optional(),
        Column::new("probe_minutes", Kind::Number, "probe_minutes"),
        Column::new("created_at", Kind::Time, "created_at"),
        Column::new("created_by", Kind::Text, "created_by"),
    ],
    sort: "id",
    id: "id",
};

/// What may be asked of the assessments of a third party.
pub const ASSESSMENTS: List = List {
    name: "assessments",
    columns: &[
        Column::new("id", Kind::Id, "id"),
        Column::new("state", Kind::Words(&["pending", "running", "completed", "failed", "cancelled"]), "state"),
        Column::new("scheduled", Kind::Truth, "scheduled"),
        Column::new("asked_by", Kind::Text, "asked_by"),
        Column::new("created_at", Kind::Time, "created_at"),
        Column::new("started_at", Kind::Time, "started_at").optional(),
        Column::new("ended_at", Kind::Time, "ended_at").optional(),
        Column::new("score", Kind::Number, "score").optional(),
        Column::new("grade", Kind::Text, "grade").optional(),
    ],
    sort: "-id",
    id: "id",
};

impl Store {
    /// Keeps a new third party; false when its URL is taken.
    ///
    /// # Errors
    /// The database's word.
    pub async fn add_third_party(&self, row: &ThirdPartyRow) -> Result<bool, Error> {
        let done = sqlx::query(
            "INSERT INTO third_parties (id, project_id, name, url, contract_api_id, selectors, ports, allow_private, \
             policy, schedule, next_at, probe_minutes, created_at, created_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
             ON CONFLICT (project_id, url) DO NOTHING",
        )
        .bind(&row.id)
        .bind(self.project())
        .bind(&row.name)
        .bind(&row.url)
        .bind(&row.contract_api_id)
        .bind(&row.selectors)
        .bind(i64::from(row.ports))
        .bind(i64::from(row.allow_private))
        .bind(&row.policy)
        .bind(&row.schedule)
        .bind(row.next_at)
        .bind(row.probe_minutes)
        .bind(row.created_at)
        .bind(&row.created_by)
        .execute(&self.write)
        .await
        .doing("keeping a third party")?;
        Ok(done.rows_affected() > 0)
    }

    /// Changes what people set for a third party; its URL stays. False when it is gone.
    ///
    /// # Errors
    /// The database's word.
    pub async fn set_third_party(&self, row: &ThirdPartyRow) -> Result<bool, Error> {
        let done = sqlx::query(
            "UPDATE third_parties SET name = $3, contract_api_id = $4, selectors = $5, ports = $6, allow_private = $7, \
             policy = $8, schedule = $9, next_at = $10, probe_minutes = $11 WHERE project_id = $1 AND id = $2",
        )
        .bind(self.project())
        .bind(&row.id)
        .bind(&row.name)
        .bind(&row.contract_api_id)
        .bind(&row.selectors)
        .bind(i64::from(row.ports))
        .bind(i64::from(row.allow_private))
        .bind(&row.policy)
        .bind(&row.schedule)
        .bind(row.next_at)
        .bind(row.probe_minutes)
        .execute(&self.write)
        .await
        .doing("changing a third party")?;
        Ok(done.rows_affected() > 0)
    }

    /// Notes when the schedule asks for the next assessment, unless it was changed meanwhile.
    ///
    /// # Errors
    /// The database's word.
    pub async fn set_next_assessment(&self, row: &ThirdPartyRow, next_at: Option<i64>) -> Result<(), Error> {
        sqlx::query(
            "UPDATE third_parties SET next_at = $4 WHERE project_id = $1 AND id = $2 AND COALESCE(schedule, '') = $3",
        )
        .bind(self.project())
        .bind(&row.id)
        .bind(row.schedule.as_deref().unwrap_or(""))
        .bind(next_at)
        .execute(&self.write)
        .await
        .doing("scheduling an assessment")
        .map(drop)
    }

    /// One third party.
    ///
    /// # Errors
    /// The database's word.
    pub async fn third_party(&self, id: &str) -> Result<Option<ThirdPartyRow>, Error> {
        sqlx::query_as(third_party!("AND id = $2"))
            .bind(self.project())
            .bind(id)
            .fetch_optional(&self.read)
            .await
            .doing("reading a third party")
    }

    /// Third parties, as [`THIRD_PARTIES`] lists them.
    ///
    /// # Errors
    /// The database's word.
    pub async fn third_parties(&self, query: &Query) -> Result<Page<ThirdPartyRow>, Error> {
        let select = Select {
            doing: "listing third parties",
            columns: third_party_columns!(),
            from: "third_parties",
            filter: "project_id = $1",
            values: vec![self.project().into()],
        };
        self.list(select, query).await
    }

    /// How many third parties there are.
    ///
    /// # Errors
    /// The database's word.
    pub async fn count_third_parties(&self) -> Result<i64, Error> {
        let (count,) = sqlx::query_as("SELECT COUNT(*) FROM third_parties WHERE project_id = $1")
            .bind(self.project())
            .fetch_one(&self.read)
            .await
            .doing("counting third parties")?;
        Ok(count)
    }

    /// Removes a third party with its assessments and samples; false when there was none.
    ///
    /// # Errors
    /// The database's word.
    pub async fn remove_third_party(&self, id: &str) -> Result<bool, Error> {
        let doing = "removing a third party";
        let mut tx = self.begin().await.doing(doing)?;
        for statement in [
            "DELETE FROM availability_samples WHERE project_id = $1 AND third_party_id = $2",
            "DELETE FROM assessments WHERE project_id = $1 AND third_party_id = $2",
        ] {
            sqlx::query(statement).bind(self.project()).bind(id).execute(&mut *tx).await.doing(doing)?;
        }
        let done = sqlx::query("DELETE FROM third_parties WHERE project_id = $1 AND id = $2")
            .bind(self.project())
            .bind(id)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        tx.commit().await.doing(doing)?;
        Ok(done.rows_affected() > 0)
    }

    /// Keeps a new assessment, which is pending; false when one of the third party is open.
    ///
    /// # Errors
    /// The database's word.
    pub async fn add_assessment(&self, row: &AssessmentRow) -> Result<bool, Error> {
        let done = sqlx::query(
            "INSERT INTO assessments (id, project_id, third_party_id, state, scheduled, asked_by, created_at) \
             VALUES ($1, $2, $3, 'pending', $4, $5, $6) ON CONFLICT DO NOTHING",
        )
        .bind(&row.id)
        .bind(self.project())
        .bind(&row.third_party_id)
        .bind(i64::from(row.scheduled))
        .bind(&row.asked_by)
        .bind(row.created_at)
        .execute(&self.write)
        .await
        .doing("keeping an assessment")?;
        Ok(done.rows_affected() > 0)
    }

    /// Notes that a pending assessment runs; false when it is not pending any more.
    ///
    /// # Errors
    /// The database's word.
    pub async fn begin_assessment(&self, id: &str, at: i64) -> Result<bool, Error> {
        let done = sqlx::query(
            "UPDATE assessments SET state = 'running', started_at = $3 \
             WHERE project_id = $1 AND id = $2 AND state = 'pending'",
        )
        .bind(self.project())
        .bind(id)
        .bind(at)
        .execute(&self.write)
        .await
        .doing("beginning an assessment")?;
        Ok(done.rows_affected() > 0)
    }

    /// Notes how an open assessment ended; false when it is not open any more.
    ///
    /// # Errors
    /// The database's word.
    pub async fn end_assessment(&self, id: &str, ended: &Ended<'_>) -> Result<bool, Error> {
        let done = sqlx::query(
            "UPDATE assessments SET state = $3, reason = $4, ended_at = $5, score = $6, grade = $7, summary = $8, \
             result = $9 WHERE project_id = $1 AND id = $2 AND state IN ('pending', 'running')",
        )
        .bind(self.project())
        .bind(id)
        .bind(ended.state)
        .bind(ended.reason)
        .bind(ended.at)
        .bind(ended.result.map(|result| result.0))
        .bind(ended.result.map(|result| result.1))
        .bind(ended.result.map(|result| result.2))
        .bind(ended.result.map(|result| result.3))
        .execute(&self.write)
        .await
        .doing("ending an assessment")?;
        Ok(done.rows_affected() > 0)
    }

    /// Open assessments, the oldest first.
    ///
    /// # Errors
    /// The database's word.
    pub async fn open_assessments(&self) -> Result<Vec<AssessmentRow>, Error> {
        sqlx::query_as(assessment!("AND state IN ('pending', 'running') ORDER BY id"))
            .bind(self.project())
            .fetch_all(&self.read)
            .await
            .doing("reading open assessments")
    }

    /// Assessments of a third party, as [`ASSESSMENTS`] lists them.
    ///
    /// # Errors
    /// The database's word.
    pub async fn assessments(&self, third_party_id: &str, query: &Query) -> Result<Page<AssessmentRow>, Error> {
        let select = Select {
            doing: "listing assessments",
            columns: assessment_columns!(),
            from: "assessments",
            filter: "project_id = $1 AND third_party_id = $2",
            values: vec![self.project().into(), third_party_id.into()],
        };
        self.list(select, query).await
    }

    /// The newest assessments of a third party, only those in a state where one is given.
    ///
    /// # Errors
    /// The database's word.
    pub async fn newest_assessments(
        &self,
        third_party_id: &str,
        state: Option<&str>,
        limit: u32,
    ) -> Result<Vec<AssessmentRow>, Error> {
        let state = state.map(|state| Cell::Text(state.to_owned()));
        let query = Query::first(&ASSESSMENTS, limit).with("state", state);
        Ok(self.assessments(third_party_id, &query).await?.items)
    }

    /// The last completed assessment of a third party, or the last one before another.
    ///
    /// # Errors
    /// The database's word.
    pub async fn completed_assessment(
        &self,
        third_party_id: &str,
        before: Option<&str>,
    ) -> Result<Option<AssessmentRow>, Error> {
        sqlx::query_as(assessment!(
            "AND third_party_id = $2 AND state = 'completed' AND (CAST($3 AS TEXT) IS NULL OR id < $3) \
             ORDER BY id DESC LIMIT 1"
        ))
        .bind(self.project())
        .bind(third_party_id)
        .bind(before)
        .fetch_optional(&self.read)
        .await
        .doing("reading an assessment")
    }

    /// One assessment of a third party.
    ///
    /// # Errors
    /// The database's word.
    pub async fn assessment(&self, third_party_id: &str, id: &str) -> Result<Option<AssessmentRow>, Error> {
        sqlx::query_as(assessment!("AND third_party_id = $2 AND id = $3"))
            .bind(self.project())
            .bind(third_party_id)
            .bind(id)
            .fetch_optional(&self.read)
            .await
            .doing("reading an assessment")
    }

    /// The whole result of an assessment as JSON; none when it gave none, or an old one that is not kept any more.
    ///
    /// # Errors
    /// The database's word.
    pub async fn assessment_result(&self, id: &str) -> Result<Option<String>, Error> {
        let row: Option<(Option<String>,)> =
            sqlx::query_as("SELECT result FROM assessments WHERE project_id = $1 AND id = $2")
                .bind(self.project())
                .bind(id)
                .fetch_optional(&self.read)
                .await
                .doing("reading a result")?;
        Ok(row.and_then(|(result,)| result))
    }

    /// Keeps a sample; the first of two at the same time stays.
    ///
    /// # Errors
    /// The database's word.
    pub async fn add_sample(&self, third_party_id: &str, sample: &SampleRow) -> Result<(), Error> {
        // A third party that was removed meanwhile gets none.
        sqlx::query(
            "INSERT INTO availability_samples (project_id, third_party_id, time, latency, status, failure) \
             SELECT project_id, id, $3, $4, $5, $6 FROM third_parties WHERE project_id = $1 AND id = $2 \
             ON CONFLICT (third_party_id, time) DO NOTHING",
        )
        .bind(self.project())
        .bind(third_party_id)
        .bind(sample.time)
        .bind(sample.latency)
        .bind(sample.status)
        .bind(&sample.failure)
        .execute(&self.write)
        .await
        .doing("keeping a sample")
        .map(drop)
    }

    /// Samples of a third party from `since` on, the oldest first.
    ///
    /// # Errors
    /// The database's word.
    pub async fn samples(&self, third_party_id: &str, since: i64, limit: u32) -> Result<Vec<SampleRow>, Error> {
        sqlx::query_as(
            "SELECT time, latency, status, failure FROM availability_samples \
             WHERE project_id = $1 AND third_party_id = $2 AND time >= $3 ORDER BY time LIMIT $4",
        )
        .bind(self.project())
        .bind(third_party_id)
        .bind(since)
        .bind(i64::from(limit))
        .fetch_all(&self.read)
        .await
        .doing("reading samples")
    }

    /// Samples of a third party from `since` on, counted.
    ///
    /// # Errors
    /// The database's word.
    pub async fn count_samples(&self, third_party_id: &str, since: i64) -> Result<SampleCounts, Error> {
        sqlx::query_as(
            "SELECT COUNT(*) AS checks, COUNT(failure) AS failures, \
             COALESCE(SUM(CASE WHEN status >= 500 THEN 1 ELSE 0 END), 0) AS errors FROM availability_samples \
             WHERE project_id = $1 AND third_party_id = $2 AND time >= $3",
        )
        .bind(self.project())
        .bind(third_party_id)
        .bind(since)
        .fetch_one(&self.read)
        .await
        .doing("counting samples")
    }

    /// Drops whole results and assessments beyond the bounds.
    ///
    /// # Errors
    /// The database's word.
    pub async fn sweep_third_parties(&self) -> Result<(), Error> {
        let doing = "dropping old assessments";
        let ids: Vec<(String,)> = sqlx::query_as("SELECT id FROM third_parties WHERE project_id = $1")
            .bind(self.project())
            .fetch_all(&self.read)
            .await
            .doing(doing)?;
        let sweeps = [
            (
                "UPDATE assessments SET result = NULL WHERE project_id = $1 AND third_party_id = $2 \
                 AND result IS NOT NULL AND id <= (SELECT id FROM assessments WHERE third_party_id = $2 \
                 ORDER BY id DESC LIMIT 1 OFFSET $3)",
                self.bounds.assessment_results,
            ),
            (
                "DELETE FROM assessments WHERE project_id = $1 AND third_party_id = $2 AND id <= \
                 (SELECT id FROM assessments WHERE third_party_id = $2 ORDER BY id DESC LIMIT 1 OFFSET $3)",
                self.bounds.assessments,
            ),
        ];
        for (id,) in &ids {
            for (statement, most) in sweeps {
                sqlx::query(statement)
                    .bind(self.project())
                    .bind(id)
                    // What is compared with the one before, and what runs, always stays.
                    .bind(i64::from(most.max(3)))
                    .execute(&self.write)
                    .await
                    .doing(doing)?;
            }
        }
        Ok(())
    }
}
