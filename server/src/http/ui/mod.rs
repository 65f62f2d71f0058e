//! Pages for people: rendered here, moved in fragments by htmx.

mod access;
mod catalog;
mod layout;
mod markdown;
mod page;
mod projects;

use axum::{Router, middleware};

use crate::{app::App, error::Error};

pub fn router() -> Router<App> {
    Router::new()
        .merge(access::router())
        .merge(catalog::router())
        .merge(projects::router())
        .fallback(|| async { page::PageError(Error::NotFound("page")) })
        .layer(middleware::from_fn(page::finish))
}
