//! A project at a glance: what is deployed where, and what ran lately.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Router,
    extract::{Path, State},
    response::IntoResponse,
    routing::get,
};

use super::{
    blueprints::all_facts,
    layout::Layout,
    page::{PageResult, Viewer},
    runs::{DeploymentState, RunLine, deployment_state, lines, runs_off},
};
use crate::{
    app::App,
    project::{blueprints, deployments, environments, projects},
    run::service::{self, RunView},
    store::{ProjectId, blueprints::Blueprint, deployments::Deployment, environments::Environment},
};

/// Runs shown under the matrix.
const RECENT: usize = 8;
/// Runs looked at for the deployments' states.
const LOOKED_AT: i64 = 200;

pub fn router() -> Router<App> {
    Router::new().route("/projects/{id}", get(overview))
}

#[derive(Template, WebTemplate)]
#[template(path = "project/overview.html")]
struct OverviewPage {
    layout: Layout,
    id: String,
    name: String,
    environments: Vec<Environment>,
    rows: Vec<Row>,
    runs: Vec<RunLine>,
    runs_off: Option<String>,
}

/// One blueprint and its deployments.
struct Row {
    id: String,
    name: String,
    facts: String,
    cells: Vec<Cell>,
}

struct Cell {
    environment: String,
    environment_id: String,
    deployment: Option<DeploymentCell>,
}

struct DeploymentCell {
    id: String,
    says: DeploymentState,
}

async fn overview(State(app): State<App>, viewer: Viewer, Path(id): Path<ProjectId>) -> PageResult {
    let actor = &viewer.actor;
    let project = projects::get(&app, actor, &id).await?;
    let blueprints = blueprints::list(&app, actor, &id, None).await?.items;
    let environments = environments::list(&app, actor, &id).await?;
    let deployments = deployments::list(&app, actor, &id).await?;
    let runs = service::recent(&app, actor, &id, LOOKED_AT).await?;
    let facts = all_facts(&app, actor, &blueprints).await;
    let rows = blueprints.into_iter().zip(facts);
    let rows = rows.map(|(b, facts)| row(b, facts, &environments, &deployments, &runs)).collect();
    let page = OverviewPage {
        layout: viewer.layout().in_project(id.as_str(), &project.name, "overview"),
        id: id.0,
        name: project.name,
        rows,
        environments,
        runs: lines(runs.into_iter().take(RECENT)),
        runs_off: runs_off(&app).await,
    };
    Ok(page.into_response())
}

fn row(
    blueprint: Blueprint,
    facts: String,
    environments: &[Environment],
    deployments: &[Deployment],
    runs: &[RunView],
) -> Row {
    let cell = |environment: &Environment| {
        let found =
            deployments.iter().find(|d| d.blueprint_id == blueprint.id && d.environment_id == environment.id);
        Cell {
            environment: environment.name.clone(),
            environment_id: environment.id.0.clone(),
            deployment: found.map(|d| deployment_cell(d, runs)),
        }
    };
    Row { cells: environments.iter().map(cell).collect(), facts, id: blueprint.id.0, name: blueprint.name }
}

fn deployment_cell(deployment: &Deployment, runs: &[RunView]) -> DeploymentCell {
    DeploymentCell { id: deployment.id.0.clone(), says: deployment_state(deployment, runs) }
}
