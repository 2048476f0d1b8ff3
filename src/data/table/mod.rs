//! A table as it was read: schema, cells, columns, where rows stood, the cache, what is wrong with cells.

pub(crate) mod cache;
pub(crate) mod cell;
pub(crate) mod columns;
pub(crate) mod errors;
pub(crate) mod select;
pub(crate) mod store;
