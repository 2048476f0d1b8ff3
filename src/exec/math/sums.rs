//! Sums over many numbers: in lanes that are vectorised, block by block in double precision.

/// Numbers that are added up in single precision.
const BLOCK: usize = 1024;
const LANES: usize = 16;

/// The sum of `term` over all numbers.
pub(in crate::exec) fn sum(numbers: &[f32], term: impl Fn(f32) -> f32) -> f64 {
    sum_of_two(numbers, numbers, |a, _| term(a))
}

/// The sum of `term` over all pairs.
pub(in crate::exec) fn sum_of_two(a: &[f32], b: &[f32], term: impl Fn(f32, f32) -> f32) -> f64 {
    let mut total = 0.0;
    for (a, b) in a.chunks(BLOCK).zip(b.chunks(BLOCK)) {
        let mut lanes = [0.0f32; LANES];
        let ((a, rest_of_a), (b, rest_of_b)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
        for (a, b) in a.iter().zip(b) {
            for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
                *lane += term(*a, *b);
            }
        }
        for ((lane, a), b) in lanes.iter_mut().zip(rest_of_a).zip(rest_of_b) {
            *lane += term(*a, *b);
        }
        total += lanes.iter().map(|lane| f64::from(*lane)).sum::<f64>();
    }
    total
}

/// The sum of all numbers.
pub(in crate::exec) fn total(numbers: &[f32]) -> f32 {
    sum(numbers, |number| number) as f32
}
