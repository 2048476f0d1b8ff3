//! The data set: sources, splits, transforms fitted on the training rows, batches. Knows no tensors.
//!
//! ```text
//! paths --find--> Head --select--> Question --read, or cache--> Table --label, split, transform--> Dataset --> Batch
//! ```
//!
//! Inside the room a file imports from the file that defines a thing; the re-exports here serve the other rooms.

mod dataset;
mod inspect;
mod io;
mod label;
mod load;
mod modality;
mod presence;
mod random;
mod source;
mod split;
mod table;

pub use dataset::{Dataset, FittedModality, Subset, TableSummary};
pub use inspect::column_names::columns;
pub use inspect::inspection::{Look, ROWS, look};
pub use inspect::survey::{ArraySurvey, ColumnSurvey, Survey, survey};
pub use load::{Request, load};
pub use modality::rows::{Draw, ModalityRows};
pub use modality::transform::Fitted;
pub use presence::Decider;
pub use random::{Draws, order};
