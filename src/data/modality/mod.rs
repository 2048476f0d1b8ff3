//! From the columns of a table to the rows of a modality, by its kind.

pub(crate) mod augment;
pub(crate) mod category;
pub(crate) mod image;
pub(crate) mod numeric;
pub(crate) mod prepare;
pub(crate) mod rows;
pub(crate) mod text;
pub(crate) mod transform;
