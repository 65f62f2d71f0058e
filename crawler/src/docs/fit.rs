//! How well a section suits a container, and the sections that suit it best.

use std::{collections::HashSet, sync::LazyLock};

use regex::Regex;

use super::{
    bind::{Binder, MAX_CANDIDATES, Subject},
    outline::{INTRO, Section, SectionId},
    skeleton::{ContainerId, normal},
    title::Role,
};

/// Sections that are considered as lookalikes; hardly an author writes so many.
const MAX_LOOKALIKES: usize = 500;

/// A name that an item's text sends the reader to: "a list of `link` blocks as defined below", "the same as `source`".
static ALIAS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)`([a-z][a-z0-9_.]*)`\s+(?:nested\s+|configuration\s+|sub-?)*(?:blocks?|objects?|structures?|elements?|below|above)\b|\b(?:same|see|like)\s+(?:\w+\s+){0,4}`([a-z][a-z0-9_.]*)`",
    )
});

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid pattern")
}

/// Names that one item's text may send the reader to.
const MAX_NAMES: usize = 8;

/// Where a container's own item leads.
#[derive(Default)]
struct Leads {
    /// By a link or a quoted heading.
    linked: Vec<SectionId>,
    /// By another name: "a list of `link` blocks as defined below", "the same as `source`".
    alias: Vec<SectionId>,
}

impl Binder<'_> {
    /// The section that fits a container best, of those about arguments and of those about attributes. Where none is
    /// about it, one that lists the same names.
    pub fn best_sections(&self, id: ContainerId) -> Vec<SectionId> {
        let name = self.skeleton.containers[id].name;
        let leads = self.leads(id);
        let named = self.by_name.get(name).into_iter().flatten();
        let mut best: [Option<(f64, SectionId)>; 2] = [None, None];
        for &section in named.chain(&leads.linked).chain(&leads.alias) {
            let Some(score) = self.score(id, section, &leads) else { continue };
            let slot = &mut best[usize::from(self.outline.sections[section].role == Role::Attributes)];
            if slot.is_none_or(|(highest, _)| score > highest) {
                *slot = Some((score, section));
            }
        }
        let found: Vec<_> = best.into_iter().flatten().map(|(_, section)| section).collect();
        if !found.is_empty() {
            return found;
        }
        self.of_wrapper(id).or_else(|| self.lookalike(id)).into_iter().collect()
    }

    /// A section about the container around this one that lists nothing of that, but of this one: pages leave out
    /// a level that holds nothing else.
    fn of_wrapper(&self, id: ContainerId) -> Option<SectionId> {
        let wrapper = self.skeleton.containers[id].parent.filter(|&parent| parent != 0)?;
        let named = self.by_name.get(self.skeleton.containers[wrapper].name).into_iter().flatten().copied();
        named.into_iter().find(|&section| {
            let (total, known) = self.overlap(id, section);
            known > 0 && known * 5 >= total * 4 && self.overlap(wrapper, section).1 == 0
        })
    }

    /// A section nearly all of whose items are the container's and nearly all of them. It must be many where the section
    /// is another container's (one that is the same, or holds itself); few will do where its title starts like the
    /// container's name.
    fn lookalike(&self, id: ContainerId) -> Option<SectionId> {
        let container = &self.skeleton.containers[id];
        let children = container.children.len() as f64;
        let own_name = normal(container.name);
        let fits = |&section: &SectionId| {
            // Most list nothing of the container: seen at once.
            let (total, known) = self.overlap_of(id, std::iter::once(&self.outline.sections[section]));
            if total > 0 && known == 0 {
                return None;
            }
            let (total, known) = self.overlap(id, section);
            let (precision, coverage) = (known as f64 / total.max(1) as f64, known as f64 / children);
            let guesses =
                self.outline.sections[section].title.guesses.iter().flatten().filter_map(|p| p.last());
            let alike = guesses.map(|guess| normal(guess)).any(|guess| {
                guess.len() > 3 && (own_name.starts_with(&guess) || guess.starts_with(&own_name))
            });
            let taken = matches!(self.subjects[section], Subject::Named(_)) || self.used.contains(&section);
            let enough = match (taken, alike) {
                (true, _) => known >= 4 && precision >= 0.8 && coverage >= 0.8,
                (false, true) => known >= 1 && precision >= 0.5,
                (false, false) => known >= 2 && precision >= 0.8 && coverage >= 0.6,
            };
            enough.then_some((precision + coverage + f64::from(u8::from(alike)), section))
        };
        let candidates = (1..self.outline.sections.len()).filter(|id| {
            let section = &self.outline.sections[*id];
            matches!(section.role, Role::Arguments | Role::Attributes)
                && section.level > 2
                && section.title.path.is_none()
        });
        let best = candidates.take(MAX_LOOKALIKES).filter_map(|section| fits(&section));
        best.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, section)| section)
    }

    fn leads(&self, id: ContainerId) -> Leads {
        let container = &self.skeleton.containers[id];
        let Some(&item) =
            container.parent.and_then(|parent| self.chosen.get(&(parent, container.name.to_owned())))
        else {
            return Leads::default();
        };
        let item = self.outline.item(item);
        let links = item.links.iter().filter_map(|link| self.by_anchor.get(link.as_str()).copied());
        let mut linked: Vec<SectionId> = links.collect();
        let text = item.lead.to_lowercase();
        if linked.is_empty() && text.contains("below") {
            let sections = self.outline.sections.iter().enumerate();
            let quoted = sections.filter(|(_, section)| {
                let words = &section.title.words;
                section.level > 2 && words.len() > 4 && text.contains(words.as_str())
            });
            linked.extend(quoted.max_by_key(|(_, section)| section.title.words.len()).map(|(id, _)| id));
        }
        let names: Vec<&str> = ALIAS
            .captures_iter(&item.lead)
            .filter_map(|found| found.get(1).or(found.get(2)))
            .filter_map(|name| name.as_str().rsplit('.').next())
            .take(MAX_NAMES)
            .collect();
        let alias = if names.contains(&container.name) {
            Vec::new()
        } else {
            let sections = names.iter().filter_map(|name| self.by_title.get(name)).flatten().copied();
            sections.take(MAX_CANDIDATES).collect()
        };
        Leads { linked, alias }
    }

    /// How well `section` fits the container; `None`: not at all.
    fn score(&self, id: ContainerId, section_id: SectionId, leads: &Leads) -> Option<f64> {
        let section = &self.outline.sections[section_id];
        let container = &self.skeleton.containers[id];
        if let Some(path) = &section.title.path {
            return (self.path_of(id) == *path).then_some(1000.0);
        }
        let (total, known) = self.overlap(id, section_id);
        if known == 0 {
            return None;
        }
        let precision = known as f64 / total as f64;
        let mut score = 4.0 * precision + known as f64 / container.children.len() as f64;
        let linked = leads.linked.contains(&section_id);
        let led = linked || leads.alias.contains(&section_id);
        if let Subject::Named(paths) = &self.subjects[section_id] {
            let own = paths.iter().filter(|(_, name)| *name == container.name);
            match own.filter(|(around, _)| self.skeleton.is_around(id, around)).map(|p| p.0.len()).max() {
                Some(length) => score += 3.0 * length as f64,
                None if led => {}
                None => return None,
            }
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
        let mut sections = Vec::new();
        self.with_inherited(id, section, &mut HashSet::new(), &mut sections);
        self.overlap_of(id, sections.iter().map(|&section| &self.outline.sections[section]))
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
        if let Some(Subject::Named(around)) = self.enclosing(section).map(|id| &self.subjects[id]) {
            let nearest =
                around.iter().filter_map(|(_, name)| ancestors.iter().position(|ancestor| ancestor == name));
            match nearest.min() {
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
            if matches!(self.subjects[id], Subject::Named(_)) && !same {
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
}

/// A block is usually described soon after the place that mentions it.
fn proximity(section: SectionId, parents: &[SectionId]) -> f64 {
    let distance = parents.iter().filter(|&&parent| parent <= section).map(|parent| section - parent).min();
    distance.map_or(0.0, |distance| 1.0 / (1.0 + distance as f64))
}
