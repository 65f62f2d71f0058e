//! Designing: a blueprint's text with the catalog beside it, and edits saved as revisions.

use std::{collections::BTreeSet, io, sync::Arc};

use cloudoven_crawler::catalog::Kind;
use tokio::sync::mpsc;

use super::blueprints::{self, Texts};
use crate::{
    app::App,
    auth::Actor,
    blueprint::{
        self, Applied, Diagnostic, Document, Edit, EditError, EditErrorKind, Files, Finding, Graph, Schemas,
        Scope,
    },
    error::{Error, FieldError, Result},
    store::{
        BlueprintId,
        blueprints::{Blueprint, Revision},
        deployments,
    },
};

/// A blueprint as the designer sees it.
pub struct Opened {
    pub blueprint: Blueprint,
    pub revision: Revision,
    pub document: Document,
    pub schemas: Schemas,
}

/// The first revision of a blueprint that starts from nothing.
pub fn empty() -> Texts {
    texts(&Files::canonical())
}

fn texts(files: &Files) -> Texts {
    files.iter().map(|(name, text)| (name.to_owned(), text.to_string())).collect()
}

/// Opens a revision (`None`: the latest) with the schemas of everything in it.
pub async fn open(app: &App, actor: &Actor, id: &BlueprintId, number: Option<i64>) -> Result<Opened> {
    let (blueprint, revision) = blueprints::find(app, actor, id, number).await?;
    let document = app.designs.document(app, &revision.files).await?;
    let schemas = app.catalogs.schemas(&document, &[]).await?;
    Ok(Opened { blueprint, revision, document, schemas })
}

/// What is wrong with a revision (`None`: the latest), with what mends it. Worked out off the async threads.
pub async fn findings(
    app: &App,
    actor: &Actor,
    id: &BlueprintId,
    number: Option<i64>,
) -> Result<(Revision, Vec<Finding>)> {
    let opened = open(app, actor, id, number).await?;
    let found = diagnostics(app, &opened).await?;
    let Opened { revision, document, schemas, .. } = opened;
    let found = blocking(move || blueprint::with_fixes(&document, &schemas, found)).await?;
    Ok((revision, found))
}

/// What is wrong with a revision.
pub async fn diagnostics(app: &App, opened: &Opened) -> Result<Vec<Diagnostic>> {
    all_diagnostics(app, &opened.blueprint.id, &opened.document, &opened.schemas).await
}

/// What is wrong with a document of a blueprint, and with the modules in its folders that it calls: Terraform validates those, too.
async fn all_diagnostics(
    app: &App,
    id: &BlueprintId,
    document: &Document,
    schemas: &Schemas,
) -> Result<Vec<Diagnostic>> {
    let mut found = app.designs.checked(id, "", document, schemas).await?.diagnostics();
    let whole = document.clone();
    for (folder, module) in blocking(move || whole.called_modules()).await? {
        let schemas = app.catalogs.schemas_of_called(&module, schemas).await?;
        let checked = app.designs.checked(id, &folder, &module, &schemas).await?;
        // Addresses are those of the root's elements.
        let below = |d: Diagnostic| Diagnostic {
            file: format!("{folder}/{}", d.file),
            address: None,
            path: None,
            ..d
        };
        found.extend(checked.diagnostics().into_iter().map(below));
    }
    Ok(found)
}

/// What is wrong with texts that are not saved, in place of the latest revision's or besides them, with what mends it. Of
/// a text that is no HCL the first fault alone.
///
/// # Errors
/// A file's name or size is past the limits.
pub async fn check(app: &App, actor: &Actor, id: &BlueprintId, texts: &Texts) -> Result<Vec<Finding>> {
    let (_, revision) = blueprints::find(app, actor, id, None).await?;
    let saved = app.designs.document(app, &revision.files).await?;
    let mut all = self::texts(&saved.to_files());
    all.extend(texts.clone());
    let files = check_files(&all)?;
    let document = match blocking(move || saved.with(&files)).await? {
        Ok(document) => document,
        Err(faults) => return blocking(move || unread(&all, faults)).await,
    };
    let schemas = app.catalogs.schemas(&document, &[]).await?;
    let found = all_diagnostics(app, id, &document, &schemas).await?;
    blocking(move || blueprint::with_fixes(&document, &schemas, found)).await
}

fn unread(texts: &Texts, faults: Vec<Diagnostic>) -> Vec<Finding> {
    let finding = |diagnostic: Diagnostic| {
        let text = texts.get(&diagnostic.file).map_or("", String::as_str);
        Finding { fixes: blueprint::syntax_fixes(&diagnostic.file, text, &diagnostic), diagnostic }
    };
    faults.into_iter().map(finding).collect()
}

/// Reads the latest revision's files alone: enough to say what is in it.
pub async fn read(app: &App, actor: &Actor, id: &BlueprintId) -> Result<Document> {
    let (_, revision) = blueprints::find(app, actor, id, None).await?;
    app.designs.document(app, &revision.files).await
}

/// The graph of a revision (`None`: the latest), or a part of it. Laid out off the async threads.
pub async fn graph(
    app: &App,
    actor: &Actor,
    id: &BlueprintId,
    number: Option<i64>,
    scope: Scope,
) -> Result<(Blueprint, Revision, Graph)> {
    let (blueprint, revision) = blueprints::find(app, actor, id, number).await?;
    let document = app.designs.document(app, &revision.files).await?;
    let graph = blocking(move || blueprint::graph(&document, &scope)).await?;
    Ok((blueprint, revision, graph))
}

/// Parses off the async threads: a hostile file may take a while, within the engine's limits.
pub(super) async fn parse(texts: Texts) -> Result<Document> {
    let files: Files = texts.into_iter().map(|(name, text)| (name, Arc::from(text))).collect();
    blocking(move || Document::parse(&files)).await?.map_err(|faults| refused(&faults))
}

pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

pub(super) fn refused(faults: &[Diagnostic]) -> Error {
    let one = |d: &Diagnostic| FieldError {
        pointer: file_pointer(&d.file),
        message: format!("{}:{}:{}: {}", d.file, d.line, d.column, d.message),
    };
    Error::Invalid(faults.iter().map(one).collect())
}

/// The place of a file in a request, by its name, of which the folders are no steps of the pointer.
///
/// Source: RFC 6901, section 3
fn file_pointer(name: &str) -> String {
    format!("/files/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// What an edit led to.
pub struct Edited {
    pub opened: Opened,
    /// The element that the edit was about, by its new address.
    pub address: Option<String>,
    /// References that point to nothing now.
    pub dangling: Vec<Diagnostic>,
}

/// Applies `edit` to revision `base` and saves the result.
///
/// # Errors
/// [`Error::Stale`] with both texts when `base` isn't the latest any more; [`Error::Invalid`] with file, line and column
/// when the result would not be valid.
pub async fn edit(app: &App, actor: &Actor, id: &BlueprintId, base: i64, edit: Edit) -> Result<Edited> {
    let Opened { document, .. } = open(app, actor, id, Some(base)).await?;
    keeps_values(app, id, &edit).await?;
    let schemas = app.catalogs.schemas(&document, &types_of(&edit)).await?;
    let message = describe(&edit);
    let applied =
        blocking(move || blueprint::apply(&document, &edit, &schemas)).await?.map_err(|e| edit_error(&e))?;
    let Applied { document, address, dangling, .. } = applied;
    let revision = blueprints::save(app, actor, id, base, &texts(&document.to_files()), &message).await?;
    app.designs.keep(&revision.files, &document).await;
    let schemas = app.catalogs.schemas(&document, &[]).await?;
    let blueprint = blueprints::get(app, actor, id).await?;
    Ok(Edited { opened: Opened { blueprint, revision, document, schemas }, address, dangling })
}

/// The files as an edit leaves them; nothing is saved.
pub(crate) async fn applied(document: Document, edit: Edit, schemas: Schemas) -> Result<Texts> {
    let applied =
        blocking(move || blueprint::apply(&document, &edit, &schemas)).await?.map_err(|e| edit_error(&e))?;
    Ok(texts(&applied.document.to_files()))
}

/// A variable's default may only take its place where no deployment says otherwise.
async fn keeps_values(app: &App, id: &BlueprintId, edit: &Edit) -> Result<()> {
    let Edit::InlineVariable { element } = edit else { return Ok(()) };
    let variable = element.strip_prefix("var.").unwrap_or(element);
    match deployments::giving(&mut *app.db.read().await?, id, variable).await? {
        Some(environment) => Err(Error::Conflict(format!(
            "the deployment to {environment} gives {element} a value of its own, which would be lost; unset it there first"
        ))),
        None => Ok(()),
    }
}

/// Replaces all files.
pub async fn put_files(
    app: &App,
    actor: &Actor,
    id: &BlueprintId,
    base: i64,
    texts: &Texts,
) -> Result<Revision> {
    check_files(texts)?;
    parse(texts.clone()).await?;
    blueprints::save(app, actor, id, base, texts, "Replaced the files").await
}

fn check_files(texts: &Texts) -> Result<Files> {
    let mut files = Files::default();
    for (name, text) in texts {
        files.insert(name, text.as_str()).map_err(|e| {
            Error::Invalid(vec![FieldError { pointer: file_pointer(name), message: e.to_string() }])
        })?;
    }
    Ok(files)
}

/// Checks that the files can be a blueprint.
pub async fn validate(texts: &Texts) -> Result<()> {
    check_files(texts)?;
    parse(texts.clone()).await.map(|_| ())
}

/// The catalog documents that an edit needs besides those of the blueprint.
pub(crate) fn types_of(edit: &Edit) -> Vec<(Kind, String)> {
    match edit {
        Edit::AddElement { kind, ty: Some(ty), .. } => {
            kind.catalog().map(|k| (k, ty.clone())).into_iter().collect()
        }
        Edit::AddCode { code } => blueprint::needs_of_code(code),
        _ => Vec::new(),
    }
}

/// What the history says of an edit.
fn describe(edit: &Edit) -> String {
    match edit {
        Edit::Set { element, path, .. } => format!("Set {path} of {element}"),
        Edit::Unset { element, path } => format!("Unset {path} of {element}"),
        Edit::AddBlock { element, path, .. } => format!("Added {path} to {element}"),
        Edit::RemoveBlock { element, path } => format!("Removed {path} from {element}"),
        Edit::MoveBlock { element, from, .. } => format!("Moved {from} in {element}"),
        Edit::AddElement { ty, name, .. } => {
            let words = [ty.as_deref(), name.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
            format!("Added {words}").trim_end().to_owned()
        }
        Edit::AddCode { .. } => "Added an example".to_owned(),
        Edit::SetProviderVersion { provider, constraint } => format!("Moved {provider} to {constraint}"),
        Edit::RenameElement { element, name } => format!("Renamed {element} to {name}"),
        Edit::DuplicateElement { element } => format!("Duplicated {element}"),
        Edit::MoveElement { element, file } => format!("Moved {element} to {file}"),
        Edit::RemoveElement { element } => format!("Removed {element}"),
        Edit::MakeVariable { element, path, .. } => format!("Made {path} of {element} a variable"),
        Edit::InlineVariable { element } => format!("Put the default of {element} where it was used"),
        Edit::MakeLocal { element, path, .. } => format!("Made {path} of {element} a local"),
        Edit::MakeOutput { element, path, .. } if path.is_root() => format!("Made {element} an output"),
        Edit::MakeOutput { element, path, .. } => format!("Made {path} of {element} an output"),
        Edit::MakeDynamic { element, path } => format!("Made {path} of {element} dynamic"),
        Edit::CountToForEach { element, .. } => format!("Gave each {element} a key"),
        Edit::ExtractModule { name, .. } => format!("Made the module {name}"),
        Edit::SetFile { file, .. } => format!("Edited {file}"),
        Edit::AddFile { file } => format!("Added {file}"),
        Edit::RemoveFile { file } => format!("Removed {file}"),
        Edit::RenameFile { file, name } => format!("Renamed {file} to {name}"),
        Edit::Replace { changes } => {
            let files: BTreeSet<&str> = changes.iter().map(|change| change.file.as_str()).collect();
            format!("Fixed {}", files.into_iter().collect::<Vec<_>>().join(", "))
        }
        Edit::FixAll => "Fixed what could be fixed".to_owned(),
        Edit::Format { file } => format!("Formatted {}", file.as_deref().unwrap_or("all files")),
    }
}

fn edit_error(error: &EditError) -> Error {
    let place = match (&error.file, error.line, error.column) {
        (Some(file), Some(line), Some(column)) => format!("{file}:{line}:{column}: "),
        (None, Some(line), Some(column)) => format!("{line}:{column}: "),
        _ => String::new(),
    };
    let pointer = match (&error.file, &error.path) {
        (Some(file), _) => file_pointer(file),
        (None, Some(path)) => format!("/{}/{path}", error.element.as_deref().unwrap_or("")),
        (None, None) => String::new(),
    };
    let message = format!("{place}{}", error.message);
    match error.kind {
        EditErrorKind::Conflict => Error::Conflict(message),
        _ => Error::Invalid(vec![FieldError { pointer, message }]),
    }
}

/// A zip that is written while it is sent.
pub fn zip_stream(files: Vec<(String, Vec<u8>)>) -> mpsc::Receiver<io::Result<bytes::Bytes>> {
    let (sender, receiver) = mpsc::channel(4);
    tokio::task::spawn_blocking(move || {
        let mut writer = io::BufWriter::with_capacity(64 * 1024, Pipe(sender.clone()));
        if let Err(error) = blueprint::zip(files, &mut writer).and_then(|()| io::Write::flush(&mut writer)) {
            // Nobody reads any more, or the archive failed: the reader sees the connection break, not a short file.
            let _ = sender.blocking_send(Err(error));
        }
    });
    receiver
}

/// Sends what is written.
struct Pipe(mpsc::Sender<io::Result<bytes::Bytes>>);

impl io::Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(bytes::Bytes::copy_from_slice(bytes)));
        sent.map(|()| bytes.len()).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
