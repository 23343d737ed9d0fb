//! How tightly requests and responses are described.

pub(crate) mod array_without_maximum;
pub(crate) mod default_that_breaks_its_schema;
pub(crate) mod example_that_breaks_its_schema;
pub(crate) mod invalid_pattern;
pub(crate) mod number_that_nothing_can_hold;
pub(crate) mod number_without_format;
pub(crate) mod number_without_maximum;
pub(crate) mod number_without_minimum;
pub(crate) mod object_without_properties;
pub(crate) mod open_object_in_request;
pub(crate) mod operation_without_400;
pub(crate) mod operation_without_404;
pub(crate) mod operation_without_415;
pub(crate) mod operation_without_429;
pub(crate) mod operation_without_500;
pub(crate) mod operation_without_default;
pub(crate) mod pattern_that_matches_everything;
pub(crate) mod pattern_with_catastrophic_backtracking;
pub(crate) mod range_that_holds_nothing;
pub(crate) mod response_without_schema;
pub(crate) mod schema_without_type;
pub(crate) mod string_without_maximum_length;
pub(crate) mod string_without_pattern;
pub(crate) mod unanchored_pattern;
