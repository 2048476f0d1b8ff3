//! MMPareto (Wei et al., ICML 2024): the gradients that an encoder has of the joint loss and of its own are joined into a
//! direction that conflicts with neither, of at least the length of their sum.

use std::ops::Range;

/// Joins the gradients of each encoder, and adds up those of all other parameters. `joint` becomes the result.
pub(super) fn join(joint: &mut [f32], own: &[f32], encoders: &[Vec<Range<usize>>], gamma: f64) {
    let joined: Vec<(f64, f64)> = encoders.iter().map(|encoder| factors(joint, own, encoder, gamma)).collect();
    let mut done = vec![];
    for (encoder, (of_joint, of_own)) in encoders.iter().zip(joined) {
        for range in encoder {
            for (joint, own) in joint[range.clone()].iter_mut().zip(&own[range.clone()]) {
                *joint = (of_joint * f64::from(*joint) + of_own * f64::from(*own)) as f32;
            }
            done.push(range.clone());
        }
    }
    done.sort_by_key(|range| range.start);
    let mut at = 0;
    for range in done.into_iter().chain(std::iter::once(joint.len()..joint.len())) {
        joint[at..range.start].iter_mut().zip(&own[at..range.start]).for_each(|(joint, own)| *joint += own);
        at = range.end;
    }
}

/// The factors of the two gradients of an encoder: `2 c_1` and `2 c_2` with `c = (1/2, 1/2)` where they agree, else those on
/// the simplex of least length, and then both longer.
fn factors(joint: &[f32], own: &[f32], encoder: &[Range<usize>], gamma: f64) -> (f64, f64) {
    let pairs = || encoder.iter().flat_map(|range| joint[range.clone()].iter().zip(&own[range.clone()]));
    let sum = |of: &dyn Fn(f64, f64) -> f64| pairs().map(|(j, u)| of(f64::from(*j), f64::from(*u))).sum::<f64>();
    let (joints, owns, both) = (sum(&|j, _| j * j), sum(&|_, u| u * u), sum(&|j, u| j * u));
    let apart = joints + owns - 2.0 * both;
    let c = if both > 0.0 || apart <= 0.0 { 0.5 } else { ((owns - both) / apart).clamp(0.0, 1.0) };
    let (of_joint, of_own) = (2.0 * c, 2.0 * (1.0 - c));
    let length = |a: f64, b: f64| (a * a * joints + b * b * owns + 2.0 * a * b * both).max(0.0).sqrt();
    let (found, least) = (length(of_joint, of_own), length(1.0, 1.0));
    let longer = if found > 0.0 && found < least { least / found } else { 1.0 };
    (gamma * longer * of_joint, gamma * longer * of_own)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(range: Range<usize>) -> Vec<Range<usize>> {
        std::iter::once(range).collect()
    }

    fn dot(a: &[f32], b: &[f32]) -> f64 {
        a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    }

    #[test]
    fn agreement_is_their_sum_times_gamma() {
        let (mut joint, own) = (vec![1.0, 2.0, 5.0], [2.0, 1.0, -7.0]);
        join(&mut joint, &own, &[only(0..2)], 1.5);
        assert_eq!(joint, [4.5, 4.5, -2.0]);
    }

    #[test]
    fn conflict_is_resolved_and_not_shortened() {
        // The encoder is cut into two ranges around a parameter of another.
        let (before, own) = (vec![1.0f32, 9.0, 0.0], [-3.0f32, 1.0, 1.0]);
        let mut joint = before.clone();
        join(&mut joint, &own, &[vec![0..1, 2..3], vec![]], 1.0);
        assert_eq!(joint[1], 10.0);
        let (found, j, u) = ([joint[0], joint[2]], [before[0], before[2]], [own[0], own[2]]);
        // The point of least length between them is level to both.
        assert!(dot(&found, &j) > 0.0 && (dot(&found, &j) - dot(&found, &u)).abs() < 1e-6, "{found:?}");
        let (sum, length) = ([j[0] + u[0], j[1] + u[1]], dot(&found, &found).sqrt());
        assert!((length - dot(&sum, &sum).sqrt()).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn opposite_gradients_cancel() {
        let mut joint = vec![1.0, -2.0];
        join(&mut joint, &[-1.0, 2.0], &[only(0..2)], 1.5);
        assert_eq!(joint, [0.0, 0.0]);
    }
}
