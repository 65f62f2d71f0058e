//! Projects and their members.

use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Cursor, Force, Name};
use crate::{
    app::App,
    auth::Actor,
    http::{extract::Json, problem::ApiResult},
    project::{Page, members, projects},
    store::{
        ProjectId, UserId,
        projects::{Member, Project},
    },
};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, rename, delete))
        .routes(routes!(list_members, add_member))
        .routes(routes!(remove_member))
}

#[utoipa::path(get, path = "/projects", params(Cursor), responses((status = OK, body = Page<Project>)))]
async fn list(
    State(app): State<App>,
    actor: Actor,
    Query(query): Query<Cursor>,
) -> ApiResult<Json<Page<Project>>> {
    Ok(Json(projects::list(&app, &actor, query.cursor.as_deref()).await?))
}

#[utoipa::path(post, path = "/projects", request_body = Name, responses((status = CREATED, body = Project)))]
async fn create(
    State(app): State<App>,
    actor: Actor,
    Json(body): Json<Name>,
) -> ApiResult<(StatusCode, Json<Project>)> {
    Ok((StatusCode::CREATED, Json(projects::create(&app, &actor, &body.name).await?)))
}

#[utoipa::path(get, path = "/projects/{id}", params(("id" = String, Path)), responses((status = OK, body = Project)))]
async fn get(State(app): State<App>, actor: Actor, Path(id): Path<ProjectId>) -> ApiResult<Json<Project>> {
    Ok(Json(projects::get(&app, &actor, &id).await?))
}

#[utoipa::path(patch, path = "/projects/{id}", params(("id" = String, Path)), request_body = Name, responses((status = OK, body = Project)))]
async fn rename(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
    Json(body): Json<Name>,
) -> ApiResult<Json<Project>> {
    Ok(Json(projects::rename(&app, &actor, &id, &body.name).await?))
}

#[utoipa::path(delete, path = "/projects/{id}", params(("id" = String, Path), Force), responses((status = NO_CONTENT)))]
async fn delete(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
    Query(force): Query<Force>,
) -> ApiResult<StatusCode> {
    projects::delete(&app, &actor, &id, force.force).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(get, path = "/projects/{id}/members", params(("id" = String, Path)), responses((status = OK, body = Vec<Member>)))]
async fn list_members(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
) -> ApiResult<Json<Vec<Member>>> {
    Ok(Json(members::list(&app, &actor, &id).await?))
}

/// Somebody who has an account.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMember {
    email: String,
}

#[utoipa::path(post, path = "/projects/{id}/members", params(("id" = String, Path)), request_body = NewMember, responses((status = OK, body = Vec<Member>)))]
async fn add_member(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
    Json(body): Json<NewMember>,
) -> ApiResult<Json<Vec<Member>>> {
    Ok(Json(members::add(&app, &actor, &id, &body.email).await?))
}

#[utoipa::path(delete, path = "/projects/{id}/members/{user}", params(("id" = String, Path), ("user" = String, Path)), responses((status = NO_CONTENT)))]
async fn remove_member(
    State(app): State<App>,
    actor: Actor,
    Path((id, user)): Path<(ProjectId, UserId)>,
) -> ApiResult<StatusCode> {
    members::remove(&app, &actor, &id, &user).await?;
    Ok(StatusCode::NO_CONTENT)
}
