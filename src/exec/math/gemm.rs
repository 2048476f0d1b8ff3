//! Products of matrices on the CPU: a safe wrapper of the `gemm` crate.

use crate::exec::workers::Workers;
use gemm::Parallelism;
use rayon::prelude::*;

/// A matrix to read: a slice with its strides.
#[derive(Clone, Copy, Debug)]
pub(in crate::exec) struct MatrixView<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> MatrixView<'a> {
    /// A row-major matrix.
    pub(in crate::exec) fn new(values: &'a [f32], rows: usize, columns: usize) -> Self {
        assert_eq!(values.len(), rows * columns, "a matrix of {rows} x {columns}");
        Self { values, rows, columns, row_stride: columns, column_stride: 1 }
    }

    /// The transpose, without a copy.
    pub(in crate::exec) fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }

    /// The sum of each row of a row-major matrix.
    pub(in crate::exec) fn row_sums(&self) -> Vec<f32> {
        debug_assert_eq!((self.row_stride, self.column_stride), (self.columns, 1));
        self.values.chunks_exact(self.columns.max(1)).map(|row| row.iter().sum()).collect()
    }

    /// Some of its columns.
    pub(in crate::exec) fn columns(self, first: usize, columns: usize) -> Self {
        assert!(first + columns <= self.columns);
        let values = if self.rows == 0 || columns == 0 { &[] } else { &self.values[first * self.column_stride..] };
        Self { values, columns, ..self }
    }

    /// Number of columns.
    pub(in crate::exec) fn width(&self) -> usize {
        self.columns
    }

    /// Some of its rows.
    fn band(self, first: usize, rows: usize) -> Self {
        assert!(first + rows <= self.rows);
        let values = if rows == 0 || self.columns == 0 { &[] } else { &self.values[first * self.row_stride..] };
        Self { values, rows, ..self }
    }
}

/// `out = a b`, or `out += a b` where it accumulates; `out` is row-major.
pub(in crate::exec) fn multiply(
    out: &mut [f32],
    a: MatrixView<'_>,
    b: MatrixView<'_>,
    accumulate: bool,
    workers: Workers,
) {
    assert_eq!(out.len(), a.rows * b.columns, "the result of {} x {}", a.rows, b.columns);
    assert_eq!(a.columns, b.rows, "the inner dimensions of a product");
    match workers {
        Workers::Bands(rows) if a.rows > rows && rows > 0 && b.columns > 0 => {
            out.par_chunks_mut(rows * b.columns).enumerate().for_each(|(index, band)| {
                multiply_here(band, a.band(index * rows, band.len() / b.columns), b, accumulate);
            });
        }
        _ => multiply_here(out, a, b, accumulate),
    }
}

/// Products that are summed without going through the result. `gemm` cuts longer sums too, at places that depend on the
/// number of columns; cut here, the bits of a column do not depend on the columns beside it.
const SUMMED: usize = 512;

fn multiply_here(out: &mut [f32], a: MatrixView<'_>, b: MatrixView<'_>, accumulate: bool) {
    let inner = a.columns;
    for first in (0..inner.max(1)).step_by(SUMMED) {
        let length = SUMMED.min(inner - first);
        multiply_slice(out, a.columns(first, length), b.band(first, length), accumulate || first > 0);
    }
}

fn multiply_slice(out: &mut [f32], a: MatrixView<'_>, b: MatrixView<'_>, accumulate: bool) {
    let (rows, columns, inner) = (a.rows, b.columns, a.columns);
    assert_eq!(out.len(), rows * columns);
    assert_eq!(b.rows, inner);
    for matrix in [a, b] {
        if matrix.rows > 0 && matrix.columns > 0 {
            let last = (matrix.rows - 1) * matrix.row_stride + (matrix.columns - 1) * matrix.column_stride;
            assert!(last < matrix.values.len(), "a cell outside of its slice");
        }
    }
    #[allow(unsafe_code, reason = "the product itself is written with raw pointers")]
    // SAFETY: `out` is a unique borrow of exactly `rows * columns` numbers that are written at strides `columns` and 1;
    // the furthest cell of `a` and of `b` lies inside of their slices, as was asserted above; strides are those of
    // slices, so they fit an `isize`; and the shared borrows of `a` and `b` cannot overlap the unique one of `out`.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            inner,
            out.as_mut_ptr(),
            1,
            columns as isize,
            accumulate,
            a.values.as_ptr(),
            a.column_stride as isize,
            a.row_stride as isize,
            b.values.as_ptr(),
            b.column_stride as isize,
            b.row_stride as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, seed: usize) -> Vec<f32> {
        (0..count).map(|at| ((at * 7919 + seed * 104_729) % 23) as f32 - 11.0).collect()
    }

    fn by_hand(a: &MatrixView<'_>, b: &MatrixView<'_>) -> Vec<f32> {
        let cell =
            |m: &MatrixView<'_>, row: usize, column: usize| m.values[row * m.row_stride + column * m.column_stride];
        let mut out = Vec::new();
        for row in 0..a.rows {
            for column in 0..b.columns {
                out.push((0..a.columns).map(|k| cell(a, row, k) * cell(b, k, column)).sum());
            }
        }
        out
    }

    /// Small whole numbers: every product is exact, so equality is the test.
    #[test]
    fn products_of_every_layout_are_exact() {
        for (rows, inner, columns) in [(1, 1, 1), (3, 5, 2), (64, 21, 30), (17, 40, 9), (130, 3, 65), (4, 0, 3)] {
            let (plain_a, plain_b) = (numbers(rows * inner, 1), numbers(inner * columns, 2));
            for flipped in [(false, false), (true, false), (false, true), (true, true)] {
                let a = match flipped.0 {
                    false => MatrixView::new(&plain_a, rows, inner),
                    true => MatrixView::new(&plain_a, inner, rows).transposed(),
                };
                let b = match flipped.1 {
                    false => MatrixView::new(&plain_b, inner, columns),
                    true => MatrixView::new(&plain_b, columns, inner).transposed(),
                };
                let expected = by_hand(&a, &b);
                for workers in [Workers::One, Workers::Bands(16)] {
                    let mut out = vec![1.0; rows * columns];
                    multiply(&mut out, a, b, false, workers);
                    assert_eq!(out, expected);
                    multiply(&mut out, a, b, true, workers);
                    assert_eq!(out, expected.iter().map(|value| 2.0 * value).collect::<Vec<f32>>());
                }
            }
        }
    }

    /// What prediction relies on: it computes a multiple of 16 rows, each a column of these products.
    #[test]
    fn a_column_has_the_same_bits_beside_any_number_of_others() {
        const MOST: usize = 512;
        for (rows, inner) in [(1, 1), (1, 700), (2, 28), (33, 2), (64, 513), (65, 64), (300, 1500)] {
            let scaled = |numbers: Vec<f32>| numbers.iter().map(|number| number / 7.3).collect::<Vec<f32>>();
            let (a, b) = (scaled(numbers(rows * inner, 1)), scaled(numbers(inner * MOST, 2)));
            let product = |first: usize, width: usize| {
                let b: Vec<f32> =
                    (0..inner).flat_map(|k| b[k * MOST + first..k * MOST + first + width].to_vec()).collect();
                let mut out = vec![0.0; rows * width];
                let (a, b) = (MatrixView::new(&a, rows, inner), MatrixView::new(&b, inner, width));
                multiply(&mut out, a, b, false, Workers::One);
                out
            };
            let all = product(0, MOST);
            for (first, width) in [(0, 16), (16, 16), (80, 64), (16, 96), (0, 256), (32, 480)] {
                let some = product(first, width);
                for row in 0..rows {
                    let expected = &all[row * MOST + first..row * MOST + first + width];
                    assert_eq!(some[row * width..(row + 1) * width], *expected, "{rows} x {inner} x {width}");
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "inner dimensions")]
    fn dimensions_that_do_not_meet_are_refused() {
        let values = [0.0; 6];
        multiply(
            &mut [0.0; 4],
            MatrixView::new(&values, 2, 3),
            MatrixView::new(&values[..4], 2, 2),
            false,
            Workers::One,
        );
    }
}
