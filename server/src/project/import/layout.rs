//! Which folder is the root module, and which files belong to which module.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::Serialize;

use super::{ByPath, Draft, GitSource};
use crate::{
    blueprint::{Diagnostic, Document, Files, LeftOut, ModuleCall, Reason, check_name, module_calls},
    error::{Error, Result},
    project::blueprints::Texts,
};

/// A folder that could be the root module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Candidate {
    /// Path of the folder; empty for the top.
    pub path: String,
    /// Terraform files in it, without those in folders below.
    pub files: usize,
    /// Another folder's module calls it.
    pub called: bool,
}

/// The files below the root, taken apart into modules.
pub(super) struct Layout {
    pub root: String,
    pub candidates: Vec<Candidate>,
    pub source: Option<GitSource>,
    /// By path below the root.
    pub files: ByPath,
    pub left_out: Vec<LeftOut>,
    /// The root first, then by path.
    pub modules: Vec<Module>,
}

/// One folder with its files.
pub(super) struct Module {
    /// Path below the root; empty for the root.
    pub path: String,
    /// What of it can be read.
    pub document: Document,
    pub calls: Vec<ModuleCall>,
    /// Why the rest cannot.
    pub faults: Vec<Diagnostic>,
    /// Reached from the root through the calls of modules, so that Terraform reads it.
    pub reached: bool,
}

impl Module {
    /// The module as it is named below the root; none when it is outside.
    fn below(self, root: &str, prefix: &str) -> Option<Module> {
        let path = if self.path == root { "" } else { self.path.strip_prefix(prefix)? };
        Some(Module { path: path.to_owned(), ..self })
    }
}

impl Layout {
    /// # Errors
    /// Invalid at `/root`, when it is no folder with Terraform files.
    pub fn of(draft: Draft, root: Option<&str>) -> Result<Layout> {
        let modules = modules(&draft.files);
        let candidates = candidates(&modules);
        let root = match root {
            Some(root) if candidates.iter().any(|c| c.path == root) => root.to_owned(),
            Some(root) => return Err(Error::field("root", not_a_root(root, &candidates))),
            None => likeliest(&candidates),
        };
        let prefix = if root.is_empty() { String::new() } else { format!("{root}/") };
        let mut left_out = draft.left_out;
        let mut files = ByPath::new();
        let mut outside: BTreeMap<String, usize> = BTreeMap::new();
        let mut misnamed = Vec::new();
        for (path, text) in draft.files {
            match path.strip_prefix(&prefix) {
                Some(inner) if check_name(inner).is_err() => misnamed.push(inner.to_owned()),
                Some(inner) => {
                    files.insert(inner.to_owned(), text);
                }
                None => *outside.entry(folder_of(&path).to_owned()).or_default() += 1,
            }
        }
        left_out.extend(
            outside
                .into_iter()
                .map(|(folder, files)| LeftOut::new(&format!("{folder}/"), Reason::Outside, files, false)),
        );
        let mut modules: Vec<Module> =
            modules.into_iter().filter_map(|module| module.below(&root, &prefix)).collect();
        let folders: BTreeSet<&str> = files.keys().map(|path| folder_of(path)).collect();
        modules.retain(|module| folders.contains(module.path.as_str()));
        modules.sort_by(|a, b| a.path.cmp(&b.path));
        reach(&mut modules);
        let read = |path: &str| position(&modules, folder_of(path)).is_some_and(|at| modules[at].reached);
        left_out.extend(misnamed.iter().map(|path| LeftOut::new(path, Reason::Name, 1, read(path))));
        Ok(Layout { root, candidates, source: draft.source, files, left_out, modules })
    }

    pub fn module(&self, path: &str) -> Option<&Module> {
        position(&self.modules, path).map(|at| &self.modules[at])
    }

    pub fn into_texts(self) -> Texts {
        self.files.into_iter().map(|(path, text)| (path, text.to_string())).collect()
    }
}

fn not_a_root(root: &str, candidates: &[Candidate]) -> String {
    let shown: Vec<String> = candidates.iter().take(20).map(|c| format!("{:?}", c.path)).collect();
    format!("{root:?} is no folder with Terraform files; these are: {}", shown.join(", "))
}

/// The folder of a file; empty for the top.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn base_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Every folder with Terraform files: the top, then those that no other calls, then by depth and name.
fn candidates(modules: &[Module]) -> Vec<Candidate> {
    let calls = modules.iter().flat_map(|m| m.calls.iter().map(move |call| (m, call)));
    let called: BTreeSet<String> = calls
        .filter(|(_, call)| call.is_local())
        .filter_map(|(module, call)| call.folder(&module.path))
        .collect();
    let one = |m: &Module| Candidate {
        files: m
            .document
            .files()
            .map(|(name, _)| name)
            .chain(m.faults.iter().map(|f| f.file.as_str()))
            .count(),
        called: called.contains(&m.path),
        path: m.path.clone(),
    };
    let mut found: Vec<Candidate> = modules.iter().map(one).collect();
    let depth = |path: &str| path.split('/').filter(|part| !part.is_empty()).count();
    found.sort_by_key(|c| (!c.path.is_empty(), c.called, depth(&c.path), c.path.clone()));
    found
}

fn likeliest(candidates: &[Candidate]) -> String {
    candidates.first().map(|c| c.path.clone()).unwrap_or_default()
}

fn modules(files: &ByPath) -> Vec<Module> {
    let mut by_folder: BTreeMap<&str, ByPath> = BTreeMap::new();
    for (path, text) in files {
        let folder = by_folder.entry(folder_of(path)).or_default();
        folder.insert(base_of(path).to_owned(), Arc::clone(text));
    }
    by_folder.into_iter().map(|(path, files)| module(path, files)).collect()
}

fn module(path: &str, mut files: ByPath) -> Module {
    let whole = |files: &ByPath| files.iter().map(|(n, t)| (n.clone(), Arc::clone(t))).collect::<Files>();
    let (document, faults) = match Document::parse(&whole(&files)) {
        Ok(document) => (document, Vec::new()),
        Err(faults) => {
            files.retain(|name, _| !faults.iter().any(|fault| fault.file == *name));
            (Document::parse(&whole(&files)).unwrap_or_default(), faults)
        }
    };
    Module { path: path.to_owned(), calls: module_calls(&document), document, faults, reached: false }
}

/// A file's path below the root.
pub(super) fn below(folder: &str, file: &str) -> String {
    if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") }
}

/// Where a module is among those sorted by path.
pub(super) fn position(modules: &[Module], path: &str) -> Option<usize> {
    modules.binary_search_by(|module| module.path.as_str().cmp(path)).ok()
}

/// Follows the calls of modules from the root.
fn reach(modules: &mut [Module]) {
    let mut open = vec![String::new()];
    while let Some(path) = open.pop() {
        let Some(module) = position(modules, &path).map(|at| &mut modules[at]) else { continue };
        if std::mem::replace(&mut module.reached, true) {
            continue;
        }
        let local = module.calls.iter().filter(|call| call.is_local());
        open.extend(local.filter_map(|call| call.folder(&path)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(files: &[(&str, &str)]) -> Draft {
        let files = files.iter().map(|(path, text)| (path.to_string(), Arc::from(*text))).collect();
        Draft { from: String::new(), name: String::new(), files, left_out: Vec::new(), source: None }
    }

    fn roots(layout: &Layout) -> Vec<&str> {
        layout.candidates.iter().map(|c| c.path.as_str()).collect()
    }

    #[test]
    fn the_top_is_the_root_when_it_can_be() {
        let call = "module \"n\" {\n  source = \"./modules/net\"\n}\n";
        let files = [("main.tf", call), ("modules/net/main.tf", ""), ("examples/x/main.tf", "")];
        let layout = Layout::of(draft(&files), None).unwrap();
        assert_eq!(layout.root, "");
        assert_eq!(roots(&layout), ["", "examples/x", "modules/net"]);
    }

    #[test]
    fn a_folder_can_be_the_root() {
        let call = "module \"n\" {\n  source = \"../modules/net\"\n}\n";
        let files = [("live/dev/main.tf", call), ("live/modules/net/main.tf", ""), ("a/b/c/x.tf", "")];
        let layout = Layout::of(draft(&files), None).unwrap();
        assert_eq!(layout.root, "live/dev");
        assert_eq!(roots(&layout), ["live/dev", "a/b/c", "live/modules/net"]);
        assert_eq!(layout.files.keys().collect::<Vec<_>>(), ["main.tf"]);
        let outside: Vec<_> = layout.left_out.iter().map(|l| (l.path.as_str(), l.files)).collect();
        assert_eq!(outside, [("a/b/c/", 1), ("live/modules/net/", 1)]);
        let error = Layout::of(draft(&files), Some("live")).err().unwrap().to_string();
        assert!(error.contains("\"live/dev\""), "{error}");
    }

    #[test]
    fn calls_in_a_circle_end() {
        let files = [
            ("main.tf", "module \"a\" {\n  source = \"./a\"\n}\n"),
            ("a/main.tf", "module \"b\" {\n  source = \"../\"\n}\n"),
        ];
        assert!(Layout::of(draft(&files), None).unwrap().modules.iter().all(|m| m.reached));
    }
}
