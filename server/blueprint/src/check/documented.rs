//! What the documentation says of a value beyond its type. Documentation may lag behind the provider: only warnings, and
//! only of literals.

use std::ops::Range;

use cloudoven_crawler::catalog::{self, Attribute, Bounds, Docs, Measure};
use hcl_edit::{
    Span as _,
    expr::{Expression, UnaryOperator},
    structure::Body,
};

use super::Findings;
use crate::{
    diagnostic::{Code, Severity},
    path::Path,
};

/// Values that a message lists.
const SHOWN: usize = 12;

/// A value outside the documented set or bounds.
pub(super) fn value(
    findings: &mut Findings,
    name: &str,
    attribute: &Attribute,
    expression: &Expression,
    path: &Path,
) {
    let docs = &attribute.docs;
    let elements = match expression {
        Expression::Array(array) => array.iter().collect(),
        single => vec![single],
    };
    for element in elements.into_iter().filter(|element| !is_allowed(docs, element)) {
        let shown: Vec<&str> = docs.allowed.iter().take(SHOWN).map(String::as_str).collect();
        let more = if docs.allowed.len() > SHOWN { ", …" } else { "" };
        let message = format!("{name}: the documented values are {}{more}", shown.join(", "));
        findings.add(Severity::Warning, Code::UndocumentedValue, element.span(), path, message);
    }
    if let Some(bounds) = &docs.bounds
        && let Some(message) = measured(bounds, expression).and_then(|size| beyond(bounds, size))
    {
        let message = format!("{name}: {message}");
        findings.add(Severity::Warning, Code::OutOfBounds, expression.span(), path, message);
    }
}

/// More or fewer blocks than documented.
pub(super) fn blocks(findings: &mut Findings, name: &str, docs: &Docs, body: &Body, path: &Path) {
    let Some(bounds) = docs.bounds.as_ref().filter(|bounds| bounds.of == Measure::Items) else { return };
    let dynamic = body.get_blocks("dynamic").any(|block| block.has_labels(&[name]));
    let Some(last) = body.get_blocks(name).last().filter(|_| !dynamic) else { return };
    if let Some(message) = beyond(bounds, body.get_blocks(name).count() as f64) {
        let message = format!("{name}: {message}");
        findings.add(Severity::Warning, Code::OutOfBounds, last.ident.span(), path, message);
    }
}

/// Arguments that are set together and exclude each other. Those in other blocks are not looked for.
pub(super) fn conflicts(findings: &mut Findings, schema: &catalog::Block, body: &Body, base: &Path) {
    let mut told: Vec<(&str, &str)> = Vec::new();
    let attributes = schema.attributes.iter().map(|(name, attribute)| (name.as_str(), &attribute.docs));
    let blocks = schema.blocks.iter().map(|(name, nested)| (name.as_str(), &nested.docs));
    for (name, docs) in attributes.chain(blocks) {
        let Some(span) = set(body, name).filter(|_| !docs.conflicts_with.is_empty()) else { continue };
        for other in docs.conflicts_with.iter().map(String::as_str) {
            if set(body, other).is_none() || told.contains(&(other, name)) {
                continue;
            }
            told.push((name, other));
            let message = format!("{name} and {other} exclude each other by the documentation");
            findings.add(Severity::Warning, Code::Conflict, span.clone(), &base.name(name), message);
        }
    }
}

/// Where the body sets an argument or has a block of this name. A null or an expression that may be null sets nothing.
fn set(body: &Body, name: &str) -> Option<Option<Range<usize>>> {
    match body.get_attribute(name) {
        Some(attribute) => {
            let empty = attribute.value.as_array().is_some_and(hcl_edit::expr::Array::is_empty);
            let literal = !empty
                && matches!(
                    attribute.value,
                    Expression::String(_)
                        | Expression::Number(_)
                        | Expression::Array(_)
                        | Expression::Object(_)
                );
            literal.then(|| attribute.key.span())
        }
        None => body.get_blocks(name).next().map(|block| block.ident.span()),
    }
}

fn is_allowed(docs: &Docs, value: &Expression) -> bool {
    let text = match value {
        Expression::String(text) if !text.value().is_empty() => text.value().to_string(),
        Expression::Number(number) => number.value().to_string(),
        _ => return true,
    };
    docs.allowed.is_empty() || docs.allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(&text))
}

/// What the bounds are about, of a literal.
fn measured(bounds: &Bounds, value: &Expression) -> Option<f64> {
    match (bounds.of, value) {
        (Measure::Value, value) => number(value),
        (Measure::Length, Expression::String(text)) => Some(text.value().chars().count() as f64),
        (Measure::Items, Expression::Array(array)) => Some(array.len() as f64),
        (Measure::Items, Expression::Object(object)) => Some(object.len() as f64),
        _ => None,
    }
}

/// A literal number; a sign before it is an operator.
fn number(value: &Expression) -> Option<f64> {
    match value {
        Expression::Number(number) => number.value().as_f64(),
        Expression::UnaryOp(op) if *op.operator.value() == UnaryOperator::Neg => number(&op.expr).map(|n| -n),
        _ => None,
    }
}

fn beyond(bounds: &Bounds, size: f64) -> Option<String> {
    let side = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<f64>().ok());
    let (min, max) = (side(&bounds.min), side(&bounds.max));
    if min.is_none_or(|min| size >= min) && max.is_none_or(|max| size <= max) {
        return None;
    }
    let what = match bounds.of {
        Measure::Value => "",
        Measure::Length => " characters",
        Measure::Items => " items",
    };
    Some(match (&bounds.min, &bounds.max) {
        (Some(min), Some(max)) => format!("documented are {min} to {max}{what}"),
        (Some(min), None) => format!("documented are at least {min}{what}"),
        (_, max) => format!("documented are at most {}{what}", max.as_deref().unwrap_or_default()),
    })
}
