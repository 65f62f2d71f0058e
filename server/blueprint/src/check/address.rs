//! The part of an expression that names something: a root and the plain steps after it.

use std::ops::Range;

use hcl_edit::expr::{Expression, Traversal, TraversalOperator as Operator, UnaryOperator};

use crate::locate::span;

/// A step that is known from the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step<'a> {
    Name(&'a str),
    /// `["a"]`.
    Key(&'a str),
    /// `[0]` or `.0`.
    Index,
    /// `[true]`, `[null]`.
    OtherKey,
}

/// A name with the steps after it, up to the first that is to be found out.
#[derive(Debug, Clone)]
pub(super) struct Address<'a> {
    pub root: &'a str,
    pub steps: Vec<(Step<'a>, Range<usize>)>,
    /// Whether the steps are all there is.
    pub whole: bool,
    pub start: usize,
}

impl<'a> Address<'a> {
    /// The address that an expression begins with.
    pub(super) fn of(expression: &'a Expression) -> Option<Self> {
        match expression {
            Expression::Variable(name) => {
                Some(Address { root: name.as_str(), steps: Vec::new(), whole: true, start: span(name).start })
            }
            Expression::Traversal(traversal) => Self::of_traversal(traversal),
            _ => None,
        }
    }

    pub(super) fn of_traversal(traversal: &'a Traversal) -> Option<Self> {
        let Expression::Variable(root) = &traversal.expr else { return None };
        let operators = &traversal.operators;
        let steps: Vec<_> =
            operators.iter().map_while(|operator| Some((step(operator.value())?, span(operator)))).collect();
        let whole = steps.len() == operators.len();
        Some(Address { root: root.as_str(), steps, whole, start: span(root).start })
    }

    /// The names at the beginning of the steps.
    pub(super) fn names(&self) -> Vec<&'a str> {
        let name = |(step, _): &(Step<'a>, Range<usize>)| match step {
            Step::Name(name) => Some(*name),
            _ => None,
        };
        self.steps.iter().map_while(name).collect()
    }

    /// From the root to the end of the n-th step.
    pub(super) fn span(&self, steps: usize) -> Range<usize> {
        let end = steps.min(self.steps.len()).checked_sub(1).and_then(|last| self.steps.get(last));
        self.start..end.map_or(self.start + self.root.len(), |(_, span)| span.end)
    }
}

fn step(operator: &Operator) -> Option<Step<'_>> {
    Some(match operator {
        Operator::GetAttr(name) => Step::Name(name.as_str()),
        Operator::LegacyIndex(_) => Step::Index,
        Operator::Index(key) => match key {
            Expression::String(text) => Step::Key(text.as_str()),
            Expression::Number(_) => Step::Index,
            Expression::UnaryOp(op) if *op.operator.value() == UnaryOperator::Neg && op.expr.is_number() => {
                return None;
            }
            Expression::Bool(_) | Expression::Null(_) => Step::OtherKey,
            _ => return None,
        },
        Operator::AttrSplat(_) | Operator::FullSplat(_) => return None,
    })
}
