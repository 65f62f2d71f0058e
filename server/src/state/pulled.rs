//! State in a backend that is not CloudOven's own: what an apply read back from it, for people.
//!
//! Only the view is kept. The state itself has its place, and one copy of its secrets is enough.

use super::StateView;
use crate::{
    app::App,
    error::Result,
    secret::mask::Masker,
    store::{RunId, runs::Run, states::PulledState},
};

/// Reads what `terraform state pull` printed and stores the view; it is shown once its row is written. Nothing when
/// there is no state yet, or none that is known here: the run has done its work all the same.
pub async fn keep(app: &App, run: &Run, state: &[u8], masker: &Masker) -> Result<Option<PulledState>> {
    if state.trim_ascii().is_empty() {
        return Ok(None);
    }
    let view = match StateView::read(state, masker) {
        Ok(view) => view,
        Err(error) => {
            tracing::warn!(run = %run.id, %error, "a state that was read back is not shown");
            return Ok(None);
        }
    };
    let key = view_key(&run.id);
    app.blobs.put(&key, app.keyring.seal(&key, &serde_json::to_vec(&view)?)).await?;
    Ok(Some(PulledState {
        deployment_id: run.deployment_id.clone(),
        run_id: run.id.clone(),
        backend: run.backend.clone(),
        serial: view.serial,
        resources: i64::try_from(view.managed()).unwrap_or(i64::MAX),
        lineage: view.lineage,
        created_at: app.clock.now(),
    }))
}

/// What the state held, without anything sensitive.
pub async fn view(app: &App, state: &PulledState) -> Result<StateView> {
    let key = view_key(&state.run_id);
    let sealed = app.blobs.get(&key).await?;
    let sealed = sealed.ok_or_else(|| anyhow::anyhow!("{key} is not in the blob store"))?;
    Ok(serde_json::from_slice(&app.keyring.open(&key, &sealed)?)?)
}

fn view_key(run: &RunId) -> String {
    format!("runs/{run}/state-view")
}
