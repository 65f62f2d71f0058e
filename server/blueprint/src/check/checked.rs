//! A check that is done again after an edit: only of the elements that the edit can affect.
//!
//! What is found about an element depends on its own block, on what the elements show of themselves that it refers to, and
//! on the catalog. Locals show what their values refer to, and so on from local to local. Everything that cannot be told so
//! (the kinds of block that speak of many elements, suggestions of names) is checked again whenever any element shows
//! something else than before.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use rayon::prelude::*;

use super::{check_own, circles, cycles, expressions::Judge, unused, whole};
use crate::{
    declared::Facts,
    diagnostic::{Code, Diagnostic},
    document::{Document, Element, ElementKind},
    refs::Mention,
    schemas::Schemas,
};

/// Elements that one thread checks at a time: what it finds out about locals and variables the others find out again.
const TOGETHER: usize = 64;

/// A blueprint with what was found in it.
#[derive(Debug, Clone)]
pub struct Checked {
    document: Document,
    schemas: Schemas,
    /// By the index of the element: what its own text and the names of the others tell.
    own: Vec<Vec<Diagnostic>>,
    /// By the index of the element: what the references between all elements tell.
    joint: Vec<Vec<Diagnostic>>,
}

impl Checked {
    /// Checks everything.
    pub fn new(document: &Document, schemas: &Schemas) -> Self {
        let all: Vec<usize> = (0..document.elements().len()).collect();
        let own = check_all(document, schemas, &all);
        let joint = joint(document);
        Checked { document: document.clone(), schemas: schemas.clone(), own, joint }
    }

    /// Checks a later state of the blueprint. What is found is the same as by [`Checked::new`].
    pub fn again(&self, document: &Document, schemas: &Schemas) -> Self {
        match self.affected(document, schemas) {
            Some(affected) => self.with(document, schemas, &affected),
            None => Self::new(document, schemas),
        }
    }

    /// What was checked.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Whether it is the check of exactly this.
    pub fn is_of(&self, document: &Document, schemas: &Schemas) -> bool {
        self.document.is_same(document) && self.schemas.is_same(schemas)
    }

    /// Everything that was found, in the order of the files and their texts.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let mut found: Vec<Diagnostic> = self.own.iter().chain(&self.joint).flatten().cloned().collect();
        found.extend(whole::loose(&self.document));
        found.extend(whole::duplicates(&self.document));
        found.extend(whole::settings(&self.document));
        found.extend(circles::check(&self.document));
        found.sort_by(|a, b| (&a.file, a.span.start).cmp(&(&b.file, b.span.start)));
        found
    }

    /// What has to be checked again; None: all.
    fn affected(&self, document: &Document, schemas: &Schemas) -> Option<Affected> {
        if self.schemas.functions != schemas.functions || !self.document.has_the_same_modules(document) {
            return None;
        }
        let before = kept(&self.document, document);
        let (old, new) = (self.document.elements(), document.elements());
        let mut survived = vec![false; old.len()];
        before.iter().flatten().for_each(|at| survived[*at] = true);
        let gone = || old.iter().zip(&survived).filter(|(_, survived)| !**survived).map(|(e, _)| e);
        let come = || new.iter().zip(&before).filter(|(_, before)| before.is_none()).map(|(e, _)| e);
        // Which configurations a module is handed in stands here.
        if gone().chain(come()).any(|e| e.kind == ElementKind::Terraform) {
            return None;
        }
        let redescribed = redescribed(&self.schemas, schemas, document);
        let changed = self.changed(document, gone().chain(come()), &redescribed);
        let rearranged = !gone().map(|e| &e.address).eq(come().map(|e| &e.address));
        let quiet = changed.is_empty() && !rearranged;
        let again = |(i, e): (usize, &Element)| match before[i] {
            Some(_) if quiet => false,
            Some(was) => {
                matches!(e.kind, ElementKind::Provider | ElementKind::Module | ElementKind::Other)
                    || redescribed.contains(e.address.as_str())
                    || self.own[was].iter().any(|d| d.code == Code::UnknownReference)
                    || mentions(document, e).iter().any(|m| changed.contains(m.address.as_str()))
            }
            None => true,
        };
        let again = new.iter().enumerate().filter(|(i, e)| again((*i, e))).map(|(i, _)| i).collect();
        let joint = if !quiet || self.joint.iter().flatten().any(|d| d.code == Code::Cycle) {
            Joint::All
        } else {
            let were = gone().flat_map(|e| mentions(&self.document, e)).map(|m| m.address.clone());
            let are = come().flat_map(|e| mentions(document, e)).map(|m| m.address.clone());
            let named = were.chain(are).chain(come().map(|e| e.address.clone())).collect();
            // The same elements in the same order, as it is quiet.
            let pairs = before.iter().enumerate().filter(|(_, before)| before.is_none()).zip(gone());
            let asks_more = |at: usize, was: &Element| {
                let asked: HashSet<(bool, &str)> = mentions(&self.document, was).iter().map(ask).collect();
                !mentions(document, &new[at]).iter().all(|mention| asked.contains(&ask(mention)))
            };
            let asking = pairs.filter(|((at, _), was)| asks_more(*at, was)).map(|((at, _), _)| at).collect();
            Joint::Of { named, asking }
        };
        Some(Affected { before, again, joint })
    }

    /// Addresses of which something else is shown than before, of the elements of a document that are new or were `touched` and of
    /// all that depend on them.
    fn changed<'d>(
        &self,
        document: &'d Document,
        touched: impl Iterator<Item = &'d Element>,
        redescribed: &HashSet<&'d str>,
    ) -> HashSet<&'d str> {
        let addresses: HashSet<&str> = touched.map(|e| e.address.as_str()).collect();
        let mut changed = redescribed.clone();
        changed.extend(
            addresses.into_iter().filter(|address| !shows_the_same(&self.document, document, address)),
        );
        if !changed.is_empty() {
            follow_locals(document, &mut changed);
        }
        changed
    }

    fn with(&self, document: &Document, schemas: &Schemas, affected: &Affected) -> Self {
        let moved = |found: &[Vec<Diagnostic>]| -> Vec<Vec<Diagnostic>> {
            let elements = document.elements().iter().zip(&affected.before);
            let moved = |(new, before): (&Element, &Option<usize>)| {
                let Some(at) = before.filter(|at| !found[*at].is_empty()) else { return Vec::new() };
                let old = self.document.declared(&self.document.elements()[at]);
                old.map_or_else(Vec::new, |(start, _)| relocated(document, (start, new), &found[at]))
            };
            elements.map(moved).collect()
        };
        let mut own = moved(&self.own);
        for (at, found) in affected.again.iter().zip(check_all(document, schemas, &affected.again)) {
            own[*at] = found;
        }
        let joint = match &affected.joint {
            Joint::All => joint(document),
            Joint::Of { named, asking } => {
                let mut joint = moved(&self.joint);
                for (found, element) in joint.iter_mut().zip(document.elements()) {
                    if !found.is_empty() && named.contains(&element.address) {
                        found.clear();
                    }
                }
                let unused = unused::among(document, named.iter().map(String::as_str).collect());
                for (at, found) in cycles::through(document, asking).into_iter().chain(unused) {
                    joint[at].push(found);
                }
                joint
            }
        };
        Checked { document: document.clone(), schemas: schemas.clone(), own, joint }
    }
}

/// What an edit can affect.
struct Affected {
    /// By the index of the element: its index before, if its block is the same.
    before: Vec<Option<usize>>,
    /// Indexes of the elements to check again.
    again: Vec<usize>,
    joint: Joint,
}

/// Of what to find out anew how elements refer to each other.
enum Joint {
    All,
    /// Where there was no cycle, one can only go through a block that asks for more than before. Something can only have become
    /// used or unused that a new block names, or one that is gone.
    Of {
        named: HashSet<String>,
        asking: Vec<usize>,
    },
}

fn mentions<'a>(document: &'a Document, element: &Element) -> &'a [Mention] {
    document.declared(element).map_or(&[], |(_, declared)| &declared.mentions)
}

/// What is named, and whether it has to be there first.
fn ask(mention: &Mention) -> (bool, &str) {
    (mention.first, &mention.address)
}

/// By the index of an element of `new`: the index in `old` of the element with the same block in the same file.
fn kept(old: &Document, new: &Document) -> Vec<Option<usize>> {
    let (old, new) = (identities(old), identities(new));
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    let between: HashMap<_, usize> = old[head..old_end].iter().zip(head..).collect();
    let middle = new[head..new_end].iter().map(|identity| between.get(identity).copied());
    (0..head).map(Some).chain(middle).chain((old_end..old.len()).map(Some)).collect()
}

/// What tells each element's block from others of this or another state of a document, by the element's index.
fn identities(document: &Document) -> Vec<(&str, *const Facts, usize)> {
    let blocks =
        document.root().flat_map(|(name, file)| file.items.iter().map(move |item| (name, &item.facts)));
    let elements = blocks.flat_map(|(name, facts)| {
        (0..facts.declared.len()).map(move |part| (name, Arc::as_ptr(facts), part))
    });
    elements.collect()
}

/// Whether the others see the same of what has this address.
fn shows_the_same(old: &Document, new: &Document, address: &str) -> bool {
    use ElementKind::{Data, Ephemeral, Output, Resource};
    let (Some(before), Some(after)) = (old.element(address), new.element(address)) else { return false };
    let face = |document: &Document, element: &Element| {
        document.declared(element).map(|(_, declared)| (declared.repeated, declared.makers.clone()))
    };
    before.keyword == after.keyword
        && match after.kind {
            Output => true,
            Resource | Data | Ephemeral => face(old, before) == face(new, after),
            _ => old.code(before) == new.code(after),
        }
}

/// Addresses of the elements that the catalog describes otherwise than before.
fn redescribed<'d>(old: &Schemas, new: &Schemas, document: &'d Document) -> HashSet<&'d str> {
    if old.is_same(new) {
        return HashSet::new();
    }
    let changed = |e: &&Element| !old.describes_the_same(new, e);
    document.elements().iter().filter(changed).map(|e| e.address.as_str()).collect()
}

/// Adds the locals whose values refer to what changed.
fn follow_locals<'d>(document: &'d Document, changed: &mut HashSet<&'d str>) {
    let mut used_by: HashMap<&str, Vec<&str>> = HashMap::new();
    for local in document.elements().iter().filter(|e| e.kind == ElementKind::Local) {
        for mention in mentions(document, local) {
            used_by.entry(&mention.address).or_default().push(&local.address);
        }
    }
    let mut open: Vec<&str> = changed.iter().copied().collect();
    while let Some(address) = open.pop() {
        for local in used_by.get(address).into_iter().flatten() {
            if changed.insert(local) {
                open.push(local);
            }
        }
    }
}

/// What is found about an element where it stands now.
fn relocated(
    document: &Document,
    (old_start, new): (usize, &Element),
    found: &[Diagnostic],
) -> Vec<Diagnostic> {
    let (Some(file), Some((start, _))) = (document.file(&new.file), document.declared(new)) else {
        return Vec::new();
    };
    let one = |diagnostic: &Diagnostic| {
        let at = |offset: usize| start + offset - old_start;
        let span = at(diagnostic.span.start)..at(diagnostic.span.end);
        let (line, column) = file.lines.position(&file.text, span.start);
        let address = diagnostic.address.as_ref().map(|_| new.address.clone());
        Diagnostic { line, column, span: span.into(), address, ..diagnostic.clone() }
    };
    found.iter().map(one).collect()
}

/// Checks the elements with these indexes, many at a time.
fn check_all(document: &Document, schemas: &Schemas, indexes: &[usize]) -> Vec<Vec<Diagnostic>> {
    let together = |indexes: &[usize]| -> Vec<Vec<Diagnostic>> {
        let judge = Judge::new(document, schemas);
        indexes.iter().map(|i| check_own(document, schemas, &judge, &document.elements()[*i])).collect()
    };
    if indexes.len() <= TOGETHER {
        return together(indexes);
    }
    indexes.par_chunks(TOGETHER).flat_map_iter(together).collect()
}

/// What the references between all elements tell, by the index of the element that it is about.
fn joint(document: &Document) -> Vec<Vec<Diagnostic>> {
    let mut joint = vec![Vec::new(); document.elements().len()];
    for (at, found) in cycles::check(document).into_iter().chain(unused::all(document)) {
        joint[at].push(found);
    }
    joint
}
