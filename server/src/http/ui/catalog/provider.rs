//! One version of a provider: its elements by subcategory.

use std::collections::{BTreeMap, HashSet};

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, Query, State},
    response::Redirect,
};
use cloudoven_crawler::catalog::{Address, Entry, Index, Kind};
use serde::Deserialize;

use super::{KINDS, VersionLink, chip, diff_url, element_url, find, in_catalog, provider_url, slug, words};
use crate::{
    app::App,
    catalog::Loaded,
    error::Error,
    http::ui::{
        layout::{Chip, Layout, count},
        page::{PageResult, Viewer},
        providers::quality_url,
    },
};

#[derive(Template, WebTemplate)]
#[template(path = "catalog/provider.html")]
pub(super) struct ProviderPage {
    layout: Layout,
    source: String,
    version: String,
    versions: Vec<VersionLink>,
    /// Where this version is compared with the one before it.
    compare: Option<String>,
    /// Who a move to this version would break.
    impact: String,
    /// How well it is documented; for administrators.
    quality: String,
    /// The page of the provider's own configuration block, where it has one.
    configuration: Option<String>,
    /// "1,124 resources, 310 data sources".
    total: String,
    kinds: Vec<KindFilter>,
    /// What the list is narrowed down to at first.
    query: String,
    groups: Vec<Group>,
}

/// A kind to narrow the list down to; without a slug, all of them.
struct KindFilter {
    slug: &'static str,
    label: &'static str,
    count: usize,
    chosen: bool,
}

/// The elements of one subcategory.
struct Group {
    id: String,
    title: String,
    entries: Vec<EntryView>,
}

struct EntryView {
    chip: Chip,
    slug: &'static str,
    name: String,
    summary: String,
    url: String,
    deprecated: bool,
}

/// The address parts of a provider.
#[derive(Debug, Deserialize)]
pub(super) struct ProviderPath {
    host: String,
    namespace: String,
    name: String,
    #[serde(default)]
    version: String,
}

/// What the list is narrowed down to at first.
#[derive(Debug, Deserialize)]
pub(super) struct Narrowed {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
}

pub(super) async fn newest(
    State(app): State<App>,
    _: Viewer,
    Path(path): Path<ProviderPath>,
) -> PageResult<Redirect> {
    let address = Address { host: path.host, namespace: path.namespace, name: path.name };
    let loaded = app.catalogs.loaded();
    let newest = loaded.of_provider(&address).next().ok_or(Error::NotFound("provider"))?;
    Ok(Redirect::to(&provider_url(&address, &newest.index.version)))
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    Path(path): Path<ProviderPath>,
    Query(narrowed): Query<Narrowed>,
) -> PageResult<ProviderPage> {
    let address = Address { host: path.host, namespace: path.namespace, name: path.name };
    let loaded = app.catalogs.loaded();
    let index = &find(&loaded, &address, &path.version)?.index;
    let configuration = index.elements.iter().find(|e| e.kind == Kind::Provider);
    Ok(ProviderPage {
        layout: in_catalog(viewer.layout()).here(address.source()),
        source: address.source(),
        version: path.version.clone(),
        versions: versions(&loaded, index),
        compare: compare(&loaded, index),
        impact: format!("{}/impact", provider_url(&address, &path.version)),
        quality: quality_url(&address, &path.version),
        configuration: configuration.map(|e| element_url(&address, &path.version, e.kind, &e.name)),
        total: total(index),
        kinds: kinds(index, &narrowed.kind),
        query: narrowed.q,
        groups: groups(index),
    })
}

fn versions(loaded: &Loaded, current: &Index) -> Vec<VersionLink> {
    let link = |index: &Index| VersionLink {
        version: index.version.clone(),
        url: provider_url(&index.provider, &index.version),
        current: index.version == current.version,
        note: "",
    };
    loaded.of_provider(&current.provider).map(|v| link(&v.index)).collect()
}

/// With the next older version, or for the oldest with the next newer one.
fn compare(loaded: &Loaded, current: &Index) -> Option<String> {
    let versions: Vec<&str> =
        loaded.of_provider(&current.provider).map(|v| v.index.version.as_str()).collect();
    let at = versions.iter().position(|v| *v == current.version)?;
    match (versions.get(at + 1), at.checked_sub(1).and_then(|i| versions.get(i))) {
        (Some(older), _) => Some(diff_url(&current.provider, older, &current.version)),
        (None, Some(newer)) => Some(diff_url(&current.provider, &current.version, newer)),
        (None, None) => None,
    }
}

fn of_kind(index: &Index, kind: Kind) -> usize {
    index.elements.iter().filter(|e| e.kind == kind).count()
}

fn total(index: &Index) -> String {
    let part = |kind: Kind| {
        let n = of_kind(index, kind);
        let (one, many) = words(kind);
        (n > 0 && kind != Kind::Provider).then(|| count(n, one, many))
    };
    KINDS.into_iter().filter_map(part).collect::<Vec<_>>().join(", ")
}

/// None where there is only one kind.
fn kinds(index: &Index, chosen: &str) -> Vec<KindFilter> {
    let kinds = KINDS.into_iter().filter(|k| *k != Kind::Provider);
    let present: Vec<KindFilter> = kinds
        .map(|kind| KindFilter {
            slug: slug(kind),
            label: match kind {
                Kind::Resource => "Resources",
                Kind::DataSource => "Data sources",
                Kind::EphemeralResource => "Ephemeral",
                Kind::Function | Kind::Provider => "Functions",
            },
            count: of_kind(index, kind),
            chosen: slug(kind) == chosen,
        })
        .filter(|filter| filter.count > 0)
        .collect();
    if present.len() < 2 {
        return Vec::new();
    }
    let all = KindFilter {
        slug: "",
        label: "All",
        count: present.iter().map(|filter| filter.count).sum(),
        chosen: !present.iter().any(|filter| filter.chosen),
    };
    std::iter::once(all).chain(present).collect()
}

/// By subcategory; those without one come last.
fn groups(index: &Index) -> Vec<Group> {
    let mut by_subcategory: BTreeMap<(bool, String, &str), Vec<&Entry>> = BTreeMap::new();
    for entry in index.elements.iter().filter(|e| e.kind != Kind::Provider) {
        let title = entry.subcategory.as_str();
        let key = (title.is_empty(), title.to_lowercase(), title);
        by_subcategory.entry(key).or_default().push(entry);
    }
    let only = by_subcategory.len() == 1;
    let mut taken = HashSet::new();
    let group = |((bare, _, title), mut entries): ((bool, String, &str), Vec<&Entry>)| {
        entries.sort_by(|a, b| (&a.name, a.kind).cmp(&(&b.name, b.kind)));
        let title = if !bare {
            title
        } else if only {
            "Everything"
        } else {
            "Without a category"
        };
        Group {
            id: anchor(title, &mut taken),
            title: title.to_owned(),
            entries: entries.into_iter().map(|e| entry_view(index, e)).collect(),
        }
    };
    by_subcategory.into_iter().map(group).collect()
}

/// The anchor of a group, from its title; titles that differ only in signs get a number.
fn anchor(title: &str, taken: &mut HashSet<String>) -> String {
    let words = title.to_lowercase();
    let words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let name = format!("category-{}", words.collect::<Vec<_>>().join("-"));
    let numbered = (2..).map(|n| format!("{name}-{n}"));
    let free = std::iter::once(name.clone()).chain(numbered).find(|id| !taken.contains(id)).unwrap_or(name);
    taken.insert(free.clone());
    free
}

fn entry_view(index: &Index, entry: &Entry) -> EntryView {
    EntryView {
        chip: chip(entry.kind),
        slug: slug(entry.kind),
        name: entry.name.clone(),
        summary: entry.summary.clone(),
        url: element_url(&index.provider, &index.version, entry.kind, &entry.name),
        deprecated: entry.deprecated,
    }
}
