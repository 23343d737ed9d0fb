//! A day of the calendar.

use std::fmt;
use std::str::FromStr;

/// A day as `YYYY-MM-DD`; ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// The text is no day of the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoDate;

impl fmt::Display for NoDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no date as YYYY-MM-DD")
    }
}

impl std::error::Error for NoDate {}

impl Date {
    /// The day, if there is one like it.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Date> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        (year <= 9999 && (1..=days).contains(&day)).then_some(Date { year, month, day })
    }
}

impl FromStr for Date {
    type Err = NoDate;

    fn from_str(text: &str) -> Result<Self, NoDate> {
        let part = |range: std::ops::Range<usize>| -> Option<u16> {
            let digits = text.get(range)?;
            digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
        };
        let dashes = text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
        let date = || Date::new(part(0..4)?, part(5..7)?.try_into().ok()?, part(8..10)?.try_into().ok()?);
        dashes.then(date).flatten().ok_or(NoDate)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn days_are_read_ordered_and_written() {
        let day = |text: &str| text.parse::<Date>();
        assert_eq!(day("2024-02-29").unwrap().to_string(), "2024-02-29");
        assert!(day("2026-11-22").unwrap() < day("2026-12-01").unwrap());
        for wrong in
            ["2023-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "22-11-2026", "2026-11-222", "+026-11-22", ""]
        {
            assert!(day(wrong).is_err(), "{wrong}");
        }
    }
}
