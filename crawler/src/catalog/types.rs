//! Terraform's type constraints as a provider schema writes them.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::Value;

/// A Terraform type. On the wire it is cty's JSON form: `"string"`, `["list","string"]`,
/// `["object",{"a":"string"},["a"]]` (third element: the optional attributes).
///
/// Source: <https://developer.hashicorp.com/terraform/cli/commands/providers/schema#attribute-representation>
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    String,
    Number,
    Bool,
    /// `any`: the provider decides at run time.
    Dynamic,
    List(Box<Type>),
    Set(Box<Type>),
    Map(Box<Type>),
    Tuple(Vec<Type>),
    Object(BTreeMap<String, ObjectAttribute>),
}

/// One attribute of an object type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectAttribute {
    pub ty: Type,
    pub optional: bool,
}

/// Types deeper than this are refused: no provider comes near, and reading recurses.
const MAX_DEPTH: usize = 64;

impl Type {
    /// Whether a form can show a value of this type as one plain control.
    pub fn is_primitive(&self) -> bool {
        matches!(self, Type::String | Type::Number | Type::Bool)
    }

    /// The type of the elements of a list, set or map.
    pub fn element(&self) -> Option<&Type> {
        match self {
            Type::List(t) | Type::Set(t) | Type::Map(t) => Some(t),
            _ => None,
        }
    }

    fn from_json(value: &Value, depth: usize) -> Result<Type, String> {
        if depth > MAX_DEPTH {
            return Err(format!("type nested deeper than {MAX_DEPTH}"));
        }
        match value {
            Value::String(name) => primitive(name),
            Value::Array(parts) => compound(parts, depth + 1),
            other => Err(format!("not a type: {other}")),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Type::String => "string".into(),
            Type::Number => "number".into(),
            Type::Bool => "bool".into(),
            Type::Dynamic => "dynamic".into(),
            Type::List(t) => serde_json::json!(["list", t.to_json()]),
            Type::Set(t) => serde_json::json!(["set", t.to_json()]),
            Type::Map(t) => serde_json::json!(["map", t.to_json()]),
            Type::Tuple(ts) => serde_json::json!(["tuple", ts.iter().map(Type::to_json).collect::<Vec<_>>()]),
            Type::Object(attributes) => {
                let types: serde_json::Map<_, _> =
                    attributes.iter().map(|(name, a)| (name.clone(), a.ty.to_json())).collect();
                let optional: Vec<_> =
                    attributes.iter().filter(|(_, a)| a.optional).map(|(name, _)| name.as_str()).collect();
                if optional.is_empty() {
                    serde_json::json!(["object", types])
                } else {
                    serde_json::json!(["object", types, optional])
                }
            }
        }
    }
}

fn primitive(name: &str) -> Result<Type, String> {
    match name {
        "string" => Ok(Type::String),
        "number" => Ok(Type::Number),
        "bool" => Ok(Type::Bool),
        "dynamic" => Ok(Type::Dynamic),
        other => Err(format!("unknown type {other:?}")),
    }
}

fn compound(parts: &[Value], depth: usize) -> Result<Type, String> {
    let (Some(Value::String(kind)), Some(argument)) = (parts.first(), parts.get(1)) else {
        return Err("a compound type is [kind, argument]".into());
    };
    let element = || Type::from_json(argument, depth).map(Box::new);
    match (kind.as_str(), argument) {
        ("list", _) => Ok(Type::List(element()?)),
        ("set", _) => Ok(Type::Set(element()?)),
        ("map", _) => Ok(Type::Map(element()?)),
        ("tuple", Value::Array(types)) => {
            Ok(Type::Tuple(types.iter().map(|t| Type::from_json(t, depth)).collect::<Result<_, _>>()?))
        }
        ("object", Value::Object(types)) => {
            let optional: Vec<&str> = parts
                .get(2)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            types
                .iter()
                .map(|(name, t)| {
                    let ty = Type::from_json(t, depth)?;
                    Ok((name.clone(), ObjectAttribute { ty, optional: optional.contains(&name.as_str()) }))
                })
                .collect::<Result<_, String>>()
                .map(Type::Object)
        }
        (other, _) => Err(format!("unknown type {other:?}")),
    }
}

/// Terraform's type constraint syntax: `map(string)`, `object({ a = string, b = optional(number) })`.
///
/// Source: <https://developer.hashicorp.com/terraform/language/expressions/type-constraints>
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::String => f.write_str("string"),
            Type::Number => f.write_str("number"),
            Type::Bool => f.write_str("bool"),
            Type::Dynamic => f.write_str("any"),
            Type::List(t) => write!(f, "list({t})"),
            Type::Set(t) => write!(f, "set({t})"),
            Type::Map(t) => write!(f, "map({t})"),
            Type::Tuple(types) => {
                f.write_str("tuple([")?;
                for (i, t) in types.iter().enumerate() {
                    write!(f, "{}{t}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str("])")
            }
            Type::Object(attributes) if attributes.is_empty() => f.write_str("object({})"),
            Type::Object(attributes) => {
                f.write_str("object({ ")?;
                for (i, (name, a)) in attributes.iter().enumerate() {
                    let comma = if i > 0 { ", " } else { "" };
                    if a.optional {
                        write!(f, "{comma}{name} = optional({})", a.ty)?;
                    } else {
                        write!(f, "{comma}{name} = {}", a.ty)?;
                    }
                }
                f.write_str(" })")
            }
        }
    }
}

impl Serialize for Type {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Type {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Type::from_json(&Value::deserialize(deserializer)?, 0).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_every_form() {
        for text in [
            r#""string""#,
            r#"["list",["map","number"]]"#,
            r#"["object",{"a":"bool","b":["set","dynamic"]},["b"]]"#,
            r#"["tuple",["string","number"]]"#,
        ] {
            let ty: Type = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&ty).unwrap(), text);
        }
    }

    #[test]
    fn prints_constraints() {
        let ty: Type =
            serde_json::from_str(r#"["object",{"a":"bool","b":["set","dynamic"]},["b"]]"#).unwrap();
        assert_eq!(ty.to_string(), "object({ a = bool, b = optional(set(any)) })");
    }

    #[test]
    fn refuses_unbounded_nesting() {
        let text = format!("{}\"string\"{}", "[\"list\",".repeat(100), "]".repeat(100));
        assert!(serde_json::from_str::<Type>(&text).is_err());
    }
}
