//! The words that select an initialisation of weights.

use crate::spec::Init;

const INITS: [(&str, Init); 7] = [
    ("scaled", Init::Scaled),
    ("he_uniform", Init::HeUniform),
    ("he_normal", Init::HeNormal),
    ("he_fan_out", Init::HeFanOut),
    ("xavier_uniform", Init::XavierUniform),
    ("xavier_normal", Init::XavierNormal),
    ("torch", Init::Torch),
];

/// The words that select an initialisation.
pub const INIT_WORDS: &[&str] =
    &["scaled", "he_uniform", "he_normal", "he_fan_out", "xavier_uniform", "xavier_normal", "torch"];

/// The initialisation a word selects.
pub fn init_by_word(word: &str) -> Option<Init> {
    INITS.iter().find(|(name, _)| *name == word).map(|(_, init)| *init)
}
