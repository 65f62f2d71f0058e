//! Everything that changes on the screen after an edit: fragments of HTML, and the files whose text is new.

use std::collections::BTreeMap;

use askama::Template as _;
use cloudoven_crawler::catalog::Block;
use serde::Serialize;

use super::{
    form, outline,
    status::{self, Findings},
};
use crate::{
    app::App,
    auth::Actor,
    blueprint::{self, Diagnostic, Document, Element, ElementKind, Severity, Span},
    error::{Error, Result},
    project::{
        blueprints,
        design::{self, Opened},
    },
    store::blueprints::Manifest,
};

/// The answer to an edit, and to a look at another element.
#[derive(Debug, Clone, Serialize)]
pub struct Screen {
    pub revision: i64,
    pub undo: bool,
    pub redo: bool,
    /// The element in the form, by its address now.
    pub element: Option<String>,
    pub form: String,
    pub outline: String,
    pub status: String,
    /// Texts that differ from the revision that the browser has; `null` for a file that is gone.
    pub files: BTreeMap<String, Option<String>>,
    pub findings: Vec<Finding>,
    /// The file that the element stands in.
    pub element_file: Option<String>,
}

/// A diagnostic as the editor marks it.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub span: Span,
    pub severity: Severity,
    pub message: String,
    pub address: Option<String>,
}

impl From<&Diagnostic> for Finding {
    fn from(d: &Diagnostic) -> Finding {
        Finding {
            file: d.file.clone(),
            line: d.line,
            column: d.column,
            span: d.span,
            severity: d.severity,
            message: d.message.clone(),
            address: d.address.clone(),
        }
    }
}

/// Draws a revision. `known` is the revision whose files the browser has.
pub async fn draw(
    app: &App,
    actor: &Actor,
    opened: &Opened,
    element: Option<&str>,
    known: Option<i64>,
    dangling: &[Diagnostic],
) -> Result<Screen> {
    let known = match known {
        Some(number) if number == opened.revision.number => Some(opened.revision.files.clone()),
        Some(number) => Some(blueprints::load(app, actor, &opened.blueprint.id, Some(number)).await?.1.files),
        None => None,
    };
    let mut diagnostics = design::diagnostics(app, opened).await?;
    for d in dangling {
        if !diagnostics.iter().any(|known| known.file == d.file && known.span == d.span) {
            diagnostics.push(d.clone());
        }
    }
    diagnostics.sort_by_key(|d| d.severity);
    let element = element.filter(|address| opened.document.element(address).is_some());
    let html = |t: askama::Result<String>| t.map_err(Error::internal);
    Ok(Screen {
        revision: opened.revision.number,
        undo: opened.revision.parent.is_some() && has_undo(opened),
        redo: !opened.revision.redo.is_empty(),
        form: html(form_html(opened, element))?,
        outline: html(outline::view(&opened.document, &diagnostics, element).render())?,
        status: html(status::view(opened, &Findings::of(&diagnostics)).render())?,
        files: changed_files(opened, known.as_ref()),
        findings: diagnostics.iter().map(Finding::from).collect(),
        element_file: element.and_then(|e| opened.document.element(e)).map(|e| e.file.clone()),
        element: element.map(str::to_owned),
    })
}

/// The very first content has nothing before it, however often one went back to it.
fn has_undo(opened: &Opened) -> bool {
    opened.revision.origin > 1
}

fn form_html(opened: &Opened, element: Option<&str>) -> askama::Result<String> {
    let form = element.and_then(|address| blueprint::form(&opened.document, address, &opened.schemas));
    match form {
        Some(form) => {
            let catalog = opened.document.element(&form.address).and_then(|e| opened.schemas.of(e));
            let link = catalog
                .map(|d| crate::http::ui::catalog::element_url(&d.provider, &d.version, d.kind, &d.name));
            let around = form::Around {
                used_by: used_by(&opened.document, &form.address).join(" "),
                readable: catalog.map(|d| readable(&d.block).join(" ")).unwrap_or_default(),
            };
            form::view(form, link, around).render()
        }
        None => match element.and_then(|address| opened.document.element(address)) {
            Some(element) if blueprint::is_json(&element.file) => Json::of(opened, element).render(),
            _ => Welcome { empty: is_empty(opened) }.render(),
        },
    }
}

/// The elements that refer to one.
fn used_by<'d>(document: &'d Document, address: &str) -> Vec<&'d str> {
    let elements = document.elements();
    let named = |i: usize| elements.get(i).map(|e| e.address.as_str());
    let uses = blueprint::edges(document).into_iter().filter(|edge| named(edge.to) == Some(address));
    uses.filter_map(|edge| named(edge.from)).collect()
}

/// What others can read of an element.
fn readable(block: &Block) -> Vec<&str> {
    block.attributes.keys().chain(block.blocks.keys()).map(String::as_str).collect()
}

fn is_empty(opened: &Opened) -> bool {
    !opened.document.elements().iter().any(|e| e.kind != ElementKind::Terraform)
}

/// An element of a JSON file.
#[derive(askama::Template)]
#[template(path = "designer/_json.html")]
struct Json<'a> {
    address: &'a str,
    file: &'a str,
    line: usize,
    code: &'a str,
}

impl<'a> Json<'a> {
    fn of(opened: &'a Opened, element: &'a Element) -> Self {
        let code = opened.document.code(element);
        Json { address: &element.address, file: &element.file, line: element.line, code }
    }
}

/// What the form pane says while no element is chosen.
#[derive(askama::Template)]
#[template(path = "designer/_welcome.html")]
struct Welcome {
    empty: bool,
}

fn changed_files(opened: &Opened, known: Option<&Manifest>) -> BTreeMap<String, Option<String>> {
    let now = &opened.revision.files;
    let is_new = |name: &str| known.is_none_or(|k| k.get(name) != now.get(name));
    let texts = opened.document.files().filter(|(name, _)| is_new(name));
    let mut files: BTreeMap<String, Option<String>> =
        texts.map(|(name, text)| (name.to_owned(), Some(text.to_string()))).collect();
    let gone = known.into_iter().flat_map(|k| k.keys()).filter(|name| !now.contains_key(*name));
    files.extend(gone.map(|name| (name.clone(), None)));
    files
}
