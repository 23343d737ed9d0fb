//! How many findings a project has, kept rather than counted.
//!
//! Whoever changes findings of an API counts that API before and after, in the same transaction, and adds the difference:
//! what that costs follows from the API, not from the project.

use crate::open::Doing;
use crate::rows::places;
use crate::{Error, Store};
use sqlx::{Any, AssertSqlSafe, Transaction};
use std::collections::BTreeMap;

/// Findings by engine, rule, category, severity and state.
type Totals = BTreeMap<[String; 5], i64>;

/// Findings in one statement.
const IDS: usize = 500;

/// The findings of some APIs, counted before they are changed.
#[must_use = "what was counted before is to be compared with what is there after"]
pub(crate) struct Tally(BTreeMap<String, Totals>);

#[derive(sqlx::FromRow)]
struct Counted {
    engine: String,
    rule: String,
    category: String,
    severity: String,
    state: String,
    total: i64,
}

impl Store {
    /// Counts the findings of an API, which the transaction holds from now on.
    pub(crate) async fn tally(&self, tx: &mut Transaction<'static, Any>, api_id: &str) -> Result<Tally, Error> {
        self.engine.hold_api(tx, self.project(), api_id).await.doing("counting findings")?;
        Ok(Tally(BTreeMap::from([(api_id.to_owned(), self.totals_of(tx, api_id).await?)])))
    }

    /// As [`Store::tally`], of the APIs that these findings belong to.
    pub(crate) async fn tally_of(
        &self,
        tx: &mut Transaction<'static, Any>,
        findings: &[String],
    ) -> Result<Tally, Error> {
        let mut tally = Tally(BTreeMap::new());
        for ids in findings.chunks(IDS) {
            let text = format!(
                "SELECT DISTINCT api_id FROM findings WHERE id IN {} AND project_id = ${}",
                places(1, ids.len()),
                ids.len() + 1
            );
            let mut asked = sqlx::query_as(AssertSqlSafe(text));
            for id in ids {
                asked = asked.bind(id);
            }
            let apis: Vec<(String,)> =
                asked.bind(self.project()).fetch_all(&mut **tx).await.doing("counting findings")?;
            tally.0.extend(apis.into_iter().map(|(api,)| (api, Totals::new())));
        }
        // In one order, so that two who hold the same ones wait for each other.
        for (api, totals) in &mut tally.0 {
            self.engine.hold_api(tx, self.project(), api).await.doing("counting findings")?;
            *totals = self.totals_of(tx, api).await?;
        }
        Ok(tally)
    }

    async fn totals_of(&self, tx: &mut Transaction<'static, Any>, api_id: &str) -> Result<Totals, Error> {
        let rows: Vec<Counted> = sqlx::query_as(
            "SELECT engine, rule, category, severity, state, COUNT(*) AS total FROM findings \
             WHERE project_id = $1 AND api_id = $2 GROUP BY engine, rule, category, severity, state",
        )
        .bind(self.project())
        .bind(api_id)
        .fetch_all(&mut **tx)
        .await
        .doing("counting findings")?;
        let of = |row: Counted| ([row.engine, row.rule, row.category, row.severity, row.state], row.total);
        Ok(rows.into_iter().map(of).collect())
    }

    /// Counts again what was counted, and adds the difference to the project's totals.
    pub(crate) async fn settle(&self, tx: &mut Transaction<'static, Any>, tally: Tally) -> Result<(), Error> {
        let mut grown = Totals::new();
        for (api, before) in tally.0 {
            for (key, total) in before {
                *grown.entry(key).or_default() -= total;
            }
            for (key, total) in self.totals_of(tx, &api).await? {
                *grown.entry(key).or_default() += total;
            }
        }
        for ([engine, rule, category, severity, state], more) in grown.into_iter().filter(|(_, more)| *more != 0) {
            sqlx::query(
                "INSERT INTO finding_totals (project_id, engine, rule, category, severity, state, total) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7) \
                 ON CONFLICT (project_id, engine, rule, category, severity, state) \
                 DO UPDATE SET total = finding_totals.total + excluded.total",
            )
            .bind(self.project())
            .bind(engine)
            .bind(rule)
            .bind(category)
            .bind(severity)
            .bind(state)
            .bind(more)
            .execute(&mut **tx)
            .await
            .doing("counting findings")?;
        }
        Ok(())
    }
}
