//! Where tables that were read are kept, and what they are known by.

use crate::data::io::bytes::MemoryBudget;
use std::path::Path;

/// The cache of tables that were read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Storage<'a> {
    /// The folder of the cache, if there is one.
    pub cache: Option<&'a Path>,
    /// How much may be in memory.
    pub budget: &'a MemoryBudget,
}

/// One hash for several contents: that of a single file is the file's own, so that other tools can check it.
pub(crate) fn fingerprint(contents: &[blake3::Hash]) -> blake3::Hash {
    match contents {
        [content] => *content,
        contents => {
            let mut hasher = blake3::Hasher::new();
            for content in contents {
                hasher.update(content.as_bytes());
            }
            hasher.finalize()
        }
    }
}
