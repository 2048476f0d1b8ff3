//! Held-out rows whose label all components contradict: where labels may be wrong.

use crate::exec::Decisions;

/// A row whose label every component that is present contradicts by the same class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SuspectLabel {
    /// Its place among the rows.
    pub row: usize,
    /// The most probable class of every component that is present.
    pub found: u32,
    /// Number of components present, two or more.
    pub components: usize,
    /// The class loss of the label less that of the class found.
    pub gap: f64,
}

/// The rows on which two components or more are present, all of them find the same class most probable, and it is not the
/// label. The largest gap first; of equals the first row.
pub fn suspect_labels(decisions: &Decisions, labels: &[u32]) -> Vec<SuspectLabel> {
    let classes = decisions.classes;
    let suspect = |(row, label): (usize, &u32)| {
        let present = decisions.components.iter().filter(|component| component.is_present(row));
        let mut found = present.map(|component| {
            let own = &component.neg_log_p[row * classes..(row + 1) * classes];
            (1..classes).fold(0, |best, class| if own[class] < own[best] { class } else { best })
        });
        let first = found.next().filter(|first| *first != *label as usize)?;
        let mut components = 1;
        for other in found {
            components += 1;
            if other != first {
                return None;
            }
        }
        let losses = &decisions.class_losses[row * classes..(row + 1) * classes];
        let gap = losses[*label as usize] - losses[first];
        (components > 1).then_some(SuspectLabel { row, found: first as u32, components, gap })
    };
    let mut suspects: Vec<SuspectLabel> = labels.iter().enumerate().filter_map(suspect).collect();
    suspects.sort_by(|one, other| other.gap.total_cmp(&one.gap));
    suspects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::ComponentDecisions;

    #[test]
    fn all_that_are_present_must_find_the_same_other_class() {
        let component = |neg_log_p: &[f64], present: Option<Vec<bool>>| ComponentDecisions {
            probabilities: vec![],
            neg_log_p: neg_log_p.to_vec(),
            factor: 1.0,
            present,
            q: vec![],
        };
        // Class 1 for both; classes 1 and 0; class 1 for one, the other is missing; class 1 for both, more clearly.
        let decisions = Decisions {
            rows: 4,
            classes: 2,
            class_losses: vec![2.0, 0.5, 1.0, 1.0, 2.0, 0.2, 9.0, 0.1],
            components: vec![
                component(&[2.0, 0.1, 2.0, 0.1, 2.0, 0.1, 4.0, 0.0], None),
                component(&[1.0, 0.4, 0.4, 1.0, 0.0, 0.0, 5.0, 0.0], Some(vec![true, true, false, true])),
            ],
            ..Decisions::default()
        };
        let of = |row, gap| SuspectLabel { row, found: 1, components: 2, gap };
        assert_eq!(suspect_labels(&decisions, &[0, 0, 0, 0]), [of(3, 8.9), of(0, 1.5)]);
        assert_eq!(suspect_labels(&decisions, &[1, 1, 1, 1]), []);
    }
}
