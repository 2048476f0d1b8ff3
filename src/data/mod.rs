//! The data set: sources, splits, transforms fitted on the training rows, batches. Does not depend on tensors.
//!
//! ```text
//! Source --open--> Schema --select--> TableQuery --read, or cache--> LoadedTable
//!        --label, split, fit--> Dataset, Preprocessing      (load: the training data)
//!        --apply a Preprocessing--> PreparedRows            (apply: new rows, with or without labels)
//! ```
//!
//! Inside the room a file imports from the file that defines a thing; the re-exports here serve the other rooms.

mod apply;
mod column_values;
mod corruption;
mod dataset;
mod date_guess;
mod empty_label;
mod input_mapping;
mod inspect;
mod io;
mod label;
mod load;
mod marked_cells;
mod modality;
mod preprocessing;
mod presence;
mod random;
mod raw_cells;
mod row_blocks;
mod row_weights;
mod source;
mod split;
mod split_words;
mod table;
mod unlabeled;

pub use apply::{ApplyRequest, PreparedRows, apply};
pub use column_values::column_values;
pub use corruption::exposure::{AffectedModalities, Exposure};
pub(crate) use corruption::exposure::{exposed_modalities, exposed_rows, row_order};
pub use corruption::kind::{CorruptionKind, CorruptionLevels, level_of};
pub(crate) use corruption::numbers::other_row;
pub use corruption::numbers::{CorruptedModality, corrupt_numbers};
pub use dataset::{Dataset, Subset, TableSummary, TestIds};
pub use date_guess::DateGuess;
pub use input_mapping::LabelUse;
pub use inspect::inspection::{Inspection, inspect};
pub use inspect::likely_format::likely_text_format;
pub use inspect::sample::SAMPLE_ROWS;
pub use inspect::survey::column::{ArraySurvey, ColumnSurvey, ImageSurvey};
pub use inspect::survey::sources::sources_of;
pub use inspect::survey::table_survey::Survey;
pub use inspect::survey::{column_names, survey};
pub use io::contained::is_contained;
pub use io::image_pixels::decode_image;
pub use io::reader::stream_start;
pub use io::stream::ByteStream;
pub use label::{FittedLabel, LabelCells};
pub use load::{LoadRequest, find_columns, load};
pub use modality::fitted::{FittedModality, InputColumn};
pub use modality::image::pixel_scale_and_shift;
pub use modality::rows::ModalityRows;
pub use modality::transform::FittedTransform;
pub use preprocessing::Preprocessing;
pub use presence::RequiredComponents;
pub use random::{Draw, Draws, order};
pub use raw_cells::{RawCells, raw_cells};
pub use row_blocks::{
    BlockRequest, BlockTally, KeptColumns, PreparedBlock, RowBlocks, RowPreparer, UnpreparedBlock, open_batch,
    open_blocks,
};
pub use row_weights::FittedWeights;
pub use source::jsonl::JSON_TYPE;
pub use source::row_block::{ReadProgress, ReadUnit};
pub use source::{source_of, stream_format};
pub use split::stratified_share;
pub use table::schema::CellType;
pub use table::word::written_forms;
