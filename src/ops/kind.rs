//! What the numbers of a value are: measurements to compute with, or ids that stand for something.

use super::{Op, ShapeError};
use crate::spec::ModalityKind;

/// What the numbers of a value are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ValueKind {
    /// Numbers that can be computed with.
    #[default]
    Numbers,
    /// The ids of a text's tokens, one for each step; see [`ModalityKind::Text`].
    Text {
        /// How many ids there are, padding and unknown included.
        vocabulary: usize,
    },
    /// The id of a category; see [`ModalityKind::Category`].
    Category {
        /// How many values there are, the unknown one not counted.
        count: usize,
    },
}

impl From<ModalityKind> for ValueKind {
    fn from(kind: ModalityKind) -> Self {
        match kind {
            ModalityKind::Dense | ModalityKind::Image | ModalityKind::Sequence => ValueKind::Numbers,
            ModalityKind::Text { vocabulary } => ValueKind::Text { vocabulary },
            ModalityKind::Category { count } => ValueKind::Category { count },
        }
    }
}

impl ValueKind {
    /// What it is, as a message says it.
    pub fn describe(self) -> &'static str {
        match self {
            ValueKind::Numbers => "numbers",
            ValueKind::Text { .. } => "the tokens of a text",
            ValueKind::Category { .. } => "a category",
        }
    }
}

impl Op {
    /// The operation as it reads values of these kinds.
    ///
    /// # Errors
    /// If it computes with numbers and is given ids.
    pub fn reading(self, kinds: &[ValueKind]) -> Result<Op, ShapeError> {
        match (&self, kinds) {
            (Op::Length, _) => return Ok(self),
            (Op::Embedding { .. }, [kind, ..]) => return self.looking_up(*kind),
            _ => {}
        }
        match kinds.iter().position(|kind| *kind != ValueKind::Numbers) {
            None => Ok(self),
            Some(place) => Err(ShapeError {
                message: format!("`{}` takes numbers, found {}", self.name(), kinds[place].describe()),
                inputs: vec![place],
                help: Some("make numbers of it first: `|> embedding(width)`".into()),
            }),
        }
    }

    /// The embedding of ids of this kind.
    fn looking_up(self, kind: ValueKind) -> Result<Op, ShapeError> {
        match (self, kind) {
            (Op::Embedding { width, .. }, ValueKind::Text { vocabulary }) => {
                Ok(Op::Embedding { width, ids: vocabulary, steps: true })
            }
            (Op::Embedding { width, .. }, ValueKind::Category { count }) => {
                Ok(Op::Embedding { width, ids: count + 1, steps: false })
            }
            (op, kind) => Err(ShapeError {
                message: format!("`{}` takes a text or a category, found {}", op.name(), kind.describe()),
                inputs: vec![0],
                help: Some("the types `text[n]` and `category[n]` have ids to look up; numbers need no table".into()),
            }),
        }
    }
}
