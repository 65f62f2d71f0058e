//! A language server: what the designer's code pane knows, in any editor, over standard input and output.
//!
//! It reads the catalog alone. A folder is a module; what is open in the editor stands in place of what is on disk.
//!
//! Source: <https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/>

mod answer;
mod change;
mod folder;
mod place;

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use lsp_server::{Connection, ErrorCode, ExtractError, Message, Notification, Request, Response};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CompletionOptions,
    HoverProviderCapability, InitializeParams, OneOf, PublishDiagnosticsParams, RenameOptions,
    ServerCapabilities, SignatureHelpOptions, TextDocumentPositionParams, TextDocumentSyncCapability,
    TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions, Uri,
    notification::{self, Notification as _},
    request::{self, Request as _},
};
use serde::de::DeserializeOwned;
use tokio::runtime::Handle;

use self::{
    folder::{At, Folder},
    place::{path_of, uri_of},
};
use crate::catalog::Catalogs;

/// Serves one editor until it says that it is done. Blocks, so it has a thread of its own; `runtime` reads the catalog.
///
/// # Errors
/// What the editor sends is not the protocol, or it went away without a word.
pub fn serve(catalogs: Catalogs, runtime: Handle) -> anyhow::Result<()> {
    let (connection, threads) = Connection::stdio();
    let offered = connection.initialize(serde_json::to_value(capabilities())?)?;
    let client: InitializeParams = serde_json::from_value(offered).context("in what the editor offers")?;
    let server = Server {
        snippets: takes_snippets(&client),
        connection,
        catalogs,
        runtime,
        open: HashMap::new(),
        folders: HashMap::new(),
        changed: HashSet::new(),
    };
    server.work()?;
    threads.join().context("the editor is gone")
}

fn capabilities() -> ServerCapabilities {
    let strings = |characters: &[&str]| Some(characters.iter().map(|c| (*c).to_owned()).collect());
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::FULL),
            save: Some(TextDocumentSyncSaveOptions::Supported(true)),
            ..TextDocumentSyncOptions::default()
        })),
        completion_provider: Some(CompletionOptions {
            trigger_characters: strings(&[".", "\"", "{", "["]),
            ..CompletionOptions::default()
        }),
        signature_help_provider: Some(SignatureHelpOptions {
            trigger_characters: strings(&["(", ","]),
            ..SignatureHelpOptions::default()
        }),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: lsp_types::WorkDoneProgressOptions::default(),
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        document_formatting_provider: Some(OneOf::Left(true)),
        ..ServerCapabilities::default()
    }
}

/// Whether the editor puts the caret where a completion says.
fn takes_snippets(client: &InitializeParams) -> bool {
    let completion = client.capabilities.text_document.as_ref().and_then(|t| t.completion.as_ref());
    let item = completion.and_then(|completion| completion.completion_item.as_ref());
    item.and_then(|item| item.snippet_support).unwrap_or(false)
}

/// So long an editor says nothing when nobody types.
const SILENCE: Duration = Duration::from_millis(60);

struct Server {
    connection: Connection,
    catalogs: Catalogs,
    runtime: Handle,
    snippets: bool,
    /// The texts in the editor.
    open: HashMap<PathBuf, Arc<str>>,
    /// The folders of the open files.
    folders: HashMap<PathBuf, Folder>,
    /// Folders whose findings the editor does not have yet.
    changed: HashSet<PathBuf>,
}

/// What cannot be answered, in words for the person in front of the editor.
type Refusal = String;

impl Server {
    fn work(mut self) -> anyhow::Result<()> {
        while let Some(message) = self.next()? {
            match message {
                Message::Request(request) => {
                    if self.connection.handle_shutdown(&request)? {
                        return Ok(());
                    }
                    let response = self.answer(request);
                    self.connection.sender.send(response.into())?;
                }
                Message::Notification(notification) => self.note(notification),
                Message::Response(_) => {}
            }
        }
        Ok(())
    }

    /// What the editor says next; none when it is gone. What was found is told when the editor has been silent for a moment: while
    /// it goes on typing nobody reads that.
    fn next(&mut self) -> anyhow::Result<Option<Message>> {
        if !self.changed.is_empty() {
            match self.connection.receiver.recv_timeout(SILENCE) {
                Ok(message) => return Ok(Some(message)),
                Err(gone) if gone.is_disconnected() => return Ok(None),
                Err(_) => self.publish()?,
            }
        }
        Ok(self.connection.receiver.recv().ok())
    }

    fn note(&mut self, notification: Notification) {
        use notification::{
            DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument, DidOpenTextDocument,
            DidSaveTextDocument,
        };
        match notification.method.as_str() {
            DidOpenTextDocument::METHOD => noted::<DidOpenTextDocument>(notification, |params| {
                self.put(&params.text_document.uri, params.text_document.text, true);
            }),
            DidChangeTextDocument::METHOD => noted::<DidChangeTextDocument>(notification, |params| {
                if let Some(change) = params.content_changes.into_iter().next_back() {
                    self.put(&params.text_document.uri, change.text, false);
                }
            }),
            DidCloseTextDocument::METHOD => noted::<DidCloseTextDocument>(notification, |params| {
                self.close(&params.text_document.uri);
            }),
            DidSaveTextDocument::METHOD => noted::<DidSaveTextDocument>(notification, |params| {
                self.reload(path_of(&params.text_document.uri).as_deref());
            }),
            DidChangeWatchedFiles::METHOD => noted::<DidChangeWatchedFiles>(notification, |params| {
                for change in params.changes {
                    self.reload(path_of(&change.uri).as_deref());
                }
            }),
            _ => {}
        }
    }

    /// A file's text in the editor; `anew` when the editor has just opened it.
    fn put(&mut self, uri: &Uri, text: String, anew: bool) {
        let Some((path, folder)) =
            path_of(uri).and_then(|path| Some((path.clone(), path.parent()?.to_owned())))
        else {
            return;
        };
        let text: Arc<str> = text.into();
        self.open.insert(path.clone(), Arc::clone(&text));
        match self.folders.get_mut(&folder) {
            Some(known) if !anew => {
                known.put(&path, text);
                known.read();
                self.changed.insert(folder);
            }
            _ => self.reload(Some(&path)),
        }
    }

    fn close(&mut self, uri: &Uri) {
        let Some(path) = path_of(uri) else { return };
        self.open.remove(&path);
        let Some(folder) = path.parent() else { return };
        if self.open.keys().any(|open| open.parent() == Some(folder)) {
            return self.reload(Some(&path));
        }
        if let Some(folder) = self.folders.get_mut(folder) {
            folder.forget();
        }
        self.changed.insert(folder.to_owned());
    }

    /// Reads the folder of a file from disk.
    fn reload(&mut self, file: Option<&Path>) {
        let Some(path) = file.and_then(Path::parent) else { return };
        let open = self.open.iter().filter(|(file, _)| file.parent() == Some(path));
        let open: Vec<(&PathBuf, &Arc<str>)> = open.collect();
        if open.is_empty() {
            return;
        }
        let folder = self.folders.entry(path.to_owned()).or_insert_with(|| Folder::new(path));
        folder.reload(&open);
        self.changed.insert(path.to_owned());
    }

    /// Tells the editor what was found since the last time.
    fn publish(&mut self) -> anyhow::Result<()> {
        for path in std::mem::take(&mut self.changed) {
            let Some(folder) = self.folders.get_mut(&path) else { continue };
            folder.settle(&self.catalogs, &self.runtime);
            for (file, diagnostics) in folder.publish() {
                let Some(uri) = uri_of(&file) else { continue };
                let params = PublishDiagnosticsParams { uri, diagnostics, version: None };
                let method = notification::PublishDiagnostics::METHOD.to_owned();
                self.connection.sender.send(Notification::new(method, params).into())?;
            }
            if folder.is_forgotten() {
                self.folders.remove(&path);
            }
        }
        Ok(())
    }

    fn answer(&mut self, request: Request) -> Response {
        use request::{
            CodeActionRequest, Completion, DocumentSymbolRequest, Formatting, GotoDefinition, HoverRequest,
            PrepareRenameRequest, References, Rename, SignatureHelpRequest,
        };
        if matches!(request.method.as_str(), CodeActionRequest::METHOD | Rename::METHOD | Formatting::METHOD)
        {
            self.folders.values_mut().for_each(|folder| folder.settle(&self.catalogs, &self.runtime));
        }
        let runtime = &self.runtime;
        match request.method.as_str() {
            Completion::METHOD => answered::<Completion>(request, |params| {
                let at = self.at(&params.text_document_position);
                Ok(at.map(|at| answer::complete(&at, &self.catalogs, runtime, self.snippets)))
            }),
            HoverRequest::METHOD => answered::<HoverRequest>(request, |params| {
                let at = self.at(&params.text_document_position_params);
                Ok(at.and_then(|at| answer::hover(&at, &self.catalogs, runtime)))
            }),
            SignatureHelpRequest::METHOD => answered::<SignatureHelpRequest>(request, |params| {
                let at = self.at(&params.text_document_position_params);
                Ok(at.and_then(|at| answer::signature(&at, &self.catalogs, runtime)))
            }),
            GotoDefinition::METHOD => answered::<GotoDefinition>(request, |params| {
                let at = self.at(&params.text_document_position_params);
                Ok(at.and_then(|at| answer::definition(&at, &self.catalogs, runtime)))
            }),
            References::METHOD => answered::<References>(request, |params| {
                let at = self.at(&params.text_document_position);
                let declared = params.context.include_declaration;
                Ok(at.map(|at| answer::references(&at, &self.catalogs, runtime, declared)))
            }),
            DocumentSymbolRequest::METHOD => answered::<DocumentSymbolRequest>(request, |params| {
                Ok(self.file(&params.text_document.uri).map(|(folder, file)| answer::outline(folder, &file)))
            }),
            Formatting::METHOD => answered::<Formatting>(request, |params| {
                self.file(&params.text_document.uri)
                    .map(|(folder, file)| change::format(folder, &file))
                    .transpose()
            }),
            PrepareRenameRequest::METHOD => answered::<PrepareRenameRequest>(request, |params| {
                Ok(self.at(&params).and_then(|at| change::renamable(&at, &self.catalogs, runtime)))
            }),
            Rename::METHOD => answered::<Rename>(request, |params| {
                let at = self.at(&params.text_document_position);
                at.map(|at| change::rename(&at, &self.catalogs, runtime, &params.new_name)).transpose()
            }),
            CodeActionRequest::METHOD => answered::<CodeActionRequest>(request, |params| {
                let file = self.file(&params.text_document.uri);
                Ok(file.map(|(folder, file)| change::fixes(folder, &file, params.range)))
            }),
            _ => {
                let message = format!("{} is not known here", request.method);
                Response::new_err(request.id, ErrorCode::MethodNotFound as i32, message)
            }
        }
    }

    /// The folder and the name of a file that is open.
    fn file(&self, uri: &Uri) -> Option<(&Folder, String)> {
        let path = path_of(uri)?;
        let folder = self.folders.get(path.parent()?)?;
        Some((folder, path.file_name()?.to_str()?.to_owned()))
    }

    fn at(&self, asked: &TextDocumentPositionParams) -> Option<At<'_>> {
        let (folder, file) = self.file(&asked.text_document.uri)?;
        folder.at(file, asked.position)
    }
}

fn noted<N>(notification: Notification, work: impl FnOnce(N::Params))
where
    N: notification::Notification,
    N::Params: DeserializeOwned,
{
    match notification.extract::<N::Params>(N::METHOD) {
        Ok(params) => work(params),
        Err(ExtractError::JsonError { method, error }) => tracing::warn!(%method, %error, "not the protocol"),
        Err(ExtractError::MethodMismatch(_)) => {}
    }
}

fn answered<R: request::Request>(
    request: Request,
    work: impl FnOnce(R::Params) -> Result<R::Result, Refusal>,
) -> Response {
    let id = request.id.clone();
    match request.extract::<R::Params>(R::METHOD) {
        Ok((id, params)) => match work(params) {
            Ok(result) => Response::new_ok(id, result),
            Err(message) => Response::new_err(id, ErrorCode::RequestFailed as i32, message),
        },
        Err(error) => Response::new_err(id, ErrorCode::InvalidParams as i32, error.to_string()),
    }
}
