//! Diagram of a plan, as in Figure 1(d) of the paper: modalities, encoders, mixtures, heads, the class loss. Each part of
//! the pipeline is one box, and repeated layers are listed once. Opens no files.

mod chain;
mod dot;
mod figure;
mod layout;
mod mermaid;
mod part;
mod svg;
mod wrap;

pub use chain::{Repetition, runs};
pub use dot::dot;
pub use figure::{Figure, figure};
pub use mermaid::mermaid;
pub use part::{PipelinePart, parts};
pub use svg::{svg, svg_in_page};
