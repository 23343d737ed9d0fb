//! The gateway as a whole: its APIs, its figures, its listeners.

use crate::balance::{Balancer, UpstreamStatus};
use crate::judge::Judge;
use crate::listener::Front;
use crate::lookups::counters::{CounterStore, Memory};
use crate::record::{Recorder, Seen};
use crate::route::{Api, Table};
use crate::settings::{Settings, Timeouts};
use crate::sink::Sink;
use crate::upstream::{Manner, Upstream};
use crate::wire::Head;
use crate::wire::body::Tap;
use arc_swap::ArcSwap;
use palisade_exchange::HeadersView;
use palisade_guard::{
    ApiPolicy, Ban, CounterKey, Lists, MAX_UPSTREAMS, Mode, NetworkSet, Policy, Probe, Protection, Snapshot,
};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// How one API of the snapshot fares.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ApiStatus {
    /// The API's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it does now.
    pub mode: Mode,
    /// True when the newest definition is in force. False: the last good one is (see `problem`), or none.
    pub current: bool,
    /// Why the newest definition was refused.
    pub problem: Option<String>,
    /// Its upstreams.
    pub upstreams: Vec<UpstreamStatus>,
}

/// Figures since start and the state of every API.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Status {
    /// Version of the newest snapshot shown to the gateway.
    pub version: u64,
    /// Its APIs.
    pub apis: Vec<ApiStatus>,
    /// Why the newest file is not wholly in force; empty when it is.
    pub problems: Vec<String>,
    /// Requests answered, by whomever.
    pub requests: u64,
    /// Requests refused by the guard or the framing checks of block mode.
    pub blocked: u64,
    /// Exchanges captured and handed to the sink.
    pub recorded: u64,
    /// Exchanges that were not recorded because the recorder could not keep up.
    pub dropped: u64,
    /// Client connections open now.
    pub connections: u64,
}

#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) requests: AtomicU64,
    pub(crate) blocked: AtomicU64,
    pub(crate) connections: AtomicU64,
    pub(crate) held: AtomicUsize,
}

#[derive(Default)]
struct Published {
    version: u64,
    statuses: Vec<ApiStatus>,
    problems: Vec<String>,
    /// The APIs as last compiled, by id: unchanged ones are kept as they are.
    good: BTreeMap<String, Arc<Api>>,
    upstreams: BTreeMap<(String, Manner), Arc<Upstream>>,
    lists: Lists,
    /// Active checks, by id of the API; each ends when it is dropped.
    checks: BTreeMap<String, Checks>,
}

/// The active checks of one definition of an API.
struct Checks {
    balancer: Arc<Balancer>,
    _stop: DropGuard,
}

/// The data plane. Cheap to share; serves any number of listeners.
pub struct Gateway {
    pub(crate) settings: Settings,
    pub(crate) figures: Figures,
    pub(crate) judge: Arc<Judge>,
    recorder: Recorder,
    runtime: tokio::runtime::Handle,
    born: Instant,
    table: ArcSwap<Table>,
    published: Mutex<Published>,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").finish_non_exhaustive()
    }
}

/// Bytes of held bodies, given back when dropped.
pub(crate) struct Held<'a> {
    gateway: &'a Gateway,
    bytes: usize,
}

impl<'a> Held<'a> {
    pub(crate) fn new(gateway: &'a Gateway) -> Held<'a> {
        Held { gateway, bytes: 0 }
    }

    /// Asks for more; false when the gateway holds as much as it may.
    pub(crate) fn grow(&mut self, bytes: usize) -> bool {
        self.bytes += bytes;
        let held = self.gateway.figures.held.fetch_add(bytes, Ordering::Relaxed) + bytes;
        held <= self.gateway.settings.limits.held_bytes
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.gateway.figures.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Status {
    /// As JSON.
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Gateway {
    /// A gateway without APIs. Must be called inside a tokio runtime: it starts the recorder task, which ends when
    /// the gateway is dropped. Install the process's metrics recorder before: handles are made once.
    pub fn new(settings: Settings, sink: Arc<dyn Sink>) -> Arc<Gateway> {
        Gateway::with_counters(settings, sink, Arc::new(Memory::default()))
    }

    /// As [`Gateway::new`], counting callers and bans in this store.
    pub fn with_counters(settings: Settings, sink: Arc<dyn Sink>, counters: Arc<dyn CounterStore>) -> Arc<Gateway> {
        let limits = &settings.limits;
        let judge = Arc::new(Judge::new(counters).with_trap(settings.trap));
        let redactor = settings.redactor.clone();
        let recorder = Recorder::start(limits.queue, limits.queue_bytes, redactor, Arc::clone(&judge), sink);
        Arc::new(Gateway {
            settings,
            figures: Figures::default(),
            judge,
            recorder,
            runtime: tokio::runtime::Handle::current(),
            born: Instant::now(),
            table: ArcSwap::from_pointee(Table::default()),
            published: Mutex::new(Published::default()),
        })
    }

    /// Puts a snapshot in force. An API that cannot be compiled is refused alone: its last good definition stays,
    /// and the status says so. Requests under way finish under the definition they began with.
    pub fn publish(&self, snapshot: &Snapshot) -> Vec<ApiStatus> {
        let mut published = self.published.lock().unwrap_or_else(PoisonError::into_inner);
        let mut good = BTreeMap::new();
        let mut upstreams = BTreeMap::new();
        let mut statuses = Vec::new();
        let mut apis = Vec::new();
        let lists = Lists::new(&snapshot.lists, &published.lists);
        for source in &snapshot.apis {
            let last = published.good.get(&source.id).cloned();
            let same = |last: &&Arc<Api>| last.policy.api() == source && last.policy.uses(&lists);
            let unchanged = last.as_ref().filter(same).cloned();
            let compiled = match unchanged {
                Some(last) => Ok(last),
                None => {
                    let (timeouts, born) = (&self.settings.timeouts, self.born);
                    let (last, known) = (last.as_deref(), &published.upstreams);
                    let given = Given { last, upstreams: known, lists: &lists, timeouts, born };
                    compile(source, given, &mut upstreams)
                }
            };
            let problem = compiled.as_ref().err().cloned();
            if let Some(problem) = &problem {
                crate::events::refused(&source.name, problem, last.is_some());
            }
            let in_force = compiled.ok().or(last);
            statuses.push(ApiStatus {
                id: source.id.clone(),
                name: source.name.clone(),
                mode: in_force.as_ref().map_or(source.mode, |api| api.mode),
                current: problem.is_none(),
                problem,
                upstreams: in_force.as_ref().map_or_else(Vec::new, |api| api.balancer.status()),
            });
            if let Some(api) = in_force {
                for target in &api.balancer.targets {
                    let (upstream, manner) = (&target.upstream, Manner::of(api.policy.api()));
                    upstreams.entry((upstream.origin().to_owned(), manner)).or_insert_with(|| Arc::clone(upstream));
                }
                good.insert(source.id.clone(), Arc::clone(&api));
                apis.push(api);
            }
        }
        let refused = statuses.iter().filter(|status| !status.current).count();
        crate::events::published(snapshot.version, apis.len(), refused);
        let trusted = NetworkSet::new(snapshot.trusted_proxies.iter().copied());
        self.table.store(Arc::new(Table::new(apis).trusting(trusted)));
        let mut known = std::mem::take(&mut published.checks);
        let checks = good.iter().filter_map(|(id, api)| {
            let probe = api.policy.api().delivery.health.probe.as_ref()?;
            let checks = known.remove(id).filter(|checks| Arc::ptr_eq(&checks.balancer, &api.balancer));
            Some((id.clone(), checks.unwrap_or_else(|| self.check(&api.balancer, probe))))
        });
        let checks = checks.collect();
        let problems = std::mem::take(&mut published.problems);
        let version = snapshot.version;
        *published = Published { version, statuses: statuses.clone(), problems, good, upstreams, checks, lists };
        statuses
    }

    fn check(&self, balancer: &Arc<Balancer>, probe: &Probe) -> Checks {
        let stop = CancellationToken::new();
        self.runtime.spawn(crate::health::watch(Arc::clone(balancer), probe.clone(), stop.clone()));
        Checks { balancer: Arc::clone(balancer), _stop: stop.drop_guard() }
    }

    /// Takes down why the newest file is not, or not wholly, in force, to be shown; nothing where it is.
    pub fn note(&self, problems: Vec<String>) {
        for problem in &problems {
            tracing::error!(problem, "the file is not taken as it is: the last good state stays in force");
        }
        crate::events::file_taken(problems.is_empty());
        self.published.lock().unwrap_or_else(PoisonError::into_inner).problems = problems;
    }

    /// What the gateway does now.
    pub fn status(&self) -> Status {
        let published = self.published.lock().unwrap_or_else(PoisonError::into_inner);
        let mut apis = published.statuses.clone();
        for api in &mut apis {
            api.upstreams = published.good.get(&api.id).map_or_else(Vec::new, |api| api.balancer.status());
        }
        Status {
            version: published.version,
            apis,
            problems: published.problems.clone(),
            requests: self.figures.requests.load(Ordering::Relaxed),
            blocked: self.figures.blocked.load(Ordering::Relaxed),
            recorded: self.recorder.figures.recorded.load(Ordering::Relaxed),
            dropped: self.recorder.figures.dropped.load(Ordering::Relaxed),
            connections: self.figures.connections.load(Ordering::Relaxed),
        }
    }

    /// Serves a cleartext listener: as [`Gateway::serve_front`].
    pub async fn serve(self: Arc<Self>, listener: TcpListener, stop: CancellationToken) {
        self.serve_front(listener, Arc::new(Front::plain()), stop).await;
    }

    /// Serves a listener until `stop`, then drains: idle connections end at once, open exchanges get the drain time.
    /// Returns when the last connection has ended.
    pub async fn serve_front(self: Arc<Self>, listener: TcpListener, front: Arc<Front>, stop: CancellationToken) {
        let tracker = TaskTracker::new();
        let cut = CancellationToken::new();
        let mut sweep = tokio::time::interval(Duration::from_secs(5));
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => self.accepted(&front, stream, peer, &tracker, &stop, &cut),
                    // Out of descriptors, or a client that was gone before it was accepted: wait for better times.
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                },
                _ = sweep.tick() => self.sweep(),
            }
        }
        drop(listener);
        tracker.close();
        if tokio::time::timeout(self.settings.timeouts.drain, tracker.wait()).await.is_err() {
            cut.cancel();
            tracker.wait().await;
        }
    }

    fn accepted(
        self: &Arc<Self>,
        front: &Arc<Front>,
        stream: TcpStream,
        peer: SocketAddr,
        tracker: &TaskTracker,
        stop: &CancellationToken,
        cut: &CancellationToken,
    ) {
        if self.figures.connections.load(Ordering::Relaxed) >= self.settings.limits.connections as u64 {
            crate::events::turned_away();
            return;
        }
        // Answers are written whole: waiting for more would only delay them.
        let _ = stream.set_nodelay(true);
        let (gateway, front, stop, cut) = (Arc::clone(self), Arc::clone(front), stop.clone(), cut.clone());
        tracker.spawn(async move {
            tokio::select! {
                biased;
                () = gateway.handle(&front, stream, peer, stop) => {}
                () = cut.cancelled() => {}
            }
        });
    }

    /// Lets go of what is over: bans, idle connections to upstreams. Where listeners are served it happens by itself.
    pub fn sweep(&self) {
        self.judge.sweep();
        for api in &self.table.load().apis {
            api.balancer.show_all();
            for target in &api.balancer.targets {
                target.upstream.sweep();
            }
        }
    }

    /// Waits until every exchange captured so far went to the sink.
    pub async fn flush(&self) {
        self.recorder.flush().await;
    }

    /// Serves one client connection until it ends, or until `stop` and its exchanges are done.
    async fn handle(self: &Arc<Self>, front: &Front, stream: TcpStream, peer: SocketAddr, stop: CancellationToken) {
        /// Counts the connection for as long as it is open.
        struct Open<'a>(&'a AtomicU64);
        impl Drop for Open<'_> {
            fn drop(&mut self) {
                crate::events::connections(self.0.fetch_sub(1, Ordering::Relaxed) - 1);
            }
        }
        crate::events::connections(self.figures.connections.fetch_add(1, Ordering::Relaxed) + 1);
        let _open = Open(&self.figures.connections);
        front.serve(self, stream, peer, stop).await;
    }

    /// The client's address, as far as trusted proxies vouch for it.
    pub(crate) fn client(&self, peer: IpAddr, head: &Head) -> IpAddr {
        let table = self.table.load();
        if !table.trusted.contains(peer) {
            return peer.to_canonical();
        }
        let fields: Vec<(&str, &[u8])> = head.fields().collect();
        palisade_guard::client_address(peer, HeadersView(&fields), &table.trusted)
    }

    /// The bans that run, the newest first.
    pub fn bans(&self) -> Vec<Ban> {
        self.judge.bans()
    }

    /// Ends a ban before its time; false when there is none.
    pub fn lift_ban(&self, key: CounterKey) -> bool {
        self.judge.lift(key)
    }

    pub(crate) fn route(&self, host: &str, path: &str) -> Option<Arc<Api>> {
        self.table.load().find(host, path).map(Arc::clone)
    }

    /// A request that could not be read.
    pub(crate) fn unreadable(&self, code: &'static str) {
        crate::events::unreadable(code);
    }

    /// The end of an exchange: counts it and, where the gateway captures, hands it to the recorder.
    pub(crate) fn record(&self, mut seen: Seen, head: Head, request: Tap, response: Option<(Head, Tap)>) {
        if let Some(state) = seen.inquiry.take() {
            let inquiry = seen.api.policy.resume(state);
            self.judge.answered(&inquiry, seen.status);
            seen.inquiry = Some(inquiry.into_state());
        }
        let meters = &seen.api.meters;
        if let Some(counter) = meters.requests.get(usize::from(seen.status / 100)) {
            counter.increment(1);
        }
        meters.microseconds.increment(u64::try_from(seen.started.elapsed().as_micros()).unwrap_or(0));
        if self.settings.capture {
            self.recorder.offer(seen, (head, request), response);
        }
    }
}

/// What an API is compiled with beside its definition.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a> {
    /// The API as it was compiled last.
    pub(crate) last: Option<&'a Api>,
    /// Upstreams with their connections.
    pub(crate) upstreams: &'a BTreeMap<(String, Manner), Arc<Upstream>>,
    /// Network lists, by name.
    pub(crate) lists: &'a Lists,
    pub(crate) timeouts: &'a Timeouts,
    /// When the gateway began.
    pub(crate) born: Instant,
}

/// Compiles one API; an error says in plain words why it cannot be served.
pub(crate) fn compile(
    source: &ApiPolicy,
    given: Given<'_>,
    made: &mut BTreeMap<(String, Manner), Arc<Upstream>>,
) -> Result<Arc<Api>, String> {
    if !source.base_path.starts_with('/') {
        return Err(format!("base_path `{}` does not start with `/`", source.base_path));
    }
    if source.upstreams.is_empty() {
        return Err("it has no upstream".to_owned());
    }
    if source.upstreams.len() > MAX_UPSTREAMS {
        return Err(format!("it has more than {MAX_UPSTREAMS} upstreams"));
    }
    let mut upstreams: Vec<Arc<Upstream>> = Vec::new();
    for url in &source.upstreams {
        let key = (url.trim_end_matches('/').to_owned(), Manner::of(source));
        let upstream = match given.upstreams.get(&key).or_else(|| made.get(&key)) {
            Some(upstream) => Arc::clone(upstream),
            None => Arc::new(Upstream::with(url, &key.1).map_err(|error| error.to_string())?),
        };
        if upstreams.iter().any(|other| Arc::ptr_eq(other, &upstream)) {
            return Err(format!("upstream {url} is listed twice: give it a weight instead"));
        }
        made.insert(key, Arc::clone(&upstream));
        upstreams.push(upstream);
    }
    if let Some(mistake) = source.protection.mistakes(&|name| given.lists.get(name).is_some()).first() {
        return Err(format!("its protection, {}: {}", mistake.pointer, mistake.message));
    }
    let (policy, findings) = Policy::with_lists(source, given.lists);
    // A contract that cannot be read guards nothing: better the last good one.
    if source.contract.is_some() && !policy.has_contract() {
        let worst = findings.iter().max_by_key(|finding| finding.severity);
        let reason = worst.map_or_else(
            || "it is not an OpenAPI document".to_owned(),
            |finding| match (finding.line, finding.column) {
                (Some(line), Some(column)) => format!("line {line}, column {column}: {}", finding.message),
                _ => finding.message.clone(),
            },
        );
        return Err(format!("its contract cannot be used: {reason}"));
    }
    // To block with nothing to enforce would look like protection.
    if source.mode == Mode::Block && source.contract.is_none() && source.protection == Protection::default() {
        return Err("it has no contract and no protection to block by".to_owned());
    }
    let last = given.last.map(|api| api.balancer.as_ref());
    let balancer = Balancer::new(source.name.as_str().into(), upstreams, &source.delivery, last, given.born);
    Ok(Arc::new(Api::new(policy, balancer, given.timeouts)))
}
