//! Layout: coordinates of boxes in columns from data to decision, and orthogonal edges with one lane for each box that
//! is read at another height.

use super::figure::Figure;
use super::part::PipelinePart;
use super::wrap::{lines, width};

/// The height of a line of text.
pub(super) const LINE: f64 = 16.0;
/// The width of a letter, of text and of titles.
pub(super) const LETTER: f64 = 7.3;
/// The distance of text from the border of its box.
pub(super) const PAD: f64 = 10.0;
/// The distance of boxes in a column.
const GAP: f64 = 14.0;
/// The distance of wires.
const LANE: f64 = 12.0;
/// The distance of a lane from boxes.
const CLEAR: f64 = 18.0;
/// Letters in a line of a box.
const WIDEST: usize = 26;
/// Largest number of lines of operations in a box.
const MOST_LINES: usize = 5;
/// Height of the headings above the columns.
const HEAD: f64 = 96.0;
/// The margin around everything.
const MARGIN: f64 = 24.0;

/// A box with its coordinates and lines of text: title, operations, measures.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PlacedBox {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) title: Vec<String>,
    pub(super) does: Vec<String>,
    pub(super) measures: String,
}

impl PlacedBox {
    fn middle(&self) -> f64 {
        self.y + self.height / 2.0
    }
}

/// A wire: its corners, and the box it comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wire {
    pub(super) from: usize,
    pub(super) corners: Vec<(f64, f64)>,
    /// Whether it ends at a box, and not at the next piece of the same wire.
    pub(super) arrow: bool,
}

/// The diagram with coordinates.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FigureLayout {
    pub(super) boxes: Vec<PlacedBox>,
    pub(super) wires: Vec<Wire>,
    /// Headings of columns: text and horizontal centre.
    pub(super) headings: Vec<(&'static str, f64)>,
    /// The class loss.
    pub(super) loss: PlacedBox,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// An item of a column that wires connect to: a box, or the passage of a wire between boxes.
struct Stop {
    column: usize,
    /// The box, or the box whose wire passes.
    node: usize,
    passing: bool,
    /// The row of its component, beyond the encoders.
    row: Option<usize>,
    y: f64,
    height: f64,
}

/// Computes the layout of a figure.
pub(super) fn layout(figure: &Figure) -> FigureLayout {
    let mixtures = figure.boxes.iter().any(|node| matches!(node.part, PipelinePart::Mixture(_)));
    let column = |part: &PipelinePart, depth: usize| match part {
        PipelinePart::Modality(_) => 0,
        PipelinePart::Encoder(_) => depth,
        PipelinePart::Mixture(_) => figure.depth + 1,
        PipelinePart::Head(_) => figure.depth + 1 + usize::from(mixtures),
    };
    let columns: Vec<usize> = figure.boxes.iter().map(|node| column(&node.part, node.depth)).collect();
    let last = figure.depth + 1 + usize::from(mixtures);
    let mut boxes: Vec<PlacedBox> = figure.boxes.iter().map(sized).collect();
    // Boxes of a column have the width of the widest, at least that of its heading.
    for at in 0..=last {
        let widest = (0..boxes.len()).filter(|place| columns[*place] == at).map(|place| boxes[place].width);
        let widest = widest.fold(11.0 * LETTER, f64::max);
        (0..boxes.len()).filter(|place| columns[*place] == at).for_each(|place| boxes[place].width = widest);
    }

    let mut stops: Vec<Stop> = (0..boxes.len())
        .map(|node| {
            let row = (columns[node] > figure.depth).then_some(figure.boxes[node].row);
            Stop { column: columns[node], node, passing: false, row, y: 0.0, height: boxes[node].height }
        })
        .collect();
    let hops = hops(figure, &columns, &mut stops);
    let height = heights(figure, &mut stops, &hops, last);
    for stop in stops.iter().filter(|stop| !stop.passing) {
        boxes[stop.node].y = stop.y - boxes[stop.node].height / 2.0;
    }

    // From left to right: a column, then room for the lanes of its outgoing wires.
    let mut x = MARGIN;
    let mut headings = vec![];
    let mut wires = vec![];
    for at in 0..=last {
        let members: Vec<usize> = (0..boxes.len()).filter(|place| columns[*place] == at).collect();
        let widest = members.iter().map(|place| boxes[*place].width).fold(0.0, f64::max);
        for place in &members {
            boxes[*place].x = x;
        }
        if let Some(first) = members.first() {
            headings.push((heading(&figure.boxes[*first].part), x + widest / 2.0));
        }
        for stop in stops.iter().filter(|stop| stop.column == at && stop.passing) {
            let corners = vec![(x, stop.y), (x + widest, stop.y)];
            wires.push(Wire { from: stop.node, corners, arrow: false });
        }
        x += widest;
        if at < last {
            x = between(&stops, &hops, at, x, &mut wires);
        }
    }
    // Wires from heads to the class loss are straight.
    let loss_x = x + 2.0 * CLEAR;
    let letters = figure.loss.iter().map(|line| width(line)).max().unwrap_or_default();
    let rows: Vec<&PlacedBox> = figure.decides.iter().filter_map(|place| boxes.get(*place)).collect();
    let top = rows.iter().map(|row| row.y).fold(f64::INFINITY, f64::min).min(HEAD + height / 2.0);
    let bottom = rows.iter().map(|row| row.y + row.height).fold(0.0, f64::max);
    let needed = LINE * figure.loss.len() as f64 + 2.0 * PAD;
    let loss_height = (bottom - top).max(needed);
    let loss = PlacedBox {
        x: loss_x,
        y: (top + bottom) / 2.0 - loss_height / 2.0,
        width: letters as f64 * LETTER + 2.0 * PAD,
        height: loss_height,
        title: figure.loss.clone(),
        does: vec![],
        measures: String::new(),
    };
    for place in &figure.decides {
        let corners =
            vec![(boxes[*place].x + boxes[*place].width, boxes[*place].middle()), (loss_x, boxes[*place].middle())];
        wires.push(Wire { from: *place, corners, arrow: true });
    }
    headings.push(("class loss", loss_x + loss.width / 2.0));
    let width = loss_x + loss.width + MARGIN;
    let lowest = boxes.iter().map(|placed| placed.y + placed.height).fold(loss.y + loss.height, f64::max);
    FigureLayout { boxes, wires, headings, loss, width, height: lowest + MARGIN }
}

fn heading(part: &PipelinePart) -> &'static str {
    match part {
        PipelinePart::Modality(_) => "modalities",
        PipelinePart::Encoder(_) => "encoders",
        PipelinePart::Mixture(_) => "mixtures",
        PipelinePart::Head(_) => "heads",
    }
}

/// A box of the size of its text.
fn sized(node: &super::figure::FigureBox) -> PlacedBox {
    let title = lines(&node.title, WIDEST, 3);
    let does = if node.does.is_empty() { vec![] } else { lines(&node.does, WIDEST, MOST_LINES) };
    let measures = node.measures();
    let letters = title.iter().chain(&does).chain([&measures]).map(|line| width(line)).max().unwrap_or_default();
    let count = title.len() + does.len() + 1;
    PlacedBox {
        x: 0.0,
        y: 0.0,
        width: letters as f64 * LETTER + 2.0 * PAD + 4.0,
        height: count as f64 * LINE + 1.4 * PAD,
        title,
        does,
        measures,
    }
}

/// Every edge as segments from one column to the next; a passage is added in each column that it crosses, one for all
/// wires of a box.
fn hops(figure: &Figure, columns: &[usize], stops: &mut Vec<Stop>) -> Vec<(usize, usize)> {
    let mut hops = vec![];
    for (from, to) in &figure.edges {
        let mut at = *from;
        for column in columns[*from] + 1..columns[*to] {
            // In the column of mixtures the row of a single component is free: its wire goes straight to its head.
            let row = (column > figure.depth).then_some(figure.boxes[*to].row);
            let known = stops
                .iter()
                .position(|stop| stop.passing && (stop.column, stop.node, stop.row) == (column, *from, row));
            let next = known.unwrap_or_else(|| {
                stops.push(Stop { column, node: *from, passing: true, row, y: 0.0, height: 6.0 });
                stops.len() - 1
            });
            if !hops.contains(&(at, next)) {
                hops.push((at, next));
            }
            at = next;
        }
        hops.push((at, *to));
    }
    hops
}

/// Assigns every item its vertical position; returns the height of the tallest column.
fn heights(figure: &Figure, stops: &mut [Stop], hops: &[(usize, usize)], last: usize) -> f64 {
    // Rows of components: the larger height of mixture and head, and enough for all wires of a mixture.
    let rows = figure.boxes.iter().map(|node| node.row + 1).max().unwrap_or(1);
    let mut tall = vec![0.0_f64; rows];
    for (place, stop) in stops.iter().enumerate() {
        if let Some(row) = stop.row {
            let wires = hops.iter().filter(|(_, to)| *to == place).count() as f64 + 1.0;
            tall[row] = tall[row].max(stop.height).max(wires * 7.0);
        }
    }
    let mut y = HEAD;
    let mut middle = vec![];
    for height in &tall {
        middle.push(y + height / 2.0);
        y += height + GAP;
    }
    let mut height = y - GAP - HEAD;
    for column in 0..=figure.depth {
        let members = stops.iter().filter(|stop| stop.column == column);
        height = height.max(members.map(|stop| stop.height + GAP).sum::<f64>() - GAP);
    }
    let shift = (height - (y - GAP - HEAD)) / 2.0;
    for stop in stops.iter_mut() {
        if let Some(row) = stop.row {
            stop.y = middle[row] + shift;
        }
    }
    // Encoders are spread over the whole height, and the items to the left of them are aligned with their readers.
    for column in (0..=figure.depth.min(last)).rev() {
        let mut members: Vec<usize> = (0..stops.len()).filter(|place| stops[*place].column == column).collect();
        let used: f64 = members.iter().map(|place| stops[*place].height).sum();
        let room = (height - used).max(0.0) / members.len().max(1) as f64;
        let mut y = HEAD + room / 2.0;
        for place in &members {
            stops[*place].y = y + stops[*place].height / 2.0;
            y += stops[*place].height + room;
        }
        if column < figure.depth {
            for place in &members {
                let readers: Vec<f64> =
                    hops.iter().filter(|(from, _)| from == place).map(|(_, to)| stops[*to].y).collect();
                if !readers.is_empty() {
                    stops[*place].y = readers.iter().sum::<f64>() / readers.len() as f64;
                }
            }
            members.sort_by(|a, b| stops[*a].y.total_cmp(&stops[*b].y));
            apart(stops, &members, height);
        }
    }
    height
}

/// Moves the members of a column, which are in order, until none overlap.
fn apart(stops: &mut [Stop], members: &[usize], height: f64) {
    let least = |stops: &[Stop], a: usize, b: usize| (stops[a].height + stops[b].height) / 2.0 + GAP;
    for pair in members.windows(2) {
        let lowest = stops[pair[0]].y + least(stops, pair[0], pair[1]);
        stops[pair[1]].y = stops[pair[1]].y.max(lowest);
    }
    let Some(end) = members.last() else { return };
    let bottom = HEAD + height - stops[*end].height / 2.0;
    stops[*end].y = stops[*end].y.min(bottom);
    for pair in members.windows(2).rev() {
        let highest = stops[pair[1]].y - least(stops, pair[0], pair[1]);
        stops[pair[0]].y = stops[pair[0]].y.min(highest);
    }
}

/// The wires from one column to the next; where that begins.
fn between(stops: &[Stop], hops: &[(usize, usize)], column: usize, x: f64, wires: &mut Vec<Wire>) -> f64 {
    let mut own: Vec<(usize, usize)> = hops.iter().copied().filter(|(from, _)| stops[*from].column == column).collect();
    own.sort_by(|a, b| stops[a.1].y.total_cmp(&stops[b.1].y).then(stops[a.0].y.total_cmp(&stops[b.0].y)));
    let mut sources: Vec<usize> = own.iter().map(|(from, _)| *from).collect();
    sources.sort_by(|a, b| stops[*a].y.total_cmp(&stops[*b].y));
    sources.dedup();
    // Where wires end at a box: spread over its side, the order of their sources kept.
    let end = |from: usize, to: usize| {
        let arriving: Vec<usize> = own.iter().filter(|hop| hop.1 == to).map(|hop| hop.0).collect();
        let place = arriving.iter().position(|other| *other == from).unwrap_or_default() as f64;
        let step = (stops[to].height / (arriving.len() as f64 + 1.0)).min(10.0);
        stops[to].y + (place - (arriving.len() as f64 - 1.0) / 2.0) * step
    };
    let straight = |from: usize, to: usize| (end(from, to) - stops[from].y).abs() < 0.5;
    let bent: Vec<usize> = sources
        .iter()
        .copied()
        .filter(|source| own.iter().any(|(from, to)| from == source && !straight(*from, *to)))
        .collect();
    let right = x + 2.0 * CLEAR + LANE * bent.len().saturating_sub(1) as f64;
    for (from, to) in &own {
        let arrow = !stops[*to].passing;
        let y = stops[*from].y;
        if straight(*from, *to) {
            wires.push(Wire { from: stops[*from].node, corners: vec![(x, y), (right, y)], arrow });
            continue;
        }
        let lane = bent.iter().position(|source| source == from).unwrap_or_default();
        let lane = x + CLEAR + LANE * lane as f64;
        // A wire must not overlap one that goes to a lane further right at the same height.
        let taken = |at: f64| bent.iter().any(|source| source != from && (stops[*source].y - at).abs() < 2.5);
        let mut at = end(*from, *to);
        while taken(at) {
            at += 2.5;
        }
        wires.push(Wire { from: stops[*from].node, corners: vec![(x, y), (lane, y), (lane, at), (right, at)], arrow });
    }
    right
}
