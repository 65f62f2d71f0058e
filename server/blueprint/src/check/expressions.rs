//! What Terraform refuses inside of expressions: unknown functions, wrong arguments, operators and types that do not fit.

use std::{cell::OnceCell, collections::HashSet};

use cloudoven_crawler::catalog::Type;
use hcl_edit::{
    expr::Expression,
    structure::{Attribute, Block, Body},
};

use super::{Findings, Severity, dynamic, numbered};
use crate::{
    diagnostic::Code,
    document::{Document, Element, ElementKind},
    infer::{Inference, Knowledge},
    locate::span,
    path::Path,
    schemas::Schemas,
    types::{Inferred, convert, read_constraint},
};

/// What expressions are judged by, for all elements of a document.
pub(super) struct Judge<'a> {
    validate: Inference<'a>,
    design: Inference<'a>,
    document: &'a Document,
    /// Addresses of the provider configurations that something is made by.
    used: OnceCell<HashSet<&'a str>>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(document: &'a Document, schemas: &'a Schemas) -> Self {
        Judge {
            validate: Inference::new(document, schemas, Knowledge::Validate),
            design: Inference::new(document, schemas, Knowledge::Design),
            document,
            used: OnceCell::new(),
        }
    }

    /// Terraform passes over the configuration of a provider that nothing needs.
    pub(super) fn is_used(&self, provider: &Element) -> bool {
        let used = self.used.get_or_init(|| {
            self.document.all_declared().flat_map(|(_, _, d)| &d.makers).map(String::as_str).collect()
        });
        used.contains(provider.address.as_str())
    }
}

impl<'a> Findings<'a> {
    /// What Terraform knows of a value when it validates. What is wrong with it is told elsewhere.
    pub(super) fn constant(&self, expression: &'a Expression) -> Inferred {
        self.judge.validate.value(Some(self.element), expression)
    }

    /// Why an argument's value is not of its type. An error where Terraform finds it before a plan, else a warning.
    pub(super) fn mismatch(&self, ty: &Type, expression: &'a Expression) -> Option<(Severity, String)> {
        let misfit = |inference: &Inference<'a>| {
            let value = inference.value(Some(self.element), expression);
            convert(&value, ty).err().map(|mismatch| mismatch.to_string())
        };
        let designed = misfit(&self.judge.design)?;
        Some(match misfit(&self.judge.validate) {
            Some(message) => (Severity::Error, message),
            None => (Severity::Warning, designed),
        })
    }

    pub(super) fn judged(&mut self, expression: &'a Expression, path: &Path) -> Inferred {
        let (value, faults) = self.judge.validate.judge(Some(self.element), expression);
        for fault in faults {
            self.error(fault.code, fault.span, path, fault.message);
        }
        value
    }

    /// Judges an expression whose value must be of a type whenever it is known.
    fn judged_as(&mut self, ty: &Type, attribute: &'a Attribute, path: &Path) {
        let value = self.judged(&attribute.value, path);
        if let Err(mismatch) = convert(&value, ty) {
            let message = format!("{}: {mismatch}", attribute.key.as_str());
            self.error(Code::WrongType, span(&attribute.value), path, message);
        }
    }
}

/// Checks every expression of an element that Terraform evaluates when it validates.
pub(super) fn check(findings: &mut Findings<'_>) {
    let (document, element) = (findings.document, findings.element);
    let Some(block) = document.block(element) else { return };
    match element.kind {
        ElementKind::Local => {
            if let Some(attribute) = document.local(element) {
                findings.judged(&attribute.value, &Path::root().name("value"));
            }
        }
        ElementKind::Variable => variable(findings, block),
        ElementKind::Provider if findings.unused => {}
        ElementKind::Terraform | ElementKind::Other => {}
        _ => top(findings, &block.body),
    }
}

fn variable<'a>(findings: &mut Findings<'a>, block: &'a Block) {
    if let Some(ty) = block.body.get_attribute("type")
        && let Err(fault) = read_constraint(&ty.value)
    {
        let path = Path::root().name("type");
        findings.error(Code::WrongType, fault.span, &path, fault.message);
    }
    for (i, validation) in block.body.get_blocks("validation").enumerate() {
        rule(findings, &validation.body, &Path::root().name("validation").index(i), true);
    }
}

/// The body of an element: what Terraform itself gives a meaning, and the rest.
fn top<'a>(findings: &mut Findings<'a>, body: &'a Body) {
    let own: &[&str] = match findings.element.kind {
        ElementKind::Module => &["source", "version", "providers", "depends_on"],
        _ => &["provider", "depends_on"],
    };
    let root = Path::root();
    for attribute in body.attributes().filter(|a| !own.contains(&a.key.as_str())) {
        let path = root.name(attribute.key.as_str());
        match attribute.key.as_str() {
            "count" => findings.judged_as(&Type::Number, attribute, &path),
            _ => drop(findings.judged(&attribute.value, &path)),
        }
    }
    for (block, path) in numbered(body, &root) {
        match block.ident.as_str() {
            "lifecycle" => {
                let rules = numbered(&block.body, &path);
                let rules =
                    rules.filter(|(b, _)| matches!(b.ident.as_str(), "precondition" | "postcondition"));
                // What comes of it is looked at with the plan.
                rules.for_each(|(block, path)| rule(findings, &block.body, &path, false));
            }
            "precondition" => rule(findings, &block.body, &path, true),
            // Nobody looks at the connection of an element without provisioners.
            "connection" if !body.has_blocks("provisioner") => {}
            _ => nested(findings, block, &path),
        }
    }
}

/// A nested block, or one that is made for each of many. The content of the latter is not reached as long as it is not
/// known of how many.
fn nested<'a>(findings: &mut Findings<'a>, block: &'a Block, path: &Path) {
    if block.ident.as_str() == "dynamic" {
        if let Some(each) = block.body.get_attribute("for_each") {
            findings.judged(&each.value, &path.name("for_each"));
        }
        if dynamic::is_made(findings, block) {
            for (content, path) in numbered(&block.body, path).filter(|(b, _)| b.ident.as_str() == "content")
            {
                nested(findings, content, &path);
            }
        }
        return;
    }
    for attribute in block.body.attributes() {
        findings.judged(&attribute.value, &path.name(attribute.key.as_str()));
    }
    for (block, path) in numbered(&block.body, path) {
        nested(findings, block, &path);
    }
}

/// A condition with what to say when it is not met. `typed`: whether Terraform looks at the result when it validates.
fn rule<'a>(findings: &mut Findings<'a>, body: &'a Body, base: &Path, typed: bool) {
    for attribute in body.attributes() {
        let path = base.name(attribute.key.as_str());
        let value = findings.judged(&attribute.value, &path);
        let condition = typed && attribute.key.as_str() == "condition" && !matches!(value, Inferred::Of(_));
        if condition && let Err(mismatch) = convert(&value, &Type::Bool) {
            let message = format!("a condition is true or false: {mismatch}");
            findings.error(Code::WrongType, span(&attribute.value), &path, message);
        }
    }
}
