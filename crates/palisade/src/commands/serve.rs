//! `palisade serve`: control plane, web UI, gateway and admin listener in one process.

use clap::ValueEnum;
use palisade_demo::{Switches, Traffic};
use palisade_gateway::admin::{self, Admin};
use palisade_gateway::{Config, Gateway, Listeners};
use palisade_guard::{Delivery, Mode};
use palisade_runner::posture::Manners;
use palisade_server::{ApiSpec, App, JobSettings, ManagedBy, Settings};
use palisade_store::{Retention, StoreUrl};
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Largest contract file that is read.
const MAX_CONTRACT: u64 = 16 << 20;

/// Run control plane, web UI and gateway in one process.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Data directory [default: $XDG_DATA_HOME/palisade; in a container ./palisade-data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Address of the console and its API [default: 127.0.0.1:8600; in a container every interface].
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Address of the gateway [default: 127.0.0.1:8601; in a container every interface].
    #[arg(long, value_name = "ADDR")]
    gateway: Option<SocketAddr>,
    /// Address of health, readiness and metrics [default: 127.0.0.1:8603; in a container every interface].
    #[arg(long, value_name = "ADDR")]
    admin: Option<SocketAddr>,
    /// The API to put behind the gateway, http or https; several share the load.
    #[arg(long, value_name = "URL")]
    upstream: Vec<String>,
    /// The API's contract (OpenAPI, YAML or JSON): it is put in force.
    #[arg(long, value_name = "FILE", requires = "upstream")]
    contract: Option<PathBuf>,
    /// What is done with requests that break the contract; without it what was chosen before stays, at first observe.
    #[arg(long, value_enum)]
    mode: Option<ModeArg>,
    /// Name of the API.
    #[arg(long, value_name = "NAME", default_value = "api", requires = "upstream")]
    name: String,
    /// PEM file that vouches for https upstreams, in place of the system's.
    #[arg(long, value_name = "FILE", requires = "upstream")]
    upstream_ca: Option<PathBuf>,
    /// Run the demo shop and its traffic behind the gateway.
    #[arg(long, conflicts_with_all = ["upstream", "gateway_config"])]
    demo: bool,
    /// A gateway's file: its APIs are served, and are read-only in the console.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["upstream", "mode"])]
    gateway_config: Option<PathBuf>,
    /// Rules of your own for sensitive data, YAML; they go before those of the gateway's file.
    #[arg(long, value_name = "FILE")]
    sensitive: Option<PathBuf>,
    /// Where the store lies: postgres://USER:PASSWORD@HOST/DATABASE or sqlite:///absolute/path.db [default: palisade.db in
    /// the data directory]. A password is better kept in the environment, where other users do not see it.
    #[arg(long, value_name = "URL", env = "PALISADE_STORE", hide_env_values = true)]
    store: Option<StoreUrl>,
    /// Keeps events, findings (that are gone), assessments or samples for so many days, or forever. May be given several
    /// times [default: events=90, findings=365, assessments=365, samples=30].
    #[arg(long, value_name = "KIND=DAYS")]
    keep: Vec<String>,
    /// A name the console answers to, beside loopback and its own address. May be given several times.
    #[arg(long, value_name = "NAME")]
    allowed_host: Vec<String>,
    /// Single sign-on: a YAML file with the settings of an OpenID Connect provider; they are then read-only in the
    /// console.
    #[arg(long, value_name = "FILE")]
    oidc: Option<PathBuf>,
    #[command(flatten)]
    secured: super::secured::TlsArgs,
    /// Let third-party APIs lie on this machine and on private networks, where a person says so of one.
    #[arg(long)]
    allow_private_targets: bool,
    #[command(flatten)]
    jobs: JobArgs,
}

/// How jobs are run.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Jobs")]
struct JobArgs {
    /// Run no jobs in this process: controllers do (`palisade controller`).
    #[arg(long)]
    no_controller: bool,
    /// Jobs that this process runs at a time.
    #[arg(long, value_name = "COUNT", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=64), conflicts_with = "no_controller")]
    job_parallel: u32,
    /// Jobs of one user that run at a time, on all controllers together.
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=1000))]
    job_parallel_per_user: u32,
    /// Attempts of a job whose controller is lost or whose engine breaks down.
    #[arg(long, value_name = "COUNT", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    job_attempts: u32,
    /// How long a controller may be silent before its jobs are given to others, such as 30s or 2m.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = super::span)]
    job_lease: Duration,
    /// How long ended jobs are kept with everything that came of them, such as 12h or 7d.
    #[arg(long, value_name = "TIME", default_value = "7d", value_parser = super::span)]
    job_retention: Duration,
}

impl JobArgs {
    fn settings(&self) -> JobSettings {
        JobSettings {
            retention: self.job_retention,
            lease: self.job_lease,
            attempts: self.job_attempts,
            per_creator: self.job_parallel_per_user,
            parallel: if self.no_controller { 0 } else { self.job_parallel },
        }
    }
}

/// What is done with requests that break the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ModeArg {
    /// Record, change nothing.
    Observe,
    /// Refuse.
    Block,
}

/// Runs the command.
pub fn run(args: Args) -> ExitCode {
    super::on_runtime(async {
        match serve(args).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => super::failed(error),
        }
    })
}

async fn bind(address: SocketAddr, what: &str, flag: &str) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!(
                "{what} cannot listen on {address}: the port is taken; stop what uses it or choose another with {flag}"
            )
        }
        _ => format!("{what} cannot listen on {address}: {error}; choose another with {flag}"),
    })
}

fn local(listener: &TcpListener) -> Result<SocketAddr, String> {
    listener.local_addr().map_err(|error| error.to_string())
}

/// A URL people can open: an address of every interface is shown as loopback.
fn url(address: SocketAddr, secure: bool) -> String {
    let shown = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port()),
        IpAddr::V6(ip) if ip.is_unspecified() => SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port()),
        _ => address,
    };
    format!("{}://{shown}", if secure { "https" } else { "http" })
}

fn data_dir(args: &Args) -> Result<PathBuf, String> {
    let base = super::data_directory(args.data.as_deref())?;
    // The demo's APIs do not belong among the user's own.
    Ok(if args.demo && args.data.is_none() { base.join("demo") } else { base })
}

fn read_text(path: &Path) -> Result<String, String> {
    use std::io::Read;
    let failed = |error: std::io::Error| format!("cannot read {}: {error}", path.display());
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut text = String::new();
    file.take(MAX_CONTRACT + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > MAX_CONTRACT {
        return Err(format!("{} has more than 16 MiB", path.display()));
    }
    Ok(text)
}

/// What this start puts behind the gateway.
fn specs(args: &Args, file: Option<&Config>, demo: Option<SocketAddr>) -> Result<Vec<ApiSpec>, String> {
    let mode = args.mode.map(|mode| if mode == ModeArg::Block { Mode::Block } else { Mode::Observe });
    if let Some(demo) = demo {
        return Ok(vec![ApiSpec {
            name: "shop".to_owned(),
            hosts: Vec::new(),
            base_path: "/".to_owned(),
            upstreams: vec![format!("http://{demo}")],
            upstream_ca: None,
            mode,
            contract: Some(palisade_demo::CONTRACT.to_owned()),
            delivery: Delivery::default(),
            protection: None,
            managed_by: ManagedBy::Demo,
        }]);
    }
    if let Some(file) = file {
        let specs = file.snapshot.apis.iter().map(|api| ApiSpec {
            name: api.name.clone(),
            hosts: api.hosts.clone(),
            base_path: api.base_path.clone(),
            upstreams: api.upstreams.clone(),
            upstream_ca: api.upstream_ca.clone(),
            mode: Some(api.mode),
            contract: api.contract.clone(),
            delivery: api.delivery.clone(),
            protection: Some(api.protection.clone()),
            managed_by: ManagedBy::File,
        });
        return Ok(specs.collect());
    }
    if args.upstream.is_empty() {
        return Ok(Vec::new());
    }
    for upstream in &args.upstream {
        let authority = upstream.strip_prefix("http://").or_else(|| upstream.strip_prefix("https://"));
        if authority
            .is_none_or(|authority| authority.is_empty() || authority.starts_with('/') || authority.contains('@'))
        {
            return Err(format!(
                "--upstream {upstream:?} is no URL such as http://127.0.0.1:3000 or https://api.example.com"
            ));
        }
    }
    Ok(vec![ApiSpec {
        name: args.name.clone(),
        hosts: Vec::new(),
        base_path: "/".to_owned(),
        upstreams: args.upstream.clone(),
        upstream_ca: args.upstream_ca.as_deref().map(read_text).transpose()?,
        mode,
        contract: args.contract.as_deref().map(read_text).transpose()?,
        delivery: Delivery::default(),
        protection: None,
        managed_by: ManagedBy::Flags,
    }])
}

async fn serve(args: Args) -> Result<(), String> {
    let in_container = palisade_gateway::in_container();
    let ip: IpAddr = if in_container { Ipv4Addr::UNSPECIFIED.into() } else { Ipv4Addr::LOCALHOST.into() };
    let address = |given: Option<SocketAddr>, port| given.unwrap_or_else(|| SocketAddr::new(ip, port));
    let file = match &args.gateway_config {
        None => None,
        Some(path) => Some(
            Config::load(path)
                .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\npalisade: "))?,
        ),
    };
    let sensitive = match (&args.sensitive, &file) {
        (Some(path), _) => super::sensitive_rules(path)?,
        (None, Some(file)) => Arc::clone(&file.sensitive),
        (None, None) => Arc::default(),
    };
    let mut retention = Retention::default();
    for said in &args.keep {
        retention.set(said).map_err(|error| format!("--keep: {error}"))?;
    }
    let console = bind(address(args.listen, 8600), "the console", "--listen").await?;
    let tls = args.secured.load()?;
    // The demo's customers know no certificates.
    let gateway_tls = tls.as_deref().filter(|_| !args.demo);
    let gateway_address = address(args.gateway, 8601);
    let of_file = file.as_ref().filter(|file| !file.listeners.is_empty() && args.gateway.is_none());
    let listeners = match of_file {
        Some(file) => Listeners::bind(&file.listeners)?,
        None => Listeners::bind(&[super::secured::listener(gateway_address, gateway_tls)])
            .map_err(|error| format!("the gateway {error}; choose another address with --gateway"))?,
    };
    let listeners = Arc::new(listeners);
    let admin_listener = bind(address(args.admin, 8603), "the admin listener", "--admin").await?;
    let demo = if args.demo { Some(demo_listener().await?) } else { None };

    let metrics = metrics_exporter_prometheus::PrometheusBuilder::new()
        .install_recorder()
        .map_err(|error| format!("cannot count: {error}"))?;
    let urls = listeners.urls();
    let gateway_url = urls.first().cloned().unwrap_or_default();
    let data = data_dir(&args)?;
    let stop = CancellationToken::new();
    let (control_url, named) = args.secured.reached(url(local(&console)?, tls.is_some()));
    let settings = Settings {
        data_dir: data.clone(),
        store: args.store.clone(),
        listen: local(&console)?,
        allowed_hosts: args.allowed_host.iter().cloned().chain(named).collect(),
        gateway_url: gateway_url.clone(),
        control_url,
        demo: args.demo,
        sensitive,
        manners: Manners { allow_private: args.allow_private_targets, ..Manners::default() },
        jobs: args.jobs.settings(),
    };
    let app = App::open(settings, stop.clone()).await.map_err(|error| error.to_string())?;
    if let Some(file) = &args.oidc {
        app.oidc.take_file(file)?;
    }
    let specs = specs(&args, file.as_ref(), demo.as_ref().map(local).transpose()?)?;
    if let Some(file) = &file {
        app.take_networks(&file.snapshot.lists, &file.snapshot.trusted_proxies);
    }
    app.bring_up(&specs).await.map_err(|error| error.to_string())?;

    let gateway_settings = palisade_gateway::Settings {
        redactor: app.redactor.clone(),
        in_container,
        limits: super::descriptors::limits(),
        ..palisade_gateway::Settings::default()
    };
    let gateway = Gateway::new(gateway_settings, Arc::new(app.intake.clone()));
    app.attach(Arc::clone(&gateway)).await;

    let metrics_url = url(local(&admin_listener)?, tls.is_some());
    greet(&app, &data, &specs, &urls, &metrics_url).await?;

    let mut work = JoinSet::new();
    listeners.serve(&gateway, &stop);
    if let (Some(file), Some(path)) = (of_file, &args.gateway_config) {
        // The APIs are the control plane's business.
        let doors = super::gateway::Doors::Listeners;
        let followed = super::gateway::Followed { apis: false, doors, listeners: Arc::clone(&listeners) };
        let (gateway, files) = (Arc::clone(&gateway), file.files.clone());
        work.spawn(super::gateway::reload(gateway, followed, path.clone(), files, stop.clone()));
    }
    let console_app = Arc::clone(&app);
    work.spawn(palisade_server::serve(console_app, console, tls.clone()));
    if let Some(tls) = &tls {
        let shown = of_file.is_none() && gateway_tls.is_some();
        let gateway = shown.then(|| (gateway_address, Arc::clone(&listeners), Arc::clone(&gateway)));
        work.spawn(super::secured::follow(Arc::clone(tls), gateway, stop.clone()));
    }
    work.spawn(palisade_server::watch_third_parties(Arc::clone(&app)));
    work.spawn(palisade_server::retain(Arc::clone(&app), retention));
    work.spawn(palisade_server::watch_jobs(Arc::clone(&app)));
    work.spawn(palisade_server::run_embedded_controller(Arc::clone(&app)));
    work.spawn(palisade_server::tend_audit_log(Arc::clone(&app)));
    work.spawn(palisade_server::watch_schedules(Arc::clone(&app)));
    let upkeep = metrics.clone();
    let ready_app = Arc::clone(&app);
    let watched = Arc::clone(&gateway);
    let shown = Admin {
        ready: Arc::new(move || ready_app.ready()),
        metrics: Arc::new(move || metrics.render()),
        status: Arc::new(move || watched.status().json()),
    };
    work.spawn(admin::serve(admin_listener, shown, tls, stop.clone()));
    if let Some(listener) = demo {
        spawn_demo(&mut work, listener, gateway_url, &stop);
    }
    let ticking = stop.clone();
    work.spawn(async move {
        while tokio::time::timeout(Duration::from_secs(5), ticking.cancelled()).await.is_err() {
            upkeep.run_upkeep();
        }
    });

    super::asked_to_end().await;
    tracing::info!("stopping: open exchanges end, then everything is written");
    stop.cancel();
    let impatient = async {
        super::asked_to_end().await;
        tracing::warn!("stopped at once");
    };
    let drain = async {
        while work.join_next().await.is_some() {}
        listeners.ended().await;
        gateway.flush().await;
        app.close().await;
    };
    tokio::select! {
        () = drain => {}
        () = impatient => {}
    }
    Ok(())
}

/// The demo's own port is of no interest to anyone: when it is taken any other does.
async fn demo_listener() -> Result<TcpListener, String> {
    match TcpListener::bind(palisade_demo::LISTEN).await {
        Ok(listener) => Ok(listener),
        Err(_) => bind(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0), "the demo API", "--demo").await,
    }
}

fn spawn_demo(work: &mut JoinSet<()>, listener: TcpListener, gateway_url: String, stop: &CancellationToken) {
    let (shop_stop, traffic_stop) = (stop.clone(), stop.clone());
    work.spawn(async move {
        if let Err(error) = palisade_demo::serve(listener, Switches::all(), shop_stop).await {
            tracing::error!(%error, "the demo API ended");
        }
    });
    work.spawn(async move {
        if let Err(error) = Traffic::run(&gateway_url, 1, palisade_demo::RATE, traffic_stop).await {
            tracing::error!(%error, "the demo's traffic ended");
        }
    });
}

async fn greet(
    app: &App,
    data: &Path,
    specs: &[ApiSpec],
    gateways: &[String],
    metrics_url: &str,
) -> Result<(), String> {
    let link = app.login_link().await.map_err(|error| error.to_string())?;
    let mut text = format!("Palisade {}\n\n", env!("CARGO_PKG_VERSION"));
    text += &format!("  Console   {}\n", app.settings.control_url);
    text += &format!(
        "  Sign in   {link}\n            (works once, within ten minutes; later with the token in {})\n",
        data.join("admin.token").display()
    );
    if let Some(password) = app.take_first_password() {
        text += &format!(
            "  Password  {password} of the user admin\n            (shown this once; it must be changed at the first sign-in)\n"
        );
    }
    for gateway in gateways {
        text += &format!("  Gateway   {gateway}");
        match specs {
            [one] => text += &format!("  ->  {}\n", one.upstreams.join(", ")),
            _ => text += "\n",
        }
    }
    text += &format!("  Metrics   {metrics_url}/metrics\n");
    text += &format!("  Data      {}\n\n", data.display());
    text += &if app.settings.demo {
        "The demo shop and its customers are running. Open the sign-in link: within a minute the overview names what its owner did not know.\n".to_owned()
    } else if app.has_apis() {
        format!("Send traffic through the gateway, for example: curl -i {}/\n", app.settings.gateway_url)
    } else {
        "No API is behind the gateway yet: start again with --upstream URL, or with --demo to look around.\n".to_owned()
    };
    let mut out = anstream::stdout();
    // Nobody is left to tell when stdout is closed; the console works all the same.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    Ok(())
}
