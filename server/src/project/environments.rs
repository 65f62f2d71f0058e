//! Environments.

use super::{name, retire};
use crate::{
    app::App,
    auth::Actor,
    error::Result,
    store::{
        Connection, EnvironmentId, ProjectId,
        environments::{self, Environment},
        projects,
    },
};

pub async fn create(app: &App, actor: &Actor, project: &ProjectId, text: &str) -> Result<Environment> {
    let environment = Environment {
        id: EnvironmentId::random(),
        project_id: project.clone(),
        name: name::check_environment(text)?,
        created_at: app.clock.now(),
    };
    let mut tx = app.db.begin().await?;
    projects::get(&mut tx, project, actor.scope()).await?;
    environments::insert(&mut tx, &environment).await?;
    tx.commit().await?;
    Ok(environment)
}

pub async fn list(app: &App, actor: &Actor, project: &ProjectId) -> Result<Vec<Environment>> {
    let mut db = app.db.read().await?;
    projects::get(&mut db, project, actor.scope()).await?;
    environments::list(&mut db, project).await
}

pub async fn get(app: &App, actor: &Actor, id: &EnvironmentId) -> Result<Environment> {
    visible(&mut *app.db.read().await?, actor, id).await
}

/// The environment, when the actor may see its project.
pub(crate) async fn visible(db: &mut Connection, actor: &Actor, id: &EnvironmentId) -> Result<Environment> {
    let environment = environments::get(db, id).await?;
    projects::get(db, &environment.project_id, actor.scope())
        .await
        .map_err(|_| crate::error::Error::NotFound("environment"))?;
    Ok(environment)
}

pub async fn rename(app: &App, actor: &Actor, id: &EnvironmentId, text: &str) -> Result<Environment> {
    let text = name::check_environment(text)?;
    let mut tx = app.db.begin().await?;
    visible(&mut tx, actor, id).await?;
    environments::rename(&mut tx, id, &text).await?;
    let environment = environments::get(&mut tx, id).await?;
    tx.commit().await?;
    Ok(environment)
}

/// Deletes the environment and its deployments' records; see [`retire`] for when it refuses.
pub async fn delete(app: &App, actor: &Actor, id: &EnvironmentId, force: bool) -> Result<()> {
    let mut tx = app.db.begin().await?;
    visible(&mut tx, actor, id).await?;
    retire::check(&mut tx, id.as_str(), force).await?;
    environments::delete(&mut tx, id).await?;
    Ok(tx.commit().await?)
}
