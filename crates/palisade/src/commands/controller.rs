//! `palisade controller`: runs jobs beside private APIs for a control plane elsewhere.

use clap::ValueEnum;
use palisade_client::{Address, Client, Credentials, Settings as ClientSettings};
use palisade_controller::{Hello, House, JobType, Remote, Settings, run as run_controller};
use palisade_report::terminal;
use palisade_runner::posture::Manners;
use rustls::pki_types::CertificateDer;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Largest file of a token or of certificates, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// Run jobs for a control plane elsewhere, beside APIs that it cannot reach
///
/// Connects outward only: it asks the control plane for jobs, does them here, and sends back what came of them. Asked to
/// end (SIGTERM, Ctrl-C), it finishes what takes a moment and gives the rest back. Exit codes: 0 it was asked to end; 1
/// the control plane refuses it, or a file cannot be read; 2 wrong usage.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The control plane.
    #[arg(long, value_name = "URL", env = "PALISADE_URL", value_parser = |text: &str| text.parse::<Address>())]
    server: Address,
    /// A token with the role controller. On the command line others on this machine see it: the environment and
    /// --token-file do not show it.
    #[arg(
        long,
        value_name = "TOKEN",
        env = "PALISADE_CONTROLLER_TOKEN",
        hide_env_values = true,
        conflicts_with = "token_file"
    )]
    token: Option<String>,
    /// File that holds the token.
    #[arg(long, value_name = "FILE", required_unless_present = "token")]
    token_file: Option<PathBuf>,
    /// Name of this controller, unique in its project. One that starts again keeps its name.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// PEM file of certificates that vouch for the control plane, in place of the system's.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Lets the token travel unencrypted to another machine.
    #[arg(long)]
    allow_http: bool,
    /// Jobs that run at a time.
    #[arg(long, value_name = "COUNT", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=64))]
    parallel: u32,
    /// Types of job that it runs [default: all].
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    job_type: Vec<JobTypeArg>,
    /// Asks APIs of this machine and of private networks, too.
    #[arg(long)]
    allow_private: bool,
    /// PEM file of certificates that are trusted beside the system's when an API is asked.
    #[arg(long, value_name = "FILE")]
    target_ca: Option<PathBuf>,
    /// Data directory, whose feeds tell reputation and place (see `palisade feeds`) [default:
    /// $XDG_DATA_HOME/palisade; in a container ./palisade-data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// A type of job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum JobTypeArg {
    /// Audits a contract.
    #[value(name = "OasScoringJob")]
    Oas,
    /// Grades a third-party API from its URL.
    #[value(name = "ThirdPartyApiScoringJob")]
    ThirdParty,
    /// Fuzzes an API by its contract.
    #[value(name = "FuzzingJob")]
    Fuzzing,
}

/// Runs the command.
pub async fn run(args: Args) -> ExitCode {
    match work(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => super::failed(terminal(&error)),
    }
}

async fn work(args: Args) -> Result<(), String> {
    let token = match (&args.token, &args.token_file) {
        (Some(token), _) => token.trim().to_owned(),
        (None, Some(file)) => String::from_utf8(read(file)?)
            .map_err(|_| format!("{}: this is no text", file.display()))?
            .trim()
            .to_owned(),
        (None, None) => return Err("give a token with --token-file".to_owned()),
    };
    let roots = args.ca.as_deref().map(certificates).transpose()?.unwrap_or_default();
    let settings = ClientSettings {
        roots,
        allow_http: args.allow_http,
        agent: concat!("palisade-controller/", env!("CARGO_PKG_VERSION")).to_owned(),
        ..ClientSettings::new(args.server.clone(), Credentials::Token(token))
    };
    let client = Client::new(&settings).map_err(|error| error.to_string())?;
    let job_types = match args.job_type.as_slice() {
        [] => JobType::ALL.to_vec(),
        some => some.iter().map(|one| job_type(*one)).collect(),
    };
    let hello = Hello {
        name: args.name,
        instance: uuid::Uuid::now_v7().to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        job_types,
        parallel: args.parallel,
        allow_private: args.allow_private,
    };
    let house = House {
        manners: Manners { allow_private: args.allow_private, ..Manners::default() },
        roots: args.target_ca.as_deref().map(certificates).transpose()?.unwrap_or_default(),
        // Without one there are no feeds, which is no reason not to look at the rest.
        feeds: super::data_directory(args.data.as_deref()).ok(),
    };
    let stop = CancellationToken::new();
    let asked = stop.clone();
    tokio::spawn(async move {
        super::asked_to_end().await;
        tracing::info!("stopping: what takes a moment is finished, the rest is given back");
        asked.cancel();
    });
    run_controller(Arc::new(Remote::new(client)), Settings { hello, house }, stop).await
}

fn job_type(arg: JobTypeArg) -> JobType {
    match arg {
        JobTypeArg::Oas => JobType::OasScoringJob,
        JobTypeArg::ThirdParty => JobType::ThirdPartyApiScoringJob,
        JobTypeArg::Fuzzing => JobType::FuzzingJob,
    }
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", file.display());
    let mut bytes = Vec::new();
    std::fs::File::open(file).map_err(failed)?.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(failed)?;
    match bytes.len() as u64 > MAX_FILE {
        true => Err(format!("{}: longer than {MAX_FILE} bytes", file.display())),
        false => Ok(bytes),
    }
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    super::score::certificates_in(&read(file)?, file.display())
}
