//! State for people.

use serde::Serialize;

use super::{StateView, backend::MANAGED, managed, pulled};
use crate::{
    app::App,
    auth::Actor,
    error::{Error, Result},
    project::{Page, deployments},
    store::{
        DeploymentId, StateVersionId,
        states::{self, PulledState, StateVersion},
    },
};

const PAGE: i64 = 50;

/// Where a deployment's latest state was found.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum StateSource {
    /// CloudOven keeps it.
    Managed(StateVersion),
    /// Another backend keeps it, and this is what the last apply read back.
    Pulled(PulledState),
}

/// A deployment's versions, newest first. `cursor`: the number of the last version of the page before.
pub async fn list(
    app: &App,
    actor: &Actor,
    deployment: &DeploymentId,
    cursor: Option<i64>,
) -> Result<Page<StateVersion>> {
    let mut db = app.db.read().await?;
    deployments::visible(&mut db, actor, deployment).await?;
    let mut items = states::list(&mut db, deployment, cursor.unwrap_or(i64::MAX), PAGE + 1).await?;
    let more = i64::try_from(items.len()).unwrap_or(i64::MAX) > PAGE;
    if more {
        items.pop();
    }
    let next = items.last().filter(|_| more).map(|version| version.number.to_string());
    Ok(Page { items, next })
}

/// What a deployment's latest state holds, as far as its runs have seen; nothing when there is none yet.
pub async fn current(
    app: &App,
    actor: &Actor,
    deployment: &DeploymentId,
) -> Result<Option<(StateSource, StateView)>> {
    let mut db = app.db.read().await?;
    let backend = deployments::visible(&mut db, actor, deployment).await?.backend;
    if backend == MANAGED {
        let Some(version) = states::latest(&mut db, deployment).await? else { return Ok(None) };
        drop(db);
        let view = managed::view(app, &version).await?;
        return Ok(Some((StateSource::Managed(version), view)));
    }
    let Some(state) = states::latest_pulled(&mut db, deployment, &backend).await? else { return Ok(None) };
    drop(db);
    let view = pulled::view(app, &state).await?;
    Ok(Some((StateSource::Pulled(state), view)))
}

/// One version and what it holds.
pub async fn get(app: &App, actor: &Actor, id: &StateVersionId) -> Result<(StateVersion, StateView)> {
    let mut db = app.db.read().await?;
    let version = states::get(&mut db, id).await?;
    deployments::visible(&mut db, actor, &version.deployment_id)
        .await
        .map_err(|_| Error::NotFound("state version"))?;
    drop(db);
    let view = managed::view(app, &version).await?;
    Ok((version, view))
}
