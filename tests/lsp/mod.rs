//! What editors are told.

mod mentions;
