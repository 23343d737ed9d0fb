//! The vault over a real store.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use palisade_store::{Bounds, Store};
use palisade_vault::{Error, SECRET_BYTES, Secret, Source, Vault};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

struct Place {
    dir: tempfile::TempDir,
    store: Store,
}

impl Place {
    async fn new() -> Place {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open_file(&dir.path().join("palisade.db"), Bounds::default()).await.unwrap();
        Place { dir, store }
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("master.key")
    }

    fn vault(&self) -> Vault {
        Vault::open(Source::Own(self.file())).unwrap()
    }

    async fn set(&self, vault: &Vault, id: &str, text: &str) {
        vault.set(&self.store, "job-auth", id, &Secret::new(text.to_owned()), 1).await.unwrap();
    }

    async fn get(&self, vault: &Vault, id: &str) -> String {
        vault.get(&self.store, "job-auth", id).await.unwrap().unwrap().reveal().to_owned()
    }
}

fn write(path: &Path, text: &str, mode: u32) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

const ONE: &str = "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE=";
const TWO: &str = "MjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjI=";

fn given(text: &str) -> Vault {
    Vault::open(Source::Text(Secret::new(text.to_owned()))).unwrap()
}

#[tokio::test]
async fn a_secret_is_kept_given_replaced_and_removed() {
    let place = Place::new().await;
    let vault = place.vault();
    vault.check(&place.store).await.unwrap();
    assert!(vault.get(&place.store, "job-auth", "1").await.unwrap().is_none());
    assert!(!place.file().exists(), "no key before there is a secret");
    place.set(&vault, "1", "hush").await;
    place.set(&vault, "1", "hush hush").await;
    assert_eq!(place.get(&vault, "1").await, "hush hush");
    assert_eq!(std::fs::metadata(place.file()).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(place.get(&place.vault(), "1").await, "hush hush", "another start finds it");
    assert!(vault.remove(&place.store, "job-auth", "1").await.unwrap());
    assert!(!vault.remove(&place.store, "job-auth", "1").await.unwrap());
    assert!(vault.get(&place.store, "job-auth", "1").await.unwrap().is_none());
}

#[tokio::test]
async fn a_ciphertext_that_is_moved_opens_nowhere() {
    let place = Place::new().await;
    let vault = place.vault();
    place.set(&vault, "1", "hush").await;
    let row = place.store.secret("job-auth", "1").await.unwrap().unwrap();
    assert!(place.store.set_secret("job-auth", "2", &row.master_key, &row.sealed, 1).await.unwrap());
    let error = vault.get(&place.store, "job-auth", "2").await.unwrap_err();
    assert!(matches!(&error, Error::Forged { .. }), "{error}");
    assert!(error.to_string().contains("job-auth/2"), "{error}");
}

#[tokio::test]
async fn neither_store_nor_words_show_a_secret() {
    let place = Place::new().await;
    let vault = place.vault();
    let canary = "cAnArYv4u1t9Kx2";
    place.set(&vault, "1", canary).await;
    place.store.close().await;
    for entry in std::fs::read_dir(place.dir.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(canary));
    }
    let key = std::fs::read_to_string(place.file()).unwrap();
    let key = key.lines().find(|line| !line.starts_with('#')).unwrap();
    let said = format!("{:?} {vault:?}", Secret::new(canary.to_owned()));
    assert!(!said.contains(canary) && !said.contains(key), "{said}");
}

#[tokio::test]
async fn rotation_seals_everything_anew_and_forgets_the_old_key() {
    let place = Place::new().await;
    let (running, rotating) = (place.vault(), place.vault());
    for id in 0..250 {
        place.set(&running, &id.to_string(), &format!("secret {id}")).await;
    }
    let old = std::fs::read_to_string(place.file()).unwrap();
    let done = rotating.rotate(&place.store).await.unwrap();
    assert_eq!((done.secrets, done.changed), (250, true));
    assert_eq!(place.store.master_keys_in_use().await.unwrap(), std::slice::from_ref(&done.key));
    let new = std::fs::read_to_string(place.file()).unwrap();
    let key = old.lines().last().unwrap();
    assert!(!new.contains(key), "the old key is gone");
    assert_eq!(std::fs::metadata(place.file()).unwrap().permissions().mode() & 0o777, 0o600);
    // A server that ran on all the while reads and writes with the new key.
    assert_eq!(place.get(&running, "249").await, "secret 249");
    place.set(&running, "new", "after").await;
    assert_eq!(place.store.secret("job-auth", "new").await.unwrap().unwrap().master_key, done.key);
}

#[tokio::test]
async fn an_interrupted_rotation_is_finished_by_the_next() {
    let place = Place::new().await;
    let vault = place.vault();
    for id in 0..3 {
        place.set(&vault, &id.to_string(), "hush").await;
    }
    // As far as a killed one may have come: the new key stands in the file and seals, one secret was sealed anew.
    let old = std::fs::read_to_string(place.file()).unwrap();
    write(&place.file(), &format!("{ONE}\n{old}"), 0o600);
    let first = given(ONE);
    let other = Place::new().await;
    other.set(&first, "x", "x").await;
    let new = other.store.master_key().await.unwrap().unwrap();
    let current = place.store.master_key().await.unwrap().unwrap();
    assert!(place.store.change_master_key(&current, &new).await.unwrap());
    place.set(&place.vault(), "0", "hush").await;
    assert_eq!(place.store.master_keys_in_use().await.unwrap().len(), 2);
    assert_eq!(place.get(&vault, "2").await, "hush", "what the old key sealed is read meanwhile");

    let done = place.vault().rotate(&place.store).await.unwrap();
    assert_eq!((done.key, done.secrets), (new.clone(), 2), "no further key is made");
    assert_eq!(place.store.master_keys_in_use().await.unwrap(), [new]);
    assert_eq!(place.get(&place.vault(), "2").await, "hush");
}

#[tokio::test]
async fn what_is_sealed_by_the_old_key_after_the_change_is_refused() {
    let place = Place::new().await;
    let vault = place.vault();
    place.set(&vault, "1", "hush").await;
    let row = place.store.secret("job-auth", "1").await.unwrap().unwrap();
    vault.rotate(&place.store).await.unwrap();
    assert!(!place.store.set_secret("job-auth", "1", &row.master_key, &row.sealed, 2).await.unwrap());
    assert!(!place.store.reseal_secret(&row, "x", b"x").await.unwrap(), "the row was changed since");
    assert_eq!(place.get(&vault, "1").await, "hush");
}

#[tokio::test]
async fn keys_of_the_operator_are_taken_in_order() {
    let place = Place::new().await;
    let one = given(ONE);
    place.set(&one, "1", "hush").await;
    // The new key is given first; the old one seals on until the rotation.
    let both = given(&format!("{TWO},{ONE}"));
    place.set(&both, "2", "hush").await;
    assert_eq!(place.store.master_keys_in_use().await.unwrap().len(), 1);
    assert_eq!(both.rotate(&place.store).await.unwrap().secrets, 2);
    let two = given(TWO);
    two.check(&place.store).await.unwrap();
    assert_eq!(place.get(&two, "1").await, "hush");
    let again = both.rotate(&place.store).await.unwrap();
    assert!(!again.changed, "{again:?}");
    let missing = one.check(&place.store).await.unwrap_err().to_string();
    assert!(missing.contains("PALISADE_MASTER_KEY does not hold"), "{missing}");
}

#[tokio::test]
async fn a_lost_key_is_said_and_never_replaced() {
    let place = Place::new().await;
    place.set(&place.vault(), "1", "hush").await;
    std::fs::remove_file(place.file()).unwrap();
    let vault = place.vault();
    let secret = Secret::new("more".to_owned());
    for error in [
        vault.check(&place.store).await.unwrap_err(),
        vault.get(&place.store, "job-auth", "1").await.unwrap_err(),
        vault.set(&place.store, "job-auth", "2", &secret, 1).await.unwrap_err(),
        vault.rotate(&place.store).await.unwrap_err(),
    ] {
        assert!(matches!(&error, Error::Missing { .. }), "{error}");
    }
    assert!(!place.file().exists(), "no other key is made in its place");
    // Nothing is sealed by a key that the store does not name.
    assert_eq!(place.store.master_keys_in_use().await.unwrap().len(), 1);
}

#[tokio::test]
async fn files_that_others_read_or_that_hold_no_keys_are_refused() {
    let place = Place::new().await;
    let path = place.dir.path().join("given");
    let open = |source| Vault::open(source).unwrap_err().to_string();
    write(&path, ONE, 0o640);
    assert!(open(Source::Own(path.clone())).contains("chmod 600"));
    Vault::open(Source::File(path.clone())).unwrap();
    write(&path, ONE, 0o644);
    assert!(open(Source::File(path.clone())).contains("chmod 640"));
    for bad in ["short", &ONE[1..], "not base64!", "MTEx"] {
        write(&path, bad, 0o600);
        let error = open(Source::File(path.clone()));
        assert!(error.contains("openssl rand") && !error.contains(bad), "{error}");
    }
    write(&path, "# nothing\n\n", 0o600);
    assert!(open(Source::File(path)).contains("holds no master key"));
    let absent = open(Source::File(place.dir.path().join("absent")));
    assert!(absent.contains("reading"), "{absent}");
}

#[tokio::test]
async fn a_secret_has_an_upper_length() {
    let place = Place::new().await;
    let vault = place.vault();
    place.set(&vault, "1", &"x".repeat(SECRET_BYTES)).await;
    let long = Secret::new("x".repeat(SECRET_BYTES + 1));
    assert!(matches!(vault.set(&place.store, "k", "2", &long, 1).await, Err(Error::Long)));
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_begin_together_agree_on_one_key() {
    let place = Place::new().await;
    let vaults: Vec<Vault> = (0..8).map(|_| place.vault()).collect();
    let mut set = tokio::task::JoinSet::new();
    for (n, vault) in vaults.into_iter().enumerate() {
        let store = place.store.clone();
        set.spawn(async move { vault.set(&store, "k", &n.to_string(), &Secret::new("s".into()), 1).await });
    }
    while let Some(done) = set.join_next().await {
        done.unwrap().unwrap();
    }
    assert_eq!(place.store.master_keys_in_use().await.unwrap().len(), 1);
    let left = std::fs::read_dir(place.dir.path()).unwrap();
    let names: Vec<String> = left.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!names.iter().any(|name| name.ends_with(".new")), "{names:?}");
}
