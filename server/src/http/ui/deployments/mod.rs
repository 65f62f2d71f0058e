//! The page of a deployment: values, credentials, settings, runs, state.

mod create;
mod import;
mod settings;
mod start;
mod values;
mod variables;

use self::{settings::SettingsForm, start::StartForm, values::EnvValue, variables::VariableField};
use super::{
    layout::{Chip, Layout, Moment},
    page::{PageResult, Viewer, go_saying},
    runs::{self, RunLine},
};
use crate::{
    app::App,
    auth::Actor,
    http::download as http_download,
    project::{deployments, design, download, projects, values as value_service},
    run::service,
    state::{
        backend::Backend,
        service::{self as states, StateSource},
    },
    store::{DeploymentId, deployments::Deployment},
};
use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Router,
    extract::{Path, State},
    response::IntoResponse,
    routing::{get, post},
};

/// Runs shown on the page.
const RUNS: usize = 12;

pub fn router() -> Router<App> {
    Router::new()
        .route("/deployments/{id}", get(page))
        .route("/deployments/{id}/delete", post(delete))
        .route("/deployments/{id}/zip", get(zip))
        .merge(create::router())
        .merge(start::router())
        .merge(import::router())
        .merge(settings::router())
        .merge(values::router())
}

#[derive(Template, WebTemplate)]
#[template(path = "deployment/page.html")]
struct DeploymentPage {
    layout: Layout,
    id: String,
    blueprint: String,
    blueprint_id: String,
    environment: String,
    revision: String,
    state: Chip,
    runs_off: Option<String>,
    start: StartForm,
    values: values::ValuesForm,
    env: Vec<EnvValue>,
    settings: SettingsForm,
    runs: Vec<RunLine>,
    resources: Option<StateView>,
    managed: bool,
}

/// What Terraform has made, as the latest state says.
struct StateView {
    serial: i64,
    at: Moment,
    resources: Vec<ResourceLine>,
    outputs: Vec<OutputLine>,
    omitted: usize,
}

struct ResourceLine {
    address: String,
    id: String,
    tainted: bool,
}

struct OutputLine {
    name: String,
    value: String,
}

async fn page(State(app): State<App>, viewer: Viewer, Path(id): Path<DeploymentId>) -> PageResult {
    let actor = &viewer.actor;
    let deployment = deployments::get(&app, actor, &id).await?;
    let project = projects::get(&app, actor, &deployment.project_id).await?;
    let fields = variable_fields(&app, actor, &deployment).await?;
    let all_runs = service::list(&app, actor, &id, None).await?.items;
    let state = runs::deployment_state(&deployment, &all_runs).state;
    let env = values::env_values(&value_service::list(&app, actor, &id).await?);
    let runs_off = runs::runs_off(&app).await;
    let page = DeploymentPage {
        layout: layout(&viewer, &deployment, &project.name),
        revision: match deployment.revision {
            Some(number) => format!("pinned to r{number}"),
            None => format!("follows the latest revision, r{}", deployment.head),
        },
        state,
        start: StartForm::new(&deployment.id, missing(&deployment, &fields), runs_off.is_some()),
        runs_off,
        env,
        settings: settings::form(&app, actor, &deployment).await?,
        runs: runs::lines(all_runs.into_iter().take(RUNS)),
        resources: state_view(&app, actor, &id).await?,
        managed: deployment.backend == crate::state::backend::MANAGED,
        values: values::ValuesForm { id: id.0.clone(), fields, error: String::new() },
        id: id.0,
        blueprint: deployment.blueprint,
        blueprint_id: deployment.blueprint_id.0,
        environment: deployment.environment,
    };
    Ok(page.into_response())
}

fn layout(viewer: &Viewer, deployment: &Deployment, project: &str) -> Layout {
    let mut layout = viewer
        .layout()
        .in_project(deployment.project_id.as_str(), project, "")
        .crumb(&deployment.blueprint, format!("/blueprints/{}", deployment.blueprint_id))
        .here(&deployment.environment);
    layout.title = format!("{} on {}", deployment.blueprint, deployment.environment);
    layout
}

/// The variables of the revision that a run would use, with the deployment's values.
async fn variable_fields(
    app: &App,
    actor: &Actor,
    deployment: &Deployment,
) -> PageResult<Vec<VariableField>> {
    let revision = deployment.effective_revision();
    let opened = design::open(app, actor, &deployment.blueprint_id, Some(revision)).await?;
    let values = value_service::list(app, actor, &deployment.id).await?;
    Ok(variables::fields(&opened, &values))
}

fn missing(deployment: &Deployment, fields: &[VariableField]) -> Vec<String> {
    let values = fields.iter().filter(|f| f.required && !f.set).map(|f| f.name.clone());
    let backend = Backend::named(&deployment.backend);
    let settings = backend
        .into_iter()
        .flat_map(|b| b.missing(&deployment.backend_config))
        .map(|name| format!("backend {name}"));
    values.chain(settings).collect()
}

async fn state_view(app: &App, actor: &Actor, id: &DeploymentId) -> PageResult<Option<StateView>> {
    let Some((source, view)) = states::current(app, actor, id).await? else { return Ok(None) };
    let at = match &source {
        StateSource::Managed(version) => version.created_at,
        StateSource::Pulled(state) => state.created_at,
    };
    let resources = view.resources.into_iter().filter(|r| r.mode == "managed").map(|r| ResourceLine {
        address: r.address,
        id: r.id.unwrap_or_default(),
        tainted: r.tainted,
    });
    let outputs = view.outputs.into_iter().map(|o| OutputLine {
        value: match &o.value {
            _ if o.sensitive => "sensitive".into(),
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => String::new(),
        },
        name: o.name,
    });
    Ok(Some(StateView {
        serial: view.serial,
        at: at.into(),
        resources: resources.collect(),
        outputs: outputs.collect(),
        omitted: view.omitted,
    }))
}

async fn delete(State(app): State<App>, viewer: Viewer, Path(id): Path<DeploymentId>) -> PageResult {
    let deployment = deployments::get(&app, &viewer.actor, &id).await?;
    deployments::delete(&app, &viewer.actor, &id, false).await?;
    let said = format!("{} is no longer deployed to {}", deployment.blueprint, deployment.environment);
    Ok(go_saying(&format!("/projects/{}", deployment.project_id), &said))
}

/// The blueprint's files with the backend and the values, sent while they are packed.
async fn zip(State(app): State<App>, viewer: Viewer, Path(id): Path<DeploymentId>) -> PageResult {
    let (deployment, files) = download::deployment(&app, &viewer.actor, &id).await?;
    let name = format!("{}-{}", deployment.blueprint, deployment.environment);
    Ok(http_download::zip(&name, files))
}
