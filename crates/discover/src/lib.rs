//! Learns an API from its exchanges
