//! The call of a module: all of it where the module's code is at hand, else as far as it can be judged without.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/block/module>

use cloudoven_crawler::catalog::Type;
use hcl_edit::structure::{Attribute, Block};

use super::{Findings, constant, meta, settings};
use crate::{diagnostic::Code, locate::span, path::Path, similar::similar};

pub(super) fn check<'a>(findings: &mut Findings<'a>, block: &'a Block) {
    let root = Path::root();
    if !block.body.has_attribute("source") {
        let message = "source is required and not set: write where the module comes from".to_owned();
        findings.error(Code::MissingArgument, span(&block.ident), &root.name("source"), message);
    }
    for attribute in block.body.attributes() {
        match attribute.key.as_str() {
            "source" => source(findings, attribute, block.body.has_attribute("version")),
            "version" => settings::version(findings, &attribute.value, &root.name("version")),
            "providers" => providers(findings, attribute),
            _ => {}
        }
    }
    for inner in block.body.blocks().filter(|inner| inner.ident.as_str() != "_") {
        let name = inner.ident.as_str();
        let message = format!("a module takes arguments only: there is no {name} block, write `{name} =`");
        findings.error(Code::UnknownBlock, span(&inner.ident), &root.name(name), message);
    }
    meta::check(findings, &block.body);
    inputs(findings, block);
}

/// What is given to the module's variables, where its code is at hand.
fn inputs<'a>(findings: &mut Findings<'a>, block: &'a Block) {
    let document = findings.document;
    let Some(module) = document.called(findings.element) else { return };
    let variables = &module.inputs.attributes;
    // What is written in `_` counts as if it stood here.
    let escaped = block.body.has_blocks("_");
    for (name, _) in
        variables.iter().filter(|(name, v)| v.required && !escaped && !block.body.has_attribute(name))
    {
        let message = format!("{name} is required and not set: the module's variable has no default");
        findings.error(Code::MissingArgument, span(&block.ident), &Path::root().name(name), message);
    }
    for attribute in block.body.attributes().filter(|attribute| !is_own(attribute.key.as_str())) {
        let name = attribute.key.as_str();
        let path = Path::root().name(name);
        let Some(variable) = variables.get(name) else {
            let meant = similar(name, variables.keys().map(String::as_str));
            let hint = meant.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
            let message = format!("the module has no variable {name}{hint}");
            findings.error(Code::UnknownArgument, span(&attribute.key), &path, message);
            continue;
        };
        // Whether a null may be given is for the module to say.
        if !attribute.value.is_null()
            && let Some((severity, message)) = findings.mismatch(&variable.ty, &attribute.value)
        {
            let message = format!("{name}: {message}");
            findings.add(severity, Code::WrongType, Some(span(&attribute.value)), &path, message);
        }
    }
}

/// Whether an argument is Terraform's own.
fn is_own(name: &str) -> bool {
    matches!(name, "source" | "version" | "count" | "for_each" | "depends_on" | "providers")
}

fn source<'a>(findings: &mut Findings<'a>, attribute: &'a Attribute, versioned: bool) {
    let path = Path::root().name("source");
    if !constant::check(findings, attribute, &Type::String, &path) {
        return;
    }
    let text = attribute.value.as_str();
    let local = text.is_some_and(|text| text.starts_with("./") || text.starts_with("../"));
    let message = match text {
        Some("") => "source is empty: write where the module comes from".to_owned(),
        Some(text) if !local && !text.contains(['/', ':', '.', '?']) => {
            format!("{text} is no place of a module: for one in a folder write ./{text}")
        }
        Some(_) if local && versioned => {
            "a module in a folder has no versions: leave out version, or source is wrong".to_owned()
        }
        _ => return,
    };
    findings.error(Code::InvalidReference, span(&attribute.value), &path, message);
}

/// Which configurations of providers the module gets.
fn providers<'a>(findings: &mut Findings<'a>, attribute: &'a Attribute) {
    let path = Path::root().name("providers");
    let Some(object) = attribute.value.as_object() else {
        let message =
            "providers is a map from the module's names to configurations: { name = name.alias }".to_owned();
        return findings.error(Code::InvalidReference, span(&attribute.value), &path, message);
    };
    for (_, value) in object.iter() {
        meta::configuration(findings, value.expr(), &path);
    }
}
