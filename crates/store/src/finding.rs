//! Findings of every engine and their life: open, acknowledged by a person, fixed, found again.

use crate::open::Doing;
use crate::query::{Bound, Column, Kind, List, Query, Select};
use crate::{Error, Page, Store};
use palisade_finding::{Finding, Severity};
use sqlx::{Any, AssertSqlSafe, Transaction};
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

/// Changes of one finding that are kept, of people and of engines each; the oldest go first.
const CHANGES: i64 = 50;

/// Where a finding is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FindingState {
    /// It is there.
    Open,
    /// It is there, and a person accepted it.
    Acknowledged,
    /// A later run that covers it did not find it.
    Fixed,
    /// It was fixed and is there again.
    Regressed,
}

impl FindingState {
    /// The word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            FindingState::Open => "open",
            FindingState::Acknowledged => "acknowledged",
            FindingState::Fixed => "fixed",
            FindingState::Regressed => "regressed",
        }
    }

    /// The state of a word of the store.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Open, Self::Acknowledged, Self::Fixed, Self::Regressed].into_iter().find(|state| state.as_str() == word)
    }

    /// Whether it is there and nobody accepted it: what counts against an API.
    pub fn counts(self) -> bool {
        matches!(self, FindingState::Open | FindingState::Regressed)
    }
}

/// Who accepted a finding, why, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Name of a principal.
    pub by: String,
    /// In that person's words.
    pub reason: String,
    /// When, microseconds.
    pub at: i64,
    /// From when on it stands no longer, microseconds; `None`: it stands for ever.
    pub until: Option<i64>,
}

/// One finding as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingRow {
    /// UUIDv7.
    pub id: String,
    /// The API.
    pub api_id: String,
    /// `audit` or `discover`.
    pub engine: String,
    /// Where it is in its life.
    pub state: FindingState,
    /// Since when, microseconds.
    pub changed_at: i64,
    /// Microseconds.
    pub first_observed: i64,
    /// Microseconds.
    pub last_observed: i64,
    /// The acknowledgement that stands. A fixed finding may have one: it is acknowledged again when it comes back.
    pub acknowledged: Option<Acknowledgement>,
    /// The finding.
    pub finding: Finding,
}

/// Something that happened to a finding after it was first found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingChange {
    /// Microseconds.
    pub time: i64,
    /// What it became.
    pub state: FindingState,
    /// Name of the principal who did it; `None`: an engine, or the end of an acknowledgement.
    pub by: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// End of the acknowledgement, microseconds.
    pub until: Option<i64>,
}

/// A finding an engine gives now.
#[derive(Debug, Clone)]
pub struct SeenFinding<'a> {
    /// UUIDv7, used when the finding is new.
    pub id: String,
    /// The finding.
    pub finding: &'a Finding,
}

/// What an engine finds in an API now.
#[derive(Clone, Copy)]
pub struct FindingRun<'a> {
    /// The API.
    pub api_id: &'a str,
    /// The engine.
    pub engine: &'a str,
    /// Everything it found, the most serious first.
    pub seen: &'a [SeenFinding<'a>],
    /// Whether it would have found what has this rule and this operation (empty for none), were it still there.
    pub covers: &'a (dyn Fn(&str, &str) -> bool + Send + Sync),
    /// Microseconds.
    pub now: i64,
}

/// What came of acknowledging findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AcknowledgedCount {
    /// Findings that are acknowledged now.
    pub acknowledged: u64,
    /// Findings that were left as they are, because their API has as many acknowledged ones as are kept.
    pub full: u64,
}

#[derive(sqlx::FromRow)]
struct Raw {
    id: String,
    api_id: String,
    engine: String,
    state: String,
    changed_at: i64,
    first_observed: i64,
    last_observed: i64,
    acknowledged_at: Option<i64>,
    acknowledged_by: Option<String>,
    acknowledged_until: Option<i64>,
    acknowledged_reason: Option<String>,
    body: String,
}

impl Raw {
    fn read(self) -> Result<FindingRow, Error> {
        let finding = serde_json::from_str(&self.body)
            .map_err(|error| Error::Row { what: "finding", detail: error.to_string() })?;
        let until = self.acknowledged_until;
        let acknowledged = self.acknowledged_at.map(|at| Acknowledgement {
            by: self.acknowledged_by.unwrap_or_default(),
            reason: self.acknowledged_reason.unwrap_or_default(),
            at,
            until,
        });
        Ok(FindingRow {
            id: self.id,
            api_id: self.api_id,
            engine: self.engine,
            state: state(&self.state)?,
            changed_at: self.changed_at,
            first_observed: self.first_observed,
            last_observed: self.last_observed,
            acknowledged,
            finding,
        })
    }
}

/// What [`Store::set_findings`] must know of a finding that is kept.
#[derive(sqlx::FromRow)]
struct Kept {
    id: String,
    fingerprint: String,
    rule: String,
    operation: String,
    state: String,
    acknowledged_at: Option<i64>,
    acknowledged_until: Option<i64>,
}

impl Kept {
    /// Whether its acknowledgement stands.
    fn accepted(&self, now: i64) -> bool {
        self.acknowledged_at.is_some() && self.acknowledged_until.is_none_or(|until| until > now)
    }
}

fn state(word: &str) -> Result<FindingState, Error> {
    FindingState::parse(word).ok_or_else(|| Error::Row { what: "finding", detail: format!("{word:?} is no state") })
}

/// The place among all findings: the most serious first, of one severity what traffic shows first.
fn rank(severity: Severity, engine: &str) -> i64 {
    let serious = match severity {
        Severity::Critical => 0,
        Severity::High => 2,
        Severity::Medium => 4,
        Severity::Low => 6,
        Severity::Info => 8,
    };
    serious + i64::from(engine != "discover")
}

/// The columns of a finding.
const COLUMNS: &str = "id, api_id, engine, state, changed_at, first_observed, last_observed, acknowledged_at, \
                       acknowledged_by, acknowledged_until, acknowledged_reason, body";

/// What may be asked of findings: the most serious first, of one severity what traffic shows before what the contract shows,
/// then in the order they were first found.
pub const FINDINGS: List = List {
    name: "findings",
    columns: &[
        Column::new("id", Kind::Id, "id").unsorted(),
        Column::new("api_id", Kind::Id, "api_id").unsorted(),
        Column::new("severity", Kind::Words(&["info", "low", "medium", "high", "critical"]), "severity")
            .frequent()
            .unsorted(),
        Column::new("engine", Kind::Text, "engine").unsorted(),
        Column::new("state", Kind::Words(&["fixed", "acknowledged", "open", "regressed"]), "state")
            .frequent()
            .unsorted(),
        Column::new("rule", Kind::Text, "rule").frequent().unsorted(),
        Column::new("category", Kind::Text, "category").unsorted(),
        Column::new("operation", Kind::Text, "operation").unsorted(),
        Column::new("fingerprint", Kind::Text, "fingerprint").unsorted(),
        Column::new("count", Kind::Number, "count").unsorted(),
        Column::new("first_observed", Kind::Time, "first_observed").unsorted(),
        Column::new("last_observed", Kind::Time, "last_observed"),
        Column::new("changed_at", Kind::Time, "changed_at").unsorted(),
        Column::new("rank", Kind::Number, "rank").unfiltered(),
    ],
    sort: "rank",
    id: "id",
};

/// What findings are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingGroup {
    /// The API, by its id.
    Api,
    /// The engine.
    Engine,
    /// The severity.
    Severity,
    /// Where they are in their life.
    State,
    /// The rule.
    Rule,
    /// The category.
    Category,
    /// The operation; empty for none.
    Operation,
}

impl FindingGroup {
    fn column(self) -> &'static str {
        match self {
            FindingGroup::Api => "api_id",
            FindingGroup::Engine => "engine",
            FindingGroup::Severity => "severity",
            FindingGroup::State => "state",
            FindingGroup::Rule => "rule",
            FindingGroup::Category => "category",
            FindingGroup::Operation => "operation",
        }
    }
}

/// Findings that have something in common, counted.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct FindingGroupRow {
    /// What they have in common.
    pub group_key: String,
    /// All of them.
    pub total: i64,
    /// Critical ones.
    pub critical: i64,
    /// High ones.
    pub high: i64,
    /// Medium ones.
    pub medium: i64,
    /// Low ones.
    pub low: i64,
    /// Informational ones.
    pub info: i64,
    /// Open ones.
    pub open: i64,
    /// Acknowledged ones.
    pub acknowledged: i64,
    /// Fixed ones.
    pub fixed: i64,
    /// Regressed ones.
    pub regressed: i64,
}

impl Store {
    /// Takes up what an engine finds in an API now. New findings are open, known ones keep their id and first time, a
    /// fixed one that is found again is regressed, or acknowledged where its acknowledgement stands. What is not found
    /// any more is fixed, where the run covers it.
    ///
    /// Acknowledged findings always have room. Of the others as many as the bound allows stay, the most serious first;
    /// so do fixed ones, those that were fixed last.
    ///
    /// # Errors
    /// The database's word.
    pub async fn set_findings(&self, run: &FindingRun<'_>) -> Result<(), Error> {
        let doing = "keeping findings";
        let FindingRun { api_id, engine, now, .. } = *run;
        let mut tx = self.begin().await.doing(doing)?;
        let tally = self.tally(&mut tx, api_id).await?;
        let kept: Vec<Kept> = sqlx::query_as(
            "SELECT id, fingerprint, rule, operation, state, acknowledged_at, acknowledged_until FROM findings \
             WHERE project_id = $1 AND api_id = $2 AND engine = $3",
        )
        .bind(self.project())
        .bind(api_id)
        .bind(engine)
        .fetch_all(&mut *tx)
        .await
        .doing(doing)?;
        let known: HashMap<&str, &Kept> = kept.iter().map(|kept| (kept.fingerprint.as_str(), kept)).collect();
        let found: HashSet<&str> = run.seen.iter().map(|seen| seen.finding.fingerprint.as_str()).collect();
        let mut room = self.bounds.findings;
        for seen in run.seen {
            let before = known.get(seen.finding.fingerprint.as_str());
            let accepted = before.is_some_and(|kept| kept.accepted(now));
            if !accepted {
                let Some(less) = room.checked_sub(1) else { continue };
                room = less;
            }
            self.put_finding(&mut tx, run, seen).await?;
            if let Some(kept) = before.filter(|kept| kept.state == FindingState::Fixed.as_str()) {
                let state = if accepted { FindingState::Acknowledged } else { FindingState::Regressed };
                self.turn(&mut tx, &kept.id, &kept.state, &change(now, state)).await?;
            }
        }
        let gone = kept.iter().filter(|kept| {
            kept.state != FindingState::Fixed.as_str()
                && !found.contains(kept.fingerprint.as_str())
                && (run.covers)(&kept.rule, &kept.operation)
        });
        for kept in gone {
            self.turn(&mut tx, &kept.id, &kept.state, &change(now, FindingState::Fixed)).await?;
        }
        for rest in [
            "state = 'fixed' AND acknowledged_at IS NULL ORDER BY changed_at DESC, id DESC LIMIT $4",
            "state IN ('open', 'regressed') ORDER BY rank, last_observed DESC, id LIMIT $4",
        ] {
            let (matching, _) = rest.split_once(" ORDER BY").unwrap_or((rest, ""));
            let statement = format!(
                "DELETE FROM findings WHERE project_id = $1 AND api_id = $2 AND engine = $3 AND {matching} AND id NOT IN \
                 (SELECT id FROM findings WHERE project_id = $1 AND api_id = $2 AND engine = $3 AND {rest})"
            );
            sqlx::query(AssertSqlSafe(statement))
                .bind(self.project())
                .bind(api_id)
                .bind(engine)
                .bind(i64::from(self.bounds.findings))
                .execute(&mut *tx)
                .await
                .doing(doing)?;
        }
        self.settle(&mut tx, tally).await?;
        self.bump_in(&mut tx, "findings").await?;
        tx.commit().await.doing(doing)?;
        self.told();
        Ok(())
    }

    async fn put_finding(
        &self,
        tx: &mut Transaction<'static, Any>,
        run: &FindingRun<'_>,
        seen: &SeenFinding<'_>,
    ) -> Result<(), Error> {
        let finding = seen.finding;
        let body = serde_json::to_string(finding)
            .map_err(|error| Error::Row { what: "finding", detail: error.to_string() })?;
        sqlx::query(
            "INSERT INTO findings (id, project_id, api_id, engine, fingerprint, severity, rank, rule, category, \
             operation, body, count, first_observed, last_observed, state, changed_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, 'open', $13) \
             ON CONFLICT (api_id, engine, fingerprint) DO UPDATE SET severity = excluded.severity, \
             rank = excluded.rank, rule = excluded.rule, category = excluded.category, \
             operation = excluded.operation, body = excluded.body, count = excluded.count, \
             last_observed = excluded.last_observed",
        )
        .bind(&seen.id)
        .bind(self.project())
        .bind(run.api_id)
        .bind(run.engine)
        .bind(&finding.fingerprint)
        .bind(finding.severity.as_str())
        .bind(rank(finding.severity, run.engine))
        .bind(finding.rule.as_ref())
        .bind(finding.category.as_ref())
        .bind(finding.operation.as_deref().unwrap_or(""))
        .bind(body)
        .bind(i64::try_from(finding.count).unwrap_or(i64::MAX))
        .bind(run.now)
        .execute(&mut **tx)
        .await
        .doing("keeping a finding")
        .map(drop)
    }

    /// Changes the state of a finding, unless someone changed it meanwhile, and writes that down; true when it did.
    async fn turn(
        &self,
        tx: &mut Transaction<'static, Any>,
        id: &str,
        from: &str,
        change: &FindingChange,
    ) -> Result<bool, Error> {
        let doing = "changing a finding";
        let done = sqlx::query(
            "UPDATE findings SET state = $4, changed_at = $5 WHERE project_id = $1 AND id = $2 AND state = $3",
        )
        .bind(self.project())
        .bind(id)
        .bind(from)
        .bind(change.state.as_str())
        .bind(change.time)
        .execute(&mut **tx)
        .await
        .doing(doing)?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        if change.state.counts() {
            self.forget_acknowledgement(tx, id).await?;
        }
        self.note_change(tx, id, change).await?;
        Ok(true)
    }

    async fn forget_acknowledgement(&self, tx: &mut Transaction<'static, Any>, id: &str) -> Result<(), Error> {
        sqlx::query(
            "UPDATE findings SET acknowledged_at = NULL, acknowledged_by = NULL, acknowledged_until = NULL, \
             acknowledged_reason = NULL WHERE project_id = $1 AND id = $2",
        )
        .bind(self.project())
        .bind(id)
        .execute(&mut **tx)
        .await
        .doing("changing a finding")
        .map(drop)
    }

    async fn note_change(
        &self,
        tx: &mut Transaction<'static, Any>,
        id: &str,
        change: &FindingChange,
    ) -> Result<(), Error> {
        let doing = "keeping the history of a finding";
        sqlx::query(
            "INSERT INTO finding_changes (id, project_id, finding_id, time, state, changed_by, reason, until) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(uuid::Uuid::now_v7().to_string())
        .bind(self.project())
        .bind(id)
        .bind(change.time)
        .bind(change.state.as_str())
        .bind(&change.by)
        .bind(&change.reason)
        .bind(change.until)
        .execute(&mut **tx)
        .await
        .doing(doing)?;
        // Whatever engines do, what people did stays: each has its own room.
        sqlx::query(
            "DELETE FROM finding_changes WHERE finding_id = $1 AND (changed_by IS NULL) = (CAST($2 AS TEXT) IS NULL) \
             AND id NOT IN (SELECT id FROM finding_changes WHERE finding_id = $1 \
             AND (changed_by IS NULL) = (CAST($2 AS TEXT) IS NULL) ORDER BY id DESC LIMIT $3)",
        )
        .bind(id)
        .bind(&change.by)
        .bind(CHANGES)
        .execute(&mut **tx)
        .await
        .doing(doing)
        .map(drop)
    }

    /// Acknowledges findings that are there; what is fixed, unknown or of another project is left out. One that is
    /// acknowledged already gets the new reason and end. `until` ends it, microseconds.
    ///
    /// # Errors
    /// The database's word.
    pub async fn acknowledge_findings(
        &self,
        ids: &[String],
        acknowledgement: &Acknowledgement,
    ) -> Result<AcknowledgedCount, Error> {
        let doing = "acknowledging findings";
        let mut tx = self.begin().await.doing(doing)?;
        let tally = self.tally_of(&mut tx, ids).await?;
        let mut count = AcknowledgedCount::default();
        let mut room: HashMap<(String, String), i64> = HashMap::new();
        for id in ids {
            let row: Option<(String, String, String)> =
                sqlx::query_as("SELECT api_id, engine, state FROM findings WHERE project_id = $1 AND id = $2")
                    .bind(self.project())
                    .bind(id)
                    .fetch_optional(&mut *tx)
                    .await
                    .doing(doing)?;
            let Some((api, engine, before)) = row else { continue };
            if before == FindingState::Fixed.as_str() {
                continue;
            }
            let place = (api, engine);
            let left = match room.get(&place) {
                Some(left) => *left,
                None => {
                    let (used,): (i64,) = sqlx::query_as(
                        "SELECT COUNT(*) FROM findings WHERE project_id = $1 AND api_id = $2 AND engine = $3 \
                         AND acknowledged_at IS NOT NULL",
                    )
                    .bind(self.project())
                    .bind(&place.0)
                    .bind(&place.1)
                    .fetch_one(&mut *tx)
                    .await
                    .doing(doing)?;
                    i64::from(self.bounds.findings) - used
                }
            };
            let again = before == FindingState::Acknowledged.as_str();
            if left <= 0 && !again {
                count.full += 1;
                continue;
            }
            let change = FindingChange {
                time: acknowledgement.at,
                state: FindingState::Acknowledged,
                by: Some(acknowledgement.by.clone()),
                reason: Some(acknowledgement.reason.clone()),
                until: acknowledgement.until,
            };
            if !self.turn(&mut tx, id, &before, &change).await? {
                continue;
            }
            sqlx::query(
                "UPDATE findings SET acknowledged_at = $3, acknowledged_by = $4, acknowledged_until = $5, \
                 acknowledged_reason = $6 WHERE project_id = $1 AND id = $2",
            )
            .bind(self.project())
            .bind(id)
            .bind(acknowledgement.at)
            .bind(&acknowledgement.by)
            .bind(acknowledgement.until)
            .bind(&acknowledgement.reason)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
            room.insert(place, if again { left } else { left - 1 });
            count.acknowledged += 1;
        }
        self.settle(&mut tx, tally).await?;
        if count.acknowledged > 0 {
            self.bump_in(&mut tx, "findings").await?;
        }
        tx.commit().await.doing(doing)?;
        self.told();
        Ok(count)
    }

    /// Takes the acknowledgement of a finding back; false when it has none.
    ///
    /// # Errors
    /// The database's word.
    pub async fn reopen_finding(&self, id: &str, by: &str, reason: Option<&str>, now: i64) -> Result<bool, Error> {
        let doing = "opening a finding again";
        let mut tx = self.begin().await.doing(doing)?;
        let tally = self.tally_of(&mut tx, &[id.to_owned()]).await?;
        let row: Option<(String,)> = sqlx::query_as(
            "SELECT state FROM findings WHERE project_id = $1 AND id = $2 AND acknowledged_at IS NOT NULL",
        )
        .bind(self.project())
        .bind(id)
        .fetch_optional(&mut *tx)
        .await
        .doing(doing)?;
        let Some((before,)) = row else { return Ok(false) };
        let fixed = before == FindingState::Fixed.as_str();
        let change = FindingChange {
            by: Some(by.to_owned()),
            reason: reason.map(str::to_owned),
            ..change(now, if fixed { FindingState::Fixed } else { FindingState::Open })
        };
        if fixed {
            self.forget_acknowledgement(&mut tx, id).await?;
            self.note_change(&mut tx, id, &change).await?;
        } else if !self.turn(&mut tx, id, &before, &change).await? {
            return Ok(false);
        }
        self.settle(&mut tx, tally).await?;
        self.bump_in(&mut tx, "findings").await?;
        tx.commit().await.doing(doing)?;
        self.told();
        Ok(true)
    }

    /// Opens findings whose acknowledgement has ended; says how many.
    ///
    /// # Errors
    /// The database's word.
    pub async fn lapse_acknowledgements(&self, now: i64) -> Result<u64, Error> {
        let doing = "ending acknowledgements";
        let over = "SELECT id, state FROM findings WHERE project_id = $1 AND acknowledged_until <= $2 LIMIT 1000";
        let mut lapsed = 0;
        loop {
            let rows: Vec<(String, String)> =
                sqlx::query_as(over).bind(self.project()).bind(now).fetch_all(&self.read).await.doing(doing)?;
            if rows.is_empty() {
                return Ok(lapsed);
            }
            let mut tx = self.begin().await.doing(doing)?;
            let ids: Vec<String> = rows.iter().map(|(id, _)| id.clone()).collect();
            let tally = self.tally_of(&mut tx, &ids).await?;
            for (id, before) in rows {
                if before == FindingState::Acknowledged.as_str() {
                    lapsed += u64::from(self.turn(&mut tx, &id, &before, &change(now, FindingState::Open)).await?);
                } else {
                    self.forget_acknowledgement(&mut tx, &id).await?;
                }
            }
            self.settle(&mut tx, tally).await?;
            self.bump_in(&mut tx, "findings").await?;
            tx.commit().await.doing(doing)?;
            self.told();
        }
    }

    /// One finding.
    ///
    /// # Errors
    /// The database's word.
    pub async fn finding(&self, id: &str) -> Result<Option<FindingRow>, Error> {
        let row: Option<Raw> =
            sqlx::query_as(AssertSqlSafe(format!("SELECT {COLUMNS} FROM findings WHERE project_id = $1 AND id = $2")))
                .bind(self.project())
                .bind(id)
                .fetch_optional(&self.read)
                .await
                .doing("reading a finding")?;
        row.map(Raw::read).transpose()
    }

    /// What happened to a finding, the oldest first.
    ///
    /// # Errors
    /// The database's word.
    pub async fn finding_changes(&self, id: &str) -> Result<Vec<FindingChange>, Error> {
        type Row = (i64, String, Option<String>, Option<String>, Option<i64>);
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT time, state, changed_by, reason, until FROM finding_changes \
             WHERE project_id = $1 AND finding_id = $2 ORDER BY id",
        )
        .bind(self.project())
        .bind(id)
        .fetch_all(&self.read)
        .await
        .doing("reading the history of a finding")?;
        rows.into_iter()
            .map(|(time, word, by, reason, until)| Ok(FindingChange { time, state: state(&word)?, by, reason, until }))
            .collect()
    }

    /// How many findings are there that nobody accepted, by API and severity.
    ///
    /// # Errors
    /// The database's word.
    pub async fn open_finding_counts(&self) -> Result<Vec<(String, Severity, i64)>, Error> {
        let rows: Vec<(String, String, i64)> = sqlx::query_as(
            "SELECT api_id, severity, COUNT(*) FROM findings WHERE project_id = $1 AND state IN ('open', 'regressed') \
             GROUP BY api_id, severity",
        )
        .bind(self.project())
        .fetch_all(&self.read)
        .await
        .doing("counting findings")?;
        let wrong =
            |error: palisade_finding::UnknownSeverity| Error::Row { what: "finding", detail: error.to_string() };
        rows.into_iter().map(|(api, severity, count)| Ok((api, severity.parse().map_err(wrong)?, count))).collect()
    }

    /// The acknowledged findings of every API: API, engine, fingerprint.
    ///
    /// # Errors
    /// The database's word.
    pub async fn acknowledged_findings(&self) -> Result<HashSet<(String, String, String)>, Error> {
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT api_id, engine, fingerprint FROM findings WHERE project_id = $1 AND state = 'acknowledged'",
        )
        .bind(self.project())
        .fetch_all(&self.read)
        .await
        .doing("reading acknowledged findings")?;
        Ok(rows.into_iter().collect())
    }

    /// Findings as [`FINDINGS`] lists them, of one API or of every one. Fixed ones are left out unless the query asks for a
    /// state.
    ///
    /// # Errors
    /// The database's word.
    pub async fn findings(&self, api_id: Option<&str>, query: &Query) -> Result<Page<FindingRow>, Error> {
        let (filter, values) = self.asked_for(api_id, query);
        let select = Select { doing: "listing findings", columns: COLUMNS, from: "findings", filter: &filter, values };
        let page: Page<Raw> = self.list(select, query).await?;
        Ok(Page { items: page.items.into_iter().map(Raw::read).collect::<Result<_, _>>()?, next: page.next })
    }

    /// How many findings a query asks for, in groups, the largest first. Fixed ones are left out unless the query asks for a
    /// state.
    ///
    /// # Errors
    /// The database's word.
    pub async fn count_findings(&self, by: FindingGroup, query: &Query) -> Result<Vec<FindingGroupRow>, Error> {
        let (filter, values) = self.asked_for(None, query);
        // What the totals of the project tell needs no finding to be counted.
        let kept = ["engine", "rule", "category", "severity", "state"];
        let (from, each, total) = if kept.contains(&by.column()) && query.asks_only(&kept) {
            ("finding_totals", "total", "CAST(SUM(total) AS BIGINT)")
        } else {
            ("findings", "1", "COUNT(*)")
        };
        let mut columns = format!("{total} AS total");
        for (column, word) in [
            ("severity", "critical"),
            ("severity", "high"),
            ("severity", "medium"),
            ("severity", "low"),
            ("severity", "info"),
            ("state", "open"),
            ("state", "acknowledged"),
            ("state", "fixed"),
            ("state", "regressed"),
        ] {
            let _ =
                write!(columns, ", CAST(SUM(CASE {column} WHEN '{word}' THEN {each} ELSE 0 END) AS BIGINT) AS {word}");
        }
        let filter = if each == "total" { filter + " AND total > 0" } else { filter };
        let select = Select { doing: "counting findings", columns: &columns, from, filter: &filter, values };
        self.grouped(select, by.column(), query).await
    }

    /// What every finding meets that a query asks for.
    fn asked_for(&self, api_id: Option<&str>, query: &Query) -> (String, Vec<Bound>) {
        let (mut filter, mut values) = ("project_id = $1".to_owned(), vec![self.project().into()]);
        if let Some(api_id) = api_id {
            filter.push_str(" AND api_id = $2");
            values.push(api_id.into());
        }
        if !query.asks("state") {
            filter.push_str(" AND state <> 'fixed'");
        }
        (filter, values)
    }
}

/// A change that no person made.
fn change(time: i64, state: FindingState) -> FindingChange {
    FindingChange { time, state, by: None, reason: None, until: None }
}
