//! Imports of objects that exist: a run whose plan generates configuration, and the edit that it proposes.
//!
//! The run works with the blueprint's code and an `import` block for each object, and lets Terraform write configuration for
//! those that have none. It is never applied: what it found becomes an edit of the blueprint once somebody has looked at it.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/import/generating-configuration>

mod keep;
mod proposal;
mod request;

use serde::Serialize;

pub use self::{
    keep::keep,
    proposal::{ChangedFile, Proposal},
    request::{Prepared, Request, StartImport, prepare, requested},
};
use super::service::{self, RunView};
use crate::{
    app::App,
    auth::Actor,
    error::{Error, Result},
    project::{blueprints, deployments},
    store::{
        RunId,
        blueprints::Revision,
        run_imports::{self, Decision},
    },
};

/// What became of one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The run has not ended.
    Pending,
    /// It was found, and Terraform wrote configuration for it.
    Generated,
    /// It was found, and the blueprint has its configuration.
    Found,
    /// It could not be imported.
    Failed,
}

/// One object that a run was to import.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ImportedObject {
    pub to: String,
    pub id: String,
    pub provider: Option<String>,
    pub outcome: Outcome,
    /// What Terraform says of it, when it failed.
    pub error: Option<String>,
}

/// What an import asked for, found and proposes.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ImportView {
    pub objects: Vec<ImportedObject>,
    pub decision: Decision,
    pub decided_by: Option<String>,
    /// The blueprint's revision that it was added as.
    pub revision: Option<i64>,
    /// What Terraform generated, as it wrote it; secret values of the deployment are `***`.
    pub generated: Option<String>,
    /// Terraform's errors.
    pub errors: Vec<String>,
    /// What a person should know before adding it.
    pub notes: Vec<String>,
    /// The edit of the blueprint as it is now; absent when there is nothing to add (any more).
    pub proposal: Option<Proposal>,
}

/// What an import asked for, found and proposes.
pub async fn view(app: &App, actor: &Actor, id: &RunId) -> Result<ImportView> {
    let RunView { run, .. } = service::get(app, actor, id).await?;
    let decided = run_imports::get(&mut *app.db.read().await?, id).await?;
    let request = requested(app, id).await?;
    let found = keep::found(app, id).await?;
    let mut view = ImportView {
        objects: proposal::objects(&request, found.as_ref(), run.status.is_final()),
        decision: decided.decision,
        decided_by: decided.decided_by,
        revision: decided.revision,
        generated: found.as_ref().and_then(|found| found.generated.clone()),
        errors: found.as_ref().map(|found| found.errors.clone()).unwrap_or_default(),
        notes: Vec::new(),
        proposal: None,
    };
    if let Some(found) = found.filter(|_| decided.decision == Decision::Open && run.status.is_final()) {
        let (proposal, notes) = proposal::propose(app, actor, &run, &request, &found).await?;
        view.proposal = proposal;
        view.notes = notes;
    }
    Ok(view)
}

/// Adds what the import proposes to revision `base` of the blueprint.
///
/// # Errors
/// [`Error::Stale`] when `base` isn't the latest any more; a conflict when there is nothing to add or something was decided.
pub async fn add(app: &App, actor: &Actor, id: &RunId, base: i64) -> Result<Revision> {
    let RunView { run, .. } = service::get(app, actor, id).await?;
    let decided = run_imports::get(&mut *app.db.read().await?, id).await?;
    if decided.decision != Decision::Open {
        return Err(Error::Conflict(format!("the import is {} already", decided.decision)));
    }
    let found = keep::found(app, id).await?.filter(|_| run.status.is_final());
    let found = found.ok_or_else(|| Error::Conflict("the import has not ended".into()))?;
    let request = requested(app, id).await?;
    let deployment = deployments::get(app, actor, &run.deployment_id).await?;
    let (proposal, notes) = proposal::propose(app, actor, &run, &request, &found).await?;
    let Some(proposal) = proposal else {
        let why = notes.first().map_or("nothing was found", String::as_str);
        return Err(Error::Conflict(format!("there is nothing to add: {why}")));
    };
    let files = proposal.files_of(app, actor, &deployment.blueprint_id).await?;
    let message = match proposal.objects {
        1 => format!("Imported one object (run {} on {})", run.number, run.environment),
        n => format!("Imported {n} objects (run {} on {})", run.number, run.environment),
    };
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let blueprint = &deployment.blueprint_id;
    let revision = blueprints::save_in(&mut tx, actor, blueprint, base, &files, (&message, now)).await?;
    if !run_imports::decide(&mut tx, id, Decision::Added, Some(revision.number), &actor.id, now).await? {
        return Err(Error::Conflict("the import was decided at the same moment".into()));
    }
    tx.commit().await?;
    app.hub.changed(id);
    Ok(revision)
}

/// Lets go what the import proposes.
///
/// # Errors
/// A conflict when something was decided before, or the run has not ended.
pub async fn discard(app: &App, actor: &Actor, id: &RunId) -> Result<()> {
    let RunView { run, .. } = service::get(app, actor, id).await?;
    if !run.status.is_final() {
        return Err(Error::Conflict("the import has not ended; cancel it".into()));
    }
    let mut tx = app.db.begin().await?;
    let decided = run_imports::get(&mut tx, id).await?;
    if !run_imports::decide(&mut tx, id, Decision::Discarded, None, &actor.id, app.clock.now()).await? {
        return Err(Error::Conflict(format!("the import is {} already", decided.decision)));
    }
    tx.commit().await?;
    app.hub.changed(id);
    Ok(())
}
