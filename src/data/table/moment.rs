//! Dates and times of typed formats: a count of units since 1970 as a number, ISO 8601 as a word.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta};

/// What a date or a time counts since the first of January 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MomentUnit {
    /// Days.
    Day,
    /// Seconds.
    Second,
    /// Thousandths of a second.
    Milli,
    /// Millionths.
    Micro,
    /// Billionths.
    Nano,
}

/// A date or a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// How many units.
    pub count: i64,
    /// What is counted.
    pub unit: MomentUnit,
    /// Whether a midnight is written as a day alone.
    pub day: bool,
    /// Whether it is in UTC; else it has no time zone.
    pub utc: bool,
}

impl Moment {
    fn date_time(self) -> Option<NaiveDateTime> {
        let Self { count, .. } = self;
        match self.unit {
            MomentUnit::Day => {
                let day = NaiveDate::default().checked_add_signed(TimeDelta::try_days(count)?)?;
                day.and_hms_opt(0, 0, 0)
            }
            MomentUnit::Second => Some(DateTime::from_timestamp(count, 0)?.naive_utc()),
            MomentUnit::Milli => Some(DateTime::from_timestamp_millis(count)?.naive_utc()),
            MomentUnit::Micro => Some(DateTime::from_timestamp_micros(count)?.naive_utc()),
            MomentUnit::Nano => Some(DateTime::from_timestamp_nanos(count).naive_utc()),
        }
    }
}

impl std::fmt::Display for Moment {
    /// In ISO 8601; the count where the calendar does not reach.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.date_time() {
            Some(date) if self.day => write!(f, "{}", date.format("%Y-%m-%d")),
            Some(date) => write!(f, "{}{}", date.format("%Y-%m-%dT%H:%M:%S%.f"), if self.utc { "Z" } else { "" }),
            None => write!(f, "{}", self.count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_iso_8601() {
        let shown = |count, unit, day, utc| Moment { count, unit, day, utc }.to_string();
        assert_eq!(shown(10_957, MomentUnit::Day, true, false), "2000-01-01");
        assert_eq!(shown(-1, MomentUnit::Day, true, false), "1969-12-31");
        assert_eq!(shown(86_400, MomentUnit::Second, false, false), "1970-01-02T00:00:00");
        assert_eq!(shown(-1, MomentUnit::Milli, false, true), "1969-12-31T23:59:59.999Z");
        assert_eq!(shown(1_000_001, MomentUnit::Micro, false, false), "1970-01-01T00:00:01.000001");
        assert_eq!(shown(i64::MIN, MomentUnit::Nano, false, false), "1677-09-21T00:12:43.145224192");
        assert_eq!(shown(86_400_000, MomentUnit::Milli, true, false), "1970-01-02");
        assert_eq!(shown(i64::MAX, MomentUnit::Day, true, false), i64::MAX.to_string());
        assert_eq!(shown(i64::MAX, MomentUnit::Second, false, true), i64::MAX.to_string());
    }
}
