//! What the sections of a page leave over: items that stand in the wrong place, containers that the page passes over
//! because another one is the same, and the names that no container has.

use std::collections::HashMap;

use super::{
    Unbound,
    bind::{Binder, Key, Subject},
    outline::{ItemId, LIST, SectionId},
    skeleton::ContainerId,
    title::Role,
};

/// Parts of a container that must be alike for it to be taken for a twin of one elsewhere.
const ALIKE: usize = 3;

impl Binder<'_> {
    /// Offers items that no container of their section has to the containers around it: an argument of the element
    /// listed after the last block's. Then headings that are names, and names that occur once on either side.
    pub fn adopt_strays(&mut self) {
        let mut containers: Vec<Vec<ContainerId>> = vec![Vec::new(); self.outline.sections.len()];
        for (container, sections) in self.sections.iter().enumerate() {
            for &section in sections {
                containers[section].push(container);
            }
        }
        for implied in [false, true] {
            for (section, containers) in containers.iter().enumerate() {
                if !self.is_bindable(section) {
                    continue;
                }
                for index in 0..self.outline.sections[section].items.len() {
                    let item = ItemId { section, item: index };
                    if self.outline.item(item).implied != implied {
                        continue;
                    }
                    // A chapter that lists nothing but headings was no container's.
                    let root = implied && containers.is_empty() && self.about_root[section];
                    self.adopt(item, if root { &[0] } else { containers });
                }
            }
        }
        self.match_unique_names();
    }

    fn adopt(&mut self, item: ItemId, containers: &[ContainerId]) {
        for (place, path) in self.outline.item(item).names.iter().enumerate() {
            if self.known.contains(&(item, place)) {
                continue;
            }
            for &container in containers {
                let around = std::iter::once(container).chain(self.skeleton.ancestors(container));
                let free = |key: &Key| !self.chosen.contains_key(key);
                if let Some(key) = around.filter_map(|id| self.child(id, path)).find(free) {
                    self.known.insert((item, place));
                    self.chosen.insert(key, item);
                }
            }
        }
    }

    /// Whether what a section lists may be an argument or attribute. A list inside an item counts only where a
    /// container took it: else it is text.
    fn is_bindable(&self, id: SectionId) -> bool {
        let section = &self.outline.sections[id];
        matches!(section.role, Role::Arguments | Role::Attributes)
            && (section.level != LIST || self.used.contains(&id))
    }

    fn match_unique_names(&mut self) {
        let mut listed: HashMap<&str, Vec<(ItemId, usize)>> = HashMap::new();
        for (id, section) in self.outline.sections.iter().enumerate() {
            if !self.is_bindable(id) || self.subjects[id] == Subject::Foreign {
                continue;
            }
            for (index, item) in section.items.iter().enumerate() {
                for (place, path) in item.names.iter().enumerate() {
                    let at = (ItemId { section: id, item: index }, place);
                    if let ([name], false) = (&path[..], item.implied || self.known.contains(&at)) {
                        listed.entry(name).or_default().push(at);
                    }
                }
            }
        }
        let mut having: HashMap<&str, Vec<ContainerId>> = HashMap::new();
        for (id, container) in self.skeleton.containers.iter().enumerate() {
            container.children.keys().for_each(|name| having.entry(name).or_default().push(id));
        }
        for (name, items) in listed {
            let [(item, place)] = items[..] else { continue };
            if let Some(&[only]) = having.get(name).map(Vec::as_slice)
                && !self.chosen.contains_key(&(only, name.to_owned()))
            {
                self.known.insert((item, place));
                self.chosen.insert((only, name.to_owned()), item);
            }
        }
    }

    /// A container that the page says nothing of, made like one that it describes: pages describe `label_selector` and
    /// mean every selector. A twin has the same names inside at any depth; the same parent or the same name, or enough
    /// names that it cannot be chance.
    pub fn copy_twins(&mut self) {
        let shapes = self.skeleton.shapes();
        let mut by_shape: HashMap<u64, Vec<ContainerId>> = HashMap::new();
        for (id, (shape, parts)) in shapes.iter().enumerate().skip(1) {
            if *parts >= 2 {
                by_shape.entry(*shape).or_default().push(id);
            }
        }
        for (id, (shape, parts)) in shapes.iter().enumerate().skip(1) {
            if *parts < 2 || self.is_documented(id) {
                continue;
            }
            let container = &self.skeleton.containers[id];
            let twins = by_shape[shape].iter().copied().filter(|&twin| self.is_documented(twin));
            let nearness = |&twin: &ContainerId| {
                let other = &self.skeleton.containers[twin];
                let (sibling, namesake) = (other.parent == container.parent, other.name == container.name);
                (sibling || namesake || *parts >= ALIKE).then_some((namesake, sibling))
            };
            let best = twins.filter_map(|twin| Some((nearness(&twin)?, twin)));
            if let Some((_, twin)) = best.max_by_key(|(nearness, twin)| (*nearness, std::cmp::Reverse(*twin)))
            {
                self.copy(twin, id);
            }
        }
    }

    fn is_documented(&self, id: ContainerId) -> bool {
        let mut names = self.skeleton.containers[id].children.keys();
        names.any(|name| self.chosen.contains_key(&(id, (*name).to_owned())))
    }

    fn copy(&mut self, from: ContainerId, to: ContainerId) {
        let names: Vec<&str> = self.skeleton.containers[from].children.keys().copied().collect();
        for name in names {
            if let Some(&item) = self.chosen.get(&(from, name.to_owned())) {
                self.chosen.entry((to, name.to_owned())).or_insert(item);
            }
        }
    }

    /// What the chapters on arguments and attributes list and no container has.
    pub fn unbound(&self) -> Vec<Unbound> {
        let mut unbound = Vec::new();
        for (id, section) in self.outline.sections.iter().enumerate() {
            if !self.is_bindable(id) || section.title.is_about_timeouts() {
                continue;
            }
            for (index, item) in section.items.iter().enumerate().filter(|(_, item)| !item.implied) {
                for (place, path) in item.names.iter().enumerate() {
                    if !self.known.contains(&(ItemId { section: id, item: index }, place)) {
                        unbound.push(Unbound { section: section.title.text.clone(), name: path.join(".") });
                    }
                }
            }
        }
        unbound
    }
}
