//! Who may do what: sessions, roles, tokens.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The signed-in caller and the installation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// The caller's role.
    pub role: Role,
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

/// What a caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything.
    Admin,
    /// Read.
    Viewer,
    /// Fetch the snapshot, send exchanges.
    Gateway,
}

impl Role {
    /// The word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Admin => "admin",
            Role::Viewer => "viewer",
            Role::Gateway => "gateway",
        }
    }

    /// From the word in the store.
    pub fn parse(text: &str) -> Option<Self> {
        [Role::Admin, Role::Viewer, Role::Gateway].into_iter().find(|role| role.as_str() == text)
    }
}

/// A token to sign in with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The token's text.
    pub token: String,
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
