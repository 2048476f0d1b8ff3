//! Copies of some rows of files whose rows are found by their numbers, each in the format of its file.

mod arrays;
mod arrow;
mod cifar;
mod copy_size;
mod parquet;

pub(super) use copy_size::{CopySize, RowCopy};

use crate::data::io::contained::contained;
use crate::data::io::paths::DataFile;
use crate::spec::SourceKind;
use std::io;

/// Copies rows from all over the files of a source, in their order.
///
/// # Errors
/// If a file is damaged, or a part of it cannot be read without the rest.
pub(super) fn copy_rows(kind: &SourceKind, files: &[DataFile], size: CopySize) -> io::Result<Vec<RowCopy>> {
    let sizes: Vec<u64> = files.iter().map(|file| unpacked_size(kind, file)).collect();
    let all: u64 = sizes.iter().sum();
    let each = |copy: &dyn Fn(&DataFile, CopySize) -> io::Result<RowCopy>| {
        // Each file has its share of the rows.
        let shares = sizes.iter().map(|own| size.share(*own, all));
        files.iter().zip(shares).map(|(file, share)| copy(file, share)).collect()
    };
    // Decoders panic on some damaged files.
    contained(|| match kind {
        SourceKind::Arrow { .. } => each(&arrow::copy),
        SourceKind::Parquet { .. } => each(&parquet::copy),
        SourceKind::Npz { .. } => each(&arrays::copy_archive),
        SourceKind::Npy { .. } => arrays::copy_columns(files, size),
        SourceKind::CifarBinary { labels, .. } => each(&|file, size| cifar::copy(file, *labels, size)),
        SourceKind::Table { .. }
        | SourceKind::Jsonl { .. }
        | SourceKind::Synthetic { .. }
        | SourceKind::Images { .. }
        | SourceKind::Join { .. } => Err(io::ErrorKind::Unsupported.into()),
    })
    .map_err(io::Error::other)?
}

/// About the size of the cells of a file in bytes, unpacked.
pub(super) fn unpacked_size(kind: &SourceKind, file: &DataFile) -> u64 {
    let stored = std::fs::metadata(&file.path).map_or(0, |data| data.len());
    let unpacked = contained(|| match kind {
        SourceKind::Parquet { .. } => parquet::unpacked_size(file).ok(),
        SourceKind::Npz { .. } => arrays::unpacked_size(file).ok(),
        _ => None,
    });
    unpacked.ok().flatten().map_or(stored, |unpacked| unpacked.max(stored))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::io::bytes::MemoryBudget;
    use crate::data::source;
    use crate::data::source::storage::Storage;
    use crate::data::table::schema::{CellType, TableQuery};
    use crate::diag::Span;
    use crate::spec::{Source, Spanned};
    use arrow_array::types::Int32Type;
    use arrow_array::{ArrayRef, DictionaryArray, FixedSizeListArray, Int64Array, RecordBatch, StringArray};
    use std::io::Write;
    use std::sync::Arc;

    const ROWS: usize = 5000;
    const SIZE: CopySize = CopySize { rows: 600, bytes: 1 << 20 };

    fn batch() -> RecordBatch {
        let numbers = || 0..ROWS as i64;
        let words: Vec<String> = numbers().map(|row| format!("w{}", row % 9)).collect();
        let pairs = (0..ROWS).map(|row| Some(vec![Some(row as i32), Some(-(row as i32))]));
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("n", Arc::new(Int64Array::from_iter_values(numbers()))),
            ("word", Arc::new(StringArray::from(words.clone()))),
            ("packed", Arc::new(words.iter().map(String::as_str).collect::<DictionaryArray<Int32Type>>())),
            ("pair", Arc::new(FixedSizeListArray::from_iter_primitive::<Int32Type, _, _>(pairs, 2))),
        ];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    fn npy(descr: &str, shape: &str, fortran: bool, cells: &[u8]) -> Vec<u8> {
        let order = if fortran { "True" } else { "False" };
        let text = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
        [b"\x93NUMPY\x01\x00", &(text.len() as u16).to_le_bytes()[..], text.as_bytes(), cells].concat()
    }

    /// The arrays of the columns, the pairs once row by row and once column by column.
    fn arrays() -> Vec<(&'static str, Vec<u8>)> {
        let bytes = |numbers: Vec<i32>| numbers.into_iter().flat_map(i32::to_le_bytes).collect::<Vec<u8>>();
        let rows = || 0..ROWS as i32;
        let word = |row: i32| [u32::from(b'w'), u32::from(b'0') + row as u32 % 9].map(u32::to_le_bytes).concat();
        vec![
            ("n", npy("<i4", &format!("({ROWS},)"), false, &bytes(rows().collect()))),
            ("word", npy("<U2", &format!("({ROWS},)"), false, &rows().flat_map(word).collect::<Vec<u8>>())),
            ("pair", npy("<i4", &format!("({ROWS}, 2)"), false, &bytes(rows().flat_map(|row| [row, -row]).collect()))),
            (
                "turned",
                npy("<i4", &format!("({ROWS}, 2)"), true, &bytes(rows().chain(rows().map(|row| -row)).collect())),
            ),
        ]
    }

    fn zip(method: ::zip::CompressionMethod) -> Vec<u8> {
        let mut zip = ::zip::ZipWriter::new(std::io::Cursor::new(vec![]));
        let options = ::zip::write::SimpleFileOptions::default().compression_method(method);
        for (name, array) in arrays() {
            zip.start_file(format!("{name}.npy"), options).unwrap();
            zip.write_all(&array).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    /// Copies rows of files, and reads them by the reader of their format: each is the row of its number.
    fn copied(make: fn(Vec<Spanned<String>>) -> SourceKind, files: &[(&str, Vec<u8>)]) {
        let (folder, copies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for (name, bytes) in files {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        let paths =
            || files.iter().map(|(name, _)| Spanned { value: (*name).to_owned(), span: Span::default() }).collect();
        let kind = make(paths());
        let found = crate::data::io::paths::find(kind.files(), folder.path()).unwrap();
        let made = copy_rows(&kind, &found, SIZE).unwrap();
        for ((name, _), copy) in files.iter().zip(&made) {
            std::fs::write(copies.path().join(name), &copy.bytes).unwrap();
        }
        let rows = &made[0].rows;
        assert!(!rows.is_whole() && rows.all == ROWS as u64, "{rows:?}");
        let source = Source { kind, span: Span::default() };
        let open = source::open(&source, copies.path(), 1 << 30).unwrap();
        let mut query = TableQuery::default();
        let names = open.schema.names.clone().unwrap();
        for (at, name) in names.iter().enumerate() {
            let kind = match name.as_str() {
                "n" => CellType::Number(1),
                "pair" | "turned" => CellType::Number(2),
                _ => CellType::Word,
            };
            query.add(at, kind, Span::default());
        }
        let budget = MemoryBudget::new(1 << 30, None);
        let table = open.read(&query, Storage { cache: None, budget: &budget }).unwrap().table;
        assert_eq!(table.rows as u64, rows.rows());
        for row in 0..table.rows {
            let original = rows.original(row as u64).unwrap() as f64;
            for (column, name) in table.columns.iter().zip(&names) {
                match name.as_str() {
                    "n" => assert_eq!(column.number(row, 0), original),
                    "pair" | "turned" => {
                        assert_eq!([column.number(row, 0), column.number(row, 1)], [original, -original])
                    }
                    _ => assert_eq!(column.text(row), format!("w{}", original as u64 % 9)),
                }
            }
        }
    }

    #[test]
    fn rows_of_parquet_are_copied_from_pages_of_several_groups() {
        let properties = ::parquet::file::properties::WriterProperties::builder()
            .set_max_row_group_row_count(Some(700))
            .set_data_page_row_count_limit(90)
            .set_write_batch_size(30)
            .build();
        let batch = batch();
        let mut file = ::parquet::arrow::ArrowWriter::try_new(vec![], batch.schema(), Some(properties)).unwrap();
        file.write(&batch).unwrap();
        copied(|paths| SourceKind::Parquet { paths }, &[("a.parquet", file.into_inner().unwrap())]);
    }

    #[test]
    fn rows_of_arrow_are_copied_from_files_and_streams_of_several_batches() {
        let batch = batch();
        let batches = || (0..ROWS / 250).map(|at| batch.slice(at * 250, 250));
        let mut file = arrow_ipc::writer::FileWriter::try_new(vec![], &batch.schema()).unwrap();
        batches().for_each(|batch| file.write(&batch).unwrap());
        let mut stream = arrow_ipc::writer::StreamWriter::try_new(vec![], &batch.schema()).unwrap();
        batches().for_each(|batch| stream.write(&batch).unwrap());
        let mut one = arrow_ipc::writer::StreamWriter::try_new(vec![], &batch.schema()).unwrap();
        one.write(&batch).unwrap();
        for bytes in [file.into_inner().unwrap(), stream.into_inner().unwrap(), one.into_inner().unwrap()] {
            copied(|paths| SourceKind::Arrow { paths }, &[("a.arrow", bytes)]);
        }
    }

    #[test]
    fn rows_of_arrays_are_copied_in_either_order_packed_or_not() {
        for method in [::zip::CompressionMethod::Stored, ::zip::CompressionMethod::Deflated] {
            copied(|paths| SourceKind::Npz { paths }, &[("a.npz", zip(method))]);
        }
        let arrays = arrays();
        let files: Vec<(String, Vec<u8>)> =
            arrays.into_iter().map(|(name, array)| (format!("{name}.npy"), array)).collect();
        let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(name, array)| (name.as_str(), array.clone())).collect();
        copied(|paths| SourceKind::Npy { paths }, &files);
    }

    #[test]
    fn records_of_cifar_are_copied_whole_and_a_file_that_is_cut_off_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let record = |row: usize| [vec![row as u8; 1], vec![(row >> 8) as u8; cifar_image()]].concat();
        let bytes: Vec<u8> = (0..1000).flat_map(record).collect();
        std::fs::write(folder.path().join("a.bin"), &bytes).unwrap();
        let paths = vec![Spanned { value: "a.bin".to_owned(), span: Span::default() }];
        let kind = SourceKind::CifarBinary { paths, labels: 1 };
        let found = crate::data::io::paths::find(kind.files(), folder.path()).unwrap();
        let copy = copy_rows(&kind, &found, SIZE).unwrap().remove(0);
        for (at, copied) in copy.bytes.chunks(1 + cifar_image()).enumerate() {
            assert_eq!(copied, record(copy.rows.original(at as u64).unwrap() as usize));
        }
        std::fs::write(folder.path().join("a.bin"), &bytes[..bytes.len() - 1]).unwrap();
        assert!(copy_rows(&kind, &found, SIZE).is_err());
    }

    fn cifar_image() -> usize {
        crate::data::source::cifar::IMAGE
    }

    #[test]
    fn damaged_files_are_errors_and_no_panics() {
        let folder = tempfile::tempdir().unwrap();
        let mut stream = arrow_ipc::writer::StreamWriter::try_new(vec![], &batch().schema()).unwrap();
        stream.write(&batch()).unwrap();
        let whole = [
            ("a.npz", zip(::zip::CompressionMethod::Deflated), SourceKind::Npz { paths: vec![] }),
            ("a.arrow", stream.into_inner().unwrap(), SourceKind::Arrow { paths: vec![] }),
        ];
        for (name, bytes, mut kind) in whole {
            let path = Spanned { value: name.to_owned(), span: Span::default() };
            kind.files_mut().unwrap().push(path);
            for cut in [0, 1, 7, 100, bytes.len() / 2] {
                std::fs::write(folder.path().join(name), &bytes[..cut]).unwrap();
                let found = crate::data::io::paths::find(kind.files(), folder.path()).unwrap();
                assert!(copy_rows(&kind, &found, SIZE).is_err(), "{name} {cut}");
            }
        }
    }
}
