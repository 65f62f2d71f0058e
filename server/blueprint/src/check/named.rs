//! Variables, outputs and checks.

use cloudoven_crawler::catalog::{Kind, Type};
use hcl_edit::structure::{Attribute, Block};

use super::{Findings, Severity, blocks, body, constant, labels, meta, numbered, provisioner, rules};
use crate::{
    diagnostic::Code,
    document::ElementKind,
    locate::span,
    path::Path,
    types::{Inferred, constraint, convert},
};

pub(super) fn variable<'a>(findings: &mut Findings<'a>, block: &'a Block) {
    let root = Path::root();
    blocks::check(findings, &blocks::VARIABLE, &block.body, span(&block.ident), &root);
    for attribute in block.body.attributes() {
        let path = root.name(attribute.key.as_str());
        match attribute.key.as_str() {
            "description" => {
                constant::check(findings, attribute, &Type::String, &path);
            }
            "sensitive" | "nullable" | "ephemeral" => {
                constant::check(findings, attribute, &Type::Bool, &path);
            }
            "default" => default(findings, block, attribute, &path),
            _ => {}
        }
    }
    for (rule, path) in numbered(&block.body, &root).filter(|(b, _)| b.ident.as_str() == "validation") {
        blocks::check(findings, &blocks::RULE, &rule.body, span(&rule.ident), &path);
        validation(findings, rule, &path);
    }
}

fn default<'a>(findings: &mut Findings<'a>, block: &'a Block, attribute: &'a Attribute, path: &Path) {
    let place = Some(span(&attribute.value));
    if let Some(place) = constant::variable_in(&attribute.value) {
        let message =
            "a default is a literal value, without references or calls; a local can refer to others"
                .to_owned();
        return findings.error(Code::NotConstant, place, path, message);
    }
    let value = findings.judged(&attribute.value, path);
    let ty = block.body.get_attribute("type").map_or(Type::Dynamic, |ty| constraint(&ty.value));
    if let Err(mismatch) = convert(&value, &ty) {
        return findings.add(Severity::Error, Code::WrongType, place, path, format!("default: {mismatch}"));
    }
    let nullable = block.body.get_attribute("nullable");
    let never =
        nullable.is_some_and(|a| a.value.as_bool() == Some(false) || a.value.as_str() == Some("false"));
    if value == Inferred::Null && never {
        let message =
            "the default is null, which nullable = false excludes: leave one of them out".to_owned();
        findings.add(Severity::Error, Code::WrongType, place, path, message);
    }
}

/// The condition of a variable looks at the variable.
fn validation(findings: &mut Findings<'_>, rule: &Block, path: &Path) {
    let Some(condition) = rule.body.get_attribute("condition") else { return };
    let name = &findings.element.name;
    if constant::mentions(&condition.value, "var", name) {
        return;
    }
    let message = format!("the condition must look at var.{name}, whose values it is to judge");
    let place = Some(span(&condition.value));
    findings.add(Severity::Error, Code::InvalidCondition, place, &path.name("condition"), message);
}

pub(super) fn output<'a>(findings: &mut Findings<'a>, block: &'a Block) {
    let root = Path::root();
    blocks::check(findings, &blocks::OUTPUT, &block.body, span(&block.ident), &root);
    for attribute in block.body.attributes() {
        let path = root.name(attribute.key.as_str());
        match attribute.key.as_str() {
            "description" => {
                constant::check(findings, attribute, &Type::String, &path);
            }
            "sensitive" | "ephemeral" => {
                constant::check(findings, attribute, &Type::Bool, &path);
            }
            "depends_on" => meta::depends_on(findings, attribute, &path),
            _ => {}
        }
    }
    for (rule, path) in numbered(&block.body, &root).filter(|(b, _)| b.ident.as_str() == "precondition") {
        blocks::check(findings, &blocks::RULE, &rule.body, span(&rule.ident), &path);
        rules::refers(findings, rule, &path);
    }
}

/// A `check` block: conditions, and perhaps a data source of its own.
pub(super) fn check<'a>(findings: &mut Findings<'a>, block: &'a Block) {
    let root = Path::root();
    blocks::check(findings, &blocks::CHECK, &block.body, span(&block.ident), &root);
    provisioner::single(findings, &block.body, "data", &root);
    if !block.body.has_blocks("assert") {
        let message =
            "a check needs an assert block: a condition, and what to say when it is not met".to_owned();
        findings.error(Code::MissingBlock, span(&block.ident), &root.name("assert"), message);
    }
    for (inner, path) in numbered(&block.body, &root) {
        match inner.ident.as_str() {
            "assert" => {
                blocks::check(findings, &blocks::RULE, &inner.body, span(&inner.ident), &path);
                rules::refers(findings, inner, &path);
            }
            "data" => data(findings, inner, &path),
            _ => {}
        }
    }
}

fn data<'a>(findings: &mut Findings<'a>, block: &'a Block, path: &Path) {
    for (name, code) in [("count", Code::InvalidMeta), ("for_each", Code::InvalidMeta)] {
        if let Some(attribute) = block.body.get_attribute(name) {
            let message = format!("a data source in a check cannot have {name}");
            findings.error(code, span(&attribute.key), &path.name(name), message);
        }
    }
    if let Some(lifecycle) = block.body.get_blocks("lifecycle").next() {
        let message = "a data source in a check has no lifecycle: leave the block out".to_owned();
        findings.error(Code::UnknownBlock, span(&lifecycle.ident), &path.name("lifecycle"), message);
    }
    for label in block.labels.iter().skip(1).filter(|label| !labels::is_name(label.as_str())) {
        let message = format!("{:?} cannot be a name", label.as_str());
        findings.error(Code::InvalidName, span(label), path, message);
    }
    let schema = block.labels.first().and_then(|ty| findings.schemas.get(Kind::DataSource, ty.as_str()));
    if let Some(schema) = schema {
        body::check(findings, ElementKind::Data, &schema.block, block, path);
    }
}

/// Whether an output hands on what is to be kept secret: Terraform refuses it unless the output says so.
pub(super) fn exposes<'a>(findings: &mut Findings<'a>, block: &'a Block) {
    let Some(value) = block.body.get_attribute("value") else { return };
    let declared = block.body.get_attribute("sensitive");
    if declared.is_some_and(|a| a.value.as_bool() == Some(true) || a.value.as_str() == Some("true")) {
        return;
    }
    if super::secrets::is_sensitive(findings.document, &value.value) {
        let message = "this value is sensitive: say so with sensitive = true".to_owned();
        let place = Some(span(&value.value));
        findings.add(Severity::Error, Code::SensitiveOutput, place, &Path::root().name("value"), message);
    }
}
