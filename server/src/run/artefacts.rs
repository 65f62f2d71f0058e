//! What a run leaves in the blob store, sealed: the saved plan, its lock file, what people see of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{drive::Drive, plan::PlanView, workspace};
use crate::{
    app::App,
    error::Result,
    state::backend::MANAGED,
    store::{DeploymentId, RunId, runs, states},
};

/// The plan that a run saved, with its lock file, when nothing has changed since; otherwise why it is refused.
pub async fn saved_plan(
    drive: &Drive,
    state_digest: &str,
) -> Result<std::result::Result<(Vec<u8>, Option<Vec<u8>>), String>> {
    let Some(saved) = &drive.run.saved else {
        return Ok(Err("there is no saved plan; plan again".to_owned()));
    };
    if saved.state_digest != state_digest && drive.snapshot.backend == MANAGED {
        return Ok(Err("the plan is stale: the state has changed since; plan again".to_owned()));
    }
    let plan = get(&drive.app, &key(&drive.run.id, "plan")).await?;
    let lock_file = get(&drive.app, &key(&drive.run.id, "lock")).await?;
    let (Some(plan), Some(lock_file)) = (plan, lock_file) else {
        return Ok(Err("the saved plan is not in the blob store; plan again".to_owned()));
    };
    if digest(&plan) != saved.plan_digest || digest(&lock_file) != saved.lock_digest {
        return Ok(Err("the plan is stale: its files are not those that were shown; plan again".to_owned()));
    }
    Ok(Ok((plan, (!lock_file.is_empty()).then_some(lock_file))))
}

/// The lock file of a deployment's last apply.
#[derive(Serialize, Deserialize)]
struct DeploymentLock {
    /// The requirements that it was made for.
    requirements: String,
    text: String,
}

fn lock_key(deployment: &DeploymentId) -> String {
    format!("deployments/{deployment}/lock.json")
}

/// Keeps the lock file of an apply for the deployment's next plan.
pub async fn keep_lock_file(drive: &Drive, text: &[u8]) -> Result<()> {
    let lock = DeploymentLock {
        requirements: requirements_digest(&drive.snapshot.files),
        text: String::from_utf8_lossy(text).into_owned(),
    };
    drive.app.blobs.put(&lock_key(&drive.run.deployment_id), serde_json::to_vec(&lock)?).await
}

/// The deployment's lock file, when it was made for the requirements that the configuration has now.
pub async fn fitting_lock_file(drive: &Drive) -> Result<Option<Vec<u8>>> {
    let stored = drive.app.blobs.get(&lock_key(&drive.run.deployment_id)).await?;
    let lock = stored.and_then(|bytes| serde_json::from_slice::<DeploymentLock>(&bytes).ok());
    let wanted = requirements_digest(&drive.snapshot.files);
    Ok(lock.filter(|lock| lock.requirements == wanted).map(|lock| lock.text.into_bytes()))
}

fn requirements_digest(files: &BTreeMap<String, String>) -> String {
    digest(workspace::requirements(files).as_bytes())
}

/// What people see of a run's plan.
pub async fn plan_view(app: &App, run: &RunId) -> Result<Option<PlanView>> {
    Ok(match get(app, &key(run, "view")).await? {
        Some(bytes) => Some(serde_json::from_slice(&bytes)?),
        None => None,
    })
}

/// Why a confirmed plan would be refused right now, as far as the database tells.
pub async fn stale_state(app: &App, run: &runs::Run) -> Result<Option<&'static str>> {
    if run.backend != MANAGED {
        return Ok(None);
    }
    let latest = states::latest(&mut *app.db.read().await?, &run.deployment_id).await?;
    let digest = latest.map(|version| version.digest).unwrap_or_default();
    let stale = run.saved.as_ref().is_some_and(|saved| saved.state_digest != digest);
    Ok(stale.then_some("the plan is stale: the state has changed since; plan again"))
}

pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

pub fn key(run: &RunId, name: &str) -> String {
    format!("runs/{run}/{name}")
}

pub async fn put(app: &App, key: &str, plain: &[u8]) -> Result<()> {
    app.blobs.put(key, app.keyring.seal(key, plain)).await
}

pub async fn get(app: &App, key: &str) -> Result<Option<Vec<u8>>> {
    match app.blobs.get(key).await? {
        Some(sealed) => Ok(Some(app.keyring.open(key, &sealed)?)),
        None => Ok(None),
    }
}
