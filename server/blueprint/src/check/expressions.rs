//! What Terraform refuses inside of expressions: unknown functions, wrong arguments, operators and types that do not fit.

use std::collections::HashMap;

use cloudoven_crawler::catalog::Type;
use hcl_edit::{
    expr::Expression,
    structure::{Attribute, Block, Body},
};

use super::{Findings, Severity};
use crate::{
    diagnostic::Code,
    document::{Document, ElementKind},
    infer::{Inference, Knowledge},
    locate::span,
    path::Path,
    schemas::{Schemas, local_name},
    types::{Inferred, convert, read_constraint},
};

/// What expressions are judged by, for all elements of a document.
pub(super) struct Judge<'a> {
    validate: Inference<'a>,
    design: Inference<'a>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(document: &'a Document, schemas: &'a Schemas) -> Self {
        Judge {
            validate: Inference::new(document, schemas, Knowledge::Validate),
            design: Inference::new(document, schemas, Knowledge::Design),
        }
    }
}

impl<'a> Findings<'a> {
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

    fn judged(&mut self, expression: &'a Expression, path: &Path) -> Inferred {
        let (value, faults) = self.judge.validate.judge(Some(self.element), expression);
        for fault in faults {
            self.add(Severity::Error, fault.code, Some(fault.span), path, fault.message);
        }
        value
    }

    /// Judges an expression whose value must be of a type whenever it is known.
    fn judged_as(&mut self, ty: &Type, attribute: &'a Attribute, path: &Path) {
        let value = self.judged(&attribute.value, path);
        if let Err(mismatch) = convert(&value, ty) {
            let message = format!("{}: {mismatch}", attribute.key.as_str());
            self.add(Severity::Error, Code::WrongType, Some(span(&attribute.value)), path, message);
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
        ElementKind::Provider if !is_used(document, element.ty.as_deref()) => {}
        ElementKind::Terraform | ElementKind::Other => {}
        _ => top(findings, &block.body),
    }
}

/// Terraform passes over the configuration of a provider that nothing needs.
fn is_used(document: &Document, provider: Option<&str>) -> bool {
    document.elements().iter().any(|e| {
        let resource = matches!(e.kind, ElementKind::Resource | ElementKind::Data | ElementKind::Ephemeral);
        resource && e.ty.as_deref().map(local_name) == provider
    })
}

fn variable<'a>(findings: &mut Findings<'a>, block: &'a Block) {
    if let Some(ty) = block.body.get_attribute("type")
        && let Err(fault) = read_constraint(&ty.value)
    {
        let path = Path::root().name("type");
        findings.add(Severity::Error, Code::WrongType, Some(fault.span), &path, fault.message);
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
            findings.add(Severity::Error, Code::WrongType, Some(span(&attribute.value)), &path, message);
        }
    }
}

/// The blocks of a body with their paths.
fn numbered<'a>(body: &'a Body, base: &Path) -> impl Iterator<Item = (&'a Block, Path)> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let base = base.clone();
    body.blocks().map(move |block| {
        let name = block.ident.as_str();
        let count = counts.entry(name).or_default();
        *count += 1;
        (block, base.name(name).index(*count - 1))
    })
}
