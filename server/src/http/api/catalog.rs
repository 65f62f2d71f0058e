//! The catalog of providers.

use axum::extract::{Path, Query, State};
use cloudoven_crawler::catalog::{Address, Document, Entry, Kind};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    auth::Actor,
    catalog::Found,
    error::Error,
    http::{extract::Json, problem::ApiResult},
};

/// Hits of one search.
const MAX_HITS: usize = 50;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(providers))
        .routes(routes!(search))
        .routes(routes!(elements))
        .routes(routes!(document))
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
    /// Words of a resource's or data source's name.
    q: String,
}

/// Resources and data sources by name, best first.
#[utoipa::path(get, path = "/catalog/search", params(Search), responses((status = OK, body = Vec<Found>)))]
async fn search(State(app): State<App>, _: Actor, Query(search): Query<Search>) -> Json<Vec<Found>> {
    Json(app.catalogs.search(&search.q, MAX_HITS))
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
