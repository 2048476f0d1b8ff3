//! The kinds of values: numbers, or ids of tokens and categories.

use crate::spec::ModalityKind;

/// The kind of the numbers of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ValueKind {
    /// Numbers that can be computed with.
    #[default]
    Numbers,
    /// The ids of a text's tokens, one for each step; see [`ModalityKind::Text`].
    Text {
        /// Number of ids, padding and unknown included.
        vocabulary: usize,
    },
    /// The id of a category; see [`ModalityKind::Category`].
    Category {
        /// Number of values, the unknown one not counted.
        count: usize,
    },
}

impl From<ModalityKind> for ValueKind {
    fn from(kind: ModalityKind) -> Self {
        match kind {
            ModalityKind::Dense | ModalityKind::Image | ModalityKind::Sequence | ModalityKind::PaddedSequence => {
                ValueKind::Numbers
            }
            ModalityKind::Text { vocabulary } => ValueKind::Text { vocabulary },
            ModalityKind::Category { count } => ValueKind::Category { count },
        }
    }
}

impl ValueKind {
    /// The kind in a message.
    pub fn describe(self) -> &'static str {
        match self {
            ValueKind::Numbers => "numbers",
            ValueKind::Text { .. } => "the tokens of a text",
            ValueKind::Category { .. } => "a category",
        }
    }
}
