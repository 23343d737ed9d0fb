//! When a third party is assessed again.

use crate::types::{Schedule, Weekday};

const MINUTE: i64 = 60 * 1_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// The first Monday of the Unix epoch: it began on a Thursday.
const FIRST_MONDAY: i64 = 4 * DAY;

/// Most hours between two assessments that are asked for by the hour.
const MAX_HOURS: u32 = 24 * 31;

/// Says what is wrong with a schedule.
///
/// # Errors
/// What to give instead.
pub fn check(schedule: &Schedule) -> Result<(), String> {
    match schedule {
        Schedule::Off => Ok(()),
        Schedule::Hours { every } if (1..=MAX_HOURS).contains(every) => Ok(()),
        Schedule::Hours { .. } => Err(format!("schedule.every is a number of hours from 1 to {MAX_HOURS}.")),
        Schedule::Daily { at } | Schedule::Weekly { at, .. } if time_of_day(at).is_some() => Ok(()),
        Schedule::Daily { .. } | Schedule::Weekly { .. } => {
            Err("schedule.at is a time of day in UTC, such as 03:30.".to_owned())
        }
    }
}

/// The first time after `after` that the schedule asks for; all in microseconds since the Unix epoch.
pub fn next(schedule: &Schedule, after: i64) -> Option<i64> {
    let following = |first: i64, period: i64| first + ((after - first).div_euclid(period) + 1) * period;
    match schedule {
        Schedule::Off => None,
        Schedule::Hours { every } => Some(after + i64::from(*every) * HOUR),
        Schedule::Daily { at } => Some(following(time_of_day(at)?, DAY)),
        Schedule::Weekly { day, at } => {
            let day = match day {
                Weekday::Monday => 0,
                Weekday::Tuesday => 1,
                Weekday::Wednesday => 2,
                Weekday::Thursday => 3,
                Weekday::Friday => 4,
                Weekday::Saturday => 5,
                Weekday::Sunday => 6,
            };
            Some(following(FIRST_MONDAY + day * DAY + time_of_day(at)?, 7 * DAY))
        }
    }
}

/// `HH:MM` in microseconds.
fn time_of_day(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |digits: &str, below: i64| {
        let plain = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse::<i64>().ok().filter(|number| plain && *number < below)
    };
    Some(number(hours, 24)? * HOUR + number(minutes, 60)? * MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::text;

    /// 2026-11-28T12:00:00Z, a Saturday.
    const NOON: i64 = 1_795_867_200_000_000;

    fn following(schedule: &Schedule) -> String {
        text(next(schedule, NOON).unwrap()).replace(":00.000000Z", "")
    }

    #[test]
    fn the_next_time_is_after_now() {
        let at = |text: &str| text.to_owned();
        assert_eq!(text(NOON), "2026-11-28T12:00:00.000000Z");
        assert_eq!(following(&Schedule::Hours { every: 6 }), "2026-11-28T18:00");
        assert_eq!(following(&Schedule::Daily { at: at("12:01") }), "2026-11-28T12:01");
        assert_eq!(following(&Schedule::Daily { at: at("12:00") }), "2026-11-29T12:00");
        assert_eq!(following(&Schedule::Daily { at: at("03:30") }), "2026-11-29T03:30");
        assert_eq!(following(&Schedule::Weekly { day: Weekday::Saturday, at: at("13:00") }), "2026-11-28T13:00");
        assert_eq!(following(&Schedule::Weekly { day: Weekday::Saturday, at: at("12:00") }), "2026-12-05T12:00");
        assert_eq!(following(&Schedule::Weekly { day: Weekday::Monday, at: at("00:00") }), "2026-11-30T00:00");
        assert_eq!(next(&Schedule::Off, NOON), None);
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for at in ["24:00", "3:30", "03:60", "0330", "+3:30", ""] {
            assert!(check(&Schedule::Daily { at: at.to_owned() }).is_err(), "{at}");
        }
        assert!(check(&Schedule::Hours { every: 0 }).is_err());
        assert!(check(&Schedule::Hours { every: 745 }).is_err());
        assert!(check(&Schedule::Weekly { day: Weekday::Sunday, at: "23:59".to_owned() }).is_ok());
    }
}
