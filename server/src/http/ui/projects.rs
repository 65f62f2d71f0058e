//! The list of projects.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Router,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};

use super::{
    layout::{Layout, Moment, count},
    page::{Form, NameForm, NameInput, PageResult, Viewer, go, go_saying},
};
use crate::{app::App, http::api::Cursor, project::projects, store::ProjectId};

pub fn router() -> Router<App> {
    Router::new()
        .route("/projects", get(list).post(create))
        .route("/projects/new", get(|_: Viewer| async { new_form("") }))
        .route("/projects/{id}/rename", get(rename_form).post(rename))
        .route("/projects/{id}/delete", post(delete))
}

#[derive(Template, WebTemplate)]
#[template(path = "project/list.html")]
struct ListPage {
    layout: Layout,
    projects: Vec<ProjectView>,
    next: Option<String>,
}

struct ProjectView {
    id: String,
    name: String,
    blueprints: String,
    updated: Moment,
}

async fn list(State(app): State<App>, viewer: Viewer, Query(query): Query<Cursor>) -> PageResult {
    let page = projects::list(&app, &viewer.actor, query.cursor.as_deref()).await?;
    let view = |p: crate::store::projects::Project| ProjectView {
        id: p.id.0,
        name: p.name,
        blueprints: count(usize::try_from(p.blueprints).unwrap_or(0), "blueprint", "blueprints"),
        updated: p.updated_at.into(),
    };
    let layout = viewer.layout().section("projects").here("Projects");
    Ok(ListPage { layout, projects: page.items.into_iter().map(view).collect(), next: page.next }
        .into_response())
}

fn new_form(value: &str) -> NameForm {
    NameForm::new("New project", "/projects", "Create project", value)
}

async fn create(State(app): State<App>, viewer: Viewer, Form(input): Form<NameInput>) -> PageResult {
    match projects::create(&app, &viewer.actor, &input.name).await {
        Ok(project) => Ok(go(&format!("/projects/{}", project.id))),
        Err(error) => new_form(&input.name).refuse(error),
    }
}

fn rename_dialog(id: &ProjectId, value: &str) -> NameForm {
    NameForm::new("Rename project", format!("/projects/{id}/rename"), "Rename", value)
}

async fn rename_form(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ProjectId>,
) -> PageResult<NameForm> {
    let project = projects::get(&app, &viewer.actor, &id).await?;
    Ok(rename_dialog(&id, &project.name))
}

async fn rename(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ProjectId>,
    Form(input): Form<NameInput>,
) -> PageResult {
    match projects::rename(&app, &viewer.actor, &id, &input.name).await {
        Ok(_) => Ok(refresh()),
        Err(error) => rename_dialog(&id, &input.name).refuse(error),
    }
}

async fn delete(State(app): State<App>, viewer: Viewer, Path(id): Path<ProjectId>) -> PageResult {
    let project = projects::get(&app, &viewer.actor, &id).await?;
    projects::delete(&app, &viewer.actor, &id, false).await?;
    Ok(go_saying("/projects", &format!("Project {} is deleted", project.name)))
}

/// Tells htmx to load the page again.
pub fn refresh() -> Response {
    ([("hx-refresh", "true")], "").into_response()
}
