//! The data of a pipeline inspected without training on it: bounded in time, whatever the size of the files.

use crate::data::dataset::Dataset;
use crate::data::inspect::profile::ProfiledModality;
use crate::data::inspect::sample::{self, NoSample, Sample};
use crate::data::load::LoadRequest;
use crate::data::load::load;
use crate::data::source;
use crate::diag::{Checked, Code, Problem, Problems, Span};
use crate::shape::Shape;
use crate::spec::{
    ColumnRef, DataProfile, MissingMarkers, ModalityKind, ModalitySpec, Split, Transform, TransformKind,
};

/// The result of an inspection.
#[derive(Clone, Debug)]
pub enum Inspection {
    /// Files are missing; these problems name them.
    MissingFiles(Problems),
    /// This table is too large to be read whole, and its format does not allow to read some of its rows only.
    TooLarge(String),
    /// The data was read, whole or rows from all over it.
    Inspected {
        /// The profile that lints read; none where the data has errors.
        profile: Option<DataProfile>,
        /// The problems of the data, and of its declarations in the pipeline.
        problems: Problems,
    },
}

/// Inspects the data of `request`.
///
/// Small tables are read whole, so that the problems are those that training would report. Of
/// large ones `SAMPLE_ROWS` rows from all over them are read, and the split is not checked.
pub fn inspect(request: &LoadRequest<'_>) -> Inspection {
    if let Some(name) = sample::too_large(request) {
        return Inspection::TooLarge(name);
    }
    let sample = match sample::of_large(request) {
        Ok(sample) => sample,
        Err(NoSample::Unavailable(source)) => {
            return match source::open(&source, request.base, request.memory) {
                Ok(table) => Inspection::TooLarge(table.name),
                Err(problems) => Inspection::Inspected { profile: None, problems },
            };
        }
        Err(NoSample::Failed(error)) => {
            let message = format!("a large table cannot be sampled: {error}");
            let problem = Problem::error(Code::FileUnreadable, message).at(request.data.span, "read here");
            return Inspection::Inspected { profile: None, problems: problem.into() };
        }
    };
    match sample {
        None => whole(request),
        Some(sample) => sampled(request, &sample),
    }
}

fn whole(request: &LoadRequest<'_>) -> Inspection {
    let loaded = load(&LoadRequest { cache: None, ..request.clone() });
    let absent = |problem: &Problem| problem.code == Code::FileUnreadable;
    if loaded.value.is_none() && !loaded.problems.is_empty() && loaded.problems.iter().all(absent) {
        return Inspection::MissingFiles(loaded.problems);
    }
    if loaded.value.is_none() {
        return Inspection::Inspected { profile: None, problems: loaded.problems };
    }
    // The cells before transforms.
    let profile = profile(&LoadRequest { cache: None, ..request.clone() }, &request.modalities, &loaded);
    Inspection::Inspected { profile, problems: loaded.problems }
}

fn sampled(request: &LoadRequest<'_>, sample: &Sample) -> Inspection {
    let mut data = request.data.clone();
    data.origin = sample.origin.clone();
    data.split = Split { span: data.split.span, ..Split::default() };
    // Whether some row weighs anything is known of all rows only.
    data.weight = None;
    // Some rows cannot show whether a cell is empty on others.
    let optional = |spec: &&ModalitySpec| {
        let cells = spec.transforms.iter().filter(|transform| transform.kind.decides_cells()).cloned();
        let transforms = marked(&spec.missing()).into_iter().chain(cells).collect();
        ModalitySpec { optional: true, transforms, ..(*spec).clone() }
    };
    // Only numbers and dates: words and images need all rows.
    let numbers = |spec: &&&ModalitySpec| {
        let one_hot = spec.transforms.iter().any(|transform| transform.kind == TransformKind::OneHot);
        matches!(spec.kind, ModalityKind::Dense | ModalityKind::Sequence | ModalityKind::PaddedSequence) && !one_hot
    };
    let modalities: Vec<ModalitySpec> = request.modalities.iter().filter(numbers).map(optional).collect();
    let asked = LoadRequest {
        data: &data,
        class_weights: None,
        cache: None,
        modalities: modalities.iter().collect(),
        // Nor can they show whether every row has a component present.
        required: vec![],
        base: sample.base(),
        ..request.clone()
    };
    let loaded = load(&asked);
    let mut profile = profile(&asked, &request.modalities, &loaded);
    if let Some(profile) = &mut profile {
        profile.parts.clear();
        for (table, (name, whole)) in profile.tables.iter_mut().zip(&sample.tables) {
            (table.name, table.whole) = (name.clone(), *whole);
        }
    }
    Inspection::Inspected {
        profile,
        problems: loaded.problems.into_iter().map(|problem| sample.renamed(problem)).collect(),
    }
}

/// The profile of data that could be loaded: of every numeric column, and of every part of a date, before transforms.
/// `transforms` are the modalities as they are written, with all of their transforms.
fn profile(request: &LoadRequest<'_>, transforms: &[&ModalitySpec], loaded: &Checked<Dataset>) -> Option<DataProfile> {
    let raw = raw(request, loaded.value.as_ref()?);
    let modalities = raw.iter().map(|(_, spec)| spec).collect();
    let dataset = load(&LoadRequest { modalities, required: vec![], ..request.clone() }).value?;
    let mut profiled: Vec<ProfiledModality> = vec![];
    for (at, (name, spec)) in raw.iter().enumerate() {
        let numbers = (0..spec.shape.size()).map(|number| (at, number));
        match profiled.last_mut().filter(|last| last.name == *name) {
            Some(last) => last.columns.extend(numbers),
            None => {
                let written = transforms.iter().find(|spec| spec.name == *name);
                let kinds = written.map_or(vec![], |spec| spec.transforms.iter().map(|one| one.kind.clone()).collect());
                profiled.push(ProfiledModality { name: name.clone(), columns: numbers.collect(), transforms: kinds });
            }
        }
    }
    let telling = loaded.value.as_ref().map(|loaded| loaded.telling.clone()).unwrap_or_default();
    Some(DataProfile { telling, ..dataset.profile_of(profiled) })
}

/// The transform of cells that are marked as empty, without which numbers cannot be read.
fn marked(missing: &MissingMarkers) -> Vec<Transform> {
    let kind = TransformKind::Missing { values: vec![], words: missing.words.clone() };
    if missing.words.is_empty() { vec![] } else { vec![Transform { kind, span: Span::default() }] }
}

/// A modality without transforms for every column of numbers or dates, with the name of the modality it belongs to.
fn raw(request: &LoadRequest<'_>, dataset: &Dataset) -> Vec<(String, ModalitySpec)> {
    let span = Span::default();
    let mut raw = vec![];
    for modality in &dataset.modalities {
        let dense = |spec: &&&ModalitySpec| spec.name == modality.name && spec.kind == ModalityKind::Dense;
        let Some(spec) = request.modalities.iter().find(dense) else { continue };
        let cells: Vec<Transform> =
            spec.transforms.iter().filter(|transform| transform.kind.decides_cells()).cloned().collect();
        let width = match spec.dates() {
            Some(_) => modality.shape.size() / modality.columns.len().max(1),
            // Words are no numbers, and a cell of several numbers is not one column.
            None if !cells.is_empty() || modality.shape.size() != modality.columns.len() => continue,
            None => 1,
        };
        raw.extend(modality.columns.iter().map(|column| {
            let spec = ModalitySpec {
                name: modality.name.clone(),
                doc: vec![],
                kind: ModalityKind::Dense,
                shape: Shape::vector(width),
                optional: true,
                columns: vec![ColumnRef { select: column.select(), span }],
                skip_unreadable: false,
                transforms: marked(&MissingMarkers { numbers: vec![], ..column.missing.clone() })
                    .into_iter()
                    .chain(cells.clone())
                    .collect(),
                span,
                type_span: span,
            };
            (modality.name.clone(), spec)
        }));
    }
    raw
}
