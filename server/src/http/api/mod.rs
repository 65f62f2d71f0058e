//! REST under `/api/v1`: JSON in and out, problem+json errors, cursor paging, ETags on documents.

mod account;
mod blueprints;
mod deployments;
mod environments;
mod projects;

use axum::{Json, Router, routing::get};
use serde::Deserialize;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "CloudOven",
        description = "Terraform blueprints, deployments and runs.",
        license(name = "Apache-2.0")
    ),
    components(schemas(super::problem::Problem))
)]
struct Document;

/// The handlers and the OpenAPI 3.1 document that is generated from them.
pub fn router() -> (Router<App>, utoipa::openapi::OpenApi) {
    OpenApiRouter::with_openapi(Document::openapi())
        .nest(
            "/api/v1",
            OpenApiRouter::new()
                .merge(account::router())
                .merge(projects::router())
                .merge(environments::router())
                .merge(blueprints::router())
                .merge(deployments::router()),
        )
        .split_for_parts()
}

pub fn openapi_router(document: utoipa::openapi::OpenApi) -> Router<App> {
    let document = std::sync::Arc::new(document);
    Router::new().route("/api/v1/openapi.json", get(move || async move { Json((*document).clone()) }))
}

/// Where a list goes on.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub struct Cursor {
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// A name to give.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Name {
    pub name: String,
}
