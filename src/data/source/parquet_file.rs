//! Opens Parquet files.

use crate::data::io::paths::DataFile;
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
    let bytes = File::open(&file.path).map_err(|error| unreadable(file, &error, 0))?;
    if bytes.metadata().is_ok_and(|data| data.len() == 0) {
        return Err(empty(file));
    }
    SerializedFileReader::new(bytes).map_err(|error| damaged(file, &error))
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
