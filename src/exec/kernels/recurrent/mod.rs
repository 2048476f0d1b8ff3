//! Recurrent layers: what they share, and the cell of each.

mod layout;
mod lstm;
mod native;
mod portable;
