//! The difference between a text and its changed form.

use similar::TextDiff;

/// The unified diff from `before` to `after`, both called `name`.
pub(super) fn difference(name: &str, before: &str, after: &str) -> String {
    TextDiff::from_lines(before, after).unified_diff().header(name, name).to_string()
}
