//! What the docs panel says.

use std::sync::Arc;

use axum::{
    extract::{Path, Query, State},
    response::IntoResponse,
};
use serde::Deserialize;

use crate::{
    app::App,
    blueprint::{self, ElementKind, Path as FieldPath},
    error::Error,
    http::ui::{
        catalog::Entry,
        page::{PageResult, Viewer},
    },
    project::design,
    store::BlueprintId,
};

#[derive(Deserialize)]
pub struct Place {
    element: String,
    #[serde(default)]
    path: FieldPath,
}

/// The catalog's entry of the argument or block at the path; of the element itself when the path is empty.
pub async fn docs(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<BlueprintId>,
    Query(place): Query<Place>,
) -> PageResult {
    let opened = design::open(&app, &viewer.actor, &id, None).await?;
    let element = opened.document.element(&place.element).ok_or(Error::NotFound("element"))?;
    let page = opened.schemas.of(element).map(Arc::as_ref);
    let loaded = app.catalogs.loaded();
    if place.path.is_root() {
        let name = element.ty.as_deref().unwrap_or(&element.address);
        let entry = page.map(|page| Entry::of_element(&loaded, page));
        return Ok(entry.unwrap_or_else(|| Entry::of_name(name, purpose(element.kind))).into_response());
    }
    let path = place.path.names().collect::<Vec<_>>().join(".");
    let own = blueprint::own_arguments(&opened.document, element);
    let entry = page.and_then(|page| Entry::of_argument(&loaded, page, &path));
    let entry = entry.or_else(|| Entry::of_own(&own, &path));
    let name = place.path.last_name().unwrap_or_default();
    Ok(entry.unwrap_or_else(|| Entry::of_name(name, "")).into_response())
}

/// What Terraform's own blocks are for.
fn purpose(kind: ElementKind) -> &'static str {
    match kind {
        ElementKind::Variable => "A value that each deployment sets. Refer to it as `var.` and its name.",
        ElementKind::Local => {
            "A name for an expression that is used more than once. Refer to it as `local.` and its name."
        }
        ElementKind::Output => {
            "A value that is shown when a deployment was applied, and that others can read from its state."
        }
        ElementKind::Module => "Another configuration, used as a part of this one.",
        ElementKind::Terraform => {
            "Settings of Terraform itself: which providers this needs, in which versions."
        }
        _ => "",
    }
}
