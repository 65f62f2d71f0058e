//! Scripts, styles, fonts and pictures, compiled into the binary.
//!
//! File names carry a digest of their content, so browsers may keep them for ever (RFC 8246 `immutable`).

use std::{collections::HashMap, sync::LazyLock};

use axum::{
    Router,
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::RustEmbed;

use crate::app::App;

#[derive(RustEmbed)]
#[folder = "../web/dist"]
#[allow_missing = true]
struct Dist;

/// Plain name (`app.js`) to address (`/assets/app-3QK7.js`).
static URLS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let manifest = Dist::get("manifest.json").map(|file| file.data).unwrap_or_default();
    let names: HashMap<String, String> = serde_json::from_slice(&manifest).unwrap_or_default();
    names.into_iter().map(|(name, file)| (name, format!("/assets/{file}"))).collect()
});

/// The address of an asset. Templates call it.
pub fn url(name: &str) -> &'static str {
    URLS.get(name).map_or("/assets/missing", String::as_str)
}

pub fn router() -> Router<App> {
    Router::new().route("/assets/{file}", get(asset))
}

async fn asset(Path(file): Path<String>) -> Response {
    let Some(found) = Dist::get(&file) else {
        return (StatusCode::NOT_FOUND, "no such file").into_response();
    };
    let mut response = found.data.into_response();
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(found.metadata.mimetype()) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    response
}
