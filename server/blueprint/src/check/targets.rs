//! What an address names: declared or not, complete or not, open to the expression that names it or not.

use super::{
    Findings,
    address::{Address, Step},
    inside,
    names::{Fault, Scope},
};
use crate::{
    diagnostic::Code,
    document::{Element, ElementKind},
    scaffold::repeated,
    similar::similar,
};

/// Why an address cannot stand where it does.
pub(super) fn fault(findings: &Findings<'_>, scope: Scope, address: &Address<'_>) -> Option<Fault> {
    let names = address.names();
    let whole = |code, message: String| Some((address.span(1), code, message));
    match address.root {
        "each" | "count" | "self" => own(scope, address).or_else(|| itself(findings, address)),
        "path" => known(address, &["module", "root", "cwd"]),
        "terraform" => known(address, &["workspace", "applying"]),
        "template" | "lazy" | "arg" => whole(
            Code::InvalidReference,
            format!("{} is a word that Terraform keeps for itself", address.root),
        ),
        root if scope.last => whole(
            Code::InvalidReference,
            format!(
                "what runs before an element is destroyed can speak of self, each.key and count.index only, not of {root}"
            ),
        ),
        "var" => declared(findings, address, ElementKind::Variable, &names, 1),
        "local" => declared(findings, address, ElementKind::Local, &names, 1),
        "module" => declared(findings, address, ElementKind::Module, &names, 1)
            .or_else(|| one_of_many(findings, address)),
        "data" => element(findings, scope, address, ElementKind::Data, 2),
        "ephemeral" => element(findings, scope, address, ElementKind::Ephemeral, 2),
        "resource" => element(findings, scope, address, ElementKind::Resource, 2),
        _ => element(findings, scope, address, ElementKind::Resource, 1),
    }
}

/// `each`, `count` and `self`.
fn own(scope: Scope, address: &Address<'_>) -> Option<Fault> {
    let (open, needs, attributes): (bool, &str, &[&str]) = match address.root {
        "each" => (scope.each, "the element has for_each", &["key", "value"]),
        "count" => (scope.count, "the element has count", &["index"]),
        _ => (scope.own, "it is in a provisioner, a connection or a postcondition", &[]),
    };
    if !open {
        let message = format!("{} has a meaning only where {needs}", address.root);
        return Some((address.span(1), Code::OutOfScope, message));
    }
    if attributes.is_empty() { None } else { known(address, attributes) }
}

/// The attributes that follow `self`.
fn itself(findings: &Findings<'_>, address: &Address<'_>) -> Option<Fault> {
    let schema = findings.own_schema().filter(|_| address.root == "self")?;
    let (steps, message) = inside::fault(&schema.block, &address.steps)?;
    Some((address.span(steps), Code::UnknownReference, format!("self: {message}")))
}

/// An object with a few attributes.
fn known(address: &Address<'_>, attributes: &[&str]) -> Option<Fault> {
    let list =
        || attributes.iter().map(|name| format!("{}.{name}", address.root)).collect::<Vec<_>>().join(", ");
    match address.names().first() {
        Some(name) if attributes.contains(name) => None,
        Some(name) => {
            let message = format!("{} has no attribute {name}; there is {}", address.root, list());
            Some((address.span(1), Code::UnknownReference, message))
        }
        None => {
            let message = format!("{} alone is no value; write {}", address.root, list());
            Some((address.span(1), Code::InvalidReference, message))
        }
    }
}

fn declared(
    findings: &Findings<'_>,
    address: &Address<'_>,
    kind: ElementKind,
    names: &[&str],
    count: usize,
) -> Option<Fault> {
    let Some(name) = names.first() else {
        let message = format!("{0} alone is no value; write {0}.<name>", address.root);
        return Some((address.span(count), Code::InvalidReference, message));
    };
    let full = format!("{}.{name}", address.root);
    let found = findings.document.element(&full).is_some_and(|element| element.kind == kind);
    (!found).then(|| (address.span(count), Code::UnknownReference, undeclared(findings, &full, kind)))
}

/// An output of a module of which there are many.
fn one_of_many(findings: &Findings<'_>, address: &Address<'_>) -> Option<Fault> {
    let [name, _, ..] = address.names()[..] else { return None };
    let full = format!("module.{name}");
    let block = findings.document.block(findings.document.element(&full)?)?;
    block.body.has_attribute("count").then(|| {
        let message = format!("there may be many of {full}: say which one, as in {full}[0]");
        (address.span(1), Code::MissingInstanceKey, message)
    })
}

/// That nothing has this address, and which one may be meant.
fn undeclared(findings: &Findings<'_>, address: &str, kind: ElementKind) -> String {
    let addresses =
        findings.document.elements().iter().filter(|e| e.kind == kind).map(|e| e.address.as_str());
    match similar(address, addresses.take(MAX_COMPARED)) {
        Some(meant) => format!("{address} is not declared in this blueprint; did you mean {meant}?"),
        None => format!("{address} is not declared in this blueprint"),
    }
}

/// So many declared names are compared with one that is not declared.
const MAX_COMPARED: usize = 200;

/// A resource, data source or ephemeral resource.
fn element(
    findings: &Findings<'_>,
    scope: Scope,
    address: &Address<'_>,
    kind: ElementKind,
    count: usize,
) -> Option<Fault> {
    let names = address.names();
    let Some(parts) = names.get(..count) else {
        let message = match count {
            1 => format!("{0} is no value; to name a resource of this type, write {0}.<name>", address.root),
            _ => format!("{0} needs a type and a name: {0}.<type>.<name>", address.root),
        };
        return Some((address.span(count), Code::InvalidReference, message));
    };
    let full = match address.root {
        "resource" => parts.join("."),
        root => format!("{root}.{}", parts.join(".")),
    };
    let Some(target) = findings.document.element(&full).filter(|element| element.kind == kind) else {
        return scoped(findings, &full, address, count)
            .then(|| (address.span(count), Code::UnknownReference, undeclared(findings, &full, kind)));
    };
    if scope.not_itself && std::ptr::eq(target, findings.element) {
        let message = "an element's own conditions cannot refer to it by name; write self in a postcondition"
            .to_owned();
        return Some((address.span(count), Code::InvalidReference, message));
    }
    instance(findings, target, address, count)
}

/// Whether a reference to what is not declared is a fault: a check block has a data source of its own.
fn scoped(findings: &Findings<'_>, full: &str, address: &Address<'_>, count: usize) -> bool {
    let own = findings.element.keyword == "check" && address.root == "data";
    let Some(block) = findings.document.block(findings.element).filter(|_| own) else { return true };
    let names = address.names();
    let labels = &names[..count];
    debug_assert!(full.ends_with(&labels.join(".")));
    !block.body.get_blocks("data").any(|data| data.has_labels(labels))
}

/// The key and the attribute that follow the name of an element.
fn instance(findings: &Findings<'_>, target: &Element, address: &Address<'_>, count: usize) -> Option<Fault> {
    let many = repeated(findings.document, target);
    let (next, _) = address.steps.get(count)?;
    let mut used = count;
    let fault = |used, code, message| Some((address.span(used), code, message));
    match (next, many) {
        (Step::Name(_), true) => {
            let message = format!(
                "there may be many of {0}: say which one, as in {0}[0] or {0}[\"key\"]",
                target.address
            );
            return fault(count, Code::MissingInstanceKey, message);
        }
        (Step::Key(_) | Step::Index | Step::OtherKey, false) => {
            let message =
                format!("{} has neither count nor for_each: leave out the brackets", target.address);
            return fault(count + 1, Code::UnexpectedInstanceKey, message);
        }
        (Step::OtherKey, true) => {
            let message = "the key of an element is a text or a number".to_owned();
            return fault(count + 1, Code::InvalidReference, message);
        }
        (Step::Key(_) | Step::Index, true) => used += 1,
        (Step::Name(_), false) => {}
    }
    let schema = findings.schema(target)?;
    let (steps, message) = inside::fault(&schema.block, &address.steps[used..])?;
    fault(used + steps, Code::UnknownReference, format!("{}: {message}", target.address))
}
