//! Type constraints, as a variable's `type` has them.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/expressions/type-constraints>

use std::{collections::BTreeMap, ops::Range};

use cloudoven_crawler::catalog::{ObjectAttribute, Type};
use hcl_edit::expr::{Expression, FuncCall, Object, ObjectKey};

use super::{Inferred, convert};
use crate::locate::span;

/// The parser refuses code that is nested deeper.
const MAX_DEPTH: usize = 64;

/// What is wrong with a constraint, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub span: Range<usize>,
    pub message: String,
}

/// The type that a constraint means; [`Type::Dynamic`] for what is none.
pub(crate) fn constraint(expression: &Expression) -> Type {
    read_constraint(expression).unwrap_or(Type::Dynamic)
}

/// Reads a constraint. The defaults of optional attributes are checked and are not part of the type.
///
/// # Errors
/// The first place that Terraform refuses.
pub(crate) fn read_constraint(expression: &Expression) -> Result<Type, Fault> {
    match expression {
        // Terraform 0.11 had them in quotes; these three are still understood.
        Expression::String(text) if text.as_str() == "list" => Ok(list(Type::Dynamic)),
        Expression::String(text) if text.as_str() == "map" => Ok(Type::Map(Box::new(Type::Dynamic))),
        _ => match expression.as_variable().map(|name| name.as_str()) {
            // So were they without an element type.
            Some("list") => Ok(list(Type::Dynamic)),
            Some("map") => Ok(Type::Map(Box::new(Type::Dynamic))),
            _ => read(expression, 0),
        },
    }
}

fn list(element: Type) -> Type {
    Type::List(Box::new(element))
}

fn fault<T>(expression: &Expression, message: impl Into<String>) -> Result<T, Fault> {
    Err(Fault { span: span(expression), message: message.into() })
}

fn read(expression: &Expression, depth: usize) -> Result<Type, Fault> {
    if depth > MAX_DEPTH {
        return fault(expression, format!("the type is nested deeper than {MAX_DEPTH} levels"));
    }
    match expression {
        Expression::Variable(name) => keyword(expression, name.as_str()),
        Expression::Null(_) => keyword(expression, "null"),
        Expression::FuncCall(call) if !call.name.is_namespaced() => constructor(expression, call, depth + 1),
        Expression::String(_) => fault(expression, "write the type without quotes"),
        _ => fault(
            expression,
            "this is no type: write string, number, bool or a constructor such as list(string)",
        ),
    }
}

fn keyword(expression: &Expression, name: &str) -> Result<Type, Fault> {
    match name {
        "string" => Ok(Type::String),
        "number" => Ok(Type::Number),
        "bool" => Ok(Type::Bool),
        "any" => Ok(Type::Dynamic),
        "list" | "set" | "map" => {
            fault(expression, format!("{name} needs the type of its elements: {name}(string)"))
        }
        "object" => fault(expression, "object needs its attributes: object({ name = string })"),
        "tuple" => fault(expression, "tuple needs the types of its elements: tuple([string, number])"),
        _ => fault(expression, format!("there is no type {name}")),
    }
}

fn constructor(expression: &Expression, call: &FuncCall, depth: usize) -> Result<Type, Fault> {
    let name = call.name.name.as_str();
    let mut arguments = call.args.iter();
    let argument = match (arguments.next(), arguments.next()) {
        (Some(argument), None) => Some(argument),
        _ => None,
    };
    match (name, argument) {
        ("list", Some(element)) => Ok(list(read(element, depth)?)),
        ("set", Some(element)) => Ok(Type::Set(Box::new(read(element, depth)?))),
        ("map", Some(element)) => Ok(Type::Map(Box::new(read(element, depth)?))),
        ("object", Some(Expression::Object(attributes))) => object(attributes, depth),
        ("tuple", Some(Expression::Array(types))) => {
            Ok(Type::Tuple(types.iter().map(|ty| read(ty, depth)).collect::<Result<_, _>>()?))
        }
        ("list" | "set" | "map" | "object" | "tuple", _) => keyword(expression, name),
        ("string" | "number" | "bool" | "any", _) => {
            fault(expression, format!("{name} takes nothing in parentheses"))
        }
        ("optional", _) => fault(expression, "optional(…) stands only before the attribute of an object"),
        _ => fault(expression, format!("there is no type {name}(…)")),
    }
}

fn object(object: &Object, depth: usize) -> Result<Type, Fault> {
    let mut attributes = BTreeMap::new();
    for (key, value) in object.iter() {
        let name = match key {
            ObjectKey::Ident(name) => Some(name.as_str()),
            ObjectKey::Expression(Expression::Variable(name)) => Some(name.as_str()),
            ObjectKey::Expression(_) => None,
        };
        let Some(name) = name else {
            return fault(value.expr(), "the attributes of an object type are plain names");
        };
        let attribute = attribute(value.expr(), depth)?;
        if attributes.insert(name.to_owned(), attribute).is_some() {
            return fault(value.expr(), format!("{name} is there twice"));
        }
    }
    Ok(Type::Object(attributes))
}

fn attribute(expression: &Expression, depth: usize) -> Result<ObjectAttribute, Fault> {
    let call =
        expression.as_func_call().filter(|c| !c.name.is_namespaced() && c.name.name.as_str() == "optional");
    let Some(call) = call else {
        return Ok(ObjectAttribute { ty: read(expression, depth)?, optional: false });
    };
    let arguments: Vec<&Expression> = call.args.iter().collect();
    match arguments.as_slice() {
        [ty] => Ok(ObjectAttribute { ty: read(ty, depth)?, optional: true }),
        [ty, default] => {
            let ty = read(ty, depth)?;
            if let Err(mismatch) = convert(&Inferred::literal(default), &ty) {
                return fault(default, format!("the default does not fit: {mismatch}"));
            }
            Ok(ObjectAttribute { ty, optional: true })
        }
        _ => fault(expression, "optional takes a type and perhaps a default: optional(string, \"x\")"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let expression: Expression = text.parse().unwrap();
        read_constraint(&expression).map(|ty| ty.to_string()).map_err(|fault| fault.message)
    }

    #[test]
    fn prints_what_it_reads() {
        for text in [
            "string",
            "any",
            "list(set(map(bool)))",
            "tuple([string, tuple([])])",
            "object({ a = string, b-c = optional(list(number)) })",
            "object({})",
        ] {
            assert_eq!(read(text).as_deref(), Ok(text));
        }
        assert_eq!(
            read("object({a=optional(number,\"5\"),})").as_deref(),
            Ok("object({ a = optional(number) })")
        );
        assert_eq!(read("map").as_deref(), Ok("map(any)"));
    }

    /// Each of these was tried with `terraform validate`.
    #[test]
    fn refuses_what_terraform_refuses() {
        for text in [
            "\"string\"",
            "\"\"",
            "set",
            "object",
            "tuple",
            "optional(string)",
            "object({ a = optional(string, 1, 2) })",
            "object({ a = optional() })",
            "object({ a = optional(number, \"x\") })",
            "object({ \"a\" = string })",
            "object({ (b) = string })",
            "object([string])",
            "list(string, number)",
            "list(list)",
            "list(optional(string))",
            "strin",
            "any(string)",
            "string()",
            "upper(string)",
            "var.x",
            "null",
            "tuple([string, \"x\"])",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
