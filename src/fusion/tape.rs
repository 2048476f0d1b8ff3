//! Numbers that remember how they were computed, for the gradient of a formula (reverse mode, one row at a time).
//!
//! A number is constant or depends on variables of a [`Tape`]. Only the latter are recorded, so that a formula of
//! constants costs its arithmetic alone, and the same code computes a value and its gradient.

use statrs::function::gamma::{digamma, ln_gamma};
use std::cell::RefCell;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// What was computed, in order: for each number, up to two numbers it depends on, with the derivative by each.
#[derive(Debug, Default)]
pub(super) struct Tape {
    nodes: RefCell<Vec<[(usize, f64); 2]>>,
}

/// The place of a number that is on no tape.
const NOWHERE: usize = usize::MAX;

/// A number of a formula.
#[derive(Clone, Copy, Debug)]
pub(super) struct Var<'t> {
    tape: &'t Tape,
    at: usize,
    /// Its value.
    pub(super) value: f64,
}

impl Tape {
    /// A tape with room for so many numbers.
    pub(super) fn with_capacity(numbers: usize) -> Self {
        Self { nodes: RefCell::new(Vec::with_capacity(numbers)) }
    }

    /// How many numbers it has.
    pub(super) fn len(&self) -> usize {
        self.nodes.borrow().len()
    }

    /// A number that does not vary.
    pub(super) fn constant(&self, value: f64) -> Var<'_> {
        Var { tape: self, at: NOWHERE, value }
    }

    /// A number that a gradient can be taken by.
    pub(super) fn variable(&self, value: f64) -> Var<'_> {
        self.record(value, [(NOWHERE, 0.0); 2])
    }

    fn record(&self, value: f64, parents: [(usize, f64); 2]) -> Var<'_> {
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(parents);
        Var { tape: self, at: nodes.len() - 1, value }
    }

    /// The derivatives of `of` by each of `variables`.
    pub(super) fn gradient(&self, of: Var<'_>, variables: &[Var<'_>]) -> Vec<f64> {
        let nodes = self.nodes.borrow();
        let mut slopes = vec![0.0; nodes.len()];
        if let Some(end) = slopes.get_mut(of.at) {
            *end = 1.0;
        }
        for (at, parents) in nodes.iter().enumerate().rev() {
            let slope = slopes[at];
            if slope == 0.0 {
                continue;
            }
            for (parent, by) in parents.iter().filter(|(parent, _)| *parent != NOWHERE) {
                slopes[*parent] += slope * by;
            }
        }
        variables.iter().map(|variable| slopes.get(variable.at).copied().unwrap_or(0.0)).collect()
    }
}

impl<'t> Var<'t> {
    fn function(self, value: f64, slope: f64) -> Self {
        if self.at == NOWHERE {
            return Self { value, ..self };
        }
        self.tape.record(value, [(self.at, slope), (NOWHERE, 0.0)])
    }

    fn with(self, other: Self, value: f64, slopes: [f64; 2]) -> Self {
        match (self.at, other.at) {
            (NOWHERE, NOWHERE) => Self { value, ..self },
            _ => self.tape.record(value, [(self.at, slopes[0]), (other.at, slopes[1])]),
        }
    }

    /// The same value as a constant.
    pub(super) fn held(self) -> Self {
        Self { at: NOWHERE, ..self }
    }

    /// `exp x`
    pub(super) fn exp(self) -> Self {
        let value = self.value.exp();
        self.function(value, value)
    }

    /// `log x`
    pub(super) fn ln(self) -> Self {
        self.function(self.value.ln(), 1.0 / self.value)
    }

    /// `log (1 + x)`
    pub(super) fn ln_1p(self) -> Self {
        self.function(self.value.ln_1p(), 1.0 / (1.0 + self.value))
    }

    /// `exp x - 1`
    pub(super) fn exp_m1(self) -> Self {
        self.function(self.value.exp_m1(), self.value.exp())
    }

    /// `x^n`
    pub(super) fn powi(self, n: i32) -> Self {
        self.function(self.value.powi(n), f64::from(n) * self.value.powi(n - 1))
    }

    /// The third root of `x >= 0`; at 0 its derivative counts as 0.
    pub(super) fn cbrt(self) -> Self {
        let value = self.value.cbrt();
        self.function(value, if value == 0.0 { 0.0 } else { value / (3.0 * self.value) })
    }

    /// The root of `x >= 0`; at 0 its derivative counts as 0.
    pub(super) fn sqrt(self) -> Self {
        let value = self.value.sqrt();
        self.function(value, if value == 0.0 { 0.0 } else { 0.5 / value })
    }

    /// `|x|`; at 0 its derivative counts as 0.
    pub(super) fn abs(self) -> Self {
        let sign = if self.value == 0.0 { 0.0 } else { self.value.signum() };
        self.function(self.value.abs(), sign)
    }

    /// `max(x, least)`, with a derivative of 0 up to `least`.
    pub(super) fn at_least(self, least: f64) -> Self {
        if self.value > least { self } else { self.tape.constant(if self.value.is_nan() { f64::NAN } else { least }) }
    }

    /// `log (1 + exp x)`
    pub(super) fn softplus(self) -> Self {
        let tail = (-self.value.abs()).exp();
        let slope = if self.value >= 0.0 { 1.0 / (1.0 + tail) } else { tail / (1.0 + tail) };
        self.function(self.value.max(0.0) + tail.ln_1p(), slope)
    }

    /// `log Gamma(x)`, for `x > 0`.
    pub(super) fn ln_gamma(self) -> Self {
        let slope = if self.at == NOWHERE { 0.0 } else { digamma(self.value) };
        self.function(ln_gamma(self.value), slope)
    }

    /// The derivative of `log Gamma(x)`, for `x > 0`.
    pub(super) fn digamma(self) -> Self {
        let slope = if self.at == NOWHERE { 0.0 } else { trigamma(self.value) };
        self.function(digamma(self.value), slope)
    }
}

/// The derivative of the digamma function, for `x > 0`: `psi'(x) = psi'(x + 1) + 1 / x^2` up to 10, and from there the
/// asymptotic series (Abramowitz and Stegun, 6.4.12).
fn trigamma(x: f64) -> f64 {
    let (mut x, mut sum) = (x, 0.0);
    while x < 10.0 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    // The Bernoulli numbers; after the last of these the error at 10 is below 1e-15 of the value.
    let terms = [1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0, -691.0 / 2730.0, 7.0 / 6.0];
    let series = terms.iter().rev().fold(0.0, |rest, term| term + square * rest);
    sum + 1.0 / x + 0.5 * square + series * square / x
}

/// The operators of two numbers: the value and the derivatives by each.
macro_rules! operator {
    ($trait:ident, $method:ident, |$x:ident, $y:ident| $value:expr, $by_x:expr, $by_y:expr) => {
        impl<'t> $trait for Var<'t> {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                let ($x, $y) = (self.value, other.value);
                self.with(other, $value, [$by_x, $by_y])
            }
        }
        impl<'t> $trait<f64> for Var<'t> {
            type Output = Self;
            fn $method(self, $y: f64) -> Self {
                let $x = self.value;
                self.function($value, $by_x)
            }
        }
    };
}
operator!(Add, add, |x, y| x + y, 1.0, 1.0);
operator!(Sub, sub, |x, y| x - y, 1.0, -1.0);
operator!(Mul, mul, |x, y| x * y, y, x);
operator!(Div, div, |x, y| x / y, 1.0 / y, -x / (y * y));

impl Neg for Var<'_> {
    type Output = Self;
    fn neg(self) -> Self {
        self.function(-self.value, -1.0)
    }
}

/// The sum of one number or more.
pub(super) fn sum<'t>(numbers: impl IntoIterator<Item = Var<'t>>) -> Option<Var<'t>> {
    numbers.into_iter().reduce(|sum, number| sum + number)
}

/// `log sum exp x` of one number or more.
pub(super) fn log_sum_exp<'t>(numbers: &[Var<'t>]) -> Option<Var<'t>> {
    let most = numbers.iter().map(|number| number.value).fold(f64::NEG_INFINITY, f64::max);
    Some(sum(numbers.iter().map(|number| (*number - most).exp()))?.ln() + most)
}

/// `-log softmax(z)` of every class.
pub(super) fn neg_log_softmax<'t>(logits: &[Var<'t>]) -> Option<Vec<Var<'t>>> {
    let mass = log_sum_exp(logits)?;
    Some(logits.iter().map(|logit| mass - *logit).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trigamma_has_its_known_values() {
        let pi2 = std::f64::consts::PI.powi(2);
        for (x, expected) in
            [(1.0, pi2 / 6.0), (0.5, pi2 / 2.0), (2.0, pi2 / 6.0 - 1.0), (1e6, 1.000_000_500_000_166_6e-6)]
        {
            assert!((trigamma(x) / expected - 1.0).abs() < 1e-14, "{x}: {} instead of {expected}", trigamma(x));
        }
    }

    /// Every function and operator at a point, by a central difference.
    #[test]
    fn derivatives_are_those_of_the_functions() {
        type Function = for<'t> fn(Var<'t>) -> Var<'t>;
        let functions: [(&str, Function); 17] = [
            ("exp", |x| x.exp()),
            ("ln", |x| x.ln()),
            ("ln_1p", |x| x.ln_1p()),
            ("exp_m1", |x| x.exp_m1()),
            ("cube", |x| x.powi(3)),
            ("cbrt", |x| x.cbrt()),
            ("sqrt", |x| x.sqrt()),
            ("abs", |x| (x - 2.0).abs()),
            ("at_least", |x| x.at_least(0.5) * 2.0),
            ("softplus", |x| x.softplus()),
            ("ln_gamma", |x| x.ln_gamma()),
            ("digamma", |x| x.digamma()),
            ("difference", |x| x.exp() - x * 3.0),
            ("quotient", |x| (x + 1.0) / (x * x + 2.0)),
            ("number", |x| -(x / 4.0)),
            ("log_sum_exp", |x| log_sum_exp(&[x, x * 2.0, x.held()]).unwrap_or(x)),
            ("held", |x| x.held() * x),
        ];
        for (name, function) in functions {
            for at in [0.3, 0.8, 1.7] {
                let tape = Tape::default();
                let x = tape.variable(at);
                let found = tape.gradient(function(x), &[x])[0];
                let value = |by: f64| {
                    let tape = Tape::default();
                    function(tape.constant(at + by)).value
                };
                let expected = match name {
                    "held" => at,
                    "log_sum_exp" => {
                        let powers = [at.exp(), (2.0 * at).exp(), at.exp()];
                        (powers[0] + 2.0 * powers[1]) / powers.iter().sum::<f64>()
                    }
                    _ => (value(1e-6) - value(-1e-6)) / 2e-6,
                };
                assert!(
                    (found - expected).abs() < 1e-8 * expected.abs().max(1.0),
                    "{name} at {at}: {found}, {expected}"
                );
            }
        }
    }

    #[test]
    fn constants_are_not_recorded() {
        let tape = Tape::default();
        let x = tape.constant(2.0);
        assert_eq!((x.exp() * x + 1.0).value, 2f64.exp() * 2.0 + 1.0);
        assert!(tape.nodes.borrow().is_empty());
    }
}
