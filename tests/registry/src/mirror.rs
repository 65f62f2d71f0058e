//! The provider network mirror protocol.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use cloudoven_crawler::catalog::Address;
use serde_json::json;

use super::{
    Published, Registry,
    content::{ARCH, OS},
};

pub(super) fn routes() -> Router<Arc<Registry>> {
    Router::new().route("/mirror/{host}/{namespace}/{name}/{file}", get(file))
}

async fn file(
    State(registry): State<Arc<Registry>>,
    Path((host, namespace, name, file)): Path<(String, String, String, String)>,
) -> Result<Response, StatusCode> {
    let address = Address { host, namespace, name };
    let mut versions = registry.providers.iter().filter(|p| p.address == address && p.package.is_some());
    if file == "index.json" {
        let versions: serde_json::Map<_, _> = versions.map(|p| (p.version.clone(), json!({}))).collect();
        return Ok(Json(json!({"versions": versions})).into_response());
    }
    let answers = |p: &&Published| file == format!("{}.json", p.version) || file == p.file_name();
    let published = versions.find(answers).ok_or(StatusCode::NOT_FOUND)?;
    if file == published.file_name() {
        return Ok(published.package.clone().unwrap_or_default().into_response());
    }
    let right = || vec![format!("zh:{}", published.digest())];
    let hashes = registry.options.mirror_hashes.clone().unwrap_or_else(right);
    let archive = json!({"url": published.file_name(), "hashes": hashes});
    let archives: serde_json::Map<_, _> = [(format!("{OS}_{ARCH}"), archive)].into_iter().collect();
    Ok(Json(json!({"archives": archives})).into_response())
}
