//! Bytes of data files: opened, decompressed, hashed, kept in memory or mapped.

pub(crate) mod bytes;
pub(crate) mod paths;
pub(crate) mod reader;
