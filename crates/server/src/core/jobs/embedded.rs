//! The controller in this process.

use super::give;
use crate::app::App;
use crate::clock;
use palisade_controller::{
    Beat, End, Heard, Hello, House, JobType, Queue, QueueError, Settings, Task, Welcome, run as run_controller,
};
use palisade_store::job::Held;
use palisade_store::{ControllerRow, Engine, Error};
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The queue of this process: the store itself.
struct Local {
    app: Arc<App>,
    known: Mutex<Option<ControllerRow>>,
}

fn away(error: Error) -> QueueError {
    QueueError::Away(error.to_string())
}

impl Local {
    fn known(&self) -> Result<ControllerRow, QueueError> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(QueueError::Lost)
    }
}

impl Queue for Local {
    async fn hello(&self, hello: &Hello) -> Result<Welcome, QueueError> {
        let store = &self.app.store;
        let welcome = give::hello(&self.app, store, hello, true).await.map_err(away)?;
        let row = store.controller(&welcome.controller_id).await.map_err(away)?;
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = row;
        Ok(welcome)
    }

    async fn lease(&self, wait: Duration) -> Result<Option<Task>, QueueError> {
        let row = self.known()?;
        let leased = give::lease(&self.app, &self.app.store, &row, &row.instance, wait).await.map_err(away)?;
        leased.map_err(|give::GoneController| QueueError::Lost)
    }

    async fn document(&self, task: &Task) -> Result<Vec<u8>, QueueError> {
        let (store, row) = (&self.app.store, self.known()?);
        let held = Held { controller_id: &row.id, job_id: &task.id, fence: task.fence };
        let job = store.held_job(held).await.map_err(away)?.ok_or(QueueError::Lost)?;
        let document = store.in_project(&job.project_id).job_document(&job.id).await.map_err(away)?;
        document.ok_or(QueueError::Lost)
    }

    async fn beat(&self, task: &Task, beat: &Beat) -> Result<Heard, QueueError> {
        let row = self.known()?;
        give::beat(&self.app, &self.app.store, &row.id, &task.id, beat).await.map_err(away)?.ok_or(QueueError::Lost)
    }

    async fn end(&self, task: &Task, end: &End) -> Result<(), QueueError> {
        let row = self.known()?;
        let kept = give::end(&self.app, &self.app.store, &row.id, &task.id, end.clone()).await.map_err(away)?;
        if kept { Ok(()) } else { Err(QueueError::Lost) }
    }

    async fn bye(&self) -> Result<(), QueueError> {
        let row = self.known()?;
        give::bye(&self.app, &self.app.store, &row, &row.instance).await.map_err(away)
    }
}

/// The name that this process's controller has. Control planes that share a store have different ones, each the same
/// after a new start.
fn name(app: &App) -> String {
    if app.store.engine() == Engine::Sqlite {
        return "embedded".to_owned();
    }
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let parts = [host.trim(), &app.settings.listen.to_string(), &app.settings.data_dir.to_string_lossy()].join("\n");
    let digest = Sha256::digest(parts.as_bytes());
    format!("embedded-{}", crate::secret::hex(digest.get(..4).unwrap_or_default()))
}

/// Runs jobs in this process until it stops; nothing where the settings say that it runs none.
pub async fn run(app: Arc<App>) {
    let parallel = app.settings.jobs.parallel;
    if parallel == 0 {
        return;
    }
    let manners = app.settings.manners.clone();
    let hello = Hello {
        name: name(&app),
        instance: clock::new_id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        job_types: JobType::ALL.to_vec(),
        parallel,
        allow_private: manners.allow_private,
    };
    let house = House { manners, roots: Vec::new(), feeds: Some(app.settings.data_dir.clone()) };
    let stop = app.stop.clone();
    let queue = Arc::new(Local { app, known: Mutex::default() });
    if let Err(error) = run_controller(queue, Settings { hello, house }, stop).await {
        tracing::error!(%error, "the embedded controller ended");
    }
}
