//! From a prepared number back to the cell it was made of, for messages.

use crate::data::modality::fitted::FittedModality;
use crate::data::modality::transform::FittedTransform;

impl FittedModality {
    /// The cell that one of its numbers was made of, where no transform lost it: a clipped cell is the bound it was clipped to.
    pub fn cell_of(&self, number: usize, value: f64) -> f64 {
        self.transforms.iter().rev().fold(value, |value, transform| transform.undo(number, value))
    }
}

impl FittedTransform {
    /// The number before this transform.
    fn undo(&self, column: usize, value: f64) -> f64 {
        let of = |values: &[f64]| values.get(column).copied().unwrap_or(f64::NAN);
        match self {
            FittedTransform::Standardize { mean, std } => value * of(std) + of(mean),
            FittedTransform::MinMax { min, max } => value * (of(max) - of(min)) + of(min),
            FittedTransform::Log1p => libm::copysign(libm::expm1(value.abs()), value),
            FittedTransform::SubtractMean { mean, .. } => value + of(mean),
            FittedTransform::NormalizePixels => value * 255.0,
            // These keep a number, or make one of something that is none.
            FittedTransform::Clip { .. }
            | FittedTransform::Missing { .. }
            | FittedTransform::Impute { .. }
            | FittedTransform::ImputeWord { .. }
            | FittedTransform::KeepMissing
            | FittedTransform::GroupRare { .. }
            | FittedTransform::Lowercase
            | FittedTransform::Chars { .. }
            | FittedTransform::Words { .. }
            | FittedTransform::Category { .. }
            | FittedTransform::Date { .. }
            | FittedTransform::OneHot { .. }
            | FittedTransform::Size(_)
            | FittedTransform::Augment { .. } => value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_undone_is_what_was_there() {
        let transforms = [
            FittedTransform::Standardize { mean: vec![0.0, 12.5], std: vec![1.0, 3.0] },
            FittedTransform::MinMax { min: vec![0.0, -2.0], max: vec![1.0, 40.0] },
            FittedTransform::Log1p,
            FittedTransform::NormalizePixels,
            FittedTransform::SubtractMean { mean: vec![0.0, 7.0], reference: false },
        ];
        for transform in transforms {
            for cell in [-31.25, 0.0, 0.75, 1e4] {
                let back = transform.undo(1, transform.apply(1, cell));
                assert!((back - cell).abs() <= 1e-12 * cell.abs().max(50.0), "{transform:?}: {cell} became {back}");
            }
        }
    }
}
