//! What the designer will make of an import, file by file.

use std::{collections::HashMap, sync::Arc};

use serde::Serialize;

use super::{
    ByPath, GitSource,
    layout::{Candidate, Layout, Module, below, folder_of},
    modules::{self, ModuleReport},
    providers::{self, ImportedProvider},
};
use crate::blueprint::{
    Code, Diagnostic, Element, Files, LeftOut, Reason, Schemas, Severity, Variable, check, has_form, is_json,
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
    /// The repository and the commit that the files are from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<GitSource>,
    /// Nothing stands in the way of a blueprint.
    pub ready: bool,
    /// By path, in the blueprint.
    pub files: Vec<FileReport>,
    pub left_out: Vec<Skipped>,
    /// Of everything that Terraform would read.
    pub providers: Vec<ImportedProvider>,
    /// Input variables of the root module.
    pub variables: Vec<Variable>,
    /// 500 at most.
    pub modules: Vec<ModuleReport>,
    /// How many calls of modules there are.
    pub module_calls: usize,
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
        // What is too much for a blueprint is not looked at any closer.
        let mut found: Vec<Diagnostic> = match beyond_limits(&layout.files) {
            Some(refused) => vec![refused],
            None => layout.modules.iter().zip(schemas).flat_map(findings).collect(),
        };
        let ready = !found.iter().any(prevents);
        let count = |severity| found.iter().filter(|d| d.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let files = files(layout, schemas, &found);
        let (modules, module_calls) = modules::reports(layout);
        found.sort_by(|a, b| order(a).cmp(&order(b)));
        found.truncate(MAX_PROBLEMS);
        Report {
            root: layout.root.clone(),
            roots: layout.candidates.clone(),
            source: layout.source.clone(),
            ready,
            files,
            left_out: layout.left_out.iter().map(skipped).collect(),
            providers: providers::used(layout, schemas),
            variables: layout.module("").map(|m| variables(&m.document, usize::MAX)).unwrap_or_default(),
            modules,
            module_calls,
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

/// Every file, with the elements and findings of it.
fn files(layout: &Layout, schemas: &[Schemas], found: &[Diagnostic]) -> Vec<FileReport> {
    let mut reports: HashMap<&str, FileReport> =
        layout.files.iter().map(|(path, text)| (path.as_str(), empty(layout, path, text))).collect();
    for (module, schemas) in layout.modules.iter().zip(schemas) {
        for element in module.document.elements() {
            let path = below(&module.path, &element.file);
            let Some(report) = reports.get_mut(path.as_str()) else { continue };
            report.elements += 1;
            if report.in_module {
                continue;
            }
            if has_form(&module.document, schemas, element) {
                report.forms += 1;
            } else {
                let reason = reason(schemas, element);
                let (address, line) = (element.address.clone(), element.line);
                report.code_only.push(CodeOnly { address, line, reason });
            }
        }
    }
    for finding in found {
        let Some(report) = reports.get_mut(finding.file.as_str()) else { continue };
        report.errors += usize::from(finding.severity == Severity::Error);
        report.warnings += usize::from(finding.severity == Severity::Warning);
    }
    layout.files.keys().filter_map(|path| reports.remove(path.as_str())).collect()
}

/// A file before its elements and findings are counted.
fn empty(layout: &Layout, path: &str, text: &str) -> FileReport {
    let folder = folder_of(path);
    FileReport {
        path: path.to_owned(),
        bytes: text.len(),
        lines: text.lines().count(),
        elements: 0,
        forms: 0,
        code_only: Vec::new(),
        in_module: !folder.is_empty(),
        used: layout.module(folder).is_some_and(|module| module.reached),
        crlf: text.contains("\r\n"),
        errors: 0,
        warnings: 0,
    }
}

fn reason(schemas: &Schemas, element: &Element) -> String {
    if is_json(&element.file) {
        return "JSON is kept as it is and shown read-only".to_owned();
    }
    match (element.kind.catalog(), element.ty.as_deref()) {
        (Some(kind), Some(ty)) if schemas.unknown.contains(&(kind, ty.to_owned())) => {
            format!("the provider has no {} {ty}", kind.keyword())
        }
        (Some(_), Some(_)) => "the catalog does not have its provider".to_owned(),
        _ => "a block of Terraform's own that is edited as code".to_owned(),
    }
}
