//! When a schedule runs.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Most characters of an expression.
const MAX_EXPRESSION: usize = 100;

/// A cron expression in a time zone.
#[derive(Debug, Clone)]
pub struct Timetable {
    cron: Cron,
    zone: TimeZone,
}

/// What is wrong with a timetable: the member, and what to give instead.
pub type Wrong = (&'static str, String);

impl Timetable {
    /// Reads an expression of five fields (minute, hour, day of the month, month, day of the week) that is meant in a time
    /// zone of the IANA database, and that some time after `now` meets.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(expression: &str, zone: &str, now: i64) -> Result<Self, Wrong> {
        let wrong = |detail: String| ("cron", detail);
        if expression.chars().count() > MAX_EXPRESSION || expression.chars().any(char::is_control) {
            return Err(wrong(format!("has at most {MAX_EXPRESSION} characters on one line")));
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let cron = parser.parse(expression).map_err(|error| {
            wrong(format!("is no cron expression of five fields, such as \"30 2 * * MON-FRI\": {error}"))
        })?;
        let zone = TimeZone::get(zone)
            .map_err(|_| ("time_zone", "is a name of the IANA database, such as Europe/Zurich, or UTC".to_owned()))?;
        let timetable = Self { cron, zone };
        if timetable.next(now).is_none() {
            return Err(wrong("never comes".to_owned()));
        }
        Ok(timetable)
    }

    /// The first time after `after`; both in microseconds since the Unix epoch.
    pub fn next(&self, after: i64) -> Option<i64> {
        let after = Timestamp::from_microsecond(after).ok()?.to_zoned(self.zone.clone());
        let next = self.cron.find_next_occurrence(&after, false).ok()?;
        Some(next.timestamp().as_microsecond())
    }

    /// In words.
    pub fn describe(&self) -> String {
        self.cron.describe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::text;

    /// 2026-11-28T12:00:00Z, a Saturday.
    const NOON: i64 = 1_795_867_200_000_000;

    fn times(expression: &str, zone: &str, after: i64, count: usize) -> Vec<String> {
        let timetable = Timetable::read(expression, zone, after).unwrap();
        std::iter::successors(timetable.next(after), |at| timetable.next(*at))
            .take(count)
            .map(|at| text(at).replace(":00.000000Z", ""))
            .collect()
    }

    #[test]
    fn times_follow_the_expression_and_the_zone() {
        assert_eq!(times("30 2 * * *", "UTC", NOON, 2), ["2026-11-29T02:30", "2026-11-30T02:30"]);
        assert_eq!(times("0 12 * * *", "UTC", NOON, 1), ["2026-11-29T12:00"], "after now, not at it");
        assert_eq!(times("*/20 * * * *", "UTC", NOON, 3), ["2026-11-28T12:20", "2026-11-28T12:40", "2026-11-28T13:00"]);
        assert_eq!(times("0 9 * * MON", "Europe/Zurich", NOON, 1), ["2026-11-30T08:00"]);
        assert_eq!(times("0 0 29 2 *", "UTC", NOON, 1), ["2028-02-29T00:00"]);
        // Zurich goes from +1 to +2 at 2027-03-28T01:00Z, and back at 2027-10-31T01:00Z.
        let spring = 1_806_019_200_000_000;
        assert_eq!(text(spring), "2027-03-26T00:00:00.000000Z");
        let nights = times("30 2 * * *", "Europe/Zurich", spring, 4);
        assert_eq!(nights[0], "2027-03-26T01:30");
        assert_eq!(nights.len(), 4, "no night is lost where there is no half past two");
        assert_eq!(nights[3], "2027-03-29T00:30");
    }

    #[test]
    fn what_is_no_timetable_is_refused() {
        let refused = |expression: &str, zone: &str| Timetable::read(expression, zone, NOON).unwrap_err();
        for expression in ["", "* * * *", "0 0 3 * * *", "60 * * * *", "@reboot", "0 3 * * *\n", "every day"] {
            assert_eq!(refused(expression, "UTC").0, "cron", "{expression}");
        }
        assert_eq!(refused("0 0 30 2 *", "UTC"), ("cron", "never comes".to_owned()));
        assert_eq!(refused(&"1,".repeat(99), "UTC").0, "cron");
        assert_eq!(refused("0 3 * * *", "Europe/Nowhere").0, "time_zone");
        assert_eq!(refused("0 3 * * *", "../../etc/passwd").0, "time_zone");
    }
}
