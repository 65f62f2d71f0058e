//! The order within layers: each item moves to the mean of what it is joined to, back and forth, and the order with the
//! fewest crossings is kept.

use super::{Item, as_f64, layers::Layered};

/// Walks through all layers, half of them from the right.
const SWEEPS: usize = 12;

pub(super) fn reduce_crossings(layered: &mut Layered) {
    let mut best = (crossings(layered), layered.layers.clone());
    for sweep in 0..SWEEPS {
        if best.0 == 0 {
            break;
        }
        let depth = layered.layers.len();
        for step in 1..depth {
            if sweep % 2 == 0 {
                sort(&mut layered.layers, step, step - 1, &layered.left);
            } else {
                sort(&mut layered.layers, depth - 1 - step, depth - step, &layered.right);
            }
        }
        let now = crossings(layered);
        if now < best.0 {
            best = (now, layered.layers.clone());
        }
    }
    layered.layers = best.1;
}

/// Sorts `layer` by where the items that it is joined to stand in the layer `beside`.
fn sort(layers: &mut [Vec<Item>], layer: usize, beside: usize, joined: &[Vec<Item>]) {
    let positions = positions(&layers[beside], joined.len());
    let mean = |at: usize, item: Item| match joined[item].as_slice() {
        [] => as_f64(at),
        others => others.iter().map(|o| as_f64(positions[*o])).sum::<f64>() / as_f64(others.len()),
    };
    let mut keyed: Vec<(f64, Item)> =
        layers[layer].iter().enumerate().map(|(at, item)| (mean(at, *item), *item)).collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    layers[layer] = keyed.into_iter().map(|(_, item)| item).collect();
}

fn positions(layer: &[Item], items: usize) -> Vec<usize> {
    let mut positions = vec![0; items];
    layer.iter().enumerate().for_each(|(at, item)| positions[*item] = at);
    positions
}

/// How many pairs of lines cross, counted with a Fenwick tree (Barth, Mutzel and Jünger, 2004).
fn crossings(layered: &Layered) -> usize {
    let one = |pair: &[Vec<Item>]| {
        let positions = positions(&pair[1], layered.right.len());
        let mut tree = vec![0_usize; pair[1].len() + 1];
        let mut crossed = 0;
        let mut seen = 0;
        for item in &pair[0] {
            let ends: Vec<usize> = layered.right[*item].iter().map(|to| positions[*to]).collect();
            crossed += ends.iter().map(|end| seen - up_to(&tree, *end)).sum::<usize>();
            ends.iter().for_each(|end| add(&mut tree, *end));
            seen += ends.len();
        }
        crossed
    };
    layered.layers.windows(2).map(one).sum()
}

/// How many ends are at `position` or before.
fn up_to(tree: &[usize], position: usize) -> usize {
    let mut at = position + 1;
    let mut sum = 0;
    while at > 0 {
        sum += tree[at];
        at &= at - 1;
    }
    sum
}

fn add(tree: &mut [usize], position: usize) {
    let mut at = position + 1;
    while at < tree.len() {
        tree[at] += 1;
        at += at & at.wrapping_neg();
    }
}
