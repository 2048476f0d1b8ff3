//! From text to plan.

mod arbitrary_edits;
mod designs;
mod large_texts;
mod token_mutations;
