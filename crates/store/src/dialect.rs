//! The one place where SQLite and PostgreSQL differ.

use sqlx::migrate::{MigrateError, Migration, Migrator};
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection, SqlSafeStr, SqlStr};
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

    /// True when several control planes may serve one store.
    pub(crate) fn shared(self) -> bool {
        self == Engine::Postgres
    }

    /// What makes a text compare byte by byte, and its letters `A` to `Z` alone have a lower case, as SQLite does it.
    pub(crate) fn bytewise(self) -> &'static str {
        match self {
            Engine::Sqlite => "",
            Engine::Postgres => " COLLATE \"C\"",
        }
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
            Engine::Postgres => self.migrate_to(&mut connection, self.newest()).await,
            Engine::Sqlite => {
                let mut tx = connection.begin_with(self.begin()).await?;
                self.migrate_to(&mut tx, self.newest()).await?;
                Ok(tx.commit().await?)
            }
        }
    }

    /// Brings the tables up to a version.
    pub(crate) async fn migrate_to(self, connection: &mut AnyConnection, version: i64) -> Result<(), MigrateError> {
        self.migrator().run_direct(Some(version), connection, false).await
    }

    /// The version of the tables that this build makes.
    pub(crate) fn newest(self) -> i64 {
        MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
    }

    /// The version of the tables; none where there are none.
    pub(crate) async fn version(self, connection: &mut AnyConnection) -> Result<Option<i64>, sqlx::Error> {
        let text = match self {
            Engine::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE name = '_sqlx_migrations'",
            Engine::Postgres => {
                "SELECT COUNT(*) FROM information_schema.tables \
                 WHERE table_schema = current_schema() AND table_name = '_sqlx_migrations'"
            }
        };
        let (found,): (i64,) = sqlx::query_as(text).fetch_one(&mut *connection).await?;
        if found == 0 {
            return Ok(None);
        }
        let (version,): (Option<i64>,) =
            sqlx::query_as("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(connection).await?;
        Ok(version)
    }

    /// Begins a transaction in which every statement reads the same moment.
    pub(crate) fn begin_snapshot(self) -> &'static str {
        match self {
            Engine::Sqlite => "BEGIN",
            Engine::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// What before a column keeps its index out of use: SQLite takes the index of an equality whatever must be sorted
    /// then, PostgreSQL weighs it against walking along the order.
    pub(crate) fn aside(self) -> &'static str {
        match self {
            Engine::Sqlite => "+",
            Engine::Postgres => "",
        }
    }

    /// What makes the engine tell its plan of a statement instead of running it.
    pub(crate) fn explain(self) -> &'static str {
        match self {
            Engine::Sqlite => "EXPLAIN QUERY PLAN ",
            Engine::Postgres => "EXPLAIN (COSTS OFF) ",
        }
    }

    /// A text as the engine can keep it: PostgreSQL has no place for NUL.
    pub(crate) fn storable(self, text: String) -> String {
        match self {
            Engine::Postgres if text.contains('\0') => text.replace('\0', "\u{fffd}"),
            _ => text,
        }
    }

    /// Counts the rows of one of our tables.
    pub(crate) fn count(table: &str) -> SqlStr {
        AssertSqlSafe(format!("SELECT COUNT(*) FROM \"{table}\"")).into_sql_str()
    }

    /// The migrations in this engine's words.
    fn migrator(self) -> Migrator {
        let migrations = MIGRATIONS.iter().map(|migration| match self {
            Engine::Sqlite => migration.clone(),
            Engine::Postgres => Migration::new(
                migration.version,
                migration.description.clone(),
                migration.migration_type,
                AssertSqlSafe(postgres(migration.sql.as_str())).into_sql_str(),
                migration.no_tx,
            ),
        });
        Migrator::with_migrations(migrations.collect())
    }
}

/// A migration in PostgreSQL's words.
fn postgres(sql: &str) -> String {
    sql.replace(" BLOB ", " BYTEA ")
        .replace(" COLLATE BINARY", " COLLATE \"C\"")
        .replace("json_extract(body, '$.", "json_extract_path_text(CAST(body AS JSON), '")
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
