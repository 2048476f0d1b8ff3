//! Dropout, by a mask that depends on the seed, the step of the training, the step of the plan, the row's place in the
//! batch and the feature only.

use crate::exec::backend::Backend;
use crate::exec::engine::StepKey;
use crate::exec::kernels::kernel::{Computed, Kernel, KernelCall};
use crate::exec::pass::Pass;
use crate::exec::value::Value;
use crate::ops::Dropout;
use dfdx::tensor::Tape;
use dfdx::tensor_ops::TryMul;

impl Kernel for Dropout {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let (x, p) = (call.x(), self.p);
        let Some(training) = pass.training.filter(|_| p > 0.0) else { return Ok(x.clone()) };
        let (features, rows) = x.dims();
        let mask = mask(training.key, call.index, p, features, training.first_row, rows);
        let mask = pass.constant(mask, (features, rows))?;
        let tensor = pass.tensor(x)?;
        let y = pass.record(&tensor, |x| x.try_mul(mask))?;
        Ok(Value::new(y, x.learned))
    }
}

/// `1 / (1 - p)` where an element is kept, 0 elsewhere; features x rows, for rows from `first_row` of the batch on.
fn mask(key: StepKey, step: usize, p: f64, features: usize, first_row: usize, rows: usize) -> Vec<f32> {
    let stream = mix(mix(mix(key.seed) ^ key.step) ^ step as u64);
    let keep = if p < 1.0 { (1.0 / (1.0 - p)) as f32 } else { 0.0 };
    let drawn = |feature: usize, row: usize| {
        let element = ((first_row + row) * features + feature) as u64;
        // The upper 53 bits, as a number in [0, 1).
        (mix(stream.wrapping_add(element.wrapping_mul(GOLDEN))) >> 11) as f64 / (1u64 << 53) as f64
    };
    let elements = (0..features).flat_map(|feature| (0..rows).map(move |row| (feature, row)));
    elements.map(|(feature, row)| if drawn(feature, row) < p { 0.0 } else { keep }).collect()
}

/// The increment of SplitMix64 (Steele, Lea and Flood, 2014).
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The output function of SplitMix64 after one increment.
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(GOLDEN);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: StepKey = StepKey { seed: 1, step: 7, epoch: 1 };

    #[test]
    fn a_row_has_the_same_mask_in_every_shard() {
        let whole = mask(KEY, 3, 0.4, 5, 0, 20);
        let part = mask(KEY, 3, 0.4, 5, 12, 8);
        for feature in 0..5 {
            assert_eq!(part[feature * 8..][..8], whole[feature * 20 + 12..][..8]);
        }
    }

    #[test]
    fn the_share_dropped_is_p_and_the_mean_is_kept() {
        let whole = mask(KEY, 0, 0.3, 500, 0, 200);
        let dropped = whole.iter().filter(|value| **value == 0.0).count() as f64 / whole.len() as f64;
        // Five standard deviations of a share of 100,000 draws.
        assert!((dropped - 0.3).abs() < 5.0 * (0.3f64 * 0.7 / 1e5).sqrt(), "{dropped}");
        assert!(whole.iter().all(|value| *value == 0.0 || *value == (1.0f64 / 0.7) as f32));
    }

    #[test]
    fn other_keys_draw_other_masks() {
        let one = mask(KEY, 0, 0.5, 16, 0, 16);
        assert_ne!(one, mask(StepKey { seed: 2, ..KEY }, 0, 0.5, 16, 0, 16));
        assert_ne!(one, mask(StepKey { step: 8, ..KEY }, 0, 0.5, 16, 0, 16));
        assert_ne!(one, mask(KEY, 1, 0.5, 16, 0, 16));
        assert_eq!(one, mask(KEY, 0, 0.5, 16, 0, 16));
    }
}
