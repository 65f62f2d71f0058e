//! The graph of a blueprint: what refers to what, which references go in circles, where to draw each, and DOT.
//!
//! As in `terraform graph`, an arrow goes from what uses to what is used, and what is used stands at the left.

mod dot;
mod layout;

use std::collections::{BTreeSet, HashMap, VecDeque};

use petgraph::{algo::kosaraju_scc, graph::DiGraph};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    document::{Document, Element, ElementKind},
    refs::{Edge, edges},
};
pub use dot::dot;
pub use layout::{Layout, NODE, Point};

/// More elements than this are not laid out: nobody reads such a drawing, and it must not hold a server up.
pub const MAX_DRAWN: usize = 400;
/// The references of a drawing that is laid out, at most.
const MAX_ARROWS: usize = 4_000;
/// Steps through hidden elements, in all: two thousand resources that share a thousand locals end here.
const MAX_STEPS: usize = 2_000_000;

/// Which elements to show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    /// Everything that can be referred to, and outputs.
    #[default]
    All,
    /// Resources, data sources, ephemeral resources and modules. As in `terraform graph`, a reference through locals
    /// counts as one to what they refer to; other than there, one that others imply is shown too.
    Resources,
}

/// One element and what is near it.
#[derive(Debug, Clone)]
pub struct Around {
    pub address: String,
    /// How many references away, in either direction.
    pub steps: usize,
}

/// A part of the graph.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    pub show: Show,
    /// Only this neighbourhood; an address that isn't shown stands for everything.
    pub around: Option<Around>,
}

/// An element in the graph.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Node {
    #[serde(flatten)]
    pub element: Element,
    /// Part of a cycle: Terraform would refuse it.
    pub in_cycle: bool,
}

/// A reference, as indexes of [`Graph::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
pub struct Arrow {
    /// What uses.
    pub from: usize,
    /// What is used.
    pub to: usize,
}

/// A blueprint's references.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Graph {
    pub nodes: Vec<Node>,
    pub arrows: Vec<Arrow>,
    /// Indexes of nodes that need each other, cycle by cycle.
    pub cycles: Vec<Vec<usize>>,
    /// Where everything stands; none when it is too much to draw.
    pub layout: Option<Layout>,
    /// Elements of the blueprint that `scope` left out.
    pub hidden: usize,
    /// There are more references than were followed.
    pub incomplete: bool,
}

/// The graph of a blueprint, or of a part of it.
pub fn graph(document: &Document, scope: &Scope) -> Graph {
    let all = document.elements();
    let is_shown = |i: usize| shows(scope.show, all[i].kind);
    let (mut links, incomplete) = through_hidden(all.len(), &edges(document), &is_shown);
    let mut shown: Vec<usize> = (0..all.len()).filter(|i| is_shown(*i)).collect();
    let centre = scope.around.as_ref().and_then(|a| Some((document.position(&a.address)?, a.steps)));
    if let Some((centre, steps)) = centre.filter(|(centre, _)| is_shown(*centre)) {
        let near = near(centre, steps, &links);
        shown.retain(|i| near.contains(i));
        links.retain(|l| near.contains(&l.from) && near.contains(&l.to));
    }
    let place: HashMap<usize, usize> = shown.iter().enumerate().map(|(at, i)| (*i, at)).collect();
    let arrows: Vec<Arrow> = links.iter().map(|l| Arrow { from: place[&l.from], to: place[&l.to] }).collect();
    let cycles = cycles(&arrows);
    let in_cycle: BTreeSet<usize> = cycles.iter().flatten().copied().collect();
    let nodes = shown
        .iter()
        .enumerate()
        .map(|(at, i)| Node { element: all[*i].clone(), in_cycle: in_cycle.contains(&at) });
    Graph {
        layout: (shown.len() <= MAX_DRAWN && arrows.len() <= MAX_ARROWS)
            .then(|| layout::layout(shown.len(), &arrows, &cycles)),
        nodes: nodes.collect(),
        hidden: all.iter().filter(|e| shows(Show::All, e.kind)).count() - shown.len(),
        arrows,
        cycles,
        incomplete,
    }
}

fn shows(show: Show, kind: ElementKind) -> bool {
    use ElementKind::{Data, Ephemeral, Module, Other, Resource, Terraform};
    match show {
        Show::All => !matches!(kind, Terraform | Other),
        Show::Resources => matches!(kind, Resource | Data | Ephemeral | Module),
    }
}

/// The references between elements that are shown; one that leads through hidden elements counts. With whether some were
/// not followed.
fn through_hidden(count: usize, edges: &[Edge], is_shown: &impl Fn(usize) -> bool) -> (Vec<Edge>, bool) {
    let mut uses = vec![Vec::new(); count];
    edges.iter().for_each(|e| uses[e.from].push(e.to));
    let mut links = Vec::new();
    let mut steps = 0;
    // Who came by last, so that no set has to be cleared for each start.
    let mut visited = vec![usize::MAX; count];
    for from in (0..count).filter(|i| is_shown(*i)) {
        let mut open: Vec<usize> = uses[from].clone();
        visited[from] = from;
        while let Some(to) = open.pop() {
            if std::mem::replace(&mut visited[to], from) == from {
                continue;
            }
            steps += 1;
            if steps > MAX_STEPS {
                return (links, true);
            }
            if is_shown(to) {
                links.push(Edge { from, to });
            } else {
                open.extend_from_slice(&uses[to]);
            }
        }
    }
    links.sort_unstable();
    (links, false)
}

/// What is at most `steps` references away from `centre`, itself included.
fn near(centre: usize, steps: usize, links: &[Edge]) -> BTreeSet<usize> {
    let mut beside: HashMap<usize, Vec<usize>> = HashMap::new();
    for link in links {
        beside.entry(link.from).or_default().push(link.to);
        beside.entry(link.to).or_default().push(link.from);
    }
    let mut found = BTreeSet::from([centre]);
    let mut open = VecDeque::from([(centre, 0)]);
    while let Some((at, distance)) = open.pop_front() {
        for next in beside.get(&at).into_iter().flatten().filter(|_| distance < steps) {
            if found.insert(*next) {
                open.push_back((*next, distance + 1));
            }
        }
    }
    found
}

/// The sets of nodes that need each other, each in the order of the text.
pub(super) fn cycles(arrows: &[Arrow]) -> Vec<Vec<usize>> {
    let all = DiGraph::<(), (), usize>::from_edges(arrows.iter().map(|a| (a.from, a.to)));
    // Tarjan's way in this library calls itself as deep as the graph is; this one doesn't.
    let several = kosaraju_scc(&all).into_iter().filter(|set| set.len() > 1);
    let mut cycles: Vec<Vec<usize>> = several.map(|set| set.iter().map(|n| n.index()).collect()).collect();
    cycles.iter_mut().for_each(|set| set.sort_unstable());
    cycles.sort();
    cycles
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Files;

    pub(super) fn document(text: &str) -> Document {
        let mut files = Files::default();
        files.insert("main.tf", text).unwrap();
        Document::parse(&files).unwrap()
    }

    fn arrows(graph: &Graph) -> Vec<String> {
        let address = |i: usize| graph.nodes[i].element.address.as_str();
        graph.arrows.iter().map(|a| format!("{} > {}", address(a.from), address(a.to))).collect()
    }

    const TEXT: &str = "
variable \"v\" {}
locals { l = a_b.x.id }
resource \"a_b\" \"x\" { n = var.v }
resource \"a_b\" \"y\" { n = local.l }
output \"o\" { value = a_b.y.id }
";

    #[test]
    fn shows_all_references() {
        let graph = graph(&document(TEXT), &Scope::default());
        assert_eq!(
            arrows(&graph),
            ["local.l > a_b.x", "a_b.x > var.v", "a_b.y > local.l", "output.o > a_b.y"]
        );
        assert!(graph.cycles.is_empty());
    }

    #[test]
    fn follows_references_through_what_is_hidden() {
        let graph = graph(&document(TEXT), &Scope { show: Show::Resources, around: None });
        assert_eq!(arrows(&graph), ["a_b.y > a_b.x"]);
        assert_eq!(graph.hidden, 3);
    }

    #[test]
    fn shows_a_neighbourhood() {
        let around = Some(Around { address: "a_b.x".into(), steps: 1 });
        let graph = graph(&document(TEXT), &Scope { show: Show::All, around });
        assert_eq!(arrows(&graph), ["local.l > a_b.x", "a_b.x > var.v"]);
    }

    #[test]
    fn names_cycles() {
        let text = "locals {\n  a = local.b\n  b = local.c\n  c = local.a\n  d = local.a\n}\n";
        let graph = graph(&document(text), &Scope::default());
        assert_eq!(graph.cycles, [[0, 1, 2]]);
        assert_eq!(graph.nodes.iter().filter(|n| n.in_cycle).count(), 3);
        assert_eq!(graph.layout.unwrap().routes.len(), 4);
    }
}
