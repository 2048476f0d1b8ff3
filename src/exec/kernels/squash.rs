//! The sigmoid and the hyperbolic tangent of many numbers, written so that they become vector instructions, and the
//! gates of a long short-term memory made of them.

/// `exp(x)`, by `2^n exp(r)` with r within half of `ln 2` and a polynomial for the rest (as Cephes has it): about one unit
/// in the last place off, and the same on every machine. What is not a number stays so.
#[inline(always)]
fn exp(x: f32) -> f32 {
    /// Adding it rounds to a whole number, which then stands in the lowest bits.
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

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

#[inline(always)]
fn tanh(x: f32) -> f32 {
    2.0 / (1.0 + exp(-2.0 * x)) - 1.0
}

/// One step forward: `gates` hold what enters the input, forget, cell and output gate one after the other, and hold what
/// comes out of them afterwards.
pub(super) fn forward(gates: &mut [f32], before: &[f32], cell: &mut [f32], state: &mut [f32]) {
    let size = cell.len();
    let (input, rest) = gates.split_at_mut(size);
    let (forget, rest) = rest.split_at_mut(size);
    let (new, output) = rest.split_at_mut(size);
    let (before, state) = (&before[..size], &mut state[..size]);
    let output = &mut output[..size];
    pulp::Arch::new().dispatch(|| {
        for at in 0..size {
            let (i, f, g, o) = (sigmoid(input[at]), sigmoid(forget[at]), tanh(new[at]), sigmoid(output[at]));
            let c = f * before[at] + i * g;
            (input[at], forget[at], new[at], output[at]) = (i, f, g, o);
            cell[at] = c;
            state[at] = o * tanh(c);
        }
    });
}

/// One step backward: from the gradients of the state and the cell to those of what entered the gates, which replace
/// the gates, and of the cell before, which replaces that of the cell.
pub(super) fn backward(gates: &mut [f32], before: &[f32], cell: &[f32], of_state: &[f32], of_cell: &mut [f32]) {
    let size = cell.len();
    let (input, rest) = gates.split_at_mut(size);
    let (forget, rest) = rest.split_at_mut(size);
    let (new, output) = rest.split_at_mut(size);
    let (before, of_state, of_cell) = (&before[..size], &of_state[..size], &mut of_cell[..size]);
    let output = &mut output[..size];
    pulp::Arch::new().dispatch(|| {
        for at in 0..size {
            let (i, f, g, o) = (input[at], forget[at], new[at], output[at]);
            let (t, of_state) = (tanh(cell[at]), of_state[at]);
            let of_cell_here = of_cell[at] + of_state * o * (1.0 - t * t);
            input[at] = of_cell_here * g * i * (1.0 - i);
            forget[at] = of_cell_here * before[at] * f * (1.0 - f);
            new[at] = of_cell_here * i * (1.0 - g * g);
            output[at] = of_state * t * o * (1.0 - o);
            of_cell[at] = of_cell_here * f;
        }
    });
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
