//! Which layer each node stands in: everything that it uses is further left.

use std::collections::VecDeque;

use super::Item;

/// A line over more layers than this goes straight through, so that a hostile graph does not grow.
const LONGEST: usize = 24;

/// A graph in layers, with a place in each layer that a line passes.
pub(super) struct Layered {
    /// From left to right, each from top to bottom.
    pub layers: Vec<Vec<Item>>,
    pub layer_of: Vec<usize>,
    /// What is joined to each item in the next layer at the left, and at the right.
    pub left: Vec<Vec<Item>>,
    pub right: Vec<Vec<Item>>,
    /// The places that each line passes, from left to right.
    pub ways: Vec<Vec<Item>>,
    /// Items below this are nodes, the others places that lines pass.
    pub nodes: usize,
}

/// Puts `count` nodes into layers. `lines` go from left to right and in no circles.
pub(super) fn assign(count: usize, lines: &[(Item, Item)]) -> Layered {
    let mut layer_of = longest_ways(count, lines);
    let depth = layer_of.iter().max().map_or(0, |last| last + 1);
    let mut layered = Layered {
        layers: vec![Vec::new(); depth],
        left: vec![Vec::new(); count],
        right: vec![Vec::new(); count],
        ways: Vec::with_capacity(lines.len()),
        nodes: count,
        layer_of: std::mem::take(&mut layer_of),
    };
    (0..count).for_each(|node| layered.layers[layered.layer_of[node]].push(node));
    for (from, to) in lines {
        let way = layered.pass(*from, *to);
        layered.ways.push(way);
    }
    layered
}

impl Layered {
    /// Joins two nodes by a chain of new items, one for each layer between.
    fn pass(&mut self, from: Item, to: Item) -> Vec<Item> {
        let (first, last) = (self.layer_of[from], self.layer_of[to]);
        let mut way = Vec::new();
        if last - first <= LONGEST {
            for layer in first + 1..last {
                let item = self.layer_of.len();
                self.layer_of.push(layer);
                self.layers[layer].push(item);
                self.left.push(Vec::new());
                self.right.push(Vec::new());
                way.push(item);
            }
            let ends = std::iter::once(from).chain(way.iter().copied());
            for (a, b) in ends.zip(way.iter().copied().chain([to])) {
                self.right[a].push(b);
                self.left[b].push(a);
            }
        }
        way
    }
}

/// The number of lines on the longest way to each node; what nothing leads to stands right before what uses it.
fn longest_ways(count: usize, lines: &[(Item, Item)]) -> Vec<usize> {
    let mut right = vec![Vec::new(); count];
    let mut waits = vec![0_usize; count];
    for (from, to) in lines {
        right[*from].push(*to);
        waits[*to] += 1;
    }
    let mut layer_of = vec![0; count];
    let starts: Vec<Item> = (0..count).filter(|node| waits[*node] == 0).collect();
    let mut open: VecDeque<Item> = starts.iter().copied().collect();
    while let Some(node) = open.pop_front() {
        for next in &right[node] {
            layer_of[*next] = layer_of[*next].max(layer_of[node] + 1);
            waits[*next] -= 1;
            if waits[*next] == 0 {
                open.push_back(*next);
            }
        }
    }
    for start in starts {
        let nearest = right[start].iter().map(|next| layer_of[*next]).min();
        layer_of[start] = nearest.map_or(0, |layer| layer - 1);
    }
    layer_of
}
