//! Elements that need each other: Terraform finds no order to make them in.

use std::{collections::HashSet, ops::Range};

use super::place;
use crate::{
    declared::Declared,
    diagnostic::{Code, Diagnostic, Severity},
    document::{Document, Element, ElementKind},
    graph::{Arrow, cycles},
    locate::span,
    refs::Mention,
};

/// Elements of a cycle that a message names.
const SHOWN: usize = 6;

/// A finding on each element that is part of a cycle, with the element's index.
pub(super) fn check(document: &Document) -> Vec<(usize, Diagnostic)> {
    let all = document.all_declared().enumerate();
    let steps = all.map(|(at, (element, start, declared))| Step::of(document, at, element, start, declared));
    found(document, steps, imported(document))
}

/// The same of the cycles that go through one of some elements.
pub(super) fn through(document: &Document, elements: &[usize]) -> Vec<(usize, Diagnostic)> {
    let imported = imported(document);
    let mut steps = Vec::new();
    let target = |at: &usize| import(document, &document.elements()[*at]).map_or(*at, |(to, _)| to);
    let mut open: Vec<usize> = elements.iter().map(target).collect();
    let mut seen: HashSet<usize> = open.iter().copied().collect();
    while let Some(at) = open.pop() {
        let element = &document.elements()[at];
        let Some((start, declared)) = document.declared(element) else { continue };
        let step = Step::of(document, at, element, start, declared);
        let more = imported.iter().filter(|arrow| arrow.from == at);
        open.extend(step.arrows.iter().chain(more).map(|arrow| arrow.to).filter(|to| seen.insert(*to)));
        steps.push(step);
    }
    found(document, steps.into_iter(), imported)
}

/// A resource that is imported needs what the identifier of the object refers to.
fn imported(document: &Document) -> Vec<Arrow> {
    let imports = document.elements().iter().filter_map(|element| import(document, element));
    let arrows = imports.flat_map(|(from, needs)| needs.into_iter().map(move |to| Arrow { from, to }));
    arrows.filter(|arrow| arrow.from != arrow.to).collect()
}

/// The resource that an `import` block is about, and what is needed before.
fn import(document: &Document, element: &Element) -> Option<(usize, Vec<usize>)> {
    if element.keyword != "import" {
        return None;
    }
    let block = document.block(element)?;
    let target = span(&block.body.get_attribute("to")?.value);
    let (start, declared) = document.declared(element)?;
    let in_target = |mention: &Mention| target.contains(&mention.span_from(start).start);
    let position = |mention: &Mention| document.position(&mention.address);
    let to = declared.mentions.iter().find(|mention| in_target(mention)).and_then(position)?;
    let needs = declared.mentions.iter().filter(|mention| !in_target(mention)).filter_map(position);
    let needs = needs.filter(|at| is_ordered(document.elements()[*at].kind)).collect();
    Some((to, needs))
}

fn found(
    document: &Document,
    steps: impl Iterator<Item = Step>,
    mut arrows: Vec<Arrow>,
) -> Vec<(usize, Diagnostic)> {
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
