//! Crawls of providers into the catalog, for administrators.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{
        Response,
        sse::{self, KeepAlive, Sse},
    },
};
use futures::{Stream, StreamExt as _};
use serde::Deserialize;
use serde_json::json;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Cursor,
    catalog::{VersionPath, address},
    streams::{MAX_WAIT, event_of, failed},
};
use crate::{
    app::App,
    auth::Actor,
    error::Result,
    http::{
        download,
        extract::{Json, idempotency_key},
        problem::ApiResult,
    },
    jobs::{
        self, removal,
        service::{self, CrawlView, Newest, StartCrawl},
    },
    project::Page,
    store::CrawlId,
};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(newest))
        .routes(routes!(get))
        .routes(routes!(stream))
        .routes(routes!(cancel))
        .routes(routes!(retry))
        .routes(routes!(upload))
        .routes(routes!(export))
        .routes(routes!(remove))
}

/// Seconds that the answer may take.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
struct Wait {
    /// Wait up to so many seconds (60 at most) until the crawl has ended.
    #[serde(default)]
    wait: u64,
}

async fn waited(app: &App, actor: &Actor, crawl: CrawlView, wait: &Wait) -> Result<CrawlView> {
    match wait.wait.min(MAX_WAIT) {
        0 => Ok(crawl),
        seconds => service::wait(app, actor, &crawl.job.id, Duration::from_secs(seconds)).await,
    }
}

/// All crawls, newest first. Administrators only, like everything about crawls.
#[utoipa::path(get, path = "/catalog/crawls", params(Cursor), responses((status = OK, body = Page<CrawlView>)))]
async fn list(
    State(app): State<App>,
    actor: Actor,
    Query(page): Query<Cursor>,
) -> ApiResult<Json<Page<CrawlView>>> {
    Ok(Json(service::list(&app, &actor, page.cursor.as_deref()).await?))
}

/// Crawls a provider of a registry into the catalog.
#[utoipa::path(post, path = "/catalog/crawls", params(("Idempotency-Key" = Option<String>, Header), Wait), request_body = StartCrawl, responses((status = ACCEPTED, body = CrawlView)))]
async fn create(
    State(app): State<App>,
    actor: Actor,
    Query(wait): Query<Wait>,
    headers: HeaderMap,
    Json(body): Json<StartCrawl>,
) -> ApiResult<(StatusCode, Json<CrawlView>)> {
    let crawl = service::create(&app, &actor, &body, idempotency_key(&headers)?).await?;
    Ok((StatusCode::ACCEPTED, Json(waited(&app, &actor, crawl, &wait).await?)))
}

/// The newest version of a provider that its registry has.
#[utoipa::path(get, path = "/catalog/upstream/{host}/{namespace}/{name}", params(("host" = String, Path), ("namespace" = String, Path), ("name" = String, Path)), responses((status = OK, body = Newest)))]
async fn newest(
    State(app): State<App>,
    actor: Actor,
    Path((host, namespace, name)): Path<(String, String, String)>,
) -> ApiResult<Json<Newest>> {
    Ok(Json(service::newest(&app, &actor, &format!("{host}/{namespace}/{name}")).await?))
}

#[utoipa::path(get, path = "/catalog/crawls/{id}", params(("id" = String, Path), Wait), responses((status = OK, body = CrawlView)))]
async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<CrawlId>,
    Query(wait): Query<Wait>,
) -> ApiResult<Json<CrawlView>> {
    let crawl = service::get(&app, &actor, &id).await?;
    Ok(Json(waited(&app, &actor, crawl, &wait).await?))
}

/// The crawl each time that it changes (`crawl` events), until it has ended (`end`).
#[utoipa::path(get, path = "/catalog/crawls/{id}/stream", params(("id" = String, Path)), responses((status = OK, content_type = "text/event-stream")))]
async fn stream(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<CrawlId>,
) -> ApiResult<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>> {
    service::get(&app, &actor, &id).await?;
    let changes = service::watch(&app, &id).flat_map(|view| {
        let events = match view {
            Ok(view) if view.job.status.is_final() => {
                vec![event_of("crawl", &json!(view)), event_of("end", &json!({}))]
            }
            Ok(view) => vec![event_of("crawl", &json!(view))],
            Err(error) => vec![failed(&error)],
        };
        futures::stream::iter(events.into_iter().map(Ok))
    });
    Ok(Sse::new(changes).keep_alive(KeepAlive::default()))
}

/// Ends a crawl. What it has fetched is kept for a retry.
#[utoipa::path(post, path = "/catalog/crawls/{id}/cancel", params(("id" = String, Path)), responses((status = OK, body = CrawlView)))]
async fn cancel(State(app): State<App>, actor: Actor, Path(id): Path<CrawlId>) -> ApiResult<Json<CrawlView>> {
    Ok(Json(service::cancel(&app, &actor, &id).await?))
}

/// Queues a crawl again that has failed or was canceled.
#[utoipa::path(post, path = "/catalog/crawls/{id}/retry", params(("id" = String, Path)), responses((status = OK, body = CrawlView)))]
async fn retry(State(app): State<App>, actor: Actor, Path(id): Path<CrawlId>) -> ApiResult<Json<CrawlView>> {
    Ok(Json(service::retry(&app, &actor, &id).await?))
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
struct Upload {
    /// What the archive is called, to tell its crawl from others.
    #[serde(default)]
    name: String,
    /// Wait up to so many seconds (60 at most) until it is imported.
    #[serde(default)]
    wait: u64,
}

/// Imports an offline bundle: the body is the `.tar.zst` archive.
#[utoipa::path(post, path = "/catalog/bundles", params(Upload), request_body(content = String, content_type = "application/zstd"), responses((status = ACCEPTED, body = CrawlView)))]
async fn upload(
    State(app): State<App>,
    actor: Actor,
    Query(query): Query<Upload>,
    body: Body,
) -> ApiResult<(StatusCode, Json<CrawlView>)> {
    let crawl = service::upload(&app, &actor, &query.name, body.into_data_stream()).await?;
    let wait = Wait { wait: query.wait };
    Ok((StatusCode::ACCEPTED, Json(waited(&app, &actor, crawl, &wait).await?)))
}

/// Exports a version as an offline bundle, a `.tar.zst` archive that `POST /catalog/bundles` takes elsewhere.
#[utoipa::path(get, path = "/catalog/providers/{host}/{namespace}/{name}/{version}/bundle", params(("host" = String, Path), ("namespace" = String, Path), ("name" = String, Path), ("version" = String, Path)), responses((status = OK, content_type = "application/zstd")))]
async fn export(
    State(app): State<App>,
    _: Actor,
    Path((host, namespace, name, version)): Path<VersionPath>,
) -> ApiResult<Response> {
    let address = address(&host, &namespace, &name)?;
    let file = jobs::download::bundle(&app, &address, &version).await?;
    Ok(download::bundle(&format!("{namespace}-{name}-{version}"), file).await?)
}

/// Whether to remove what is in use.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
struct Force {
    /// Remove it although blueprints are designed against it.
    #[serde(default)]
    force: bool,
}

/// Takes a provider version out of the catalog. Administrators only.
#[utoipa::path(delete, path = "/catalog/providers/{host}/{namespace}/{name}/{version}", params(("host" = String, Path), ("namespace" = String, Path), ("name" = String, Path), ("version" = String, Path), Force), responses((status = NO_CONTENT)))]
async fn remove(
    State(app): State<App>,
    actor: Actor,
    Path((host, namespace, name, version)): Path<VersionPath>,
    Query(query): Query<Force>,
) -> ApiResult<StatusCode> {
    let address = address(&host, &namespace, &name)?;
    removal::remove(&app, &actor, &address, &version, query.force).await?;
    Ok(StatusCode::NO_CONTENT)
}
