//! Identity of a finding across runs.

use sha2::{Digest, Sha256};

/// Identity of a finding: rule, semantic place (pointer or operation) and the normalised value judged.
///
/// 128 bits of SHA-256 as 32 lower-case hexadecimal digits. Line and column take no part, so that a
/// finding keeps its identity when text moves.
pub fn fingerprint(rule: &str, place: &str, value: &str) -> String {
    let mut hash = Sha256::new();
    for part in [rule, place, value] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digits = |byte: u8| [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0'));
    let mut text = String::with_capacity(32);
    text.extend(hash.finalize()[..16].iter().flat_map(|byte| digits(*byte)));
    text
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(fingerprint("AB", "C", ""), fingerprint("A", "BC", ""));
        assert_eq!(fingerprint("A", "/p", "v"), fingerprint("A", "/p", "v"));
    }
}
