//! `/openapi.json`: the routes, with the rows of every model as schemas.

use super::metadata::content;
use super::served::Served;
use serde_json::{Map, Value, json};

pub(super) fn document<'a>(models: impl Iterator<Item = &'a Served>) -> Value {
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    let json_body =
        |schema: Value| json!({ "content": { "application/json": { "schema": schema } }, "required": true });
    let refused = json!({ "description": "refused, with the reason", "content": { "application/json": { "schema": {
        "type": "object",
        "required": ["error"],
        "properties": { "error": { "type": "string" }, "problems": { "type": "array" } },
    } } } });
    let answers = |what: &str| json!({ "200": { "description": what }, "4XX": refused, "503": refused });
    let get = |what: &str| json!({ "get": { "summary": what, "responses": answers(what) } });
    for (path, what) in [
        ("/v2", "the server"),
        ("/v2/health/live", "whether the server runs"),
        ("/v2/health/ready", "whether it takes requests"),
        ("/ping", "whether it takes requests"),
        ("/metrics", "counters in the text form of Prometheus"),
        ("/openapi.json", "this document"),
        ("/", "a page to fill in a row"),
    ] {
        paths.insert(path.into(), get(what));
    }
    let mut rows = vec![];
    for served in models {
        let name = &served.name;
        rows.push(json!({ "$ref": format!("#/components/schemas/row_{name}") }));
        schemas.insert(format!("row_{name}"), row(served));
        paths.insert(format!("/v2/models/{name}"), get("the inputs and outputs of the model"));
        paths.insert(format!("/v2/models/{name}/ready"), get("whether the model is ready"));
        let tensors = json_body(json!({ "$ref": "#/components/schemas/tensors" }));
        let what = "tensors, one for each column";
        let infer =
            json!({ "post": { "summary": what, "requestBody": tensors, "responses": answers("output tensors") } });
        paths.insert(format!("/v2/models/{name}/infer"), infer);
    }
    let records = json_body(json!({ "type": "array", "items": { "anyOf": rows } }));
    let what = "which model, where several are served";
    let model = json!([{ "name": "model", "in": "query", "schema": { "type": "string" }, "description": what }]);
    for (path, what) in [("/invocations", "the predictions of rows"), ("/explain", "how rows were decided")] {
        let post = json!({ "summary": what, "parameters": model, "requestBody": records, "responses": answers(what) });
        paths.insert(path.into(), json!({ "post": post }));
    }
    schemas.insert(
        "tensors".into(),
        json!({
            "type": "object",
            "required": ["inputs"],
            "properties": {
                "id": { "type": "string" },
                "inputs": { "type": "array", "items": {
                    "type": "object",
                    "required": ["name", "shape", "datatype"],
                    "properties": {
                        "name": { "type": "string" },
                        "shape": { "type": "array", "items": { "type": "integer" } },
                        "datatype": { "type": "string" },
                        "data": { "type": "array" },
                    },
                } },
                "outputs": { "type": "array", "items": { "type": "object", "required": ["name"] } },
            },
        }),
    );
    json!({
        "openapi": "3.1.0",
        "info": { "title": "mmc", "version": env!("CARGO_PKG_VERSION") },
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

/// A row of a model.
fn row(served: &Served) -> Value {
    let columns = served.model.columns();
    let properties = columns.iter().map(|column| {
        let mut schema = match content(column) {
            "number" => json!({ "type": ["number", "null"] }),
            "numbers" | "sequence" => json!({ "type": ["array", "null"], "items": {} }),
            "category" => json!({ "type": ["string", "number", "null"], "examples": column.values }),
            "image" => json!({ "type": ["string", "null"], "contentEncoding": "base64" }),
            _ => json!({ "type": ["string", "null"] }),
        };
        schema["description"] = format!("{} of {}", content(column), column.modalities.join(", ")).into();
        (column.name.clone(), schema)
    });
    let required: Vec<&str> =
        columns.iter().filter(|column| !column.optional).map(|column| column.name.as_str()).collect();
    json!({ "type": "object", "properties": properties.collect::<Map<_, _>>(), "required": required })
}
