//! The lattice of the subsets of a few names, by size, each with a number; lines join subsets that differ by one name.

use super::CHART_WIDTH;
use super::canvas::{Anchor, Canvas, Paint, TextStyle};
use super::glyphs::fitted;
use super::palette::Ink;

/// Subsets of some names.
#[derive(Clone, Debug, PartialEq)]
pub struct Lattice {
    /// What it shows, for screen readers.
    pub name: String,
    /// The subsets.
    pub nodes: Vec<LatticeNode>,
}

/// A subset.
#[derive(Clone, Debug, PartialEq)]
pub struct LatticeNode {
    /// Its members.
    pub members: Vec<String>,
    /// Its number, as it is shown.
    pub value: String,
    /// Between 0 and 1: how strongly it is shaded.
    pub shade: f64,
}

const SIZE: f64 = 11.5;
const HEIGHT: f64 = 42.0;
const STEP: f64 = 86.0;

impl Lattice {
    /// The most members with which it is legible.
    pub const MOST: usize = 4;

    /// The lattice as SVG: the largest subset above.
    pub fn svg(&self) -> String {
        let mut canvas = Canvas::sans();
        let largest = self.nodes.iter().map(|node| node.members.len()).max().unwrap_or(0);
        let of_size = |size: usize| self.nodes.iter().filter(move |node| node.members.len() == size);
        let widest = (0..=largest).map(|size| of_size(size).count()).max().unwrap_or(1).max(1);
        let width = (CHART_WIDTH / widest as f64 - 6.0).min(130.0);
        let smallest = self.nodes.iter().map(|node| node.members.len()).min().unwrap_or(0);
        let place = |node: &LatticeNode| {
            let size = node.members.len();
            let peers: Vec<&LatticeNode> = of_size(size).collect();
            let at = peers.iter().position(|peer| peer.members == node.members).unwrap_or(0);
            let x = CHART_WIDTH * (at as f64 + 0.5) / peers.len() as f64;
            (x, 4.0 + STEP * (largest - size) as f64)
        };
        for node in &self.nodes {
            for larger in of_size(node.members.len() + 1) {
                if node.members.iter().all(|member| larger.members.contains(member)) {
                    let (from, to) = (place(node), place(larger));
                    canvas.line((from.0, from.1), (to.0, to.1 + HEIGHT), Paint::stroke(Ink::Rule, 1.0));
                }
            }
        }
        for node in &self.nodes {
            let (x, y) = place(node);
            let corner = (x - width / 2.0, y);
            canvas.rect("", corner, (width, HEIGHT), 5.0, Paint::fill(Ink::Paper).outlined(Ink::Rule, 1.0));
            let shade = (node.shade.clamp(0.0, 1.0) * 45.0).round() / 100.0;
            canvas.rect("", corner, (width, HEIGHT), 5.0, Paint::fill(Ink::Series(1)).opacity(shade));
            let style = TextStyle::new(SIZE, Ink::Text).anchor(Anchor::Middle);
            canvas.text((x, y + 17.0), style, &fitted(&node.members.join(" + "), SIZE, width - 8.0));
            canvas.text((x, y + 33.0), style.bold(), &fitted(&node.value, SIZE, width - 8.0));
        }
        let height = 4.0 + STEP * (largest - smallest) as f64 + HEIGHT + 4.0;
        canvas.finish((CHART_WIDTH, height), &self.name, "", None)
    }
}
