//! The argument tree of an element.
//!
//! Deep trees hold thousands of arguments, so only the first [`BUDGET`] of them, the shallowest, come with the page. A
//! block below that is a page of its own, which is fetched into place when it is opened.

use std::collections::{BTreeMap, HashSet, VecDeque};

use askama::Template;
use cloudoven_crawler::catalog::{Attribute, Block, NestedBlock};

use super::facts::{Facts, Scope, block_label, type_label};
use crate::http::ui::markdown;

/// Arguments that one page holds.
const BUDGET: usize = 400;

/// The arguments of one level, and through [`Inside`] those below it.
#[derive(Template, Default)]
#[template(path = "catalog/_arguments.html")]
pub(super) struct Arguments {
    pub items: Vec<Argument>,
}

/// One argument, exported attribute or nested block.
pub(super) struct Argument {
    /// The anchor's name: the path behind a prefix, since an argument may be called what an element of the page is.
    pub id: String,
    pub name: String,
    pub need: Need,
    /// The type, or for a block how many there may be.
    pub ty: String,
    /// The type in full where `ty` shortens it.
    pub full_type: Option<String>,
    pub facts: Facts,
    /// Safe HTML.
    pub text: String,
    pub inside: Inside,
    /// Where the page's author put it.
    position: u32,
}

/// Whether a configuration has to, may, or can't set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    Required,
    Optional,
    ReadOnly,
}

/// What is inside a block or a structural attribute.
pub(super) enum Inside {
    Nothing,
    Shown(Box<Arguments>),
    /// The address that has it.
    Later(String),
}

/// One level of the tree: a block's body or a structural attribute's inside.
#[derive(Clone, Copy)]
pub(super) struct Level<'a> {
    attributes: &'a BTreeMap<String, Attribute>,
    blocks: Option<&'a BTreeMap<String, NestedBlock>>,
}

impl<'a> From<&'a Block> for Level<'a> {
    fn from(block: &'a Block) -> Level<'a> {
        Level { attributes: &block.attributes, blocks: Some(&block.blocks) }
    }
}

impl<'a> Level<'a> {
    /// The levels right below, by name.
    fn children(self) -> impl Iterator<Item = (&'a str, Level<'a>)> {
        let nested = self.attributes.iter().filter_map(|(name, attribute)| {
            let inside = Level { attributes: &attribute.nested.as_ref()?.attributes, blocks: None };
            Some((name.as_str(), inside))
        });
        let blocks = self.blocks.into_iter().flatten();
        nested.chain(blocks.map(|(name, nested)| (name.as_str(), Level::from(&nested.block))))
    }

    /// The level at a path of names joined by dots.
    pub fn at(self, path: &str) -> Option<Level<'a>> {
        path.split('.')
            .try_fold(self, |level, name| level.children().find(|(n, _)| *n == name).map(|(_, l)| l))
    }

    fn len(self) -> usize {
        self.attributes.len() + self.blocks.map_or(0, BTreeMap::len)
    }
}

/// Makes the tree below `level`. `path` is the level's own, empty at the top; `url` is the element's page.
pub(super) fn tree(level: Level, path: &str, url: &str, scope: &Scope) -> Arguments {
    let shown = affordable(level, path);
    Tree { url, scope, shown }.arguments(level, path)
}

/// The paths of the levels that fit into the budget, level by level from the top.
fn affordable(level: Level, path: &str) -> HashSet<String> {
    let mut left = BUDGET.saturating_sub(level.len());
    let mut shown = HashSet::new();
    let mut queue = VecDeque::from([(path.to_owned(), level)]);
    while let Some((path, level)) = queue.pop_front() {
        for (name, child) in level.children() {
            if child.len() > left {
                continue;
            }
            left -= child.len();
            let path = join(&path, name);
            shown.insert(path.clone());
            queue.push_back((path, child));
        }
    }
    shown
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

struct Tree<'a> {
    url: &'a str,
    scope: &'a Scope<'a>,
    shown: HashSet<String>,
}

impl Tree<'_> {
    fn arguments(&self, level: Level, path: &str) -> Arguments {
        let attributes = level.attributes.iter().map(|(name, a)| self.attribute(name, a, &join(path, name)));
        let blocks = level.blocks.into_iter().flatten();
        let blocks = blocks.map(|(name, b)| self.block(name, b, &join(path, name)));
        let mut items: Vec<Argument> = attributes.chain(blocks).collect();
        // The author's order, then by name what the page does not mention.
        items.sort_by_key(|a| (a.need, a.position == 0, a.position, a.name.clone()));
        Arguments { items }
    }

    fn attribute(&self, name: &str, attribute: &Attribute, path: &str) -> Argument {
        let need = match (attribute.required, attribute.optional) {
            (true, _) => Need::Required,
            (false, true) => Need::Optional,
            (false, false) => Need::ReadOnly,
        };
        let nested = attribute.nested.as_ref();
        let (ty, full_type) = type_label(&attribute.ty);
        Argument {
            id: format!("arg-{path}"),
            name: name.to_owned(),
            need,
            ty,
            // The nested attributes say it better.
            full_type: full_type.filter(|_| nested.is_none()),
            facts: Facts::of_attribute(attribute, self.scope),
            text: markdown::render(&attribute.docs.text),
            inside: nested.map_or(Inside::Nothing, |nested| {
                self.inside(Level { attributes: &nested.attributes, blocks: None }, path)
            }),
            position: attribute.docs.position,
        }
    }

    fn block(&self, name: &str, nested: &NestedBlock, path: &str) -> Argument {
        Argument {
            id: format!("arg-{path}"),
            name: name.to_owned(),
            need: if nested.min_items > 0 { Need::Required } else { Need::Optional },
            ty: block_label(nested),
            full_type: None,
            facts: Facts::of_block(nested, self.scope),
            text: markdown::render(&nested.docs.text),
            inside: self.inside(Level::from(&nested.block), path),
            position: nested.docs.position,
        }
    }

    fn inside(&self, level: Level, path: &str) -> Inside {
        if self.shown.contains(path) {
            Inside::Shown(Box::new(self.arguments(level, path)))
        } else {
            let query = crate::http::ui::page::url_encode(path);
            Inside::Later(format!("{}?block={query}", self.url))
        }
    }
}
