//! Managed state: versions in the blob store, sealed, and their rows.

use sha2::{Digest as _, Sha256};

use super::{StateHead, StateView};
use crate::{
    app::App,
    error::Result,
    secret::mask::Masker,
    store::{
        Connection, DeploymentId, RunId, StateVersionId,
        states::{self, StateVersion},
    },
};

/// Why a state was not taken as a new version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    #[error("it is no state file: {0}")]
    Unreadable(String),
    #[error("it belongs to another infrastructure (lineage {0})")]
    OtherLineage(String),
    #[error("it is older (serial {found}) than the state that is kept (serial {kept})")]
    Older { found: i64, kept: i64 },
}

/// What to do with a state that a run left.
#[derive(Debug)]
pub enum Offer {
    /// It is the latest version already.
    Known,
    /// It is stored and waits for its row; see [`adopt`].
    New(Box<StateVersion>),
    Rejected(Rejected),
}

/// SHA-256 as it stands in a version's row.
pub fn digest(state: &[u8]) -> String {
    hex::encode(Sha256::digest(state))
}

/// Checks a state against the latest version and stores its content. Nobody sees it before [`adopt`].
pub async fn offer(
    app: &App,
    (deployment, run): (&DeploymentId, &RunId),
    state: &[u8],
    masker: &Masker,
) -> Result<Offer> {
    let head = match StateHead::read(state) {
        Ok(head) => head,
        Err(error) => return Ok(Offer::Rejected(Rejected::Unreadable(error.to_string()))),
    };
    let digest = digest(state);
    if let Some(latest) = states::latest(&mut *app.db.read().await?, deployment).await? {
        if latest.digest == digest {
            return Ok(Offer::Known);
        }
        if latest.lineage != head.lineage {
            return Ok(Offer::Rejected(Rejected::OtherLineage(head.lineage)));
        }
        if latest.serial > head.serial {
            return Ok(Offer::Rejected(Rejected::Older { found: head.serial, kept: latest.serial }));
        }
    }
    let view = match StateView::read(state, masker) {
        Ok(view) => view,
        Err(error) => return Ok(Offer::Rejected(Rejected::Unreadable(error.to_string()))),
    };
    let version = StateVersion {
        id: StateVersionId::random(),
        deployment_id: deployment.clone(),
        number: 0,
        run_id: Some(run.clone()),
        serial: head.serial,
        lineage: head.lineage,
        digest,
        size: i64::try_from(state.len()).unwrap_or(i64::MAX),
        resources: i64::try_from(view.managed()).unwrap_or(i64::MAX),
        created_at: app.clock.now(),
    };
    put(app, &content_key(deployment, &version.id), state).await?;
    put(app, &view_key(deployment, &version.id), &serde_json::to_vec(&view)?).await?;
    Ok(Offer::New(Box::new(version)))
}

/// Makes an offered version the latest. Returns the versions that the same run made before it: their content can go
/// once the transaction is committed.
pub async fn adopt(tx: &mut Connection, version: &StateVersion) -> Result<Vec<StateVersionId>> {
    states::insert(tx, version).await?;
    match &version.run_id {
        Some(run) => states::remove_earlier_of_run(tx, run, &version.id).await,
        None => Ok(Vec::new()),
    }
}

/// Removes the content of versions that have no row any more.
pub async fn forget(app: &App, deployment: &DeploymentId, versions: &[StateVersionId]) -> Result<()> {
    for id in versions {
        app.blobs.delete(&content_key(deployment, id)).await?;
        app.blobs.delete(&view_key(deployment, id)).await?;
    }
    Ok(())
}

/// The state as Terraform wrote it. It holds secrets.
pub async fn content(app: &App, version: &StateVersion) -> Result<Vec<u8>> {
    get(app, &content_key(&version.deployment_id, &version.id)).await
}

/// What the version holds, without anything sensitive.
pub async fn view(app: &App, version: &StateVersion) -> Result<StateView> {
    Ok(serde_json::from_slice(&get(app, &view_key(&version.deployment_id, &version.id)).await?)?)
}

async fn put(app: &App, key: &str, plain: &[u8]) -> Result<()> {
    app.blobs.put(key, app.keyring.seal(key, plain)).await
}

async fn get(app: &App, key: &str) -> Result<Vec<u8>> {
    let sealed = app.blobs.get(key).await?;
    let sealed = sealed.ok_or_else(|| anyhow::anyhow!("{key} is not in the blob store"))?;
    Ok(app.keyring.open(key, &sealed)?)
}

fn content_key(deployment: &DeploymentId, id: &StateVersionId) -> String {
    format!("states/{deployment}/{id}/content")
}

fn view_key(deployment: &DeploymentId, id: &StateVersionId) -> String {
    format!("states/{deployment}/{id}/view")
}
