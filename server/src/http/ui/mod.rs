//! Pages for people: rendered here, moved in fragments by htmx.

mod access;
mod layout;
mod page;
mod projects;

use axum::{Router, middleware};

use crate::{app::App, error::Error};

pub fn router() -> Router<App> {
    Router::new()
        .merge(access::router())
        .merge(projects::router())
        .fallback(|| async { page::PageError(Error::NotFound("page")) })
        .layer(middleware::from_fn(page::finish))
}
