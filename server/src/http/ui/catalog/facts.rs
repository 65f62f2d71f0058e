//! What is known about one argument besides its text: chips beside its name, lines under its text.

use cloudoven_crawler::catalog::{
    Address, Bounds, Docs, Kind, Measure, NestedBlock, Nesting, Reference, Type,
};

use super::{
    argument_url, element_url,
    levels::{Level, Node, join},
    own_page,
};
use crate::{
    catalog::Loaded,
    http::{
        markdown::Links,
        ui::layout::{Chip, count},
    },
};

/// Values of one fact shown at once; the rest is behind a "more".
const SHOWN_VALUES: usize = 16;
/// Longest type that stands beside the name, in characters.
const SHORT_TYPE: usize = 60;

/// One line: what it is about, and the values.
#[derive(Debug)]
pub(super) struct Fact {
    pub label: &'static str,
    pub values: Vec<FactValue>,
    /// Values beyond the first few.
    pub more: Vec<FactValue>,
}

/// A value, which may lead somewhere.
#[derive(Debug)]
pub(super) struct FactValue {
    pub text: String,
    /// Words, not code.
    pub words: bool,
    pub href: Option<String>,
    /// Said when one points at it.
    pub title: String,
}

impl FactValue {
    fn code(text: impl Into<String>) -> FactValue {
        FactValue { text: text.into(), words: false, href: None, title: String::new() }
    }

    fn words(text: String) -> FactValue {
        FactValue { words: true, ..FactValue::code(text) }
    }
}

/// Flags of an argument or block.
pub(super) fn chips(node: Node) -> Vec<Chip> {
    let replaces = node.docs().is_some_and(|docs| docs.forces_replacement);
    let replaces = (replaces, "replace", "forces replacement");
    let flags = match node {
        Node::Attribute(a) => vec![
            (a.deprecated, "update", "deprecated"),
            replaces,
            (a.sensitive, "destroy", "sensitive"),
            (a.write_only, "", "write-only"),
            (a.optional && a.computed, "", "computed if left out"),
        ],
        Node::Block(block) => vec![(block.deprecated, "update", "deprecated"), replaces],
        Node::Field(..) => vec![replaces],
    };
    flags.into_iter().filter(|flag| flag.0).map(|(_, tone, label)| Chip::new(tone, label)).collect()
}

/// The lines under an argument's text. `above` is the path of the block that it is in.
pub(super) fn facts(docs: &Docs, above: &str, scope: &Scope) -> Vec<Fact> {
    let arguments = |names: &[String]| names.iter().map(|name| scope.argument(above, name)).collect();
    let bounds = docs.bounds.iter().map(|b| FactValue::words(bounds(b))).collect();
    let all: [(&'static str, Vec<FactValue>); 11] = [
        ("Replaced by", docs.replaced_by.iter().map(|name| scope.argument(above, name)).collect()),
        ("Default", docs.default.iter().map(FactValue::code).collect()),
        ("One of", docs.allowed.iter().map(FactValue::code).collect()),
        ("Limits", bounds),
        ("Pattern", docs.pattern.iter().map(FactValue::code).collect()),
        ("Unit", docs.unit.iter().cloned().map(FactValue::words).collect()),
        ("Conflicts with", arguments(&docs.conflicts_with)),
        ("Exactly one of", arguments(&docs.exactly_one_of)),
        ("At least one of", arguments(&docs.at_least_one_of)),
        ("Required with", arguments(&docs.required_with)),
        ("Refers to", docs.references.iter().map(|r| scope.reference(r)).collect()),
    ];
    let fact = |(label, mut values): (&'static str, Vec<FactValue>)| {
        let more = values.split_off(values.len().min(SHOWN_VALUES));
        Fact { label, values, more }
    };
    all.into_iter().filter(|(_, values)| !values.is_empty()).map(fact).collect()
}

/// "1 to 64 characters", "at least 3".
fn bounds(bounds: &Bounds) -> String {
    let range = match (&bounds.min, &bounds.max) {
        (Some(min), Some(max)) if min == max => format!("exactly {min}"),
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => return String::new(),
    };
    match bounds.of {
        Measure::Value => range,
        Measure::Length => format!("{range} characters"),
        Measure::Items => format!("{range} items"),
    }
}

/// The element that facts are about, to link what they name.
pub(super) struct Scope<'a> {
    pub loaded: &'a Loaded,
    pub address: &'a Address,
    pub version: &'a str,
    /// The whole schema.
    pub top: Level<'a>,
    /// The page of its arguments; empty when the facts stand on it themselves.
    pub page: &'a str,
    /// Where links in the documentation lead.
    pub links: &'a Links<'a>,
}

impl Scope<'_> {
    /// Another argument, named from beside this one or from the top; a counted block (`rule.0.port`) is any of them.
    fn argument(&self, above: &str, name: &str) -> FactValue {
        let plain: Vec<&str> = name.split('.').filter(|part| part.parse::<u32>().is_err()).collect();
        let plain = plain.join(".");
        let paths = [join(above, &plain), plain];
        let found = paths.into_iter().find(|path| self.top.find(path).is_some());
        FactValue { href: found.map(|path| argument_url(self.page, &path)), ..FactValue::code(name) }
    }

    fn reference(&self, reference: &Reference) -> FactValue {
        let title = format!("In {}", count(reference.count as usize, "example", "examples"));
        let (kind, target) = (reference.kind, reference.target.as_str());
        FactValue {
            href: self.element(kind, target),
            title,
            ..FactValue::code(attribute_of(kind, target, &reference.attribute))
        }
    }

    /// The page of an element: this version's, else the newest of whichever provider has it.
    pub fn element(&self, kind: Kind, name: &str) -> Option<String> {
        let own = own_page(self.loaded, self.address, self.version, kind, name);
        own.or_else(|| {
            let found = self.loaded.having(kind, name).find(|v| v.newest)?;
            Some(element_url(&found.index.provider, &found.index.version, kind, name))
        })
    }
}

/// `azurerm_resource_group.name`, `data.aws_ami.id`: as an expression would name it.
pub(super) fn attribute_of(kind: Kind, name: &str, attribute: &str) -> String {
    match kind {
        Kind::Resource => format!("{name}.{attribute}"),
        other => format!("{}.{name}.{attribute}", other.keyword()),
    }
}

/// A type in one line: whole, or shortened with the whole text beside it.
pub(super) fn type_label(ty: &Type) -> (String, Option<String>) {
    let full = ty.to_string();
    if full.chars().count() <= SHORT_TYPE { (full, None) } else { (outline(ty), Some(full)) }
}

fn outline(ty: &Type) -> String {
    match ty {
        Type::List(element) => format!("list({})", outline(element)),
        Type::Set(element) => format!("set({})", outline(element)),
        Type::Map(element) => format!("map({})", outline(element)),
        Type::Tuple(_) => "tuple([…])".into(),
        Type::Object(_) => "object({…})".into(),
        primitive => primitive.to_string(),
    }
}

/// How a nested block is told apart from its like, and how often it may stand in its parent.
pub(super) fn block_label(block: &NestedBlock) -> String {
    let one = match block.min_items {
        0 => "at most one",
        _ => "exactly one",
    };
    let many = match (block.min_items, block.max_items) {
        (0, 0) => "any number".into(),
        (_, 1) => one.into(),
        (0, max) => format!("at most {max}"),
        (min, 0) => format!("at least {min}"),
        (min, max) if min == max => format!("exactly {min}"),
        (min, max) => format!("{min} to {max}"),
    };
    match block.nesting {
        Nesting::Single | Nesting::Group => format!("block, {one}"),
        Nesting::List if block.max_items == 1 => format!("block, {one}"),
        Nesting::List => format!("list of blocks, {many}"),
        Nesting::Set => format!("set of blocks, {many}"),
        Nesting::Map => "map of blocks, each with a label".into(),
    }
}
