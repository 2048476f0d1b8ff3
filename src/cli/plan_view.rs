//! A plan as a table: what is computed, in what shapes, at what cost, and where the file asks for it.

use super::numbers::{bytes, grouped, scaled};
use super::table::{Align, table};
use crate::diag::{SourceMap, Style};
use crate::ops::{Activation, Op, Padding, Window};
use crate::plan::{ParamId, Plan, Step};
use crate::spec::{Combination, QGradient, TrainSpec};
use std::collections::BTreeSet;
use std::fmt::Write;

/// The whole plan for people.
pub(super) fn plan_text(plan: &Plan, train: &TrainSpec, sources: &SourceMap, style: Style) -> String {
    let mut text = format!("{}: {}\n\n", plan.pipeline, plan.combine);
    text += &steps(plan, sources, style);
    text.push('\n');
    text += &components(plan, style);
    text.push('\n');
    text += &totals(plan, train);
    text
}

fn steps(plan: &Plan, sources: &SourceMap, style: Style) -> String {
    use Align::{Left, Right};
    let header = [
        ("step", Left),
        ("operation", Left),
        ("shape", Left),
        ("parameters", Right),
        ("FLOPs", Right),
        ("line", Right),
    ];
    let rows = plan.steps.iter().map(|step| {
        // What a function of the library makes was asked for where the pipeline calls it.
        let asked = step.calls.last().copied().unwrap_or(step.span);
        let (line, _) = sources.line_column(asked.file, asked.start);
        vec![
            // The operation, which ends the name of a step, has a column of its own.
            step.name.split(' ').next().unwrap_or(&step.name).to_owned(),
            operation(&step.op),
            step.shape.to_string(),
            blank_if_zero(parameters(plan, step), grouped),
            blank_if_zero(step.flops, |flops| scaled(flops as f64)),
            line.to_string(),
        ]
    });
    table(&header, rows.collect(), style)
}

fn components(plan: &Plan, style: Style) -> String {
    use Align::{Left, Right};
    let header = [("component", Left), ("weight", Right), ("reads", Left)];
    let rows = plan.loss.components.iter().map(|component| {
        let inputs = component.inputs.iter().filter_map(|input| plan.inputs.get(*input));
        let reads: Vec<String> =
            inputs.map(|input| if input.optional { format!("{}?", input.name) } else { input.name.clone() }).collect();
        vec![component.name.clone(), component.weight.to_string(), reads.join(", ")]
    });
    table(&header, rows.collect(), style)
}

fn totals(plan: &Plan, train: &TrainSpec) -> String {
    let parameters = plan.parameter_count() as u64;
    let batch = train.batch_size as u64;
    let values = plan.cost.bytes_per_row.saturating_mul(batch);
    let shards = if plan.shardable {
        "a batch is computed in shards"
    } else {
        "a batch is computed whole: rows depend on each other"
    };
    let mut text = String::new();
    let _ = writeln!(text, "classes      {}", plan.loss.classes.join(", "));
    let _ = writeln!(text, "loss         {}", loss(&plan.loss.combination));
    let _ = writeln!(text, "parameters   {} in {} tensors", grouped(parameters), plan.params.len());
    let _ = writeln!(text, "FLOPs        {} a row, forward and backward", scaled(plan.cost.flops_per_row as f64));
    let _ = writeln!(
        text,
        "memory       {} of parameters, {} of values in a step of {} rows",
        bytes(plan.cost.parameter_bytes),
        bytes(values),
        grouped(batch)
    );
    let _ = writeln!(text, "shards       {shards}");
    text
}

/// Parameters of one step; those it shares with an earlier one are counted there.
fn parameters(plan: &Plan, step: &Step) -> u64 {
    let earlier: BTreeSet<ParamId> = (plan.steps.iter())
        .take_while(|other| other.makes != step.makes)
        .flat_map(|other| other.params.iter().copied())
        .collect();
    let own = step.params.iter().filter(|id| !earlier.contains(id));
    own.filter_map(|id| plan.params.get(*id)).map(|param| param.shape.size() as u64).sum()
}

/// The operation and what it was told, with the defaults that matter.
fn operation(op: &Op) -> String {
    match op {
        Op::Linear { out, bias, activation, .. } => {
            let bias = if *bias { "" } else { ", bias: false" };
            format!("linear({out}{bias}){}", then(*activation))
        }
        Op::Conv2d { channels, frame, bias, .. } => {
            let stride = if frame.stride == 1 { String::new() } else { format!(", stride: {}", frame.stride) };
            let padding = match frame.padding {
                Padding::Same => String::new(),
                Padding::Valid => ", padding: valid".into(),
                Padding::Zeros(each) => format!(", padding: {each}"),
            };
            let bias = if *bias { "" } else { ", bias: false" };
            format!("conv2d({channels}, kernel: {}{stride}{padding}{bias})", frame.size)
        }
        Op::AvgPool(frame) => format!("avg_pool({}, stride: {})", frame.size, frame.stride),
        Op::PadChannels { channels } => format!("pad_channels({channels})"),
        Op::Embedding { width, ids, .. } => format!("embedding({width}) of {ids} ids"),
        Op::Lstm(lstm) => {
            let layers = if lstm.layers == 1 { String::new() } else { format!(", layers: {}", lstm.layers) };
            let both = if lstm.bidirectional { ", bidirectional: true" } else { "" };
            let output = if lstm.all { "all" } else { "last" };
            format!("lstm({}{layers}{both}, output: {output})", lstm.hidden)
        }
        Op::Conv1d { channels, window: Window { size, stride, padding }, bias } => {
            let bias = if *bias { "" } else { ", bias: false" };
            format!("conv1d({channels}, kernel: {size}, stride: {stride}, padding: {padding}{bias})")
        }
        Op::MaxPool { window: Some(window) } => format!("max_pool({}, stride: {})", window.size, window.stride),
        Op::AttentionPool { size } => format!("attention_pool({size})"),
        Op::Dropout { p } => format!("dropout({p})"),
        Op::BatchNorm { eps, momentum, activation } => {
            format!("batch_norm(eps: {eps}, momentum: {momentum}){}", then(*activation))
        }
        Op::LayerNorm { eps } => format!("layer_norm(eps: {eps})"),
        Op::Affine { scale, offset } => format!("{scale} * x + {offset}"),
        other => other.name().to_owned(),
    }
}

/// The activation that was fused onto an operation, as it was written.
fn then(activation: Option<Activation>) -> String {
    activation.map_or(String::new(), |activation| format!(" |> {}", activation.name()))
}

fn loss(combination: &Combination) -> String {
    match combination {
        Combination::Average => "each component by its own cross-entropy; probabilities are averaged".into(),
        Combination::Multiplicative { beta, gradient, boost } => {
            let gradient = match gradient {
                QGradient::Detached => "detached",
                QGradient::Attached => "attached",
            };
            let boost = boost.map_or(String::new(), |delta| format!(", boosted by margin({delta})"));
            format!("multiplicative, beta = {beta}, gradient = {gradient}{boost}")
        }
    }
}

fn blank_if_zero(number: u64, show: impl Fn(u64) -> String) -> String {
    if number == 0 { String::new() } else { show(number) }
}
