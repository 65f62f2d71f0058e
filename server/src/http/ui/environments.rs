//! A project's environments: list, create, rename, delete.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Router,
    extract::{Path, State},
    response::IntoResponse,
    routing::{get, post},
};

use super::{
    layout::{Layout, Moment},
    page::{Form, NameForm, NameInput, PageResult, Viewer, go_saying},
    projects::refresh,
};
use crate::{
    app::App,
    project::{deployments, environments, projects},
    store::{EnvironmentId, ProjectId, deployments::Deployment, environments::Environment},
};

pub fn router() -> Router<App> {
    Router::new()
        .route("/projects/{id}/environments", get(list).post(create))
        .route("/projects/{id}/environments/new", get(new))
        .route("/environments/{id}/rename", get(rename_form).post(rename))
        .route("/environments/{id}/delete", post(delete))
}

#[derive(Template, WebTemplate)]
#[template(path = "environment/list.html")]
struct ListPage {
    layout: Layout,
    project_id: String,
    environments: Vec<EnvironmentView>,
}

struct EnvironmentView {
    id: String,
    name: String,
    created: Moment,
    deployments: Vec<DeploymentLink>,
}

struct DeploymentLink {
    id: String,
    blueprint: String,
}

async fn list(State(app): State<App>, viewer: Viewer, Path(id): Path<ProjectId>) -> PageResult {
    let project = projects::get(&app, &viewer.actor, &id).await?;
    let environments = environments::list(&app, &viewer.actor, &id).await?;
    let deployments = deployments::list(&app, &viewer.actor, &id).await?;
    let page = ListPage {
        layout: viewer.layout().in_project(id.as_str(), &project.name, "environments").here("Environments"),
        project_id: id.0,
        environments: environments.into_iter().map(|e| view(e, &deployments)).collect(),
    };
    Ok(page.into_response())
}

fn view(environment: Environment, deployments: &[Deployment]) -> EnvironmentView {
    let here = deployments.iter().filter(|d| d.environment_id == environment.id);
    EnvironmentView {
        deployments: here
            .map(|d| DeploymentLink { id: d.id.0.clone(), blueprint: d.blueprint.clone() })
            .collect(),
        id: environment.id.0,
        name: environment.name,
        created: environment.created_at.into(),
    }
}

const HINT: &str = "Letters, digits, - and _: it also names a file in downloads.";

fn new_form(project: &ProjectId, value: &str) -> NameForm {
    NameForm::new("New environment", format!("/projects/{project}/environments"), "Create environment", value)
        .hint(HINT)
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
    match environments::create(&app, &viewer.actor, &id, &input.name).await {
        Ok(_) => Ok(refresh()),
        Err(error) => new_form(&id, &input.name).refuse(error),
    }
}

fn rename_dialog(id: &EnvironmentId, value: &str) -> NameForm {
    NameForm::new("Rename environment", format!("/environments/{id}/rename"), "Rename", value).hint(HINT)
}

async fn rename_form(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<EnvironmentId>,
) -> PageResult<NameForm> {
    Ok(rename_dialog(&id, &environments::get(&app, &viewer.actor, &id).await?.name))
}

async fn rename(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<EnvironmentId>,
    Form(input): Form<NameInput>,
) -> PageResult {
    match environments::rename(&app, &viewer.actor, &id, &input.name).await {
        Ok(_) => Ok(refresh()),
        Err(error) => rename_dialog(&id, &input.name).refuse(error),
    }
}

async fn delete(State(app): State<App>, viewer: Viewer, Path(id): Path<EnvironmentId>) -> PageResult {
    let environment = environments::get(&app, &viewer.actor, &id).await?;
    environments::delete(&app, &viewer.actor, &id, false).await?;
    let list = format!("/projects/{}/environments", environment.project_id);
    Ok(go_saying(&list, &format!("Environment {} is deleted", environment.name)))
}
