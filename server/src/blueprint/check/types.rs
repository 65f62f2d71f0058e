//! Whether a literal can be converted to a type. What is not a literal is never judged.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/expressions/types#type-conversion>

use cloudoven_crawler::catalog::Type;
use hcl_edit::expr::Expression;

use crate::blueprint::{
    locate::{entry, key_text},
    view::literal,
};

/// Why the literal does not fit; none if it does or cannot be judged.
pub(super) fn mismatch(ty: &Type, expression: &Expression, text: &str) -> Option<String> {
    let wrong = |found: &str| Some(format!("{found} where {ty} is needed"));
    match (ty, expression) {
        (Type::Dynamic, _) | (_, Expression::Null(_)) => None,
        (_, Expression::Parenthesis(inner)) => mismatch(ty, inner.inner(), text),
        (Type::String, Expression::Array(_)) => wrong("a list"),
        (Type::String | Type::Number | Type::Bool, Expression::Object(_)) => wrong("an object"),
        (Type::Number | Type::Bool, Expression::Array(_)) => wrong("a list"),
        (Type::Number, Expression::Bool(_)) => wrong("a bool"),
        (Type::Number, Expression::String(s)) if !numeric(s.value()) => wrong("text"),
        (Type::Bool, Expression::Number(_)) => wrong("a number"),
        (Type::Bool, Expression::String(s)) if !matches!(s.value().as_str(), "true" | "false") => {
            wrong("text")
        }
        (Type::List(_) | Type::Set(_) | Type::Tuple(_), Expression::Object(_)) => wrong("an object"),
        (Type::Map(_) | Type::Object(_), Expression::Array(_)) => wrong("a list"),
        (t, Expression::Bool(_) | Expression::Number(_) | Expression::String(_)) if !t.is_primitive() => {
            let found = literal(text, expression).map_or("a value", |_| primitive(expression));
            wrong(found)
        }
        (Type::List(t) | Type::Set(t), Expression::Array(items)) => {
            items.iter().find_map(|i| mismatch(t, i, text))
        }
        (Type::Map(t), Expression::Object(object)) => {
            object.iter().find_map(|(_, v)| mismatch(t, v.expr(), text))
        }
        (Type::Object(attributes), Expression::Object(object)) => {
            // A computed key may be any of the attributes.
            if object.iter().any(|(key, _)| key_text(key).is_none()) {
                return None;
            }
            let missing = attributes.iter().find(|(name, a)| !a.optional && entry(object, name).is_none());
            missing.map(|(name, _)| format!("the attribute {name} is missing")).or_else(|| {
                object
                    .iter()
                    .find_map(|(key, v)| mismatch(&attributes.get(key_text(key)?)?.ty, v.expr(), text))
            })
        }
        _ => None,
    }
}

fn primitive(expression: &Expression) -> &'static str {
    match expression {
        Expression::Bool(_) => "a bool",
        Expression::Number(_) => "a number",
        _ => "text",
    }
}

/// Terraform reads a text as a number if it is one in its own notation.
fn numeric(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') && digits.parse::<f64>().is_ok()
        || digits.starts_with("0x")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converts_as_terraform_does() {
        let list = Type::List(Box::new(Type::Number));
        for (ty, text, fits) in [
            (&Type::String, "true", true),
            (&Type::String, "[1]", false),
            (&Type::Number, "\"5\"", true),
            (&Type::Number, "\"x\"", false),
            (&Type::Bool, "\"true\"", true),
            (&Type::Bool, "1", false),
            (&list, "[1, \"2\", var.x]", true),
            (&list, "[\"a\"]", false),
            (&list, "1", false),
            (&list, "{}", false),
            (&Type::Dynamic, "{}", true),
        ] {
            let expression: Expression = text.parse().unwrap();
            assert_eq!(mismatch(ty, &expression, text).is_none(), fits, "{ty} {text}");
        }
    }
}
