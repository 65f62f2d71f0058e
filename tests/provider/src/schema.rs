//! The description of a block: from it come the schema, the defaults, the checks and the documentation.

use std::collections::HashMap;

use tf_provider::schema as tf;

use crate::data::Known;

/// The type of an argument.
#[derive(Debug, Clone)]
pub enum Type {
    Text,
    /// A whole number, zero or more.
    Number,
    Flag,
    TextList,
    TextSet,
    TextMap,
    /// An object, written `name = { … }` with every one of its attributes. They carry no default and nothing computed.
    Object(Vec<Argument>),
}

/// Who gives an argument its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Required,
    Optional,
    Computed,
}

/// One argument of a block.
#[derive(Debug, Clone)]
pub struct Argument {
    pub name: &'static str,
    pub kind: Type,
    pub need: Need,
    /// What it is, in Markdown. Default, values and replacement are added by [`Argument::description`].
    pub text: &'static str,
    pub default: Option<Known>,
    pub values: &'static [&'static str],
    pub sensitive: bool,
    pub replaces: bool,
}

/// How often a nested block may appear, Terraform's nesting modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// Any number, in order.
    List,
    /// Any number, without order. Its arguments can have no default: a set's element is found by its whole value.
    Set,
    /// Any number, each with a label.
    Map,
    /// Exactly one.
    Single,
    /// At most one; where it is missing its arguments are null.
    Group,
    /// At most one, as a list.
    Optional,
}

/// A nested block.
#[derive(Debug, Clone)]
pub struct Nested {
    pub name: &'static str,
    pub nesting: Nesting,
    pub text: &'static str,
    pub block: Block,
}

/// Arguments and nested blocks.
#[derive(Debug, Clone, Default)]
pub struct Block {
    pub arguments: Vec<Argument>,
    pub nested: Vec<Nested>,
}

impl Argument {
    fn new(need: Need, name: &'static str, kind: Type, text: &'static str) -> Self {
        Argument { name, kind, need, text, default: None, values: &[], sensitive: false, replaces: false }
    }

    /// An argument that must be given.
    pub fn required(name: &'static str, kind: Type, text: &'static str) -> Self {
        Self::new(Need::Required, name, kind, text)
    }

    /// An argument that may be given.
    pub fn optional(name: &'static str, kind: Type, text: &'static str) -> Self {
        Self::new(Need::Optional, name, kind, text)
    }

    /// A value that the cloud gives.
    pub fn computed(name: &'static str, kind: Type, text: &'static str) -> Self {
        Self::new(Need::Computed, name, kind, text)
    }

    /// The value it takes where none is given.
    pub fn default(mut self, value: impl Into<Known>) -> Self {
        self.default = Some(value.into());
        self
    }

    /// The only values that it may have.
    pub fn one_of(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }

    /// Hides the value in Terraform's output.
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// A change makes a new resource instead of changing the old one.
    pub fn replaces(mut self) -> Self {
        self.replaces = true;
        self
    }

    /// What it is, with its values, its default and what a change does, in Markdown.
    pub fn description(&self) -> String {
        let mut text = self.text.to_owned();
        if let Some((last, others)) = self.values.split_last() {
            let others: Vec<String> = others.iter().map(|value| format!("`{value}`")).collect();
            text += &format!(" Must be one of {} or `{last}`.", others.join(", "));
        }
        match &self.default {
            Some(Known::Text(value)) => text += &format!(" Defaults to `{value}`."),
            Some(Known::Whole(value)) => text += &format!(" Defaults to `{value}`."),
            Some(Known::Bool(value)) => text += &format!(" Defaults to `{value}`."),
            _ => {}
        }
        if self.replaces {
            text += " Changing this forces a new resource to be created.";
        }
        text
    }

    fn attribute(&self) -> tf::Attribute {
        let constraint = match self.need {
            Need::Required => tf::AttributeConstraint::Required,
            Need::Computed => tf::AttributeConstraint::Computed,
            Need::Optional if self.default.is_some() => tf::AttributeConstraint::OptionalComputed,
            Need::Optional => tf::AttributeConstraint::Optional,
        };
        let text = || Box::new(tf::AttributeType::String);
        let attr_type = match &self.kind {
            Type::Text => tf::AttributeType::String,
            Type::Number => tf::AttributeType::Number,
            Type::Flag => tf::AttributeType::Bool,
            Type::TextList => tf::AttributeType::List(text()),
            Type::TextSet => tf::AttributeType::Set(text()),
            Type::TextMap => tf::AttributeType::Map(text()),
            Type::Object(arguments) => tf::AttributeType::Object(
                attributes(arguments).into_iter().map(|(name, inner)| (name, inner.attr_type)).collect(),
            ),
        };
        tf::Attribute {
            attr_type,
            description: tf::Description::markdown(self.description()),
            constraint,
            sensitive: self.sensitive,
            deprecated: false,
        }
    }
}

fn attributes(arguments: &[Argument]) -> HashMap<String, tf::Attribute> {
    arguments.iter().map(|argument| (argument.name.to_owned(), argument.attribute())).collect()
}

impl Block {
    /// A block of these arguments.
    pub fn new(arguments: impl Into<Vec<Argument>>) -> Self {
        Block { arguments: arguments.into(), nested: Vec::new() }
    }

    /// Adds a nested block.
    pub fn nested(mut self, name: &'static str, nesting: Nesting, text: &'static str, block: Block) -> Self {
        self.nested.push(Nested { name, nesting, text, block });
        self
    }

    /// The block as Terraform's plugin protocol describes it.
    pub fn schema(&self, text: &str) -> tf::Block {
        let nested = |nested: &Nested| {
            let block = nested.block.schema(nested.text);
            match nested.nesting {
                Nesting::List => tf::NestedBlock::List(block),
                Nesting::Set => tf::NestedBlock::Set(block),
                Nesting::Map => tf::NestedBlock::Map(block),
                Nesting::Single => tf::NestedBlock::Single(block),
                Nesting::Group => tf::NestedBlock::Group(block),
                Nesting::Optional => tf::NestedBlock::Optional(block),
            }
        };
        tf::Block {
            version: 0,
            attributes: attributes(&self.arguments),
            blocks: self.nested.iter().map(|block| (block.name.to_owned(), nested(block))).collect(),
            description: tf::Description::markdown(text),
            deprecated: false,
        }
    }

    /// The names of the arguments whose change makes a new resource.
    pub fn replacing(&self) -> impl Iterator<Item = &'static str> {
        self.arguments.iter().filter(|argument| argument.replaces).map(|argument| argument.name)
    }
}
