//! Binding a blueprint to an environment.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Router,
    extract::{Path, Query, State},
    routing::get,
};
use serde::Deserialize;

use crate::{
    app::App,
    auth::Actor,
    error::{Error, Result},
    http::ui::page::{Form, PageResult, Viewer, go, place, refused},
    project::{
        blueprints,
        deployments::{self, NewDeployment},
        environments,
    },
    store::{BlueprintId, EnvironmentId, blueprints::Blueprint},
};

pub fn router() -> Router<App> {
    Router::new().route("/blueprints/{id}/deploy", get(form).post(create))
}

#[derive(Template, WebTemplate)]
#[template(path = "deployment/_create.html")]
struct CreateForm {
    id: String,
    blueprint: String,
    environments: Vec<Choice>,
    name: String,
    error: String,
}

/// An environment; the blueprint may be there already.
struct Choice {
    id: String,
    name: String,
    deployment: Option<String>,
    chosen: bool,
}

#[derive(Deserialize, Default)]
struct Wanted {
    /// An environment's id; empty for a new one.
    #[serde(default)]
    environment: String,
    /// The new environment's name.
    #[serde(default)]
    name: String,
}

async fn build(app: &App, actor: &Actor, blueprint: &Blueprint, wanted: &Wanted) -> Result<CreateForm> {
    let environments = environments::list(app, actor, &blueprint.project_id).await?;
    let deployments = deployments::list(app, actor, &blueprint.project_id).await?;
    let choice = |e: crate::store::environments::Environment| {
        let there = deployments.iter().find(|d| d.environment_id == e.id && d.blueprint_id == blueprint.id);
        Choice {
            chosen: e.id.0 == wanted.environment,
            deployment: there.map(|d| d.id.0.clone()),
            id: e.id.0,
            name: e.name,
        }
    };
    let mut environments: Vec<Choice> = environments.into_iter().map(choice).collect();
    if !environments.iter().any(|e| e.chosen)
        && let Some(first) = environments.iter_mut().find(|e| e.deployment.is_none())
    {
        first.chosen = true;
    }
    Ok(CreateForm {
        id: blueprint.id.0.clone(),
        blueprint: blueprint.name.clone(),
        environments,
        name: wanted.name.clone(),
        error: String::new(),
    })
}

async fn form(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<BlueprintId>,
    Query(wanted): Query<Wanted>,
) -> PageResult<CreateForm> {
    let blueprint = blueprints::get(&app, &viewer.actor, &id).await?;
    Ok(build(&app, &viewer.actor, &blueprint, &wanted).await?)
}

async fn create(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<BlueprintId>,
    Form(wanted): Form<Wanted>,
) -> PageResult {
    let blueprint = blueprints::get(&app, &viewer.actor, &id).await?;
    match bind(&app, &viewer.actor, &blueprint, &wanted).await {
        Ok(address) => Ok(go(&address)),
        Err(error) => {
            let mut form = build(&app, &viewer.actor, &blueprint, &wanted).await?;
            form.error = place(error, &mut [])?;
            Ok(refused(form))
        }
    }
}

async fn bind(app: &App, actor: &Actor, blueprint: &Blueprint, wanted: &Wanted) -> Result<String> {
    let environment_id = if wanted.environment.is_empty() {
        environments::create(app, actor, &blueprint.project_id, &wanted.name).await?.id
    } else {
        EnvironmentId(wanted.environment.clone())
    };
    let new = NewDeployment {
        blueprint_id: blueprint.id.clone(),
        environment_id: environment_id.clone(),
        revision: None,
        backend: None,
        backend_config: serde_json::Map::new(),
        terraform_version: None,
    };
    match deployments::create(app, actor, &new).await {
        Ok(deployment) => Ok(format!("/deployments/{}", deployment.id)),
        Err(Error::Conflict(message)) => Err(Error::Conflict(message)),
        Err(other) => Err(other),
    }
}
