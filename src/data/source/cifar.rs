//! Reads the binary files of CIFAR-10 and CIFAR-100: records of one or two label bytes and the 3072 bytes of an image
//! of
//! 32 by 32 pixels, its red, green and blue planes one after the other.

use crate::data::io::bytes::MemoryBudget;
use crate::data::io::paths::DataFile;
use crate::data::io::reader;
use crate::data::source::format::{FormatReader, ReadFiles};
use crate::data::table::errors::{empty, out_of_space, unreadable};
use crate::data::table::origin::RowUnit;
use crate::data::table::schema::{ArrayType, CellType, Schema, TableQuery};
use crate::data::table::store::StoreWriter;
use crate::diag::{Code, Problem, Problems};
use crate::shape::Shape;
use std::io::{self, Read};

/// Channels, height and width of an image.
const SIZE: [usize; 3] = [3, 32, 32];
/// Bytes of an image.
pub(crate) const IMAGE: usize = 3 * 32 * 32;

/// Files that exist but have not been read.
pub(crate) struct Cifar {
    /// The files, in order.
    pub files: Vec<DataFile>,
    /// Label bytes of a record: the class; or the coarse class, and the class.
    pub labels: usize,
}

impl FormatReader for Cifar {
    fn files(&self) -> &[DataFile] {
        &self.files
    }

    fn row_unit(&self) -> RowUnit {
        RowUnit::Rows
    }

    fn format(&self) -> String {
        format!("cifar {}", self.labels)
    }

    /// `image`, then `label`, or `coarse` and `label`.
    fn schema(&self) -> Result<Schema, Problems> {
        let labels: &[&str] = if self.labels == 2 { &["coarse", "label"] } else { &["label"] };
        let mut schema = Schema::named(["image"].iter().chain(labels).map(|name| (*name).to_owned()).collect());
        schema.arrays.insert(0, ArrayType { shape: Shape(SIZE.to_vec()), bytes: true });
        Ok(schema)
    }

    fn read(&self, _: &Schema, query: &TableQuery, budget: &MemoryBudget) -> Result<ReadFiles, Problems> {
        let mut writer = StoreWriter::new(query, budget);
        let mut problems = Problems::new();
        let mut hashes = vec![];
        for (index, file) in self.files.iter().enumerate() {
            match self.file(index, file, query, &mut writer) {
                Ok(hash) => hashes.push(hash),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.has_errors() {
            return Err(problems);
        }
        let span = self.files.first().map_or_else(Default::default, |file| file.span);
        let store = writer.finish().map_err(|error| out_of_space(span, &error))?;
        Ok(ReadFiles { store, hashes: Some(hashes) })
    }
}

impl Cifar {
    /// Reads a file, and hashes it.
    fn file(
        &self,
        index: usize,
        file: &DataFile,
        query: &TableQuery,
        writer: &mut StoreWriter,
    ) -> Result<blake3::Hash, Problem> {
        let mut hasher = blake3::Hasher::new();
        let mut bytes = io::BufReader::with_capacity(1 << 18, open_file(file, &mut hasher)?);
        let mut record = vec![0; self.labels + IMAGE];
        for row in 0.. {
            match whole(&mut bytes, &mut record) {
                Ok(0) if row == 0 => return Err(empty(file)),
                Ok(0) => break,
                Ok(length) if length == record.len() => {}
                Ok(length) => return Err(self.cut(file, row, length)),
                Err(error) => return Err(unreadable(file, &error, 0)),
            }
            let (labels, image) = record.split_at(self.labels);
            for (column, wanted) in query.columns.iter().enumerate() {
                match (wanted.kind, wanted.position.checked_sub(1)) {
                    (CellType::Image(_), _) => writer.pixels(column, Some(image)),
                    (CellType::Number(_), None) => {
                        image.iter().for_each(|pixel| writer.number(column, f64::from(*pixel)));
                    }
                    (CellType::Number(_), Some(label)) => writer.number(column, f64::from(labels[label])),
                    (_, Some(label)) => writer.put_words(column, &labels[label].to_string()),
                    (_, None) => {
                        let message = "column `image` holds pixels, and no words";
                        let problem = Problem::error(Code::ColumnType, message).at(wanted.span, "read as words here");
                        return Err(problem.in_data(file.place(None, Some("image".to_owned()))));
                    }
                }
            }
            writer.end_rows(1, index, row).map_err(|error| out_of_space(file.span, &error))?;
        }
        drop(bytes);
        Ok(hasher.finalize())
    }

    /// A file that ends within a record.
    fn cut(&self, file: &DataFile, row: u64, length: usize) -> Problem {
        let record = self.labels + IMAGE;
        let message = format!("`{}` ends {length} bytes into a record of {record}, after {row} whole ones", file.name);
        let all = row * record as u64 + length as u64;
        let other = 3 - self.labels;
        let problem = file.problem(Code::CorruptFile, message, None);
        if all.is_multiple_of((other + IMAGE) as u64) {
            problem.help(format!("with `labels: {other}` it is whole"))
        } else {
            problem.help("it may be truncated: download it again")
        }
    }
}

fn open_file<'a>(file: &DataFile, hasher: &'a mut blake3::Hasher) -> Result<Box<dyn Read + Send + 'a>, Problem> {
    reader::open_bytes(&file.path, hasher).map_err(|error| unreadable(file, &error, 0))
}

/// Fills `record` as far as there are bytes; returns how many.
fn whole(bytes: &mut impl Read, record: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < record.len() {
        match bytes.read(&mut record[filled..])? {
            0 => break,
            more => filled += more,
        }
    }
    Ok(filled)
}
