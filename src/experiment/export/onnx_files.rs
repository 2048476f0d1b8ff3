//! The files of an ONNX export: the graph, what its prepared inputs are made by, and test data in ONNX's own layout.

use super::example_rows::{EXAMPLE_ROWS, ExampleRows};
use super::files::{create, save};
use crate::data::RawCells;
use crate::experiment::error::Error;
use crate::experiment::model::Model;
use crate::experiment::options::TrainOptions;
use crate::export::{
    ElementType, Elements, OnnxInputs, OnnxModel, OnnxRequest, RawColumn, onnx_model, prepared_name, tensor_file,
};
use crate::plan::Input;
use crate::report::RunRecord;
use crate::spec::ModalityKind;
use crate::train::plan_hash;
use std::fs;
use std::path::Path;

/// A tensor of the test data: name, sizes, elements.
type NamedTensor = (String, Vec<usize>, Elements);

/// Writes the graph to a file, and the files beside it. `folder` is that of the run.
pub(super) fn write(
    model: &Model,
    folder: &Path,
    file: &Path,
    prepared: bool,
    options: &TrainOptions,
) -> Result<Vec<String>, Error> {
    let inputs = if prepared { OnnxInputs::Prepared } else { OnnxInputs::Raw };
    let request = OnnxRequest {
        plan: model.plan(),
        params: &model.params,
        preprocessing: &model.preprocessing,
        inputs,
        metadata: metadata(model, folder),
    };
    let made = onnx_model(&request).map_err(|refusal| model.refused(&refusal))?;
    let beside = file.parent().unwrap_or(Path::new(""));
    create(model, beside)?;
    save(model, file, &made.bytes)?;
    let mut notes = vec![format!("wrote {}", file.display())];
    if prepared {
        let path = file.with_extension("preprocessing.json");
        save(model, &path, format!("{}\n", model.preprocessing.to_json()).as_bytes())?;
        notes.push(format!("wrote {}: how its inputs are prepared", path.display()));
    }
    let rows = match model.example_rows(options) {
        Ok(rows) => rows,
        Err(error) => {
            let reason = error.problems().iter().next().map(|problem| problem.message.clone());
            let reason = reason.or(error.text().map(str::to_owned)).unwrap_or_default();
            notes.push(format!("note: no test data is written, because the data of the run cannot be read: {reason}"));
            return Ok(notes);
        }
    };
    let tests = beside.join("test_data_set_0");
    create(model, &tests)?;
    let given = match inputs {
        OnnxInputs::Raw => raw_tensors(model, &made, &rows),
        OnnxInputs::Prepared => prepared_tensors(&model.plan().inputs, &rows),
    };
    for (kind, tensors) in [("input", given), ("output", results(model, prepared, &rows))] {
        for (place, (name, dims, elements)) in tensors.iter().enumerate() {
            save(model, &tests.join(format!("{kind}_{place}.pb")), &tensor_file(name, dims, elements))?;
        }
    }
    let count = rows.batch.rows;
    debug_assert!(count <= EXAMPLE_ROWS);
    notes.push(format!("wrote {}: {count} rows of the run with their results", tests.display()));
    Ok(notes)
}

/// What is kept with the graph: the text of the pipeline, the classes, the hashes of plan and data.
fn metadata(model: &Model, folder: &Path) -> Vec<(String, String)> {
    let plan = model.plan();
    let text = fs::read_to_string(folder.join("pipeline.mmc")).unwrap_or_default();
    let fingerprint: Option<String> = RunRecord::read(folder).ok().and_then(|run| run.entry("/data/fingerprint"));
    let components: Vec<&str> = plan.loss.components.iter().map(|component| component.name.as_str()).collect();
    let entries = [
        ("mmc.pipeline", text),
        ("mmc.combine", plan.combine.clone()),
        ("mmc.classes", serde_json::to_string(&plan.loss.classes).unwrap_or_default()),
        ("mmc.components", serde_json::to_string(&components).unwrap_or_default()),
        ("mmc.plan", plan_hash(plan)),
        ("mmc.fingerprint", fingerprint.unwrap_or_default()),
        ("mmc.version", env!("CARGO_PKG_VERSION").to_owned()),
    ];
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// The inputs of a whole graph on the example rows.
fn raw_tensors(model: &Model, made: &OnnxModel, rows: &ExampleRows) -> Vec<NamedTensor> {
    let tensor = |column: &RawColumn| {
        let (place, at) = column.source;
        let mut dims = vec![rows.batch.rows];
        dims.extend(&column.sizes);
        let size: usize = dims.iter().product();
        let cells = at.and_then(|at| rows.cells[place].as_ref()?.get(at));
        let elements = match (column.element, cells) {
            (ElementType::Bool, _) => Elements::Bools(present(rows, place)),
            (ElementType::Text, Some(RawCells::Texts(texts))) => Elements::Texts(texts.clone()),
            (ElementType::Text, _) => Elements::Texts(vec![String::new(); size]),
            (ElementType::Uint8, Some(RawCells::Pixels(images))) => {
                let one: usize = column.sizes.iter().product();
                let pixels = images.iter().flat_map(|image| image.clone().unwrap_or_else(|| vec![0; one]));
                Elements::Bytes(pixels.collect())
            }
            (ElementType::Uint8, _) => Elements::Bytes(vec![0; size]),
            (ElementType::Float, Some(RawCells::Numbers(numbers))) => {
                let number = |number: &f64| if number.is_nan() { 0.0 } else { *number as f32 };
                Elements::Floats(numbers.iter().map(number).collect())
            }
            (ElementType::Float, _) => Elements::Floats(vec![0.0; size]),
            (_, Some(RawCells::Numbers(numbers))) => Elements::Doubles(numbers.clone()),
            _ => Elements::Doubles(vec![f64::NAN; size]),
        };
        (column.input.clone(), dims, elements)
    };
    debug_assert!(rows.cells.len() == model.plan().inputs.len());
    made.columns.iter().map(tensor).collect()
}

/// Which rows have a modality.
fn present(rows: &ExampleRows, place: usize) -> Vec<bool> {
    rows.batch.present[place].clone().unwrap_or_else(|| vec![true; rows.batch.rows])
}

/// The inputs of a core on the example rows, in the order of its inputs.
fn prepared_tensors(inputs: &[Input], rows: &ExampleRows) -> Vec<NamedTensor> {
    let mut tensors = vec![];
    for (place, input) in inputs.iter().enumerate() {
        let mut dims = vec![rows.batch.rows];
        dims.extend(&input.shape.0);
        let numbers = &rows.batch.inputs[place];
        let elements = match input.kind {
            ModalityKind::Text { .. } | ModalityKind::Category { .. } => {
                Elements::Ints(numbers.iter().map(|number| *number as i64).collect())
            }
            _ => Elements::Floats(numbers.clone()),
        };
        tensors.push((prepared_name(&input.name), dims, elements));
        if input.optional {
            let name = format!("{}.present", input.name);
            tensors.push((name, vec![rows.batch.rows, 1], Elements::Bools(present(rows, place))));
        }
    }
    tensors
}

/// The results on the example rows.
fn results(model: &Model, prepared: bool, rows: &ExampleRows) -> Vec<NamedTensor> {
    let (decisions, classes) = (&rows.decisions, model.classes());
    let (count, width) = (decisions.rows, decisions.classes);
    let decided = if prepared {
        ("class", Elements::Ints(decisions.predicted.iter().map(|class| i64::from(*class)).collect()))
    } else {
        let names = decisions.predicted.iter().map(|class| classes[*class as usize].clone());
        ("label", Elements::Texts(names.collect()))
    };
    let q = (0..count).flat_map(|row| {
        decisions.components.iter().flat_map(move |component| component.q[row * width..(row + 1) * width].to_vec())
    });
    let q = Elements::Doubles(q.collect());
    vec![
        (decided.0.to_owned(), vec![count], decided.1),
        ("probabilities".to_owned(), vec![count, width], Elements::Doubles(decisions.probabilities.clone())),
        ("class_losses".to_owned(), vec![count, width], Elements::Doubles(decisions.class_losses.clone())),
        ("weights".to_owned(), vec![count, decisions.components.len(), width], q),
    ]
}
