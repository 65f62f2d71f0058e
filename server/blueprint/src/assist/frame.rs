//! What is open at a place of a text: bodies, objects, brackets, quotes.

use std::ops::Range;

/// Where a body, an object or a bracket is at.
#[derive(Debug, Clone)]
pub(super) struct Frame<'t> {
    pub kind: FrameKind<'t>,
    /// Where what is being read began: the statement, the entry, the item.
    pub start: usize,
    /// The name that a statement or an entry of an object begins with, without quotes.
    pub key: Option<&'t str>,
    /// The labels of a block that is not open yet.
    pub labels: Vec<&'t str>,
    /// Past the `=` of a statement or an entry.
    pub valued: bool,
    /// How many commas came before, in a list or a call.
    pub index: usize,
    /// The names of the statements or entries that are complete.
    pub seen: Vec<&'t str>,
    /// What `for` binds here.
    pub bound: Vec<Bound>,
    pub(super) for_part: ForPart,
}

/// What is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FrameKind<'t> {
    /// The file itself has no keyword.
    Body {
        keyword: &'t str,
        labels: Vec<&'t str>,
    },
    Object,
    List,
    Paren,
    /// With the function's name, namespace included.
    Call(&'t str),
    Index,
    Quote,
    Heredoc,
    Template {
        directive: bool,
    },
}

/// `for k, v in collection`.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    /// One or two names, where they stand.
    pub names: Vec<Range<usize>>,
    pub collection: Range<usize>,
    /// Part of a template, up to `endfor`.
    pub(super) directive: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ForPart {
    None,
    Names,
    Collection,
    /// Behind the colon.
    Body,
}

impl<'t> Frame<'t> {
    pub(super) fn new(kind: FrameKind<'t>, start: usize) -> Self {
        Frame {
            kind,
            start,
            key: None,
            labels: Vec::new(),
            valued: false,
            index: 0,
            seen: Vec::new(),
            bound: Vec::new(),
            for_part: ForPart::None,
        }
    }

    /// Whether this is what a `for` goes through.
    pub(super) fn collecting(&self) -> bool {
        self.for_part == ForPart::Collection
    }

    /// Whether this is where a `for` names what it binds.
    pub(super) fn naming(&self) -> bool {
        self.for_part == ForPart::Names
    }

    /// Whether this belongs to a `for`.
    pub(super) fn looping(&self) -> bool {
        self.for_part != ForPart::None
    }

    pub(super) fn end_statement(&mut self, end: usize) {
        self.seen.extend(self.key.take());
        self.labels.clear();
        self.valued = false;
        self.index += 1;
        self.start = end;
    }

    pub(super) fn end_collection(&mut self, at: usize) {
        if self.for_part == ForPart::Collection
            && let Some(bound) = self.bound.last_mut()
        {
            bound.collection.end = at;
            self.for_part = ForPart::Body;
            self.valued = true;
        }
    }
}
