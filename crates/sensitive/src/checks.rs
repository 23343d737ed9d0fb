//! Check digits and ranges.

/// True for 13 to 19 digits (blanks and hyphens between them allowed) that begin like a payment card and
/// whose Luhn sum is a multiple of ten. A run of one digit is refused.
pub fn luhn(text: &str) -> bool {
    if text.len() > 32 {
        return false;
    }
    let mut digits = [0u8; 19];
    let mut count = 0usize;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                let Some(slot) = digits.get_mut(count) else { return false };
                *slot = byte - b'0';
                count += 1;
            }
            b' ' | b'-' if count > 0 => {}
            _ => return false,
        }
    }
    let digits = digits.get(..count).unwrap_or_default();
    if count < 13 || !matches!(digits.first(), Some(2..=6)) || digits.iter().all(|digit| Some(digit) == digits.first())
    {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(*digit) << (place % 2);
            if value > 9 { value - 9 } else { value }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// True for an IBAN (ISO 13616): country, two check digits, 11 to 30 letters and digits; blanks allowed;
/// remainder modulo 97 is 1.
pub fn iban(text: &str) -> bool {
    if text.len() > 42 {
        return false;
    }
    let mut plain = [0u8; 34];
    let mut count = 0usize;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' => {
                let Some(slot) = plain.get_mut(count) else { return false };
                *slot = byte;
                count += 1;
            }
            b' ' if count > 0 => {}
            _ => return false,
        }
    }
    let plain = plain.get(..count).unwrap_or_default();
    let Some((head, rest)) = plain.split_at_checked(4) else { return false };
    if count < 15 || !matches!(head, [b'A'..=b'Z', b'A'..=b'Z', b'0'..=b'9', b'0'..=b'9']) {
        return false;
    }
    let remainder = rest.iter().chain(head).fold(0u32, |sum, byte| match byte {
        b'0'..=b'9' => (sum * 10 + u32::from(byte - b'0')) % 97,
        letter => (sum * 100 + u32::from(letter - b'A') + 10) % 97,
    });
    remainder == 1
}

/// True for a United States social security number written `AAA-GG-SSSS`, in the ranges that are issued.
pub fn us_ssn(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() != 11 || bytes.get(3) != Some(&b'-') || bytes.get(6) != Some(&b'-') {
        return false;
    }
    let number = |range: std::ops::Range<usize>| {
        text.get(range).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?.parse::<u32>().ok()
    };
    match (number(0..3), number(4..6), number(7..11)) {
        (Some(area), Some(group), Some(serial)) => area != 0 && area != 666 && area < 900 && group != 0 && serial != 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_test_numbers_pass_and_one_digit_off_fails() {
        for good in ["4111111111111111", "5555 5555 5555 4444", "3782-822463-10005", "6011111111111117"] {
            assert!(luhn(good), "{good}");
        }
        for bad in ["4111111111111112", "1700000000000", "4444444444444444444", "", "4111-x", "41111111111111111111"] {
            assert!(!luhn(bad), "{bad}");
        }
        assert!(iban("GB82 WEST 1234 5698 7654 32"));
        assert!(iban("DE89370400440532013000"));
        assert!(!iban("GB82 WEST 1234 5698 7654 33"));
        assert!(!iban("GB82"));
        assert!(us_ssn("536-22-8726"));
        assert!(!us_ssn("000-22-8726"));
        assert!(!us_ssn("666-22-8726"));
        assert!(!us_ssn("53é-2-8726"));
    }
}
