//! Documentation pages → docs on every argument of the schema.
//!
//! A page is read in four steps: `reader` (markdown → HTML → `parts`; `site` finds the page in a site's HTML), `outline`
//! (parts → sections with items; `title`, `introduction`, `item` and `table` read a heading, a paragraph before a list, a
//! bullet and a table of arguments), `bind` (sections → the schema's containers, `fit` scores, `strays` places what is
//! left), `facts` (text → defaults, values, …). `chapters` reads what is not about arguments, `examples` mines the HCL
//! of all pages for what refers to what.

mod bind;
mod chapters;
pub mod examples;
mod facts;
mod fit;
mod introduction;
mod item;
mod outline;
pub mod page;
mod parts;
mod prepare;
mod reader;
mod site;
mod skeleton;
mod strays;
mod table;
mod title;

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

pub use page::Page;
pub use reader::html_of;

use crate::{
    catalog::{Address, Block, Function, Kind},
    source::PageText,
};

/// All pages of a provider, findable by element.
#[derive(Debug, Default)]
pub struct Pages {
    pages: Vec<Page>,
    by_path: HashMap<(Kind, String), usize>,
    by_mention: HashMap<(Kind, String), usize>,
    by_example: HashMap<(Kind, String), usize>,
}

/// The folders that pages of a kind stand in; the short ones are those of old websites.
const FOLDERS: [(&str, Kind); 9] = [
    ("resources", Kind::Resource),
    ("resource", Kind::Resource),
    ("r", Kind::Resource),
    ("data-sources", Kind::DataSource),
    ("data_sources", Kind::DataSource),
    ("data-source", Kind::DataSource),
    ("d", Kind::DataSource),
    ("ephemeral-resources", Kind::EphemeralResource),
    ("functions", Kind::Function),
];
/// Folders of pages that describe no element, or one in another language.
const OTHER_FOLDERS: [&str; 2] = ["guides", "cdktf"];

impl Pages {
    /// Reads pages given by path inside the documentation folder.
    pub fn read(texts: &BTreeMap<String, PageText>) -> Self {
        let texts: Vec<_> = texts.iter().filter(|(path, _)| !is_other(path)).collect();
        let read: Vec<_> = texts.par_iter().filter_map(|(path, text)| read(path, text)).collect();
        let mut pages = Pages::default();
        for (kind, name, page) in read {
            let id = pages.pages.len();
            for mention in &page.mentions {
                pages.by_mention.entry((kind, mention.clone())).or_insert(id);
            }
            if let Some(name) = &page.exemplified {
                pages.by_example.entry((kind, name.clone())).or_insert(id);
            }
            if let Some(name) = name {
                pages.by_path.insert((kind, name), id);
            }
            pages.pages.push(page);
        }
        pages
    }

    /// The page about an element: by its name, by its name without the provider's prefix, else the page of its kind
    /// that has the name in its title or in a heading, else the one whose examples configure it most.
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
                .or_else(|| self.by_mention.get(&(kind, name.to_owned())))
                .or_else(|| self.by_example.get(&(kind, name.to_owned()))),
        };
        found.copied()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Page> {
        self.pages.iter()
    }
}

fn is_other(path: &str) -> bool {
    path.split('/').any(|folder| OTHER_FOLDERS.contains(&folder))
}

/// Reads a page that describes an element, by its path or, where that doesn't say so, by its title.
fn read(path: &str, text: &PageText) -> Option<(Kind, Option<String>, Page)> {
    match place(path) {
        Some((kind, name)) => Some((kind, Some(name), page::read(path, text))),
        None => {
            let page = page::read(path, text);
            page.kind.map(|kind| (kind, None, page))
        }
    }
}

/// `resources/subnet.html.markdown` and `docs/r/subnet/index.html` → the resource `subnet`; `None` where the path names
/// no element.
fn place(path: &str) -> Option<(Kind, String)> {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.split('.').next().filter(|stem| !stem.is_empty())?;
    if folders.is_empty() {
        return (stem == "index").then(|| (Kind::Provider, stem.to_owned()));
    }
    let mut folders = folders.rsplit('/');
    let (mut folder, mut name) = (folders.next()?, stem);
    if let ("index", Some(outer)) = (stem, folders.next()) {
        (folder, name) = (outer, folder);
    }
    let kind = FOLDERS.iter().find(|(known, _)| *known == folder)?.1;
    Some((kind, name.to_owned()))
}

/// The address of a page on a registry.
///
/// Source: <https://developer.hashicorp.com/terraform/registry/providers/docs>
pub fn registry_url(address: &Address, version: &str, kind: Kind, page: &Page) -> String {
    if address.is_builtin() {
        return String::new();
    }
    let docs =
        format!("https://{}/providers/{}/{}/{version}/docs", address.host, address.namespace, address.name);
    match (kind, place(&page.path)) {
        (Kind::Provider, _) => docs,
        (kind, Some((_, slug))) => format!("{docs}/{}/{slug}", kind.folder()),
        (_, None) => String::new(),
    }
}

/// Puts what the page says on the parameters that the schema has no description of.
pub fn function(function: &mut Function, page: &Page) {
    let items = page.outline.sections.iter().filter(|section| section.role == title::Role::Arguments);
    let items: Vec<_> = items.flat_map(|section| &section.items).collect();
    for parameter in function.parameters.iter_mut().chain(&mut function.variadic) {
        let named = |item: &&&item::Item| item.names.iter().any(|path| path[..] == [parameter.name.clone()]);
        if parameter.description.is_empty()
            && let Some(item) = items.iter().find(named)
        {
            parameter.description = item.text(|_| false);
        }
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
