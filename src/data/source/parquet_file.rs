//! Opens Parquet files.

use crate::data::io::contained::contained;
use crate::data::io::paths::DataFile;
use crate::data::io::regular::open_regular;
use crate::data::table::errors::{empty, unreadable};
use crate::diag::{Code, Problem};
use parquet::errors::ParquetError;
use parquet::file::reader::SerializedFileReader;
use std::fs::File;

/// Opens a file.
pub(super) fn open(file: &DataFile) -> Result<SerializedFileReader<File>, Problem> {
    if file.stream.is_some() {
        let message = format!("{} cannot be read as Parquet: its columns are listed at its end", file.name);
        return Err(file.problem(Code::FileUnreadable, message, None).help("write it to a file, and name the file"));
    }
    let bytes = open_regular(&file.path).map_err(|error| unreadable(file, &error, 0))?;
    if bytes.metadata().is_ok_and(|data| data.len() == 0) {
        return Err(empty(file));
    }
    decoded(|| SerializedFileReader::new(bytes)).map_err(|error| damaged(file, &error))
}

/// The result of a call that decodes a part of a file. The decoder panics on some damaged files.
pub(super) fn decoded<T>(call: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    contained(call).unwrap_or_else(|message| Err(ParquetError::General(message)))
}

/// The same for a part of the column called `name`, which an error names.
pub(super) fn decoded_column<T>(
    name: impl FnOnce() -> String,
    call: impl FnOnce() -> Result<T, ParquetError>,
) -> Result<T, ParquetError> {
    let is_codec = |error: &ParquetError| error.to_string().contains("Disabled feature");
    decoded(call).map_err(|error| match is_codec(&error) {
        true => error,
        false => ParquetError::General(format!("column `{}`: {error}", name())),
    })
}

/// The problem with a file that cannot be read on.
pub(super) fn damaged(file: &DataFile, error: &ParquetError) -> Problem {
    // A codec that is not built in is not damage.
    if let ParquetError::General(message) = error
        && message.contains("Disabled feature")
    {
        let message = format!("`{}` is compressed with a codec that cannot be read", file.name);
        let problem = file.problem(Code::ColumnType, message, None);
        return problem.help("write it with the compression `zstd`, `snappy`, `gzip` or `lz4`");
    }
    let message = format!("`{}` is truncated, damaged, or no Parquet file: {error}", file.name);
    file.problem(Code::CorruptFile, message, None).help("download or write it again")
}
