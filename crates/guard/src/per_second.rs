//! A rate that people set.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Requests per second, in steps of a thousandth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PerSecond {
    thousandths: u64,
}

impl PerSecond {
    /// Most that can be set.
    pub const MOST: f64 = 1_000_000.0;

    /// So many a second; `None` where it is no number, negative or more than [`PerSecond::MOST`].
    pub fn new(rate: f64) -> Option<PerSecond> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and MOST")]
        (0.0..=Self::MOST).contains(&rate).then(|| PerSecond { thousandths: (rate * 1000.0).round() as u64 })
    }

    /// Whole requests within so many seconds.
    pub fn within(self, seconds: u32) -> u64 {
        self.thousandths * u64::from(seconds) / 1000
    }

    fn whole(self) -> Option<u64> {
        self.thousandths.is_multiple_of(1000).then_some(self.thousandths / 1000)
    }

    fn value(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "at most 10^9")]
        let thousandths = self.thousandths as f64;
        thousandths / 1000.0
    }
}

impl From<u32> for PerSecond {
    fn from(rate: u32) -> Self {
        PerSecond { thousandths: u64::from(rate) * 1000 }
    }
}

impl fmt::Display for PerSecond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.value())
    }
}

impl Serialize for PerSecond {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.whole() {
            Some(whole) => serializer.serialize_u64(whole),
            None => serializer.serialize_f64(self.value()),
        }
    }
}

impl<'de> Deserialize<'de> for PerSecond {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rate = f64::deserialize(deserializer)?;
        PerSecond::new(rate).ok_or_else(|| serde::de::Error::custom("is no rate between 0 and 1000000"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_whole_or_fractions() {
        for (text, shown, burst, average) in
            [("5", "5", 25, 600), ("0.5", "0.5", 2, 60), ("1.0", "1", 5, 120), ("0.008", "0.008", 0, 0)]
        {
            let rate: PerSecond = serde_json::from_str(text).unwrap();
            assert_eq!((rate.to_string().as_str(), serde_json::to_string(&rate).unwrap().as_str()), (shown, shown));
            assert_eq!((rate.within(5), rate.within(120)), (burst, average), "{text}");
        }
        for text in ["-1", "1000001", "1e300", "\"5\"", "null"] {
            assert!(serde_json::from_str::<PerSecond>(text).is_err(), "{text}");
        }
        assert_eq!(PerSecond::new(f64::NAN), None);
    }
}
