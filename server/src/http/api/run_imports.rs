//! Imports of objects that exist.

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    blueprints::{required_match, with_etag},
    runs::{Wait, waited},
};
use crate::{
    app::App,
    auth::Actor,
    http::{
        extract::{Json, idempotency_key},
        problem::{ApiResult, Problem},
    },
    run::{
        import::{self, ImportView, StartImport},
        service::RunView,
        start,
    },
    store::{DeploymentId, RunId, blueprints::Revision},
};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(get))
        .routes(routes!(add))
        .routes(routes!(discard))
}

/// Starts a run that looks for objects that exist and lets Terraform generate configuration for those that have none. It
/// changes nothing.
#[utoipa::path(post, path = "/deployments/{id}/imports", params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header), Wait), request_body = StartImport, responses((status = CREATED, body = RunView), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
async fn create(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<DeploymentId>,
    Query(wait): Query<Wait>,
    headers: HeaderMap,
    Json(body): Json<StartImport>,
) -> ApiResult<(StatusCode, Json<RunView>)> {
    let run = start::create_import(&app, &actor, &id, &body, idempotency_key(&headers)?).await?;
    Ok((StatusCode::CREATED, Json(waited(&app, &actor, run, &wait).await?)))
}

/// What an import asked for, found and proposes. 404 for a run that is no import.
#[utoipa::path(get, path = "/runs/{id}/import", params(("id" = String, Path)), responses((status = OK, body = ImportView)))]
async fn get(State(app): State<App>, actor: Actor, Path(id): Path<RunId>) -> ApiResult<Json<ImportView>> {
    Ok(Json(import::view(&app, &actor, &id).await?))
}

/// Adds what an import proposes to the blueprint, as one revision. `If-Match` is the revision of the proposal.
#[utoipa::path(post, path = "/runs/{id}/import/add", params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = OK, body = Revision), (status = CONFLICT, body = Problem)))]
async fn add(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<RunId>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let revision = import::add(&app, &actor, &id, required_match(&headers)?).await?;
    Ok(with_etag(revision.number, Json(revision)))
}

/// Lets go what an import proposes.
#[utoipa::path(post, path = "/runs/{id}/import/discard", params(("id" = String, Path)), responses((status = OK, body = ImportView)))]
async fn discard(State(app): State<App>, actor: Actor, Path(id): Path<RunId>) -> ApiResult<Json<ImportView>> {
    import::discard(&app, &actor, &id).await?;
    Ok(Json(import::view(&app, &actor, &id).await?))
}
