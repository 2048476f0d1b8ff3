//! The page at `/`: a form for a row of each model, and what is decided of it. It needs no other file.

use super::answer::Answer;
use super::metadata::content;
use super::served::Served;
use serde_json::{Value, json};

const PAGE: &str = include_str!("page.html");

pub(super) fn page<'a>(models: impl Iterator<Item = &'a Served>) -> Answer {
    let models: Vec<Value> = models.map(model).collect();
    // No text of a model ends the script that holds it.
    let data = json!(models).to_string().replace('<', "\\u003c");
    let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:; \
                  connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    Answer::of("text/html; charset=utf-8", PAGE.replace("/*MODELS*/[]", &data).into_bytes())
        .with("content-security-policy", policy)
        .with("x-content-type-options", "nosniff")
}

fn model(served: &Served) -> Value {
    let columns = served.model.columns().iter().map(|column| {
        json!({
            "name": column.name,
            "content": content(column),
            "optional": column.optional,
            "modalities": column.modalities,
            "values": column.values,
        })
    });
    json!({
        "name": served.name,
        "pipeline": served.model.pipeline(),
        "classes": served.model.classes(),
        "columns": columns.collect::<Vec<_>>(),
    })
}
