//! Users: the first one, those of identity providers, and whom a name and a password belong to.

use crate::app::{App, Error};
use crate::types::Role;
use crate::{clock, password, secret};
use palisade_store::{Changed, DEFAULT_PROJECT, Store, UserChange, UserRow};

/// Longest name to sign in with, in bytes.
const MAX_NAME: usize = 64;
/// Name of the user that the first start makes.
pub const FIRST: &str = "admin";

/// A name to sign in with, as it is kept; `None` when it is none.
pub fn name(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+@".contains(&byte);
    let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    (begins && text.len() <= MAX_NAME && text.bytes().all(plain)).then_some(text)
}

/// A user row with a password that must be changed.
pub fn row(name: &str, display_name: &str, hash: Option<String>) -> UserRow {
    UserRow {
        id: clock::new_id(),
        name: name.to_owned(),
        display_name: display_name.to_owned(),
        must_change: hash.is_some(),
        password: hash,
        issuer: None,
        subject: None,
        disabled: false,
        created_at: clock::now(),
        password_changed_at: None,
        last_signed_in_at: None,
    }
}

/// Makes the first user of a store that has none, an admin of the installation, and gives the password that works once.
/// Of several processes that start together one makes it.
///
/// # Errors
/// When the store refuses or there is no hash.
pub async fn first(store: &Store, passwords: &password::Passwords) -> Result<Option<String>, Error> {
    if store.has_users().await? {
        return Ok(None);
    }
    let text = password::one_time()?;
    let hash = passwords.hash(text.clone()).await?;
    let user = row(FIRST, "Administrator", Some(hash));
    let role = (DEFAULT_PROJECT.to_owned(), Role::Admin.as_str().to_owned());
    Ok(store.add_user(&user, &[role]).await?.then_some(text))
}

/// Gives a user a password that works once, ends their sessions and forgets failed sign-ins; `None` without such a user,
/// and for one whom an identity provider vouches for.
///
/// # Errors
/// When the store refuses or there is no hash.
pub async fn reset_password(store: &Store, user: &str) -> Result<Option<String>, Error> {
    let Some(user) = name(user) else { return Ok(None) };
    let Some(row) = store.user_named(&user).await?.filter(|row| row.issuer.is_none()) else { return Ok(None) };
    let text = password::one_time()?;
    let to_hash = text.clone();
    let hash = tokio::task::spawn_blocking(move || password::hash(&to_hash))
        .await
        .map_err(|error| Error::System(error.to_string()))??;
    store.set_password(&row.id, &hash, true, clock::now()).await?;
    store.signed_in(&secret::hash(&user)).await?;
    Ok(Some(text))
}

/// Someone whom an identity provider vouches for.
#[derive(Debug, Clone)]
pub struct ExternalUser<'a> {
    /// The provider: its issuer identifier.
    pub issuer: &'a str,
    /// The user's id there; never reused there.
    pub subject: &'a str,
    /// The name to sign in with, if it is free.
    pub name: &'a str,
    /// Name shown to people.
    pub display_name: &'a str,
    /// Ids of projects and roles, as the provider's claims were mapped.
    pub memberships: &'a [(String, Role)],
}

/// Why an external user does not get in.
#[derive(Debug, thiserror::Error)]
pub enum ExternalError {
    /// No role is mapped.
    #[error("no role is mapped to this account")]
    NoRole,
    /// Someone disabled the user.
    #[error("this user is disabled")]
    Disabled,
    /// The control plane's own trouble.
    #[error(transparent)]
    Error(#[from] Error),
}

impl From<palisade_store::Error> for ExternalError {
    fn from(error: palisade_store::Error) -> Self {
        Self::Error(error.into())
    }
}

impl App {
    /// Finds the user of an external identity, or makes one, with the roles that are mapped now. A user of the same name
    /// who signs in by password is another one and stays untouched.
    ///
    /// # Errors
    /// [`ExternalError`]; a user who has no role any more loses what they had.
    pub async fn external_user(&self, who: &ExternalUser<'_>) -> Result<UserRow, ExternalError> {
        let roles: Vec<(String, String)> =
            who.memberships.iter().map(|(project, role)| (project.clone(), role.as_str().to_owned())).collect();
        if let Some(user) = self.store.user_of_identity(who.issuer, who.subject).await? {
            let mut had = self.store.memberships(&[&user.id]).await?.remove(&user.id).unwrap_or_default();
            let mut wanted = roles.clone();
            wanted.sort();
            had.sort_by(|one, two| one.project_id.cmp(&two.project_id));
            if !had.iter().map(|row| (&row.project_id, &row.role)).eq(wanted.iter().map(|row| (&row.0, &row.1))) {
                let change = UserChange { memberships: Some(&roles), ..UserChange::default() };
                if self.store.change_user(&user.id, &change).await? == Changed::LastAdmin {
                    tracing::warn!(user = %user.name, "the last admin keeps the role that is not mapped any more");
                    return Ok(user);
                }
            }
            return match (user.disabled, roles.is_empty()) {
                (true, _) => Err(ExternalError::Disabled),
                (_, true) => Err(ExternalError::NoRole),
                _ => Ok(user),
            };
        }
        if roles.is_empty() {
            return Err(ExternalError::NoRole);
        }
        let wished: String = who.name.chars().filter(|letter| name(&format!("a{letter}")).is_some()).take(48).collect();
        let wished = name(wished.trim_start_matches(|letter: char| !letter.is_ascii_alphanumeric()));
        let wished = wished.unwrap_or_else(|| "user".to_owned());
        for number in 1..100 {
            let free = if number == 1 { wished.clone() } else { format!("{wished}-{number}") };
            let user = UserRow {
                issuer: Some(who.issuer.to_owned()),
                subject: Some(who.subject.to_owned()),
                ..row(&free, &display(who.display_name, &free), None)
            };
            if self.store.add_user(&user, &roles).await? {
                return Ok(user);
            }
            // Another sign-in of the same person may have been quicker.
            if let Some(user) = self.store.user_of_identity(who.issuer, who.subject).await? {
                return Ok(user);
            }
        }
        Err(Error::System(format!("a hundred users are called {wished}")).into())
    }
}

/// A name shown to people: one line of at most 100 characters; else another.
pub fn display(text: &str, otherwise: &str) -> String {
    let clean: String = text.trim().chars().filter(|letter| !letter.is_control()).take(100).collect();
    if clean.is_empty() { otherwise.to_owned() } else { clean }
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_plain_and_in_lower_case() {
        assert_eq!(super::name(" Ada.Lovelace@example.org "), Some("ada.lovelace@example.org".to_owned()));
        for bad in ["", "  ", "-x", ".x", "a b", "a/b", "a\nb", "ä", &"x".repeat(65)] {
            assert_eq!(super::name(bad), None, "{bad}");
        }
    }
}
