//! Where what stands at a place is declared, and where it is used.

use std::ops::Range;

use super::{
    Spot, Workspace,
    cursor::{Cursor, Inside},
    frame::FrameKind,
    members,
    operand::{self, Step},
    scope::Scope,
};
use crate::{
    diagnostic::Span,
    document::{Document, Element, ElementKind, attribute_span},
    lex::{Kind as Token, Token as LexToken, lex},
    locate::span,
    refs::references,
};

/// A place in one of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    pub file: String,
    /// The bytes of the name.
    pub span: Span,
}

/// The end of the word that a place is in or beside of; else the place itself.
pub(super) fn word_end(text: &str, tokens: &[LexToken], offset: usize) -> usize {
    let offset = text.floor_char_boundary(offset);
    let at = |t: &&LexToken| t.kind == Token::Ident && t.span.start <= offset && offset <= t.span.end;
    tokens.iter().find(at).map_or(offset, |t| t.span.end)
}

/// What is named at a place.
enum Named<'a> {
    /// With the argument that is named, too.
    Element(&'a Element, Option<&'a str>),
    /// What a `for` in the same file binds.
    Bound(Range<usize>),
}

/// Where what is named at a place is declared.
pub fn definition(workspace: &Workspace, spot: Spot) -> Option<Location> {
    let tokens = lex(spot.text);
    let cursor = Cursor::at(spot.text, &tokens, word_end(spot.text, &tokens, spot.offset));
    match named(workspace, spot.file, &cursor)? {
        Named::Bound(range) => Some(Location { file: spot.file.to_owned(), span: range.into() }),
        Named::Element(element, argument) => {
            let set = argument.and_then(|name| workspace.document.block(element)?.body.get_attribute(name));
            let span = match set {
                Some(attribute) => span(&attribute.key).into(),
                None => name_span(workspace.document, element),
            };
            Some(Location { file: element.file.clone(), span })
        }
    }
}

/// Everywhere that what is named at a place is named, its declaration first.
pub fn references_at(workspace: &Workspace, spot: Spot) -> Vec<Location> {
    let tokens = lex(spot.text);
    let cursor = Cursor::at(spot.text, &tokens, word_end(spot.text, &tokens, spot.offset));
    let Some(Named::Element(element, _)) = named(workspace, spot.file, &cursor) else { return Vec::new() };
    let declared = Location { file: element.file.clone(), span: name_span(workspace.document, element) };
    let used = references(workspace.document).into_iter().filter(|r| r.address == element.address);
    let used = used.map(|r| Location { file: r.file, span: r.name.into() });
    std::iter::once(declared).chain(used).collect()
}

fn named<'a>(workspace: &Workspace<'a>, file: &str, cursor: &Cursor<'a>) -> Option<Named<'a>> {
    if cursor.inside == Inside::Nothing {
        return None;
    }
    let scope = Scope::of(workspace, file, cursor);
    let top = cursor.top();
    let statement = matches!(top.kind, FrameKind::Body { .. }) && !top.valued;
    // The head of a block, its labels included, or the name of a local: the element itself.
    if scope.keywords.is_empty() || (statement && scope.keywords == ["locals"]) {
        return scope.element.map(|element| Named::Element(element, None));
    }
    if statement || matches!(top.kind, FrameKind::Quote | FrameKind::Heredoc) || cursor.word.is_empty() {
        return None;
    }
    let operand = operand::before(cursor.text, cursor.tokens, cursor.before + 1)?;
    let Some(Step::Name(root)) = operand.steps.first() else { return None };
    if let Some(range) = cursor.bound().flat_map(|b| &b.names).find(|n| cursor.text[(*n).clone()] == **root) {
        return Some(Named::Bound(range.clone()));
    }
    if let Some(provider) = provider(workspace, &scope, cursor, operand.text) {
        return Some(Named::Element(provider, None));
    }
    // Of `type.name` in which the type is under the pointer, the name is behind it.
    let (address, used) = match members::address(&scope, cursor, &operand.steps) {
        Some(found) => found,
        None => whole(&scope, cursor)?,
    };
    let element = workspace.document.element(&address)?;
    let argument = operand.steps.get(used).and_then(|step| match step {
        Step::Name(name) => Some(*name),
        Step::Index => None,
    });
    Some(Named::Element(element, argument))
}

/// The traversal with the names that follow the place.
fn whole(scope: &Scope, cursor: &Cursor) -> Option<(String, usize)> {
    let mut end = cursor.before + 1;
    for _ in 0..2 {
        let next = cursor.tokens.get(end).zip(cursor.tokens.get(end + 1));
        match next {
            Some((dot, name)) if (dot.kind, name.kind) == (Token::Dot, Token::Ident) => end += 2,
            _ => break,
        }
        let operand = operand::before(cursor.text, cursor.tokens, end)?;
        if let Some((address, _)) = members::address(scope, cursor, &operand.steps) {
            return Some((address, usize::MAX));
        }
    }
    None
}

/// `provider = aws.west`.
fn provider<'a>(
    workspace: &Workspace<'a>,
    scope: &Scope,
    cursor: &Cursor,
    code: &str,
) -> Option<&'a Element> {
    let key = cursor.frames[cursor.body()].key?;
    let names = matches!(
        (scope.keywords.as_slice(), key),
        (["resource" | "data" | "ephemeral" | "import"], "provider") | (["module"], "providers")
    );
    names.then(|| workspace.document.element(&format!("provider.{code}"))).flatten()
}

/// The name of an element where it is declared: the last label, the name of a local, else the keyword.
pub(super) fn name_span(document: &Document, element: &Element) -> Span {
    let Some(block) = document.block(element) else { return element.span };
    if element.kind == ElementKind::Local {
        let attribute = document.local(element);
        return attribute.map_or(element.span, |a| (attribute_span(a).start..span(&a.key).end).into());
    }
    block.labels.last().map_or_else(|| span(&block.ident).into(), |label| span(label).into())
}
