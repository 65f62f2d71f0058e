//! Names in expressions: whether what they name is declared, and may be named there.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/expressions/references>

use hcl_edit::{
    Ident,
    expr::{Expression, ForExpr, ObjectKey, Traversal},
    structure::{Attribute, Block, Body},
    template::ForDirective,
    visit::{self, Visit},
};

use super::{Findings, Severity, address::Address, dynamic, numbered, targets};
use crate::{diagnostic::Code, document::ElementKind, path::Path, refs::is_destroy};

/// What may be named besides what is declared.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Scope {
    pub each: bool,
    pub count: bool,
    /// `self`.
    pub own: bool,
    /// What runs when the element is destroyed: it knows nothing but itself.
    pub last: bool,
    /// The element cannot speak of itself by its name.
    pub not_itself: bool,
}

/// Checks the names in every expression of an element that Terraform evaluates.
pub(super) fn check<'a>(findings: &mut Findings<'a>, block: &'a Block) {
    let (element, root) = (findings.element, Path::root());
    match element.kind {
        ElementKind::Local => {
            if let Some(attribute) = findings.document.local(element) {
                expression(findings, &attribute.value, Scope::default(), &root.name("value"));
            }
        }
        ElementKind::Variable => {
            for (rule, path) in numbered(&block.body, &root).filter(|(b, _)| b.ident.as_str() == "validation")
            {
                attributes(findings, &rule.body, Scope::default(), &path, &[]);
            }
        }
        ElementKind::Terraform => {}
        ElementKind::Other => other(findings, block),
        ElementKind::Output => {
            attributes(findings, &block.body, Scope::default(), &root, &["depends_on"]);
            for (rule, path) in numbered(&block.body, &root) {
                attributes(findings, &rule.body, Scope::default(), &path, &[]);
            }
        }
        ElementKind::Provider if findings.unused => {}
        ElementKind::Provider => body(findings, &block.body, Scope::default(), &root, &["alias", "version"]),
        ElementKind::Module => {
            repeated(findings, &block.body, &["source", "version", "providers", "depends_on"]);
        }
        ElementKind::Resource | ElementKind::Data | ElementKind::Ephemeral => {
            repeated(findings, &block.body, &["provider", "depends_on"]);
        }
    }
}

fn other<'a>(findings: &mut Findings<'a>, block: &'a Block) {
    let root = Path::root();
    match block.ident.as_str() {
        "check" => {
            for (inner, path) in numbered(&block.body, &root) {
                let skipped: &[&str] =
                    if inner.ident.as_str() == "data" { &["provider", "depends_on"] } else { &[] };
                body(findings, &inner.body, Scope::default(), &path, skipped);
            }
        }
        "import" => {
            let each = Scope { each: block.body.has_attribute("for_each"), ..Scope::default() };
            for attribute in block.body.attributes() {
                let scope = match attribute.key.as_str() {
                    "id" => each,
                    "for_each" => Scope::default(),
                    _ => continue,
                };
                expression(findings, &attribute.value, scope, &root.name(attribute.key.as_str()));
            }
        }
        _ => {}
    }
}

/// The body of an element of which there may be many.
fn repeated<'a>(findings: &mut Findings<'a>, block: &'a Body, skipped: &[&str]) {
    let root = Path::root();
    // What is given to a module Terraform looks at only when it knows how many of it there are.
    let module = findings.element.kind == ElementKind::Module;
    let has = |name: &str| module || block.has_attribute(name);
    let scope = Scope { each: has("for_each"), count: has("count"), ..Scope::default() };
    for attribute in block.attributes() {
        let name = attribute.key.as_str();
        let meta = matches!(name, "count" | "for_each");
        if !skipped.contains(&name) {
            let scope = if meta { Scope::default() } else { scope };
            expression(findings, &attribute.value, scope, &root.name(name));
        }
    }
    let provisioned = block.has_blocks("provisioner");
    let runs_last =
        |block: &Block| block.body.get_attribute("when").is_some_and(|when| is_destroy(&when.value));
    let last = block.get_blocks("provisioner").any(runs_last);
    for (inner, path) in numbered(block, &root) {
        match inner.ident.as_str() {
            "lifecycle" => lifecycle(findings, inner, scope, &path),
            "connection" if provisioned => {
                body(findings, &inner.body, Scope { own: true, last, ..scope }, &path, &[])
            }
            "connection" => {}
            "provisioner" => {
                let scope = Scope { own: true, last: runs_last(inner), ..scope };
                body(findings, &inner.body, scope, &path, &["when", "on_failure"]);
            }
            _ => nested(findings, inner, scope, &path),
        }
    }
}

fn lifecycle<'a>(findings: &mut Findings<'a>, block: &'a Block, scope: Scope, base: &Path) {
    for (rule, path) in numbered(&block.body, base) {
        let own = match rule.ident.as_str() {
            "precondition" => false,
            "postcondition" => true,
            _ => continue,
        };
        attributes(findings, &rule.body, Scope { own, not_itself: true, ..scope }, &path, &[]);
    }
}

fn attributes<'a>(findings: &mut Findings<'a>, body: &'a Body, scope: Scope, base: &Path, skipped: &[&str]) {
    for attribute in body.attributes().filter(|a| !skipped.contains(&a.key.as_str())) {
        expression(findings, &attribute.value, scope, &base.name(attribute.key.as_str()));
    }
}

fn body<'a>(findings: &mut Findings<'a>, body: &'a Body, scope: Scope, base: &Path, skipped: &[&str]) {
    attributes(findings, body, scope, base, skipped);
    for (inner, path) in numbered(body, base) {
        nested(findings, inner, scope, &path);
    }
}

fn nested<'a>(findings: &mut Findings<'a>, block: &'a Block, scope: Scope, path: &Path) {
    Names::new(findings, scope, path).block(block, path);
}

fn expression<'a>(findings: &mut Findings<'a>, value: &'a Expression, scope: Scope, path: &Path) {
    Names::new(findings, scope, path).visit_expr(value);
}

/// One walk through the expressions of one argument or block.
struct Names<'f, 'a> {
    findings: &'f mut Findings<'a>,
    scope: Scope,
    path: Path,
    /// Names that `for` and `dynamic` bind.
    bound: Vec<String>,
    /// Of what Terraform does not evaluate as long as it does not know how many there are, a warning.
    severity: Severity,
}

impl<'f, 'a> Names<'f, 'a> {
    fn new(findings: &'f mut Findings<'a>, scope: Scope, path: &Path) -> Self {
        Names { findings, scope, path: path.clone(), bound: Vec::new(), severity: Severity::Error }
    }

    fn block(&mut self, block: &'a Block, path: &Path) {
        if block.ident.as_str() == "dynamic" {
            return self.dynamic(block, path);
        }
        self.body(&block.body, path);
    }

    fn body(&mut self, body: &'a Body, base: &Path) {
        for attribute in body.attributes() {
            self.attribute(attribute, base);
        }
        for (inner, path) in numbered(body, base) {
            self.block(inner, &path);
        }
    }

    fn attribute(&mut self, attribute: &Attribute, base: &Path) {
        self.path = base.name(attribute.key.as_str());
        self.visit_expr(&attribute.value);
    }

    /// The content of a dynamic block knows its iterator, which is called like the block or as `iterator` says.
    fn dynamic(&mut self, block: &'a Block, base: &Path) {
        for attribute in block.body.attributes().filter(|a| a.key.as_str() == "for_each") {
            self.attribute(attribute, base);
        }
        let (before, severity) = (self.bound.len(), self.severity);
        self.bound.extend(crate::refs::iterator(block).map(str::to_owned));
        if !dynamic::is_made(self.findings, block) {
            self.severity = Severity::Warning;
        }
        for attribute in block.body.attributes().filter(|a| a.key.as_str() == "labels") {
            self.attribute(attribute, base);
        }
        for (content, path) in numbered(&block.body, base).filter(|(b, _)| b.ident.as_str() == "content") {
            self.body(&content.body, &path);
        }
        self.bound.truncate(before);
        self.severity = severity;
    }

    fn named(&mut self, address: &Address<'_>) {
        if !self.bound.iter().any(|name| name == address.root)
            && let Some((place, code, message)) = targets::fault(self.findings, self.scope, address)
        {
            self.findings.add(self.severity, code, Some(place), &self.path, message);
        }
    }

    fn within(&mut self, names: &[&Ident], visit: impl FnOnce(&mut Self)) {
        let before = self.bound.len();
        self.bound.extend(names.iter().map(|name| name.as_str().to_owned()));
        visit(self);
        self.bound.truncate(before);
    }
}

impl Visit for Names<'_, '_> {
    fn visit_expr(&mut self, node: &Expression) {
        match node {
            Expression::Variable(_) => {
                if let Some(address) = Address::of(node) {
                    self.named(&address);
                }
            }
            _ => visit::visit_expr(self, node),
        }
    }

    fn visit_traversal(&mut self, node: &Traversal) {
        match Address::of_traversal(node) {
            Some(address) => {
                self.named(&address);
                node.operators.iter().for_each(|operator| self.visit_traversal_operator(operator.value()));
            }
            None => visit::visit_traversal(self, node),
        }
    }

    fn visit_object_key(&mut self, node: &ObjectKey) {
        // A name alone is text.
        if let ObjectKey::Expression(expression) = node
            && !expression.is_variable()
        {
            self.visit_expr(expression);
        }
    }

    fn visit_for_expr(&mut self, node: &ForExpr) {
        self.visit_expr(&node.intro.collection_expr);
        let names: Vec<&Ident> =
            node.intro.key_var.iter().map(|key| key.value()).chain([node.intro.value_var.value()]).collect();
        self.within(&names, |walk| {
            node.key_expr.iter().for_each(|key| walk.visit_expr(key));
            walk.visit_expr(&node.value_expr);
            node.cond.iter().for_each(|cond| walk.visit_expr(&cond.expr));
        });
    }

    fn visit_for_directive(&mut self, node: &ForDirective) {
        let each = &node.for_expr;
        self.visit_expr(&each.collection_expr);
        let names: Vec<&Ident> =
            each.key_var.iter().map(|key| key.value()).chain([each.value_var.value()]).collect();
        self.within(&names, |walk| walk.visit_template(&each.template));
    }
}

/// What an address may not be used for.
pub(super) type Fault = (std::ops::Range<usize>, Code, String);
