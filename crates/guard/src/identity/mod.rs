//! Who calls, and whether they may: tokens and the contract's security requirements.

use serde::{Deserialize, Serialize};

/// How callers are known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Identity {}
