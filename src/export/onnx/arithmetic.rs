//! The operators of a graph as functions of its values. Sizes are those of ONNX's broadcasting.

use super::builder::{GraphBuilder, GraphValue};
use super::element::{ElementType, Elements};
use super::proto::AttributeProto;

/// Functions of one value that keep its type and sizes.
macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident $operator:literal;)*) => {
        impl GraphBuilder {
            $($(#[$doc])* pub(crate) fn $name(&self, x: &GraphValue) -> GraphValue {
                self.node($operator, &[x], vec![], x.element)
            })*
        }
    };
}

/// Functions of two values of one type.
macro_rules! binary {
    ($($(#[$doc:meta])* $name:ident $operator:literal $truth:literal;)*) => {
        impl GraphBuilder {
            $($(#[$doc])* pub(crate) fn $name(&self, x: &GraphValue, y: &GraphValue) -> GraphValue {
                let element = if $truth { ElementType::Bool } else { x.element };
                self.node($operator, &[x, y], vec![], element)
            })*
        }
    };
}

unary! {
    /// `-x`
    negate "Neg";
    /// `exp x`
    exp "Exp";
    /// `log x`
    log "Log";
    /// `|x|`
    abs "Abs";
    /// The square root.
    sqrt "Sqrt";
    /// `max(x, 0)`
    relu "Relu";
    /// The hyperbolic tangent.
    tanh "Tanh";
    /// `1 / (1 + exp(-x))`
    sigmoid "Sigmoid";
    /// `1 / x`
    reciprocal "Reciprocal";
    /// Not a truth value.
    not "Not";
    /// The sign of a number.
    sign "Sign";
}

binary! {
    /// `x + y`
    add "Add" false;
    /// `x - y`
    sub "Sub" false;
    /// `x y`
    mul "Mul" false;
    /// `x / y`
    div "Div" false;
    /// The larger one.
    max "Max" false;
    /// `x^y`
    pow "Pow" false;
    /// The matrix product of the last two axes.
    matmul "MatMul" false;
    /// `x = y`
    equal "Equal" true;
    /// `x > y`
    greater "Greater" true;
    /// `x < y`
    less "Less" true;
    /// Both.
    and "And" true;
    /// Either.
    or "Or" true;
}

impl GraphBuilder {
    /// A number of the type of another value.
    pub(crate) fn number(&self, like: &GraphValue, number: f64) -> GraphValue {
        let elements = match like.element {
            ElementType::Float => Elements::Floats(vec![number as f32]),
            ElementType::Int64 => Elements::Ints(vec![number as i64]),
            ElementType::Double | ElementType::Uint8 | ElementType::Int32 | ElementType::Text | ElementType::Bool => {
                Elements::Doubles(vec![number])
            }
        };
        self.constant(&[], &elements)
    }

    /// 64-bit numbers of these sizes.
    pub(crate) fn doubles(&self, dims: &[usize], numbers: &[f64]) -> GraphValue {
        self.constant(dims, &Elements::Doubles(numbers.to_vec()))
    }

    /// Whole numbers of these sizes.
    pub(crate) fn ints(&self, dims: &[usize], numbers: impl IntoIterator<Item = i64>) -> GraphValue {
        self.constant(dims, &Elements::Ints(numbers.into_iter().collect()))
    }

    /// The same numbers in another type.
    pub(crate) fn cast(&self, x: &GraphValue, element: ElementType) -> GraphValue {
        if x.element == element {
            return x.clone();
        }
        self.node("Cast", &[x], vec![AttributeProto::int("to", element as i64)], element)
    }

    /// `x` where a condition holds, `y` elsewhere.
    pub(crate) fn choose(&self, condition: &GraphValue, x: &GraphValue, y: &GraphValue) -> GraphValue {
        self.node("Where", &[condition, x, y], vec![], x.element)
    }

    /// Whether a number is not a number.
    pub(crate) fn is_nan(&self, x: &GraphValue) -> GraphValue {
        self.node("IsNaN", &[x], vec![], ElementType::Bool)
    }

    /// `log (1 + x)` for `x > -1`, exact where `x` is small: `u = 1 + x`, `log(u) x / (u - 1)`.
    pub(crate) fn log1p(&self, x: &GraphValue) -> GraphValue {
        let one = self.number(x, 1.0);
        let sum = self.add(x, &one);
        let part = self.sub(&sum, &one);
        let none = self.equal(&part, &self.number(x, 0.0));
        // Where 1 + x is 1 the quotient has no meaning, and is not chosen.
        let part = self.choose(&none, &one, &part);
        let exact = self.div(&self.mul(&self.log(&sum), x), &part);
        self.choose(&none, x, &exact)
    }

    /// `log (1 + exp x)`
    pub(crate) fn softplus(&self, x: &GraphValue) -> GraphValue {
        let small = self.exp(&self.negate(&self.abs(x)));
        self.add(&self.max(x, &self.number(x, 0.0)), &self.log1p(&small))
    }

    /// The sum over an axis, which keeps size 1.
    pub(crate) fn sum(&self, x: &GraphValue, axis: i64) -> GraphValue {
        let axes = self.ints(&[1], [axis]);
        self.node("ReduceSum", &[x, &axes], vec![AttributeProto::int("keepdims", 1)], x.element)
    }

    /// The sum over an axis, which is left out.
    pub(crate) fn total(&self, x: &GraphValue, axis: i64) -> GraphValue {
        let axes = self.ints(&[1], [axis]);
        self.node("ReduceSum", &[x, &axes], vec![AttributeProto::int("keepdims", 0)], x.element)
    }

    /// The mean over axes, which keep size 1 or are left out.
    pub(crate) fn mean(&self, x: &GraphValue, axes: &[i64], keep: bool) -> GraphValue {
        let attributes = vec![AttributeProto::ints("axes", axes), AttributeProto::int("keepdims", i64::from(keep))];
        self.node("ReduceMean", &[x], attributes, x.element)
    }

    /// The largest number along an axis, which keeps size 1.
    pub(crate) fn largest(&self, x: &GraphValue, axis: i64) -> GraphValue {
        self.reduced("ReduceMax", x, axis)
    }

    /// The smallest number along an axis, which keeps size 1.
    pub(crate) fn smallest(&self, x: &GraphValue, axis: i64) -> GraphValue {
        self.reduced("ReduceMin", x, axis)
    }

    fn reduced(&self, operator: &str, x: &GraphValue, axis: i64) -> GraphValue {
        self.node(
            operator,
            &[x],
            vec![AttributeProto::ints("axes", &[axis]), AttributeProto::int("keepdims", 1)],
            x.element,
        )
    }

    /// The place of the first of the largest numbers along an axis, which keeps size 1.
    pub(crate) fn place_of_largest(&self, x: &GraphValue, axis: i64) -> GraphValue {
        let attributes = vec![AttributeProto::int("axis", axis), AttributeProto::int("keepdims", 1)];
        self.node("ArgMax", &[x], attributes, ElementType::Int64)
    }

    /// `log sum exp` along an axis, which keeps size 1. Numbers may be `-inf`, but not all of them.
    pub(crate) fn log_sum_exp(&self, x: &GraphValue, axis: i64) -> GraphValue {
        let most = self.largest(x, axis);
        self.add(&self.log(&self.sum(&self.exp(&self.sub(x, &most)), axis)), &most)
    }

    /// The softmax along an axis.
    pub(crate) fn softmax(&self, x: &GraphValue, axis: i64) -> GraphValue {
        self.node("Softmax", &[x], vec![AttributeProto::int("axis", axis)], x.element)
    }

    /// The same elements in other sizes: 0 keeps the size at that place, -1 is the rest.
    pub(crate) fn reshape(&self, x: &GraphValue, sizes: &[i64]) -> GraphValue {
        let sizes = self.ints(&[sizes.len()], sizes.iter().copied());
        self.node("Reshape", &[x, &sizes], vec![], x.element)
    }

    /// An axis of size 1 more.
    pub(crate) fn unsqueeze(&self, x: &GraphValue, axis: i64) -> GraphValue {
        let axes = self.ints(&[1], [axis]);
        self.node("Unsqueeze", &[x, &axes], vec![], x.element)
    }

    /// Without an axis of size 1.
    pub(crate) fn squeeze(&self, x: &GraphValue, axis: i64) -> GraphValue {
        let axes = self.ints(&[1], [axis]);
        self.node("Squeeze", &[x, &axes], vec![], x.element)
    }

    /// The axes in another order.
    pub(crate) fn transpose(&self, x: &GraphValue, order: &[i64]) -> GraphValue {
        self.node("Transpose", &[x], vec![AttributeProto::ints("perm", order)], x.element)
    }

    /// Values side by side along an axis; the value itself where there is one.
    pub(crate) fn concat(&self, values: &[GraphValue], axis: i64) -> GraphValue {
        match values {
            [one] => one.clone(),
            _ => {
                let element = values.first().map_or(ElementType::Float, |value| value.element);
                let inputs: Vec<&GraphValue> = values.iter().collect();
                self.node("Concat", &inputs, vec![AttributeProto::int("axis", axis)], element)
            }
        }
    }

    /// The places from `start` to before `end` along an axis.
    pub(crate) fn slice(&self, x: &GraphValue, axis: i64, start: i64, end: i64) -> GraphValue {
        let one = |number| self.ints(&[1], [number]);
        self.node("Slice", &[x, &one(start), &one(end), &one(axis)], vec![], x.element)
    }

    /// With so many elements of `value` before and after the elements of each axis.
    pub(crate) fn pad(&self, x: &GraphValue, pads: &[i64], value: f64) -> GraphValue {
        let pads = self.ints(&[pads.len()], pads.iter().copied());
        self.node("Pad", &[x, &pads, &self.number(x, value)], vec![], x.element)
    }

    /// The entries of a table along its first axis.
    pub(crate) fn gather(&self, table: &GraphValue, places: &GraphValue) -> GraphValue {
        self.node("Gather", &[table, places], vec![AttributeProto::int("axis", 0)], table.element)
    }

    /// The whole number that a table has for each text; `default` for any other.
    pub(crate) fn look_up<T: AsRef<str>>(&self, texts: &GraphValue, table: &[(T, i64)], default: i64) -> GraphValue {
        let keys: Vec<&str> = table.iter().map(|(key, _)| key.as_ref()).collect();
        let values: Vec<i64> = table.iter().map(|(_, value)| *value).collect();
        let attributes = vec![
            AttributeProto::texts("keys_strings", &keys),
            AttributeProto::ints("values_int64s", &values),
            AttributeProto::int("default_int64", default),
        ];
        let inputs = vec![texts.name.to_string()];
        self.operator("ai.onnx.ml", "LabelEncoder", inputs, attributes, ElementType::Int64, 1).remove(0)
    }
}
