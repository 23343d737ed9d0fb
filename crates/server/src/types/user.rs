//! Users, what they may do in which project, and their sessions.

use super::Role;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A role in a project.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Membership {
    /// Name of the project.
    pub project: String,
    /// Its id.
    pub project_id: String,
    /// Role there.
    pub role: Role,
}

/// A role in a project, to give.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMembership {
    /// Name or id of the project.
    pub project: String,
    /// Role there: admin, analyst, developer or viewer.
    pub role: Role,
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub struct User {
    /// UUIDv7.
    pub id: String,
    /// The name to sign in with.
    pub name: String,
    /// Name shown to people.
    pub display_name: String,
    /// Who vouches for the user, where it is an identity provider; null where a password does.
    pub issuer: Option<String>,
    /// True when nothing of theirs opens anything.
    pub disabled: bool,
    /// True until they chose a password of their own.
    pub must_change_password: bool,
    /// What they may do where. An admin of the default project administers the installation, and is one everywhere.
    pub memberships: Vec<Membership>,
    /// When the user was made.
    pub created_at: String,
    /// When they last signed in.
    pub last_signed_in_at: Option<String>,
}

/// A user to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// The name to sign in with: 1 to 64 letters, digits and . _ - + @, in lower case.
    pub name: String,
    /// Name shown to people, 1 to 100 characters; without one the name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// What they may do where.
    #[serde(default)]
    pub memberships: Vec<NewMembership>,
}

/// A user with a password that works once: it is shown here and never again, and must be changed at the first sign-in.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeUser {
    /// The user.
    #[serde(flatten)]
    pub made: User,
    /// The password.
    pub password: String,
}

/// What of a user is to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserPatch {
    /// Name shown to people, 1 to 100 characters.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Whether nothing of theirs opens anything.
    #[serde(default)]
    pub disabled: Option<bool>,
    /// What they may do where, in place of all there was.
    #[serde(default)]
    pub memberships: Option<Vec<NewMembership>>,
}

/// Another password of one's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password until now.
    #[schema(format = Password)]
    pub old_password: String,
    /// The password from now on, 12 to 128 characters.
    #[schema(format = Password)]
    pub new_password: String,
}

/// The project a session is to work in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionPatch {
    /// Its name or id.
    pub project: String,
}

/// A session of the caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSession {
    /// UUIDv7.
    pub id: String,
    /// True for the one that asks.
    pub current: bool,
    /// Where it was opened from.
    pub address: String,
    /// The browser, as it names itself.
    pub agent: String,
    /// When it was opened.
    pub created_at: String,
    /// When it was last used, to the minute.
    pub last_used_at: String,
    /// When it ends at the latest.
    pub expires_at: String,
}

/// A list of sessions.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSessions {
    /// The sessions.
    pub items: Vec<OwnSession>,
}
