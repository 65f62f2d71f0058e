//! What examples set arguments to: counts on arguments, their reverse on elements, and what one provider's examples say
//! of another's elements.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Attribute, Block, Docs, Document, Field, Kind, Reference, Use};

/// References kept per argument.
const MAX_REFERENCES: usize = 5;
/// Uses kept per element.
const MAX_USES: usize = 50;

/// `mentions.json`: what the examples of a provider version say of elements of other providers, most frequent first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mentions {
    pub mentions: Vec<Mention>,
}

impl Mentions {
    /// Its name among the objects of a version.
    pub const FILE: &str = "mentions.json";
}

/// "In `reference.count` examples `name`'s `argument` is set to the target's attribute"; at least one of the two is of
/// another provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    pub kind: Kind,
    pub name: String,
    /// Dotted path of the argument.
    pub argument: String,
    pub reference: Reference,
}

impl Mention {
    /// The same as a use of the target.
    fn as_use(&self) -> Use {
        Use {
            kind: self.kind,
            name: self.name.clone(),
            argument: self.argument.clone(),
            attribute: self.reference.attribute.clone(),
            count: self.reference.count,
        }
    }

    fn is_about(&self, document: &Document) -> bool {
        self.kind == document.kind && self.name == document.name
    }

    fn is_to(&self, document: &Document) -> bool {
        self.reference.kind == document.kind && self.reference.target == document.name
    }
}

impl Document {
    /// Adds what examples elsewhere say of this element to what its own provider's say.
    pub fn add_mentions<'a>(&mut self, mentions: impl IntoIterator<Item = &'a Mention>) {
        let mut uses = std::mem::take(&mut self.used_by);
        let mut arguments: BTreeMap<&str, Vec<Reference>> = BTreeMap::new();
        for mention in mentions {
            if mention.is_to(self) {
                uses.push(mention.as_use());
            }
            if mention.is_about(self) {
                arguments.entry(&mention.argument).or_default().push(mention.reference.clone());
            }
        }
        for (path, more) in arguments {
            if let Some(docs) = self.block.docs_mut(path) {
                docs.references.extend(more);
                docs.references = rank_references(std::mem::take(&mut docs.references));
            }
        }
        self.used_by = rank_uses(uses);
    }
}

/// Adds up what is said twice and keeps the most frequent, in an order that depends on nothing else.
pub fn rank_references(references: impl IntoIterator<Item = Reference>) -> Vec<Reference> {
    let mut counts: BTreeMap<(Kind, String, String), u32> = BTreeMap::new();
    for Reference { kind, target, attribute, count } in references {
        let sum = counts.entry((kind, target, attribute)).or_default();
        *sum = sum.saturating_add(count);
    }
    let mut ranked: Vec<Reference> = counts
        .into_iter()
        .map(|((kind, target, attribute), count)| Reference { kind, target, attribute, count })
        .collect();
    ranked.sort_by_key(|reference| std::cmp::Reverse(reference.count));
    ranked.truncate(MAX_REFERENCES);
    ranked
}

/// The same for uses.
pub fn rank_uses(uses: impl IntoIterator<Item = Use>) -> Vec<Use> {
    let mut counts: BTreeMap<(Kind, String, String, String), u32> = BTreeMap::new();
    for Use { kind, name, argument, attribute, count } in uses {
        let sum = counts.entry((kind, name, argument, attribute)).or_default();
        *sum = sum.saturating_add(count);
    }
    let mut ranked: Vec<Use> = counts
        .into_iter()
        .map(|((kind, name, argument, attribute), count)| Use { kind, name, argument, attribute, count })
        .collect();
    ranked.sort_by_key(|used| std::cmp::Reverse(used.count));
    ranked.truncate(MAX_USES);
    ranked
}

impl Block {
    /// The docs of the argument at a dotted path; `None` when there is no such argument.
    pub fn docs_mut(&mut self, path: &str) -> Option<&mut Docs> {
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        match (self.blocks.get_mut(name), rest) {
            (Some(nested), Some(rest)) => nested.block.docs_mut(rest),
            (Some(nested), None) => Some(&mut nested.docs),
            (None, _) => attribute_docs(self.attributes.get_mut(name)?, rest),
        }
    }
}

fn attribute_docs<'a>(attribute: &'a mut Attribute, path: Option<&str>) -> Option<&'a mut Docs> {
    let Some(path) = path else { return Some(&mut attribute.docs) };
    match &mut attribute.nested {
        Some(nested) => {
            let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
            attribute_docs(nested.attributes.get_mut(name)?, rest)
        }
        None => field_docs(&mut attribute.fields, path),
    }
}

fn field_docs<'a>(fields: &'a mut BTreeMap<String, Field>, path: &str) -> Option<&'a mut Docs> {
    match path.split_once('.') {
        Some((name, rest)) => field_docs(&mut fields.get_mut(name)?.fields, rest),
        None => Some(&mut fields.get_mut(path)?.docs),
    }
}
