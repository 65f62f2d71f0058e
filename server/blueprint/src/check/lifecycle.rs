//! The `lifecycle` block, and conditions in it.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle>

use cloudoven_crawler::catalog::Type;
use hcl_edit::{
    expr::Expression,
    structure::{Attribute, Block},
};

use super::{
    Findings,
    address::{Address, Step},
    blocks::{self, RULE, Shape},
    constant, inside, numbered, rules,
};
use crate::{
    diagnostic::Code, document::ElementKind, locate::span, parse::parse_expression, path::Path,
    refs::free_roots,
};

const CONDITIONS: &[(&str, &[&str])] = &[("precondition", &[]), ("postcondition", &[])];

const RESOURCE: Shape = Shape {
    attributes: &[
        ("create_before_destroy", false),
        ("prevent_destroy", false),
        ("ignore_changes", false),
        ("replace_triggered_by", false),
    ],
    blocks: CONDITIONS,
};

/// Of a data source or an ephemeral resource, which nobody changes.
const READ: Shape = Shape { attributes: &[], blocks: CONDITIONS };

/// Checks one `lifecycle` block.
pub(super) fn check<'a>(findings: &mut Findings<'a>, block: &'a Block, path: &Path) {
    let resource = findings.element.kind == ElementKind::Resource;
    let shape = if resource { RESOURCE } else { READ };
    blocks::check(findings, &shape, &block.body, span(&block.ident), path);
    for attribute in block.body.attributes().filter(|_| resource) {
        let path = path.name(attribute.key.as_str());
        match attribute.key.as_str() {
            "create_before_destroy" | "prevent_destroy" => {
                constant::check(findings, attribute, &Type::Bool, &path);
            }
            "ignore_changes" => ignored(findings, attribute, &path),
            "replace_triggered_by" => triggers(findings, attribute, &path),
            _ => {}
        }
    }
    for (rule, path) in numbered(&block.body, path) {
        if matches!(rule.ident.as_str(), "precondition" | "postcondition") {
            blocks::check(findings, &RULE, &rule.body, span(&rule.ident), &path);
            rules::refers(findings, rule, &path);
        }
    }
}

/// `all`, or a list of the element's own arguments.
fn ignored<'a>(findings: &mut Findings<'a>, attribute: &'a Attribute, path: &Path) {
    if attribute.value.as_variable().is_some_and(|name| name.as_str() == "all") {
        return;
    }
    let mut refuse = |value: &Expression, code, message: String| {
        findings.error(code, span(value), path, message);
    };
    let Some(items) = attribute.value.as_array() else {
        let message = "ignore_changes is `all` without quotes, or a list of arguments: [name]".to_owned();
        return refuse(&attribute.value, Code::InvalidReference, message);
    };
    let schema = findings.own_schema();
    let mut faults = Vec::new();
    for item in items.iter() {
        let quoted = item.as_str().and_then(|text| parse_expression(text).ok());
        let address = quoted.as_ref().map_or_else(|| Address::of(item), Address::of);
        let Some(address) = address.filter(|address| address.whole) else {
            let message = "ignore_changes names arguments, without quotes and calculations".to_owned();
            faults.push((item, Code::InvalidReference, message));
            continue;
        };
        let known = |name: &str| {
            schema.is_none_or(|s| s.block.attributes.contains_key(name) || s.block.blocks.contains_key(name))
        };
        if !known(address.root) {
            let message = format!("there is no argument {} whose changes could be ignored", address.root);
            faults.push((item, Code::UnknownArgument, message));
            continue;
        }
        let root = address.start..address.start + address.root.len();
        let steps = [(Step::Name(address.root), root)].into_iter().chain(address.steps.iter().cloned());
        let fault = schema.and_then(|schema| inside::fault(&schema.block, &steps.collect::<Vec<_>>()));
        faults.extend(fault.map(|(_, message)| (item, Code::UnknownArgument, message)));
    }
    for (item, code, message) in faults {
        findings.error(code, span(item), path, message);
    }
}

/// Whether an address that begins so is a resource's.
fn is_resource(root: &str) -> bool {
    !["var", "local", "module", "path", "terraform", "each", "count", "self", "data", "ephemeral"]
        .contains(&root)
}

/// Terraform looks for the one resource in any expression; `each` and `count` may tell which of many.
fn names_one_resource(item: &Expression) -> bool {
    let mut roots = free_roots(item);
    roots.retain(|(root, _)| !matches!(root.as_str(), "each" | "count"));
    matches!(roots.as_slice(), [(root, _)] if is_resource(root))
}

/// A list of resources, or of their attributes.
fn triggers<'a>(findings: &mut Findings<'a>, attribute: &'a Attribute, path: &Path) {
    let Some(items) = attribute.value.as_array() else {
        let message =
            "replace_triggered_by is a list of resources or their attributes: [type.name]".to_owned();
        return findings.error(Code::InvalidReference, span(&attribute.value), path, message);
    };
    for item in items.iter() {
        let one = match Address::of(item) {
            Some(address) => is_resource(address.root) && !address.names().is_empty(),
            None => names_one_resource(item),
        };
        if !one {
            let message =
                "replace_triggered_by names resources or their attributes: type.name, type.name.attribute";
            findings.error(Code::InvalidReference, span(item), path, message.to_owned());
        }
    }
}
