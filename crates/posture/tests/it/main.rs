//! Judgements from facts, without a network.
