//! Judges a contract and gives it a score
