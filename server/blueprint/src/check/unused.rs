//! Variables and locals that nothing refers to.

use std::collections::HashSet;

use super::place;
use crate::{
    diagnostic::{Code, Diagnostic, Severity},
    document::{Document, Element, ElementKind},
    edit::name_span,
    refs::references,
};

/// A warning for each that nothing but itself refers to.
pub(super) fn all(document: &Document) -> Vec<Diagnostic> {
    let declared: Vec<&Element> = document.elements().iter().filter(|e| kind(e).is_some()).collect();
    if declared.is_empty() {
        return Vec::new();
    }
    let references = references(document);
    let own =
        |owner: usize, address: &str| document.elements().get(owner).is_some_and(|e| e.address == address);
    let others = references.iter().filter(|r| !own(r.owner, &r.address));
    let used: HashSet<&str> = others.map(|r| r.address.as_str()).collect();
    let unused = declared.into_iter().filter(|e| !used.contains(e.address.as_str()));
    unused.filter_map(|e| warning(document, e)).collect()
}

/// The same of one element.
pub(super) fn one(document: &Document, element: &Element) -> Option<Diagnostic> {
    kind(element)?;
    let all = all(document);
    all.into_iter().find(|d| {
        d.file == element.file && element.span.start <= d.span.start && d.span.end <= element.span.end
    })
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
