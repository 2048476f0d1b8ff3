//! Static shapes of one row of a value. The batch axis is implicit. Depends on no other room.

use serde::{Deserialize, Serialize};

/// The shape of one row of a value, such as `[300]` or `[3, 32, 32]`.
///
/// A value of `n` rows is stored as `n` times [`Shape::size`] numbers, row by row.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shape(pub Vec<usize>);

impl Shape {
    /// A vector of `width` numbers.
    pub fn vector(width: usize) -> Self {
        Self(vec![width])
    }

    /// Number of numbers in a row; saturates rather than overflows.
    pub fn size(&self) -> usize {
        self.0.iter().fold(1usize, |size, dim| size.saturating_mul(*dim))
    }

    /// The width, if it is a vector.
    pub fn as_vector(&self) -> Option<usize> {
        match self.0.as_slice() {
            [width] => Some(*width),
            _ => None,
        }
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let dims: Vec<String> = self.0.iter().map(usize::to_string).collect();
        write!(f, "[{}]", dims.join(", "))
    }
}
