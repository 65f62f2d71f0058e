//! State: managed versions, and what was read back from other backends.

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
    state::{
        StateView,
        service::{self, StateSource},
    },
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

/// The latest state and what it holds, without anything sensitive.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CurrentState {
    #[serde(flatten)]
    pub source: StateSource,
    pub content: StateView,
}

/// The latest state; of a backend that is not CloudOven's own, what the last apply read back. 404 before there is one.
#[utoipa::path(get, path = "/deployments/{id}/state", params(("id" = String, Path)), responses((status = OK, body = CurrentState)))]
async fn current(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<DeploymentId>,
) -> ApiResult<Json<CurrentState>> {
    let (source, content) = service::current(&app, &actor, &id).await?.ok_or(Error::NotFound("state"))?;
    Ok(Json(CurrentState { source, content }))
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
