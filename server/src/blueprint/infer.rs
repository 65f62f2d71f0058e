//! The type of an expression, as far as text and catalog tell.

use std::collections::BTreeMap;

use cloudoven_crawler::catalog::{self, ObjectAttribute, Type};
use hcl_edit::expr::{Expression, FuncCall, Traversal, TraversalOperator};

use super::{
    document::{Document, ElementKind},
    locate::key_text,
    path::{Path, Step},
    schemas::Schemas,
};

/// References to references are followed this far.
const MAX_HOPS: usize = 8;

/// The type of an argument by its schema, the steps into its value included.
pub fn argument_type(schema: &catalog::Block, path: &Path) -> Option<Type> {
    let mut block = schema;
    let mut steps = path.steps().iter();
    while let Some(step) = steps.next() {
        let Step::Name(name) = step else { continue };
        if let Some(nested) = block.blocks.get(name) {
            block = &nested.block;
            continue;
        }
        let rest: Vec<&Step> = steps.collect();
        return within(&block.attributes.get(name)?.ty, &rest);
    }
    None
}

fn within(ty: &Type, steps: &[&Step]) -> Option<Type> {
    let Some((step, rest)) = steps.split_first() else { return Some(ty.clone()) };
    let inner = match (ty, step) {
        (Type::Object(attributes), Step::Name(name) | Step::Key(name)) => &attributes.get(name)?.ty,
        (Type::Tuple(types), Step::Index(index)) => types.get(*index)?,
        (Type::List(_) | Type::Set(_) | Type::Map(_), _) => ty.element()?,
        _ => return None,
    };
    within(inner, rest)
}

/// The type of an expression; [`Type::Dynamic`] where it cannot be told.
pub(super) fn infer(document: &Document, schemas: &Schemas, expression: &Expression) -> Type {
    Inference { document, schemas }.of(expression, 0)
}

struct Inference<'a> {
    document: &'a Document,
    schemas: &'a Schemas,
}

impl Inference<'_> {
    fn of(&self, expression: &Expression, hops: usize) -> Type {
        if hops > MAX_HOPS {
            return Type::Dynamic;
        }
        match expression {
            Expression::Bool(_) => Type::Bool,
            Expression::Number(_) => Type::Number,
            Expression::String(_) | Expression::HeredocTemplate(_) => Type::String,
            // `"${x}"` alone is `x`; anything around it makes it text.
            Expression::StringTemplate(t) => match t.as_single_element().and_then(|e| e.as_interpolation()) {
                Some(interpolation) => self.of(&interpolation.expr, hops + 1),
                None => Type::String,
            },
            Expression::Array(items) => Type::Tuple(items.iter().map(|i| self.of(i, hops)).collect()),
            Expression::Object(object) => {
                let entry = |(key, value): (_, &hcl_edit::expr::ObjectValue)| {
                    Some((
                        key_text(key)?.to_owned(),
                        ObjectAttribute { ty: self.of(value.expr(), hops), optional: false },
                    ))
                };
                let entries: Option<BTreeMap<_, _>> = object.iter().map(entry).collect();
                entries.map_or(Type::Dynamic, Type::Object)
            }
            Expression::Parenthesis(inner) => self.of(inner.inner(), hops),
            Expression::Conditional(c) => {
                let (a, b) = (self.of(&c.true_expr, hops), self.of(&c.false_expr, hops));
                if a == b { a } else { Type::Dynamic }
            }
            Expression::UnaryOp(op) => match op.operator.value() {
                hcl_edit::expr::UnaryOperator::Not => Type::Bool,
                hcl_edit::expr::UnaryOperator::Neg => Type::Number,
            },
            Expression::BinaryOp(op) => binary(*op.operator.value()),
            Expression::FuncCall(call) => function(call),
            Expression::Traversal(traversal) => self.traversal(traversal, hops),
            Expression::Null(_) | Expression::Variable(_) | Expression::ForExpr(_) => Type::Dynamic,
        }
    }

    fn traversal(&self, traversal: &Traversal, hops: usize) -> Type {
        let Some(root) = traversal.expr.as_variable() else { return Type::Dynamic };
        let operators: Vec<&TraversalOperator> = traversal.operators.iter().map(|o| o.value()).collect();
        let names: Option<Vec<&str>> = operators
            .iter()
            .map(|o| match o {
                TraversalOperator::GetAttr(ident) => Some(ident.as_str()),
                _ => None,
            })
            .collect();
        match (root.as_str(), names.as_deref()) {
            ("path", _) => Type::String,
            ("each", Some(["key"])) => Type::String,
            ("count", Some(["index"])) => Type::Number,
            ("var", Some([name])) => self.variable(name),
            ("local", Some([name])) => self.local(name, hops),
            ("data" | "ephemeral", Some([ty, name, rest @ ..])) => {
                self.attribute(&format!("{}.{ty}.{name}", root.as_str()), rest)
            }
            (ty, Some([name, rest @ ..])) => self.attribute(&format!("{ty}.{name}"), rest),
            _ => Type::Dynamic,
        }
    }

    fn variable(&self, name: &str) -> Type {
        let element = self.document.element(&format!("var.{name}"));
        let block = element.and_then(|e| self.document.block(e));
        block.and_then(|b| b.body.get_attribute("type")).map_or(Type::Dynamic, |a| constraint(&a.value))
    }

    fn local(&self, name: &str, hops: usize) -> Type {
        let element = self.document.element(&format!("local.{name}"));
        let attribute = element.and_then(|e| self.document.local(e));
        attribute.map_or(Type::Dynamic, |a| self.of(&a.value, hops + 1))
    }

    fn attribute(&self, address: &str, names: &[&str]) -> Type {
        let Some(element) = self.document.element(address) else { return Type::Dynamic };
        if matches!(element.kind, ElementKind::Module) || super::scaffold::repeated(self.document, element) {
            return Type::Dynamic;
        }
        let Some(schema) = self.schemas.of(element) else { return Type::Dynamic };
        let Some((first, rest)) = names.split_first() else { return Type::Dynamic };
        let steps: Vec<Step> = rest.iter().map(|name| Step::Name(name.to_string())).collect();
        let steps: Vec<&Step> = steps.iter().collect();
        schema.block.attributes.get(*first).and_then(|a| within(&a.ty, &steps)).unwrap_or(Type::Dynamic)
    }
}

fn binary(operator: hcl_edit::expr::BinaryOperator) -> Type {
    use hcl_edit::expr::BinaryOperator as Op;
    match operator {
        Op::Plus | Op::Minus | Op::Mul | Op::Div | Op::Mod => Type::Number,
        _ => Type::Bool,
    }
}

/// Functions whose result type does not depend on their arguments.
///
/// Source: <https://developer.hashicorp.com/terraform/language/functions>
fn function(call: &FuncCall) -> Type {
    if call.name.is_namespaced() {
        return Type::Dynamic;
    }
    match call.name.name.as_str() {
        "abs" | "ceil" | "floor" | "length" | "log" | "max" | "min" | "parseint" | "pow" | "signum"
        | "sum" | "tonumber" => Type::Number,
        "alltrue" | "anytrue" | "can" | "contains" | "endswith" | "fileexists" | "startswith"
        | "strcontains" | "tobool" => Type::Bool,
        "abspath" | "base64decode" | "base64encode" | "base64gzip" | "base64sha256" | "base64sha512"
        | "basename" | "bcrypt" | "chomp" | "cidrhost" | "cidrnetmask" | "cidrsubnet" | "dirname"
        | "file" | "filebase64" | "format" | "formatdate" | "indent" | "join" | "jsonencode" | "lower"
        | "md5" | "pathexpand" | "replace" | "sha1" | "sha256" | "sha512" | "strrev" | "substr"
        | "templatefile" | "timeadd" | "timestamp" | "title" | "tostring" | "trim" | "trimprefix"
        | "trimspace" | "trimsuffix" | "upper" | "urlencode" | "uuid" | "yamlencode" => Type::String,
        "split" | "formatlist" | "cidrsubnets" | "sort" => Type::List(Box::new(Type::String)),
        _ => Type::Dynamic,
    }
}

/// A type constraint, as a variable's `type` has it.
///
/// Source: <https://developer.hashicorp.com/terraform/language/expressions/type-constraints>
pub(super) fn constraint(expression: &Expression) -> Type {
    constraint_at(expression, 0)
}

fn constraint_at(expression: &Expression, depth: usize) -> Type {
    if let Some(name) = expression.as_variable() {
        let any = || Box::new(Type::Dynamic);
        return match name.as_str() {
            "string" => Type::String,
            "number" => Type::Number,
            "bool" => Type::Bool,
            "list" => Type::List(any()),
            "set" => Type::Set(any()),
            "map" => Type::Map(any()),
            _ => Type::Dynamic,
        };
    }
    let Some(call) = expression.as_func_call().filter(|_| depth < 64) else { return Type::Dynamic };
    let Some(argument) = call.args.iter().next() else { return Type::Dynamic };
    let inner = || Box::new(constraint_at(argument, depth + 1));
    match call.name.name.as_str() {
        "list" => Type::List(inner()),
        "set" => Type::Set(inner()),
        "map" => Type::Map(inner()),
        "optional" => constraint_at(argument, depth + 1),
        "tuple" => Type::Tuple(
            argument
                .as_array()
                .into_iter()
                .flat_map(|a| a.iter())
                .map(|t| constraint_at(t, depth + 1))
                .collect(),
        ),
        "object" => {
            let entries = argument.as_object().into_iter().flat_map(|o| o.iter());
            let attribute = |(key, value): (_, &hcl_edit::expr::ObjectValue)| {
                let optional =
                    value.expr().as_func_call().is_some_and(|c| c.name.name.as_str() == "optional");
                Some((
                    key_text(key)?.to_owned(),
                    ObjectAttribute { ty: constraint_at(value.expr(), depth + 1), optional },
                ))
            };
            Type::Object(entries.filter_map(attribute).collect())
        }
        _ => Type::Dynamic,
    }
}

/// A type for a new variable: what a literal is, with lists and maps where its parts agree.
pub(super) fn general(ty: &Type) -> Type {
    match ty {
        Type::Tuple(types) => match uniform(types.iter()) {
            Some(one) => Type::List(Box::new(one)),
            None => Type::Dynamic,
        },
        Type::Object(attributes) => match uniform(attributes.values().map(|a| &a.ty)) {
            Some(one @ (Type::String | Type::Number | Type::Bool)) => Type::Map(Box::new(one)),
            _ => Type::Object(
                attributes
                    .iter()
                    .map(|(k, a)| (k.clone(), ObjectAttribute { ty: general(&a.ty), optional: a.optional }))
                    .collect(),
            ),
        },
        other => other.clone(),
    }
}

fn uniform<'a>(types: impl Iterator<Item = &'a Type>) -> Option<Type> {
    let mut general = types.map(general);
    let first = general.next()?;
    general.all(|t| t == first).then_some(first)
}
