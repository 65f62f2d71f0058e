//! Service discovery and the provider registry protocol.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse,
    routing::get,
};
use serde_json::{Value, json};

use super::{
    Registry,
    content::{ARCH, OS},
};

type Answer<T = Json<Value>> = Result<T, StatusCode>;

pub(super) fn routes() -> Router<Arc<Registry>> {
    Router::new()
        .route("/v1/providers/{namespace}/{name}/versions", get(versions))
        .route("/v1/providers/{namespace}/{name}/{version}/download/{os}/{arch}", get(download))
        .route("/files/{namespace}/{name}/{version}/{file}", get(file))
}

pub(super) async fn discovery() -> Json<Value> {
    Json(json!({"modules.v1": "/v1/modules/", "providers.v1": "/v1/providers/"}))
}

async fn versions(
    State(registry): State<Arc<Registry>>,
    Path((namespace, name)): Path<(String, String)>,
) -> Answer {
    let versions: Vec<Value> = registry
        .versions(&namespace, &name)
        .into_iter()
        .map(|published| {
            json!({"version": published.version, "protocols": ["5.0", "6.0"],
                   "platforms": [{"os": OS, "arch": ARCH}, {"os": "plan9", "arch": "mips"}]})
        })
        .collect();
    if versions.is_empty() {
        return Err(StatusCode::NOT_FOUND);
    }
    Ok(Json(json!({"id": format!("{namespace}/{name}"), "versions": versions, "warnings": null})))
}

async fn download(
    State(registry): State<Arc<Registry>>,
    Path((namespace, name, version, os, arch)): Path<(String, String, String, String, String)>,
) -> Answer {
    let published = registry.version(&namespace, &name, &version).ok_or(StatusCode::NOT_FOUND)?;
    if published.package.is_none() || (os.as_str(), arch.as_str()) != (OS, ARCH) {
        return Err(StatusCode::NOT_FOUND);
    }
    let file = published.file_name();
    let folder = format!("/files/{namespace}/{name}/{version}");
    let download = format!("{}{folder}/{file}", registry.options.downloads);
    let digest = registry.options.claimed_digest.clone().unwrap_or_else(|| published.digest());
    Ok(Json(json!({
        "protocols": ["5.0"], "os": os, "arch": arch, "filename": file,
        "download_url": download,
        "shasums_url": format!("{folder}/SHA256SUMS"),
        "shasums_signature_url": format!("{folder}/SHA256SUMS.sig"),
        "shasum": digest,
        "signing_keys": {"gpg_public_keys": []},
    })))
}

async fn file(
    State(registry): State<Arc<Registry>>,
    Path((namespace, name, version, file)): Path<(String, String, String, String)>,
) -> Answer<impl IntoResponse> {
    let published = registry.version(&namespace, &name, &version).ok_or(StatusCode::NOT_FOUND)?;
    let package = published.package.as_ref().ok_or(StatusCode::NOT_FOUND)?;
    if file == "SHA256SUMS" {
        let other = "0".repeat(64);
        let name = published.file_name();
        let digest = if registry.options.other_sums { other.clone() } else { published.digest() };
        let sums = format!("{other}  terraform-provider-other.zip\n{digest}  {name}\n");
        return Ok(sums.into_response());
    }
    if file != published.file_name() {
        return Err(StatusCode::NOT_FOUND);
    }
    Ok(package.clone().into_response())
}
