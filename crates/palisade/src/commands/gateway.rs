//! `palisade gateway`: a data plane of its own, from a file or from a control plane.

use palisade_exchange::Redactor;
use palisade_gateway::admin::{self, Admin};
use palisade_gateway::{
    ApiStatus, Config, ConfigError, Control, ControlSink, Fanout, FileSink, Gateway, Listeners, Settings, Sink,
};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Run a gateway on its own, from a file or following a control plane.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Args {
    /// The gateway's file.
    #[arg(long, value_name = "FILE", required = true)]
    config: Option<PathBuf>,
    /// Address of health, readiness and metrics; `off` for none.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8603")]
    admin: String,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Read a gateway's file, and the contracts it names, and say what is wrong.
    Check {
        /// The gateway's file.
        file: PathBuf,
    },
    /// Print the JSON Schema of a gateway's file, for editors.
    Schema,
}

/// Runs the command.
pub fn run(args: Args) -> ExitCode {
    match (args.action, args.config) {
        (Some(Action::Check { file }), _) => super::on_runtime(check(file)),
        (Some(Action::Schema), _) => {
            use std::io::Write;
            // Nobody is left to tell when stdout is closed.
            let _ = anstream::stdout().write_all(palisade_gateway::SCHEMA.as_bytes());
            ExitCode::SUCCESS
        }
        (None, Some(config)) => super::on_runtime(serve(config, args.admin, Doors::Listeners)),
        (None, None) => super::failed("--config FILE is missing"),
    }
}

/// Where requests come from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Doors {
    /// The file's listeners.
    Listeners,
    /// Other proxies, which ask over gRPC and over HTTP.
    Proxies { grpc: SocketAddr, http: Option<SocketAddr> },
}

impl Doors {
    fn load(self, file: &Path) -> Result<Config, Vec<ConfigError>> {
        match self {
            Doors::Listeners => Config::load(file),
            Doors::Proxies { .. } => Config::load_policy(file).map(|config| Config { listeners: Vec::new(), ..config }),
        }
    }
}

fn show(errors: &[ConfigError]) -> ExitCode {
    for error in errors {
        super::failed(error);
    }
    ExitCode::from(super::EXIT_FAILED)
}

async fn check(file: PathBuf) -> ExitCode {
    let config = match Config::load(&file) {
        Ok(config) => config,
        Err(errors) => return show(&errors),
    };
    let gateway = Gateway::new(Settings { capture: false, ..Settings::default() }, Arc::new(palisade_gateway::Discard));
    let mut failed = false;
    for status in gateway.publish(&config.snapshot) {
        if let Some(problem) = status.problem {
            failed = true;
            super::failed(format_args!("{}: API `{}`: {problem}", file.display(), status.name));
        }
    }
    if failed {
        return ExitCode::from(super::EXIT_FAILED);
    }
    for note in &config.notes {
        super::failed(format_args!("note: {note}"));
    }
    use std::io::Write;
    let counts = (config.listeners.len(), config.snapshot.apis.len());
    // Nobody is left to tell when stdout is closed.
    let _ = writeln!(anstream::stdout(), "{}: good; listeners: {}, APIs: {}", file.display(), counts.0, counts.1);
    ExitCode::SUCCESS
}

async fn bind(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address}: {error}"))
}

pub(super) async fn serve(file: PathBuf, admin_address: String, doors: Doors) -> ExitCode {
    let config = match doors.load(&file) {
        Ok(config) => config,
        Err(errors) => return show(&errors),
    };
    match serve_config(&file, config, &admin_address, doors).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => super::failed(error),
    }
}

async fn serve_config(file: &Path, config: Config, admin_address: &str, doors: Doors) -> Result<(), String> {
    let metrics = metrics_exporter_prometheus::PrometheusBuilder::new()
        .install_recorder()
        .map_err(|error| format!("cannot count: {error}"))?;
    let mut key = [0u8; 32];
    getrandom::fill(&mut key).map_err(|error| format!("no random numbers: {error}"))?;
    let redactor = Redactor::with_rules(&key, Arc::clone(&config.sensitive));
    for note in &config.notes {
        tracing::warn!(%note, "a setting without effect");
    }
    let stop = CancellationToken::new();
    let mut sinks: Vec<Arc<dyn Sink>> = Vec::new();
    let record = match &config.record {
        Some(path) => {
            let opened = FileSink::open(path, redactor.clone());
            Some(Arc::new(opened.map_err(|error| format!("cannot write {}: {error}", path.display()))?))
        }
        None => None,
    };
    if let Some(record) = &record {
        sinks.push(Arc::clone(record) as Arc<dyn Sink>);
    }
    let control = match &config.control_plane {
        Some(settings) => {
            let control = Control::new(settings, &config.state_dir).map_err(|error| error.to_string())?;
            Some((Arc::new(control), ControlSink::new(redactor.clone())))
        }
        None => None,
    };
    if let Some((_, sink)) = &control {
        sinks.push(Arc::clone(sink) as Arc<dyn Sink>);
    }
    let settings = Settings {
        capture: !sinks.is_empty(),
        redactor,
        in_container: palisade_gateway::in_container(),
        limits: super::descriptors::limits(),
        ..Settings::default()
    };
    let gateway = Gateway::new(settings, Arc::new(Fanout(sinks)));
    if control.is_none() {
        for status in gateway.publish(&config.snapshot) {
            if let Some(problem) = status.problem {
                return Err(format!("{}: API `{}`: {problem}", file.display(), status.name));
            }
        }
    }
    let mut work = tokio::task::JoinSet::new();
    let mut senders = tokio::task::JoinSet::new();
    let drained = CancellationToken::new();
    if let Some((control, sink)) = &control {
        if let Some(snapshot) = control.last_good() {
            gateway.publish(&snapshot);
        }
        work.spawn(Arc::clone(control).follow(Arc::clone(&gateway), stop.clone()));
        senders.spawn(Arc::clone(sink).deliver_to(Arc::clone(control), drained.clone()));
    }
    let listeners = Arc::new(Listeners::bind(&config.listeners)?);
    listeners.serve(&gateway, &stop);
    if let Doors::Proxies { grpc, http } = doors {
        proxies(&gateway, grpc, http, &mut work, &stop).await?;
    }
    if admin_address != "off" {
        let address = admin_address.parse().map_err(|_| format!("--admin {admin_address}: not ADDRESS:PORT"))?;
        let listener = bind(address).await?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        tracing::info!(%address, "admin listens");
        let watched = Arc::clone(&gateway);
        let ready = Arc::new(move || match watched.status().apis.is_empty() {
            true => Err("no API is in force yet".to_owned()),
            false => Ok(()),
        });
        let rendered = metrics.clone();
        let shown = Arc::clone(&gateway);
        let status = Arc::new(move || shown.status().json());
        let admin = Admin { ready, metrics: Arc::new(move || rendered.render()), status };
        work.spawn(admin::serve(listener, admin, None, stop.clone()));
    }
    let followed = Followed { apis: control.is_none(), doors, listeners: Arc::clone(&listeners) };
    work.spawn(reload(Arc::clone(&gateway), followed, file.to_owned(), config.files.clone(), stop.clone()));
    super::asked_to_end().await;
    tracing::info!("stopping: open exchanges may end");
    stop.cancel();
    while work.join_next().await.is_some() {}
    listeners.ended().await;
    gateway.flush().await;
    drained.cancel();
    let rest = async { while senders.join_next().await.is_some() {} };
    if tokio::time::timeout(Duration::from_secs(3), rest).await.is_err() {
        tracing::warn!("the control plane did not take the last exchanges in time");
    }
    if let Some(record) = record {
        // The writer is a thread of its own: waiting for it may block this one, which has nothing else to do.
        record.close();
    }
    Ok(())
}

/// Serves other proxies.
async fn proxies(
    gateway: &Arc<Gateway>,
    grpc: SocketAddr,
    http: Option<SocketAddr>,
    work: &mut tokio::task::JoinSet<()>,
    stop: &CancellationToken,
) -> Result<(), String> {
    let listener = bind(grpc).await?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    tracing::info!(%address, "Envoy is answered over gRPC");
    let (asked, ended) = (Arc::clone(gateway), stop.clone());
    work.spawn(async move {
        if let Err(error) = palisade_envoy::serve(listener, asked, ended).await {
            tracing::error!(%error, "Envoy is not answered any more");
        }
    });
    if let Some(address) = http {
        let listener = bind(address).await?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        tracing::info!(%address, "proxies are answered over HTTP");
        work.spawn(palisade_envoy::serve_http(listener, Arc::clone(gateway), stop.clone()));
    }
    Ok(())
}

pub(super) fn stamps(files: &[PathBuf]) -> Vec<Option<(SystemTime, u64)>> {
    let stamp = |file: &PathBuf| {
        let metadata = std::fs::metadata(file).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    files.iter().map(stamp).collect()
}

/// What follows a file.
pub(super) struct Followed {
    /// Its APIs are the gateway's.
    pub(super) apis: bool,
    pub(super) doors: Doors,
    pub(super) listeners: Arc<Listeners>,
}

/// Reads the file again on SIGHUP and when it, or a contract or certificate it names, changes. A file with mistakes
/// changes nothing.
pub(super) async fn reload(
    gateway: Arc<Gateway>,
    followed: Followed,
    file: PathBuf,
    mut files: Vec<PathBuf>,
    stop: CancellationToken,
) {
    #[cfg(unix)]
    let mut hangup = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok();
    let mut known = stamps(&files);
    let mut tick = tokio::time::interval(Duration::from_secs(2));
    let mut version = 1;
    loop {
        #[cfg(unix)]
        let hung_up = async {
            match &mut hangup {
                Some(signal) => drop(signal.recv().await),
                None => std::future::pending().await,
            }
        };
        #[cfg(not(unix))]
        let hung_up = std::future::pending::<()>();
        tokio::select! {
            () = stop.cancelled() => return,
            () = hung_up => {}
            _ = tick.tick() => if stamps(&files) == known { continue },
        }
        known = stamps(&files);
        match followed.doors.load(&file) {
            Ok(mut config) => {
                let mut problems = Vec::new();
                if followed.apis {
                    version += 1;
                    config.snapshot.version = version;
                    let refused = |api: ApiStatus| Some(format!("API `{}`: {}", api.name, api.problem?));
                    problems.extend(gateway.publish(&config.snapshot).into_iter().filter_map(refused));
                }
                problems.extend(followed.listeners.follow(&config.listeners, &gateway, &stop));
                gateway.note(problems);
                files = config.files;
                known = stamps(&files);
            }
            Err(errors) => gateway.note(errors.iter().map(ToString::to_string).collect()),
        }
    }
}
