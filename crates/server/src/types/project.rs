//! Projects.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What one group of people sees, apart from all others.
#[derive(Debug, Serialize, ToSchema)]
pub struct Project {
    /// UUIDv7.
    pub id: String,
    /// Name, unique.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// When it was made.
    pub created_at: String,
    /// Who made it; empty of the one that the installation began with.
    pub created_by: String,
    /// When name or description were last changed.
    pub updated_at: Option<String>,
    /// True of the one that the installation began with: its admins administer the installation.
    pub first: bool,
}

/// Name and description of a project.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectChange {
    /// Letters, digits, `.`, `_` and `-`.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    /// What it is for, on one line.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub description: String,
}
