//! Names and meaning.

mod name_hygiene;
