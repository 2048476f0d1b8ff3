//! Corruptions of the prepared numbers of one row of a modality.

use crate::data::corruption::exposure::seed_of;
use crate::data::corruption::kind::CorruptionKind;
use crate::data::random::{Purpose, below, stream, uniform};
use crate::spec::ModalityKind;
use rand_chacha::ChaCha8Rng;

/// The id of a token outside of the vocabulary; 0 is padding.
const UNKNOWN: f32 = 1.0;
/// The id of the first token of the vocabulary.
const FIRST: u64 = 2;

/// What the corruptions of a modality have to know of it.
#[derive(Clone, Debug, PartialEq)]
pub struct CorruptedModality {
    /// Its name, which decides the draws.
    pub name: String,
    /// What kind of signal it is.
    pub kind: ModalityKind,
    /// The shape of one row.
    pub shape: Vec<usize>,
    /// Whether tokens are words, which a typo makes unknown.
    pub words: bool,
}

/// Changes the numbers of a row of a modality, as the kind and level want. A level of 0 changes no bit. The kinds that take
/// numbers from other rows, or leave the modality out, change nothing here.
pub fn corrupt_numbers(
    modality: &CorruptedModality,
    kind: CorruptionKind,
    level: f64,
    seed: u64,
    row_id: u64,
    numbers: &mut [f32],
) {
    if level <= 0.0 || !kind.applies_to(modality.kind) {
        return;
    }
    let seed = seed_of(seed, &["numbers", kind.as_str(), &modality.name]);
    let random = &mut stream(Purpose::Corruption, seed, row_id);
    match kind {
        CorruptionKind::Gaussian => gaussian(level, random, numbers),
        CorruptionKind::Dropout => dropout(modality, level, random, numbers),
        CorruptionKind::Typos => typos(modality, level, random, numbers),
        CorruptionKind::Blur => blur(&modality.shape, level, numbers),
        CorruptionKind::Occlusion => occlusion(&modality.shape, level, random, numbers),
        CorruptionKind::Missing
        | CorruptionKind::Swap
        | CorruptionKind::NextClass
        | CorruptionKind::Shuffle
        | CorruptionKind::Constant => {}
    }
}

/// The place of another row: uniformly among `rows` places, those for which `fits` alone; `None` where no row fits.
pub(crate) fn other_row(
    seed: u64,
    modality: &str,
    row_id: u64,
    rows: usize,
    fits: impl Fn(usize) -> bool,
) -> Option<usize> {
    /// Draws until each row is tried in turn.
    const DRAWS: usize = 200;
    let random = &mut stream(Purpose::Corruption, seed_of(seed, &["other row", modality]), row_id);
    let mut last = 0;
    for _ in 0..DRAWS {
        last = below(random, rows as u64) as usize;
        if last < rows && fits(last) {
            return Some(last);
        }
    }
    (last..rows).chain(0..last).find(|row| fits(*row))
}

/// Padding of a sequence is not-a-number, and stays so.
fn gaussian(level: f64, random: &mut ChaCha8Rng, numbers: &mut [f32]) {
    for pair in numbers.chunks_mut(2) {
        // Box and Muller's pair of independent normal numbers; 1 - u is above 0.
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - uniform(random)));
        let angle = 2.0 * std::f64::consts::PI * uniform(random);
        for (number, normal) in pair.iter_mut().zip([radius * libm::cos(angle), radius * libm::sin(angle)]) {
            *number = (f64::from(*number) + level * normal) as f32;
        }
    }
}

fn dropout(modality: &CorruptedModality, level: f64, random: &mut ChaCha8Rng, numbers: &mut [f32]) {
    let text = matches!(modality.kind, ModalityKind::Text { .. });
    for number in numbers {
        let dropped = uniform(random) < level;
        // Padding of a text or a sequence is none of the values.
        let value = !(number.is_nan() || text && *number == 0.0);
        if dropped && value {
            *number = if text { UNKNOWN } else { 0.0 };
        }
    }
}

fn typos(modality: &CorruptedModality, level: f64, random: &mut ChaCha8Rng, numbers: &mut [f32]) {
    let ModalityKind::Text { vocabulary } = modality.kind else { return };
    let length = numbers.iter().take_while(|token| **token != 0.0).count();
    let mut tokens: Vec<f32> = Vec::with_capacity(length + 8);
    let mut at = 0;
    while at < length {
        // Drawn for every token, so that a typo does not shift the draws of those after it.
        let (happens, which, letter) = (uniform(random) < level, below(random, 4), below(random, vocabulary as u64));
        let letter = letter.max(FIRST.min(vocabulary as u64)) as f32;
        let own = numbers[at];
        match (happens, modality.words, which) {
            (false, ..) => tokens.push(own),
            (true, true, _) => tokens.push(UNKNOWN),
            (true, false, 0) => tokens.push(letter),
            (true, false, 1) => {}
            (true, false, 2) => tokens.extend([letter, own]),
            (true, false, _) if at + 1 < length => {
                tokens.extend([numbers[at + 1], own]);
                // The draws of the token that was exchanged.
                let _ = (uniform(random), below(random, 4), below(random, vocabulary as u64));
                at += 1;
            }
            (true, false, _) => tokens.push(own),
        }
        at += 1;
    }
    if tokens.is_empty() {
        tokens.extend(numbers.first());
    }
    tokens.resize(numbers.len(), 0.0);
    numbers.copy_from_slice(&tokens);
}

/// A normal density cut off at three deviations and normalized, along lines and then along columns; beyond the edge lies the
/// pixel of the edge.
fn blur(shape: &[usize], level: f64, numbers: &mut [f32]) {
    let [_, height, width] = *shape else { return };
    let reach = (3.0 * level).ceil().min(height.max(width) as f64) as isize;
    let density: Vec<f64> = (-reach..=reach).map(|at| libm::exp(-0.5 * (at as f64 / level).powi(2))).collect();
    let sum: f64 = density.iter().sum();
    let smoothed = |length: usize, at: usize, value: &dyn Fn(usize) -> f64| -> f64 {
        let place = |offset: isize| (at as isize + offset).clamp(0, length as isize - 1) as usize;
        (-reach..=reach).zip(&density).map(|(offset, weight)| weight * value(place(offset))).sum::<f64>() / sum
    };
    for plane in numbers.chunks_mut((height * width).max(1)) {
        let pixels: Vec<f64> = plane.iter().map(|pixel| f64::from(*pixel)).collect();
        let cells = || (0..height).flat_map(|line| (0..width).map(move |column| (line, column)));
        let lines: Vec<f64> =
            cells().map(|(line, column)| smoothed(width, column, &|at| pixels[line * width + at])).collect();
        for (pixel, (line, column)) in plane.iter_mut().zip(cells()) {
            *pixel = smoothed(height, line, &|at| lines[at * width + column]) as f32;
        }
    }
}

fn occlusion(shape: &[usize], level: f64, random: &mut ChaCha8Rng, numbers: &mut [f32]) {
    let [_, height, width] = *shape else { return };
    let side = level.sqrt();
    let covered = |length: usize| ((side * length as f64).round() as usize).clamp(1, length.max(1));
    let first = |length: usize, share: f64| (share * (length - covered(length) + 1) as f64) as usize;
    let (top, left) = (first(height, uniform(random)), first(width, uniform(random)));
    for plane in numbers.chunks_mut((height * width).max(1)) {
        for line in plane.chunks_mut(width.max(1)).skip(top).take(covered(height)) {
            line[left..left + covered(width)].fill(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dense(width: usize) -> CorruptedModality {
        CorruptedModality { name: "x".into(), kind: ModalityKind::Dense, shape: vec![width], words: false }
    }

    fn text(vocabulary: usize, words: bool) -> CorruptedModality {
        CorruptedModality { name: "t".into(), kind: ModalityKind::Text { vocabulary }, shape: vec![6], words }
    }

    fn image(shape: [usize; 3]) -> CorruptedModality {
        CorruptedModality { name: "i".into(), kind: ModalityKind::Image, shape: shape.to_vec(), words: false }
    }

    fn changed(modality: &CorruptedModality, kind: CorruptionKind, level: f64, row: u64, numbers: &[f32]) -> Vec<f32> {
        let mut numbers = numbers.to_vec();
        corrupt_numbers(modality, kind, level, 5, row, &mut numbers);
        numbers
    }

    #[test]
    fn a_level_of_zero_changes_no_bit() {
        let numbers = [-0.0, 1.5, f32::NAN, 3e-39];
        for kind in CorruptionKind::ALL {
            let found = changed(&dense(4), kind, 0.0, 1, &numbers);
            assert_eq!(found.iter().map(|x| x.to_bits()).collect::<Vec<_>>(), numbers.map(f32::to_bits));
        }
    }

    #[test]
    fn noise_is_normal_and_its_strength_is_the_level() {
        let zeros = vec![0.0; 20_000];
        let once = changed(&dense(20_000), CorruptionKind::Gaussian, 1.0, 3, &zeros);
        let twice = changed(&dense(20_000), CorruptionKind::Gaussian, 2.0, 3, &zeros);
        assert!(once.iter().zip(&twice).all(|(a, b)| 2.0 * a == *b));
        let moment = |power: i32| once.iter().map(|x| f64::from(*x).powi(power)).sum::<f64>() / 20_000.0;
        // The mean has deviation 1/141, the second moment sqrt(2)/141, the fourth sqrt(96)/141: five of each.
        assert!(moment(1).abs() < 0.036 && (moment(2) - 1.0).abs() < 0.05 && (moment(4) - 3.0).abs() < 0.35);
        assert_ne!(once, changed(&dense(20_000), CorruptionKind::Gaussian, 1.0, 4, &zeros));
    }

    #[test]
    fn dropout_leaves_padding_alone() {
        let all = changed(&dense(3), CorruptionKind::Dropout, 1.0, 1, &[1.0, f32::NAN, -2.0]);
        assert!(all[0] == 0.0 && all[1].is_nan() && all[2] == 0.0);
        assert_eq!(
            changed(&text(9, false), CorruptionKind::Dropout, 1.0, 1, &[5.0, 3.0, 1.0, 0.0, 0.0, 0.0]),
            [1.0, 1.0, 1.0, 0.0, 0.0, 0.0]
        );
    }

    #[test]
    fn a_typo_makes_a_word_unknown() {
        let found = changed(&text(9, true), CorruptionKind::Typos, 1.0, 1, &[5.0, 3.0, 8.0, 0.0, 0.0, 0.0]);
        assert_eq!(found, [1.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn all_four_typos_occur() {
        let word = [2.0, 3.0, 4.0, 0.0, 0.0, 0.0];
        let mut lengths = [0; 7];
        let mut exchanged = false;
        for row in 0..500 {
            let found = changed(&text(30, false), CorruptionKind::Typos, 0.2, row, &word);
            let length = found.iter().take_while(|token| **token != 0.0).count();
            assert!(found[length..].iter().all(|token| *token == 0.0), "{found:?}");
            assert!(found[..length].iter().all(|token| (2.0..30.0).contains(token)), "{found:?}");
            lengths[length] += 1;
            exchanged |= found[..3] == [3.0, 2.0, 4.0];
        }
        assert!(lengths[0] == 0 && lengths[2] > 20 && lengths[3] > 100 && lengths[4] > 20 && exchanged, "{lengths:?}");
    }

    #[test]
    fn blur_keeps_a_plain_image_and_spreads_a_point_by_the_density() {
        let plain = vec![0.5; 50];
        for pixel in changed(&image([2, 5, 5]), CorruptionKind::Blur, 1.0, 1, &plain) {
            assert!((pixel - 0.5).abs() < 1e-6);
        }
        let mut point = vec![0.0; 81];
        point[40] = 1.0;
        let found = changed(&image([1, 9, 9]), CorruptionKind::Blur, 1.0, 1, &point);
        let ratio = f64::from(found[41]) / f64::from(found[40]);
        assert!((ratio - (-0.5f64).exp()).abs() < 1e-6, "{ratio}");
        assert!((found.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }

    #[test]
    fn occlusion_covers_its_share() {
        let ones = vec![1.0; 3 * 64];
        for row in 0..50 {
            let found = changed(&image([3, 8, 8]), CorruptionKind::Occlusion, 0.25, row, &ones);
            assert_eq!(found.iter().filter(|pixel| **pixel == 0.0).count(), 3 * 16);
        }
        assert!(changed(&image([3, 8, 8]), CorruptionKind::Occlusion, 1.0, 1, &ones).iter().all(|pixel| *pixel == 0.0));
    }

    proptest! {
        #[test]
        fn what_a_low_level_drops_a_higher_one_drops_too(row: u64, levels in [0.01f64..1.0, 0.01..1.0]) {
            let ones = vec![1.0; 40];
            let [low, high] = if levels[0] < levels[1] { levels } else { [levels[1], levels[0]] };
            let [low, high] = [low, high].map(|level| changed(&dense(40), CorruptionKind::Dropout, level, row, &ones));
            prop_assert!(low.iter().zip(&high).all(|(low, high)| *low >= *high));
        }

        #[test]
        fn another_row_fits(seed: u64, row: u64, rows in 1usize..50, period in 1usize..9) {
            let found = other_row(seed, "x", row, rows, |at| at % period == period - 1);
            prop_assert_eq!(found.is_some(), rows >= period);
            prop_assert!(found.is_none_or(|at| at % period == period - 1));
        }
    }
}
