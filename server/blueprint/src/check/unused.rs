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
    let declared = document.elements().iter().filter(|e| kind(e).is_some());
    among(document, declared.map(|e| e.address.as_str()).collect())
}

/// The same of those with some addresses.
pub(super) fn among<'a>(document: &'a Document, mut unused: HashSet<&'a str>) -> Vec<(usize, Diagnostic)> {
    unused.retain(|address| document.element(address).is_some_and(|e| kind(e).is_some()));
    for (element, _, declared) in document.all_declared() {
        if unused.is_empty() {
            return Vec::new();
        }
        for mention in declared.mentions.iter().filter(|mention| mention.address != element.address) {
            unused.remove(mention.address.as_str());
        }
    }
    let elements = document.elements().iter().enumerate();
    let unused = elements.filter(|(_, e)| kind(e).is_some() && unused.contains(e.address.as_str()));
    unused.filter_map(|(at, e)| Some((at, warning(document, e)?))).collect()
}

/// The same of one element.
pub(super) fn one(document: &Document, element: &Element) -> Option<Diagnostic> {
    kind(element)?;
    let one = HashSet::from([element.address.as_str()]);
    let found = among(document, one).into_iter().map(|(at, found)| (&document.elements()[at], found));
    found.into_iter().find(|(e, _)| std::ptr::eq(*e, element)).map(|(_, found)| found)
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
