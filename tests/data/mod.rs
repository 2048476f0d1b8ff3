//! The data room through its public interface: files in a temporary folder, specs as `sema` makes them.

#![allow(clippy::unwrap_used, reason = "what these functions need is there, or the test is to fail")]

mod applying;
mod arrays;
mod cache;
mod column_names;
mod dates;
mod empty_and_rare_words;
mod errors;
mod exact_values;
mod image_sizes;
mod images;
mod inspection;
mod joins;
mod json_tables;
mod missing_markers;
mod out_of_core;
mod padded_sequences;
mod plain_and_quoted_tables;
mod real_data;
mod row_blocks;
mod row_weights;
mod splitting;
mod synthetic;
mod text_and_categories;
mod text_formats;
mod text_tables;
mod typed_formats;
mod unlabeled_rows;

use flate2::{Compression, write::GzEncoder};
use mmc::data::{Dataset, LoadRequest, RequiredComponents, load};
use mmc::diag::{Code, FileId, Problem, Span};
use mmc::shape::Shape;
use mmc::spec::*;
use std::io::Write;
use std::path::Path;

/// A span that identifies its place.
pub(crate) fn span(at: usize) -> Span {
    Span::new(FileId(0), at, at + 1)
}

pub(crate) const SOURCE: usize = 10;
pub(crate) const PORTION: usize = 20;
pub(crate) const LABEL: usize = 30;
pub(crate) const COLUMNS: usize = 40;
pub(crate) const TYPE: usize = 50;
pub(crate) const TRANSFORM: usize = 60;
pub(crate) const STRATEGY: usize = 70;

/// A pipeline's data declarations and the folder they are relative to.
pub(crate) struct Case {
    pub folder: tempfile::TempDir,
    pub data: DataSpec,
    pub label: LabelSpec,
    pub class_weights: Option<Spanned<ClassWeights>>,
    pub modalities: Vec<ModalitySpec>,
    /// The modalities that each component of a combine needs, if there is one.
    pub components: Vec<Vec<usize>>,
    pub cache: bool,
    pub memory: usize,
}

impl Case {
    /// Reads `paths` as comma-separated tables with a header, label `y` of two classes, no split.
    pub(crate) fn new(paths: &[&str]) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            data: DataSpec {
                origin: Origin::Whole(table(paths, ',', true)),
                split: Split::default(),
                id: None,
                weight: None,
                missing: MissingMarkers::default(),
                unlabeled: Unlabeled::default(),
                span: span(1),
            },
            label: LabelSpec {
                type_span: Span::default(),
                name: "y".into(),
                classes: Classes::Named(vec!["no".into(), "yes".into()]),
                column: column(Select::Name("y".into()), LABEL),
                span: span(LABEL),
            },
            class_weights: None,
            modalities: vec![],
            components: vec![],
            cache: false,
            memory: 1 << 30,
        }
    }

    /// With one file that says this.
    pub(crate) fn text(text: &str) -> Self {
        let case = Self::new(&["t.csv"]);
        case.write("t.csv", text.as_bytes());
        case
    }

    /// With a modality of these columns and transforms.
    pub(crate) fn modality(mut self, name: &str, columns: &[Select], transforms: &[TransformKind]) -> Self {
        let of = |kind: &TransformKind| Transform { kind: kind.clone(), span: span(TRANSFORM) };
        self.modalities.push(ModalitySpec {
            name: name.trim_end_matches('?').into(),
            doc: vec![],
            kind: Default::default(),
            shape: Shape::vector(columns.len()),
            optional: name.ends_with('?'),
            columns: columns.iter().map(|select| column(select.clone(), COLUMNS)).collect(),
            skip_unreadable: false,
            transforms: transforms.iter().map(of).collect(),
            span: span(COLUMNS - 1),
            type_span: span(TYPE),
        });
        self
    }

    /// With the last modality of this kind and shape.
    pub(crate) fn kind(mut self, kind: ModalityKind, shape: &[usize]) -> Self {
        let spec = self.modalities.last_mut().unwrap();
        (spec.kind, spec.shape) = (kind, Shape(shape.to_vec()));
        self
    }

    /// Reading from this source instead.
    pub(crate) fn source(mut self, kind: SourceKind) -> Self {
        self.data.origin = Origin::Whole(Source { kind, span: span(SOURCE) });
        self
    }

    /// With a split of these portions.
    pub(crate) fn portions(mut self, portions: &[(Part, PortionRule)]) -> Self {
        let of = |(part, rule): &(Part, PortionRule)| Portion { part: *part, rule: *rule, span: span(PORTION) };
        self.data.split.portions = portions.iter().map(of).collect();
        self
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.folder.path().join(name), bytes).unwrap();
    }

    pub(crate) fn cache_folder(&self) -> std::path::PathBuf {
        self.folder.path().join("cache")
    }

    /// One combine with a component for each of these sets of modalities.
    fn required(&self) -> Vec<RequiredComponents<'_>> {
        let components = self.components.clone();
        let combine = RequiredComponents { name: "mul", span: span(STRATEGY), components };
        if self.components.is_empty() { vec![] } else { vec![combine] }
    }

    fn run(&self) -> mmc::diag::Checked<Dataset> {
        let cache = self.cache_folder();
        load(&LoadRequest {
            data: &self.data,
            label: &self.label,
            class_weights: self.class_weights.as_ref(),
            modalities: self.modalities.iter().collect(),
            required: self.required(),
            base: self.folder.path(),
            cache: self.cache.then_some(cache.as_path()),
            memory: self.memory,
        })
    }

    pub(crate) fn load(&self) -> Dataset {
        let checked = self.run();
        checked.value.unwrap_or_else(|| panic!("{:#?}", checked.problems))
    }

    pub(crate) fn problems(&self) -> Vec<Problem> {
        let checked = self.run();
        assert!(checked.value.is_none(), "expected problems, loaded {:?}", checked.value);
        checked.problems.into_iter().collect()
    }

    /// The only problem.
    pub(crate) fn problem(&self) -> Problem {
        let mut problems = self.problems();
        assert_eq!(problems.len(), 1, "{problems:#?}");
        problems.remove(0)
    }
}

pub(crate) fn table(paths: &[&str], separator: char, header: bool) -> Source {
    let paths = paths.iter().map(|written| path(written)).collect();
    let format = TextFormat { header, ..TextFormat::separated_by(separator) };
    Source { kind: SourceKind::Table { paths, format: Box::new(format) }, span: span(SOURCE) }
}

/// A path as the pipeline names it.
pub(crate) fn path(path: &str) -> Spanned<String> {
    Spanned { value: path.to_owned(), span: span(SOURCE) }
}

pub(crate) fn column(select: Select, at: usize) -> ColumnRef {
    ColumnRef { select, span: span(at) }
}

pub(crate) fn name(name: &str) -> Select {
    Select::Name(name.into())
}

/// Code, file, line and column of a problem, and the place in the pipeline it points at.
pub(crate) fn place(problem: &Problem) -> (Code, &str, Option<u64>, Option<&str>, usize) {
    let data = problem.data.as_ref().expect("a place in the data");
    (
        problem.code,
        &data.file,
        data.line,
        data.column.as_deref(),
        problem.place().expect("a place in the pipeline").start as usize,
    )
}

pub(crate) fn gz(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(vec![], Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zst(text: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest)
}

/// `rows` lines of a label and two numbers.
pub(crate) fn lines(rows: usize) -> String {
    let mut text = "y,a,b\n".to_owned();
    for row in 0..rows {
        text.push_str(&format!("{},{row},{}\n", if row % 3 == 0 { "yes" } else { "no" }, (row * row) % 17));
    }
    text
}

pub(crate) fn exists(path: &Path) -> usize {
    std::fs::read_dir(path).map_or(0, |entries| entries.count())
}
