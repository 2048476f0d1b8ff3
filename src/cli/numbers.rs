//! Numbers formatted for a terminal.

pub(super) use crate::thousands::grouped;
use std::time::Duration;

/// `1234567` as `1.23 M`, in steps of a thousand.
pub(super) fn scaled(number: f64) -> String {
    const UNITS: [&str; 6] = ["", " k", " M", " G", " T", " P"];
    if !number.is_finite() {
        return number.to_string();
    }
    let (mut value, mut unit) = (number, 0);
    // A number that would be printed as 1000 uses the next unit.
    while value.abs() >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let decimals = match value.abs() {
        _ if unit == 0 => 0,
        small if small < 9.995 => 2,
        middle if middle < 99.95 => 1,
        _ => 0,
    };
    format!("{value:.decimals$}{}", UNITS[unit])
}

/// `1536000` as `1.54 MB`.
pub(super) fn bytes(number: u64) -> String {
    let text = scaled(number as f64);
    if number < 1000 { format!("{text} B") } else { format!("{text}B") }
}

/// A share as a percentage with two decimals; `-` where it is not defined.
pub(super) fn percent(share: f64) -> String {
    if share.is_nan() { "-".into() } else { format!("{:.2}", 100.0 * share) }
}

/// `12.3 s`, `4 min 07 s`, `2 h 05 min`.
pub(super) fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    // The limits lie where rounding would reach the next unit.
    if seconds < 0.0995 {
        format!("{:.1} ms", 1000.0 * seconds)
    } else if seconds < 59.95 {
        format!("{seconds:.1} s")
    } else if seconds < 3599.5 {
        let whole = seconds.round() as u64;
        format!("{} min {:02} s", whole / 60, whole % 60)
    } else {
        let minutes = (seconds / 60.0).round() as u64;
        format!("{} h {:02} min", minutes / 60, minutes % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_threes() {
        let shown = [0, 12, 123, 1234, 123_456, 1_234_567].map(grouped);
        assert_eq!(shown, ["0", "12", "123", "1,234", "123,456", "1,234,567"]);
    }

    #[test]
    fn three_digits_and_a_unit() {
        let shown = [0.0, 999.0, 999.6, 1234.0, 45_678.0, 999_600.0, 2.5e9].map(scaled);
        assert_eq!(shown, ["0", "999", "1.00 k", "1.23 k", "45.7 k", "1.00 M", "2.50 G"]);
        assert_eq!((bytes(12), bytes(1_536_000)), ("12 B".into(), "1.54 MB".into()));
    }

    #[test]
    fn time_is_told_in_two_units_at_most() {
        let shown = [0.0021, 0.25, 12.34, 59.96, 247.0, 3599.9, 7500.0].map(|s| duration(Duration::from_secs_f64(s)));
        assert_eq!(shown, ["2.1 ms", "0.2 s", "12.3 s", "1 min 00 s", "4 min 07 s", "1 h 00 min", "2 h 05 min"]);
    }

    #[test]
    fn what_is_not_defined_has_no_percentage() {
        assert_eq!((percent(0.30354), percent(f64::NAN)), ("30.35".into(), "-".into()));
    }
}
