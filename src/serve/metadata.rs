//! What the protocol tells of the server and of a model.

use super::encode::outputs;
use super::served::Served;
use crate::data::CellType;
use crate::experiment::OnlineColumn;
use serde_json::{Value, json};

/// `GET /v2`
pub(super) fn server() -> Value {
    json!({ "name": "mmc", "version": env!("CARGO_PKG_VERSION"), "extensions": ["binary_tensor_data"] })
}

/// `GET /v2/models/NAME`
pub(super) fn model(served: &Served) -> Value {
    let model = &served.model;
    let inputs: Vec<Value> = model.columns().iter().map(input).collect();
    let outputs = outputs(model).map(|output| {
        let shape: Vec<i64> = std::iter::once(-1).chain(output.width.map(|width| width as i64)).collect();
        json!({ "name": output.name, "datatype": output.datatype, "shape": shape })
    });
    json!({
        "name": served.name,
        "versions": ["1"],
        "platform": "mmc",
        "inputs": inputs,
        "outputs": outputs.collect::<Vec<_>>(),
        "parameters": {
            "pipeline": model.pipeline(),
            "combine": model.combine(),
            "classes": model.classes(),
            "modalities": model.modalities().collect::<Vec<_>>(),
            "components": model.components().collect::<Vec<_>>(),
        },
    })
}

fn input(column: &OnlineColumn) -> Value {
    let shape = match column.cells {
        CellType::Number(width) if width > 1 => vec![-1, width as i64],
        CellType::Steps([_, width]) if width > 1 => vec![-1, -1, width as i64],
        CellType::Steps(_) => vec![-1, -1],
        _ => vec![-1],
    };
    let mut input = json!({ "name": column.name, "datatype": datatype(column.cells), "shape": shape });
    if column.optional {
        input["optional"] = true.into();
    }
    input["parameters"] = json!({ "content": content(column), "modalities": column.modalities });
    if !column.values.is_empty() {
        input["parameters"]["values"] = json!(column.values);
    }
    if let CellType::Image(size) = column.cells {
        input["parameters"]["image"] = json!(size);
    }
    input
}

fn datatype(cells: CellType) -> &'static str {
    match cells {
        CellType::Number(_) | CellType::Steps(_) => "FP64",
        CellType::Word | CellType::Text | CellType::Image(_) => "BYTES",
    }
}

/// The content of a column in a word.
pub(super) fn content(column: &OnlineColumn) -> &'static str {
    match column.cells {
        _ if column.date => "date",
        CellType::Number(1) => "number",
        CellType::Number(_) => "numbers",
        CellType::Steps(_) => "sequence",
        CellType::Word => "category",
        CellType::Text if !column.values.is_empty() => "category",
        CellType::Text => "text",
        CellType::Image(_) => "image",
    }
}
