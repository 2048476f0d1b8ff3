//! The pages of runs and studies: what they hold, that it is legible, and that data cannot break them.

mod charts;
mod colors;
mod content;
mod process;
