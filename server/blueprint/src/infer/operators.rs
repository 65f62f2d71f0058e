//! Operators: arithmetic, comparison, logic.

use cloudoven_crawler::catalog::Type;
use hcl_edit::expr::{BinaryOp, BinaryOperator, Expression, UnaryOp, UnaryOperator};

use super::{Walk, convert};
use crate::types::Inferred;

impl<'a> Walk<'a, '_> {
    pub(super) fn unary(&mut self, op: &'a UnaryOp) -> Inferred {
        let ty = match op.operator.value() {
            UnaryOperator::Not => Type::Bool,
            UnaryOperator::Neg => Type::Number,
        };
        let value = self.of(&op.expr);
        if !self.operand(&op.expr, &value, &ty) {
            return Inferred::UNKNOWN;
        }
        match (op.operator.value(), value) {
            (UnaryOperator::Not, Inferred::Bool(value)) => Inferred::Bool(!value),
            (UnaryOperator::Neg, Inferred::Number(value)) => Inferred::Number(-value),
            _ => Inferred::Of(ty),
        }
    }

    pub(super) fn binary(&mut self, op: &'a BinaryOp) -> Inferred {
        use BinaryOperator as Op;
        let (left, right) = (self.of(&op.lhs_expr), self.of(&op.rhs_expr));
        let (operand, result) = match op.operator.value() {
            Op::Eq | Op::NotEq => return Inferred::Of(Type::Bool),
            Op::And | Op::Or => (Type::Bool, Type::Bool),
            Op::Less | Op::LessEq | Op::Greater | Op::GreaterEq => (Type::Number, Type::Bool),
            Op::Plus | Op::Minus | Op::Mul | Op::Div | Op::Mod => (Type::Number, Type::Number),
        };
        let fits = self.operand(&op.lhs_expr, &left, &operand) & self.operand(&op.rhs_expr, &right, &operand);
        if fits { Inferred::Of(result) } else { Inferred::UNKNOWN }
    }

    fn operand(&self, expression: &Expression, value: &Inferred, ty: &Type) -> bool {
        match convert(value, ty) {
            Ok(()) => true,
            Err(mismatch) => {
                self.wrong_type(expression, format!("this operator works on a {ty}: {mismatch}"));
                false
            }
        }
    }
}
