//! The status bar.

use askama::Template;

use crate::{
    blueprint::{self, Diagnostic, Edit, Severity},
    http::ui::layout::count,
    project::design::Opened,
};

/// Diagnostics, counted.
pub struct Findings {
    errors: usize,
    warnings: usize,
    first: Option<First>,
}

/// The worst of them, to go to.
struct First {
    file: String,
    line: usize,
    address: String,
    path: String,
    message: String,
}

impl Findings {
    /// `diagnostics` stand in order of severity.
    pub fn of(diagnostics: &[Diagnostic]) -> Findings {
        let of = |severity| diagnostics.iter().filter(|d| d.severity == severity).count();
        let first = diagnostics.iter().find(|d| d.severity != Severity::Info).map(|d| First {
            file: d.file.clone(),
            line: d.line,
            address: d.address.clone().unwrap_or_default(),
            path: d.path.as_ref().map(ToString::to_string).unwrap_or_default(),
            message: d.message.clone(),
        });
        Findings { errors: of(Severity::Error), warnings: of(Severity::Warning), first }
    }
}

#[derive(Template)]
#[template(path = "designer/_status.html")]
pub struct StatusView<'a> {
    id: String,
    tone: &'static str,
    summary: String,
    first: &'a Option<First>,
    providers: Vec<String>,
    formatted: bool,
}

pub fn view<'a>(opened: &Opened, findings: &'a Findings) -> StatusView<'a> {
    let parts = [
        (findings.errors, count(findings.errors, "error", "errors")),
        (findings.warnings, count(findings.warnings, "warning", "warnings")),
    ];
    let said: Vec<String> = parts.into_iter().filter(|(n, _)| *n > 0).map(|(_, text)| text).collect();
    let tone = match (findings.errors, findings.warnings) {
        (0, 0) => "create",
        (0, _) => "update",
        _ => "destroy",
    };
    let providers = opened.schemas.providers.iter();
    StatusView {
        id: opened.blueprint.id.to_string(),
        tone,
        summary: if said.is_empty() { "No problems".into() } else { said.join(", ") },
        first: &findings.first,
        providers: providers.map(|(name, p)| format!("{name} {}", p.version).trim_end().to_owned()).collect(),
        formatted: is_formatted(opened),
    }
}

/// Whether Format would leave everything as it is.
fn is_formatted(opened: &Opened) -> bool {
    let format = Edit::Format { file: None };
    blueprint::apply(&opened.document, &format, &opened.schemas)
        .is_ok_and(|applied| applied.document.files().eq(opened.document.files()))
}
