//! The modules that an import calls.

use serde::Serialize;

use super::layout::{Layout, Module, below};
use crate::blueprint::{ModuleCall, Variable, variables};

/// Where a module comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModuleKind {
    /// A folder that is imported too.
    Local,
    /// A folder that was not sent.
    Missing,
    /// A folder above the root, which a blueprint cannot hold.
    Outside,
    /// A module registry.
    Registry,
    /// A repository or an archive elsewhere.
    Remote,
    /// The source is missing or not a plain text.
    Unknown,
}

/// A call of a module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ModuleReport {
    /// As the calling module names it: `module.network`.
    pub address: String,
    pub kind: ModuleKind,
    /// As it is written.
    pub source: String,
    pub version: Option<String>,
    /// Path of the folder in the blueprint, for a local module.
    pub path: Option<String>,
    pub file: String,
    /// From 1.
    pub line: usize,
    /// The variables of a local module; 100 at most.
    pub variables: Vec<Variable>,
}

/// Calls that a report lists.
const MAX_CALLS: usize = 500;
/// Variables of a module that each of its calls lists.
const MAX_VARIABLES: usize = 100;

/// The calls from the root and from what it reaches, 500 at most, and how many there are.
pub(super) fn reports(layout: &Layout) -> (Vec<ModuleReport>, usize) {
    let reached = || layout.modules.iter().filter(|module| module.reached);
    let calls = reached().flat_map(|module| module.calls.iter().map(move |call| (module, call)));
    let listed = calls.take(MAX_CALLS).map(|(module, call)| report(layout, module, call));
    (listed.collect(), reached().map(|module| module.calls.len()).sum())
}

fn report(layout: &Layout, module: &Module, call: &ModuleCall) -> ModuleReport {
    let path = call.is_local().then(|| call.folder(&module.path));
    let target = path.as_ref().and_then(|path| layout.module(path.as_deref()?));
    let kind = match (&path, target) {
        (Some(Some(_)), Some(_)) => ModuleKind::Local,
        (Some(Some(_)), None) => ModuleKind::Missing,
        (Some(None), _) => ModuleKind::Outside,
        (None, _) if call.source.is_empty() => ModuleKind::Unknown,
        (None, _) if call.is_registry() => ModuleKind::Registry,
        (None, _) => ModuleKind::Remote,
    };
    ModuleReport {
        address: format!("module.{}", call.name),
        kind,
        source: without_userinfo(&call.source),
        version: call.version.clone(),
        path: target.map(|module| module.path.clone()),
        file: below(&module.path, &call.file),
        line: call.line,
        variables: target.map(|module| variables(&module.document, MAX_VARIABLES)).unwrap_or_default(),
    }
}

/// A password may stand in the address of a repository.
fn without_userinfo(source: &str) -> String {
    let Some((scheme, rest)) = source.split_once("://") else { return source.to_owned() };
    let end = rest.find('/').unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}://…@{}", &rest[at + 1..]),
        None => source.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        for (source, shown) in [
            (
                "git::https://kim:secret@git.example.com/a.git?ref=v1",
                "git::https://…@git.example.com/a.git?ref=v1",
            ),
            ("git::https://git.example.com/a@b", "git::https://git.example.com/a@b"),
            ("a/b/c", "a/b/c"),
        ] {
            assert_eq!(without_userinfo(source), shown);
        }
    }
}
