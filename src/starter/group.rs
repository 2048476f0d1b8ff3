//! Columns of numbers to modalities: grouped by a common prefix of their names.

use super::column_name::prefix;
use super::role::Role;
use crate::data::Survey;

/// The most groups of columns by their names; the columns of smaller ones are one group.
const MOST_GROUPS: usize = 4;

/// Columns that are one signal.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ColumnGroup {
    /// Their common prefix; empty for columns without one.
    pub(super) prefix: String,
    /// Their positions, in order.
    pub(super) columns: Vec<usize>,
}

/// The columns of numbers in groups, in the order of their first columns; those without a common prefix are one group.
pub(super) fn groups(survey: &Survey, roles: &[Role]) -> Vec<ColumnGroup> {
    let numbers = (0..roles.len()).filter(|at| matches!(roles[*at], Role::Numbers { .. }));
    let mut groups: Vec<ColumnGroup> = vec![];
    for at in numbers {
        let prefix = if survey.header { prefix(&survey.columns[at].name) } else { "" };
        match groups.iter_mut().find(|group| group.prefix == prefix) {
            Some(group) => group.columns.push(at),
            None => groups.push(ColumnGroup { prefix: prefix.into(), columns: vec![at] }),
        }
    }
    // Only the largest groups are separate signals.
    let mut sizes: Vec<usize> = groups.iter().map(|group| group.columns.len()).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let least = sizes.get(MOST_GROUPS).map_or(2, |size| size + 1).max(2);
    let (lone, mut kin): (Vec<ColumnGroup>, Vec<ColumnGroup>) =
        groups.into_iter().partition(|group| group.columns.len() < least);
    let mut columns: Vec<usize> = lone.into_iter().flat_map(|group| group.columns).collect();
    columns.sort_unstable();
    if !columns.is_empty() {
        kin.push(ColumnGroup { prefix: String::new(), columns });
    }
    kin
}
