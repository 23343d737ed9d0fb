//! How long each kind of thing is kept. What holds by number (`Bounds`) holds beside it.

use crate::open::Doing;
use crate::{Error, Store};
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;

/// Rows of one statement: others write between two.
const BATCH: i64 = 500;

/// A kind of thing that goes when it is old. What is in use has no kind: it stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aging {
    /// Events, by their last exchange.
    Events,
    /// Findings that are gone, by when they were last observed.
    Findings,
    /// Assessments of third parties, by their end.
    Assessments,
    /// Samples of the availability of third parties.
    Samples,
    /// Changes in the audit log, those by commands among them.
    AuditChanges,
    /// Sign-ins in the audit log.
    AuditSignIns,
    /// Refusals in the audit log.
    AuditRefusals,
}

impl Aging {
    /// Every kind.
    pub const ALL: [Aging; 7] = [
        Aging::Events,
        Aging::Findings,
        Aging::Assessments,
        Aging::Samples,
        Aging::AuditChanges,
        Aging::AuditSignIns,
        Aging::AuditRefusals,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Aging::Events => "events",
            Aging::Findings => "findings",
            Aging::Assessments => "assessments",
            Aging::Samples => "samples",
            Aging::AuditChanges => "audit-changes",
            Aging::AuditSignIns => "audit-sign-ins",
            Aging::AuditRefusals => "audit-refusals",
        }
    }

    /// Days that it is kept unless asked for otherwise.
    fn days(self) -> Option<u32> {
        match self {
            Aging::Events => Some(90),
            Aging::Findings | Aging::Assessments => Some(365),
            Aging::Samples => Some(30),
            Aging::AuditChanges => Some(400),
            Aging::AuditSignIns => Some(180),
            Aging::AuditRefusals => Some(90),
        }
    }

    /// The chains of the audit log that it is: these go as chains do.
    fn chains(self) -> &'static [&'static str] {
        match self {
            Aging::AuditChanges => &["change", "command"],
            Aging::AuditSignIns => &["sign-in"],
            Aging::AuditRefusals => &["refusal"],
            _ => &[],
        }
    }

    /// Which rows are old: those of project `$1` from before `$2`, the oldest `$3` of them.
    fn old(self) -> &'static str {
        match self {
            Aging::Events => {
                "SELECT id FROM events WHERE project_id = $1 AND last_time < $2 ORDER BY last_time, id LIMIT $3"
            }
            Aging::Findings => {
                "SELECT id FROM findings WHERE project_id = $1 AND state = 'fixed' AND acknowledged_at IS NULL AND last_observed < $2 \
                 ORDER BY last_observed, id LIMIT $3"
            }
            Aging::Assessments => {
                "SELECT id FROM assessments WHERE project_id = $1 AND ended_at < $2 ORDER BY ended_at, id LIMIT $3"
            }
            Aging::Samples => {
                "SELECT third_party_id, time FROM availability_samples WHERE project_id = $1 AND time < $2 \
                 ORDER BY time, third_party_id LIMIT $3"
            }
            Aging::AuditChanges | Aging::AuditSignIns | Aging::AuditRefusals => "",
        }
    }

    /// What goes with them: tables and their columns, the rows themselves last.
    fn tables(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Aging::Events => &[("event_uuids", "event_id"), ("events", "id")],
            Aging::Findings => &[("findings", "id")],
            Aging::Assessments => &[("assessments", "id")],
            Aging::Samples => &[("availability_samples", "(third_party_id, time)")],
            Aging::AuditChanges | Aging::AuditSignIns | Aging::AuditRefusals => &[],
        }
    }
}

/// Days that each kind is kept; without a number for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention(BTreeMap<Aging, Option<u32>>);

impl Default for Retention {
    fn default() -> Self {
        Self(Aging::ALL.into_iter().map(|kind| (kind, kind.days())).collect())
    }
}

impl Retention {
    /// Sets what `KIND=DAYS` or `KIND=forever` says.
    ///
    /// # Errors
    /// What is wrong with it, and what is right.
    pub fn set(&mut self, said: &str) -> Result<(), String> {
        let (word, days) = said.split_once('=').ok_or_else(|| format!("{said:?} is not KIND=DAYS"))?;
        let kind = Aging::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| {
            let words = Aging::ALL.map(Aging::as_str).join(", ");
            format!("{word:?} is none of {words}")
        })?;
        let days = match days {
            "forever" => None,
            days => Some(
                days.parse()
                    .ok()
                    .filter(|days| *days > 0)
                    .ok_or_else(|| format!("{days:?} is no number of days, 1 or more, and not \"forever\""))?,
            ),
        };
        self.0.insert(kind, days);
        Ok(())
    }

    /// What of a kind is from before this, microseconds, is old.
    pub fn before(&self, kind: Aging, now: i64) -> Option<i64> {
        let days = self.0.get(&kind).copied().flatten()?;
        Some(now - i64::from(days) * 86_400_000_000)
    }
}

impl Store {
    /// Drops what is old in every project, a few rows at a time, and says how many rows of each kind went. It may run in
    /// several processes at once.
    ///
    /// # Errors
    /// The database's word.
    pub async fn retain(&self, retention: &Retention, now: i64) -> Result<BTreeMap<Aging, u64>, Error> {
        let doing = "dropping what is old";
        let projects: Vec<(String,)> =
            sqlx::query_as("SELECT id FROM projects ORDER BY id").fetch_all(&self.read).await.doing(doing)?;
        let mut gone = BTreeMap::new();
        for kind in Aging::ALL {
            let Some(before) = retention.before(kind, now) else { continue };
            for (project,) in &projects {
                for chain in kind.chains() {
                    let rows = self.in_project(project).prune_audit_log(chain, before).await?;
                    *gone.entry(kind).or_default() += rows;
                }
                loop {
                    let rows = self.drop_old(kind, project, before).await?;
                    *gone.entry(kind).or_default() += rows;
                    if rows < BATCH.unsigned_abs() {
                        break;
                    }
                }
            }
        }
        gone.retain(|_, rows| *rows > 0);
        Ok(gone)
    }

    async fn drop_old(&self, kind: Aging, project: &str, before: i64) -> Result<u64, Error> {
        let doing = "dropping what is old";
        let mut tx = self.begin().await.doing(doing)?;
        let store = self.in_project(project);
        let tally = match kind {
            Aging::Findings => {
                let ids: Vec<(String,)> = sqlx::query_as(kind.old())
                    .bind(project)
                    .bind(before)
                    .bind(BATCH)
                    .fetch_all(&mut *tx)
                    .await
                    .doing(doing)?;
                let ids: Vec<String> = ids.into_iter().map(|(id,)| id).collect();
                Some(store.tally_of(&mut tx, &ids).await?)
            }
            _ => None,
        };
        let mut rows = 0;
        for (table, column) in kind.tables() {
            let text = format!("DELETE FROM {table} WHERE project_id = $1 AND {column} IN ({})", kind.old());
            let done = sqlx::query(AssertSqlSafe(text))
                .bind(project)
                .bind(before)
                .bind(BATCH)
                .execute(&mut *tx)
                .await
                .doing(doing)?;
            rows = done.rows_affected();
        }
        if let Some(tally) = tally {
            store.settle(&mut tx, tally).await?;
        }
        tx.commit().await.doing(doing)?;
        Ok(rows)
    }
}
