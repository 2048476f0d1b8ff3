//! The forms of the operations, a file for each family.

mod elementwise;
mod image;
mod input;
mod merge;
mod norm;
mod recurrent;
mod sequence;
