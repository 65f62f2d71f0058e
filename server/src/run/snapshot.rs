//! What a run works with, fixed when it is created: the configuration, the values of its variables, the backend.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};
use sha2::{Digest as _, Sha256};

use crate::{
    app::App,
    error::{Error, Result},
    project::values::{self, OpenValue},
    secret::mask::{Masker, leaves},
    store::{
        Connection, RunId,
        deployments::{self, Category, Deployment},
    },
};

/// A run's input. It holds secrets: it is only ever stored sealed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Snapshot {
    pub files: BTreeMap<String, String>,
    pub environment: String,
    /// Names the state among others in the same backend.
    pub state_name: String,
    pub terraform_version: String,
    pub backend: String,
    pub backend_config: Map<String, Value>,
    pub pinned_revision: Option<i64>,
    pub variables: Vec<Variable>,
    /// Values that this run has instead.
    #[serde(default)]
    pub overrides: Vec<Variable>,
}

/// A value of an input variable.
#[derive(Clone, Serialize, Deserialize)]
pub struct Variable {
    pub name: String,
    /// JSON text, numbers as they were typed.
    pub json: Box<RawValue>,
    pub sensitive: bool,
}

impl PartialEq for Variable {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, self.json.get(), self.sensitive) == (&other.name, other.json.get(), other.sensitive)
    }
}

/// The environment variables that a deployment gives to its runs, as they are now.
pub struct Credentials(pub Vec<OpenValue>);

impl Snapshot {
    /// Takes the deployment as it is now.
    pub fn take(
        deployment: &Deployment,
        files: BTreeMap<String, String>,
        values: Vec<OpenValue>,
    ) -> Result<Snapshot> {
        let variables =
            values.into_iter().filter(|value| value.category == Category::Terraform).map(|value| {
                let json = RawValue::from_string(value.json)?;
                Ok(Variable { name: value.name, json, sensitive: value.sensitive })
            });
        Ok(Snapshot {
            files,
            environment: deployment.environment.clone(),
            // The id: a rename must not lead to another state.
            state_name: deployment.id.to_string(),
            terraform_version: deployment.terraform_version.clone(),
            backend: deployment.backend.clone(),
            backend_config: deployment.backend_config.clone(),
            pinned_revision: deployment.revision,
            variables: variables.collect::<Result<_>>()?,
            overrides: Vec::new(),
        })
    }

    /// The values that the run has.
    pub fn values(&self) -> impl Iterator<Item = &Variable> {
        let overridden = |variable: &&Variable| self.overrides.iter().any(|o| o.name == variable.name);
        self.variables.iter().filter(move |variable| !overridden(variable)).chain(&self.overrides)
    }

    /// SHA-256 of the sealed form's plain text.
    pub async fn store(&self, app: &App, run: &RunId) -> Result<String> {
        let plain = serde_json::to_vec(self)?;
        let digest = hex::encode(Sha256::digest(&plain));
        app.blobs.put(&key(run), app.keyring.seal(&key(run), &plain)).await?;
        Ok(digest)
    }

    /// Opens a run's snapshot, which must be the one that it was created with.
    pub async fn load(app: &App, run: &RunId, digest: &str) -> Result<Snapshot> {
        let sealed = app.blobs.get(&key(run)).await?;
        let sealed =
            sealed.ok_or_else(|| anyhow::anyhow!("the snapshot of run {run} is not in the blob store"))?;
        let plain = app.keyring.open(&key(run), &sealed)?;
        if hex::encode(Sha256::digest(&plain)) != digest {
            return Err(Error::Internal(anyhow::anyhow!("the snapshot of run {run} is another one")));
        }
        Ok(serde_json::from_slice(&plain)?)
    }

    /// Why a plan made from this snapshot does not fit the deployment any more.
    pub fn outdated(&self, deployment: &Deployment, values: Vec<OpenValue>) -> Result<Option<&'static str>> {
        let now = Snapshot::take(deployment, BTreeMap::new(), values)?;
        Ok(if self.variables != now.variables {
            Some("the plan is stale: a value of the deployment has changed since; plan again")
        } else if (&self.backend, &self.backend_config) != (&now.backend, &now.backend_config) {
            Some("the plan is stale: the deployment's backend has changed since; plan again")
        } else if self.terraform_version != now.terraform_version {
            Some("the plan is stale: the deployment's Terraform version has changed since; plan again")
        } else if self.pinned_revision != now.pinned_revision {
            Some("the plan is stale: the deployment is pinned to another revision since; plan again")
        } else {
            None
        })
    }

    /// Knows every sensitive value that a run with these credentials can meet.
    pub fn masker(&self, credentials: &Credentials) -> Result<Masker> {
        let mut secrets = Vec::new();
        let all = self.variables.iter().chain(&self.overrides);
        let sensitive = all.filter(|variable| variable.sensitive).map(|variable| variable.json.get());
        let environment =
            credentials.0.iter().filter(|value| value.sensitive).map(|value| value.json.as_str());
        for json in sensitive.chain(environment) {
            leaves(&serde_json::from_str(json)?, &mut secrets);
        }
        Ok(Masker::new(secrets.iter().map(String::as_str))?)
    }
}

/// The deployment's values, opened. Call it only to start a run or to hide what it shows.
pub async fn open_values(app: &App, db: &mut Connection, deployment: &Deployment) -> Result<Vec<OpenValue>> {
    let stored = deployments::values(db, &deployment.id).await?;
    stored.into_iter().map(|value| values::open(&app.keyring, &deployment.id, value)).collect()
}

impl Credentials {
    /// Those among a deployment's values.
    pub fn of(values: Vec<OpenValue>) -> Credentials {
        Credentials(values.into_iter().filter(|value| value.category == Category::Env).collect())
    }
}

/// The name as it may stand in a path.
pub fn slug(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' };
    name.chars().map(plain).collect::<String>().to_ascii_lowercase()
}

fn key(run: &RunId) -> String {
    format!("runs/{run}/snapshot")
}
