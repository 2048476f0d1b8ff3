//! The binding of `grammar/mmc.pest`. Rules do not leave this room.
#![allow(missing_docs, unreachable_pub, reason = "the rules are documented in the grammar itself")]

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/mmc.pest"]
pub(super) struct Grammar;
