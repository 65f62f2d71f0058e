//! Whether a value is sensitive before anything runs: it comes from a variable that is declared so.
//!
//! Of what is not certain nothing is said: a `for` over what is not known, or what `try` comes back with.

use hcl_edit::{expr::Expression, template::Element as Part};

use super::address::Address;
use crate::document::{Document, ElementKind};

/// Locals that refer to locals are followed this far, and expressions in expressions.
const MAX_DEPTH: usize = 32;
const MAX_STEPS: usize = 2_000;

/// Functions that give something sensitive when they get it, whatever they compute.
const CARRYING: [&str; 24] = [
    "upper",
    "lower",
    "format",
    "join",
    "jsonencode",
    "base64encode",
    "trimspace",
    "replace",
    "split",
    "substr",
    "length",
    "md5",
    "sha1",
    "sha256",
    "tostring",
    "tonumber",
    "concat",
    "title",
    "trim",
    "chomp",
    "merge",
    "sensitive",
    "abs",
    "coalesce",
];

pub(super) fn is_sensitive(document: &Document, expression: &Expression) -> bool {
    Walk { document, steps: 0 }.is_sensitive(expression, 0)
}

struct Walk<'a> {
    document: &'a Document,
    steps: usize,
}

impl<'a> Walk<'a> {
    fn is_sensitive(&mut self, expression: &'a Expression, depth: usize) -> bool {
        self.steps += 1;
        if depth >= MAX_DEPTH || self.steps > MAX_STEPS {
            return false;
        }
        let depth = depth + 1;
        match expression {
            Expression::Traversal(_) => self.named(expression, depth),
            Expression::Parenthesis(inner) => self.is_sensitive(inner.inner(), depth),
            Expression::StringTemplate(template) => self.parts(template.iter(), depth),
            Expression::HeredocTemplate(heredoc) => self.parts(heredoc.template.iter(), depth),
            Expression::Array(items) => items.iter().any(|item| self.is_sensitive(item, depth)),
            Expression::Object(object) => {
                object.iter().any(|(_, value)| self.is_sensitive(value.expr(), depth))
            }
            Expression::UnaryOp(op) => self.is_sensitive(&op.expr, depth),
            Expression::BinaryOp(op) => {
                self.is_sensitive(&op.lhs_expr, depth) || self.is_sensitive(&op.rhs_expr, depth)
            }
            Expression::Conditional(conditional) => {
                [&conditional.cond_expr, &conditional.true_expr, &conditional.false_expr]
                    .into_iter()
                    .any(|part| self.is_sensitive(part, depth))
            }
            Expression::FuncCall(call) if !call.name.is_namespaced() => {
                let name = call.name.name.as_str();
                name == "sensitive"
                    || CARRYING.contains(&name)
                        && call.args.iter().any(|argument| self.is_sensitive(argument, depth))
            }
            _ => false,
        }
    }

    fn parts(&mut self, mut parts: impl Iterator<Item = &'a Part>, depth: usize) -> bool {
        parts.any(|part| part.as_interpolation().is_some_and(|inner| self.is_sensitive(&inner.expr, depth)))
    }

    fn named(&mut self, expression: &'a Expression, depth: usize) -> bool {
        let Some(address) = Address::of(expression) else { return false };
        let Some(name) = address.names().first().copied() else { return false };
        let element = self.document.element(&format!("{}.{name}", address.root));
        match (address.root, element) {
            ("var", Some(element)) if element.kind == ElementKind::Variable => {
                let block = self.document.block(element);
                let declared = block.and_then(|block| block.body.get_attribute("sensitive"));
                address.whole && declared.is_some_and(|a| a.value.as_bool() == Some(true))
            }
            // Of a part of a local it is not followed which one is sensitive.
            ("local", Some(element)) if element.kind == ElementKind::Local && address.steps.len() == 1 => {
                let attribute = self.document.local(element);
                address.whole && attribute.is_some_and(|a| self.is_sensitive(&a.value, depth))
            }
            _ => false,
        }
    }
}
