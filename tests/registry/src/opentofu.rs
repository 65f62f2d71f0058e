//! OpenTofu's documentation: static files, a version with a `v` in front.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};

use super::{Page, Published, Registry};

type Answer = Result<Response, StatusCode>;

/// Categories, with the names of their folders and of their lists in a version's index.
const FOLDERS: [(&str, &str); 4] = [
    ("resources", "resources"),
    ("data-sources", "datasources"),
    ("functions", "functions"),
    ("guides", "guides"),
];

pub(super) fn routes() -> Router<Arc<Registry>> {
    Router::new().route("/registry/docs/providers/{namespace}/{name}/{version}/{*file}", get(file))
}

async fn file(
    State(registry): State<Arc<Registry>>,
    Path((namespace, name, version, file)): Path<(String, String, String, String)>,
) -> Answer {
    let version = version.strip_prefix('v').ok_or(StatusCode::NOT_FOUND)?;
    let published = registry.version(&namespace, &name, version).ok_or(StatusCode::NOT_FOUND)?;
    if file == "index.json" {
        return Ok(Json(index(published)).into_response());
    }
    let text = |page: &Page| ([("content-type", "text/markdown")], page.text.clone()).into_response();
    let path = |page: &Page| match FOLDERS.iter().find(|(category, _)| *category == page.category) {
        Some((_, folder)) => format!("{folder}/{}.md", page.slug),
        None => format!("{}.md", page.slug),
    };
    published.pages.iter().find(|page| path(page) == file).map(text).ok_or(StatusCode::NOT_FOUND)
}

fn index(published: &Published) -> Value {
    let item =
        |page: &Page| json!({"name": page.slug, "title": page.slug, "subcategory": "", "edit_link": ""});
    let mut docs = json!({});
    for (category, folder) in FOLDERS {
        docs[folder] = published.pages.iter().filter(|page| page.category == category).map(item).collect();
    }
    if let Some(overview) = published.pages.iter().find(|page| page.category == "overview") {
        docs["index"] = item(overview);
    }
    json!({"id": format!("v{}", published.version), "published": "2026-01-01T00:00:00Z", "docs": docs,
           "cdktf_docs": {}, "incompatible_license": false, "license": null, "link": ""})
}
