//! Blueprints and their revisions.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::{PAGE, Page, name, retire};
use crate::{
    app::App,
    auth::Actor,
    clock::Timestamp,
    error::{Error, Result, Stale},
    store::{
        BlueprintId, Connection, ProjectId,
        blueprints::{self, Blueprint, InProject, Manifest, Revision},
        projects,
    },
};

/// File name to text.
pub type Texts = BTreeMap<String, String>;

/// Undo steps that are remembered for redo.
const MAX_REDO: usize = 100;

/// Makes a blueprint with `files` as its first revision.
pub async fn create(
    app: &App,
    actor: &Actor,
    project: &ProjectId,
    text: &str,
    files: &Texts,
) -> Result<Blueprint> {
    create_saying(app, actor, project, text, files, "Created").await
}

/// The same, and the history says `message` of that revision.
pub(super) async fn create_saying(
    app: &App,
    actor: &Actor,
    project: &ProjectId,
    text: &str,
    files: &Texts,
    message: &str,
) -> Result<Blueprint> {
    let now = app.clock.now();
    let blueprint = Blueprint {
        id: BlueprintId::random(),
        project_id: project.clone(),
        name: name::check("name", text)?,
        head: 1,
        created_at: now,
        updated_at: now,
    };
    let mut tx = app.db.begin().await?;
    projects::get(&mut tx, project, actor.scope()).await?;
    blueprints::insert(&mut tx, &blueprint).await?;
    let revision = Revision {
        number: 1,
        parent: None,
        origin: 1,
        redo: Vec::new(),
        files: put_texts(&mut tx, files, &Manifest::new()).await?,
        message: message.to_owned(),
        created_by: Some(actor.id.clone()),
        created_at: now,
    };
    blueprints::append(&mut tx, &blueprint.id, &revision).await?;
    tx.commit().await?;
    Ok(blueprint)
}

/// By name. A cursor is the last item's name.
pub async fn list(
    app: &App,
    actor: &Actor,
    project: &ProjectId,
    cursor: Option<&str>,
) -> Result<Page<Blueprint>> {
    let mut db = app.db.read().await?;
    projects::get(&mut db, project, actor.scope()).await?;
    let items = blueprints::list(&mut db, project, cursor.unwrap_or(""), PAGE + 1).await?;
    Ok(Page::of(items, |b| b.name.clone()))
}

pub async fn get(app: &App, actor: &Actor, id: &BlueprintId) -> Result<Blueprint> {
    visible(&mut *app.db.read().await?, actor, id).await
}

pub(crate) async fn visible(db: &mut Connection, actor: &Actor, id: &BlueprintId) -> Result<Blueprint> {
    let blueprint = blueprints::get(db, id).await?;
    projects::get(db, &blueprint.project_id, actor.scope())
        .await
        .map_err(|_| Error::NotFound("blueprint"))?;
    Ok(blueprint)
}

pub async fn rename(app: &App, actor: &Actor, id: &BlueprintId, text: &str) -> Result<Blueprint> {
    let text = name::check("name", text)?;
    let mut tx = app.db.begin().await?;
    visible(&mut tx, actor, id).await?;
    blueprints::rename(&mut tx, id, &text, app.clock.now()).await?;
    let blueprint = blueprints::get(&mut tx, id).await?;
    tx.commit().await?;
    Ok(blueprint)
}

/// Deletes the blueprint with its revisions and deployments' records; see [`retire`] for when it refuses.
pub async fn delete(app: &App, actor: &Actor, id: &BlueprintId, force: bool) -> Result<()> {
    let mut tx = app.db.begin().await?;
    visible(&mut tx, actor, id).await?;
    retire::check(&mut tx, id.as_str(), force).await?;
    blueprints::delete(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

/// Newest first. A cursor is the last item's number.
pub async fn history(
    app: &App,
    actor: &Actor,
    id: &BlueprintId,
    cursor: Option<i64>,
) -> Result<Page<Revision>> {
    let mut db = app.db.read().await?;
    visible(&mut db, actor, id).await?;
    let items = blueprints::revisions(&mut db, id, cursor.unwrap_or(i64::MAX), PAGE + 1).await?;
    Ok(Page::of(items, |r| r.number.to_string()))
}

/// A revision and its texts; `None` means the latest.
pub async fn load(
    app: &App,
    actor: &Actor,
    id: &BlueprintId,
    number: Option<i64>,
) -> Result<(Blueprint, Revision, Texts)> {
    let (blueprint, revision) = find(app, actor, id, number).await?;
    let texts = contents(app, &revision.files).await?;
    Ok((blueprint, revision, texts))
}

/// A revision alone; `None` means the latest.
pub(super) async fn find(
    app: &App,
    actor: &Actor,
    id: &BlueprintId,
    number: Option<i64>,
) -> Result<(Blueprint, Revision)> {
    let mut db = app.db.read().await?;
    let blueprint = visible(&mut db, actor, id).await?;
    let revision = blueprints::revision(&mut db, id, number.unwrap_or(blueprint.head)).await?;
    Ok((blueprint, revision))
}

/// The texts of a revision's files.
pub(super) async fn contents(app: &App, files: &Manifest) -> Result<Texts> {
    texts(&mut *app.db.read().await?, files).await
}

/// Saves `files` as the revision after `base`.
///
/// # Errors
/// [`Error::Stale`] with both texts when `base` isn't the latest any more. Saving what is there already makes no revision.
pub async fn save(
    app: &App,
    actor: &Actor,
    id: &BlueprintId,
    base: i64,
    files: &Texts,
    message: &str,
) -> Result<Revision> {
    let mut tx = app.db.begin().await?;
    let revision = save_in(&mut tx, actor, id, base, files, (message, app.clock.now())).await?;
    tx.commit().await?;
    Ok(revision)
}

/// The same as a part of a transaction, with what to say of it and the time.
///
/// # Errors
/// As [`save`]; nothing of the transaction may be kept then.
pub async fn save_in(
    tx: &mut Connection,
    actor: &Actor,
    id: &BlueprintId,
    base: i64,
    files: &Texts,
    (message, now): (&str, Timestamp),
) -> Result<Revision> {
    let blueprint = visible(tx, actor, id).await?;
    if blueprint.head != base {
        return Err(stale(tx, &blueprint, base, files.clone()).await?);
    }
    let current = blueprints::revision(tx, id, base).await?;
    let manifest = put_texts(tx, files, &current.files).await?;
    if manifest == current.files {
        return Ok(current);
    }
    let revision = Revision {
        number: base + 1,
        parent: Some(base),
        origin: base + 1,
        redo: Vec::new(),
        files: manifest,
        message: message.to_owned(),
        created_by: Some(actor.id.clone()),
        created_at: now,
    };
    append(tx, &blueprint, &revision).await?;
    Ok(revision)
}

/// The refusal of an edit on `base`: both sides' texts.
pub async fn stale(db: &mut Connection, blueprint: &Blueprint, base: i64, yours: Texts) -> Result<Error> {
    let head = blueprints::revision(db, &blueprint.id, blueprint.head).await?;
    let theirs = texts(db, &head.files).await?;
    Ok(Error::Stale(Box::new(Stale { base, head: blueprint.head, theirs, yours })))
}

/// Where to go from the latest revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Back to what was before the latest change.
    Undo,
    /// Forward to what the last undo left.
    Redo,
    /// To the content of this revision.
    Restore(i64),
}

/// Makes a new revision with the content of an older one, so that history only ever grows.
pub async fn step(app: &App, actor: &Actor, id: &BlueprintId, base: i64, step: Step) -> Result<Revision> {
    let mut tx = app.db.begin().await?;
    let blueprint = visible(&mut tx, actor, id).await?;
    if blueprint.head != base {
        return Err(stale(&mut tx, &blueprint, base, Texts::new()).await?);
    }
    let current = blueprints::revision(&mut tx, id, base).await?;
    let (target, redo) = match step {
        Step::Undo => undo_target(&mut tx, id, &current).await?,
        Step::Redo => {
            let mut redo = current.redo.clone();
            let target = redo.pop().ok_or_else(|| Error::Conflict("there is nothing to redo".into()))?;
            (target, redo)
        }
        Step::Restore(number) => (number, Vec::new()),
    };
    let old = blueprints::revision(&mut tx, id, target).await?;
    let message = match step {
        Step::Undo => format!("Undo: back to r{}", old.origin),
        Step::Redo => format!("Redo: r{} again", old.origin),
        Step::Restore(_) => format!("Restored r{}", old.origin),
    };
    let revision = Revision {
        number: base + 1,
        parent: Some(base),
        origin: old.origin,
        redo,
        files: old.files,
        message,
        created_by: Some(actor.id.clone()),
        created_at: app.clock.now(),
    };
    append(&mut tx, &blueprint, &revision).await?;
    tx.commit().await?;
    Ok(revision)
}

/// The revision before the one whose content `current` has, and the redo list after going there.
async fn undo_target(tx: &mut Connection, id: &BlueprintId, current: &Revision) -> Result<(i64, Vec<i64>)> {
    let content = if current.origin == current.number {
        current.clone()
    } else {
        blueprints::revision(tx, id, current.origin).await?
    };
    let target = content.parent.ok_or_else(|| Error::Conflict("there is nothing to undo".into()))?;
    let mut redo = current.redo.clone();
    redo.push(content.number);
    if redo.len() > MAX_REDO {
        redo.remove(0);
    }
    Ok((target, redo))
}

async fn append(tx: &mut Connection, blueprint: &Blueprint, revision: &Revision) -> Result<()> {
    let appended = blueprints::append(tx, &blueprint.id, revision).await?;
    appended
        .then_some(())
        .ok_or_else(|| Error::Conflict("somebody saved at the same moment; try again".into()))
}

/// Stores what is not there already. `stored` names texts that are.
async fn put_texts(tx: &mut Connection, files: &Texts, stored: &Manifest) -> Result<Manifest> {
    let mut manifest = Manifest::new();
    for (file, text) in files {
        let digest = hex::encode(Sha256::digest(text.as_bytes()));
        if stored.get(file) != Some(&digest) {
            let compressed = zstd::encode_all(text.as_bytes(), 3).map_err(Error::internal)?;
            blueprints::put_text(tx, &digest, &compressed).await?;
        }
        manifest.insert(file.clone(), digest);
    }
    Ok(manifest)
}

async fn texts(db: &mut Connection, manifest: &Manifest) -> Result<Texts> {
    let mut by_digest = BTreeMap::new();
    for (digest, compressed) in blueprints::texts(db, manifest).await? {
        let bytes = zstd::decode_all(compressed.as_slice()).map_err(Error::internal)?;
        by_digest.insert(digest, String::from_utf8(bytes).map_err(Error::internal)?);
    }
    let missing = |digest: &str| Error::Internal(anyhow::anyhow!("the text {digest} is missing"));
    manifest
        .iter()
        .map(|(file, digest)| {
            Ok((file.clone(), by_digest.get(digest).ok_or_else(|| missing(digest))?.clone()))
        })
        .collect()
}

/// The blueprints of every project that the actor may see, by id. `after` is the last id of the page before.
pub async fn everywhere(app: &App, actor: &Actor, after: &str, limit: usize) -> Result<Vec<InProject>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    blueprints::everywhere(&mut *app.db.read().await?, actor.scope(), after, limit).await
}

/// The texts of several blueprints' latest revisions, in their order, by one query.
pub(crate) async fn all_texts(app: &App, list: &[InProject]) -> Result<Vec<Texts>> {
    let mut db = app.db.read().await?;
    let files = list.iter().flat_map(|b| b.files.values());
    let all: Manifest = files.map(|digest| (digest.clone(), digest.clone())).collect();
    let by_digest = texts(&mut db, &all).await?;
    let of = |manifest: &Manifest| {
        let text = |(file, digest): (&String, &String)| Some((file.clone(), by_digest.get(digest)?.clone()));
        manifest.iter().filter_map(text).collect()
    };
    Ok(list.iter().map(|b| of(&b.files)).collect())
}
