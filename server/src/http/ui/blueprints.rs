//! A project's blueprints: list, create, rename, delete, download.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Router,
    extract::{Path, Query, State},
    response::IntoResponse,
    routing::{get, post},
};

use futures::{StreamExt as _, stream};

use super::{
    layout::{Layout, Moment, count},
    page::{Form, NameForm, NameInput, PageResult, Viewer, go, go_saying},
    projects::refresh,
};
use crate::{
    app::App,
    auth::Actor,
    blueprint::ElementKind,
    http::{api::Cursor, download},
    project::{blueprints, design, download as files, projects},
    store::{BlueprintId, ProjectId, blueprints::Blueprint},
};

/// Blueprints read at the same time for a list.
const AT_ONCE: usize = 8;

pub fn router() -> Router<App> {
    Router::new()
        .route("/projects/{id}/blueprints", get(list).post(create))
        .route("/projects/{id}/blueprints/new", get(new))
        .route("/blueprints/{id}/rename", get(rename_form).post(rename))
        .route("/blueprints/{id}/delete", post(delete))
        .route("/blueprints/{id}/zip", get(zip))
}

#[derive(Template, WebTemplate)]
#[template(path = "blueprint/list.html")]
struct ListPage {
    layout: Layout,
    project_id: String,
    blueprints: Vec<BlueprintView>,
    next: Option<String>,
}

struct BlueprintView {
    id: String,
    name: String,
    facts: String,
    head: i64,
    updated: Moment,
}

/// What the lists say under a blueprint's name: its providers, how many resources, its revision.
pub async fn all_facts(app: &App, actor: &Actor, blueprints: &[Blueprint]) -> Vec<String> {
    let each = blueprints.iter().map(|b| facts(app, actor, b)).collect::<Vec<_>>();
    stream::iter(each).buffered(AT_ONCE).collect().await
}

async fn facts(app: &App, actor: &Actor, blueprint: &Blueprint) -> String {
    let revision = format!("r{}", blueprint.head);
    let Ok(document) = design::read(app, actor, &blueprint.id).await else { return revision };
    let resources = document.elements().iter().filter(|e| e.kind == ElementKind::Resource).count();
    let mut parts: Vec<String> = document.required_providers().into_keys().collect();
    parts.push(count(resources, "resource", "resources"));
    parts.push(revision);
    parts.join(" · ")
}

async fn list(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ProjectId>,
    Query(query): Query<Cursor>,
) -> PageResult {
    let project = projects::get(&app, &viewer.actor, &id).await?;
    let page = blueprints::list(&app, &viewer.actor, &id, query.cursor.as_deref()).await?;
    let facts = all_facts(&app, &viewer.actor, &page.items).await;
    let view = |(b, facts): (Blueprint, String)| BlueprintView {
        facts,
        id: b.id.0,
        name: b.name,
        head: b.head,
        updated: b.updated_at.into(),
    };
    let page = ListPage {
        layout: viewer.layout().in_project(id.as_str(), &project.name, "blueprints").here("Blueprints"),
        project_id: id.0,
        blueprints: page.items.into_iter().zip(facts).map(view).collect(),
        next: page.next,
    };
    Ok(page.into_response())
}

fn new_form(project: &ProjectId, value: &str) -> NameForm {
    NameForm::new("New blueprint", format!("/projects/{project}/blueprints"), "Create blueprint", value)
}

async fn new(_: Viewer, Path(id): Path<ProjectId>) -> NameForm {
    new_form(&id, "")
}

async fn create(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ProjectId>,
    Form(input): Form<NameInput>,
) -> PageResult {
    match blueprints::create(&app, &viewer.actor, &id, &input.name, &design::empty()).await {
        Ok(blueprint) => Ok(go(&format!("/blueprints/{}", blueprint.id))),
        Err(error) => new_form(&id, &input.name).refuse(error),
    }
}

fn rename_dialog(id: &BlueprintId, value: &str) -> NameForm {
    NameForm::new("Rename blueprint", format!("/blueprints/{id}/rename"), "Rename", value)
}

async fn rename_form(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<BlueprintId>,
) -> PageResult<NameForm> {
    Ok(rename_dialog(&id, &blueprints::get(&app, &viewer.actor, &id).await?.name))
}

async fn rename(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<BlueprintId>,
    Form(input): Form<NameInput>,
) -> PageResult {
    match blueprints::rename(&app, &viewer.actor, &id, &input.name).await {
        Ok(_) => Ok(refresh()),
        Err(error) => rename_dialog(&id, &input.name).refuse(error),
    }
}

async fn delete(State(app): State<App>, viewer: Viewer, Path(id): Path<BlueprintId>) -> PageResult {
    let blueprint = blueprints::get(&app, &viewer.actor, &id).await?;
    blueprints::delete(&app, &viewer.actor, &id, false).await?;
    let list = format!("/projects/{}/blueprints", blueprint.project_id);
    Ok(go_saying(&list, &format!("Blueprint {} is deleted", blueprint.name)))
}

/// The blueprint's files, sent while they are packed.
async fn zip(State(app): State<App>, viewer: Viewer, Path(id): Path<BlueprintId>) -> PageResult {
    let opened = design::open(&app, &viewer.actor, &id, None).await?;
    let name = format!("{}-r{}", opened.blueprint.name, opened.revision.number);
    Ok(download::zip(&name, files::blueprint(&opened)))
}
