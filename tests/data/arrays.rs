//! Arrays of NumPy of every rank, type and order, and the types to declare for them.

use super::typed_formats::{archive, f32s, labels, npy};
use super::*;

const PIXELS: [u8; 36] = {
    let mut pixels = [0; 36];
    let mut at = 0;
    while at < 36 {
        pixels[at] = at as u8 * 5;
        at += 1;
    }
    pixels
};

/// The values of 3 rows of an array as an image.
fn image(descr: &str, shape: &str, fortran: bool, cells: &[u8], declared: [usize; 3]) -> Vec<f32> {
    let array = ("photo", npy(descr, shape, fortran, cells));
    archive(&[labels(), array], &["photo"]).kind(ModalityKind::Image, &declared).load().train.modalities[0].values()
}

#[test]
fn images_with_and_without_channels() {
    let plain: Vec<f32> = PIXELS.iter().map(|pixel| f32::from(*pixel)).collect();
    for shape in ["3, 3, 4", "3, 1, 3, 4", "3, 3, 4, 1", "3, 12"] {
        assert_eq!(image("|u1", shape, false, &PIXELS, [1, 3, 4]), plain, "{shape}");
        assert_eq!(image("<f4", shape, false, &f32s(&plain), [1, 3, 4]), plain, "{shape}");
    }
    // Three channels of 2 by 2 pixels, side by side in the array.
    let apart = |row: usize| (0..3).flat_map(move |channel| (0..4).map(move |pixel| row * 12 + pixel * 3 + channel));
    let expected: Vec<f32> = (0..3).flat_map(apart).map(|at| plain[at]).collect();
    assert_eq!(image("|u1", "3, 2, 2, 3", false, &PIXELS, [3, 2, 2]), expected);
    assert_eq!(image("<f4", "3, 2, 2, 3", false, &f32s(&plain), [3, 2, 2]), expected);
    assert_eq!(image("|u1", "3, 3, 2, 2", false, &PIXELS, [3, 2, 2]), plain);
}

#[test]
fn every_type_of_number_is_read() {
    let cells: [(&str, Vec<u8>); 10] = [
        ("|u1", vec![1, 0, 1, 1, 0, 0]),
        ("|i1", vec![1, 0, 1, 1, 0, 0]),
        ("|b1", vec![1, 0, 1, 1, 0, 0]),
        ("<u2", [1u16, 0, 1, 1, 0, 0].map(u16::to_le_bytes).concat()),
        (">u2", [1u16, 0, 1, 1, 0, 0].map(u16::to_be_bytes).concat()),
        ("<i4", [1i32, 0, 1, 1, 0, 0].map(i32::to_le_bytes).concat()),
        ("<i8", [1i64, 0, 1, 1, 0, 0].map(i64::to_le_bytes).concat()),
        ("<f2", [0x3c00u16, 0, 0x3c00, 0x3c00, 0, 0].map(u16::to_le_bytes).concat()),
        ("<f4", f32s(&[1.0, 0.0, 1.0, 1.0, 0.0, 0.0])),
        (">f8", [1.0f64, 0.0, 1.0, 1.0, 0.0, 0.0].map(f64::to_be_bytes).concat()),
    ];
    for (descr, bytes) in cells {
        let array = ("e", npy(descr, "3, 2", false, &bytes));
        let case = archive(&[labels(), array], &["e"]).kind(ModalityKind::Dense, &[2]);
        assert_eq!(case.load().train.modalities[0].values(), [1.0, 0.0, 1.0, 1.0, 0.0, 0.0], "{descr}");
        let column = bytes[..bytes.len() / 2].to_vec();
        for shape in ["3,", "3, 1", "3, 1, 1"] {
            let case = archive(&[labels(), ("e", npy(descr, shape, false, &column))], &["e"]);
            assert_eq!(case.load().train.modalities[0].values(), [1.0, 0.0, 1.0], "{descr} {shape}");
        }
    }
}

#[test]
fn arrays_stored_column_by_column_have_the_same_rows() {
    // 3 x 2 x 2 numbers: in memory the first axis moves first.
    let plain: Vec<f32> = (0..12).map(|at| at as f32).collect();
    let place = |row: usize, step: usize, number: usize| row * 4 + step * 2 + number;
    let mut stored = vec![];
    for number in 0..2 {
        for step in 0..2 {
            stored.extend((0..3).map(|row| plain[place(row, step, number)]));
        }
    }
    for (cells, fortran) in [(&plain, false), (&stored, true)] {
        let array = ("e", npy("<f4", "3, 2, 2", fortran, &f32s(cells)));
        let case = archive(&[labels(), array], &["e"]).kind(ModalityKind::Sequence, &[2, 2]);
        assert_eq!(case.load().train.modalities[0].values(), plain);
    }
    let bytes: Vec<u8> = stored.iter().map(|number| *number as u8).collect();
    assert_eq!(image("|u1", "3, 2, 2", true, &bytes, [1, 2, 2]), plain);
}

#[test]
fn labels_are_one_number_a_row() {
    let e = ("e", npy("<f4", "3,", false, &f32s(&[1.0, 2.0, 3.0])));
    let y = |shape: &str, cells: &[i64]| {
        ("y", npy("<i8", shape, false, &cells.iter().flat_map(|cell| cell.to_le_bytes()).collect::<Vec<_>>()))
    };
    for shape in ["3,", "3, 1"] {
        assert_eq!(archive(&[y(shape, &[1, 0, 1]), e.clone()], &["e"]).load().train.labels, [1, 0, 1]);
    }
    let problem = archive(&[y("3, 2", &[0, 1, 1, 0, 0, 1]), e.clone()], &["e"]).problem();
    assert_eq!((problem.code, problem.place()), (Code::ColumnType, Some(span(LABEL))));
    assert!(problem.message.contains("shape [2]") && problem.help.unwrap().contains("argmax"), "{}", problem.message);
    // A single number beside the arrays is no column, and in nobody's way.
    let version = ("version", npy("<f8", "", false, &1.5f64.to_le_bytes()));
    assert_eq!(archive(&[version, y("3,", &[1, 0, 1]), e], &["e"]).load().train.rows, 3);
}

#[test]
fn an_array_of_another_shape_says_which_type_it_has() {
    let case = |shape: &str, numbers: usize| {
        let array = ("e", npy("|u1", shape, false, &vec![0; numbers]));
        archive(&[labels(), array], &["e"])
    };
    let edit = |case: Case| {
        let problem = case.problem();
        assert_eq!((problem.code, problem.place()), (Code::ColumnCount, Some(span(TYPE))), "{problem:#?}");
        problem.edits.first().map(|edit| edit.replacement.clone())
    };
    let image = |shape: &str, numbers: usize| edit(case(shape, numbers).kind(ModalityKind::Image, &[3, 8, 8]));
    assert_eq!(image("3, 28, 20", 1680).as_deref(), Some("image[1, 28, 20]"));
    assert_eq!(image("3, 28, 20, 3", 5040).as_deref(), Some("image[3, 28, 20]"));
    assert_eq!(image("3, 4, 28, 20", 6720).as_deref(), Some("image[4, 28, 20]"));
    assert_eq!(image("3, 784", 2352), None);
    let sequence = |shape: &str, numbers: usize| edit(case(shape, numbers).kind(ModalityKind::Sequence, &[5, 2]));
    assert_eq!(sequence("3, 7, 2", 42).as_deref(), Some("sequence[7, 2]"));
    assert_eq!(sequence("3, 9", 27).as_deref(), Some("sequence[9, 1]"));
    assert_eq!(edit(case("3, 7, 2", 42).kind(ModalityKind::Dense, &[5])).as_deref(), Some("dense[14]"));
}
