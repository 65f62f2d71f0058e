//! Binds the items of a page to the schema. The schema is the skeleton: each container (the element, a nested block, a
//! structural attribute) looks for the sections that describe it, outermost first, and takes its arguments from them.
//! One section may serve several containers, and a container may have two: what can be set, and what is exported.

use std::collections::{HashMap, HashSet};

use super::{
    Unbound,
    item::Item,
    outline::{INTRO, ItemId, LIST, Outline, Section, SectionId},
    skeleton::{Bindings, ContainerId, Skeleton},
    title::Role,
};
use crate::catalog::Docs;

/// The item that documents a container's child.
type Chosen = HashMap<(ContainerId, String), ItemId>;

struct Binder<'a> {
    outline: &'a Outline,
    skeleton: &'a Skeleton<'a>,
    /// Sections by the last name of each title they may have.
    by_name: HashMap<&'a str, Vec<SectionId>>,
    by_anchor: HashMap<&'a str, SectionId>,
    /// What each section was resolved to be about.
    subjects: Vec<Subject>,
    /// The sections that each container takes its arguments from.
    sections: Vec<Vec<SectionId>>,
    chosen: Chosen,
    /// The items of which some name (by its place in the item) stands in a container that they were offered to.
    known: HashSet<(ItemId, usize)>,
}

/// What a section is about.
#[derive(Debug, Clone, PartialEq)]
enum Subject {
    /// The same as the section around it.
    Inherited,
    /// Containers of these names (last parts).
    Named,
    /// Something that is no container.
    Foreign,
}

/// Binds `outline` to `skeleton`; also the names that no container has.
pub fn bind(outline: &Outline, skeleton: &Skeleton) -> (Bindings, Vec<Unbound>) {
    let mut binder = Binder::new(outline, skeleton);
    for id in 0..skeleton.containers.len() {
        binder.bind_container(id);
    }
    (binder.bindings(), binder.unbound())
}

impl<'a> Binder<'a> {
    fn new(outline: &'a Outline, skeleton: &'a Skeleton<'a>) -> Self {
        let mut binder = Binder {
            outline,
            skeleton,
            by_name: HashMap::new(),
            by_anchor: HashMap::new(),
            subjects: Vec::with_capacity(outline.sections.len()),
            sections: vec![Vec::new(); skeleton.containers.len()],
            chosen: HashMap::new(),
            known: HashSet::new(),
        };
        for (id, section) in outline.sections.iter().enumerate() {
            let subject = binder.subject(id, section);
            binder.subjects.push(subject);
            for anchor in &section.title.anchors {
                binder.by_anchor.entry(anchor).or_insert(id);
            }
        }
        binder
    }

    fn subject(&mut self, id: SectionId, section: &'a Section) -> Subject {
        let title = &section.title;
        let mut named = false;
        for path in title.names.iter().chain(&title.path) {
            if let Some(last) = path.last().filter(|last| self.skeleton.by_name.contains_key(last.as_str())) {
                self.by_name.entry(last).or_default().push(id);
                named = true;
            }
        }
        if named {
            return Subject::Named;
        }
        if !title.names.is_empty() || title.path.is_some() {
            return Subject::Foreign;
        }
        let known = title.guesses.iter().find(|guess| self.skeleton.names.contains(guess.as_str()));
        match known {
            Some(guess) if self.skeleton.by_name.contains_key(guess.as_str()) => {
                self.by_name.entry(guess).or_default().push(id);
                Subject::Named
            }
            Some(_) => Subject::Foreign,
            None => Subject::Inherited,
        }
    }

    /// Whether the section is about the element itself.
    fn is_about_root(&self, id: SectionId) -> bool {
        let section = &self.outline.sections[id];
        match self.subjects[id] {
            Subject::Inherited if section.level <= 2 => true,
            Subject::Inherited => section.parent.is_none_or(|parent| self.is_about_root(parent)),
            Subject::Named | Subject::Foreign => false,
        }
    }

    fn bind_container(&mut self, id: ContainerId) {
        let heads = if id == 0 { self.root_sections() } else { self.best_sections(id) };
        let mut sections = Vec::new();
        for head in heads {
            self.with_inherited(head, &mut sections);
        }
        sections.dedup();
        for &section in &sections {
            for index in 0..self.outline.sections[section].items.len() {
                self.offer_item(id, ItemId { section, item: index });
            }
        }
        self.sections[id] = sections;
    }

    fn root_sections(&self) -> Vec<SectionId> {
        let about_root = |role: fn(Role) -> bool| {
            move |&id: &SectionId| {
                let section = &self.outline.sections[id];
                role(section.role)
                    && !section.items.is_empty()
                    && section.level != LIST
                    && self.is_about_root(id)
            }
        };
        let all = 0..self.outline.sections.len();
        let said: Vec<_> = all.clone().filter(about_root(|role| role != Role::Other)).collect();
        // A page without chapters.
        if said.is_empty() { all.filter(about_root(|_| true)).collect() } else { said }
    }

    /// `section` and the sections inside it that go on about the same.
    fn with_inherited(&self, section: SectionId, into: &mut Vec<SectionId>) {
        if into.contains(&section) {
            return;
        }
        into.push(section);
        if self.skeleton.containers.is_empty() || self.outline.sections[section].level == LIST {
            return;
        }
        let level = self.outline.sections[section].level;
        let inside = (section + 1..self.outline.sections.len())
            .take_while(|&id| self.outline.sections[id].level > level);
        for id in inside {
            let inner = &self.outline.sections[id];
            if inner.parent == Some(section) && inner.level != LIST && self.subjects[id] == Subject::Inherited
            {
                self.with_inherited(id, into);
            }
        }
    }

    /// The section that fits a container best, of those about arguments and of those about attributes. Where none is
    /// about it, one that lists the same names: "the arguments are the same as for …".
    fn best_sections(&self, id: ContainerId) -> Vec<SectionId> {
        let name = self.skeleton.containers[id].name;
        let linked = self.linked_sections(id);
        let named = self.by_name.get(name).into_iter().flatten().copied();
        let mut best: [Option<(f64, SectionId)>; 2] = [None, None];
        for section in named.chain(linked.iter().copied()) {
            let Some(score) = self.score(id, section, linked.contains(&section)) else { continue };
            let slot = &mut best[usize::from(self.outline.sections[section].role == Role::Attributes)];
            if slot.is_none_or(|(highest, _)| score > highest) {
                *slot = Some((score, section));
            }
        }
        let found: Vec<_> = best.into_iter().flatten().map(|(_, section)| section).collect();
        if found.is_empty() { self.lookalike(id).into_iter().collect() } else { found }
    }

    /// The section whose items are nearly all the container's, and nearly all of them.
    fn lookalike(&self, id: ContainerId) -> Option<SectionId> {
        let children = self.skeleton.containers[id].children.len() as f64;
        let fits = |section: SectionId| {
            let (total, known) = self.overlap(id, section);
            let (precision, coverage) = (known as f64 / total.max(1) as f64, known as f64 / children);
            let alike = known >= 2 && precision >= 0.8 && coverage >= 0.6;
            alike.then_some((precision + coverage, section))
        };
        let sections = (1..self.outline.sections.len()).filter(|&id| {
            let section = &self.outline.sections[id];
            section.role == Role::Arguments && section.level > 2 && section.title.path.is_none()
        });
        sections.filter_map(fits).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, section)| section)
    }

    /// Where the links in the container's own item lead, and the headings that its text quotes: "See Copy Step below".
    fn linked_sections(&self, id: ContainerId) -> Vec<SectionId> {
        let container = &self.skeleton.containers[id];
        let Some(&item) =
            container.parent.and_then(|parent| self.chosen.get(&(parent, container.name.to_owned())))
        else {
            return Vec::new();
        };
        let item = self.outline.item(item);
        let links = item.links.iter().filter_map(|link| self.by_anchor.get(link.as_str()).copied());
        let mut found: Vec<SectionId> = links.collect();
        let text = item.lead.to_lowercase();
        if found.is_empty() && text.contains("below") {
            let sections = self.outline.sections.iter().enumerate();
            let quoted = sections.filter(|(_, section)| {
                let words = &section.title.words;
                section.level > 2 && words.len() > 4 && text.contains(words.as_str())
            });
            found.extend(quoted.max_by_key(|(_, section)| section.title.words.len()).map(|(id, _)| id));
        }
        found
    }

    /// How well `section` fits the container; `None`: not at all.
    fn score(&self, id: ContainerId, section_id: SectionId, linked: bool) -> Option<f64> {
        let section = &self.outline.sections[section_id];
        let container = &self.skeleton.containers[id];
        let mut score = 0.0;
        if let Some(path) = &section.title.path {
            return (self.path_of(id) == *path).then_some(1000.0);
        }
        let (total, known) = self.overlap(id, section_id);
        if known == 0 {
            return None;
        }
        let precision = known as f64 / total as f64;
        score += 4.0 * precision + known as f64 / container.children.len() as f64;
        let qualified =
            section.title.names.iter().filter(|path| path.last().is_some_and(|l| l == container.name));
        let longest = qualified.filter(|path| self.skeleton.ends_with(id, path)).map(Vec::len).max();
        match longest {
            Some(length) => score += 3.0 * (length - 1) as f64,
            None if linked => {}
            None if section.title.names.is_empty() => {}
            None => return None,
        }
        if linked {
            score += 5.0;
        }
        score += self.surroundings(id, section)?;
        let parent_sections = container.parent.map_or(&[][..], |parent| &self.sections[parent]);
        score += proximity(section_id, parent_sections);
        let required = if linked || score > 8.0 { 0.3 } else { 0.5 };
        (precision >= required).then_some(score)
    }

    /// How many names a section lists, and how many of them the container has.
    fn overlap(&self, id: ContainerId, section: SectionId) -> (usize, usize) {
        let children = &self.skeleton.containers[id].children;
        let mut sections = Vec::new();
        self.with_inherited(section, &mut sections);
        let items = sections.iter().flat_map(|&id| &self.outline.sections[id].items);
        let names = items.flat_map(|item| &item.names).filter_map(|path| path.first());
        let (mut total, mut known) = (0, 0);
        for name in names {
            total += 1;
            known += usize::from(children.contains_key(name.as_str()));
        }
        (total, known)
    }

    /// What the place of a section on the page says for (or against) it.
    fn surroundings(&self, id: ContainerId, section: &Section) -> Option<f64> {
        let mut score = 0.0;
        let parent = self.skeleton.containers[id].parent;
        if let Some(owner) = section.owner {
            let direct = parent.is_some_and(|parent| self.sections[parent].contains(&owner.section));
            return Some(if direct { 8.0 } else { -2.0 });
        }
        let ancestors: Vec<&str> = self
            .skeleton
            .ancestors(id)
            .map(|id| self.skeleton.containers[id].name)
            .filter(|n| !n.is_empty())
            .collect();
        for within in &section.title.within {
            match ancestors.iter().position(|name| name == within) {
                Some(0) => score += 6.0,
                Some(_) => score += 4.0,
                None => score -= 6.0,
            }
        }
        let around = self.enclosing(section);
        if let Some(around) = around {
            let names = |path: &Vec<String>| {
                path.last().and_then(|last| ancestors.iter().position(|name| name == last))
            };
            let title = &self.outline.sections[around].title;
            let guesses = title.guesses.iter().filter_map(|g| ancestors.iter().position(|name| name == g));
            match title.names.iter().filter_map(names).chain(guesses).min() {
                Some(0) => score += 3.0,
                Some(_) => score += 2.0,
                None => score -= 1.0,
            }
        }
        Some(score)
    }

    /// The nearest section around this one that is about a container.
    fn enclosing(&self, section: &Section) -> Option<SectionId> {
        let mut at = section.parent;
        // An introduction below a heading that names the same block is no deeper than the heading.
        while let Some(id) = at {
            let outer = &self.outline.sections[id];
            let same =
                section.level == INTRO && section.title.names.iter().any(|n| outer.title.names.contains(n));
            if self.subjects[id] == Subject::Named && !same {
                return Some(id);
            }
            at = outer.parent;
        }
        None
    }

    fn path_of(&self, id: ContainerId) -> Vec<String> {
        let mut path: Vec<String> =
            self.skeleton.ancestors(id).map(|id| self.skeleton.containers[id].name.to_owned()).collect();
        path.pop();
        path.reverse();
        path.push(self.skeleton.containers[id].name.to_owned());
        path
    }

    /// Takes an item for the child that it names, unless a better one is there.
    fn offer_item(&mut self, id: ContainerId, item: ItemId) {
        for (place, path) in self.outline.item(item).names.iter().enumerate() {
            let Some((name, way)) = path.split_last() else { continue };
            let Some(target) = self.skeleton.descend(id, way) else { continue };
            let Some(child) = self.skeleton.containers[target].children.get(name.as_str()) else { continue };
            self.known.insert((item, place));
            let key = (target, name.clone());
            let fits = |item: ItemId| {
                (self.outline.sections[item.section].role == Role::Attributes) != child.settable
            };
            match self.chosen.get(&key) {
                Some(&present) if fits(present) || !fits(item) => {}
                _ => {
                    self.chosen.insert(key, item);
                }
            }
        }
    }

    fn used_sections(&self) -> HashSet<SectionId> {
        self.sections.iter().flatten().copied().collect()
    }

    /// What the chapters on arguments and attributes list and no container has. A list inside an item counts only
    /// where a container took it for its arguments: else it is text.
    fn unbound(&self) -> Vec<Unbound> {
        let used = self.used_sections();
        let mut unbound = Vec::new();
        for (id, section) in self.outline.sections.iter().enumerate() {
            if section.role == Role::Other || (section.level == LIST && !used.contains(&id)) {
                continue;
            }
            for (index, item) in section.items.iter().enumerate() {
                for (place, path) in item.names.iter().enumerate() {
                    if !self.known.contains(&(ItemId { section: id, item: index }, place)) {
                        unbound.push(Unbound { section: section.title.text.clone(), name: path.join(".") });
                    }
                }
            }
        }
        unbound
    }

    fn bindings(&self) -> Bindings {
        let used = self.used_sections();
        let text = |item: &Item| item.text(|section| used.contains(&section));
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

/// A block is usually described soon after the place that mentions it.
fn proximity(section: SectionId, parents: &[SectionId]) -> f64 {
    let distance = parents.iter().filter(|&&parent| parent <= section).map(|parent| section - parent).min();
    distance.map_or(0.0, |distance| 1.0 / (1.0 + distance as f64))
}
