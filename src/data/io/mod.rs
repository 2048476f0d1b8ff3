//! Bytes of data files: opened, decompressed, hashed, held in memory or mapped.

pub(crate) mod bytes;
pub(crate) mod contained;
pub(crate) mod content_hash;
mod decoded;
pub(crate) mod expansion;
pub(crate) mod file_stamp;
pub(crate) mod half;
pub(crate) mod image_pixels;
pub(crate) mod paths;
pub(crate) mod patient;
pub(crate) mod reader;
pub(crate) mod regular;
pub(crate) mod stream;
pub(crate) mod text_error;
