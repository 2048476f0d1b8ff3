//! The folder of an MLflow model: a `python_function` over the PyTorch module, with its signature and an example. Files alone;
//! no client and no tracking server.

use super::input_columns::{InputColumnType, ModelColumn};
use serde_json::{Value, json};

/// The loader of the folder, which MLflow imports.
const LOADER: &str = include_str!("torch/python/mlflow_loader.py");

/// What the folder is made of.
pub(crate) struct MlflowModel<'a> {
    /// The name of the pipeline.
    pub(crate) name: &'a str,
    /// The classes.
    pub(crate) classes: &'a [String],
    /// The columns that it reads.
    pub(crate) columns: &'a [ModelColumn],
    /// Rows for an example.
    pub(crate) example: Option<MlflowExample>,
    /// The time of the run in UTC, as ISO 8601 without a zone.
    pub(crate) created: String,
    /// A number in hexadecimal that names this model.
    pub(crate) id: String,
}

/// Rows for an example: the cells of each column, in their order.
pub(crate) struct MlflowExample {
    /// Rows of cells.
    pub(crate) rows: Vec<Vec<Value>>,
}

/// The files of the folder besides those of the PyTorch export in `model`: paths and contents.
pub(crate) fn mlflow_files(model: &MlflowModel<'_>) -> Vec<(String, String)> {
    let mut entries = vec![
        ("artifact_path", json!(model.name)),
        (
            "flavors",
            json!({"python_function": {
                "loader_module": "mmc_loader",
                "code": "code",
                "data": "model",
                "python_version": "3.11",
                "env": {"virtualenv": "python_env.yaml"},
            }}),
        ),
        ("model_uuid", json!(model.id)),
        (
            "signature",
            json!({"inputs": inputs(model).to_string(), "outputs": outputs(model).to_string(), "params": null}),
        ),
        ("utc_time_created", json!(model.created)),
    ];
    let mut files = vec![];
    if let Some(example) = &model.example {
        let names: Vec<&str> = model.columns.iter().map(|column| column.name.as_str()).collect();
        let text = json!({"columns": names, "data": example.rows}).to_string();
        files.push(("input_example.json".to_owned(), text));
        let info = json!({"artifact_path": "input_example.json", "type": "dataframe", "pandas_orient": "split"});
        entries.push(("saved_input_example_info", info));
    }
    entries.sort_by_key(|(name, _)| *name);
    // JSON is YAML, and every value here has a JSON form.
    let lines = entries.into_iter().map(|(name, value)| format!("{name}: {value}\n"));
    files.push(("MLmodel".to_owned(), lines.collect()));
    files.push(("code/mmc_loader.py".to_owned(), LOADER.to_owned()));
    files.push(("requirements.txt".to_owned(), "numpy\npandas\npillow\nsafetensors\ntorch\n".to_owned()));
    files.push((
        "python_env.yaml".to_owned(),
        "python: \"3.11\"\nbuild_dependencies: [pip]\ndependencies: [\"-r requirements.txt\"]\n".to_owned(),
    ));
    files
}

/// The columns of the signature.
fn inputs(model: &MlflowModel<'_>) -> Value {
    let column = |column: &ModelColumn| {
        let kind = match column.cells {
            InputColumnType::Number => json!("double"),
            InputColumnType::Text | InputColumnType::Image => json!("string"),
            InputColumnType::Numbers => {
                return json!({"type": "any", "name": column.name, "required": !column.optional});
            }
        };
        json!({"type": kind, "name": column.name, "required": !column.optional})
    };
    model.columns.iter().map(column).collect()
}

/// The columns of the result.
fn outputs(model: &MlflowModel<'_>) -> Value {
    let probability = |class: &String| json!({"type": "double", "name": format!("p_{class}"), "required": true});
    let label = json!({"type": "string", "name": "prediction", "required": true});
    std::iter::once(label).chain(model.classes.iter().map(probability)).collect()
}
