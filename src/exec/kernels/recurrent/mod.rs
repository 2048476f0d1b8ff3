//! Recurrent layers: what they share, and the cell of each.

mod gru;
mod layout;
mod lstm;
mod native;
mod portable;
