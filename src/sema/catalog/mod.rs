//! The language's catalog: the one list of everything that has a name, by topic.

pub(crate) mod declaration;
pub(crate) mod topic;
