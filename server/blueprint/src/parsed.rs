//! A file read: its text, and the tree of each top-level block or attribute over it.
//!
//! An edit reads again only the blocks that it touches (`reparse.rs`). The trees of those behind it, whose offsets are no longer
//! right, are made anew when somebody asks for them.

use std::{
    ops::Range,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use hcl_edit::structure::{Block, Structure};

use super::{
    declared::Facts,
    diagnostic::Lines,
    json::Told,
    locate::span,
    parse::{parse_at, parse_body},
};

/// Trees of a file that are made one by one; when more are asked for, it is cheaper to read the whole file.
const ONE_BY_ONE: usize = 16;

/// A file's text and the trees over it. Spans in the trees are byte offsets into the text.
#[derive(Debug)]
pub(super) struct ParsedFile {
    pub text: Arc<str>,
    pub lines: Lines,
    pub(super) items: Vec<Arc<Item>>,
    /// At least the work that the file's objects cost the parser.
    pub(super) work: usize,
    /// What a file in Terraform's JSON syntax tells besides its elements. Such a file has no trees.
    pub(super) told: Option<Told>,
    asked: AtomicUsize,
    whole: OnceLock<Vec<Structure>>,
}

/// One block or attribute at the top level of a file.
#[derive(Debug)]
pub(super) struct Item {
    pub span: Range<usize>,
    /// What does not depend on where in the file it stands.
    pub facts: Arc<Facts>,
    /// None inside: it could not be read alone, which cannot be, since it was read before.
    tree: OnceLock<Option<Structure>>,
}

impl Item {
    pub(super) fn new(structure: Structure) -> Self {
        let facts = Arc::new(Facts::of(&structure));
        Item { span: span(&structure), facts, tree: OnceLock::from(Some(structure)) }
    }

    /// An item of which nothing is known but this.
    pub(super) fn told(span: Range<usize>, facts: Facts) -> Self {
        Item { span, facts: Arc::new(facts), tree: OnceLock::from(None) }
    }

    /// The same item where `text` has it now.
    pub(super) fn moved(&self, span: Range<usize>) -> Self {
        Item { span, facts: Arc::clone(&self.facts), tree: OnceLock::new() }
    }
}

impl ParsedFile {
    pub(super) fn new(text: Arc<str>, items: Vec<Arc<Item>>, work: usize) -> Self {
        let (lines, asked, whole) = (Lines::new(&text), AtomicUsize::new(0), OnceLock::new());
        ParsedFile { text, lines, items, work, told: None, asked, whole }
    }

    /// A file in Terraform's JSON syntax.
    pub(super) fn told(text: Arc<str>, items: Vec<Arc<Item>>, told: Told) -> Self {
        ParsedFile { told: Some(told), ..Self::new(text, items, 0) }
    }

    /// The tree of the item at an index.
    pub(super) fn structure(&self, index: usize) -> Option<&Structure> {
        let item = self.items.get(index)?;
        if let Some(tree) = item.tree.get() {
            return tree.as_ref();
        }
        if self.whole.get().is_none() && self.asked.fetch_add(1, Ordering::Relaxed) < ONE_BY_ONE {
            return item.tree.get_or_init(|| parse_at(&self.text, item.span.clone())).as_ref();
        }
        self.whole.get_or_init(|| self.read_whole()).get(index)
    }

    fn read_whole(&self) -> Vec<Structure> {
        parse_body("", &self.text).map(|(body, _)| body.into_iter().collect()).unwrap_or_default()
    }

    /// The block at an index, if it is one.
    pub(super) fn block(&self, index: usize) -> Option<&Block> {
        self.structure(index)?.as_block()
    }

    /// The top-level blocks with this keyword.
    pub(super) fn blocks(&self, keyword: &str) -> impl DoubleEndedIterator<Item = &Block> {
        let of = move |(index, item): (usize, &Arc<Item>)| (item.facts.keyword == keyword).then_some(index);
        self.items.iter().enumerate().filter_map(of).filter_map(|index| self.block(index))
    }

    /// Where everything at the top level stands.
    pub(super) fn spans(&self) -> impl Iterator<Item = Range<usize>> {
        self.items.iter().map(|item| item.span.clone())
    }
}
