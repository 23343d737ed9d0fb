//! News: who changed what, in this process and in others on the same store.
//!
//! The store counts the changes of each topic of each project ([`Store::bump`]). [`follow`] looks at the counters, at once
//! when this process changes something and every second else; streams tell their callers, and the state in memory takes up
//! what other processes changed.

use crate::app::App;
use palisade_store::{Error, Revisions, Store};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Time between two looks at what other processes changed.
const EVERY: Duration = Duration::from_secs(1);
/// Least time between two looks, however much this process changes.
const PAUSE: Duration = Duration::from_millis(50);
/// Streams of one caller.
const STREAMS: usize = 8;

/// The counters as last seen, and who follows them.
#[derive(Debug)]
pub struct News {
    revisions: watch::Sender<Arc<Revisions>>,
    streams: Arc<Mutex<HashMap<String, usize>>>,
}

/// The room that a stream takes of its caller.
#[derive(Debug)]
pub struct Seat {
    streams: Arc<Mutex<HashMap<String, usize>>>,
    caller: String,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = streams.get_mut(&self.caller) {
            *count -= 1;
            if *count == 0 {
                streams.remove(&self.caller);
            }
        }
    }
}

impl News {
    /// Nobody follows yet.
    pub fn new(revisions: Revisions) -> Self {
        Self { revisions: watch::Sender::new(Arc::new(revisions)), streams: Arc::default() }
    }

    /// The counters and their changes.
    pub fn subscribe(&self) -> watch::Receiver<Arc<Revisions>> {
        self.revisions.subscribe()
    }

    /// Room for one more stream of a caller; `None` when it has 8.
    pub fn seat(&self, caller: &str) -> Option<Seat> {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let count = streams.entry(caller.to_owned()).or_default();
        if *count >= STREAMS {
            return None;
        }
        *count += 1;
        Some(Seat { streams: Arc::clone(&self.streams), caller: caller.to_owned() })
    }
}

/// Looks at the counters until the process stops.
pub async fn follow(app: Weak<App>, store: Store, stop: CancellationToken) {
    let mut seen = Seen::default();
    // What stands now is what the start reads.
    if let Err(error) = seen.begin(&store).await {
        tracing::error!(%error, "looking for changes");
    }
    let mut told = false;
    loop {
        let changed = store.changed();
        tokio::select! {
            () = stop.cancelled() => return,
            () = changed => {}
            () = tokio::time::sleep(EVERY) => {}
        }
        let Some(app) = app.upgrade() else { return };
        match look(&app, &store, &mut seen).await {
            Ok(()) => told = false,
            Err(error) if !told => {
                tracing::error!(%error, "changes of other processes are not seen now; it is tried again every second");
                told = true;
            }
            Err(_) => {}
        }
        drop(app);
        tokio::time::sleep(PAUSE).await;
    }
}

/// What was taken up until now.
#[derive(Default)]
struct Seen {
    revisions: Revisions,
    apis: BTreeMap<String, BTreeMap<String, i64>>,
}

impl Seen {
    async fn begin(&mut self, store: &Store) -> Result<(), Error> {
        self.revisions = store.revisions().await?;
        for project in store.project_ids().await? {
            let apis = store.in_project(&project).api_revisions().await?;
            self.apis.insert(project, apis);
        }
        Ok(())
    }
}

async fn look(app: &Arc<App>, store: &Store, seen: &mut Seen) -> Result<(), Error> {
    let now = store.revisions().await?;
    if now == seen.revisions {
        return Ok(());
    }
    let differs = |project: &str, topic: &str| {
        let key = (project.to_owned(), topic.to_owned());
        now.get(&key) != seen.revisions.get(&key)
    };
    let mut failed = None;
    let known = app.projects();
    let there: BTreeSet<String> = if differs(palisade_store::DEFAULT_PROJECT, "projects") {
        store.project_ids().await?.into_iter().collect()
    } else {
        known.clone()
    };
    for project in known.difference(&there) {
        failed = app.close_project(project).await.err().or(failed);
        seen.apis.remove(project);
    }
    for project in there.difference(&known) {
        failed = app.open_project(project).await.err().or(failed);
    }
    for project in &there {
        if differs(project, "networks") {
            failed = app.follow_networks(project).await.err().or(failed);
        }
        if differs(project, "apis") {
            let apis = store.in_project(project).api_revisions().await?;
            let before = seen.apis.insert(project.clone(), apis.clone()).unwrap_or_default();
            let changed = apis.iter().filter(|(id, revision)| before.get(*id) != Some(*revision));
            let changed: BTreeSet<String> = changed.map(|(id, _)| id.clone()).collect();
            let gone: Vec<String> = before.into_keys().filter(|id| !apis.contains_key(id)).collect();
            failed = app.follow_apis(project, &changed, &gone).await.err().or(failed);
        }
    }
    if let Some(error) = failed {
        tracing::error!(%error, "a change that another process made is not taken up");
    }
    seen.revisions = now.clone();
    app.news.revisions.send_replace(Arc::new(now));
    Ok(())
}
