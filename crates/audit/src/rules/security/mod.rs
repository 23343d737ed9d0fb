//! Who may call, over which transport, and what leaks.

pub(crate) mod admin_path_with_common_security;
pub(crate) mod api_key_in_query;
pub(crate) mod basic_auth;
pub(crate) mod clear_text_login;
pub(crate) mod clear_text_transport;
pub(crate) mod credential_in_url;
pub(crate) mod no_global_security;
pub(crate) mod no_security_scheme;
pub(crate) mod numeric_id_in_path;
pub(crate) mod operation_without_security;
pub(crate) mod outdated_oauth_flow;
pub(crate) mod secret_in_contract;
pub(crate) mod secured_operation_without_401;
pub(crate) mod secured_operation_without_403;
pub(crate) mod security_switched_off;
pub(crate) mod sensitive_field_in_response;
pub(crate) mod undeclared_scope;
pub(crate) mod unknown_security_scheme;
pub(crate) mod url_from_caller;
