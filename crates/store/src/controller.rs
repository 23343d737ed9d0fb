//! Controllers: who runs jobs.

use crate::dialect::Flag;
use crate::open::Doing;
use crate::query::{Column, Kind, List, Query, Select};
use crate::{Error, Page, Store};

/// A controller as it last said what it is.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ControllerRow {
    /// UUIDv7.
    pub id: String,
    /// The project whose jobs it runs; a shared one runs those of every project.
    pub project_id: String,
    /// Name, unique in its project.
    pub name: String,
    /// Whether it serves every project.
    #[sqlx(try_from = "Flag")]
    pub shared: bool,
    /// New with each start of it.
    pub instance: String,
    /// Version of its program.
    pub version: String,
    /// JSON list of job types.
    pub capabilities: String,
    /// Jobs that it runs at a time.
    pub parallel: i64,
    /// Whether it asks hosts of private networks.
    #[sqlx(try_from = "Flag")]
    pub allow_private: bool,
    /// Whether it said that it ends.
    #[sqlx(try_from = "Flag")]
    pub stopped: bool,
    /// Microseconds.
    pub created_at: i64,
    /// Microseconds.
    pub last_seen: i64,
}

/// What may be asked of the list of controllers.
pub const CONTROLLERS: List = List {
    name: "controllers",
    columns: &[
        Column::new("id", Kind::Id, "id"),
        Column::new("name", Kind::Text, "name"),
        Column::new("version", Kind::Text, "version"),
        Column::new("last_seen", Kind::Time, "last_seen"),
        Column::new("embedded", Kind::Truth, "shared"),
        Column::new("allow_private", Kind::Truth, "allow_private"),
    ],
    sort: "id",
    id: "id",
};

macro_rules! controller_columns {
    () => {
        "id, project_id, name, shared, instance, version, capabilities, parallel, allow_private, stopped, created_at, \
         last_seen"
    };
}

/// A statement that reads the columns of a controller; what follows the table is given.
macro_rules! controller {
    ($rest:literal) => {
        concat!("SELECT ", controller_columns!(), " FROM controllers ", $rest)
    };
}

impl Store {
    /// Notes a controller that has started: one of the same name in the project takes its place and keeps its id. Gives it
    /// as it is kept.
    ///
    /// # Errors
    /// The database's word.
    pub async fn start_controller(&self, row: &ControllerRow) -> Result<ControllerRow, Error> {
        let doing = "noting a controller";
        let mut tx = self.begin().await.doing(doing)?;
        sqlx::query(
            "INSERT INTO controllers (id, project_id, name, shared, instance, version, capabilities, parallel, \
             allow_private, stopped, created_at, last_seen) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $10) \
             ON CONFLICT (project_id, name) DO UPDATE SET shared = excluded.shared, instance = excluded.instance, \
             version = excluded.version, capabilities = excluded.capabilities, parallel = excluded.parallel, \
             allow_private = excluded.allow_private, stopped = 0, last_seen = excluded.last_seen",
        )
        .bind(&row.id)
        .bind(self.project())
        .bind(&row.name)
        .bind(i64::from(row.shared))
        .bind(&row.instance)
        .bind(&row.version)
        .bind(&row.capabilities)
        .bind(row.parallel)
        .bind(i64::from(row.allow_private))
        .bind(row.last_seen)
        .execute(&mut *tx)
        .await
        .doing(doing)?;
        let kept = sqlx::query_as(controller!("WHERE project_id = $1 AND name = $2"))
            .bind(self.project())
            .bind(&row.name)
            .fetch_one(&mut *tx)
            .await
            .doing(doing)?;
        tx.commit().await.doing(doing)?;
        Ok(kept)
    }

    /// Notes that a controller was heard of; false when there is none of this instance.
    ///
    /// # Errors
    /// The database's word.
    pub async fn see_controller(&self, id: &str, instance: &str, stopped: bool, now: i64) -> Result<bool, Error> {
        let done = sqlx::query(
            "UPDATE controllers SET last_seen = $4, stopped = $5 WHERE project_id = $1 AND id = $2 AND instance = $3",
        )
        .bind(self.project())
        .bind(id)
        .bind(instance)
        .bind(now)
        .bind(i64::from(stopped))
        .execute(&self.write)
        .await
        .doing("noting a controller")?;
        Ok(done.rows_affected() > 0)
    }

    /// A controller that may run jobs of this project.
    ///
    /// # Errors
    /// The database's word.
    pub async fn controller(&self, id: &str) -> Result<Option<ControllerRow>, Error> {
        sqlx::query_as(controller!("WHERE (project_id = $1 OR shared = 1) AND id = $2"))
            .bind(self.project())
            .bind(id)
            .fetch_optional(&self.read)
            .await
            .doing("reading a controller")
    }

    /// Controllers that may run jobs of this project, as [`CONTROLLERS`] lists them.
    ///
    /// # Errors
    /// The database's word.
    pub async fn controllers(&self, query: &Query) -> Result<Page<ControllerRow>, Error> {
        let select = Select {
            doing: "listing controllers",
            columns: controller_columns!(),
            from: "controllers",
            filter: "(project_id = $1 OR shared = 1)",
            values: vec![self.project().into()],
        };
        self.list(select, query).await
    }

    /// Jobs of this project that a controller runs.
    ///
    /// # Errors
    /// The database's word.
    pub async fn count_held(&self, controller_id: &str) -> Result<i64, Error> {
        let (count,) = sqlx::query_as(
            "SELECT COUNT(*) FROM jobs WHERE project_id = $1 AND state = 'InProgress' AND holder_id = $2",
        )
        .bind(self.project())
        .bind(controller_id)
        .fetch_one(&self.read)
        .await
        .doing("counting jobs")?;
        Ok(count)
    }

    /// Drops controllers of every project that were not heard of since `before` and that no open job names.
    ///
    /// # Errors
    /// The database's word.
    pub async fn sweep_controllers(&self, before: i64) -> Result<(), Error> {
        sqlx::query(
            "DELETE FROM controllers WHERE last_seen < $1 AND id NOT IN \
             (SELECT controller_id FROM jobs WHERE controller_id IS NOT NULL AND state IN ('Pending', 'InProgress'))",
        )
        .bind(before)
        .execute(&self.write)
        .await
        .doing("dropping controllers")
        .map(drop)
    }
}
