//! Terraform's conversions: which type converts to which, and which literal does.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/expressions/types#type-conversion> and cty's
//! <https://github.com/zclconf/go-cty/blob/main/docs/convert.md>, by tests against the real Terraform.

use std::fmt;

use cloudoven_crawler::catalog::Type;

use super::{Inferred, unify};

/// Why a value does not fit a type: where in the value, and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// `[0].name`; empty for the value itself.
    pub place: String,
    pub reason: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.as_str() {
            "" => f.write_str(&self.reason),
            place => write!(f, "{} at {place}", self.reason),
        }
    }
}

impl Mismatch {
    fn new(reason: impl Into<String>) -> Self {
        Mismatch { place: String::new(), reason: reason.into() }
    }

    fn inside(mut self, step: &str) -> Self {
        self.place.insert_str(0, step);
        self
    }
}

/// Whether some values of type `from` convert to `to`. What is unknown does.
pub(crate) fn convertible(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (_, Type::Dynamic) | (Type::Dynamic, _) => true,
        (Type::String, to) => to.is_primitive(),
        (Type::Number | Type::Bool, to) => from == to || *to == Type::String,
        (Type::List(a) | Type::Set(a), Type::List(b) | Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            convertible(a, b)
        }
        (Type::Tuple(types), Type::List(element) | Type::Set(element)) => {
            all_convertible(types.iter(), element)
        }
        (Type::Object(attributes), Type::Map(element)) => {
            all_convertible(attributes.values().map(|a| &a.ty), element)
        }
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| convertible(a, b))
        }
        (Type::Object(a), Type::Object(b)) => b.iter().all(|(name, wanted)| match a.get(name) {
            Some(attribute) => convertible(&attribute.ty, &wanted.ty),
            None => wanted.optional,
        }),
        (Type::Map(element), Type::Object(b)) => b.values().all(|wanted| convertible(element, &wanted.ty)),
        _ => false,
    }
}

/// The parts of a tuple or object as elements of a collection. `any` as element type stands for one type that all
/// parts convert to.
fn all_convertible<'a>(mut types: impl Iterator<Item = &'a Type> + Clone, element: &Type) -> bool {
    if *element == Type::Dynamic {
        let types: Vec<&Type> = types.collect();
        return types.is_empty() || unify(&types).is_some();
    }
    types.all(|ty| convertible(ty, element))
}

/// Whether a value converts to a type.
///
/// # Errors
/// The first part of it that does not.
pub(crate) fn convert(value: &Inferred, to: &Type) -> Result<(), Mismatch> {
    match (value, to) {
        (Inferred::Null, _) | (_, Type::Dynamic) => Ok(()),
        (Inferred::Of(ty), to) if convertible(ty, to) => Ok(()),
        (Inferred::Of(ty), to) => Err(wrong(ty, to)),
        (Inferred::String(text), Type::Number) if !is_number(text) => {
            Err(Mismatch::new(format!("{text:?} is not a number")))
        }
        (Inferred::String(text), Type::Bool) if !matches!(&**text, "true" | "false" | "1" | "0") => {
            Err(Mismatch::new(format!("{text:?} is neither true nor false")))
        }
        (Inferred::Tuple(items), Type::List(element) | Type::Set(element)) => {
            let element = element_type(items.iter(), element)?;
            each(items.iter().enumerate().map(|(i, item)| (format!("[{i}]"), item, &element)))
        }
        (Inferred::Tuple(items), Type::Tuple(types)) if items.len() == types.len() => {
            each(items.iter().zip(types).enumerate().map(|(i, (item, ty))| (format!("[{i}]"), item, ty)))
        }
        (Inferred::Tuple(items), Type::Tuple(types)) => {
            Err(Mismatch::new(format!("{} elements where {} are needed", items.len(), types.len())))
        }
        (Inferred::Object(entries), Type::Map(element)) => {
            let element = element_type(entries.values(), element)?;
            each(entries.iter().map(|(name, value)| (format!(".{name}"), value, &element)))
        }
        (Inferred::Object(entries), Type::Object(attributes)) => {
            if let Some((name, _)) =
                attributes.iter().find(|(name, a)| !a.optional && !entries.contains_key(*name))
            {
                return Err(Mismatch::new(format!("the attribute {name} is missing")));
            }
            let wanted = attributes.iter();
            each(wanted.filter_map(|(name, a)| Some((format!(".{name}"), entries.get(name)?, &a.ty))))
        }
        (value, to) if matches!(value, Inferred::Tuple(_) | Inferred::Object(_)) => {
            Err(wrong(&value.ty(), to))
        }
        (value, to) => {
            let ty = value.ty();
            if convertible(&ty, to) { Ok(()) } else { Err(wrong(&ty, to)) }
        }
    }
}

fn each<'a>(parts: impl Iterator<Item = (String, &'a Inferred, &'a Type)>) -> Result<(), Mismatch> {
    for (step, part, ty) in parts {
        convert(part, ty).map_err(|mismatch| mismatch.inside(&step))?;
    }
    Ok(())
}

/// The element type of the collection that parts are to become.
fn element_type<'a>(parts: impl Iterator<Item = &'a Inferred>, element: &Type) -> Result<Type, Mismatch> {
    if *element != Type::Dynamic {
        return Ok(element.clone());
    }
    let types: Vec<Type> = parts.map(Inferred::ty).collect();
    if types.is_empty() {
        return Ok(Type::Dynamic);
    }
    let types: Vec<&Type> = types.iter().collect();
    unify(&types).ok_or_else(|| Mismatch::new("the elements are of types that have none in common"))
}

fn wrong(found: &Type, wanted: &Type) -> Mismatch {
    if let (Type::Object(a), Type::Object(b)) = (found, wanted)
        && let Some((name, _)) = b.iter().find(|(name, w)| !w.optional && !a.contains_key(*name))
    {
        return Mismatch::new(format!("the attribute {name} is missing"));
    }
    Mismatch::new(format!("{} where {wanted} is needed", described(found)))
}

/// A type in words.
pub(super) fn described(ty: &Type) -> String {
    match ty {
        Type::String => "text".into(),
        Type::Number => "a number".into(),
        Type::Bool => "a bool".into(),
        Type::Tuple(_) => "a list".into(),
        Type::Object(_) => "an object".into(),
        Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Map(_) => format!("a {ty}"),
    }
}

/// Whether Terraform reads a text as a number: decimal, with or without sign, fraction and an exponent of ten or two,
/// or infinite. This is the notation of Go's `big.ParseFloat` with base 10.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, "Inf" | "inf") {
        return true;
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E', 'p', 'P']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty()) && exponent_fits
}

#[cfg(test)]
mod tests {
    use hcl_edit::expr::Expression;

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
            assert_eq!(convert(&Inferred::literal(&expression), ty).is_ok(), fits, "{ty} {text}");
        }
    }

    #[test]
    fn a_mismatch_tells_its_place() {
        let expression: Expression = "{ a = [{ b = 1 }, { b = [] }] }".parse().unwrap();
        let ty: Type = serde_json::from_str(r#"["map",["list",["object",{"b":"string"}]]]"#).unwrap();
        let mismatch = convert(&Inferred::literal(&expression), &ty).unwrap_err();
        assert_eq!(mismatch.to_string(), "a list where string is needed at .a[1].b");
    }
}
