//! Recurrent layers: shared code, and the cell of each.

mod gru;
mod layout;
mod lstm;
mod native;
mod portable;
