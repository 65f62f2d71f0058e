//! Starting runs: what is asked for, checked and fixed in a snapshot, then put into the queue.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Operation, Options, Status,
    import::{self, StartImport},
    options::overrides,
    service::{RunView, check_text, get},
    snapshot::{Snapshot, Variable, open_values},
    workspace::PLAN,
};
use crate::{
    app::App,
    auth::Actor,
    blueprint::Import,
    error::{Error, Result},
    project::{blueprints, deployments as deployment_service},
    state::backend::Backend,
    store::{
        Connection, DeploymentId, RunId, deployments, run_imports, run_jobs,
        runs::{self, NewRun},
    },
};

/// Longest `Idempotency-Key`, in characters.
const MAX_KEY: usize = 255;

/// What is needed to start a run.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartRun {
    pub operation: Operation,
    #[serde(default)]
    pub message: String,
    /// Addresses of resources, data sources or modules: only these, and what they need, are planned.
    #[serde(default)]
    pub targets: Vec<String>,
    /// Addresses of resources that are replaced even if nothing about them changes.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// Values of variables for this run alone, by name.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub variables: BTreeMap<String, Box<RawValue>>,
}

impl StartRun {
    /// A run of all of the deployment with its own values.
    pub fn new(operation: Operation, message: &str) -> StartRun {
        StartRun {
            operation,
            message: message.to_owned(),
            targets: Vec::new(),
            replaces: Vec::new(),
            variables: BTreeMap::new(),
        }
    }
}

/// Starts a run of what the deployment is now.
///
/// The same `key` for the same deployment gives the same run again.
///
/// # Errors
/// Unavailable, with the reason, when no engine can run it.
pub async fn create(
    app: &App,
    actor: &Actor,
    id: &DeploymentId,
    start: &StartRun,
    key: Option<&str>,
) -> Result<RunView> {
    if start.operation == Operation::Import {
        return Err(Error::field(
            "operation",
            "start an import at the deployment's `imports`, with what it is to import",
        ));
    }
    begin(app, actor, id, start, &[], key).await
}

/// Starts a run that does what another did, with what the deployment is now.
///
/// # Errors
/// As [`create`], and a conflict for an import, which is asked for anew.
pub async fn again(app: &App, actor: &Actor, id: &RunId, key: Option<&str>) -> Result<RunView> {
    let run = get(app, actor, id).await?.run;
    let variables = match run.options.variables.is_empty() {
        true => BTreeMap::new(),
        false => {
            let snapshot = Snapshot::load(app, id, &run.snapshot_digest).await?;
            snapshot.overrides.into_iter().map(|variable| (variable.name, variable.json)).collect()
        }
    };
    let Options { targets, replaces, .. } = run.options;
    let start = StartRun { operation: run.operation, message: run.message, targets, replaces, variables };
    create(app, actor, &run.deployment_id, &start, key).await
}

/// Starts a run that looks for objects that exist and generates configuration for them.
///
/// # Errors
/// What is wrong with the objects, by row and field; as [`create`].
pub async fn create_import(
    app: &App,
    actor: &Actor,
    id: &DeploymentId,
    start: &StartImport,
    key: Option<&str>,
) -> Result<RunView> {
    let imports = start.all()?;
    let start = StartRun::new(Operation::Import, &start.message);
    begin(app, actor, id, &start, &imports, key).await
}

async fn begin(
    app: &App,
    actor: &Actor,
    id: &DeploymentId,
    start: &StartRun,
    imports: &[Import],
    key: Option<&str>,
) -> Result<RunView> {
    check_text("message", &start.message)?;
    if key.is_some_and(|key| key.is_empty() || key.len() > MAX_KEY || key.contains('\0')) {
        return Err(Error::invalid(format!("Idempotency-Key must have 1 to {MAX_KEY} characters")));
    }
    let options = Options::read(start.operation, &start.targets, &start.replaces, &start.variables)?;
    let mut db = app.db.read().await?;
    let deployment = deployment_service::visible(&mut db, actor, id).await?;
    if let Some(run) = known(app, &mut db, id, start, &options, imports, key).await? {
        return Ok(run);
    }
    let values = open_values(app, &mut db, &deployment).await?;
    drop(db);
    let status = app.executor.status().await;
    if !status.available {
        return Err(Error::Unavailable(format!("runs are disabled: {}", status.message)));
    }
    check_backend(&deployment)?;
    let run = RunId::random();
    let files = match start.operation {
        Operation::Import => {
            let prepared = import::prepare(app, actor, &deployment, imports).await?;
            prepared.request.store(app, &run).await?;
            prepared.files
        }
        _ => {
            let revision = Some(deployment.effective_revision());
            blueprints::load(app, actor, &deployment.blueprint_id, revision).await?.2
        }
    };
    let mut snapshot = Snapshot::take(&deployment, files, values)?;
    snapshot.overrides = overrides(&snapshot.files, &snapshot, &start.variables)?;
    let digest = snapshot.store(app, &run).await?;
    insert(app, actor, &deployment, (start, &options, imports, key), (&run, &digest)).await
}

/// Puts a run whose snapshot is stored into the queue.
async fn insert(
    app: &App,
    actor: &Actor,
    deployment: &deployments::Deployment,
    (start, options, imports, key): (&StartRun, &Options, &[Import], Option<&str>),
    (run, digest): (&RunId, &str),
) -> Result<RunView> {
    let id = &deployment.id;
    let mut tx = app.db.begin().await?;
    runs::lock_deployment(&mut tx, id).await?;
    // Two requests with one key meet here.
    if let Some(run) = known(app, &mut tx, id, start, options, imports, key).await? {
        return Ok(run);
    }
    let waits = start.operation.may_apply() && runs::is_held(&mut tx, id).await?;
    let new = NewRun {
        id: run,
        deployment: id,
        operation: start.operation,
        status: if waits { Status::Pending } else { Status::Queued },
        revision: deployment.effective_revision(),
        terraform_version: &deployment.terraform_version,
        backend: &deployment.backend,
        message: &start.message,
        options,
        idempotency_key: key,
        created_by: &actor.id,
        snapshot_digest: digest,
        now: app.clock.now(),
    };
    runs::insert(&mut tx, &new).await?;
    if start.operation == Operation::Import {
        run_imports::insert(&mut tx, run).await?;
    }
    if !waits {
        run_jobs::enqueue(&mut tx, run, PLAN, new.now.0).await?;
    }
    let created = runs::get(&mut tx, run).await?;
    tx.commit().await?;
    app.hub.queued();
    Ok(created.into())
}

/// The run that an earlier request with the same key has made.
async fn known(
    app: &App,
    db: &mut Connection,
    id: &DeploymentId,
    start: &StartRun,
    options: &Options,
    imports: &[Import],
    key: Option<&str>,
) -> Result<Option<RunView>> {
    let Some(key) = key else { return Ok(None) };
    let Some(run) = runs::by_idempotency_key(db, id, key).await? else { return Ok(None) };
    let mut same =
        run.operation == start.operation && run.message == start.message && run.options == *options;
    if same && !options.variables.is_empty() {
        let snapshot = Snapshot::load(app, &run.id, &run.snapshot_digest).await?;
        let is_given = |variable: &Variable| {
            start.variables.get(&variable.name).is_some_and(|json| json.get() == variable.json.get())
        };
        same = snapshot.overrides.iter().all(is_given);
    }
    let imported = match run.operation {
        Operation::Import => import::requested(app, &run.id).await?.imports,
        _ => Vec::new(),
    };
    if !same || imported != imports {
        return Err(Error::Conflict("this Idempotency-Key was used for another request".into()));
    }
    Ok(Some(run.into()))
}

fn check_backend(deployment: &deployments::Deployment) -> Result<()> {
    let Some(backend) = Backend::named(&deployment.backend) else { return Ok(()) };
    backend.check_config("backend_config", &deployment.backend_config)?;
    let missing: Vec<&str> = backend.missing(&deployment.backend_config).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::Conflict(format!(
        "the {} backend of the deployment lacks {}; set it in the deployment first",
        backend.name,
        missing.join(", ")
    )))
}
