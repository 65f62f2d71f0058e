//! The call of a module, as far as it can be judged without the module.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/block/module>

use cloudoven_crawler::catalog::Type;
use hcl_edit::structure::{Attribute, Block};

use super::{Findings, constant, meta, settings};
use crate::{diagnostic::Code, locate::span, path::Path};

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
