//! A small shop API with switches for its defects, and its traffic
