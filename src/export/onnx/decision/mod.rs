//! From the logits of components to the decision: log-probabilities, class losses of each combination, calibration. In 64
//! bits, as the exact form of `fusion` has it; a component that a row lacks is left out.

mod calibration;
mod class_losses;
mod components;
mod dynamic;
mod evidential;
mod fuzzy;
mod late;
mod multiplicative;

pub(super) use calibration::probabilities;
pub(super) use class_losses::class_losses;
pub(super) use components::component_logits;
