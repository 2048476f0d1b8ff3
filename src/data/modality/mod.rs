//! From the columns of a table to the rows of a modality: transforms are fitted on the training rows and applied to all.

pub(crate) mod augment;
pub(crate) mod category;
pub(crate) mod columns;
pub(crate) mod date;
pub(crate) mod fitted;
pub(crate) mod image;
pub(crate) mod kinds;
pub(crate) mod numeric;
pub(crate) mod pixel_scale;
pub(crate) mod rows;
pub(crate) mod statistics;
pub(crate) mod tally;
pub(crate) mod text;
pub(crate) mod transform;
pub(crate) mod undo;
pub(crate) mod unreadable_images;
