//! Elements that need each other: Terraform finds no order to make them in.

use std::collections::BTreeSet;

use super::{names, place};
use crate::{
    diagnostic::{Code, Diagnostic, Severity},
    document::{Document, Element, ElementKind},
    graph::{Arrow, cycles},
    refs::{Reference, references_of},
    schemas::local_name,
};

/// Elements of a cycle that a message names.
const SHOWN: usize = 6;

/// A finding on each element that is part of a cycle.
pub(super) fn check(document: &Document) -> Vec<Diagnostic> {
    let mut arrows: BTreeSet<Arrow> = BTreeSet::new();
    let mut found = Vec::new();
    for (from, element) in
        document.elements().iter().enumerate().filter(|(_, element)| is_ordered(element.kind))
    {
        for reference in references_of(document, from) {
            let Some(to) = document.position(&reference.address) else { continue };
            if element.kind == ElementKind::Module && !decides_how_many(document, element, &reference) {
                continue;
            }
            if to == from {
                found.extend(itself(document, element, &reference));
            } else if is_ordered(document.elements()[to].kind)
                && !waits_until_the_end(document, element, &reference)
            {
                arrows.insert(Arrow { from, to });
            }
        }
        arrows.extend(configured_by(document, element).map(|to| Arrow { from, to }));
    }
    let arrows: Vec<Arrow> = arrows.into_iter().collect();
    for cycle in cycles(&arrows) {
        found.extend(cycle.iter().map(|at| member(document, &cycle, *at)));
    }
    found
}

/// What is made in an order.
fn is_ordered(kind: ElementKind) -> bool {
    use ElementKind::{Data, Ephemeral, Local, Module, Provider, Resource, Variable};
    matches!(kind, Resource | Data | Ephemeral | Local | Variable | Provider | Module)
}

/// A module is made part by part, and which parts need which of its arguments is not known here. All of them need what
/// decides how many of it there are.
fn decides_how_many(document: &Document, element: &Element, reference: &Reference) -> bool {
    let Some(block) = document.block(element) else { return false };
    let deciding =
        ["count", "for_each", "depends_on"].into_iter().filter_map(|name| block.body.get_attribute(name));
    deciding.into_iter().any(|attribute| crate::locate::span(attribute).contains(&reference.span.start))
}

/// The configuration of the provider that an element is made by, where the element does not name one.
fn configured_by(document: &Document, element: &Element) -> Option<usize> {
    use ElementKind::{Data, Ephemeral, Resource};
    let ty = element.ty.as_deref().filter(|_| matches!(element.kind, Resource | Data | Ephemeral))?;
    let named = document.block(element).is_some_and(|block| block.body.has_attribute("provider"));
    if named { None } else { document.position(&format!("provider.{}", local_name(ty))) }
}

/// Provisioners that run when an element is destroyed do not need what they name beforehand.
fn waits_until_the_end(document: &Document, element: &Element, reference: &Reference) -> bool {
    let Some(block) = document.block(element) else { return false };
    let mut provisioners = block.body.get_blocks("provisioner");
    provisioners.any(|provisioner| {
        let within = crate::locate::span(provisioner).contains(&reference.span.start);
        within && provisioner.body.get_attribute("when").is_some_and(|when| names::is_destroy(&when.value))
    })
}

/// A local or module that needs itself. Others may: Terraform passes over that until there is a plan.
fn itself(document: &Document, element: &Element, reference: &Reference) -> Option<Diagnostic> {
    let message = format!("{} refers to itself", element.address);
    matches!(element.kind, ElementKind::Local | ElementKind::Module).then(|| {
        let span = reference.span.clone();
        let found = place(document, &reference.file, span, Severity::Error, Code::Cycle, message);
        Diagnostic { address: Some(element.address.clone()), ..found }
    })
}

fn member(document: &Document, cycle: &[usize], at: usize) -> Diagnostic {
    let element = &document.elements()[at];
    let others = cycle.iter().filter(|i| **i != at).map(|i| document.elements()[*i].address.as_str());
    let shown = others.take(SHOWN).collect::<Vec<_>>().join(", ");
    let more = if cycle.len() > SHOWN + 1 { ", …" } else { "" };
    let message =
        format!("{} needs itself by way of {shown}{more}: take one of the references out", element.address);
    let span = element.span.start..element.span.end;
    let found = place(document, &element.file, span, Severity::Error, Code::Cycle, message);
    Diagnostic { address: Some(element.address.clone()), ..found }
}
