//! Parses the blocks of a table on several threads and stores them in their order, so that the table is the same on any
//! number of threads. While blocks are parsed, the next ones are read, and those before are stored.

use crate::data::io::paths::DataFile;
use crate::data::table::errors::{CellErrors, out_of_space};
use crate::data::table::schema::TableQuery;
use crate::data::table::store::StoreWriter;
use crate::diag::Problem;
use rayon::prelude::*;

/// Blocks that are read ahead for each thread.
const AHEAD: usize = 2;

/// A block after parsing.
type ParsedBlock = (StoreWriter, CellErrors, Result<(), Problem>);

/// Parses every block that `next` gives, and adds its rows and its errors to those before. Ends at the first problem that
/// is more than a bad cell or row.
pub(crate) fn parse_in_order<B: Send + Sync>(
    file: &DataFile,
    query: &TableQuery,
    (writer, errors): (&mut StoreWriter, &mut CellErrors),
    mut next: impl FnMut() -> Result<Option<B>, Problem> + Send,
    parse: impl Fn(&B, &mut StoreWriter, &mut CellErrors) -> Result<(), Problem> + Sync,
) -> Result<(), Problem> {
    let count = AHEAD * rayon::current_num_threads();
    let mut read = || {
        let mut blocks = vec![];
        while blocks.len() < count {
            match next() {
                Ok(Some(block)) => blocks.push(block),
                Ok(None) => break,
                Err(problem) => return (blocks, Some(problem)),
            }
        }
        (blocks, None)
    };
    let parse = |block: &B| -> ParsedBlock {
        let (mut writer, mut errors) = (StoreWriter::of_block(query), CellErrors::default());
        let result = parse(block, &mut writer, &mut errors);
        (writer, errors, result)
    };
    let mut append = |parsed: Vec<ParsedBlock>| {
        for (block, found, result) in parsed {
            writer.append(&block).map_err(|error| out_of_space(file.span, &error))?;
            errors.append(found);
            result?;
        }
        Ok(())
    };
    let (mut blocks, mut failed) = read();
    let mut parsed = vec![];
    while !blocks.is_empty() {
        let (before, ended) = (std::mem::take(&mut parsed), failed.is_some());
        let (now, (appended, following)) = rayon::join(
            || blocks.par_iter().map(parse).collect::<Vec<_>>(),
            || rayon::join(|| append(before), || if ended { (vec![], None) } else { read() }),
        );
        appended?;
        parsed = now;
        blocks = following.0;
        failed = failed.or(following.1);
    }
    append(parsed)?;
    failed.map_or(Ok(()), Err)
}
