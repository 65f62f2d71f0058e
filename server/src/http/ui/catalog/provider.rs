//! One version of a provider: its elements by subcategory.

use std::collections::BTreeMap;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, State},
    response::Redirect,
};
use cloudoven_crawler::catalog::{Address, Entry, Index, Kind};
use serde::Deserialize;

use super::{KINDS, VersionLink, chip, element_url, find, in_catalog, provider_url, words};
use crate::{
    app::App,
    catalog::Loaded,
    error::Error,
    http::ui::{
        layout::{Chip, Layout, count},
        page::{PageResult, Viewer},
    },
};

#[derive(Template, WebTemplate)]
#[template(path = "catalog/provider.html")]
pub(super) struct ProviderPage {
    layout: Layout,
    source: String,
    version: String,
    versions: Vec<VersionLink>,
    /// The page of the provider's own configuration block, where it has one.
    configuration: Option<String>,
    /// "1,124 resources, 310 data sources".
    total: String,
    groups: Vec<Group>,
}

/// The elements of one subcategory.
struct Group {
    title: String,
    entries: Vec<EntryView>,
}

struct EntryView {
    chip: Chip,
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
        configuration: configuration.map(|e| element_url(&address, &path.version, e.kind, &e.name)),
        total: total(index),
        groups: groups(index),
    })
}

fn versions(loaded: &Loaded, current: &Index) -> Vec<VersionLink> {
    let link = |index: &Index| VersionLink {
        version: index.version.clone(),
        url: provider_url(&index.provider, &index.version),
        current: index.version == current.version,
    };
    loaded.of_provider(&current.provider).map(|v| link(&v.index)).collect()
}

fn total(index: &Index) -> String {
    let part = |kind: Kind| {
        let n = index.elements.iter().filter(|e| e.kind == kind).count();
        let (one, many) = words(kind);
        (n > 0 && kind != Kind::Provider).then(|| count(n, one, many))
    };
    KINDS.into_iter().filter_map(part).collect::<Vec<_>>().join(", ")
}

/// By subcategory; those without one come last.
fn groups(index: &Index) -> Vec<Group> {
    let mut by_subcategory: BTreeMap<(bool, &str), Vec<&Entry>> = BTreeMap::new();
    for entry in index.elements.iter().filter(|e| e.kind != Kind::Provider) {
        let key = (entry.subcategory.is_empty(), entry.subcategory.as_str());
        by_subcategory.entry(key).or_default().push(entry);
    }
    let only = by_subcategory.len() == 1;
    let group = |((bare, title), mut entries): ((bool, &str), Vec<&Entry>)| {
        entries.sort_by(|a, b| (&a.name, a.kind).cmp(&(&b.name, b.kind)));
        let title = if !bare {
            title
        } else if only {
            "Everything"
        } else {
            "Without a category"
        };
        Group {
            title: title.to_owned(),
            entries: entries.into_iter().map(|e| entry_view(index, e)).collect(),
        }
    };
    by_subcategory.into_iter().map(group).collect()
}

fn entry_view(index: &Index, entry: &Entry) -> EntryView {
    EntryView {
        chip: chip(entry.kind),
        name: entry.name.clone(),
        summary: entry.summary.clone(),
        url: element_url(&index.provider, &index.version, entry.kind, &entry.name),
        deprecated: entry.deprecated,
    }
}
