//! Variables and locals that nothing refers to.

use std::collections::HashSet;

use super::place;
use crate::{
    diagnostic::{Code, Diagnostic, Severity},
    document::{Document, Element, ElementKind},
    edit::name_span,
};

/// A warning for each that nothing but itself refers to, with the element's index.
pub(super) fn all(document: &Document) -> Vec<(usize, Diagnostic)> {
    let elements = document.elements();
    let declared: Vec<(usize, &Element)> =
        elements.iter().enumerate().filter(|(_, e)| kind(e).is_some()).collect();
    if declared.is_empty() {
        return Vec::new();
    }
    let used: HashSet<&str> = elements.iter().flat_map(|e| others(document, e)).collect();
    let unused = declared.into_iter().filter(|(_, e)| !used.contains(e.address.as_str()));
    unused.filter_map(|(at, e)| Some((at, warning(document, e)?))).collect()
}

/// The same of one element.
pub(super) fn one(document: &Document, element: &Element) -> Option<Diagnostic> {
    kind(element)?;
    let used = document.elements().iter().any(|e| others(document, e).any(|other| other == element.address));
    if used { None } else { warning(document, element) }
}

/// What an element refers to besides itself.
fn others<'a>(document: &'a Document, element: &'a Element) -> impl Iterator<Item = &'a str> {
    let mentions = document.declared(element).into_iter().flat_map(|(_, declared)| &declared.mentions);
    mentions.map(|mention| mention.address.as_str()).filter(|address| *address != element.address)
}

fn kind(element: &Element) -> Option<&'static str> {
    match element.kind {
        ElementKind::Variable => Some("variable"),
        ElementKind::Local => Some("local"),
        _ => None,
    }
}

fn warning(document: &Document, element: &Element) -> Option<Diagnostic> {
    let span = name_span(document, element)?;
    let message = format!("nothing uses the {} {}", kind(element)?, element.name);
    let found = place(document, &element.file, span, Severity::Warning, Code::Unused, message);
    Some(Diagnostic { address: Some(element.address.clone()), ..found })
}
