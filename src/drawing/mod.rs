//! A plan as a picture, as in Figure 1(d) of the paper: modalities, encoders, mixtures, heads, the class loss. What
//! belongs together is one box, and repeated layers are said once. Knows no files.

mod chain;
mod dot;
mod figure;
mod layout;
mod mermaid;
mod part;
mod svg;
mod text;

pub use chain::{Repeat, runs};
pub use dot::dot;
pub use figure::{Figure, figure};
pub use mermaid::mermaid;
pub use part::{FigurePart, parts};
pub use svg::svg;
