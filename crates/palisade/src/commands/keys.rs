//! `palisade keys`: key pairs for programs, made on the store itself.

use super::logged::logged;
use super::opened::Opened;
use super::output::print;
use palisade_report::terminal;
use palisade_server::{NewKey, Role};
use palisade_store::query::{Asked, MAX_LIMIT, Query};
use palisade_store::{KEY_PAIRS, KeyPairRow};
use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

/// Makes, lists and revokes key pairs: for `apisec_cli`, `palisade job` and every other client of the REST API. It works on
/// the data directory itself, before and while `palisade serve` runs on it.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Create(CreateArgs),
    List(ListArgs),
    Revoke(RevokeArgs),
}

/// Makes a key pair and prints the two lines that export it to a shell:
///
///     eval "$(palisade keys create --name ci --role ci --data DIR)"
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
struct CreateArgs {
    /// Name of the key pair.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// What it may do: admin, analyst, developer, viewer, ci, controller or gateway.
    #[arg(long, value_name = "ROLE", value_parser = role)]
    role: Role,
    /// The project it opens.
    #[arg(long, value_name = "PROJECT", default_value = "default")]
    project: String,
    /// When it ends: a number and m, h, d or w, such as 90d; or never.
    #[arg(long, value_name = "TIME", default_value = "90d", value_parser = life)]
    expires: Life,
    /// Narrows it to AREA:read or AREA:write, such as jobs:write. May be given several times.
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,
    #[command(flatten)]
    place: Opened,
}

/// Lists the key pairs of a project, without their secret keys.
#[derive(Debug, clap::Args)]
struct ListArgs {
    /// The project.
    #[arg(long, value_name = "PROJECT", default_value = "default")]
    project: String,
    /// Format: text or json.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    format: String,
    #[command(flatten)]
    place: Opened,
}

/// Revokes a key pair: it opens nothing any more, at once.
#[derive(Debug, clap::Args)]
struct RevokeArgs {
    /// Its id or access key.
    #[arg(value_name = "KEY")]
    key: String,
    /// The project.
    #[arg(long, value_name = "PROJECT", default_value = "default")]
    project: String,
    #[command(flatten)]
    place: Opened,
}

/// Microseconds, or for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Life(Option<i64>);

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| format!("the roles are {}", Role::ALL.map(Role::as_str).join(", ")))
}

fn life(text: &str) -> Result<Life, String> {
    if text == "never" {
        return Ok(Life(None));
    }
    let wrong = || "a time is a number and m, h, d or w, such as 90d, or never".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 7 * 86_400,
        _ => return Err(wrong()),
    };
    let digits = text.strip_suffix(unit).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let count: i64 = digits.and_then(|digits| digits.parse().ok()).ok_or_else(wrong)?;
    let years = 10 * 366 * 86_400;
    match count.checked_mul(seconds) {
        Some(seconds) if (1..=years).contains(&seconds) => Ok(Life(Some(seconds * 1_000_000))),
        _ => Err("a time is at least a minute and at most ten years".to_owned()),
    }
}

/// Runs the command.
pub async fn run(args: Args) -> ExitCode {
    let done = match args.action {
        Action::Create(args) => create(args).await,
        Action::List(args) => list(args).await,
        Action::Revoke(args) => revoke(args).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => super::failed(terminal(&error)),
    }
}

async fn create(args: CreateArgs) -> Result<(), String> {
    let key = NewKey {
        name: &args.name,
        role: args.role,
        scopes: &args.scope,
        life: args.expires.0,
        user_id: None,
        created_by: "palisade keys",
    };
    if let Some(mistake) = key.mistake() {
        return Err(mistake);
    }
    let store = args.place.project(&args.project).await?;
    let made = async {
        let (row, secret) = key.make(&store).await.map_err(|error| error.to_string())?;
        let after = serde_json::json!({
            "name": row.name, "access_key": row.access_key, "role": row.role,
            "expires_at": row.expires_at.map(time),
        });
        logged(&store, "keys create", ("keys", &row.id), Some(after)).await?;
        Ok((row, secret))
    };
    let made: Result<_, String> = made.await;
    store.close().await;
    let (row, secret) = made?;
    if std::io::stderr().is_terminal() {
        let end = row.expires_at.map_or("never".to_owned(), |end| format!("at {}", time(end)));
        // Nobody is left to tell when stderr is closed.
        let _ = std::io::Write::write_fmt(
            &mut anstream::stderr(),
            format_args!(
                "The secret key is shown once. It ends {end}. To revoke it: palisade keys revoke {}\n",
                row.id
            ),
        );
    }
    // Both are base64url: nothing in them means anything to a shell.
    let text =
        format!("export PANOPTICA_CLI_ACCESS_KEY={}\nexport PANOPTICA_CLI_SECRET_KEY={secret}\n", row.access_key);
    print(&text)
}

fn state(row: &KeyPairRow) -> &'static str {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros());
    match (row.revoked_at, row.expires_at) {
        (Some(_), _) => "revoked",
        (None, Some(end)) if i128::from(end) <= i128::try_from(now).unwrap_or(i128::MAX) => "expired",
        _ => "active",
    }
}

fn time(microseconds: i64) -> String {
    jiff::Timestamp::from_microsecond(microseconds)
        .map_or_else(|_| "-".to_owned(), |time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

async fn list(args: ListArgs) -> Result<(), String> {
    let store = args.place.project(&args.project).await?;
    let mut rows = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let asked = Asked { cursor: cursor.as_deref(), limit: Some(MAX_LIMIT), ..Asked::default() };
        let query = Query::read(&KEY_PAIRS, &asked).map_err(|mistake| mistake.message)?;
        let page = store.key_pairs(None, &query).await.map_err(|error| error.to_string())?;
        rows.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    store.close().await;
    let end = |at: Option<i64>| at.map_or_else(|| "-".to_owned(), time);
    if args.format == "json" {
        let items: Vec<serde_json::Value> = rows
            .iter()
            .map(|row| {
                serde_json::json!({
                    "id": row.id, "name": row.name, "access_key": row.access_key, "role": row.role,
                    "scopes": serde_json::from_str::<serde_json::Value>(&row.scopes).unwrap_or_default(),
                    "state": state(row), "created_by": row.created_by, "created_at": time(row.created_at),
                    "expires_at": row.expires_at.map(time), "last_used_at": row.last_used_at.map(time),
                })
            })
            .collect();
        return print(&format!("{}\n", serde_json::json!({ "items": items })));
    }
    let mut text = format!(
        "{:<36}  {:<27}  {:<10}  {:<7}  {:<20}  {:<20}  NAME\n",
        "ID", "ACCESS KEY", "ROLE", "STATE", "EXPIRES", "LAST USED"
    );
    for row in &rows {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:<36}  {:<27}  {:<10}  {:<7}  {:<20}  {:<20}  {}",
            row.id,
            row.access_key,
            row.role,
            state(row),
            end(row.expires_at),
            end(row.last_used_at),
            terminal(&row.name)
        );
    }
    print(&text)
}

async fn revoke(args: RevokeArgs) -> Result<(), String> {
    let store = args.place.project(&args.project).await?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros());
    let failed = |error: palisade_store::Error| error.to_string();
    let found = store.key_pair_row(&args.key).await.map_err(failed)?;
    let done = match &found {
        Some(row) => store.revoke_key_pair(&row.id, i64::try_from(now).unwrap_or(i64::MAX)).await.map_err(failed)?,
        None => false,
    };
    if let (Some(row), true) = (&found, done) {
        logged(&store, "keys revoke", ("keys", &row.id), None).await?;
    }
    store.close().await;
    match (found, done) {
        (None, _) => Err(format!("the project {} has no key pair {}", args.project, args.key)),
        (Some(_), false) => Err(format!("the key pair {} is revoked already", args.key)),
        (Some(_), true) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        for (text, seconds) in [("1m", 60), ("12h", 43_200), ("90d", 7_776_000), ("2w", 1_209_600)] {
            assert_eq!(life(text), Ok(Life(Some(seconds * 1_000_000))), "{text}");
        }
        assert_eq!(life("never"), Ok(Life(None)));
        for text in ["", "d", "-1d", "+1d", "0d", "1y", "1.5d", "99999999999999999999d", "9999w", "1 d", "1日"] {
            assert!(life(text).is_err(), "{text}");
        }
    }
}
