//! Exact numbers, compared and divided as text.

use std::cmp::Ordering;

/// Exponents beyond this are clamped: two numbers that far out compare by sign and exponent only.
const EXPONENT_CAP: i64 = 1 << 40;
/// Most decimal digits a divisor may have.
const DIVISOR_DIGITS: usize = 18;

/// A decimal number without loss: sign, significant digits without leading or trailing zeros, power of ten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    /// Empty for zero.
    digits: Box<[u8]>,
    /// The value is `digits * 10^exponent`.
    exponent: i64,
}

impl Decimal {
    /// Reads a JSON number, or a YAML one in `0x` or `0o` form; `None` for everything else, as `.inf`.
    pub(crate) fn parse(text: &str) -> Option<Decimal> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if let Some(value) = rest.strip_prefix("0x").map(|hex| u128::from_str_radix(hex, 16)) {
            return Decimal::parse(&value.ok()?.to_string());
        }
        if let Some(value) = rest.strip_prefix("0o").map(|octal| u128::from_str_radix(octal, 8)) {
            return Decimal::parse(&value.ok()?.to_string());
        }
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (rest.get(..at)?, parse_exponent(rest.get(at + 1..)?)?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let all = whole.bytes().chain(fraction.bytes());
        if !all.clone().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mut digits: Vec<u8> = all.skip_while(|byte| *byte == b'0').collect();
        let mut exponent = exponent - fraction.len() as i64;
        while digits.last() == Some(&b'0') {
            digits.pop();
            exponent += 1;
        }
        if digits.is_empty() {
            return Some(Decimal { negative: false, digits: Box::default(), exponent: 0 });
        }
        Some(Decimal { negative, digits: digits.into(), exponent })
    }

    /// True when there is no fraction.
    pub(crate) fn is_integer(&self) -> bool {
        self.exponent >= 0
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// Position of the first digit: the number is below `10^magnitude`.
    fn magnitude(&self) -> i64 {
        self.digits.len() as i64 + self.exponent
    }

    fn compare_absolute(&self, other: &Decimal) -> Ordering {
        match (self.is_zero(), other.is_zero()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
        // The first digits stand at the same power of ten, so comparing digit by digit is exact; a longer
        // number with the same beginning is the greater, as trailing zeros are gone.
        self.magnitude().cmp(&other.magnitude()).then_with(|| self.digits.cmp(&other.digits))
    }

    pub(crate) fn compare(&self, other: &Decimal) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.compare_absolute(other),
            (true, true) => other.compare_absolute(self),
        }
    }

    /// True when this is a whole multiple of `divisor`.
    pub(crate) fn is_multiple_of(&self, divisor: &Divisor) -> bool {
        if self.is_zero() {
            return true;
        }
        let shift = self.exponent - divisor.exponent;
        if shift < 0 {
            // The digits would have to end in zeros, and they do not.
            return false;
        }
        let modulus = u128::from(divisor.digits);
        let mut rest: u128 = 0;
        for digit in &self.digits {
            rest = (rest * 10 + u128::from(digit - b'0')) % modulus;
        }
        (rest * power_of_ten(shift as u64, modulus)).is_multiple_of(modulus)
    }

    /// This number as a divisor: positive and of moderate length.
    pub(crate) fn as_divisor(&self) -> Option<Divisor> {
        if self.negative || self.is_zero() || self.digits.len() > DIVISOR_DIGITS {
            return None;
        }
        let digits = std::str::from_utf8(&self.digits).ok()?.parse().ok()?;
        Some(Divisor { digits, exponent: self.exponent })
    }

    /// A text that is the same for equal numbers.
    pub(crate) fn canonical(&self) -> (bool, &[u8], i64) {
        (self.negative, &self.digits, self.exponent)
    }
}

/// One spelling for each number: whole numbers of moderate length in digits, the rest as digits and a power of ten.
impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = std::str::from_utf8(&self.digits).unwrap_or_default();
        f.write_str(if self.negative { "-" } else { "" })?;
        match (self.exponent, digits.len() as i64 + self.exponent) {
            _ if digits.is_empty() => f.write_str("0"),
            (0..=20, _) => write!(f, "{digits}{:0>width$}", "", width = self.exponent as usize),
            // The point stands among the digits or close before them.
            (_, whole @ 1..) if self.exponent < 0 => {
                let (whole, fraction) = digits.split_at_checked(whole as usize).unwrap_or((digits, "0"));
                write!(f, "{whole}.{fraction}")
            }
            (_, -5..=0) => write!(f, "0.{:0>width$}", digits, width = -self.exponent as usize),
            _ => write!(f, "{digits}e{}", self.exponent),
        }
    }
}

/// The value of `multipleOf`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Divisor {
    digits: u64,
    exponent: i64,
}

/// `10^power mod modulus`; the modulus is below 10^18, so products stay in 128 bits.
fn power_of_ten(mut power: u64, modulus: u128) -> u128 {
    let (mut base, mut result) = (10 % modulus, 1 % modulus);
    while power > 0 {
        if power & 1 == 1 {
            result = result * base % modulus;
        }
        base = base * base % modulus;
        power >>= 1;
    }
    result
}

fn parse_exponent(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value = digits.parse::<i64>().unwrap_or(EXPONENT_CAP).min(EXPONENT_CAP);
    Some(if negative { -value } else { value })
}

/// A plain decimal of at most 18 digits without exponent, as a whole number and how many of its digits stand behind the
/// point: what most numbers are.
fn short(text: &str) -> Option<(i64, u32)> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    if rest.len() > 18 {
        return None;
    }
    let (mut value, mut places, mut point, mut digits) = (0i64, 0, false, 0);
    for byte in rest.bytes() {
        match byte {
            b'0'..=b'9' => {
                value = value * 10 + i64::from(byte - b'0');
                places += u32::from(point);
                digits += 1;
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    (digits > 0).then_some((if negative { -value } else { value }, places))
}

/// True when the text is a number without fraction (`1`, `1.0`, `1e2`).
pub(crate) fn is_integer(text: &str) -> bool {
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        return true;
    }
    if let Some((value, places)) = short(text) {
        // At most 18 digits: the power fits.
        return value % 10i64.pow(places) == 0;
    }
    Decimal::parse(text).is_some_and(|number| number.is_integer())
}

/// A bound to compare with, with a fast form where it is a small integer.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    small: Option<i64>,
    exact: Decimal,
    /// As written, for messages.
    pub(crate) text: Box<str>,
}

impl Bound {
    pub(crate) fn parse(text: &str) -> Option<Bound> {
        Some(Bound { small: text.parse().ok(), exact: Decimal::parse(text)?, text: text.into() })
    }

    /// How the number in `text` stands to this bound; `None` when it is no finite number.
    pub(crate) fn compare(&self, text: &str) -> Option<Ordering> {
        if let (Some(small), Some((value, places))) = (self.small, short(text)) {
            // Below 10^18 times below 10^19: products fit.
            return Some(i128::from(value).cmp(&(i128::from(small) * 10i128.pow(places))));
        }
        Some(Decimal::parse(text)?.compare(&self.exact))
    }
}

/// How two numbers stand to each other, by value and without loss; `None` when one text is no finite number.
pub fn compare_numbers(left: &str, right: &str) -> Option<Ordering> {
    Some(Decimal::parse(left)?.compare(&Decimal::parse(right)?))
}

/// Whether `value` is a whole multiple of `divisor`; `None` when a text is no number, or the divisor has more than 18
/// digits or is not above 0.
pub fn is_multiple_of(value: &str, divisor: &str) -> Option<bool> {
    Some(Decimal::parse(value)?.is_multiple_of(&Decimal::parse(divisor)?.as_divisor()?))
}

/// True when two number texts mean the same number.
pub(crate) fn equal(left: &str, right: &str) -> bool {
    left == right
        || match (Decimal::parse(left), Decimal::parse(right)) {
            (Some(left), Some(right)) => left == right,
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_by_value_not_by_spelling() {
        for (left, right, order) in [
            ("1", "1.0", Ordering::Equal),
            ("100", "1e2", Ordering::Equal),
            ("-0", "0.0", Ordering::Equal),
            ("-1", "1", Ordering::Less),
            ("-2", "-1", Ordering::Less),
            ("9007199254740993", "9007199254740992", Ordering::Greater),
            ("123456789012345678901234567890", "123456789012345678901234567891", Ordering::Less),
            ("1e400", "1e399", Ordering::Greater),
            ("0.1", "0.09", Ordering::Greater),
            ("12", "120", Ordering::Less),
        ] {
            let (Some(a), Some(b)) = (Decimal::parse(left), Decimal::parse(right)) else {
                panic!("{left} {right} are numbers")
            };
            assert_eq!(a.compare(&b), order, "{left} {right}");
        }
    }

    #[test]
    fn a_number_has_one_spelling() {
        for (text, spelled) in [
            ("1.0", "1"),
            ("1e2", "100"),
            ("-0.50", "-0.5"),
            ("0.001", "0.001"),
            ("12.25", "12.25"),
            ("-0", "0"),
            ("1e-30", "1e-30"),
            ("5e300", "5e300"),
        ] {
            assert_eq!(Decimal::parse(text).map(|number| number.to_string()).as_deref(), Some(spelled), "{text}");
        }
        assert_eq!(compare_numbers("1e2", "99.5"), Some(Ordering::Greater));
        assert_eq!((is_multiple_of("10", "0.5"), is_multiple_of("10", "0")), (Some(true), None));
    }

    #[test]
    fn multiples_are_exact() {
        for (value, divisor, expected) in [
            ("4.5", "1.5", true),
            ("4.35", "0.01", true),
            ("0.0075", "0.0001", true),
            ("0.00751", "0.0001", false),
            ("1e308", "0.5", true),
            ("1e308", "0.123456789", false),
            ("0", "7", true),
            ("-14", "7", true),
            ("10", "4", false),
            ("100", "20", true),
        ] {
            let divides = Decimal::parse(divisor)
                .and_then(|divisor| divisor.as_divisor())
                .zip(Decimal::parse(value))
                .map(|(divisor, value)| value.is_multiple_of(&divisor));
            assert_eq!(divides, Some(expected), "{value} {divisor}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", ".", "e1", "1e", "0x", "1_000", ".inf", ".nan", "1.2.3", "--1"] {
            assert!(Decimal::parse(text).is_none(), "{text}");
        }
        assert!(!is_integer("1.5") && is_integer("2.0") && is_integer("1e3") && is_integer("-7"));
    }
}
