//! The designer: forms and code as two faces of one text.
//!
//! The page is drawn once. After that the browser sends edits, one after the other, each naming the revision that it was
//! made on, and gets a [`screen::Screen`] back: fragments that are morphed into the page, and the texts that changed.

mod blocks;
mod form;
mod graph;
mod help;
mod history;
mod outline;
mod palette;
mod problems;
mod screen;
mod status;

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderValue, header},
    response::{Html, IntoResponse},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};

use super::{
    layout::Layout,
    page::{PageResult, Viewer},
};
use crate::{
    app::App,
    blueprint::Edit,
    error::Error,
    http::{
        extract::Json,
        problem::{ApiError, ApiResult},
    },
    project::{
        blueprints::{self, Step, Texts},
        design, projects,
    },
    store::BlueprintId,
};
use screen::Screen;

pub fn router() -> Router<App> {
    Router::new()
        .route("/blueprints/{id}", get(page))
        .route("/blueprints/{id}/screen", get(look))
        .route("/blueprints/{id}/edits", post(edit))
        .route("/blueprints/{id}/files", post(replace))
        .route("/blueprints/{id}/steps", post(step))
        .route("/blueprints/{id}/palette", get(palette::search))
        .route("/blueprints/{id}/docs", get(help::docs))
        .route("/blueprints/{id}/history", get(history::list))
        .route("/blueprints/{id}/problems", get(problems::list))
        .route("/blueprints/{id}/graph", get(graph::page))
        .route("/blueprints/{id}/graph.dot", get(graph::dot))
}

/// What is being looked at: a link can hold it.
#[derive(Debug, Deserialize)]
struct View {
    element: Option<String>,
    /// The revision whose files the browser has.
    known: Option<i64>,
}

#[derive(Template)]
#[template(path = "designer/page.html")]
struct DesignerPage {
    layout: Layout,
    id: String,
    screen: Screen,
    /// The texts and positions for the script, as JSON.
    state: String,
    nonce: String,
}

/// What the script starts with.
#[derive(Serialize)]
struct Start<'a> {
    id: &'a str,
    name: &'a str,
    #[serde(flatten)]
    screen: &'a Screen,
}

async fn page(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<BlueprintId>,
    Query(view): Query<View>,
) -> PageResult {
    let opened = design::open(&app, &viewer.actor, &id, None).await?;
    let project = projects::get(&app, &viewer.actor, &opened.blueprint.project_id).await?;
    let screen = screen::draw(&app, &viewer.actor, &opened, view.element.as_deref(), None, &[]).await?;
    let name = opened.blueprint.name.clone();
    // What the page holds already need not be in it twice.
    let facts =
        Screen { form: String::new(), outline: String::new(), status: String::new(), ..screen.clone() };
    let start = Start { id: id.as_str(), name: &name, screen: &facts };
    let page = DesignerPage {
        layout: viewer.layout().crumb(&project.name, format!("/projects/{}", project.id)).here(&name),
        state: embeddable(&start)?,
        nonce: hex::encode(rand::random::<[u8; 16]>()),
        id: id.0.clone(),
        screen,
    };
    with_nonce(&page)
}

/// JSON that may stand inside a `<script>` element: nothing in it can end the element.
fn embeddable(value: &impl Serialize) -> PageResult<String> {
    Ok(serde_json::to_string(value).map_err(Error::from)?.replace('<', "\\u003c"))
}

/// The editor makes its style sheet at run time, so this page's policy allows the one with its nonce.
fn with_nonce(page: &DesignerPage) -> PageResult {
    let html = page.render().map_err(Error::internal)?;
    let policy = format!(
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'nonce-{}'; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'",
        page.nonce
    );
    let mut response = Html(html).into_response();
    if let Ok(value) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, value);
    }
    Ok(response)
}

/// Another element, or the latest revision.
async fn look(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<BlueprintId>,
    Query(view): Query<View>,
) -> ApiResult<Json<Screen>> {
    let opened = design::open(&app, &viewer.actor, &id, None).await?;
    Ok(Json(screen::draw(&app, &viewer.actor, &opened, view.element.as_deref(), view.known, &[]).await?))
}

/// An edit by form or by code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewEdit {
    /// The revision that it was made on.
    base: i64,
    edit: Edit,
    /// The element in the form.
    element: Option<String>,
}

async fn edit(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<BlueprintId>,
    Json(new): Json<NewEdit>,
) -> ApiResult<Json<Screen>> {
    let stays = matches!(new.edit, Edit::SetFile { .. } | Edit::Format { .. });
    let removed = match &new.edit {
        Edit::RemoveElement { element } => Some(element.clone()),
        _ => None,
    };
    let edited = design::edit(&app, &viewer.actor, &id, new.base, new.edit).await?;
    let about = edited.address.filter(|address| !stays && removed.as_ref() != Some(address));
    let element = about.or(new.element);
    let opened = &edited.opened;
    Ok(Json(
        screen::draw(&app, &viewer.actor, opened, element.as_deref(), Some(new.base), &edited.dangling)
            .await?,
    ))
}

/// All files at once: one's own version over somebody else's, or what both were merged to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFiles {
    base: i64,
    files: Texts,
    element: Option<String>,
}

async fn replace(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<BlueprintId>,
    Json(new): Json<NewFiles>,
) -> ApiResult<Json<Screen>> {
    design::put_files(&app, &viewer.actor, &id, new.base, &new.files).await?;
    let opened = design::open(&app, &viewer.actor, &id, None).await?;
    Ok(Json(screen::draw(&app, &viewer.actor, &opened, new.element.as_deref(), Some(new.base), &[]).await?))
}

/// A step through history.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewStep {
    base: i64,
    step: StepKind,
    /// The revision to restore.
    revision: Option<i64>,
    element: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StepKind {
    Undo,
    Redo,
    Restore,
}

async fn step(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<BlueprintId>,
    Json(new): Json<NewStep>,
) -> ApiResult<Json<Screen>> {
    let step = match (new.step, new.revision) {
        (StepKind::Undo, _) => Step::Undo,
        (StepKind::Redo, _) => Step::Redo,
        (StepKind::Restore, Some(number)) => Step::Restore(number),
        (StepKind::Restore, None) => return Err(ApiError(Error::field("revision", "say which revision"))),
    };
    blueprints::step(&app, &viewer.actor, &id, new.base, step).await?;
    let opened = design::open(&app, &viewer.actor, &id, None).await?;
    Ok(Json(screen::draw(&app, &viewer.actor, &opened, new.element.as_deref(), Some(new.base), &[]).await?))
}
