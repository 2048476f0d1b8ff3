//! The data set: readers, transforms fitted on the training rows, splits, cache, batches. Knows no tensors.
//!
//! ```text
//! paths --find--> Head --select--> Question --read, or cache--> Table --label, split, transform--> Dataset --> Batch
//! ```

mod cache;
mod dataset;
mod delimited;
mod excerpt;
mod facts;
mod label;
mod load;
mod look;
mod modality;
mod open;
mod paths;
mod random;
mod select;
mod source;
mod split;
pub mod synthetic;
mod table;
mod transform;

pub use dataset::{Dataset, FittedModality, ModalityRows, Subset, TableSummary};
pub use load::{Request, load};
pub use look::{Look, ROWS, look};
pub use random::order;
pub use transform::Fitted;
