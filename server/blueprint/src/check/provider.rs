//! The configuration of a provider, besides what the provider itself takes.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/block/provider>

use cloudoven_crawler::catalog::Type;
use hcl_edit::structure::Block;

use super::{Findings, constant, labels, settings};
use crate::{diagnostic::Code, locate::span, path::Path};

const RESERVED_ARGUMENTS: [&str; 4] = ["count", "depends_on", "for_each", "source"];
const RESERVED_BLOCKS: [&str; 2] = ["lifecycle", "locals"];

pub(super) fn check<'a>(findings: &mut Findings<'a>, block: &'a Block) {
    let root = Path::root();
    for attribute in block.body.attributes() {
        let name = attribute.key.as_str();
        let path = root.name(name);
        match name {
            "alias" => {
                let constant = constant::check(findings, attribute, &Type::String, &path);
                let alias = findings.constant(&attribute.value);
                if constant && alias.text().is_some_and(|alias| !labels::is_name(&alias)) {
                    let message =
                        "an alias has letters, digits, `_` and `-`, with a letter or `_` first".to_owned();
                    findings.error(Code::InvalidName, span(&attribute.value), &path, message);
                }
            }
            "version" => settings::version(findings, &attribute.value, &path),
            name if RESERVED_ARGUMENTS.contains(&name) => {
                let message = format!("a provider cannot have {name}, which Terraform keeps for itself");
                findings.error(Code::UnknownArgument, span(&attribute.key), &path, message);
            }
            _ => {}
        }
    }
    for inner in block.body.blocks().filter(|inner| RESERVED_BLOCKS.contains(&inner.ident.as_str())) {
        let name = inner.ident.as_str();
        let message = format!("a provider cannot have a {name} block, which Terraform keeps for itself");
        findings.error(Code::UnknownBlock, span(&inner.ident), &root.name(name), message);
    }
}
