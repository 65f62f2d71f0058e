//! Arguments and blocks of one body against its schema.

use std::{collections::HashSet, ops::Range};

use cloudoven_crawler::catalog::{self, Attribute, NestedBlock, Nesting, Type};
use hcl_edit::{
    Span as _,
    expr::Expression,
    structure::{Attribute as Set, Block, Body},
};

use super::{Findings, documented, dynamic, labels};
use crate::{
    diagnostic::{Code, Severity},
    document::ElementKind,
    path::Path,
    similar::similar,
    view,
};

/// Where a body is.
pub(super) struct Place<'p> {
    /// Of what kind the element is, for its own body; none for a block inside of it.
    pub kind: Option<ElementKind>,
    pub base: &'p Path,
    /// What is shown of a finding about the whole body.
    pub head: Range<usize>,
    /// Whether the values are known as far as the text tells them.
    pub known: bool,
}

/// Checks the body of an element that a schema describes.
pub(super) fn check<'a>(
    findings: &mut Findings<'a>,
    kind: ElementKind,
    schema: &catalog::Block,
    block: &'a Block,
    base: &Path,
) {
    let place = Place { kind: Some(kind), base, head: block.span().unwrap_or_default(), known: true };
    body_at(findings, schema, &block.body, &place);
}

pub(super) fn body_at<'a>(
    findings: &mut Findings<'a>,
    schema: &catalog::Block,
    body: &'a Body,
    place: &Place<'_>,
) {
    let base = place.base;
    for set in body.attributes() {
        argument(findings, schema, set, place);
    }
    // What is written in `_` counts as if it stood here.
    let escaped = place.kind.is_some() && body.has_blocks("_");
    for (name, attribute) in
        schema.attributes.iter().filter(|(name, a)| a.required && !body.has_attribute(name))
    {
        let written = attribute_as_blocks(&attribute.ty) && (body.has_blocks(name) || is_dynamic(body, name));
        if written || escaped {
            continue;
        }
        let message = format!("{name} is required and not set");
        findings.add(Severity::Error, Code::MissingArgument, head(place), &base.name(name), message);
    }
    for (name, nested) in &schema.blocks {
        if !escaped {
            count(findings, name, nested, body, place);
        }
        documented::blocks(findings, name, &nested.docs, body, &base.name(name));
        for (i, block) in body.blocks().filter(|b| b.has_ident(name)).enumerate() {
            let path = base.name(name).index(i);
            if nested.deprecated && i == 0 {
                let message = format!("the {name} block is deprecated");
                let span = block.ident.span();
                findings.add(Severity::Warning, Code::Deprecated, span, &base.name(name), message);
            }
            labelled(findings, nested, block, &path);
            let head = block.ident.span().unwrap_or_default();
            let place = Place { kind: None, base: &path, head, known: place.known };
            body_at(findings, &nested.block, &block.body, &place);
        }
        keys(findings, nested, body, name, base);
    }
    documented::conflicts(findings, schema, body, base);
    unknown_blocks(findings, schema, body, place);
    dynamic::check(findings, schema, body, place);
}

/// Only the first byte: a finding about a whole body is shown where the body begins.
fn head(place: &Place<'_>) -> Option<Range<usize>> {
    let span = &place.head;
    Some(span.start..span.end.min(span.start + 1))
}

fn argument<'a>(findings: &mut Findings<'a>, schema: &catalog::Block, set: &'a Set, place: &Place<'_>) {
    let name = set.key.as_str();
    let path = place.base.name(name);
    let Some(attribute) = schema.attributes.get(name) else {
        if schema.blocks.contains_key(name) {
            let message = format!("{name} is a block here: write it without `=`");
            findings.add(Severity::Error, Code::UnknownArgument, set.key.span(), &path, message);
        } else if !place.kind.is_some_and(|kind| view::meta(kind).attributes.contains_key(name)) {
            let meant = similar(name, schema.attributes.keys().map(String::as_str));
            let hint = meant.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
            let message = format!("there is no argument {name} here{hint}");
            findings.add(Severity::Error, Code::UnknownArgument, set.key.span(), &path, message);
        }
        return;
    };
    if !attribute.is_settable() {
        // Terraform takes a null for not set, and leaves it to the provider to refuse what is.
        if !set.value.is_null() {
            let message = format!("{name} is decided by the provider and cannot be set");
            findings.add(Severity::Warning, Code::ReadOnly, set.key.span(), &path, message);
        }
        return;
    }
    if attribute.deprecated {
        let message = format!("{name} is deprecated");
        findings.add(Severity::Warning, Code::Deprecated, set.key.span(), &path, message);
    }
    if place.known {
        value(findings, name, attribute, &set.value, &path);
    }
}

fn value<'a>(
    findings: &mut Findings<'a>,
    name: &str,
    attribute: &Attribute,
    expression: &'a Expression,
    path: &Path,
) {
    let span = expression.span();
    if expression.is_null() {
        if attribute.required {
            // Terraform leaves it to the provider to refuse this.
            let message = format!("{name} is required and has no value");
            findings.add(Severity::Warning, Code::MissingArgument, span, path, message);
        }
        return;
    }
    if attribute.required && expression.as_str() == Some("") {
        findings.add(Severity::Warning, Code::EmptyValue, span, path, format!("{name} is empty"));
        return;
    }
    // The type of a structural attribute lists optional attributes as if they were required.
    if attribute.nested.is_none()
        && let Some((severity, message)) = findings.mismatch(&attribute.ty, expression)
    {
        findings.add(severity, Code::WrongType, span, path, format!("{name}: {message}"));
        return;
    }
    documented::value(findings, name, attribute, expression, path);
}

fn is_dynamic(body: &Body, name: &str) -> bool {
    body.get_blocks("dynamic").any(|block| block.labels.first().is_some_and(|label| label.as_str() == name))
}

fn count<'a>(
    findings: &mut Findings<'a>,
    name: &str,
    nested: &NestedBlock,
    body: &'a Body,
    place: &Place<'_>,
) {
    let (made, more) = dynamic::made(findings, body, name);
    let present = (body.get_blocks(name).count() + made) as u64;
    let path = place.base.name(name);
    let single = matches!(nested.nesting, Nesting::Single | Nesting::Group);
    if present < nested.min_items && !more {
        let message = match nested.min_items {
            1 => format!("a {name} block is required"),
            n => format!("at least {n} {name} blocks are required"),
        };
        findings.add(Severity::Error, Code::MissingBlock, head(place), &path, message);
    }
    let max = if single { 1 } else { nested.max_items };
    if max > 0 && present > max {
        let extra = body.get_blocks(name).nth(usize::try_from(max).unwrap_or(usize::MAX));
        let extra = extra.or_else(|| body.get_blocks("dynamic").find(|block| block.has_labels(&[name])));
        let message =
            format!("at most {max} {name} {} allowed here", if max == 1 { "block is" } else { "blocks are" });
        let span = extra.and_then(|b| b.ident.span());
        findings.add(Severity::Error, Code::TooManyBlocks, span, &path, message);
    }
}

/// Blocks of a map have a key each, others none.
fn labelled(findings: &mut Findings<'_>, nested: &NestedBlock, block: &Block, path: &Path) {
    let wanted: &[&str] = if nested.nesting == Nesting::Map { &["key"] } else { &[] };
    labels::count(findings, block, wanted, path);
}

/// Each key once.
fn keys(findings: &mut Findings<'_>, nested: &NestedBlock, body: &Body, name: &str, base: &Path) {
    if nested.nesting != Nesting::Map {
        return;
    }
    let mut seen = HashSet::new();
    for (i, block) in body.get_blocks(name).enumerate() {
        let Some(label) = block.labels.first() else { continue };
        if !seen.insert(label.as_str()) {
            let message = format!("there is a {name} block with the key {} already", label.as_str());
            let path = base.name(name).index(i);
            findings.add(Severity::Error, Code::DuplicateKey, label.span(), &path, message);
        }
    }
}

fn unknown_blocks(findings: &mut Findings<'_>, schema: &catalog::Block, body: &Body, place: &Place<'_>) {
    for block in body.blocks() {
        let name = block.ident.as_str();
        let as_blocks = schema.attributes.get(name).is_some_and(|a| attribute_as_blocks(&a.ty));
        if schema.blocks.contains_key(name) || as_blocks || is_meta_block(name, place.kind) {
            continue;
        }
        let message = if schema.attributes.contains_key(name) {
            format!("{name} is an argument here: write `{name} =`")
        } else {
            let meant = similar(name, schema.blocks.keys().map(String::as_str));
            let hint = meant.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
            format!("there is no {name} block here{hint}")
        };
        let path = place.base.name(name);
        findings.add(Severity::Error, Code::UnknownBlock, block.ident.span(), &path, message);
    }
}

/// Blocks that are Terraform's own, by the kind of the element whose body it is.
fn is_meta_block(name: &str, kind: Option<ElementKind>) -> bool {
    match (name, kind) {
        ("dynamic", _) | ("_", Some(_)) => true,
        ("lifecycle", Some(kind)) => kind != ElementKind::Provider,
        ("connection" | "provisioner", kind) => kind == Some(ElementKind::Resource),
        _ => false,
    }
}

/// Terraform accepts block syntax for an attribute that is a list or set of objects.
///
/// Source: <https://developer.hashicorp.com/terraform/language/attr-as-blocks>
pub(super) fn attribute_as_blocks(ty: &Type) -> bool {
    matches!(ty, Type::List(t) | Type::Set(t) if matches!(**t, Type::Object(_)))
}
