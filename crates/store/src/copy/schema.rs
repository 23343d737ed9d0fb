//! The tables of a version. They are read from an empty store in memory that the migrations made, so that no list of
//! tables has to be kept.

use crate::Error;
use crate::dialect::Engine;
use crate::open::Doing;
use sqlx::{AnyConnection, Connection};
use std::collections::BTreeSet;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Whole,
    Real,
    Text,
    Bytes,
}

/// A table.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub name: String,
    pub columns: Vec<(String, Holds)>,
    /// Rows that a new store has.
    pub rows: u64,
}

/// The tables of a version, each after those it refers to.
#[derive(Debug, Clone)]
pub(super) struct Schema {
    pub version: i64,
    pub tables: Vec<Table>,
}

impl Schema {
    /// The tables of a version.
    pub async fn at(version: i64) -> Result<Self, Error> {
        let newest = Engine::Sqlite.newest();
        if version > newest {
            return Err(Error::Later { found: version, known: newest });
        }
        let doing = "reading the tables of a version";
        sqlx::any::install_default_drivers();
        let mut memory = AnyConnection::connect("sqlite::memory:").await.doing(doing)?;
        Engine::Sqlite.migrate_to(&mut memory, version).await?;
        let names: Vec<(String,)> = sqlx::query_as(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '!_%' ESCAPE '!' \
             AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name",
        )
        .fetch_all(&mut memory)
        .await
        .doing(doing)?;
        let mut left = Vec::new();
        for (name,) in names {
            let columns: Vec<(String, String)> =
                sqlx::query_as("SELECT name, type FROM pragma_table_info($1) ORDER BY cid")
                    .bind(&name)
                    .fetch_all(&mut memory)
                    .await
                    .doing(doing)?;
            let columns = columns.into_iter().map(|(column, kind)| (column, holds(&kind))).collect();
            let refers: Vec<(String,)> = sqlx::query_as("SELECT \"table\" FROM pragma_foreign_key_list($1)")
                .bind(&name)
                .fetch_all(&mut memory)
                .await
                .doing(doing)?;
            let refers: BTreeSet<String> =
                refers.into_iter().map(|(table,)| table).filter(|table| *table != name).collect();
            let count = Engine::count(&name);
            let (rows,): (i64,) = sqlx::query_as(count).fetch_one(&mut memory).await.doing(doing)?;
            left.push((Table { name, columns, rows: rows.unsigned_abs() }, refers));
        }
        memory.close().await.doing(doing)?;
        let mut tables: Vec<Table> = Vec::new();
        while !left.is_empty() {
            let known: BTreeSet<String> = tables.iter().map(|table| table.name.clone()).collect();
            let (ready, later): (Vec<_>, Vec<_>) = left.into_iter().partition(|(_, refers)| refers.is_subset(&known));
            // Tables that refer to each other in a circle come as they are.
            let (ready, later) = if ready.is_empty() { (later, ready) } else { (ready, later) };
            tables.extend(ready.into_iter().map(|(table, _)| table));
            left = later;
        }
        Ok(Self { version, tables })
    }

    /// The table with a name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }
}

fn holds(kind: &str) -> Holds {
    match kind {
        "TEXT" => Holds::Text,
        "BLOB" => Holds::Bytes,
        "REAL" | "DOUBLE PRECISION" => Holds::Real,
        _ => Holds::Whole,
    }
}
