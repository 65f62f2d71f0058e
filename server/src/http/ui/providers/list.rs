//! Every provider version in the catalog, and the newest crawls.

use std::collections::BTreeMap;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use cloudoven_crawler::catalog::{Address, QualityReport};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::{Admin, crawls::Crawls, percent, quality_url};
use crate::{
    app::App,
    catalog::ProviderVersion,
    error::Result,
    http::{
        api::Cursor,
        ui::{
            layout::{Layout, Moment},
            page::PageResult,
        },
    },
};

/// Reports read at the same time.
const CONCURRENCY: usize = 16;

#[derive(Template, WebTemplate)]
#[template(path = "providers/page.html")]
pub(super) struct ProvidersPage {
    layout: Layout,
    crawls: Crawls,
    providers: Vec<ProviderView>,
    any_crawl: bool,
}

struct ProviderView {
    source: String,
    /// The address, host included.
    address: String,
    /// Whether its registry may be asked.
    known: bool,
    versions: Vec<VersionView>,
}

struct VersionView {
    version: String,
    /// Its page in the catalog.
    url: String,
    quality: String,
    id: String,
    crawled: Option<Moment>,
    elements: usize,
    /// The share of arguments with docs; nothing where no report was kept.
    documented: String,
    problems: u32,
}

pub(super) async fn page(
    State(app): State<App>,
    admin: Admin,
    Query(page): Query<Cursor>,
) -> PageResult<ProvidersPage> {
    let crawls = Crawls::load(&app, &admin, page.cursor.as_deref()).await?;
    let loaded = app.catalogs.loaded();
    let views: Vec<VersionView> = stream::iter(0..loaded.versions.len())
        .map(|i| {
            let (app, loaded) = (app.clone(), loaded.clone());
            async move { version_view(&app, &loaded.versions[i]).await }
        })
        .buffered(CONCURRENCY)
        .try_collect()
        .await?;
    let mut providers: BTreeMap<&Address, ProviderView> = BTreeMap::new();
    for (version, view) in loaded.versions.iter().zip(views) {
        let address = &version.index.provider;
        let provider = providers.entry(address).or_insert_with(|| ProviderView {
            source: address.source(),
            address: address.to_string(),
            known: app.upstream.check(address).is_ok(),
            versions: Vec::new(),
        });
        provider.versions.push(view);
    }
    Ok(ProvidersPage {
        layout: admin.layout().here("Providers"),
        any_crawl: !crawls.is_empty() || page.cursor.is_some(),
        crawls,
        providers: providers.into_values().collect(),
    })
}

async fn version_view(app: &App, version: &ProviderVersion) -> Result<VersionView> {
    let (address, name) = (&version.index.provider, &version.index.version);
    let (report, written) =
        tokio::try_join!(app.catalogs.report(address, name), app.catalogs.written_at(address, name))?;
    let documented = |report: &QualityReport| {
        let total = report.total();
        percent(total.share(total.documented))
    };
    Ok(VersionView {
        version: name.clone(),
        url: format!("/catalog/{address}/{name}"),
        quality: quality_url(address, name),
        id: format!("{}-{}-{}-{name}", address.host, address.namespace, address.name)
            .replace(['.', ':', '+'], "-"),
        crawled: written.map(Moment::from),
        elements: version.index.elements.len(),
        documented: report.as_ref().map(documented).unwrap_or_default(),
        problems: report.map_or(0, |report| report.problems.total),
    })
}
