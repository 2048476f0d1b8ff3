//! The sigmoid and the hyperbolic tangent of many numbers, written so that they are vectorised.

/// `exp(x)`, by `2^n exp(r)` with r within half of `ln 2` and a polynomial for the rest (as in Cephes): about one
/// unit in the last place off, and the same on every machine. A NaN stays a NaN.
#[inline(always)]
fn exp(x: f32) -> f32 {
    /// Adding it rounds to a whole number, which is then in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    /// `ln 2` in two parts, the first with so few bits that its multiples are exact.
    const LN_2: (f32, f32) = (0.693_359_4, -2.121_944_4e-4);
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let rest = x - whole * LN_2.0 - whole * LN_2.1;
    let mut series = 1.987_569_1e-4;
    for term in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        series = series * rest + term;
    }
    let power = f32::from_bits(shifted.to_bits().wrapping_add(127) << 23);
    (series * rest * rest + rest + 1.0) * power
}

/// `1 / (1 + exp(-x))`
#[inline(always)]
pub(in crate::exec) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// The hyperbolic tangent.
#[inline(always)]
pub(in crate::exec) fn tanh(x: f32) -> f32 {
    2.0 / (1.0 + exp(-2.0 * x)) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agree_with_double_precision() {
        for step in -20_000..=20_000 {
            let x = step as f32 * 1e-3;
            let exact = f64::from(x);
            let relative = f64::from(exp(x)) / exact.exp() - 1.0;
            assert!(relative.abs() < 3e-7, "exp({x}) is off by {relative}");
            assert!((f64::from(tanh(x)) - exact.tanh()).abs() < 2e-7, "tanh({x})");
            assert!((f64::from(sigmoid(x)) - 1.0 / (1.0 + (-exact).exp())).abs() < 1e-7, "sigmoid({x})");
        }
    }

    #[test]
    fn the_ends_are_reached_and_what_is_not_a_number_stays() {
        assert_eq!((sigmoid(1e9), sigmoid(-1e9) < 1e-37), (1.0, true));
        assert_eq!((tanh(1e9), tanh(-1e9)), (1.0, -1.0));
        assert_eq!((tanh(f32::INFINITY), tanh(f32::NEG_INFINITY)), (1.0, -1.0));
        assert!(sigmoid(f32::NAN).is_nan() && tanh(f32::NAN).is_nan());
    }
}
