//! `palisade store`: what is done to a store as a whole.

use super::logged::logged;
use super::output::print;
use palisade_report::terminal;
use palisade_store::copy::{self, Copied, Existing};
use palisade_store::{AuditChain, Store, StoreUrl};
use palisade_vault::{Source, Vault};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Backs up the store, restores it, moves it from SQLite to PostgreSQL or back, and seals its secrets anew. A backup is
/// one file for both.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Backup(BackupArgs),
    Restore(RestoreArgs),
    Migrate(MigrateArgs),
    RotateKey(RotateKeyArgs),
    VerifyLog(VerifyLogArgs),
}

/// Where a store lies.
#[derive(Debug, clap::Args)]
struct PlaceArgs {
    /// Data directory [default: $XDG_DATA_HOME/palisade; in a container ./palisade-data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The store, in place of palisade.db in the data directory: postgres://USER:PASSWORD@HOST/DATABASE or
    /// sqlite:///absolute/path.db.
    #[arg(long, value_name = "URL", env = "PALISADE_STORE", hide_env_values = true)]
    store: Option<StoreUrl>,
}

/// Writes everything in the store to a new file, readable by its owner alone. Palisade may run meanwhile: the file holds
/// one moment.
#[derive(Debug, clap::Args)]
struct BackupArgs {
    /// The file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    place: PlaceArgs,
}

/// Fills a store with what `palisade store backup` wrote, also by an earlier version. All of it, or nothing. Stop what
/// uses the store first.
#[derive(Debug, clap::Args)]
struct RestoreArgs {
    /// The file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    place: PlaceArgs,
    /// Replace everything that the store holds.
    #[arg(long)]
    force: bool,
}

/// Fills a store with everything in another, of either engine. All of it, or nothing; the other stays as it is.
#[derive(Debug, clap::Args)]
struct MigrateArgs {
    /// URL of the store to read, such as sqlite:///var/lib/palisade/palisade.db.
    #[arg(value_name = "FROM")]
    from: StoreUrl,
    /// URL of the store to fill, such as postgres://palisade@db.example/palisade.
    #[arg(value_name = "TO")]
    to: StoreUrl,
    /// Replace everything that the store to fill holds.
    #[arg(long)]
    force: bool,
}

/// Seals every secret of the store by another master key: a new one in `master.key`, else the first that
/// `PALISADE_MASTER_KEY` or `PALISADE_MASTER_KEY_FILE` gives. Servers may run meanwhile. An interrupted rotation is
/// finished by the next.
#[derive(Debug, clap::Args)]
struct RotateKeyArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

/// Walks the audit log of every project and says which entry was removed or changed. Ends with 4 when one was.
#[derive(Debug, clap::Args)]
struct VerifyLogArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

/// Runs the command.
pub fn run(args: Args) -> ExitCode {
    super::on_runtime(async {
        let done = match args.action {
            Action::Backup(args) => backup(&args).await,
            Action::Restore(args) => restore(&args).await,
            Action::Migrate(args) => migrate(&args).await,
            Action::RotateKey(args) => rotate_key(&args).await,
            Action::VerifyLog(args) => match verify_log(&args).await {
                Ok(true) => Ok(()),
                Ok(false) => return ExitCode::from(super::EXIT_GATE),
                Err(error) => Err(error),
            },
        };
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => super::failed(terminal(&error)),
        }
    })
}

fn place(args: &PlaceArgs) -> Result<StoreUrl, String> {
    if let Some(url) = &args.store {
        return Ok(url.clone());
    }
    let dir = super::data_directory(args.data.as_deref())?;
    let dir = std::path::absolute(&dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    Ok(StoreUrl::from(format!("sqlite://{}", dir.join("palisade.db").display())))
}

fn existing(force: bool) -> Existing {
    if force { Existing::Replace } else { Existing::Keep }
}

fn told(copied: &Copied, where_to: &str) -> Result<(), String> {
    let mut text = String::new();
    for (table, rows) in copied.tables.iter().filter(|(_, rows)| *rows > 0) {
        text += &format!("{rows:>12}  {table}\n");
    }
    print(&format!("{text}{:>12}  rows in {}\n", copied.rows(), terminal(where_to)))
}

async fn backup(args: &BackupArgs) -> Result<(), String> {
    let url = place(&args.place)?;
    let copied = copy::backup(url.as_str(), &args.file).await;
    let copied = copied.map_err(|error| format!("{url} is not backed up: {error}"))?;
    told(&copied, &args.file.display().to_string())
}

async fn restore(args: &RestoreArgs) -> Result<(), String> {
    let url = place(&args.place)?;
    if let Some(dir) = &args.place.data {
        make_private(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    }
    let copied = copy::restore(&args.file, url.as_str(), existing(args.force)).await;
    let copied = copied.map_err(|error| format!("{url} is not restored: {error}"))?;
    filled(url.as_str(), "store restore").await?;
    told(&copied, &url.to_string())
}

async fn migrate(args: &MigrateArgs) -> Result<(), String> {
    if args.from == args.to {
        return Err("FROM and TO are the same store".to_owned());
    }
    let copied = copy::migrate(args.from.as_str(), args.to.as_str(), existing(args.force)).await;
    let copied = copied.map_err(|error| format!("{} is not migrated to {}: {error}", args.from, args.to))?;
    filled(args.to.as_str(), "store migrate").await?;
    told(&copied, &args.to.to_string())
}

/// Leaves an entry in the audit log of a store that was filled.
async fn filled(url: &str, command: &str) -> Result<(), String> {
    let store = Store::open(url).await.map_err(|error| error.to_string())?;
    let entry = logged(&store, command, ("store", ""), None).await;
    store.close().await;
    entry
}

async fn rotate_key(args: &RotateKeyArgs) -> Result<(), String> {
    let data = super::data_directory(args.place.data.as_deref())?;
    if args.place.store.is_none() && !data.join("palisade.db").exists() {
        return Err(format!("there is no store in {}: name its directory with --data", data.display()));
    }
    let url = place(&args.place)?;
    let store = Store::open(url.as_str()).await.map_err(|error| error.to_string())?;
    let vault = Vault::open(Source::of(&data)).map_err(|error| error.to_string())?;
    let rotated = async {
        let done = vault.rotate(&store).await.map_err(|error| error.to_string())?;
        logged(&store, "store rotate-key", ("store", ""), None).await?;
        Ok(done)
    };
    let done: Result<_, String> = rotated.await;
    store.close().await;
    let done = done?;
    print(&match done.changed {
        true => format!(
            "{} secrets are sealed by the master key {}; older keys are not needed any more\n",
            done.secrets, done.key
        ),
        false => format!(
            "nothing to do: everything is sealed by the master key {}; put a new key before it to rotate\n",
            done.key
        ),
    })
}

/// True when nothing is missing.
async fn verify_log(args: &VerifyLogArgs) -> Result<bool, String> {
    let data = super::data_directory(args.place.data.as_deref())?;
    if args.place.store.is_none() && !data.join("palisade.db").exists() {
        return Err(format!("there is no store in {}: name its directory with --data", data.display()));
    }
    let url = place(&args.place)?;
    let store = Store::open(url.as_str()).await.map_err(|error| error.to_string())?;
    let verified = async {
        let (mut text, mut whole) = (String::new(), true);
        for project in store.project_ids().await? {
            for chain in store.in_project(&project).verify_audit_log().await? {
                let AuditChain { kind, first, last, head, problem } = chain;
                let found = match problem {
                    Some(problem) => {
                        whole = false;
                        problem
                    }
                    None => format!("whole, head {head}"),
                };
                text += &format!("project {project}, {kind} {first} to {last}: {found}\n");
            }
        }
        if text.is_empty() {
            "the audit log is empty\n".clone_into(&mut text);
        }
        Ok::<_, palisade_store::Error>((text, whole))
    };
    let verified = verified.await.map_err(|error| error.to_string());
    store.close().await;
    let (text, whole) = verified?;
    print(&text)?;
    Ok(whole)
}

fn make_private(dir: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}
