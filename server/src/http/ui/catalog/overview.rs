//! The list of providers.

use std::collections::BTreeMap;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use cloudoven_crawler::catalog::{Address, Kind};

use super::provider_url;
use crate::{
    app::App,
    catalog::{Loaded, ProviderVersion},
    http::ui::{layout::Layout, page::Viewer},
};

#[derive(Template, WebTemplate)]
#[template(path = "catalog/providers.html")]
pub(super) struct ProvidersPage {
    layout: Layout,
    providers: Vec<ProviderView>,
    /// Whether the person may add providers.
    is_admin: bool,
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
    let is_admin = viewer.actor.is_admin;
    ProvidersPage { layout: viewer.layout().section("catalog").here("Catalog"), providers, is_admin }
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
