//! An element's docs as a tree of its arguments.

use std::collections::BTreeMap;

use cloudoven_crawler::catalog::{Attribute, Block, Docs, Document, NestedBlock};

use crate::cli::print;

/// Columns that text is broken at.
const WIDTH: usize = 100;

pub fn print_document(document: &Document) -> anyhow::Result<()> {
    print(&format!(
        "{} {}  ({} {})",
        document.kind.keyword(),
        document.name,
        document.provider.source(),
        document.version
    ))?;
    for (title, text) in
        [("Subcategory", &document.subcategory), ("Page", &document.page), ("", &document.summary)]
    {
        match (title, text.is_empty()) {
            (_, true) => {}
            ("", _) => print_text(text, 0)?,
            _ => print(&format!("{title}: {text}"))?,
        }
    }
    if let Some(function) = &document.function {
        for parameter in function.parameters.iter().chain(&function.variadic) {
            print(&format!("\n{}  {}", parameter.name, parameter.ty))?;
            print_text(&parameter.description, 4)?;
        }
        return print(&format!("\nreturns {}", function.return_type));
    }
    print_block(&document.block, 0)
}

/// One line of the tree, with what is inside.
enum Node<'a> {
    Attribute(&'a Attribute),
    Block(&'a NestedBlock),
}

impl Node<'_> {
    fn docs(&self) -> &Docs {
        match self {
            Node::Attribute(attribute) => &attribute.docs,
            Node::Block(block) => &block.docs,
        }
    }

    /// What can be set stands before what can only be read.
    fn is_settable(&self) -> bool {
        match self {
            Node::Attribute(attribute) => attribute.is_settable(),
            Node::Block(_) => true,
        }
    }
}

fn print_block(block: &Block, depth: usize) -> anyhow::Result<()> {
    let attributes = block.attributes.iter().map(|(name, a)| (name, Node::Attribute(a)));
    let blocks = block.blocks.iter().map(|(name, b)| (name, Node::Block(b)));
    print_nodes(attributes.chain(blocks).collect(), depth)
}

fn print_attributes(attributes: &BTreeMap<String, Attribute>, depth: usize) -> anyhow::Result<()> {
    print_nodes(attributes.iter().map(|(name, a)| (name, Node::Attribute(a))).collect(), depth)
}

/// In the author's order; what the page does not have comes last.
fn print_nodes(mut nodes: Vec<(&String, Node)>, depth: usize) -> anyhow::Result<()> {
    nodes.sort_by_key(|(name, node)| {
        let position = node.docs().position;
        (!node.is_settable(), position == 0, position, *name)
    });
    for (name, node) in nodes {
        let indent = 4 * depth;
        let words = match &node {
            Node::Attribute(attribute) => attribute_words(attribute),
            Node::Block(block) => block_words(block),
        };
        print(&format!("\n{:indent$}{name}  {words}", ""))?;
        print_docs(node.docs(), indent + 4)?;
        match node {
            Node::Attribute(Attribute { nested: Some(nested), .. }) => {
                print_attributes(&nested.attributes, depth + 1)?;
            }
            Node::Attribute(_) => {}
            Node::Block(nested) => print_block(&nested.block, depth + 1)?,
        }
    }
    Ok(())
}

fn attribute_words(attribute: &Attribute) -> String {
    let ty = match &attribute.nested {
        Some(nested) => format!("{} of objects", nested.nesting.label()),
        None => attribute.ty.to_string(),
    };
    let flags = [
        (attribute.required, "required"),
        (attribute.optional, "optional"),
        (attribute.computed, "computed"),
        (attribute.sensitive, "sensitive"),
        (attribute.write_only, "write-only"),
        (attribute.deprecated, "deprecated"),
        (attribute.docs.forces_replacement, "forces replacement"),
    ];
    let flags: Vec<&str> = flags.into_iter().filter(|(set, _)| *set).map(|(_, word)| word).collect();
    format!("{ty}, {}", flags.join(", "))
}

fn block_words(block: &NestedBlock) -> String {
    let count = match (block.min_items, block.max_items) {
        (0, 0) => String::new(),
        (min, 0) => format!(", at least {min}"),
        (0, max) => format!(", at most {max}"),
        (min, max) if min == max => format!(", exactly {min}"),
        (min, max) => format!(", {min} to {max}"),
    };
    let deprecated = if block.deprecated { ", deprecated" } else { "" };
    format!("{} block{count}{deprecated}", block.nesting.label())
}

fn print_docs(docs: &Docs, indent: usize) -> anyhow::Result<()> {
    print_text(&docs.text, indent)?;
    let references: Vec<String> =
        docs.references.iter().map(|r| format!("{}.{}", r.target, r.attribute)).collect();
    for (title, text) in [
        ("Default", docs.default.clone().unwrap_or_default()),
        ("Values", docs.allowed.join(", ")),
        ("Conflicts with", docs.conflicts_with.join(", ")),
        ("Usually", references.join(", ")),
    ] {
        if !text.is_empty() {
            print_text(&format!("{title}: {text}"), indent)?;
        }
    }
    Ok(())
}

/// Paragraphs and list items, each broken into lines.
fn print_text(text: &str, indent: usize) -> anyhow::Result<()> {
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && indent + line.chars().count() + 1 + word.chars().count() > WIDTH {
                print(&format!("{:indent$}{line}", ""))?;
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            print(&format!("{:indent$}{line}", ""))?;
        }
    }
    Ok(())
}
