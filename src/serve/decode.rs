//! Elements of requests as cells of the columns of a model.

use super::answer::RefusedRequest;
use super::tensor::TensorElement;
use crate::data::CellType;
use crate::experiment::{OnlineCell, OnlineColumn};

/// The cell of one element of a column whose cells hold one value.
fn one(column: &OnlineColumn, element: &TensorElement) -> Result<OnlineCell, String> {
    if let CellType::Image(_) = column.cells {
        return image(column, element);
    }
    let number = matches!(column.cells, CellType::Number(_));
    Ok(match element {
        TensorElement::Null => OnlineCell::Missing,
        TensorElement::Truth(truth) if number => OnlineCell::Number(f64::from(u8::from(*truth))),
        TensorElement::Truth(truth) => OnlineCell::Text(truth.to_string()),
        TensorElement::Number(number) => OnlineCell::Number(*number),
        TensorElement::Text(text) => OnlineCell::Text(text.to_string()),
        TensorElement::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => OnlineCell::Text(text.to_owned()),
            Err(_) => return Err("a text is not UTF-8".to_owned()),
        },
    })
}

/// An image: the bytes of its file, in JSON in base64. A text is never a path.
fn image(column: &OnlineColumn, element: &TensorElement) -> Result<OnlineCell, String> {
    match element {
        TensorElement::Null => Ok(OnlineCell::Missing),
        TensorElement::Bytes(bytes) if bytes.is_empty() => Ok(OnlineCell::Missing),
        TensorElement::Bytes(bytes) => column.decode_image(bytes).map(OnlineCell::Pixels),
        TensorElement::Text(text) if text.is_empty() => Ok(OnlineCell::Missing),
        TensorElement::Text(text) => {
            let bytes =
                base64(text).ok_or("an image in JSON is the base64 of its file; paths and addresses are not read")?;
            column.decode_image(&bytes).map(OnlineCell::Pixels)
        }
        TensorElement::Truth(_) | TensorElement::Number(_) => Err("a number is no image".to_owned()),
    }
}

/// The cell of the elements of a row.
pub(super) fn cell(column: &OnlineColumn, elements: &[TensorElement]) -> Result<OnlineCell, String> {
    let number = |element: &TensorElement| match element {
        TensorElement::Null => Ok(f64::NAN),
        TensorElement::Truth(truth) => Ok(f64::from(u8::from(*truth))),
        TensorElement::Number(number) => Ok(*number),
        TensorElement::Text(_) | TensorElement::Bytes(_) => Err("a text in a list of numbers".to_owned()),
    };
    let numbers = || elements.iter().map(number).collect::<Result<Vec<f64>, String>>();
    match (column.cells, elements) {
        (CellType::Number(1) | CellType::Word | CellType::Text | CellType::Image(_), [element]) => one(column, element),
        (CellType::Number(1) | CellType::Word | CellType::Text | CellType::Image(_), _) => {
            Err(format!("{} values where one is expected", elements.len()))
        }
        (CellType::Number(_) | CellType::Steps(_), [TensorElement::Null]) => Ok(OnlineCell::Missing),
        (CellType::Number(width), _) if elements.len() != width => {
            Err(format!("{} numbers where {width} are expected", elements.len()))
        }
        (CellType::Steps([_, width]), _) if !elements.len().is_multiple_of(width.max(1)) => {
            Err(format!("{} numbers, which are no steps of {width}", elements.len()))
        }
        (CellType::Number(_) | CellType::Steps(_), _) => numbers().map(OnlineCell::Numbers),
    }
}

/// A refusal of a cell.
pub(super) fn bad_cell(column: &str, row: usize, reason: &str) -> RefusedRequest {
    RefusedRequest::bad(format!("column `{column}`, row {row}: {reason}"))
}

/// The bytes of a text in base64, after a `data:` prefix or without; `None` for another text.
fn base64(text: &str) -> Option<Vec<u8>> {
    let text = match text.strip_prefix("data:") {
        Some(address) => address.split_once(";base64,")?.1,
        None => text,
    };
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0);
    let digits = text.trim_end_matches('=');
    if text.len() - digits.len() > 2 || digits.len() % 4 == 1 {
        return None;
    }
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::base64;

    /// The examples of RFC 4648, section 10.
    #[test]
    fn base64_is_that_of_the_standard() {
        for (text, bytes) in
            [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYmFy", "foobar"), ("Zg", "f")]
        {
            assert_eq!(base64(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        assert_eq!(base64("data:image/png;base64,Zm9v").as_deref(), Some(&b"foo"[..]));
        for bad in ["/etc/pass wd", "a.png", "http://x", "Z", "Zg===", "data:image/png,x"] {
            assert_eq!(base64(bad), None, "{bad}");
        }
    }
}
