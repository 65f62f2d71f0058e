//! The graph in Graphviz' language (<https://graphviz.org/doc/info/lang.html>), laid out as `terraform graph` does.

use std::fmt::Write as _;

use super::Graph;

/// The graph as DOT; what is part of a cycle is red.
pub fn dot(graph: &Graph) -> String {
    let mut out =
        String::from("digraph G {\n  rankdir = \"RL\";\n  node [shape = rect, fontname = \"sans-serif\"];\n");
    let id = |i: usize| quoted(&graph.nodes[i].element.address);
    for (i, node) in graph.nodes.iter().enumerate() {
        let colour = if node.in_cycle { ", color=\"red\"" } else { "" };
        let _ = writeln!(out, "  {} [label={}{colour}];", id(i), id(i));
    }
    for arrow in &graph.arrows {
        let _ = writeln!(out, "  {} -> {};", id(arrow.from), id(arrow.to));
    }
    out.push_str("}\n");
    out
}

/// A quoted ID: only the quotation mark has to be escaped, and a backslash before it would undo that. Line feeds, which
/// a label of a block cannot hold anyway, are left out.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r'], ""))
}

#[cfg(test)]
mod tests {
    use super::super::{Scope, graph, tests::document};

    #[test]
    fn writes_what_terraform_writes() {
        let text = "resource \"a\" \"x\\\"y\" {}\nresource \"a\" \"b\" {\n  n = a.c.id\n}\nresource \"a\" \"c\" {}\n";
        let dot = super::dot(&graph(&document(text), &Scope::default()));
        assert!(dot.starts_with("digraph G {\n  rankdir = \"RL\";\n"), "{dot}");
        assert!(dot.contains("  \"a.b\" [label=\"a.b\"];\n"), "{dot}");
        assert!(dot.ends_with("  \"a.b\" -> \"a.c\";\n}\n"), "{dot}");
        assert!(dot.contains(r#""a.x\"y""#), "{dot}");
    }
}
