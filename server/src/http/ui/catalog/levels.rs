//! An element's schema as one kind of tree, whatever the parts are: blocks, attributes, attributes of object types.

use std::collections::{BTreeMap, VecDeque};

use cloudoven_crawler::catalog::{Attribute, Block, Docs, Field, NestedBlock, ObjectAttribute, Type};

/// One level of the tree.
#[derive(Clone, Copy)]
pub(super) enum Level<'a> {
    /// A block's body, or (without blocks) the inside of a structural attribute.
    Body { attributes: &'a BTreeMap<String, Attribute>, blocks: Option<&'a BTreeMap<String, NestedBlock>> },
    /// The inside of an object type, with what the page says of its attributes.
    Object { attributes: &'a BTreeMap<String, ObjectAttribute>, fields: Option<&'a BTreeMap<String, Field>> },
}

/// What stands on a level under a name.
#[derive(Clone, Copy)]
pub(super) enum Node<'a> {
    Attribute(&'a Attribute),
    Block(&'a NestedBlock),
    Field(&'a ObjectAttribute, Option<&'a Field>),
}

impl<'a> From<&'a Block> for Level<'a> {
    fn from(block: &'a Block) -> Level<'a> {
        Level::Body { attributes: &block.attributes, blocks: Some(&block.blocks) }
    }
}

impl<'a> Level<'a> {
    pub fn nodes(self) -> Vec<(&'a str, Node<'a>)> {
        match self {
            Level::Body { attributes, blocks } => {
                let attributes = attributes.iter().map(|(name, a)| (name.as_str(), Node::Attribute(a)));
                let blocks = blocks.into_iter().flatten().map(|(name, b)| (name.as_str(), Node::Block(b)));
                attributes.chain(blocks).collect()
            }
            Level::Object { attributes, fields } => {
                let field = |name: &str| fields.and_then(|fields| fields.get(name));
                attributes.iter().map(|(name, a)| (name.as_str(), Node::Field(a, field(name)))).collect()
            }
        }
    }

    pub fn len(self) -> usize {
        match self {
            Level::Body { attributes, blocks } => attributes.len() + blocks.map_or(0, BTreeMap::len),
            Level::Object { attributes, .. } => attributes.len(),
        }
    }

    pub fn get(self, name: &str) -> Option<Node<'a>> {
        match self {
            Level::Body { attributes, blocks } => {
                let attribute = attributes.get(name).map(Node::Attribute);
                attribute.or_else(|| blocks?.get(name).map(Node::Block))
            }
            Level::Object { attributes, fields } => {
                attributes.get(name).map(|a| Node::Field(a, fields.and_then(|fields| fields.get(name))))
            }
        }
    }

    /// The level at a path of names joined by dots.
    pub fn at(self, path: &str) -> Option<Level<'a>> {
        path.split('.').try_fold(self, |level, name| level.get(name)?.inside())
    }

    /// What stands at a path of names joined by dots.
    pub fn find(self, path: &str) -> Option<Node<'a>> {
        match path.rsplit_once('.') {
            Some((above, name)) => self.at(above)?.get(name),
            None => self.get(path),
        }
    }

    /// Everything below, level by level, with its path.
    pub fn walk(self) -> impl Iterator<Item = (String, Node<'a>)> {
        let mut levels = VecDeque::from([(String::new(), self)]);
        let mut here: VecDeque<(String, Node<'a>)> = VecDeque::new();
        std::iter::from_fn(move || {
            while here.is_empty() {
                let (path, level) = levels.pop_front()?;
                here.extend(level.nodes().into_iter().map(|(name, node)| (join(&path, name), node)));
            }
            let (path, node) = here.pop_front()?;
            levels.extend(node.inside().map(|inside| (path.clone(), inside)));
            Some((path, node))
        })
    }
}

impl<'a> Node<'a> {
    /// The level inside a block, a structural attribute or an object type.
    pub fn inside(self) -> Option<Level<'a>> {
        match self {
            Node::Block(nested) => Some(Level::from(&nested.block)),
            Node::Attribute(attribute) => match &attribute.nested {
                Some(nested) => Some(Level::Body { attributes: &nested.attributes, blocks: None }),
                None => object(&attribute.ty, Some(&attribute.fields)),
            },
            Node::Field(attribute, field) => object(&attribute.ty, field.map(|f| &f.fields)),
        }
    }

    pub fn docs(self) -> Option<&'a Docs> {
        match self {
            Node::Attribute(attribute) => Some(&attribute.docs),
            Node::Block(nested) => Some(&nested.docs),
            Node::Field(_, field) => field.map(|f| &f.docs),
        }
    }
}

/// The attributes of an object type, or of the objects in a collection.
fn object<'a>(mut ty: &'a Type, fields: Option<&'a BTreeMap<String, Field>>) -> Option<Level<'a>> {
    while let Some(element) = ty.element() {
        ty = element;
    }
    match ty {
        Type::Object(attributes) if !attributes.is_empty() => Some(Level::Object { attributes, fields }),
        _ => None,
    }
}

pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
