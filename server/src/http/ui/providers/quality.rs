//! How well a provider version is documented, and what its crawl had to leave out.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use cloudoven_crawler::catalog::{
    Address, Coverage, ElementQuality, Kind, Listing, Problem, QualityReport, UnboundArgument,
    UnboundArguments,
};

use super::{Admin, VersionPath, percent};
use crate::{
    app::App,
    error::Error,
    http::ui::{
        catalog::{element_url, words},
        layout::Layout,
        page::PageResult,
    },
};

#[derive(Template, WebTemplate)]
#[template(path = "providers/quality.html")]
pub(super) struct QualityPage {
    layout: Layout,
    source: String,
    version: String,
    /// Its page in the catalog.
    url: String,
    /// The version as an archive.
    download: String,
    report: Option<ReportView>,
}

struct ReportView {
    rows: Vec<CoverageRow>,
    worst: Vec<ElementView>,
    worst_more: u32,
    unbound: Vec<UnboundView>,
    unbound_total: u32,
    unbound_more: u32,
    unused: Listing<String>,
    problems: Listing<Problem>,
}

/// One line of the table of counts.
struct CoverageRow {
    kind: &'static str,
    is_total: bool,
    coverage: Coverage,
    documented: String,
    defaults: String,
    allowed: String,
    references: String,
}

struct ElementView {
    name: String,
    keyword: &'static str,
    url: String,
    page: String,
    undocumented: u32,
    arguments: u32,
}

struct UnboundView {
    name: String,
    keyword: &'static str,
    url: String,
    page: String,
    arguments: Listing<UnboundArgument>,
}

pub(super) async fn page(
    State(app): State<App>,
    admin: Admin,
    Path(path): Path<VersionPath>,
) -> PageResult<QualityPage> {
    let address = path.provider();
    if !app.catalogs.loaded().of_provider(&address).any(|v| v.index.version == path.version) {
        return Err(Error::NotFound("provider version").into());
    }
    let report = app.catalogs.report(&address, &path.version).await?;
    Ok(QualityPage {
        layout: admin.layout_below().here(format!("{} {}", address.source(), path.version)),
        source: address.source(),
        url: format!("/catalog/{address}/{}", path.version),
        download: format!("/api/v1/catalog/providers/{address}/{}/bundle", path.version),
        report: report.map(|report| view(report, &address, &path.version)),
        version: path.version,
    })
}

fn view(report: QualityReport, address: &Address, version: &str) -> ReportView {
    let mut rows: Vec<CoverageRow> =
        report.kinds.iter().map(|k| row(words(k.kind).1, false, k.coverage)).collect();
    if rows.len() > 1 {
        rows.push(row("all", true, report.total()));
    }
    let url = |kind: Kind, name: &str| element_url(address, version, kind, name);
    let element = |e: ElementQuality| ElementView {
        url: url(e.kind, &e.name),
        keyword: e.kind.keyword(),
        name: e.name,
        page: e.page,
        undocumented: e.undocumented,
        arguments: e.arguments,
    };
    let unbound = |u: UnboundArguments| UnboundView {
        url: url(u.kind, &u.name),
        keyword: u.kind.keyword(),
        name: u.name,
        page: u.page,
        arguments: u.arguments,
    };
    ReportView {
        rows,
        worst_more: report.worst.left_out(),
        worst: report.worst.items.into_iter().map(element).collect(),
        unbound_total: report.unbound.total,
        unbound_more: report.unbound.left_out(),
        unbound: report.unbound.items.into_iter().map(unbound).collect(),
        unused: report.unused_pages,
        problems: report.problems,
    }
}

fn row(kind: &'static str, is_total: bool, coverage: Coverage) -> CoverageRow {
    let share = |part| if coverage.arguments == 0 { "–".into() } else { percent(coverage.share(part)) };
    CoverageRow {
        kind,
        is_total,
        documented: share(coverage.documented),
        defaults: share(coverage.defaults),
        allowed: share(coverage.allowed),
        references: share(coverage.references),
        coverage,
    }
}
