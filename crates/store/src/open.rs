//! Opening, migrations, bounds.

use crate::DEFAULT_PROJECT;
use crate::dialect::Engine;
use crate::plan::Plans;
use sqlx::any::AnyPoolOptions;
use sqlx::{Any, AnyConnection, AnyPool, Connection};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Why the store could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL names an engine this build does not have.
    #[error(
        "a store URL that begins with {0:?} is not understood: use sqlite:///absolute/path/palisade.db or postgres://user@host/database"
    )]
    Url(String),
    /// The database refused.
    #[error("while {doing}: {source}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// The database's word.
        source: sqlx::Error,
    },
    /// The database file comes from another version.
    #[error("while preparing the tables: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// There is no store where one was to be read.
    #[error("there is no store yet: `palisade serve` makes one")]
    Empty,
    /// The tables come from a later version of Palisade.
    #[error("the store is of version {found}, this Palisade knows versions up to {known}: use the newer Palisade")]
    Later {
        /// Version of the tables.
        found: i64,
        /// Newest version that is known.
        known: i64,
    },
    /// A store that was to be filled holds data.
    #[error("the store holds data already ({rows} rows in {table}): use another, or --force to replace all of it")]
    Occupied {
        /// A table with data.
        table: String,
        /// Its rows.
        rows: u64,
    },
    /// A table holds other rows than it was given.
    #[error("{table} holds {found} rows in place of {expected}: nothing was changed")]
    Counts {
        /// The table.
        table: String,
        /// Rows that were given.
        expected: u64,
        /// Rows that it holds.
        found: u64,
    },
    /// A backup cannot be used.
    #[error("the backup cannot be used: {0}")]
    Backup(String),
    /// A file.
    #[error("{doing} {}: {source}", path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: std::path::PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A stored row cannot be read.
    #[error("a stored {what} cannot be read: {detail}")]
    Row {
        /// The noun.
        what: &'static str,
        /// What is wrong with it.
        detail: String,
    },
}

/// What is told of a URL that is not understood: its scheme, since the rest may hold a password.
fn unknown(url: &str) -> Error {
    Error::Url(url.split_once(':').map_or("", |(scheme, _)| scheme).chars().take(20).collect())
}

/// Adds what was being done to a database error.
pub(crate) trait Doing<T> {
    fn doing(self, what: &'static str) -> Result<T, Error>;
}

impl<T> Doing<T> for Result<T, sqlx::Error> {
    fn doing(self, what: &'static str) -> Result<T, Error> {
        self.map_err(|source| Error::Database { doing: what, source })
    }
}

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Events; the oldest go first.
    pub events: u32,
    /// Uuids of events; the oldest go first.
    pub event_uuids: u32,
    /// Findings of one API.
    pub findings: u32,
    /// Versions of one API's contract; the one in force always stays.
    pub contracts: u32,
    /// Assessments of one third party, with score and grade.
    pub assessments: u32,
    /// Whole results among them, the newest.
    pub assessment_results: u32,
    /// Versions of one API's protection, the newest.
    pub protection_versions: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            events: 50_000,
            event_uuids: 200_000,
            findings: 5_000,
            contracts: 50,
            assessments: 1000,
            assessment_results: 50,
            protection_versions: 200,
        }
    }
}

/// Makes a missing database file for its owner only; its journals take after it. Where that fails, opening it says why.
fn make_private(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    drop(options.open(path));
}

/// The engine of a URL, and the path of its file where it has one.
fn place(url: &str) -> Result<(Engine, Option<&Path>), Error> {
    match Engine::of(url) {
        Some(Engine::Postgres) => Ok((Engine::Postgres, None)),
        Some(Engine::Sqlite) => match url.strip_prefix("sqlite://") {
            None | Some("") => Err(unknown(url)),
            Some(path) => Ok((Engine::Sqlite, Some(Path::new(path)))),
        },
        None => Err(unknown(url)),
    }
}

/// One connection to a store that is there, as it is.
pub(crate) async fn connect_existing(url: &str) -> Result<(Engine, AnyConnection), Error> {
    let doing = "opening the database";
    let (engine, path) = place(url)?;
    if path.is_some_and(|path| !path.exists()) {
        return Err(Error::Empty);
    }
    let url = path.map_or_else(|| url.to_owned(), |path| Engine::file_url(path) + "?mode=rw");
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(&url).await.doing(doing)?;
    engine.prepare_reader(&mut connection).await.doing(doing)?;
    Ok((engine, connection))
}

/// The one connection to a store, whose file is made where it is missing.
pub(crate) async fn connect_new(url: &str) -> Result<(Engine, AnyPool), Error> {
    let (engine, path) = place(url)?;
    if let Some(path) = path {
        make_private(path);
    }
    let url = path.map_or_else(|| url.to_owned(), |path| Engine::file_url(path) + "?mode=rwc");
    sqlx::any::install_default_drivers();
    let pool = AnyPoolOptions::new()
        .max_connections(1)
        .after_connect(move |connection, _| Box::pin(engine.prepare_writer(connection)))
        .connect(&url)
        .await
        .doing("opening the database")?;
    Ok((engine, pool))
}

/// The store, seen from one project. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) read: AnyPool,
    pub(crate) write: AnyPool,
    pub(crate) engine: Engine,
    pub(crate) bounds: Bounds,
    pub(crate) plans: Option<Plans>,
    /// Wakes whoever follows changes, when this process makes one.
    pub(crate) news: Arc<Notify>,
    project: Arc<str>,
}

impl Store {
    /// Opens or makes the database that `url` names: `sqlite:///absolute/path/palisade.db` or
    /// `postgres://user:password@host/database`.
    ///
    /// # Errors
    /// [`Error::Url`] for another scheme; a database error when it cannot be opened or is of a later version.
    pub async fn open(url: &str) -> Result<Self, Error> {
        Self::open_bounded(url, Bounds::default()).await
    }

    /// As [`Store::open`], keeping no more than `bounds`.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_bounded(url: &str, bounds: Bounds) -> Result<Self, Error> {
        match place(url)? {
            (_, Some(path)) => Self::open_file(path, bounds).await,
            (engine, None) => Self::connect(engine, url, url, bounds).await,
        }
    }

    /// Opens the SQLite database file at `path`, or makes it, readable by its owner only.
    ///
    /// # Errors
    /// A database error when the file cannot be opened or is of a later version.
    pub async fn open_file(path: &Path, bounds: Bounds) -> Result<Self, Error> {
        make_private(path);
        let url = Engine::file_url(path);
        Self::connect(Engine::Sqlite, &format!("{url}?mode=rwc"), &format!("{url}?mode=ro"), bounds).await
    }

    async fn connect(engine: Engine, write: &str, read: &str, bounds: Bounds) -> Result<Self, Error> {
        sqlx::any::install_default_drivers();
        let writers = AnyPoolOptions::new().max_connections(engine.writers());
        let write = writers
            .acquire_timeout(Duration::from_secs(30))
            .after_connect(move |connection, _| Box::pin(engine.prepare_writer(connection)))
            .connect(write)
            .await
            .doing("opening the database")?;
        engine.migrate(&write).await?;
        let read = AnyPoolOptions::new()
            .max_connections(engine.readers())
            .acquire_timeout(Duration::from_secs(30))
            .after_connect(move |connection, _| Box::pin(engine.prepare_reader(connection)))
            .connect(read)
            .await
            .doing("opening the database to read")?;
        Ok(Self { read, write, engine, bounds, plans: None, news: Arc::default(), project: DEFAULT_PROJECT.into() })
    }

    /// The same store, seen from another project: whatever it reads, writes or removes belongs to that one.
    #[must_use]
    pub fn in_project(&self, project: &str) -> Self {
        Self { project: project.into(), ..self.clone() }
    }

    /// The same store, which asks the database how it goes about each list before it asks for the list, and notes the
    /// answers in the plans.
    pub fn explained(&self) -> (Self, Plans) {
        let plans = Plans::default();
        (Self { plans: Some(plans.clone()), ..self.clone() }, plans)
    }

    /// Id of the project this store is seen from.
    pub fn project(&self) -> &str {
        &self.project
    }

    /// The database that keeps it.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin(&self) -> Result<sqlx::Transaction<'static, Any>, sqlx::Error> {
        self.write.begin_with(self.engine.begin()).await
    }

    /// Says whether the database answers.
    ///
    /// # Errors
    /// The database's word.
    pub async fn ping(&self) -> Result<(), Error> {
        sqlx::query("SELECT 1").execute(&self.read).await.doing("asking the database").map(drop)
    }

    /// Closes every connection; what was written is on disk afterwards.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}
