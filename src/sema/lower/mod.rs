//! Lowering of declarations to the HIR; a file for each kind of declaration.

pub(crate) mod balance;
mod class_weights;
pub(crate) mod data;
pub(crate) mod date;
pub(crate) mod fusion;
pub(crate) mod image_size;
pub(crate) mod modality;
pub(crate) mod modality_type;
pub(crate) mod param;
pub(crate) mod pipeline;
pub(crate) mod source;
pub(crate) mod split_columns;
pub(crate) mod stop;
pub(crate) mod sweep;
mod text_format;
pub(crate) mod train;
pub(crate) mod transform;
pub(crate) mod words;
