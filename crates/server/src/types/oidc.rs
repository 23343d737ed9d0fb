//! Single sign-on.

use super::Role;
use palisade_vault::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An OpenID Connect provider, and what its users may do here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OidcSettings {
    /// Name of the provider, for the button.
    #[serde(default = "default_name")]
    #[schema(max_length = 100)]
    pub name: String,
    /// The provider's issuer, letter by letter; below it is `/.well-known/openid-configuration`.
    #[schema(max_length = 500)]
    pub issuer: String,
    /// How the provider knows this console.
    #[schema(max_length = 500)]
    pub client_id: String,
    /// Asked of the provider beside `openid`.
    #[serde(default = "default_scopes")]
    #[schema(max_items = 20)]
    pub scopes: Vec<String>,
    /// The claim that names the user, for people; `email` and `sub` where it is missing.
    #[serde(default = "default_name_claim")]
    #[schema(max_length = 200)]
    pub name_claim: String,
    /// The claim that holds the user's groups: a list, or one name. `a.b` is the member `b` of the claim `a`.
    #[serde(default = "default_groups_claim")]
    #[schema(max_length = 200)]
    pub groups_claim: String,
    /// Roles by group. Who has none may not sign in.
    #[schema(max_items = 200)]
    pub roles: Vec<OidcRole>,
    /// PEM that vouches for the provider, in place of the system's authorities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 60_000)]
    pub ca: Option<String>,
}

/// What the members of a group may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OidcRole {
    /// The group; `*`: everyone whom the provider signs in.
    #[schema(max_length = 500)]
    pub group: String,
    /// Name of the project.
    #[serde(default = "default_project")]
    #[schema(max_length = 100)]
    pub project: String,
    /// A role of people.
    pub role: Role,
}

fn default_name() -> String {
    "Single sign-on".to_owned()
}

fn default_scopes() -> Vec<String> {
    ["profile", "email"].map(str::to_owned).to_vec()
}

fn default_name_claim() -> String {
    "preferred_username".to_owned()
}

fn default_groups_claim() -> String {
    "groups".to_owned()
}

fn default_project() -> String {
    "default".to_owned()
}

/// The client secret of single sign-on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OidcSecret {
    /// What the provider gave with the client id.
    #[schema(value_type = String, max_length = 5000)]
    pub client_secret: Secret,
}

/// Single sign-on as it is set.
#[derive(Debug, Serialize, ToSchema)]
pub struct Oidc {
    /// The settings; null when there are none.
    pub settings: Option<OidcSettings>,
    /// True when a client secret is kept. It is never shown.
    pub has_secret: bool,
    /// True when the file of `--oidc` holds the settings: they are changed there.
    pub managed_by_file: bool,
    /// What the provider must know as redirect URI.
    pub redirect_uri: String,
    /// What the provider may know as the page to come back to after signing out.
    pub signed_out_uri: String,
}

/// A way to sign in beside names and tokens.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoginProvider {
    /// Stays the same.
    pub id: String,
    /// For the button.
    pub name: String,
    /// Where the button leads.
    pub url: String,
    /// Where a browser goes to sign out at the provider too, once the session here has ended.
    pub signed_out_url: String,
}
