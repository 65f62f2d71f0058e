//! What an edit must know of a place before it may put other code there: whether Terraform takes an expression, and whether
//! what stands there is secret.

use std::collections::HashSet;

use cloudoven_crawler::catalog::Block as BlockSchema;
use hcl_edit::{expr::Expression, structure::Block};

use super::{EditError, attribute_at};
use crate::{
    document::{Document, Element, ElementKind},
    locate::{path_at, span},
    path::{Path, Step},
    refs::{Reference, free_roots, iterator, references_of},
    schemas::Schemas,
};

/// References are followed this far for a sensitive value; what is deeper counts as sensitive.
const MAX_VISITED: usize = 10_000;

/// Checks that Terraform takes a reference to a variable or local at a place.
///
/// # Errors
/// It wants a constant or a bare name there.
pub(super) fn takes_reference(element: &Element, path: &Path) -> Result<(), EditError> {
    let names: Vec<&str> = path.names().collect();
    let constant = match element.kind {
        ElementKind::Variable | ElementKind::Terraform => true,
        ElementKind::Other if element.keyword != "check" => true,
        ElementKind::Module if matches!(names.first(), Some(&("source" | "version"))) => true,
        ElementKind::Provider if matches!(names.first(), Some(&("alias" | "version"))) => true,
        ElementKind::Local => false,
        _ => match names.as_slice() {
            ["depends_on" | "provider" | "providers", ..] => true,
            ["lifecycle", "precondition" | "postcondition", ..] => false,
            ["lifecycle", ..] => true,
            ["provisioner", "when" | "on_failure"] => true,
            [.., "iterator"] => names.len() > 1,
            _ => false,
        },
    };
    match constant {
        true => Err(EditError::invalid("Terraform takes no variable or local here")),
        false => Ok(()),
    }
}

/// Checks that an expression means the same outside of its element.
///
/// # Errors
/// It uses what only its place has: `each`, `count`, `self`, the iterator of a `dynamic` block.
pub(super) fn stands_alone(block: &Block, expression: &Expression) -> Result<(), EditError> {
    let mut iterators = HashSet::new();
    collect_iterators(block, &mut iterators);
    let bound = free_roots(expression).into_iter().map(|(root, _)| root);
    let mut bound = bound.filter(|root| {
        matches!(root.as_str(), "each" | "count" | "self") || iterators.contains(root.as_str())
    });
    match bound.next() {
        Some(root) => Err(EditError::invalid(format!("this uses {root}, which has a value only here"))),
        None => Ok(()),
    }
}

fn collect_iterators<'a>(block: &'a Block, into: &mut HashSet<&'a str>) {
    for inner in block.body.blocks() {
        if inner.ident.as_str() == "dynamic" {
            into.extend(iterator(inner));
        }
        collect_iterators(inner, into);
    }
}

/// Whether Terraform treats the value of an attribute of an element, or of the element as a whole, as sensitive.
///
/// Source: <https://developer.hashicorp.com/terraform/language/manage-sensitive-data>
pub(super) fn is_sensitive(document: &Document, schemas: &Schemas, element: &Element, path: &Path) -> bool {
    Search { document, schemas, seen: HashSet::new() }.element(element, path)
}

struct Search<'a> {
    document: &'a Document,
    schemas: &'a Schemas,
    /// What was looked at already.
    seen: HashSet<(&'a str, String)>,
}

impl<'a> Search<'a> {
    fn element(&mut self, element: &'a Element, path: &Path) -> bool {
        let first = path.names().next().unwrap_or("").to_owned();
        if self.seen.len() >= MAX_VISITED {
            return true;
        }
        if !self.seen.insert((&element.address, first.clone())) {
            return false;
        }
        match element.kind {
            ElementKind::Variable => declared(self.document, element),
            ElementKind::Local => self.references(element, |_| true),
            ElementKind::Output => declared(self.document, element) || self.references(element, |_| true),
            _ => {
                let schema = self.schemas.of(element).map(|document| &document.block);
                // What an argument is given stays sensitive in the attribute.
                schema.is_some_and(|block| marked(block, path))
                    || self.references(element, |at| first.is_empty() || at.names().next() == Some(&first))
            }
        }
    }

    /// Whether a reference that stands at one of the `wanted` arguments leads to something sensitive.
    fn references(&mut self, element: &'a Element, wanted: impl Fn(&Path) -> bool) -> bool {
        let Some(owner) = self.document.position(&element.address) else { return false };
        let references = references_of(self.document, owner);
        let there =
            |r: &Reference| path_at(self.document, element, r.span.start).is_some_and(|at| wanted(&at));
        references.into_iter().filter(there).any(|reference| {
            let Some(target) = self.document.element(&reference.address) else { return false };
            let path = reference.attributes.first().map_or_else(Path::root, |name| Path::root().name(name));
            target.kind != ElementKind::Provider && self.element(target, &path)
        })
    }
}

/// `sensitive` or `ephemeral` of a variable or an output; what is no literal counts as true.
fn declared(document: &Document, element: &Element) -> bool {
    let Some(block) = document.block(element) else { return false };
    block.body.get_attribute("sensitive").is_some_and(|a| a.value.as_bool() != Some(false))
}

/// Whether the schema marks what a path names, or anything inside of that.
fn marked(block: &BlockSchema, path: &Path) -> bool {
    let Some((first, rest)) = path.steps().split_first() else { return any_marked(block) };
    let rest = Path::from(rest.to_vec());
    match first {
        Step::Name(name) => match block.blocks.get(name) {
            Some(nested) => marked(&nested.block, &rest),
            None => {
                let named = Path::from(path.steps().to_vec());
                attribute_at(block, &named).is_some_and(|a| a.sensitive)
                    || block.attributes.get(name).is_some_and(|a| a.sensitive || any_nested(a))
            }
        },
        Step::Index(_) | Step::Key(_) => marked(block, &rest),
    }
}

fn any_marked(block: &BlockSchema) -> bool {
    block.attributes.values().any(|a| a.sensitive || any_nested(a))
        || block.blocks.values().any(|nested| any_marked(&nested.block))
}

fn any_nested(attribute: &cloudoven_crawler::catalog::Attribute) -> bool {
    let nested = attribute.nested.as_ref();
    nested.is_some_and(|n| n.attributes.values().any(|a| a.sensitive || any_nested(a)))
}

/// Whether an element is one of many, and how those are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Instances {
    One,
    Counted,
    Keyed,
}

/// How many of an element there are.
pub(super) fn instances(block: &Block) -> Instances {
    if block.body.has_attribute("count") {
        Instances::Counted
    } else if block.body.has_attribute("for_each") {
        Instances::Keyed
    } else {
        Instances::One
    }
}

/// Whether a reference stands where Terraform wants the bare name of an element: in `depends_on` or `replace_triggered_by`.
pub(super) fn is_bare(document: &Document, reference: &Reference) -> Option<&'static str> {
    let owner = document.elements().get(reference.owner)?;
    let path = path_at(document, owner, reference.span.start)?;
    let last = path.last_name()?;
    ["depends_on", "replace_triggered_by"].into_iter().find(|name| *name == last)
}

/// The text of a node.
pub(super) fn code<'t>(text: &'t str, node: &impl hcl_edit::Span) -> &'t str {
    text.get(span(node)).unwrap_or("")
}
