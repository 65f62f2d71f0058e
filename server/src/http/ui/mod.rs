//! Pages for people: rendered here, moved in fragments by htmx.

mod access;
mod account;
mod blueprints;
mod catalog;
mod deployments;
mod designer;
mod environments;
mod imports;
mod layout;
mod overview;
mod page;
mod projects;
mod providers;
mod run;
mod runs;
mod settings;
mod upgrades;

use axum::{Router, middleware};

use crate::{app::App, error::Error};

pub fn router() -> Router<App> {
    Router::new()
        .merge(access::router())
        .merge(account::router())
        .merge(blueprints::router())
        .merge(catalog::router())
        .merge(deployments::router())
        .merge(designer::router())
        .merge(environments::router())
        .merge(imports::router())
        .merge(overview::router())
        .merge(projects::router())
        .merge(providers::router())
        .merge(run::router())
        .merge(runs::router())
        .merge(settings::router())
        .merge(upgrades::router())
        .fallback(|| async { page::PageError(Error::NotFound("page")) })
        .layer(middleware::from_fn(page::finish))
}
