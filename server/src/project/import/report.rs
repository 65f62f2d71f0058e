//! What the designer will make of an import, file by file.

use std::sync::Arc;

use serde::Serialize;

use super::{
    ByPath,
    layout::{Candidate, Layout, Module, below, folder_of},
    modules::{self, ModuleReport},
    providers::{self, ImportedProvider},
};
use crate::blueprint::{
    Code, Diagnostic, ElementKind, Files, LeftOut, Reason, Schemas, Severity, Variable, check, has_form,
    variables,
};

/// Findings that a report lists; the counts are of all.
const MAX_PROBLEMS: usize = 200;

/// What would become of an import.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Report {
    /// The folder that becomes the root of the blueprint; empty for the top.
    pub root: String,
    /// The folders that could be the root, the likeliest first.
    pub roots: Vec<Candidate>,
    /// Nothing stands in the way of a blueprint.
    pub ready: bool,
    /// By path, in the blueprint.
    pub files: Vec<FileReport>,
    pub left_out: Vec<Skipped>,
    /// Of everything that Terraform would read.
    pub providers: Vec<ImportedProvider>,
    /// Input variables of the root module.
    pub variables: Vec<Variable>,
    pub modules: Vec<ModuleReport>,
    pub errors: usize,
    pub warnings: usize,
    /// Errors and warnings: what prevents the import first, then errors; 200 at most.
    pub problems: Vec<Diagnostic>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FileReport {
    pub path: String,
    pub bytes: usize,
    pub lines: usize,
    /// Blocks, and the names in `locals`.
    pub elements: usize,
    /// How many of them have a form.
    pub forms: usize,
    /// The others.
    pub code_only: Vec<CodeOnly>,
    /// It stands in a folder: a module of its own, which the designer shows as code.
    pub in_module: bool,
    /// Terraform would read it: it belongs to the root module or one that is called.
    pub used: bool,
    /// Lines end in CR LF, which is kept.
    pub crlf: bool,
    pub errors: usize,
    pub warnings: usize,
}

/// An element without a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CodeOnly {
    pub address: String,
    /// From 1.
    pub line: usize,
    /// Why.
    pub reason: String,
}

/// Something that is not imported.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Skipped {
    #[serde(flatten)]
    pub what: LeftOut,
    /// The reason in words.
    pub text: String,
}

/// Whether a finding keeps the files from being a blueprint.
pub(super) fn prevents(finding: &Diagnostic) -> bool {
    matches!(finding.code, Code::Syntax | Code::TooLarge)
}

impl Report {
    /// `schemas`: of each module of the layout.
    pub(super) fn of(layout: &Layout, schemas: &[Schemas]) -> Report {
        let mut found: Vec<Diagnostic> = layout.modules.iter().zip(schemas).flat_map(findings).collect();
        found.extend(beyond_limits(&layout.files));
        let ready = !found.iter().any(prevents);
        let count = |severity| found.iter().filter(|d| d.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let files =
            layout.files.iter().map(|(path, text)| file(layout, schemas, &found, path, text)).collect();
        found.sort_by(|a, b| order(a).cmp(&order(b)));
        found.truncate(MAX_PROBLEMS);
        Report {
            root: layout.root.clone(),
            roots: layout.candidates.clone(),
            ready,
            files,
            left_out: layout.left_out.iter().map(skipped).collect(),
            providers: providers::used(layout, schemas),
            variables: layout.module("").map(|m| variables(&m.document)).unwrap_or_default(),
            modules: modules::reports(layout),
            errors,
            warnings,
            problems: found,
        }
    }

    /// Elements, and how many of them have a form.
    pub fn counts(&self) -> (usize, usize) {
        let sum = |of: fn(&FileReport) -> usize| self.files.iter().map(of).sum();
        (sum(|f| f.elements), sum(|f| f.forms))
    }

    /// State or values that were sent and are never imported.
    pub fn secrets(&self) -> impl Iterator<Item = &Skipped> {
        self.left_out.iter().filter(|left| matches!(left.what.reason, Reason::State | Reason::Values))
    }
}

fn order(finding: &Diagnostic) -> (bool, Severity, &str, usize) {
    (!prevents(finding), finding.severity, &finding.file, finding.span.start)
}

fn skipped(left: &LeftOut) -> Skipped {
    Skipped { text: left.reason.text(), what: left.clone() }
}

/// What is wrong with a module: where some of its files cannot be read, only that, since the others may refer to them.
fn findings((module, schemas): (&Module, &Schemas)) -> Vec<Diagnostic> {
    let mut found = module.faults.clone();
    if found.is_empty() && module.reached {
        found = check(&module.document, schemas);
        found.retain(|finding| finding.severity != Severity::Info);
    }
    for finding in &mut found {
        finding.file = below(&module.path, &finding.file);
    }
    found
}

/// What keeps the files, each of which can be read, from being a blueprint together.
fn beyond_limits(files: &ByPath) -> Option<Diagnostic> {
    let mut all = Files::default();
    let refused =
        files.iter().find_map(|(path, text)| Some((path, all.insert(path, Arc::clone(text)).err()?)));
    refused.map(|(path, error)| Diagnostic {
        severity: Severity::Error,
        code: Code::TooLarge,
        message: error.to_string(),
        file: path.clone(),
        line: 1,
        column: 1,
        span: (0..0).into(),
        address: None,
        path: None,
    })
}

fn file(layout: &Layout, schemas: &[Schemas], found: &[Diagnostic], path: &str, text: &str) -> FileReport {
    let folder = folder_of(path);
    let module = layout.modules.iter().zip(schemas).find(|(module, _)| module.path == folder);
    let mut elements = 0;
    let mut code_only = Vec::new();
    if let Some((module, schemas)) = module {
        for element in module.document.elements().iter().filter(|e| below(folder, &e.file) == path) {
            elements += 1;
            if folder.is_empty() && !has_form(&module.document, schemas, element) {
                let reason = reason(schemas, element.kind, element.ty.as_deref());
                code_only.push(CodeOnly { address: element.address.clone(), line: element.line, reason });
            }
        }
    }
    let count = |severity| found.iter().filter(|d| d.file == path && d.severity == severity).count();
    FileReport {
        path: path.to_owned(),
        bytes: text.len(),
        lines: text.lines().count(),
        elements,
        forms: if folder.is_empty() { elements - code_only.len() } else { 0 },
        code_only,
        in_module: !folder.is_empty(),
        used: module.is_some_and(|(module, _)| module.reached),
        crlf: text.contains("\r\n"),
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
    }
}

fn reason(schemas: &Schemas, kind: ElementKind, ty: Option<&str>) -> String {
    match (kind.catalog(), ty) {
        (Some(kind), Some(ty)) if schemas.unknown.contains(&(kind, ty.to_owned())) => {
            format!("the provider has no {} {ty}", kind.keyword())
        }
        (Some(_), Some(_)) => "the catalog does not have its provider".to_owned(),
        _ => "a block of Terraform's own that is edited as code".to_owned(),
    }
}
