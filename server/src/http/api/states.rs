//! Managed state.

use axum::extract::{Path, Query, State};
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Cursor;
use crate::{
    app::App,
    auth::Actor,
    error::Error,
    http::{extract::Json, problem::ApiResult},
    project::Page,
    state::{StateView, service},
    store::{DeploymentId, StateVersionId, states::StateVersion},
};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(current)).routes(routes!(list)).routes(routes!(get))
}

/// A version and what it holds, without anything sensitive.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct StateDocument {
    #[serde(flatten)]
    pub version: StateVersion,
    pub content: StateView,
}

impl From<(StateVersion, StateView)> for StateDocument {
    fn from((version, content): (StateVersion, StateView)) -> StateDocument {
        StateDocument { version, content }
    }
}

/// The latest state. 404 before there is one.
#[utoipa::path(get, path = "/deployments/{id}/state", params(("id" = String, Path)), responses((status = OK, body = StateDocument)))]
async fn current(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<DeploymentId>,
) -> ApiResult<Json<StateDocument>> {
    let found = service::current(&app, &actor, &id).await?.ok_or(Error::NotFound("state"))?;
    Ok(Json(found.into()))
}

#[utoipa::path(get, path = "/deployments/{id}/state-versions", params(("id" = String, Path), Cursor), responses((status = OK, body = Page<StateVersion>)))]
async fn list(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<DeploymentId>,
    Query(page): Query<Cursor>,
) -> ApiResult<Json<Page<StateVersion>>> {
    Ok(Json(service::list(&app, &actor, &id, super::number_cursor(&page)?).await?))
}

#[utoipa::path(get, path = "/state-versions/{id}", params(("id" = String, Path)), responses((status = OK, body = StateDocument)))]
async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<StateVersionId>,
) -> ApiResult<Json<StateDocument>> {
    Ok(Json(service::get(&app, &actor, &id).await?.into()))
}
