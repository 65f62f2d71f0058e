//! Who belongs to a project. Every member may do everything in it.

use crate::{
    app::App,
    auth::Actor,
    error::{Error, Result},
    store::{
        ProjectId, UserId,
        projects::{self, Member},
        users,
    },
};

pub async fn list(app: &App, actor: &Actor, project: &ProjectId) -> Result<Vec<Member>> {
    let mut db = app.db.read().await?;
    projects::get(&mut db, project, actor.scope()).await?;
    projects::members(&mut db, project).await
}

/// Adds the account with this e-mail address.
pub async fn add(app: &App, actor: &Actor, project: &ProjectId, email: &str) -> Result<Vec<Member>> {
    let mut tx = app.db.begin().await?;
    projects::get(&mut tx, project, actor.scope()).await?;
    let user = users::by_email(&mut tx, &email.trim().to_lowercase())
        .await?
        .ok_or_else(|| Error::field("email", "nobody has an account with this address"))?;
    projects::add_member(&mut tx, project, &user.id, app.clock.now()).await?;
    let members = projects::members(&mut tx, project).await?;
    tx.commit().await?;
    Ok(members)
}

/// The last member stays: a project that nobody sees helps nobody.
pub async fn remove(app: &App, actor: &Actor, project: &ProjectId, user: &UserId) -> Result<()> {
    let mut tx = app.db.begin().await?;
    projects::get(&mut tx, project, actor.scope()).await?;
    let members = projects::members(&mut tx, project).await?;
    if !members.iter().any(|m| m.user_id == user.0) {
        return Err(Error::NotFound("member"));
    }
    if members.len() == 1 {
        return Err(Error::Conflict("the last member can't leave; delete the project instead".into()));
    }
    projects::remove_member(&mut tx, project, user).await?;
    Ok(tx.commit().await?)
}
