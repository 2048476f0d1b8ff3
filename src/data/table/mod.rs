//! A table as it was read: its schema, its cells, the origin of its rows, the cache, and the errors of cells.

pub(crate) mod array_fault;
pub(crate) mod cache;
pub(crate) mod cell;
pub(crate) mod column_errors;
pub(crate) mod columns;
pub(crate) mod errors;
pub(crate) mod image_layout;
pub(crate) mod loaded;
pub(crate) mod moment;
pub(crate) mod number_format;
pub(crate) mod origin;
pub(crate) mod other_separator;
pub(crate) mod schema;
pub(crate) mod select;
pub(crate) mod short_decimal;
pub(crate) mod store;
pub(crate) mod word;
