//! The outline: every element by file, with what is wrong in it.

use std::collections::{BTreeMap, HashMap};

use askama::Template;

use crate::blueprint::{CANONICAL_FILES, Diagnostic, Document, Element, ElementKind, Severity};

/// The outline pane.
#[derive(Template)]
#[template(path = "designer/_outline.html")]
pub struct OutlineView {
    pub files: Vec<FileView>,
    pub folders: Vec<FolderView>,
}

/// A folder of a module: its files are shown as code.
pub struct FolderView {
    pub name: String,
    pub files: Vec<CodeView>,
}

/// A file that is shown as code.
pub struct CodeView {
    pub name: String,
    pub dot: &'static str,
    pub dot_label: &'static str,
}

/// A file and what it declares.
pub struct FileView {
    pub name: String,
    pub elements: Vec<ElementView>,
}

/// One line of the outline.
pub struct ElementView {
    pub address: String,
    pub label: String,
    /// Two letters in place of a picture.
    pub letters: String,
    pub class: &'static str,
    /// What stands at the right: the type without its provider, a variable's type.
    pub detail: String,
    /// `bad`, `warn` or empty, and the same in words.
    pub dot: &'static str,
    pub dot_label: &'static str,
    pub current: bool,
}

/// Lays the outline out. Files stand in the order that people read them.
pub fn view(document: &Document, diagnostics: &[Diagnostic], current: Option<&str>) -> OutlineView {
    // By the address of an element, or the path of a file in a folder.
    let mut worst: HashMap<&str, Severity> = HashMap::new();
    for d in diagnostics {
        let entry = worst.entry(d.address.as_deref().unwrap_or(&d.file)).or_insert(d.severity);
        *entry = (*entry).min(d.severity);
    }
    let mut by_file: BTreeMap<(usize, &str), Vec<ElementView>> = BTreeMap::new();
    let mut folders: BTreeMap<&str, Vec<CodeView>> = BTreeMap::new();
    for (file, _) in document.files() {
        match file.rsplit_once('/') {
            Some((folder, name)) => {
                let (dot, dot_label) = dot(worst.get(file).copied());
                folders.entry(folder).or_default().push(CodeView { name: name.to_owned(), dot, dot_label });
            }
            None => drop(by_file.entry((rank(file), file)).or_default()),
        }
    }
    for element in document.elements() {
        let severity = worst.get(element.address.as_str()).copied();
        let line = element_view(document, element, severity, current);
        by_file.entry((rank(&element.file), element.file.as_str())).or_default().push(line);
    }
    let files = by_file.into_iter().map(|((_, name), elements)| FileView { name: name.to_owned(), elements });
    let folders = folders.into_iter().map(|(name, files)| FolderView { name: name.to_owned(), files });
    OutlineView { files: files.collect(), folders: folders.collect() }
}

/// Where a file stands among the others.
pub fn rank(file: &str) -> usize {
    CANONICAL_FILES.iter().position(|name| *name == file).unwrap_or(CANONICAL_FILES.len())
}

fn element_view(
    document: &Document,
    element: &Element,
    severity: Option<Severity>,
    current: Option<&str>,
) -> ElementView {
    let (dot, dot_label) = dot(severity);
    ElementView {
        label: if element.name.is_empty() { element.keyword.clone() } else { element.name.clone() },
        letters: letters(element),
        class: class(element.kind),
        detail: detail(document, element),
        dot,
        dot_label,
        current: current == Some(element.address.as_str()),
        address: element.address.clone(),
    }
}

/// What marks the worst that was found, and the same in words.
fn dot(severity: Option<Severity>) -> (&'static str, &'static str) {
    match severity {
        Some(Severity::Error) => ("bad", "has errors"),
        Some(Severity::Warning) => ("warn", "has warnings"),
        _ => ("", ""),
    }
}

pub(super) fn class(kind: ElementKind) -> &'static str {
    match kind {
        ElementKind::Resource => "resource",
        ElementKind::Data => "data",
        ElementKind::Ephemeral => "ephemeral",
        ElementKind::Variable => "variable",
        ElementKind::Local => "locals",
        ElementKind::Output => "output",
        ElementKind::Provider => "provider",
        ElementKind::Module => "module",
        ElementKind::Terraform => "terraform",
        ElementKind::Other => "other",
    }
}

/// The type without its provider's prefix.
fn short(ty: &str) -> &str {
    ty.split_once('_').map_or(ty, |(_, rest)| rest)
}

pub(super) fn letters(element: &Element) -> String {
    match element.kind {
        ElementKind::Resource | ElementKind::Data | ElementKind::Ephemeral => {
            let words = short(element.ty.as_deref().unwrap_or("")).split('_');
            words.filter_map(|word| word.chars().next()).take(2).collect()
        }
        _ => element.keyword.chars().next().map(String::from).unwrap_or_default(),
    }
}

fn detail(document: &Document, element: &Element) -> String {
    match element.kind {
        ElementKind::Resource | ElementKind::Ephemeral => {
            short(element.ty.as_deref().unwrap_or("")).to_owned()
        }
        ElementKind::Data => format!("data {}", short(element.ty.as_deref().unwrap_or(""))),
        ElementKind::Variable => argument(document.code(element), "type").unwrap_or_default(),
        ElementKind::Provider => {
            let required = document.required_providers();
            let entry = element.ty.as_ref().and_then(|ty| required.get(ty));
            entry.and_then(|r| r.version.clone()).unwrap_or_default()
        }
        ElementKind::Local => "local".into(),
        _ => String::new(),
    }
}

/// The one-line value of an argument, read from a block's code: enough for a label.
fn argument(code: &str, name: &str) -> Option<String> {
    code.lines().skip(1).find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    })
}
