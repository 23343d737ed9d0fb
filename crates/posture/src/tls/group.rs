//! Named groups: the registry of IANA, as far as servers have been seen to speak them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A named group by its number. As text it is its registered name, or its number where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group(pub u16);

/// In which handshakes a group may be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Up to TLS 1.2.
    Classic,
    /// TLS 1.3 only.
    Tls13,
    /// Both.
    Both,
}

/// Number, name, strength as an RSA key's bits (NIST SP 800-57, table 2), use.
static TABLE: &[(u16, &str, u16, Use)] = &[
    (1, "sect163k1", 1024, Use::Classic),
    (2, "sect163r1", 1024, Use::Classic),
    (3, "sect163r2", 1024, Use::Classic),
    (4, "sect193r1", 1536, Use::Classic),
    (5, "sect193r2", 1536, Use::Classic),
    (6, "sect233k1", 2048, Use::Classic),
    (7, "sect233r1", 2048, Use::Classic),
    (8, "sect239k1", 2048, Use::Classic),
    (9, "sect283k1", 3072, Use::Classic),
    (10, "sect283r1", 3072, Use::Classic),
    (11, "sect409k1", 7680, Use::Classic),
    (12, "sect409r1", 7680, Use::Classic),
    (13, "sect571k1", 15360, Use::Classic),
    (14, "sect571r1", 15360, Use::Classic),
    (15, "secp160k1", 1024, Use::Classic),
    (16, "secp160r1", 1024, Use::Classic),
    (17, "secp160r2", 1024, Use::Classic),
    (18, "secp192k1", 1536, Use::Classic),
    (19, "secp192r1", 1536, Use::Classic),
    (20, "secp224k1", 2048, Use::Classic),
    (21, "secp224r1", 2048, Use::Classic),
    (22, "secp256k1", 3072, Use::Classic),
    (23, "secp256r1", 3072, Use::Both),
    (24, "secp384r1", 7680, Use::Both),
    (25, "secp521r1", 15360, Use::Both),
    (26, "brainpoolP256r1", 3072, Use::Classic),
    (27, "brainpoolP384r1", 7680, Use::Classic),
    (28, "brainpoolP512r1", 15360, Use::Classic),
    (29, "x25519", 3072, Use::Both),
    (30, "x448", 7680, Use::Both),
    (31, "brainpoolP256r1tls13", 3072, Use::Tls13),
    (32, "brainpoolP384r1tls13", 7680, Use::Tls13),
    (33, "brainpoolP512r1tls13", 15360, Use::Tls13),
    (41, "curveSM2", 3072, Use::Tls13),
    (0x0100, "ffdhe2048", 2048, Use::Tls13),
    (0x0101, "ffdhe3072", 3072, Use::Tls13),
    (0x0102, "ffdhe4096", 4096, Use::Tls13),
    (0x0103, "ffdhe6144", 6144, Use::Tls13),
    (0x0104, "ffdhe8192", 8192, Use::Tls13),
    (0x0200, "MLKEM512", 3072, Use::Tls13),
    (0x0201, "MLKEM768", 7680, Use::Tls13),
    (0x0202, "MLKEM1024", 15360, Use::Tls13),
    (0x11eb, "SecP256r1MLKEM768", 7680, Use::Tls13),
    (0x11ec, "X25519MLKEM768", 7680, Use::Tls13),
    (0x11ed, "SecP384r1MLKEM1024", 15360, Use::Tls13),
    (0x6399, "X25519Kyber768Draft00", 7680, Use::Tls13),
    (0x639a, "SecP256r1Kyber768Draft00", 7680, Use::Tls13),
];

impl Group {
    /// P-256, which nearly every server speaks.
    pub const SECP256R1: Group = Group(23);
    /// X25519.
    pub const X25519: Group = Group(29);
    /// What stands for a curve whose parameters the server writes out instead of naming it.
    pub const EXPLICIT: Group = Group(0xff01);

    fn row(self) -> Option<&'static (u16, &'static str, u16, Use)> {
        TABLE.binary_search_by_key(&self.0, |row| row.0).ok().map(|at| &TABLE[at])
    }

    /// The registered name.
    pub fn name(self) -> Option<&'static str> {
        if self == Group::EXPLICIT { Some("arbitrary_explicit_prime_curves") } else { self.row().map(|row| row.1) }
    }

    /// Strength, as the bits of an RSA key that is as hard to break.
    pub fn rsa_bits(self) -> Option<u16> {
        self.row().map(|row| row.2)
    }

    /// Whether it withstands a quantum computer (ML-KEM, alone or beside a curve).
    pub fn is_post_quantum(self) -> bool {
        self.name().is_some_and(|name| name.contains("MLKEM") || name.contains("Kyber"))
    }

    /// What a client of TLS 1.2 or before may name, the most common first.
    pub fn classic() -> Vec<Group> {
        Group::common_first(Use::Tls13)
    }

    /// What a client of TLS 1.3 may name, the most common first.
    pub fn tls13() -> Vec<Group> {
        Group::common_first(Use::Classic)
    }

    fn common_first(not: Use) -> Vec<Group> {
        let mut groups: Vec<Group> = TABLE.iter().filter(|row| row.3 != not).map(|row| Group(row.0)).collect();
        groups.sort_by_key(|group| [29, 23, 24, 25, 30].iter().position(|common| *common == group.0).unwrap_or(9));
        groups
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "{:#06x}", self.0),
        }
    }
}

impl Serialize for Group {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Group {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let named = TABLE.iter().find(|row| row.1 == text).map(|row| Group(row.0));
        let explicit = || (Group::EXPLICIT.name() == Some(&text)).then_some(Group::EXPLICIT);
        let number = || text.strip_prefix("0x").and_then(|digits| u16::from_str_radix(digits, 16).ok()).map(Group);
        named.or_else(explicit).or_else(number).ok_or_else(|| serde::de::Error::custom("no group"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Group, TABLE};

    #[test]
    fn the_table_is_in_order_and_every_group_is_read_as_written() {
        assert!(TABLE.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let groups: Vec<Group> = TABLE.iter().map(|row| Group(row.0)).chain([Group::EXPLICIT, Group(0x7777)]).collect();
        let written = serde_json::to_string(&groups).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Group>>(&written).unwrap(), groups);
    }

    #[test]
    fn each_handshake_has_its_groups_and_common_ones_stand_first() {
        assert_eq!(Group::classic()[..2], [Group::X25519, Group::SECP256R1]);
        assert_eq!(Group::tls13()[..2], [Group::X25519, Group::SECP256R1]);
        assert!(Group::tls13().iter().any(|group| group.is_post_quantum()));
        assert!(!Group::classic().iter().any(|group| group.is_post_quantum()));
    }
}
