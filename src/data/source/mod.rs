//! The sources of a pipeline: a file for each format, joins, folders of images, rows that are made.

pub(crate) mod cifar;
pub(crate) mod csv;
pub(crate) mod folder;
pub(crate) mod image_files;
pub(crate) mod join;
pub(crate) mod jsonl;
pub(crate) mod npy;
pub(crate) mod opened;
pub(crate) mod parquet;
pub(crate) mod synthetic;
