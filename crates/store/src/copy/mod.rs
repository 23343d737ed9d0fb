//! Whole stores: into a file, out of it, and from one engine to the other.
//!
//! Every way is the same: rows of one moment go, a table at a time and each table after those it refers to, into a
//! transaction that ends only when every count agrees. Memory holds a few hundred rows. A store of an earlier version
//! is taken over as it was and then brought up to this version.

mod database;
mod file;
mod schema;

use crate::{Error, Store};
use database::{Loader, Snapshot};
use schema::Schema;
use std::path::Path;

/// A value of any column.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Null,
    Whole(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The version of the tables that the rows came in.
    pub version: i64,
    /// Rows by table, in the order in which they were copied.
    pub tables: Vec<(String, u64)>,
}

impl Copied {
    /// All rows.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|(_, rows)| rows).sum()
    }
}

/// What becomes of what is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// A store with data is left as it is: [`Error::Occupied`].
    Keep,
    /// What comes replaces all of it.
    Replace,
}

/// Writes everything in the store at `url` to a new file at `path`, which its owner alone may read. The store may be
/// in use: the file holds one moment of it.
///
/// # Errors
/// When there is no store, it is of a later version, or the file stands already or cannot be written.
pub async fn backup(url: &str, path: &Path) -> Result<Copied, Error> {
    let mut from = Snapshot::open(url).await?;
    let mut writer = file::Writer::make(path, from.schema())?;
    let mut tables = Vec::new();
    for table in from.tables() {
        writer.table(&table)?;
        let rows = from.rows(&table, async |row| writer.row(row)).await?;
        tables.push((table.name.clone(), rows));
    }
    writer.finish()?;
    Ok(Copied { version: from.schema().version, tables })
}

/// Fills the store at `url`, which is made where it is missing, with what [`backup`] wrote.
///
/// # Errors
/// When the file is not whole or of a later version, or the store holds data that is to be kept. Nothing has changed
/// then.
pub async fn restore(path: &Path, url: &str, existing: Existing) -> Result<Copied, Error> {
    let mut reader = file::Reader::open(path)?;
    let schema = Schema::at(reader.version()).await?;
    let mut into = Loader::open(url, &schema, existing).await?;
    let mut tables = Vec::new();
    while let Some(name) = reader.table()? {
        let table =
            schema.table(&name).ok_or_else(|| Error::Backup(format!("it has a table {name:?}, which nobody knows")))?;
        reader.expect(table)?;
        let mut rows = 0;
        while let Some(row) = reader.row()? {
            into.row(table, row).await?;
            rows += 1;
        }
        into.end(table, rows).await?;
        tables.push((name, rows));
    }
    reader.finish()?;
    into.finish().await?;
    Store::open(url).await?.close().await;
    Ok(Copied { version: schema.version, tables })
}

/// Fills the store at `to`, which is made where it is missing, with everything that the store at `from` holds at one
/// moment.
///
/// # Errors
/// When there is no store at `from`, it is of a later version, or the store at `to` holds data that is to be kept.
/// Nothing has changed then.
pub async fn migrate(from: &str, to: &str, existing: Existing) -> Result<Copied, Error> {
    let mut from = Snapshot::open(from).await?;
    let schema = from.schema().clone();
    let mut into = Loader::open(to, &schema, existing).await?;
    let mut tables = Vec::new();
    for table in &schema.tables {
        let rows = from.rows(table, async |row| into.row(table, row).await).await?;
        into.end(table, rows).await?;
        tables.push((table.name.clone(), rows));
    }
    into.finish().await?;
    Store::open(to).await?.close().await;
    Ok(Copied { version: schema.version, tables })
}
