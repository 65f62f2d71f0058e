//! Documentation pages → docs on every argument of the schema.
//!
//! A page is read in four steps: `parts` (markdown → HTML → blocks), `outline` (blocks → sections with items; `title`
//! and `item` read a heading and a bullet), `bind` (sections → the schema's containers), `facts` (text → defaults,
//! values, …). `examples` mines the HCL of all pages for what refers to what.

mod bind;
pub mod examples;
mod facts;
mod fit;
mod introduction;
mod item;
mod outline;
pub mod page;
mod parts;
mod prepare;
mod skeleton;
mod strays;
mod title;

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

pub use page::Page;

use crate::{
    catalog::{Block, Kind},
    source::PageText,
};

/// All pages of a provider, findable by element.
#[derive(Debug, Default)]
pub struct Pages {
    pages: Vec<Page>,
    by_path: HashMap<(Kind, String), usize>,
    by_mention: HashMap<(Kind, String), usize>,
}

/// The folders that pages of a kind stand in; the short ones are those of old websites.
const FOLDERS: [(&str, Kind); 6] = [
    ("resources/", Kind::Resource),
    ("r/", Kind::Resource),
    ("data-sources/", Kind::DataSource),
    ("d/", Kind::DataSource),
    ("ephemeral-resources/", Kind::EphemeralResource),
    ("functions/", Kind::Function),
];

impl Pages {
    /// Reads pages given by path inside the documentation folder.
    pub fn read(texts: &BTreeMap<String, PageText>) -> Self {
        let known: Vec<_> =
            texts.iter().filter_map(|(path, text)| Some((path, text, place(path)?))).collect();
        let read: Vec<_> = known
            .par_iter()
            .map(|(path, text, (kind, name))| (*kind, name.clone(), page::read(path, text)))
            .collect();
        let mut pages = Pages::default();
        for (kind, name, page) in read {
            let id = pages.pages.len();
            for mention in &page.mentions {
                pages.by_mention.entry((kind, mention.clone())).or_insert(id);
            }
            pages.by_path.insert((kind, name), id);
            pages.pages.push(page);
        }
        pages
    }

    /// The page about an element: by its name, by its name without the provider's prefix, else the page of its kind
    /// that has the name in its title or in a heading.
    pub fn of(&self, kind: Kind, name: &str) -> Option<&Page> {
        self.id_of(kind, name).map(|id| &self.pages[id])
    }

    /// The pages that are about none of these elements, by path.
    pub fn unmatched<'a>(&self, elements: impl IntoIterator<Item = (Kind, &'a str)>) -> Vec<&Page> {
        let matched: HashSet<usize> =
            elements.into_iter().filter_map(|(kind, name)| self.id_of(kind, name)).collect();
        let pages = self.pages.iter().enumerate();
        pages.filter(|(id, _)| !matched.contains(id)).map(|(_, page)| page).collect()
    }

    fn id_of(&self, kind: Kind, name: &str) -> Option<usize> {
        let short = name.split_once('_').map_or(name, |(_, short)| short);
        let by_path = |name: &str| self.by_path.get(&(kind, name.to_owned()));
        let found = match kind {
            Kind::Provider => by_path("index"),
            _ => by_path(name)
                .or_else(|| by_path(short))
                .or_else(|| self.by_mention.get(&(kind, name.to_owned()))),
        };
        found.copied()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Page> {
        self.pages.iter()
    }
}

/// `resources/subnet.html.markdown` → the resource `subnet`; `None` for guides and the like.
fn place(path: &str) -> Option<(Kind, String)> {
    let stem = |file: &str| file.split('.').next().map(str::to_owned).filter(|name| !name.is_empty());
    let in_folder = FOLDERS.iter().find_map(|(folder, kind)| Some((*kind, path.strip_prefix(folder)?)));
    match in_folder {
        Some((kind, file)) => Some((kind, stem(file)?)),
        None if path.starts_with("index.") => Some((Kind::Provider, "index".into())),
        None => None,
    }
}

/// An argument or attribute that a page lists and the schema lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unbound {
    /// The heading, introduction or item that it is listed under, without markup.
    pub section: String,
    /// As the page writes it, dotted or not.
    pub name: String,
}

/// Puts what the page says on the nodes of the element's block tree; returns what it says of nothing in there, in page
/// order.
pub fn document(block: &mut Block, page: &Page) -> Vec<Unbound> {
    let skeleton = skeleton::Skeleton::new(block);
    let (mut bindings, unbound) = bind::bind(&page.outline, &skeleton);
    skeleton::apply(block, &mut bindings);
    facts::complete(block);
    unbound
}

/// The same for an element without a page, from the schema's own descriptions.
pub fn without_page(block: &mut Block) -> Vec<Unbound> {
    facts::complete(block);
    Vec::new()
}
