//! The outline of a file: its blocks, and the blocks in them.

use hcl_edit::structure::{Block, Body};

use super::definition::name_span;
use crate::{
    diagnostic::Span,
    document::{Document, ElementKind},
    locate::span,
};

/// One line of an outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// An element's address, a nested block's keyword with its labels.
    pub name: String,
    /// Absent for a nested block.
    pub kind: Option<ElementKind>,
    pub span: Span,
    /// The bytes of the name.
    pub selection: Span,
    pub children: Vec<Symbol>,
}

/// The elements of one file, in the order of the text.
pub fn outline(document: &Document, file: &str) -> Vec<Symbol> {
    let elements = document.elements().iter().filter(|e| e.file == file);
    let symbol = |e: &crate::document::Element| {
        let block = document.block(e).filter(|_| e.kind != ElementKind::Local);
        Symbol {
            name: e.address.clone(),
            kind: Some(e.kind),
            span: e.span,
            selection: name_span(document, e),
            children: block.map(|block| nested(&block.body)).unwrap_or_default(),
        }
    };
    elements.map(symbol).collect()
}

/// The parser has bounded how deep they are nested.
fn nested(body: &Body) -> Vec<Symbol> {
    let symbol = |block: &Block| {
        let labels = block.labels.iter().map(|label| format!(" {}", label.as_str()));
        Symbol {
            name: format!("{}{}", block.ident.as_str(), labels.collect::<String>()),
            kind: None,
            span: span(block).into(),
            selection: span(&block.ident).into(),
            children: nested(&block.body),
        }
    };
    body.blocks().map(symbol).collect()
}
