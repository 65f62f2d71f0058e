//! What usually refers to what, mined from the examples: how often an argument of one element is set to another
//! element's attribute.

mod miner;
mod snippet;

use std::collections::HashMap;

use rayon::prelude::*;

use super::Pages;
use crate::catalog::{Block, Kind, Mention, Mentions, Reference, Use, rank_references, rank_uses};

/// Mentions of other providers' elements kept per version.
const MAX_MENTIONS: usize = 5_000;

/// An element: its kind and type.
type Element = (Kind, String);
/// The kind, type and attribute that an argument is set to.
type Target = (Kind, String, String);
/// By dotted path of the argument.
type Arguments = HashMap<String, HashMap<Target, u32>>;

/// Counts of references by element and argument.
#[derive(Debug, Default)]
pub struct References(HashMap<Element, Arguments>);

impl References {
    /// Reads the examples of all pages.
    pub fn mine(pages: &Pages) -> Self {
        let examples: Vec<&str> =
            pages.iter().flat_map(|page| &page.examples).map(|e| e.code.as_str()).collect();
        examples
            .par_iter()
            .fold(References::default, |mut found, code| {
                miner::mine(&snippet::bodies(code), &mut found);
                found
            })
            .reduce(References::default, References::merge)
    }

    fn count(&mut self, element: &Element, argument: String, target: Target) {
        let arguments = match self.0.get_mut(element) {
            Some(arguments) => arguments,
            None => self.0.entry(element.clone()).or_default(),
        };
        *arguments.entry(argument).or_default().entry(target).or_default() += 1;
    }

    fn merge(mut self, other: Self) -> Self {
        for (element, arguments) in other.0 {
            let known = self.0.entry(element).or_default();
            for (argument, targets) in arguments {
                let counts = known.entry(argument).or_default();
                for (target, count) in targets {
                    *counts.entry(target).or_default() += count;
                }
            }
        }
        self
    }

    /// Puts the references on the nodes of an element's block tree.
    pub fn attach(&self, kind: Kind, name: &str, block: &mut Block) {
        for (argument, targets) in self.0.get(&(kind, name.to_owned())).into_iter().flatten() {
            if let Some(docs) = block.docs_mut(argument) {
                docs.references = rank_references(targets.iter().map(reference));
            }
        }
    }

    fn iter(&self) -> impl Iterator<Item = (&Element, &String, Reference)> {
        let arguments = self.0.iter().flat_map(|(element, arguments)| {
            arguments.iter().map(move |(argument, targets)| (element, argument, targets))
        });
        arguments.flat_map(|(element, argument, targets)| {
            targets.iter().map(move |target| (element, argument, reference(target)))
        })
    }

    /// The reverse: where the attributes of each element are used.
    pub fn uses(&self) -> Uses {
        let mut uses: HashMap<Element, Vec<Use>> = HashMap::new();
        for ((kind, name), argument, reference) in self.iter() {
            let used = Use {
                kind: *kind,
                name: name.clone(),
                argument: argument.clone(),
                attribute: reference.attribute,
                count: reference.count,
            };
            uses.entry((reference.kind, reference.target)).or_default().push(used);
        }
        Uses(uses.into_iter().map(|(element, uses)| (element, rank_uses(uses))).collect())
    }

    /// What is said of elements that are not among the provider's own.
    pub fn mentions<'a>(&self, own: impl Iterator<Item = Element> + 'a) -> Mentions {
        let own: std::collections::HashSet<Element> = own.collect();
        let foreign = self.iter().filter(|(element, _, reference)| {
            !own.contains(*element) || !own.contains(&(reference.kind, reference.target.clone()))
        });
        let mut mentions: Vec<Mention> = foreign
            .map(|((kind, name), argument, reference)| Mention {
                kind: *kind,
                name: name.clone(),
                argument: argument.clone(),
                reference,
            })
            .collect();
        let order = |m: &Mention| {
            let Reference { kind, target, attribute, count } = m.reference.clone();
            (std::cmp::Reverse(count), m.kind, m.name.clone(), m.argument.clone(), kind, target, attribute)
        };
        mentions.sort_by_cached_key(order);
        mentions.truncate(MAX_MENTIONS);
        Mentions { mentions }
    }
}

fn reference(((kind, target, attribute), count): (&Target, &u32)) -> Reference {
    Reference { kind: *kind, target: target.clone(), attribute: attribute.clone(), count: *count }
}

/// Where each element is used.
#[derive(Debug, Default)]
pub struct Uses(HashMap<Element, Vec<Use>>);

impl Uses {
    /// The uses of one element, most frequent first.
    pub fn of(&self, kind: Kind, name: &str) -> Vec<Use> {
        self.0.get(&(kind, name.to_owned())).cloned().unwrap_or_default()
    }
}
