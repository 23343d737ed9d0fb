//! A short keyed hash for values: equality can be seen, the value cannot be read back.

/// SipHash-2-4 with a 128-bit key. Two values hash alike under one key; without the key a hash cannot be
/// tried against guessed values.
#[derive(Clone, Copy)]
pub struct KeyedHash {
    k0: u64,
    k1: u64,
}

impl std::fmt::Debug for KeyedHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyedHash(..)")
    }
}

struct Lanes(u64, u64, u64, u64);

impl Lanes {
    fn round(&mut self) {
        self.0 = self.0.wrapping_add(self.1);
        self.1 = self.1.rotate_left(13) ^ self.0;
        self.0 = self.0.rotate_left(32);
        self.2 = self.2.wrapping_add(self.3);
        self.3 = self.3.rotate_left(16) ^ self.2;
        self.0 = self.0.wrapping_add(self.3);
        self.3 = self.3.rotate_left(21) ^ self.0;
        self.2 = self.2.wrapping_add(self.1);
        self.1 = self.1.rotate_left(17) ^ self.2;
        self.2 = self.2.rotate_left(32);
    }
}

impl KeyedHash {
    /// A hash under the given key.
    pub fn new(key: [u8; 16]) -> Self {
        let (low, high) = key.split_at(8);
        KeyedHash { k0: word(low), k1: word(high) }
    }

    /// A number that tells keys apart without giving them away.
    pub fn key_id(&self) -> u64 {
        self.of("palisade key id")
    }

    /// The hash of a text.
    pub fn of(&self, text: &str) -> u64 {
        self.of_bytes(text.as_bytes())
    }

    /// The hash of bytes.
    pub fn of_bytes(&self, bytes: &[u8]) -> u64 {
        let mut lanes = Lanes(
            self.k0 ^ 0x736f_6d65_7073_6575,
            self.k1 ^ 0x646f_7261_6e64_6f6d,
            self.k0 ^ 0x6c79_6765_6e65_7261,
            self.k1 ^ 0x7465_6462_7974_6573,
        );
        let (chunks, rest) = bytes.as_chunks::<8>();
        let last = word(rest) | (bytes.len() as u64) << 56;
        for block in chunks.iter().map(|chunk| u64::from_le_bytes(*chunk)).chain([last]) {
            lanes.3 ^= block;
            lanes.round();
            lanes.round();
            lanes.0 ^= block;
        }
        lanes.2 ^= 0xff;
        for _ in 0..4 {
            lanes.round();
        }
        lanes.0 ^ lanes.1 ^ lanes.2 ^ lanes.3
    }
}

fn word(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).enumerate().fold(0, |word, (place, byte)| word | u64::from(*byte) << (8 * place))
}

#[cfg(test)]
mod tests {
    use super::KeyedHash;

    #[test]
    fn agrees_with_the_published_vectors() {
        let key: [u8; 16] = std::array::from_fn(|place| place as u8);
        let hash = KeyedHash::new(key);
        let text: String = (0u8..15).map(char::from).collect();
        assert_eq!(hash.of(""), 0x726f_db47_dd0e_0e31);
        assert_eq!(hash.of(&text), 0xa129_ca61_49be_45e5);
    }
}
