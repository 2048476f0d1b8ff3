//! The file of a checkpoint: one safetensors file with its own checksum.
//!
//! Every array is `f32`, under the name of its parameter or buffer with a prefix: `current/` and `best/` for models,
//! `first_moment/` and `second_moment/` for the optimizer, `finished/` for the components of a late fusion that have
//! been trained; `past/` and the name of a component is what it lost on each training row. The header's metadata has one entry, `mmc`, a JSON object: `blake3`, the checksum of the whole file
//! with its own digits read as zeros; `format`; `key`, the hash of everything the training depends on; and `state`, all
//! other numbers, whose decimals read back as the same bits.

use super::balance::BalanceState;
use super::checkpoint::{BestModel, Checkpoint, EpochTotals, FinishedComponents, LoopState};
use super::exact_json::{from_json, to_json};
use super::optimizer::OptimizerState;
use super::past_losses::PastLosses;
use super::selection::SelectedEpoch;
use super::{EpochRecord, StopReason};
use crate::diag::{Code, Problem};
use crate::exec::Params;
use crate::plan::Plan;
use safetensors::tensor::{Dtype, SafeTensors, View};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// The version of the form.
const FORMAT: u32 = 2;

/// The text before the digits of the checksum in the header: JSON within a JSON string.
const BEFORE_SUM: &[u8] = br#""mmc":"{\"blake3\":\""#;

/// Before the name of a component, for what it lost on each training row.
const PAST: &str = "past/";

/// Hexadecimal digits of a checksum.
const DIGITS: usize = 64;

/// The entry `mmc` of the metadata.
#[derive(Serialize, Deserialize)]
struct CheckpointMetadata {
    /// First, so that [`BEFORE_SUM`] is before it.
    blake3: String,
    format: u32,
    key: String,
    state: serde_json::Value,
}

/// A checkpoint without its arrays.
#[derive(Serialize, Deserialize)]
struct CheckpointState {
    finished: Option<FinishedState>,
    step: u64,
    optimizer_steps: u64,
    #[serde(default, skip_serializing_if = "BalanceState::is_empty")]
    balance: BalanceState,
    /// Of the past losses; none where no loss reads them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    past_ranges: Vec<(f32, f32)>,
    totals: EpochTotals,
    best: Option<SelectedEpoch>,
    history: Vec<EpochRecord>,
    seconds: f64,
    first_losses: Vec<f64>,
}

/// [`FinishedComponents`] without its arrays.
#[derive(Serialize, Deserialize)]
struct FinishedState {
    count: usize,
    history: Vec<EpochRecord>,
    stop: StopReason,
}

/// An array of numbers as a tensor.
struct ArrayView<'a> {
    shape: &'a [usize],
    numbers: &'a [f32],
}

/// The file of a checkpoint of `plan`. `key` is kept in it, and has to be given to read it.
///
/// # Errors
/// `MMC0699` if the arrays do not fit the plan.
pub fn checkpoint_bytes(plan: &Plan, key: &str, checkpoint: &Checkpoint) -> Result<Vec<u8>, Problem> {
    let internal = |reason: String| {
        Problem::error(Code::Internal, format!("the checkpoint does not fit its plan: {reason}"))
            .help("please report this")
    };
    let Checkpoint { finished, running, first_losses } = checkpoint;
    let own_plan;
    let running_plan = match finished {
        Some(finished) => {
            own_plan = plan.subplan(finished.count);
            &own_plan
        }
        None => plan,
    };
    let mut views = vec![];
    if let Some(finished) = finished {
        model_views("finished/", plan, &finished.params, &mut views);
    }
    model_views("current/", running_plan, &running.params, &mut views);
    if let Some(best) = &running.best {
        model_views("best/", running_plan, &best.params, &mut views);
    }
    let OptimizerState { first, second, steps } = &running.optimizer;
    for (prefix, moments) in [("first_moment/", first), ("second_moment/", second)] {
        if !moments.is_empty() {
            moment_views(prefix, running_plan, moments, &mut views);
        }
    }
    let past_shape = [running.past.sums.first().map_or(0, Vec::len)];
    for (component, numbers) in running_plan.loss.components.iter().zip(&running.past.sums) {
        views.push((format!("{PAST}{}", component.name), ArrayView { shape: &past_shape, numbers }));
    }
    let state = CheckpointState {
        finished: finished.as_ref().map(|finished| FinishedState {
            count: finished.count,
            history: finished.history.clone(),
            stop: finished.stop,
        }),
        step: running.step,
        optimizer_steps: *steps,
        balance: running.balance.clone(),
        past_ranges: running.past.ranges.clone(),
        totals: running.totals,
        best: running.best.as_ref().map(|best| best.selected),
        history: running.history.clone(),
        seconds: running.seconds,
        first_losses: first_losses.clone(),
    };
    let metadata = CheckpointMetadata {
        blake3: "0".repeat(DIGITS),
        format: FORMAT,
        key: key.to_owned(),
        state: to_json(&state).map_err(internal)?,
    };
    let metadata = serde_json::to_string(&metadata).map_err(|error| internal(error.to_string()))?;
    let metadata = HashMap::from([("mmc".to_owned(), metadata)]);
    let mut bytes = safetensors::serialize(views, Some(metadata)).map_err(|error| internal(error.to_string()))?;
    let at = sum_place(&bytes).ok_or_else(|| internal("the checksum has no place".into()))?;
    let sum = blake3::hash(&bytes).to_hex();
    bytes[at..at + DIGITS].copy_from_slice(sum.as_bytes());
    Ok(bytes)
}

/// Reads the file of a checkpoint of `plan`.
///
/// # Errors
/// A sentence: if the file is damaged, or its key is not `key`.
pub fn read_checkpoint(bytes: &[u8], plan: &Plan, key: &str) -> Result<Checkpoint, String> {
    verify_sum(bytes)?;
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| error.to_string())?;
    let metadata = header.metadata().as_ref().and_then(|entries| entries.get("mmc")).ok_or("it has no metadata")?;
    let metadata: CheckpointMetadata = serde_json::from_str(metadata).map_err(|error| error.to_string())?;
    if metadata.format != FORMAT {
        return Err(format!("it is written in format {}, and this program reads format {FORMAT}", metadata.format));
    }
    if metadata.key != key {
        return Err("it belongs to another training".into());
    }
    let state: CheckpointState = from_json(&metadata.state)?;
    let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    if state.finished.is_some() != plan.loss.combination.trains_components_separately() {
        return Err("it belongs to another way of training".into());
    }
    let own_plan;
    let (finished, running_plan) = match state.finished {
        Some(FinishedState { count, history, stop }) if count < plan.loss.components.len() => {
            own_plan = plan.subplan(count);
            let params = read_params("finished/", plan, &file)?;
            (Some(FinishedComponents { count, params, history, stop }), &own_plan)
        }
        Some(FinishedState { count, .. }) => return Err(format!("it has {count} finished components")),
        None => (None, plan),
    };
    let params = Arc::new(read_params("current/", running_plan, &file)?);
    let best = match state.best {
        Some(selected) => Some(BestModel { selected, params: Arc::new(read_params("best/", running_plan, &file)?) }),
        None => None,
    };
    let first = read_moments("first_moment/", running_plan, &params, &file)?;
    let has_second = file.names().iter().any(|name| name.starts_with("second_moment/"));
    let second = if has_second { read_moments("second_moment/", running_plan, &params, &file)? } else { vec![] };
    let optimizer = OptimizerState { steps: state.optimizer_steps, first, second };
    let past = read_past(running_plan, state.past_ranges, &file)?;
    let CheckpointState { balance, step, totals, history, seconds, first_losses, .. } = state;
    let running = LoopState { params, optimizer, balance, past, step, totals, best, history, seconds };
    Ok(Checkpoint { finished, running, first_losses })
}

/// The place of the checksum's digits.
fn sum_place(bytes: &[u8]) -> Option<usize> {
    let found = bytes.windows(BEFORE_SUM.len()).position(|window| window == BEFORE_SUM)?;
    let at = found + BEFORE_SUM.len();
    (at + DIGITS <= bytes.len()).then_some(at)
}

/// Compares the checksum in the file with that of the file.
fn verify_sum(bytes: &[u8]) -> Result<(), String> {
    let damaged = || "its checksum is not that of its content: it is damaged or incomplete".to_owned();
    let at = sum_place(bytes).ok_or_else(damaged)?;
    let (before, rest) = bytes.split_at(at);
    let (sum, after) = rest.split_at(DIGITS);
    let mut hasher = blake3::Hasher::new();
    hasher.update(before).update(&[b'0'; DIGITS]).update(after);
    if hasher.finalize().to_hex().as_bytes() == sum { Ok(()) } else { Err(damaged()) }
}

fn model_views<'a>(prefix: &str, plan: &'a Plan, params: &'a Params, views: &mut Vec<(String, ArrayView<'a>)>) {
    moment_views(prefix, plan, &params.values, views);
    for (spec, numbers) in plan.buffers.iter().zip(&params.buffers) {
        views.push((format!("{prefix}{}", spec.name), ArrayView { shape: &spec.shape.0, numbers }));
    }
}

/// The parts of an array that is laid out as the parameters.
fn moment_views<'a>(prefix: &str, plan: &'a Plan, numbers: &'a [f32], views: &mut Vec<(String, ArrayView<'a>)>) {
    for spec in &plan.params {
        let numbers = numbers.get(spec.offset..spec.offset + spec.shape.size()).unwrap_or_default();
        views.push((format!("{prefix}{}", spec.name), ArrayView { shape: &spec.shape.0, numbers }));
    }
}

fn read_params(prefix: &str, plan: &Plan, file: &SafeTensors<'_>) -> Result<Params, String> {
    let mut params = Params::zeros(plan);
    for (id, spec) in plan.params.iter().enumerate() {
        let range = params.range(id);
        read_array(file, &format!("{prefix}{}", spec.name), &spec.shape.0, &mut params.values[range])?;
    }
    for (spec, buffer) in plan.buffers.iter().zip(&mut params.buffers) {
        read_array(file, &format!("{prefix}{}", spec.name), &spec.shape.0, buffer)?;
    }
    Ok(params)
}

/// An array that is laid out as the parameters.
fn read_moments(prefix: &str, plan: &Plan, params: &Params, file: &SafeTensors<'_>) -> Result<Vec<f32>, String> {
    let mut numbers = vec![0.0; params.values.len()];
    for (id, spec) in plan.params.iter().enumerate() {
        read_array(file, &format!("{prefix}{}", spec.name), &spec.shape.0, &mut numbers[params.range(id)])?;
    }
    Ok(numbers)
}

/// The past losses of every component; empty without ranges.
fn read_past(plan: &Plan, ranges: Vec<(f32, f32)>, file: &SafeTensors<'_>) -> Result<PastLosses, String> {
    if (plan.loss.combination.rank() > 0.0) != (ranges.len() == plan.loss.components.len()) {
        return Err("it belongs to another loss".into());
    }
    let mut sums = vec![];
    for component in plan.loss.components.iter().take(ranges.len()) {
        let name = format!("{PAST}{}", component.name);
        let rows = file.tensor(&name).map_or(0, |tensor| tensor.shape().iter().product());
        let mut own = vec![0.0; rows];
        read_array(file, &name, &[rows], &mut own)?;
        sums.push(own);
    }
    Ok(PastLosses { sums, ranges })
}

fn read_array(file: &SafeTensors<'_>, name: &str, shape: &[usize], into: &mut [f32]) -> Result<(), String> {
    let tensor = file.tensor(name).map_err(|_| format!("it lacks `{name}`"))?;
    if tensor.dtype() != Dtype::F32 || tensor.shape() != shape {
        return Err(format!("`{name}` has another shape or type than in the plan"));
    }
    let (numbers, _) = tensor.data().as_chunks();
    for (value, bytes) in into.iter_mut().zip(numbers) {
        *value = f32::from_le_bytes(*bytes);
    }
    Ok(())
}

impl View for ArrayView<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>().into()
    }

    fn data_len(&self) -> usize {
        size_of_val(self.numbers)
    }
}
