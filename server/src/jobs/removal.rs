//! Taking a provider version out of the catalog.

use cloudoven_crawler::catalog::Address;

use super::{service::check_admin, source::told};
use crate::{
    app::App,
    auth::Actor,
    error::{Error, Result},
    project::design,
    store::{blueprints, crawl_jobs},
};

/// Blueprints looked at at once.
const BATCH: i64 = 100;
/// Blueprints named in a refusal.
const NAMED: usize = 5;

/// Removes a version.
///
/// # Errors
/// A conflict while its provider is being crawled, and without `force` while blueprints are designed against it.
pub async fn remove(app: &App, actor: &Actor, address: &Address, version: &str, force: bool) -> Result<()> {
    check_admin(actor)?;
    let loaded = app.catalogs.loaded();
    if !loaded.of_provider(address).any(|v| v.index.version == version) {
        return Err(Error::NotFound("provider version"));
    }
    if crawl_jobs::at_work(&mut *app.db.read().await?, &address.to_string()).await? {
        return Err(Error::Conflict(format!("{address} is being crawled; wait for its end or cancel it")));
    }
    if !force {
        check_unused(app, actor, address, version).await?;
    }
    if !app.catalogs.store().remove(address, version).await.map_err(told)? {
        return Err(Error::NotFound("provider version"));
    }
    tracing::info!(provider = %address, version, actor = %actor.id, force, "removed a provider version");
    app.catalogs.refresh().await
}

async fn check_unused(app: &App, actor: &Actor, address: &Address, version: &str) -> Result<()> {
    let users = designed_against(app, actor, address, version).await?;
    if users.is_empty() {
        return Ok(());
    }
    let more = users.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let names = users[..users.len().min(NAMED)].join(", ");
    Err(Error::Conflict(format!(
        "{} blueprints are designed against {address} {version}: {names}{more}; move them to another version first, or \
         remove it with force",
        users.len()
    )))
}

/// The names of the blueprints whose latest revision is designed against a version.
pub async fn designed_against(
    app: &App,
    actor: &Actor,
    address: &Address,
    version: &str,
) -> Result<Vec<String>> {
    check_admin(actor)?;
    let loaded = app.catalogs.loaded();
    let (mut names, mut after) = (Vec::new(), String::new());
    loop {
        let batch = blueprints::all(&mut *app.db.read().await?, &after, BATCH).await?;
        let Some(last) = batch.last() else { return Ok(names) };
        after.clone_from(&last.id.0);
        for blueprint in batch {
            let document = match design::read(app, actor, &blueprint.id).await {
                // It was deleted meanwhile.
                Err(Error::NotFound(_)) => continue,
                other => other?,
            };
            let against = loaded.designed_against(&document);
            if against.iter().any(|p| p.address == *address && p.version == version) {
                names.push(blueprint.name);
            }
        }
    }
}
