//! Diagnostics: what is wrong with a blueprint. Never an error where `terraform validate` finds none; where the catalog
//! merely suggests a fault, it is a warning.

mod address;
mod blocks;
mod body;
mod checked;
mod circles;
mod constant;
mod cycles;
mod documented;
mod dynamic;
mod expressions;
mod inside;
mod labels;
mod lifecycle;
mod meta;
mod module;
mod moves;
mod named;
mod names;
mod provider;
mod provisioner;
mod rules;
mod secrets;
mod settings;
mod targets;
mod unused;
mod whole;

use std::{collections::HashMap, ops::Range, sync::Arc};

use cloudoven_crawler::catalog;
use hcl_edit::{
    Span as _,
    structure::{Block, Body},
};

pub use self::checked::Checked;
use self::expressions::Judge;
use super::{
    diagnostic::{Code, Diagnostic, Severity},
    document::{Document, Element, ElementKind},
    path::Path,
    refs::Reference,
    schemas::{Schemas, local_name},
};

/// Checks a whole blueprint.
pub fn check(document: &Document, schemas: &Schemas) -> Vec<Diagnostic> {
    Checked::new(document, schemas).diagnostics()
}

/// Checks one element: its arguments, blocks and references.
pub(super) fn check_element(document: &Document, schemas: &Schemas, element: &Element) -> Vec<Diagnostic> {
    let mut found = check_own(document, schemas, &Judge::new(document, schemas), element);
    found.extend(whole::twin(document, element));
    found.extend(unused::one(document, element));
    found
}

/// What can be said of an element by its own text and the names of the others.
fn check_own<'a>(
    document: &'a Document,
    schemas: &'a Schemas,
    judge: &'a Judge<'a>,
    element: &'a Element,
) -> Vec<Diagnostic> {
    let Some(block) = document.block(element) else { return Vec::new() };
    let unused = element.kind == ElementKind::Provider && !judge.is_used(element);
    let mut findings = Findings { document, schemas, element, judge, unused, found: Vec::new() };
    if element.kind != ElementKind::Local {
        redefined(&mut findings, block);
        labels::element(&mut findings, block);
    }
    match element.kind {
        ElementKind::Local => {}
        ElementKind::Resource | ElementKind::Data | ElementKind::Ephemeral => {
            described(&mut findings, block);
            managed(&mut findings, block);
        }
        ElementKind::Provider => {
            provider::check(&mut findings, block);
            if !unused {
                described(&mut findings, block);
            }
        }
        ElementKind::Variable => named::variable(&mut findings, block),
        ElementKind::Output => {
            named::output(&mut findings, block);
            named::exposes(&mut findings, block);
        }
        ElementKind::Module => module::check(&mut findings, block),
        ElementKind::Terraform => settings::check(&mut findings, block),
        ElementKind::Other => other(&mut findings, block),
    }
    expressions::check(&mut findings);
    names::check(&mut findings, block);
    findings.found
}

fn redefined(findings: &mut Findings<'_>, block: &Block) {
    let mut twice = Vec::new();
    whole::redefined(&block.body, &mut twice);
    for (span, name) in twice {
        let message = format!("{name} is set already: leave one of the two out");
        findings.error(Code::DuplicateArgument, span, &Path::root().name(&name), message);
    }
}

/// What the catalog says of the element.
fn described<'a>(findings: &mut Findings<'a>, block: &'a Block) {
    let element = findings.element;
    if let Some(schema) = findings.own_schema() {
        if schema.deprecated {
            let message = format!("{} is deprecated", schema.name);
            findings.add(Severity::Warning, Code::Deprecated, block.ident.span(), &Path::root(), message);
        }
        // A provider that describes no configuration at all may still take one: nothing can be said.
        let silent = schema.block.attributes.is_empty() && schema.block.blocks.is_empty();
        if element.kind != ElementKind::Provider || !silent {
            body::check(findings, element.kind, &schema.block, block, &Path::root());
        }
    } else if let (Some(kind), Some(ty)) = (element.kind.catalog(), element.ty.clone()) {
        let absent =
            findings.schemas.unknown.contains(&(kind, ty.clone())) && !findings.of_another_provider();
        if element.kind != ElementKind::Provider && absent {
            let message = format!("the provider has no {} {ty}", kind.keyword());
            findings.add(Severity::Error, Code::UnknownType, block.ident.span(), &Path::root(), message);
        } else {
            let message = format!("the catalog has nothing on {ty}; it is shown as code only");
            findings.add(Severity::Info, Code::NoSchema, block.ident.span(), &Path::root(), message);
        }
    }
}

/// What Terraform adds to resources and data sources.
fn managed<'a>(findings: &mut Findings<'a>, block: &'a Block) {
    let root = Path::root();
    meta::check(findings, &block.body);
    if let Some(attribute) = block.body.get_attribute("provider") {
        meta::configuration(findings, &attribute.value, &root.name("provider"));
    }
    provisioner::single(findings, &block.body, "lifecycle", &root);
    for (inner, path) in numbered(&block.body, &root).filter(|(b, _)| b.ident.as_str() == "lifecycle") {
        labels::count(findings, inner, &[], &path);
        lifecycle::check(findings, inner, &path);
    }
    if findings.element.kind == ElementKind::Resource {
        provisioner::check(findings, &block.body);
    }
}

fn other<'a>(findings: &mut Findings<'a>, block: &'a Block) {
    let message = match block.ident.as_str() {
        "moved" => return moves::moved(findings, block),
        "removed" => return moves::removed(findings, block),
        "import" => return moves::import(findings, block),
        "check" => return named::check(findings, block),
        "required_providers" | "backend" | "cloud" => {
            format!("{} stands in a terraform block: put it into one", block.ident.as_str())
        }
        keyword => format!("there are no {keyword} blocks in Terraform"),
    };
    findings.add(Severity::Error, Code::UnknownBlock, block.ident.span(), &Path::root(), message);
}

/// The blocks of a body with their paths.
fn numbered<'a>(body: &'a Body, base: &Path) -> impl Iterator<Item = (&'a Block, Path)> + use<'a> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let base = base.clone();
    body.blocks().map(move |block| {
        let name = block.ident.as_str();
        let count = counts.entry(name).or_default();
        *count += 1;
        (block, base.name(name).index(*count - 1))
    })
}

/// The findings about one element.
struct Findings<'a> {
    document: &'a Document,
    schemas: &'a Schemas,
    element: &'a Element,
    judge: &'a Judge<'a>,
    /// The configuration of a provider that nothing is made by.
    unused: bool,
    found: Vec<Diagnostic>,
}

impl<'a> Findings<'a> {
    fn schema(&self, element: &Element) -> Option<&'a Arc<catalog::Document>> {
        self.schemas.of(element)
    }

    /// What describes the element, unless it is made by a provider other than its type's name says.
    fn own_schema(&self) -> Option<&'a Arc<catalog::Document>> {
        self.schema(self.element).filter(|_| !self.of_another_provider())
    }

    /// Whether the element names a provider other than the one that its type begins with.
    fn of_another_provider(&self) -> bool {
        let named = self.document.block(self.element).and_then(|block| block.body.get_attribute("provider"));
        let named = named.and_then(|attribute| address::Address::of(&attribute.value));
        let own = self.element.ty.as_deref().map(local_name);
        named.is_some_and(|named| Some(named.root) != own)
    }

    /// What Terraform refuses.
    fn error(&mut self, code: Code, span: Range<usize>, path: &Path, message: impl Into<String>) {
        self.add(Severity::Error, code, Some(span), path, message.into());
    }

    fn add(
        &mut self,
        severity: Severity,
        code: Code,
        span: Option<Range<usize>>,
        path: &Path,
        message: String,
    ) {
        let span = span.unwrap_or(self.element.span.start..self.element.span.end);
        let diagnostic = place(self.document, &self.element.file, span, severity, code, message);
        let path = (!path.is_root()).then(|| path.clone());
        self.found.push(Diagnostic { address: Some(self.element.address.clone()), path, ..diagnostic });
    }
}

fn place(
    document: &Document,
    file: &str,
    span: Range<usize>,
    severity: Severity,
    code: Code,
    message: String,
) -> Diagnostic {
    let position = document.file(file).map(|f| f.lines.position(&f.text, span.start));
    let (line, column) = position.unwrap_or((1, 1));
    Diagnostic {
        severity,
        code,
        message,
        file: file.to_owned(),
        line,
        column,
        span: span.into(),
        address: None,
        path: None,
    }
}

/// A reference to something that is not declared.
pub(super) fn unknown_reference(document: &Document, reference: &Reference) -> Diagnostic {
    about_reference(document, reference, format!("{} is not declared in this blueprint", reference.address))
}

fn about_reference(document: &Document, reference: &Reference, message: String) -> Diagnostic {
    let span = reference.span.clone();
    let found =
        place(document, &reference.file, span.clone(), Severity::Error, Code::UnknownReference, message);
    let owner = document.elements().get(reference.owner);
    let path = owner.and_then(|e| super::locate::path_at(document, e, span.start));
    Diagnostic { address: owner.map(|e| e.address.clone()), path, ..found }
}
