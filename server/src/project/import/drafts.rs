//! What was sent, kept for a day in the blob store until a blueprint is made of it.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::git::GitSource;
use crate::{
    app::App,
    auth::Actor,
    blueprint::{LeftOut, Reason, Unpacked},
    error::{Error, Result},
    project::projects,
    store::{ImportId, ProjectId},
};

/// Everything that is kept is below it.
const PREFIX: &str = "imports";
/// Milliseconds after which a draft cannot be opened any more.
const LIFETIME: i64 = 24 * 60 * 60 * 1000;
/// Drafts of one project; more than that, and the oldest goes.
const MAX_DRAFTS: usize = 20;

/// Files that were read from an archive, and what was not.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Draft {
    /// Where they came from, fit to be shown: the archive's name, a repository's address; empty for pasted code.
    pub from: String,
    /// What a blueprint could be called; may be empty.
    pub name: String,
    pub files: BTreeMap<String, Arc<str>>,
    pub left_out: Vec<LeftOut>,
    /// The repository that they were fetched from.
    #[serde(default)]
    pub source: Option<GitSource>,
}

impl Draft {
    /// Where it came from, for the history: exactly.
    pub fn origin(&self) -> String {
        self.source.as_ref().map_or_else(|| self.from.clone(), GitSource::to_string)
    }

    /// # Errors
    /// For people: there is nothing to import.
    pub(super) fn new(from: String, name: String, unpacked: Unpacked) -> Result<Draft, String> {
        // Nothing else is kept.
        if unpacked.files.is_empty() {
            let secret = |left: &&LeftOut| matches!(left.reason, Reason::State | Reason::Values);
            let missed = unpacked.left_out.iter().find(|left| left.missed);
            return Err(match missed.or_else(|| unpacked.left_out.iter().find(secret)) {
                None => "there is no Terraform file (*.tf, *.tf.json) in it".to_owned(),
                Some(first) => {
                    format!("no Terraform file in it can be read; {}: {}", first.path, first.reason.text())
                }
            });
        }
        Ok(Draft { from, name, files: unpacked.files, left_out: unpacked.left_out, source: None })
    }
}

/// A draft as it is stored.
#[derive(Debug, Serialize, Deserialize)]
struct Kept<D> {
    /// When it was kept, in milliseconds since 1970.
    at: i64,
    draft: D,
}

fn key(project: &ProjectId, id: &ImportId) -> String {
    format!("{PREFIX}/{project}/{id}")
}

/// Keeps a draft for whoever may see the project.
pub async fn keep(app: &App, actor: &Actor, project: &ProjectId, draft: &Draft) -> Result<ImportId> {
    projects::get(app, actor, project).await?;
    clear(app, project).await?;
    let json = serde_json::to_vec(&Kept { at: app.clock.now().0, draft })?;
    let packed = zstd::encode_all(json.as_slice(), 3).map_err(Error::internal)?;
    let id = ImportId::random();
    app.blobs.put(&key(project, &id), packed).await?;
    Ok(id)
}

/// Opens a draft that was kept.
///
/// # Errors
/// NotFound when there is none any more, or the project is none that the caller may see.
pub async fn open(app: &App, actor: &Actor, project: &ProjectId, id: &ImportId) -> Result<Draft> {
    projects::get(app, actor, project).await?;
    if !id.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Err(Error::NotFound("import"));
    }
    let packed = app.blobs.get(&key(project, id)).await?.ok_or(Error::NotFound("import"))?;
    let json = zstd::decode_all(packed.as_ref()).map_err(Error::internal)?;
    let kept: Kept<Draft> = serde_json::from_slice(&json)?;
    if app.clock.now().0 - kept.at > LIFETIME { Err(Error::NotFound("import")) } else { Ok(kept.draft) }
}

/// Removes drafts of this project that are too many.
async fn clear(app: &App, project: &ProjectId) -> Result<()> {
    let mut kept = app.blobs.list(&format!("{PREFIX}/{project}")).await?;
    kept.sort_by_key(|object| std::cmp::Reverse(object.last_modified));
    for object in kept.iter().skip(MAX_DRAFTS - 1) {
        app.blobs.delete(object.location.as_ref()).await?;
    }
    Ok(())
}

/// Removes the drafts of a project.
pub async fn forget(app: &App, project: &ProjectId) -> Result<()> {
    for object in app.blobs.list(&format!("{PREFIX}/{project}")).await? {
        app.blobs.delete(object.location.as_ref()).await?;
    }
    Ok(())
}

/// Removes drafts that are too old to be opened.
pub async fn prune(app: &App) -> Result<()> {
    let oldest = app.clock.now().0 - LIFETIME;
    for object in app.blobs.list(PREFIX).await? {
        if object.last_modified.timestamp_millis() < oldest {
            app.blobs.delete(object.location.as_ref()).await?;
        }
    }
    Ok(())
}
