//! Deployments.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    app::App,
    auth::Actor,
    error::{Error, Result},
    project::{blueprints as blueprint_service, design, environments as environment_service, retire},
    state::backend::Backend,
    store::{
        BlueprintId, Connection, DeploymentId, EnvironmentId, ProjectId, blueprints,
        deployments::{self, Deployment},
        projects,
    },
};

/// The Terraform version of a new deployment.
pub const DEFAULT_TERRAFORM: &str = "1.11.4";

/// What is needed to make a deployment.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDeployment {
    pub blueprint_id: BlueprintId,
    pub environment_id: EnvironmentId,
    /// The revision to pin; none follows the latest.
    #[serde(default)]
    pub revision: Option<i64>,
    /// `managed`, `azurerm`, `s3` or `gcs`; none takes the one of the blueprint's cloud.
    #[serde(default)]
    pub backend: Option<String>,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub backend_config: Map<String, Value>,
    /// None takes the newest that runs can use.
    #[serde(default)]
    pub terraform_version: Option<String>,
}

/// What may be changed later; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeploymentChange {
    /// A number pins that revision, `null` follows the latest.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>)]
    pub revision: Option<Option<i64>>,
    #[serde(default)]
    pub backend: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub backend_config: Option<Map<String, Value>>,
    #[serde(default)]
    pub terraform_version: Option<String>,
}

/// Tells an explicit null from an absent field.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<i64>>, D::Error> {
    Option::<i64>::deserialize(deserializer).map(Some)
}

/// Binds a blueprint to an environment.
pub async fn create(app: &App, actor: &Actor, new: &NewDeployment) -> Result<Deployment> {
    let now = app.clock.now();
    let backend = match &new.backend {
        Some(name) => check_backend(name, &new.backend_config)?,
        None => check_backend(cloud_backend(app, actor, new).await?, &new.backend_config)?,
    };
    let mut tx = app.db.begin().await?;
    let blueprint = blueprint_service::visible(&mut tx, actor, &new.blueprint_id).await?;
    let environment = environment_service::visible(&mut tx, actor, &new.environment_id).await?;
    if environment.project_id != blueprint.project_id {
        return Err(Error::field("environment_id", "the environment belongs to another project"));
    }
    let deployment = Deployment {
        id: DeploymentId::random(),
        project_id: blueprint.project_id.clone(),
        blueprint_id: blueprint.id.clone(),
        blueprint: blueprint.name.clone(),
        environment_id: environment.id,
        environment: environment.name,
        revision: check_revision(&mut tx, &blueprint.id, new.revision).await?,
        head: blueprint.head,
        terraform_version: check_version(new.terraform_version.as_deref().unwrap_or(DEFAULT_TERRAFORM))?,
        backend,
        backend_config: new.backend_config.clone(),
        created_at: now,
        updated_at: now,
    };
    deployments::insert(&mut tx, &deployment).await?;
    tx.commit().await?;
    Ok(deployment)
}

/// The backend of the blueprint's cloud.
async fn cloud_backend(app: &App, actor: &Actor, new: &NewDeployment) -> Result<&'static str> {
    let opened = design::open(app, actor, &new.blueprint_id, new.revision).await?;
    let sources: Vec<String> = opened.schemas.providers.values().map(|p| p.address.source()).collect();
    let required = opened.document.required_providers();
    let named = required.values().filter_map(|p| p.source.as_deref());
    Ok(Backend::for_providers(sources.iter().map(String::as_str).chain(named)))
}

pub async fn list(app: &App, actor: &Actor, project: &ProjectId) -> Result<Vec<Deployment>> {
    let mut db = app.db.read().await?;
    projects::get(&mut db, project, actor.scope()).await?;
    deployments::list(&mut db, project).await
}

pub async fn get(app: &App, actor: &Actor, id: &DeploymentId) -> Result<Deployment> {
    visible(&mut *app.db.read().await?, actor, id).await
}

pub(crate) async fn visible(db: &mut Connection, actor: &Actor, id: &DeploymentId) -> Result<Deployment> {
    let deployment = deployments::get(db, id).await?;
    projects::get(db, &deployment.project_id, actor.scope())
        .await
        .map_err(|_| Error::NotFound("deployment"))?;
    Ok(deployment)
}

pub async fn update(
    app: &App,
    actor: &Actor,
    id: &DeploymentId,
    change: &DeploymentChange,
) -> Result<Deployment> {
    let mut tx = app.db.begin().await?;
    let mut deployment = visible(&mut tx, actor, id).await?;
    if let Some(revision) = change.revision {
        deployment.revision = check_revision(&mut tx, &deployment.blueprint_id, revision).await?;
    }
    if let Some(config) = &change.backend_config {
        deployment.backend_config = config.clone();
    }
    let backend = change.backend.as_deref().unwrap_or(&deployment.backend);
    deployment.backend = check_backend(backend, &deployment.backend_config)?;
    if let Some(version) = &change.terraform_version {
        deployment.terraform_version = check_version(version)?;
    }
    deployment.updated_at = app.clock.now();
    deployments::update(&mut tx, &deployment).await?;
    tx.commit().await?;
    Ok(deployment)
}

/// Deletes the deployment's record, its values and its runs; see [`retire`] for when it refuses.
pub async fn delete(app: &App, actor: &Actor, id: &DeploymentId, force: bool) -> Result<()> {
    let mut tx = app.db.begin().await?;
    visible(&mut tx, actor, id).await?;
    retire::check(&mut tx, id.as_str(), force).await?;
    deployments::delete(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

async fn check_revision(
    tx: &mut Connection,
    blueprint: &BlueprintId,
    revision: Option<i64>,
) -> Result<Option<i64>> {
    if let Some(number) = revision {
        blueprints::revision(tx, blueprint, number)
            .await
            .map_err(|_| Error::field("revision", format!("the blueprint has no revision {number}")))?;
    }
    Ok(revision)
}

fn check_backend(name: &str, config: &Map<String, Value>) -> Result<String> {
    let Some(backend) = Backend::named(name) else {
        let names: Vec<&str> = Backend::names().collect();
        return Err(Error::field("backend", format!("choose one of {}", names.join(", "))));
    };
    backend.check_config("backend_config", config)?;
    Ok(backend.name.to_owned())
}

fn check_version(version: &str) -> Result<String> {
    let numeric = version.split('.').count() == 3 && version.split('.').all(|p| p.parse::<u32>().is_ok());
    if numeric {
        Ok(version.to_owned())
    } else {
        Err(Error::field("terraform_version", "write it as 1.11.4"))
    }
}
