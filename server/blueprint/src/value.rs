//! What an argument is set to: a literal as JSON, or an expression as Terraform code.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// `{"literal": …}` or `{"expression": "var.x"}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// The value as JSON text, kept as it was written: a number never goes through floating point.
    Literal(Box<RawValue>),
    /// Terraform code.
    Expression(String),
}

/// The shape of [`Value`] for the API's description, which has no word for raw JSON.
#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its description is used")]
enum ValueShape {
    /// Any JSON value.
    Literal(serde_json::Value),
    /// Terraform code.
    Expression(String),
}

impl utoipa::PartialSchema for Value {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        ValueShape::schema()
    }
}

impl ToSchema for Value {}

impl Value {
    /// A literal from anything that has a JSON form.
    ///
    /// # Errors
    /// The value has none, such as a map whose keys are not strings.
    pub fn literal(value: &impl Serialize) -> Result<Value, serde_json::Error> {
        serde_json::value::to_raw_value(value).map(Value::Literal)
    }

    /// A literal from JSON text.
    ///
    /// # Errors
    /// The text is not JSON.
    pub fn json(text: &str) -> Result<Value, serde_json::Error> {
        serde_json::from_str(text).map(Value::Literal)
    }

    pub fn expression(text: impl Into<String>) -> Value {
        Value::Expression(text.into())
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Literal(a), Value::Literal(b)) => a.get() == b.get(),
            (Value::Expression(a), Value::Expression(b)) => a == b,
            _ => false,
        }
    }
}

/// JSON with numbers as they were written and objects in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(String),
    String(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// The same limit as for HCL: deeper values could not be parsed back.
const MAX_DEPTH: usize = 60;

impl Json {
    /// Reads JSON text.
    pub(super) fn parse(raw: &RawValue) -> Result<Json, String> {
        Json::read(raw.get(), 0)
    }

    fn read(text: &str, depth: usize) -> Result<Json, String> {
        if depth > MAX_DEPTH {
            return Err(format!("the value is nested deeper than {MAX_DEPTH} levels"));
        }
        let text = text.trim_ascii();
        let wrong = |e: serde_json::Error| e.to_string();
        Ok(match text.as_bytes().first() {
            Some(b'"') => Json::String(serde_json::from_str(text).map_err(wrong)?),
            Some(b't') => Json::Bool(true),
            Some(b'f') => Json::Bool(false),
            Some(b'n') | None => Json::Null,
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(text).map_err(wrong)?;
                Json::Array(items.iter().map(|i| Json::read(i.get(), depth + 1)).collect::<Result<_, _>>()?)
            }
            Some(b'{') => {
                let Entries(entries) = serde_json::from_str(text).map_err(wrong)?;
                let read = |(k, v): (String, Box<RawValue>)| Ok((k, Json::read(v.get(), depth + 1)?));
                Json::Object(entries.into_iter().map(read).collect::<Result<_, String>>()?)
            }
            Some(_) => Json::Number(text.to_owned()),
        })
    }

    /// JSON text again.
    pub(super) fn to_raw(&self) -> Box<RawValue> {
        let text = self.to_string();
        RawValue::from_string(text).unwrap_or_else(|_| RawValue::NULL.to_owned())
    }
}

impl std::fmt::Display for Json {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let quote = |s: &str| serde_json::to_string(s).map_err(|_| std::fmt::Error);
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(b) => write!(f, "{b}"),
            Json::Number(n) => f.write_str(n),
            Json::String(s) => f.write_str(&quote(s)?),
            Json::Array(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if i > 0 { "," } else { "" })?;
                }
                f.write_str("]")
            }
            Json::Object(entries) => {
                f.write_str("{")?;
                for (i, (key, value)) in entries.iter().enumerate() {
                    write!(f, "{}{}:{value}", if i > 0 { "," } else { "" }, quote(key)?)?;
                }
                f.write_str("}")
            }
        }
    }
}

/// An object's entries in the order that they were written; of a repeated key the last one counts.
struct Entries(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Entries;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries: Vec<(String, Box<RawValue>)> = Vec::new();
                let mut seen = std::collections::HashMap::new();
                while let Some((key, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    match seen.get(&key) {
                        Some(&i) => entries[i] = (key, value),
                        None => {
                            seen.insert(key.clone(), entries.len());
                            entries.push((key, value));
                        }
                    }
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_order_survive() {
        let text = r#"{"z":123456789012345678901234567890.10,"a":[1e400,"x\n\u0000"],"n":null}"#;
        let raw: Box<RawValue> = serde_json::from_str(text).unwrap();
        assert_eq!(Json::parse(&raw).unwrap().to_string(), text);
        let value: Value = serde_json::from_str(&format!(r#"{{"literal":{text}}}"#)).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), format!(r#"{{"literal":{text}}}"#));
    }

    #[test]
    fn depth_is_bounded() {
        let raw: Box<RawValue> =
            serde_json::from_str(&format!("{}{}", "[".repeat(100), "]".repeat(100))).unwrap();
        assert!(Json::parse(&raw).is_err());
    }
}
