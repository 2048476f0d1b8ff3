//! Tensors of the Open Inference Protocol: their types, and their elements as cells of a column.

use super::answer::RefusedRequest;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};
use std::fmt;

/// The type of the elements of a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Datatype {
    Bool,
    Unsigned(usize),
    Signed(usize),
    Float(usize),
    Bytes,
}

impl Datatype {
    /// By the name of the protocol.
    pub(super) fn named(name: &str) -> Result<Self, RefusedRequest> {
        Ok(match name {
            "BOOL" => Self::Bool,
            "UINT8" => Self::Unsigned(1),
            "UINT16" => Self::Unsigned(2),
            "UINT32" => Self::Unsigned(4),
            "UINT64" => Self::Unsigned(8),
            "INT8" => Self::Signed(1),
            "INT16" => Self::Signed(2),
            "INT32" => Self::Signed(4),
            "INT64" => Self::Signed(8),
            "FP16" => Self::Float(2),
            "FP32" => Self::Float(4),
            "FP64" => Self::Float(8),
            "BYTES" => Self::Bytes,
            other => {
                let other: String = other.chars().take(40).collect();
                return Err(RefusedRequest::bad(format!(
                    "`{other}` is not a datatype here: BOOL, UINT8 to UINT64, INT8 to INT64, FP16, FP32, FP64 or \
                     BYTES"
                )));
            }
        })
    }

    /// Bytes of an element; `None` for texts.
    pub(super) fn size(self) -> Option<usize> {
        match self {
            Self::Bool => Some(1),
            Self::Unsigned(size) | Self::Signed(size) | Self::Float(size) => Some(size),
            Self::Bytes => None,
        }
    }
}

/// An element of a tensor.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TensorElement {
    Null,
    Truth(bool),
    Number(f64),
    /// A whole number beyond those that floating-point numbers hold exactly, or a text.
    Text(Box<str>),
    /// Bytes that came in binary form.
    Bytes(Box<[u8]>),
}

/// The elements of a tensor as JSON has them: a flat list, or lists within lists in the order of rows.
#[derive(Debug, Default, PartialEq)]
pub(super) struct FlatElements(pub(super) Vec<TensorElement>);

/// The deepest nesting of the elements of a tensor.
const DEEPEST: usize = 8;

impl<'de> Deserialize<'de> for FlatElements {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut elements = vec![];
        deserializer.deserialize_any(FlattenVisitor { into: &mut elements, depth: 0 })?;
        Ok(Self(elements))
    }
}

struct FlattenVisitor<'a> {
    into: &'a mut Vec<TensorElement>,
    depth: usize,
}

impl<'de> serde::de::DeserializeSeed<'de> for FlattenVisitor<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for FlattenVisitor<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of numbers, texts, truth values or nulls")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.into.push(TensorElement::Null);
        Ok(())
    }

    fn visit_bool<E>(self, truth: bool) -> Result<(), E> {
        self.into.push(TensorElement::Truth(truth));
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.into.push(whole(i128::from(number)));
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.into.push(whole(i128::from(number)));
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.into.push(TensorElement::Number(number));
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.into.push(TensorElement::Text(text.into()));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        if self.depth == DEEPEST {
            return Err(A::Error::custom("the elements of a tensor are nested too deeply"));
        }
        let depth = self.depth + 1;
        while elements.next_element_seed(FlattenVisitor { into: &mut *self.into, depth })?.is_some() {}
        Ok(())
    }
}

/// A whole number, as a text where floating-point numbers would not hold its digits.
pub(super) fn whole(number: i128) -> TensorElement {
    const EXACT: i128 = 1 << 53;
    if number.abs() <= EXACT {
        TensorElement::Number(number as f64)
    } else {
        TensorElement::Text(number.to_string().into())
    }
}

/// The number of elements of a shape; `None` if it is beyond all memory.
pub(super) fn count(shape: &[u64]) -> Option<usize> {
    shape.iter().try_fold(1usize, |count, size| count.checked_mul(usize::try_from(*size).ok()?))
}
