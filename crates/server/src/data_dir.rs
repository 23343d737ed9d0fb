//! The data directory: the database and the files that open it.

use crate::app::Error;
use crate::{clock, secret};
use palisade_store::{Kind, NewCredential, Store};
use std::path::Path;

/// Opens the store in a data directory. What is missing is made, for its owner only.
///
/// # Errors
/// When the directory cannot be made or the store cannot be opened.
pub async fn open_store(dir: &Path) -> Result<Store, Error> {
    make_private_dir(dir)?;
    Ok(Store::open_file(&dir.join("palisade.db"), palisade_store::Bounds::default()).await?)
}

/// Makes a directory for its owner only.
pub(crate) fn make_private_dir(dir: &Path) -> Result<(), Error> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|source| Error::File { doing: "making", path: dir.to_owned(), source })
}

/// Reads a small secret file, or makes it with mode 0600.
fn secret_file(path: &Path, make: impl FnOnce() -> Result<String, getrandom::Error>) -> Result<String, Error> {
    use std::io::Write;
    let failed = |doing| move |source| Error::File { doing, path: path.to_owned(), source };
    match std::fs::read_to_string(path) {
        Ok(text) if !text.trim().is_empty() => return Ok(text.trim().to_owned()),
        Ok(_) => std::fs::remove_file(path).map_err(failed("replacing"))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed("reading")(error)),
    }
    let text = make()?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed("making"))?;
    writeln!(file, "{text}").and_then(|()| file.sync_all()).map_err(failed("writing"))?;
    Ok(text)
}

/// The key of keyed hashes: it tells callers and values apart without keeping them. Kept apart from the database.
pub(crate) fn hash_key(path: &Path) -> Result<[u8; 32], Error> {
    use sha2::{Digest, Sha256};
    let text = secret_file(path, || secret::new(""))?;
    Ok(Sha256::digest(text.as_bytes()).into())
}

/// The credential behind `admin.token`: made at the first start, and anew when the file was replaced.
pub(crate) async fn admin_credential(store: &Store, path: &Path) -> Result<String, Error> {
    let token = secret_file(path, || secret::new("pal_"))?;
    let hash = secret::hash(&token);
    let now = clock::now();
    let old = store.setting("admin_credential").await?;
    if let Some(row) = store.credential(Kind::Token, &hash, now).await?
        && old.as_deref() == Some(&row.id)
    {
        return Ok(row.id);
    }
    if let Some(old) = old {
        // The file was replaced: what it held before opens nothing any more.
        store.remove_credential(Kind::Token, &old).await?;
    }
    let id = clock::new_id();
    let new = NewCredential {
        id: &id,
        kind: Kind::Token,
        hash: &hash,
        name: "admin.token",
        role: "admin",
        created_at: now,
        expires_at: None,
    };
    store.add_credential(&new).await?;
    store.set_setting("admin_credential", &id).await?;
    Ok(id)
}
