//! Numbers of widely different scales given to a network as they are: the largest dominate the others.

use crate::diag::{Code, Problem, Problems, Span};
use crate::lint::subject::Subject;
use crate::spec::{ColumnProfile, DataProfile, ModalitySpec};
use crate::thousands::grouped;

/// How many times larger the deviation of one column may be than that of another.
const MOST: f64 = 100.0;

pub(in crate::lint) fn unscaled_input(subject: &Subject<'_>, profile: &DataProfile) -> Problems {
    let mut problems = Problems::new();
    for modality in subject.hir.modalities.iter().filter(|modality| !scaled(modality)) {
        let Some(known) = profile.modalities.iter().find(|known| known.name == modality.name) else { continue };
        let varying = || known.columns.iter().filter(|column| column.inputs.std > 0.0);
        let by_std = |a: &&ColumnProfile, b: &&ColumnProfile| a.inputs.std.total_cmp(&b.inputs.std);
        let (Some(least), Some(most)) = (varying().min_by(by_std), varying().max_by(by_std)) else {
            continue;
        };
        if most.inputs.std <= MOST * least.inputs.std {
            continue;
        }
        let message = format!(
            "the columns of `{}` have widely different scales: `{}` varies {} times as much as `{}`",
            modality.name,
            most.name,
            rounded(most.inputs.std / least.inputs.std),
            least.name
        );
        let end = modality.span.end as usize;
        problems.push(
            Problem::warning(Code::UnscaledInput, message)
                .at(modality.span, "given to the network as they are")
                .help(format!(
                    "add `|> standardize`: `{}` goes from {} to {}",
                    most.name,
                    rounded(most.inputs.min),
                    rounded(most.inputs.max)
                ))
                .edit(Span::new(modality.span.file, end, end), " |> standardize", false),
        );
    }
    problems
}

fn scaled(modality: &ModalitySpec) -> bool {
    modality.transforms.iter().any(|transform| transform.kind.brings_to_one_scale())
}

/// Two digits are enough to see that it is too much.
fn rounded(number: f64) -> String {
    if number == 0.0 {
        return "0".into();
    }
    let unit = 10f64.powf(number.abs().log10().floor() - 1.0);
    let number = (number / unit).round() * unit;
    if number.abs() < 1000.0 {
        return format!("{:.*}", usize::from(unit < 1.0) * (-unit.log10().floor()) as usize, number);
    }
    let sign = if number < 0.0 { "-" } else { "" };
    format!("{sign}{}", grouped(number.abs() as u64))
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn two_digits_are_shown() {
        let shown = [0.0, 0.01234, 1.26, 99.6, 126.0, -3747.2, 299_999.0].map(rounded);
        assert_eq!(shown, ["0", "0.012", "1.3", "100", "130", "-3,700", "300,000"]);
    }
}
