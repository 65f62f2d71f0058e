//! A project's settings: its name, its members, its end.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Router,
    extract::{Path, State},
    response::IntoResponse,
    routing::{get, post},
};
use serde::Deserialize;

use super::{
    layout::{Field, Layout},
    page::{Form, PageResult, Viewer, go_saying, place, refused},
    projects::refresh,
};
use crate::{
    app::App,
    project::{members, projects},
    store::{ProjectId, UserId, projects::Member},
};

pub fn router() -> Router<App> {
    Router::new()
        .route("/projects/{id}/settings", get(page))
        .route("/projects/{id}/members/new", get(new_member))
        .route("/projects/{id}/members", post(add_member))
        .route("/projects/{id}/members/{user}/delete", post(remove_member))
}

#[derive(Template, WebTemplate)]
#[template(path = "project/settings.html")]
struct SettingsPage {
    layout: Layout,
    id: String,
    name: String,
    members: Vec<Member>,
}

async fn page(State(app): State<App>, viewer: Viewer, Path(id): Path<ProjectId>) -> PageResult {
    let project = projects::get(&app, &viewer.actor, &id).await?;
    let page = SettingsPage {
        layout: viewer.layout().in_project(id.as_str(), &project.name, "settings").here("Settings"),
        members: members::list(&app, &viewer.actor, &id).await?,
        id: id.0,
        name: project.name,
    };
    Ok(page.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "project/_member.html")]
struct MemberForm {
    id: String,
    email: Field,
    error: String,
}

impl MemberForm {
    fn new(id: ProjectId, email: &str) -> MemberForm {
        MemberForm { id: id.0, email: Field::new("email", email), error: String::new() }
    }
}

#[derive(Deserialize)]
struct NewMember {
    email: String,
}

async fn new_member(_: Viewer, Path(id): Path<ProjectId>) -> MemberForm {
    MemberForm::new(id, "")
}

async fn add_member(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ProjectId>,
    Form(input): Form<NewMember>,
) -> PageResult {
    match members::add(&app, &viewer.actor, &id, &input.email).await {
        Ok(_) => Ok(refresh()),
        Err(error) => {
            let mut form = MemberForm::new(id, &input.email);
            form.error = place(error, &mut [&mut form.email])?;
            Ok(refused(form))
        }
    }
}

async fn remove_member(
    State(app): State<App>,
    viewer: Viewer,
    Path((id, user)): Path<(ProjectId, UserId)>,
) -> PageResult {
    members::remove(&app, &viewer.actor, &id, &user).await?;
    Ok(go_saying(&format!("/projects/{id}/settings"), "The member is removed"))
}
