//! A plan as a table, part by part: operations, shapes, costs and source lines.

use super::data_view::data_text;
use super::numbers::{bytes, grouped, scaled};
use super::table::{Align, table};
use crate::diag::{SourceMap, Style};
use crate::drawing::{PipelinePart, Repetition, parts, runs};
use crate::fusion::CombinationRule;
use crate::optim::{show_optimizer, show_schedule, update_rule};
use crate::plan::{ParamId, Plan, Step};
use crate::sema::Hir;
use crate::spec::{TrainSpec, TransformKind};
use std::collections::BTreeSet;
use std::fmt::Write;

/// The whole plan for a terminal; repeated layers and parts are shown once unless `full` is set.
pub(super) fn plan_text(plan: &Plan, hir: &Hir, sources: &SourceMap, style: Style, full: bool) -> String {
    let train = &hir.train;
    let mut text = format!("{}: {}\n\n", plan.pipeline, plan.combine);
    text += &steps(plan, hir, sources, style, full);
    text.push('\n');
    text += &components(plan, style);
    text.push('\n');
    text += &totals(plan, train);
    text.push('\n');
    text += &data_text(&hir.data, sources);
    text.push('\n');
    text += &training(train);
    text += &weights(hir);
    text
}

/// The line of the file that a step is from: the steps of a function of the library are from the line where the
/// pipeline calls it.
pub(super) fn line_of(step: &Step, sources: &SourceMap) -> usize {
    let asked = step.calls.last().copied().unwrap_or(step.span);
    sources.line_column(asked.file, asked.start).0
}

/// One displayed step.
#[derive(Clone, PartialEq)]
struct PlanRow {
    name: String,
    /// All but its name and its line: rows equal in these are shown once.
    alike: (String, String, u64, u64),
    line: usize,
}

/// The steps of one part.
struct StepGroup {
    part: PipelinePart,
    rows: Vec<PlanRow>,
}

fn groups(plan: &Plan, sources: &SourceMap) -> Vec<StepGroup> {
    let mut groups: Vec<StepGroup> = vec![];
    let mut counted: BTreeSet<ParamId> = BTreeSet::new();
    for (step, part) in plan.steps.iter().zip(parts(plan)) {
        // Shared parameters are counted at the first step that has them.
        let own = step.params.iter().filter(|id| counted.insert(**id)).filter_map(|id| plan.params.get(*id));
        let parameters = own.map(|param| param.shape.size() as u64).sum();
        let row = PlanRow {
            // The operation, which ends the name of a step, has a separate column.
            name: step.name.split(' ').next().unwrap_or(&step.name).to_owned(),
            alike: (step.op.call(), step.shape.to_string(), parameters, step.flops),
            line: line_of(step, sources),
        };
        match groups.iter_mut().find(|group| group.part == part) {
            Some(group) => group.rows.push(row),
            None => groups.push(StepGroup { part, rows: vec![row] }),
        }
    }
    let kind = |group: &StepGroup| {
        ["modality", "encoder", "mixture", "head"].iter().position(|kind| *kind == group.part.kind())
    };
    groups.sort_by_key(kind);
    groups
}

fn steps(plan: &Plan, hir: &Hir, sources: &SourceMap, style: Style, full: bool) -> String {
    use Align::{Left, Right};
    let header = [
        ("step", Left),
        ("operation", Left),
        ("shape", Left),
        ("times", Right),
        ("parameters", Right),
        ("FLOPs", Right),
        ("line", Right),
    ];
    let groups = groups(plan, sources);
    let keys: Vec<_> = groups
        .iter()
        .map(|group| (group.part.kind(), group.rows.iter().map(|row| row.alike.clone()).collect::<Vec<_>>()))
        .collect();
    // Modalities differ by what they are, whatever their shape.
    let alone = |run: &Repetition| full || run.length > 1 || groups[run.start].part.kind() == "modality";
    let mut rows = vec![];
    for run in runs(&keys) {
        let (shown, times) = if alone(&run) { (run.length * run.times, 1) } else { (1, run.times) };
        for group in &groups[run.start..run.start + shown] {
            part_rows(group, times, full, &mut rows);
            if group.part.kind() == "modality"
                && let Some(row) = rows.last_mut()
            {
                row[1] = image_sizes(hir, group.part.name());
            }
        }
    }
    let header: Vec<(&str, Align)> = if rows.iter().all(|row| row[3].is_empty()) {
        rows.iter_mut().for_each(|row| drop(row.remove(3)));
        header.into_iter().filter(|(name, _)| *name != "times").collect()
    } else {
        header.to_vec()
    };
    table(&header, rows, style)
}

/// The steps that bring the images of a modality to their size; nothing where there are none.
fn image_sizes(hir: &Hir, name: &str) -> String {
    let modality = hir.modalities.iter().find(|modality| modality.name == name);
    let transforms = modality.iter().flat_map(|modality| &modality.transforms);
    let steps = transforms.filter_map(|transform| match transform.kind {
        TransformKind::Size(step) => Some(step.show()),
        _ => None,
    });
    steps.collect::<Vec<_>>().join(" |> ")
}

/// The rows of a part: its sum, then its steps; a modality is one row.
fn part_rows(group: &StepGroup, times: usize, full: bool, rows: &mut Vec<Vec<String>>) {
    let repeated = |times: usize| if times > 1 { format!("{times} x") } else { String::new() };
    let sum = |of: fn(&PlanRow) -> u64| group.rows.iter().map(of).sum::<u64>();
    let (kind, name) = (group.part.kind(), group.part.name());
    let modality = kind == "modality";
    let title = if times > 1 { format!("{kind} {name}, and {} alike", times - 1) } else { format!("{kind} {name}") };
    let last = group.rows.last();
    rows.push(vec![
        title,
        String::new(),
        last.map(|row| row.alike.1.clone()).unwrap_or_default(),
        repeated(times),
        blank_if_zero(sum(|row| row.alike.2), grouped),
        blank_if_zero(sum(|row| row.alike.3), |flops| scaled(flops as f64)),
        if modality { last.map(|row| row.line.to_string()).unwrap_or_default() } else { String::new() },
    ]);
    if modality {
        return;
    }
    let alike: Vec<_> = group.rows.iter().map(|row| &row.alike).collect();
    for run in runs(&alike) {
        let (shown, times) = if full { (run.length * run.times, 1) } else { (run.length, run.times) };
        for row in &group.rows[run.start..run.start + shown] {
            let (operation, shape, parameters, flops) = &row.alike;
            rows.push(vec![
                format!("  {}", row.name),
                operation.clone(),
                shape.clone(),
                repeated(times),
                blank_if_zero(*parameters, grouped),
                blank_if_zero(*flops, |flops| scaled(flops as f64)),
                row.line.to_string(),
            ]);
        }
    }
}

fn components(plan: &Plan, style: Style) -> String {
    use Align::{Left, Right};
    let header = [("component", Left), ("weight", Right), ("reads", Left)];
    let rows = plan.loss.components.iter().enumerate().map(|(place, component)| {
        let own = plan.subplan(place).inputs;
        let read = plan.inputs.iter().enumerate().filter(|(_, input)| own.iter().any(|own| own.name == input.name));
        let reads: Vec<String> = read
            .map(|(at, input)| match (input.optional, component.inputs.contains(&at)) {
                (false, _) => input.name.clone(),
                (true, true) => format!("{}?", input.name),
                // The component is there without it.
                (true, false) => format!("{}? (filled)", input.name),
            })
            .collect();
        vec![component.name.clone(), component.weight.to_string(), reads.join(", ")]
    });
    table(&header, rows.collect(), style)
}

fn totals(plan: &Plan, train: &TrainSpec) -> String {
    let parameters = plan.parameter_count() as u64;
    let batch = train.batch_size as u64;
    let values = plan.cost.bytes_per_row.saturating_mul(batch);
    // The optimizer state of each parameter.
    let kept = update_rule(&train.optimizer).moments() as u64;
    let own = plan.cost.parameter_bytes;
    let all = own.saturating_mul(2 + kept).saturating_add(values);
    let shards = if plan.shardable {
        "a batch is computed in shards"
    } else {
        "a batch is computed whole: rows depend on each other"
    };
    let mut text = String::new();
    let _ = writeln!(text, "classes      {}", plan.loss.classes.join(", "));
    let _ = writeln!(text, "loss         {}", plan.loss.combination.description());
    let _ = writeln!(text, "parameters   {} in {} tensors", grouped(parameters), plan.params.len());
    let _ = writeln!(text, "FLOPs        {} a row, forward and backward", scaled(plan.cost.flops_per_row as f64));
    let _ = writeln!(
        text,
        "memory       {} in a step of {} rows: {} of parameters, {} of gradients, {} of the optimizer, {} of values",
        bytes(all),
        grouped(batch),
        bytes(own),
        bytes(own),
        bytes(own.saturating_mul(kept)),
        bytes(values),
    );
    let _ = writeln!(text, "shards       {shards}");
    text
}

/// The training settings, defaults included.
fn training(train: &TrainSpec) -> String {
    use crate::spec::TrainingLength;
    let (optimizer, schedule) = (show_optimizer(&train.optimizer), show_schedule(&train.schedule));
    let length = match train.length {
        TrainingLength::Epochs(epochs) => format!("{} epochs", grouped(epochs)),
        TrainingLength::Iterations(iterations) => format!("{} iterations", grouped(iterations)),
    };
    let stop = train
        .stop
        .as_ref()
        .map_or("none".into(), |stop| format!("patience({}, on: valid.{})", stop.epochs, stop.metric.as_str()));
    let clip = train.clip_norm.map_or("none".into(), |norm| norm.to_string());
    let mut text = String::new();
    let _ = writeln!(text, "optimizer    {optimizer}");
    let _ = writeln!(text, "schedule     {schedule}");
    let _ = writeln!(text, "length       {length} of {} rows a step", grouped(train.batch_size as u64));
    let _ = writeln!(text, "stop         {stop}");
    let _ = writeln!(text, "clip_norm    {clip}");
    let _ = writeln!(text, "calibrate    {}", train.calibrate.as_str());
    let _ = writeln!(text, "seed         {}", train.seed);
    text
}

/// What rows and classes weigh in the loss, where they do not all weigh 1.
fn weights(hir: &Hir) -> String {
    let classes = hir.train.class_weights.as_ref().map(|weights| format!("{} by class", weights.value.show()));
    let rows = hir.data.weight.as_ref().map(|column| format!("{} by row", column.select.show()));
    let weights: Vec<String> = [classes, rows].into_iter().flatten().collect();
    if weights.is_empty() { String::new() } else { format!("weights      {}\n", weights.join(", ")) }
}

fn blank_if_zero(number: u64, show: impl Fn(u64) -> String) -> String {
    if number == 0 { String::new() } else { show(number) }
}
