//! What was learned of an API beside its contract: sizes, members, shapes of values, rates of each operation.

use serde::{Deserialize, Serialize};

/// The learned profile of an API.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {}
