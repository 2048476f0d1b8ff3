//! Corruptions of prepared rows: noise, typos, blur, missing and exchanged modalities, by level. A pure function of the
//! rows, the seed, the modality's name, the kind and the level, so that every model is given the same corrupted rows.
//!
//! Draws do not depend on the level: a row that is corrupted at one level is corrupted at every higher level too, and noise
//! of twice the strength is twice the noise.

pub(crate) mod exposure;
pub(crate) mod kind;
pub(crate) mod numbers;
