//! The one place that learns: a thread that takes captured exchanges in order, judges, absorbs, merges events and
//! publishes what it knows.
//!
//! Everything heavy is spaced by its own cost, so that a large API slows its own refresh and not the intake.
//!
//! Of several processes on one store one learns for a project, as long as its lease runs. The others judge and keep events
//! of what they see, and lay the exchanges down in the store (`spool`: bodies as shapes, without values) for the one that
//! learns; they read back what it wrote. What was learned is written only while the lease is held, in one transaction with
//! a look at it, so that two writers never overwrite each other.

mod keep;

use super::approved::{Approved, judge_policy};
use super::drift::{NewEndpoint, Watch};
use super::events::{Batch, MERGE_WITHIN, Merger};
use super::learn::{Induced, Learner};
use super::ledger::{Ledger, parts};
use super::view::{Judged, Learned, View};
use super::{ApiState, key_of_label, operation_id};
use crate::app::App;
use crate::clock;
use palisade_discover::Settings as DiscoverSettings;
use palisade_exchange::Redactor;
use palisade_exchange::wire::{Form, from_line_with, to_line_with};
use palisade_gateway::{Captured, Sink, Verdict};
use palisade_guard::{Effect, Lists, Policy};
use palisade_store::{EventRow, SpoolRow, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

/// Exchanges that wait to be learned from.
const QUEUE: usize = 8192;
/// Bytes of bodies that wait.
const QUEUE_BYTES: usize = 64 << 20;
/// How often the thread looks at what is due.
const TICK: Duration = Duration::from_millis(200);
/// How long after a change inventory and counters are published.
const PUBLISH_AFTER: Duration = Duration::from_millis(400);
/// How long after a change states are written.
const PERSIST_AFTER: Duration = Duration::from_millis(900);
/// How often the learned contract is frozen as a candidate.
const FREEZE_EVERY: Duration = Duration::from_secs(10);
/// Until the first candidate.
const FIRST_FREEZE: Duration = Duration::from_secs(4);
/// How often the learned contract is audited anew.
const AUDIT_EVERY: Duration = Duration::from_secs(3);
/// Name of the lease of the process that learns for a project.
const LEARNING: &str = "learning";
/// How long a lease to learn runs, microseconds.
const LEASE: i64 = 12_000_000;
/// How often a lease is kept, and how often others look whether they may take it.
const LEASE_EVERY: Duration = Duration::from_secs(3);
/// How often what other processes wrote is read.
const READ_EVERY: Duration = Duration::from_secs(1);
/// Exchanges taken out of the spool at a time.
const SPOOL_BATCH: u32 = 500;
/// Exchanges of a project that wait in the spool; what is more is dropped and counted.
const SPOOL: i64 = 50_000;
/// Events waiting that make the thread write at once.
const EVENTS_AT_ONCE: usize = 2000;

/// The gateway's way in: bounded in number and bytes; what does not fit is dropped and counted.
#[derive(Debug, Clone)]
pub struct Intake {
    sender: mpsc::Sender<Message>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    dropped: AtomicU64,
    bytes: AtomicUsize,
    events_dropped: AtomicU64,
}

impl Shared {
    /// Counts exchanges that nobody learns from.
    fn lose(&self, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.dropped.fetch_add(count, Ordering::Relaxed);
        metrics::counter!("palisade_ingest_dropped_total").increment(count);
    }
}

impl Intake {
    /// Exchanges lost since start.
    pub fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// Events dropped since start because the store has no room for more.
    pub fn events_dropped(&self) -> u64 {
        self.shared.events_dropped.load(Ordering::Relaxed)
    }

    /// Takes an exchange, or drops and counts it; true when it was taken.
    pub fn offer(&self, captured: Captured) -> bool {
        let size = weight(&captured);
        let taken = self.shared.bytes.fetch_add(size, Ordering::Relaxed) + size <= QUEUE_BYTES
            && self.sender.try_send(Message::Captured(Box::new(captured))).is_ok();
        if !taken {
            self.shared.bytes.fetch_sub(size, Ordering::Relaxed);
            self.shared.lose(1);
        }
        taken
    }

    /// Waits until everything offered before was learned, published and written.
    pub async fn settle(&self) {
        let (done, wait) = oneshot::channel();
        if self.sender.send(Message::Settle(done)).await.is_ok() {
            // An error means that the thread ended, and it settles before it ends.
            let _ = wait.await;
        }
    }

    /// Takes up a new or changed API: its contract, exceptions or mode.
    pub async fn refresh(&self, api: Arc<ApiState>) {
        let (done, wait) = oneshot::channel();
        if self.sender.send(Message::Refresh(api, done)).await.is_ok() {
            let _ = wait.await;
        }
    }

    /// Forgets an API: nothing of it is written any more when this returns.
    pub async fn forget(&self, api_id: Arc<str>) {
        let (done, wait) = oneshot::channel();
        if self.sender.send(Message::Forget(api_id, done)).await.is_ok() {
            let _ = wait.await;
        }
    }

    /// Ends the thread after everything is written.
    pub async fn stop(&self) {
        let (done, wait) = oneshot::channel();
        if self.sender.send(Message::Stop(done)).await.is_ok() {
            let _ = wait.await;
        }
    }
}

impl Sink for Intake {
    fn deliver(&self, captured: Captured) {
        self.offer(captured);
    }
}

fn weight(captured: &Captured) -> usize {
    use palisade_exchange::Body;
    let body = |body: &Body| match body {
        Body::Bytes { bytes, .. } => bytes.len(),
        _ => 0,
    };
    let exchange = &captured.exchange;
    1024 + body(&exchange.request.body) + exchange.response.as_ref().map_or(0, |response| body(&response.message.body))
}

enum Message {
    Captured(Box<Captured>),
    Refresh(Arc<ApiState>, oneshot::Sender<()>),
    Forget(Arc<str>, oneshot::Sender<()>),
    Settle(oneshot::Sender<()>),
    Stop(oneshot::Sender<()>),
}

/// Starts the thread.
///
/// # Errors
/// When the thread cannot be started.
pub fn start(settings: DiscoverSettings, store: Store) -> std::io::Result<(Intake, Starter)> {
    let (sender, receiver) = mpsc::channel(QUEUE);
    let shared = Arc::new(Shared::default());
    let intake = Intake { sender, shared: Arc::clone(&shared) };
    Ok((intake, Starter { settings, store, receiver, shared }))
}

/// The thread before it runs: it needs the application, which needs the intake.
pub struct Starter {
    settings: DiscoverSettings,
    store: Store,
    receiver: mpsc::Receiver<Message>,
    shared: Arc<Shared>,
}

impl Starter {
    /// Runs the thread. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn run(self, app: &Arc<App>) -> std::io::Result<()> {
        let ingest = Ingest {
            app: Arc::downgrade(app),
            handle: Handle::current(),
            store: self.store,
            merger: Merger::new(Arc::clone(&self.settings.rules)),
            settings: self.settings,
            shared: self.shared,
            workers: BTreeMap::new(),
            leads: BTreeMap::new(),
            spool: BTreeMap::new(),
            holder: app.holder.clone(),
            redactor: app.redactor.clone(),
            swept: Instant::now(),
        };
        std::thread::Builder::new().name("ingest".to_owned()).spawn(move || ingest.run(self.receiver)).map(drop)
    }
}

struct Ingest {
    app: std::sync::Weak<App>,
    handle: Handle,
    store: Store,
    settings: DiscoverSettings,
    shared: Arc<Shared>,
    workers: BTreeMap<Arc<str>, Worker>,
    merger: Merger,
    /// Whether this process learns for a project.
    leads: BTreeMap<Arc<str>, Lead>,
    /// Exchanges of projects that another process learns for, until they are laid down.
    spool: BTreeMap<Arc<str>, Vec<SpoolRow>>,
    holder: String,
    redactor: Redactor,
    swept: Instant,
}

/// Whether this process learns for a project.
struct Lead {
    held: bool,
    asked: Instant,
    /// When what other processes learned, or laid down, was last read.
    read: Instant,
}

/// What the thread holds of one API.
struct Worker {
    api: Arc<ApiState>,
    learner: Learner,
    ledger: Ledger,
    watch: Watch,
    /// Endpoints that nobody was told of.
    fresh: Vec<NewEndpoint>,
    /// Judges before anything is learned, while no contract is approved: by the contract, not by where clients come from.
    candidate: Option<Policy>,
    /// What was last induced; `None` before the first time.
    induced: Option<Arc<Induced>>,
    /// Version of the approved contract the induction was compared with.
    compared: i64,
    learned: Option<Arc<Learned>>,
    judged: Option<Arc<Judged>>,
    findings_digest: String,
    audit_digest: String,
    changed: bool,
    /// What was published since the last audit may change what it says.
    unjudged: bool,
    unsaved: bool,
    publish_at: Instant,
    persist_at: Instant,
    freeze_at: Option<Instant>,
    audit_at: Instant,
    findings_at: Instant,
    /// When what was read from the store was written, microseconds.
    read_at: Option<i64>,
    /// The view whose operations are kept.
    kept: Option<Arc<View>>,
    operations_at: Instant,
}

impl Ingest {
    fn run(mut self, mut receiver: mpsc::Receiver<Message>) {
        let since = clock::now() - MERGE_WITHIN;
        match self.handle.block_on(recent_events(&self.store, since)) {
            Ok(rows) => self.merger.resume(rows),
            Err(error) => tracing::error!(%error, "recent events cannot be read; repeats begin new events"),
        }
        let mut next_tick = Instant::now() + TICK;
        loop {
            let wait = next_tick.saturating_duration_since(Instant::now());
            // Bound to a name, so that the runtime's guard is not held while a message is worked on.
            let message = self.handle.block_on(async { tokio::time::timeout(wait, receiver.recv()).await });
            match message {
                Ok(None) => break,
                Ok(Some(Message::Captured(captured))) => {
                    self.shared.bytes.fetch_sub(weight(&captured), Ordering::Relaxed);
                    self.take(*captured);
                }
                Ok(Some(Message::Refresh(api, done))) => {
                    self.refresh(api);
                    let _ = done.send(());
                }
                Ok(Some(Message::Forget(api_id, done))) => {
                    self.tick(true);
                    self.workers.remove(&api_id);
                    self.merger.forget(&api_id);
                    let _ = done.send(());
                }
                Ok(Some(Message::Settle(done))) => {
                    self.tick(true);
                    let _ = done.send(());
                }
                Ok(Some(Message::Stop(done))) => {
                    self.tick(true);
                    let _ = done.send(());
                    return;
                }
                Err(_) => {}
            }
            if Instant::now() >= next_tick || self.merger.waiting() >= EVENTS_AT_ONCE {
                self.tick(false);
                next_tick = Instant::now() + TICK;
            }
        }
        self.tick(true);
    }

    fn take(&mut self, captured: Captured) {
        let Some(worker) = self.workers.get_mut(&captured.api_id) else { return };
        let project = Arc::clone(&worker.api.project);
        let exchange = &captured.exchange;
        let prevented = captured.decision.effect >= Effect::Prevent;
        if let Some(app) = self.app.upgrade() {
            let error = captured.status == 0 || captured.status >= 500;
            app.count(&project, exchange.time, error, prevented);
        }
        let named = worker.named(&captured);
        let event = self.merger.add(&captured, named.as_ref().map(|(label, _, id)| (label.as_str(), id.as_str())));
        let contract = worker.api.config.load().approved.as_ref().map_or(0, |approved| approved.row.version);
        if self.leads.get(&project).is_some_and(|lead| lead.held) {
            worker.take_in(&captured, event.as_deref());
        } else {
            let verdict = Verdict::of(&captured).write();
            let line = to_line_with(&captured.exchange, Form::Shapes, self.redactor.marker(), verdict.as_deref());
            self.spool.entry(project).or_default().push(SpoolRow {
                id: exchange.id.to_string(),
                api_id: captured.api_id.to_string(),
                event_id: event.clone(),
                line,
            });
        }
        if let Some(app) = self.app.upgrade() {
            app.recent().push(captured, contract, event);
        }
    }

    fn refresh(&mut self, api: Arc<ApiState>) {
        let id = Arc::clone(&api.id);
        self.lead(&api.project, false);
        if !self.workers.contains_key(&id) {
            let store = self.store.in_project(&api.project);
            let worker = self.handle.block_on(Worker::load(api, &self.settings, &store));
            self.workers.insert(Arc::clone(&id), worker);
        }
        if let Some(worker) = self.workers.get_mut(&id) {
            worker.rebase();
            worker.publish(true);
        }
    }

    /// Keeps the lease of a project, or takes it when it is free; true when this process learns for it.
    fn lead(&mut self, project: &Arc<str>, now: bool) -> bool {
        let at = Instant::now();
        let before = self.leads.get(project).map(|lead| (lead.held, lead.asked));
        if let Some((held, asked)) = before
            && !now
            && at.duration_since(asked) < LEASE_EVERY
        {
            return held;
        }
        let time = clock::now();
        let store = self.store.in_project(project);
        let held =
            self.handle.block_on(store.lead(LEARNING, &self.holder, time, time + LEASE)).unwrap_or_else(|error| {
                tracing::error!(%error, "the lease to learn cannot be kept");
                // Writing says whether it was lost.
                before.is_some_and(|(held, _)| held)
            });
        let read = self.leads.get(project).map_or(at, |lead| lead.read);
        self.leads.insert(Arc::clone(project), Lead { held, asked: at, read });
        if before.is_some_and(|(before, _)| before != held) {
            tracing::info!(%project, held, "which process learns for a project changed");
            // What the other one wrote, or had not yet written, counts.
            self.reload(project, true);
        }
        held
    }

    /// Reads again what was learned of a project's APIs: of all, or of those that another process wrote of since.
    fn reload(&mut self, project: &Arc<str>, all: bool) -> bool {
        let mut evidence_changed = false;
        let store = self.store.in_project(project);
        let written = self.handle.block_on(store.learned_at()).unwrap_or_else(|error| {
            tracing::error!(%error, "what another process learned cannot be read; it is tried again");
            BTreeMap::new()
        });
        for worker in self.workers.values_mut().filter(|worker| worker.api.project == *project) {
            let at = written.get(&*worker.api.id).copied();
            if !all && at == worker.read_at {
                continue;
            }
            *worker = self.handle.block_on(Worker::load(Arc::clone(&worker.api), &self.settings, &store));
            worker.rebase();
            evidence_changed |= worker.publish(false);
            // Nothing new: it was just read.
            worker.unsaved = false;
            worker.read_at = at;
        }
        evidence_changed
    }

    /// Lays down what another process is to learn from, or takes up what others laid down.
    fn exchange_spool(&mut self, project: &Arc<str>, held: bool, everything: bool) {
        let store = self.store.in_project(project);
        let rows = self.spool.remove(project).unwrap_or_default();
        if !held {
            if rows.is_empty() {
                return;
            }
            match self.handle.block_on(store.add_spool(&rows, SPOOL)) {
                Ok(kept) if kept == rows.len() => {}
                Ok(kept) => self.shared.lose(rows.len() - kept),
                Err(error) => {
                    tracing::error!(%error, exchanges = rows.len(), "exchanges were not learned from");
                    self.shared.lose(rows.len());
                }
            }
            return;
        }
        // What was still here when the lease came back.
        rows.iter().for_each(|row| self.learn_spooled(row));
        loop {
            match self.handle.block_on(store.take_spool(SPOOL_BATCH)) {
                Ok(rows) => {
                    let full = rows.len() == SPOOL_BATCH as usize;
                    rows.iter().for_each(|row| self.learn_spooled(row));
                    if !(everything && full) {
                        return;
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "the spool of exchanges cannot be read; it is tried again");
                    return;
                }
            }
        }
    }

    fn learn_spooled(&mut self, row: &SpoolRow) {
        let Some(worker) = self.workers.get_mut(row.api_id.as_str()) else { return };
        let name: Arc<str> = worker.api.config.load().row.name.as_str().into();
        let read = from_line_with(&row.line).ok();
        let captured = read.and_then(|(exchange, verdict)| {
            let verdict = Verdict::read(verdict?).ok()??;
            Some(verdict.captured(Arc::clone(&worker.api.id), name, exchange))
        });
        match captured {
            Some(captured) => worker.take_in(&captured, row.event_id.as_deref()),
            None => self.shared.lose(1),
        }
    }

    fn tick(&mut self, everything: bool) {
        let now = clock::now();
        self.write_events(now);
        if self.swept.elapsed() > Duration::from_secs(15) {
            self.swept = Instant::now();
            match self.handle.block_on(sweep_events(&self.store)) {
                Ok(0) => {}
                Ok(gone) => {
                    self.shared.events_dropped.fetch_add(gone, Ordering::Relaxed);
                    metrics::counter!("palisade_events_dropped_total").increment(gone);
                }
                Err(error) => tracing::error!(%error, "old events stay"),
            }
        }
        let mut evidence_changed = false;
        let projects: BTreeSet<Arc<str>> =
            self.workers.values().map(|worker| Arc::clone(&worker.api.project)).collect();
        self.leads.retain(|project, _| projects.contains(project));
        for project in &projects {
            let held = self.lead(project, false);
            let due = self.leads.get(project).is_some_and(|lead| lead.read.elapsed() >= READ_EVERY);
            if !held || due || everything {
                self.exchange_spool(project, held, everything);
            }
            if due || everything {
                if !held {
                    evidence_changed |= self.reload(project, false);
                }
                if let Some(lead) = self.leads.get_mut(project) {
                    lead.read = Instant::now();
                }
            }
        }
        let mut alerts: BTreeMap<Arc<str>, Vec<EventRow>> = BTreeMap::new();
        let mut lost = BTreeSet::new();
        for worker in self.workers.values_mut() {
            let project = Arc::clone(&worker.api.project);
            if !self.leads.get(&project).is_some_and(|lead| lead.held) {
                continue;
            }
            let store = self.store.in_project(&project);
            let at = Instant::now();
            let publish = worker.changed && (everything || at >= worker.publish_at);
            if publish || worker.unjudged && (everything || at >= worker.audit_at) {
                evidence_changed |= worker.publish(everything);
            }
            worker.freeze(at);
            if worker.unsaved
                && (everything || at >= worker.persist_at)
                && !self.handle.block_on(worker.persist(&store, &self.holder))
            {
                lost.insert(Arc::clone(&project));
                continue;
            }
            self.handle.block_on(worker.keep_findings(&store, everything));
            self.handle.block_on(worker.keep_operations(&store, everything));
            let api_id = &worker.api.id;
            alerts.entry(project).or_default().extend(worker.fresh.drain(..).map(|endpoint| endpoint.event(api_id)));
        }
        for project in lost {
            // Another process holds the lease: what it wrote counts.
            self.lead(&project, true);
        }
        for (project, alerts) in alerts.into_iter().filter(|(_, alerts)| !alerts.is_empty()) {
            if let Err(error) = self.handle.block_on(self.store.in_project(&project).put_events(&alerts, &[])) {
                tracing::error!(%error, alerts = alerts.len(), "alerts of new endpoints were lost");
            }
        }
        if evidence_changed && let Some(app) = self.app.upgrade() {
            // Not waited for: whoever holds the lock on changes may be waiting for this thread.
            self.handle.spawn(async move {
                if let Err(error) = app.publish_snapshot().await {
                    tracing::error!(%error, "the snapshot stays as it was");
                }
            });
        }
    }

    /// Writes new and grown events, each in its project.
    fn write_events(&mut self, now: i64) {
        let batch = self.merger.take(now);
        if batch.uuids.is_empty() {
            return;
        }
        let mut by_project: BTreeMap<Arc<str>, Batch> = BTreeMap::new();
        let mut of_event = BTreeMap::new();
        for event in batch.events {
            // What is removed takes its events along.
            let Some(worker) = self.workers.get(event.api_id.as_str()) else { continue };
            of_event.insert(event.id.clone(), Arc::clone(&worker.api.project));
            by_project.entry(Arc::clone(&worker.api.project)).or_default().events.push(event);
        }
        for (uuid, event) in batch.uuids {
            if let Some(project) = of_event.get(&event) {
                by_project.entry(Arc::clone(project)).or_default().uuids.push((uuid, event));
            }
        }
        for (project, Batch { events, uuids }) in by_project {
            if let Err(error) = self.handle.block_on(self.store.in_project(&project).put_events(&events, &uuids)) {
                tracing::error!(%error, events = events.len(), "events were lost");
            }
        }
    }
}

async fn recent_events(store: &Store, since: i64) -> Result<Vec<EventRow>, palisade_store::Error> {
    let mut rows = Vec::new();
    for project in store.project_ids().await? {
        rows.extend(store.in_project(&project).events_since(since, 10_000).await?);
    }
    Ok(rows)
}

async fn sweep_events(store: &Store) -> Result<u64, palisade_store::Error> {
    let mut gone = 0;
    for project in store.project_ids().await? {
        gone += store.in_project(&project).sweep_events().await?;
    }
    Ok(gone)
}

impl Worker {
    async fn load(api: Arc<ApiState>, settings: &DiscoverSettings, store: &Store) -> Self {
        let read = |kind: &'static str| {
            let api = Arc::clone(&api);
            async move {
                store.state(&api.id, kind).await.unwrap_or_else(|error| {
                    tracing::error!(%error, kind, "a state cannot be read");
                    None
                })
            }
        };
        let learner = match read("discovery").await.map(|bytes| Learner::load(settings, &bytes)) {
            Some(Ok(learner)) => learner,
            Some(Err(error)) => {
                tracing::error!(%error, api = %api.config.load().row.name, "what was learned cannot be read; learning begins anew");
                Learner::new(settings)
            }
            None => Learner::new(settings),
        };
        let ledger: Ledger = match read("ledger").await.map(|bytes| serde_json::from_slice(&bytes)) {
            Some(Ok(ledger)) => ledger,
            Some(Err(error)) => {
                tracing::error!(%error, "the counters cannot be read; they begin anew");
                Ledger::default()
            }
            None => Ledger::default(),
        };
        let watch = Watch::load(read("drift").await.as_deref());
        let now = Instant::now();
        Self {
            api,
            learner,
            ledger,
            watch,
            fresh: Vec::new(),
            candidate: None,
            induced: None,
            compared: -1,
            learned: None,
            judged: None,
            findings_digest: String::new(),
            audit_digest: String::new(),
            changed: true,
            unjudged: false,
            unsaved: false,
            publish_at: now,
            persist_at: now,
            freeze_at: None,
            audit_at: now,
            findings_at: now,
            read_at: None,
            kept: None,
            operations_at: now,
        }
    }

    /// Label, key and id of the operation of an exchange: the contract's own word goes before the inventory's.
    fn named(&self, captured: &Captured) -> Option<(String, String, String)> {
        let exchange = &captured.exchange;
        let of_inventory = || self.induced.as_ref()?.operation_of(&exchange.method, &exchange.path);
        let label = captured.decision.operation.clone().or_else(of_inventory)?;
        let key = key_of_label(&label);
        let id = operation_id(&captured.api_id, &key);
        Some((label, key, id))
    }

    /// Learns from an exchange, and counts what was decided on it.
    fn take_in(&mut self, captured: &Captured, event: Option<&str>) {
        let exchange = &captured.exchange;
        let prevented = captured.decision.effect >= Effect::Prevent;
        let named = self.named(captured);
        let config = self.api.config.load_full();
        let approved = config.approved.as_deref();
        let ledger = &mut self.ledger;
        ledger.exchanges += 1;
        ledger.last_observed = ledger.last_observed.max(exchange.time);
        ledger.blocked += u64::from(prevented);
        let good = exchange.response.as_ref().is_some_and(|response| (200..300).contains(&response.status));
        let (label, key) = named.as_ref().map_or(("", ""), |(label, key, _)| (label.as_str(), key.as_str()));
        match (approved, &self.candidate) {
            (Some(approved), _) => {
                if exchange.time >= approved.row.approved_at {
                    ledger.not_assessed += u64::from(!captured.decision.not_assessed.is_empty());
                    ledger.count(key, label, &captured.decision, good, event);
                }
            }
            (None, Some(candidate)) => {
                let decision = candidate.judge(exchange);
                ledger.not_assessed += u64::from(!decision.not_assessed.is_empty());
                let label = decision.operation.as_deref().unwrap_or("");
                ledger.count(&key_of_label(label), label, &decision, good, event);
            }
            (None, None) => {}
        }
        // What was refused never reached the API and teaches nothing about it.
        if !prevented {
            self.learner.absorb(exchange);
            self.watch.observe(exchange, named.as_ref().map(|(_, key, _)| key.as_str()));
        }
        self.touch();
    }

    fn touch(&mut self) {
        let now = Instant::now();
        if !self.changed {
            self.changed = true;
            self.publish_at = self.publish_at.max(now + PUBLISH_AFTER);
        }
        if !self.unsaved {
            self.unsaved = true;
            self.persist_at = self.persist_at.max(now + PERSIST_AFTER);
        }
        if self.freeze_at.is_none() {
            self.freeze_at = Some(now + FIRST_FREEZE);
        }
    }

    /// Takes the approved contract, or the candidate where there is none, as the judge of what comes.
    fn rebase(&mut self) {
        let config = self.api.config.load_full();
        let now = clock::now();
        self.watch.rebase(config.approved.as_deref(), &config.row.base_path);
        match config.approved.as_deref() {
            Some(approved) => {
                self.candidate = None;
                self.ledger.candidate = None;
                if self.ledger.version != approved.row.version {
                    let parts = parts(&json_of(approved));
                    self.ledger.rebase(parts, approved.row.version, now);
                    if approved.uploaded() {
                        self.ledger.accounts.clear();
                        self.ledger.since = now;
                    }
                    self.unsaved = true;
                }
            }
            None => {
                if let Some(text) = &self.ledger.candidate {
                    self.candidate = Some(judge_policy(&config, text, &Lists::default()));
                }
            }
        }
        self.changed = true;
    }

    /// Freezes the learned contract as the candidate when it is time and it changed.
    fn freeze(&mut self, at: Instant) {
        let config = self.api.config.load_full();
        if config.approved.is_some() || self.freeze_at.is_none_or(|due| at < due) {
            return;
        }
        let Some(learned) = &self.learned else { return };
        let begun = Instant::now();
        if let Ok(openapi) = serde_json::from_str(&learned.json) {
            let parts = parts(&openapi);
            if parts != self.ledger.parts || self.candidate.is_none() {
                self.ledger.rebase(parts, 0, clock::now());
                self.ledger.candidate = Some(learned.yaml.clone());
                self.candidate = Some(judge_policy(&config, &learned.yaml, &Lists::default()));
                self.unsaved = true;
                // The preview names the candidate also while no traffic comes.
                self.changed = true;
            }
        }
        self.freeze_at = Some(at + FREEZE_EVERY.max(begun.elapsed() * 20));
    }

    /// Publishes inventory, counters and the learned contract; true when the set of operations with thin evidence
    /// changed.
    fn publish(&mut self, everything: bool) -> bool {
        let begun = Instant::now();
        let config = self.api.config.load_full();
        let approved = config.approved.as_deref();
        let induced = Arc::new(self.learner.induce(&self.api.id, approved, &config.overrides));
        self.unjudged = !everything && begun < self.audit_at;
        if self.learned.is_none() || !self.unjudged {
            self.learned = self.learn(&induced);
            self.judged = approved.and_then(|approved| self.judge(approved, &induced));
            self.audit_at = Instant::now() + AUDIT_EVERY.max(begun.elapsed() * 4);
        }
        let belongs = |method: &str, path: &str| induced.operation_of(method, path);
        self.fresh.extend(self.watch.update(&induced.operations, &belongs));
        let mut findings = induced.findings.clone();
        findings.extend(self.watch.findings());
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let before = self.api.view.load();
        let thin = |ledger: &Ledger| match approved {
            Some(approved) if !approved.uploaded() => approved
                .operations
                .iter()
                .filter(|operation| ledger.evidence(&operation.key) < super::ledger::ENOUGH)
                .count(),
            _ => 0,
        };
        let evidence_changed = thin(&before.ledger) != thin(&self.ledger);
        self.api.view.store(Arc::new(View {
            operations: induced.operations.clone(),
            findings,
            ledger: self.ledger.clone(),
            learned: self.learned.clone(),
            induced: Some(Arc::clone(&induced)),
            judged: self.judged.clone(),
            drift: self.watch.shown(),
        }));
        self.induced = Some(induced);
        self.compared = approved.map_or(0, |approved| approved.row.version);
        self.changed = false;
        self.publish_at = Instant::now() + PUBLISH_AFTER.max(begun.elapsed() * 4);
        evidence_changed
    }

    fn learn(&self, induced: &Induced) -> Option<Arc<Learned>> {
        let openapi = induced.openapi()?;
        let yaml = palisade_document::emit::to_yaml(&openapi);
        let etag = super::approved::etag(&yaml);
        if let Some(old) = &self.learned
            && old.etag == etag
        {
            return Some(Arc::clone(old));
        }
        let operations = parts(&openapi).len().saturating_sub(1) as u64;
        let audit = Arc::new(super::approved::audit("learned contract", &yaml, induced.evidence_of_learned()));
        let json = palisade_document::emit::to_json_pretty(&openapi);
        Some(Arc::new(Learned { yaml, json, etag, operations, exchanges: self.ledger.exchanges, audit }))
    }

    /// The audit of the contract in force, where traffic adds to what its text says.
    fn judge(&self, approved: &Approved, induced: &Induced) -> Option<Arc<Judged>> {
        let (version, evidence) = (approved.row.version, induced.evidence());
        if evidence.is_empty() {
            return None;
        }
        if let Some(old) = self.judged.as_ref().filter(|old| old.version == version && old.evidence == evidence) {
            return Some(Arc::clone(old));
        }
        let audit = Arc::new(approved.audit_with(evidence.clone()));
        Some(Arc::new(Judged { version, evidence, audit }))
    }
}

fn json_of(approved: &Approved) -> serde_json::Value {
    let document = approved.contract.document();
    palisade_document::emit::node_to_value(document.root(), 2_000_000).unwrap_or_default()
}
