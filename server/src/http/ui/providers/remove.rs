//! Taking a version out of the catalog, after a look at what uses it.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use serde::Deserialize;

use super::{Admin, HOME, VersionPath, quality_url};
use crate::{
    app::App,
    http::ui::{
        layout::count,
        page::{Form, PageResult, go_saying, place, refused},
    },
    jobs::removal,
};

/// Blueprints named in the dialog.
const NAMED: usize = 10;

#[derive(Template, WebTemplate)]
#[template(path = "providers/_remove.html")]
pub(super) struct RemoveForm {
    source: String,
    version: String,
    action: String,
    /// The first blueprints that are designed against it.
    used_by: Vec<String>,
    /// "3 blueprints".
    total: String,
    error: String,
}

pub(super) async fn form(
    State(app): State<App>,
    admin: Admin,
    Path(path): Path<VersionPath>,
) -> PageResult<RemoveForm> {
    let address = path.provider();
    let mut used_by = removal::designed_against(&app, admin.actor(), &address, &path.version).await?;
    let total = count(used_by.len(), "blueprint", "blueprints");
    used_by.truncate(NAMED);
    Ok(RemoveForm {
        source: address.source(),
        action: format!("{}/remove", quality_url(&address, &path.version)),
        version: path.version,
        used_by,
        total,
        error: String::new(),
    })
}

#[derive(Deserialize)]
pub(super) struct Confirmed {
    /// Set where the dialog has named the blueprints that use it.
    #[serde(default)]
    force: bool,
}

pub(super) async fn remove(
    State(app): State<App>,
    admin: Admin,
    Path(path): Path<VersionPath>,
    Form(confirmed): Form<Confirmed>,
) -> PageResult {
    let address = path.provider();
    match removal::remove(&app, admin.actor(), &address, &path.version, confirmed.force).await {
        Ok(()) => Ok(go_saying(HOME, &format!("{} {} is removed", address.source(), path.version))),
        Err(error) => {
            let error = place(error, &mut [])?;
            let mut again = form(State(app), admin, Path(path)).await?;
            again.error = error;
            Ok(refused(again))
        }
    }
}
