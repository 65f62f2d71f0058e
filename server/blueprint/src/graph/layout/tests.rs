use super::*;

fn arrows(pairs: &[(usize, usize)]) -> Vec<Arrow> {
    pairs.iter().map(|(from, to)| Arrow { from: *from, to: *to }).collect()
}

/// A graph with `count` nodes and about twice as many arrows, each to an earlier node: xorshift64*.
fn random(count: usize, mut state: u64) -> Vec<Arrow> {
    let mut below = |bound: usize| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        usize::try_from(state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap() % bound
    };
    (0..2 * count)
        .map(|_| {
            let from = 1 + below(count - 1);
            Arrow { from, to: below(from) }
        })
        .collect()
}

fn overlap(a: Point, b: Point) -> bool {
    (a.x - b.x).abs() < NODE.0 && (a.y - b.y).abs() < NODE.1
}

#[test]
fn draws_what_is_used_at_the_left() {
    let drawn = layout(4, &arrows(&[(1, 0), (2, 1), (3, 1), (3, 0)]), &[]);
    assert!(drawn.nodes[0].x < drawn.nodes[1].x && drawn.nodes[1].x < drawn.nodes[2].x);
    assert_eq!(drawn.nodes[2].x, drawn.nodes[3].x);
    // From what uses to what is used, past the layer between.
    let route = &drawn.routes[3];
    assert_eq!(route.len(), 4);
    assert_eq!(route[0].x, drawn.nodes[3].x);
    assert_eq!(route[3].x, drawn.nodes[0].x + NODE.0);
}

#[test]
fn no_two_nodes_overlap() {
    for seed in 1..40 {
        let count = 2 + usize::try_from(seed).unwrap() * 5;
        let all = random(count, seed);
        let drawn = layout(count, &all, &[]);
        for (i, a) in drawn.nodes.iter().enumerate() {
            assert!(a.x >= 0.0 && a.y >= -1e-6, "{a:?}");
            assert!(a.x + NODE.0 <= drawn.width + 1e-6 && a.y + NODE.1 <= drawn.height + 1e-6, "{a:?}");
            assert!(drawn.nodes[..i].iter().all(|b| !overlap(*a, *b)), "seed {seed}, node {i}");
        }
        assert!(all.iter().all(|a| drawn.nodes[a.to].x < drawn.nodes[a.from].x));
    }
}

#[test]
fn draws_cycles_and_what_stands_alone() {
    let drawn = layout(5, &arrows(&[(0, 1), (1, 2), (2, 0)]), &[vec![0, 1, 2]]);
    assert_eq!(drawn.routes.len(), 3);
    let beside = |a: usize, b: usize| overlap(drawn.nodes[a], drawn.nodes[b]);
    assert!((0..5).all(|a| (0..a).all(|b| !beside(a, b))));
}

#[test]
fn untangles() {
    // Two pairs that cross in the order of the text.
    let drawn = layout(5, &arrows(&[(2, 1), (3, 0), (4, 2), (4, 3)]), &[]);
    assert!((drawn.nodes[2].y < drawn.nodes[3].y) == (drawn.nodes[1].y < drawn.nodes[0].y));
}

#[test]
fn draws_nothing() {
    assert_eq!(layout(0, &[], &[]).nodes, []);
}
