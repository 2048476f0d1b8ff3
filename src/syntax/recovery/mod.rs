//! Error recovery: a text with mistakes in it to the tree of the rest, and one report for each mistake.

pub(super) mod closing;
pub(super) mod depth;
pub(super) mod messages;
pub(super) mod outline;
pub(super) mod poison;
pub(super) mod recover;
pub(super) mod region;
