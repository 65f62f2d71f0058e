//! What an editor asks about a place in a text: completions, what is under the pointer, where it is declared and used,
//! the outline. The text may be unsaved and broken; only what is asked about is looked at, by its tokens.
//!
//! Whoever asks first mends the document ([`mend`]), loads the schemas of the result, and makes a [`Workspace`] of both.

mod cursor;
mod definition;
mod expression;
mod field;
mod frame;
mod functions;
mod hover;
mod item;
mod labels;
mod language;
mod members;
mod mend;
mod node;
mod operand;
mod outline;
mod position;
mod scope;
mod statement;
mod walk;

use std::sync::Arc;

use cloudoven_crawler::catalog::{Entry, Index, Kind};

use self::{
    cursor::{Cursor, Inside},
    frame::FrameKind,
    scope::Scope,
};
pub use self::{
    definition::{Location, definition, references_at},
    field::{Field, field},
    functions::{Signature, SignatureParameter, signature},
    hover::{Hover, hover},
    item::{Completion, CompletionKind, Completions},
    mend::mend,
    outline::{Symbol, outline},
    position::{Placed, Position, TextRange},
};
use super::{document::Document, lex::lex, schemas::Schemas};

/// Everything that answers are made from.
#[derive(Debug, Clone, Copy)]
pub struct Workspace<'a> {
    /// As [`mend`] gives it.
    pub document: &'a Document,
    pub schemas: &'a Schemas,
    /// The names of all elements of the providers in use, the likeliest provider first.
    pub indexes: &'a [Arc<Index>],
    /// How many of them, from the first, the blueprint uses. The types of others are offered only where it uses none.
    pub used: usize,
}

/// A place in a file. The offset counts bytes.
#[derive(Debug, Clone, Copy)]
pub struct Spot<'a> {
    pub file: &'a str,
    /// The file as it is in the editor.
    pub text: &'a str,
    pub offset: usize,
}

impl<'a> Workspace<'a> {
    /// The names of one kind.
    fn entries(&self, kind: Kind) -> impl Iterator<Item = (&'a Index, &'a Entry)> {
        let of = move |index: &'a Arc<Index>| index.elements.iter().map(move |entry| (&**index, entry));
        let used =
            if self.used == 0 { self.indexes } else { &self.indexes[..self.used.min(self.indexes.len())] };
        used.iter().flat_map(of).filter(move |(_, entry)| entry.kind == kind)
    }
}

/// The catalog documents that answers about a place need besides those of the mended document's elements.
pub fn needs(spot: Spot) -> Vec<(Kind, String)> {
    functions::needs(spot.text, spot.offset)
}

/// Completions at any place, best first.
pub fn complete(workspace: &Workspace, spot: Spot) -> Completions {
    let tokens = lex(spot.text);
    let cursor = Cursor::at(spot.text, &tokens, spot.offset);
    if cursor.inside == Inside::Nothing {
        return Completions::default();
    }
    let scope = Scope::of(workspace, spot.file, &cursor);
    let top = cursor.top();
    let items = match &top.kind {
        FrameKind::Quote => labels::in_quotes(workspace, &scope, &cursor),
        FrameKind::Heredoc => Vec::new(),
        FrameKind::Body { .. } if !top.valued && top.key.is_none() => {
            statement::complete(workspace, &scope, &cursor)
        }
        FrameKind::Object if !top.valued && top.key.is_none() && !top.looping() => {
            statement::keys(workspace, &scope, &cursor, false)
        }
        FrameKind::Body { .. } | FrameKind::Object if !top.valued && !top.looping() => Vec::new(),
        _ if top.naming() => Vec::new(),
        _ => expression::complete(workspace, &scope, &cursor),
    };
    Completions::of(items)
}
