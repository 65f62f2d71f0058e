//! Two documents, side by side.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Change, ElementDiff, Impact, Node, What,
    convert::{self, Access},
};
use crate::catalog::{
    Attribute, Block, Docs, Document, Function, NestedBlock, Nesting, ObjectAttribute, Parameter, Type,
};

/// What changed in one element; `None` when nothing did that matters to a configuration.
pub fn documents(old: &Document, new: &Document) -> Option<ElementDiff> {
    let mut found = Found::default();
    found.deprecation("", old.deprecated, new.deprecated);
    found.block("", &old.block, &new.block);
    if let (Some(old), Some(new)) = (&old.function, &new.function) {
        found.function(old, new);
    }
    found.0.sort_by(|a, b| a.path.cmp(&b.path));
    (!found.0.is_empty()).then(|| ElementDiff { kind: new.kind, name: new.name.clone(), changes: found.0 })
}

#[derive(Default)]
struct Found(Vec<Change>);

impl Found {
    fn add(&mut self, path: &str, impact: Impact, what: What) {
        self.0.push(Change { path: path.to_owned(), impact, what });
    }

    /// `on` where a flag was set, `off` where it was cleared.
    fn flag(&mut self, path: &str, (old, new): (bool, bool), on: (Impact, What), off: (Impact, What)) {
        match (old, new) {
            (false, true) => self.add(path, on.0, on.1),
            (true, false) => self.add(path, off.0, off.1),
            _ => {}
        }
    }

    fn deprecation(&mut self, path: &str, old: bool, new: bool) {
        let on = (Impact::Attention, What::Deprecated);
        self.flag(path, (old, new), on, (Impact::Harmless, What::NoLongerDeprecated));
    }

    fn block(&mut self, path: &str, old: &Block, new: &Block) {
        let names: BTreeSet<&String> = [&old.attributes, &new.attributes]
            .into_iter()
            .flat_map(BTreeMap::keys)
            .chain([&old.blocks, &new.blocks].into_iter().flat_map(BTreeMap::keys))
            .collect();
        for name in names {
            let path = join(path, name);
            let before = (old.attributes.get(name), old.blocks.get(name));
            let after = (new.attributes.get(name), new.blocks.get(name));
            match (before, after) {
                ((Some(old), _), (Some(new), _)) => self.attribute(&path, old, new),
                ((_, Some(old)), (_, Some(new))) => self.nested_block(&path, old, new),
                ((Some(old), _), (_, Some(new))) => self.attribute_to_block(&path, old, new),
                ((_, Some(old)), (Some(new), _)) => self.block_to_attribute(&path, old, new),
                ((Some(old), _), _) => self.removed(&path, attribute_node(old)),
                ((_, Some(_)), _) => self.removed(&path, Node::Block),
                (_, (Some(new), _)) => self.added(&path, attribute_node(new), new.required),
                (_, (_, Some(new))) => self.added(&path, Node::Block, new.min_items > 0),
                ((None, None), (None, None)) => {}
            }
        }
    }

    fn added(&mut self, path: &str, node: Node, required: bool) {
        let impact = if required { Impact::Breaking } else { Impact::Harmless };
        self.add(path, impact, What::Added { node, required });
    }

    fn removed(&mut self, path: &str, node: Node) {
        self.add(path, Impact::Breaking, What::Removed { node });
    }

    fn attributes(
        &mut self,
        path: &str,
        old: &BTreeMap<String, Attribute>,
        new: &BTreeMap<String, Attribute>,
    ) {
        for (name, old) in old {
            let path = join(path, name);
            match new.get(name) {
                Some(new) => self.attribute(&path, old, new),
                None => self.removed(&path, attribute_node(old)),
            }
        }
        for (name, new) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
            self.added(&join(path, name), attribute_node(new), new.required);
        }
    }

    fn attribute(&mut self, path: &str, old: &Attribute, new: &Attribute) {
        self.role(path, old, new);
        self.deprecation(path, old.deprecated, new.deprecated);
        self.flag(
            path,
            (old.sensitive, new.sensitive),
            // An output of the root module that it flows into must be sensitive as well.
            (Impact::Attention, What::NowSensitive),
            (Impact::Harmless, What::NoLongerSensitive),
        );
        self.flag(
            path,
            (old.write_only, new.write_only),
            // It can be set as before, and reads as null.
            (Impact::Attention, What::NowWriteOnly),
            (Impact::Harmless, What::NoLongerWriteOnly),
        );
        self.docs(path, &old.docs, &new.docs);
        match (&old.nested, &new.nested) {
            (Some(old), Some(new)) => {
                self.nesting(path, old.nesting, new.nesting);
                self.attributes(path, &old.attributes, &new.attributes);
            }
            _ => {
                let set = old.is_settable() && new.is_settable();
                self.ty(path, &old.ty, &new.ty, if set { Access::Set } else { Access::Read });
            }
        }
    }

    /// Required, optional, computed.
    fn role(&mut self, path: &str, old: &Attribute, new: &Attribute) {
        use Impact::{Attention, Breaking, Harmless};
        match (old.is_settable(), new.is_settable()) {
            (true, false) => return self.add(path, Breaking, What::NowComputedOnly),
            (false, true) if new.required => return self.add(path, Breaking, What::NowRequired),
            (false, true) => return self.add(path, Harmless, What::NowSettable),
            (false, false) => return,
            (true, true) => {}
        }
        let (on, off) = ((Breaking, What::NowRequired), (Harmless, What::NoLongerRequired));
        self.flag(path, (old.required, new.required), on, off);
        if old.optional && new.optional {
            let (on, off) = ((Harmless, What::NowComputed), (Attention, What::NoLongerComputed));
            self.flag(path, (old.computed, new.computed), on, off);
        }
    }

    fn nested_block(&mut self, path: &str, old: &NestedBlock, new: &NestedBlock) {
        self.nesting(path, old.nesting, new.nesting);
        if old.min_items != new.min_items {
            let impact = if new.min_items > old.min_items { Impact::Breaking } else { Impact::Harmless };
            self.add(path, impact, What::MinItems { from: old.min_items, to: new.min_items });
        }
        if old.max_items != new.max_items {
            let fewer = new.max_items != 0 && (old.max_items == 0 || new.max_items < old.max_items);
            let impact = if fewer { Impact::Breaking } else { Impact::Harmless };
            self.add(path, impact, What::MaxItems { from: old.max_items, to: new.max_items });
        }
        self.deprecation(path, old.deprecated, new.deprecated);
        self.docs(path, &old.docs, &new.docs);
        self.block(path, &old.block, &new.block);
    }

    fn nesting(&mut self, path: &str, old: Nesting, new: Nesting) {
        let impact = match (old, new) {
            _ if old == new => return,
            (Nesting::Single | Nesting::Group, Nesting::Single | Nesting::Group) => Impact::Harmless,
            // Written the same, and what reads a set reads a list.
            (Nesting::Set, Nesting::List) => Impact::Attention,
            // References differ: `x.y`, `x[0].y`, `x["key"].y`, and a set has no index at all.
            _ => Impact::Breaking,
        };
        self.add(path, impact, What::Nesting { from: old, to: new });
    }

    fn attribute_to_block(&mut self, path: &str, old: &Attribute, new: &NestedBlock) {
        if old.is_settable() || is_settable(&new.block) {
            self.add(path, Impact::Breaking, What::AttributeToBlock);
        } else {
            self.ty(path, &old.ty, &block_type(new), Access::Read);
        }
    }

    /// Terraform takes block syntax for an attribute that is a list or set of objects of a plain type.
    ///
    /// Source: <https://developer.hashicorp.com/terraform/language/attr-as-blocks>
    fn block_to_attribute(&mut self, path: &str, old: &NestedBlock, new: &Attribute) {
        if !new.is_settable() && !is_settable(&old.block) {
            return self.ty(path, &block_type(old), &new.ty, Access::Read);
        }
        let of_objects = matches!(new.ty.element(), Some(Type::Object(_))) && !matches!(new.ty, Type::Map(_));
        let impact = if of_objects && new.nested.is_none() && new.is_settable() {
            Impact::Attention
        } else {
            Impact::Breaking
        };
        self.add(path, impact, What::BlockToAttribute);
    }

    /// Objects are compared by attribute, so that the path says what changed in a large one.
    fn ty(&mut self, path: &str, old: &Type, new: &Type, access: Access) {
        match (old, new) {
            _ if old == new => {}
            (Type::List(old), Type::List(new))
            | (Type::Set(old), Type::Set(new))
            | (Type::Map(old), Type::Map(new))
                if has_object(old) && has_object(new) =>
            {
                self.ty(path, old, new, access);
            }
            (Type::Object(old), Type::Object(new)) => self.object(path, old, new, access),
            _ => {
                let impact = convert::impact(old, new, access);
                self.add(path, impact, What::Type { from: old.clone(), to: new.clone() });
            }
        }
    }

    fn object(
        &mut self,
        path: &str,
        old: &BTreeMap<String, ObjectAttribute>,
        new: &BTreeMap<String, ObjectAttribute>,
        access: Access,
    ) {
        let node = if access == Access::Set { Node::Argument } else { Node::Attribute };
        for (name, old) in old {
            let path = join(path, name);
            match new.get(name) {
                Some(new) => self.ty(&path, &old.ty, &new.ty, access),
                None => self.removed(&path, node),
            }
        }
        for (name, new) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
            self.added(&join(path, name), node, access == Access::Set && !new.optional);
        }
    }

    /// Facts, where both versions document the argument at all: else it is the page that came or went.
    fn docs(&mut self, path: &str, old: &Docs, new: &Docs) {
        if old.text.is_empty() || new.text.is_empty() {
            return;
        }
        let plain =
            |default: &Option<String>| default.as_ref().map(|d| d.trim_matches(['`', '"', '\'']).to_owned());
        if plain(&old.default) != plain(&new.default) {
            let both = old.default.is_some() && new.default.is_some();
            let impact = if both { Impact::Attention } else { Impact::Harmless };
            let what = What::Default { from: old.default.clone(), to: new.default.clone() };
            self.add(path, impact, what);
        }
        if !old.allowed.is_empty() && !new.allowed.is_empty() {
            self.allowed(path, &old.allowed, &new.allowed);
        }
        self.flag(
            path,
            (old.forces_replacement, new.forces_replacement),
            (Impact::Attention, What::NowForcesReplacement),
            (Impact::Harmless, What::NoLongerForcesReplacement),
        );
    }

    fn allowed(&mut self, path: &str, old: &[String], new: &[String]) {
        let beyond = |a: &[String], b: &[String]| -> Vec<String> {
            a.iter().filter(|value| !b.contains(value)).cloned().collect()
        };
        let (added, removed) = (beyond(new, old), beyond(old, new));
        if !added.is_empty() || !removed.is_empty() {
            let impact = if removed.is_empty() { Impact::Harmless } else { Impact::Attention };
            self.add(path, impact, What::Allowed { added, removed });
        }
    }

    /// Arguments are given by position: one more or one less is an error at every call.
    fn function(&mut self, old: &Function, new: &Function) {
        for (index, old) in old.parameters.iter().enumerate() {
            match new.parameters.get(index) {
                Some(new) => self.parameter(old, new),
                None => self.removed(&old.name, Node::Parameter),
            }
        }
        for new in new.parameters.iter().skip(old.parameters.len()) {
            self.added(&new.name, Node::Parameter, true);
        }
        match (&old.variadic, &new.variadic) {
            (Some(old), Some(new)) => self.parameter(old, new),
            (Some(old), None) => self.removed(&old.name, Node::Parameter),
            (None, Some(new)) => self.added(&new.name, Node::Parameter, false),
            (None, None) => {}
        }
        self.ty("", &old.return_type, &new.return_type, Access::Read);
    }

    fn parameter(&mut self, old: &Parameter, new: &Parameter) {
        if old.ty != new.ty {
            let accepted = convert::converts(&old.ty, &new.ty);
            let impact = if accepted { Impact::Attention } else { Impact::Breaking };
            self.add(&new.name, impact, What::Type { from: old.ty.clone(), to: new.ty.clone() });
        }
        if old.nullable && !new.nullable {
            self.add(&new.name, Impact::Breaking, What::NowRequired);
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn attribute_node(attribute: &Attribute) -> Node {
    if attribute.is_settable() { Node::Argument } else { Node::Attribute }
}

/// Whether a configuration can set anything in it.
fn is_settable(block: &Block) -> bool {
    block.attributes.values().any(Attribute::is_settable)
        || block.blocks.values().any(|nested| is_settable(&nested.block))
}

fn has_object(ty: &Type) -> bool {
    matches!(ty, Type::Object(_)) || ty.element().is_some_and(has_object)
}

/// The type of the value that a nested block reads as.
fn block_type(nested: &NestedBlock) -> Type {
    let attribute = |ty: Type| ObjectAttribute { ty, optional: false };
    let attributes = nested.block.attributes.iter().map(|(name, a)| (name.clone(), attribute(a.ty.clone())));
    let blocks = nested.block.blocks.iter().map(|(name, b)| (name.clone(), attribute(block_type(b))));
    let object = Box::new(Type::Object(attributes.chain(blocks).collect()));
    match nested.nesting {
        Nesting::Single | Nesting::Group => *object,
        Nesting::List => Type::List(object),
        Nesting::Set => Type::Set(object),
        Nesting::Map => Type::Map(object),
    }
}
