//! REST under `/api/v1`: JSON in and out, problem+json errors, cursor paging, ETags on documents.

mod account;
mod assist;
mod blueprints;
mod catalog;
mod crawls;
mod deployments;
mod environments;
mod imports;
mod projects;
mod run_imports;
mod runs;
mod states;
mod streams;
mod upgrades;

use axum::{
    Json, Router,
    routing::{any, get},
};
use serde::Deserialize;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::problem::ApiError;
use crate::{
    app::App,
    error::{Error, Result},
};

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
    let (router, mut document) = OpenApiRouter::with_openapi(Document::openapi())
        .nest(
            "/api/v1",
            OpenApiRouter::new()
                .merge(account::router())
                .merge(projects::router())
                .merge(environments::router())
                .merge(imports::router())
                .merge(blueprints::router())
                .merge(assist::router())
                .merge(catalog::router())
                .merge(crawls::router())
                .merge(deployments::router())
                .merge(runs::router())
                .merge(run_imports::router())
                .merge(states::router())
                .merge(upgrades::router()),
        )
        .split_for_parts();
    name_operations(&mut document);
    (router, document)
}

/// An id per operation, from its method and path: `get_blueprints_id_files`. Handlers' own names repeat.
fn name_operations(document: &mut utoipa::openapi::OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let words: Vec<&str> = path.trim_start_matches("/api/v1").split(['/', '{', '}', '.']).collect();
        let name = words.into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join("_");
        let operations = [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("put", &mut item.put),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                operation.operation_id = Some(format!("{method}_{name}"));
            }
        }
    }
}

/// The description, and an answer in the API's own form for addresses that it hasn't.
pub fn openapi_router(document: utoipa::openapi::OpenApi) -> Router<App> {
    let document = std::sync::Arc::new(document);
    let unknown = || async { ApiError(Error::NotFound("endpoint")) };
    Router::new()
        .route("/api/{*rest}", any(unknown))
        .route("/api/v1/openapi.json", get(move || async move { Json((*document).clone()) }))
}

/// Where a list goes on.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub struct Cursor {
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// Whether to delete what still manages resources.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
pub struct Force {
    /// Delete although state is held whose resources stay in the cloud, managed by nobody.
    #[serde(default)]
    pub force: bool,
}

/// A name to give.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Name {
    pub name: String,
}

/// A cursor that is a number.
fn number_cursor(cursor: &Cursor) -> Result<Option<i64>> {
    let number = cursor
        .cursor
        .as_deref()
        .map(|text| text.parse().map_err(|_| Error::field("cursor", "it is none of ours")));
    number.transpose()
}
