//! Deployments and their values.

use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Force;
use crate::{
    app::App,
    auth::Actor,
    http::{download as http_download, extract::Json, problem::ApiResult},
    project::{
        deployments::{self, DeploymentChange, NewDeployment},
        download,
        values::{self, NewValue, ValueView},
    },
    store::{
        DeploymentId, ProjectId,
        deployments::{Category, Deployment},
    },
};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(create))
        .routes(routes!(get, update, delete))
        .routes(routes!(list_values))
        .routes(routes!(set_value, unset_value))
        .routes(routes!(archive))
}

#[utoipa::path(get, path = "/projects/{id}/deployments", params(("id" = String, Path)), responses((status = OK, body = Vec<Deployment>)))]
async fn list(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
) -> ApiResult<Json<Vec<Deployment>>> {
    Ok(Json(deployments::list(&app, &actor, &id).await?))
}

#[utoipa::path(post, path = "/deployments", request_body = NewDeployment, responses((status = CREATED, body = Deployment)))]
async fn create(
    State(app): State<App>,
    actor: Actor,
    Json(body): Json<NewDeployment>,
) -> ApiResult<(StatusCode, Json<Deployment>)> {
    Ok((StatusCode::CREATED, Json(deployments::create(&app, &actor, &body).await?)))
}

#[utoipa::path(get, path = "/deployments/{id}", params(("id" = String, Path)), responses((status = OK, body = Deployment)))]
async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<DeploymentId>,
) -> ApiResult<Json<Deployment>> {
    Ok(Json(deployments::get(&app, &actor, &id).await?))
}

#[utoipa::path(patch, path = "/deployments/{id}", params(("id" = String, Path)), request_body = DeploymentChange, responses((status = OK, body = Deployment)))]
async fn update(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<DeploymentId>,
    Json(body): Json<DeploymentChange>,
) -> ApiResult<Json<Deployment>> {
    Ok(Json(deployments::update(&app, &actor, &id, &body).await?))
}

#[utoipa::path(delete, path = "/deployments/{id}", params(("id" = String, Path), Force), responses((status = NO_CONTENT)))]
async fn delete(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<DeploymentId>,
    Query(force): Query<Force>,
) -> ApiResult<StatusCode> {
    deployments::delete(&app, &actor, &id, force.force).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(get, path = "/deployments/{id}/values", params(("id" = String, Path)), responses((status = OK, body = Vec<ValueView>)))]
async fn list_values(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<DeploymentId>,
) -> ApiResult<Json<Vec<ValueView>>> {
    Ok(Json(values::list(&app, &actor, &id).await?))
}

#[utoipa::path(put, path = "/deployments/{id}/values/{category}/{name}", params(("id" = String, Path), ("category" = Category, Path), ("name" = String, Path)), request_body = NewValue, responses((status = OK, body = ValueView)))]
async fn set_value(
    State(app): State<App>,
    actor: Actor,
    Path((id, category, name)): Path<(DeploymentId, Category, String)>,
    Json(body): Json<NewValue>,
) -> ApiResult<Json<ValueView>> {
    Ok(Json(values::set(&app, &actor, &id, category, &name, &body).await?))
}

#[utoipa::path(delete, path = "/deployments/{id}/values/{category}/{name}", params(("id" = String, Path), ("category" = Category, Path), ("name" = String, Path)), responses((status = NO_CONTENT)))]
async fn unset_value(
    State(app): State<App>,
    actor: Actor,
    Path((id, category, name)): Path<(DeploymentId, Category, String)>,
) -> ApiResult<StatusCode> {
    values::unset(&app, &actor, &id, category, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A zip of plain Terraform with the backend and the values that are no secret.
#[utoipa::path(get, path = "/deployments/{id}/archive.zip", params(("id" = String, Path)), responses((status = OK, content_type = "application/zip")))]
async fn archive(State(app): State<App>, actor: Actor, Path(id): Path<DeploymentId>) -> ApiResult<Response> {
    let (deployment, files) = download::deployment(&app, &actor, &id).await?;
    let name =
        format!("{}-{}-r{}", deployment.blueprint, deployment.environment, deployment.effective_revision());
    Ok(http_download::zip(&name, files))
}
