//! `provisioner` and `connection` blocks.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/provisioners>

use cloudoven_crawler::catalog::Type;
use hcl_edit::structure::{Attribute, Block, Body};

use super::{Findings, Severity, labels, numbered};
use crate::{diagnostic::Code, locate::span, path::Path, similar::similar};

/// What each provisioner takes; those that are required, first. Others are programs of their own.
const KNOWN: [(&str, &[&str], &[&str]); 3] = [
    ("local-exec", &["command"], &["working_dir", "interpreter", "environment", "quiet"]),
    ("file", &["destination"], &["source", "content"]),
    ("remote-exec", &[], &["inline", "script", "scripts"]),
];

const REMOVED: [&str; 4] = ["chef", "habitat", "puppet", "salt-masterless"];

/// What all provisioners take.
const COMMON: [&str; 2] = ["when", "on_failure"];

const CONNECTION: [&str; 29] = [
    "host",
    "type",
    "user",
    "password",
    "port",
    "timeout",
    "script_path",
    "target_platform",
    "private_key",
    "certificate",
    "host_key",
    "agent",
    "agent_identity",
    "proxy_scheme",
    "proxy_host",
    "proxy_port",
    "proxy_user_name",
    "proxy_user_password",
    "bastion_host",
    "bastion_host_key",
    "bastion_port",
    "bastion_user",
    "bastion_password",
    "bastion_private_key",
    "bastion_certificate",
    "https",
    "insecure",
    "use_ntlm",
    "cacert",
];

fn type_of(name: &str) -> Type {
    match name {
        "inline" | "scripts" | "interpreter" => Type::List(Box::new(Type::String)),
        "environment" => Type::Map(Box::new(Type::String)),
        "quiet" | "agent" | "https" | "insecure" | "use_ntlm" => Type::Bool,
        "port" | "bastion_port" | "proxy_port" => Type::Number,
        _ => Type::String,
    }
}

/// Checks the provisioners of an element, and what they connect by.
pub(super) fn check<'a>(findings: &mut Findings<'a>, body: &'a Body) {
    let root = Path::root();
    single(findings, body, "connection", &root);
    let shared = body.get_blocks("connection").next();
    let mut provisioned = false;
    for (block, path) in numbered(body, &root).filter(|(block, _)| block.ident.as_str() == "provisioner") {
        provisioned = true;
        one(findings, block, &path);
        single(findings, &block.body, "connection", &path);
        for (own, path) in numbered(&block.body, &path).filter(|(b, _)| b.ident.as_str() == "connection") {
            connection(findings, own, shared, &path);
        }
    }
    // Nobody looks at the connection of an element without provisioners.
    if let Some(shared) = shared.filter(|_| provisioned) {
        connection(findings, shared, None, &root.name("connection").index(0));
    }
}

/// At most one block of a kind.
pub(super) fn single(findings: &mut Findings<'_>, body: &Body, name: &str, base: &Path) {
    if let Some(second) = body.get_blocks(name).nth(1) {
        let message = format!("there is a {name} block already: put everything into one");
        findings.error(Code::TooManyBlocks, span(&second.ident), &base.name(name).index(1), message);
    }
}

fn one<'a>(findings: &mut Findings<'a>, block: &'a Block, path: &Path) {
    if !labels::count(findings, block, &["type"], path) {
        return;
    }
    let kind = block.labels.first().map_or("", |label| label.as_str());
    keyword(findings, &block.body, "when", &["create", "destroy"], path);
    keyword(findings, &block.body, "on_failure", &["continue", "fail"], path);
    for (inner, path) in numbered(&block.body, path) {
        let name = inner.ident.as_str();
        if matches!(name, "connection" | "_") {
            continue;
        }
        let message = format!("there is no {name} block in a provisioner");
        findings.error(Code::UnknownBlock, span(&inner.ident), &path, message);
    }
    if REMOVED.contains(&kind) {
        let message = format!("Terraform has no {kind} provisioner any more");
        findings.add(Severity::Error, Code::UnknownType, block.labels.first().map(span), path, message);
    }
    let Some((_, required, optional)) = KNOWN.iter().find(|(name, ..)| *name == kind) else { return };
    let known: Vec<&str> = required.iter().chain(*optional).chain(&COMMON).copied().collect();
    arguments(findings, &block.body, &known, path);
    if !block.body.has_blocks("_") {
        missing(findings, block, required, path);
    }
    one_of(findings, block, kind, path);
}

/// Exactly one of the sources of what is copied or run.
fn one_of(findings: &mut Findings<'_>, block: &Block, kind: &str, path: &Path) {
    let choices: &[&str] = match kind {
        "file" => &["source", "content"],
        "remote-exec" => &["inline", "script", "scripts"],
        _ => return,
    };
    let given = choices
        .iter()
        .filter(|name| block.body.get_attribute(name).is_some_and(|a| !a.value.is_null()))
        .count();
    if given != 1 && !block.body.has_blocks("_") {
        let message = format!("a {kind} provisioner takes exactly one of {}", choices.join(", "));
        let code = if given == 0 { Code::MissingArgument } else { Code::InvalidMeta };
        findings.error(code, span(&block.ident), path, message);
    }
}

/// A word of Terraform's own, with or without quotes.
fn keyword(findings: &mut Findings<'_>, body: &Body, name: &str, words: &[&str], base: &Path) {
    let Some(attribute) = body.get_attribute(name) else { return };
    let word = attribute.value.as_variable().map(|word| word.as_str()).or_else(|| attribute.value.as_str());
    if word.is_some_and(|word| words.contains(&word)) {
        return;
    }
    let message = format!("{name} is {}", words.join(" or "));
    findings.error(Code::InvalidReference, span(&attribute.value), &base.name(name), message);
}

fn connection<'a>(findings: &mut Findings<'a>, block: &'a Block, shared: Option<&Block>, path: &Path) {
    if !labels::count(findings, block, &[], path) || block.body.has_blocks("_") {
        return;
    }
    arguments(findings, &block.body, &CONNECTION, path);
    let host = shared.is_some_and(|shared| shared.body.has_attribute("host") || shared.body.has_blocks("_"));
    if !host {
        missing(findings, block, &CONNECTION[..1], path);
    }
    for inner in block.body.blocks() {
        let name = inner.ident.as_str();
        let message = format!("there is no {name} block in a connection");
        findings.error(Code::UnknownBlock, span(&inner.ident), &path.name(name), message);
    }
}

fn arguments<'a>(findings: &mut Findings<'a>, body: &'a Body, known: &[&str], base: &Path) {
    for set in body.attributes().filter(|set| !COMMON.contains(&set.key.as_str())) {
        let name = set.key.as_str();
        let path = base.name(name);
        if known.contains(&name) {
            typed(findings, set, &path);
            continue;
        }
        let hint = similar(name, known.iter().copied())
            .map(|meant| format!("; did you mean {meant}?"))
            .unwrap_or_default();
        let message = format!("there is no argument {name} here{hint}");
        findings.error(Code::UnknownArgument, span(&set.key), &path, message);
    }
}

fn typed<'a>(findings: &mut Findings<'a>, set: &'a Attribute, path: &Path) {
    let name = set.key.as_str();
    if let Some((severity, message)) = findings.mismatch(&type_of(name), &set.value) {
        findings.add(severity, Code::WrongType, Some(span(&set.value)), path, format!("{name}: {message}"));
    }
}

fn missing(findings: &mut Findings<'_>, block: &Block, required: &[&str], base: &Path) {
    for name in required.iter().filter(|name| !block.body.has_attribute(name)) {
        let message = format!("{name} is required and not set");
        findings.error(Code::MissingArgument, span(&block.ident), &base.name(name), message);
    }
}
