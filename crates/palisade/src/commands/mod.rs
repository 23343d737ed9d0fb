//! One file a command: clap arguments in `Args`, the work in `run`, which gives the exit code.
//!
//! Exit codes: 0 it ran and no gate failed; 1 it could not do its work; 2 wrong usage (clap's own); 4 a gate failed.

pub mod audit;
pub mod completions;
mod connection;
mod contracts;
pub mod controller;
pub mod demo_api;
mod descriptors;
pub mod diff;
pub mod discover;
pub mod drift;
pub mod envoy;
pub mod feeds;
pub mod gateway;
pub mod job;
pub mod keys;
mod logged;
pub mod login;
pub mod lsp;
mod opened;
mod output;
mod profiles;
mod recordings;
pub mod replay;
mod rewrite;
pub mod rules;
pub mod score;
mod secured;
pub mod serve;
pub mod store;
pub mod tap;
mod update;
pub mod users;

use clap::Subcommand;
use palisade_finding::{Gate, Judged};
use palisade_sensitive::Rules;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// It could not do its work: bad input, network, internal.
pub const EXIT_FAILED: u8 = 1;
/// A gate failed.
pub const EXIT_GATE: u8 = 4;

/// Every command. A doc comment on a command's `Args` is its help text.
#[derive(Debug, Subcommand)]
pub enum Command {
    Serve(Box<serve::Args>),
    Controller(Box<controller::Args>),
    Audit(audit::Args),
    Diff(diff::Args),
    Rules(rules::Args),
    Discover(discover::Args),
    Drift(drift::Args),
    Feeds(feeds::Args),
    Replay(replay::Args),
    Score(Box<score::Args>),
    Store(store::Args),
    Job(Box<job::Args>),
    Login(login::LoginArgs),
    Logout(login::LogoutArgs),
    Tap(tap::Args),
    Gateway(gateway::Args),
    Keys(keys::Args),
    Users(users::Args),
    Envoy(envoy::Args),
    Lsp(lsp::Args),
    DemoApi(demo_api::DemoApiArgs),
    Completions(completions::CompletionsArgs),
    Man(completions::ManArgs),
}

impl Command {
    /// Whether it writes log lines. What ends by itself says what it has to say without a log.
    pub fn keeps_log(&self) -> bool {
        match self {
            Command::Serve(_)
            | Command::Controller(_)
            | Command::Gateway(_)
            | Command::Envoy(_)
            | Command::Lsp(_)
            | Command::DemoApi(_)
            | Command::Tap(_) => true,
            Command::Audit(_)
            | Command::Diff(_)
            | Command::Rules(_)
            | Command::Discover(_)
            | Command::Drift(_)
            | Command::Replay(_)
            | Command::Score(_)
            | Command::Store(_)
            | Command::Keys(_)
            | Command::Job(_)
            | Command::Login(_)
            | Command::Logout(_)
            | Command::Completions(_)
            | Command::Man(_)
            | Command::Users(_)
            | Command::Feeds(_) => false,
        }
    }

    /// Runs the command.
    pub fn run(self) -> ExitCode {
        match self {
            Command::Serve(args) => serve::run(*args),
            Command::Controller(args) => on_runtime(controller::run(*args)),
            Command::Audit(args) => audit::run(args),
            Command::Diff(args) => diff::run(&args),
            Command::Rules(args) => rules::run(args),
            Command::Discover(args) => discover::run(args),
            Command::Drift(args) => drift::run(args),
            Command::Replay(args) => replay::run(&args),
            Command::Feeds(args) => feeds::run(&args),
            Command::Score(args) => on_runtime(score::run(*args)),
            Command::Store(args) => store::run(args),
            Command::Job(args) => on_runtime(job::run(*args)),
            Command::Login(args) => on_runtime(login::login(args)),
            Command::Logout(args) => login::logout(&args),
            Command::Completions(args) => completions::completions(&args),
            Command::Man(args) => completions::man(&args),
            Command::Tap(args) => tap::run(args),
            Command::Gateway(args) => gateway::run(args),
            Command::Keys(args) => on_runtime(keys::run(args)),
            Command::Users(args) => on_runtime(users::run(args)),
            Command::Envoy(args) => envoy::run(args),
            Command::Lsp(args) => lsp::run(&args),
            Command::DemoApi(args) => on_runtime(demo_api::run(args)),
        }
    }
}

/// Writes a plain error to stderr and gives exit code 1. What it quotes does nothing to a terminal.
pub fn failed(error: impl std::fmt::Display) -> ExitCode {
    use std::io::Write;
    let lines: Vec<String> = error.to_string().lines().map(palisade_report::terminal).collect();
    let error = lines.join("\n");
    // Nobody is left to tell when stderr is closed.
    let _ = writeln!(anstream::stderr(), "palisade: {error}");
    ExitCode::from(EXIT_FAILED)
}

/// True when a gate does not hold; which and why goes to standard error.
fn say_blocked(gates: &[Gate], subject: &Judged<'_>) -> bool {
    use std::io::Write;
    let blocked: Vec<_> = gates.iter().flat_map(|gate| gate.judge(subject)).collect();
    for condition in &blocked {
        // Nobody is left to tell when stderr is closed.
        let _ = writeln!(anstream::stderr(), "palisade: {}", palisade_report::terminal(&condition.to_string()));
    }
    !blocked.is_empty()
}

/// Largest file of rules for sensitive data, in bytes.
const MAX_RULES: u64 = 4 << 20;

/// Reads a user's own rules for sensitive data.
///
/// # Errors
/// Everything that is wrong, one mistake a line.
pub fn sensitive_rules(path: &Path) -> Result<Arc<Rules>, String> {
    use std::io::Read;
    let name = palisade_report::terminal(&path.to_string_lossy());
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_RULES + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("{name}: {error}"))?;
    if bytes.len() as u64 > MAX_RULES {
        return Err(format!("{name}: longer than {MAX_RULES} bytes"));
    }
    Rules::read(&path.to_string_lossy(), &bytes).map(Arc::new).map_err(|mistakes| {
        let told: Vec<String> =
            mistakes.iter().map(|mistake| palisade_report::terminal(&mistake.to_string())).collect();
        told.join("\n")
    })
}

/// The data directory: the one given, else the usual one.
///
/// # Errors
/// When none is given and the environment names none.
pub fn data_directory(given: Option<&Path>) -> Result<PathBuf, String> {
    if let Some(dir) = given {
        return Ok(dir.to_owned());
    }
    if palisade_gateway::in_container() {
        return Ok(PathBuf::from("palisade-data"));
    }
    if let Some(dir) = std::env::var_os("XDG_DATA_HOME").filter(|dir| Path::new(dir).is_absolute()) {
        return Ok(PathBuf::from(dir).join("palisade"));
    }
    let home = std::env::var_os("HOME").ok_or("no data directory: give --data DIR")?;
    Ok(PathBuf::from(home).join(".local/share/palisade"))
}

/// A time as it is written on the command line: a number and s, m, h or d.
///
/// # Errors
/// What a time looks like.
pub fn span(text: &str) -> Result<std::time::Duration, String> {
    let wrong = || "a time is a number from 1 and s, m, h or d, such as 30s or 7d".to_owned();
    let number = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let seconds = match text.get(number.len()..).unwrap_or_default() {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    let count: u32 = number.parse().map_err(|_| wrong())?;
    // A hundred years are as good as for ever, and no sum of times passes the calendar.
    let whole = u64::from(count) * seconds;
    if count == 0 || whole > 100 * 366 * 86_400 { Err(wrong()) } else { Ok(std::time::Duration::from_secs(whole)) }
}

/// Runs a command that needs the network on a runtime of its own.
pub fn on_runtime(work: impl Future<Output = ExitCode>) -> ExitCode {
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let code = runtime.block_on(work);
            // Whatever was left running may not hold the end of the process.
            runtime.shutdown_timeout(std::time::Duration::from_secs(1));
            code
        }
        Err(error) => failed(format_args!("cannot start the runtime: {error}")),
    }
}

/// Resolves when the process is asked to end: SIGTERM or Ctrl-C.
pub async fn asked_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
