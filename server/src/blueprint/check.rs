//! Diagnostics: what is wrong with a blueprint. Never an error where `terraform validate` finds none.

use super::{
    diagnostic::{Code, Diagnostic, Severity},
    document::Document,
    schemas::Schemas,
};

/// Checks a whole blueprint.
pub fn check(document: &Document, schemas: &Schemas) -> Vec<Diagnostic> {
    let unknown =
        document.elements().iter().filter(|e| e.kind.catalog().is_some() && schemas.of(e).is_none());
    unknown
        .map(|e| Diagnostic {
            severity: Severity::Info,
            code: Code::NoSchema,
            message: format!("no catalog entry for {}; it is shown as code only", e.address),
            file: e.file.clone(),
            line: e.line,
            column: 1,
            span: e.span,
            address: Some(e.address.clone()),
            path: None,
        })
        .collect()
}
