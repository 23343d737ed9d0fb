//! How a secret is sealed: AES-256-GCM by a data key of its own, which the master key seals in the same way.
//!
//! ```text
//! 1 byte    version: 1
//! 16 bytes  id of the master key
//! 12 bytes  nonce, 48 bytes data key sealed by the master key
//! 12 bytes  nonce, the rest: the secret sealed by the data key
//! ```
//!
//! Both are bound to project, kind and id as associated data.

use crate::Error;
use crate::ring::{KEY_BYTES, MasterKey};
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const ID: usize = 16;
const TAG: usize = 16;
const WRAPPED: usize = NONCE_LEN + KEY_BYTES + TAG;

/// Where a secret belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) project: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) id: &'a str,
}

impl Place<'_> {
    /// Unambiguous: each text after its length.
    fn bytes(self, part: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        for text in ["palisade vault", part, self.project, self.kind, self.id] {
            bytes.extend((text.len() as u64).to_be_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes
    }
}

fn shut(key: &[u8], about: &[u8], plain: &[u8]) -> Result<Vec<u8>, Error> {
    let key = RandomizedNonceKey::new(&AES_256_GCM, key).map_err(|_| Error::Random)?;
    let mut text = Zeroizing::new(plain.to_vec());
    // Room for the tag: growing would leave a copy behind.
    text.reserve_exact(TAG);
    let nonce = key.seal_in_place_append_tag(Aad::from(about), &mut *text).map_err(|_| Error::Random)?;
    let mut out = nonce.as_ref().to_vec();
    out.extend_from_slice(&text);
    Ok(out)
}

fn unshut(key: &[u8], about: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
    let key = RandomizedNonceKey::new(&AES_256_GCM, key).ok()?;
    let mut text = Zeroizing::new(text.to_vec());
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let length = key.open_in_place(nonce, Aad::from(about), &mut text).ok()?.len();
    text.truncate(length);
    Some(text)
}

/// Seals a secret for its place.
pub(crate) fn seal(master: &MasterKey, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, Error> {
    let mut key = Zeroizing::new([0u8; KEY_BYTES]);
    aws_lc_rs::rand::fill(&mut *key).map_err(|_| Error::Random)?;
    let mut sealed = wrap(master, place, &*key)?;
    sealed.extend(shut(&*key, &place.bytes("secret"), plain)?);
    Ok(sealed)
}

/// Everything before the sealed secret.
fn wrap(master: &MasterKey, place: Place<'_>, key: &[u8]) -> Result<Vec<u8>, Error> {
    let mut head = vec![VERSION];
    head.extend(master.id_bytes());
    head.extend(shut(master.bytes(), &place.bytes("key"), key)?);
    Ok(head)
}

/// Head, wrapped data key, sealed secret.
fn parts(sealed: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (head, rest) = sealed.split_at_checked(1 + ID)?;
    let (wrapped, secret) = rest.split_at_checked(WRAPPED)?;
    (head.first() == Some(&VERSION)).then_some((head, wrapped, secret))
}

/// Id of the master key that sealed it.
pub(crate) fn key_id(sealed: &[u8]) -> Option<String> {
    Some(crate::ring::hex(parts(sealed)?.0.get(1..)?))
}

/// Opens what was sealed for this place; `None` when it was not, or was changed.
pub(crate) fn open(master: &MasterKey, place: Place<'_>, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (_, wrapped, secret) = parts(sealed)?;
    let key = unshut(master.bytes(), &place.bytes("key"), wrapped)?;
    unshut(&key, &place.bytes("secret"), secret)
}

/// The same secret with its data key sealed by another master key; `None` when it does not open.
pub(crate) fn rewrap(
    from: &MasterKey,
    to: &MasterKey,
    place: Place<'_>,
    sealed: &[u8],
) -> Result<Option<Vec<u8>>, Error> {
    let Some((_, wrapped, secret)) = parts(sealed) else { return Ok(None) };
    let Some(key) = unshut(from.bytes(), &place.bytes("key"), wrapped) else { return Ok(None) };
    // What would not open afterwards is not carried on either.
    if unshut(&key, &place.bytes("secret"), secret).is_none() {
        return Ok(None);
    }
    let mut anew = wrap(to, place, &key)?;
    anew.extend_from_slice(secret);
    Ok(Some(anew))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'static> = Place { project: "p", kind: "job", id: "1" };

    #[test]
    fn a_ciphertext_opens_at_its_place_alone() {
        let (one, two) = (MasterKey::random().unwrap(), MasterKey::random().unwrap());
        let sealed = seal(&one, PLACE, b"hush").unwrap();
        assert_eq!(open(&one, PLACE, &sealed).unwrap().as_slice(), b"hush");
        assert_eq!(key_id(&sealed).unwrap(), one.id());
        assert!(open(&two, PLACE, &sealed).is_none());
        for place in [
            Place { project: "q", ..PLACE },
            Place { kind: "oidc", ..PLACE },
            Place { id: "2", ..PLACE },
            Place { kind: "jo", id: "b1", ..PLACE },
        ] {
            assert!(open(&one, place, &sealed).is_none(), "{place:?}");
        }
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_noticed() {
        let key = MasterKey::random().unwrap();
        let sealed = seal(&key, PLACE, b"hush").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            let opens = open(&key, PLACE, &changed).is_some();
            // The id of the key only says which key to try.
            assert_eq!(opens, (1..17).contains(&at), "byte {at}");
            assert!(open(&key, PLACE, &sealed[..at]).is_none(), "cut at {at}");
        }
    }

    #[test]
    fn equal_secrets_look_different() {
        let key = MasterKey::random().unwrap();
        assert_ne!(seal(&key, PLACE, b"hush").unwrap(), seal(&key, PLACE, b"hush").unwrap());
    }

    #[test]
    fn rewrapping_changes_the_master_key_and_nothing_else() {
        let (one, two) = (MasterKey::random().unwrap(), MasterKey::random().unwrap());
        let sealed = seal(&one, PLACE, b"hush").unwrap();
        let anew = rewrap(&one, &two, PLACE, &sealed).unwrap().unwrap();
        assert_eq!(open(&two, PLACE, &anew).unwrap().as_slice(), b"hush");
        assert!(open(&one, PLACE, &anew).is_none());
        assert!(rewrap(&two, &one, PLACE, &sealed).unwrap().is_none());
    }
}
