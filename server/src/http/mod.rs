//! The service over HTTP: pages for people (`ui`), REST for programs (`api`), health for operators.

pub mod api;
pub mod assets;
pub mod cookie;
pub mod download;
pub mod extract;
mod hcl;
pub mod health;
pub mod import;
mod markdown;
mod middleware;
pub mod problem;
pub mod ui;

use axum::Router;

use crate::app::App;

/// The whole service.
pub fn router(app: App) -> Router {
    let (api, document) = api::router();
    let router = Router::new()
        .merge(ui::router())
        .merge(assets::router())
        .merge(health::router())
        .merge(api)
        .merge(api::openapi_router(document));
    middleware::wrap(router.with_state(app))
}
