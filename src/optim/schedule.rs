//! Learning-rate schedules: a factor on the learning rate at each step.

use super::rule::SHARE;
use crate::signature::{Arguments, DefaultValue, Kind, Parameter, Signature};
use crate::spec::{Curve, Period, Schedule};

/// A schedule of the language.
#[derive(Clone, Copy, Debug)]
pub struct ScheduleEntry {
    /// Its name, arguments and documentation; every schedule takes `warmup`.
    pub signature: Signature,
    /// The curve that checked arguments of the signature give.
    pub curve: fn(&Arguments) -> Curve,
}

/// Every schedule; the first is the default.
pub const SCHEDULES: &[ScheduleEntry] = &[CONSTANT, EXPONENTIAL, STEPS, COSINE];

const PERIODS: &[&str] = &["epoch", "iteration"];
const WARMUP: Parameter =
    Parameter::new("warmup", Kind::Integer(0), "number of first iterations over which the rate rises from 0")
        .or(DefaultValue::Integer(0));
const CONSTANT: ScheduleEntry = ScheduleEntry {
    signature: Signature::new("constant", "a constant learning rate")
        .params(&[WARMUP])
        .example("train {\n  schedule = constant(warmup: 500)\n  epochs   = 10\n}"),
    curve: |_| Curve::Constant,
};

const EXPONENTIAL: ScheduleEntry = ScheduleEntry {
    signature: Signature::new(
        "exponential",
        "the learning rate is multiplied by `factor` every epoch, or every iteration",
    )
    .equation("lr * factor^n, after n whole periods")
    .params(&[
        Parameter::new("factor", SHARE, "the factor; the paper's is 0.99"),
        Parameter::new("every", Kind::Choice(PERIODS), "how long a period is")
            .or(DefaultValue::Word("epoch"))
            .of_paper(),
        WARMUP,
    ])
    .example("train {\n  schedule = exponential(0.99, every: epoch)\n  epochs   = 10\n}"),
    curve: |args| Curve::Exponential {
        factor: args.number("factor"),
        every: if args.word("every") == "iteration" { Period::Iteration } else { Period::Epoch },
    },
};

const STEPS: ScheduleEntry = ScheduleEntry {
    signature: Signature::new("steps", "the learning rate is multiplied by `factor` when these iterations are reached")
        .params(&[
            Parameter::new(
                "at",
                Kind::Integers(1),
                "the iterations, counted from 1; the paper's are 40,000 and 60,000",
            ),
            Parameter::new("factor", SHARE, "the factor").or_number(0.1).of_paper(),
            WARMUP,
        ])
        .example("train {\n  schedule   = steps(at: [40_000, 60_000], factor: 0.1)\n  iterations = 80_000\n}"),
    curve: |args| Curve::Steps { at: args.integers("at"), factor: args.number("factor") },
};

const COSINE: ScheduleEntry = ScheduleEntry {
    signature: Signature::new(
        "cosine",
        "half a cosine from the learning rate down to `floor` times it, over the whole training",
    )
    .equation("lr * (floor + (1 - floor) * (1 + cos(pi * t / T)) / 2)")
    .params(&[Parameter::new("floor", SHARE, "the factor at the end").or_number(0.0), WARMUP])
    .example("train {\n  schedule = cosine(warmup: 500)\n  epochs   = 10\n}"),
    curve: |args| Curve::Cosine { floor: args.number("floor") },
};

/// Length of a training, in steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrainingSteps {
    /// Steps in one pass over the training rows.
    pub steps_per_epoch: u64,
    /// Steps of the whole training, if it does not stop earlier.
    pub steps: u64,
}

impl Schedule {
    /// The factor on the learning rate at `step`, counted from 0.
    ///
    /// The curve runs over the whole training; a warm-up multiplies its first steps by `1 / n, 2 / n, ..`, reaching 1
    /// at the n-th step. A cosine is 1 at the first step and its floor at the last.
    pub fn factor(&self, step: u64, extent: TrainingSteps) -> f64 {
        let ramp = if step < self.warmup { (step + 1) as f64 / self.warmup as f64 } else { 1.0 };
        ramp * self.curve.factor(step, extent)
    }
}

impl Schedule {
    /// Whether the factor of a step depends on how many steps the training has.
    pub fn depends_on_length(&self) -> bool {
        match self.curve {
            Curve::Cosine { .. } => true,
            Curve::Constant | Curve::Exponential { .. } | Curve::Steps { .. } => false,
        }
    }
}

impl Curve {
    fn factor(&self, step: u64, extent: TrainingSteps) -> f64 {
        match self {
            Curve::Constant => 1.0,
            Curve::Exponential { factor, every } => {
                let period = match every {
                    Period::Epoch => extent.steps_per_epoch.max(1),
                    Period::Iteration => 1,
                };
                factor.powf((step / period) as f64)
            }
            Curve::Steps { at, factor } => {
                let reached = at.iter().filter(|at| **at <= step + 1).count();
                factor.powf(reached as f64)
            }
            Curve::Cosine { floor } => {
                let last = extent.steps.saturating_sub(1);
                let way = if last == 0 { 0.0 } else { step.min(last) as f64 / last as f64 };
                floor + (1.0 - floor) * 0.5 * (1.0 + (std::f64::consts::PI * way).cos())
            }
        }
    }
}

/// A schedule as a call in the language, every argument given: `cosine(floor: 0, warmup: 500)`.
pub fn show_schedule(schedule: &Schedule) -> String {
    let warmup = schedule.warmup;
    match &schedule.curve {
        Curve::Constant => format!("constant(warmup: {warmup})"),
        Curve::Exponential { factor, every } => {
            let every = if *every == Period::Epoch { "epoch" } else { "iteration" };
            format!("exponential({factor}, every: {every}, warmup: {warmup})")
        }
        Curve::Steps { at, factor } => format!("steps(at: {at:?}, factor: {factor}, warmup: {warmup})"),
        Curve::Cosine { floor } => format!("cosine(floor: {floor}, warmup: {warmup})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXTENT: TrainingSteps = TrainingSteps { steps_per_epoch: 10, steps: 101 };

    fn factor(warmup: u64, curve: Curve, step: u64) -> f64 {
        Schedule { warmup, curve }.factor(step, EXTENT)
    }

    #[track_caller]
    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    }

    #[test]
    fn constant_stays() {
        for step in [0, 1, 50, 100_000] {
            near(factor(0, Curve::Constant, step), 1.0);
        }
    }

    #[test]
    fn exponential_counts_whole_periods() {
        let by_epoch = Curve::Exponential { factor: 0.5, every: Period::Epoch };
        for (step, expected) in [(0, 1.0), (9, 1.0), (10, 0.5), (19, 0.5), (20, 0.25), (39, 0.125)] {
            near(factor(0, by_epoch.clone(), step), expected);
        }
        let by_step = Curve::Exponential { factor: 0.5, every: Period::Iteration };
        for (step, expected) in [(0, 1.0), (1, 0.5), (4, 0.0625)] {
            near(factor(0, by_step.clone(), step), expected);
        }
    }

    #[test]
    fn steps_apply_when_the_step_counted_from_one_is_reached() {
        let curve = Curve::Steps { at: vec![40, 60], factor: 0.1 };
        for (step, expected) in [(0, 1.0), (38, 1.0), (39, 0.1), (58, 0.1), (59, 0.01), (100, 0.01)] {
            near(factor(0, curve.clone(), step), expected);
        }
    }

    #[test]
    fn cosine_falls_from_one_to_its_floor() {
        let curve = Curve::Cosine { floor: 0.2 };
        // A third of the way the cosine is 1/2, at half of it 0, at two thirds -1/2.
        for (step, expected) in [(0, 1.0), (50, 0.6), (100, 0.2), (500, 0.2)] {
            near(factor(0, curve.clone(), step), expected);
        }
        let third = Schedule { warmup: 0, curve }.factor(1, TrainingSteps { steps_per_epoch: 1, steps: 4 });
        near(third, 0.2 + 0.8 * 0.75);
        near(factor(0, Curve::Cosine { floor: 0.0 }, 100), 0.0);
    }

    #[test]
    fn a_training_of_one_step_begins_at_one() {
        let schedule = Schedule { warmup: 0, curve: Curve::Cosine { floor: 0.0 } };
        near(schedule.factor(0, TrainingSteps { steps_per_epoch: 1, steps: 1 }), 1.0);
    }

    #[test]
    fn warm_up_rises_linearly_and_multiplies_the_curve() {
        for (step, expected) in [(0, 0.25), (1, 0.5), (2, 0.75), (3, 1.0), (4, 1.0)] {
            near(factor(4, Curve::Constant, step), expected);
        }
        let curve = Curve::Exponential { factor: 0.5, every: Period::Epoch };
        for (step, expected) in [(9, 0.5), (10, 0.55 * 0.5), (19, 0.5), (20, 0.25)] {
            near(factor(20, curve.clone(), step), expected);
        }
    }
}
