//! The control plane's state and what changes it.

use crate::audit_log::Refusals;
use crate::auth::Caller;
use crate::clock;
use crate::core::approved::Unusable;
use crate::core::events::MERGE_WITHIN;
use crate::core::ingest::{self, Intake};
use crate::core::jobs::{JobSettings, Jobs};
use crate::core::news::{self, News};
use crate::core::oidc;
use crate::core::policy::policy;
use crate::core::proposals::Desk;
use crate::core::protection::{List, Networks, Protected};
use crate::core::recent::Recent;
use crate::core::snapshot;
use crate::core::stored;
use crate::core::telemetry::Telemetry;
use crate::core::third_parties::{self, ThirdParties};
use crate::core::traffic::Traffic;
use crate::core::view::View;
use crate::core::{ApiState, Config};
use crate::core::{keys, users};
use crate::data_dir::{admin_credential, hash_key, make_private_dir, open_store};
use crate::pace::{Flood, Guesses, Patience, Rates};
use crate::password::Passwords;
use crate::secret;
use crate::shield::Names;
use crate::types::{ManagedBy, TrafficBucket};
use arc_swap::{ArcSwap, ArcSwapOption};
use palisade_discover::{Hosts, Overrides, Settings as DiscoverSettings};
use palisade_exchange::Redactor;
use palisade_gateway::Gateway;
use palisade_guard::{Delivery, Mode, NetworkList, Snapshot};
use palisade_runner::posture::Manners;
use palisade_sensitive::Rules;
use palisade_store::{ApiRow, ContractRow, DEFAULT_PROJECT, Kind, NewCredential, Store, StoreUrl};
use palisade_vault::Vault;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How the control plane is set up.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Data directory; made with mode 0700 when missing.
    pub data_dir: PathBuf,
    /// The store, in place of `sqlite://DIR/palisade.db`.
    pub store: Option<StoreUrl>,
    /// Address the console listens on.
    pub listen: SocketAddr,
    /// Names it answers to beside loopback and its own address.
    pub allowed_hosts: Vec<String>,
    /// Where clients reach the APIs.
    pub gateway_url: String,
    /// Where people reach the console.
    pub control_url: String,
    /// The demo API runs behind the gateway.
    pub demo: bool,
    /// What counts as sensitive.
    pub sensitive: Arc<Rules>,
    /// What assessments of third-party APIs may cost; `allow_private`: they may lie on this machine and on private
    /// networks, where a person says so of one.
    pub manners: Manners,
    /// How jobs are run.
    pub jobs: JobSettings,
}

/// Why the control plane cannot start or change something.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or directory.
    #[error("{doing} {}: {source}", path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// The path.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The vault.
    #[error("vault: {0}")]
    Vault(#[from] palisade_vault::Error),
    /// The store.
    #[error("store: {0}")]
    Store(#[from] palisade_store::Error),
    /// A contract that cannot be put in force.
    #[error("the contract of {api} cannot be used: {message}")]
    Contract {
        /// The API.
        api: String,
        /// Why not.
        message: String,
    },
    /// The system gives no random bytes.
    #[error("no random bytes: {0}")]
    Random(#[from] getrandom::Error),
    /// A password cannot be hashed.
    #[error(transparent)]
    Password(#[from] crate::password::Error),
    /// Something else of the system.
    #[error("{0}")]
    System(String),
}

/// An API as a command line or file defines it.
#[derive(Debug, Clone)]
pub struct ApiSpec {
    /// Name, unique.
    pub name: String,
    /// Host patterns.
    pub hosts: Vec<String>,
    /// Path prefix.
    pub base_path: String,
    /// Upstream URLs.
    pub upstreams: Vec<String>,
    /// PEM bundle for https upstreams.
    pub upstream_ca: Option<String>,
    /// Mode to set; `None` keeps what people chose, at first observe.
    pub mode: Option<Mode>,
    /// Contract to put in force; `None` keeps the one in force.
    pub contract: Option<String>,
    /// How requests get to the upstreams.
    pub delivery: Delivery,
    /// Protection to set; `None` keeps what people set.
    pub protection: Option<palisade_guard::Protection>,
    /// Who defines it.
    pub managed_by: ManagedBy,
}

/// The control plane.
#[derive(Debug)]
pub struct App {
    /// The store.
    pub store: Store,
    /// Secrets at rest.
    pub vault: Vault,
    /// How it is set up.
    pub settings: Settings,
    /// Single sign-on.
    pub oidc: oidc::Desk,
    /// Names it answers to.
    pub names: Names,
    /// Guesses at passwords, tokens and login links, by address.
    pub sign_in_guesses: Guesses,
    /// Attempts to sign in, of all addresses.
    pub sign_ins: Flood,
    /// Guesses at key pairs, by address.
    pub key_guesses: Guesses,
    /// Requests by principal.
    pub rates: Rates,
    /// Hashes passwords.
    pub passwords: Passwords,
    first_password: Mutex<Option<String>>,
    /// Requests refused of late, on their way to the audit log.
    pub refusals: Refusals,
    /// Takes what is sensitive out of exchanges and names callers.
    pub redactor: Redactor,
    /// The way in for exchanges.
    pub intake: Intake,
    /// The way in for what trace sources send.
    pub telemetry: Telemetry,
    /// Third-party APIs that are being assessed.
    pub third_parties: ThirdParties,
    /// Jobs that wait.
    pub jobs: Jobs,
    /// Ends long answers when the process stops.
    pub stop: CancellationToken,
    /// What changed, in this process and in others on the same store.
    pub news: News,
    /// Names this process where one of several does something.
    pub holder: String,
    apis: ArcSwap<BTreeMap<String, Arc<ApiState>>>,
    /// By project.
    networks: ArcSwap<BTreeMap<String, Arc<Networks>>>,
    /// By project.
    traffic: Mutex<BTreeMap<Arc<str>, Traffic>>,
    recent: Mutex<Recent>,
    gateway: ArcSwapOption<GatewayHandle>,
    /// For the gateway of this process: the APIs of all projects.
    snapshot: watch::Sender<Arc<Snapshot>>,
    /// For the gateways of each project.
    snapshots: watch::Sender<Arc<BTreeMap<String, Arc<Snapshot>>>>,
    /// Why the gateway of this process does not serve an API, by id.
    unserved: ArcSwap<BTreeMap<String, String>>,
    publishing: tokio::sync::Mutex<()>,
    /// Held by whoever changes the definition of an API.
    pub change: tokio::sync::Mutex<()>,
    /// Id of the credential behind `admin.token`.
    pub admin_credential: String,
}

struct GatewayHandle(Arc<Gateway>);

impl std::fmt::Debug for GatewayHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gateway")
    }
}

impl App {
    /// Opens the data directory and starts to learn. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the directory, a key file or the store cannot be used.
    pub async fn open(settings: Settings, stop: CancellationToken) -> Result<Arc<Self>, Error> {
        let dir = settings.data_dir.clone();
        make_private_dir(&dir)?;
        let store = match &settings.store {
            Some(url) => Store::open(url.as_str()).await?,
            None => open_store(&dir).await?,
        };
        let vault = Vault::open(palisade_vault::Source::of(&dir))?;
        vault.check(&store).await?;
        let redactor = Redactor::with_rules(&hash_key(&dir.join("hash.key"))?, Arc::clone(&settings.sensitive));
        let admin_credential = admin_credential(&store, &dir.join("admin.token")).await?;
        keys::sweep(&store).await?;
        let passwords = Passwords::default();
        let first_password = users::first(&store, &passwords).await?;
        let mut networks = BTreeMap::new();
        for project in store.project_ids().await? {
            let own = stored::networks(&store.in_project(&project)).await?;
            networks.insert(project, Arc::new(own));
        }
        let discover = DiscoverSettings::new(&redactor, Hosts::One);
        let (intake, starter) =
            ingest::start(discover, store.clone()).map_err(|error| Error::System(error.to_string()))?;
        let app = Arc::new(Self {
            oidc: oidc::Desk::default(),
            names: Names::new(settings.listen, &settings.allowed_hosts),
            sign_in_guesses: Guesses::new(Patience::SIGN_IN),
            sign_ins: Flood::default(),
            key_guesses: Guesses::new(Patience::KEYS),
            rates: Rates::default(),
            passwords,
            first_password: Mutex::new(first_password),
            refusals: Refusals::default(),
            intake,
            telemetry: Telemetry::default(),
            third_parties: ThirdParties::default(),
            jobs: Jobs::default(),
            redactor,
            stop,
            apis: ArcSwap::default(),
            networks: ArcSwap::from_pointee(networks),
            traffic: Mutex::default(),
            recent: Mutex::default(),
            gateway: ArcSwapOption::empty(),
            snapshot: watch::Sender::default(),
            snapshots: watch::Sender::default(),
            unserved: ArcSwap::default(),
            news: News::new(store.revisions().await?),
            holder: clock::new_id(),
            publishing: tokio::sync::Mutex::default(),
            change: tokio::sync::Mutex::default(),
            admin_credential,
            store,
            vault,
            settings,
        });
        starter.run(&app).map_err(|error| Error::System(error.to_string()))?;
        third_parties::leads(&app).await?;
        tokio::spawn(news::follow(Arc::downgrade(&app), app.store.clone(), app.stop.clone()));
        Ok(app)
    }

    /// Brings up the APIs of this start: those defined now, in the project that every store begins with, and those people
    /// added, in every project. Without any
    /// definition, those of the last start; the demo's only when it is defined. What is left out keeps its data.
    ///
    /// # Errors
    /// When a contract cannot be used, block mode has none to block by, or the store refuses.
    pub async fn bring_up(&self, specs: &[ApiSpec]) -> Result<(), Error> {
        for project in self.store.project_ids().await? {
            let own = project == DEFAULT_PROJECT;
            for row in self.store.in_project(&project).apis().await? {
                let by = ManagedBy::parse(&row.managed_by);
                let again = own && specs.is_empty() && by == ManagedBy::Flags;
                if (by == ManagedBy::Ui || again) && !(own && specs.iter().any(|spec| spec.name == row.name)) {
                    self.load(&project, row).await?;
                }
            }
        }
        for spec in specs {
            self.define(DEFAULT_PROJECT, spec).await?;
        }
        self.publish_snapshot().await?;
        Ok(())
    }

    /// The store, seen from the caller's project.
    pub fn store_of(&self, caller: &Caller) -> Store {
        self.store.in_project(&caller.project)
    }

    /// True when people reach the console over TLS.
    pub fn secure(&self) -> bool {
        self.settings.control_url.starts_with("https://")
    }

    /// True when at least one API is behind the gateway.
    pub fn has_apis(&self) -> bool {
        !self.apis.load().is_empty()
    }

    /// Says whether the control plane can do its work.
    ///
    /// # Errors
    /// Why not, in plain words.
    pub fn ready(&self) -> Result<(), String> {
        if self.stop.is_cancelled() { Err("stopping".to_owned()) } else { Ok(()) }
    }

    /// The last minutes of a project.
    pub fn traffic(&self, project: &str) -> Vec<TrafficBucket> {
        let traffic = self.traffic.lock().unwrap_or_else(PoisonError::into_inner);
        traffic.get(project).map_or_else(|| Traffic::default().show(clock::now()), |own| own.show(clock::now()))
    }

    /// Counts an exchange of a project.
    pub fn count(&self, project: &Arc<str>, time: i64, error: bool, blocked: bool) {
        let mut traffic = self.traffic.lock().unwrap_or_else(PoisonError::into_inner);
        traffic.entry(Arc::clone(project)).or_default().count(time, error, blocked);
    }

    /// The newest exchanges.
    pub fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every API of every project by id.
    pub fn all_apis(&self) -> Arc<BTreeMap<String, Arc<ApiState>>> {
        self.apis.load_full()
    }

    /// The APIs of a project by id.
    pub fn apis_of(&self, project: &str) -> BTreeMap<String, Arc<ApiState>> {
        let own = |(_, api): &(&String, &Arc<ApiState>)| *api.project == *project;
        self.apis.load().iter().filter(own).map(|(id, api)| (id.clone(), Arc::clone(api))).collect()
    }

    /// One API of a project; those of other projects are not there.
    pub fn api_of(&self, project: &str, id: &str) -> Option<Arc<ApiState>> {
        self.apis.load().get(id).filter(|api| *api.project == *project).cloned()
    }

    /// Exchanges lost under load since start: by the gateway's recorder and by the intake.
    pub fn dropped(&self) -> u64 {
        let gateway = self.gateway.load().as_ref().map_or(0, |gateway| gateway.0.status().dropped);
        gateway + self.intake.dropped()
    }

    /// Events dropped since start because the store has no room for more: the oldest go first.
    pub fn events_dropped(&self) -> u64 {
        self.intake.events_dropped()
    }

    /// The gateway of this process: every later change is in force there before the change is answered.
    pub async fn attach(&self, gateway: Arc<Gateway>) {
        let _guard = self.publishing.lock().await;
        let snapshot = self.snapshot.borrow().clone();
        self.gateway.store(Some(Arc::new(GatewayHandle(gateway))));
        self.show(snapshot).await;
    }

    /// What the gateway of this process serves, and its changes.
    pub fn snapshots(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.snapshot.subscribe()
    }

    /// What the gateways of each project serve, and its changes.
    pub fn snapshots_by_project(&self) -> watch::Receiver<Arc<BTreeMap<String, Arc<Snapshot>>>> {
        self.snapshots.subscribe()
    }

    /// Builds the snapshots anew; those that differ go to their gateways.
    ///
    /// # Errors
    /// None today: a snapshot is made of what stands in memory.
    pub async fn publish_snapshot(&self) -> Result<(), palisade_store::Error> {
        let _guard = self.publishing.lock().await;
        let apis = self.all_apis();
        // What only telemetry tells of is not behind a gateway.
        let served = apis.values().filter(|api| !api.config.load().upstreams.is_empty());
        let mut by_project: BTreeMap<String, Vec<Arc<ApiState>>> = BTreeMap::new();
        for api in served {
            by_project.entry(api.project.to_string()).or_default().push(Arc::clone(api));
        }
        let networks = self.networks.load_full();
        let mut all = BTreeMap::new();
        for (project, kept) in networks.iter() {
            let own = by_project.get(project).into_iter().flatten();
            all.insert(project.clone(), Arc::new(snapshot::of_project(own.map(|api| policy(api)).collect(), kept)));
        }
        let (here, unserved) = snapshot::of_all(&by_project, &networks, policy);
        self.unserved.store(Arc::new(unserved));
        self.snapshots.send_if_modified(|before| {
            let changed = **before != all;
            if changed {
                *before = Arc::new(all);
            }
            changed
        });
        if **self.snapshot.borrow() != here {
            let here = Arc::new(here);
            self.snapshot.send_replace(Arc::clone(&here));
            self.show(here).await;
        }
        Ok(())
    }

    async fn show(&self, snapshot: Arc<Snapshot>) {
        let Some(gateway) = self.gateway.load_full() else { return };
        let shown = tokio::task::spawn_blocking(move || gateway.0.publish(&snapshot)).await;
        for status in shown.unwrap_or_default() {
            if let Some(problem) = status.problem {
                tracing::error!(api = %status.name, %problem, "the gateway refused the new definition");
            }
        }
    }

    /// Takes an API up as it is stored, or again.
    async fn load(&self, project: &str, row: ApiRow) -> Result<Arc<ApiState>, Error> {
        let store = self.store.in_project(project);
        let known = self.api_of(project, &row.id);
        let before = known.as_ref().map(|api| api.config.load_full());
        let in_force = before.as_ref().and_then(|config| config.approved.clone());
        let approved = match store.approved_contract(&row.id).await? {
            None => None,
            Some(contract) => match in_force.filter(|approved| approved.row.id == contract.id) {
                Some(approved) => Some(approved),
                None => match stored::read_contract(contract).await {
                    Ok(approved) => Some(Arc::new(approved)),
                    Err(Unusable { message, .. }) => {
                        tracing::error!(api = %row.name, %message, "the approved contract cannot be used any more");
                        None
                    }
                },
            },
        };
        let id: Arc<str> = row.id.as_str().into();
        let config = Config {
            hosts: serde_json::from_str(&row.hosts).unwrap_or_default(),
            upstreams: serde_json::from_str(&row.upstreams).unwrap_or_default(),
            delivery: before.as_ref().map(|config| config.delivery.clone()).unwrap_or_default(),
            protection: Arc::new(stored::protection(&store, &row).await?),
            protections: store.protections(&row.id).await?,
            approved,
            exceptions: store.all_exceptions(&row.id).await?,
            overrides: Arc::new(stored::overrides(&store, &row.id).await?),
            row,
        };
        let state = match known {
            // This process made the change that is heard of.
            Some(state) if before.is_some_and(|before| before.same(&config)) => return Ok(state),
            Some(state) => {
                state.config.store(Arc::new(config));
                state
            }
            None => {
                let state = Arc::new(ApiState {
                    id: Arc::clone(&id),
                    project: project.into(),
                    config: ArcSwap::from_pointee(config),
                    view: ArcSwap::from_pointee(View::default()),
                    proposals: Desk::default(),
                });
                self.apis.rcu(|apis| {
                    let mut apis = BTreeMap::clone(apis);
                    apis.insert(id.to_string(), Arc::clone(&state));
                    apis
                });
                state
            }
        };
        self.intake.refresh(Arc::clone(&state)).await;
        Ok(state)
    }

    /// Takes up what other processes changed of the APIs of a project: those in `changed`, and those that are gone.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn follow_apis(&self, project: &str, changed: &BTreeSet<String>, gone: &[String]) -> Result<(), Error> {
        let _guard = self.change.lock().await;
        for row in self.store.in_project(project).apis().await? {
            // What another process was told by its own command line or file is its own.
            let known = self.api_of(project, &row.id).is_some();
            if changed.contains(&row.id) && (known || ManagedBy::parse(&row.managed_by) == ManagedBy::Ui) {
                self.load(project, row).await?;
            }
        }
        for id in gone {
            self.forget(id).await;
        }
        self.publish_snapshot().await?;
        Ok(())
    }

    /// Takes up the networks of a project that another process changed.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn follow_networks(&self, project: &str) -> Result<(), Error> {
        let _guard = self.change.lock().await;
        let stored = stored::networks(&self.store.in_project(project)).await?;
        self.set_networks(project, |networks| {
            let of_file: Vec<List> = networks.lists.iter().filter(|list| list.updated.is_none()).cloned().collect();
            networks.lists = stored.lists;
            networks.lists.retain(|kept| !of_file.iter().any(|list| list.list.name == kept.list.name));
            networks.lists.extend(of_file);
            if !networks.proxies_read_only {
                networks.proxies = stored.proxies;
            }
        });
        self.publish_snapshot().await?;
        Ok(())
    }

    /// Removes an API with everything that was kept of it; false when there is none. The caller holds [`App::change`] and
    /// publishes the snapshot afterwards.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn remove(&self, api: &ApiState) -> Result<bool, palisade_store::Error> {
        // First nothing writes of it any more.
        self.forget(&api.id).await;
        self.store.in_project(&api.project).remove_api(&api.id).await
    }

    /// Forgets an API, what was learned of it and what was seen of it.
    async fn forget(&self, id: &str) {
        self.apis.rcu(|apis| {
            let mut apis = BTreeMap::clone(apis);
            apis.remove(id);
            apis
        });
        self.intake.forget(id.into()).await;
        self.recent().forget(id);
    }

    /// Takes up a new project.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn open_project(&self, project: &str) -> Result<(), Error> {
        let networks = stored::networks(&self.store.in_project(project)).await?;
        self.set_networks(project, |own| *own = networks);
        self.publish_snapshot().await?;
        Ok(())
    }

    /// Forgets a project that is removed, with its APIs.
    ///
    /// # Errors
    /// None today.
    pub async fn close_project(&self, project: &str) -> Result<(), Error> {
        for id in self.apis_of(project).keys() {
            self.forget(id).await;
        }
        self.networks.rcu(|networks| {
            let mut networks = BTreeMap::clone(networks);
            networks.remove(project);
            networks
        });
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner).remove(project);
        self.publish_snapshot().await?;
        Ok(())
    }

    /// The projects that this process knows.
    pub fn projects(&self) -> BTreeSet<String> {
        self.networks.load().keys().cloned().collect()
    }

    /// Makes an API of a project what its definition says, or adds it.
    ///
    /// # Errors
    /// When its contract cannot be used or the store refuses.
    pub async fn define(&self, project: &str, spec: &ApiSpec) -> Result<Arc<ApiState>, Error> {
        let guard = self.change.lock().await;
        let state = self.defined(project, spec).await?;
        drop(guard);
        self.publish_snapshot().await?;
        Ok(state)
    }

    /// Adds an API to a project that has fewer than `most`.
    ///
    /// # Errors
    /// Why it was not added; then nothing of it is kept.
    pub async fn add(&self, project: &str, spec: &ApiSpec, most: usize) -> Result<Arc<ApiState>, NotAdded> {
        if let Some(text) = &spec.contract {
            let row = contract_row("", "uploaded", text.clone(), "");
            stored::read_contract(row).await.map_err(NotAdded::Contract)?;
        }
        let guard = self.change.lock().await;
        let known = self.store.in_project(project).apis().await.map_err(|error| NotAdded::Failed(error.into()))?;
        if known.iter().any(|row| row.name == spec.name) {
            return Err(NotAdded::Named);
        }
        if known.len() >= most {
            return Err(NotAdded::Many);
        }
        let state = self.defined(project, spec).await.map_err(NotAdded::Failed)?;
        drop(guard);
        self.publish_snapshot().await.map_err(|error| NotAdded::Failed(error.into()))?;
        Ok(state)
    }

    /// Sets what defines an API: name, hosts, base path, upstreams. The caller holds [`App::change`] and publishes the
    /// snapshot afterwards.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn redefine(&self, api: &Arc<ApiState>, spec: &ApiSpec) -> Result<(), Error> {
        let row = ApiRow {
            name: spec.name.clone(),
            hosts: json_list(&spec.hosts),
            base_path: spec.base_path.clone(),
            upstreams: json_list(&spec.upstreams),
            upstream_ca: spec.upstream_ca.clone(),
            ..api.config.load().row.clone()
        };
        self.store.in_project(&api.project).put_api(&row).await?;
        self.load(&api.project, row).await?;
        Ok(())
    }

    async fn defined(&self, project: &str, spec: &ApiSpec) -> Result<Arc<ApiState>, Error> {
        let store = self.store.in_project(project);
        let known = store.apis().await?.into_iter().find(|row| row.name == spec.name);
        let before = known.as_ref().map_or("observe", |row| &row.mode).to_owned();
        let mode = spec.mode.map_or(before.as_str(), |mode| if mode == Mode::Block { "block" } else { "observe" });
        let row = ApiRow {
            id: known.as_ref().map_or_else(clock::new_id, |row| row.id.clone()),
            name: spec.name.clone(),
            hosts: json_list(&spec.hosts),
            base_path: spec.base_path.clone(),
            upstreams: json_list(&spec.upstreams),
            upstream_ca: spec.upstream_ca.clone(),
            mode: before.clone(),
            managed_by: spec.managed_by.as_str().to_owned(),
            created_at: known.as_ref().map_or_else(clock::now, |row| row.created_at),
        };
        store.put_api(&row).await?;
        let name = row.name.clone();
        let state = self.load(project, row).await?;
        self.configure(&state, |config| config.delivery = spec.delivery.clone()).await;
        if let Some(text) = &spec.contract {
            let same = state.config.load().approved.as_ref().is_some_and(|approved| approved.row.body == *text);
            if !same {
                let by = spec.managed_by.as_str();
                self.put_in_force(&state, "uploaded", text.clone(), by).await.map_err(|refused| match refused {
                    Refused::Store(error) => Error::Store(error),
                    Refused::Unusable(Unusable { message, findings }) => {
                        let first = findings.first().map(|finding| {
                            let place = finding
                                .line
                                .map(|line| format!(" (line {line}, column {})", finding.column.unwrap_or(1)));
                            format!(" {}{}", finding.message, place.unwrap_or_default())
                        });
                        Error::Contract { api: name, message: message + first.as_deref().unwrap_or("") }
                    }
                })?;
            }
        }
        // Blocking begins only once there is something to enforce.
        let config = state.config.load_full();
        if mode == "block" && config.approved.is_none() {
            return Err(Error::System(format!(
                "{}: block mode needs a contract: give one, or start in observe mode and approve the learned one",
                spec.name
            )));
        }
        let settings = spec.protection.as_ref().unwrap_or(&config.protection.settings);
        if mode != before || *settings != config.protection.settings {
            let mode = if mode == "block" { Mode::Block } else { Mode::Observe };
            self.protect(&state, mode, settings.clone(), spec.managed_by.as_str()).await?;
        }
        Ok(state)
    }

    /// Puts a contract text in force. The caller holds [`App::change`] and publishes the snapshot afterwards.
    ///
    /// # Errors
    /// When the text cannot be used or the store refuses.
    pub async fn put_in_force(&self, api: &Arc<ApiState>, source: &str, text: String, by: &str) -> Result<(), Refused> {
        let row = contract_row(&api.id, source, text, by);
        let mut approved = stored::read_contract(row).await.map_err(Refused::Unusable)?;
        self.store.in_project(&api.project).approve_contract(&mut approved.row).await.map_err(Refused::Store)?;
        self.configure(api, |config| config.approved = Some(Arc::new(approved))).await;
        Ok(())
    }

    /// Puts corrections in force for what was learned and will be.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn correct(&self, api: &Arc<ApiState>, overrides: Overrides) -> Result<(), palisade_store::Error> {
        let body = serde_json::to_vec(&overrides).unwrap_or_default();
        self.store.in_project(&api.project).set_states(&api.id, &[(stored::CORRECTIONS, &body)], clock::now()).await?;
        self.configure(api, |config| config.overrides = Arc::new(overrides)).await;
        Ok(())
    }

    /// Sets mode and protection of an API: the next version. The caller holds [`App::change`], has checked the
    /// settings, and publishes the snapshot afterwards.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn protect(
        &self,
        api: &Arc<ApiState>,
        mode: Mode,
        settings: palisade_guard::Protection,
        by: &str,
    ) -> Result<(), palisade_store::Error> {
        let text = serde_json::to_string(&settings)
            .map_err(|error| palisade_store::Error::Row { what: "protection", detail: error.to_string() })?;
        let (mode, at) = (if mode == Mode::Block { "block" } else { "observe" }, clock::now());
        let version = self.store.in_project(&api.project).add_protection(&api.id, mode, &text, at, by).await?;
        self.configure(api, |config| {
            mode.clone_into(&mut config.row.mode);
            let made_by = Some(by.to_owned());
            config.protection = Arc::new(Protected { version, settings, made_at: Some(at), made_by, problem: None });
        })
        .await;
        Ok(())
    }

    /// Network lists and trusted proxies of a project.
    pub fn networks_of(&self, project: &str) -> Arc<Networks> {
        self.networks.load().get(project).cloned().unwrap_or_default()
    }

    /// Changes network lists or trusted proxies of a project in memory, after the store was changed. The caller holds
    /// [`App::change`] and publishes the snapshot afterwards.
    pub fn set_networks(&self, project: &str, change: impl FnOnce(&mut Networks)) {
        let mut own = Networks::clone(&self.networks_of(project));
        change(&mut own);
        own.lists.sort_by(|a, b| a.list.name.cmp(&b.list.name));
        let own = Arc::new(own);
        self.networks.rcu(|networks| {
            let mut networks = BTreeMap::clone(networks);
            networks.insert(project.to_owned(), Arc::clone(&own));
            networks
        });
    }

    /// Takes the network lists and trusted proxies of a gateway file: they are read-only here, and go before lists
    /// of the same name. Call it before [`App::bring_up`].
    pub fn take_networks(&self, lists: &[NetworkList], proxies: &[ipnet::IpNet]) {
        self.set_networks(DEFAULT_PROJECT, |networks| {
            networks.lists.retain(|kept| !lists.iter().any(|list| list.name == kept.list.name));
            networks.lists.extend(lists.iter().map(|list| List {
                id: list.name.clone(),
                description: String::new(),
                list: list.clone(),
                created_at: 0,
                updated: None,
            }));
            if !proxies.is_empty() {
                networks.proxies = proxies.to_vec();
                networks.proxies_read_only = true;
            }
        });
    }

    /// The bans of a project's APIs that run at the gateway of this process, the newest first.
    pub fn bans(&self, project: &str) -> Vec<palisade_guard::Ban> {
        let bans = self.gateway.load().as_ref().map(|gateway| gateway.0.bans()).unwrap_or_default();
        let own = |mut ban: palisade_guard::Ban| {
            ban.api = snapshot::own_name(project, &ban.api)?.to_owned();
            Some(ban)
        };
        bans.into_iter().filter_map(own).collect()
    }

    /// Ends a ban of a project's API at the gateway of this process; false when none runs.
    pub fn lift_ban(&self, project: &str, key: palisade_guard::CounterKey) -> bool {
        let known = self.bans(project).iter().any(|ban| ban.key == key);
        known && self.gateway.load().as_ref().is_some_and(|gateway| gateway.0.lift_ban(key))
    }

    /// Why the gateway of this process does not serve the newest definition of an API; `None` when it does.
    pub fn gateway_problem(&self, api_id: &str) -> Option<String> {
        let gateway = self.gateway.load_full()?;
        let refused = gateway.0.status().apis.into_iter().find(|api| api.id == api_id).and_then(|api| api.problem);
        refused.or_else(|| self.unserved.load().get(api_id).cloned())
    }

    /// Changes the configuration of an API in memory, after the store was changed, and lets the ingestion know.
    pub async fn configure(&self, api: &Arc<ApiState>, change: impl FnOnce(&mut Config)) {
        let mut config = Config::clone(&api.config.load());
        change(&mut config);
        api.config.store(Arc::new(config));
        self.intake.refresh(Arc::clone(api)).await;
    }

    /// A link that signs in once within ten minutes.
    ///
    /// # Errors
    /// When the store refuses or the system gives no random bytes.
    pub async fn login_link(&self) -> Result<String, Error> {
        let code = secret::new("")?;
        let now = clock::now();
        let new = NewCredential {
            id: &clock::new_id(),
            kind: Kind::LoginCode,
            hash: &secret::hash(&code),
            name: "login link",
            role: "admin",
            created_at: now,
            expires_at: Some(now + crate::auth::CODE_LIFE),
        };
        self.store.add_credential(&new).await?;
        Ok(format!("{}/login?code={code}", self.settings.control_url))
    }

    /// The password that works once of the user `admin`, when this start made that user: given once.
    pub fn take_first_password(&self) -> Option<String> {
        self.first_password.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Writes everything and closes the store.
    pub async fn close(&self) {
        self.intake.stop().await;
        self.refusals.flush(&self.store, true).await;
        if let Err(error) = self.store.release(&self.holder).await {
            tracing::warn!(%error, "the leases of this process run out by themselves");
        }
        self.store.close().await;
    }

    /// Events that may still be merged into reach back this far, microseconds.
    pub const MERGE_WITHIN: i64 = MERGE_WITHIN;
}

/// Why a contract was not put in force.
#[derive(Debug)]
pub enum Refused {
    /// The text.
    Unusable(Unusable),
    /// The store.
    Store(palisade_store::Error),
}

/// Why an API was not added.
#[derive(Debug)]
pub enum NotAdded {
    /// Another one has its name.
    Named,
    /// There are as many as may be.
    Many,
    /// Its contract cannot be used.
    Contract(Unusable),
    /// Something else.
    Failed(Error),
}

fn json_list(list: &[String]) -> String {
    serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned())
}

fn contract_row(api_id: &str, source: &str, text: String, by: &str) -> ContractRow {
    ContractRow {
        id: clock::new_id(),
        api_id: api_id.to_owned(),
        version: 0,
        source: source.to_owned(),
        body: text,
        operations: 0,
        approved_at: clock::now(),
        approved_by: by.to_owned(),
    }
}
