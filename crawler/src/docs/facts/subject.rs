//! The argument that a text is about.

use std::collections::BTreeMap;

use crate::catalog::{Attribute, Block, ObjectAttribute, Type};

/// What an argument's value is, as far as facts depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Bool,
    Number,
    Text,
    /// A list or set of such.
    Bools,
    Numbers,
    Texts,
    Map,
    /// A nested block, or anything else with arguments of its own.
    Block,
    /// Not known.
    Any,
}

impl Shape {
    pub fn of(ty: &Type) -> Self {
        match ty {
            Type::Bool => Shape::Bool,
            Type::Number => Shape::Number,
            Type::String => Shape::Text,
            Type::List(element) | Type::Set(element) => match **element {
                Type::Bool => Shape::Bools,
                Type::Number => Shape::Numbers,
                Type::String => Shape::Texts,
                _ => Shape::Block,
            },
            Type::Map(_) => Shape::Map,
            Type::Dynamic => Shape::Any,
            Type::Tuple(_) | Type::Object(_) => Shape::Block,
        }
    }

    /// The shape of a value, or of each value in a list.
    pub fn element(self) -> Self {
        match self {
            Shape::Bools => Shape::Bool,
            Shape::Numbers => Shape::Number,
            Shape::Texts => Shape::Text,
            other => other,
        }
    }

    pub fn is_list(self) -> bool {
        self.element() != self
    }
}

/// The arguments that stand beside each other.
#[derive(Debug, Clone, Copy)]
pub enum Around<'a> {
    Block(&'a Block),
    Attributes(&'a BTreeMap<String, Attribute>),
    Object(&'a BTreeMap<String, ObjectAttribute>),
    Nothing,
}

impl<'a> Around<'a> {
    fn has(self, name: &str) -> bool {
        match self {
            Around::Block(block) => block.attributes.contains_key(name) || block.blocks.contains_key(name),
            Around::Attributes(attributes) => attributes.contains_key(name),
            Around::Object(attributes) => attributes.contains_key(name),
            Around::Nothing => false,
        }
    }

    fn can_set(self, name: &str) -> bool {
        let settable = |attributes: &BTreeMap<String, Attribute>| {
            attributes.get(name).is_some_and(Attribute::is_settable)
        };
        match self {
            Around::Block(block) => settable(&block.attributes) || block.blocks.contains_key(name),
            Around::Attributes(attributes) => settable(attributes),
            Around::Object(attributes) => attributes.contains_key(name),
            Around::Nothing => false,
        }
    }

    fn inside(self, name: &str) -> Around<'a> {
        let of_type = |ty: &'a Type| match ty {
            Type::List(t) | Type::Set(t) | Type::Map(t) => match &**t {
                Type::Object(attributes) => Around::Object(attributes),
                _ => Around::Nothing,
            },
            Type::Object(attributes) => Around::Object(attributes),
            _ => Around::Nothing,
        };
        let of_attribute = |attribute: &'a Attribute| match &attribute.nested {
            Some(nested) => Around::Attributes(&nested.attributes),
            None => of_type(&attribute.ty),
        };
        match self {
            Around::Block(block) => match block.blocks.get(name) {
                Some(nested) => Around::Block(&nested.block),
                None => block.attributes.get(name).map_or(Around::Nothing, of_attribute),
            },
            Around::Attributes(attributes) => attributes.get(name).map_or(Around::Nothing, of_attribute),
            Around::Object(attributes) => attributes.get(name).map_or(Around::Nothing, |a| of_type(&a.ty)),
            Around::Nothing => Around::Nothing,
        }
    }
}

/// The argument that a text is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub name: &'a str,
    pub shape: Shape,
    /// Whether the schema marks it so.
    pub deprecated: bool,
    pub around: Around<'a>,
    pub root: &'a Block,
}

impl Subject<'_> {
    /// Whether it is the name of an argument or attribute beside this one.
    pub fn is_sibling(&self, name: &str) -> bool {
        self.around.has(name)
    }

    /// The argument that the page calls `name`: one beside this one by its name, any other by its path from the
    /// element; `None` when there is none. Where nothing is known of the others, any name will do. `a.0.b` and `aB` are ways of writing `a.b` and `a_b`.
    pub fn argument(&self, name: &str) -> Option<String> {
        if name.len() > 200 || !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        if matches!(self.around, Around::Nothing) {
            let plain =
                name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_.".contains(&b));
            return plain.then(|| name.to_owned());
        }
        let snake = snake(name);
        let names: Vec<&str> =
            snake.split('.').filter(|n| !n.is_empty() && !n.bytes().all(|b| b.is_ascii_digit())).collect();
        let (last, way) = names.split_last()?;
        if way.is_empty() && self.around.can_set(last) {
            return Some((*last).to_owned());
        }
        let parent = way.iter().fold(Around::Block(self.root), |at, name| at.inside(name));
        parent.can_set(last).then(|| names.join("."))
    }
}

/// `ipAddress` and `IpAddress` → `ip_address`; what has underscores is left alone.
pub fn snake(name: &str) -> String {
    if name.contains('_') || name.chars().all(|c| !c.is_ascii_uppercase()) {
        return name.to_owned();
    }
    let mut out = String::with_capacity(name.len() + 4);
    let mut previous = ' ';
    for c in name.chars() {
        if c.is_ascii_uppercase() && (previous.is_ascii_lowercase() || previous.is_ascii_digit()) {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
        previous = c;
    }
    out
}
