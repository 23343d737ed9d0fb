//! Every rule: one file each, and one table.

pub(crate) mod data;
pub(crate) mod help;
pub(crate) mod security;
pub(crate) mod structure;

use crate::rule::Rule;

/// Every rule, in the order catalogues list them.
pub static RULES: &[&Rule] = &[
    &security::operation_without_security::RULE,
    &security::security_switched_off::RULE,
    &security::no_global_security::RULE,
    &security::no_security_scheme::RULE,
    &security::basic_auth::RULE,
    &security::api_key_in_query::RULE,
    &security::credential_in_url::RULE,
    &security::unknown_security_scheme::RULE,
    &security::undeclared_scope::RULE,
    &security::clear_text_transport::RULE,
    &security::clear_text_login::RULE,
    &security::outdated_oauth_flow::RULE,
    &security::admin_path_with_common_security::RULE,
    &security::sensitive_field_in_response::RULE,
    &security::secret_in_contract::RULE,
    &security::numeric_id_in_path::RULE,
    &security::url_from_caller::RULE,
    &security::secured_operation_without_401::RULE,
    &security::secured_operation_without_403::RULE,
    &data::array_without_maximum::RULE,
    &data::number_without_format::RULE,
    &data::number_without_maximum::RULE,
    &data::number_without_minimum::RULE,
    &data::string_without_maximum_length::RULE,
    &data::string_without_pattern::RULE,
    &data::object_without_properties::RULE,
    &data::response_without_schema::RULE,
    &data::operation_without_400::RULE,
    &data::operation_without_404::RULE,
    &data::operation_without_415::RULE,
    &data::operation_without_429::RULE,
    &data::operation_without_500::RULE,
    &data::operation_without_default::RULE,
    &data::open_object_in_request::RULE,
    &data::pattern_with_catastrophic_backtracking::RULE,
    &data::unanchored_pattern::RULE,
    &data::invalid_pattern::RULE,
    &data::pattern_that_matches_everything::RULE,
    &data::example_that_breaks_its_schema::RULE,
    &data::default_that_breaks_its_schema::RULE,
    &data::schema_without_type::RULE,
    &data::range_that_holds_nothing::RULE,
    &data::number_that_nothing_can_hold::RULE,
    &structure::missing_member::RULE,
    &structure::member_of_wrong_type::RULE,
    &structure::unknown_member::RULE,
    &structure::value_outside_its_list::RULE,
    &structure::sibling_of_reference::RULE,
    &structure::unresolved_reference::RULE,
    &structure::reference_cycle::RULE,
    &structure::external_reference::RULE,
    &structure::duplicate_key::RULE,
    &structure::unquoted_version_or_status::RULE,
    &structure::invalid_status_code::RULE,
    &structure::path_parameter_mismatch::RULE,
    &structure::equivalent_paths::RULE,
    &structure::duplicate_operation_id::RULE,
    &structure::malformed_path::RULE,
    &structure::no_operation::RULE,
    &structure::unreadable_document::RULE,
    &structure::invalid_encoding::RULE,
    &structure::limit_passed::RULE,
    &structure::broken_alias::RULE,
    &structure::merge_key::RULE,
    &structure::ambiguous_yaml::RULE,
    &structure::not_a_contract::RULE,
    &structure::rule_failed::RULE,
    &structure::misfit::RULE,
];

/// The rule with this id, upper or lower case, or with this name.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id.eq_ignore_ascii_case(id) || rule.name == id).copied()
}
