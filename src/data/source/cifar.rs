//! Reads the binary files of CIFAR-10 and CIFAR-100: records of one or two label bytes and the 3072 bytes of an image of
//! 32 by 32 pixels, its red, green and blue planes one after the other.

use crate::data::io::bytes::Room;
use crate::data::io::open;
use crate::data::io::paths::DataFile;
use crate::data::source::opened::Reader;
use crate::data::table::columns::{Array, ColumnKind, Counted, Head, Question};
use crate::data::table::errors::{empty, no_room, unreadable};
use crate::data::table::store::{Store, StoreWriter};
use crate::diag::{Code, Problem, Problems};
use crate::shape::Shape;
use std::io::{self, Read};

/// Channels, height and width of an image.
const SIZE: [usize; 3] = [3, 32, 32];
/// Bytes of an image.
const IMAGE: usize = 3 * 32 * 32;

/// Files that have been found but not read.
pub(crate) struct Cifar {
    /// The files, in order.
    pub files: Vec<DataFile>,
    /// Label bytes of a record: the class; or the coarse class, and the class.
    pub labels: usize,
}

impl Reader for Cifar {
    fn files(&self) -> &[DataFile] {
        &self.files
    }

    fn counted(&self) -> Counted {
        Counted::Rows
    }

    fn format(&self) -> String {
        format!("cifar {}", self.labels)
    }

    /// `image`, then `label`, or `coarse` and `label`.
    fn head(&self) -> Result<Head, Problems> {
        let labels: &[&str] = if self.labels == 2 { &["coarse", "label"] } else { &["label"] };
        let mut head = Head::named(["image"].iter().chain(labels).map(|name| (*name).to_owned()).collect());
        head.arrays.insert(0, Array { shape: Shape(SIZE.to_vec()), bytes: true });
        Ok(head)
    }

    fn read(&self, _: &Head, question: &Question, _: &[blake3::Hash], room: &Room) -> Result<Store, Problems> {
        let mut writer = StoreWriter::new(question, room);
        let mut problems = Problems::new();
        for (index, file) in self.files.iter().enumerate() {
            if let Err(problem) = self.file(index, file, question, &mut writer) {
                problems.push(problem);
            }
        }
        if problems.has_errors() {
            return Err(problems);
        }
        let span = self.files.first().map_or_else(Default::default, |file| file.span);
        writer.finish().map_err(|error| no_room(span, &error).into())
    }
}

impl Cifar {
    fn file(
        &self,
        index: usize,
        file: &DataFile,
        question: &Question,
        writer: &mut StoreWriter,
    ) -> Result<(), Problem> {
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
            for (column, wanted) in question.wanted.iter().enumerate() {
                match (wanted.kind, wanted.position.checked_sub(1)) {
                    (ColumnKind::Image(_), _) => writer.pixels(column, Some(image)),
                    (ColumnKind::Number(_), None) => {
                        image.iter().for_each(|pixel| writer.number(column, f64::from(*pixel)));
                    }
                    (ColumnKind::Number(_), Some(label)) => writer.number(column, f64::from(labels[label])),
                    (_, Some(label)) => writer.say(column, &labels[label].to_string()),
                    (_, None) => {
                        let message = "column `image` holds pixels, and no words";
                        let problem = Problem::error(Code::ColumnType, message).at(wanted.span, "read as words here");
                        return Err(problem.in_data(file.place(None, Some("image".to_owned()))));
                    }
                }
            }
            writer.end_rows(1, index, row).map_err(|error| no_room(file.span, &error))?;
        }
        Ok(())
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
            problem.help("it may be cut off: fetch it again")
        }
    }
}

fn open_file<'a>(file: &DataFile, hasher: &'a mut blake3::Hasher) -> Result<Box<dyn Read + 'a>, Problem> {
    open::open_bytes(&file.path, hasher).map_err(|error| unreadable(file, &error, 0))
}

/// Fills `record` as far as there are bytes; says how many.
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
