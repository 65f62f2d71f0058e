//! The list of providers, and search over everything that they offer.

use std::collections::BTreeMap;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use cloudoven_crawler::catalog::{Address, Kind};
use serde::Deserialize;

use super::{KINDS, chip, element_url, in_catalog, provider_url, words};
use crate::{
    app::App,
    catalog::{Found, Loaded, ProviderVersion},
    http::ui::{
        layout::{Chip, Layout},
        page::Viewer,
    },
};

/// Hits shown for one search.
const MAX_HITS: usize = 100;

#[derive(Template, WebTemplate)]
#[template(path = "catalog/providers.html")]
pub(super) struct ProvidersPage {
    layout: Layout,
    providers: Vec<ProviderView>,
}

struct ProviderView {
    source: String,
    url: String,
    version: String,
    /// The older versions: version and address.
    older: Vec<(String, String)>,
    resources: usize,
    data_sources: usize,
}

pub(super) async fn providers(State(app): State<App>, viewer: Viewer) -> ProvidersPage {
    let providers = provider_views(&app.catalogs.loaded());
    ProvidersPage { layout: viewer.layout().section("catalog").here("Catalog"), providers }
}

fn provider_views(loaded: &Loaded) -> Vec<ProviderView> {
    let mut by_address: BTreeMap<&Address, Vec<&ProviderVersion>> = BTreeMap::new();
    for version in &loaded.versions {
        by_address.entry(&version.index.provider).or_default().push(version);
    }
    let view = |(address, versions): (&Address, Vec<&ProviderVersion>)| {
        let (newest, older) = versions.split_first()?;
        let count = |kind| newest.index.elements.iter().filter(|e| e.kind == kind).count();
        let link = |v: &&ProviderVersion| (v.index.version.clone(), provider_url(address, &v.index.version));
        Some(ProviderView {
            source: address.source(),
            url: provider_url(address, &newest.index.version),
            version: newest.index.version.clone(),
            older: older.iter().map(link).collect(),
            resources: count(Kind::Resource),
            data_sources: count(Kind::DataSource),
        })
    };
    by_address.into_iter().filter_map(view).collect()
}

#[derive(Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    q: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "catalog/search.html")]
pub(super) struct SearchPage {
    layout: Layout,
    query: String,
    hits: Vec<HitView>,
    /// How the result is summed up.
    total: String,
}

struct HitView {
    chip: Chip,
    name: String,
    summary: String,
    source: String,
    url: String,
    deprecated: bool,
}

pub(super) async fn search(
    State(app): State<App>,
    viewer: Viewer,
    Query(search): Query<Search>,
) -> SearchPage {
    let hits: Vec<HitView> =
        app.catalogs.search(&search.q, MAX_HITS).into_iter().map(HitView::from).collect();
    let total = match hits.len() {
        0 => String::new(),
        MAX_HITS => format!("The best {MAX_HITS}; add a word to narrow it down."),
        _ => KINDS.into_iter().filter_map(|kind| tally(&hits, kind)).collect::<Vec<_>>().join(", "),
    };
    let layout = in_catalog(viewer.layout()).here("Search");
    SearchPage { layout, query: search.q, hits, total }
}

fn tally(hits: &[HitView], kind: Kind) -> Option<String> {
    let n = hits.iter().filter(|h| h.chip.label == kind.keyword()).count();
    let (one, many) = words(kind);
    (n > 0).then(|| crate::http::ui::layout::count(n, one, many))
}

impl From<Found> for HitView {
    fn from(found: Found) -> HitView {
        HitView {
            chip: chip(found.kind),
            url: element_url(&found.address, &found.version, found.kind, &found.name),
            name: found.name,
            summary: found.summary,
            source: found.provider,
            deprecated: found.deprecated,
        }
    }
}
