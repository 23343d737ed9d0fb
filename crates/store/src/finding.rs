//! Findings of every engine, with when they were first and last observed.

use crate::open::Doing;
use crate::query::{Column, Kind, List, Query, Select};
use crate::{Error, Page, Store};
use palisade_finding::Finding;

/// One finding as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingRow {
    /// UUIDv7.
    pub id: String,
    /// `audit` or `discover`.
    pub engine: String,
    /// Microseconds.
    pub first_observed: i64,
    /// Microseconds.
    pub last_observed: i64,
    /// The finding.
    pub finding: Finding,
}

/// A finding an engine gives now.
#[derive(Debug, Clone)]
pub struct SeenFinding<'a> {
    /// UUIDv7, used when the finding is new.
    pub id: String,
    /// The finding.
    pub finding: &'a Finding,
}

#[derive(sqlx::FromRow)]
struct Raw {
    id: String,
    engine: String,
    first_observed: i64,
    last_observed: i64,
    body: String,
}

impl Raw {
    fn read(self) -> Result<FindingRow, Error> {
        let finding = serde_json::from_str(&self.body)
            .map_err(|error| Error::Row { what: "finding", detail: error.to_string() })?;
        Ok(FindingRow {
            id: self.id,
            engine: self.engine,
            first_observed: self.first_observed,
            last_observed: self.last_observed,
            finding,
        })
    }
}

/// What may be asked of the findings of an API: the most serious first, of one severity what traffic shows before what the
/// contract shows, then in the order they were first found.
pub const FINDINGS: List = List {
    name: "findings",
    columns: &[
        Column::new("id", Kind::Id, "id"),
        Column::new("severity", Kind::Words(&["info", "low", "medium", "high", "critical"]), "severity"),
        Column::new("engine", Kind::Text, "engine"),
        Column::new("fingerprint", Kind::Text, "fingerprint"),
        Column::new("count", Kind::Number, "count"),
        Column::new("first_observed", Kind::Time, "first_observed"),
        Column::new("last_observed", Kind::Time, "last_observed"),
        Column::new(
            "rank",
            Kind::Number,
            "(CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 2 WHEN 'medium' THEN 4 WHEN 'low' THEN 6 ELSE 8 END \
             + CASE engine WHEN 'discover' THEN 0 ELSE 1 END)",
        )
        .unfiltered(),
    ],
    sort: "rank",
    id: "id",
};

impl Store {
    /// Sets what an engine finds in an API now: new findings are added, known ones keep their id and first
    /// time, those not given any more are closed. Beyond the bound the last ones given are left out.
    ///
    /// # Errors
    /// The database's word.
    pub async fn set_findings(
        &self,
        api_id: &str,
        engine: &str,
        seen: &[SeenFinding<'_>],
        now: i64,
    ) -> Result<(), Error> {
        let doing = "keeping findings";
        let mut tx = self.begin().await.doing(doing)?;
        sqlx::query("UPDATE findings SET open = 0 WHERE project_id = $1 AND api_id = $2 AND engine = $3")
            .bind(self.project())
            .bind(api_id)
            .bind(engine)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        for seen in seen.iter().take(self.bounds.findings as usize) {
            let body = serde_json::to_string(seen.finding)
                .map_err(|error| Error::Row { what: "finding", detail: error.to_string() })?;
            sqlx::query(
                "INSERT INTO findings (id, project_id, api_id, engine, fingerprint, severity, body, count, first_observed, \
                 last_observed, open) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, 1) \
                 ON CONFLICT (api_id, engine, fingerprint) DO UPDATE SET severity = excluded.severity, body = excluded.body, \
                 count = excluded.count, last_observed = excluded.last_observed, open = 1",
            )
            .bind(&seen.id)
            .bind(self.project())
            .bind(api_id)
            .bind(engine)
            .bind(&seen.finding.fingerprint)
            .bind(seen.finding.severity.as_str())
            .bind(body)
            .bind(i64::try_from(seen.finding.count).unwrap_or(i64::MAX))
            .bind(now)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        }
        // Closed findings stay for their first time, as long as there is room.
        sqlx::query(
            "DELETE FROM findings WHERE project_id = $1 AND api_id = $2 AND engine = $3 AND open = 0 AND id NOT IN \
             (SELECT id FROM findings WHERE project_id = $1 AND api_id = $2 AND engine = $3 AND open = 0 \
             ORDER BY last_observed DESC LIMIT $4)",
        )
        .bind(self.project())
        .bind(api_id)
        .bind(engine)
        .bind(i64::from(self.bounds.findings))
        .execute(&mut *tx)
        .await
        .doing(doing)?;
        self.bump_in(&mut tx, "findings").await?;
        tx.commit().await.doing(doing)?;
        self.told();
        Ok(())
    }

    /// Open findings of an API, as [`FINDINGS`] lists them.
    ///
    /// # Errors
    /// The database's word.
    pub async fn findings(&self, api_id: &str, query: &Query) -> Result<Page<FindingRow>, Error> {
        let select = Select {
            doing: "listing findings",
            columns: "id, engine, first_observed, last_observed, body",
            from: "findings",
            filter: "project_id = $1 AND api_id = $2 AND open = 1",
            values: vec![self.project().into(), api_id.into()],
        };
        let page: Page<Raw> = self.list(select, query).await?;
        Ok(Page { items: page.items.into_iter().map(Raw::read).collect::<Result<_, _>>()?, next: page.next })
    }
}
