//! Control plane: REST API, embedded UI, ingestion
