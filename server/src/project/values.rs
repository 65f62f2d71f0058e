//! The values of a deployment: for the configuration's variables, and for the Terraform process's environment.
//!
//! A sensitive value goes one way: it's sealed when it comes in, and only the worker that starts a run opens it.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{deployments::visible, name};
use crate::{
    app::App,
    auth::Actor,
    error::{Error, Result},
    secret::Keyring,
    store::{
        DeploymentId,
        deployments::{self, Category, StoredValue},
    },
};

/// Longest value, bytes of JSON.
const MAX_VALUE: usize = 256 * 1024;

/// A value as it may be shown.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ValueView {
    pub category: Category,
    pub name: String,
    pub sensitive: bool,
    /// The value, JSON with numbers as they were typed; absent when it's sensitive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub value: Option<Box<RawValue>>,
}

/// A value to set.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewValue {
    /// Any JSON for a Terraform variable, a string for an environment variable.
    #[schema(value_type = Object)]
    pub value: Box<RawValue>,
    /// Sealed at once and never shown again.
    #[serde(default)]
    pub sensitive: bool,
}

pub async fn list(app: &App, actor: &Actor, id: &DeploymentId) -> Result<Vec<ValueView>> {
    let mut db = app.db.read().await?;
    visible(&mut db, actor, id).await?;
    deployments::values(&mut db, id).await?.into_iter().map(view).collect()
}

fn view(stored: StoredValue) -> Result<ValueView> {
    Ok(ValueView {
        category: stored.category,
        name: stored.name,
        sensitive: stored.sealed.is_some(),
        value: stored.value.map(raw).transpose()?,
    })
}

/// Stored text as the JSON that it is.
pub(crate) fn raw(text: String) -> Result<Box<RawValue>> {
    Ok(RawValue::from_string(text)?)
}

pub async fn set(
    app: &App,
    actor: &Actor,
    id: &DeploymentId,
    category: Category,
    variable: &str,
    new: &NewValue,
) -> Result<ValueView> {
    let variable = check_name(category, variable)?;
    let text = new.value.get();
    if text.len() > MAX_VALUE {
        return Err(Error::field("value", format!("use at most {} KiB", MAX_VALUE / 1024)));
    }
    if category == Category::Env && serde_json::from_str::<String>(text).is_err() {
        return Err(Error::field("value", "an environment variable is a string"));
    }
    if text.contains("\\u0000") {
        return Err(Error::field("value", "a value can't hold the NUL character"));
    }
    let (value, sealed) = if new.sensitive {
        (None, Some(app.keyring.seal(&context(id, category, &variable), text.as_bytes())))
    } else {
        (Some(text.to_owned()), None)
    };
    let stored = StoredValue { category, name: variable, value, sealed };
    let mut tx = app.db.begin().await?;
    visible(&mut tx, actor, id).await?;
    deployments::put_value(&mut tx, id, &stored, app.clock.now()).await?;
    tx.commit().await?;
    view(stored)
}

pub async fn unset(
    app: &App,
    actor: &Actor,
    id: &DeploymentId,
    category: Category,
    variable: &str,
) -> Result<()> {
    let mut tx = app.db.begin().await?;
    visible(&mut tx, actor, id).await?;
    deployments::delete_value(&mut tx, id, category, variable).await?;
    Ok(tx.commit().await?)
}

fn check_name(category: Category, variable: &str) -> Result<String> {
    match category {
        Category::Terraform => name::check_identifier(variable),
        Category::Env => name::check_env_variable(variable),
    }
}

/// A value in the open, for the worker that starts a run.
#[derive(Clone)]
pub struct OpenValue {
    pub category: Category,
    pub name: String,
    /// JSON text.
    pub json: String,
    pub sensitive: bool,
}

/// Opens what is sealed. Call it only to start a run.
pub fn open(keyring: &Keyring, id: &DeploymentId, stored: StoredValue) -> Result<OpenValue> {
    let (json, sensitive) = match (stored.value, &stored.sealed) {
        (Some(text), _) => (text, false),
        (None, Some(sealed)) => {
            let plain = keyring.open(&context(id, stored.category, &stored.name), sealed)?;
            (String::from_utf8(plain).map_err(Error::internal)?, true)
        }
        (None, None) => ("null".to_owned(), false),
    };
    Ok(OpenValue { category: stored.category, name: stored.name, json, sensitive })
}

fn context(id: &DeploymentId, category: Category, variable: &str) -> String {
    format!("deployment/{id}/{}/{variable}", category.as_str())
}
