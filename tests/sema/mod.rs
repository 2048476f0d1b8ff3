//! Semantic analysis: names.

mod name_hygiene;
