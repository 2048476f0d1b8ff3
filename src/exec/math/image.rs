//! Memory layout of images and the windows that slide over them: channel by channel, line by line, pixel by pixel, and
//! the rows of the batch side by side. So neighbouring pixels of a line are one run of numbers.

use crate::ops::Window;
use crate::shape::Shape;

/// Channels, height and width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::exec) struct Image {
    pub(in crate::exec) channels: usize,
    pub(in crate::exec) height: usize,
    pub(in crate::exec) width: usize,
}

impl Image {
    /// A vector is an image of one pixel.
    pub(in crate::exec) fn new(shape: &Shape) -> Self {
        match shape.0.as_slice() {
            [channels, height, width] => Self { channels: *channels, height: *height, width: *width },
            _ => Self { channels: shape.size(), height: 1, width: 1 },
        }
    }

    /// Number of pixels of a channel.
    pub(in crate::exec) fn pixels(&self) -> usize {
        self.height * self.width
    }
}

/// A window at its positions on an image.
#[derive(Clone, Copy, Debug)]
pub(in crate::exec) struct SlidingWindow {
    /// The image it slides over.
    pub(in crate::exec) input: Image,
    /// The image of one number for each position.
    pub(in crate::exec) output: Image,
    /// Rows of the batch.
    pub(in crate::exec) rows: usize,
    size: usize,
    stride: usize,
    /// Zeros above and left of the image.
    before: (usize, usize),
}

/// A filter tap: a cell of the window and the pixel that lies under it, as the place of its first number in a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::exec) struct Tap {
    pub(in crate::exec) cell: usize,
    pub(in crate::exec) start: usize,
}

/// Contiguous numbers of one line whose taps are contiguous too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::exec) struct PixelRun {
    /// Its beginning in the line.
    pub(in crate::exec) first: usize,
    /// Number of numbers.
    pub(in crate::exec) length: usize,
    /// The taps of its first pixel.
    pub(in crate::exec) taps: Vec<Tap>,
}

/// Contiguous numbers of a line of the output, and as many of the input that lie under one cell of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::exec) struct RunPair {
    pub(in crate::exec) cell: usize,
    /// Their beginning in a channel of the output.
    pub(in crate::exec) output: usize,
    /// Their beginning in a channel of the input.
    pub(in crate::exec) input: usize,
    pub(in crate::exec) length: usize,
}

impl SlidingWindow {
    /// `window` over images of shape `input` that makes images of shape `output`, as its rule says.
    pub(in crate::exec) fn new(window: &Window, input: &Shape, output: &Shape, rows: usize) -> Self {
        let (input, output) = (Image::new(input), Image::new(output));
        let before = |length| window.along(length).map_or(0, |(_, before)| before);
        let before = (before(input.height), before(input.width));
        Self { input, output, rows, size: window.size, stride: window.stride, before }
    }

    /// Number of cells of the window.
    pub(in crate::exec) fn cells(&self) -> usize {
        self.size * self.size
    }

    /// The pixels of the input under the window at a place of the output.
    pub(in crate::exec) fn under(&self, y: usize, x: usize) -> impl Iterator<Item = Tap> + use<> {
        let this = *self;
        this.each_cell().filter_map(move |(cell, down, right)| {
            let y = (y * this.stride + down).checked_sub(this.before.0).filter(|y| *y < this.input.height)?;
            let x = (x * this.stride + right).checked_sub(this.before.1).filter(|x| *x < this.input.width)?;
            Some(Tap { cell, start: (y * this.input.width + x) * this.rows })
        })
    }

    /// The places of the output from which the window lies over a pixel of the input.
    pub(in crate::exec) fn over(&self, y: usize, x: usize) -> impl Iterator<Item = Tap> + use<> {
        let this = *self;
        let place = move |at: usize, cell: usize, before: usize, places: usize| {
            let at = (at + before).checked_sub(cell)?;
            (at % this.stride == 0 && at / this.stride < places).then_some(at / this.stride)
        };
        this.each_cell().filter_map(move |(cell, down, right)| {
            let y = place(y, down, this.before.0, this.output.height)?;
            let x = place(x, right, this.before.1, this.output.width)?;
            Some(Tap { cell, start: (y * this.output.width + x) * this.rows })
        })
    }

    fn each_cell(self) -> impl Iterator<Item = (usize, usize, usize)> {
        (0..self.cells()).map(move |cell| (cell, cell / self.size, cell % self.size))
    }

    /// A line of pixels as runs, from the taps of each pixel.
    pub(in crate::exec) fn runs<I: Iterator<Item = Tap>>(
        &self,
        width: usize,
        taps: impl Fn(usize) -> I,
    ) -> Vec<PixelRun> {
        let mut runs: Vec<PixelRun> = Vec::new();
        for x in 0..width {
            let taps: Vec<Tap> = taps(x).collect();
            let goes_on = runs.last().is_some_and(|run| {
                let next = |tap: &Tap| Tap { start: tap.start + run.length, ..*tap };
                run.taps.iter().map(next).eq(taps.iter().copied())
            });
            match runs.last_mut() {
                Some(run) if goes_on => run.length += self.rows,
                _ => runs.push(PixelRun { first: x * self.rows, length: self.rows, taps }),
            }
        }
        runs
    }

    /// A line of the output, cell by cell of the window.
    pub(in crate::exec) fn run_pairs(&self, y: usize) -> Vec<RunPair> {
        let mut run_pairs: Vec<RunPair> = Vec::new();
        let mut last = vec![usize::MAX; self.cells()];
        for x in 0..self.output.width {
            let output = (y * self.output.width + x) * self.rows;
            for Tap { cell, start: input } in self.under(y, x) {
                match run_pairs.get_mut(last[cell]) {
                    Some(pair) if pair.input + pair.length == input && pair.output + pair.length == output => {
                        pair.length += self.rows;
                    }
                    _ => {
                        last[cell] = run_pairs.len();
                        run_pairs.push(RunPair { cell, output, input, length: self.rows });
                    }
                }
            }
        }
        run_pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::Padding;

    fn sliding(size: usize, stride: usize, padding: Padding, side: usize) -> SlidingWindow {
        let window = Window { size, stride, padding };
        let places = window.along(side).unwrap().0;
        SlidingWindow::new(&window, &Shape(vec![1, side, side]), &Shape(vec![1, places, places]), 2)
    }

    /// A pixel lies under a place exactly where that place lies over it, in runs and pairs of runs as one by one.
    #[test]
    fn both_directions_and_both_groupings_see_the_same_pairs() {
        for (size, stride, padding, side) in [
            (3, 1, Padding::Same, 5),
            (3, 2, Padding::Same, 6),
            (3, 2, Padding::Zeros(1), 7),
            (2, 2, Padding::Valid, 5),
            (1, 1, Padding::Same, 4),
            (1, 2, Padding::Valid, 5),
            (5, 3, Padding::Zeros(2), 8),
        ] {
            let sliding = sliding(size, stride, padding, side);
            let (mut under, mut over, mut in_runs, mut in_pairs) = (vec![], vec![], vec![], vec![]);
            for y in 0..sliding.output.height {
                for x in 0..sliding.output.width {
                    let place = (y * sliding.output.width + x) * 2;
                    under.extend(sliding.under(y, x).map(|tap| (place, tap.start, tap.cell)));
                }
                let line = y * sliding.output.width * 2;
                for run in sliding.runs(sliding.output.width, |x| sliding.under(y, x)) {
                    for at in (0..run.length).step_by(2) {
                        in_runs.extend(run.taps.iter().map(|tap| (line + run.first + at, tap.start + at, tap.cell)));
                    }
                }
                for pair in sliding.run_pairs(y) {
                    for at in (0..pair.length).step_by(2) {
                        in_pairs.push((pair.output + at, pair.input + at, pair.cell));
                    }
                }
            }
            for y in 0..side {
                for x in 0..side {
                    let pixel = (y * side + x) * 2;
                    over.extend(sliding.over(y, x).map(|tap| (tap.start, pixel, tap.cell)));
                }
            }
            for found in [&mut under, &mut over, &mut in_runs, &mut in_pairs] {
                found.sort_unstable();
            }
            assert!(!under.is_empty());
            assert_eq!(under, over);
            assert_eq!(under, in_runs);
            assert_eq!(under, in_pairs);
        }
    }

    #[test]
    fn the_inside_of_a_line_is_one_run() {
        let sliding = sliding(3, 1, Padding::Same, 6);
        let runs = sliding.runs(6, |x| sliding.under(2, x));
        let lengths: Vec<usize> = runs.iter().map(|run| run.length).collect();
        assert_eq!(lengths, [2, 8, 2]);
        assert_eq!(sliding.run_pairs(2).len(), 9);
    }
}
