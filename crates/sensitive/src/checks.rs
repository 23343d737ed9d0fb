//! Check digits and ranges that several kinds of numbers share.

/// Most digits of any number that is looked at.
const MOST: usize = 24;

/// The digits of a number, without what people write between them.
#[derive(Clone, Copy)]
pub(crate) struct Digits {
    places: [u8; MOST],
    count: usize,
}

impl Digits {
    /// The digits of a text that holds nothing else than digits and single separators between them.
    pub(crate) fn of(text: &str, separators: &[u8]) -> Option<Digits> {
        let mut digits = Digits { places: [0; MOST], count: 0 };
        let mut separated = true;
        if text.len() > 2 * MOST {
            return None;
        }
        for byte in text.bytes() {
            if byte.is_ascii_digit() {
                *digits.places.get_mut(digits.count)? = byte - b'0';
                digits.count += 1;
                separated = false;
            } else if separators.contains(&byte) && !separated {
                separated = true;
            } else {
                return None;
            }
        }
        (!separated).then_some(digits)
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        self.places.get(..self.count).unwrap_or_default()
    }
}

/// Whether all digits are one and the same: nobody's number.
pub(crate) fn uniform(digits: &[u8]) -> bool {
    digits.iter().all(|digit| Some(digit) == digits.first())
}

/// The sum of digits, each times its weight.
pub(crate) fn weighted(digits: &[u8], weights: &[u8]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| u32::from(*digit) * u32::from(*weight)).sum()
}

/// The number that digits stand for; 0 for more than 18.
pub(crate) fn number(digits: &[u8]) -> u64 {
    if digits.len() > 18 {
        return 0;
    }
    digits.iter().fold(0, |sum, digit| sum * 10 + u64::from(*digit))
}

/// Luhn's sum (ISO/IEC 7812-1, annex B) is a multiple of ten.
pub(crate) fn luhn_sum(digits: &[u8]) -> bool {
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

/// Verhoeff's check (J. Verhoeff, Error Detecting Decimal Codes, 1969) over the dihedral group of ten elements.
pub(crate) fn verhoeff(digits: &[u8]) -> bool {
    // Multiplication in the group: rotations 0 to 4, reflections 5 to 9.
    let times = |a: u8, b: u8| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b - 5) % 5,
        (false, true) => 5 + (a + 5 - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    };
    const STEP: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let turned = |digit: u8, turns: usize| {
        (0..turns % 8).fold(digit, |digit, _| STEP.get(usize::from(digit)).copied().unwrap_or_default())
    };
    digits.iter().rev().enumerate().fold(0, |sum, (place, digit)| times(sum, turned(*digit, place))) == 0
}

/// ISO/IEC 7064, MOD 11,10: the last digit checks the others.
pub(crate) fn iso7064_mod11_10(digits: &[u8]) -> bool {
    let Some((check, body)) = digits.split_last() else { return false };
    let product = body.iter().fold(10u32, |product, digit| {
        let sum = (u32::from(*digit) + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == u32::from(*check)
}

/// ISO/IEC 7064, MOD 97-10, over digits and capitals (A is 10): the remainder is 1.
pub(crate) fn iso7064_mod97(text: impl Iterator<Item = u8>) -> bool {
    let remainder = text.fold(0u32, |sum, byte| match byte {
        b'0'..=b'9' => (sum * 10 + u32::from(byte - b'0')) % 97,
        letter => (sum * 100 + u32::from(letter.wrapping_sub(b'A')) + 10) % 97,
    });
    remainder == 1
}

/// Whether there is such a day. A year of two digits goes with either century.
pub(crate) fn is_date(year: u64, month: u64, day: u64) -> bool {
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u64::from(year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))),
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// True for the number of a payment card: a length and a beginning that a card scheme issues, and Luhn's sum.
/// Blanks and hyphens may stand between digits.
///
/// Ranges by the schemes' own tables of issuer identification numbers (ISO/IEC 7812): Visa 4; Mastercard 51-55 and
/// 2221-2720; American Express 34, 37; Discover 6011, 644-649, 65; Diners Club 300-305, 3095, 36, 38, 39; JCB
/// 3528-3589; UnionPay 62, 81; Maestro 50, 56-58, 6; Mir 2200-2204; RuPay 60, 65, 81, 82, 508; Troy 9792; UATP 1 is left
/// out.
pub fn luhn(text: &str) -> bool {
    let Some(digits) = Digits::of(text, b" -") else { return false };
    let digits = digits.as_slice();
    card_scheme(digits) && !uniform(digits) && luhn_sum(digits)
}

fn card_scheme(digits: &[u8]) -> bool {
    let length = digits.len();
    let head = |count: usize| number(digits.get(..count).unwrap_or_default());
    let (two, three, four) = (head(2), head(3), head(4));
    match two {
        40..=49 => matches!(length, 13 | 16 | 19),
        51..=55 => length == 16,
        34 | 37 => length == 15,
        36 => matches!(length, 14..=19),
        38 | 39 => matches!(length, 14 | 16),
        30 => matches!(length, 14 | 16) && (three <= 305 || four == 3095),
        35 => length == 16 && (3528..=3589).contains(&four),
        50 | 56..=58 => matches!(length, 13..=19),
        62 => matches!(length, 16..=19),
        60 | 63..=69 => matches!(length, 16 | 19),
        81 | 82 => length == 16,
        97 => length == 16 && four == 9792,
        22..=27 => length == 16 && ((2200..=2204).contains(&four) || (2221..=2720).contains(&four)),
        _ => false,
    }
}

/// Lengths of IBANs by country, as the registry of ISO 13616 lists them (SWIFT, IBAN Registry).
const IBAN: &[(&[u8; 2], u8)] = &[
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HN", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

/// True for an IBAN (ISO 13616): a country of the registry with its length, two check digits, letters and digits;
/// blanks between groups allowed; remainder modulo 97 is 1.
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
    let [first, second, b'0'..=b'9', b'0'..=b'9'] = head else { return false };
    let country = [*first, *second];
    let length = IBAN.binary_search_by(|(known, _)| (*known).cmp(&country)).ok().and_then(|at| IBAN.get(at));
    length.is_some_and(|(_, length)| usize::from(*length) == count) && iso7064_mod97(rest.iter().chain(head).copied())
}

/// True for a United States social security number written `AAA-GG-SSSS`, or an individual taxpayer number written so,
/// in the ranges that are or were issued (Social Security Administration, POMS RM 10201.035; Internal Revenue Service,
/// Publication 1915), and not one of those that advertisements made invalid.
pub fn us_ssn(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 11
        && bytes.get(3) == Some(&b'-')
        && bytes.get(6) == Some(&b'-')
        && Digits::of(text, b"-").is_some_and(|digits| us_ssn_digits(digits.as_slice()))
}

pub(crate) fn us_ssn_digits(digits: &[u8]) -> bool {
    let part = |range: std::ops::Range<usize>| number(digits.get(range).unwrap_or_default());
    let (area, group, serial) = (part(0..3), part(3..5), part(5..9));
    let issued = match area {
        0 | 666 => false,
        // Taxpayer numbers.
        900.. => matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99),
        _ => group != 0,
    };
    let advertised = matches!((area, group, serial), (78, 5, 1120) | (219, 9, 9999));
    digits.len() == 9 && issued && serial != 0 && !advertised
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_test_numbers_pass_and_one_digit_off_fails() {
        let good = [
            "4111111111111111",
            "5555 5555 5555 4444",
            "2223003122003222",
            "3782-822463-10005",
            "6011111111111117",
            "30569309025904",
            "3530111333300000",
            "6200000000000005",
            "4222222222222",
        ];
        for good in good {
            assert!(luhn(good), "{good}");
        }
        let bad = [
            "4111111111111112",
            "1700000000000",
            "4444444444444444444",
            "",
            "4111-x",
            "41111111111111111111",
            "4111  111111111111",
            "-4111111111111111",
            "4111111111111111-",
            // Luhn's sum agrees, but nobody issues such cards.
            "79927398713",
            "1234567812345670",
            "9999999999999995",
            "411111111111116",
        ];
        for bad in bad {
            assert!(!luhn(bad), "{bad}");
        }
        let accounts = [
            "GB82 WEST 1234 5698 7654 32",
            "DE89370400440532013000",
            "NO9386011117947",
            "MT84MALT011000012345MTLCAST001S",
            "FR1420041010050500013M02606",
        ];
        for account in accounts {
            assert!(iban(account), "{account}");
        }
        // A check that agrees in a country without IBANs, or with a length the country does not have.
        for none in [
            "GB82 WEST 1234 5698 7654 33",
            "GB82",
            "US64SVBKUS6S3300958879",
            "DE8937040044053201300",
            "gb82WEST12345698765432",
        ] {
            assert!(!iban(none), "{none}");
        }
        for number in ["536-22-8726", "987-65-4320"] {
            assert!(us_ssn(number), "{number}");
        }
        for number in [
            "000-22-8726",
            "666-22-8726",
            "53é-2-8726",
            "536-00-8726",
            "536-22-0000",
            "987-66-4320",
            "078-05-1120",
            "536228726",
        ] {
            assert!(!us_ssn(number), "{number}");
        }
    }

    #[test]
    fn countries_are_sorted() {
        assert!(IBAN.windows(2).all(|pair| matches!(pair, [one, two] if one.0 < two.0)));
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_always_noticed(body in proptest::collection::vec(0u8..10, 8..16), at in 0usize..16, by in 1u8..10) {
            let checks: [fn(&[u8]) -> bool; 3] = [luhn_sum, verhoeff, iso7064_mod11_10];
            for holds in checks {
                let mut digits = body.clone();
                digits.push(0);
                let last = digits.len() - 1;
                // Exactly one check digit makes the number good.
                let good: Vec<u8> = (0..10).filter(|check| { digits[last] = *check; holds(&digits) }).collect();
                prop_assert_eq!(good.len(), 1);
                digits[last] = good[0];
                let at = at % digits.len();
                digits[at] = (digits[at] + by) % 10;
                prop_assert!(!holds(&digits));
            }
        }

        #[test]
        fn two_swapped_neighbours_are_noticed_by_verhoeff(body in proptest::collection::vec(0u8..10, 8..16), at in 0usize..14) {
            let mut digits = body;
            digits.push(0);
            let last = digits.len() - 1;
            let check = (0..10).find(|check| { digits[last] = *check; verhoeff(&digits) }).unwrap();
            digits[last] = check;
            let at = at % last;
            prop_assume!(digits[at] != digits[at + 1]);
            digits.swap(at, at + 1);
            prop_assert!(!verhoeff(&digits));
        }

        #[test]
        fn an_iban_with_its_check_digits_passes(bank in "[0-9]{18}") {
            let check = (2..=98).map(|check| format!("DE{check:02}{bank}")).filter(|text| iban(text)).count();
            prop_assert_eq!(check, 1);
        }
    }
}
