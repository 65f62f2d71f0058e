//! Builds fields and block groups from a schema and what the text sets.

use std::{collections::BTreeMap, ops::Range};

use cloudoven_crawler::catalog::{self, Attribute, Docs, NestedAttributes, NestedBlock, Nesting, Type};
use hcl_edit::{
    expr::{Expression, Object},
    structure::{Block, Body},
};

use super::{BlockGroup, BlockInstance, Control, Counts, Field, ObjectAttribute, ReferenceHint, Section};
use crate::blueprint::{
    diagnostic::{Diagnostic, Lines},
    locate::{entry, key_text, span},
    path::Path,
    scaffold::page_order,
    view::{first_sentence, is_meta_block, value},
};

/// Where arguments are set: a block's body, an object literal, a local alone, or nowhere yet.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope<'a> {
    Body(&'a Body),
    Object(&'a Object),
    Local(&'a Expression),
}

impl<'a> Scope<'a> {
    fn get(self, name: &str) -> Option<&'a Expression> {
        match self {
            Scope::Body(body) => body.get_attribute(name).map(|a| &a.value),
            Scope::Object(object) => entry(object, name).map(|(_, v)| v.expr()),
            Scope::Local(value) => Some(value),
        }
    }

    /// The names that are set.
    fn names(self) -> Vec<&'a str> {
        match self {
            Scope::Body(body) => body.attributes().map(|a| a.key.as_str()).collect(),
            Scope::Object(object) => object.iter().filter_map(|(key, _)| key_text(key)).collect(),
            Scope::Local(_) => Vec::new(),
        }
    }

    fn blocks(self, name: &str) -> impl Iterator<Item = &'a Block> {
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
    const EMPTY: Shape<'static> = Shape { attributes: &NO_ATTRIBUTES, blocks: &NO_BLOCKS };

    fn blocks(self) -> impl Iterator<Item = (&'a String, &'a NestedBlock)> {
        self.blocks.iter()
    }

    fn block(self, name: &str) -> Option<&'a NestedBlock> {
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
    pub diagnostics: &'a [Diagnostic],
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

    /// The nested block types of a body, those present first, and its structural attributes.
    pub(super) fn groups(&self, shape: Shape, scope: Scope, base: &Path) -> Vec<BlockGroup> {
        let blocks = shape.blocks().map(|(name, nested)| self.group(name, nested, scope, base));
        let structural = shape.attributes.iter().filter_map(|(name, attribute)| {
            let nested = attribute.nested.as_deref()?;
            let set = scope.get(name);
            (attribute.is_settable() && shown_as_blocks(attribute, set))
                .then(|| self.structural(name, attribute, nested, set, base))
        });
        let mut groups: Vec<BlockGroup> = blocks.chain(structural).collect();
        groups.extend(self.other_groups(shape, scope, base));
        let position = |g: &BlockGroup| {
            let docs = shape.block(&g.name).map(|b| &b.docs);
            docs.or_else(|| shape.attributes.get(&g.name).map(|a| &a.docs)).map_or(0, |d| d.position)
        };
        groups.sort_by_cached_key(|g| {
            (!g.required, g.instances.is_empty(), page_order(position(g)), g.name.clone())
        });
        groups
    }

    /// The block types that Terraform itself adds.
    pub(super) fn meta_groups(&self, meta: Shape, scope: Scope) -> Vec<BlockGroup> {
        meta.blocks().map(|(name, nested)| self.group(name, nested, scope, &Path::root())).collect()
    }

    fn group(&self, name: &str, nested: &NestedBlock, scope: Scope, base: &Path) -> BlockGroup {
        let path = base.name(name);
        let present = scope.blocks(name).enumerate();
        let mut instances: Vec<BlockInstance> = present
            .map(|(i, block)| {
                let at = path.index(i);
                let inner = Scope::Body(&block.body);
                BlockInstance {
                    fields: self.fields((&nested.block).into(), inner, &at, Shape::EMPTY),
                    blocks: self.groups((&nested.block).into(), inner, &at),
                    ..self.instance(at, block)
                }
            })
            .collect();
        let dynamic = scope.blocks("dynamic").enumerate().filter(|(_, b)| b.has_labels(&[name]));
        instances.extend(dynamic.map(|(i, block)| BlockInstance {
            dynamic: true,
            ..self.instance(base.name("dynamic").index(i), block)
        }));
        let single = matches!(nested.nesting, Nesting::Single | Nesting::Group);
        let max = if single { Some(1) } else { Some(nested.max_items).filter(|max| *max > 0) };
        BlockGroup {
            name: name.to_owned(),
            nesting: nested.nesting,
            min: nested.min_items,
            max,
            required: nested.min_items > 0,
            deprecated: nested.deprecated,
            can_add: max.is_none_or(|max| (instances.len() as u64) < max),
            is_attribute: false,
            summary: first_sentence(&nested.docs.text),
            docs: nested.docs.text.clone(),
            instances,
            diagnostics: self
                .diagnostics
                .iter()
                .filter(|d| d.path.as_ref() == Some(&path))
                .cloned()
                .collect(),
            path,
        }
    }

    fn instance(&self, path: Path, block: &Block) -> BlockInstance {
        let range = span(block);
        BlockInstance {
            path,
            label: block.labels.first().map(|l| l.as_str().to_owned()),
            line: self.lines.line(range.start),
            dynamic: false,
            code: self.text[range].to_owned(),
            fields: Vec::new(),
            blocks: Vec::new(),
        }
    }

    /// Block types that the schema does not have: shown as code.
    fn other_groups(&self, shape: Shape, scope: Scope, base: &Path) -> Vec<BlockGroup> {
        let Scope::Body(body) = scope else { return Vec::new() };
        let mut names: Vec<&str> = body.blocks().map(|b| b.ident.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let dynamic_known = |b: &Block| b.labels.first().is_some_and(|l| shape.block(l.as_str()).is_some());
        let other = names.into_iter().filter(|name| !shape.block(name).is_some() && *name != "lifecycle");
        other
            .filter_map(|name| {
                let blocks = body.get_blocks(name).enumerate();
                let shown: Vec<BlockInstance> = blocks
                    .filter(|(_, b)| name != "dynamic" || !dynamic_known(b))
                    .map(|(i, b)| BlockInstance {
                        dynamic: true,
                        ..self.instance(base.name(name).index(i), b)
                    })
                    .collect();
                (!shown.is_empty()).then(|| BlockGroup { instances: shown, ..empty_group(name, base) })
            })
            .collect()
    }

    fn structural(
        &self,
        name: &str,
        attribute: &Attribute,
        nested: &NestedAttributes,
        set: Option<&Expression>,
        base: &Path,
    ) -> BlockGroup {
        let path = base.name(name);
        let shape = Shape::from(nested);
        let instance = |at: Path, label: Option<String>, value: &Expression| {
            let range: Range<usize> = span(value);
            let object = value.as_object().map(Scope::Object);
            BlockInstance {
                label,
                line: self.lines.line(range.start),
                dynamic: object.is_none(),
                code: self.text[range].to_owned(),
                fields: object.map(|o| self.fields(shape, o, &at, Shape::EMPTY)).unwrap_or_default(),
                blocks: object.map(|o| self.groups(shape, o, &at)).unwrap_or_default(),
                path: at,
            }
        };
        let instances: Vec<BlockInstance> = match (nested.nesting, set) {
            (Nesting::Single | Nesting::Group, Some(value)) => vec![instance(path.clone(), None, value)],
            (Nesting::Map, Some(Expression::Object(object))) => object
                .iter()
                .filter_map(|(key, value)| {
                    let key = key_text(key)?;
                    Some(instance(path.key(key), Some(key.to_owned()), value.expr()))
                })
                .collect(),
            (_, Some(Expression::Array(items))) => {
                items.iter().enumerate().map(|(i, item)| instance(path.index(i), None, item)).collect()
            }
            _ => Vec::new(),
        };
        let single = matches!(nested.nesting, Nesting::Single | Nesting::Group);
        BlockGroup {
            nesting: nested.nesting,
            min: u64::from(attribute.required),
            max: single.then_some(1),
            required: attribute.required,
            deprecated: attribute.deprecated,
            can_add: !single || instances.is_empty(),
            is_attribute: true,
            summary: first_sentence(&attribute.docs.text),
            docs: attribute.docs.text.clone(),
            instances,
            diagnostics: self
                .diagnostics
                .iter()
                .filter(|d| d.path.as_ref() == Some(&path))
                .cloned()
                .collect(),
            ..empty_group(name, base)
        }
    }
}

/// Whether a structural attribute is shown as instances: while it is unset or written out.
fn shown_as_blocks(attribute: &Attribute, set: Option<&Expression>) -> bool {
    let Some(nested) = &attribute.nested else { return false };
    match (nested.nesting, set) {
        (_, None) => true,
        (Nesting::Single | Nesting::Group | Nesting::Map, Some(value)) => value.is_object(),
        (Nesting::List | Nesting::Set, Some(value)) => value.is_array(),
    }
}

/// A finding about a field: at its path, or inside its value.
fn about(diagnostic: &Diagnostic, path: &Path) -> bool {
    diagnostic.path.as_ref().is_some_and(|p| p.starts_with(path))
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
    }
}

fn empty_group(name: &str, base: &Path) -> BlockGroup {
    BlockGroup {
        path: base.name(name),
        name: name.to_owned(),
        nesting: Nesting::List,
        min: 0,
        max: None,
        required: false,
        deprecated: false,
        can_add: is_meta_block(name),
        is_attribute: false,
        summary: String::new(),
        docs: String::new(),
        instances: Vec::new(),
        diagnostics: Vec::new(),
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
