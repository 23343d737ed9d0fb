//! The data plane: a reverse proxy that asks the guard
