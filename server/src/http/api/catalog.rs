//! The catalog of providers.

use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use cloudoven_crawler::catalog::{Address, Document, Entry, Kind};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Cursor;
use crate::{
    app::App,
    auth::Actor,
    catalog::search::{self, Hit, MAX_HITS, MAX_SKIP, Request},
    error::Error,
    http::{extract::Json, problem::ApiResult},
    project::upgrade::{self, ImpactPage},
};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(providers))
        .routes(routes!(search))
        .routes(routes!(elements))
        .routes(routes!(document))
        .routes(routes!(difference))
        .routes(routes!(impact))
}

/// A provider version in the catalog.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ProviderVersion {
    /// Source address, as in `hashicorp/azurerm`.
    provider: String,
    version: String,
    newest: bool,
    elements: usize,
}

#[utoipa::path(get, path = "/catalog/providers", responses((status = OK, body = Vec<ProviderVersion>)))]
async fn providers(State(app): State<App>, _: Actor) -> Json<Vec<ProviderVersion>> {
    let loaded = app.catalogs.loaded();
    let one = |v: &crate::catalog::ProviderVersion| ProviderVersion {
        provider: v.index.provider.source(),
        version: v.index.version.clone(),
        newest: v.newest,
        elements: v.index.elements.len(),
    };
    Json(loaded.versions.iter().map(one).collect())
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
struct Search {
    /// Words of names, arguments and texts; filters as in `kind:data provider:aws version:5.50.0` may stand among them.
    #[serde(default)]
    q: String,
    /// `resource`, `data-source`, `ephemeral-resource`, `function` or `provider`
    kind: Option<String>,
    /// A provider's source address or its name.
    provider: Option<String>,
    /// A version or its beginning; without one, each provider's newest is searched.
    version: Option<String>,
    /// Hits on a page, at most 50.
    #[param(default = 20)]
    limit: Option<usize>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// One page of what a search finds.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Results {
    /// Best first.
    items: Vec<Hit>,
    /// How many there are on all pages.
    total: usize,
    next: Option<String>,
}

/// Elements by their names, their arguments and what is said of both, best first.
#[utoipa::path(get, path = "/catalog/search", params(Search), responses((status = OK, body = Results)))]
async fn search(State(app): State<App>, _: Actor, Query(search): Query<Search>) -> ApiResult<Json<Results>> {
    let kind = |text: &str| search::kind(text).ok_or_else(|| Error::field("kind", "there is no such kind"));
    let cursor = |text: &str| text.parse().map_err(|_| Error::field("cursor", "it is none of ours"));
    let skip: usize = search.cursor.as_deref().map(cursor).transpose()?.unwrap_or(0).min(MAX_SKIP);
    let request = Request {
        kind: search.kind.as_deref().map(kind).transpose()?,
        provider: search.provider,
        version: search.version,
        text: search.q,
        skip,
        limit: search.limit.unwrap_or(20).clamp(1, MAX_HITS),
    };
    let found = app.catalogs.search(request).await?;
    let end = skip + found.hits.len();
    let next = (!found.hits.is_empty() && end < found.total.min(MAX_SKIP)).then(|| end.to_string());
    Ok(Json(Results { items: found.hits, total: found.total, next }))
}

/// Host, namespace, name and version of a provider.
pub(super) type VersionPath = (String, String, String, String);

pub(super) fn address(host: &str, namespace: &str, name: &str) -> Result<Address, Error> {
    format!("{host}/{namespace}/{name}").parse().map_err(|_| Error::NotFound("provider"))
}

/// All names of a version.
#[utoipa::path(get, path = "/catalog/providers/{host}/{namespace}/{name}/{version}", params(("host" = String, Path), ("namespace" = String, Path), ("name" = String, Path), ("version" = String, Path)), responses((status = OK, body = Vec<Object>)))]
async fn elements(
    State(app): State<App>,
    _: Actor,
    Path((host, namespace, name, version)): Path<VersionPath>,
) -> ApiResult<Json<Vec<Entry>>> {
    let address = address(&host, &namespace, &name)?;
    let loaded = app.catalogs.loaded();
    let found = loaded.of_provider(&address).find(|v| v.index.version == version);
    Ok(Json(found.ok_or(Error::NotFound("provider version"))?.index.elements.clone()))
}

/// One document: the block tree with types and documentation.
#[utoipa::path(get, path = "/catalog/providers/{host}/{namespace}/{name}/{version}/{kind}/{element}", params(("host" = String, Path), ("namespace" = String, Path), ("name" = String, Path), ("version" = String, Path), ("kind" = String, Path), ("element" = String, Path)), responses((status = OK, body = Object)))]
async fn document(
    State(app): State<App>,
    _: Actor,
    Path((host, namespace, name, version, kind, element)): Path<(
        String,
        String,
        String,
        String,
        Kind,
        String,
    )>,
) -> ApiResult<Json<Document>> {
    let address = address(&host, &namespace, &name)?;
    let found = app.catalogs.document(&address, &version, kind, &element).await?;
    Ok(Json((*found.ok_or(Error::NotFound("document"))?).clone()))
}

/// What changed between two versions, by element: for each change its path, what it means (`harmless`, `attention`,
/// `breaking`), and what was before and is now.
#[utoipa::path(get, path = "/catalog/providers/{host}/{namespace}/{name}/{version}/diff/{other}", params(("host" = String, Path), ("namespace" = String, Path), ("name" = String, Path), ("version" = String, Path), ("other" = String, Path)), responses((status = OK, body = Object)))]
async fn difference(
    State(app): State<App>,
    _: Actor,
    Path((host, namespace, name, version, other)): Path<(String, String, String, String, String)>,
) -> ApiResult<Response> {
    let address = address(&host, &namespace, &name)?;
    let diff = app.catalogs.diff(&address, &version, &other).await?;
    Ok(Json(&*diff).into_response())
}

/// Which of the caller's blueprints a move to this version would break, and where. A page is what is checked at once: it
/// may be empty and still have a next one.
#[utoipa::path(get, path = "/catalog/providers/{host}/{namespace}/{name}/{version}/impact", params(("host" = String, Path), ("namespace" = String, Path), ("name" = String, Path), ("version" = String, Path), Cursor), responses((status = OK, body = ImpactPage)))]
async fn impact(
    State(app): State<App>,
    actor: Actor,
    Path((host, namespace, name, version)): Path<VersionPath>,
    Query(cursor): Query<Cursor>,
) -> ApiResult<Json<ImpactPage>> {
    let address = address(&host, &namespace, &name)?;
    let known = app.catalogs.loaded().of_provider(&address).any(|v| v.index.version == version);
    if !known {
        return Err(Error::NotFound("provider version").into());
    }
    Ok(Json(upgrade::everywhere(&app, &actor, &address, &version, cursor.cursor.as_deref()).await?))
}
