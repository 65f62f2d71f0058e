//! Values: for the configuration's variables, and for the environment of the Terraform process.

use std::collections::BTreeMap;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Router,
    extract::{Path, State},
    response::IntoResponse,
    routing::{get, post},
};
use serde::Deserialize;

use super::{
    variable_fields,
    variables::{VariableField, to_json},
};
use crate::{
    app::App,
    auth::Actor,
    error::Error,
    http::ui::{
        layout::Field,
        page::{Form, PageResult, Viewer, go_saying, place, refused, sentence},
    },
    project::{
        deployments,
        values::{self, NewValue, ValueView},
    },
    store::{DeploymentId, deployments::Category},
};

pub fn router() -> Router<App> {
    Router::new()
        .route("/deployments/{id}/values", post(save))
        .route("/deployments/{id}/values/{category}/{name}/delete", post(unset))
        .route("/deployments/{id}/env/new", get(new_env))
        .route("/deployments/{id}/env", post(set_env))
}

/// The form of all variables.
#[derive(Template, WebTemplate)]
#[template(path = "deployment/_values.html")]
pub struct ValuesForm {
    pub id: String,
    pub fields: Vec<VariableField>,
    pub error: String,
}

/// A variable of the Terraform process's environment.
pub struct EnvValue {
    pub name: String,
    pub sensitive: bool,
    pub text: String,
}

/// Those among a deployment's values.
pub fn env_values(values: &[ValueView]) -> Vec<EnvValue> {
    let own = values.iter().filter(|v| v.category == Category::Env);
    own.map(|v| EnvValue {
        name: v.name.clone(),
        sensitive: v.sensitive,
        text: v.value.as_ref().and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default(),
    })
    .collect()
}

/// Saves every field that changed. An empty one has no value: the variable's default counts.
async fn save(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<DeploymentId>,
    Form(input): Form<BTreeMap<String, String>>,
) -> PageResult {
    let deployment = deployments::get(&app, &viewer.actor, &id).await?;
    let mut refusals: BTreeMap<String, String> = BTreeMap::new();
    for field in variable_fields(&app, &viewer.actor, &deployment).await? {
        let Some(text) = input.get(&field.name) else { continue };
        let reason = save_one(&app, &viewer.actor, &id, &field, text).await?;
        if !reason.is_empty() {
            refusals.insert(field.name, reason);
        }
    }
    if !refusals.is_empty() {
        let mut fields = variable_fields(&app, &viewer.actor, &deployment).await?;
        for field in &mut fields {
            if let (Some(reason), Some(text)) = (refusals.remove(&field.name), input.get(&field.name)) {
                field.error = reason;
                // What was typed stays, but a secret never goes back to a browser.
                if !field.sensitive {
                    text.clone_into(&mut field.text);
                }
            }
        }
        let error = "Some values were not saved. The others were.".to_owned();
        return Ok(refused(ValuesForm { id: id.0, fields, error }));
    }
    Ok(go_saying(&format!("/deployments/{id}"), "The values are saved"))
}

/// What is wrong with it; empty when it is saved.
async fn save_one(
    app: &App,
    actor: &Actor,
    id: &DeploymentId,
    field: &VariableField,
    text: &str,
) -> PageResult<String> {
    let unchanged = text == field.text && !field.sensitive;
    if unchanged || (text.is_empty() && (field.sensitive || !field.set)) {
        return Ok(String::new());
    }
    if text.is_empty() {
        values::unset(app, actor, id, Category::Terraform, &field.name).await?;
        return Ok(String::new());
    }
    let value = match to_json(field, text) {
        Ok(value) => value,
        Err(reason) => return Ok(reason),
    };
    let new = NewValue { value, sensitive: field.sensitive };
    match values::set(app, actor, id, Category::Terraform, &field.name, &new).await {
        Ok(_) => Ok(String::new()),
        Err(error @ Error::Invalid(_)) => Ok(sentence(&error.to_string())),
        Err(other) => Err(other.into()),
    }
}

async fn unset(
    State(app): State<App>,
    viewer: Viewer,
    Path((id, category, name)): Path<(DeploymentId, Category, String)>,
) -> PageResult {
    values::unset(&app, &viewer.actor, &id, category, &name).await?;
    Ok(go_saying(&format!("/deployments/{id}"), &format!("{name} is removed")))
}

#[derive(Template, WebTemplate)]
#[template(path = "deployment/_env.html")]
struct EnvForm {
    id: String,
    name: Field,
    value: Field,
    sensitive: bool,
    error: String,
}

#[derive(Deserialize)]
struct NewEnv {
    name: String,
    value: String,
    sensitive: Option<String>,
}

async fn new_env(_: Viewer, Path(id): Path<DeploymentId>) -> EnvForm {
    env_form(id, "", true)
}

fn env_form(id: DeploymentId, name: &str, sensitive: bool) -> EnvForm {
    EnvForm {
        id: id.0,
        name: Field::new("name", name),
        value: Field::new("value", ""),
        sensitive,
        error: String::new(),
    }
}

async fn set_env(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<DeploymentId>,
    Form(input): Form<NewEnv>,
) -> PageResult {
    let sensitive = input.sensitive.is_some();
    let value = serde_json::value::to_raw_value(&input.value).map_err(Error::from)?;
    let new = NewValue { value, sensitive };
    match values::set(&app, &viewer.actor, &id, Category::Env, &input.name, &new).await {
        Ok(_) => Ok(go_saying(&format!("/deployments/{id}"), &format!("{} is set", input.name))),
        Err(error) => {
            let mut form = env_form(id, &input.name, sensitive);
            form.error = place(error, &mut [&mut form.name, &mut form.value])?;
            Ok(refused(form).into_response())
        }
    }
}
