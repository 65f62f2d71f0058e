//! What a change of type means.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/expressions/type-constraints#conversion-of-complex-types>

use super::Impact;
use crate::catalog::Type;

/// Whether configurations can set a value, or only read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Set,
    Read,
}

/// What it means that a value's type is `new` and was `old`; the two differ.
pub fn impact(old: &Type, new: &Type, access: Access) -> Impact {
    let accepted = access == Access::Read || converts(old, new);
    if accepted && reads_as(old, new) { Impact::Attention } else { Impact::Breaking }
}

/// Whether Terraform converts every value of type `from` to `to`.
pub fn converts(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (_, Type::Dynamic) | (Type::Bool | Type::Number, Type::String) => true,
        (Type::List(from) | Type::Set(from), Type::List(to) | Type::Set(to))
        | (Type::Map(from), Type::Map(to)) => converts(from, to),
        (Type::Tuple(from), Type::List(to) | Type::Set(to)) => from.iter().all(|from| converts(from, to)),
        (Type::Tuple(from), Type::Tuple(to)) => {
            from.len() == to.len() && from.iter().zip(to).all(|(from, to)| converts(from, to))
        }
        (Type::Object(from), Type::Map(to)) => from.values().all(|from| converts(&from.ty, to)),
        // Attributes that the new type lacks are dropped.
        (Type::Object(from), Type::Object(to)) => to.iter().all(|(name, to)| match from.get(name) {
            Some(from) => converts(&from.ty, &to.ty),
            None => to.optional,
        }),
        _ => from == to,
    }
}

/// Whether expressions that use a value of type `old` can use one of type `new` in its place.
fn reads_as(old: &Type, new: &Type) -> bool {
    match (old, new) {
        // Terraform converts between these by itself, and fails only on a text that is no number.
        (Type::String | Type::Number | Type::Bool, Type::String)
        | (Type::String, Type::Number | Type::Bool)
        | (_, Type::Dynamic) => true,
        // A set has no indexes, so a list in its place serves all that read the set.
        (Type::List(old), Type::List(new))
        | (Type::Set(old), Type::Set(new) | Type::List(new))
        | (Type::Map(old), Type::Map(new)) => reads_as(old, new),
        (Type::Object(old), Type::Object(new)) => {
            old.iter().all(|(name, old)| new.get(name).is_some_and(|new| reads_as(&old.ty, &new.ty)))
        }
        _ => old == new,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ty(json: &str) -> Type {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn follows_terraforms_conversions() {
        use Access::{Read, Set};
        use Impact::{Attention, Breaking};
        for (old, new, access, expected) in [
            (r#""number""#, r#""string""#, Set, Attention),
            (r#""string""#, r#""number""#, Set, Breaking),
            (r#""string""#, r#""number""#, Read, Attention),
            (r#""bool""#, r#""number""#, Set, Breaking),
            (r#"["set","string"]"#, r#"["list","string"]"#, Set, Attention),
            (r#"["list","string"]"#, r#"["set","string"]"#, Set, Breaking),
            (r#"["list","string"]"#, r#""dynamic""#, Set, Attention),
            (r#""string""#, r#"["list","string"]"#, Read, Breaking),
            (r#"["map","number"]"#, r#"["map","string"]"#, Set, Attention),
            (r#"["object",{"a":"string"}]"#, r#"["map","string"]"#, Set, Breaking),
        ] {
            assert_eq!(impact(&ty(old), &ty(new), access), expected, "{old} to {new}, {access:?}");
        }
    }
}
