//! Who may do what: sessions, roles, tokens.

use super::Membership;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The signed-in caller and the installation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// Name of the principal: the user, the token, the key pair, or `login link`.
    pub name: String,
    /// The user; null where a token, a nobody's key pair or a login link is shown.
    pub user: Option<NamedUser>,
    /// The caller's role in the project.
    pub role: Role,
    /// The project the caller works in.
    pub project: SessionProject,
    /// The projects the caller may work in.
    pub projects: Vec<Membership>,
    /// What a key pair is narrowed to; empty when by its role alone.
    pub scopes: Vec<String>,
    /// When the credential ends; null when it does not.
    pub expires_at: Option<String>,
    /// Version of Palisade.
    pub version: String,
    /// True when the demo API runs behind the gateway.
    pub demo: bool,
    /// Where clients reach the APIs.
    pub gateway_url: String,
    /// Where this control plane is reached.
    pub control_url: String,
    /// The data directory.
    pub data_dir: String,
}

/// What a caller may do in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything.
    Admin,
    /// What a developer may, and judge: acknowledge findings, allow exceptions, set protection and gates.
    Analyst,
    /// Read; upload contracts, run jobs and assessments.
    Developer,
    /// Read.
    Viewer,
    /// Start, list, read and cancel jobs; read gates and controllers.
    Ci,
    /// Run jobs beside private APIs.
    Controller,
    /// Fetch the snapshot, send exchanges.
    Gateway,
}

impl Role {
    /// Every role, the mightiest first.
    pub const ALL: [Role; 7] =
        [Role::Admin, Role::Analyst, Role::Developer, Role::Viewer, Role::Ci, Role::Controller, Role::Gateway];
    /// The roles of people.
    pub const OF_PEOPLE: [Role; 4] = [Role::Admin, Role::Analyst, Role::Developer, Role::Viewer];

    /// The word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Admin => "admin",
            Role::Analyst => "analyst",
            Role::Developer => "developer",
            Role::Viewer => "viewer",
            Role::Ci => "ci",
            Role::Controller => "controller",
            Role::Gateway => "gateway",
        }
    }

    /// From the word in the store.
    pub fn parse(text: &str) -> Option<Self> {
        Role::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// How far a role of people reaches; machines' do something else.
    fn reach(self) -> Option<u8> {
        match self {
            Role::Admin => Some(3),
            Role::Analyst => Some(2),
            Role::Developer => Some(1),
            Role::Viewer => Some(0),
            Role::Ci | Role::Controller | Role::Gateway => None,
        }
    }

    /// True when a role of people may all that `other`, one of people too, may.
    pub fn includes(self, other: Role) -> bool {
        matches!((self.reach(), other.reach()), (Some(own), Some(other)) if own >= other)
    }

    /// True when who has this role may make a credential with the role `other`: it lets nobody do more.
    pub fn may_give(self, other: Role) -> bool {
        match self {
            Role::Admin => true,
            _ if other == Role::Ci => self.includes(Role::Developer),
            _ => self.includes(other),
        }
    }
}

/// What to sign in with: either a token, or name and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The token's text.
    #[serde(default)]
    pub token: Option<String>,
    /// The user's name.
    #[serde(default)]
    pub name: Option<String>,
    /// The user's password.
    #[serde(default)]
    #[schema(format = Password)]
    pub password: Option<String>,
    /// The project to work in, by name or id; without one the default project, else the first by name. A token has one.
    #[serde(default)]
    pub project: Option<String>,
}

/// The user who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct NamedUser {
    /// UUIDv7.
    pub id: String,
    /// The name to sign in with.
    pub name: String,
    /// Name shown to people.
    pub display_name: String,
    /// The identity provider that vouches for the user; null where a password does.
    pub issuer: Option<String>,
    /// True when a password of the user's own must be chosen before anything else.
    pub must_change_password: bool,
}

/// The project that the caller works in.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionProject {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A token without its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct Token {
    /// UUIDv7.
    pub id: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// When it was made.
    pub created_at: String,
    /// When it ends; null when it does not.
    pub expires_at: Option<String>,
    /// When it was last used.
    pub last_used_at: Option<String>,
}

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// Name, 1 to 100 characters.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Days until it ends, 1 to 3650; null for never.
    #[serde(default)]
    pub expires_in_days: Option<u32>,
}

/// A token just made: its text is shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeToken {
    /// The token.
    #[serde(flatten)]
    pub made: Token,
    /// Its text.
    pub token: String,
}

/// Whether a key pair still opens something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyPairState {
    /// It does.
    Active,
    /// Its time is over.
    Expired,
    /// Someone revoked it.
    Revoked,
}

/// A key pair without its secret key.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyPair {
    /// UUIDv7.
    pub id: String,
    /// Name.
    pub name: String,
    /// The user name of HTTP Basic.
    pub access_key: String,
    /// Role.
    pub role: Role,
    /// What it is narrowed to, such as `jobs:write` or `*:read`; empty when by its role alone.
    pub scopes: Vec<String>,
    /// Whether it still opens something.
    pub state: KeyPairState,
    /// Id of the user whose key it is; null when it is nobody's own.
    pub user_id: Option<String>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: String,
    /// When it ends; null when it does not.
    pub expires_at: Option<String>,
    /// When it was last used.
    pub last_used_at: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<String>,
}

/// A key pair to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKeyPair {
    /// Name, 1 to 100 characters.
    pub name: String,
    /// Role; not above the caller's.
    pub role: Role,
    /// What to narrow it to: `AREA:read` or `AREA:write`, where AREA is the first part of a path below `/api/v1/`, or `*`.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Days until it ends, 1 to 3650; null for never.
    #[serde(default)]
    pub expires_in_days: Option<u32>,
}

/// A key pair just made: its secret key is shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeKeyPair {
    /// The key pair.
    #[serde(flatten)]
    pub made: KeyPair,
    /// The password of HTTP Basic.
    pub secret_key: String,
}
