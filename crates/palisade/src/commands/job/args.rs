//! The command line of jobs.

use super::super::connection::ConnectionArgs;
use super::server::{Options, Request};
use palisade_finding::Severity;
use palisade_report::Format;
use std::path::PathBuf;

/// Starts and follows jobs of a control plane: judging contracts, scoring third-party APIs, fuzzing.
///
/// Each job runs at the control plane or at one of its controllers, and its results are kept there for a week. What a
/// job is started with (--fail-on, --max-severity-allowed, --gate) decides whether it ends compliant.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub connection: ConnectionArgs,
    #[command(flatten)]
    pub table: TableArgs,
    #[command(subcommand)]
    pub verb: Verb,
}

/// How tables are written.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct TableArgs {
    /// Writes one line of JSON in place of a table.
    #[arg(long, global = true, help_heading = "Output")]
    pub json: bool,
    /// Leaves out the line of column names.
    #[arg(long, global = true, help_heading = "Output")]
    pub no_headers: bool,
}

/// What is to be done. Where a verb has options, its help text stands there.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Lists the controllers that run jobs
    ListControllers,
    Get(GetArgs),
    List(ListArgs),
    /// Shows what a job said while it ran
    Log(IdArgs),
    /// Stops a job that has not ended
    Cancel(IdArgs),
    /// Stops a job; to delete one that has ended is no error
    Delete(IdArgs),
    StartOasScoring(OasArgs),
    StartThirdPartyApiScoring(ThirdPartyArgs),
    StartFuzzing(FuzzingArgs),
}

/// Shows a job, or what it found
///
/// Exit codes: 0 shown; 1 there is no such job, or it could not be asked for. With --poll, --fail-on or --gate the
/// job's end decides: 0 done and compliant; 1 it failed or was cancelled; 4 not compliant.
#[derive(Debug, clap::Args)]
pub struct GetArgs {
    /// Id of the job.
    #[arg(value_name = "JOB_ID", value_parser = id)]
    pub id: String,
    /// Waits until the job has ended.
    #[arg(long)]
    pub poll: bool,
    /// Shows what it found in place of the job itself.
    #[arg(long)]
    pub summary: bool,
    /// Writes what it found as a report: text, json, sarif, junit, md or html.
    #[arg(long, value_name = "FORMAT", conflicts_with = "json", value_parser = format)]
    pub format: Option<Format>,
    /// Writes to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Fails (exit code 4) when it found something at or above: critical, high, medium, low or info.
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub fail_on: Option<Severity>,
    /// Fails (exit code 4) when this gate of the control plane does not let it through.
    #[arg(long, value_name = "NAME")]
    pub gate: Option<String>,
}

/// Lists the jobs
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// The newest first.
    #[arg(long)]
    pub is_desc: bool,
    /// At most so many.
    #[arg(long, value_name = "COUNT", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
}

/// Names one job.
#[derive(Debug, clap::Args)]
pub struct IdArgs {
    /// Id of the job.
    #[arg(value_name = "JOB_ID", value_parser = id)]
    pub id: String,
}

/// Judges an API contract (OpenAPI 2.0 to 3.2)
///
/// Prints the job's id in double quotes. Exit codes: 0 started, with --poll done and compliant; 1 it could not be
/// started, or failed; 4 not compliant.
#[derive(Debug, clap::Args)]
pub struct OasArgs {
    /// The contract (YAML or JSON), or - for standard input.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub start: StartArgs,
}

/// Grades a third-party API by its URL
///
/// Prints the job's id in double quotes. Exit codes: 0 started, with --poll done and compliant; 1 it could not be
/// started, or failed; 4 not compliant.
#[derive(Debug, clap::Args)]
pub struct ThirdPartyArgs {
    /// The API: https://HOST[:PORT][/PATH], or http://.
    #[arg(long, value_name = "URL")]
    pub url: String,
    #[command(flatten)]
    pub reach: ReachArgs,
    #[command(flatten)]
    pub start: StartArgs,
}

/// Sends an API what its contract does not expect
///
/// Prints the job's id in double quotes. Exit codes: 0 started, with --poll done and compliant; 1 it could not be
/// started, or failed; 4 not compliant.
#[derive(Debug, clap::Args)]
pub struct FuzzingArgs {
    /// The contract of the API (YAML or JSON), or - for standard input.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where the API is: nothing else is sent anything.
    #[arg(long, value_name = "URL")]
    pub url: String,
    /// How long it tries: Quick (about 5 minutes), Default (15) or Deep (30).
    #[arg(long, value_name = "DEPTH", value_enum, default_value_t = Depth::Default, ignore_case = true)]
    pub fuzzing_depth: Depth,
    #[command(flatten)]
    pub reach: ReachArgs,
    #[command(flatten)]
    pub start: StartArgs,
}

/// From where an API is asked.
#[derive(Debug, clap::Args)]
pub struct ReachArgs {
    /// Id of the controller that runs it, which must reach the API [default: any].
    #[arg(long, value_name = "ID")]
    pub controller_id: Option<String>,
    /// Means it when the URL's name leads to this machine or a private network; the controller must allow that, too.
    #[arg(long)]
    pub allow_private: bool,
}

impl ReachArgs {
    /// The request of a job that asks from there.
    pub fn of(self, request: Request) -> Request {
        let options = self.allow_private.then_some(Options { allow_private: true });
        Request { controller_id: self.controller_id, options, ..request }
    }
}

/// How long fuzzing tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
pub enum Depth {
    /// About 5 minutes.
    #[value(name = "Quick")]
    Quick,
    /// About 15 minutes.
    #[value(name = "Default")]
    Default,
    /// About 30 minutes.
    #[value(name = "Deep")]
    Deep,
}

/// What every job is started with.
#[derive(Debug, clap::Args)]
pub struct StartArgs {
    /// Waits until the job has ended; its end decides the exit code.
    #[arg(long)]
    pub poll: bool,
    /// Compliant is a job that finds nothing above: critical, high, medium, low or info.
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub max_severity_allowed: Option<Severity>,
    /// Compliant is a job that finds nothing at or above: critical, high, medium, low or info.
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub fail_on: Option<Severity>,
    /// Compliant is a job that this gate of the control plane lets through.
    #[arg(long, value_name = "NAME")]
    pub gate: Option<String>,
    /// Application that the job is about.
    #[arg(long, value_name = "NAME")]
    pub application: Option<String>,
    /// Version of the application that the job is about.
    #[arg(long, value_name = "VERSION", requires = "application")]
    pub application_version: Option<String>,
    /// Format of the report in --output: text, json, sarif, junit, md or html.
    #[arg(long, value_name = "FORMAT", default_value = "text", requires = "output", value_parser = format)]
    pub format: Format,
    /// Writes a report to a file when the job has ended.
    #[arg(long, value_name = "FILE", requires = "poll")]
    pub output: Option<PathBuf>,
}

/// The word of a severity, in capitals or not.
fn severity(text: &str) -> Result<Severity, String> {
    text.to_ascii_lowercase().parse().map_err(|error: palisade_finding::UnknownSeverity| error.to_string())
}

/// A format of reports that the control plane writes.
fn format(text: &str) -> Result<Format, String> {
    match text.parse() {
        Ok(Format::Github) | Err(_) => Err("use text, json, sarif, junit, md or html".to_owned()),
        Ok(format) => Ok(format),
    }
}

fn id(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("it is empty".to_owned()),
        id => Ok(id.to_owned()),
    }
}
