//! Builds fields and block groups from a schema and what the text sets.

use std::collections::BTreeMap;

use cloudoven_crawler::catalog::{self, Attribute, Docs, NestedAttributes, NestedBlock, Type};
use hcl_edit::{
    expr::{Expression, Object},
    structure::{Block, Body},
};

use super::{
    BlockGroup, Control, Counts, Field, ObjectAttribute, ReferenceHint, Section, groups::shown_as_blocks,
};
use crate::{
    diagnostic::Lines,
    fix::Finding,
    locate::{entry, key_text, span},
    path::Path,
    scaffold::page_order,
    view::{first_sentence, value},
};

/// Where arguments are set: a block's body, an object literal, a local alone, or nowhere yet.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope<'a> {
    Body(&'a Body),
    Object(&'a Object),
    Local(&'a Expression),
}

impl<'a> Scope<'a> {
    pub(super) fn get(self, name: &str) -> Option<&'a Expression> {
        match self {
            Scope::Body(body) => body.get_attribute(name).map(|a| &a.value),
            Scope::Object(object) => entry(object, name).map(|(_, v)| v.expr()),
            Scope::Local(value) => Some(value),
        }
    }

    /// The names that are set.
    pub(super) fn names(self) -> Vec<&'a str> {
        match self {
            Scope::Body(body) => body.attributes().map(|a| a.key.as_str()).collect(),
            Scope::Object(object) => object.iter().filter_map(|(key, _)| key_text(key)).collect(),
            Scope::Local(_) => Vec::new(),
        }
    }

    pub(super) fn blocks(self, name: &str) -> impl Iterator<Item = &'a Block> {
        let body = match self {
            Scope::Body(body) => Some(body),
            _ => None,
        };
        let name = name.to_owned();
        body.into_iter().flat_map(Body::blocks).filter(move |b| b.has_ident(&name))
    }
}

/// The arguments and blocks that a body may have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape<'a> {
    pub attributes: &'a BTreeMap<String, Attribute>,
    blocks: &'a BTreeMap<String, NestedBlock>,
}

static NO_ATTRIBUTES: BTreeMap<String, Attribute> = BTreeMap::new();
static NO_BLOCKS: BTreeMap<String, NestedBlock> = BTreeMap::new();

impl<'a> Shape<'a> {
    pub(super) const EMPTY: Shape<'static> = Shape { attributes: &NO_ATTRIBUTES, blocks: &NO_BLOCKS };

    pub(super) fn blocks(self) -> impl Iterator<Item = (&'a String, &'a NestedBlock)> {
        self.blocks.iter()
    }

    pub(super) fn block(self, name: &str) -> Option<&'a NestedBlock> {
        self.blocks.get(name)
    }
}

impl<'a> From<&'a catalog::Block> for Shape<'a> {
    fn from(block: &'a catalog::Block) -> Self {
        Shape { attributes: &block.attributes, blocks: &block.blocks }
    }
}

impl<'a> From<&'a NestedAttributes> for Shape<'a> {
    fn from(nested: &'a NestedAttributes) -> Self {
        Shape { attributes: &nested.attributes, blocks: &NO_BLOCKS }
    }
}

/// Reads one element's text.
pub(super) struct Builder<'a> {
    pub text: &'a str,
    pub lines: &'a Lines,
    pub diagnostics: &'a [Finding],
}

impl Builder<'_> {
    /// The arguments of a body: those of the schema and any others that are set.
    pub(super) fn fields(&self, shape: Shape, scope: Scope, base: &Path, skip: Shape) -> Vec<Field> {
        let settable = shape.attributes.iter().filter(|(name, a)| {
            let set = scope.get(name);
            (a.is_settable() || set.is_some()) && !shown_as_blocks(a, set)
        });
        let known = settable.map(|(name, attribute)| self.field(name, attribute, scope.get(name), base));
        let unknown = scope
            .names()
            .into_iter()
            .filter(|name| !shape.attributes.contains_key(*name) && !skip.attributes.contains_key(*name));
        let bare = bare_attribute();
        let unknown = unknown.map(|name| self.field(name, &bare, scope.get(name), base));
        sorted(known.chain(unknown).collect(), shape)
    }

    fn field(&self, name: &str, attribute: &Attribute, set: Option<&Expression>, base: &Path) -> Field {
        let path = base.name(name);
        let docs = &attribute.docs;
        Field {
            name: name.to_owned(),
            ty: attribute.ty.to_string(),
            control: control(attribute),
            section: match (attribute.required, set) {
                (true, _) => Section::Required,
                (false, Some(_)) => Section::Set,
                (false, None) => Section::Optional,
            },
            value: set.map(|e| value(self.text, e)),
            code: set.map(|e| self.text[span(e)].to_owned()).unwrap_or_default(),
            line: set.map(|e| self.lines.line(span(e).start)),
            required: attribute.required,
            sensitive: attribute.sensitive,
            write_only: attribute.write_only,
            deprecated: attribute.deprecated,
            forces_replacement: docs.forces_replacement,
            default: docs.default.clone(),
            options: docs.allowed.clone(),
            conflicts_with: docs.conflicts_with.clone(),
            summary: first_sentence(&docs.text),
            docs: docs.text.clone(),
            references: hints(docs),
            attributes: object_attributes(&attribute.ty),
            diagnostics: self.diagnostics.iter().filter(|d| about(d, &path)).cloned().collect(),
            path,
        }
    }
}

/// A finding about a field: at its path, or inside its value.
fn about(finding: &Finding, path: &Path) -> bool {
    finding.diagnostic.path.as_ref().is_some_and(|p| p.starts_with(path))
}

fn sorted(mut fields: Vec<Field>, shape: Shape) -> Vec<Field> {
    let position = |name: &str| shape.attributes.get(name).map_or(0, |a| a.docs.position);
    fields.sort_by_cached_key(|f| (f.section, page_order(position(&f.name)), f.name.clone()));
    fields
}

fn control(attribute: &Attribute) -> Control {
    if !attribute.docs.allowed.is_empty() && attribute.ty == Type::String {
        return Control::Select;
    }
    match &attribute.ty {
        Type::String => Control::Text,
        Type::Number => Control::Number,
        Type::Bool => Control::Bool,
        Type::List(t) | Type::Set(t) if t.is_primitive() => Control::List,
        Type::Map(t) if t.is_primitive() => Control::Map,
        Type::Object(_) => Control::Object,
        _ => Control::Code,
    }
}

fn hints(docs: &Docs) -> Vec<ReferenceHint> {
    let hint = |r: &catalog::Reference| ReferenceHint {
        kind: r.kind,
        target: r.target.clone(),
        attribute: r.attribute.clone(),
        count: r.count,
    };
    docs.references.iter().map(hint).collect()
}

fn object_attributes(ty: &Type) -> Vec<ObjectAttribute> {
    let Type::Object(attributes) = ty else { return Vec::new() };
    let attribute = |(name, a): (&String, &catalog::ObjectAttribute)| ObjectAttribute {
        name: name.clone(),
        ty: a.ty.to_string(),
        required: !a.optional,
    };
    attributes.iter().map(attribute).collect()
}

/// An argument of which nothing is known.
fn bare_attribute() -> Attribute {
    Attribute {
        ty: Type::Dynamic,
        nested: None,
        required: false,
        optional: true,
        computed: false,
        sensitive: false,
        write_only: false,
        deprecated: false,
        docs: Docs::default(),
        fields: BTreeMap::new(),
    }
}

/// How many of the arguments and block types there are, and how many are set.
pub(super) fn counts(shape: Shape, fields: &[Field], groups: &[BlockGroup]) -> Counts {
    let blocks = groups.iter().filter(|g| shape.block(&g.name).is_some() || g.is_attribute);
    Counts {
        arguments: fields.len(),
        arguments_set: fields.iter().filter(|f| f.value.is_some()).count(),
        blocks: blocks.clone().count(),
        blocks_set: blocks.filter(|g| !g.instances.is_empty()).count(),
    }
}
