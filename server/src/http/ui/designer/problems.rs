//! The list of problems, and what mends each: asked for when somebody looks at it.

use askama::Template;
use axum::extract::{Path, State};
use serde::Serialize;

use super::form::{FixView, fix_view, tone};
use crate::{
    app::App,
    blueprint::{Finding, Severity},
    error::Error,
    http::{
        extract::Json,
        problem::{ApiError, ApiResult},
        ui::{layout::count, page::Viewer},
    },
    project::design,
    store::BlueprintId,
};

/// Rows that are drawn; who has more of them begins at the top.
const MAX_ROWS: usize = 300;

/// The list as HTML, and the same for the editor.
#[derive(Debug, Serialize)]
pub struct Problems {
    /// The revision that the fixes are for.
    revision: i64,
    list: String,
    findings: Vec<Finding>,
}

#[derive(Template)]
#[template(path = "designer/_problems.html")]
struct ListView {
    counts: Vec<CountView>,
    sure: usize,
    sure_label: String,
    problems: Vec<RowView>,
    /// How many are not drawn.
    more: usize,
}

/// How many there are of one severity.
struct CountView {
    severity: &'static str,
    label: String,
    none: bool,
}

struct RowView {
    tone: &'static str,
    word: &'static str,
    message: String,
    /// The element and the argument in it.
    place: String,
    file: String,
    line: usize,
    address: String,
    path: String,
    fixes: Vec<FixView>,
}

pub async fn list(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<BlueprintId>,
) -> ApiResult<Json<Problems>> {
    let (revision, mut findings) = design::findings(&app, &viewer.actor, &id, None).await?;
    findings.sort_by_key(|f| f.diagnostic.severity);
    let list = view(&findings).render().map_err(|e| ApiError(Error::internal(e)))?;
    Ok(Json(Problems { revision: revision.number, list, findings }))
}

fn view(findings: &[Finding]) -> ListView {
    let sure = findings.iter().filter(|f| f.fixes.iter().any(|fix| fix.sure)).count();
    ListView {
        counts: [Severity::Error, Severity::Warning, Severity::Info].map(|s| counted(findings, s)).into(),
        sure,
        sure_label: count(sure, "sure one", "sure ones"),
        problems: findings.iter().take(MAX_ROWS).map(row).collect(),
        more: findings.len().saturating_sub(MAX_ROWS),
    }
}

fn counted(findings: &[Finding], severity: Severity) -> CountView {
    let n = findings.iter().filter(|f| f.diagnostic.severity == severity).count();
    let label = match severity {
        Severity::Error => count(n, "error", "errors"),
        Severity::Warning => count(n, "warning", "warnings"),
        Severity::Info => count(n, "note", "notes"),
    };
    CountView { severity: tone(severity), label, none: n == 0 }
}

fn row(finding: &Finding) -> RowView {
    let d = &finding.diagnostic;
    let path = d.path.as_ref().map(ToString::to_string).unwrap_or_default();
    let address = d.address.clone().unwrap_or_default();
    RowView {
        tone: tone(d.severity),
        word: match d.severity {
            Severity::Error => "Error",
            Severity::Warning => "Warning",
            Severity::Info => "Note",
        },
        message: d.message.clone(),
        place: address.clone(),
        file: d.file.clone(),
        line: d.line,
        address,
        path,
        fixes: finding.fixes.iter().filter_map(fix_view).collect(),
    }
}
