//! Adding, removing and moving nested blocks, and instances of structural attributes, which look the same to a person.

use cloudoven_crawler::catalog::{Block as BlockSchema, NestedAttributes, NestedBlock, Nesting};
use hcl_edit::{expr::Expression, structure::Block};

use super::{
    Applied, EditError,
    values::{self, insert_argument, is_multiline},
};
use crate::{
    document::Document,
    locate::{Place, body_start, inside, place, span},
    path::{Path, Step},
    scaffold::{self, Context},
    schemas::Schemas,
    splice::{Draft, indent_at, line_end, line_start, whole_lines, with_comments_above},
    write,
};

/// What the schema says stands at a path.
pub(crate) enum Inner<'a> {
    Block(&'a NestedBlock),
    Attributes(&'a NestedAttributes),
}

/// Follows the names of a path through a schema. Indexes and keys do not matter.
pub(crate) fn schema_at<'a>(mut block: &'a BlockSchema, path: &Path) -> Option<Inner<'a>> {
    let mut names = path.names();
    let mut found = None;
    while let Some(name) = names.next() {
        if let Some(nested) = block.blocks.get(name) {
            block = &nested.block;
            found = Some(Inner::Block(nested));
            continue;
        }
        let mut nested = block.attributes.get(name)?.nested.as_deref()?;
        for name in names.by_ref() {
            nested = nested.attributes.get(name)?.nested.as_deref()?;
        }
        return Some(Inner::Attributes(nested));
    }
    found
}

pub(super) fn add(
    document: &Document,
    address: &str,
    path: &Path,
    label: Option<&str>,
    schemas: &Schemas,
) -> Result<Applied, EditError> {
    // `block[1]` means one more of `block`, whichever index the caller counted.
    let path = match path.split_last() {
        Some((before, Step::Index(_))) => before,
        _ => path.clone(),
    };
    let (before, last) = path.split_last().ok_or_else(|| EditError::invalid("the path names no block"))?;
    let Step::Name(name) = last else {
        return Err(EditError::invalid(format!("{path} is not a block type")));
    };
    let element = crate::locate::element(document, address)?;
    let schema = schemas.of(element).and_then(|schema| schema_at(&schema.block, &path));
    let context = Context { document, address, valid: false };
    let mut draft = Draft::new(document);
    if let Some(Inner::Attributes(nested)) = schema {
        add_instance(&mut draft, document, address, &path, label, (nested, context))?;
        return Applied::from_draft(draft, Some(address.to_owned()));
    }
    if !crate::path::is_identifier(name) {
        return Err(EditError::invalid(format!("{name:?} is not a block type")));
    }
    let code = match schema {
        Some(Inner::Block(nested)) => {
            if nested.nesting == Nesting::Map && label.is_none() {
                return Err(EditError::invalid(format!("a {name} block needs a label")));
            }
            scaffold::block(name, label, nested, context)
        }
        _ => {
            format!("{name}{} {{\n}}\n", label.map(|l| format!(" {}", write::string(l))).unwrap_or_default())
        }
    };
    let target = place(document, address, &before)?;
    if target.name.is_some() {
        return Err(EditError::not_found(format!("there is no {before} in {address}")));
    }
    insert_block(&mut draft, &target, name, &code);
    Applied::from_draft(draft, Some(address.to_owned()))
}

/// Adds an object to a structural attribute: sets a single one, appends to a list, or adds an entry to a map.
fn add_instance(
    draft: &mut Draft,
    document: &Document,
    address: &str,
    path: &Path,
    label: Option<&str>,
    (nested, context): (&NestedAttributes, Context),
) -> Result<(), EditError> {
    let steps = match nested.nesting {
        Nesting::Single | Nesting::Group => path.clone(),
        Nesting::List | Nesting::Set => {
            let found = place(document, address, path)?;
            let value = found.attribute().map(|a| inside(&a.value, found.inner));
            match value {
                Some((Expression::Array(items), [])) => path.index(items.len()),
                Some((_, [])) => {
                    return Err(EditError::invalid("this is not a literal list; edit it as code"));
                }
                _ => path.index(0),
            }
        }
        Nesting::Map => {
            path.key(label.ok_or_else(|| EditError::invalid(format!("an entry of {path} needs a key")))?)
        }
    };
    let found = place(document, address, &steps)?;
    values::set_code(draft, &found, &scaffold::instance(nested, context, 0))
}

/// Puts a block behind the last of its type, or at the end of the body.
pub(crate) fn insert_block(draft: &mut Draft, target: &Place, name: &str, code: &str) {
    let (text, block, file) = (target.text, target.block, &target.element.file);
    let outer = indent_at(text, target.span().start).to_owned();
    let code = write::laid_out(code, &format!("{outer}  "));
    let code = code.trim_end_matches('\n');
    if !is_multiline(text, block) {
        let start = body_start(text, block);
        let end = target.span().end - 1;
        let present = text[start..end].trim();
        let present = match present {
            "" => String::new(),
            present => format!("{outer}  {present}\n\n"),
        };
        return draft.replace(file, start..end, format!("\n{present}{code}\n{outer}"));
    }
    let sibling = block.body.get_blocks(name).last().map(|b| span(b).end);
    let last = sibling.or_else(|| block.body.iter().last().map(|s| span(s).end));
    match last {
        Some(end) => draft.insert(file, line_end(text, end), format!("\n\n{code}")),
        None => insert_argument(draft, file, text, block, code.trim_start()),
    }
}

pub(super) fn remove(document: &Document, address: &str, path: &Path) -> Result<Applied, EditError> {
    let target = place(document, address, path)?;
    if target.name.is_some() {
        return values::unset(document, address, path);
    }
    if target.parent.is_none() {
        return Err(EditError::not_found(format!("there is no block {path} in {address}")));
    }
    let mut draft = Draft::new(document);
    draft.replace(&target.element.file, commented_lines(target.text, target.span()), "");
    Applied::from_draft(draft, Some(address.to_owned()))
}

/// Exchanges texts: the block goes to the place of the other, those between move up or down by one.
pub(super) fn move_to(
    document: &Document,
    address: &str,
    from: &Path,
    to: &Path,
) -> Result<Applied, EditError> {
    let (from_at, to_at) = (position(from)?, position(to)?);
    if from_at.0 != to_at.0 {
        return Err(EditError::invalid("a block can only move among those of its type"));
    }
    let source = place(document, address, from)?;
    let target = place(document, address, to)?;
    let mut draft = Draft::new(document);
    let spans: Vec<std::ops::Range<usize>> = match (source.parent, target.name) {
        (Some(parent), None) => parent.body.get_blocks(last_name(from)).map(|b: &Block| span(b)).collect(),
        _ => items(&source, from)?,
    };
    let (low, high) = (from_at.1.min(to_at.1), from_at.1.max(to_at.1));
    if high >= spans.len() {
        return Err(EditError::not_found(format!("there is no {to} in {address}")));
    }
    let mut order: Vec<usize> = (low..=high).collect();
    if from_at.1 < to_at.1 {
        order.rotate_left(1)
    } else {
        order.rotate_right(1)
    }
    for (slot, taken) in (low..=high).zip(order) {
        draft.replace(&source.element.file, spans[slot].clone(), &source.text[spans[taken].clone()]);
    }
    Applied::from_draft(draft, Some(address.to_owned()))
}

/// The items of the literal list that a path ends in.
fn items(source: &Place, path: &Path) -> Result<Vec<std::ops::Range<usize>>, EditError> {
    let gone = || EditError::not_found(format!("there is no {path}"));
    let attribute = source.attribute().ok_or_else(gone)?;
    let (_, before) = source.inner.split_last().ok_or_else(gone)?;
    match inside(&attribute.value, before) {
        (Expression::Array(array), []) => Ok(array.iter().map(span).collect()),
        _ => Err(gone()),
    }
}

fn position(path: &Path) -> Result<(Path, usize), EditError> {
    match path.split_last() {
        Some((before, Step::Index(index))) => Ok((before, *index)),
        _ => Err(EditError::invalid(format!("{path} does not end in an index"))),
    }
}

fn last_name(path: &Path) -> &str {
    path.last_name().unwrap_or("")
}

/// The lines of something, with the comments directly above it.
pub(crate) fn commented_lines(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let start = line_start(text, range.start);
    let alone = text[start..range.start].trim().is_empty();
    let start = if alone { with_comments_above(text, start) } else { range.start };
    whole_lines(text, start..range.end)
}
