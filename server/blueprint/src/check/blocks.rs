//! Terraform's own blocks: which arguments and blocks each may hold.

use std::ops::Range;

use hcl_edit::structure::{Block, Body};

use super::{Findings, labels};
use crate::{diagnostic::Code, locate::span, path::Path, similar::similar};

/// What a block may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Each with whether it is required.
    pub attributes: &'static [(&'static str, bool)],
    /// Each with what its labels stand for.
    pub blocks: &'static [(&'static str, &'static [&'static str])],
}

pub(super) const RULE: Shape =
    Shape { attributes: &[("condition", true), ("error_message", true)], blocks: &[] };

pub(super) const TERRAFORM: Shape = Shape {
    attributes: &[("required_version", false), ("experiments", false), ("language", false)],
    blocks: &[
        ("backend", &["type"]),
        ("cloud", &[]),
        ("required_providers", &[]),
        ("provider_meta", &["provider"]),
    ],
};

pub(super) const VARIABLE: Shape = Shape {
    attributes: &[
        ("type", false),
        ("default", false),
        ("description", false),
        ("sensitive", false),
        ("nullable", false),
        ("ephemeral", false),
    ],
    blocks: &[("validation", &[])],
};

pub(super) const OUTPUT: Shape = Shape {
    attributes: &[
        ("value", true),
        ("description", false),
        ("sensitive", false),
        ("ephemeral", false),
        ("depends_on", false),
    ],
    blocks: &[("precondition", &[])],
};

pub(super) const MOVED: Shape = Shape { attributes: &[("from", true), ("to", true)], blocks: &[] };

pub(super) const IMPORT: Shape = Shape {
    attributes: &[("to", true), ("id", true), ("provider", false), ("for_each", false)],
    blocks: &[],
};

pub(super) const REMOVED: Shape = Shape {
    attributes: &[("from", true)],
    blocks: &[("lifecycle", &[]), ("provisioner", &["type"]), ("connection", &[])],
};

pub(super) const REMOVED_LIFECYCLE: Shape = Shape { attributes: &[("destroy", false)], blocks: &[] };

pub(super) const CHECK: Shape =
    Shape { attributes: &[], blocks: &[("data", &["type", "name"]), ("assert", &[])] };

/// Checks that a body holds what its shape says.
pub(super) fn check(
    findings: &mut Findings<'_>,
    shape: &Shape,
    body: &Body,
    head: Range<usize>,
    base: &Path,
) {
    for set in body.attributes() {
        let name = set.key.as_str();
        if shape.attributes.iter().any(|(known, _)| *known == name) {
            continue;
        }
        let message = match shape.blocks.iter().any(|(known, _)| *known == name) {
            true => format!("{name} is a block here: write it without `=`"),
            false => unknown("argument", name, shape.attributes.iter().map(|(known, _)| *known)),
        };
        findings.error(Code::UnknownArgument, span(&set.key), &base.name(name), message);
    }
    for (name, _) in shape.attributes.iter().filter(|(name, required)| *required && !body.has_attribute(name))
    {
        let message = format!("{name} is required and not set");
        findings.error(Code::MissingArgument, head.clone(), &base.name(name), message);
    }
    for block in body.blocks() {
        nested(findings, shape, block, base);
    }
}

fn nested(findings: &mut Findings<'_>, shape: &Shape, block: &Block, base: &Path) {
    let name = block.ident.as_str();
    let path = base.name(name);
    if let Some((_, wanted)) = shape.blocks.iter().find(|(known, _)| *known == name) {
        labels::count(findings, block, wanted, &path);
        return;
    }
    let message = match shape.attributes.iter().any(|(known, _)| *known == name) {
        true => format!("{name} is an argument here: write `{name} =`"),
        false => unknown("block", name, shape.blocks.iter().map(|(known, _)| *known)),
    };
    findings.error(Code::UnknownBlock, span(&block.ident), &path, message);
}

fn unknown(what: &str, name: &str, known: impl Iterator<Item = &'static str>) -> String {
    match similar(name, known) {
        Some(meant) => format!("there is no {what} {name} here; did you mean {meant}?"),
        None => format!("there is no {what} {name} here"),
    }
}
