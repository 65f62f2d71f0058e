//! Values as Terraform sends them: any of them may be null, or not known before apply.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tf_provider::value::Value;

/// A value of any Terraform type, or null, or unknown.
pub type Data = Value<Known>;

/// The arguments and nested blocks of one block, by name.
pub type Object = BTreeMap<String, Data>;

/// A value that is neither null nor unknown. Lists and sets, and maps and objects, are told apart by the schema alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Known {
    Bool(bool),
    Whole(i64),
    Fraction(f64),
    Text(String),
    List(Vec<Data>),
    Object(Object),
}

impl From<&str> for Known {
    fn from(text: &str) -> Self {
        Known::Text(text.to_owned())
    }
}

impl From<String> for Known {
    fn from(text: String) -> Self {
        Known::Text(text)
    }
}

impl From<i64> for Known {
    fn from(number: i64) -> Self {
        Known::Whole(number)
    }
}

impl From<bool> for Known {
    fn from(flag: bool) -> Self {
        Known::Bool(flag)
    }
}

/// The text of `object[name]`, if there is one.
pub fn text<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    match object.get(name) {
        Some(Data::Value(Known::Text(text))) => Some(text),
        _ => None,
    }
}

/// The number of `object[name]`, if there is one.
pub fn whole(object: &Object, name: &str) -> Option<i64> {
    match object.get(name) {
        Some(Data::Value(Known::Whole(number))) => Some(*number),
        _ => None,
    }
}

/// Puts a known value at `object[name]`.
pub fn set(object: &mut Object, name: &str, value: impl Into<Known>) {
    object.insert(name.to_owned(), Data::Value(value.into()));
}

/// The objects of the list at `parent[name]`, each with its index. Nulls and unknowns are passed over.
pub fn each<'a>(parent: &'a mut Object, name: &str) -> impl Iterator<Item = (usize, &'a mut Object)> {
    let items = match parent.get_mut(name) {
        Some(Data::Value(Known::List(items))) => items.as_mut_slice(),
        _ => &mut [],
    };
    items.iter_mut().enumerate().filter_map(|(index, item)| match item {
        Data::Value(Known::Object(object)) => Some((index, object)),
        _ => None,
    })
}
