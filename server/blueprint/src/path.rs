//! Where inside an element: `blob_properties[0].delete_retention_policy[0].days`, `tags["a b"]`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use utoipa::ToSchema;

/// Steps deeper than this are refused; the parser's own nesting limit is the same.
const MAX_STEPS: usize = 128;

/// One step from an element, block or value to what is inside it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// An argument, a nested block type, or an attribute of an object: `days`.
    Name(String),
    /// The n-th block of that type or element of a list, from 0: `[0]`.
    Index(usize),
    /// An entry of a map: `["a b"]`.
    Key(String),
}

/// A path from an element to one of its arguments or blocks, or into the value of an argument. Empty: the element itself.
///
/// Written as text, also in JSON. A block type without an index means the first block of that type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, example = "blob_properties[0].delete_retention_policy[0].days")]
pub struct Path(Vec<Step>);

impl Path {
    pub fn root() -> Self {
        Path::default()
    }

    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// This path and one more name.
    pub fn name(&self, name: &str) -> Path {
        self.with(Step::Name(name.to_owned()))
    }

    /// This path and an index.
    pub fn index(&self, index: usize) -> Path {
        self.with(Step::Index(index))
    }

    /// This path and a map key.
    pub fn key(&self, key: &str) -> Path {
        self.with(Step::Key(key.to_owned()))
    }

    fn with(&self, step: Step) -> Path {
        let mut steps = self.0.clone();
        steps.push(step);
        Path(steps)
    }

    /// The path without its last step, and that step.
    pub fn split_last(&self) -> Option<(Path, &Step)> {
        self.0.split_last().map(|(last, rest)| (Path(rest.to_vec()), last))
    }

    /// Whether `self` is `other` or lies inside it.
    pub fn starts_with(&self, other: &Path) -> bool {
        self.0.starts_with(&other.0)
    }

    /// The name that the path ends in, indexes and keys aside: what a person calls the argument.
    pub fn last_name(&self) -> Option<&str> {
        self.0.iter().rev().find_map(|step| match step {
            Step::Name(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The names alone: the same for every instance of a block.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|step| match step {
            Step::Name(name) => Some(name.as_str()),
            _ => None,
        })
    }
}

impl From<Vec<Step>> for Path {
    fn from(steps: Vec<Step>) -> Self {
        Path(steps)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                Step::Name(name) if i == 0 => f.write_str(name)?,
                Step::Name(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => {
                    let quoted = serde_json::to_string(key).map_err(|_| fmt::Error)?;
                    write!(f, "[{quoted}]")?;
                }
            }
        }
        Ok(())
    }
}

impl FromStr for Path {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = |at: usize| format!("{text:?} is not a path: unexpected text at character {}", at + 1);
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let at = text.len() - rest.len();
            if steps.len() == MAX_STEPS {
                return Err(format!("a path may have at most {MAX_STEPS} steps"));
            }
            let (step, length) = if rest.starts_with('[') {
                bracketed(rest).ok_or_else(|| bad(at))?
            } else {
                let dot = usize::from(!steps.is_empty());
                let name = rest.strip_prefix('.').filter(|_| dot == 1).or((dot == 0).then_some(rest));
                let name = name.map(|name| &name[..identifier_length(name)]).unwrap_or("");
                if name.is_empty() {
                    return Err(bad(at));
                }
                (Step::Name(name.to_owned()), name.len() + dot)
            };
            steps.push(step);
            rest = &rest[length..];
        }
        Ok(Path(steps))
    }
}

/// Reads `[3]` or `["key"]`; the step and how many bytes it took.
fn bracketed(text: &str) -> Option<(Step, usize)> {
    let inside = text.strip_prefix('[')?;
    if inside.starts_with('"') {
        let mut keys = serde_json::Deserializer::from_str(inside).into_iter::<String>();
        let key = keys.next()?.ok()?;
        let end = keys.byte_offset();
        return inside[end..].starts_with(']').then_some((Step::Key(key), end + 2));
    }
    let end = inside.find(']')?;
    let digits = &inside[..end];
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some((Step::Index(digits.parse().ok()?), end + 2))
}

/// How many bytes of `text` are an HCL identifier.
pub(super) fn identifier_length(text: &str) -> usize {
    let mut chars = text.char_indices();
    match chars.next() {
        Some((_, c)) if hcl_edit::Ident::try_new(c.to_string()).is_ok() => {}
        _ => return 0,
    }
    let part = |c: char| c == '-' || c == '_' || c.is_alphanumeric();
    chars.find(|(_, c)| !part(*c)).map_or(text.len(), |(i, _)| i)
}

/// Whether `text` may name an element, argument or object attribute without quotes.
pub fn is_identifier(text: &str) -> bool {
    text.len() <= 1024 && hcl_edit::Ident::try_new(text).is_ok()
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        for text in [
            "",
            "name",
            "blob_properties[0].delete_retention_policy[0].days",
            r#"tags["a b"]"#,
            r#"m["\"]"].x[12]"#,
        ] {
            assert_eq!(text.parse::<Path>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn refuses_what_is_not_a_path() {
        for text in [
            ".",
            "a.",
            "a..b",
            "a[",
            "a[]",
            "a[-1]",
            "a[\"x]",
            "a b",
            "a[0]b",
            "[99999999999999999999999]",
            "1a",
        ] {
            assert!(text.parse::<Path>().is_err(), "{text:?}");
        }
        assert!("a.".repeat(200).parse::<Path>().is_err());
    }
}
