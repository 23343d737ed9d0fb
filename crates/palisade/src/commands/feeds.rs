//! `palisade feeds`: what is known of addresses and domains, from files that the user has.

use super::output::print;
use palisade_report::terminal;
use palisade_runner::posture::feeds::{Entry, Folder, Kind, STALE_DAYS};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Imports feeds for `palisade score`: databases in MaxMind's format (country, ASN), lists of addresses and of domains
/// with a bad reputation, lists of versions that are known to be vulnerable. They are copied into the data directory. No network is asked.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Import(ImportArgs),
    List(ListArgs),
    Remove(RemoveArgs),
}

/// Validates files and copies them in. A feed of the same name is replaced.
#[derive(Debug, clap::Args)]
struct ImportArgs {
    /// The files.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Name of the feed [default: the file's, without its ending].
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// What it is: database, addresses, domains or versions [default: what it looks like].
    #[arg(long, value_name = "KIND")]
    kind: Option<Kind>,
    /// Data directory [default: $XDG_DATA_HOME/palisade; in a container ./palisade-data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Lists the feeds: name, kind, entries, when it was imported, how old it is.
#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Format: text or json.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    format: String,
    /// Data directory [default: $XDG_DATA_HOME/palisade; in a container ./palisade-data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Removes feeds.
#[derive(Debug, clap::Args)]
struct RemoveArgs {
    /// Their names.
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
    /// Data directory [default: $XDG_DATA_HOME/palisade; in a container ./palisade-data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Args) -> ExitCode {
    let done = match &args.action {
        Action::Import(args) => import(args),
        Action::List(args) => list(args),
        Action::Remove(args) => remove(args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => super::failed(error),
    }
}

fn folder(data: Option<&Path>) -> Result<Folder, String> {
    Ok(Folder::new(&super::data_directory(data)?))
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

fn inert(error: &impl ToString) -> String {
    error.to_string().lines().map(terminal).collect::<Vec<_>>().join("\n")
}

fn import(args: &ImportArgs) -> Result<(), String> {
    if args.name.is_some() && args.files.len() > 1 {
        return Err("--name is for one file: import the files one by one".to_owned());
    }
    let folder = folder(args.data.as_deref())?;
    let mut wrong = Vec::new();
    let mut told = String::new();
    for file in &args.files {
        match folder.import(file, args.name.as_deref(), args.kind, now()) {
            Ok(imported) => {
                let entry = imported.entry;
                let how = if imported.replaced { "replaced" } else { "imported" };
                let _ = writeln!(told, "{how} {}: {}", terminal(&entry.name), what(&entry));
            }
            Err(error) => wrong.push(inert(&error)),
        }
    }
    print(&told)?;
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// Kind and size in words.
fn what(entry: &Entry) -> String {
    match entry.kind {
        Kind::Database => format!("database of {}, {} nodes", entry.tells.join(" and "), entry.entries),
        Kind::Addresses => format!("list of {} addresses and networks", entry.entries),
        Kind::Domains => format!("list of {} domains", entry.entries),
        Kind::Versions => format!("list of {} vulnerable versions", entry.entries),
    }
}

fn list(args: &ListArgs) -> Result<(), String> {
    let feeds = folder(args.data.as_deref())?.list().map_err(|error| inert(&error))?;
    let now = now();
    let time = |seconds: i64| jiff::Timestamp::from_second(seconds).map(|time| time.to_string()).unwrap_or_default();
    if args.format == "json" {
        let feeds: Vec<_> = feeds
            .iter()
            .map(|feed| {
                serde_json::json!({
                    "name": feed.name, "kind": feed.kind, "tells": feed.tells, "entries": feed.entries,
                    "sha256": feed.sha256, "imported": time(feed.imported), "built": feed.built.map(time),
                    "age_days": feed.age_days(now), "stale": feed.is_stale(now),
                })
            })
            .collect();
        return print(&palisade_report::pretty(&serde_json::json!({ "feeds": feeds })));
    }
    if feeds.is_empty() {
        return print("no feeds: import some with `palisade feeds import FILE`\n");
    }
    let mut out = String::new();
    for feed in &feeds {
        let age = feed.age_days(now);
        let stale = if feed.is_stale(now) { format!(", stale: older than {STALE_DAYS} days") } else { String::new() };
        let days = if age == 1 { "day" } else { "days" };
        let _ = writeln!(
            out,
            "{:<24} {}, imported {}, {age} {days} old{stale}",
            terminal(&feed.name),
            what(feed),
            time(feed.imported)
        );
    }
    print(&out)
}

fn remove(args: &RemoveArgs) -> Result<(), String> {
    let folder = folder(args.data.as_deref())?;
    for name in &args.names {
        folder.remove(name).map_err(|error| inert(&error))?;
    }
    Ok(())
}
