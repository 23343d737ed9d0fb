//! `palisade users`: help for who is locked out, on the store itself.

use super::logged::logged;
use super::opened::Opened;
use super::output::print;
use palisade_report::terminal;
use palisade_store::query::{Asked, MAX_LIMIT, Query};
use palisade_store::{Store, USERS};
use std::fmt::Write as _;
use std::process::ExitCode;

/// Lists users and gives one a new password. It works on the data directory itself, before and while `palisade serve` runs
/// on it.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    List(ListArgs),
    ResetPassword(ResetArgs),
}

/// Lists the users: name, state, roles by project.
#[derive(Debug, clap::Args)]
struct ListArgs {
    #[command(flatten)]
    place: Opened,
}

/// Prints a new password for a user. It works once: at the next sign-in another one must be chosen. Sessions of the user
/// end, and a lock after failed sign-ins is lifted.
#[derive(Debug, clap::Args)]
struct ResetArgs {
    /// The name to sign in with.
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    place: Opened,
}

/// Runs the command.
pub async fn run(args: Args) -> ExitCode {
    let done = match args.action {
        Action::List(args) => list(args).await,
        Action::ResetPassword(args) => reset(args).await,
    };
    match done {
        Ok(text) => print(&text).map_or_else(super::failed, |()| ExitCode::SUCCESS),
        Err(error) => super::failed(terminal(&error)),
    }
}

async fn list(args: ListArgs) -> Result<String, String> {
    let failed = |error: palisade_store::Error| error.to_string();
    let store = args.place.store().await?;
    let mut text = format!("{:<24}  {:<8}  ROLES\n", "NAME", "STATE");
    let mut cursor: Option<String> = None;
    loop {
        let asked = Asked { cursor: cursor.as_deref(), limit: Some(MAX_LIMIT), ..Asked::default() };
        let query = Query::read(&USERS, &asked).map_err(|mistake| mistake.message)?;
        let page = store.users(&query).await.map_err(failed)?;
        let ids: Vec<&str> = page.items.iter().map(|user| user.id.as_str()).collect();
        let mut roles = store.memberships(&ids).await.map_err(failed)?;
        for user in &page.items {
            let roles = roles.remove(&user.id);
            let roles: Vec<String> =
                roles.unwrap_or_default().iter().map(|row| format!("{} in {}", row.role, row.project)).collect();
            let state = if user.disabled { "disabled" } else { "active" };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{:<24}  {state:<8}  {}", terminal(&user.name), terminal(&roles.join(", ")));
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    store.close().await;
    Ok(text)
}

async fn reset(args: ResetArgs) -> Result<String, String> {
    let store = args.place.store().await?;
    let done = reset_in(&store, &args.name).await;
    store.close().await;
    match done? {
        Some(password) => Ok(format!("{password}\n")),
        None => Err(format!("there is no user {} with a password here; palisade users list shows all", args.name)),
    }
}

async fn reset_in(store: &Store, name: &str) -> Result<Option<String>, String> {
    let Some(password) = palisade_server::reset_password(store, name).await.map_err(|error| error.to_string())? else {
        return Ok(None);
    };
    let name = name.trim().to_ascii_lowercase();
    let user = store.user_named(&name).await.map_err(|error| error.to_string())?;
    let id = user.map(|user| user.id).unwrap_or_default();
    logged(store, "users reset-password", ("users", &id), Some(serde_json::json!({ "name": name }))).await?;
    Ok(Some(password))
}
