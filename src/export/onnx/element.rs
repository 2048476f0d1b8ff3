//! The types of the elements of tensors, and tensors of constants.

use super::proto::TensorProto;

/// The type of the elements of a tensor; the number is that of `TensorProto.DataType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ElementType {
    /// 32-bit numbers.
    Float = 1,
    /// Bytes.
    Uint8 = 2,
    /// 32-bit integers.
    Int32 = 6,
    /// 64-bit integers.
    Int64 = 7,
    /// Texts.
    Text = 8,
    /// Truth values.
    Bool = 9,
    /// 64-bit numbers.
    Double = 11,
}

/// The elements of a tensor.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Elements {
    /// 32-bit numbers.
    Floats(Vec<f32>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// 64-bit integers.
    Ints(Vec<i64>),
    /// Texts.
    Texts(Vec<String>),
    /// Truth values.
    Bools(Vec<bool>),
    /// 64-bit numbers.
    Doubles(Vec<f64>),
}

impl Elements {
    /// Their type.
    pub(crate) fn element(&self) -> ElementType {
        match self {
            Elements::Floats(_) => ElementType::Float,
            Elements::Bytes(_) => ElementType::Uint8,
            Elements::Ints(_) => ElementType::Int64,
            Elements::Texts(_) => ElementType::Text,
            Elements::Bools(_) => ElementType::Bool,
            Elements::Doubles(_) => ElementType::Double,
        }
    }

    /// The tensor of this name and these sizes, row-major.
    pub(crate) fn tensor(&self, name: &str, dims: &[usize]) -> TensorProto {
        let mut tensor = TensorProto {
            name: name.to_owned(),
            dims: dims.iter().map(|size| *size as i64).collect(),
            data_type: self.element() as i32,
            ..TensorProto::default()
        };
        tensor.raw_data = match self {
            Elements::Floats(numbers) => Some(numbers.iter().flat_map(|number| number.to_le_bytes()).collect()),
            Elements::Bytes(bytes) => Some(bytes.clone()),
            Elements::Ints(numbers) => Some(numbers.iter().flat_map(|number| number.to_le_bytes()).collect()),
            Elements::Bools(values) => Some(values.iter().map(|value| u8::from(*value)).collect()),
            Elements::Doubles(numbers) => Some(numbers.iter().flat_map(|number| number.to_le_bytes()).collect()),
            Elements::Texts(texts) => {
                tensor.string_data = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
                None
            }
        };
        tensor
    }
}
