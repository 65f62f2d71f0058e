//! What people download: a blueprint, or a deployment with its backend and values.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{
    deployments,
    design::{self, Opened},
    values,
};
use crate::{
    app::App,
    auth::Actor,
    blueprint::{self, Document, Readme},
    error::Result,
    state::backend::{Backend, MANAGED},
    store::{
        DeploymentId,
        deployments::{self as store, Category, Deployment},
    },
};

/// File name and content, in the order of the archive.
pub type DownloadFiles = Vec<(String, Vec<u8>)>;

/// The files of a blueprint's download.
pub fn blueprint(opened: &Opened) -> DownloadFiles {
    let missing = opened.document.required_variables().collect();
    let readme = blueprint::readme(&Readme {
        blueprint: &opened.blueprint.name,
        revision: opened.revision.number,
        missing,
        ..Readme::default()
    });
    let mut files = texts(&opened.document);
    files.push(("README.md".into(), readme.into_bytes()));
    files
}

/// The files of a deployment's download: the blueprint's, where its state is kept, and the values that are no secret.
pub async fn deployment(app: &App, actor: &Actor, id: &DeploymentId) -> Result<(Deployment, DownloadFiles)> {
    let deployment = deployments::get(app, actor, id).await?;
    let revision = deployment.effective_revision();
    let opened = design::open(app, actor, &deployment.blueprint_id, Some(revision)).await?;
    let stored = store::values(&mut *app.db.read().await?, id).await?;
    let open = open_values(&opened.document, stored)?;
    let set: BTreeMap<&str, &RawValue> = open.iter().map(|(name, json)| (name.as_str(), &**json)).collect();
    let missing = opened.document.required_variables().filter(|name| !set.contains_key(name)).collect();
    let readme = blueprint::readme(&Readme {
        blueprint: &deployment.blueprint,
        revision,
        environment: Some(&deployment.environment),
        terraform: Some(&deployment.terraform_version),
        managed_state: deployment.backend == MANAGED,
        missing,
    });
    let mut files = texts(&opened.document);
    files.extend(backend_file(&deployment, &opened.document));
    let tfvars = blueprint::tfvars_json(set)?;
    files.push((format!("{}.auto.tfvars.json", deployment.environment), tfvars.into_bytes()));
    files.push(("README.md".into(), readme.into_bytes()));
    Ok((deployment, files))
}

fn texts(document: &Document) -> DownloadFiles {
    document.files().map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).collect()
}

/// Where the configuration names a backend of its own, ours goes into an override file, which wins.
///
/// Source: <https://developer.hashicorp.com/terraform/language/files/override>
fn backend_file(deployment: &Deployment, document: &Document) -> Option<(String, Vec<u8>)> {
    let backend = Backend::named(&deployment.backend)?;
    let arguments = backend.arguments(&deployment.backend_config, deployment.id.as_str());
    let block = if backend.name == MANAGED { "local" } else { backend.name };
    let taken = document.names_backend() || document.text("backend.tf").is_some();
    let name = if taken { "backend_override.tf" } else { "backend.tf" };
    Some((name.to_owned(), blueprint::backend_block(block, &arguments).into_bytes()))
}

/// Values of input variables that are neither sealed nor declared sensitive.
fn open_values(document: &Document, stored: Vec<store::StoredValue>) -> Result<Vec<(String, Box<RawValue>)>> {
    let sensitive: Vec<&str> = document.sensitive_variables().collect();
    let open = stored.into_iter().filter(|v| v.category == Category::Terraform);
    let open = open.filter(|v| !sensitive.contains(&v.name.as_str()));
    open.filter_map(|v| Some((v.name, v.value?))).map(|(name, text)| Ok((name, values::raw(text)?))).collect()
}
