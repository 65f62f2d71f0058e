//! Importing: an archive, pasted code or a repository becomes a blueprint, byte for byte, after a report has said what
//! the designer will make of it.
//!
//! An import has two steps. What was sent is read within bounds and kept for a day as a [`Draft`], without what never is
//! imported (state, values of variables); then a look at it makes a [`Report`], and its files make a blueprint. A program
//! may do both in one request.

mod drafts;
mod git;
mod layout;
mod modules;
mod providers;
mod receive;
mod report;
mod turns;

use std::collections::BTreeMap;

use tokio::sync::{Semaphore, SemaphorePermit};

use self::layout::Layout;
pub use self::{
    drafts::{Draft, forget, keep, open, prune},
    git::{Git, GitRequest, GitSource, limits as git_limits},
    layout::Candidate,
    modules::{ModuleKind, ModuleReport},
    providers::ImportedProvider,
    receive::{MAX_UPLOAD, receive},
    report::{CodeOnly, FileReport, Report, Skipped},
};
use super::{
    blueprints::{self, Texts},
    design,
};
use crate::{
    app::App,
    auth::Actor,
    blueprint::{self, Bounds, Schemas, UnpackError},
    error::{Error, Result},
    store::{ProjectId, blueprints::Blueprint},
};

/// Archives and blueprints that are read at the same time: each is up to 16 MiB of texts, and some times that when it is
/// taken apart.
const AT_ONCE: usize = 3;

/// What the imports of a process share.
#[derive(Debug)]
pub struct Imports {
    pub git: Git,
    looks: Semaphore,
}

impl Imports {
    pub fn new(git: Git) -> Imports {
        Imports { git, looks: Semaphore::new(AT_ONCE) }
    }

    /// A turn to read an archive or to look at what was in it.
    async fn turn(&self) -> Result<SemaphorePermit<'_>> {
        turns::take(&self.looks, "other imports are being looked at").await
    }
}

/// What an import is made from, read.
impl Draft {
    /// Code that was typed or pasted; it becomes `main.tf`.
    ///
    /// # Errors
    /// Invalid, when there is none or it is too long.
    pub fn of_text(text: &str) -> Result<Draft> {
        if text.trim().is_empty() {
            return Err(Error::field("text", "paste Terraform code"));
        }
        gather("text", [("main.tf", text.as_bytes())])
    }

    /// Files by their paths.
    ///
    /// # Errors
    /// Invalid, when they are too many or too large.
    pub fn of_files(files: &Texts) -> Result<Draft> {
        gather("files", files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())))
    }
}

fn gather<'a>(field: &str, files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<Draft> {
    let unpacked = blueprint::gather(files, Bounds::default()).map_err(|e| refusal(field, e))?;
    Draft::new(String::new(), String::new(), unpacked).map_err(|message| Error::field(field, message))
}

fn refusal(field: &str, error: UnpackError) -> Error {
    match error {
        UnpackError::Io(cause) => Error::internal(cause),
        other => Error::field(field, other.to_string()),
    }
}

/// A draft looked at: what would become of it, with `root` as the root module (`None`: the likeliest folder).
pub struct Preview {
    pub report: Report,
    files: Texts,
}

/// Looks at a draft.
///
/// # Errors
/// Invalid, when `root` is no folder with Terraform files in it; Unavailable, when too many are being looked at.
pub async fn preview(app: &App, draft: Draft, root: Option<&str>) -> Result<Preview> {
    let _turn = app.imports.turn().await?;
    let root = root.map(|root| root.trim_matches('/').to_owned());
    let layout = design::blocking(move || Layout::of(draft, root.as_deref())).await??;
    let root = match layout.module("") {
        Some(root) => app.catalogs.schemas(&root.document, &[]).await?,
        None => Schemas::default(),
    };
    let mut schemas = Vec::with_capacity(layout.modules.len());
    for module in &layout.modules {
        schemas.push(match (module.path.as_str(), module.reached) {
            ("", _) => root.clone(),
            (_, true) => app.catalogs.schemas_of_called(&module.document, &root).await?,
            (_, false) => Schemas::default(),
        });
    }
    design::blocking(move || {
        let report = Report::of(&layout, &schemas);
        Preview { report, files: layout.into_texts() }
    })
    .await
}

/// Makes a blueprint of what was looked at. `from` is where it came from, for the history.
///
/// # Errors
/// Invalid, with file, line and column, when something stands in the way.
pub async fn create(
    app: &App,
    actor: &Actor,
    project: &ProjectId,
    name: &str,
    from: &str,
    preview: &Preview,
) -> Result<Blueprint> {
    let faults: Vec<_> = preview.report.problems.iter().filter(|d| report::prevents(d)).cloned().collect();
    if !faults.is_empty() {
        return Err(design::refused(&faults));
    }
    let message = if from.is_empty() { "Imported".to_owned() } else { format!("Imported from {from}") };
    blueprints::create_saying(app, actor, project, name, &preview.files, &message).await
}

/// The files by path, of which folders are part.
type ByPath = BTreeMap<String, std::sync::Arc<str>>;
