//! What the plan of an import found, kept whether the plan succeeded or not.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    app::App,
    error::Result,
    run::{
        artefacts,
        drive::Drive,
        lease::WorkResult,
        reason,
        settle::collect,
        workspace::{ARTEFACT_LIMIT, GENERATED_FILE, SHOW_FILE},
    },
    store::RunId,
};

/// Bytes of generated configuration that are kept.
const MAX_GENERATED: u64 = 1024 * 1024;

/// What was found.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Found {
    /// What Terraform wrote, masked.
    pub generated: Option<String>,
    /// Whether a secret was taken out of it.
    pub masked: bool,
    /// Addresses that the plan imports to.
    pub imported: BTreeSet<String>,
    pub errors: Vec<String>,
    /// Why something is missing here.
    pub notes: Vec<String>,
}

/// Keeps what an import's plan found. Terraform writes configuration for the objects that it found even when it fails for
/// others, and its plan names them.
pub async fn keep(drive: &Drive) -> WorkResult<()> {
    let mut found = Found { errors: reason::errors(drive).await?, ..Found::default() };
    match collect(drive, GENERATED_FILE, MAX_GENERATED).await {
        Ok(Some(bytes)) => {
            let text = String::from_utf8_lossy(&bytes);
            let masked = drive.masker.mask(&text);
            found.masked = masked != text;
            found.generated = Some(masked);
        }
        Ok(None) => {}
        Err(crate::run::lease::WorkError::Exec(cloudoven_executor::ExecError::TooLarge { .. })) => {
            found.notes.push("What Terraform generated is more than 1 MiB and was not kept.".to_owned());
        }
        Err(error) => return Err(error),
    }
    // An errored plan can be shown as well; where there is none, nothing was found.
    if let Ok(Some(shown)) = collect(drive, SHOW_FILE, ARTEFACT_LIMIT).await {
        found.imported = imported(&shown);
    }
    let bytes = serde_json::to_vec(&found).map_err(anyhow::Error::from)?;
    artefacts::put(&drive.app, &key(&drive.run.id), &bytes).await?;
    Ok(())
}

/// The addresses that a plan imports to.
///
/// Source: <https://developer.hashicorp.com/terraform/internals/json-format#change-representation>
fn imported(shown: &[u8]) -> BTreeSet<String> {
    let shown: Value = serde_json::from_slice(shown).unwrap_or_default();
    let changes = shown["resource_changes"].as_array().into_iter().flatten();
    let importing = changes.filter(|change| change["change"]["importing"].is_object());
    importing.filter_map(|change| Some(change["address"].as_str()?.to_owned())).collect()
}

/// What a run's plan found; `None` before it has ended.
pub async fn found(app: &App, run: &RunId) -> Result<Option<Found>> {
    let bytes = artefacts::get(app, &key(run)).await?;
    Ok(bytes.map(|bytes| serde_json::from_slice(&bytes)).transpose()?)
}

fn key(run: &RunId) -> String {
    artefacts::key(run, "import-found")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_names_what_it_imports() {
        let shown = br#"{"resource_changes":[{"address":"a.b","change":{"importing":{"id":"x"}}},{"address":"a.c","change":{}}]}"#;
        assert_eq!(imported(shown), BTreeSet::from(["a.b".to_owned()]));
        assert!(imported(b"no plan").is_empty());
    }
}
