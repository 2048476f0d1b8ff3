//! The data set: readers, transforms fitted on the training rows, splits, cache, batches. Knows no tensors.
//!
//! ```text
//! paths --find--> Head --select--> Question --read, or cache--> Table --label, split, transform--> Dataset --> Batch
//! ```

mod augment;
mod bytes;
mod cache;
mod cifar;
mod dataset;
mod delimited;
mod folder;
mod join;
mod label;
mod load;
mod modality;
mod numbers;
mod open;
mod paths;
mod photos;
mod pixels;
mod prepared;
mod random;
mod select;
mod source;
mod split;
mod store;
pub mod synthetic;
mod table;
mod tokens;
mod transform;
mod trouble;
mod values;

pub use dataset::{Dataset, FittedModality, Subset, TableSummary};
pub use load::{Request, load};
pub use prepared::{Draw, ModalityRows};
pub use random::order;
pub use transform::Fitted;
