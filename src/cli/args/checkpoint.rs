//! How often the state of a training is saved: `5m`, `100 steps`, `1 epoch` or `never`.

use crate::train::CheckpointInterval;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The interval unless another one is given.
pub(in crate::cli) const DEFAULT_CHECKPOINT: &str = "5m";

/// The value of `--checkpoint`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum CheckpointArg {
    Every(CheckpointInterval),
    Never,
}

/// A unit of intervals.
struct IntervalUnit {
    /// Its spellings.
    names: &'static [&'static str],
    /// The interval of so many of it.
    interval: fn(u64) -> CheckpointInterval,
}

const UNITS: [IntervalUnit; 5] = [
    IntervalUnit { names: &["s", "sec", "second", "seconds"], interval: seconds },
    IntervalUnit { names: &["m", "min", "minute", "minutes"], interval: |count| seconds(count.saturating_mul(60)) },
    IntervalUnit { names: &["h", "hour", "hours"], interval: |count| seconds(count.saturating_mul(3600)) },
    IntervalUnit { names: &["step", "steps"], interval: CheckpointInterval::Steps },
    IntervalUnit { names: &["epoch", "epochs"], interval: CheckpointInterval::Epochs },
];

fn seconds(count: u64) -> CheckpointInterval {
    CheckpointInterval::Time(Duration::from_secs(count))
}

impl CheckpointArg {
    /// The interval; `None` for never.
    pub(in crate::cli) fn interval(self) -> Option<CheckpointInterval> {
        match self {
            CheckpointArg::Every(interval) => Some(interval),
            CheckpointArg::Never => None,
        }
    }
}

impl FromStr for CheckpointArg {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected a time such as `5m` or `90s`, `100 steps`, `1 epoch`, or `never`";
        let text = text.trim();
        if text == "never" {
            return Ok(Self::Never);
        }
        let (digits, unit) = text.split_at(text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len()));
        let count: u64 = digits.parse().map_err(|_| EXPECTED)?;
        let found = UNITS.iter().find(|known| known.names.contains(&unit.trim()));
        let interval = found.map(|unit| (unit.interval)(count));
        match interval {
            Some(_) if count == 0 => Err("expected at least 1"),
            Some(interval) => Ok(Self::Every(interval)),
            None => Err(EXPECTED),
        }
    }
}

impl fmt::Display for CheckpointArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CheckpointArg::Never => f.write_str("never"),
            CheckpointArg::Every(CheckpointInterval::Time(time)) => match time.as_secs() {
                seconds if seconds.is_multiple_of(60) => write!(f, "{}m", seconds / 60),
                seconds => write!(f, "{seconds}s"),
            },
            CheckpointArg::Every(CheckpointInterval::Steps(steps)) => write!(f, "{steps}steps"),
            CheckpointArg::Every(CheckpointInterval::Epochs(epochs)) => write!(f, "{epochs}epochs"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_steps_and_epochs_are_read_and_written() {
        let seconds = |count| CheckpointArg::Every(CheckpointInterval::Time(Duration::from_secs(count)));
        for (text, expected) in [
            ("5m", seconds(300)),
            ("90s", seconds(90)),
            ("2h", seconds(7200)),
            ("10 min", seconds(600)),
            ("100 steps", CheckpointArg::Every(CheckpointInterval::Steps(100))),
            ("1 step", CheckpointArg::Every(CheckpointInterval::Steps(1))),
            ("1epoch", CheckpointArg::Every(CheckpointInterval::Epochs(1))),
            (" 3 epochs ", CheckpointArg::Every(CheckpointInterval::Epochs(3))),
            ("never", CheckpointArg::Never),
        ] {
            let read: CheckpointArg = text.parse().unwrap();
            assert_eq!(read, expected, "{text}");
            assert_eq!(read.to_string().parse(), Ok(expected), "{read}");
        }
        for bad in ["", "5", "m", "0s", "0 steps", "-1m", "1.5h", "5 days", "never ever", "99999999999999999999s"] {
            assert!(bad.parse::<CheckpointArg>().is_err(), "{bad}");
        }
    }
}
