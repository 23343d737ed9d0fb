//! The one place where SQLite and PostgreSQL differ.

use sqlx::migrate::{MigrateError, Migration, Migrator};
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection, SqlSafeStr};
use std::path::Path;

/// Migrations, in the text that both engines share but for [`Engine::migrator`].
static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Which database keeps the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file, one writing process at a time.
    Sqlite,
    /// A server that several control planes share.
    Postgres,
}

impl Engine {
    /// The engine of a store URL.
    pub fn of(url: &str) -> Option<Engine> {
        match url.split_once("://")?.0 {
            "sqlite" => Some(Engine::Sqlite),
            "postgres" | "postgresql" => Some(Engine::Postgres),
            _ => None,
        }
    }

    /// The URL of an SQLite file.
    pub(crate) fn file_url(path: &Path) -> String {
        let mut url = "sqlite://".to_owned();
        for letter in path.to_string_lossy().chars() {
            match letter {
                '%' => url.push_str("%25"),
                '?' => url.push_str("%3F"),
                '#' => url.push_str("%23"),
                letter => url.push(letter),
            }
        }
        url
    }

    /// Connections that write: SQLite has one writer.
    pub(crate) fn writers(self) -> u32 {
        match self {
            Engine::Sqlite => 1,
            Engine::Postgres => 8,
        }
    }

    /// Connections that read.
    pub(crate) fn readers(self) -> u32 {
        match self {
            Engine::Sqlite => 4,
            Engine::Postgres => 8,
        }
    }

    /// How a transaction that writes begins: an SQLite one that began by reading cannot wait for another process.
    pub(crate) fn begin(self) -> &'static str {
        match self {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN",
        }
    }

    /// Holds an API until the transaction ends, so that two who count on from its last version do so one after the
    /// other. An SQLite transaction that writes is alone anyway.
    pub(crate) async fn hold_api(
        self,
        connection: &mut AnyConnection,
        project: &str,
        api_id: &str,
    ) -> Result<(), sqlx::Error> {
        let text = match self {
            Engine::Sqlite => return Ok(()),
            Engine::Postgres => "SELECT id FROM apis WHERE project_id = $1 AND id = $2 FOR UPDATE",
        };
        sqlx::query(text).bind(project).bind(api_id).execute(connection).await.map(drop)
    }

    pub(crate) async fn prepare_writer(self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let text = match self {
            Engine::Sqlite => {
                "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; \
                 PRAGMA foreign_keys = ON"
            }
            Engine::Postgres => return Ok(()),
        };
        sqlx::raw_sql(text).execute(connection).await.map(drop)
    }

    pub(crate) async fn prepare_reader(self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        match self {
            Engine::Sqlite => sqlx::raw_sql("PRAGMA busy_timeout = 10000").execute(connection).await.map(drop),
            Engine::Postgres => Ok(()),
        }
    }

    /// Brings the tables up to this version; whoever comes meanwhile waits. PostgreSQL's migrator takes a lock of its
    /// own; for SQLite there is none, so that all of it is one transaction that writes from its beginning.
    pub(crate) async fn migrate(self, pool: &AnyPool) -> Result<(), MigrateError> {
        let mut connection = pool.acquire().await?;
        match self {
            Engine::Postgres => self.migrator().run_direct(None, &mut *connection, false).await,
            Engine::Sqlite => {
                let mut tx = connection.begin_with(self.begin()).await?;
                self.migrator().run_direct(None, &mut *tx, false).await?;
                Ok(tx.commit().await?)
            }
        }
    }

    /// The migrations in this engine's words.
    fn migrator(self) -> Migrator {
        let migrations = MIGRATIONS.iter().map(|migration| match self {
            Engine::Sqlite => migration.clone(),
            Engine::Postgres => Migration::new(
                migration.version,
                migration.description.clone(),
                migration.migration_type,
                AssertSqlSafe(migration.sql.as_str().replace(" BLOB ", " BYTEA ")).into_sql_str(),
                migration.no_tx,
            ),
        });
        Migrator::with_migrations(migrations.collect())
    }
}

/// A truth value as both engines keep it: a `BIGINT` of 0 or 1.
#[derive(Debug, Clone, Copy, sqlx::Type)]
#[sqlx(transparent)]
pub(crate) struct Flag(i64);

impl From<Flag> for bool {
    fn from(flag: Flag) -> bool {
        flag.0 != 0
    }
}
