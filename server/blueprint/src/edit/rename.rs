//! Renaming an element and every reference to it.

use std::ops::Range;

use super::{
    Applied, EditError,
    elements::{check_name, free},
};
use crate::{
    document::{Document, Element, ElementKind},
    locate,
    refs::references,
    splice::Draft,
    write,
};

pub(super) fn rename(document: &Document, address: &str, name: &str) -> Result<Applied, EditError> {
    let element = locate::element(document, address)?;
    check_name(name)?;
    let own = name_span(document, element);
    let new = element.kind.address(element.ty.as_deref().unwrap_or(""), name);
    let (Some(own), Some(new)) = (own, new) else {
        return Err(EditError::invalid(format!("{address} has no name that could be changed")));
    };
    if new != address {
        free(document, &new)?;
    }
    let mut draft = Draft::new(document);
    draft.replace(&element.file, own, name_code(element, name));
    for reference in references(document).into_iter().filter(|r| r.address == address) {
        draft.replace(&reference.file, reference.name, name);
    }
    Applied::from_draft(draft, Some(new))
}

/// Where an element's name stands: its last label, the key of a local, the alias of a provider configuration.
pub(crate) fn name_span(document: &Document, element: &Element) -> Option<Range<usize>> {
    let (start, declared) = document.declared(element)?;
    declared.name_from(start)
}

/// A name as it is written there.
pub(crate) fn name_code(element: &Element, name: &str) -> String {
    match element.kind {
        ElementKind::Local => name.to_owned(),
        _ => write::string(name),
    }
}
