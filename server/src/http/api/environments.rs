//! Environments.

use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Force, Name};
use crate::{
    app::App,
    auth::Actor,
    http::{extract::Json, problem::ApiResult},
    project::environments,
    store::{EnvironmentId, ProjectId, environments::Environment},
};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(get, rename, delete))
}

#[utoipa::path(get, path = "/projects/{id}/environments", params(("id" = String, Path)), responses((status = OK, body = Vec<Environment>)))]
async fn list(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
) -> ApiResult<Json<Vec<Environment>>> {
    Ok(Json(environments::list(&app, &actor, &id).await?))
}

#[utoipa::path(post, path = "/projects/{id}/environments", params(("id" = String, Path)), request_body = Name, responses((status = CREATED, body = Environment)))]
async fn create(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
    Json(body): Json<Name>,
) -> ApiResult<(StatusCode, Json<Environment>)> {
    Ok((StatusCode::CREATED, Json(environments::create(&app, &actor, &id, &body.name).await?)))
}

#[utoipa::path(get, path = "/environments/{id}", params(("id" = String, Path)), responses((status = OK, body = Environment)))]
async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<EnvironmentId>,
) -> ApiResult<Json<Environment>> {
    Ok(Json(environments::get(&app, &actor, &id).await?))
}

#[utoipa::path(patch, path = "/environments/{id}", params(("id" = String, Path)), request_body = Name, responses((status = OK, body = Environment)))]
async fn rename(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<EnvironmentId>,
    Json(body): Json<Name>,
) -> ApiResult<Json<Environment>> {
    Ok(Json(environments::rename(&app, &actor, &id, &body.name).await?))
}

#[utoipa::path(delete, path = "/environments/{id}", params(("id" = String, Path), Force), responses((status = NO_CONTENT)))]
async fn delete(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<EnvironmentId>,
    Query(force): Query<Force>,
) -> ApiResult<StatusCode> {
    environments::delete(&app, &actor, &id, force.force).await?;
    Ok(StatusCode::NO_CONTENT)
}
