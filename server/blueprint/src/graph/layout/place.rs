//! How high each item stands: as near as its order allows to the mean of what it is joined to.

use super::{GAP, Item, NODE, as_f64, layers::Layered};

/// The height that a passing line takes.
const LINE: f64 = 8.0;
/// Walks through all layers, half of them from the right.
const SWEEPS: usize = 8;

/// The middle of each item, in pixels from the top.
pub(super) fn middles(layered: &Layered) -> Vec<f64> {
    let mut middles = vec![0.0; layered.layer_of.len()];
    for layer in &layered.layers {
        settle(layered, layer, &mut middles, |_| None);
    }
    let depth = layered.layers.len();
    for sweep in 0..SWEEPS {
        for step in 0..depth {
            let (at, joined) = match sweep % 2 {
                0 => (step, &layered.left),
                _ => (depth - 1 - step, &layered.right),
            };
            let before = middles.clone();
            settle(layered, &layered.layers[at], &mut middles, |item| mean(&joined[item], &before));
        }
    }
    let both = |item: Item| -> Vec<Item> { [&layered.left[item][..], &layered.right[item][..]].concat() };
    for layer in &layered.layers {
        let before = middles.clone();
        settle(layered, layer, &mut middles, |item| mean(&both(item), &before));
    }
    let tops = middles.iter().enumerate().map(|(item, middle)| middle - height(layered, item) / 2.0);
    let top = tops.fold(f64::INFINITY, f64::min);
    middles.iter().map(|middle| middle - top).collect()
}

fn mean(joined: &[Item], middles: &[f64]) -> Option<f64> {
    let sum: f64 = joined.iter().map(|item| middles[*item]).sum();
    (!joined.is_empty()).then(|| sum / as_f64(joined.len()))
}

fn height(layered: &Layered, item: Item) -> f64 {
    if item < layered.nodes { NODE.1 } else { LINE }
}

/// Moves one layer as near to what is wanted as order and distances allow: least squares under an order is isotonic
/// regression, solved by pooling adjacent violators. What wants nothing wants to stay.
fn settle(layered: &Layered, layer: &[Item], middles: &mut [f64], wanted: impl Fn(Item) -> Option<f64>) {
    // With the distances that must be kept taken off, what remains only has to rise.
    let mut taken = Vec::with_capacity(layer.len());
    let mut sum = 0.0;
    for (i, item) in layer.iter().enumerate() {
        if i > 0 {
            sum += (height(layered, layer[i - 1]) + height(layered, *item)) / 2.0 + GAP.1;
        }
        taken.push(sum);
    }
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (item, taken) in layer.iter().zip(&taken) {
        let mut pool = (wanted(*item).unwrap_or(middles[*item]) - taken, 1);
        while let Some(above) = pools.pop_if(|above| above.0 > pool.0) {
            let size = above.1 + pool.1;
            pool = ((above.0 * as_f64(above.1) + pool.0 * as_f64(pool.1)) / as_f64(size), size);
        }
        pools.push(pool);
    }
    let levels = pools.iter().flat_map(|(level, size)| std::iter::repeat_n(*level, *size));
    for ((item, taken), level) in layer.iter().zip(&taken).zip(levels) {
        middles[*item] = level + taken;
    }
}
