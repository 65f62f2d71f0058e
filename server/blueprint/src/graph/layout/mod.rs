//! Where to draw what: a layered drawing in the manner of Sugiyama, Tagawa and Toda (1981).
//!
//! Each connected part is drawn by itself: layers by the longest way ([`layers`]), an order within each that crosses few
//! lines ([`order`]), places that keep lines straight ([`place`]). The parts are then put on shelves, largest first.

mod layers;
mod order;
mod place;

use petgraph::unionfind::UnionFind;
use serde::Serialize;
use utoipa::ToSchema;

use super::Arrow;

/// Width and height of a node, in CSS pixels.
pub const NODE: (f64, f64) = (200.0, 42.0);
/// Between layers, and between what stands in one.
const GAP: (f64, f64) = (72.0, 14.0);
/// Between parts.
const SPACE: f64 = 40.0;
/// How wide a shelf is at least, so that many small parts do not make a tower.
const SHELF: f64 = 1_050.0;

/// A place in the drawing, in CSS pixels from its left top.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// A drawing.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Layout {
    pub width: f64,
    pub height: f64,
    /// The left top of each node; all are as large as [`NODE`].
    pub nodes: Vec<Point>,
    /// The way of each arrow, from what uses to what is used.
    pub routes: Vec<Vec<Point>>,
}

/// What stands in a layer: a node, or a place that a long line passes through.
type Item = usize;

/// A connected part, drawn.
struct Part {
    /// Indexes in the whole graph.
    nodes: Vec<usize>,
    /// Indexes of arrows in the whole graph.
    arrows: Vec<usize>,
    drawing: Layout,
}

/// Lays a graph of `count` nodes out. `cycles` are sets of nodes that need each other.
pub fn layout(count: usize, arrows: &[Arrow], cycles: &[Vec<usize>]) -> Layout {
    let mut cycle_of = vec![usize::MAX; count];
    for (number, cycle) in cycles.iter().enumerate() {
        cycle.iter().for_each(|node| cycle_of[*node] = number);
    }
    let mut parts: Vec<Part> = split(count, arrows)
        .into_iter()
        .map(|(nodes, own)| {
            let drawing = draw(&nodes, own.iter().map(|i| arrows[*i]), &cycle_of);
            Part { nodes, arrows: own, drawing }
        })
        .collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.nodes.len()));
    shelve(count, arrows.len(), parts)
}

/// The connected parts, in the order of their first nodes: nodes and arrows of each.
fn split(count: usize, arrows: &[Arrow]) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut sets = UnionFind::new(count);
    arrows.iter().for_each(|a| {
        sets.union(a.from, a.to);
    });
    let mut number = vec![usize::MAX; count];
    let mut parts: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    for node in 0..count {
        let root = sets.find(node);
        if number[root] == usize::MAX {
            number[root] = parts.len();
            parts.push(Default::default());
        }
        parts[number[root]].0.push(node);
    }
    for (i, arrow) in arrows.iter().enumerate() {
        parts[number[sets.find(arrow.from)]].1.push(i);
    }
    parts
}

fn draw(nodes: &[usize], arrows: impl Iterator<Item = Arrow>, cycle_of: &[usize]) -> Layout {
    let own = |node: usize| nodes.binary_search(&node).unwrap_or_default();
    // From left to right. In a cycle, what comes first in the text is taken as what is used.
    let lines: Vec<(Item, Item, bool)> = arrows
        .map(|a| {
            let turned =
                cycle_of[a.from] != usize::MAX && cycle_of[a.from] == cycle_of[a.to] && a.from < a.to;
            if turned { (own(a.from), own(a.to), true) } else { (own(a.to), own(a.from), false) }
        })
        .collect();
    let pairs: Vec<(Item, Item)> = lines.iter().map(|(left, right, _)| (*left, *right)).collect();
    let mut layered = layers::assign(nodes.len(), &pairs);
    order::reduce_crossings(&mut layered);
    let middles = place::middles(&layered);
    let x = |item: Item| as_f64(layered.layer_of[item]) * (NODE.0 + GAP.0);
    let routes = lines.iter().zip(&layered.ways).map(|((left, right, turned), way)| {
        let mut points = vec![Point { x: x(*left) + NODE.0, y: middles[*left] }];
        for item in way {
            points.extend([0.0, NODE.0].map(|dx| Point { x: x(*item) + dx, y: middles[*item] }));
        }
        points.push(Point { x: x(*right), y: middles[*right] });
        if !turned {
            points.reverse();
        }
        points
    });
    let routes: Vec<Vec<Point>> = routes.collect();
    let nodes: Vec<Point> =
        (0..nodes.len()).map(|i| Point { x: x(i), y: middles[i] - NODE.1 / 2.0 }).collect();
    let lowest_line = routes.iter().flatten().map(|p| p.y);
    let height = nodes.iter().map(|p| p.y + NODE.1).chain(lowest_line).fold(0.0, f64::max);
    Layout { width: nodes.iter().map(|p| p.x + NODE.0).fold(0.0, f64::max), height, nodes, routes }
}

/// Puts the parts beside and under each other.
fn shelve(nodes: usize, arrows: usize, parts: Vec<Part>) -> Layout {
    let widest = parts.iter().map(|p| p.drawing.width).fold(SHELF, f64::max);
    let nothing = Point { x: 0.0, y: 0.0 };
    let mut whole =
        Layout { width: 0.0, height: 0.0, nodes: vec![nothing; nodes], routes: vec![Vec::new(); arrows] };
    let mut corner = nothing;
    for Part { nodes, arrows, drawing } in parts {
        if corner.x > 0.0 && corner.x + drawing.width > widest {
            corner =
                Point { x: 0.0, y: whole.height + if drawing.routes.is_empty() { GAP.1 } else { SPACE } };
        }
        let moved = |p: Point| Point { x: p.x + corner.x, y: p.y + corner.y };
        nodes.iter().zip(drawing.nodes).for_each(|(node, point)| whole.nodes[*node] = moved(point));
        for (arrow, route) in arrows.iter().zip(drawing.routes) {
            whole.routes[*arrow] = route.into_iter().map(moved).collect();
        }
        whole.width = whole.width.max(corner.x + drawing.width);
        whole.height = whole.height.max(corner.y + drawing.height);
        corner.x += drawing.width + GAP.0;
    }
    whole
}

/// Counts here are far below what a float holds exactly.
#[allow(clippy::cast_precision_loss, reason = "counts of a drawing with a few hundred nodes")]
fn as_f64(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
