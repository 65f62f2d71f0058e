//! Which provider versions a blueprint is designed against, and moving it to others.

use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    auth::Actor,
    error::Error,
    http::{
        extract::{self, Json},
        problem::{ApiResult, Problem},
    },
    project::{
        design,
        upgrade::{self, Impact, UsedProvider},
    },
    store::BlueprintId,
};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(providers)).routes(routes!(impact)).routes(routes!(move_to))
}

/// The providers that the latest revision uses, with the version of each that it is designed against.
#[utoipa::path(get, path = "/blueprints/{id}/providers", params(("id" = String, Path)), responses((status = OK, body = Vec<UsedProvider>)))]
async fn providers(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
) -> ApiResult<Json<Vec<UsedProvider>>> {
    let opened = design::open(&app, &actor, &id, None).await?;
    Ok(Json(upgrade::providers(&app, &opened)))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
struct To {
    /// A version in the catalog.
    to: String,
}

/// What a move of one provider, by its local name, to another version would break in the latest revision.
#[utoipa::path(get, path = "/blueprints/{id}/providers/{local}/impact", params(("id" = String, Path), ("local" = String, Path), To), responses((status = OK, body = Impact)))]
async fn impact(
    State(app): State<App>,
    actor: Actor,
    Path((id, local)): Path<(BlueprintId, String)>,
    Query(to): Query<To>,
) -> ApiResult<Json<Impact>> {
    let opened = design::open(&app, &actor, &id, None).await?;
    Ok(Json(upgrade::impact(&app, &opened, &local, &to.to).await?))
}

/// Where to move.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Move {
    /// A version in the catalog.
    to: String,
}

/// The revision that the move made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Moved {
    revision: i64,
}

/// Moves one provider, by its local name, to another version: its constraint in `required_providers` is rewritten, the way
/// it was written. If-Match names the revision that is moved.
#[utoipa::path(post, path = "/blueprints/{id}/providers/{local}/move", params(("id" = String, Path), ("local" = String, Path)), request_body = Move, responses((status = OK, body = Moved), (status = CONFLICT, body = Problem)))]
async fn move_to(
    State(app): State<App>,
    actor: Actor,
    Path((id, local)): Path<(BlueprintId, String)>,
    headers: HeaderMap,
    Json(body): Json<Move>,
) -> ApiResult<Json<Moved>> {
    let base = extract::if_match(&headers)?;
    let base = base.ok_or_else(|| Error::invalid("say which revision you move: If-Match: \"<number>\""))?;
    let edited = upgrade::move_to(&app, &actor, &id, base, &local, &body.to).await?;
    Ok(Json(Moved { revision: edited.opened.revision.number }))
}
