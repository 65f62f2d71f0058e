//! What usually refers to what, mined from the examples: how often an argument of one element is set to another
//! element's attribute.

use std::collections::HashMap;

use hcl_edit::{
    expr::{Expression, Traversal, TraversalOperator},
    structure::{Body, Structure},
    template::Element,
};
use rayon::prelude::*;

use super::Pages;
use crate::catalog::{Attribute, Block, Docs, Kind, Reference};

/// Bytes of an example that is still parsed: the parser's cost grows with the square of an object's size, and no real
/// example comes near.
const MAX_EXAMPLE: usize = 64 << 10;
/// References kept per argument.
const MAX_REFERENCES: usize = 5;

/// An argument: the element, and the way to it joined by dots.
type Argument = (Kind, String, String);
/// The kind, type and attribute that an argument is set to.
type Target = (Kind, String, String);

/// Counts of references by argument.
#[derive(Debug, Default)]
pub struct References(HashMap<Argument, HashMap<Target, u32>>);

impl References {
    /// Reads the examples of all pages.
    pub fn mine(pages: &Pages) -> Self {
        let examples: Vec<&str> =
            pages.iter().flat_map(|page| &page.examples).map(|e| e.code.as_str()).collect();
        examples
            .par_iter()
            .filter(|code| code.len() <= MAX_EXAMPLE)
            .fold(References::default, |mut found, code| {
                // An example that does not parse (elisions, mixed languages) has nothing to count.
                if let Ok(body) = code.parse::<Body>() {
                    found.elements(&body);
                }
                found
            })
            .reduce(References::default, References::merge)
    }

    fn merge(mut self, other: Self) -> Self {
        for (argument, targets) in other.0 {
            let counts = self.0.entry(argument).or_default();
            for (target, count) in targets {
                *counts.entry(target).or_default() += count;
            }
        }
        self
    }

    fn elements(&mut self, body: &Body) {
        for block in body.blocks() {
            let kind = match block.ident.as_str() {
                "resource" => Kind::Resource,
                "data" => Kind::DataSource,
                "ephemeral" => Kind::EphemeralResource,
                "provider" => Kind::Provider,
                _ => continue,
            };
            if let Some(label) = block.labels.first() {
                Miner { found: self, element: (kind, label.as_str().to_owned()), path: Vec::new() }
                    .body(&block.body);
            }
        }
    }

    /// Puts the references on the nodes of an element's block tree.
    pub fn attach(&self, kind: Kind, name: &str, block: &mut Block) {
        self.attach_block(&(kind, name.to_owned()), "", block);
    }

    fn attach_block(&self, element: &(Kind, String), path: &str, block: &mut Block) {
        for (name, attribute) in &mut block.attributes {
            self.attach_attribute(element, &join(path, name), attribute);
        }
        for (name, nested) in &mut block.blocks {
            self.attach_block(element, &join(path, name), &mut nested.block);
        }
    }

    fn attach_attribute(&self, element: &(Kind, String), path: &str, attribute: &mut Attribute) {
        self.attach_docs(element, path, &mut attribute.docs);
        for (name, inner) in attribute.nested.iter_mut().flat_map(|nested| &mut nested.attributes) {
            self.attach_attribute(element, &join(path, name), inner);
        }
    }

    fn attach_docs(&self, (kind, name): &(Kind, String), path: &str, docs: &mut Docs) {
        let Some(counts) = self.0.get(&(*kind, name.clone(), path.to_owned())) else { return };
        let mut references: Vec<Reference> = counts
            .iter()
            .map(|((kind, target, attribute), &count)| Reference {
                kind: *kind,
                target: target.clone(),
                attribute: attribute.clone(),
                count,
            })
            .collect();
        references.sort_by(|a, b| {
            b.count
                .cmp(&a.count)
                .then_with(|| (a.kind, &a.target, &a.attribute).cmp(&(b.kind, &b.target, &b.attribute)))
        });
        references.truncate(MAX_REFERENCES);
        docs.references = references;
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

struct Miner<'a> {
    found: &'a mut References,
    element: (Kind, String),
    path: Vec<String>,
}

impl Miner<'_> {
    fn body(&mut self, body: &Body) {
        for structure in body.iter() {
            match structure {
                Structure::Attribute(attribute) => {
                    self.within(attribute.key.as_str(), |miner| miner.value(&attribute.value));
                }
                Structure::Block(block) if block.ident.as_str() == "dynamic" => self.dynamic(block),
                Structure::Block(block) => self.within(block.ident.as_str(), |miner| miner.body(&block.body)),
            }
        }
    }

    /// `dynamic "disk" { content { … } }` stands for `disk { … }`.
    fn dynamic(&mut self, block: &hcl_edit::structure::Block) {
        let Some(label) = block.labels.first() else { return };
        for content in block.body.get_blocks("content") {
            self.within(label.as_str(), |miner| miner.body(&content.body));
        }
    }

    fn within(&mut self, name: &str, visit: impl FnOnce(&mut Self)) {
        self.path.push(name.to_owned());
        visit(self);
        self.path.pop();
    }

    /// Only a value that is nothing but the reference counts, alone or as an element of a list.
    fn value(&mut self, value: &Expression) {
        match value {
            Expression::Traversal(traversal) => {
                if let Some(target) = target(traversal) {
                    let argument = (self.element.0, self.element.1.clone(), self.path.join("."));
                    *self.found.0.entry(argument).or_default().entry(target).or_default() += 1;
                }
            }
            Expression::Array(array) => array.iter().for_each(|element| self.value(element)),
            Expression::Object(object) => {
                for (key, value) in object.iter() {
                    let name = match key {
                        hcl_edit::expr::ObjectKey::Ident(name) => name.as_str().to_owned(),
                        hcl_edit::expr::ObjectKey::Expression(Expression::String(name)) => {
                            name.value().to_string()
                        }
                        hcl_edit::expr::ObjectKey::Expression(_) => continue,
                    };
                    self.within(&name, |miner| miner.value(value.expr()));
                }
            }
            Expression::Parenthesis(inner) => self.value(inner.inner()),
            Expression::StringTemplate(template) => {
                let mut elements = template.iter();
                if let (Some(Element::Interpolation(only)), None) = (elements.next(), elements.next()) {
                    self.value(&only.expr);
                }
            }
            _ => {}
        }
    }
}

/// `azurerm_subnet.example.id`, `data.aws_vpc.main.id`: the element and its attribute. An index or splat after the
/// element's name is passed over; a path deeper than one attribute ends at the first.
fn target(traversal: &Traversal) -> Option<Target> {
    let root = traversal.expr.as_variable()?.as_str();
    let mut steps = traversal.operators.iter().map(|operator| operator.value());
    let mut attribute = || {
        steps.find_map(|step| match step {
            TraversalOperator::GetAttr(name) => Some(Some(name.as_str().to_owned())),
            TraversalOperator::Index(_)
            | TraversalOperator::LegacyIndex(_)
            | TraversalOperator::AttrSplat(_)
            | TraversalOperator::FullSplat(_) => None,
        })?
    };
    let (kind, name) = match root {
        "data" => (Kind::DataSource, attribute()?),
        "ephemeral" => (Kind::EphemeralResource, attribute()?),
        "var" | "local" | "each" | "count" | "module" | "path" | "self" | "terraform" => return None,
        name => (Kind::Resource, name.to_owned()),
    };
    let _label = attribute()?;
    Some((kind, name, attribute()?))
}
