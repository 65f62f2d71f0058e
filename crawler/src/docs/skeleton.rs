//! The schema as the binder sees it: which names exist where.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use crate::catalog::{Attribute, Block, Docs, Field, ObjectAttribute, Type};

/// Where a container stands in [`Skeleton::containers`].
pub type ContainerId = usize;

/// Something that holds arguments: the element itself, a nested block, a structural attribute, or an attribute of an
/// object type or of a collection of objects.
#[derive(Debug)]
pub struct Container<'a> {
    pub parent: Option<ContainerId>,
    /// Empty for the element itself.
    pub name: &'a str,
    pub children: BTreeMap<&'a str, Child>,
}

/// One argument, attribute or block of a container.
#[derive(Debug, Clone, Copy)]
pub struct Child {
    pub settable: bool,
    /// Its own container, if it is one.
    pub container: Option<ContainerId>,
}

/// All containers of an element, parents before children, in the order that [`apply`] visits them.
#[derive(Debug, Default)]
pub struct Skeleton<'a> {
    pub containers: Vec<Container<'a>>,
    /// Their names as they are and as [`normal`] makes them, the element itself left out.
    names_of_containers: HashMap<String, &'a str>,
    /// Every name that stands anywhere in the schema, also inside object types.
    pub names: HashSet<&'a str>,
}

impl<'a> Skeleton<'a> {
    pub fn new(block: &'a Block) -> Self {
        let mut skeleton = Skeleton::default();
        skeleton.block(None, "", block);
        for container in skeleton.containers.iter().skip(1) {
            skeleton.names_of_containers.insert(container.name.to_owned(), container.name);
            skeleton.names_of_containers.entry(normal(container.name)).or_insert(container.name);
        }
        skeleton
    }

    /// The container name that `word` stands for: as it is, else in another spelling or number.
    pub fn container_name(&self, word: &str) -> Option<&'a str> {
        let names = &self.names_of_containers;
        names.get(word).or_else(|| names.get(&normal(word))).copied()
    }

    fn open(&mut self, parent: Option<ContainerId>, name: &'a str) -> ContainerId {
        self.names.insert(name);
        self.containers.push(Container { parent, name, children: BTreeMap::new() });
        self.containers.len() - 1
    }

    fn block(&mut self, parent: Option<ContainerId>, name: &'a str, block: &'a Block) -> ContainerId {
        let id = self.open(parent, name);
        self.attributes(id, &block.attributes);
        for (name, nested) in &block.blocks {
            let container = Some(self.block(Some(id), name, &nested.block));
            self.containers[id].children.insert(name, Child { settable: true, container });
        }
        id
    }

    fn attributes(&mut self, id: ContainerId, attributes: &'a BTreeMap<String, Attribute>) {
        for (name, attribute) in attributes {
            self.names.insert(name);
            let settable = attribute.is_settable();
            let container = match &attribute.nested {
                Some(nested) => {
                    let inner = self.open(Some(id), name);
                    self.attributes(inner, &nested.attributes);
                    Some(inner)
                }
                None => self.object(id, name, &attribute.ty, settable),
            };
            self.containers[id].children.insert(name, Child { settable, container });
        }
    }

    fn object(
        &mut self,
        parent: ContainerId,
        name: &'a str,
        ty: &'a Type,
        settable: bool,
    ) -> Option<ContainerId> {
        let fields = fields_of(ty)?;
        let id = self.open(Some(parent), name);
        for (name, field) in fields {
            self.names.insert(name);
            let container = self.object(id, name, &field.ty, settable);
            self.containers[id].children.insert(name, Child { settable, container });
        }
        Some(id)
    }

    /// The names of the containers around `id`, nearest first, without the element itself.
    pub fn ancestors(&self, id: ContainerId) -> impl Iterator<Item = ContainerId> + '_ {
        std::iter::successors(self.containers[id].parent, |&id| self.containers[id].parent)
    }

    /// Whether `names` are those of containers around `id`, outermost first; others may stand between.
    pub fn is_around(&self, id: ContainerId, names: &[&str]) -> bool {
        let mut ancestors = self.ancestors(id).map(|id| self.containers[id].name);
        names.iter().rev().all(|name| ancestors.any(|ancestor| ancestor == *name))
    }

    /// For each container, a digest of the names inside it at any depth, and how many they are.
    pub fn shapes(&self) -> Vec<(u64, usize)> {
        let mut shapes = vec![(0, 0); self.containers.len()];
        // Inner containers come after those around them.
        for (id, container) in self.containers.iter().enumerate().rev() {
            let mut digest = DefaultHasher::new();
            let mut parts = container.children.len();
            for (name, child) in &container.children {
                let (inner, count) = child.container.map_or((0, 0), |inner| shapes[inner]);
                (name, inner).hash(&mut digest);
                parts += count;
            }
            shapes[id] = (digest.finish(), parts);
        }
        shapes
    }

    /// The container at `path` below `from`.
    pub fn descend(&self, from: ContainerId, path: &[String]) -> Option<ContainerId> {
        path.iter().try_fold(from, |id, name| self.containers[id].children.get(name.as_str())?.container)
    }
}

/// A name without case, word marks and number: `ByteMatchTuples`, `byte match tuple` → `bytematchtuple`.
pub fn normal(name: &str) -> String {
    let mut normal: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    if let Some(stem) = normal.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    if normal.ends_with("sses") || normal.ends_with("xes") {
        normal.truncate(normal.len() - 2);
    } else if normal.ends_with('s') && !normal.ends_with("ss") {
        normal.pop();
    }
    normal
}

/// The attributes of an object type, or of the objects in a collection.
fn fields_of(ty: &Type) -> Option<&BTreeMap<String, ObjectAttribute>> {
    match ty {
        Type::Object(fields) => Some(fields),
        other => fields_of(other.element()?),
    }
}

/// What the page says, by container and name.
pub type Bindings = HashMap<(ContainerId, String), Docs>;

/// Puts the bindings into the tree that the skeleton was made from. Where the page says nothing of a node, the
/// schema's own description stays.
pub fn apply(block: &mut Block, bindings: &mut Bindings) {
    let mut next = 0;
    apply_block(block, bindings, &mut next);
}

fn apply_block(block: &mut Block, bindings: &mut Bindings, next: &mut ContainerId) {
    let id = *next;
    *next += 1;
    apply_attributes(id, &mut block.attributes, bindings, next);
    for (name, nested) in &mut block.blocks {
        merge(&mut nested.docs, bindings.remove(&(id, name.clone())));
        apply_block(&mut nested.block, bindings, next);
    }
}

fn apply_attributes(
    id: ContainerId,
    attributes: &mut BTreeMap<String, Attribute>,
    bindings: &mut Bindings,
    next: &mut ContainerId,
) {
    for (name, attribute) in attributes {
        merge(&mut attribute.docs, bindings.remove(&(id, name.clone())));
        match &mut attribute.nested {
            Some(nested) => {
                let inner = *next;
                *next += 1;
                apply_attributes(inner, &mut nested.attributes, bindings, next);
            }
            None => attribute.fields = fields(&attribute.ty, bindings, next),
        }
    }
}

/// What the page says of the attributes inside an object type; those that it says nothing of are left out.
fn fields(ty: &Type, bindings: &mut Bindings, next: &mut ContainerId) -> BTreeMap<String, Field> {
    let mut found = BTreeMap::new();
    let Some(attributes) = fields_of(ty) else { return found };
    let id = *next;
    *next += 1;
    for (name, attribute) in attributes {
        let docs = bindings.remove(&(id, name.clone())).unwrap_or_default();
        let field = Field { docs, fields: fields(&attribute.ty, bindings, next) };
        if field != Field::default() {
            found.insert(name.clone(), field);
        }
    }
    found
}

fn merge(docs: &mut Docs, found: Option<Docs>) {
    let Some(found) = found else { return };
    let text = if found.text.is_empty() { std::mem::take(&mut docs.text) } else { found.text };
    *docs = Docs { text, ..found };
}
