//! How the database goes about a list: what tests and benches hold against the indexes.

use crate::dialect::Engine;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use std::sync::{Arc, Mutex, PoisonError};

/// How the database goes about one statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    engine: Engine,
    /// Which tables it reads by which index, and what it sorts: the database's words without its estimates.
    pub steps: Vec<String>,
}

impl Plan {
    pub(crate) fn read(engine: Engine, rows: &[AnyRow]) -> Result<Self, sqlx::Error> {
        let mut steps = Vec::new();
        for row in rows {
            match engine {
                Engine::Sqlite => steps.push(row.try_get::<String, _>(3)?),
                Engine::Postgres => {
                    let line: String = row.try_get(0)?;
                    let step = line.trim_start_matches([' ', '-', '>']);
                    if ["Scan", "Sort", "Aggregate", "Join", "Loop"].iter().any(|word| step.contains(word))
                        && !step.contains(':')
                    {
                        steps.push(step.to_owned());
                    }
                }
            }
        }
        Ok(Self { engine, steps })
    }

    /// True when it reads one of these tables, or an index of it, from end to end.
    pub fn reads_whole(&self, tables: &[&str]) -> bool {
        let whole = match self.engine {
            Engine::Sqlite => "SCAN ",
            Engine::Postgres => "Seq Scan on ",
        };
        let table = |step: &String| step.strip_prefix(whole).and_then(|rest| rest.split(' ').next().map(str::to_owned));
        self.steps.iter().filter_map(table).any(|table| tables.contains(&table.as_str()))
    }
}

/// Plans, in the order in which the statements ran.
#[derive(Debug, Clone, Default)]
pub struct Plans(Arc<Mutex<Vec<Plan>>>);

impl Plans {
    pub(crate) fn note(&self, plan: Plan) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(plan);
    }

    /// Takes what was noted.
    pub fn take(&self) -> Vec<Plan> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
