//! The verdict of a run in three sentences: how good it is, what combining gives, and what to keep in mind.

use super::test_rows::TestTable;
use super::values::{count, number, percent, range, text};
use crate::trust::interval;
use serde_json::Value;

/// The sentences.
pub(super) fn verdict(summary: &Value, rows: Option<&TestTable<'_>>, label: &str) -> Vec<String> {
    vec![accuracy(summary, rows, label), combining(summary), conduct(summary)]
}

fn accuracy(summary: &Value, rows: Option<&TestTable<'_>>, label: &str) -> String {
    let combine = text(summary, "/combine");
    let (part, path) = match (summary.pointer("/test"), summary.pointer("/valid")) {
        (Some(Value::Object(_)), _) => ("test", "/test"),
        (_, Some(Value::Object(_))) => ("validation", "/valid"),
        _ => return format!("{combine} was trained, and measured on no held-out rows: nothing says how good it is."),
    };
    let error = number(summary, &format!("{path}/error"));
    let measured = number(summary, &format!("{path}/rows")).max(0.0) as u64;
    let wrong = (error * measured as f64).round() as u64;
    let between = range(interval(wrong, measured, 0.95));
    let share = percent(error);
    let rows_text = count(measured as usize);
    let mut sentence =
        format!("{combine} is wrong about {label} on {share} of {rows_text} {part} rows (95 % interval {between})");
    if let Some(rows) = rows.filter(|rows| rows.saved.rows() > 0) {
        let mut counts = vec![0usize; rows.classes.len()];
        rows.saved.labels.iter().for_each(|class| counts[*class as usize] += 1);
        if let Some((most, name)) = counts.iter().zip(&rows.classes).max_by_key(|(rows, _)| **rows) {
            let share = percent(1.0 - *most as f64 / rows.saved.rows() as f64);
            sentence += &format!("; always naming {name}, the most frequent class, would be wrong on {share}");
        }
    }
    sentence + "."
}

fn combining(summary: &Value) -> String {
    let part = if summary.pointer("/test").is_some_and(Value::is_object) { "test" } else { "valid" };
    let components = summary.pointer(&format!("/{part}/components")).and_then(Value::as_array);
    let all = number(summary, &format!("/{part}/rows"));
    // A component that is absent on some rows is measured on others, and not compared.
    let everywhere = components.into_iter().flatten().filter(|component| number(component, "/rows") == all);
    let best = everywhere
        .map(|component| (number(component, "/error"), text(component, "/name")))
        .filter(|(error, _)| error.is_finite())
        .min_by(|one, other| one.0.total_cmp(&other.0));
    let error = number(summary, &format!("/{part}/error"));
    let components = components.map_or(0, Vec::len);
    match best {
        Some((own, name)) if components > 1 => {
            let points = 100.0 * (own - error);
            let what = if points > 0.005 {
                format!("combining {components} components takes {points:.2} points off that")
            } else if points < -0.005 {
                format!("combining {components} components makes it {:.2} points worse", -points)
            } else {
                format!("combining {components} components makes no difference to that")
            };
            format!("Alone, its best component, {name}, is wrong on {} of the same rows; {what}.", percent(own))
        }
        _ if components > 1 => "No component is present on every row, so that none is compared with the whole.".into(),
        _ => "It decides by a single component, so that nothing is combined after the encoders.".into(),
    }
}

fn conduct(summary: &Value) -> String {
    let status = text(summary, "/status");
    let epochs = count(number(summary, "/epochs").max(0.0) as usize);
    let best = number(summary, "/best_epoch");
    let kept = match best.is_finite() {
        true if summary.pointer("/valid").is_some_and(Value::is_object) => {
            format!("the validation rows chose epoch {best}")
        }
        true => format!("epoch {best} is kept, since no validation rows chose one"),
        false => "the weights are those from before the first measurement".into(),
    };
    let temperature = number(summary, "/calibration/temperature");
    let calibrated = match temperature.is_finite() && temperature != 1.0 {
        true => format!("; its probabilities are calibrated with a temperature of {temperature:.2}"),
        false => String::new(),
    };
    match status.as_str() {
        "interrupted" => format!(
            "The training was interrupted after {epochs} epochs, so that all of this is about the best model until \
             then: {kept}{calibrated}."
        ),
        "failed" => {
            format!("The training failed after {epochs} epochs ({}): {kept}.", text(summary, "/problem/message"))
        }
        "patience" => format!("The training stopped after {epochs} epochs without improvement: {kept}{calibrated}."),
        _ => format!("All {epochs} epochs were trained: {kept}{calibrated}."),
    }
}
