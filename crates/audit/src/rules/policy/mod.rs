//! About what somebody decided about findings.

pub(crate) mod broken_annotation;
pub(crate) mod expired_ignore;
pub(crate) mod ignore_without_finding;
pub(crate) mod public_on_purpose;
pub(crate) mod unknown_rule;
