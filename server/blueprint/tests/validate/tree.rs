//! Configurations as trees, so that a mutation leaves the syntax whole: what is wrong is what they say.

use std::fmt::{self, Display, Write as _};

/// An argument or a block. A value is the text of an expression.
#[derive(Debug, Clone)]
pub enum Node {
    Argument(String, String),
    Block(Block),
}

#[derive(Debug, Clone)]
pub struct Block {
    pub keyword: String,
    pub labels: Vec<String>,
    pub body: Vec<Node>,
}

/// A whole configuration, or the body of a block.
pub type Body = Vec<Node>;

pub fn argument(name: impl Display, value: impl Display) -> Node {
    Node::Argument(name.to_string(), value.to_string())
}

pub fn block(keyword: impl Display, labels: &[&str], body: Body) -> Node {
    let labels = labels.iter().map(|label| (*label).to_owned()).collect();
    Node::Block(Block { keyword: keyword.to_string(), labels, body })
}

/// The text of a configuration, one argument per line.
pub fn text(body: &[Node]) -> String {
    let mut text = String::new();
    print(&mut text, body, 0).expect("writing to a string works");
    text
}

fn print(out: &mut String, body: &[Node], depth: usize) -> fmt::Result {
    let indent = "  ".repeat(depth);
    for node in body {
        match node {
            Node::Argument(name, value) => writeln!(out, "{indent}{name} = {value}")?,
            Node::Block(block) => {
                write!(out, "{indent}{}", block.keyword)?;
                block.labels.iter().try_for_each(|label| write!(out, " \"{label}\""))?;
                writeln!(out, " {{")?;
                print(out, &block.body, depth + 1)?;
                writeln!(out, "{indent}}}")?;
            }
        }
    }
    Ok(())
}

/// How many bodies there are, the outermost included.
pub fn bodies(body: &[Node]) -> usize {
    1 + body
        .iter()
        .map(|node| if let Node::Block(block) = node { bodies(&block.body) } else { 0 })
        .sum::<usize>()
}

/// The n-th body in the order of the text; the outermost is the first.
pub fn nth(body: &mut Body, mut index: usize) -> Option<&mut Body> {
    if index == 0 {
        return Some(body);
    }
    index -= 1;
    for node in body {
        let Node::Block(block) = node else { continue };
        let inside = bodies(&block.body);
        if index < inside {
            return nth(&mut block.body, index);
        }
        index -= inside;
    }
    None
}
