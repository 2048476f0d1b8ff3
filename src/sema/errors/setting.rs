//! Settings that other tools have and a block does not: what stands for them here, and the edit that writes it.

use crate::diag::{Edit, Span};
use crate::ops::Signature;
use crate::optim::OPTIMIZERS;
use crate::sema::errors::synonym::{meaning, plain};
use crate::spec::Metric;
use crate::syntax::ast::{Entry, Expr, ExprKind};

/// Help and edits for a setting.
type Advice = (String, Vec<Edit>);

/// What nothing stands for in `train`: names elsewhere, in lower case and without underscores, and what decides it here.
const DECIDED_ELSEWHERE: &[(&[&str], &str)] = &[
    (
        &["loss", "criterion", "lossfunction", "lossfn", "objective"],
        "the loss is the class loss of the strategy that `combine` names; remove this setting",
    ),
    (
        &["device", "devices", "gpu", "gpus", "accelerator", "cuda", "usegpu"],
        "`mmc run --device` says where a training is computed; remove this setting",
    ),
    (
        &["threads", "numworkers", "workers", "njobs", "numthreads"],
        "`mmc run --threads` says how many threads compute; remove this setting",
    ),
    (
        &["metric", "metrics", "scoring"],
        "every run measures all metrics, and `stop` says which one selects the epoch; remove this setting",
    ),
    (&["shuffle"], "the rows are shuffled in every epoch, by the seed; remove this setting"),
    (&["verbose", "progress", "loglevel"], "`mmc run --quiet` prints only the result; remove this setting"),
    (
        &["checkpoint", "checkpoints", "saveevery", "checkpointinterval"],
        "`mmc run --checkpoint` says how often the state is saved; remove this setting",
    ),
];

/// Shares of the rows that other tools set for the training.
const SHARES: &[&str] = &["validationsplit", "valsplit", "validationfraction", "testsize", "testsplit", "testfraction"];

/// What the setting at `at` of a block is here, if it is known from other tools and more than another name of one.
pub(crate) fn foreign_setting(block: &Signature, entries: &[&Entry], at: usize) -> Option<Advice> {
    let entry = entries.get(at)?;
    let word = plain(&entry.key.text);
    match block.name {
        "split" => portion(block, entry),
        "train" => stopping(&word, entry, entries)
            .or_else(|| of_optimizer(entry, entries, at))
            .or_else(|| elsewhere(&word, entries, at)),
        _ => None,
    }
}

/// A part of the data under another name, with a number as its rule: `validation: 10%`.
fn portion(split: &Signature, entry: &Entry) -> Option<Advice> {
    let part =
        meaning(&entry.key.text, split.names()).filter(|part| matches!(*part, "test" | "valid" | "calib" | "train"))?;
    let (rule, around) = rule_of_number(&entry.value)?;
    let mut edits = vec![replace(entry.key.span, part)];
    edits.extend(around);
    Some((format!("did you mean `{part}: {rule}`?"), edits))
}

/// The rule of a split that a bare number is meant as, and the edits that complete it.
pub(crate) fn rule_of_number(value: &Expr) -> Option<Advice> {
    let ExprKind::Number(number) = &value.kind else { return None };
    let rule = match number.value {
        share if share > 0.0 && share < 1.0 => "fraction",
        rows if rows >= 1.0 && rows.fract() == 0.0 => "last",
        _ => return None,
    };
    Some((format!("{rule}({})", number.raw), enclose(value.span, &format!("{rule}("))))
}

/// Early stopping under another name: `early_stopping = 3`, `patience = 3`, `monitor = val_loss`.
fn stopping(word: &str, entry: &Entry, entries: &[&Entry]) -> Option<Advice> {
    let has_stop = entries.iter().any(|other| other.key.text == "stop");
    match word {
        "earlystopping" | "earlystop" | "patience" | "stopping" | "earlystoppingpatience" | "niternochange" => {
            let (value, mut edits) = rule_of_patience(&entry.value);
            edits.insert(0, replace(entry.key.span, "stop"));
            Some((format!("early stopping is written `stop = {value}`"), if has_stop { vec![] } else { edits }))
        }
        "monitor" => {
            let metric = metric_of(&entry.value).unwrap_or(Metric::Loss).as_str();
            let rule = format!("patience(10, on: valid.{metric})");
            let edits = vec![replace(entry.key.span, "stop"), replace(entry.value.span, &rule)];
            Some((format!("what must improve is part of `stop = {rule}`"), if has_stop { vec![] } else { edits }))
        }
        _ => None,
    }
}

/// The stopping rule that a value is meant as, and the edits that make it: a number is the epochs to wait.
pub(crate) fn rule_of_patience(value: &Expr) -> Advice {
    match &value.kind {
        ExprKind::Number(number) => (format!("patience({})", number.raw), enclose(value.span, "patience(")),
        _ => ("patience(10)".into(), vec![replace(value.span, "patience(10)")]),
    }
}

/// The metric of the validation rows that other tools write as one word: `val_loss`, `"val_accuracy"`.
pub(crate) fn metric_of(expr: &Expr) -> Option<Metric> {
    let (ExprKind::Name(word) | ExprKind::Text(word)) = &expr.kind else { return None };
    let word = word.to_lowercase();
    let parts = ["validation_", "valid_", "val_", "eval_", "dev_", "validation.", "valid.", "val."];
    let bare = parts.iter().find_map(|part| word.strip_prefix(part)).unwrap_or(&word);
    let known = || Metric::ALL.iter().map(|metric| metric.as_str());
    let name = known().find(|name| *name == bare).or_else(|| meaning(bare, known()))?;
    Metric::ALL.into_iter().find(|metric| metric.as_str() == name)
}

/// An argument of the optimizer as a setting of its own: `learning_rate = 0.1`.
fn of_optimizer(entry: &Entry, entries: &[&Entry], at: usize) -> Option<Advice> {
    let ExprKind::Number(number) = &entry.value.kind else { return None };
    let named = entries.iter().find(|other| other.key.text == "optimizer");
    let argument = |optimizer: &str| {
        let signature = &OPTIMIZERS.iter().find(|known| known.signature.name == optimizer)?.signature;
        let name = entry.key.text.as_str();
        signature.param(name).map(|param| param.name).or_else(|| meaning(name, signature.names()))
    };
    let Some(optimizer) = named else {
        let name = argument("sgd")?;
        let mut edits = vec![replace(entry.key.span, "optimizer")];
        edits.extend(enclose(entry.value.span, &format!("sgd({name}: ")));
        return Some((format!("it is an argument of the optimizer: `optimizer = sgd({name}: {})`", number.raw), edits));
    };
    let (callee, args) = match &optimizer.value.kind {
        ExprKind::Name(callee) => (callee, None),
        ExprKind::Call(callee, args) => match &callee.kind {
            ExprKind::Name(callee) => (callee, Some(args)),
            _ => return None,
        },
        _ => return None,
    };
    let name = argument(callee)?;
    let given = format!("{name}: {}", number.raw);
    let help = format!("it is an argument of the optimizer: `{callee}({given})`");
    let end = optimizer.value.span.end;
    let insert = |at: u32, text: String| Edit {
        span: Span { start: at, end: at, ..optimizer.value.span },
        replacement: text,
        safe: false,
    };
    let insertion = match args {
        None => insert(end, format!("({given})")),
        Some(args) if args.is_empty() => insert(end.saturating_sub(1), given),
        // Given by name or first: it has a value already.
        Some(args) if args.iter().any(|arg| arg.name.as_ref().is_none_or(|known| known.text == name)) => {
            return Some((help, vec![]));
        }
        Some(_) => insert(end.saturating_sub(1), format!(", {given}")),
    };
    Some((help, vec![insertion, removal(entries, at)?]))
}

/// A setting that is decided elsewhere, or not at all.
fn elsewhere(word: &str, entries: &[&Entry], at: usize) -> Option<Advice> {
    if SHARES.contains(&word) {
        let part = if word.starts_with("test") { "test" } else { "valid" };
        let help = format!("rows are divided in `data`: `split = {{ {part}: fraction(10%) }}`");
        return Some((help, vec![]));
    }
    if word == "dropout" {
        return Some(("dropout belongs to the layers: `mlp([64], dropout: 0.1)`".into(), vec![]));
    }
    let (_, help) = DECIDED_ELSEWHERE.iter().find(|(words, _)| words.contains(&word))?;
    Some(((*help).into(), removal(entries, at).into_iter().collect()))
}

/// The edit that removes an entry, with the separator to a neighbour on its line.
pub(crate) fn removal(entries: &[&Entry], at: usize) -> Option<Edit> {
    /// Up to here the text between two entries is a separator and a blank, and no comment.
    const SEPARATOR: u32 = 2;
    let entry = entries.get(at)?;
    let mut span = entry.key.span.to(entry.value.span);
    let next = entries.get(at + 1).map(|next| next.key.span.start);
    let before = at.checked_sub(1).and_then(|at| entries.get(at)).map(|before| before.value.span.end);
    match (next, before) {
        (Some(next), _) if next.saturating_sub(span.end) <= SEPARATOR => span.end = next,
        (_, Some(before)) if span.start.saturating_sub(before) <= SEPARATOR => span.start = before,
        _ => {}
    }
    Some(replace(span, ""))
}

fn replace(span: Span, with: &str) -> Edit {
    Edit { span, replacement: with.into(), safe: false }
}

/// Edits that make a value the argument of a call that `open` begins.
fn enclose(value: Span, open: &str) -> Vec<Edit> {
    vec![replace(Span { end: value.start, ..value }, open), replace(Span { start: value.end, ..value }, ")")]
}
