//! The pages of the documentation show what the program does.

mod readme;
mod typical_mistakes;
