//! The dialog that takes a bundle. The browser sends the file to the API, so that its progress can be shown.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;

use super::Admin;
use crate::app::App;

#[derive(Template, WebTemplate)]
#[template(path = "providers/_upload.html")]
pub(super) struct UploadForm {
    /// Largest file, MiB.
    limit: u64,
}

pub(super) async fn form(State(app): State<App>, _: Admin) -> UploadForm {
    UploadForm { limit: app.config.upload_limit }
}
