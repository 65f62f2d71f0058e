//! Diagnostics: what is wrong with a blueprint. Never an error where `terraform validate` finds none; where the catalog
//! merely suggests a fault, it is a warning.

mod body;
mod documented;
mod expressions;

use std::{collections::HashSet, ops::Range};

use hcl_edit::Span as _;

use self::expressions::Judge;
use super::{
    diagnostic::{Code, Diagnostic, Severity},
    document::{Document, Element, ElementKind},
    path::Path,
    refs::{Reference, references, references_of},
    schemas::Schemas,
    view,
};

/// Checks a whole blueprint.
pub fn check(document: &Document, schemas: &Schemas) -> Vec<Diagnostic> {
    let judge = Judge::new(document, schemas);
    let mut found: Vec<Diagnostic> =
        document.elements().iter().flat_map(|e| check_own(document, schemas, &judge, e)).collect();
    let references = references(document);
    found.extend(references.iter().filter_map(|r| check_reference(document, schemas, r)));
    let mut seen = HashSet::new();
    found.extend(
        document.elements().iter().filter(|e| !seen.insert(&e.address)).map(|e| duplicate(document, e)),
    );
    found.sort_by(|a, b| (&a.file, a.span.start).cmp(&(&b.file, b.span.start)));
    found
}

/// Checks one element: its arguments, blocks and references.
pub(super) fn check_element(document: &Document, schemas: &Schemas, element: &Element) -> Vec<Diagnostic> {
    let mut found = check_own(document, schemas, &Judge::new(document, schemas), element);
    let index = document.elements().iter().position(|e| std::ptr::eq(e, element));
    let references = index.map(|i| references_of(document, i)).unwrap_or_default();
    found.extend(references.iter().filter_map(|r| check_reference(document, schemas, r)));
    let twins = document.elements().iter().filter(|e| e.address == element.address).count();
    found.extend((twins > 1).then(|| duplicate(document, element)));
    found
}

/// What the element's schema says of its text.
fn check_own<'a>(
    document: &'a Document,
    schemas: &'a Schemas,
    judge: &'a Judge<'a>,
    element: &'a Element,
) -> Vec<Diagnostic> {
    let Some(block) = document.block(element) else { return Vec::new() };
    let mut findings = Findings { document, element, judge, found: Vec::new() };
    if let Some(schema) = schemas.of(element) {
        if schema.deprecated {
            let message = format!("{} is deprecated", schema.name);
            findings.add(Severity::Warning, Code::Deprecated, block.ident.span(), &Path::root(), message);
        }
        // A provider that describes no configuration at all may still take one: nothing can be said.
        let silent = schema.block.attributes.is_empty() && schema.block.blocks.is_empty();
        if element.kind != ElementKind::Provider || !silent {
            body::check(&mut findings, &schema.block, &block.body, block.span().as_ref());
        }
    } else if let (Some(kind), Some(ty)) = (element.kind.catalog(), element.ty.clone()) {
        let message = format!("the catalog has nothing on {ty}; it is shown as code only");
        if element.kind != ElementKind::Provider && schemas.unknown.contains(&(kind, ty.clone())) {
            let message = format!("the provider has no {} {ty}", kind.keyword());
            findings.add(Severity::Error, Code::UnknownType, block.ident.span(), &Path::root(), message);
        } else {
            findings.add(Severity::Info, Code::NoSchema, block.ident.span(), &Path::root(), message);
        }
    } else if matches!(element.kind, ElementKind::Variable | ElementKind::Output)
        && let Some(schema) = view::builtin(document, element)
    {
        body::check(&mut findings, &schema, &block.body, block.span().as_ref());
    }
    expressions::check(&mut findings);
    findings.found
}

/// The findings about one element.
struct Findings<'a> {
    document: &'a Document,
    element: &'a Element,
    judge: &'a Judge<'a>,
    found: Vec<Diagnostic>,
}

impl Findings<'_> {
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

fn duplicate(document: &Document, element: &Element) -> Diagnostic {
    let first = document.element(&element.address).unwrap_or(element);
    let message = format!("{} is declared already in {} line {}", element.address, first.file, first.line);
    let span = element.span.start..element.span.end;
    let found = place(document, &element.file, span, Severity::Error, Code::DuplicateAddress, message);
    Diagnostic { address: Some(element.address.clone()), ..found }
}

fn check_reference(document: &Document, schemas: &Schemas, reference: &Reference) -> Option<Diagnostic> {
    let Some(target) = document.element(&reference.address) else {
        // A provider without configuration is configured by its environment; only an alias must be declared.
        let implied = reference.address.strip_prefix("provider.").is_some_and(|rest| !rest.contains('.'));
        return (!implied).then(|| unknown_reference(document, reference));
    };
    let attribute = reference.attributes.first()?;
    let schema = schemas.of(target).filter(|_| target.kind != ElementKind::Provider)?;
    let known =
        schema.block.attributes.contains_key(attribute) || schema.block.blocks.contains_key(attribute);
    (!known).then(|| {
        let message = format!("{} has no attribute {attribute}", reference.address);
        about_reference(document, reference, message)
    })
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
