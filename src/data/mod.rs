//! The data set: readers, transforms fitted on the training rows, splits, cache, batches. Knows no tensors.
//!
//! ```text
//! paths --find--> Head --select--> Question --read, or cache--> Table --label, split, transform--> Dataset --> Batch
//! ```

mod arrays;
mod augment;
mod bytes;
mod cache;
mod cell;
mod cifar;
mod dataset;
mod decidable;
mod delimited;
mod excerpt;
mod facts;
mod folder;
mod join;
mod jsonl;
mod label;
mod load;
mod look;
mod modality;
mod names;
mod numbers;
mod open;
mod parquet;
mod paths;
mod photos;
mod pixels;
mod prepared;
mod random;
mod select;
mod source;
mod split;
mod store;
mod survey;
mod survey_typed;
pub mod synthetic;
mod table;
mod tokens;
mod transform;
mod trouble;
mod values;

pub use dataset::{Dataset, FittedModality, Subset, TableSummary};
pub use decidable::Decider;
pub use load::{Request, load};
pub use look::{Look, ROWS, look};
pub use names::columns;
pub use prepared::{Draw, ModalityRows};
pub use random::{Draws, order};
pub use survey::{ArraySurvey, ColumnSurvey, Survey, survey};
pub use transform::Fitted;
