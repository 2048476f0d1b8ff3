//! The matrix-product rate of one core of this machine: the reference for the speed of training.

use crate::exec::math::gemm::{MatrixView, multiply};
use crate::exec::workers::Workers;
use std::time::{Duration, Instant};

/// Rows and columns of the matrices: large enough for the full rate, small enough to stay in the caches.
const SIZE: usize = 384;

/// Duration of the measurement.
const LONGEST: Duration = Duration::from_millis(400);

/// Floating-point operations a second of one thread in a product of square matrices: the best of many.
pub fn product_rate() -> f64 {
    // The values do not matter, as long as they neither overflow nor vanish.
    let numbers: Vec<f32> = (0..SIZE * SIZE).map(|at| (at % 13) as f32 - 6.0).collect();
    let mut out = vec![0.0; SIZE * SIZE];
    let mut best = Duration::MAX;
    let began = Instant::now();
    while began.elapsed() < LONGEST {
        let start = Instant::now();
        let matrix = MatrixView::new(&numbers, SIZE, SIZE);
        multiply(std::hint::black_box(&mut out), matrix, matrix, false, Workers::One);
        best = best.min(start.elapsed());
    }
    let operations = 2.0 * (SIZE as f64).powi(3);
    operations / best.as_secs_f64().max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_core_does_more_than_a_desk_calculator_and_less_than_a_supercomputer() {
        let rate = super::product_rate();
        assert!((1e8..1e13).contains(&rate), "{rate}");
    }
}
