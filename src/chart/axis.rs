//! Axes: round numbers at ticks, and numbers as places.

/// An axis of numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What it measures, with the unit.
    pub title: String,
    /// The least number.
    pub low: f64,
    /// The greatest number.
    pub high: f64,
    /// Whether only whole numbers are ticks.
    pub whole: bool,
}

/// Ticks that an axis has about.
const TICKS: f64 = 5.0;

impl Axis {
    /// An axis over a range.
    pub fn new(title: impl Into<String>, low: f64, high: f64) -> Self {
        Self { title: title.into(), low, high, whole: false }
    }

    /// An axis over all of these numbers, ended by ticks. Numbers that are not finite are left out.
    pub fn over(title: impl Into<String>, numbers: impl IntoIterator<Item = f64>) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for number in numbers.into_iter().filter(|number| number.is_finite()) {
            (low, high) = (low.min(number), high.max(number));
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        if high - low <= 1e-12 * high.abs().max(low.abs()) {
            let reach = if high == 0.0 { 1.0 } else { high.abs() / 2.0 };
            (low, high) = (low - reach, high + reach);
        }
        let step = step(high - low);
        Self::new(title, (low / step).floor() * step, (high / step).ceil() * step)
    }

    /// As [`Axis::over`], from 0 on where no number is negative.
    pub fn from_zero(title: impl Into<String>, numbers: impl IntoIterator<Item = f64>) -> Self {
        Self::over(title, numbers.into_iter().chain([0.0]))
    }

    /// An axis of counts, from the least to the greatest, without fractions between.
    pub fn whole(title: impl Into<String>, low: f64, high: f64) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        Self { title: title.into(), low, high, whole: true }
    }

    /// The place of a number: 0 at the low end, 1 at the high end. Beyond the ends it is at the end.
    pub fn place(&self, number: f64) -> f64 {
        ((number - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Round numbers within the axis, with their texts.
    pub fn ticks(&self) -> Vec<(f64, String)> {
        let mut step = step(self.high - self.low);
        if self.whole {
            step = step.ceil().max(1.0);
        }
        let decimals = (-step.log10().floor()).clamp(0.0, 12.0) as usize;
        let first = (self.low / step - 1e-9).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        let text = |tick: f64| {
            let text = format!("{tick:.decimals$}");
            if tick.abs() >= 1e6 || text.len() > 9 { format!("{tick:e}") } else { text }
        };
        (first..=last).map(|at| at as f64 * step + 0.0).map(|tick| (tick, text(tick))).collect()
    }
}

/// The distance of ticks on an axis of this length: 1, 2 or 5 times a power of ten.
fn step(length: f64) -> f64 {
    let rough = length / TICKS;
    let power = 10f64.powf(rough.log10().floor());
    let times = rough / power;
    power
        * if times <= 1.0 + 1e-9 {
            1.0
        } else if times <= 2.0 + 1e-9 {
            2.0
        } else if times <= 5.0 + 1e-9 {
            5.0
        } else {
            10.0
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(axis: &Axis) -> Vec<String> {
        axis.ticks().into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(texts(&Axis::new("", 0.0, 1.0)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(texts(&Axis::over("", [3.2, 41.0])), ["0", "10", "20", "30", "40", "50"]);
        assert_eq!(texts(&Axis::whole("", 1.0, 3.0)), ["1", "2", "3"]);
        assert_eq!(texts(&Axis::whole("", 7.0, 7.0)), ["7", "8"]);
        assert_eq!(texts(&Axis::over("", [-0.001, 0.002])), ["-0.001", "0.000", "0.001", "0.002"]);
    }

    proptest! {
        #[test]
        fn every_axis_has_some_ticks_within_it(low in -1e9f64..1e9, length in 1e-6f64..1e9) {
            let axis = Axis::over("", [low, low + length]);
            let ticks = axis.ticks();
            prop_assert!(ticks.len() >= 2 && ticks.len() <= 12, "{ticks:?}");
            let slack = 1e-6 * (axis.high - axis.low);
            prop_assert!(ticks.iter().all(|(tick, _)| *tick >= axis.low - slack && *tick <= axis.high + slack));
            prop_assert!(axis.low <= low + slack && axis.high >= low + length - slack);
        }
    }
}
