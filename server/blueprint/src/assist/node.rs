//! A block, an argument or an attribute of an object as the catalog describes it, and what is inside of it.

use std::collections::BTreeMap;

use cloudoven_crawler::catalog::{Attribute, Block, Docs, Field, NestedBlock, Type};

/// Something with a name in a schema.
#[derive(Debug, Clone, Copy)]
pub(super) enum Node<'a> {
    Block(&'a NestedBlock),
    Attribute(&'a Attribute),
    /// An attribute of an object type.
    Field {
        ty: &'a Type,
        optional: bool,
        field: Option<&'a Field>,
    },
}

impl<'a> Node<'a> {
    /// What a body has under this name.
    pub(super) fn of(block: &'a Block, name: &str) -> Option<Node<'a>> {
        let attribute = block.attributes.get(name).map(Node::Attribute);
        attribute.or_else(|| block.blocks.get(name).map(Node::Block))
    }

    /// Everything that a body has.
    pub(super) fn all(block: &'a Block) -> impl Iterator<Item = (&'a str, Node<'a>)> {
        let attributes = block.attributes.iter().map(|(name, a)| (name.as_str(), Node::Attribute(a)));
        attributes.chain(block.blocks.iter().map(|(name, b)| (name.as_str(), Node::Block(b))))
    }

    pub(super) fn docs(self) -> Option<&'a Docs> {
        match self {
            Node::Block(block) => Some(&block.docs),
            Node::Attribute(attribute) => Some(&attribute.docs),
            Node::Field { field, .. } => field.map(|f| &f.docs),
        }
    }

    /// The type of its value; none for a block.
    pub(super) fn ty(self) -> Option<&'a Type> {
        match self {
            Node::Block(_) => None,
            Node::Attribute(attribute) => Some(&attribute.ty),
            Node::Field { ty, .. } => Some(ty),
        }
    }

    pub(super) fn required(self) -> bool {
        match self {
            Node::Block(block) => block.min_items > 0,
            Node::Attribute(attribute) => attribute.required,
            Node::Field { optional, .. } => !optional,
        }
    }

    /// Whether a configuration may set it.
    pub(super) fn settable(self) -> bool {
        !matches!(self, Node::Attribute(attribute) if !attribute.is_settable())
    }

    pub(super) fn deprecated(self) -> bool {
        match self {
            Node::Block(block) => block.deprecated,
            Node::Attribute(attribute) => attribute.deprecated,
            Node::Field { .. } => false,
        }
    }

    /// What is inside, whether of one or of each of many.
    pub(super) fn children(self) -> Vec<(&'a str, Node<'a>)> {
        match self {
            Node::Block(block) => Node::all(&block.block).collect(),
            Node::Attribute(Attribute { nested: Some(nested), .. }) => {
                nested.attributes.iter().map(|(name, a)| (name.as_str(), Node::Attribute(a))).collect()
            }
            Node::Attribute(attribute) => fields(&attribute.ty, Some(&attribute.fields)),
            Node::Field { ty, field, .. } => fields(ty, field.map(|f| &f.fields)),
        }
    }

    pub(super) fn child(self, name: &str) -> Option<Node<'a>> {
        self.children().into_iter().find(|(own, _)| *own == name).map(|(_, node)| node)
    }
}

/// The attributes of an object type, or of the objects in a collection.
fn fields<'a>(mut ty: &'a Type, fields: Option<&'a BTreeMap<String, Field>>) -> Vec<(&'a str, Node<'a>)> {
    while let Some(element) = ty.element() {
        ty = element;
    }
    let Type::Object(attributes) = ty else { return Vec::new() };
    let node = |(name, a): (&'a String, &'a cloudoven_crawler::catalog::ObjectAttribute)| {
        let field = fields.and_then(|fields| fields.get(name));
        (name.as_str(), Node::Field { ty: &a.ty, optional: a.optional, field })
    };
    attributes.iter().map(node).collect()
}
