//! `palisade discover --update`: what was learned, brought into a contract that somebody wrote.

use super::contracts::{folder, named, read};
use super::output::{print, shown};
use super::rewrite::Texts;
use palisade_contract::{Contract, Version};
use palisade_diff::proposals::{Proposal, apply, propose};
use palisade_discover::{Inventory, OpenApiVersion};
use palisade_document::Document;
use palisade_report::terminal;
use palisade_runner::Loader;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The flags of `--update`.
#[derive(Debug, clap::Args)]
pub struct UpdateArgs {
    /// Brings what was learned into this contract by text edits that keep comments, order and layout: operations,
    /// parameters, members, statuses and media types that it lacks, and room for values that it has none for. Lists each
    /// with an id on standard error.
    #[arg(long, value_name = "CONTRACT")]
    pub update: Option<PathBuf>,
    /// Writes the edits as a diff to standard output, and no file.
    #[arg(long, requires = "update")]
    dry_run: bool,
    /// Takes only the proposal with this id, or whose id begins so; may be given several times. Without it every
    /// proposal is taken that only makes room for what was seen.
    #[arg(long, value_name = "ID", requires = "update")]
    accept: Vec<String>,
}

/// Brings what was learned into a contract.
///
/// # Errors
/// When the contract cannot be read, written, or has no proposal of an id.
pub fn run(path: &Path, args: &UpdateArgs, inventory: &Inventory) -> Result<(), String> {
    let name = named(path);
    let bytes = read(path).map_err(|error| format!("cannot read {}: {error}", shown(path)))?;
    let reading = Loader::default().read(folder(path), &name, bytes);
    let told = |problem: &palisade_document::Problem| {
        let finding = problem.to_finding(&name);
        let (line, column) = (finding.line.unwrap_or(1), finding.column.unwrap_or(1));
        terminal(&format!("{name}:{line}:{column}: {}", finding.message))
    };
    let unreadable = || format!("{}: this is no OpenAPI contract", shown(path));
    if reading.fatal {
        return Err(reading.problems.first().map_or_else(unreadable, told));
    }
    let (contract, problems) = Contract::load(Arc::new(reading.document));
    if !contract.readable {
        return Err(problems.first().map_or_else(unreadable, told));
    }
    let version = if contract.version >= Version::V3_1 { OpenApiVersion::V31 } else { OpenApiVersion::V30 };
    let learned = Document::from_value("learned", &inventory.to_evidence(version));
    let proposals = propose(&contract, &Contract::load(Arc::new(learned)).0);
    let chosen = chosen(&proposals, &args.accept)?;
    let document = contract.document();
    let files: Vec<(String, String)> =
        document.files().map(|file| (file.name().to_owned(), file.source().to_owned())).collect();
    let applied = apply(&files, &chosen);
    let mut said = String::new();
    for proposal in &proposals {
        let refused = applied.refused.iter().find(|(id, _)| *id == proposal.id);
        let made = applied.made.contains(&proposal.id);
        say(&mut said, proposal, made, refused.map(|(_, why)| why.as_str()));
    }
    let verb = if args.dry_run { "would be taken" } else { "taken" };
    let _ = writeln!(said, "{}: {} of {} proposals {verb}", shown(path), applied.made.len(), proposals.len());
    let mut diff = String::new();
    let mut texts = Texts::default();
    for (((file, before), (_, after)), rounds) in files.iter().zip(&applied.texts).zip(&applied.rounds) {
        if before == after {
            continue;
        }
        match args.dry_run {
            true => diff.push_str(&palisade_audit::diff(file, before, after, rounds)),
            false => texts.add(path, &name, file, before, after)?,
        }
    }
    texts.write()?;
    // Nobody is left to tell when stderr is closed.
    let _ = anstream::stderr().write_all(said.as_bytes());
    print(&diff)
}

/// The proposals to take: those asked for, else those that only make room.
fn chosen<'p>(proposals: &'p [Proposal], asked: &[String]) -> Result<Vec<&'p Proposal>, String> {
    let lost = asked.iter().find(|id| id.is_empty() || !proposals.iter().any(|one| one.id.starts_with(id.as_str())));
    if let Some(id) = lost {
        return Err(format!("there is no proposal {}", terminal(id)));
    }
    let wanted = |proposal: &&Proposal| match asked {
        [] => proposal.makes_room,
        asked => asked.iter().any(|id| proposal.id.starts_with(id.as_str())),
    };
    Ok(proposals.iter().filter(wanted).collect())
}

fn say(out: &mut String, proposal: &Proposal, made: bool, refused: Option<&str>) {
    let mark = if made { '+' } else { '-' };
    let id = proposal.id.get(..8).unwrap_or(&proposal.id);
    let (kind, operation) = (proposal.kind.as_str(), terminal(&proposal.operation));
    let _ = writeln!(out, "{mark} {id} {kind} {operation}: {}", terminal(&proposal.message));
    let evidence = &proposal.evidence;
    let mut facts = vec![format!("seen {} times", evidence.count)];
    facts.extend(evidence.callers.map(|callers| format!("by {callers} callers")));
    facts.extend(evidence.last_observed.as_ref().map(|last| format!("last at {}", terminal(last))));
    facts.extend(evidence.thin.then(|| "few exchanges".to_owned()));
    if proposal.evidence.count == 0 {
        facts.clear();
    }
    facts.extend(refused.map(|why| format!("not taken: {}", terminal(why))));
    if refused.is_none() && !made && proposal.obstacle.is_none() {
        facts.push(format!("to take it: --accept {id}"));
    }
    if !facts.is_empty() {
        let _ = writeln!(out, "    {}", facts.join(", "));
    }
}
