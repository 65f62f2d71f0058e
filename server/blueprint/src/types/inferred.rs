//! What is known of a value before anything runs: its type, and of a literal the value itself.

use std::{borrow::Cow, collections::BTreeMap, rc::Rc};

use cloudoven_crawler::catalog::{ObjectAttribute, Type};
use hcl_edit::expr::{Expression, UnaryOperator};

use crate::locate::key_text;

/// Whole numbers up to here are held exactly.
const MAX_WHOLE: f64 = 1e15;

/// A value as far as text and catalog tell it. Cheap to clone.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Inferred {
    /// Of this type; whether it is null, and what it is, is not known.
    Of(Type),
    Null,
    Bool(bool),
    Number(f64),
    String(Rc<str>),
    Tuple(Rc<[Inferred]>),
    Object(Rc<BTreeMap<String, Inferred>>),
}

impl Inferred {
    /// Nothing is known.
    pub(crate) const UNKNOWN: Inferred = Inferred::Of(Type::Dynamic);

    /// The value's type; [`Type::Dynamic`] for null, which can be of any type.
    pub(crate) fn ty(&self) -> Type {
        match self {
            Inferred::Of(ty) => ty.clone(),
            Inferred::Null => Type::Dynamic,
            Inferred::Bool(_) => Type::Bool,
            Inferred::Number(_) => Type::Number,
            Inferred::String(_) => Type::String,
            Inferred::Tuple(items) => Type::Tuple(items.iter().map(Inferred::ty).collect()),
            Inferred::Object(entries) => {
                let entry = |(name, value): (&String, &Inferred)| {
                    (name.clone(), ObjectAttribute { ty: value.ty(), optional: false })
                };
                Type::Object(entries.iter().map(entry).collect())
            }
        }
    }

    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self, Inferred::Of(Type::Dynamic))
    }

    /// The text that it becomes, where it is known and written in one way only.
    pub(crate) fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Inferred::String(text) => Some(Cow::Borrowed(text)),
            Inferred::Bool(value) => Some(value.to_string().into()),
            Inferred::Number(number) if number.fract() == 0.0 && number.abs() < MAX_WHOLE => {
                // Of zero there is one only.
                Some(format!("{:.0}", number + 0.0).into())
            }
            _ => None,
        }
    }

    /// How many values it is made of, counted up to `limit`.
    pub(crate) fn size(&self, limit: usize) -> usize {
        let parts = |values: &mut dyn Iterator<Item = &Inferred>| {
            let mut size = 1;
            for value in values {
                if size >= limit {
                    break;
                }
                size += value.size(limit - size);
            }
            size
        };
        match self {
            Inferred::Tuple(items) => parts(&mut items.iter()),
            Inferred::Object(entries) => parts(&mut entries.values()),
            Inferred::Of(ty) => type_size(ty, limit),
            _ => 1,
        }
    }

    /// A literal; what is none is unknown.
    pub(crate) fn literal(expression: &Expression) -> Inferred {
        match expression {
            Expression::Null(_) => Inferred::Null,
            Expression::Bool(value) => Inferred::Bool(*value.value()),
            // The parser has put a zero where a number is too large for it.
            Expression::Number(number) => Inferred::Number(number.value().as_f64().unwrap_or(f64::MAX)),
            Expression::String(text) => Inferred::String(text.as_str().into()),
            Expression::Parenthesis(inner) => Inferred::literal(inner.inner()),
            Expression::Array(items) => Inferred::Tuple(items.iter().map(Inferred::literal).collect()),
            Expression::Object(object) => {
                let entries = object.iter();
                let entry = |(key, value): (_, &hcl_edit::expr::ObjectValue)| {
                    Some((key_text(key)?.to_owned(), Inferred::literal(value.expr())))
                };
                let entries: Option<BTreeMap<_, _>> = entries.map(entry).collect();
                entries.map_or(Inferred::UNKNOWN, |entries| Inferred::Object(Rc::new(entries)))
            }
            Expression::UnaryOp(op) if *op.operator.value() == UnaryOperator::Neg => {
                match Inferred::literal(&op.expr) {
                    Inferred::Number(number) => Inferred::Number(-number),
                    _ => Inferred::UNKNOWN,
                }
            }
            Expression::HeredocTemplate(_) | Expression::StringTemplate(_) => Inferred::Of(Type::String),
            _ => Inferred::UNKNOWN,
        }
    }
}

fn type_size(ty: &Type, limit: usize) -> usize {
    let parts: Vec<&Type> = match ty {
        Type::List(ty) | Type::Set(ty) | Type::Map(ty) => vec![ty],
        Type::Tuple(types) => types.iter().take(limit).collect(),
        Type::Object(attributes) => attributes.values().take(limit).map(|a| &a.ty).collect(),
        _ => Vec::new(),
    };
    let mut size = 1;
    for part in parts {
        if size >= limit {
            break;
        }
        size += type_size(part, limit - size);
    }
    size
}
