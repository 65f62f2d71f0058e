//! Arguments and blocks of one body against its schema.

use std::ops::Range;

use cloudoven_crawler::catalog::{self, Attribute, NestedBlock, Nesting, Type};
use hcl_edit::{
    Span as _,
    expr::Expression,
    structure::{Attribute as Set, Body},
};

use super::{Findings, documented};
use crate::{
    diagnostic::{Code, Severity},
    document::ElementKind,
    path::Path,
    view::{self, is_meta_block},
};

/// Checks an element's body.
pub(super) fn check<'a>(
    findings: &mut Findings<'a>,
    schema: &catalog::Block,
    body: &'a Body,
    span: Option<&Range<usize>>,
) {
    body_at(findings, schema, body, span, &Path::root());
}

fn body_at<'a>(
    findings: &mut Findings<'a>,
    schema: &catalog::Block,
    body: &'a Body,
    span: Option<&Range<usize>>,
    base: &Path,
) {
    for set in body.attributes() {
        argument(findings, schema, set, base);
    }
    for (name, attribute) in
        schema.attributes.iter().filter(|(name, a)| a.required && !body.has_attribute(name))
    {
        if attribute_as_blocks(&attribute.ty) && body.has_blocks(name) {
            continue;
        }
        let message = format!("{name} is required and not set");
        findings.add(Severity::Error, Code::MissingArgument, head(span), &base.name(name), message);
    }
    for (name, nested) in &schema.blocks {
        count(findings, name, nested, body, span, base);
        documented::blocks(findings, name, &nested.docs, body, &base.name(name));
        for (i, block) in body.blocks().filter(|b| b.has_ident(name)).enumerate() {
            if nested.deprecated && i == 0 {
                let message = format!("the {name} block is deprecated");
                findings.add(
                    Severity::Warning,
                    Code::Deprecated,
                    block.ident.span(),
                    &base.name(name),
                    message,
                );
            }
            body_at(
                findings,
                &nested.block,
                &block.body,
                block.ident.span().as_ref(),
                &base.name(name).index(i),
            );
        }
    }
    documented::conflicts(findings, schema, body, base);
    unknown_blocks(findings, schema, body, base);
}

/// Only the first byte: a finding about a whole body is shown where the body begins.
fn head(span: Option<&Range<usize>>) -> Option<Range<usize>> {
    span.map(|s| s.start..s.end.min(s.start + 1))
}

fn argument<'a>(findings: &mut Findings<'a>, schema: &catalog::Block, set: &'a Set, base: &Path) {
    let name = set.key.as_str();
    let path = base.name(name);
    let Some(attribute) = schema.attributes.get(name) else {
        let meta = base.is_root() && view::meta(findings.element.kind).attributes.contains_key(name);
        if schema.blocks.contains_key(name) {
            let message = format!("{name} is a block here: write it without `=`");
            findings.add(Severity::Error, Code::UnknownArgument, set.key.span(), &path, message);
        } else if !meta && findings.element.kind != ElementKind::Module {
            let message = format!("there is no argument {name} here");
            findings.add(Severity::Error, Code::UnknownArgument, set.key.span(), &path, message);
        }
        return;
    };
    if !attribute.is_settable() {
        let message = format!("{name} is decided by the provider and cannot be set");
        findings.add(Severity::Error, Code::ReadOnly, set.key.span(), &path, message);
        return;
    }
    if attribute.deprecated {
        findings.add(
            Severity::Warning,
            Code::Deprecated,
            set.key.span(),
            &path,
            format!("{name} is deprecated"),
        );
    }
    value(findings, name, attribute, &set.value, &path);
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
            let message = format!("{name} is required and has no value");
            findings.add(Severity::Error, Code::MissingArgument, span, path, message);
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

fn count(
    findings: &mut Findings,
    name: &str,
    nested: &NestedBlock,
    body: &Body,
    span: Option<&Range<usize>>,
    base: &Path,
) {
    let present = body.get_blocks(name).count() as u64;
    let dynamic = body.get_blocks("dynamic").any(|b| b.has_labels(&[name]));
    let path = base.name(name);
    if present < nested.min_items && !dynamic {
        let message = match nested.min_items {
            1 => format!("a {name} block is required"),
            n => format!("at least {n} {name} blocks are required"),
        };
        findings.add(Severity::Error, Code::MissingBlock, head(span), &path, message);
    }
    let single = matches!(nested.nesting, Nesting::Single | Nesting::Group);
    let max = if single { 1 } else { nested.max_items };
    if max > 0 && present > max {
        let extra = body.get_blocks(name).nth(usize::try_from(max).unwrap_or(usize::MAX));
        let message =
            format!("at most {max} {name} {} allowed here", if max == 1 { "block is" } else { "blocks are" });
        findings.add(
            Severity::Error,
            Code::TooManyBlocks,
            extra.and_then(|b| b.ident.span()),
            &path,
            message,
        );
    }
}

fn unknown_blocks(findings: &mut Findings, schema: &catalog::Block, body: &Body, base: &Path) {
    for block in body.blocks() {
        let name = block.ident.as_str();
        let as_blocks = schema.attributes.get(name).is_some_and(|a| attribute_as_blocks(&a.ty));
        if schema.blocks.contains_key(name) || as_blocks || is_meta_block(name) {
            continue;
        }
        let message = match schema.attributes.contains_key(name) {
            true => format!("{name} is an argument here: write `{name} =`"),
            false => format!("there is no {name} block here"),
        };
        findings.add(Severity::Error, Code::UnknownBlock, block.ident.span(), &base.name(name), message);
    }
}

/// Terraform accepts block syntax for an attribute that is a list or set of objects.
///
/// Source: <https://developer.hashicorp.com/terraform/language/attr-as-blocks>
fn attribute_as_blocks(ty: &Type) -> bool {
    matches!(ty, Type::List(t) | Type::Set(t) if matches!(**t, Type::Object(_)))
}
