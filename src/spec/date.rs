//! Dates as numbers: the parts of a date, and the forms that dates are written in.

use chrono::format::{Parsed, StrftimeItems};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One thing that is taken from a date, as one number or two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatePart {
    /// `year`, `month`, ..: a field of the calendar or the clock.
    Field(DateField),
    /// `cycle(month)`: the sine and the cosine of a field, so that its last value is next to its first.
    Cycle(DateField),
    /// `days(since: "2000-01-01")`: the days since then, the time of day as a fraction.
    Days {
        /// The date that is 0, in ISO 8601.
        since: String,
    },
}

/// A field of the calendar or the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateField {
    /// The year.
    Year,
    /// 1 to 4.
    Quarter,
    /// 1 to 12.
    Month,
    /// The week of ISO 8601, 1 to 53.
    Week,
    /// The day of the month, 1 to 31.
    Day,
    /// The day of the year, 1 to 366.
    Yearday,
    /// 1 for Monday to 7 for Sunday.
    Weekday,
    /// 0 to 23.
    Hour,
    /// 0 to 59.
    Minute,
    /// 0 to 59, with a fraction.
    Second,
}

/// The form of seconds since 1970.
const SECONDS: &str = "seconds";
/// The form of thousandths of seconds since 1970.
const MILLISECONDS: &str = "milliseconds";

/// What [`DatePart::Days`] counts from unless the pipeline says otherwise.
pub const EPOCH: &str = "1970-01-01";

impl DateField {
    /// Every field, in the order of the reference.
    pub const ALL: [DateField; 10] = [
        DateField::Year,
        DateField::Quarter,
        DateField::Month,
        DateField::Week,
        DateField::Day,
        DateField::Yearday,
        DateField::Weekday,
        DateField::Hour,
        DateField::Minute,
        DateField::Second,
    ];

    /// Its name in the language.
    pub fn as_str(self) -> &'static str {
        match self {
            DateField::Year => "year",
            DateField::Quarter => "quarter",
            DateField::Month => "month",
            DateField::Week => "week",
            DateField::Day => "day",
            DateField::Yearday => "yearday",
            DateField::Weekday => "weekday",
            DateField::Hour => "hour",
            DateField::Minute => "minute",
            DateField::Second => "second",
        }
    }

    /// Its value on a date.
    fn value(self, date: &NaiveDateTime) -> f64 {
        match self {
            DateField::Year => f64::from(date.year()),
            DateField::Quarter => f64::from(date.month0() / 3 + 1),
            DateField::Month => f64::from(date.month()),
            DateField::Week => f64::from(date.iso_week().week()),
            DateField::Day => f64::from(date.day()),
            DateField::Yearday => f64::from(date.ordinal()),
            DateField::Weekday => f64::from(date.weekday().number_from_monday()),
            DateField::Hour => f64::from(date.hour()),
            DateField::Minute => f64::from(date.minute()),
            DateField::Second => f64::from(date.second()) + f64::from(date.nanosecond()) / 1e9,
        }
    }

    /// The place of its value within its cycle on a date, from 0 up to 1: 0 for the first value. 0 always for the year,
    /// which does not repeat.
    fn turn(self, date: &NaiveDateTime) -> f64 {
        let last = |month: u32, day: u32| NaiveDate::from_ymd_opt(date.year(), month, day);
        let (first, count) = match self {
            DateField::Year => return 0.0,
            DateField::Quarter => (1.0, 4.0),
            DateField::Month => (1.0, 12.0),
            DateField::Week => {
                // The week of December 28 is the last of its year.
                let weeks = NaiveDate::from_ymd_opt(date.iso_week().year(), 12, 28);
                (1.0, weeks.map_or(52.0, |day| f64::from(day.iso_week().week())))
            }
            DateField::Day => (1.0, f64::from(date.num_days_in_month())),
            DateField::Yearday => (1.0, last(12, 31).map_or(365.0, |day| f64::from(day.ordinal()))),
            DateField::Weekday => (1.0, 7.0),
            DateField::Hour => (0.0, 24.0),
            DateField::Minute | DateField::Second => (0.0, 60.0),
        };
        (self.value(date) - first) / count
    }
}

impl DatePart {
    /// The parts of `date` without arguments: the trend, the season and the day of the week.
    pub fn usual() -> Vec<DatePart> {
        vec![
            DatePart::Days { since: EPOCH.to_owned() },
            DatePart::Cycle(DateField::Yearday),
            DatePart::Cycle(DateField::Weekday),
        ]
    }

    /// How many numbers it is.
    pub fn width(&self) -> usize {
        match self {
            DatePart::Field(_) | DatePart::Days { .. } => 1,
            DatePart::Cycle(_) => 2,
        }
    }

    /// Adds its numbers on a date.
    pub fn extend(&self, date: &NaiveDateTime, numbers: &mut Vec<f64>) {
        match self {
            DatePart::Field(field) => numbers.push(field.value(date)),
            DatePart::Cycle(field) => {
                let angle = std::f64::consts::TAU * field.turn(date);
                numbers.extend([libm::sin(angle), libm::cos(angle)]);
            }
            DatePart::Days { since } => {
                let epoch = (since == EPOCH).then(NaiveDateTime::default);
                let days = epoch.or_else(|| by_iso(since)).map_or(f64::NAN, |since| {
                    let past = *date - since;
                    past.num_seconds() as f64 / 86_400.0 + f64::from(past.subsec_nanos()) / 86_400e9
                });
                numbers.push(days);
            }
        }
    }

    /// What each of its numbers is, for messages.
    pub fn names(&self) -> Vec<String> {
        match self {
            DatePart::Field(field) => vec![field.as_str().to_owned()],
            DatePart::Cycle(field) => ["sine", "cosine"].map(|of| format!("{of} of {}", field.as_str())).to_vec(),
            DatePart::Days { .. } => vec!["days".to_owned()],
        }
    }
}

impl fmt::Display for DatePart {
    /// As it is written in the language.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatePart::Field(field) => f.write_str(field.as_str()),
            DatePart::Cycle(field) => write!(f, "cycle({})", field.as_str()),
            DatePart::Days { since } if since == EPOCH => f.write_str("days"),
            DatePart::Days { since } => write!(f, "days(since: {since:?})"),
        }
    }
}

/// The forms that the dates of a column are written in: ISO 8601, and those that the pipeline declares.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateForms {
    /// The declared forms, as `%d.%m.%Y`, `seconds` or `milliseconds` since 1970, in the order they are tried.
    pub declared: Vec<String>,
}

impl DateForms {
    /// The date and time that a text means, in UTC where the text has a time zone. ISO 8601 is read beside the declared
    /// forms, unless one of these begins with a year too and could be mistaken for it.
    pub fn read(&self, text: &str) -> Option<NaiveDateTime> {
        let declared = self.declared.iter().find_map(|form| by_form(text, form));
        let iso = || if self.declared.iter().any(|form| form.starts_with("%Y-")) { None } else { by_iso(text) };
        declared.or_else(iso)
    }

    /// What is wrong with a form: it cannot be parsed, or does not say which day is meant.
    pub fn fault(form: &str) -> Option<&'static str> {
        if matches!(form, SECONDS | MILLISECONDS) {
            return None;
        }
        if StrftimeItems::new(form).any(|item| item == chrono::format::Item::Error) {
            return Some("it has a `%` that is followed by no known letter");
        }
        let day = NaiveDate::from_ymd_opt(2013, 10, 24)?;
        // The zone makes forms with `%z` complete.
        let written = day.and_hms_opt(17, 35, 48)?.and_utc().format(form).to_string();
        match by_form(&written, form) {
            Some(read) if read.date() == day => None,
            _ => Some("it does not say which day is meant: year, month and day"),
        }
    }
}

/// The date and time of a text in a declared form.
fn by_form(text: &str, form: &str) -> Option<NaiveDateTime> {
    let date = match form {
        SECONDS => after_epoch(text, 1_000_000)?,
        MILLISECONDS => after_epoch(text, 1000)?,
        form => by_strftime(text, form)?,
    };
    // Counts of another unit are dates too far away to be meant.
    (1..=9999).contains(&date.year()).then_some(date)
}

/// The date and time so many units after the beginning of 1970, each of which has `micros` millionths of a second.
fn after_epoch(text: &str, micros: i64) -> Option<NaiveDateTime> {
    // Whole numbers are exact; today's seconds with a fraction are to less than a millionth.
    let count = match text.parse::<i64>() {
        Ok(count) => count.checked_mul(micros)?,
        Err(_) => (text.parse::<f64>().ok().filter(|number| number.is_finite())? * micros as f64).round() as i64,
    };
    Some(DateTime::from_timestamp_micros(count)?.naive_utc())
}

/// The date and time of a text in a form of `chrono`.
fn by_strftime(text: &str, form: &str) -> Option<NaiveDateTime> {
    let mut parsed = Parsed::new();
    chrono::format::parse(&mut parsed, text, StrftimeItems::new(form)).ok()?;
    if let Ok(zoned) = parsed.to_datetime() {
        return Some(zoned.naive_utc());
    }
    let without_time = || parsed.to_naive_date().ok().and_then(|day| day.and_hms_opt(0, 0, 0));
    parsed.to_naive_datetime_with_offset(0).ok().or_else(without_time)
}

/// The date and time of a text in ISO 8601: `2013-10-24`, `2013-10-24 17:35`, `2013-10-24T17:35:48.25+02:00`.
fn by_iso(text: &str) -> Option<NaiveDateTime> {
    let (day, time) = match text.split_once(['T', 't', ' ']) {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    };
    if day.len() != 10 || !day.is_ascii() || !day.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
    let Some(time) = time else { return day.and_hms_opt(0, 0, 0) };
    let utc = ["Z", "z", " UTC"].iter().find_map(|zone| time.strip_suffix(zone));
    let (time, east) = match (utc, time.rfind(['+', '-'])) {
        (Some(time), _) => (time, 0),
        (None, Some(at)) => (&time[..at], seconds_east(&time[at..])?),
        (None, None) => (time, 0),
    };
    let clock = ["%H:%M:%S%.f", "%H:%M"].iter().find_map(|form| chrono::NaiveTime::parse_from_str(time, form).ok())?;
    day.and_time(clock).checked_sub_signed(chrono::TimeDelta::seconds(east))
}

/// The offset of a zone from UTC: `+02:00`, `-0530` or `+02`.
fn seconds_east(zone: &str) -> Option<i64> {
    let (sign, digits) = (if zone.starts_with('-') { -1 } else { 1 }, zone[1..].replace(':', ""));
    let number = |text: Option<&str>| text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok();
    let (hours, minutes): (i64, i64) = match digits.len() {
        2 => (number(Some(&digits))?, 0),
        4 => (number(digits.get(..2))?, number(digits.get(2..))?),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(sign * (3600 * hours + 60 * minutes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::FixedOffset;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_instant_is_the_same_in_every_zone_and_form(
            seconds in -62_135_596_800i64 + 86_400..253_402_300_800 - 86_400, millis in 0u32..1000, minutes in -1439i32..1440,
        ) {
            let instant = DateTime::from_timestamp(seconds, millis * 1_000_000).unwrap();
            let zoned = instant.with_timezone(&FixedOffset::east_opt(60 * minutes).unwrap());
            let expected = Some(instant.naive_utc());
            let iso = DateForms::default();
            prop_assert_eq!(iso.read(&zoned.to_rfc3339()), expected);
            prop_assert_eq!(iso.read(&zoned.format("%Y-%m-%d %H:%M:%S%.3f%z").to_string()), expected);
            let declared = DateForms { declared: vec!["%d.%m.%Y %H:%M:%S%.3f %z".into(), "milliseconds".into()] };
            prop_assert_eq!(declared.read(&zoned.format(&declared.declared[0]).to_string()), expected);
            prop_assert_eq!(declared.read(&instant.timestamp_millis().to_string()), expected);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "[0-9T:+. Z-]{0,30}|\\PC{0,30}") {
            let _ = DateForms::default().read(&text);
            let _ = DateForms { declared: vec!["%d.%m.%y".into(), "seconds".into()] }.read(&text);
        }

        #[test]
        fn a_cycle_is_on_the_circle(seconds in -62_135_596_800i64..253_402_300_800) {
            let date = DateTime::from_timestamp(seconds, 0).unwrap().naive_utc();
            for field in DateField::ALL {
                let mut numbers = vec![];
                DatePart::Cycle(field).extend(&date, &mut numbers);
                prop_assert!((numbers[0].hypot(numbers[1]) - 1.0).abs() < 1e-12);
                prop_assert!((0.0..1.0).contains(&field.turn(&date)));
            }
        }
    }

    fn numbers(parts: &[DatePart], text: &str) -> Vec<f64> {
        let date = DateForms::default().read(text).unwrap();
        let mut numbers = vec![];
        parts.iter().for_each(|part| part.extend(&date, &mut numbers));
        assert_eq!(numbers.len(), parts.iter().map(DatePart::width).sum::<usize>());
        assert_eq!(numbers.len(), parts.iter().flat_map(DatePart::names).count());
        numbers
    }

    #[test]
    fn fields_are_those_of_the_calendar() {
        let fields = DateField::ALL.map(DatePart::Field);
        // A leap day, a Thursday in the ninth week.
        let expected = [2024.0, 1.0, 2.0, 9.0, 29.0, 60.0, 4.0, 17.0, 35.0, 48.5];
        assert_eq!(numbers(&fields, "2024-02-29T17:35:48.5"), expected);
        // The first day of 2021 is in the last week of 2020.
        assert_eq!(numbers(&[DatePart::Field(DateField::Week)], "2021-01-01"), [53.0]);
    }

    #[test]
    fn a_cycle_ends_where_it_begins() {
        let cycle = |field, text: &str| numbers(&[DatePart::Cycle(field)], text);
        let near = |found: Vec<f64>, expected: [f64; 2]| {
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?} {expected:?}");
        };
        near(cycle(DateField::Month, "2001-01-31"), [0.0, 1.0]);
        near(cycle(DateField::Month, "2001-04-01"), [1.0, 0.0]);
        near(cycle(DateField::Month, "2001-07-01"), [0.0, -1.0]);
        near(cycle(DateField::Hour, "2001-07-01 18:59"), [-1.0, 0.0]);
        near(cycle(DateField::Yearday, "2023-01-01"), [0.0, 1.0]);
        // The last day of any year, month and week is one step before the first, all steps are equal.
        for (field, last, count) in [
            (DateField::Yearday, "2023-12-31", 365.0),
            (DateField::Yearday, "2024-12-31", 366.0),
            (DateField::Day, "2023-02-28", 28.0),
            (DateField::Weekday, "2024-03-03", 7.0),
            (DateField::Week, "2020-12-31", 53.0),
            (DateField::Week, "2021-12-31", 52.0),
            (DateField::Second, "2021-12-31 00:00:59", 60.0),
        ] {
            let step = std::f64::consts::TAU / count;
            near(cycle(field, last), [-libm::sin(step), libm::cos(step)]);
        }
    }

    #[test]
    fn days_are_counted_with_the_time_of_day() {
        let since = |since: &str| DatePart::Days { since: since.to_owned() };
        assert_eq!(numbers(&[since(EPOCH)], "2000-01-01"), [10_957.0]);
        assert_eq!(numbers(&[since("2000-01-01")], "1999-12-31 12:00"), [-0.5]);
        assert_eq!(numbers(&[since("2000-01-01")], "2000-01-02T00:00:00.864"), [1.00001]);
    }

    #[test]
    fn iso_dates_are_read_with_and_without_time_and_zone() {
        let iso = |text: &str| DateForms::default().read(text).map(|date| date.to_string());
        for (text, expected) in [
            ("2013-10-24", "2013-10-24 00:00:00"),
            ("2013-10-24 17:35", "2013-10-24 17:35:00"),
            ("2013-10-24T17:35:48", "2013-10-24 17:35:48"),
            ("2013-10-24T17:35:48.250Z", "2013-10-24 17:35:48.250"),
            ("2013-10-24 17:35:48 UTC", "2013-10-24 17:35:48"),
            ("2013-10-24T01:00:00+02:00", "2013-10-23 23:00:00"),
            ("2013-10-24 20:00-0530", "2013-10-25 01:30:00"),
            ("2013-10-24 20:00-05", "2013-10-25 01:00:00"),
            ("0001-01-01", "0001-01-01 00:00:00"),
        ] {
            assert_eq!(iso(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "2013",
            "2013-1-2",
            "+201-01-02",
            "2013-02-30",
            "24.10.2013",
            "01/02/2003",
            "2013-10-24T",
            "2013-10-24 25:00",
            "2013-10-24 1:00+2",
            "2013-10-24 x",
            "20131024",
            "2013-10-24 10:00+ab:cd",
            "日本語日本語日本",
        ] {
            assert_eq!(iso(text), None, "{text}");
        }
    }

    #[test]
    fn declared_forms_come_first_and_iso_beside_them() {
        let forms = |declared: &[&str]| DateForms { declared: declared.iter().map(|form| (*form).into()).collect() };
        let read = |declared: &[&str], text: &str| forms(declared).read(text).map(|date| date.to_string());
        assert_eq!(read(&["%d.%m.%Y"], "03.02.2001").unwrap(), "2001-02-03 00:00:00");
        assert_eq!(read(&["%d.%m.%Y"], "2001-02-03").unwrap(), "2001-02-03 00:00:00");
        assert_eq!(read(&["%d.%m.%Y"], "02/03/2001"), None);
        assert_eq!(read(&["%m/%d/%y", "%d.%m.%Y %H:%M"], "03.02.2001 04:05").unwrap(), "2001-02-03 04:05:00");
        assert_eq!(read(&["%s"], "86400").unwrap(), "1970-01-02 00:00:00");
        assert_eq!(read(&["seconds"], "86400").unwrap(), "1970-01-02 00:00:00");
        assert_eq!(read(&["milliseconds"], "1000000000123").unwrap(), "2001-09-09 01:46:40.123");
        assert_eq!(read(&["milliseconds"], "-1").unwrap(), "1969-12-31 23:59:59.999");
        // Milliseconds are no seconds: they would lie ten thousands of years away.
        assert_eq!(read(&["seconds"], "1000000000123"), None);
        assert_eq!(read(&["%s"], "1000000000123"), None);
        assert_eq!(read(&["seconds"], "1.5").unwrap(), "1970-01-01 00:00:01.500");
        assert_eq!(
            [read(&["seconds"], "nan"), read(&["seconds"], "inf"), read(&["seconds"], "soon")],
            [None, None, None]
        );
        assert_eq!(read(&["%Y%m%d"], "20010203").unwrap(), "2001-02-03 00:00:00");
        assert_eq!(read(&["%d.%m.%Y %H:%M %z"], "03.02.2001 00:30 +0100").unwrap(), "2001-02-02 23:30:00");
        // Year, day, month: what is ISO 8601 elsewhere is another date here, or none.
        assert_eq!(read(&["%Y-%d-%m"], "2001-02-03").unwrap(), "2001-03-02 00:00:00");
        assert_eq!(read(&["%Y-%d-%m"], "2001-02-13"), None);
    }

    #[test]
    fn a_form_says_which_day_is_meant() {
        for form in [
            "%d.%m.%Y",
            "%m/%d/%y",
            "%s",
            "%Y-%j",
            "%F %T",
            "%e %B %Y",
            "%Y-%m-%dT%H:%M:%S%z",
            "%G-W%V-%u",
            "seconds",
            "milliseconds",
        ] {
            assert_eq!(DateForms::fault(form), None, "{form}");
        }
        for form in ["%H:%M", "%Y", "%m/%Y", "", "%d.%m.", "%Q", "%"] {
            assert!(DateForms::fault(form).is_some(), "{form}");
        }
    }

    #[test]
    fn parts_are_written_as_they_are_read() {
        let parts: Vec<String> = DatePart::usual().iter().map(DatePart::to_string).collect();
        assert_eq!(parts, ["days", "cycle(yearday)", "cycle(weekday)"]);
        assert_eq!(DatePart::Days { since: "2000-01-01".into() }.to_string(), "days(since: \"2000-01-01\")");
    }
}
