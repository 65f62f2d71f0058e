//! Nested blocks and structural attributes, with their instances.

use std::ops::Range;

use cloudoven_crawler::catalog::{Attribute, NestedAttributes, NestedBlock, Nesting};
use hcl_edit::{expr::Expression, structure::Block};

use super::{
    BlockGroup, BlockInstance,
    build::{Builder, Scope, Shape},
};
use crate::{
    locate::{key_text, span},
    path::Path,
    scaffold::page_order,
    view::{first_sentence, is_meta_block},
};

impl Builder<'_> {
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
                .filter(|d| d.diagnostic.path.as_ref() == Some(&path))
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
        let other = names.into_iter().filter(|name| shape.block(name).is_none() && *name != "lifecycle");
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
                .filter(|d| d.diagnostic.path.as_ref() == Some(&path))
                .cloned()
                .collect(),
            ..empty_group(name, base)
        }
    }
}

/// Whether a structural attribute is shown as instances: while it is unset or written out.
pub(super) fn shown_as_blocks(attribute: &Attribute, set: Option<&Expression>) -> bool {
    let Some(nested) = &attribute.nested else { return false };
    match (nested.nesting, set) {
        (_, None) => true,
        (Nesting::Single | Nesting::Group | Nesting::Map, Some(value)) => value.is_object(),
        (Nesting::List | Nesting::Set, Some(value)) => value.is_array(),
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
