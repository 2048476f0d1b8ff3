//! The passes, one a file.

mod fold_identity;
mod fuse_activation;
mod prune_dead;

pub(super) use fold_identity::fold_identity;
pub(super) use fuse_activation::fuse_activation;
pub(super) use prune_dead::prune_dead;
