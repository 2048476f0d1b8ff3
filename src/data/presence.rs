//! Checks that on every row some component of each combine has all of its modalities.

use crate::data::dataset::Subset;
use crate::data::modality::rows::ModalityRows;
use crate::data::table::loaded::LoadedTable;
use crate::diag::{Code, DataPlace, Problem, Problems, Span};
use crate::plan::Plan;
use crate::spec::Part;

/// A combine with the modalities that its components need.
#[derive(Clone, Debug)]
pub struct RequiredComponents<'a> {
    /// The combine.
    pub name: &'a str,
    /// Its strategy in the file.
    pub span: Span,
    /// For each component, the modalities it needs, by their places in the request.
    pub components: Vec<Vec<usize>>,
}

impl<'a> RequiredComponents<'a> {
    /// The combine of a plan, where `modalities` are requested, by name and in this order.
    pub fn of(plan: &'a Plan, modalities: &[&str]) -> Self {
        let place = |input: &usize| modalities.iter().position(|name| *name == plan.inputs[*input].name);
        let components = plan.loss.components.iter();
        let components = components.map(|component| component.inputs.iter().filter_map(place).collect()).collect();
        Self { name: &plan.combine, span: plan.loss.span, components }
    }
}

impl RequiredComponents<'_> {
    /// Whether some component has all its modalities on a row.
    pub(crate) fn decides(&self, modalities: &[ModalityRows], row: usize) -> bool {
        let present = |modality: &usize| modalities[*modality].present.as_ref().is_none_or(|present| present[row]);
        self.components.iter().any(|needs| needs.iter().all(present))
    }

    /// The problem with a row that no component can decide.
    pub(crate) fn undecided(&self, row: u64, place: DataPlace) -> Problem {
        let name = self.name;
        let message = format!("row {row} has none of the modalities that a component of `{name}` decides by");
        let problem = Problem::error(Code::NothingPresent, message).in_data(place);
        problem.help("take such rows out, or give a modality a value on every row with `impute`, or its encoder with `fill_missing`")
    }
}

/// The rows of one part: its subset, and the place of each row in the file.
pub(crate) struct PartTable<'a> {
    pub(crate) part: Part,
    pub(crate) subset: &'a Subset,
    pub(crate) read: &'a LoadedTable,
}

/// Reports each combine without any component present on some row, with the first such row.
pub(crate) fn check(required: &[RequiredComponents<'_>], parts: &[PartTable<'_>]) -> Result<(), Problems> {
    let mut problems = Problems::new();
    for combine in required {
        let mut first = None;
        let mut count = 0usize;
        for part in parts {
            for row in (0..part.subset.rows).filter(|row| !combine.decides(&part.subset.modalities, *row)) {
                first.get_or_insert((part, row));
                count += 1;
            }
        }
        let Some((part, row)) = first else { continue };
        let more = match count {
            1 => String::new(),
            _ => format!(" (and {} more rows)", count - 1),
        };
        let row_id = part.subset.row_ids[row];
        let place = part.read.place(Some(row_id as usize), None);
        let mut problem = combine.undecided(row_id, place);
        problem.message.push_str(&more);
        let problem = problem.at(combine.span, format!("nothing here can decide this row of {}", part.part.as_str()));
        problems.push(problem);
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
