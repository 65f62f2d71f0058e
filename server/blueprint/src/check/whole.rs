//! What shows only in the blueprint as a whole: what is declared twice, what belongs to no element.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use hcl_edit::structure::{Block, Body};

use super::place;
use crate::{
    diagnostic::{Code, Diagnostic, Severity},
    document::{Document, Element},
    locate::span,
};

/// Elements that are declared already.
pub(super) fn duplicates(document: &Document) -> Vec<Diagnostic> {
    let elements = document.elements();
    let others = elements.iter().enumerate().filter(|(at, e)| document.position(&e.address) != Some(*at));
    let twice: HashSet<&str> = others.map(|(_, e)| e.address.as_str()).collect();
    if twice.is_empty() {
        return Vec::new();
    }
    let mut first: HashMap<(&str, &str), &Element> = HashMap::new();
    let mut found = Vec::new();
    let twice = elements.iter().filter(|e| twice.contains(e.address.as_str()));
    for element in twice.filter(|element| is_named(document, element)) {
        match first.get(&key(element)) {
            Some(first) => found.push(duplicate(document, element, first)),
            None => drop(first.insert(key(element), element)),
        }
    }
    found
}

/// Whether it is known by what name: an alias may be calculated.
fn is_named(document: &Document, element: &Element) -> bool {
    document.declared(element).is_some_and(|(_, declared)| !declared.nameless)
}

/// Resources may have the name of another kind's keyword for a type.
fn key(element: &Element) -> (&str, &str) {
    (element.keyword.as_str(), element.address.as_str())
}

/// Whether another element has the same address.
pub(super) fn twin(document: &Document, element: &Element) -> Option<Diagnostic> {
    let same = |other: &&Element| key(other) == key(element);
    let mut twins = document.elements().iter().filter(same);
    let first = twins.next()?;
    twins.next().map(|_| duplicate(document, element, first))
}

fn duplicate(document: &Document, element: &Element, first: &Element) -> Diagnostic {
    let message = format!("{} is declared already in {} line {}", element.address, first.file, first.line);
    let span = element.span.start..element.span.end;
    let found = place(document, &element.file, span, Severity::Error, Code::DuplicateAddress, message);
    Diagnostic { address: Some(element.address.clone()), ..found }
}

/// What stands in the files outside of elements.
pub(super) fn loose(document: &Document) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (name, file) in document.parsed() {
        let mut add = |span: Range<usize>, code, message: String| {
            found.push(place(document, name, span, Severity::Error, code, message));
        };
        // Only attributes have no keyword, and only their trees are asked for.
        let attributes = file.items.iter().enumerate().filter(|(_, item)| item.facts.keyword.is_empty());
        let attributes = attributes.filter_map(|(index, _)| file.structure(index)?.as_attribute());
        for attribute in attributes {
            let message = format!("an argument stands in a block: put {} into one", attribute.key.as_str());
            add(span(&attribute.key), Code::UnknownArgument, message);
        }
        let loose = file.items.iter().enumerate().filter(|(_, item)| item.facts.loose);
        for locals in loose.filter_map(|(index, _)| file.block(index)) {
            if let Some(label) = locals.labels.first() {
                add(span(label), Code::WrongLabels, "locals takes no label: write `locals {`".to_owned());
            }
            for inner in locals.body.blocks() {
                let keyword = inner.ident.as_str();
                let message = format!("there are no blocks in locals: write `{keyword} =`");
                add(span(&inner.ident), Code::UnknownBlock, message);
            }
        }
    }
    found
}

/// Settings of which there may be one in all `terraform` blocks.
pub(super) fn settings(document: &Document) -> Vec<Diagnostic> {
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    for (name, file) in document.root() {
        for block in file.blocks("terraform").flat_map(|terraform| terraform.body.blocks()) {
            let Some(kind) = kind(block) else { continue };
            if seen.insert(kind) {
                continue;
            }
            let message =
                format!("there is a {} block already: put everything into one", block.ident.as_str());
            let span = span(&block.ident);
            found.push(place(document, name, span, Severity::Error, Code::TooManyBlocks, message));
        }
    }
    found
}

/// What a setting is one of.
fn kind(block: &Block) -> Option<(&str, &str)> {
    match block.ident.as_str() {
        // State is kept in one place.
        "backend" | "cloud" => Some(("backend", "")),
        "required_providers" => Some(("required_providers", "")),
        "provider_meta" => Some(("provider_meta", block.labels.first()?.as_str())),
        _ => None,
    }
}

/// Arguments that are set twice in one body: each but the first.
pub(super) fn redefined(body: &Body, found: &mut Vec<(Range<usize>, String)>) {
    let mut seen = HashSet::new();
    for attribute in body.attributes() {
        if !seen.insert(attribute.key.as_str()) {
            found.push((span(&attribute.key), attribute.key.as_str().to_owned()));
        }
    }
    body.blocks().for_each(|block| redefined(&block.body, found));
}
