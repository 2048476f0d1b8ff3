//! The most confident mistakes.

use super::content::{PageBlock, PageSection, PageTable};
use super::test_rows::TestTable;
use super::values::{count, name, percent};

/// Mistakes that are listed.
const LISTED: usize = 20;
/// Components whose decisions are listed beside.
const COMPONENTS: usize = 4;

pub(super) fn mistakes(table: &TestTable<'_>) -> PageSection {
    let saved = table.saved;
    let mut wrong: Vec<usize> = (0..saved.rows()).filter(|row| saved.is_wrong(*row)).collect();
    wrong.sort_by(|a, b| table.uncertainty(*a).total_cmp(&table.uncertainty(*b)));
    let shown: Vec<usize> = table.single.iter().copied().take(COMPONENTS).collect();
    let mut columns = vec!["#row".to_owned()];
    columns.extend(saved.names.as_ref().map(|_| "name".to_owned()));
    columns.extend(["label", "decision", "#its probability", "#that of the label"].map(String::from));
    columns.extend(shown.iter().map(|component| format!("{} alone", table.components[*component])));
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut found = PageTable::new("The most confident mistakes", &columns);
    for row in wrong.iter().take(LISTED) {
        let (label, predicted) = (saved.labels[*row] as usize, saved.predicted[*row] as usize);
        let mut cells = vec![saved.row_ids[*row].to_string()];
        cells.extend(saved.names.as_ref().map(|names| name(&names[*row])));
        cells.extend([table.classes[label].clone(), table.classes[predicted].clone()]);
        cells.push(percent(table.confidence(*row)));
        cells.push(percent(f64::from(saved.probabilities_of(*row)[label])));
        cells.extend(shown.iter().map(|component| {
            let own = saved.components.get(*component).and_then(|decided| decided[*row]);
            own.map_or_else(|| "absent".into(), |own| table.classes[own.class as usize].clone())
        }));
        found.row(cells);
    }
    let text = match wrong.len() {
        0 => "No test row is decided wrongly.".to_owned(),
        all => format!(
            "Of {} mistakes the {} that the model was surest of; look at these rows first, since their labels may be wrong. \
             mmc trust RUN --row N explains one.",
            count(all),
            all.min(LISTED)
        ),
    };
    let mut blocks = vec![PageBlock::Text(text)];
    if !found.rows.is_empty() {
        blocks.push(PageBlock::Table(found));
    }
    PageSection { id: "mistakes", title: "Most confident mistakes".into(), blocks }
}
