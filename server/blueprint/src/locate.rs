//! From a path to the part of the syntax tree that it means.

use std::ops::Range;

use hcl_edit::{
    expr::{Expression, Object, ObjectKey, ObjectValue},
    structure::{Attribute, Block, Body},
};

use super::{
    document::{Document, Element, ElementKind},
    edit::EditError,
    json::{is_json, read_only},
    path::{Path, Step},
};

/// The innermost block that a path leads into, and what of the path is left.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub element: &'a Element,
    pub text: &'a str,
    pub block: &'a Block,
    /// The block around, for one that is nested.
    pub parent: Option<&'a Block>,
    /// The argument that the path goes on to, present or not.
    pub name: Option<&'a str>,
    /// The steps into that argument's value.
    pub inner: &'a [Step],
}

impl<'a> Place<'a> {
    pub(super) fn body(&self) -> &'a Body {
        &self.block.body
    }

    pub(super) fn span(&self) -> Range<usize> {
        span(self.block)
    }

    /// The argument, if it is set.
    pub(super) fn attribute(&self) -> Option<&'a Attribute> {
        self.body().get_attribute(self.name?)
    }
}

/// Finds an element that can be edited.
pub(super) fn element<'d>(document: &'d Document, address: &str) -> Result<&'d Element, EditError> {
    let element = document.element(address);
    let element =
        element.ok_or_else(|| EditError::not_found(format!("there is no {address} in this blueprint")))?;
    if is_json(&element.file) {
        return Err(EditError::invalid(read_only(&element.file)));
    }
    Ok(element)
}

/// Walks a path as far as there are blocks. A local is the attribute of that name in its `locals` block, whatever
/// the path's first name is.
pub(super) fn place<'a>(
    document: &'a Document,
    address: &str,
    path: &'a Path,
) -> Result<Place<'a>, EditError> {
    place_in(document, element(document, address)?, path)
}

/// The same in this very element, which may share its address with another one.
pub(super) fn place_in<'a>(
    document: &'a Document,
    element: &'a Element,
    path: &'a Path,
) -> Result<Place<'a>, EditError> {
    let gone = || EditError::not_found(format!("there is no {} in this blueprint", element.address));
    let file = document.file(&element.file).ok_or_else(gone)?;
    let block = document.block(element).ok_or_else(gone)?;
    if element.kind == ElementKind::Local {
        let inner = path.steps().get(1..).unwrap_or_default();
        return Ok(Place {
            element,
            text: &file.text,
            block,
            parent: None,
            name: Some(element.name.as_str()),
            inner,
        });
    }
    let (block, parent, rest) = descend(block, path.steps())?;
    let (name, inner) = match rest {
        [Step::Name(name), inner @ ..] => (Some(name.as_str()), inner),
        [] => (None, rest),
        _ => return Err(EditError::not_found(format!("{path} leads to nothing in {}", element.address))),
    };
    Ok(Place { element, text: &file.text, block, parent, name, inner })
}

/// Enters nested blocks for as long as the steps name some.
fn descend<'a>(
    outer: &'a Block,
    steps: &'a [Step],
) -> Result<(&'a Block, Option<&'a Block>, &'a [Step]), EditError> {
    let (mut block, mut parent, mut rest) = (outer, None, steps);
    while let Some((name, index, after)) = block_step(rest) {
        if block.body.has_attribute(name) || !block.body.has_blocks(name) {
            break;
        }
        let Some(inner) = block.body.get_blocks(name).nth(index.unwrap_or(0)) else {
            return Err(EditError::not_found(format!("there is no {name}[{}] here", index.unwrap_or(0))));
        };
        (parent, block, rest) = (Some(block), inner, after);
    }
    Ok((block, parent, rest))
}

/// A leading name with its index, if it has one.
pub(super) fn block_step(steps: &[Step]) -> Option<(&str, Option<usize>, &[Step])> {
    match steps {
        [Step::Name(name), Step::Index(index), after @ ..] => Some((name, Some(*index), after)),
        [Step::Name(name), after @ ..] => Some((name, None, after)),
        _ => None,
    }
}

/// Follows steps into a literal value, as far as they lead. The steps that are left lead to something that is not there.
pub(super) fn inside<'d, 'p>(
    mut value: &'d Expression,
    mut steps: &'p [Step],
) -> (&'d Expression, &'p [Step]) {
    while let Some((step, rest)) = steps.split_first() {
        let next = match (value, step) {
            (Expression::Object(object), Step::Name(name) | Step::Key(name)) => {
                entry(object, name).map(|(_, v)| v.expr())
            }
            (Expression::Array(array), Step::Index(index)) => array.get(*index),
            _ => None,
        };
        let Some(next) = next else { break };
        (value, steps) = (next, rest);
    }
    (value, steps)
}

/// The entry of an object literal with a plain key.
pub(super) fn entry<'d>(object: &'d Object, name: &str) -> Option<(&'d ObjectKey, &'d ObjectValue)> {
    object.iter().find(|(key, _)| key_text(key) == Some(name))
}

/// A key that is a name or a plain string.
pub(super) fn key_text(key: &ObjectKey) -> Option<&str> {
    match key {
        ObjectKey::Ident(ident) => Some(ident.as_str()),
        ObjectKey::Expression(e) => e.as_str(),
    }
}

/// The path of the argument that a byte of an element's text belongs to.
pub(super) fn path_at(document: &Document, element: &Element, offset: usize) -> Option<Path> {
    if element.kind == ElementKind::Local {
        return Some(Path::root().name("value"));
    }
    let mut body = &document.block(element)?.body;
    let mut path = Path::root();
    loop {
        let inside = body.iter().find(|s| span(*s).contains(&offset))?;
        let Some(block) = inside.as_block() else {
            return inside.as_attribute().map(|a| path.name(a.key.as_str()));
        };
        let twins = body.get_blocks(block.ident.as_str());
        let index = twins.take_while(|b| span(*b).start < span(block).start).count();
        path = path.name(block.ident.as_str()).index(index);
        body = &block.body;
    }
}

/// The span of a node that the parser made.
pub(super) fn span(node: &impl hcl_edit::Span) -> Range<usize> {
    node.span().unwrap_or_default()
}

/// Where the body of a block opens: just past its `{`.
pub(super) fn body_start(text: &str, block: &Block) -> usize {
    let labels_end = block.labels.last().map_or_else(|| span(&block.ident).end, |label| span(label).end);
    // Between the last label and the brace only comments can stand.
    let tokens = super::lex::lex(&text[labels_end..span(block).end]);
    let brace = tokens.iter().find(|t| t.kind == super::lex::Kind::OpenBrace);
    brace.map_or(labels_end, |t| labels_end + t.span.end)
}
