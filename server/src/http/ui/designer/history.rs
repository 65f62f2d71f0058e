//! The list of revisions.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, Query, State},
    response::IntoResponse,
};

use crate::{
    app::App,
    error::Error,
    http::{
        api::Cursor,
        ui::{
            layout::Moment,
            page::{PageResult, Viewer},
        },
    },
    project::blueprints,
    store::{BlueprintId, blueprints::Revision},
};

#[derive(Template, WebTemplate)]
#[template(path = "designer/_history.html")]
struct HistoryView {
    id: String,
    revisions: Vec<RevisionView>,
    next: Option<String>,
}

struct RevisionView {
    number: i64,
    message: String,
    at: Moment,
    current: bool,
}

pub async fn list(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<BlueprintId>,
    Query(query): Query<Cursor>,
) -> PageResult {
    let cursor = query.cursor.map(|c| c.parse()).transpose();
    let cursor = cursor.map_err(|_| Error::field("cursor", "not a cursor of this list"))?;
    let blueprint = blueprints::get(&app, &viewer.actor, &id).await?;
    let page = blueprints::history(&app, &viewer.actor, &id, cursor).await?;
    let view = |r: Revision| RevisionView {
        current: r.number == blueprint.head,
        number: r.number,
        message: r.message,
        at: r.created_at.into(),
    };
    let revisions = page.items.into_iter().map(view).collect();
    Ok(HistoryView { id: id.0, revisions, next: page.next }.into_response())
}
