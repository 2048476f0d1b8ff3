//! The passes, one a file.

pub(super) mod fold_identity;
pub(super) mod fuse_activation;
pub(super) mod prune_dead;
