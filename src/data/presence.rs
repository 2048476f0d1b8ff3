//! Checks that on every row some component of each combine has all of its modalities.

use crate::data::dataset::Subset;
use crate::data::table::loaded::LoadedTable;
use crate::diag::{Code, Problem, Problems, Span};
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
            let present = |modality: usize, row: usize| {
                part.subset.modalities[modality].present.as_ref().is_none_or(|present| present[row])
            };
            let lacks = |row: &usize| !combine.components.iter().any(|needs| needs.iter().all(|m| present(*m, *row)));
            for row in (0..part.subset.rows).filter(lacks) {
                first.get_or_insert((part, row));
                count += 1;
            }
        }
        let Some((part, row)) = first else { continue };
        let more = match count {
            1 => String::new(),
            _ => format!(" (and {} more rows)", count - 1),
        };
        let message = format!(
            "row {} has none of the modalities that a component of `{}` decides by{more}",
            part.subset.row_ids[row], combine.name
        );
        let place = part.read.place(Some(part.subset.row_ids[row] as usize), None);
        let problem = Problem::error(Code::NothingPresent, message)
            .at(combine.span, format!("nothing here can decide this row of {}", part.part.as_str()))
            .in_data(place)
            .help("take such rows out, or give a modality a value on every row with `impute(mean)`");
        problems.push(problem);
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
