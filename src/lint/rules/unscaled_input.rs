//! Numbers of widely different scales given to a network as they are: the largest drown the others.

use crate::diag::{Code, Problem, Problems, Span};
use crate::lint::Subject;
use crate::spec::{Facts, ModalitySpec, TransformKind};

/// How many times larger the deviation of one column may be than that of another.
const MOST: f64 = 100.0;

pub(in crate::lint) fn unscaled_input(subject: &Subject<'_>, facts: &Facts) -> Problems {
    let mut problems = Problems::new();
    for modality in subject.hir.modalities.iter().filter(|modality| !scaled(modality)) {
        let Some(known) = facts.modalities.iter().find(|known| known.name == modality.name) else { continue };
        let varying = || known.columns.iter().filter(|column| column.std > 0.0);
        let (Some(least), Some(most)) =
            (varying().min_by(|a, b| a.std.total_cmp(&b.std)), varying().max_by(|a, b| a.std.total_cmp(&b.std)))
        else {
            continue;
        };
        if most.std <= MOST * least.std {
            continue;
        }
        let message = format!(
            "the columns of `{}` have widely different scales: `{}` varies {} times as much as `{}`",
            modality.name,
            most.name,
            rounded(most.std / least.std),
            least.name
        );
        let end = modality.span.end as usize;
        problems.push(
            Problem::warning(Code::UnscaledInput, message)
                .at(modality.span, "given to the network as they are")
                .help(format!("add `|> standardize`: `{}` goes from {} to {}", most.name, most.min, most.max))
                .edit(Span::new(modality.span.file, end, end), " |> standardize", false),
        );
    }
    problems
}

fn scaled(modality: &ModalitySpec) -> bool {
    modality
        .transforms
        .iter()
        .any(|transform| matches!(transform.kind, TransformKind::Standardize | TransformKind::MinMax))
}

/// Two digits are enough to see that it is too much.
fn rounded(ratio: f64) -> String {
    let unit = 10f64.powf(ratio.log10().floor() - 1.0);
    format!("{}", (ratio / unit).round() * unit)
}
