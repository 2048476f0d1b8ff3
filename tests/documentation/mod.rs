//! The pages of the documentation show what the program does.

mod readme;
mod real_data;
mod typical_mistakes;
