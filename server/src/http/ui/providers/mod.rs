//! The administrators' pages about the catalog's providers: what there is, adding and removing, crawls, quality.

mod add;
mod crawls;
mod list;
mod quality;
mod remove;
mod upload;

use axum::{
    Router,
    extract::FromRequestParts,
    http::request::Parts,
    routing::{get, post},
};
use cloudoven_crawler::catalog::Address;
use serde::Deserialize;

use super::{
    layout::Layout,
    page::{PageError, Viewer},
};
use crate::{app::App, auth::Actor, error::Error};

const HOME: &str = "/settings/providers";

pub fn router() -> Router<App> {
    Router::new()
        .route(HOME, get(list::page))
        .route("/settings/providers/add", get(add::form))
        .route("/settings/providers/newest", get(add::newest))
        .route("/settings/providers/crawls", get(crawls::fragment).post(add::add))
        .route("/settings/providers/crawls/{id}", get(crawls::page))
        .route("/settings/providers/crawls/{id}/cancel", post(crawls::cancel))
        .route("/settings/providers/crawls/{id}/retry", post(crawls::retry))
        .route("/settings/providers/upload", get(upload::form))
        .route("/settings/providers/{host}/{namespace}/{name}/{version}", get(quality::page))
        .route(
            "/settings/providers/{host}/{namespace}/{name}/{version}/remove",
            get(remove::form).post(remove::remove),
        )
}

/// An administrator who looks at a page. For everybody else there is no such page.
pub(super) struct Admin(Viewer);

impl Admin {
    fn actor(&self) -> &Actor {
        &self.0.actor
    }

    fn layout(&self) -> Layout {
        self.0.layout().section("providers")
    }

    /// A page below the list of providers.
    fn layout_below(&self) -> Layout {
        self.layout().crumb("Providers", HOME)
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Admin, PageError> {
        let viewer = Viewer::from_request_parts(parts, app).await?;
        if viewer.actor.is_admin { Ok(Admin(viewer)) } else { Err(PageError(Error::NotFound("page"))) }
    }
}

/// A provider version in an address.
#[derive(Debug, Deserialize)]
pub(super) struct VersionPath {
    host: String,
    namespace: String,
    name: String,
    version: String,
}

impl VersionPath {
    fn provider(&self) -> Address {
        Address { host: self.host.clone(), namespace: self.namespace.clone(), name: self.name.clone() }
    }
}

/// The page about the quality of a version's documentation.
pub(in crate::http::ui) fn quality_url(address: &Address, version: &str) -> String {
    format!("{HOME}/{address}/{version}")
}

/// The short form of a provider's address.
fn source_of(provider: &str) -> String {
    provider.parse().map_or_else(|_| provider.to_owned(), |address: Address| address.source())
}

/// A share of one as a percentage, never rounded up to a whole that it isn't.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 99.0 && percent < 100.0 {
        return format!("{:.1} %", (percent * 10.0).floor() / 10.0);
    }
    format!("{percent:.0} %")
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn almost_all_is_not_all() {
        assert_eq!([1.0, 0.9999, 0.5, 0.0].map(percent), ["100 %", "99.9 %", "50 %", "0 %"]);
    }
}
