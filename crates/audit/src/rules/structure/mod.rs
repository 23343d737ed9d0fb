//! Whether the contract says what its specification lets it say.

pub(crate) mod ambiguous_yaml;
pub(crate) mod broken_alias;
pub(crate) mod duplicate_key;
pub(crate) mod duplicate_operation_id;
pub(crate) mod equivalent_paths;
pub(crate) mod external_reference;
pub(crate) mod invalid_encoding;
pub(crate) mod invalid_status_code;
pub(crate) mod limit_passed;
pub(crate) mod malformed_path;
pub(crate) mod member_of_wrong_type;
pub(crate) mod merge_key;
pub(crate) mod misfit;
pub(crate) mod missing_member;
pub(crate) mod no_operation;
pub(crate) mod not_a_contract;
pub(crate) mod path_parameter_mismatch;
pub(crate) mod reference_cycle;
pub(crate) mod rule_failed;
pub(crate) mod sibling_of_reference;
pub(crate) mod unknown_member;
pub(crate) mod unquoted_version_or_status;
pub(crate) mod unreadable_document;
pub(crate) mod unresolved_reference;
pub(crate) mod value_outside_its_list;
