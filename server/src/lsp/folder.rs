//! A folder of Terraform files, which is a module.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use cloudoven_crawler::catalog::Index;
use lsp_types::{self as lsp, DiagnosticSeverity, DiagnosticTag, NumberOrString};
use tokio::runtime::Handle;

use super::place;
use crate::{
    blueprint::{
        Checked, Code, Diagnostic, Document, Files, MAX_FILE_BYTES, Schemas, Severity,
        assist::{self, Placed, Spot, Workspace},
        is_json, module_calls,
    },
    catalog::Catalogs,
};

/// Most modules in other folders that are read.
const MAX_MODULES: usize = 100;

/// A module: its files on disk, with what is open in the editor in place of that.
pub(super) struct Folder {
    path: PathBuf,
    files: Files,
    /// Of the files that can be read, with the modules in other folders that it calls.
    document: Document,
    schemas: Schemas,
    checked: Option<Checked>,
    /// What is wrong with it: the faults of files that cannot be read, or else what was found in all of them.
    findings: Vec<Diagnostic>,
    /// The faults of files that cannot be read, until it is found out what else is wrong.
    unsettled: Option<Vec<Diagnostic>>,
    /// The files that the editor shows findings of.
    shown: BTreeSet<String>,
    forgotten: bool,
}

impl Folder {
    pub(super) fn new(path: &Path) -> Folder {
        Folder {
            path: path.to_owned(),
            files: Files::default(),
            document: Document::default(),
            schemas: Schemas::new(),
            checked: None,
            findings: Vec::new(),
            unsettled: None,
            shown: BTreeSet::new(),
            forgotten: false,
        }
    }

    /// Reads what is on disk, of it and of the modules that it calls.
    pub(super) fn reload(&mut self, open: &[(&PathBuf, &Arc<str>)]) {
        self.forgotten = false;
        self.files = on_disk(&self.path);
        for (path, text) in open {
            self.put(path, Arc::clone(text));
        }
        self.read();
        let calls = module_calls(&self.document).into_iter().filter(|call| call.is_local());
        let sources: BTreeSet<String> = calls.map(|call| call.source).take(MAX_MODULES).collect();
        let module = |source: String| {
            let files = on_disk(&self.path.join(&source));
            let document = readable(&Document::default(), &files).0;
            (source, document)
        };
        self.document = self.document.with_modules(&sources.into_iter().map(module).collect());
    }

    /// Puts a text in place of a file's.
    pub(super) fn put(&mut self, path: &Path, text: Arc<str>) {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return };
        if let Err(error) = self.files.insert(name, text) {
            tracing::warn!(%error, "a file is left out");
        }
    }

    /// Reads the texts.
    pub(super) fn read(&mut self) {
        let (document, faults) = readable(&self.document, &self.files);
        self.document = document;
        self.unsettled = Some(faults);
    }

    /// Finds out what is wrong with what was read since the last time.
    pub(super) fn settle(&mut self, catalogs: &Catalogs, runtime: &Handle) {
        let Some(faults) = self.unsettled.take() else { return };
        match runtime.block_on(catalogs.schemas(&self.document, &[])) {
            Ok(schemas) => self.schemas = schemas,
            Err(error) => tracing::warn!(%error, "the catalog can't be read"),
        }
        self.findings = if faults.is_empty() {
            let checked = match self.checked.take() {
                Some(before) => before.again(&self.document, &self.schemas),
                None => Checked::new(&self.document, &self.schemas),
            };
            self.checked.insert(checked).diagnostics()
        } else {
            faults
        };
    }

    /// Nothing of it is open any more.
    pub(super) fn forget(&mut self) {
        self.findings.clear();
        self.unsettled = None;
        self.forgotten = true;
    }

    pub(super) fn is_forgotten(&self) -> bool {
        self.forgotten
    }

    /// What the editor is to show, for each file of which it shows something else or nothing yet.
    pub(super) fn publish(&mut self) -> Vec<(PathBuf, Vec<lsp::Diagnostic>)> {
        let mut by_file: BTreeMap<&str, Vec<lsp::Diagnostic>> = BTreeMap::new();
        for name in &self.shown {
            by_file.entry(name).or_default();
        }
        for (name, text) in self.files.iter() {
            let mut of_file = self.findings.iter().filter(|found| found.file == name).peekable();
            if of_file.peek().is_some() {
                let placed = Placed::new(text);
                by_file.entry(name).or_default().extend(of_file.map(|found| shown(&placed, found)));
            }
        }
        let found: Vec<(String, Vec<lsp::Diagnostic>)> =
            by_file.into_iter().map(|(name, found)| (name.to_owned(), found)).collect();
        self.shown =
            found.iter().filter(|(_, found)| !found.is_empty()).map(|(name, _)| name.clone()).collect();
        found.into_iter().map(|(name, found)| (self.path.join(name), found)).collect()
    }

    pub(super) fn path_of(&self, file: &str) -> PathBuf {
        self.path.join(file)
    }

    /// The text of a file as it is in the editor.
    pub(super) fn text(&self, file: &str) -> Option<&Arc<str>> {
        self.files.get(file)
    }

    /// The files that can be read.
    pub(super) fn document(&self) -> &Document {
        &self.document
    }

    pub(super) fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    pub(super) fn findings(&self) -> &[Diagnostic] {
        &self.findings
    }

    /// A place in a file of it.
    pub(super) fn at(&self, file: String, at: lsp::Position) -> Option<At<'_>> {
        let text = self.files.get(&file)?;
        let offset = place::position(at).offset(text);
        Some(At { folder: self, file, text: Arc::clone(text), offset })
    }
}

/// A place in a file of a folder.
pub(super) struct At<'f> {
    pub folder: &'f Folder,
    pub file: String,
    pub text: Arc<str>,
    pub offset: usize,
}

impl At<'_> {
    /// Asks the engine about the place. What is broken around it is mended for that.
    pub(super) fn ask<T>(
        &self,
        catalogs: &Catalogs,
        runtime: &Handle,
        question: impl FnOnce(&Workspace, Spot) -> T,
    ) -> Option<T> {
        let spot = Spot { file: &self.file, text: &self.text, offset: self.offset };
        let document = assist::mend(&self.folder.document, &self.file, &self.text, self.offset);
        let schemas = runtime.block_on(catalogs.schemas(&document, &assist::needs(spot)));
        let schemas =
            schemas.inspect_err(|error| tracing::warn!(%error, "the catalog can't be read")).ok()?;
        let (indexes, used): (Vec<Arc<Index>>, usize) = catalogs.loaded().indexes(&document);
        let workspace = Workspace { document: &document, schemas: &schemas, indexes: &indexes, used };
        Some(question(&workspace, spot))
    }
}

/// The document of all files that can be read, and what is wrong with the others.
fn readable(before: &Document, files: &Files) -> (Document, Vec<Diagnostic>) {
    match before.with(files) {
        Ok(document) => (document, Vec::new()),
        Err(faults) => {
            let mut others = files.clone();
            for fault in &faults {
                others.remove(&fault.file);
            }
            (before.with(&others).unwrap_or_default(), faults)
        }
    }
}

/// The Terraform files of a folder, within the limits of a blueprint.
fn on_disk(folder: &Path) -> Files {
    let mut files = Files::default();
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let named = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        (name.ends_with(".tf") || is_json(&name)).then(|| (name, entry.path()))
    });
    // In an order that does not depend on the disk, so that the same files are left out every time.
    for (name, path) in named.collect::<BTreeMap<_, _>>() {
        let small = fs::metadata(&path).is_ok_and(|data| {
            data.is_file() && usize::try_from(data.len()).is_ok_and(|n| n <= MAX_FILE_BYTES)
        });
        let read = if small { fs::read(&path).ok() } else { None };
        let Some(bytes) = read else {
            tracing::warn!(path = %path.display(), "a file can't be read, or is too large");
            continue;
        };
        if let Err(error) = files.insert_bytes(&name, &bytes) {
            tracing::warn!(path = %path.display(), %error, "a file is left out");
        }
    }
    files
}

fn shown(placed: &Placed, found: &Diagnostic) -> lsp::Diagnostic {
    let severity = match found.severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Info => DiagnosticSeverity::INFORMATION,
    };
    let tag = match found.code {
        Code::Unused => Some(DiagnosticTag::UNNECESSARY),
        Code::Deprecated => Some(DiagnosticTag::DEPRECATED),
        _ => None,
    };
    let code = serde_json::to_value(found.code).ok().and_then(|code| code.as_str().map(str::to_owned));
    lsp::Diagnostic {
        range: place::range(placed.range(found.span.start..found.span.end)),
        severity: Some(severity),
        code: code.map(NumberOrString::String),
        source: Some("cloudoven".to_owned()),
        message: found.message.clone(),
        tags: tag.map(|tag| vec![tag]),
        ..lsp::Diagnostic::default()
    }
}
