//! What Terraform adds to every resource, data source and module: count, for_each, depends_on, provider.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/meta-arguments>

use cloudoven_crawler::catalog::Type;
use hcl_edit::{
    expr::Expression,
    structure::{Attribute, Body},
};

use super::{
    Findings,
    address::{Address, Step},
    names::Scope,
    targets,
};
use crate::{diagnostic::Code, locate::span, parse::parse_expression, path::Path, types::Inferred};

/// Checks the meta-arguments in the body of an element.
pub(super) fn check<'a>(findings: &mut Findings<'a>, body: &'a Body) {
    let root = Path::root();
    for attribute in body.attributes() {
        let name = attribute.key.as_str();
        let path = root.name(name);
        match name {
            "count" => count(findings, attribute, &path),
            "for_each" => each(findings, attribute, &path),
            "depends_on" => depends_on(findings, attribute, &path),
            _ => {}
        }
    }
    if let (Some(_), Some(each)) = (body.get_attribute("count"), body.get_attribute("for_each")) {
        let message = "count and for_each exclude each other: leave one of them out".to_owned();
        findings.error(Code::InvalidMeta, span(&each.key), &root.name("for_each"), message);
    }
}

/// A whole number from zero, when it is known.
fn count<'a>(findings: &mut Findings<'a>, attribute: &'a Attribute, path: &Path) {
    let message = match findings.constant(&attribute.value) {
        Inferred::Null => "count has no value: give it a number, or leave it out",
        Inferred::Number(number) if number < 0.0 => "count cannot be less than zero",
        Inferred::Number(number) if number.fract() != 0.0 => "count is a whole number",
        _ => return,
    };
    findings.error(Code::WrongType, span(&attribute.value), path, message.to_owned());
}

/// A map or a set of texts.
fn each<'a>(findings: &mut Findings<'a>, attribute: &'a Attribute, path: &Path) {
    let value = findings.constant(&attribute.value);
    let message = match &value {
        Inferred::Null => "for_each has no value: give it a map or a set, or leave it out".to_owned(),
        Inferred::Of(Type::Dynamic | Type::Map(_) | Type::Object(_)) | Inferred::Object(_) => return,
        Inferred::Of(Type::Set(of)) if matches!(**of, Type::String | Type::Dynamic) => return,
        Inferred::Of(Type::Set(of)) => {
            format!(
                "for_each goes through sets of texts only, not of {of}: write toset([for x in … : tostring(x)])"
            )
        }
        Inferred::Tuple(_) | Inferred::Of(Type::List(_) | Type::Tuple(_)) => {
            "for_each goes through a map or a set of texts: put the list into toset(…)".to_owned()
        }
        other => format!("for_each goes through a map or a set of texts, not through a {}", other.ty()),
    };
    findings.error(Code::WrongType, span(&attribute.value), path, message);
}

/// A list of whole elements, by their names.
pub(super) fn depends_on<'a>(findings: &mut Findings<'a>, attribute: &'a Attribute, path: &Path) {
    let Some(items) = attribute.value.as_array() else {
        let message = "depends_on is a list of elements: write [type.name]".to_owned();
        return findings.error(Code::InvalidReference, span(&attribute.value), path, message);
    };
    for item in items.iter() {
        let quoted = item.as_str().and_then(|text| parse_expression(text).ok());
        let address = quoted.as_ref().map_or_else(|| Address::of(item), Address::of);
        let fault = match address {
            Some(address) if address.whole => dependency(findings, &address),
            _ => {
                let message =
                    "depends_on names elements, without quotes and calculations: [type.name]".to_owned();
                Some((Code::InvalidReference, message))
            }
        };
        if let Some((code, message)) = fault {
            findings.error(code, span(item), path, message);
        }
    }
}

fn dependency(findings: &Findings<'_>, address: &Address<'_>) -> Option<(Code, String)> {
    let scope = Scope { each: false, count: false, own: true, ..Scope::default() };
    if let Some((_, code, message)) = targets::fault(findings, scope, address) {
        return Some((code, message));
    }
    let named = match address.root {
        "data" | "ephemeral" | "resource" => 2,
        "self" => 0,
        _ => 1,
    };
    let rest = address.steps.get(named..).unwrap_or_default();
    let whole = rest.iter().all(|(step, _)| matches!(step, Step::Key(_) | Step::Index));
    (!whole).then(|| {
        let message = "depends_on names whole elements, not one of their attributes: leave it out".to_owned();
        (Code::InvalidReference, message)
    })
}

/// An expression that names a provider's configuration.
pub(super) fn configuration<'a>(findings: &mut Findings<'a>, value: &'a Expression, path: &Path) {
    let quoted = value.as_str().and_then(|text| parse_expression(text).ok());
    let address = quoted.as_ref().map_or_else(|| Address::of(value), Address::of);
    let keyword = value.is_null() || value.is_bool();
    let named = address.filter(|address| address.whole).and_then(|address| match address.steps.as_slice() {
        [] => Some((address.root.to_owned(), None)),
        [(Step::Name(alias), _)] => Some((address.root.to_owned(), Some((*alias).to_owned()))),
        _ => None,
    });
    let (code, message) = match named {
        None if keyword => return,
        None => {
            let message =
                "this names a provider and perhaps one of its aliases: name or name.alias".to_owned();
            (Code::InvalidReference, message)
        }
        // One without a configuration is configured by its environment; only an alias must be declared.
        Some((_, None)) => return,
        Some((name, Some(alias))) => {
            let address = format!("provider.{name}.{alias}");
            if findings.document.element(&address).is_some() || is_handed_in(findings, &name) {
                return;
            }
            (Code::UnknownReference, format!("{address} is not declared in this blueprint"))
        }
    };
    findings.error(code, span(value), path, message);
}

/// Whether the caller of a module gives it configurations of this provider.
fn is_handed_in(findings: &Findings<'_>, name: &str) -> bool {
    let blocks = findings.document.required_provider_blocks();
    let entries = blocks.filter_map(|(_, _, block)| block.body.get_attribute(name)?.value.as_object());
    entries.into_iter().any(|object| crate::locate::entry(object, "configuration_aliases").is_some())
}
