//! A deployment's settings: which revision, which Terraform, where its state is kept.

use std::collections::BTreeMap;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Router,
    extract::{Path, State},
    routing::post,
};
use serde_json::{Map, Value};

use crate::{
    app::App,
    auth::Actor,
    error::{Error, Result},
    http::ui::page::{Form, PageResult, Viewer, go_saying, place, refused},
    project::{
        blueprints,
        deployments::{self, DeploymentChange},
    },
    state::backend::MANAGED,
    store::{DeploymentId, deployments::Deployment},
};

/// Revisions that can be pinned from the list.
const REVISIONS: usize = 50;

pub fn router() -> Router<App> {
    Router::new().route("/deployments/{id}/settings", post(save))
}

/// What of a backend has a field of its own; anything else goes into the last one, as JSON.
struct BackendFields {
    name: &'static str,
    label: &'static str,
    /// The argument's name, and what to say about it.
    fields: &'static [(&'static str, &'static str)],
    credentials: &'static str,
}

const BACKENDS: [BackendFields; 4] = [
    BackendFields {
        name: MANAGED,
        label: "Managed by CloudOven",
        fields: &[],
        credentials: "State is kept here, encrypted, with every version.",
    },
    BackendFields {
        name: "azurerm",
        label: "Azure Storage",
        fields: &[
            ("resource_group_name", ""),
            ("storage_account_name", "required"),
            ("container_name", "required"),
            ("key", "the deployment's id when empty"),
        ],
        credentials: "Give access by the environment variables ARM_ACCESS_KEY or ARM_CLIENT_ID, ARM_CLIENT_SECRET, ARM_TENANT_ID.",
    },
    BackendFields {
        name: "s3",
        label: "Amazon S3",
        fields: &[("bucket", "required"), ("region", "required"), ("key", "the deployment's id when empty")],
        credentials: "Give access by the environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. A lock file guards the state.",
    },
    BackendFields {
        name: "gcs",
        label: "Google Cloud Storage",
        fields: &[("bucket", "required"), ("prefix", "the deployment's id when empty")],
        credentials: "Give access by the environment variable GOOGLE_BACKEND_CREDENTIALS.",
    },
];

#[derive(Template, WebTemplate)]
#[template(path = "deployment/_settings.html")]
pub struct SettingsForm {
    id: String,
    revisions: Vec<RevisionChoice>,
    follows: bool,
    terraform_version: String,
    backends: Vec<BackendView>,
    error: String,
}

struct RevisionChoice {
    number: i64,
    message: String,
    chosen: bool,
}

struct BackendView {
    name: &'static str,
    label: &'static str,
    credentials: &'static str,
    chosen: bool,
    fields: Vec<SettingField>,
    /// The settings that have no field, as JSON.
    more: String,
}

struct SettingField {
    name: &'static str,
    hint: &'static str,
    value: String,
}

/// The form with the deployment's settings in it.
pub async fn form(app: &App, actor: &Actor, deployment: &Deployment) -> Result<SettingsForm> {
    let history = blueprints::history(app, actor, &deployment.blueprint_id, None).await?.items;
    let choice = |r: crate::store::blueprints::Revision| RevisionChoice {
        chosen: deployment.revision == Some(r.number),
        number: r.number,
        message: r.message,
    };
    let mut revisions: Vec<RevisionChoice> = history.into_iter().take(REVISIONS).map(choice).collect();
    if let Some(number) = deployment.revision.filter(|n| !revisions.iter().any(|r| r.number == *n)) {
        revisions.push(RevisionChoice { number, message: String::new(), chosen: true });
    }
    Ok(SettingsForm {
        id: deployment.id.0.clone(),
        revisions,
        follows: deployment.revision.is_none(),
        terraform_version: deployment.terraform_version.clone(),
        backends: BACKENDS.iter().map(|b| backend_view(b, deployment)).collect(),
        error: String::new(),
    })
}

fn backend_view(backend: &BackendFields, deployment: &Deployment) -> BackendView {
    let chosen = deployment.backend == backend.name;
    let empty = Map::new();
    let config = if chosen { &deployment.backend_config } else { &empty };
    let text = |name: &str| match config.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let more: Map<String, Value> = config
        .iter()
        .filter(|(name, _)| !backend.fields.iter().any(|(field, _)| field == name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    BackendView {
        name: backend.name,
        label: backend.label,
        credentials: backend.credentials,
        chosen,
        fields: backend
            .fields
            .iter()
            .map(|(name, hint)| SettingField { name, hint, value: text(name) })
            .collect(),
        more: if more.is_empty() { String::new() } else { Value::Object(more).to_string() },
    }
}

async fn save(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<DeploymentId>,
    Form(input): Form<BTreeMap<String, String>>,
) -> PageResult {
    let saved = match change(&input) {
        Ok(change) => deployments::update(&app, &viewer.actor, &id, &change).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(_) => Ok(go_saying(&format!("/deployments/{id}"), "The settings are saved")),
        Err(error) => {
            let deployment = deployments::get(&app, &viewer.actor, &id).await?;
            let mut form = form(&app, &viewer.actor, &deployment).await?;
            form.error = place(error, &mut [])?;
            Ok(refused(form))
        }
    }
}

fn change(input: &BTreeMap<String, String>) -> Result<DeploymentChange> {
    let text = |name: &str| input.get(name).map_or("", |t| t.trim());
    let revision = match text("revision") {
        "" => None,
        number => Some(number.parse().map_err(|_| Error::field("revision", "choose a revision"))?),
    };
    let backend = text("backend");
    let known = BACKENDS
        .iter()
        .find(|b| b.name == backend)
        .ok_or_else(|| Error::field("backend", "choose a backend"))?;
    let more = text(&format!("{backend}.more"));
    let mut config: Map<String, Value> = if more.is_empty() {
        Map::new()
    } else {
        serde_json::from_str(more)
            .map_err(|e| Error::invalid(format!("further settings are no JSON object: {e}")))?
    };
    for (name, _) in known.fields {
        let value = text(&format!("{backend}.{name}"));
        if !value.is_empty() {
            config.insert((*name).to_owned(), Value::from(value));
        }
    }
    Ok(DeploymentChange {
        revision: Some(revision),
        backend: Some(backend.to_owned()),
        backend_config: Some(config),
        terraform_version: Some(text("terraform_version").to_owned()),
    })
}
