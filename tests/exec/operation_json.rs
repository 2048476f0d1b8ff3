//! The JSON of every operation: the plan's hash is taken over it and stands in every model file, so that it must not change.

use mmc::ops::Op;
use std::collections::BTreeSet;

/// Every variant, as the first version of the model file has it.
const FORMS: &[&str] = &[
    r#"{"input":3}"#,
    r#""length""#,
    r#""step_count""#,
    r#""real_steps""#,
    r#"{"windows":{"size":3,"stride":2,"padding":1}}"#,
    r#"{"embedding":{"width":4,"ids":7,"steps":true}}"#,
    r#"{"lstm":{"hidden":5,"layers":2,"bidirectional":true,"all":false}}"#,
    r#"{"gru":{"hidden":5,"layers":1,"bidirectional":false,"all":true}}"#,
    r#"{"conv1d":{"channels":4,"window":{"size":3,"stride":2,"padding":1},"bias":true}}"#,
    r#"{"max_pool":{"window":null}}"#,
    r#"{"max_pool":{"window":{"size":2,"stride":2,"padding":0}}}"#,
    r#""mean_pool""#,
    r#"{"attention_pool":{"size":8}}"#,
    r#"{"linear":{"out":3,"bias":true,"init":null,"activation":null}}"#,
    r#"{"linear":{"out":3,"bias":false,"init":"he_fan_out","activation":"relu"}}"#,
    r#"{"activation":"gelu"}"#,
    r#"{"activation":"reciprocal"}"#,
    r#"{"dropout":{"p":0.25}}"#,
    r#"{"batch_norm":{"eps":0.001,"momentum":0.01,"activation":"tanh"}}"#,
    r#"{"conv2d":{"channels":16,"frame":{"size":3,"stride":1,"padding":"same"},"bias":true,"init":"torch"}}"#,
    r#"{"conv2d":{"channels":16,"frame":{"size":3,"stride":1,"padding":{"zeros":1}},"bias":true,"init":null}}"#,
    r#"{"avg_pool":{"size":2,"stride":2,"padding":"valid"}}"#,
    r#""global_avg_pool""#,
    r#"{"pad_channels":{"channels":32}}"#,
    r#""flatten""#,
    r#"{"layer_norm":{"eps":0.00001}}"#,
    r#"{"unit_logits":{"scale":10.0}}"#,
    r#""concat""#,
    r#""sum""#,
    r#""mean""#,
    r#""attend""#,
    r#""fill_missing""#,
    r#""hold""#,
    r#"{"binary":"add"}"#,
    r#"{"binary":"div"}"#,
    r#"{"affine":{"scale":-1.0,"offset":0.5}}"#,
    r#"{"class_loss":{"combination":"average","weights":[1.0,0.5]}}"#,
];

#[test]
fn every_operation_keeps_its_json() {
    for form in FORMS {
        let op: Op = serde_json::from_str(form).unwrap_or_else(|error| panic!("{form}: {error}"));
        assert_eq!(serde_json::to_string(&op).unwrap(), *form);
    }
}

/// An unknown variant is refused with the names of all variants: those of the list above.
#[test]
fn every_operation_is_in_the_list() {
    let refused = serde_json::from_str::<Op>(r#""nothing""#).unwrap_err().to_string();
    let known: BTreeSet<&str> = refused.split('`').skip(3).step_by(2).collect();
    let listed: BTreeSet<&str> = FORMS.iter().filter_map(|form| form.split('"').nth(1)).collect();
    assert_eq!(known, listed);
}
