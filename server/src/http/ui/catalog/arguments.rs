//! The argument tree of an element.
//!
//! Deep trees hold thousands of arguments, so only the first [`BUDGET`] of them, the shallowest, come with the page. A
//! block below that is a page of its own, which is fetched into place when it is opened.

use std::collections::{HashSet, VecDeque};

use askama::Template;
use cloudoven_crawler::catalog::{Attribute, Docs};

use super::{
    facts::{Fact, Scope, block_label, chips, facts, type_label},
    levels::{Level, Node, join},
};
use crate::http::{markdown, ui::layout::Chip};

/// Arguments that one page holds.
const BUDGET: usize = 300;

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
    pub chips: Vec<Chip>,
    pub facts: Vec<Fact>,
    /// Safe HTML.
    pub text: String,
    pub inside: Inside,
    /// Where the page's author put it.
    pub position: u32,
}

/// Whether a configuration has to, may, or can't set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    Required,
    Optional,
    ReadOnly,
}

impl From<&Attribute> for Need {
    fn from(attribute: &Attribute) -> Need {
        match (attribute.required, attribute.optional) {
            (true, _) => Need::Required,
            (false, true) => Need::Optional,
            (false, false) => Need::ReadOnly,
        }
    }
}

/// What is inside a block, a structural attribute or an object type.
pub(super) enum Inside {
    Nothing,
    Shown(Box<Arguments>),
    /// The address that has it.
    Later(String),
}

impl Argument {
    /// A name of which nothing more is known.
    pub fn named(name: &str) -> Argument {
        Argument {
            id: String::new(),
            name: name.to_owned(),
            need: Need::Optional,
            ty: String::new(),
            full_type: None,
            chips: Vec::new(),
            facts: Vec::new(),
            text: String::new(),
            inside: Inside::Nothing,
            position: 0,
        }
    }

    /// What the schema says of the node at a path.
    pub fn of(path: &str, node: Node) -> Argument {
        let name = path.rsplit_once('.').map_or(path, |(_, name)| name);
        let (need, ty, full_type) = described(node);
        Argument {
            id: format!("arg-{path}"),
            need,
            ty,
            full_type,
            chips: chips(node),
            position: node.docs().map_or(0, |docs| docs.position),
            ..Argument::named(name)
        }
    }

    /// The same and what the documentation says of it.
    pub fn documented(path: &str, node: Node, scope: &Scope) -> Argument {
        let silent = Docs::default();
        let docs = node.docs().unwrap_or(&silent);
        let above = path.rsplit_once('.').map_or("", |(above, _)| above);
        Argument {
            facts: facts(docs, above, scope),
            text: markdown::render_linked(&docs.text, scope.links),
            ..Argument::of(path, node)
        }
    }
}

impl Arguments {
    /// Whether some of the tree is not in the page.
    pub fn has_later(&self) -> bool {
        self.items.iter().any(|item| match &item.inside {
            Inside::Nothing => false,
            Inside::Shown(arguments) => arguments.has_later(),
            Inside::Later(_) => true,
        })
    }

    /// Whether there is anything to unfold.
    pub fn has_folds(&self) -> bool {
        self.items.iter().any(|item| !matches!(item.inside, Inside::Nothing))
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
        for (name, node) in level.nodes() {
            let Some(inside) = node.inside().filter(|inside| inside.len() <= left) else { continue };
            left -= inside.len();
            let path = join(&path, name);
            shown.insert(path.clone());
            queue.push_back((path, inside));
        }
    }
    shown
}

struct Tree<'a> {
    url: &'a str,
    scope: &'a Scope<'a>,
    shown: HashSet<String>,
}

impl Tree<'_> {
    fn arguments(&self, level: Level, path: &str) -> Arguments {
        let nodes = level.nodes().into_iter();
        let mut items: Vec<Argument> =
            nodes.map(|(name, node)| self.argument(&join(path, name), node)).collect();
        // The author's order, then by name what the page does not mention.
        items.sort_by(|a, b| {
            let key = |x: &Argument| (x.need, x.position == 0, x.position);
            key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
        });
        Arguments { items }
    }

    fn argument(&self, path: &str, node: Node) -> Argument {
        let inside = node.inside().map_or(Inside::Nothing, |inside| self.inside(inside, path));
        Argument { inside, ..Argument::documented(path, node, self.scope) }
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

/// Need, type, and the type in full where the first is shortened.
fn described(node: Node) -> (Need, String, Option<String>) {
    match node {
        Node::Block(nested) => {
            let need = if nested.min_items > 0 { Need::Required } else { Need::Optional };
            (need, block_label(nested), None)
        }
        Node::Attribute(attribute) => {
            let (ty, full) = type_label(&attribute.ty);
            // What is inside says it better.
            (Need::from(attribute), ty, full.filter(|_| node.inside().is_none()))
        }
        // The schema doesn't say which attributes of an object must be there, or not reliably.
        Node::Field(attribute, _) => {
            let (ty, full) = type_label(&attribute.ty);
            (Need::Optional, ty, full.filter(|_| node.inside().is_none()))
        }
    }
}
