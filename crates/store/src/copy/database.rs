//! The rows of a database at one moment, and the transaction that takes them.

use super::schema::{Holds, Schema, Table};
use super::{Existing, Value};
use crate::Error;
use crate::dialect::Engine;
use crate::open::{self, Doing};
use crate::rows;
use futures_util::TryStreamExt as _;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AnyPool, AssertSqlSafe, Row as _, SqlSafeStr as _, Transaction};

/// Places in one statement: below what either engine takes.
const PLACES: usize = 8000;

/// Rows in one statement.
const ROWS: usize = 200;

/// Text and bytes in one statement.
const BYTES: usize = 4 << 20;

/// A database that is read at one moment.
pub(super) struct Snapshot {
    connection: AnyConnection,
    schema: Schema,
}

impl Snapshot {
    /// Opens a database as it is, without bringing it up to this version.
    pub async fn open(url: &str) -> Result<Self, Error> {
        let (engine, mut connection) = open::connect_existing(url).await?;
        let version = engine.version(&mut connection).await.doing("reading the version of the store")?;
        let schema = Schema::at(version.ok_or(Error::Empty)?).await?;
        sqlx::raw_sql(engine.begin_snapshot()).execute(&mut connection).await.doing("beginning to read")?;
        Ok(Self { connection, schema })
    }

    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The tables, each after those it refers to.
    pub fn tables(&self) -> Vec<Table> {
        self.schema.tables.clone()
    }

    /// Hands on every row of a table and says how many there were.
    pub async fn rows(
        &mut self,
        table: &Table,
        mut each: impl AsyncFnMut(Vec<Value>) -> Result<(), Error>,
    ) -> Result<u64, Error> {
        let doing = "reading a table";
        let text = AssertSqlSafe(format!("SELECT {} FROM \"{}\"", columns(table), table.name)).into_sql_str();
        let mut rows = sqlx::query(text).fetch(&mut self.connection);
        let mut count = 0;
        while let Some(row) = rows.try_next().await.doing(doing)? {
            each(read(table, &row).doing(doing)?).await?;
            count += 1;
        }
        Ok(count)
    }
}

fn columns(table: &Table) -> String {
    let names: Vec<String> = table.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    names.join(", ")
}

fn read(table: &Table, row: &AnyRow) -> Result<Vec<Value>, sqlx::Error> {
    let value = |at: usize, holds: Holds| {
        Ok(match holds {
            Holds::Whole => row.try_get::<Option<i64>, _>(at)?.map_or(Value::Null, Value::Whole),
            Holds::Real => row.try_get::<Option<f64>, _>(at)?.map_or(Value::Null, Value::Real),
            Holds::Text => row.try_get::<Option<String>, _>(at)?.map_or(Value::Null, Value::Text),
            Holds::Bytes => row.try_get::<Option<Vec<u8>>, _>(at)?.map_or(Value::Null, Value::Bytes),
        })
    };
    table.columns.iter().enumerate().map(|(at, (_, holds))| value(at, *holds)).collect()
}

/// A database that takes a whole store in one transaction.
pub(super) struct Loader {
    engine: Engine,
    pool: AnyPool,
    tx: Transaction<'static, Any>,
    waiting: Vec<Vec<Value>>,
    bytes: usize,
}

impl Loader {
    /// Opens a database, makes the tables of the version and empties them.
    pub async fn open(url: &str, schema: &Schema, existing: Existing) -> Result<Self, Error> {
        let doing = "preparing the store";
        let (engine, pool) = open::connect_new(url).await?;
        let mut tx = pool.begin_with(engine.begin()).await.doing(doing)?;
        if let Some(version) = engine.version(&mut tx).await.doing(doing)? {
            let old = Schema::at(version).await?;
            for table in &old.tables {
                let (rows,): (i64,) =
                    sqlx::query_as(Engine::count(&table.name)).fetch_one(&mut *tx).await.doing(doing)?;
                if existing == Existing::Keep && rows.unsigned_abs() > table.rows {
                    return Err(Error::Occupied { table: table.name.clone(), rows: rows.unsigned_abs() });
                }
            }
            // What is there may be of another version: all of it goes.
            for table in old.tables.iter().rev().map(|table| table.name.as_str()).chain(["_sqlx_migrations"]) {
                let text = AssertSqlSafe(format!("DROP TABLE \"{table}\"")).into_sql_str();
                sqlx::query(text).execute(&mut *tx).await.doing(doing)?;
            }
        }
        engine.migrate_to(&mut tx, schema.version).await?;
        for table in schema.tables.iter().rev().filter(|table| table.rows > 0) {
            let text = AssertSqlSafe(format!("DELETE FROM \"{}\"", table.name)).into_sql_str();
            sqlx::query(text).execute(&mut *tx).await.doing(doing)?;
        }
        Ok(Self { engine, pool, tx, waiting: Vec::new(), bytes: 0 })
    }

    /// Takes a row of a table.
    pub async fn row(&mut self, table: &Table, row: Vec<Value>) -> Result<(), Error> {
        self.bytes += row
            .iter()
            .map(|value| match value {
                Value::Text(text) => text.len(),
                Value::Bytes(bytes) => bytes.len(),
                _ => 8,
            })
            .sum::<usize>();
        self.waiting.push(row);
        if self.waiting.len() >= ROWS.min(PLACES / table.columns.len().max(1)) || self.bytes >= BYTES {
            self.flush(table).await?;
        }
        Ok(())
    }

    async fn flush(&mut self, table: &Table) -> Result<(), Error> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let places = rows::places(self.waiting.len(), table.columns.len());
        let text = format!("INSERT INTO \"{}\" ({}) VALUES {places}", table.name, columns(table));
        let mut query = sqlx::query(AssertSqlSafe(text).into_sql_str());
        for row in self.waiting.drain(..) {
            for (value, (_, holds)) in row.into_iter().zip(&table.columns) {
                query = bind(query, value, *holds, self.engine);
            }
        }
        self.bytes = 0;
        query.execute(&mut *self.tx).await.doing("writing a table").map(drop)
    }

    /// Ends a table, which must hold as many rows as were given.
    pub async fn end(&mut self, table: &Table, rows: u64) -> Result<(), Error> {
        self.flush(table).await?;
        let (found,): (i64,) =
            sqlx::query_as(Engine::count(&table.name)).fetch_one(&mut *self.tx).await.doing("counting rows")?;
        if found.unsigned_abs() == rows {
            Ok(())
        } else {
            Err(Error::Counts { table: table.name.clone(), expected: rows, found: found.unsigned_abs() })
        }
    }

    /// Keeps all of it.
    pub async fn finish(self) -> Result<(), Error> {
        let doing = "keeping what was written";
        self.tx.commit().await.doing(doing)?;
        // The database plans by what is there now.
        sqlx::raw_sql("ANALYZE").execute(&self.pool).await.doing(doing)?;
        self.pool.close().await;
        Ok(())
    }
}

type Statement<'q> = Query<'q, Any, AnyArguments>;

fn bind(query: Statement<'_>, value: Value, holds: Holds, engine: Engine) -> Statement<'_> {
    match value {
        Value::Whole(number) => query.bind(number),
        Value::Real(number) => query.bind(number),
        Value::Text(text) => query.bind(engine.storable(text)),
        Value::Bytes(bytes) => query.bind(bytes),
        Value::Null => match holds {
            Holds::Whole => query.bind(None::<i64>),
            Holds::Real => query.bind(None::<f64>),
            Holds::Text => query.bind(None::<String>),
            Holds::Bytes => query.bind(None::<Vec<u8>>),
        },
    }
}
