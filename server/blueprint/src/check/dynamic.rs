//! `dynamic` blocks: one block for each of many.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/expressions/dynamic-blocks>

use cloudoven_crawler::catalog::{self, Nesting, Type};
use hcl_edit::structure::{Block, Body};

use super::{
    Findings, Severity,
    blocks::{self, Shape},
    body::{self, Place},
    labels, numbered,
};
use crate::{diagnostic::Code, locate::span, path::Path, types::Inferred};

const SHAPE: Shape =
    Shape { attributes: &[("for_each", true), ("iterator", false)], blocks: &[("content", &[])] };

/// Blocks with a key.
const LABELLED: Shape = Shape {
    attributes: &[("for_each", true), ("iterator", false), ("labels", true)],
    blocks: &[("content", &[])],
};

/// Checks the dynamic blocks of a body.
pub(super) fn check<'a>(
    findings: &mut Findings<'a>,
    schema: &catalog::Block,
    body: &'a Body,
    place: &Place<'_>,
) {
    for (block, path) in numbered(body, place.base).filter(|(block, _)| block.ident.as_str() == "dynamic") {
        if labels::count(findings, block, &["block"], &path) {
            one(findings, schema, block, place, &path);
        }
    }
}

fn one<'a>(
    findings: &mut Findings<'a>,
    schema: &catalog::Block,
    block: &'a Block,
    place: &Place<'_>,
    path: &Path,
) {
    let Some(label) = block.labels.first() else { return };
    let name = label.as_str();
    let Some(nested) = schema.blocks.get(name) else {
        if !schema.attributes.get(name).is_some_and(|a| body::attribute_as_blocks(&a.ty)) {
            let message = format!("there is no {name} block here that could be made for each");
            findings.error(Code::UnknownBlock, span(label), path, message);
        }
        return;
    };
    let shape = if nested.nesting == Nesting::Map { LABELLED } else { SHAPE };
    blocks::check(findings, &shape, &block.body, span(&block.ident), path);
    if let Some(iterator) = block.body.get_attribute("iterator")
        && !iterator.value.is_variable()
    {
        let message = "iterator is a name without quotes".to_owned();
        let place = Some(span(&iterator.value));
        findings.add(Severity::Error, Code::InvalidReference, place, &path.name("iterator"), message);
    }
    let contents = block.body.get_blocks("content").count();
    if contents != 1 {
        let message =
            "a dynamic block has exactly one content block: what each of the blocks holds".to_owned();
        let code = if contents == 0 { Code::MissingBlock } else { Code::TooManyBlocks };
        findings.error(code, span(&block.ident), &path.name("content"), message);
    }
    let each = match block.body.get_attribute("for_each") {
        Some(each) => findings.constant(&each.value),
        None => Inferred::UNKNOWN,
    };
    let known = match &each {
        Inferred::Of(Type::Dynamic) => false,
        Inferred::Of(ty) if !ty.is_primitive() => false,
        Inferred::Tuple(items) if items.is_empty() => return,
        Inferred::Object(entries) if entries.is_empty() => return,
        Inferred::Tuple(_) | Inferred::Object(_) => place.known,
        _ => {
            let message = "for_each goes through a list, set or map".to_owned();
            let span = block.body.get_attribute("for_each").map(|each| span(&each.value));
            return findings.add(Severity::Error, Code::WrongType, span, &path.name("for_each"), message);
        }
    };
    for (content, path) in numbered(&block.body, path).filter(|(b, _)| b.ident.as_str() == "content") {
        let place = Place { kind: None, base: &path, head: span(&content.ident), known };
        body::body_at(findings, &nested.block, &content.body, &place);
    }
}

/// How many blocks of a name the dynamic blocks of a body make, as far as that is known: at least, and perhaps more.
pub(super) fn made<'a>(findings: &Findings<'a>, body: &'a Body, name: &str) -> (usize, bool) {
    let of_name = body.get_blocks("dynamic").filter(|b| b.labels.first().is_some_and(|l| l.as_str() == name));
    let (mut least, mut more) = (0, false);
    for block in of_name {
        let each = block.body.get_attribute("for_each").map(|each| findings.constant(&each.value));
        match each {
            Some(Inferred::Tuple(items)) => least += items.len(),
            Some(Inferred::Object(entries)) => least += entries.len(),
            _ => more = true,
        }
    }
    (least, more)
}

/// Whether it is known that at least one block is made, so that Terraform evaluates the content.
pub(super) fn is_made<'a>(findings: &Findings<'a>, block: &'a Block) -> bool {
    let each = block.body.get_attribute("for_each").map(|each| findings.constant(&each.value));
    match each {
        Some(Inferred::Tuple(items)) => !items.is_empty(),
        Some(Inferred::Object(entries)) => !entries.is_empty(),
        _ => false,
    }
}
