//! Elements that need each other: Terraform finds no order to make them in.

use std::{collections::HashSet, ops::Range};

use super::place;
use crate::{
    declared::Declared,
    diagnostic::{Code, Diagnostic, Severity},
    document::{Document, Element, ElementKind},
    graph::{Arrow, cycles},
};

/// Elements of a cycle that a message names.
const SHOWN: usize = 6;

/// A finding on each element that is part of a cycle, with the element's index.
pub(super) fn check(document: &Document) -> Vec<(usize, Diagnostic)> {
    let all = document.all_declared().enumerate();
    found(
        document,
        all.map(|(at, (element, start, declared))| Step::of(document, at, element, start, declared)),
    )
}

/// The same of the cycles that go through one of some elements.
pub(super) fn through(document: &Document, elements: &[usize]) -> Vec<(usize, Diagnostic)> {
    let mut steps = Vec::new();
    let mut open = elements.to_vec();
    let mut seen: HashSet<usize> = elements.iter().copied().collect();
    while let Some(at) = open.pop() {
        let element = &document.elements()[at];
        let Some((start, declared)) = document.declared(element) else { continue };
        let step = Step::of(document, at, element, start, declared);
        open.extend(step.arrows.iter().map(|arrow| arrow.to).filter(|to| seen.insert(*to)));
        steps.push(step);
    }
    found(document, steps.into_iter())
}

fn found(document: &Document, steps: impl Iterator<Item = Step>) -> Vec<(usize, Diagnostic)> {
    let mut arrows: Vec<Arrow> = Vec::new();
    let mut found = Vec::new();
    for step in steps {
        arrows.extend(step.arrows);
        found.extend(step.itself);
    }
    arrows.sort_unstable();
    arrows.dedup();
    for cycle in cycles(&arrows) {
        found.extend(cycle.iter().map(|at| (*at, member(document, &cycle, *at))));
    }
    found
}

/// What an element needs before it is made.
struct Step {
    arrows: Vec<Arrow>,
    /// References to itself.
    itself: Vec<(usize, Diagnostic)>,
}

impl Step {
    fn of(document: &Document, from: usize, element: &Element, start: usize, declared: &Declared) -> Self {
        let mut step = Step { arrows: Vec::new(), itself: Vec::new() };
        if !is_ordered(element.kind) {
            return step;
        }
        for mention in declared.mentions.iter().filter(|mention| mention.first) {
            match document.position(&mention.address) {
                Some(to) if to == from => {
                    let found = itself(document, element, mention.span_from(start));
                    step.itself.extend(found.map(|found| (from, found)));
                }
                Some(to) if is_ordered(document.elements()[to].kind) => step.arrows.push(Arrow { from, to }),
                _ => {}
            }
        }
        let configured_by = declared.makers.iter().filter_map(|address| document.position(address));
        step.arrows.extend(configured_by.map(|to| Arrow { from, to }));
        step
    }
}

/// What is made in an order.
fn is_ordered(kind: ElementKind) -> bool {
    use ElementKind::{Data, Ephemeral, Local, Module, Provider, Resource, Variable};
    matches!(kind, Resource | Data | Ephemeral | Local | Variable | Provider | Module)
}

/// A local or module that needs itself. Others may: Terraform passes over that until there is a plan.
fn itself(document: &Document, element: &Element, span: Range<usize>) -> Option<Diagnostic> {
    let message = format!("{} refers to itself", element.address);
    matches!(element.kind, ElementKind::Local | ElementKind::Module).then(|| {
        let found = place(document, &element.file, span, Severity::Error, Code::Cycle, message);
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
