//! Projects.

use super::{PAGE, Page, import, name, retire};
use crate::{
    app::App,
    auth::Actor,
    error::{Error, Result},
    store::{
        ProjectId,
        projects::{self, Project},
    },
};

pub async fn create(app: &App, actor: &Actor, text: &str) -> Result<Project> {
    let now = app.clock.now();
    let project = Project {
        id: ProjectId::random(),
        name: name::check("name", text)?,
        blueprints: 0,
        created_at: now,
        updated_at: now,
    };
    let mut tx = app.db.begin().await?;
    projects::insert(&mut tx, &project, &actor.id).await?;
    tx.commit().await?;
    Ok(project)
}

/// By name. A cursor is `<id>/<name>` of the last item.
pub async fn list(app: &App, actor: &Actor, cursor: Option<&str>) -> Result<Page<Project>> {
    let after = match cursor {
        None => None,
        Some(text) => {
            let (id, name) =
                text.split_once('/').ok_or_else(|| Error::field("cursor", "not a cursor of this list"))?;
            Some((name, id))
        }
    };
    let items = projects::list(&mut *app.db.read().await?, actor.scope(), after, PAGE + 1).await?;
    Ok(Page::of(items, |p| format!("{}/{}", p.id, p.name)))
}

pub async fn get(app: &App, actor: &Actor, id: &ProjectId) -> Result<Project> {
    projects::get(&mut *app.db.read().await?, id, actor.scope()).await
}

pub async fn rename(app: &App, actor: &Actor, id: &ProjectId, text: &str) -> Result<Project> {
    let text = name::check("name", text)?;
    let mut tx = app.db.begin().await?;
    projects::get(&mut tx, id, actor.scope()).await?;
    projects::rename(&mut tx, id, &text, app.clock.now()).await?;
    let project = projects::get(&mut tx, id, actor.scope()).await?;
    tx.commit().await?;
    Ok(project)
}

/// Deletes the project with everything in it; see [`retire`] for when it refuses.
pub async fn delete(app: &App, actor: &Actor, id: &ProjectId, force: bool) -> Result<()> {
    let mut tx = app.db.begin().await?;
    projects::get(&mut tx, id, actor.scope()).await?;
    retire::check(&mut tx, id.as_str(), force).await?;
    projects::delete(&mut tx, id).await?;
    tx.commit().await?;
    // What can't be removed now goes when it is a day old.
    if let Err(error) = import::forget(app, id).await {
        tracing::warn!(%error, project = %id, "previews of a deleted project could not be removed yet");
    }
    Ok(())
}
