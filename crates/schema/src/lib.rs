//! One JSON Schema representation for every OpenAPI dialect
