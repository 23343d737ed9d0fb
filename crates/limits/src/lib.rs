//! Capped readers, decompressors, recursion and regex budgets
