//! `palisade job`, and the same under the name that Panoptica's users know: `apisec_cli apisec-job`.

mod args;
mod help;
mod order;
mod panoptica;
mod present;
mod server;
mod wait;

pub use args::Args;
pub use order::arrange;

use super::{contracts, output};
use args::{FuzzingArgs, GetArgs, ListArgs, OasArgs, StartArgs, TableArgs, ThirdPartyArgs, Verb};
use clap::{Command, CommandFactory};
use http::{HeaderName, HeaderValue, Method};
use palisade_client::{Client, Error};
use palisade_finding::{Severity, Summary};
use palisade_report::{Format, terminal};
use server::{Job, Request, State};
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// How often a request to start a job is sent when the control plane does not answer. It starts one job.
const ATTEMPTS: u32 = 4;
/// Pause before the second of them; it doubles.
const PAUSE: Duration = Duration::from_millis(500);
/// Characters of a contract's name that the control plane takes.
const NAME: usize = 200;
/// Time for a report or a log.
const LONG: Duration = Duration::from_secs(120);

/// The name that calls for the command line of Panoptica.
pub const APISEC: &str = "apisec_cli";

/// Starts and follows jobs of a control plane that judge, score and fuzz APIs.
#[derive(Debug, clap::Parser)]
#[command(name = APISEC, version, max_term_width = 100, arg_required_else_help = true)]
pub struct Apisec {
    #[command(subcommand)]
    group: Group,
}

#[derive(Debug, clap::Subcommand)]
enum Group {
    ApisecJob(Box<Args>),
}

/// The command line under the name of Panoptica's.
pub fn apisec() -> Command {
    Apisec::command()
}

/// A command line with the verbs of jobs in groups where its overview is asked for.
pub fn grouped(root: Command, group: &'static str) -> Command {
    let name = format!("{} {group}", root.get_name());
    root.mut_subcommand(group, |job| help::grouped(job.arg_required_else_help(true), &name))
}

impl Apisec {
    /// Runs the command.
    pub fn run(self) -> ExitCode {
        let Group::ApisecJob(args) = self.group;
        super::on_runtime(run(*args))
    }
}

/// Runs the command.
pub async fn run(args: Args) -> ExitCode {
    match work(args).await {
        Ok(code) => ExitCode::from(code),
        Err(error) => super::failed(terminal_lines(&error)),
    }
}

async fn work(args: Args) -> Result<u8, String> {
    let Args { connection, table, verb } = args;
    let client = connection.client()?;
    match verb {
        Verb::ListControllers => {
            let all = server::controllers(&client).await.map_err(told)?;
            let text = if table.json {
                present::controllers_json(&all)
            } else {
                present::controllers(&all, !table.no_headers)
            };
            output::print(&text).map(|()| 0)
        }
        Verb::List(args) => list(&client, table, &args).await,
        Verb::Get(args) => get(&client, table, &args).await,
        Verb::Log(args) => {
            let call = client.call(Method::GET, &format!("{}/log", server::path(&args.id))).within(LONG);
            let answer = call.header(http::header::ACCEPT, HeaderValue::from_static("text/plain")).send().await;
            output::print(&terminal_lines(&answer.map_err(told)?.text())).map(|()| 0)
        }
        Verb::Cancel(ref args) | Verb::Delete(ref args) => end(&client, &args.id, &verb).await,
        Verb::StartOasScoring(OasArgs { file, start }) => {
            let request = Request { job_type: panoptica::OAS, ..document(&file)? };
            begin(&client, request, start, "scoring job").await
        }
        Verb::StartThirdPartyApiScoring(ThirdPartyArgs { url, reach, start }) => {
            let request = reach.of(Request { job_type: panoptica::THIRD_PARTY, url: Some(url), ..Request::default() });
            begin(&client, request, start, "job").await
        }
        Verb::StartFuzzing(FuzzingArgs { file, url, fuzzing_depth, reach, start }) => {
            let request = reach.of(Request {
                job_type: panoptica::FUZZING,
                url: Some(url),
                fuzzing_depth: Some(fuzzing_depth),
                ..document(&file)?
            });
            begin(&client, request, start, "job").await
        }
    }
}

async fn list(client: &Client, table: TableArgs, args: &ListArgs) -> Result<u8, String> {
    let jobs = server::jobs(client, args.is_desc, args.limit).await.map_err(told)?;
    let text = if table.json { present::jobs_json(&jobs) } else { present::jobs(&jobs, !table.no_headers) };
    output::print(&text).map(|()| 0)
}

async fn get(client: &Client, table: TableArgs, args: &GetArgs) -> Result<u8, String> {
    let job = match args.poll {
        true => wait::until_ended(client, &args.id).await,
        false => server::job(client, &args.id).await,
    }
    .map_err(told)?;
    let judged = args.fail_on.is_some() || args.gate.is_some();
    if judged && !job.state.has_ended() {
        return Err("the job has not ended: wait for it with --poll".to_owned());
    }
    match args.format {
        Some(format) => report(client, &job, format, args.output.as_deref()).await?,
        None => {
            let text = if args.summary {
                let found = server::findings(client, &job.id).await.map_err(told)?;
                match table.json {
                    true => present::findings_json(&job, &found),
                    false => present::findings(&job, &found, !table.no_headers),
                }
            } else if table.json {
                present::job_json(&job)
            } else {
                present::jobs(std::slice::from_ref(&job), !table.no_headers)
            };
            write(args.output.as_deref(), text.as_bytes())?;
        }
    }
    if !args.poll && !judged {
        return Ok(0);
    }
    verdict(client, &job, args.fail_on, args.gate.as_deref(), &|line| say(line)).await
}

/// Stops a job. To delete one that has ended is no mistake: its results go by themselves.
async fn end(client: &Client, id: &str, verb: &Verb) -> Result<u8, String> {
    let answer = client.call(Method::DELETE, &server::path(id)).send().await.map_err(told)?;
    let job: Job = answer.json().map_err(told)?;
    let id = terminal(&job.id);
    let said = match (verb, job.state) {
        (Verb::Delete(_), State::Completed | State::Failed) => format!("Job with id \"{id}\" had ended\n"),
        (_, State::Completed | State::Failed) => {
            return Err(format!("the job cannot be cancelled: it has ended as {}", job.state.as_str()));
        }
        (Verb::Delete(_), _) => format!("Deleted job with id \"{id}\"\n"),
        _ => format!("Cancelled job with id \"{id}\"\n"),
    };
    output::print(&said).map(|()| 0)
}

/// A request with a contract.
fn document(file: &Path) -> Result<Request, String> {
    let name = contracts::named(file);
    let bytes = contracts::read(file).map_err(|error| format!("{}: {error}", terminal(&name)))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{}: it is no text in UTF-8", terminal(&name)))?;
    if text.trim().is_empty() {
        return Err(format!("{}: it is empty", terminal(&name)));
    }
    // What is shown of a long path is its end.
    let name = name.char_indices().rev().nth(NAME - 1).map_or(&*name, |(start, _)| &name[start..]).to_owned();
    Ok(Request { document: Some(text), document_name: Some(name), ..Request::default() })
}

/// Starts a job, says its id in double quotes on a line of its own, and nothing else where users take that line apart.
async fn begin(client: &Client, request: Request, start: StartArgs, what: &str) -> Result<u8, String> {
    let request = Request {
        max_severity_allowed: start.max_severity_allowed,
        fail_on: start.fail_on,
        gate: start.gate,
        application: start.application,
        application_version: start.application_version,
        ..request
    };
    // Made before the job is: a file that cannot be written is said at once.
    let mut out = start.output.as_deref().map(|file| output::open(Some(file), start.format)).transpose()?;
    let job = create(client, &request).await.map_err(told)?;
    output::print(&format!("Created {what} with id \"{}\"\n", terminal(&job.id)))?;
    if !start.poll {
        return Ok(0);
    }
    let job = wait::until_ended(client, &job.id).await.map_err(told)?;
    if let Some(out) = out.as_mut().filter(|_| job.state == State::Completed) {
        let text = report_bytes(client, &job, start.format).await?;
        out.write_all(&text).and_then(|()| out.flush()).map_err(|error| format!("cannot write the report: {error}"))?;
    }
    if let Some(file) = start.output.filter(|_| job.state != State::Completed) {
        // There is no report; that an empty file stays is no harm.
        let _ = std::fs::remove_file(file);
    }
    let quiet = is_one_stream();
    let say = |line: &str| {
        if !quiet {
            say(line);
        }
    };
    verdict(client, &job, None, None, &say).await
}

/// Starts a job, once, however often it takes to be heard.
async fn create(client: &Client, request: &Request) -> Result<Job, Error> {
    let key = uuid::Uuid::now_v7().to_string();
    let key = HeaderValue::try_from(key).map_err(|error| Error::Setup(error.to_string()))?;
    let mut pause = PAUSE;
    let mut attempt = 1;
    loop {
        let call = client.call(Method::POST, "/api/v1/jobs").json(request).within(LONG);
        let sent = call.header(HeaderName::from_static("idempotency-key"), key.clone()).send().await;
        match sent {
            Err(error) if error.is_temporary() && attempt < ATTEMPTS => {
                tokio::time::sleep(error.retry_after().unwrap_or(pause)).await;
                pause *= 2;
                attempt += 1;
            }
            sent => return sent?.json(),
        }
    }
}

async fn report(client: &Client, job: &Job, format: Format, file: Option<&Path>) -> Result<(), String> {
    let text = report_bytes(client, job, format).await?;
    match file {
        None if matches!(format, Format::Text | Format::Markdown) => {
            write(None, terminal_lines(&String::from_utf8_lossy(&text)).as_bytes())
        }
        file => write(file, &text),
    }
}

async fn report_bytes(client: &Client, job: &Job, format: Format) -> Result<bytes::Bytes, String> {
    let path = format!("{}/report?format={}", server::path(&job.id), format_name(format));
    let call = client.call(Method::GET, &path).within(LONG);
    let answer = call.header(http::header::ACCEPT, HeaderValue::from_static("*/*")).send().await;
    answer.map(|answer| answer.body).map_err(told)
}

fn format_name(format: Format) -> &'static str {
    match format {
        Format::Text => "text",
        Format::Json => "json",
        Format::Sarif => "sarif",
        Format::Junit => "junit",
        Format::Markdown => "md",
        Format::Html => "html",
        Format::Github => "github",
    }
}

/// The exit code that the end of a job stands for, judged by what it was started with and by what this call asks for; `say`
/// tells why it is not 0.
async fn verdict(
    client: &Client,
    job: &Job,
    fail_on: Option<Severity>,
    gate: Option<&str>,
    say: &dyn Fn(&str),
) -> Result<u8, String> {
    if matches!(job.state, State::Failed | State::Cancelled) {
        let ended = if job.state == State::Failed { "failed" } else { "was cancelled" };
        match job.reason.as_deref().filter(|reason| !reason.is_empty()) {
            Some(reason) => say(&format!("the job {ended}: {reason}")),
            None => say(&format!("the job {ended}")),
        }
        return Ok(super::EXIT_FAILED);
    }
    let counts = || job.summary.iter().flat_map(Summary::counts).filter(|(_, count)| *count > 0);
    let mut blocked = job.compliant == Some(false);
    if blocked {
        // Without a gate there is no more to tell than what was found.
        let broken = match server::verdict(client, &job.id, None).await {
            Ok(verdict) if !verdict.compliant => told_by(&verdict),
            _ => counts().map(|(severity, count)| format!("{count} {severity}")).collect(),
        };
        match broken.as_slice() {
            [] => say("not compliant"),
            broken => say(&format!("not compliant: {}", broken.join(", "))),
        }
    }
    if let Some(least) = fail_on {
        let worse: u64 = counts().filter(|(severity, _)| *severity >= least).map(|(_, count)| count).sum();
        if worse > 0 {
            say(&format!("{worse} findings at or above {least}"));
            blocked = true;
        }
    }
    if gate.is_some() {
        let verdict = server::verdict(client, &job.id, gate).await.map_err(told)?;
        if !verdict.compliant {
            say(&told_by(&verdict).join(", "));
            blocked = true;
        }
    }
    Ok(if blocked { super::EXIT_GATE } else { 0 })
}

/// What a gate found to be broken.
fn told_by(verdict: &server::Verdict) -> Vec<String> {
    verdict.broken.iter().map(|broken| format!("gate {}: {}", verdict.gate, broken.message)).collect()
}

fn write(file: Option<&Path>, bytes: &[u8]) -> Result<(), String> {
    let mut out = output::open(file, Format::Json)?;
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|error| match file {
        Some(file) => format!("cannot write {}: {error}", output::shown(file)),
        None => format!("cannot write: {error}"),
    })
}

fn told(error: Error) -> String {
    error.to_string()
}

/// Text of several lines, each made inert.
fn terminal_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        out.push_str(&terminal(line));
        out.push_str(end);
    }
    out
}

fn say(line: &str) {
    // Nobody is left to tell when stderr is closed.
    let _ = writeln!(anstream::stderr(), "palisade: {}", terminal(line));
}

/// True when what goes to standard error ends up between the lines of standard output, as with `2>&1 | tee`.
fn is_one_stream() -> bool {
    if std::io::stderr().is_terminal() {
        return false;
    }
    #[cfg(unix)]
    {
        use std::os::fd::{AsFd, BorrowedFd};
        use std::os::unix::fs::MetadataExt;
        let file = |fd: BorrowedFd<'_>| {
            let metadata = std::fs::File::from(fd.try_clone_to_owned()?).metadata()?;
            Ok::<_, std::io::Error>((metadata.dev(), metadata.ino()))
        };
        let both = (file(std::io::stdout().as_fd()), file(std::io::stderr().as_fd()));
        matches!(both, (Ok(out), Ok(err)) if out == err)
    }
    #[cfg(not(unix))]
    true
}
