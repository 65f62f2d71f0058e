//! Facts that an argument's text states in the field's set phrases: default, allowed values, bounds, replacement, …
//!
//! A text becomes `token`s; each fact has a file of its own that looks for the phrases that introduce it. What the
//! schema knows (the type, the names of other arguments) decides what a value may be. Whatever is stated only under a
//! condition, or as an example, is no fact.

mod allowed;
mod bounds;
mod default;
mod literal;
mod pattern;
mod relations;
mod replaced;
mod replacement;
mod subject;
#[cfg(test)]
mod tests;
mod token;
mod unit;
mod values;

use std::collections::BTreeMap;

use subject::{Around, Shape, Subject};

use crate::catalog::{Attribute, Block, Docs, Field, ObjectAttribute, Type};

/// Bytes of a text that are looked at. The readers look back and forth in it from every word, so that a text of millions
/// would keep them for hours.
const MAX_TEXT: usize = 16 * 1024;

/// `docs` with the facts that a bullet's flags state: `Optional, Default: 5`. Those of its text come by [`complete`],
/// when the whole element is known.
pub fn add(docs: Docs, flags: &str) -> Docs {
    let nothing = Block::default();
    let subject =
        Subject { name: "", shape: Shape::Any, deprecated: false, around: Around::Nothing, root: &nothing };
    read(flags, docs, &subject)
}

/// Puts on every node of an element's tree the facts that its text states, and drops those that the schema rules out.
pub fn complete(block: &mut Block) {
    let mut reader = Reader { root: block, found: Vec::new() };
    reader.block(block);
    let mut found = reader.found.into_iter();
    put_block(block, &mut found);
}

/// `docs` with the facts of `text`.
fn read(text: &str, docs: Docs, subject: &Subject) -> Docs {
    let text = token::prefix(text, MAX_TEXT);
    let tokens = token::tokens(text);
    let mut allowed = allowed::read(&tokens, subject);
    let default =
        default::read(&tokens, subject, &allowed.values).or_else(|| docs.default.clone()).or(allowed.default);
    let mut facts = relations::read(&tokens, subject, docs);
    let default = default.map(|value| spelling(value, &allowed.values));
    if let Some(default) = default.as_ref().filter(|value| allowed.implied && !allowed.values.contains(value))
    {
        allowed.values.push(default.clone());
    }
    facts.default = default.and_then(|value| default::accept(&value, subject, true));
    facts.forces_replacement |= replacement::read(&tokens);
    if !allowed.values.is_empty() {
        facts.allowed = allowed.values;
    }
    facts.bounds = bounds::read(&tokens, subject).or(facts.bounds);
    facts.pattern = pattern::read(text, &tokens, subject).or(facts.pattern);
    facts.unit = unit::read(&tokens, subject).or(facts.unit);
    facts.replaced_by = replaced::read(&tokens, subject).or(facts.replaced_by);
    facts
}

/// The one value of the set that a default written in another way must be: "linear" for `BACKOFF_MODE_LINEAR`.
fn spelling(default: String, allowed: &[String]) -> String {
    if allowed.is_empty() || allowed.contains(&default) || default.starts_with('[') {
        return default;
    }
    let letters = |text: &str| text.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "");
    let (plain, suffix) = (letters(&default), format!("_{}", default.to_lowercase()));
    let mut same = allowed.iter().filter(|value| {
        (letters(value) == plain && !plain.is_empty()) || value.to_lowercase().ends_with(&suffix)
    });
    match (same.next(), same.next()) {
        (Some(one), None) => one.clone(),
        _ => default,
    }
}

/// Reads the texts of a tree, in the order in which `put_block` visits it.
struct Reader<'a> {
    root: &'a Block,
    found: Vec<Option<Docs>>,
}

impl<'a> Reader<'a> {
    fn block(&mut self, block: &'a Block) {
        let around = Around::Block(block);
        for (name, attribute) in &block.attributes {
            self.attribute(name, attribute, around);
        }
        for (name, nested) in &block.blocks {
            self.docs(&nested.docs, name, (Shape::Block, nested.deprecated), around);
            self.block(&nested.block);
        }
    }

    fn attribute(&mut self, name: &'a str, attribute: &'a Attribute, around: Around<'a>) {
        let shape = if attribute.nested.is_some() { Shape::Block } else { Shape::of(&attribute.ty) };
        self.docs(&attribute.docs, name, (shape, attribute.deprecated), around);
        if let Some(nested) = &attribute.nested {
            for (name, inner) in &nested.attributes {
                self.attribute(name, inner, Around::Attributes(&nested.attributes));
            }
        }
        self.fields(&attribute.fields, &attribute.ty);
    }

    fn fields(&mut self, fields: &'a BTreeMap<String, Field>, ty: &'a Type) {
        let types = object(ty);
        for (name, field) in fields {
            let ty =
                types.and_then(|types| types.get(name)).map_or(&Type::Dynamic, |attribute| &attribute.ty);
            self.docs(
                &field.docs,
                name,
                (Shape::of(ty), false),
                types.map_or(Around::Nothing, Around::Object),
            );
            self.fields(&field.fields, ty);
        }
    }

    fn docs(&mut self, docs: &Docs, name: &'a str, (shape, deprecated): (Shape, bool), around: Around<'a>) {
        let subject = Subject { name, shape, deprecated, around, root: self.root };
        let stated = Docs { text: String::new(), references: Vec::new(), ..docs.clone() };
        let read =
            (!docs.text.is_empty() || stated != Docs::default()).then(|| read(&docs.text, stated, &subject));
        self.found.push(read);
    }
}

/// The attributes of an object type, or of a list, set or map of objects.
fn object(ty: &Type) -> Option<&BTreeMap<String, ObjectAttribute>> {
    match ty {
        Type::Object(attributes) => Some(attributes),
        Type::List(inner) | Type::Set(inner) | Type::Map(inner) => object(inner),
        _ => None,
    }
}

type Found = std::vec::IntoIter<Option<Docs>>;

fn put_block(block: &mut Block, found: &mut Found) {
    for attribute in block.attributes.values_mut() {
        put_attribute(attribute, found);
    }
    for nested in block.blocks.values_mut() {
        put(&mut nested.docs, found);
        put_block(&mut nested.block, found);
    }
}

fn put_attribute(attribute: &mut Attribute, found: &mut Found) {
    put(&mut attribute.docs, found);
    for inner in attribute.nested.iter_mut().flat_map(|nested| nested.attributes.values_mut()) {
        put_attribute(inner, found);
    }
    put_fields(&mut attribute.fields, found);
}

fn put_fields(fields: &mut BTreeMap<String, Field>, found: &mut Found) {
    for field in fields.values_mut() {
        put(&mut field.docs, found);
        put_fields(&mut field.fields, found);
    }
}

fn put(docs: &mut Docs, found: &mut Found) {
    if let Some(facts) = found.next().flatten() {
        let (text, references) = (std::mem::take(&mut docs.text), std::mem::take(&mut docs.references));
        *docs = Docs { text, references, ..facts };
    }
}
