//! Nested blocks that are missing, too many, unknown, or written as an argument, and arguments written as a block.

use std::ops::Range;

use cloudoven_crawler::catalog::{Block as Schema, NestedBlock, Nesting, Type};
use hcl_edit::{
    expr::{Expression, Object},
    structure::{Attribute, Block, Body},
};

use super::{Fix, site::Site};
use crate::{
    document::attribute_span,
    edit::{Inner, commented_lines, insert_block},
    lex::{Kind, lex},
    locate::{Place, body_start, key_text, place_in, span},
    path::is_identifier,
    scaffold,
    similar::ranked,
    splice::indent_at,
    write,
};

/// Most blocks that one fix adds.
const MAX_ADDED: usize = 20;

/// The body that the path's last step is in.
pub(super) fn enclosing<'a>(place: &Place<'a>) -> Option<&'a Body> {
    let block = if place.name.is_some() { Some(place.block) } else { place.parent };
    block.map(|block| &block.body)
}

/// A required block that is not there, as often as it is required.
pub(super) fn missing(site: &Site) -> Vec<Fix> {
    let (Some(Inner::Block(nested)), Some((before, _))) = (site.block(), site.path.split_last()) else {
        return Vec::new();
    };
    let Some(name) = site.path.last_name() else { return Vec::new() };
    let Ok(target) = place_in(site.document, site.element, &before) else { return Vec::new() };
    if target.name.is_some() {
        return Vec::new();
    }
    let present = target.body().get_blocks(name).count();
    let wanted =
        usize::try_from(nested.min_items).unwrap_or(MAX_ADDED).saturating_sub(present).min(MAX_ADDED);
    let code = |i: usize| {
        let label = (nested.nesting == Nesting::Map).then(|| format!("key{}", present + i + 1));
        scaffold::block(name, label.as_deref(), nested, site.context())
    };
    let code = (0..wanted).map(code).collect::<Vec<_>>().join("\n");
    let title = match wanted {
        1 => format!("Add the {name} block"),
        n => format!("Add {n} {name} blocks"),
    };
    let fix = site.fix(title, |draft| {
        insert_block(draft, &target, name, &code);
        Ok(())
    });
    fix.into_iter().collect()
}

/// Takes out the blocks past the most that are allowed.
pub(super) fn too_many(site: &Site) -> Vec<Fix> {
    let Some(Inner::Block(nested)) = site.block() else { return Vec::new() };
    let (Some(place), Some(name)) = (site.place(), site.path.last_name()) else { return Vec::new() };
    let single = matches!(nested.nesting, Nesting::Single | Nesting::Group);
    let max = if single { 1 } else { usize::try_from(nested.max_items).unwrap_or(usize::MAX) };
    let blocks = enclosing(&place).into_iter().flat_map(|body| body.get_blocks(name)).skip(max);
    let ranges: Vec<Range<usize>> = blocks.map(span).collect();
    let title = match ranges.len() {
        1 => format!("Remove the last {name} block"),
        n => format!("Remove the last {n} {name} blocks"),
    };
    removal(site, title, ranges).into_iter().collect()
}

/// Takes blocks out, those that follow one another as one.
pub(super) fn removal(site: &Site, title: String, blocks: Vec<Range<usize>>) -> Option<Fix> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    for block in blocks {
        match joined.last_mut() {
            Some(last) if site.text[last.end..block.start].trim().is_empty() => last.end = block.end,
            _ => joined.push(block),
        }
    }
    site.fix(title, |draft| {
        for range in joined {
            draft.replace(&site.element.file, commented_lines(site.text, range), "");
        }
        Ok(())
    })
}

/// A block that the schema does not have.
pub(super) fn unknown(site: &Site) -> Vec<Fix> {
    let (Some(place), Some(schema)) = (site.place(), site.around()) else { return Vec::new() };
    let Some(body) = enclosing(&place) else { return Vec::new() };
    let Some(block) = body.blocks().find(|block| span(&block.ident) == site.span()) else {
        return Vec::new();
    };
    let name = block.ident.as_str();
    let remove = removal(site, format!("Remove the {name} block"), vec![span(block)]);
    let found: Vec<Fix> = match schema.attributes.get(name) {
        Some(attribute) if !attribute.is_settable() => Vec::new(),
        Some(attribute) => as_argument(site, body, block, &attribute.ty).into_iter().collect(),
        None => renamed(site, schema, body, block),
    };
    found.into_iter().chain(remove).collect()
}

/// Under the names of blocks that are like it and take what is in it.
fn renamed(site: &Site, schema: &Schema, body: &Body, block: &Block) -> Vec<Fix> {
    let room = |name: &str, nested: &NestedBlock| {
        let single = matches!(nested.nesting, Nesting::Single | Nesting::Group);
        let max = if single { 1 } else { nested.max_items };
        max == 0 || (body.get_blocks(name).count() as u64) < max
    };
    let takes = |nested: &NestedBlock| {
        block.body.attributes().all(|a| nested.block.attributes.contains_key(a.key.as_str()))
    };
    let fitting = schema.blocks.iter().filter(|(name, nested)| room(name, nested) && takes(nested));
    let near = ranked(block.ident.as_str(), fitting.map(|(name, _)| name.as_str()));
    let sure = near.len() == 1;
    let rename = |(_, other): &(usize, &str)| {
        Some(site.replaced(format!("Rename to {other}"), site.span(), other)?.surely(sure))
    };
    near.iter().take(3).filter_map(rename).collect()
}

/// `name { … }` → `name = { … }`.
fn as_argument(site: &Site, body: &Body, block: &Block, ty: &Type) -> Option<Fix> {
    let name = block.ident.as_str();
    let plain = block.labels.is_empty() && block.body.blocks().next().is_none();
    if !plain || body.get_blocks(name).count() != 1 || body.has_attribute(name) {
        return None;
    }
    let (open, close) = match ty {
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => ("[", "]"),
        _ => ("", ""),
    };
    let brace = body_start(site.text, block).checked_sub(1)?;
    let fix = site.fix(format!("Write {name} with ="), |draft| {
        draft.replace(&site.element.file, span(&block.ident).end..brace, format!(" = {open}"));
        draft.insert(&site.element.file, span(block).end, close);
        Ok(())
    })?;
    site.works(&fix).then(|| fix.surely(true))
}

/// `name = { … }` → `name { … }`, and a list of objects to as many blocks.
pub(super) fn from_argument(
    site: &Site,
    place: &Place,
    attribute: &Attribute,
    nested: &NestedBlock,
) -> Option<Fix> {
    let name = attribute.key.as_str();
    let range = attribute_span(attribute);
    let commented = lex(&site.text[range.clone()]).iter().any(|token| token.kind == Kind::Comment);
    if commented || place.body().has_blocks(name) {
        return None;
    }
    let code = blocks(site.text, name, nested, &attribute.value)?;
    let code = write::laid_out(&code, indent_at(site.text, range.start));
    let fix = site.replaced(format!("Write {name} without ="), range, code.trim())?;
    site.works(&fix).then(|| fix.surely(true))
}

/// The code of the blocks that a literal stands for.
fn blocks(text: &str, name: &str, nested: &NestedBlock, value: &Expression) -> Option<String> {
    match value {
        Expression::Object(object) if nested.nesting == Nesting::Map => {
            let labelled = |(key, value): (_, &hcl_edit::expr::ObjectValue)| {
                let head = format!("{name} {}", write::string(key_text(key)?));
                block(text, &head, nested, value.expr().as_object()?)
            };
            Some(object.iter().map(labelled).collect::<Option<Vec<String>>>()?.join("\n"))
        }
        Expression::Object(object) => block(text, name, nested, object),
        Expression::Array(items) => {
            let each = items.iter().map(|item| block(text, name, nested, item.as_object()?));
            Some(each.collect::<Option<Vec<String>>>()?.join("\n"))
        }
        _ => None,
    }
}

fn block(text: &str, head: &str, nested: &NestedBlock, object: &Object) -> Option<String> {
    let mut code = format!("{head} {{\n");
    for (key, value) in object.iter() {
        let name = key_text(key).filter(|name| is_identifier(name))?;
        let value = value.expr();
        match nested.block.blocks.get(name) {
            Some(inner) => code += &blocks(text, name, inner, value)?,
            None => code += &format!("{name} = {}\n", text.get(span(value))?),
        }
    }
    Some(code + "}\n")
}
