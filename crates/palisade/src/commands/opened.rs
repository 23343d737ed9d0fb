//! The store of a data directory, for commands that work on it without a server.

use palisade_server::Error;
use palisade_store::{Store, StoreUrl};
use std::path::PathBuf;
use std::time::Duration;

/// Where the store lies.
#[derive(Debug, clap::Args)]
pub struct Opened {
    /// Data directory [default: $XDG_DATA_HOME/palisade; in a container ./palisade-data].
    #[arg(long, value_name = "DIR", conflicts_with = "store")]
    data: Option<PathBuf>,
    /// The store, in place of palisade.db in the data directory: sqlite:///absolute/path.db or postgres://user@host/database.
    #[arg(long, value_name = "URL")]
    store: Option<StoreUrl>,
}

impl Opened {
    /// Opens the store, or makes it.
    ///
    /// # Errors
    /// Why not, in plain words.
    pub async fn store(&self) -> Result<Store, String> {
        let mut tries = 0;
        loop {
            let opened = match &self.store {
                Some(url) => Store::open(url.as_str()).await.map_err(Error::from),
                None => palisade_server::open_store(&super::data_directory(self.data.as_deref())?).await,
            };
            match opened {
                Ok(store) => return Ok(store),
                // A server that starts at this very moment may be making the same tables.
                Err(Error::Store(palisade_store::Error::Migration(_))) if tries < 10 => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                Err(error) => return Err(error.to_string()),
            }
        }
    }

    /// As [`Opened::store`], seen from a project that is named by its name or id.
    ///
    /// # Errors
    /// Why not, in plain words.
    pub async fn project(&self, project: &str) -> Result<Store, String> {
        let store = self.store().await?;
        let projects = store.all_projects().await.map_err(|error| error.to_string())?;
        match projects.iter().find(|row| row.project == project || row.project_id == project) {
            Some(row) => Ok(store.in_project(&row.project_id)),
            None => {
                let names: Vec<&str> = projects.iter().map(|row| row.project.as_str()).collect();
                Err(format!("there is no project {project}; there are {}", names.join(", ")))
            }
        }
    }
}
