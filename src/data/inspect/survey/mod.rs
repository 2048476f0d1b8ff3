//! The columns of an unknown table, counted and measured: what a starter pipeline is made from.

pub(crate) mod column;
pub(crate) mod image_paths;
pub(crate) mod sources;
pub(crate) mod table_survey;
mod text_table;
mod typed_table;

use crate::data::inspect::sample::{NoSample, of_large_source};
use crate::data::inspect::survey::image_paths::survey_images;
use crate::data::inspect::survey::table_survey::{Survey, invalid};
use crate::data::source;
use crate::spec::{DataSpec, Origin, Source, SourceKind};
use std::io;
use std::path::Path;

/// Bytes of a table that may be in memory; the rest lies in temporary files.
const MEMORY: usize = 1 << 30;

/// Surveys the rows of a source, of a large one rows from all over it, of a join some rows of a large first table; of a
/// folder of images all.
///
/// # Errors
/// If a file cannot be read, a row is not as long as the first, or there is no row.
pub fn survey(source: &Source, base: &Path) -> io::Result<Survey> {
    let mut survey = match &source.kind {
        SourceKind::Table { paths, format } => text_table::survey(paths, format, base)?,
        _ => match of_large_source(source, base) {
            Ok(Some(sample)) => {
                let seen = typed_table::survey(&sample.source, sample.base(), MEMORY)?;
                let all_rows = sample.all_rows.unwrap_or(seen.rows);
                Survey { whole: false, all_rows, ..seen }
            }
            Ok(None) | Err(NoSample::Unavailable(_)) => typed_table::survey(source, base, MEMORY)?,
            Err(NoSample::Failed(error)) => return Err(error),
        },
    };
    if survey.rows == 0 {
        return Err(invalid("it holds no rows"));
    }
    survey.columns.iter_mut().for_each(|column| column.images = survey_images(source, base, column));
    Ok(survey)
}

/// The names of the columns of a data set in their order, read from its first line; none where there is no data or it
/// has no names.
pub fn column_names(data: &DataSpec, base: &Path) -> Vec<String> {
    let (Origin::Whole(source) | Origin::Parts { train: source, .. }) = &data.origin;
    source::open(source, base, MEMORY).ok().and_then(|table| table.schema.names).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    /// The survey of a file with this text.
    fn of(name: &str, text: &str) -> io::Result<Survey> {
        let folder = tempfile::tempdir().unwrap();
        let path: PathBuf = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let Origin::Whole(source) = sources::sources_of(&[path])? else { panic!("one table") };
        survey(&source, Path::new(""))
    }

    #[test]
    fn columns_are_known_by_their_cells() {
        let survey = of("a.csv", "id,x,who\n1,0.5,ann\n2,,bob lee\n3,NA,ann\n").unwrap();
        assert!(survey.header && survey.whole);
        assert_eq!(survey.rows, 3);
        let [id, x, who] = survey.columns.as_slice() else { panic!("three columns") };
        assert!(id.integers && id.ascending);
        assert_eq!((x.numeric, x.integers, x.empty, x.not_available()), (1, false, 1, 1));
        assert_eq!((who.numeric, who.different(), who.longest, who.most_words), (0, Some(2), 7, 2));
    }

    #[test]
    fn marks_are_empty_among_numbers_and_words_among_words() {
        let survey = of("a.csv", "x,who\n1,NA\n?,de\nNA,\n2,none\n").unwrap();
        let [x, who] = survey.columns.as_slice() else { panic!("two columns") };
        assert_eq!((x.numeric, x.filled, x.empty, x.not_available()), (2, 2, 0, 2));
        assert_eq!(x.marks.keys().map(String::as_str).collect::<Vec<_>>(), ["?", "NA"]);
        assert_eq!((who.empty, who.numeric, who.different()), (1, 0, Some(3)));
    }

    #[test]
    fn a_table_of_another_form_and_an_array_of_objects_are_surveyed() {
        let survey = of("a.csv", "a;b\n1,5;x\n2,5;y\n").unwrap();
        assert_eq!((survey.columns.len(), survey.columns[0].numeric), (2, 2));
        let survey = of("a.json", "[{\"a\": \"1.5\", \"b\": {\"c\": 1}, \"d\": \"x\"}]").unwrap();
        let [a, b, d] = survey.columns.as_slice() else { panic!("three columns") };
        assert_eq!((a.numeric, d.numeric), (1, 0));
        assert!(b.unreadable.is_some() && b.name == "b");
    }

    #[test]
    fn a_first_line_of_numbers_is_a_row() {
        let survey = of("a.txt", "1\t2\n3\t4\n").unwrap();
        assert_eq!((survey.header, survey.rows), (false, 2));
        assert_eq!(survey.columns[1].name, "1");
    }

    #[test]
    fn what_cannot_be_read_is_reported() {
        assert_eq!(of("a.csv", "a,b\n1\n").unwrap_err().to_string(), "line 2 has 1 cells and not 2");
        assert_eq!(of("a.csv", "a,b\n").unwrap_err().to_string(), "it holds no rows");
    }

    #[test]
    fn one_field_that_cannot_be_read_leaves_the_others() {
        let survey = of("a.jsonl", "{\"a\": 1, \"b\": {\"c\": 2}}\n{\"a\": 3, \"b\": {\"c\": 4}}\n").unwrap();
        assert_eq!(survey.columns[0].unreadable, None);
        assert!(survey.columns[1].unreadable.is_some());
    }

    #[test]
    fn a_table_sorted_by_class_is_seen_to_its_end() {
        let text: String = (0..300_000).map(|row| format!("{},{}\n", row % 7, row / 150_000)).collect();
        let survey = of("a.csv", &format!("x,y\n{text}")).unwrap();
        assert!(!survey.whole && survey.rows < survey.all_rows && survey.all_rows == 300_000);
        assert_eq!(survey.columns[1].different(), Some(2));
    }
}
