//! Arguments that Terraform reads before anything else: literals, without references and calls.

use std::ops::Range;

use cloudoven_crawler::catalog::Type;
use hcl_edit::{
    Ident,
    expr::{Expression, ForExpr, FuncCall, ObjectKey, Traversal},
    structure::Attribute,
    template::ForDirective,
    visit::{self, Visit},
};

use super::{Findings, address::Address};
use crate::{
    diagnostic::Code,
    locate::span,
    path::Path,
    types::{Inferred, convert},
};

/// Checks that an argument's value is known from its text alone and of a type. Whether it is.
pub(super) fn check<'a>(findings: &mut Findings<'a>, set: &'a Attribute, ty: &Type, path: &Path) -> bool {
    let name = set.key.as_str();
    if let Some(place) = variable_in(&set.value) {
        let message = format!(
            "{name} is read before anything else: write a literal value, without references or calls"
        );
        findings.error(Code::NotConstant, place, path, message);
        return false;
    }
    let value = findings.judged(&set.value, path);
    let message = match convert(&value, ty) {
        Err(mismatch) => format!("{name}: {mismatch}"),
        Ok(()) if value == Inferred::Null => format!("{name} has no value; leave it out or give it one"),
        Ok(()) => return true,
    };
    findings.error(Code::WrongType, span(&set.value), path, message);
    false
}

/// The first reference or call in an expression.
pub(super) fn variable_in(expression: &Expression) -> Option<Range<usize>> {
    let found = find(expression);
    found.name.or(found.call)
}

/// Whether an expression refers to anything.
pub(super) fn names_something(expression: &Expression) -> bool {
    find(expression).name.is_some()
}

/// Whether an expression refers to `root.name`.
pub(super) fn mentions(expression: &Expression, root: &str, name: &str) -> bool {
    let mut finder = Finder { wanted: Some((root.to_owned(), name.to_owned())), ..Finder::default() };
    finder.visit_expr(expression);
    finder.mentioned
}

fn find(expression: &Expression) -> Finder {
    let mut finder = Finder::default();
    finder.visit_expr(expression);
    finder
}

#[derive(Default)]
struct Finder {
    /// Names that `for` binds.
    bound: Vec<String>,
    /// The first reference.
    name: Option<Range<usize>>,
    /// The first call.
    call: Option<Range<usize>>,
    /// What is looked for, and whether it is there.
    wanted: Option<(String, String)>,
    mentioned: bool,
}

impl Finder {
    fn variable(&mut self, name: &str, place: Range<usize>) {
        if !self.bound.iter().any(|bound| bound == name) {
            self.name.get_or_insert(place);
        }
    }

    fn within(&mut self, names: &[&Ident], visit: impl FnOnce(&mut Self)) {
        let before = self.bound.len();
        self.bound.extend(names.iter().map(|name| name.as_str().to_owned()));
        visit(self);
        self.bound.truncate(before);
    }
}

impl Visit for Finder {
    fn visit_expr(&mut self, node: &Expression) {
        match node {
            Expression::Variable(name) => self.variable(name.as_str(), span(name)),
            _ => visit::visit_expr(self, node),
        }
    }

    fn visit_traversal(&mut self, node: &Traversal) {
        if let (Some(address), Some((root, name))) = (Address::of_traversal(node), &self.wanted) {
            self.mentioned |= address.root == root && address.names().first() == Some(&name.as_str());
        }
        visit::visit_traversal(self, node);
    }

    fn visit_object_key(&mut self, node: &ObjectKey) {
        // A name alone is text.
        if let ObjectKey::Expression(expression) = node
            && !expression.is_variable()
        {
            self.visit_expr(expression);
        }
    }

    fn visit_func_call(&mut self, node: &FuncCall) {
        self.call.get_or_insert_with(|| span(&node.name.name));
        visit::visit_func_call(self, node);
    }

    fn visit_for_expr(&mut self, node: &ForExpr) {
        self.visit_expr(&node.intro.collection_expr);
        let names: Vec<&Ident> =
            node.intro.key_var.iter().map(|key| key.value()).chain([node.intro.value_var.value()]).collect();
        self.within(&names, |finder| {
            node.key_expr.iter().for_each(|key| finder.visit_expr(key));
            finder.visit_expr(&node.value_expr);
            node.cond.iter().for_each(|cond| finder.visit_expr(&cond.expr));
        });
    }

    fn visit_for_directive(&mut self, node: &ForDirective) {
        let each = &node.for_expr;
        self.visit_expr(&each.collection_expr);
        let names: Vec<&Ident> =
            each.key_var.iter().map(|key| key.value()).chain([each.value_var.value()]).collect();
        self.within(&names, |finder| finder.visit_template(&each.template));
    }
}
