//! The catalog browser: providers, what they offer, and the documentation of each element.

mod arguments;
mod diff;
mod document;
mod entry;
mod example;
mod facts;
mod find_argument;
mod levels;
mod links;
mod overview;
mod parts;
mod provider;
mod search;

use axum::{Router, routing::get};
use cloudoven_crawler::catalog::{Address, Index, Kind};

use self::links::own_page;
pub(super) use self::{diff::tone as diff_tone, entry::Entry, parts::ImportView};
use super::layout::{Chip, Layout, count};
use crate::{
    app::App,
    catalog::{Loaded, ProviderVersion},
    error::{Error, Result},
};

pub fn router() -> Router<App> {
    Router::new()
        .route("/catalog", get(overview::providers))
        .route("/catalog/search", get(search::page))
        .route("/search", get(search::palette))
        .route("/catalog/{host}/{namespace}/{name}", get(provider::newest))
        .route("/catalog/{host}/{namespace}/{name}/{version}", get(provider::page))
        .route("/catalog/{host}/{namespace}/{name}/compare", get(diff::choose))
        .route("/catalog/{host}/{namespace}/{name}/{version}/diff/{other}", get(diff::page))
        .route("/catalog/{host}/{namespace}/{name}/{version}/{kind}/{element}", get(document::page))
        .route(
            "/catalog/{host}/{namespace}/{name}/{version}/{kind}/{element}/examples/{number}/add",
            get(example::dialog).post(example::add),
        )
}

/// The kinds in the order that pages list them.
const KINDS: [Kind; 5] =
    [Kind::Resource, Kind::DataSource, Kind::EphemeralResource, Kind::Function, Kind::Provider];

/// A kind in an address.
fn slug(kind: Kind) -> &'static str {
    match kind {
        Kind::Resource => "resource",
        Kind::DataSource => "data-source",
        Kind::EphemeralResource => "ephemeral-resource",
        Kind::Function => "function",
        Kind::Provider => "provider",
    }
}

/// A kind in words, one and many.
pub fn words(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Resource => ("resource", "resources"),
        Kind::DataSource => ("data source", "data sources"),
        Kind::EphemeralResource => ("ephemeral resource", "ephemeral resources"),
        Kind::Function => ("function", "functions"),
        Kind::Provider => ("provider", "provider"),
    }
}

/// A kind as a chip, the same on every page.
fn chip(kind: Kind) -> Chip {
    let tone = match kind {
        Kind::Resource => "create",
        Kind::DataSource => "read",
        Kind::EphemeralResource => "replace",
        Kind::Function => "update",
        Kind::Provider => "accent",
    };
    Chip::new(tone, kind.keyword())
}

/// The page of a provider's version.
pub(super) fn provider_url(address: &Address, version: &str) -> String {
    format!("/catalog/{address}/{version}")
}

/// The page of what changed between two versions.
pub(super) fn diff_url(address: &Address, from: &str, to: &str) -> String {
    format!("{}/diff/{to}", provider_url(address, from))
}

/// The page of an element.
pub fn element_url(address: &Address, version: &str, kind: Kind, name: &str) -> String {
    format!("{}/{}/{name}", provider_url(address, version), slug(kind))
}

/// An argument on the page of its element; `path` is its names from the top, joined by dots.
fn argument_url(element: &str, path: &str) -> String {
    format!("{element}#arg-{path}")
}

/// The provider version that an address names.
pub(super) fn find<'a>(
    loaded: &'a Loaded,
    address: &'a Address,
    version: &str,
) -> Result<&'a ProviderVersion> {
    let mut versions = loaded.of_provider(address);
    versions.find(|v| v.index.version == version).ok_or(Error::NotFound("provider version"))
}

/// Whether a version has an element.
fn has(index: &Index, kind: Kind, name: &str) -> bool {
    index.elements.iter().any(|e| e.kind == kind && e.name == name)
}

/// One entry of the version switcher.
struct VersionLink {
    version: String,
    url: String,
    current: bool,
    /// What that version lacks; empty when it lacks nothing.
    note: &'static str,
}

pub(super) fn in_catalog(layout: Layout) -> Layout {
    layout.section("catalog").crumb("Catalog", "/catalog")
}

/// "120 changes in 31 elements".
fn counted(changes: usize, elements: usize) -> String {
    let changes = count(changes, "change", "changes");
    format!("{changes} in {}", count(elements, "element", "elements"))
}
