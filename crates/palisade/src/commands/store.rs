//! `palisade store`: what is done to a store as a whole.

use clap::Subcommand;
use palisade_store::{Bounds, Store};
use palisade_vault::{Source, Vault};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Take care of the store.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    RotateKey(RotateKey),
}

/// Seal every secret of the store by another master key: a new one in `master.key`, else the first that
/// `PALISADE_MASTER_KEY` or `PALISADE_MASTER_KEY_FILE` gives. Servers may run meanwhile. An interrupted rotation is
/// finished by the next.
#[derive(Debug, clap::Args)]
struct RotateKey {
    /// Data directory [default: $XDG_DATA_HOME/palisade; in a container ./palisade-data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where the store lies, sqlite:///absolute/path.db or postgres://user@host/database [default: palisade.db in the
    /// data directory].
    #[arg(long, value_name = "URL")]
    store: Option<String>,
}

/// Runs the command.
pub fn run(args: Args) -> ExitCode {
    super::on_runtime(async {
        let done = match args.command {
            Command::RotateKey(args) => rotate_key(args).await,
        };
        match done {
            Ok(said) => {
                // Nobody is left to tell when stdout is closed.
                let _ = writeln!(anstream::stdout(), "{said}");
                ExitCode::SUCCESS
            }
            Err(error) => super::failed(error),
        }
    })
}

async fn rotate_key(args: RotateKey) -> Result<String, String> {
    let data = super::data_directory(args.data.as_deref())?;
    let store = match &args.store {
        Some(url) => Store::open(url).await,
        None => {
            let path = data.join("palisade.db");
            if !path.exists() {
                return Err(format!("there is no store in {}: name its directory with --data", data.display()));
            }
            Store::open_file(&path, Bounds::default()).await
        }
    };
    let store = store.map_err(|error| error.to_string())?;
    let vault = Vault::open(Source::of(&data)).map_err(|error| error.to_string())?;
    let done = vault.rotate(&store).await.map_err(|error| error.to_string());
    store.close().await;
    let done = done?;
    Ok(match done.changed {
        true => format!(
            "{} secrets are sealed by the master key {}; older keys are not needed any more",
            done.secrets, done.key
        ),
        false => format!(
            "nothing to do: everything is sealed by the master key {}; put a new key before it to rotate",
            done.key
        ),
    })
}
