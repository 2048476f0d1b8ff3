//! A request of the Open Inference Protocol: tensors, one for each column, as JSON or in binary form behind it.

use super::answer::RefusedRequest;
use super::decode::{bad_cell, cell};
use super::tensor::{Datatype, FlatElements, TensorElement, count};
use super::{binary, encode};
use crate::diag::nearest;
use crate::experiment::{OnlineModel, OnlineRows};
use serde::Deserialize;

/// The request, without what is ignored.
#[derive(Debug, Deserialize)]
struct InferRequest {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    parameters: Option<Parameters>,
    inputs: Vec<InferInput>,
    #[serde(default)]
    outputs: Option<Vec<WantedOutput>>,
}

#[derive(Debug, Default, Deserialize)]
struct Parameters {
    #[serde(default)]
    binary_data_size: Option<u64>,
    #[serde(default)]
    binary_data: Option<bool>,
    #[serde(default)]
    binary_data_output: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct InferInput {
    name: String,
    shape: Vec<u64>,
    datatype: String,
    #[serde(default)]
    parameters: Option<Parameters>,
    #[serde(default)]
    data: Option<FlatElements>,
}

#[derive(Debug, Deserialize)]
struct WantedOutput {
    name: String,
    #[serde(default)]
    parameters: Option<Parameters>,
}

/// A request that was decoded.
#[derive(Debug)]
pub(super) struct Inference {
    /// Its id, which the answer repeats.
    pub(super) id: Option<String>,
    pub(super) rows: OnlineRows,
    /// The outputs by name, and whether each is wanted in binary form.
    pub(super) outputs: Vec<(&'static str, bool)>,
}

/// Decodes a request. `header` is the length of its JSON, where binary tensors follow.
pub(super) fn decode(
    model: &OnlineModel,
    body: &[u8],
    header: Option<usize>,
    most: usize,
) -> Result<Inference, RefusedRequest> {
    let (json, tensors) = match header {
        None => (body, &[][..]),
        Some(length) => body.split_at_checked(length).ok_or_else(|| {
            RefusedRequest::bad(format!(
                "`Inference-Header-Content-Length` is {length}, and the body has {} bytes",
                body.len()
            ))
        })?,
    };
    let request: InferRequest = parse(json)?;
    let outputs = outputs(model, &request)?;
    let rows = rows(model, request.inputs, tensors, most)?;
    Ok(Inference { id: request.id, rows, outputs })
}

/// Reads JSON.
pub(super) fn parse<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, RefusedRequest> {
    serde_json::from_slice(json).map_err(|error| {
        let json = String::from_utf8_lossy(&json[..json.len().min(1 << 20)]);
        let hint = match json.contains("NaN") || json.contains("Infinity") {
            true => "; JSON has no NaN and no infinity: a missing number is `null`",
            false => "",
        };
        RefusedRequest::bad(format!("the body is not a request: {error}{hint}"))
    })
}

fn outputs(model: &OnlineModel, request: &InferRequest) -> Result<Vec<(&'static str, bool)>, RefusedRequest> {
    let all = request.parameters.as_ref().and_then(|parameters| parameters.binary_data_output).unwrap_or(false);
    let Some(wanted) = request.outputs.as_ref().filter(|wanted| !wanted.is_empty()) else {
        return Ok(encode::outputs(model).filter(|output| output.default).map(|output| (output.name, all)).collect());
    };
    let known: Vec<&'static str> = encode::outputs(model).map(|output| output.name).collect();
    let mut found: Vec<(&'static str, bool)> = vec![];
    for output in wanted {
        let Some(name) = known.iter().find(|name| **name == output.name) else {
            return Err(RefusedRequest::bad(format!(
                "there is no output `{}`; there are {}",
                shown(&output.name),
                known.join(", ")
            )));
        };
        if found.iter().all(|(other, _)| other != name) {
            let binary = output.parameters.as_ref().and_then(|parameters| parameters.binary_data);
            found.push((name, binary.unwrap_or(all)));
        }
    }
    Ok(found)
}

fn rows(
    model: &OnlineModel,
    inputs: Vec<InferInput>,
    mut tensors: &[u8],
    most: usize,
) -> Result<OnlineRows, RefusedRequest> {
    let Some(first) = inputs.first() else { return Err(RefusedRequest::bad("there are no inputs")) };
    let rows = first.shape.first().copied().unwrap_or(0);
    let rows = usize::try_from(rows).ok().filter(|rows| *rows <= most).ok_or_else(|| too_many(rows, most))?;
    if rows == 0 {
        return Err(RefusedRequest::bad("there are no rows"));
    }
    let columns = model.columns();
    let label = model.label_column();
    let mut found = OnlineRows::new(rows, columns.len());
    for input in inputs {
        let name = shown(&input.name);
        let elements = elements(&input, &mut tensors)?;
        if input.shape.first() != Some(&(rows as u64)) {
            return Err(RefusedRequest::bad(format!(
                "the inputs differ in their number of rows: {rows}, and `{name}` {:?}",
                input.shape
            )));
        }
        let Some(at) = columns.iter().position(|column| column.name == input.name) else {
            if input.name == label {
                continue;
            }
            return Err(unknown(model, &input.name));
        };
        if found.columns[at].is_some() {
            return Err(RefusedRequest::bad(format!("the input `{name}` is there twice")));
        }
        let each = elements.len() / rows;
        let cells = (0..rows).map(|row| {
            let elements = &elements[row * each..(row + 1) * each];
            cell(&columns[at], elements).map_err(|reason| bad_cell(&name, row, &reason))
        });
        found.columns[at] = Some(cells.collect::<Result<_, _>>()?);
    }
    if !tensors.is_empty() {
        return Err(RefusedRequest::bad(format!("{} bytes follow the binary inputs", tensors.len())));
    }
    complete(model, &found)?;
    Ok(found)
}

/// The elements of a tensor, from its JSON or from the next bytes of `tensors`.
fn elements(input: &InferInput, tensors: &mut &[u8]) -> Result<Vec<TensorElement>, RefusedRequest> {
    let name = shown(&input.name);
    let datatype = Datatype::named(&input.datatype)?;
    let count =
        count(&input.shape).ok_or_else(|| RefusedRequest::bad(format!("the shape of `{name}` is too large")))?;
    let size = input.parameters.as_ref().and_then(|parameters| parameters.binary_data_size);
    let elements = match (&input.data, size) {
        (Some(_), Some(_)) => {
            return Err(RefusedRequest::bad(format!("`{name}` has both `data` and `binary_data_size`")));
        }
        (None, None) => return Err(RefusedRequest::bad(format!("`{name}` has neither `data` nor `binary_data_size`"))),
        (None, Some(size)) => {
            let split = usize::try_from(size).ok().and_then(|size| tensors.split_at_checked(size));
            let Some((bytes, rest)) = split else {
                let left = tensors.len();
                return Err(RefusedRequest::bad(format!(
                    "`{name}` has {size} bytes by its `binary_data_size`, and {left} are left in the body"
                )));
            };
            *tensors = rest;
            return binary::read(&name, datatype, count, bytes);
        }
        (Some(data), None) => &data.0,
    };
    if elements.len() != count {
        let (found, shape) = (elements.len(), &input.shape);
        return Err(RefusedRequest::bad(format!("`{name}` has {found} elements, and its shape {shape:?} has {count}")));
    }
    let text = |element: &&TensorElement| matches!(element, TensorElement::Text(text) if text.parse::<u64>().is_err());
    if datatype != Datatype::Bytes && elements.iter().any(|element| text(&element)) {
        return Err(RefusedRequest::bad(format!("`{name}` is of {}, and has a text", input.datatype)));
    }
    Ok(elements.clone())
}

/// Fails where the rows lack a column that is needed, or have some of the columns of a modality and not all.
pub(super) fn complete(model: &OnlineModel, rows: &OnlineRows) -> Result<(), RefusedRequest> {
    let columns = || model.columns().iter().zip(&rows.columns);
    if let Some((column, _)) = columns().find(|(column, cells)| !column.optional && cells.is_none()) {
        return Err(RefusedRequest::bad(format!("the column `{}` is missing; a missing value is null", column.name)));
    }
    for modality in model.modalities() {
        let of = || columns().filter(|(column, _)| column.modalities.iter().any(|name| name == modality));
        let absent = of().find(|(_, cells)| cells.is_none());
        if let (Some((column, _)), true) = (absent, of().any(|(_, cells)| cells.is_some())) {
            let name = &column.name;
            return Err(RefusedRequest::bad(format!(
                "`{modality}` is there in part: the column `{name}` is missing; a missing value is null"
            )));
        }
    }
    Ok(())
}

/// The refusal of a column that the model does not read.
pub(super) fn unknown(model: &OnlineModel, name: &str) -> RefusedRequest {
    let names = || model.columns().iter().map(|column| column.name.as_str());
    let near = nearest(name, names()).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    RefusedRequest::bad(format!("the model reads no column `{}`{near}", shown(name)))
}

pub(super) fn too_many(rows: u64, most: usize) -> RefusedRequest {
    RefusedRequest {
        close: false,
        ..RefusedRequest::too_large(format!("{rows} rows are more than the {most} that one request may have"))
    }
}

/// A name of a request as a message shows it.
pub(super) fn shown(name: &str) -> String {
    const LONGEST: usize = 80;
    let plain = name.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter });
    let mut shown: String = plain.take(LONGEST).collect();
    if name.chars().count() > LONGEST {
        shown.push_str("...");
    }
    shown
}
