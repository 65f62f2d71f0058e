//! Binds the items of a page to the schema. The schema is the skeleton: each container (the element, a nested block, a
//! structural attribute, an object) looks for the sections that describe it, outermost first, and takes its arguments
//! from them (`fit` says how well each suits). One section may serve several containers, and a container may have two:
//! what can be set, and what is exported. What is left over is tried elsewhere by `strays`.

use std::collections::{HashMap, HashSet};

use super::{
    Unbound,
    item::Item,
    outline::{ItemId, LIST, Outline, Section, SectionId},
    skeleton::{Bindings, ContainerId, Skeleton},
    title::{NamePath, Role},
};
use crate::catalog::Docs;

/// Sections that are considered for one name; no author writes so many.
pub const MAX_CANDIDATES: usize = 300;

/// A container's child.
pub type Key = (ContainerId, String);

pub struct Binder<'a> {
    pub outline: &'a Outline,
    pub skeleton: &'a Skeleton<'a>,
    /// Sections by the container name that each title was resolved to.
    pub by_name: HashMap<&'a str, Vec<SectionId>>,
    /// Sections by the names in their titles, of containers or not.
    pub by_title: HashMap<&'a str, Vec<SectionId>>,
    pub by_anchor: HashMap<&'a str, SectionId>,
    /// What each section was resolved to be about.
    pub subjects: Vec<Subject<'a>>,
    /// Whether each section is about the element itself.
    pub about_root: Vec<bool>,
    /// The sections that each container takes its arguments from.
    pub sections: Vec<Vec<SectionId>>,
    /// All of those.
    pub used: HashSet<SectionId>,
    /// The item that documents a container's child.
    pub chosen: HashMap<Key, ItemId>,
    /// The names (by item and place in it) that stand in a container that they were offered to.
    pub known: HashSet<(ItemId, usize)>,
}

/// What a section is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject<'a> {
    /// The same as the section around it, as far as the title says.
    Inherited,
    /// Containers: each the names around it that the title gives, then its own.
    Named(Vec<(Vec<&'a str>, &'a str)>),
    /// Something that is no container.
    Foreign,
}

/// Binds `outline` to `skeleton`; also the names that no container has.
pub fn bind(outline: &Outline, skeleton: &Skeleton) -> (Bindings, Vec<Unbound>) {
    let mut binder = Binder::new(outline, skeleton);
    for id in 0..skeleton.containers.len() {
        binder.bind_container(id);
    }
    binder.adopt_strays();
    binder.copy_twins();
    (binder.bindings(), binder.unbound())
}

impl<'a> Binder<'a> {
    fn new(outline: &'a Outline, skeleton: &'a Skeleton<'a>) -> Self {
        let mut binder = Binder {
            outline,
            skeleton,
            by_name: HashMap::new(),
            by_title: HashMap::new(),
            by_anchor: HashMap::new(),
            subjects: Vec::with_capacity(outline.sections.len()),
            about_root: Vec::with_capacity(outline.sections.len()),
            sections: vec![Vec::new(); skeleton.containers.len()],
            used: HashSet::new(),
            chosen: HashMap::new(),
            known: HashSet::new(),
        };
        for (id, section) in outline.sections.iter().enumerate() {
            let subject = binder.subject(section);
            if let Subject::Named(paths) = &subject {
                for (_, name) in paths {
                    push(binder.by_name.entry(name).or_default(), id);
                }
            }
            for name in section.title.names.iter().filter_map(|path| path.last()) {
                push(binder.by_title.entry(name).or_default(), id);
            }
            for anchor in &section.title.anchors {
                binder.by_anchor.entry(anchor).or_insert(id);
            }
            binder.subjects.push(subject);
            let about_root = binder.is_about_root(id);
            binder.about_root.push(about_root);
        }
        binder
    }

    fn subject(&self, section: &'a Section) -> Subject<'a> {
        let title = &section.title;
        let certain: Vec<_> =
            title.names.iter().chain(&title.path).filter_map(|path| self.resolve(path)).collect();
        if !certain.is_empty() {
            return Subject::Named(certain);
        }
        if title.names.is_empty() && title.path.is_none() {
            return title
                .guesses
                .iter()
                .find_map(|names| self.guessed(names, !title.words.is_empty()))
                .unwrap_or(Subject::Inherited);
        }
        // "One of `a` or `b` is required:" names arguments, where what it lists are arguments.
        let named = |path: &NamePath| path.last().is_some_and(|l| self.skeleton.names.contains(l.as_str()));
        if title.path.is_none() && title.names.iter().all(named) && section.items.iter().any(Item::is_flagged)
        {
            return Subject::Inherited;
        }
        Subject::Foreign
    }

    /// What a title's words mean, if it is something in the schema. A heading may also be about an argument.
    fn guessed(&self, names: &'a [NamePath], is_heading: bool) -> Option<Subject<'a>> {
        let exists = |name: &String| self.skeleton.names.contains(name.as_str());
        let around_exists = |path: &&NamePath| path[..path.len() - 1].iter().all(exists);
        let found: Vec<_> =
            names.iter().filter(around_exists).filter_map(|path| self.resolve(path)).collect();
        match names {
            _ if !found.is_empty() && found.len() * 2 >= names.len() => Some(Subject::Named(found)),
            [path] if is_heading && path.len() == 1 && exists(&path[0]) => Some(Subject::Foreign),
            _ => None,
        }
    }

    /// The container name that a path ends with, and the names before it.
    fn resolve(&self, path: &'a [String]) -> Option<(Vec<&'a str>, &'a str)> {
        let (last, around) = path.split_last()?;
        let name = self.skeleton.container_name(last)?;
        Some((around.iter().map(String::as_str).collect(), name))
    }

    /// Whether the section is about the element itself; asked in page order.
    fn is_about_root(&self, id: SectionId) -> bool {
        let section = &self.outline.sections[id];
        match self.subjects[id] {
            Subject::Inherited if section.level <= 2 => true,
            Subject::Inherited => {
                let around = section.continues.or(section.parent);
                self.suits(0, id) && around.is_none_or(|around| self.about_root[around])
            }
            Subject::Named(_) | Subject::Foreign => false,
        }
    }

    fn bind_container(&mut self, id: ContainerId) {
        let heads = if id == 0 { self.root_sections() } else { self.best_sections(id) };
        let mut sections = Vec::new();
        let mut seen = HashSet::new();
        for head in heads {
            self.with_inherited(id, head, &mut seen, &mut sections);
        }
        for &section in &sections {
            for (index, item) in self.outline.sections[section].items.iter().enumerate() {
                if !item.implied {
                    self.offer_item(id, ItemId { section, item: index });
                }
            }
        }
        self.used.extend(&sections);
        self.sections[id] = sections;
    }

    /// The chapters on arguments and on attributes; where there is none on arguments, chapters of any name that list
    /// the element's.
    fn root_sections(&self) -> Vec<SectionId> {
        let about_root = |&id: &SectionId| {
            let section = &self.outline.sections[id];
            section.role != Role::Other
                && section.items.iter().any(|item| !item.implied)
                && section.level != LIST
                && self.about_root[id]
        };
        let about: Vec<_> = (0..self.outline.sections.len()).filter(about_root).collect();
        let role = |id: SectionId| self.outline.sections[id].role;
        let says_arguments = about.iter().any(|&id| role(id) == Role::Arguments);
        about
            .into_iter()
            .filter(|&id| role(id) != Role::Unknown || (!says_arguments && self.suits(0, id)))
            .collect()
    }

    /// `section` and the sections inside it, or continuing it, that go on about the same; in page order.
    pub fn with_inherited(
        &self,
        container: ContainerId,
        section: SectionId,
        seen: &mut HashSet<SectionId>,
        into: &mut Vec<SectionId>,
    ) {
        let mut left = vec![section];
        while let Some(section) = left.pop() {
            if !seen.insert(section) {
                continue;
            }
            into.push(section);
            let goes_on = |id: &SectionId| {
                let inner = &self.outline.sections[*id];
                (inner.parent == Some(section) || inner.continues == Some(section))
                    && inner.level != LIST
                    && self.subjects[*id] == Subject::Inherited
                    && self.suits(container, *id)
            };
            let mut inner: Vec<_> = self.inside(section).filter(goes_on).collect();
            inner.reverse();
            left.append(&mut inner);
        }
    }

    /// The sections inside one, and the one that continues it.
    fn inside(&self, section: SectionId) -> impl Iterator<Item = SectionId> {
        let level = self.outline.sections[section].level;
        (section + 1..self.outline.sections.len()).take_while(move |&id| {
            let inner = &self.outline.sections[id];
            level != LIST && (inner.level > level || inner.continues == Some(section))
        })
    }

    /// Whether a section that doesn't name its subject may be about a container: at least half of what it lists is
    /// there.
    fn suits(&self, container: ContainerId, section: SectionId) -> bool {
        let section = &self.outline.sections[section];
        if section.title.is_general() {
            return true;
        }
        let (total, known) = self.overlap_of(container, std::iter::once(section));
        known * 2 >= total
    }

    /// How many names some sections list, and how many of them a container has.
    pub fn overlap_of<'s>(
        &self,
        container: ContainerId,
        sections: impl Iterator<Item = &'s Section>,
    ) -> (usize, usize) {
        let children = &self.skeleton.containers[container].children;
        let items = sections.flat_map(|section| &section.items).filter(|item| !item.implied);
        let (mut total, mut known) = (0, 0);
        for name in items.flat_map(|item| &item.names).filter_map(|path| path.first()) {
            total += 1;
            known += usize::from(children.contains_key(name.as_str()));
        }
        (total, known)
    }

    /// Takes an item for the child that it names, unless a better one is there.
    fn offer_item(&mut self, id: ContainerId, item: ItemId) {
        for (place, path) in self.outline.item(item).names.iter().enumerate() {
            let Some(key) = self.child(id, path) else { continue };
            self.known.insert((item, place));
            let settable = self.skeleton.containers[key.0].children[key.1.as_str()].settable;
            let fits =
                |item: ItemId| (self.outline.sections[item.section].role == Role::Attributes) != settable;
            let points = |item: ItemId| self.outline.item(item).is_pointer();
            match self.chosen.get(&key) {
                Some(&present) if points(item) || (!points(present) && (fits(present) || !fits(item))) => {}
                _ => {
                    self.chosen.insert(key, item);
                }
            }
        }
    }

    /// The child that a path leads to from a container.
    pub fn child(&self, id: ContainerId, path: &[String]) -> Option<Key> {
        let (name, way) = path.split_last()?;
        let target = self.skeleton.descend(id, way)?;
        self.skeleton.containers[target].children.contains_key(name.as_str()).then(|| (target, name.clone()))
    }

    fn bindings(&self) -> Bindings {
        let text = |item: &Item| item.text(|section| self.used.contains(&section));
        self.chosen
            .iter()
            .map(|(key, &id)| {
                let item = self.outline.item(id);
                let docs = Docs { text: text(item), position: item.position, ..Docs::default() };
                (key.clone(), super::facts::add(docs, &item.flags))
            })
            .collect()
    }
}

fn push(sections: &mut Vec<SectionId>, id: SectionId) {
    if sections.len() < MAX_CANDIDATES && sections.last() != Some(&id) {
        sections.push(id);
    }
}
